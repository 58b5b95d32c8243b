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
from ironpot.case.schema.words import PRIMARY_CLASSES
from ironpot.cashflow.flows import CashFlows
from ironpot.core.dates import MONTHS_PER_QUARTER, QUARTERS_PER_YEAR
from ironpot.core.money import FEN_PER_YUAN
from ironpot.core.outputs import EXPECTED
from ironpot.risk.adjustments import Adjustments
from ironpot.risk.drivers import Scenarios
from ironpot.risk.flows import do_nothing_flows
from ironpot.risk.indicators import ALL, cost_risk
from ironpot.risk.ladder import first_breaches, liquidity_ladder
from ironpot.risk.lights import rule_lights
from ironpot.risk.maturity import INTEREST_EVENTS, PRINCIPAL_EVENTS
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

    The ladder carries budget and lots as far as `scenarios` go. Indicators are of the contracts as
    they stand, in scenario `centre`, over a year's `revenue`.
    """
    events = cash_flows.events
    weights = dict(zip(scenarios.names, (float(one) for one in scenarios.weights), strict=True))
    ladder = liquidity_ladder(
        case, do_nothing_flows(case, events, scenarios), weights=weights
    ).frame
    owed: dict[Phase, Facts] = {"before": debt_facts(case)}
    if adjustments is not None:
        owed["after"] = debt_facts_after(case, adjustments, events)
        if adjustments.ladder is not None:
            ladder = pl.concat([ladder, adjustments.ladder.select(ladder.columns)])
    phases = ladder.partition_by("phase", maintain_order=True)
    return Standing(
        ladder=ladder,
        breaches=pl.concat(_phased(first_breaches(part), str(part["phase"][0])) for part in phases),
        indicators=_indicators(case, events, balance_sheet, centre, revenue),
        ratios=pl.concat(_phased(rule_table(case, rules, debts=f), p) for p, f in owed.items()),
        lights=pl.concat(rule_lights(case, rules, debts=f, phase=p) for p, f in owed.items()),
    )


def debt_facts_after(
    case: Case, adjustments: Adjustments, events: pl.DataFrame
) -> dict[str, float | None]:
    """Return debt facts as a plan leaves them at its end: what contracts leave, and its changes.

    Debt by class is that of the case date less what contracts repay until the plan's last quarter,
    plus the plan's change there; interest is a year's by contract, less the plan's saving, over its
    last four quarters. All expected over the named scenarios; `events` of the debts' contracts.
    """
    debt = adjustments.debt.filter(
        pl.col("scenario") == EXPECTED, pl.col("quarter") == adjustments.through
    )
    quarters = sorted(set(adjustments.flows["quarter"]))
    last = [name for name in quarters if name <= adjustments.through][-QUARTERS_PER_YEAR:]
    saved = adjustments.flows.filter(
        pl.col("scenario") == EXPECTED, pl.col("line") == "interest", pl.col("quarter").is_in(last)
    )
    due = _due(case, events)
    repaid = due.filter(pl.col("quarter") <= adjustments.through)
    of_year = due.filter(pl.col("quarter").is_in(last))
    facts: dict[str, float | None] = dict(debt_facts(case))
    for name in PRIMARY_CLASSES:
        own = pl.col("primary_class") == name
        left = (facts[f"debt_{name}"] or 0.0) - float(repaid.filter(own)["principal"].sum())
        facts[f"debt_{name}"] = left + _total(debt.filter(own))
        paid = float(of_year.filter(own)["interest"].sum())
        facts[f"interest_{name}"] = paid - _total(saved.filter(own))
    return facts


def _due(case: Case, events: pl.DataFrame) -> pl.DataFrame:
    """Return (primary_class, quarter, principal, interest) due outside by contract, expected."""
    owed = case.debts.filter(
        pl.col("debtor_id").is_in(case.perimeter) & ~pl.col("creditor_id").is_in(case.perimeter)
    )
    weights = case.settings.weights
    weight = pl.col("scenario").replace_strict(
        list(weights), list(weights.values()), return_dtype=pl.Float64
    )
    kind, paid = pl.col("event_type"), -pl.col("payoff") * weight
    number = (pl.col("date").dt.month() - 1) // MONTHS_PER_QUARTER + 1
    quarter = pl.format("{}Q{}", pl.col("date").dt.year(), number)
    return (
        events.join(
            owed.select("debt_id", "primary_class"), left_on="contract_id", right_on="debt_id"
        )
        .group_by("primary_class", quarter=quarter)
        .agg(
            principal=paid.filter(kind.is_in(PRINCIPAL_EVENTS)).sum(),
            interest=paid.filter(kind.is_in(INTEREST_EVENTS)).sum(),
        )
    )


def _total(rows: pl.DataFrame) -> float:
    return float(rows["amount"].sum())


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
