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
from ironpot.core.outputs import CONSOLIDATED
from ironpot.risk.adjustments import Adjustments
from ironpot.risk.after import after_plan, indicators_at_end
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
    discount_rate: float | None,
) -> Standing:
    """Return where the case stands; with adjustments also as the plan leaves it.

    The ladder carries budget and lots as far as `scenarios` go. Indicators before a plan are of the
    contracts at the case date, in scenario `centre`, over a year's `revenue`; those `unplanned` and
    `after` a plan stand on its last day, expected, over the same revenue.
    """
    events = cash_flows.events
    weights = dict(zip(scenarios.names, (float(one) for one in scenarios.weights), strict=True))
    ladder = liquidity_ladder(
        case, do_nothing_flows(case, events, scenarios), weights=weights
    ).frame
    owed: dict[Phase, Facts] = {"before": debt_facts(case)}
    found = cost_risk(case, events, scenario=centre, revenue=revenue, discount_rate=discount_rate)
    indicators = [_with_stocks(found.with_columns(phase=pl.lit("before")), _owned(balance_sheet))]
    if adjustments is not None:
        owed["after"] = after_plan(case, adjustments, events).debts
        unplanned, after = indicators_at_end(
            case, adjustments, events, revenue=revenue, discount_rate=discount_rate
        )
        indicators += [unplanned, _with_stocks(after, _owned_after(adjustments, balance_sheet))]
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


@dataclass(frozen=True, slots=True)
class _Owned:
    """What is owned and what is left when all is paid, yuan."""

    assets: float
    net_worth: float


def _owned(sheet: BalanceSheet) -> _Owned:
    assets = sum(sheet.amount(code) for code in TOTALS[:2])
    return _Owned(assets / FEN_PER_YUAN, sheet.amount(NET_WORTH) / FEN_PER_YUAN)


def _owned_after(adjustments: Adjustments, before: BalanceSheet) -> _Owned | None:
    """Return what a plan leaves; None if its adjustments change cash or debt and do not say."""
    if adjustments.stocks is None:
        idle = adjustments.keeps_contracts and not (adjustments.flows["amount"] != 0.0).any()
        return _owned(before) if idle else None
    rows = adjustments.stocks.filter(
        pl.col("phase") == "after", pl.col("entity_id") == CONSOLIDATED
    )
    amounts = dict(rows.select("gfsm_code", "amount").iter_rows())
    assets = sum(amounts.get(code, 0) for code in TOTALS[:2])
    return _Owned(assets / FEN_PER_YUAN, amounts.get(NET_WORTH, 0) / FEN_PER_YUAN)


def _with_stocks(indicators: pl.DataFrame, owned: _Owned | None) -> pl.DataFrame:
    """Add, beside the whole, what is owned, yuan."""
    if owned is None:
        return indicators
    whole = pl.col("primary_class") == ALL
    return indicators.with_columns(
        assets=pl.when(whole).then(owned.assets),
        net_worth=pl.when(whole).then(owned.net_worth),
        debt_to_assets=pl.when(whole & (owned.assets > 0.0)).then(
            pl.col("principal") / owned.assets
        ),
    )
