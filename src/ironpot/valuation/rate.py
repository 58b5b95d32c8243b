"""At which rate are lots weighed? The rate of the debts that their money would meet."""

import polars as pl

from ironpot.case.case import Case
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text

STATUTORY = ("general", "special")
REFERENCE = "LPR5Y"


def meeting_rate(case: Case) -> float:
    """Return the discount rate: the case's own, else the weighted rate of debts that can be met.

    Statutory debt is left out: it runs to its term and is refinanced by quota. Without other debts
    it is the five-year reference rate of the first quarter. IronpotError if neither is known.
    """
    if case.settings.discount_rate is not None:
        return case.settings.discount_rate
    met = case.debts.filter(
        ~pl.col("primary_class").is_in(STATUTORY),
        pl.col("status").fill_null("performing") != "repaid",
        pl.col("debtor_id").is_in(case.perimeter),
    )
    principal = float(met["notional_principal"].sum())
    if principal > 0.0:
        interest = float((met["notional_principal"] * met["nominal_interest_rate"]).sum())
        return interest / principal
    paths = case.drivers.filter(pl.col("driver") == REFERENCE).sort("quarter")
    if paths.height:
        return float(paths["base"][0])
    raise IronpotError(
        Text(
            "No discount rate: there is no debt to take it from and no LPR5Y path. "
            "Set discount_rate in the case settings.",
            "缺少折现率:既无可偿债务,也无LPR5Y路径。请在案例设置中填写 discount_rate。",
        )
    )
