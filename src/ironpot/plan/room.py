"""Had a lot that stays a place in the plan? What stands in the way of each of its starts.

Judged at the plan as it is: the task force's weeks, the markets' ladders, service floors and pools
that the chosen releases leave. Arrays (candidate,).
"""

from dataclasses import dataclass

import numpy as np

from ironpot.plan.board import effort_by_quarter, service_classes
from ironpot.plan.inputs import MILLION
from ironpot.plan.model import Model
from ironpot.plan.program import Floats, Ints
from ironpot.plan.settle import Settlement
from ironpot.valuation.retention import Bools

SLACK = 1e-6


@dataclass(frozen=True, slots=True)
class Room:
    """Marks by candidate: `too_large` for its market's whole ladder, and `blocked` by reason code.

    A candidate without any mark has room in the plan.
    """

    too_large: Bools
    blocked: dict[str, Bools]

    @property
    def free(self) -> Bools:
        """Candidates that nothing stands in the way of."""
        return ~(self.too_large | np.any(list(self.blocked.values()), axis=0))


def room_of(model: Model, settled: Settlement) -> Room:
    """Look at every candidate against what the chosen ones leave."""
    releases, depth = model.inputs.releases, model.inputs.offers.depth
    listed = releases.market >= 0
    whole = depth.capacity.sum(axis=2)[releases.market, releases.start]
    left = whole - _listed(model, settled.chosen)[releases.market, releases.start]
    return Room(
        too_large=listed & (releases.volume > whole * (1.0 + SLACK)),
        blocked={
            "DEPTH": listed & (releases.volume > left + SLACK * whole),
            "CAPACITY": _tired(model, settled.chosen),
            "SERVICE_FLOOR": _under_floor(model, settled.chosen),
            "POOL_MIN": _without_pool(model, settled.chosen),
        },
    )


def _listed(model: Model, chosen: Ints) -> Floats:
    """Volume listed by market and quarter, yuan."""
    releases = model.inputs.releases
    volume = np.zeros(model.inputs.offers.depth.fraction.shape[:2])
    on = chosen[releases.market[chosen] >= 0]
    np.add.at(volume, (releases.market[on], releases.start[on]), releases.volume[on])
    return volume


def _tired(model: Model, chosen: Ints) -> Bools:
    effort = effort_by_quarter(model)
    team = model.program.row_upper[model.program.rows["team"].index]
    return (effort > (team - effort[chosen].sum(axis=0))[None, :] + SLACK).any(axis=1)


def _under_floor(model: Model, chosen: Ints) -> Bools:
    kind, service = service_classes(model), model.inputs.releases.service / MILLION
    floor = np.append(model.program.row_upper[model.program.rows["service_floor"].index], np.inf)
    used = np.bincount(kind[chosen] % floor.size, service[chosen], minlength=floor.size)
    return service > (floor - used)[kind] + SLACK


def _without_pool(model: Model, chosen: Ints) -> Bools:
    releases = model.inputs.releases
    pool = model.inputs.offers.is_route("pool")[releases.row]
    issued = {(int(releases.node[c]), int(releases.start[c])) for c in chosen if pool[c]}
    pairs = zip(releases.node.tolist(), releases.start.tolist(), strict=True)
    return pool & np.array([pair not in issued for pair in pairs], dtype=bool)
