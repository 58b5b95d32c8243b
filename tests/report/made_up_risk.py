"""An assessment for tests of the report: real ladder, rules and indicators, a path by hand."""

from statistics import NormalDist

import polars as pl

from ironpot.case.schema.words import SCENARIOS
from ironpot.cashflow.debts import contracts_of_debts
from ironpot.cashflow.engine import project_cash_flows
from ironpot.core.dates import quarter_end
from ironpot.core.lang import Text
from ironpot.report.figures import Reader
from ironpot.report.risk_view import RiskView
from ironpot.risk import assessment as shape
from ironpot.risk.capacity import capacity_facts, capacity_ratios
from ironpot.risk.debt_ratios import debt_ratios
from ironpot.risk.drivers import rate_paths, three_scenarios
from ironpot.risk.flows import do_nothing_flows
from ironpot.risk.indicators import cost_risk
from ironpot.risk.ladder import liquidity_ladder
from ironpot.risk.levers import lever_table
from ironpot.risk.lights import rule_lights
from ironpot.risk.ratios import rule_table
from ironpot.risk.rule_files import rule_book

RATIO = "cn-debt-ratio-2019|debt_ratio_pct|with_hidden;general_and_fund"
YEARS = range(2025, 2035)
RATE, GROWTH, DEFICIT, SALES, OPENING = 0.04, 0.03, 0.06, -0.02, 2.77
YI = 1e8


def risk_view(case, lang="en", unit="hundred_million", *, planned=False):
    """Return the view of a case with frames in the schemas of `risk.assessment`."""
    parts = _real(case, planned=planned)
    path, decomposition = _path(planned)
    made = shape.Assessment(
        ladder=parts["ladder"],
        breaches=parts["breaches"],
        indicators=parts["indicators"],
        ratios=parts["ratios"],
        lights=parts["lights"],
        path=path,
        decomposition=decomposition,
        financing_need=_need(),
        fan=_fan(planned),
        probabilities=_probabilities(),
        at_risk=pl.DataFrame(
            [("before", "debt", "yuan", "2030", 700 * YI, 900 * YI, 200 * YI)],
            schema=shape.AT_RISK,
            orient="row",
        ),
        stresses=_stresses(),
        reverse_stress=pl.DataFrame(
            [("before", "land_revenue", RATIO, "orange", 0.8, 5.0, "percent", "2026")],
            schema=shape.REVERSE_STRESS,
            orient="row",
        ),
        fit=pl.DataFrame(
            [("land_revenue", "sd", None, 0.21, 7, 300, "fitted", "made up")],
            schema=shape.FIT,
            orient="row",
        ),
        notes=(Text("GDP is not projected.", "未预测地区生产总值。"),),
        fingerprint={"input_hash": case.input_hash[:12], "version": "0", "seed": 0, "draws": 1000},
    )
    return RiskView(
        Reader(lang, unit),
        case,
        made,
        rule_book().rule_sets,
        parts["levers"],
        parts["capacity"],
        debt_ratios(case),
    )


def _real(case, *, planned):
    scenarios = three_scenarios(case, quarters=40)
    events = project_cash_flows(
        contracts_of_debts(case.debts, case_date=case.date),
        status_date=case.date,
        until=quarter_end(scenarios.quarters[-1]),
        rates=rate_paths(case),
    ).events
    flows = do_nothing_flows(case, events, scenarios)
    weights = {name: case.settings.weights[name] for name in SCENARIOS}
    ladder = liquidity_ladder(case, flows, weights=weights)
    frame = ladder.frame
    if planned:
        after = frame.with_columns(
            phase=pl.lit("after"), cumulative_gap=pl.col("cumulative_gap").abs()
        )
        frame = pl.concat([frame, after])
    rules = rule_book().rule_sets
    facts = capacity_facts(case, service_y=50 * YI, interest_y=20 * YI)
    ratios = rule_table(case, rules).with_columns(phase=pl.lit("before"))
    return {
        "ladder": frame,
        "breaches": ladder.breaches,
        "indicators": cost_risk(case, events, revenue=120 * YI, discount_rate=0.04),
        "ratios": ratios,
        "lights": rule_lights(case, rules),
        "levers": lever_table(case, events, flows, scenarios),
        "capacity": capacity_ratios(facts),
    }


def _path(planned):
    paths, parts = [], []
    for phase in ("before", "after") if planned else ("before",):
        sales = SALES * (3 if phase == "after" else 1)
        for scenario, deficit in (("base", DEFICIT), ("adverse", 0.1), ("favourable", 0.02)):
            ratio, resources = OPENING, 136 * YI
            for year in YEARS:
                interest = ratio * RATE / (1 + GROWTH)
                growth = -ratio * GROWTH / (1 + GROWTH)
                after = ratio + interest + growth + deficit + sales
                resources *= 1 + GROWTH
                row = (ratio, interest, growth, deficit, sales, 0.0, 0.0, 0.0, 0.0, after)
                pct = [100 * value for value in row]
                parts.append((phase, scenario, "resources", year, *pct))
                money = [value * resources for value in (after, 1.0)]
                balance = (-deficit * resources, interest * resources, sales * resources)
                paths.append(
                    (
                        phase,
                        scenario,
                        "resources",
                        year,
                        *money,
                        100 * after,
                        RATE,
                        GROWTH,
                        *balance,
                        2.0,
                        5.0,
                    )
                )
                ratio = after
    return (
        pl.DataFrame(paths, schema=shape.PATH, orient="row"),
        pl.DataFrame(parts, schema=shape.DECOMPOSITION, orient="row"),
    )


def quarter(step):
    """Return the name of the quarter that is `step` quarters on, the first being 2025Q1."""
    return f"{2025 + (step - 1) // 4}Q{(step - 1) % 4 + 1}"


def _fan(planned):
    rows = []
    for phase in ("before", "after") if planned else ("before",):
        for step, year in enumerate(YEARS, start=1):
            middle = 280 + 4 * step - (30 if phase == "after" else 0)
            ranks = [middle + 9 * step**0.7 * NormalDist().inv_cdf(rank) for rank in shape.RANKS]
            rows.append((phase, RATIO, "percent", str(year), middle, middle, *ranks))
        for step in range(1, 13):
            middle = (40 - 9 * step) * YI
            ranks = [middle + 6 * step * YI * NormalDist().inv_cdf(rank) for rank in shape.RANKS]
            rows.append((phase, "cash", "yuan", quarter(step), middle, middle, *ranks))
    return pl.DataFrame(rows, schema=shape.FAN, orient="row")


def _probabilities():
    rows = [
        ("before", "below_zero", "cash", "", quarter(step), chance, 0.01, chance)
        for step, chance in enumerate((0.0, 0.02, 0.2, 0.55, 0.8, 0.95), start=1)
    ]
    rows += [("before", "worse", RATIO, "orange", str(year), 0.4, 0.015, 0.4) for year in YEARS]
    return pl.DataFrame(rows, schema=shape.PROBABILITIES, orient="row")


def _need():
    rows = [
        ("before", "base", f"2025Q{q}", *(x * YI for x in (5, 6, 40, 1, 52, 30, 10, 12)))
        for q in (1, 2, 3, 4)
    ]
    return pl.DataFrame(rows, schema=shape.FINANCING_NEED, orient="row")


def _stresses():
    points = {
        "land_revenue": 34.0,
        "rate_rise": 6.5,
        "transfer_delay": 2.1,
        "guarantee_call": 11.0,
        "non_standard": 0.4,
        "combined": 55.0,
    }
    rows = [
        ("before", name, RATIO, "percent", "2034", 320.0, 320.0 + change, change)
        for name, change in points.items()
    ]
    rows += [
        ("before", name, "cash", "yuan", "2027Q4", -50 * YI, (-50 - change) * YI, -change * YI)
        for name, change in points.items()
    ]
    return pl.DataFrame(rows, schema=shape.STRESS_ROWS, orient="row")
