"""What would a bad year do? Standard stresses on one scenario, one at a time and all together.

A stress at multiple 1 is the standard one; multiples scale it, up to where it cannot go further. A
negative multiple is its opposite: more land revenue, lower rates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.risk.drivers import Scenarios
from ironpot.risk.projection import Outlook, Projection, Strain, project

Floats = npt.NDArray[np.float64]

LAND_FALL = 0.30
MOST_LAND = 1.0  # the opposite goes up to twice the land revenue
RATE_RISE = 0.01
DELAY_QUARTERS = 2.0


@dataclass(frozen=True, slots=True)
class StressKind:
    """A named stress: which parts move, and the multiples at which it can go no further.

    `best` is how far the opposite may go, 0 or below: 0 where the best is that it does not happen.
    """

    name: str
    parts: tuple[str, ...]
    largest: float
    unit: str
    best: float = 0.0


KINDS: tuple[StressKind, ...] = (
    StressKind(
        "land_revenue",
        ("land",),
        1.0 / LAND_FALL,
        "x 30 % less land revenue",
        -MOST_LAND / LAND_FALL,
    ),
    StressKind("rate_rise", ("rate",), 10.0, "x 100 bp on market rates", -10.0),
    StressKind("transfer_delay", ("delay",), 4.0, "x two quarters' delay of transfers"),
    StressKind("guarantee_call", ("called",), 1.0, "x all guarantees called"),
    StressKind("non_standard", ("cut",), 1.0, "x no renewal of non-standard debt"),
    StressKind(
        "combined", ("land", "rate", "delay", "called", "cut"), 1.0 / LAND_FALL, "x all of these"
    ),
)
NO_STRESS = StressKind("centre", (), 0.0, "")


def kinds_of(names: Sequence[str]) -> tuple[StressKind, ...]:
    """Return the stresses named, in the order of KINDS."""
    return tuple(kind for kind in KINDS if kind.name in names)


def strain_of(rows: Sequence[tuple[StressKind, float]]) -> Strain:
    """Return the strain of stresses at their multiples, a scenario each.

    >>> strain = strain_of([(KINDS[0], 2.0), (KINDS[3], 0.5)])
    >>> np.asarray(strain.land).ravel().tolist(), np.asarray(strain.called).ravel().tolist()
    ([0.4, 1.0], [0.0, 0.5])
    """

    def amounts(part: str) -> Floats:
        given = [multiple * (part in kind.parts) for kind, multiple in rows]
        return np.array(given, dtype=np.float64).reshape(-1, 1)

    return Strain(
        land=np.maximum(1.0 - LAND_FALL * amounts("land"), 0.0),
        rate=RATE_RISE * amounts("rate"),
        delay=DELAY_QUARTERS * amounts("delay"),
        called=np.minimum(amounts("called"), 1.0),
        cut=np.minimum(amounts("cut"), 1.0),
        given=amounts("given"),
        earned=amounts("earned"),
    )


def repeated(scenarios: Scenarios, row: int, names: Sequence[str]) -> Scenarios:
    """Return one scenario under several names."""
    values = np.repeat(scenarios.values[row : row + 1], len(names), axis=0)
    weights = np.full(len(names), 1.0 / len(names))
    return Scenarios(tuple(names), weights, scenarios.drivers, scenarios.quarters, values)


def stressed(
    outlook: Outlook, scenarios: Scenarios, rows: Sequence[tuple[StressKind, float]]
) -> Projection:
    """Return the centre under each stress at its multiple, a scenario each."""
    centre = scenarios.names.index(outlook.options.centre)
    names = [f"{kind.name} x {multiple:.4f}" for kind, multiple in rows]
    drivers = repeated(scenarios, centre, names)
    return project(outlook, drivers, credit=(outlook.options.centre,), strain=strain_of(rows))


def with_centre(outlook: Outlook, scenarios: Scenarios, kinds: Sequence[StressKind]) -> Projection:
    """Return the centre as it is and under each standard stress, in that order."""
    return stressed(outlook, scenarios, [(NO_STRESS, 0.0), *((kind, 1.0) for kind in kinds)])
