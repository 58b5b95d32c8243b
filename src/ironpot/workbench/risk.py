"""`ironpot risk`: when does cash run out, how sure is that, what helps most?"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from rich.console import Console

from ironpot.balance.consolidate import consolidate
from ironpot.balance.sheet import Phase
from ironpot.case.case import Case
from ironpot.cashflow.case_debts import project_to_ends, without_end
from ironpot.cashflow.flows import CashFlows
from ironpot.core.dates import QUARTERS_PER_YEAR, quarter_end
from ironpot.core.errors import IronpotError
from ironpot.core.formula import names
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, to_fen
from ironpot.plan.prepare import appraise_case
from ironpot.report.figures import Reader, unit_label
from ironpot.report.plan_changes import adjustments_of
from ironpot.report.plan_files import read_plan
from ironpot.report.risk_answer import answer
from ironpot.report.risk_out import write_risk
from ironpot.report.risk_view import BEFORE, RiskView
from ironpot.report.risk_words import PHASE
from ironpot.risk.adjustments import Adjustments
from ironpot.risk.after import after_plan, capacity_facts_after
from ironpot.risk.assess import assess_debt
from ironpot.risk.assessment import Assessment, RiskOptions
from ironpot.risk.budget import budget_flows
from ironpot.risk.capacity import capacity_facts, capacity_ratios
from ironpot.risk.debt_ratios import debt_ratios
from ironpot.risk.drivers import Scenarios, rate_paths, three_scenarios
from ironpot.risk.flows import do_nothing_flows
from ironpot.risk.gdp import FACT as GDP
from ironpot.risk.gdp import gdp_by_year
from ironpot.risk.levers import lever_table
from ironpot.risk.outlook import planned_facts
from ironpot.risk.resources import DENOMINATORS
from ironpot.risk.rule_files import RuleBook
from ironpot.risk.rule_words import level_text
from ironpot.risk.ruleset import INDICATIVE
from ironpot.valuation.rate import meeting_rate
from ironpot.workbench.screen import amount, no_rule, show_table, unit_words

QUARTERS = 40
INSTEAD = "own_revenue"
# So many names of debts are written out in a note.
SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Ground:
    """What every part of an assessment stands on."""

    case: Case
    flows: CashFlows
    scenarios: Scenarios


def run_risk(
    case: Case,
    out: Path,
    *,
    rules: RuleBook,
    plan: Path | None,
    options: RiskOptions,
    lang: Lang,
    unit: Unit,
    screen: Console,
) -> list[Path]:
    """Assess a case, before and after a plan's files, write everything, print one screen.

    With a plan, paths end with its horizon: after it nothing is decided.
    """
    if plan is not None:
        whole_years = max(case.settings.horizon_quarters // QUARTERS_PER_YEAR, 1)
        options = replace(options, years=min(options.years, whole_years))
    ground = _ground(case, options)
    options, note = measured_by(case, ground.scenarios, options)
    if options.discount_rate is None:
        options = replace(options, discount_rate=meeting_rate(case))
    adjustments = None if plan is None else _adjustments(ground, plan)
    found = assess_debt(
        case,
        ground.flows,
        consolidate(case),
        ground.scenarios,
        rules=rules.rule_sets,
        adjustments=adjustments,
        options=options,
    )
    reader = Reader(lang, unit, case.settings.currency)
    found = replace(found, notes=(*note, *_on_call(case, reader), *found.notes))
    view = _view(ground, found, adjustments, rules, reader)
    written = write_risk(view, out)
    show_risk(view, screen, lang, unit)
    return written


def measured_by(
    case: Case, scenarios: Scenarios, options: RiskOptions
) -> tuple[RiskOptions, tuple[Text, ...]]:
    """Return options whose denominator the budget carries, and a note if another one was taken.

    Where the budget carries neither the one asked for nor own revenue, the options stay as they
    are, and the assessment says what is lacking.
    """
    top = case.settings.top_entity
    facts = planned_facts(budget_flows(case, scenarios), top)["fact"]
    carried = {*facts.unique(), *_gdp_known(case, scenarios)}
    for name in (options.denominator, INSTEAD):
        if name in DENOMINATORS and set(names(DENOMINATORS[name][0])) <= carried:
            other = name != options.denominator
            return replace(options, denominator=name), (
                _instead(options.denominator, name),
            ) * other
    return options, ()


def _gdp_known(case: Case, scenarios: Scenarios) -> tuple[str, ...]:
    """Return the name of GDP where a coming year of it is known."""
    first = int(case.horizon.first[:4])
    years = range(first, first + len(scenarios.quarters) // QUARTERS_PER_YEAR)
    found = gdp_by_year(case, case.settings.top_entity, scenarios, years)
    return (GDP,) if np.isfinite(found).any() else ()


def _instead(asked: str, name: str) -> Text:
    wanted, label = (
        DENOMINATORS[one][1] if one in DENOMINATORS else Text(one, one) for one in (asked, name)
    )
    return Text(
        f"The case does not carry {wanted.en}: debt is measured by {label.en}.",
        f"案例未提供{wanted.zh},改以{label.zh}为分母。",
    )


def _ground(case: Case, options: RiskOptions) -> _Ground:
    quarters = max(QUARTERS, QUARTERS_PER_YEAR * options.years)
    scenarios = three_scenarios(case, quarters=quarters)
    last = quarter_end(scenarios.quarters[-1])
    return _Ground(case, project_to_ends(case, last=last, rates=rate_paths(case)), scenarios)


def _on_call(case: Case, reader: Reader) -> tuple[Text, ...]:
    """Say how debts that state no end are taken, and what would be due at once if called."""
    debts = without_end(case)
    if debts.is_empty():
        return ()
    size = amount(int(to_fen(debts["notional_principal"]).sum()), reader.unit)
    en, zh = unit_words(reader.unit, "en"), unit_words(reader.unit, "zh")
    ids, count = debts["debt_id"].head(SHOWN).to_list(), debts.height
    more = count > SHOWN
    return (
        Text(
            f"Debts on call that state no end ({count}: {', '.join(ids)}{' ...' * more}; "
            f"{size} in all, {en}): assumed not to be called in the years looked at, with interest "
            "added to what is owed. Called earlier, they are due at once.",
            f"{count}笔随时可收回的债务未约定到期日({'、'.join(ids)}{'等' * more},"
            f"合计{size}{zh}):假定在测算期内不被收回,利息计入本金;如提前收回,须即时偿还。",
        ),
    )


def _adjustments(ground: _Ground, plan: Path) -> Adjustments:
    files = read_plan(plan)
    if files.summary.get("input_hash") != ground.case.input_hash:
        raise IronpotError(
            Text(
                f"The plan in {plan} was made from another case. Give the case that it was made "
                "from, or plan again.",
                f"{plan} 中的方案并非由本案例生成。请给出生成该方案的案例,或重新制定方案。",
            )
        )
    return adjustments_of(ground.case, files, ground.flows.events, ground.scenarios)


def _view(
    ground: _Ground,
    found: Assessment,
    changes: Adjustments | None,
    rules: RuleBook,
    reader: Reader,
) -> RiskView:
    case, events = ground.case, ground.flows.events
    nothing = do_nothing_flows(case, events, ground.scenarios)
    levers = lever_table(case, events, nothing, ground.scenarios, lots=lots_worth_selling(case))
    whole = found.indicators.filter(pl.col("primary_class") == "all").row(0, named=True)
    facts = capacity_facts(case, service_y=whole["service_y"], interest_y=whole["interest_y"])
    capacity, measured = [_of("before", capacity_ratios(facts))], [_of("before", debt_ratios(case))]
    if changes is not None:
        left = after_plan(case, changes, events)
        capacity.append(_of("after", capacity_ratios(capacity_facts_after(case, left))))
        measured.append(_of("after", debt_ratios(case, debts=left.debts)))
    both = pl.concat(capacity), pl.concat(measured)
    return RiskView(reader, case, found, rules.rule_sets, levers, *both)


def _of(phase: Phase, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(phase=pl.lit(phase))


def lots_worth_selling(case: Case) -> pl.DataFrame:
    """Return net proceeds of the lots that the pot test would release, each at its best route."""
    appraisals, _ = appraise_case(case)
    surplus = pl.col("net_proceeds") - pl.col("retention_value")
    best = (
        appraisals.table.filter(
            pl.col("legal") & (pl.col("verdict") == "release") & (pl.col("route") != "hold")
        )
        .sort(surplus, descending=True)
        .unique("lot_id", keep="first", maintain_order=True)
    )
    months = pl.format("{}mo", pl.col("months_to_cash"))
    return best.select(
        "entity_id",
        date=pl.lit(case.date).dt.offset_by(months),
        amount=pl.col("net_proceeds"),
    )


def show_risk(view: RiskView, screen: Console, lang: Lang, unit: Unit) -> None:
    """Print the three answers, the lights and the levers on one screen."""
    said = answer(view)
    screen.print(f"[bold]{view.name('_consolidated')}[/bold]  {view.case.date}")
    for head, text in (
        (Text("When does it run out?", "何时断流?"), said.when),
        (Text("How sure is that?", "把握多大?"), said.sure),
        (Text("What helps most?", "什么最有效?"), said.helps),
        (Text("With the plan", "实施方案后"), said.planned),
    ):
        if text:
            screen.print(f"[bold]{head.say(lang)}[/bold]  {text}")
    _show_lights(view, screen, lang)
    _show_levers(view, screen, lang, unit)
    screen.print(INDICATIVE.say(lang))


def _show_lights(view: RiskView, screen: Console, lang: Lang) -> None:
    if view.assessment.lights.is_empty():
        screen.print(no_rule(view.case).say(lang))
        return
    rows = [
        _light(view, row, lang)
        for row in view.assessment.lights.iter_rows(named=True)
        if row["phase"] == BEFORE or view.planned
    ]
    heads = [
        Text("rule", "规则").say(lang),
        Text("year", "年份").say(lang),
        Text("phase", "阶段").say(lang),
        Text("light", "等级").say(lang),
        Text("by definition", "视口径").say(lang),
        Text("by proxy", "替代口径").say(lang),
    ]
    show_table(screen, Text("Lights", "规则等级").say(lang), heads, rows)


def _light(view: RiskView, row: dict[str, str], lang: Lang) -> tuple[str, ...]:
    rule_set = view.rule_sets[row["rule_set_id"]]
    words = [level_text(rule_set, row[key]).say(lang) for key in ("level", "at_best", "at_worst")]
    span = words[1] if words[1] == words[2] else f"{words[1]} .. {words[2]}"
    proxies = [level_text(rule_set, word).say(lang) for word in row["by_proxy"].split(";") if word]
    return (
        rule_set.name.say(lang),
        str(row["year"]),
        PHASE[row["phase"]].say(lang),
        words[0],
        span,
        ", ".join(proxies),
    )


def _show_levers(view: RiskView, screen: Console, lang: Lang, unit: Unit) -> None:
    never = Text("never", "不会").say(lang)
    if view.levers.is_empty():
        return
    rows = [
        (
            row["label_zh" if lang == "zh" else "label_en"],
            amount(row["taken_away"], unit),
            amount(row["shortfall"], unit),
            row["first_below_zero"] or never,
        )
        for row in view.levers.iter_rows(named=True)
    ]
    heads = [
        Text("what helps, each alone", "单项措施").say(lang),
        Text("shortfall less by", "缺口减少").say(lang),
        Text("still missing", "仍缺").say(lang),
        Text("cash below zero", "现金为负").say(lang),
    ]
    title = Text("What helps", "有效措施").say(lang) + f" ({unit_label(view.reader)})"
    show_table(screen, title, heads, rows, right=(1, 2))
