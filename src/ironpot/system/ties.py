"""What ties a county's sales beyond its lots and cash rows? Handed to compiled programs as one.

Arrays without rows say that there is none of it, so that a county without ties pays nothing for
them.
"""

from typing import NamedTuple

import numpy as np

from ironpot.system.compiled import njit
from ironpot.system.links import Bools, Floats, Ints


class Ties(NamedTuple):
    """Ties of one county, or of all.

    `later` (lot, quarter) is what a yuan sold has brought beyond its price, or taken back, so many
    quarters after its sale; nil in the quarter itself. `work` (lot,) is what a yuan sold takes of
    the team in each of the `span` (lot,) quarters in which it is prepared: the first of them is the
    quarter of the sale less `ready` (lot,). `team` (county, quarter) is what there is of it.
    """

    later: Floats
    work: Floats
    span: Ints
    ready: Ints
    team: Floats


class Team(NamedTuple):
    """What the joint problem knows of teams, as in `Ties`."""

    work: Floats
    span: Ints
    ready: Ints
    capacity: Floats

    def works_on(self, sale: int, quarter: int) -> Bools:
        """Say of each lot whether what is sold in `sale` is worked on in `quarter`, (lot,)."""
        begin = sale - self.ready
        return (begin <= quarter) & (quarter < begin + self.span)

    def of(self, lots: Ints | Bools, counties: Ints | slice) -> "Team":
        """Return the teams of some counties and their lots alone."""
        return Team(self.work[lots], self.span[lots], self.ready[lots], self.capacity[counties])


def no_ties() -> Ties:
    """Return the ties of counties that have none.

    >>> no_ties().later.shape
    (0, 0)
    """
    nobody = np.zeros(0, dtype=np.int64)
    return Ties(np.zeros((0, 0)), np.zeros(0), nobody, nobody, np.zeros((0, 0)))


@njit(cache=True, nogil=True)
def ties_of(ties: Ties, first: Ints, county: int) -> Ties:
    """Return the ties of one county; `first` (county + 1,) cuts lot rows by county."""
    a, b = first[county], first[county + 1]
    return Ties(
        ties.later[a:b],
        ties.work[a:b],
        ties.span[a:b],
        ties.ready[a:b],
        ties.team[county : county + 1],
    )


@njit(cache=True, nogil=True)
def worked_on(ties: Ties, lot: int, sale: int, quarter: int) -> bool:
    """Say whether the team works in `quarter` on what is sold of a lot in the quarter `sale`."""
    begin = sale - ties.ready[lot]
    return begin <= quarter < begin + ties.span[lot]
