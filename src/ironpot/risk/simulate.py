"""How sure is it? Thousands of projections around one scenario, kept as what a fan needs.

Scenarios are drawn and projected a thousand at a time, so that memory stays small; the draws of a
thousand are rows of their block of 4,096 (risk.shocks), whoever works on them.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.risk.case_shocks import shocked
from ironpot.risk.drivers import Scenarios
from ironpot.risk.measures import Measure
from ironpot.risk.projection import Outlook, Projection, project
from ironpot.risk.shocks import BLOCK, ShockModel, draw_block
from ironpot.risk.yearly import Years, by_year

Floats = npt.NDArray[np.float64]

CHUNK = 1_024


@dataclass(frozen=True, slots=True)
class Sample:
    """What is kept of each scenario: `cash` (scenario, quarter), negative by what is unpaid.

    By year: `ratios` by measure name, `debt` and `net_cash_flow` (all cash before new borrowing and
    renewal), (scenario, year) each.
    """

    cash: Floats
    debt: Floats
    net_cash_flow: Floats
    ratios: dict[str, Floats]


def sample_of(
    outlook: Outlook, flows: Projection, measures: Sequence[Measure]
) -> tuple[Sample, Years]:
    """Return what is kept of a projection, and its years."""
    years = by_year(flows, outlook.horizon.quarters)
    ratios = {measure.name: measure.ratio(years.known(measure.entity_id)) for measure in measures}
    return Sample(flows.cash, years.debt[:, 1:], net_cash_flow(years), ratios), years


def net_cash_flow(years: Years) -> Floats:
    """Return what a year leaves after all that contracts take, before any new borrowing.

    The primary balance, proceeds and help less interest, fees, principal and calls.
    """
    flows = years.flows
    taken = flows["interest"] + flows["fees"] + flows["principal"] + flows["calls"]
    return flows["primary"] + flows["proceeds"] + flows["relief"] - taken


def simulate(
    outlook: Outlook, scenarios: Scenarios, model: ShockModel, measures: Sequence[Measure]
) -> Sample:
    """Return the sample of `options.draws` scenarios around `options.centre`."""
    options = outlook.options
    alone = replace(outlook, options=replace(options, workers=1))

    def one(start: int) -> Sample:
        drivers = drawn(outlook, scenarios, model, start, min(start + CHUNK, options.draws))
        flows = project(alone, drivers, credit=(options.centre,))
        return sample_of(alone, flows, measures)[0]

    starts = range(0, options.draws, CHUNK)
    if options.workers == 1:
        return _joined([one(start) for start in starts])
    with ThreadPoolExecutor(options.workers) as pool:
        return _joined(list(pool.map(one, starts)))


def drawn(
    outlook: Outlook, scenarios: Scenarios, model: ShockModel, start: int, end: int
) -> Scenarios:
    """Return the drivers of scenarios `start` to `end`, which lie in one block."""
    options = outlook.options
    years = -(-len(scenarios.quarters) // QUARTERS_PER_YEAR)
    block, first = divmod(start, BLOCK)
    shocks = draw_block(model, block, years, seed=options.seed)[first : first + end - start]
    centre = scenarios.names.index(options.centre)
    return shocked(scenarios, centre, model, shocks, rates=outlook.rates, first=start)


def _joined(parts: Sequence[Sample]) -> Sample:
    whole = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("cash", "debt", "net_cash_flow")
    }
    ratios = {
        name: np.concatenate([part.ratios[name] for part in parts]) for name in parts[0].ratios
    }
    return Sample(**whole, ratios=ratios)
