"""How do budget and lots move with the drivers? The same sums for ten thousand scenarios at once.

Every line is its amount times the index of its driver, so that a year's budget is a table (driver,
quarter): amounts in yuan, signed from the perimeter, for an index of 1. The last row holds what no
driver moves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.case.case import Case
from ironpot.core.dates import MONTHS_PER_QUARTER, Horizon, next_day
from ironpot.risk.budget import budget_flows
from ironpot.risk.drivers import Scenarios
from ironpot.risk.flows import lot_flows
from ironpot.risk.outlook import FACT_OF_LINE

Floats = npt.NDArray[np.float64]

LAND = "land_revenue"
TRANSFERS = "transfers"
TRANSFERS_IN = "transfers_in"
_ALONE = "alone"
# What a fund account must spend is what its land costs to make and clear.
LAND_COST = (("fund", "essential_spending"), "fund_land_cost")


@dataclass(frozen=True, slots=True)
class BudgetForm:
    """Budget and lots by driver, (driver + 1, quarter) each.

    - `primary`: cash of the whole perimeter before debt service, without `delayed`
    - `delayed`: transfers from above, which a stress may let come later
    - `facts`: published facts by (entity, name), without `delayed_facts`
    """

    drivers: tuple[str, ...]
    quarters: tuple[str, ...]
    primary: Floats
    delayed: Floats
    facts: dict[tuple[str, str], Floats]
    delayed_facts: dict[tuple[str, str], Floats]

    def amounts(self, form: Floats, drivers: Scenarios) -> Floats:
        """Return (scenario, quarter) of a form under the drivers' paths."""
        total = np.broadcast_to(form[-1], drivers.values.shape[:2]).copy()
        for row, name in enumerate(self.drivers):
            if form[row].any():
                total += form[row] * drivers.path(name)
        return total


def budget_form(case: Case, scenarios: Scenarios, entities: Sequence[str]) -> BudgetForm:
    """Return the forms of the case over the quarters of `scenarios`; facts of `entities`.

    The months of a first quarter that has begun are left out of cash, as in the ladder, and stay in
    facts. Raises CaseError if a line names a driver that has no path.
    """
    used = tuple(
        name for name in scenarios.drivers if name in set(case.budget["driver"].drop_nulls())
    )
    lines = _by_driver(case, used, scenarios)
    names = (*used, _ALONE)

    def table(*wanted: pl.Expr, late: bool) -> Floats:
        return _table(lines.filter(_is_transfer() == late, *wanted), names, scenarios.quarters)

    carried = _with_facts(lines.filter(pl.col("entity_id").is_in(entities)))
    known = list(carried.select("entity_id", "fact").unique().sort("entity_id", "fact").iter_rows())

    def facts(*, late: bool) -> dict[tuple[str, str], Floats]:
        rows = carried.filter(_is_transfer() == late)
        return {
            (entity, fact): _table(
                rows.filter(pl.col("entity_id") == entity, pl.col("fact") == fact),
                names,
                scenarios.quarters,
            )
            for entity, fact in known
        }

    inside = pl.col("entity_id").is_in(case.perimeter)
    primary, delayed = table(inside, late=False), table(inside, late=True)
    for form in (primary, delayed):
        form[:, 0] *= _first_share(case)
    primary[-1] += _lots(case, scenarios)
    return BudgetForm(
        used, scenarios.quarters, primary, delayed, facts(late=False), facts(late=True)
    )


def delayed_by(amounts: Floats, delay: Floats | float) -> Floats:
    """Return amounts (scenario, quarter) that come `delay` quarters later, (scenario, 1) or one.

    Of half a quarter's delay half comes a quarter later; what comes after the last is left out.

    >>> delayed_by(np.array([[4.0, 6.0, 8.0]]), 1.5).tolist()
    [[0.0, 2.0, 5.0]]
    """
    late = np.broadcast_to(np.asarray(delay, dtype=np.float64), (amounts.shape[0], 1))
    if not late.any():
        return amounts
    whole = np.floor(late).astype(np.int64)
    moved = np.zeros_like(amounts)
    for extra, part in enumerate((1.0 - (late - whole), late - whole)):
        before = np.arange(amounts.shape[1], dtype=np.int64) - whole - extra
        taken = np.take_along_axis(amounts, np.maximum(before, 0), axis=1)
        moved += part * np.where(before >= 0, taken, 0.0)
    return moved


def _by_driver(case: Case, used: tuple[str, ...], scenarios: Scenarios) -> pl.DataFrame:
    """Return budget rows with the fact they carry; `scenario` is the driver that moves them.

    One scenario a driver, in which it alone is 1 and the others are 0, besides one with none.
    """
    every = scenarios.drivers
    names = (*used, _ALONE)
    values = np.zeros((len(names), len(scenarios.quarters), len(every)))
    for row, name in enumerate(used):
        values[row, :, every.index(name)] = 1.0
    weights = np.full(len(names), 1.0 / len(names))
    units = Scenarios(names, weights, every, scenarios.quarters, values)
    flows = budget_flows(case, units)
    key = ["entity_id", "account", "line", "item", "quarter"]
    alone = flows.filter(pl.col("scenario") == _ALONE).select(*key, alone="amount")
    moved = pl.when(pl.col("scenario") == _ALONE).then(pl.col("amount"))
    return flows.join(alone, on=key).with_columns(
        amount=moved.otherwise(pl.col("amount") - pl.col("alone"))
    )


def _with_facts(lines: pl.DataFrame) -> pl.DataFrame:
    """Return lines once for every fact that they carry."""
    keys = pl.DataFrame(
        [(account, line, fact) for (account, line), fact in (*FACT_OF_LINE.items(), LAND_COST)],
        schema=["account", "line", "fact"],
        orient="row",
    )
    return lines.join(keys, on=["account", "line"])


def _is_transfer() -> pl.Expr:
    """Say which rows are transfers from above: those that the driver `transfers` moves."""
    return (pl.col("line") == TRANSFERS_IN) & (pl.col("scenario") == TRANSFERS)


def _table(rows: pl.DataFrame, names: tuple[str, ...], quarters: tuple[str, ...]) -> Floats:
    """Return the sums of rows by driver and quarter, (driver + 1, quarter)."""
    table = np.zeros((len(names), len(quarters)))
    place = {quarter: number for number, quarter in enumerate(quarters)}
    summed = rows.group_by("scenario", "quarter", maintain_order=True).agg(pl.col("amount").sum())
    for scenario, quarter, amount in summed.iter_rows():
        table[names.index(scenario), place[quarter]] = amount
    return table


def _first_share(case: Case) -> float:
    """Return which part of the first quarter's months is still to come."""
    first = next_day(case.date)
    begun = (first.month - 1) % MONTHS_PER_QUARTER
    return (MONTHS_PER_QUARTER - begun) / MONTHS_PER_QUARTER


def _lots(case: Case, scenarios: Scenarios) -> Floats:
    """Return what the perimeter's lots earn less their cost, (quarter,)."""
    one = Scenarios(
        (_ALONE,), np.ones(1), scenarios.drivers, scenarios.quarters, scenarios.values[:1]
    )
    flows = lot_flows(case, one).filter(pl.col("entity_id").is_in(case.perimeter))
    horizon = Horizon(scenarios.quarters[0], len(scenarios.quarters))
    at = horizon.index_of(flows["date"].to_numpy().astype("datetime64[D]"))
    amounts = flows["amount"].to_numpy().astype(np.float64)
    return np.bincount(at, amounts, minlength=horizon.count).astype(np.float64)
