"""What ties a county's sales beyond its lots and cash rows? Handed to compiled programs as one.

Arrays without rows say that there is none of it, so that a county without ties pays nothing for
them.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from ironpot.system.links import Floats, Ints


class Ties(NamedTuple):
    """Ties of one county, or of all.

    `later` (lot, quarter) is what a yuan sold has brought beyond its price, or taken back, so many
    quarters after its sale; nil in the quarter itself.
    """

    later: Floats


def no_ties() -> Ties:
    """Return the ties of counties that have none.

    >>> no_ties().later.shape
    (0, 0)
    """
    return Ties(np.zeros((0, 0)))


@njit(cache=True, nogil=True)
def ties_of(ties: Ties, first: Ints, county: int) -> Ties:
    """Return the ties of one county; `first` (county + 1,) cuts lot rows by county."""
    return Ties(ties.later[first[county] : first[county + 1]])
