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
    """Return each contract's first exercise observed after the status date up to its end."""
    inside = (times > block.status) & (times <= end[rows])
    return first_of(block, rows[inside], times[inside])


def first_of(block: Block, rows: Rows, times: Times) -> Times:
    """Return the first of the times of each contract, (contract,); NaT where it has none."""
    first = np.full(block.count, NEVER)
    latest_first = np.argsort(times, kind="stable")[::-1]
    first[rows[latest_first]] = times[latest_first]
    return first
