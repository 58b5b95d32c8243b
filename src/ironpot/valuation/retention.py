"""What is a lot worth if it is kept? Present values of what it goes on giving, quarter by quarter.

Units: yuan, quarters counted from 1 (the quarter after the case date), rates decimals a year.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.core.dates import QUARTERS_PER_YEAR

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

LIFE_CAP_Y = 50.0


@dataclass(frozen=True, slots=True)
class Stream:
    """What kept lots give by quarter: arrays (lot, quarter), undiscounted, in + and out -.

    `income` is rent, fees or rent saved; `cost` (<= 0) what keeping them costs, needed investment
    included as a level charge; `service` the service value where a source gives one. `discount` is
    (quarter,), `quarters` the life counted of each lot (lot,).
    """

    income: Floats
    cost: Floats
    service: Floats
    discount: Floats
    quarters: Ints


def value_between(discount: Floats, flow: Floats, first: Ints, last: Ints) -> Floats:
    """Return the present value of each row's flow in quarters first+1 .. last, (row,).

    `discount` (quarter,), `flow` (row, quarter), `first` and `last` (row,) counts of quarters; what
    lies beyond the flow's width is nil.

    >>> value_between(np.ones(4), np.ones((1, 4)), np.array([1]), np.array([3])).tolist()
    [2.0]
    """
    value = np.concatenate([np.zeros((len(flow), 1)), np.cumsum(flow * discount, axis=1)], axis=1)
    row, width = np.arange(len(flow)), flow.shape[1]
    start, end = np.minimum(first, width), np.minimum(last, width)
    return value[row, np.maximum(end, start)] - value[row, start]


def annuity(quarters: Floats | Ints, rate: float) -> Floats:
    """Return the present value of 1 at the end of each of `quarters` quarters, elementwise.

    >>> annuity(np.array([4]), rate=0.0).tolist()
    [4.0]
    """
    count = np.asarray(quarters, dtype=np.float64)
    factor = (1.0 + rate) ** (-1.0 / QUARTERS_PER_YEAR)
    return count if factor == 1.0 else factor * (1.0 - factor**count) / (1.0 - factor)


def retention_stream(
    income_y: Floats,
    cost_to_keep_y: Floats,
    capex_needed: Floats,
    service_value_y: Floats,
    remaining_life_y: Floats,
    income_growth_rate: Floats,
    *,
    rate: float,
    life_cap_y: float = LIFE_CAP_Y,
) -> Stream:
    """Lay out what each lot gives if kept, for at most `life_cap_y` years.

    All arrays (lot,). `capex_needed` is a present value: it is charged as a level quarterly amount
    whose present value over the life equals it. Raises ValueError if any figure is missing.

    >>> one = np.ones(1)
    >>> stream = retention_stream(100 * one, 0 * one, 0 * one, 0 * one, one, 0 * one, rate=0.0)
    >>> stream.income.sum(), int(stream.quarters[0])
    (np.float64(100.0), 4)
    """
    columns = (income_y, cost_to_keep_y, capex_needed, service_value_y, remaining_life_y)
    if any(np.isnan(column).any() for column in columns):
        raise ValueError(
            "A lot's income, cost, life or service is missing; fill it or leave it out."
        )
    quarters = np.rint(np.minimum(remaining_life_y, life_cap_y) * QUARTERS_PER_YEAR).astype(int)
    number = np.arange(1, round(life_cap_y * QUARTERS_PER_YEAR) + 1)
    alive = (number[None, :] <= quarters[:, None]).astype(np.float64)
    discount = (1.0 + rate) ** (-number / QUARTERS_PER_YEAR)
    growth = (1.0 + income_growth_rate)[:, None] ** ((number[None, :] - 1) / QUARTERS_PER_YEAR)
    whole = annuity(quarters, rate)
    charge = np.divide(capex_needed, whole, out=np.zeros_like(whole), where=whole > 0.0)
    return Stream(
        income=alive * growth * income_y[:, None] / QUARTERS_PER_YEAR,
        cost=-alive * (cost_to_keep_y[:, None] / QUARTERS_PER_YEAR + charge[:, None]),
        service=alive * service_value_y[:, None] / QUARTERS_PER_YEAR,
        discount=discount,
        quarters=quarters,
    )


def retention_value(stream: Stream) -> Floats:
    """Return the whole retention value of each lot at the case date, (lot,).

    Present value over the remaining life of income less cost to keep less needed investment, plus
    service value.

    >>> one = np.ones(1)
    >>> stream = retention_stream(8 * one, 3 * one, 2 * one, one, 50 * one, 0 * one, rate=0.05)
    >>> float(round(retention_value(stream)[0], 2))
    109.57
    """
    return ((stream.income + stream.cost + stream.service) @ stream.discount).astype(np.float64)
