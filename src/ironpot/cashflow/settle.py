"""When is a derivative settled after it was exercised, and when is it exercised?

Source: ACTUS technical specification 1.1, section OPTNS: XD and STD.
"""

import numpy as np
import numpy.typing as npt

from ironpot.cashflow.block import NEVER, Block
from ironpot.cashflow.cycles import add_cycles
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.tape import Planned, moved_to_business_days

Rows = npt.NDArray[np.intp]
Times = npt.NDArray[np.datetime64]


def settled_after(block: Block, rows: Rows, exercised: Times) -> Planned:
    """Return STD events of contracts `rows`, a settlement period after exercise, on business days.

    They are calculated at the exercise.
    """
    period = block.cycles("settlement_period").take(rows)
    one = np.ones(rows.size, np.int64)
    later = add_cycles(exercised, one, period, np.zeros(rows.size, bool))
    paid = moved_to_business_days(block, rows, later).paid
    return Planned(Kind.STD, rows, paid, exercised, exercised, np.full(rows.size, np.nan))


def first_exercise(block: Block, rows: Rows, times: Times, end: Times) -> Times:
    """Return each contract's first exercise observed up to its end, (contract,); NaT if none."""
    first = np.full(block.count, NEVER)
    for row, time in sorted(zip(rows.tolist(), times.tolist(), strict=True), reverse=True):
        if np.datetime64(time, "s") <= end[row]:
            first[row] = np.datetime64(time, "s")
    return first
