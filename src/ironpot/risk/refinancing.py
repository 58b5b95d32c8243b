"""On what terms is principal renewed? The case's refinancing table as arrays.

Shares and rates by creditor class, quarter and named scenario; a row for one quarter goes before
one for all. A class without a row renews nothing.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.core.dates import MONTHS_PER_QUARTER
from ironpot.risk.debt_service import Group
from ironpot.risk.renewal import Terms

Floats = npt.NDArray[np.float64]

NON_STANDARD = "non_standard"
EVERY = "all"


def renewal_terms(
    refinancing: pl.DataFrame,
    groups: Sequence[Group],
    quarters: Sequence[str],
    credit: Sequence[str],
    *,
    shortfall_rate: float,
) -> Terms:
    """Return how each group is renewed, (scenario, group, quarter); `credit` names the scenarios.

    >>> table = pl.DataFrame({"creditor_class": ["large_bank"], "quarter": ["all"],
    ...     "scenario": ["base"], "rollover_share": [0.8], "rate": [0.04], "term_months": [36]})
    >>> terms = renewal_terms(table, [("hidden", "large_bank"), ("hidden", "other")],
    ...                       ["2025Q1"], ["base"], shortfall_rate=0.05)
    >>> terms.share.tolist(), terms.term.tolist()
    ([[[0.8], [0.0]]], [12, 1])
    """
    shape = (len(credit), len(groups), len(quarters))
    share, rate, term = np.zeros(shape), np.zeros(shape), np.ones(len(groups), np.int64)
    general_first = refinancing.sort(pl.col("quarter") != EVERY, maintain_order=True)
    for row in general_first.iter_rows(named=True):
        scenarios = [at for at, name in enumerate(credit) if name == row["scenario"]]
        members = [at for at, group in enumerate(groups) if group[1] == row["creditor_class"]]
        when = [at for at, name in enumerate(quarters) if row["quarter"] in (EVERY, name)]
        cell = np.ix_(scenarios, members, when)
        share[cell], rate[cell] = row["rollover_share"] or 0.0, row["rate"] or 0.0
        if row["term_months"]:
            term[members] = max(int(row["term_months"]) // MONTHS_PER_QUARTER, 1)
    return Terms(share, rate, term, shortfall_rate)


def non_standard(groups: Sequence[Group]) -> npt.NDArray[np.bool_]:
    """Say which groups are owed to non-standard lenders, (group,)."""
    return np.array([creditor == NON_STANDARD for _, creditor in groups], dtype=bool)
