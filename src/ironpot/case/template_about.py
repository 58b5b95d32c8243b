"""The first sheet: what to do, what the case is, and where everything stands."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from xlsxwriter.worksheet import Worksheet

from ironpot.case.case import Settings
from ironpot.case.headers import EXAMPLE_PREFIX
from ironpot.case.schema.settings import SETTING_WORDS, SETTINGS
from ironpot.case.template_look import TEAL
from ironpot.case.template_sheet import Paper, midnight
from ironpot.core.columns import Column, Table
from ironpot.core.lang import Text
from ironpot.core.money import UNIT_TEXT

_TITLE = Text("ironpot: the workbook of a case", "债务资产统筹:案例填报工作簿")
_LEAD = Text(
    "What the government owns and owes, and its budget. Fill in the four sheets below; the yellow "
    "tabs show each of them filled. Everything else has dated defaults, which the report lists.",
    "登记政府拥有什么、欠什么以及预算收支。请填写下列四张表,黄色标签为对应的填写示例;其余资料采用注明"
    "日期和来源的默认值,并在报告中逐项列示。",
)
_STEPS = (
    Text(
        "Fill in the settings on this sheet: pale yellow cells.",
        "先填本页“案例设置”的浅黄色单元格。",
    ),
    Text(
        "Dark headers are required. Further columns are folded to the right: click + above them.",
        "深色表头为必填;其他栏目折叠在右侧,点击上方“+”展开。",
    ),
    Text(
        "An empty cell means unknown. Never write 0 for unknown.",
        "空白表示未知,未知请勿填0。",
    ),
    Text(
        "Amounts are in the unit named in the header; rates as 4.5%; dates as 2024-12-31.",
        "金额单位见表头;利率填4.5%;日期填2024-12-31。",
    ),
    Text(
        "Leave out total rows; do not merge cells; formulas must have been computed and saved.",
        "不要填合计行,不要合并单元格;公式须计算后保存。",
    ),
    Text(
        "Save, then run: ironpot check FILE.xlsx. Every problem is listed with its cell.",
        "保存后运行 ironpot check 文件名.xlsx,所有问题按单元格列出。",
    ),
)
_SETTINGS = Text("The case", "案例设置")
_HOW_TO = Text("How to fill it in", "填写步骤")
_SHEETS = Text("Sheets", "工作表")
_UNIT_NOTE = Text(
    "as in the headers; for another unit write a new template",
    "与表头一致;如需其他单位请重新生成模板",
)


def write_about(
    sheet: Worksheet, settings: Settings | None, tables: Sequence[Table], paper: Paper
) -> None:
    """Write steps, settings (empty cells without `settings`) and links to every sheet."""
    lang, look = paper.lang, paper.look
    sheet.hide_gridlines(2)
    for column, wide in enumerate((26, 34, 64)):
        sheet.set_column(column, column, wide)
    sheet.set_row(0, 34)
    sheet.write_string(0, 0, _TITLE.say(lang), look.title)
    sheet.set_row(1, 34)
    sheet.merge_range(1, 0, 1, 2, _LEAD.say(lang), look.lead)
    row = _section(sheet, 3, _HOW_TO, paper)
    for number, step in enumerate(_STEPS, start=1):
        sheet.merge_range(row, 0, row, 2, f"{number}. {step.say(lang)}", look.step)
        row += 1
    row = _section(sheet, row + 1, _SETTINGS, paper)
    for column in SETTINGS.columns:
        _setting(sheet, row, column, settings, paper)
        row += 1
    row = _section(sheet, row + 1, _SHEETS, paper)
    for table in tables:
        _link(sheet, row, table, paper)
        row += 1
    _print_setup(sheet)


def _section(sheet: Worksheet, row: int, title: Text, paper: Paper) -> int:
    for column in range(3):
        sheet.write_blank(row, column, None, paper.look.section)
    sheet.write_string(row, 0, title.say(paper.lang), paper.look.section)
    sheet.set_row(row, 22)
    return row + 1


def _setting(
    sheet: Worksheet, row: int, column: Column, settings: Settings | None, paper: Paper
) -> None:
    lang, look = paper.lang, paper.look
    sheet.set_row(row, 19)
    star = " *" if column.required else ""
    note = _UNIT_NOTE if column.name == "unit" else column.note
    sheet.write_string(row, 0, column.label.say(lang) + star, look.label)
    sheet.write_string(row, 2, note.say(lang), look.note)
    kind = column.kind if column.kind in look.entry else "text"
    value = _value(column, settings, paper)
    if isinstance(value, dt.date):
        sheet.write_datetime(row, 1, midnight(value), look.entry[kind])
    elif isinstance(value, str):
        sheet.write_string(row, 1, value, look.entry[kind])
    elif value is None:
        sheet.write_blank(row, 1, None, look.entry[kind])
    else:
        sheet.write_number(row, 1, value, look.entry[kind])
    rule = _rule(column, paper)
    if rule is not None:
        sheet.data_validation(row, 1, row, 1, rule)


def _value(column: Column, settings: Settings | None, paper: Paper) -> str | float | dt.date | None:
    """Return what stands in a setting's cell: the unit always, usual values in a template."""
    if column.name == "unit":
        return UNIT_TEXT[paper.unit].say(paper.lang)
    if settings is None:
        return column.default
    notice = settings.notice
    known: dict[str, str | float | dt.date | None] = {
        "id": settings.case_id,
        "name_en": settings.name.en,
        "name_zh": settings.name.zh,
        "date": settings.date,
        "top_entity": settings.top_entity,
        "currency": settings.currency,
        "horizon_quarters": settings.horizon_quarters,
        "discount_rate": settings.discount_rate,
        "notice_en": notice.en if notice else None,
        "notice_zh": notice.zh if notice else None,
        **settings.weights,
    }
    return known.get(column.name)


def _rule(column: Column, paper: Paper) -> dict[str, Any] | None:
    source = paper.lists.get((SETTINGS.name, column.name))
    if source is not None:
        return {"validate": "list", "source": source, "error_type": "warning"}
    if column.name in SETTING_WORDS:
        words = SETTING_WORDS[column.name].items()
        kept = [text for word, text in words if column.name != "unit" or word == paper.unit]
        return {"validate": "list", "source": [text.say(paper.lang) for text in kept]}
    if column.kind == "date":
        low, high = dt.date(1990, 1, 1), dt.date(2100, 12, 31)
        return {"validate": "date", "criteria": "between", "minimum": low, "maximum": high}
    if column.kind == "count":
        limits = {"minimum": column.low, "maximum": column.high}
        return {"validate": "integer", "criteria": "between", **limits}
    if column.kind in ("share", "rate"):
        limits = {"minimum": column.low, "maximum": column.high}
        return {"validate": "decimal", "criteria": "between", **limits}
    return None


def _link(sheet: Worksheet, row: int, table: Table, paper: Paper) -> None:
    label = table.label.say(paper.lang)
    sheet.write_url(row, 0, f"internal:'{label}'!A1", paper.look.link, label)
    example = EXAMPLE_PREFIX.say(paper.lang) + label
    sheet.write_url(row, 1, f"internal:'{example}'!A1", paper.look.link, example)
    sheet.write_string(row, 2, table.note.say(paper.lang), paper.look.note)
    sheet.set_row(row, 30)


def _print_setup(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.5)
    sheet.center_horizontally()
    sheet.set_tab_color(TEAL)
    sheet.set_footer("&C&P / &N")
