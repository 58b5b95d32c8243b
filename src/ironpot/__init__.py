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
    from ironpot.cashflow.case_debts import project_debts
    from ironpot.cashflow.engine import project_cash_flows
    from ironpot.cashflow.exchange import Exchange, compare_exchange, payments_of
    from ironpot.cashflow.flows import CashFlows
    from ironpot.cashflow.guarantees import call_guarantees
    from ironpot.cashflow.options import DebtOptions, debt_options
    from ironpot.cashflow.rates import RatePaths
    from ironpot.cashflow.waterfall import claims_of, pay_by_rank, pay_from_cash, ranks_of_debts
    from ironpot.core.errors import CaseError, IronpotError
    from ironpot.core.issues import Issue
    from ironpot.core.sources import Source
    from ironpot.plan.adjust import plan_adjustments
    from ironpot.plan.options import PlanOptions
    from ironpot.plan.plan import Plan, plan_resolution
    from ironpot.plan.prepare import appraise_case
    from ironpot.plan.relief import Relief, least_relief
    from ironpot.report.plan_files import PlanFiles, read_plan
    from ironpot.report.write import write_report
    from ironpot.risk.adjustments import Adjustments
    from ironpot.risk.assess import assess_debt
    from ironpot.risk.assessment import Assessment, RiskOptions
    from ironpot.risk.drivers import Scenarios, rate_paths, three_scenarios
    from ironpot.risk.dsa import DebtPath, debt_path, stabilising_balance, target_balance
    from ironpot.risk.forecast_path import Forecast, forecast_path
    from ironpot.risk.paths import Baseline, quantiles, simulate_debt
    from ironpot.risk.rule_files import RuleBook, rule_book
    from ironpot.risk.rules import Classification, classify
    from ironpot.risk.shocks import ShockModel
    from ironpot.system.choices import Wishes
    from ironpot.system.clear import clear_system
    from ironpot.system.clearing import Clearing
    from ironpot.system.coordinate import Coordination, coordinate_plans
    from ironpot.system.crowd import Crowd, compare_regimes
    from ironpot.system.fair import no_county_worse
    from ironpot.system.generate import fit_units, generate_units
    from ironpot.system.joined import join_cases
    from ironpot.system.learned import plan_nash
    from ironpot.system.network import Network
    from ironpot.system.populate import populate, system_of
    from ironpot.system.regimes import Regime, plan_alone, plan_rolling
    from ironpot.system.sale import Ladders, sell_into
    from ironpot.system.shared_markets import SharedMarkets
    from ironpot.system.spiral import System, sell_and_refinance
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
    "project_debts": "cashflow.case_debts",
    "debt_options": "cashflow.options",
    "pay_from_cash": "cashflow.waterfall",
    "pay_by_rank": "cashflow.waterfall",
    "ranks_of_debts": "cashflow.waterfall",
    "claims_of": "cashflow.waterfall",
    "call_guarantees": "cashflow.guarantees",
    "compare_exchange": "cashflow.exchange",
    "payments_of": "cashflow.exchange",
    "three_scenarios": "risk.drivers",
    "rate_paths": "risk.drivers",
    "rule_book": "risk.rule_files",
    "classify": "risk.rules",
    "assess_debt": "risk.assess",
    "debt_path": "risk.dsa",
    "stabilising_balance": "risk.dsa",
    "target_balance": "risk.dsa",
    "forecast_path": "risk.forecast_path",
    "simulate_debt": "risk.paths",
    "quantiles": "risk.paths",
    "appraise_case": "plan.prepare",
    "appraise_assets": "valuation.pot",
    "rank_pots": "valuation.pot",
    "plan_resolution": "plan.plan",
    "plan_adjustments": "plan.adjust",
    "least_relief": "plan.relief",
    "write_plan": "workbench.planning",
    "verify_plan": "verify.verification",
    "read_plan": "report.plan_files",
    "write_report": "report.write",
    "join_cases": "system.joined",
    "fit_units": "system.generate",
    "generate_units": "system.generate",
    "populate": "system.populate",
    "system_of": "system.populate",
    "clear_system": "system.clear",
    "sell_into": "system.sale",
    "sell_and_refinance": "system.spiral",
    "plan_alone": "system.regimes",
    "plan_rolling": "system.regimes",
    "plan_nash": "system.learned",
    "coordinate_plans": "system.coordinate",
    "compare_regimes": "system.crowd",
    "no_county_worse": "system.fair",
    "Case": "case.case",
    "Reading": "case.read",
    "Issue": "core.issues",
    "Source": "core.sources",
    "BalanceSheet": "balance.consolidate",
    "CashFlows": "cashflow.flows",
    "DebtOptions": "cashflow.options",
    "RatePaths": "cashflow.rates",
    "Exchange": "cashflow.exchange",
    "Scenarios": "risk.drivers",
    "RuleBook": "risk.rule_files",
    "Classification": "risk.rules",
    "RiskOptions": "risk.assessment",
    "Assessment": "risk.assessment",
    "Adjustments": "risk.adjustments",
    "DebtPath": "risk.dsa",
    "Forecast": "risk.forecast_path",
    "Baseline": "risk.paths",
    "ShockModel": "risk.shocks",
    "Appraisals": "valuation.pot",
    "PlanOptions": "plan.options",
    "Plan": "plan.plan",
    "Relief": "plan.relief",
    "PlanFiles": "report.plan_files",
    "Verification": "verify.verification",
    "Network": "system.network",
    "Clearing": "system.clearing",
    "Ladders": "system.sale",
    "System": "system.spiral",
    "SharedMarkets": "system.shared_markets",
    "Regime": "system.regimes",
    "Coordination": "system.coordinate",
    "Crowd": "system.crowd",
    "Wishes": "system.choices",
    "IronpotError": "core.errors",
    "CaseError": "core.errors",
}

__all__ = [
    "Adjustments",
    "Appraisals",
    "Assessment",
    "BalanceSheet",
    "Baseline",
    "Case",
    "CaseError",
    "CashFlows",
    "Classification",
    "Clearing",
    "Coordination",
    "Crowd",
    "DebtOptions",
    "DebtPath",
    "Exchange",
    "Forecast",
    "IronpotError",
    "Issue",
    "Ladders",
    "Network",
    "Plan",
    "PlanFiles",
    "PlanOptions",
    "RatePaths",
    "Reading",
    "Regime",
    "Relief",
    "RiskOptions",
    "RuleBook",
    "Scenarios",
    "SharedMarkets",
    "ShockModel",
    "Source",
    "System",
    "Verification",
    "Wishes",
    "appraise_assets",
    "appraise_case",
    "assess_debt",
    "call_guarantees",
    "claims_of",
    "classify",
    "clear_system",
    "compare_exchange",
    "compare_regimes",
    "consolidate",
    "coordinate_plans",
    "debt_options",
    "debt_path",
    "fit_units",
    "forecast_path",
    "generate_units",
    "join_cases",
    "least_relief",
    "no_county_worse",
    "pay_by_rank",
    "pay_from_cash",
    "payments_of",
    "plan_adjustments",
    "plan_alone",
    "plan_nash",
    "plan_resolution",
    "plan_rolling",
    "populate",
    "project_cash_flows",
    "project_debts",
    "quantiles",
    "rank_pots",
    "ranks_of_debts",
    "rate_paths",
    "read_case",
    "read_plan",
    "rule_book",
    "sell_and_refinance",
    "sell_into",
    "simulate_debt",
    "stabilising_balance",
    "system_of",
    "target_balance",
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
