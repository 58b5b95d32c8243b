"""When does cash run out? Sources and uses by month to two years, by quarter to ten.

Every flow is rounded to fen and all sums are integers: cumulative gap = opening cash + all gaps so
far. What members of the perimeter pay one another is struck out of the consolidated rows, what an
account holder pays itself out of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ironpot.balance.classify import fen
from ironpot.balance.sheet import Phase
from ironpot.balance.tree import account_holders
from ironpot.case.case import Case
from ironpot.core.errors import CaseError
from ironpot.core.issues import Issue, Place
from ironpot.core.lang import Text
from ironpot.core.outputs import CONSOLIDATED, ELIMINATION, EXPECTED, LADDER
from ironpot.risk.buffers import account_buffers, consolidated_buffers, holder_buffers
from ironpot.risk.periods import ladder_periods, period_index

_ACCOUNT = ["entity_id", "account"]
_CELL = [*_ACCOUNT, "scenario", "index"]
_ROW = ["entity_id", "scenario", "index"]


@dataclass(frozen=True, slots=True)
class Ladder:
    """The liquidity ladder of one phase, money in integer fen.

    `frame`: columns of core.outputs.LADDER, by account holder and `_consolidated`; `accounts`: the
    same with a column `account`, one ladder per account; `breaches`: (entity_id, scenario,
    first_below_zero, first_under_buffer, lowest_cash, lowest_period), a period is null where it
    never comes to that.
    """

    frame: pl.DataFrame
    accounts: pl.DataFrame
    breaches: pl.DataFrame


def liquidity_ladder(
    case: Case,
    flows: pl.DataFrame,
    *,
    weights: Mapping[str, float],
    phase: Phase = "before",
) -> Ladder:
    """Return the ladder of `flows` (rows of risk.flows.FLOWS) from the case's cash and buffers.

    `weights`: the scenarios' probabilities; their mean is a scenario of its own, `expected`, unless
    the flows hold it already (a plan's are settled to the fen). What
    is dated on or before the case date falls due in the first period. A buffer that the limits
    table does not set stays empty, and so does the word whether cash is below it. Raises CaseError
    on flows of an account that no member of the perimeter holds.
    """
    periods = ladder_periods(case.date)
    scenarios = [*weights, EXPECTED]
    accounts = _opening(case)
    booked = _booked(case, _with_expected(flows, weights), accounts)
    cells = _cells(booked, accounts, scenarios, periods.height)
    per_account = _rungs(_per_account(case, cells, periods), _ACCOUNT)
    rows = [_per_holder(case, cells, periods), _as_one(case, cells, periods)]
    rungs = _rungs(pl.concat(rows), ["entity_id"])
    order = [*accounts["entity_id"].unique(maintain_order=True), CONSOLIDATED]
    frame = _dress(rungs, periods, phase, scenarios, order)
    by_account = _dress(per_account, periods, phase, scenarios, order)
    return Ladder(
        frame.select(LADDER.names),
        by_account.select("account", *LADDER.names),
        first_breaches(frame),
    )


def first_breaches(ladder: pl.DataFrame) -> pl.DataFrame:
    """Return by entity and scenario when cash first falls below zero and under its buffer.

    `ladder`: rows in the columns of core.outputs.LADDER, periods in order.
    """
    cash = pl.col("cumulative_gap")
    return ladder.group_by("entity_id", "scenario", maintain_order=True).agg(
        first_below_zero=pl.col("period").filter(cash < 0).first(),
        first_under_buffer=pl.col("period").filter(pl.col("below_buffer")).first(),
        lowest_cash=cash.min(),
        lowest_period=pl.col("period").get(cash.arg_min()),
    )


def _opening(case: Case) -> pl.DataFrame:
    """Return (entity_id, account, start) of the accounts that members of the perimeter hold."""
    held = case.accounts.filter(pl.col("entity_id").is_in(case.perimeter))
    return held.select(*_ACCOUNT, start=fen(held["opening_cash"]))


def _with_expected(flows: pl.DataFrame, weights: Mapping[str, float]) -> pl.DataFrame:
    """Add the scenarios' mean, unless the flows bring expected rows of their own."""
    if EXPECTED in flows["scenario"].unique():
        return flows
    weight = pl.col("scenario").replace_strict(
        list(weights), list(weights.values()), return_dtype=pl.Float64
    )
    mean = flows.with_columns(amount=pl.col("amount") * weight, scenario=pl.lit(EXPECTED))
    return pl.concat([flows, mean])


def _booked(case: Case, flows: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """Return members' flows in fen under the entity that holds the account, by who pays whom."""
    holders = account_holders(case.entities, case.accounts)
    other = holders.rename({"entity_id": "counterparty_id", "holder_id": "other_holder"})
    own = flows.filter(pl.col("entity_id").is_in(case.perimeter))
    booked = own.join(holders, on="entity_id", how="left").join(
        other, on="counterparty_id", how="left"
    )
    strange = booked.join(accounts, left_on=["holder_id", "account"], right_on=_ACCOUNT, how="anti")
    _refuse(strange.select("entity_id", "account").unique().sort("entity_id", "account"))
    inside = [*case.perimeter, ELIMINATION]
    to_itself = (pl.col("holder_id") == pl.col("other_holder")).fill_null(value=False)
    return booked.select(
        "account",
        "scenario",
        entity_id="holder_id",
        index=period_index(pl.col("date"), case.date),
        fen=fen(booked["amount"]),
        between_holders=~to_itself,
        from_outside=~pl.col("counterparty_id").is_in(inside).fill_null(value=False),
    )


def _cells(
    booked: pl.DataFrame, accounts: pl.DataFrame, scenarios: list[str], periods: int
) -> pl.DataFrame:
    """Return a full grid of accounts, scenarios and periods with sources and uses at three levels.

    Columns end `_all`, `_holder` (less what a holder pays itself) and `_outside` (less what members
    pay one another).
    """
    levels = {"all": pl.lit(value=True), "holder": pl.col("between_holders")}
    levels |= {"outside": pl.col("from_outside")}
    sums = [
        pl.col("fen").filter(level, sign).sum().alias(f"{name}_{word}")
        for word, level in levels.items()
        for name, sign in (("sources", pl.col("fen") > 0), ("uses", pl.col("fen") < 0))
    ]
    summed = booked.group_by(_CELL).agg(sums)
    grid = accounts.join(pl.DataFrame({"scenario": scenarios}), how="cross").join(
        pl.DataFrame({"index": range(periods)}, schema={"index": pl.Int64}), how="cross"
    )
    return grid.join(summed, on=_CELL, how="left").with_columns(
        pl.col("^(sources|uses)_.*$").fill_null(0)
    )


def _per_account(case: Case, cells: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    rows = cells.select(*_CELL, "start", sources="sources_all", uses="uses_all")
    return rows.join(account_buffers(case, periods), on=[*_ACCOUNT, "index"], how="left")


def _per_holder(case: Case, cells: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    rows = cells.group_by(_ROW).agg(
        pl.col("start").sum(), sources=_sum("sources_holder"), uses=_sum("uses_holder")
    )
    return rows.join(holder_buffers(case, periods), on=["entity_id", "index"], how="left")


def _as_one(case: Case, cells: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    rows = (
        cells.group_by("scenario", "index")
        .agg(pl.col("start").sum(), sources=_sum("sources_outside"), uses=_sum("uses_outside"))
        .with_columns(entity_id=pl.lit(CONSOLIDATED))
        .select(*_ROW, "start", "sources", "uses")
    )
    return rows.join(consolidated_buffers(case, periods), on="index", how="left")


def _rungs(rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Add gap, opening cash and cumulative gap, period after period."""
    gap = pl.col("sources") + pl.col("uses")
    ordered = rows.sort(*key, "scenario", "index").with_columns(gap=gap)
    running = pl.col("start") + pl.col("gap").cum_sum().over([*key, "scenario"])
    return ordered.with_columns(cumulative_gap=running).with_columns(
        opening_cash=pl.col("cumulative_gap") - pl.col("gap"),
        below_buffer=pl.col("cumulative_gap") < pl.col("buffer"),
    )


def _dress(
    rungs: pl.DataFrame, periods: pl.DataFrame, phase: Phase, scenarios: list[str], order: list[str]
) -> pl.DataFrame:
    """Name periods and phase; sort by entity, account, scenario and period."""
    rank = [
        pl.col(name).replace_strict(words, range(len(words)), return_dtype=pl.Int64)
        for name, words in (("entity_id", order), ("scenario", scenarios))
    ]
    inner = ["account"] if "account" in rungs.columns else []
    return (
        rungs.join(periods, on="index")
        .with_columns(phase=pl.lit(phase))
        .sort(rank[0], *inner, rank[1], "index")
    )


def _refuse(strange: pl.DataFrame) -> None:
    issues = [
        Issue(
            "error",
            "ladder.account_not_held",
            Place("accounts", header="account"),
            f"{entity}: {account}",
            Text("has flows in an account that nobody holds", "有收支,但没有对应账户"),
            Text("its cash cannot be followed", "无法跟踪其现金"),
            Text("add the account with its opening cash", "请补充该账户及期初现金"),
        )
        for entity, account in strange.iter_rows()
    ]
    if issues:
        raise CaseError(issues)


def _sum(name: str) -> pl.Expr:
    return pl.col(name).sum()
