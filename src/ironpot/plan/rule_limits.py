"""Which bands bind the plan? Rules that the case marks as binding, and its debt ceilings."""

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.core.dates import QUARTERS_PER_YEAR, quarter_name, quarter_number
from ironpot.plan.inputs import Band
from ironpot.plan.program import Floats
from ironpot.risk.budget import budget_flows
from ironpot.risk.drivers import Scenarios
from ironpot.risk.outlook import limits_in_facts, planned_facts
from ironpot.risk.rule_files import rule_book
from ironpot.risk.rules import BandLimit

STATUTORY = ("general", "special")
DEBT = "debt_"


def debt_bands(case: Case, scenarios: Scenarios) -> tuple[Band, ...]:
    """Return binding limits on debt at each year's end within the horizon.

    A limit that measures something else than debt by class against resources of the budget does
    not become a row: it is reported, not planned.
    """
    ceilings = _ceilings(case, len(scenarios.names))
    book = rule_book().rule_sets
    binding = case.rules.filter(pl.col("binding"), pl.col("target_level").is_not_null())
    flows = budget_flows(case, scenarios)
    bands = [
        band
        for row in binding.iter_rows(named=True)
        if row["rule_set_id"] in book and book[row["rule_set_id"]].in_force(case.date)
        for limit in limits_in_facts(book[row["rule_set_id"]], row["target_level"])
        for band in _bands_of(
            case,
            limit,
            row["target_level"],
            planned_facts(flows, row["entity_id"]),
            scenarios.names,
        )
    ]
    return (*ceilings, *bands)


def _bands_of(
    case: Case, limit: BandLimit, level: str, facts: pl.DataFrame, names: tuple[str, ...]
) -> list[Band]:
    """One band a year, if the limit is debt by class over resources that the budget carries."""
    scale = {coefficient for _, coefficient in limit.numerator}
    classes = tuple(name.removeprefix(DEBT) for name, _ in limit.numerator)
    if limit.operator != "<=" or len(scale) != 1 or not _all_debt(limit):
        return []
    found: list[Band] = []
    for year in sorted(facts["year"].unique()):
        resources = _resources(facts.filter(pl.col("year") == year), limit, names)
        quarter = case.horizon.index(f"{year}Q4")
        if resources is not None and 0 <= quarter < case.horizon.count:
            bound = limit.bound / scale.copy().pop() * resources
            found.append(
                Band(limit.rule_set_id, limit.indicator_id, level, classes, quarter, bound)
            )
    return found


def _all_debt(limit: BandLimit) -> bool:
    return all(name.startswith(DEBT) for name, _ in limit.numerator)


def _resources(facts: pl.DataFrame, limit: BandLimit, names: tuple[str, ...]) -> Floats | None:
    """Resources of one year by scenario; None if the budget does not carry all of them."""
    amounts = {(s, f): a for s, f, a in facts.select("scenario", "fact", "amount").iter_rows()}
    wanted = [(name, coefficient) for name, coefficient in limit.denominator]
    if any((scenario, name) not in amounts for scenario in names for name, _ in wanted):
        return None
    return np.array([sum(amounts[(s, n)] * c for n, c in wanted) for s in names])


def _ceilings(case: Case, scenarios: int) -> tuple[Band, ...]:
    """Ceilings of statutory debt, at the end of each year."""
    rows = case.limits.filter(pl.col("kind") == "debt_ceiling")
    first = quarter_number(case.horizon.first)
    ends = [
        k
        for k in range(case.horizon.count)
        if quarter_name(first + k).endswith(f"Q{QUARTERS_PER_YEAR}")
    ]
    return tuple(
        Band(
            "debt_ceiling",
            row["limit_id"],
            "ceiling",
            STATUTORY,
            quarter,
            np.full(scenarios, float(row["amount"])),
            rigid=True,
        )
        for row in rows.iter_rows(named=True)
        for quarter in ends
        if row["quarter"] in ("all", quarter_name(first + quarter))
    )
