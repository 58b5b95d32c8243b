"""Where does the government stand today? The ladder, cost and risk, and what rules say, as frames.

What is read off contracts and accounts, without any driver drawn: before a plan, and as it leaves
them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ironpot.balance.consolidate import BalanceSheet
from ironpot.balance.gfsm import NET_WORTH, TOTALS
from ironpot.balance.sheet import Phase
from ironpot.case.case import Case
from ironpot.cashflow.flows import CashFlows
from ironpot.core.money import FEN_PER_YUAN
from ironpot.risk.adjustments import Adjustments
from ironpot.risk.after import after_plan, indicators_after
from ironpot.risk.drivers import Scenarios
from ironpot.risk.flows import do_nothing_flows
from ironpot.risk.indicators import ALL, cost_risk
from ironpot.risk.ladder import first_breaches, liquidity_ladder
from ironpot.risk.lights import rule_lights
from ironpot.risk.ratios import Facts, debt_facts, rule_table
from ironpot.risk.ruleset import RuleSet


@dataclass(frozen=True, slots=True)
class Standing:
    """Frames of an assessment that need no drawn scenario."""

    ladder: pl.DataFrame
    breaches: pl.DataFrame
    indicators: pl.DataFrame
    ratios: pl.DataFrame
    lights: pl.DataFrame


def standing(
    case: Case,
    cash_flows: CashFlows,
    balance_sheet: BalanceSheet,
    scenarios: Scenarios,
    rules: Mapping[str, RuleSet],
    *,
    adjustments: Adjustments | None,
    centre: str,
    revenue: float | None,
) -> Standing:
    """Return where the case stands; with adjustments also as the plan leaves it.

    The ladder carries budget and lots as far as `scenarios` go. Indicators before a plan are of the
    contracts as they stand, in scenario `centre`, over a year's `revenue`; after it, of its last
    year, over the same revenue.
    """
    events = cash_flows.events
    weights = dict(zip(scenarios.names, (float(one) for one in scenarios.weights), strict=True))
    ladder = liquidity_ladder(
        case, do_nothing_flows(case, events, scenarios), weights=weights
    ).frame
    owed: dict[Phase, Facts] = {"before": debt_facts(case)}
    indicators = [_indicators(case, events, balance_sheet, centre, revenue)]
    if adjustments is not None:
        left = after_plan(case, adjustments, events)
        owed["after"] = left.debts
        indicators.append(indicators_after(left, revenue=revenue))
        if adjustments.ladder is not None:
            ladder = pl.concat([ladder, adjustments.ladder.select(ladder.columns)])
    phases = ladder.partition_by("phase", maintain_order=True)
    return Standing(
        ladder=ladder,
        breaches=pl.concat(_phased(first_breaches(part), str(part["phase"][0])) for part in phases),
        indicators=pl.concat(indicators, how="diagonal"),
        ratios=pl.concat(_phased(rule_table(case, rules, debts=f), p) for p, f in owed.items()),
        lights=pl.concat(rule_lights(case, rules, debts=f, phase=p) for p, f in owed.items()),
    )


def _phased(frame: pl.DataFrame, phase: str) -> pl.DataFrame:
    return frame if "phase" in frame.columns else frame.with_columns(phase=pl.lit(phase))


def _indicators(
    case: Case, events: pl.DataFrame, sheet: BalanceSheet, centre: str, revenue: float | None
) -> pl.DataFrame:
    """Return cost-risk indicators, and beside the whole what is owned, yuan."""
    rate = case.settings.discount_rate
    found = cost_risk(case, events, scenario=centre, revenue=revenue, discount_rate=rate)
    whole = pl.col("primary_class") == ALL
    owned = sum(sheet.amount(code) for code in TOTALS[:2]) / FEN_PER_YUAN
    worth = sheet.amount(NET_WORTH) / FEN_PER_YUAN
    return found.with_columns(
        assets=pl.when(whole).then(owned),
        net_worth=pl.when(whole).then(worth),
        debt_to_assets=pl.when(whole & (owned > 0.0)).then(pl.col("principal") / owned),
        phase=pl.lit("before"),
    )
