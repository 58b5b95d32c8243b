"""What does the risk report say? The three answers first, then what they rest on."""

import polars as pl

from ironpot import __version__
from ironpot.report.build import shown_blocks
from ironpot.report.charts.runs import runs_chart
from ironpot.report.figures import day, money, percent, period, unit_label
from ironpot.report.model import Block, Paragraph, Report, Section, Tile, Tiles, clip
from ironpot.report.parts.risk_cash import cash_section
from ironpot.report.parts.risk_cost import cost_section
from ironpot.report.parts.risk_paths import paths_section, stress_section
from ironpot.report.parts.risk_rules import rules_section
from ironpot.report.parts.risk_trust import basis_section
from ironpot.report.risk_answer import (
    answer,
    below_zero,
    first_below,
    missing_in_two_years,
)
from ironpot.report.risk_view import AFTER, BEFORE, RiskView
from ironpot.risk.ruleset import INDICATIVE

NOTICE_LETTERS = 420


def build_risk_report(view: RiskView) -> Report:
    """Build the report of an assessment; nothing is written and nothing is drawn."""
    return Report(
        title=_title(view),
        subtitle=_subtitle(view),
        reader=view.reader,
        date=view.case.date.isoformat(),
        footer=_footer(view),
        leader=shown_blocks(view.reader, _answers(view)),
        sections=tuple(
            shown_blocks(view.reader, section)
            for section in (
                cash_section(view),
                cost_section(view),
                rules_section(view),
                paths_section(view),
                stress_section(view),
                basis_section(view),
            )
        ),
        details=tuple((key, str(value)) for key, value in view.assessment.fingerprint.items()),
    )


def _answers(view: RiskView) -> Section:
    """Return the first page: tiles, the three answers, the ladder."""
    said = answer(view)
    blocks: list[Block] = [*_notice(view), _tiles(view)]
    blocks += [
        Paragraph(said.when, view.say("When: ", "何时:")),
        Paragraph(said.sure, view.say("How sure: ", "把握:")),
        Paragraph(said.helps, view.say("What helps most: ", "最有效:")),
    ]
    if said.planned:
        blocks.append(Paragraph(said.planned, view.say("With the plan: ", "实施方案后:")))
    blocks.append(runs_chart(view))
    blocks.append(Paragraph(view.reader.read(INDICATIVE), tone="quiet"))
    return Section("answer", "", view.say("Three answers", "三个问题"), tuple(blocks))


def _notice(view: RiskView) -> list[Block]:
    notice = view.case.settings.notice
    if notice is None:
        return []
    return [Paragraph(clip(view.reader.read(notice), NOTICE_LETTERS), tone="notice")]


def _tiles(view: RiskView) -> Tiles:
    tiles = [_gone(view, BEFORE, view.say("Cash runs out without a plan", "无方案现金断流于"))]
    if view.planned:
        tiles.append(
            _gone(view, AFTER, view.say("Cash runs out with the plan", "实施方案后断流于"))
        )
    tiles += [_missing(view), _chance(view), _ratio(view)]
    return Tiles(tuple(tiles))


def _gone(view: RiskView, phase: str, label: str) -> Tile:
    found = first_below(view.cash, phase)
    never = view.say("not in ten years", "十年内不会")
    adverse = period(found["adverse"], view.reader) if found["adverse"] else never
    shown = period(found["base"], view.reader) if found["base"] else never
    return Tile(label, shown, view.say(f"adverse: {adverse}", f"不利情景:{adverse}"))


def _missing(view: RiskView) -> Tile:
    base, adverse = (
        money(missing_in_two_years(view.cash, BEFORE, name), view.reader)
        for name in ("base", "adverse")
    )
    label = view.say("Missing within two years", "两年内最多缺口")
    return Tile(label, base, view.say(f"adverse: {adverse}", f"不利情景:{adverse}"))


def _chance(view: RiskView) -> Tile:
    label = view.say("Run out, even with roll-over", "续贷后仍断流的概率")
    rows = below_zero(view, BEFORE)
    if rows.is_empty():
        return Tile(label, view.say("unknown", "未知"), view.say("none drawn", "未抽样"))
    row = rows.row(min(3, rows.height - 1), named=True)
    quarter = period(row["period"], view.reader)
    return Tile(label, percent(row["by_then"]), view.say(f"by {quarter}", f"截至{quarter}"))


def _ratio(view: RiskView) -> Tile:
    """Return the worst and the best light of the first rule in the latest year that is known."""
    label = view.say("Debt ratio, indicative", "债务率(测算)")
    table = view.assessment.ratios
    before = table.filter(pl.col("phase") == BEFORE) if "phase" in table.columns else table
    known = before.drop_nulls("value")
    if known.is_empty():
        return Tile(label, view.say("unknown", "未知"), view.say("not published", "数据未公布"))
    first = known["rule_set_id"][0]
    rows = [row for row in known.iter_rows(named=True) if row["rule_set_id"] == first]
    latest = max(row["year"] for row in rows)
    values = sorted(row["value"] for row in rows if row["year"] == latest and not row["proxy"])
    if not values:
        return Tile(label, view.say("unknown", "未知"), view.say("not published", "数据未公布"))
    span = f"{values[0]:.0f} .. {values[-1]:.0f}" if len(values) > 1 else f"{values[0]:.0f}"
    note = view.say(f"{latest}, by definition", f"{latest}年,视口径而定")
    return Tile(label, span, note, "%")


def _title(view: RiskView) -> str:
    name = view.case.settings.name.say(view.reader.lang)
    return view.say(f"{name}: debt risk", f"{name}债务风险测算")


def _subtitle(view: RiskView) -> str:
    date, unit = day(view.case.date, view.reader), unit_label(view.reader)
    return view.say(
        f"Case date {date} · amounts in {unit} · indicative",
        f"基准日{date} · 金额单位:{unit} · 仅供参考",
    )


def _footer(view: RiskView) -> str:
    mark = view.case.input_hash[:8]
    name = view.case.settings.name.say(view.reader.lang)
    return view.say(
        f"{name} · ironpot {__version__} · data {mark}",
        f"{name} · ironpot {__version__} · 数据{mark}",
    )
