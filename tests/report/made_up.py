"""A made-up district and plan of any size whose tables agree with each other, for report tests.

Nothing here is computed by the planner: amounts are drawn from a seeded generator, then settled so
that cash chains, debts close and groups add up, as the output schema demands.
"""

import numpy as np
from tests.report import made_up_rest as rest
from tests.report.made_up_case import make_case
from tests.report.made_up_cash import cash, ladder
from tests.report.made_up_debts import act
from tests.report.made_up_lots import decide

from ironpot.case.case import Case
from ironpot.core.outputs import BY_NAME as OUT
from ironpot.report.plan_files import PlanFiles

__all__ = ["make_case", "make_plan"]


def make_plan(case: Case, *, seed: int = 11, relief: bool = True) -> PlanFiles:
    """Return a plan for `make_case`, consistent to the fen; money columns are Int64 fen."""
    decisions, pots = decide(case, np.random.default_rng(seed))
    actions, resolution = act(case, decisions, relief=relief)
    flows, help_rows = cash(case, decisions, actions, relief=relief)
    tables = {
        "decisions": decisions,
        "pots": pots,
        "debt_actions": actions,
        "resolution": resolution,
        "cash": flows,
        "ladder": ladder(flows),
        "relief": help_rows,
        "limits": rest.limits(),
        "balance_sheet": rest.balance(case, resolution, decisions),
        "sources": case.sources.select(OUT["sources"].names),
        "lots": rest.lots(case),
        "debts": rest.debts_out(case),
    }
    return PlanFiles(rest.summary(case, relief=relief), tables, rest.extras(case, decisions))
