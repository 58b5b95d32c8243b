"""What does freeing a pledged lot cost, and which debt service does it end?"""

import numpy as np
import polars as pl

from ironpot.cashflow.options import CONTRACT, DebtOptions
from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.valuation.offers import Pledges
from ironpot.valuation.retention import Floats


def pledges_of(
    debts: pl.DataFrame, options: DebtOptions, weights: Floats, *, rate: float
) -> Pledges:
    """Return the expected settlement and service of every debt, as its contract stands.

    `weights` (scenario,). Settlement holds principal, accrued interest and the prepayment fee.
    """
    rows = np.flatnonzero((options.table["action"] == CONTRACT).to_numpy())
    names = tuple(options.table["debt_id"].gather(rows))
    place = [options.debt_ids.index(name) for name in names]
    opening = dict(debts.select("debt_id", "notional_principal").iter_rows())
    first = np.array([opening[name] for name in names])
    settlement = np.einsum("dst,s->dt", options.settlement[place], weights)
    service: Floats = np.einsum("dst,s->dt", (options.principal + options.interest)[rows], weights)
    quarters = np.arange(1, int(options.principal.shape[2]) + 1)
    discount = np.power(1.0 + rate, -quarters / QUARTERS_PER_YEAR)
    after = (options.value_after[rows] @ weights)[:, None]
    later: Floats = np.cumsum((service * discount)[:, ::-1], axis=1)[:, ::-1]
    return Pledges(
        debt_ids=names,
        outstanding=np.concatenate([first[:, None], settlement], axis=1),
        value_after=np.concatenate([later, np.zeros_like(after)], axis=1) + after,
    )
