"""By how much could a plan still be cheaper? Two shares, the same wherever they are printed."""

import math

from ironpot.plan.inputs import MILLION
from ironpot.plan.program import BOX

# A gap of more times the cost is that of the bound that needs no solving: nothing is proven.
NOTHING_PROVEN = 10.0


def gap_objective(cost: float, bound: float, terminal_cash: float) -> float:
    """Return the missing part as a share of the cost without what stands in it for cash at the end.

    `terminal_cash` is what the change of all cash over the horizon costs at present value: negative
    where cash grows. What no decision moves, budget lines and today's income, is part of it. Nan if
    nothing else costs anything.

    >>> gap_objective(110.0, 100.0, -90.0)
    0.05
    """
    return _share(cost - bound, abs(cost - terminal_cash))


def gap_stake(cost: float, bound: float, do_nothing: float) -> float:
    """Return the missing part as a share of what a plan can win over doing nothing.

    Forced wishes can make every plan dearer than doing nothing; the stake is then that loss. Nan
    where nothing is at stake, or where doing nothing is impossible (inf).

    >>> gap_stake(110.0, 100.0, 300.0), gap_stake(110.0, 100.0, math.inf)
    (0.05, nan)
    """
    return _share(cost - bound, abs(do_nothing - bound))


def is_proven(missing: float, *costs: float) -> bool:
    """Say whether a bound `missing` yuan below says anything of plans with such costs.

    `costs` are what decisions move. What holds only because no account could hold more says
    nothing, nor does what is many times as large as all that is decided.

    >>> is_proven(3e6, 1e6, 2e6), is_proven(3e8, 1e6, 2e6), is_proven(math.inf, 1e6)
    (True, False, False)
    """
    return missing < BOX * MILLION and missing <= NOTHING_PROVEN * max(map(abs, costs))


def _share(missing: float, whole: float) -> float:
    return max(missing, 0.0) / whole if 0.0 < whole < math.inf else math.nan
