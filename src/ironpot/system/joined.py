"""What do many governments own and owe as one? Join their cases, then consolidate.

A joined case holds the stocks of all and is for balance sheets; budgets, rules and options stay
with each case. Ids become `case.id`, so that nothing meets by accident.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace

import polars as pl

from ironpot.case.case import ACT_SCHEMA, Case, Settings
from ironpot.case.schema import BY_NAME
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text

# Columns that name rows of the same case, by table; other columns of these tables are values.
_IDS: dict[str, tuple[str, ...]] = {
    "entities": ("entity_id", "parent_id", "source_id"),
    "accounts": ("entity_id", "source_id"),
    "creditors": ("creditor_id", "source_id"),
    "claims": ("claim_id", "debtor_id", "creditor_id", "source_id"),
    "debts": ("debt_id", "debtor_id", "creditor_id", "source_id", "evidence_source_id"),
    "guarantees": ("guarantee_id", "guarantor_id", "source_id"),
    "assets": (
        *("asset_id", "owner_id", "asset_kind", "source_id"),
        *("encumbrance_debt_id", "buyer_id", "counterparty_id"),
    ),
    "asset_kinds": ("asset_kind", "source_id"),
    "sources": ("source_id",),
}
_PARTIES = ("entity_id", "parent_id", "debtor_id", "creditor_id", "guarantor_id", "counterparty_id")


def join_cases(
    cases: Sequence[Case],
    *,
    same: Mapping[str, str],
    settings: Settings,
    parents: Mapping[str, str],
) -> Case:
    """Put the stocks of many cases into one, so that `consolidate` can add them up.

    `same` says which party of one case is which entity of another, both written `case.id`: a
    county's creditor `county7.province` may be `hunan.government`. Claims between such parties are
    then inside and are eliminated; the lender's case must not list them again as assets of its own.
    `parents` puts the top of one case under an entity of another. Raises IronpotError on two cases
    with one id, on dates that differ, and on a name in `same` or `parents` that does not exist.

    >>> from ironpot.case.read import read_case
    >>> pots = read_case("examples/two-pots").case
    >>> settings = replace(pots.settings, case_id="all", top_entity="two-pots.county")
    >>> join_cases([pots], same={}, settings=settings, parents={}).assets["asset_id"].to_list()
    ['two-pots.hall', 'two-pots.depot']
    """
    _refuse_unlike(cases, settings)
    frames = {table: _stack(cases, table) for table in _IDS}
    _refuse_unknown({*same.values(), *parents, *parents.values()}, frames["entities"])
    joined = {table: _as_one(frame, same) for table, frame in frames.items()}
    top = pl.col("entity_id").replace_strict(dict(parents), default=pl.col("parent_id"))
    joined["entities"] = joined["entities"].with_columns(parent_id=top.cast(pl.String))
    joined["creditors"] = joined["creditors"].unique(
        "creditor_id", keep="first", maintain_order=True
    )
    tables = {
        entry.name: joined.get(entry.name, BY_NAME[entry.name].empty())
        for entry in fields(Case)
        if entry.name in BY_NAME
    }
    return Case(settings=settings, acts=pl.DataFrame(schema=ACT_SCHEMA), **tables)


def within(case: Case, top_id: str) -> Case:
    """Return the case with the perimeter cut to `top_id` and everything below it.

    A prefecture's balance sheet is `consolidate(within(joined, prefecture))`.
    """
    children = case.entities.select("parent_id", "entity_id").drop_nulls()
    found = {top_id}
    fresh = found
    while fresh:
        below = children.filter(pl.col("parent_id").is_in(list(fresh)))["entity_id"]
        fresh = set(below) - found
        found = found | fresh
    inside = pl.col("inside") & pl.col("entity_id").is_in(list(found))
    return replace(case, entities=case.entities.with_columns(inside=inside))


def _stack(cases: Iterable[Case], table: str) -> pl.DataFrame:
    """Return the rows of all cases with their ids prefixed by the case."""
    parts: list[pl.DataFrame] = []
    for case in cases:
        frame: pl.DataFrame = getattr(case, table)
        prefix = pl.lit(f"{case.settings.case_id}.")
        ids = [(prefix + pl.col(name)).alias(name) for name in _IDS[table] if name in frame.columns]
        if table == "guarantees":
            covered = pl.col("debt_ids").str.split(";").list.eval(prefix + pl.element())
            ids.append(covered.list.join(";").alias("debt_ids"))
        parts.append(BY_NAME[table].conform(frame).with_columns(ids))
    return pl.concat(parts)


def _as_one(frame: pl.DataFrame, same: Mapping[str, str]) -> pl.DataFrame:
    return frame.with_columns(
        pl.col(name).replace(dict(same)) for name in _PARTIES if name in frame.columns
    )


def _refuse_unlike(cases: Sequence[Case], settings: Settings) -> None:
    ids = [case.settings.case_id for case in cases]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    dates = sorted({str(case.date) for case in cases} | {str(settings.date)})
    if twice or len(dates) > 1:
        raise IronpotError(
            Text(
                f"Cases cannot be joined: ids used twice {twice}, dates {dates}. Stocks of "
                "different days or namesakes would be added up; give each case its own id and "
                "the same date.",
                f"无法合并案例:重复编号 {twice},日期 {dates}。请使用不同编号和同一日期。",
            )
        )


def _refuse_unknown(names: set[str], entities: pl.DataFrame) -> None:
    strange = sorted(names - set(entities["entity_id"]))
    if strange:
        raise IronpotError(
            Text(
                f"No entity is called {strange[:10]}. Write `case.entity`, both as in the cases; "
                "otherwise a claim that is inside would count as outside.",
                f"没有名为 {strange[:10]} 的主体。请按“案例.主体”填写,否则内部债权会被当作外部。",
            )
        )
