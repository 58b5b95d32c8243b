"""What helps most? Each thing that can be done, tried alone on the ladder of doing nothing.

A lever is flows added to those of the base scenario; its worth is the shortfall that it takes away
over the first two years. What it brings must be paid back where it is borrowed: with interest, at
the end of its term. Amounts are yuan until the ladder, which is in fen.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ironpot.case.case import Case
from ironpot.case.schema.money import RELIEF_IN_CASH
from ironpot.case.schema.words import STATUTORY
from ironpot.core.dates import QUARTERS_PER_YEAR, quarter_end, quarter_name, quarter_number
from ironpot.core.lang import Text
from ironpot.core.money import FEN_PER_YUAN
from ironpot.core.outputs import CONSOLIDATED
from ironpot.risk.budget import budget_flows
from ironpot.risk.drivers import Scenarios
from ironpot.risk.flows import FLOWS, contract_flows, first_accounts, monthly
from ironpot.risk.ladder import liquidity_ladder
from ironpot.risk.maturity import PRINCIPAL_EVENTS

BASE = "base"
WINDOW_MONTHS = 24
SPENDING_CUT = 0.1
MONTHS_PER_YEAR = 12

LEVERS: dict[str, Text] = {
    "roll_over_statutory": Text(
        "statutory debt due is refinanced by quota", "到期法定债务按再融资额度接续"
    ),
    "roll_over_other": Text("banks and others roll over", "银行等债权人续贷"),
    "cut_spending": Text(
        f"other spending is cut by {SPENDING_CUT:.0%}", f"其他支出压减{SPENDING_CUT:.0%}"
    ),
    "help": Text("help from above within its limits", "上级支持(限额内)"),
    "lots": Text("lots whose sale beats keeping them are sold", "处置收益高于留用的资产全部处置"),
}
LEVER_ROWS = pl.Schema(
    {
        "lever": pl.String(),
        "label_en": pl.String(),
        "label_zh": pl.String(),
        "brings": pl.Int64(),
        "first_below_zero": pl.String(),
        "months_gained": pl.Int64(),
        "shortfall": pl.Int64(),
        "taken_away": pl.Int64(),
    }
)


@dataclass(frozen=True, slots=True)
class _Tried:
    """What the ladder says with some flows: first month below zero, and the worst of two years."""

    first: str | None
    month: int | None
    shortfall: int


def lever_table(
    case: Case,
    events: pl.DataFrame,
    flows: pl.DataFrame,
    scenarios: Scenarios,
    *,
    lots: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return rows of LEVER_ROWS, best first: what each lever alone does to the base ladder.

    `events`: the debts' contract events; `flows`: rows of FLOWS without any plan; `lots`:
    what could be sold, (entity_id, date, amount) in yuan. `brings` is the cash within two years,
    `shortfall` the most that is then missing in a month of them, `taken_away` how much less than
    without the lever, integer fen. `months_gained` counts rungs of the ladder, null where cash
    never runs out in either. A lever that the case says nothing about has no row.
    """
    base = flows.filter(pl.col("scenario") == BASE)
    nothing = _try(case, base)
    tried = {
        name: (added, _try(case, pl.concat([base, added])))
        for name, added in _levers(case, events, scenarios, lots).items()
        if added.height
    }
    rows = [_row(name, case, added, found, nothing) for name, (added, found) in tried.items()]
    return pl.DataFrame(rows, schema=LEVER_ROWS, orient="row").sort(
        "taken_away", "brings", descending=True
    )


def _levers(
    case: Case, events: pl.DataFrame, scenarios: Scenarios, lots: pl.DataFrame | None
) -> dict[str, pl.DataFrame]:
    due = _due(case, events)
    statutory = pl.col("primary_class").is_in(STATUTORY)
    return {
        "roll_over_statutory": _rolled(case, due.filter(statutory)),
        "roll_over_other": _rolled(case, due.filter(~statutory)),
        "cut_spending": _cut(case, scenarios),
        "help": _help(case),
        "lots": _sold(case, lots),
    }


def _due(case: Case, events: pl.DataFrame) -> pl.DataFrame:
    """Return principal due within the window in the base scenario, with class and terms."""
    paid = events.filter(
        (pl.col("scenario") == BASE)
        & pl.col("event_type").is_in(PRINCIPAL_EVENTS)
        & (pl.col("payoff") < 0.0)
        & (pl.col("date") <= _window_end(case))
    ).select("scenario", "contract_id", "date", "payoff")
    debts = case.debts.select("debt_id", "creditor_id", "primary_class").filter(
        ~pl.col("creditor_id").is_in(case.perimeter)
    )
    named = paid.join(debts, left_on="contract_id", right_on="debt_id").join(
        case.creditors.select("creditor_id", "creditor_class"), on="creditor_id"
    )
    return named.join(_terms(case), on="creditor_class")


def _terms(case: Case) -> pl.DataFrame:
    """Return each creditor class's roll-over share, rate and term in the base scenario.

    A row for all quarters goes first; without one the earliest quarter's holds.
    """
    rows = case.refinancing.filter(pl.col("scenario") == BASE)
    return (
        rows.sort(pl.col("quarter") != "all", "quarter")
        .group_by("creditor_class", maintain_order=True)
        .first()
        .select("creditor_class", "rollover_share", "rate", "term_months")
    )


def _rolled(case: Case, due: pl.DataFrame) -> pl.DataFrame:
    """Return what is lent again on the day that it is due, and its repayment with interest."""
    share = due.with_columns(payoff=pl.col("payoff") * pl.col("rollover_share"))
    years = pl.col("term_months") / MONTHS_PER_YEAR
    back = share.with_columns(
        payoff=-pl.col("payoff") * (1.0 + pl.col("rate")).pow(years),
        date=pl.col("date").dt.offset_by(pl.format("{}mo", "term_months")),
    )
    columns = ["scenario", "contract_id", "date", "payoff"]
    reversed_ = pl.concat([share.select(columns), back.select(columns)])
    owed = contract_flows(case, reversed_)
    return owed.with_columns(amount=-pl.col("amount"))


def _cut(case: Case, scenarios: Scenarios) -> pl.DataFrame:
    rows = budget_flows(case, scenarios).filter(
        (pl.col("scenario") == BASE)
        & (pl.col("line") == "other_spending")
        & pl.col("entity_id").is_in(case.perimeter)
    )
    saved = rows.with_columns(amount=pl.col("amount") * -SPENDING_CUT)
    return monthly(saved, case.date)


def _help(case: Case) -> pl.DataFrame:
    """Return what givers with limits can give, quarter by quarter, and what is paid back."""
    account = dict(first_accounts(case).iter_rows())[case.settings.top_entity]
    amounts: list[tuple[str, float]] = []
    in_cash = case.relief_sources.filter(pl.col("kind").is_in(RELIEF_IN_CASH))
    for row in in_cash.iter_rows(named=True):
        amounts += _given(case, row)
    rows = [
        (case.settings.top_entity, account, BASE, quarter_end(quarter), amount, None)
        for quarter, amount in amounts
    ]
    return pl.DataFrame(rows, schema=FLOWS, orient="row")


def _given(case: Case, row: Mapping[str, Any]) -> list[tuple[str, float]]:
    """Return (quarter, amount) of one source of help; none if it states no limits."""
    quarterly, left = row["quarterly_limit"], row["total_limit"]
    if quarterly is None or left is None:
        return []
    number = max(quarter_number(row["earliest_quarter"]), quarter_number(case.horizon.first))
    rate = (1.0 + (row["rate"] or 0.0)) ** ((row["repay_after_quarters"] or 0) / QUARTERS_PER_YEAR)
    flows: list[tuple[str, float]] = []
    while left > 0.0:
        amount = min(quarterly, left)
        flows.append((quarter_name(number), amount))
        if row["repayable"] and row["repay_after_quarters"] is not None:
            later = quarter_name(number + row["repay_after_quarters"])
            flows.append((later, -amount * rate))
        left, number = left - amount, number + 1
    return flows


def _sold(case: Case, lots: pl.DataFrame | None) -> pl.DataFrame:
    if lots is None:
        return pl.DataFrame(schema=FLOWS)
    return (
        lots.join(first_accounts(case), on="entity_id", how="left")
        .with_columns(scenario=pl.lit(BASE), counterparty_id=pl.lit(None, pl.String))
        .select(FLOWS.names())
        .cast(FLOWS)
    )


def _try(case: Case, flows: pl.DataFrame) -> _Tried:
    """Return what the consolidated base ladder says of these flows."""
    ladder = liquidity_ladder(case, flows, weights={BASE: 1.0}).frame
    rungs = ladder.filter(pl.col("entity_id") == CONSOLIDATED, pl.col("scenario") == BASE)
    below = rungs.with_row_index("place").filter(pl.col("cumulative_gap") < 0)
    worst = rungs.head(WINDOW_MONTHS)["cumulative_gap"].min()
    lowest = int(worst) if isinstance(worst, int) else 0
    first = below["period"][0] if below.height else None
    return _Tried(first, int(below["place"][0]) if below.height else None, max(-lowest, 0))


def _row(
    name: str, case: Case, added: pl.DataFrame, found: _Tried, nothing: _Tried
) -> tuple[object, ...]:
    soon = added.filter((pl.col("date") <= _window_end(case)) & (pl.col("amount") > 0.0))[
        "amount"
    ].sum()
    gained = None
    if nothing.month is not None and found.month is not None:
        gained = found.month - nothing.month
    return (
        name,
        LEVERS[name].en,
        LEVERS[name].zh,
        round(float(soon) * FEN_PER_YUAN),
        found.first,
        gained,
        found.shortfall,
        nothing.shortfall - found.shortfall,
    )


def _window_end(case: Case) -> dt.date:
    """Return the last day of the window: two years after the case date."""
    return case.date.replace(day=1, year=case.date.year + WINDOW_MONTHS // MONTHS_PER_YEAR) + (
        dt.timedelta(days=case.date.day - 1)
    )
