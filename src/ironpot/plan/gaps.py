"""By how much could a plan still be cheaper? Two shares, the same wherever they are printed."""

import math


def gap_objective(cost: float, bound: float, constant: float) -> float:
    """Return the missing part as a share of the cost that decisions move; nan if they move none.

    >>> gap_objective(110.0, 100.0, 10.0)
    0.1
    """
    return _share(cost - bound, abs(cost - constant))


def gap_stake(cost: float, bound: float, do_nothing: float) -> float:
    """Return the missing part as a share of what a plan can win over doing nothing.

    Forced wishes can make every plan dearer than doing nothing; the stake is then that loss. Nan
    where nothing is at stake, or where doing nothing is impossible (inf).

    >>> gap_stake(110.0, 100.0, 300.0), gap_stake(110.0, 100.0, math.inf)
    (0.05, nan)
    """
    return _share(cost - bound, abs(do_nothing - bound))


def _share(missing: float, whole: float) -> float:
    return max(missing, 0.0) / whole if 0.0 < whole < math.inf else math.nan
