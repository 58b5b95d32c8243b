"""Every lot: what is decided, when its money comes, what it is worth kept, and why."""

import polars as pl

from ironpot.core.sources import ORIGIN_TEXT
from ironpot.report.figures import money, plural
from ironpot.report.model import Field, Paragraph, Section, Table
from ironpot.report.parts.disposal import with_reasons
from ironpot.report.tables import field, labelled, moneys, ranked, text
from ironpot.report.view import View, total
from ironpot.report.words import BUYER, REASON_BASIS, ROUTE, VERDICT

RANGES = (
    ("retention_low", "worth kept, low", "留用价值(低)"),
    ("retention_high", "worth kept, high", "留用价值(高)"),
    ("net_low", "would net, low", "可净得(低)"),
    ("net_high", "would net, high", "可净得(高)"),
)


def every_lot(view: View) -> Section:
    """Return the annex with every lot, grouped by what is decided."""
    rows = with_reasons(view, view.lots).sort(ranked("route", ROUTE), "lot_id")
    title = view.say("Every lot", "全部标的")
    table = Table("lots", title, title, _fields(view), _said(view, rows), group_by="route_text")
    number = view.say("Annex A: ", "附件一:")
    return Section("every-lot", number, title, (Paragraph(_counted(view)), table), wide=True)


def _counted(view: View) -> str:
    book = money(total(view.lots, "book"), view.reader)
    count = plural(view.lots.height, "lot", "lots")
    return view.say(
        f"{count} with a book value of {book}, by decision; for kept lots, worth kept and would "
        "net are those of their best legal route, — where there is none.",
        f"共{view.lots.height}处,账面价值{book},按决定排列;"
        "保留标的的留用价值和可净得按其最优合法方式测算,“—”表示没有。",
    )


def _said(view: View, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        labelled(view, "origin", ORIGIN_TEXT),
        labelled(view, "verdict", VERDICT),
        labelled(view, "pot_route", ROUTE),
        labelled(view, "buyer_scope", BUYER),
        labelled(view, "reason_basis", REASON_BASIS),
    )


def _fields(view: View) -> tuple[Field, ...]:
    tested = (
        ("weighed_retention", "worth kept", "留用价值"),
        ("weighed_net", "would net", "可净得"),
    )
    return (
        text(view, ("lot_id", "lot", "编号"), 0.6),
        text(view, ("name", "name", "名称"), 1.4),
        text(view, ("owner", "owner", "主体"), 3.3),
        text(view, ("kind", "kind", "种类"), excel_only=True),
        text(view, ("bundle_id", "bundle", "资产包"), excel_only=True),
        text(view, ("route_text", "decision", "决定"), 2.0),
        field(view, ("start_quarter", "offered", "推出"), "period", excel_only=True),
        field(view, ("cash_quarter", "cash", "到账"), "period", 1.15),
        *moneys(view, ("book", "book value", "账面价值"), width=0.9, fine=True),
        *moneys(view, *tested, width=0.9, fine=True, total=False),
        *moneys(view, ("net_proceeds", "nets", "方案净得"), width=0.9, fine=True),
        *_excel_fields(view),
        text(view, ("reason", "why", "理由"), 2.5),
    )


def _excel_fields(view: View) -> tuple[Field, ...]:
    return (
        text(view, ("pot_route", "route tested", "测算方式"), excel_only=True),
        *moneys(view, *RANGES, fine=True, total=False, excel_only=True),
        field(view, ("months_to_cash", "months to cash", "到账月数"), "count", excel_only=True),
        field(view, ("sale_probability", "chance of sale", "成交概率"), "percent", excel_only=True),
        text(view, ("verdict", "verdict", "留卖结论"), excel_only=True),
        *moneys(view, ("value_destroyed", "value lost", "价值损失"), fine=True, excel_only=True),
        text(view, ("buyer_scope", "buyer", "买方"), excel_only=True),
        field(view, ("signed", "signed", "已签约"), "flag", excel_only=True),
        field(view, ("protected", "protected", "公益保护"), "flag", excel_only=True),
        text(view, ("reason_basis", "basis of the reason", "理由依据"), excel_only=True),
        text(view, ("reason_text", "in the planner's words", "求解程序说明"), excel_only=True),
        text(view, ("origin", "origin", "数据性质"), excel_only=True),
    )
