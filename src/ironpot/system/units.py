"""Do published tables of governments add up? Units, their tree, and proof to the last digit.

Amounts in yuan; what a table does not publish is null, and a rule that needs it answers `unknown`.
"""

from typing import Literal, get_args

import polars as pl

from ironpot.core.columns import Column, Table
from ironpot.core.lang import Text

Level = Literal["nation", "province", "province_own", "prefecture", "prefecture_own", "county"]
# Rows that stand for a government itself; the others are totals of the rows below them.
OWN: tuple[Level, ...] = ("province_own", "prefecture_own", "county")

UNITS = Table(
    "units",
    Text("Governments", "政府单位"),
    Text("Limits and balances of government debt by unit.", "政府债务限额和余额分地区情况。"),
    ("unit_id",),
    (
        Column("unit_id", "id", Text("unit", "单位"), required=True),
        Column("parent_id", "id", Text("part of", "上级"), refers="units"),
        Column("name", "text", Text("name", "名称")),
        Column("level", "choice", Text("level", "级次"), required=True, allowed=get_args(Level)),
        Column("debt_limit", "money", Text("debt limit", "债务限额")),
        Column("general_limit", "money", Text("general limit", "一般债务限额")),
        Column("special_limit", "money", Text("special limit", "专项债务限额")),
        Column("debt_balance", "money", Text("debt", "债务余额")),
        Column("general_balance", "money", Text("general debt", "一般债务余额")),
        Column("special_balance", "money", Text("special debt", "专项债务余额")),
        Column("own_revenue_y", "money", Text("own revenue a year", "一般公共预算收入")),
        Column("source_id", "id", Text("source", "来源"), refers="sources"),
        Column("origin", "text", Text("origin", "来源性质")),
    ),
)
AMOUNTS = tuple(column.name for column in UNITS.columns[4:10])
_KINDS = ("debt", "general", "special")

PROOF = pl.Schema(
    {
        "unit_id": pl.String(),
        "rule": pl.String(),
        "column": pl.String(),
        "stated": pl.Float64(),
        "added": pl.Float64(),
        "difference": pl.Float64(),
        "allowed": pl.Float64(),
        "holds": pl.Boolean(),
    }
)


def prove_units(units: pl.DataFrame, *, last_digit: float) -> pl.DataFrame:
    """Re-add every total and every sum of kinds; one row per unit, rule and column.

    `last_digit` is the published rounding in yuan. Rounded parts may miss a rounded total by half
    a digit each and half for the total: that is `allowed`, and `holds` says whether it was enough.
    A row with an unknown amount holds `null`: it proves nothing.

    Rules: `parts` (a total is the sum of the rows below it), `all_parts` (a total is the sum of
    every government below it), `kinds` (debt = general + special), `limit` (balance <= limit).

    >>> units = pl.DataFrame({"unit_id": ["p", "a", "b"], "parent_id": [None, "p", "p"],
    ...     "level": ["prefecture", "county", "county"], "debt_balance": [3.0, 1.0, 1.0]})
    >>> proof = prove_units(units, last_digit=0.1)
    >>> proof.filter(~pl.col("holds"))["rule"].unique().sort().to_list()
    ['all_parts', 'parts']
    """
    table = UNITS.conform(units)
    long = table.unpivot(AMOUNTS, index="unit_id", variable_name="column", value_name="stated")
    return pl.concat(
        [
            _added(long, _children(table), "parts", last_digit),
            _added(long, _leaves(table), "all_parts", last_digit),
            *(_kinds(table, side, last_digit) for side in ("limit", "balance")),
            *(_within(table, kind, last_digit) for kind in _KINDS),
        ]
    )


def governments(units: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that are governments themselves, without totals."""
    return UNITS.conform(units).filter(pl.col("level").is_in(OWN))


def debt_ratio(unit: dict[str, object]) -> float | Literal["unknown"]:
    """Return debt over own revenue, or `unknown` where either is not published.

    >>> debt_ratio({"debt_balance": 3.0, "own_revenue_y": None})
    'unknown'
    """
    debt, revenue = unit.get("debt_balance"), unit.get("own_revenue_y")
    if not isinstance(debt, float) or not isinstance(revenue, float) or revenue <= 0.0:
        return "unknown"
    return debt / revenue


def _children(table: pl.DataFrame) -> pl.DataFrame:
    """Return (unit_id, part_id) of each total and the rows right below it."""
    return table.drop_nulls("parent_id").select(unit_id="parent_id", part_id="unit_id")


def _leaves(table: pl.DataFrame) -> pl.DataFrame:
    """Return (unit_id, part_id) of each total and every government below it, at any depth."""
    parent = dict(table.select("unit_id", "parent_id").iter_rows())
    pairs: list[tuple[str, str]] = []
    for leaf in table.filter(pl.col("level").is_in(OWN))["unit_id"]:
        above, seen = parent.get(leaf), {leaf}
        while above is not None and above not in seen:
            pairs.append((above, leaf))
            seen.add(above)
            above = parent.get(above)
    return pl.DataFrame(pairs, schema={"unit_id": pl.String, "part_id": pl.String}, orient="row")


def _added(long: pl.DataFrame, pairs: pl.DataFrame, rule: str, last_digit: float) -> pl.DataFrame:
    parts = long.rename({"unit_id": "part_id", "stated": "amount"})
    unknown = pl.col("amount").is_null().any()
    added = (
        pairs.join(parts, on="part_id")
        .group_by("unit_id", "column")
        .agg(added=pl.when(unknown).then(None).otherwise(pl.col("amount").sum()), count=pl.len())
    )
    rows = long.join(added, on=["unit_id", "column"])
    return _judged(rows, rule, (pl.col("count") + 1) * last_digit / 2.0)


def _kinds(table: pl.DataFrame, side: str, last_digit: float) -> pl.DataFrame:
    rows = table.select(
        "unit_id",
        column=pl.lit(f"debt_{side}"),
        stated=f"debt_{side}",
        added=pl.col(f"general_{side}") + pl.col(f"special_{side}"),
    )
    return _judged(rows, "kinds", pl.lit(1.5 * last_digit))


def _within(table: pl.DataFrame, kind: str, last_digit: float) -> pl.DataFrame:
    """A balance may lie below its limit as far as it likes: only an excess is a difference."""
    over = pl.max_horizontal(f"{kind}_balance", f"{kind}_limit")
    known = pl.col(f"{kind}_balance").is_not_null() & pl.col(f"{kind}_limit").is_not_null()
    rows = table.select(
        "unit_id",
        column=pl.lit(f"{kind}_balance"),
        stated=pl.col(f"{kind}_limit"),
        added=pl.when(known).then(over),
    )
    return _judged(rows, "limit", pl.lit(last_digit))


def _judged(rows: pl.DataFrame, rule: str, allowed: pl.Expr) -> pl.DataFrame:
    difference = pl.col("added") - pl.col("stated")
    # Half a fen more: decimals of a published table are not exact in binary.
    holds = difference.abs() <= allowed + 0.005
    return rows.with_columns(
        rule=pl.lit(rule), difference=difference, allowed=allowed, holds=holds
    ).select(pl.col(name).cast(dtype) for name, dtype in PROOF.items())
