"""What are the headline figures? The gap, what assets bring, what help is asked, what debt becomes.

All amounts are integer fen, expected over scenarios unless a scenario is named, within the plan's
horizon. Leader's page and sections read them here, so that no two pages can differ.
"""

from dataclasses import dataclass

import polars as pl

from ironpot.core.outputs import CONSOLIDATED, EXPECTED
from ironpot.report.view import AFTER, BEFORE, View, grouped, total
from ironpot.report.words import GROUP


@dataclass(frozen=True, slots=True)
class CashPath:
    """A path of cash: first period below zero, first below the buffer, its lowest point.

    `lowest` is cash in fen at `lowest_period`, negative where money is missing; None if the plan's
    ladder has no such rows.
    """

    below_zero: str | None
    below_buffer: str | None
    lowest: int | None
    lowest_period: str | None

    @property
    def missing(self) -> int:
        """Fen that are missing at the lowest point; zero if cash never falls below zero."""
        return max(-(self.lowest or 0), 0)


NO_PATH = CashPath(None, None, None, None)


@dataclass(frozen=True, slots=True)
class Findings:
    """The figures that the first page stands on.

    `worst_scenario` is the one that misses most without the plan, None where there is only the
    expected one. `proceeds` are present values of outside cash as each lot was weighed; `receipts`
    the cash that arrives from outside, net, `lot_loans` what is borrowed against lots. `cash_end`
    is all cash when the plan ends, None where none is given, `earmarked_end` the part of it that
    lies in earmarked accounts. `added` is interest (or an index) added to principal. `groups` holds
    principal resolved by reporting group.
    """

    before: CashPath
    after: CashPath
    worst_scenario: str | None
    worst_before: CashPath
    worst_after: CashPath
    proceeds: int
    receipts: int
    worst_receipts: int
    destroyed: int
    circular_proceeds: int
    lot_loans: int
    cash_end: int | None
    worst_cash_end: int | None
    earmarked_end: int
    relief: int
    relief_first: str | None
    debt_before: int
    debt_after: int
    added: int
    groups: dict[str, int]

    @property
    def resolved(self) -> int:
        """Principal resolved in all groups together."""
        return sum(self.groups.values())

    @property
    def paid_off(self) -> int:
        """Principal that is really gone: outside cash, own cash and help."""
        return self.groups["outside"] + self.groups["own"] + self.groups["help"]

    @property
    def borrowed_beyond(self) -> int:
        """New borrowing beyond what renews old debt: why debt falls by less than is paid off."""
        return self.debt_after - self.debt_before + self.paid_off - self.added


def find(view: View) -> Findings:
    """Compute the headline figures of a view."""
    relief = expected_relief(view).filter(pl.col("amount") > 0)
    sold = view.lots.filter(pl.col("released"))
    kinds = grouped(view.debts)
    worst = worst_scenario(view)
    return Findings(
        path(view, BEFORE),
        path(view, AFTER),
        worst,
        path(view, BEFORE, worst) if worst else NO_PATH,
        path(view, AFTER, worst) if worst else NO_PATH,
        total(sold.filter(pl.col("resolution_kind") == "outside_cash"), "net_proceeds"),
        receipts(view),
        receipts(view, worst) if worst else 0,
        total(sold, "value_destroyed"),
        total(sold.filter(pl.col("resolution_kind") == "circular"), "net_proceeds"),
        lot_loans(view),
        cash_end(view),
        cash_end(view, worst) if worst else None,
        earmarked_end(view),
        total(relief, "amount"),
        str(relief["quarter"].min()) if relief.height else None,
        total(view.debts, "opening"),
        total(view.debts, "closing"),
        total(view.tables["debt_actions"].filter(adds()), "principal_new"),
        {group: total(kinds, group) for group in GROUP},
    )


def adds() -> pl.Expr:
    """Mark debt actions that add interest or an index to the principal of a standing contract."""
    return (pl.col("action") == "scheduled") & (pl.col("principal_new") > 0)


def receipts(view: View, scenario: str = EXPECTED) -> int:
    """Return cash from outside buyers over the horizon, less its taxes, fees and procedure, fen."""
    rows = view.cash.filter(pl.col("scenario") == scenario)
    parts = ("asset_proceeds_outside", "procedure_cost", "tax_and_fee")
    return sum(total(rows, part) for part in parts)


def lot_loans(view: View) -> int:
    """Return the principal borrowed against lots, by pledge or by pool with recourse, fen."""
    lent = view.lots.filter(pl.col("resolution_kind") == "new_debt").drop_nulls("cash_quarter")
    named = lent.select(pl.format("new-{}-{}", "lot_id", "cash_quarter"))
    rows = view.tables["debt_actions"].filter(
        pl.col("new_debt_id").is_in(named.to_series().to_list())
    )
    return total(rows, "principal_new")


def cash_end(view: View, scenario: str = EXPECTED) -> int | None:
    """Return all cash inside the perimeter when the plan ends, fen; None where it is not given."""
    rows = view.cash.filter((pl.col("scenario") == scenario) & (pl.col("quarter") == view.last))
    return int(rows["closing"][0]) if rows.height else None


def earmarked_end(view: View) -> int:
    """Return expected cash of earmarked accounts when the plan ends, fen, added over bodies."""
    rows = view.tables["cash"].filter(
        (pl.col("entity_id") != CONSOLIDATED)
        & (pl.col("account") == "earmarked")
        & (pl.col("quarter") == view.last)
    )
    if rows.filter(pl.col("scenario") == EXPECTED).height:
        return total(rows.filter(pl.col("scenario") == EXPECTED), "closing")
    weights = view.case.settings.weights
    weight = pl.col("scenario").replace_strict(weights, default=0.0, return_dtype=pl.Float64)
    return round(rows.select((pl.col("closing") * weight).sum()).item() or 0)


def path(view: View, phase: str, scenario: str = EXPECTED, entity: str = CONSOLIDATED) -> CashPath:
    """Return where a ladder first fails and how low it falls within the plan's horizon."""
    return _path(rungs(view, phase, scenario, entity))


def _path(rows: pl.DataFrame) -> CashPath:
    if rows.height == 0:
        return NO_PATH
    empty = rows.filter(pl.col("cumulative_gap") < 0)
    low = rows.filter(pl.col("below_buffer").fill_null(value=False))
    deepest = rows.sort("cumulative_gap", maintain_order=True).row(0, named=True)
    return CashPath(
        empty["period"][0] if empty.height else None,
        low["period"][0] if low.height else None,
        deepest["cumulative_gap"],
        deepest["period"],
    )


def rungs(view: View, phase: str, scenario: str, entity: str = CONSOLIDATED) -> pl.DataFrame:
    """Return a ladder's rows within the horizon, in order of time."""
    return view.ladder.filter(
        (pl.col("entity_id") == entity)
        & (pl.col("phase") == phase)
        & (pl.col("scenario") == scenario)
        & (pl.col("quarter") <= view.last)
    ).sort("quarter", "period")


def beyond(view: View) -> CashPath:
    """Return where cash first fails after the plan's horizon, and how low it falls by then.

    Nothing is rolled over, sold or asked for there: it tells what the plan leaves to others.
    """
    later = view.ladder.filter(
        (pl.col("entity_id") == CONSOLIDATED)
        & (pl.col("phase") == AFTER)
        & (pl.col("scenario") == EXPECTED)
        & (pl.col("quarter") > view.last)
    )
    return _path(later.sort("quarter", "period"))


def expected_relief(view: View) -> pl.DataFrame:
    """Return relief rows as expected over scenarios, in order of time."""
    rows = view.tables["relief"]
    if rows.filter(pl.col("scenario") == EXPECTED).height or not rows.height:
        return rows.filter(pl.col("scenario") == EXPECTED).sort("quarter", "giver_id", "kind")
    weight = pl.col("scenario").replace_strict(
        view.case.settings.weights, default=0.0, return_dtype=pl.Float64
    )
    keys = ("entity_id", "giver_id", "kind", "quarter")
    return (
        rows.group_by(keys, maintain_order=True)
        .agg(
            pl.lit(EXPECTED).alias("scenario"),
            (pl.col("amount") * weight).sum().round().cast(pl.Int64),
            pl.lit(None, pl.Int64).alias("amount_p05"),
            pl.lit(None, pl.Int64).alias("amount_p95"),
            pl.col("repay_by", "limit_id", "price").first(),
        )
        .sort("quarter", "giver_id", "kind")
    )


def worst_scenario(view: View) -> str | None:
    """Return the scenario whose cash falls lowest without the plan; None without scenarios."""
    listed = [name for name in scenarios(view) if name != EXPECTED]
    lowest = {name: path(view, BEFORE, name).lowest for name in listed}
    known = {name: low for name, low in lowest.items() if low is not None}
    return min(known, key=lambda name: known[name]) if known else None


def scenarios(view: View) -> list[str]:
    """Return the scenarios that the ladder shows, expected first, then in the case's order."""
    held = set(view.ladder["scenario"].drop_nulls().unique())
    listed = [name for name in view.case.settings.weights if name in held]
    listed += sorted(held - set(listed) - {EXPECTED})
    return [EXPECTED, *listed] if EXPECTED in held else listed
