"""`ironpot status`: when does cash run out, what helps, what is owned and owed, what say rules?"""

from dataclasses import dataclass

import polars as pl
from rich.console import Console

from ironpot.balance.consolidate import consolidate
from ironpot.balance.gfsm import labels
from ironpot.case.case import Case
from ironpot.case.schema.labels import PRIMARY_CLASSES
from ironpot.case.schema.words import SCENARIOS
from ironpot.cashflow.case_debts import project_debts
from ironpot.core.dates import quarter_end, quarter_name, quarter_number
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, to_fen
from ironpot.core.outputs import CONSOLIDATED
from ironpot.report.figures import Reader
from ironpot.report.risk_answer import best_levers, sure_without_draws, when
from ironpot.report.risk_view import BEFORE, LadderView
from ironpot.risk.drivers import Scenarios, rate_paths, three_scenarios
from ironpot.risk.flows import do_nothing_flows
from ironpot.risk.ladder import Ladder, liquidity_ladder
from ironpot.risk.levers import lever_table
from ironpot.risk.ratios import rule_table
from ironpot.risk.rule_files import RuleBook
from ironpot.workbench.risk import lots_worth_selling
from ironpot.workbench.screen import amount, no_rule, show_table, unit_words

LADDER_QUARTERS = 40
MONTHS_SHOWN = 12
CODES = ("61", "62", "63", "6")
SCENARIO_TEXT = {
    "base": Text("base", "基准"),
    "adverse": Text("adverse", "不利"),
    "favourable": Text("favourable", "有利"),
    "expected": Text("expected", "期望"),
}


def show_status(case: Case, screen: Console, lang: Lang, unit: Unit, rules: RuleBook) -> None:
    """Print the three answers, balance sheet, debt, twelve months, first gaps and lights."""
    screen.print(f"[bold]{case.settings.name.say(lang)}[/bold]  {case.date}")
    if case.settings.notice is not None:
        screen.print(case.settings.notice.say(lang))
    nothing = _do_nothing(case)
    ladder = nothing.ladder
    view = LadderView(Reader(lang, unit, case.settings.currency), case, ladder.frame)
    levers = lever_table(
        case, nothing.events, nothing.flows, nothing.scenarios, lots=_lots_if_priced(case)
    )
    screen.print(f"[bold]{when(view, BEFORE)}[/bold]")
    for head, said in (
        (Text("How sure?", "把握多大?"), sure_without_draws(view)),
        (Text("What helps most?", "什么最有效?"), best_levers(view, levers)),
    ):
        screen.print(f"[bold]{head.say(lang)}[/bold]  {said}")
    _show_balance(case, screen, lang, unit)
    _show_debt(case, screen, lang, unit)
    _show_months(ladder, screen, lang, unit)
    _show_breaches(ladder, screen, lang, unit)
    _show_rules(case, rules, screen, lang)


@dataclass(frozen=True, slots=True)
class _Nothing:
    """Doing nothing: the debts' events, all dated flows, and the ladder that they make."""

    events: pl.DataFrame
    flows: pl.DataFrame
    scenarios: Scenarios
    ladder: Ladder


def _lots_if_priced(case: Case) -> pl.DataFrame | None:
    """Return what could be sold; None where the case lacks a rate to weigh lots by."""
    try:
        return lots_worth_selling(case)
    except IronpotError:
        return None


def do_nothing_ladder(case: Case) -> Ladder:
    """Return the liquidity ladder without any plan: nothing rolled over, sold or asked for."""
    return _do_nothing(case).ladder


def _do_nothing(case: Case) -> _Nothing:
    last = quarter_name(quarter_number(case.horizon.first) + LADDER_QUARTERS - 1)
    flows = project_debts(case, until=quarter_end(last), rates=rate_paths(case))
    scenarios = three_scenarios(case, quarters=LADDER_QUARTERS)
    dated = do_nothing_flows(case, flows.events, scenarios)
    weights = {name: case.settings.weights[name] for name in SCENARIOS}
    ladder = liquidity_ladder(case, dated, weights=weights)
    return _Nothing(flows.events, dated, scenarios, ladder)


def _show_balance(case: Case, screen: Console, lang: Lang, unit: Unit) -> None:
    sheet = consolidate(case)
    words = labels()
    rows = [
        (code, words[code].say(lang), amount(sheet.amount(code, CONSOLIDATED), unit))
        for code in CODES
    ]
    title = Text("Balance sheet, consolidated", "合并资产负债").say(lang)
    heads = (Text("code", "科目").say(lang), "", unit_words(unit, lang))
    show_table(screen, title, heads, rows, right=(2,))


def _show_debt(case: Case, screen: Console, lang: Lang, unit: Unit) -> None:
    inside = case.debts.filter(pl.col("debtor_id").is_in(case.perimeter))
    sums = inside.group_by("primary_class", maintain_order=True).agg(
        pl.col("notional_principal").sum(), pl.len()
    )
    rows = [
        (PRIMARY_CLASSES[kind].say(lang), str(count), amount(int(to_fen(total)), unit))
        for kind, total, count in sums.iter_rows()
    ]
    title = Text("Debt by class (each contract once)", "分类债务(每份合同只计一次)").say(lang)
    heads = (
        Text("class", "类别").say(lang),
        Text("contracts", "合同数").say(lang),
        unit_words(unit, lang),
    )
    show_table(screen, title, heads, rows, right=(1, 2))


def _show_months(ladder: Ladder, screen: Console, lang: Lang, unit: Unit) -> None:
    months = ladder.frame.filter(
        pl.col("entity_id") == CONSOLIDATED,
        pl.col("scenario") == "base",
        pl.col("period_type") == "month",
    ).head(MONTHS_SHOWN)
    rows = [
        (
            row["period"],
            *(amount(row[name], unit) for name in ("sources", "uses", "cumulative_gap", "buffer")),
        )
        for row in months.iter_rows(named=True)
    ]
    title = Text("Next twelve months, base, without a plan", "未来十二个月(基准情景,无方案)")
    heads = [
        Text("month", "月份").say(lang),
        Text("sources", "来源").say(lang),
        Text("uses", "支出").say(lang),
        Text("cash left", "累计余额").say(lang),
        Text("buffer", "缓冲").say(lang),
    ]
    show_table(
        screen, f"{title.say(lang)} ({unit_words(unit, lang)})", heads, rows, right=(1, 2, 3, 4)
    )


def _show_breaches(ladder: Ladder, screen: Console, lang: Lang, unit: Unit) -> None:
    whole = ladder.breaches.filter(pl.col("entity_id") == CONSOLIDATED)
    never = Text("never", "无").say(lang)
    rungs = ladder.frame.filter(pl.col("entity_id") == CONSOLIDATED)
    buffered = rungs["buffer"].is_not_null().any()
    rows = [
        (
            SCENARIO_TEXT[row["scenario"]].say(lang),
            row["first_under_buffer"] or (never if buffered else "-"),
            row["first_below_zero"] or never,
            amount(row["lowest_cash"], unit),
            row["lowest_period"],
        )
        for row in whole.iter_rows(named=True)
    ]
    heads = [
        Text("scenario", "情景").say(lang),
        Text("first under buffer", "首次低于缓冲").say(lang),
        Text("first below zero", "首次为负").say(lang),
        Text("lowest", "最低").say(lang),
        Text("when", "时间").say(lang),
    ]
    title = Text("When cash runs out without a plan", "无方案时现金何时不足").say(lang)
    show_table(screen, f"{title} ({unit_words(unit, lang)})", heads, rows, right=(3,))


def _show_rules(case: Case, rules: RuleBook, screen: Console, lang: Lang) -> None:
    table = rule_table(case, rules.rule_sets)
    rows = [
        (
            row["rule_set_id"],
            row["indicator"],
            str(row["year"]),
            row["variant"] or "",
            "-" if row["value"] is None else f"{row['value']:.1f} {row['unit']}",
            row["band"],
            row["status"],
        )
        for row in table.iter_rows(named=True)
        if row["band"] != "unknown"
    ]
    if table.is_empty():
        screen.print(no_rule(case).say(lang))
        return
    unknown = table.filter(pl.col("band") == "unknown").height
    heads = [
        Text("rule", "规则").say(lang),
        Text("indicator", "指标").say(lang),
        Text("year", "年份").say(lang),
        Text("definition", "口径").say(lang),
        Text("value", "数值").say(lang),
        Text("band", "档位").say(lang),
        Text("text", "依据").say(lang),
    ]
    title = Text(
        f"Rules, indicative (official grades are not public); {unknown} more unknown",
        f"规则测算,仅供参考(官方等级不公开);另有{unknown}项未知",
    )
    show_table(screen, title.say(lang), heads, rows, right=(4,))
