"""Which pot is worth more than its steel: balance sheet, cash flows, pot test, plan, report.

The front desk holds the public verbs and nouns and nothing else. Names are loaded on first use,
so that ``import ironpot`` starts no engine.

>>> import ironpot
>>> case = ironpot.read_case("examples/two-pots").case
>>> case.assets["asset_id"].to_list()
['hall', 'depot']
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ironpot.balance.consolidate import BalanceSheet, consolidate
    from ironpot.case.case import Case
    from ironpot.case.read import Reading, read_case
    from ironpot.case.template import write_template
    from ironpot.cashflow.engine import project_cash_flows
    from ironpot.cashflow.flows import CashFlows
    from ironpot.cashflow.options import DebtOptions
    from ironpot.core.errors import CaseError, IronpotError
    from ironpot.core.issues import Issue
    from ironpot.core.sources import Source
    from ironpot.plan.options import PlanOptions
    from ironpot.plan.plan import Plan, plan_resolution
    from ironpot.plan.prepare import appraise_case
    from ironpot.report.plan_files import PlanFiles, read_plan
    from ironpot.report.write import write_report
    from ironpot.risk.drivers import Scenarios, three_scenarios
    from ironpot.valuation.pot import Appraisals, appraise_assets, rank_pots
    from ironpot.verify.verification import Verification, verify_plan
    from ironpot.workbench.planning import write_plan

__version__ = "0.1.0"

# Where each name stands; verbs in the order of the money question, then nouns.
_PLACES = {
    "write_template": "case.template",
    "read_case": "case.read",
    "consolidate": "balance.consolidate",
    "project_cash_flows": "cashflow.engine",
    "three_scenarios": "risk.drivers",
    "appraise_case": "plan.prepare",
    "appraise_assets": "valuation.pot",
    "rank_pots": "valuation.pot",
    "plan_resolution": "plan.plan",
    "write_plan": "workbench.planning",
    "verify_plan": "verify.verification",
    "read_plan": "report.plan_files",
    "write_report": "report.write",
    "Case": "case.case",
    "Reading": "case.read",
    "Issue": "core.issues",
    "Source": "core.sources",
    "BalanceSheet": "balance.consolidate",
    "CashFlows": "cashflow.flows",
    "DebtOptions": "cashflow.options",
    "Scenarios": "risk.drivers",
    "Appraisals": "valuation.pot",
    "PlanOptions": "plan.options",
    "Plan": "plan.plan",
    "PlanFiles": "report.plan_files",
    "Verification": "verify.verification",
    "IronpotError": "core.errors",
    "CaseError": "core.errors",
}

__all__ = [
    "Appraisals",
    "BalanceSheet",
    "Case",
    "CaseError",
    "CashFlows",
    "DebtOptions",
    "IronpotError",
    "Issue",
    "Plan",
    "PlanFiles",
    "PlanOptions",
    "Reading",
    "Scenarios",
    "Source",
    "Verification",
    "appraise_assets",
    "appraise_case",
    "consolidate",
    "plan_resolution",
    "project_cash_flows",
    "rank_pots",
    "read_case",
    "read_plan",
    "three_scenarios",
    "verify_plan",
    "write_plan",
    "write_report",
    "write_template",
]


def __getattr__(name: str) -> object:
    """Load a public name from its room on first use."""
    if name not in _PLACES:
        raise AttributeError(f"module 'ironpot' has no attribute {name!r}")
    found = getattr(import_module(f"ironpot.{_PLACES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return [*globals(), *_PLACES]
