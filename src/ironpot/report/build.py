"""What does the report say? The whole report as one object, before any face is drawn."""

from dataclasses import replace

from ironpot.case.case import Case
from ironpot.core.lang import Lang
from ironpot.core.money import Unit
from ironpot.report.figures import Reader, day, period, unit_label
from ironpot.report.findings import Findings, find
from ironpot.report.leader import leader_page
from ironpot.report.model import Block, Chart, Pair, Paragraph, Report, Section, Table
from ironpot.report.parts.check import check_section
from ironpot.report.parts.debts import debts_section, every_debt
from ironpot.report.parts.disposal import disposal_section
from ironpot.report.parts.gap import gap_section
from ironpot.report.parts.help import help_section
from ironpot.report.parts.lots import every_lot
from ironpot.report.parts.revenue import revenue_section
from ironpot.report.parts.review import review_section
from ironpot.report.parts.spending import spending_section
from ironpot.report.parts.tracking import tracking_section
from ironpot.report.parts.trust import trust_section
from ironpot.report.plan_files import PlanFiles
from ironpot.report.view import View, view_of


def build_report(case: Case, plan: PlanFiles, *, lang: Lang, unit: Unit) -> Report:
    """Build the report of a plan in one language and unit.

    `plan` holds plan.json and the twelve tables in yuan floats or integer fen; sections whose extra
    tables are absent say so. Nothing is written and nothing is drawn.
    """
    view = view_of(case, plan, Reader(lang, unit, case.settings.currency))
    found = find(view)
    return Report(
        title=_title(view),
        subtitle=_subtitle(view),
        reader=view.reader,
        date=case.date.isoformat(),
        footer=_footer(view),
        leader=shown_blocks(view.reader, leader_page(view, found)),
        sections=tuple(shown_blocks(view.reader, section) for section in _sections(view, found)),
        details=_details(view),
    )


def _sections(view: View, found: Findings) -> tuple[Section, ...]:
    """Return the gap, the six parts of a fiscal reorganisation plan, the debts, the annexes."""
    return (
        gap_section(view, found),
        revenue_section(view, found),
        spending_section(view),
        disposal_section(view, found),
        help_section(view, found),
        review_section(view),
        tracking_section(view, found),
        debts_section(view, found),
        every_lot(view),
        every_debt(view),
        trust_section(view),
        check_section(view),
    )


def shown_blocks(reader: Reader, section: Section) -> Section:
    """Say of a table or chart without rows that there are none, instead of showing its frame."""
    return replace(section, blocks=_said(reader, section.blocks))


def _said(reader: Reader, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    shown: list[Block] = []
    for block in blocks:
        rows = block.numbers if isinstance(block, Chart) else block
        if isinstance(block, Pair):
            shown.append(Pair(_said(reader, block.left), _said(reader, block.right), block.share))
        elif isinstance(rows, Table) and rows.frame.height == 0:
            none = reader.say(f"{rows.title}: no rows.", f"{rows.title}:无数据。")
            shown += [] if rows.excel_only and block is rows else [Paragraph(none, tone="quiet")]
        else:
            shown.append(block)
    return tuple(shown)


def _title(view: View) -> str:
    name = view.case.settings.name.say(view.reader.lang)
    return view.say(f"{name}: asset and debt plan", f"{name}资产盘活与债务化解方案")


def _subtitle(view: View) -> str:
    unit = unit_label(view.reader)
    date = day(view.case.date, view.reader)
    first, last = period(view.first, view.reader), period(view.last, view.reader)
    return view.say(
        f"Case date {date} · plan {first} to {last} · amounts in {unit}",
        f"基准日{date} · 方案期{first}至{last} · 金额单位:{unit}",
    )


def _footer(view: View) -> str:
    mark = str(view.summary.get("input_hash", ""))[:8]
    version = view.summary.get("version", "")
    name = view.case.settings.name.say(view.reader.lang)
    return view.say(
        f"{name} · ironpot {version} · data {mark}", f"{name} · ironpot {version} · 数据{mark}"
    )


def _details(view: View) -> tuple[tuple[str, str], ...]:
    keys = ("case_id", "case_date", "version", "seed", "status", "input_hash")
    return tuple((key, str(view.summary.get(key, ""))) for key in keys)
