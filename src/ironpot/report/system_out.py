"""Write what selling together costs so that others can read it: CSV tables, allotments, charts.

Amounts are yuan, volumes appraised yuan, shares decimals; a cell that is unknown is empty.
`columns.csv` says what every column of every table is.
"""

import json
from pathlib import Path

import polars as pl

from ironpot.core.lang import Text
from ironpot.plan.allotments import ALLOTMENTS
from ironpot.report.charts.draw import draw
from ironpot.report.charts.system import system_charts
from ironpot.report.html import html
from ironpot.report.risk_out import write_whole
from ironpot.report.system_build import build_system_report
from ironpot.report.system_view import SystemView

COLUMNS: dict[str, tuple[str, Text]] = {
    column.name: ("", column.label) for column in ALLOTMENTS.columns
} | {
    "regime": ("", Text("alone, rolling, nash or coordinated", "各自、滚动、博弈、统筹")),
    "cost": ("yuan", Text("value destroyed and price of arrears", "价值损失与欠款成本")),
    "over_coordinated": ("yuan", Text("cost above the joint plan", "高于统筹方案的成本")),
    "over_stake": ("share", Text("that, over all that can be saved", "上项占可节省总额之比")),
    "ratio": ("ratio", Text("cost over the joint plan's", "与统筹成本之比")),
    "volume": ("appraised yuan", Text("volume sold", "成交量(评估值)")),
    "proceeds": ("yuan", Text("what sales bring", "成交收入")),
    "value_destroyed": ("yuan", Text("value kept less proceeds", "保留价值减成交收入")),
    "arrears_end": ("yuan", Text("arrears at the end", "期末欠款")),
    "arrears_of_need": ("share", Text("arrears over all needs", "欠款占资金需求之比")),
    "counties_behind": ("count", Text("counties in arrears at the end", "期末欠款县数")),
    "regret": ("yuan", Text("what all could still gain each alone", "各县单独改变可得之和")),
    "market_id": ("", Text("market", "市场")),
    "quarter": ("", Text("quarter", "季度")),
    "price_fraction": ("share", Text("price over appraisal", "成交价与评估值之比")),
    "room": ("appraised yuan", Text("what the ladder takes", "市场容量")),
    "unit_id": ("", Text("county", "县区")),
    "name": ("", Text("name", "名称")),
    "parent_id": ("", Text("prefecture", "市州")),
    "need": ("yuan", Text("cash to be found", "资金需求")),
    "cost_alone": ("yuan", Text("cost alone", "各自成本")),
    "cost_rolling": ("yuan", Text("cost rolling", "滚动成本")),
    "cost_nash": ("yuan", Text("cost in the learned crowd", "博弈成本")),
    "cost_coordinated": ("yuan", Text("cost in the joint plan", "统筹成本")),
    "gain_over_nash": ("yuan", Text("saved by the joint plan", "统筹节省")),
    "compensation": ("yuan", Text("received (+) or paid (-)", "受偿(+)或支付(-)")),
    "sold_nash": ("appraised yuan", Text("sold in the learned crowd", "博弈成交量")),
    "sold_coordinated": ("appraised yuan", Text("sold in the joint plan", "统筹成交量")),
    "quarter_nash": ("quarters", Text("average quarter of sale, crowd", "博弈平均出售季")),
    "quarter_coordinated": ("quarters", Text("average quarter of sale, joint", "统筹平均出售季")),
    "arrears_nash": ("yuan", Text("arrears at the end, crowd", "博弈期末欠款")),
    "arrears_coordinated": ("yuan", Text("arrears at the end, joint", "统筹期末欠款")),
    "later_by": ("quarters", Text("sold later by", "推迟季数")),
    "sells_less": ("appraised yuan", Text("sold less by", "少售")),
    "bank_id": ("", Text("bank", "银行")),
    "bank_class": ("", Text("class of bank", "银行类别")),
    "equity": ("yuan", Text("equity for loans made here", "对应权益")),
    "unpaid": ("yuan", Text("dues not paid", "未受偿")),
    "marked_down": ("yuan", Text("collateral marked down", "抵押物减值")),
    "loss": ("yuan", Text("loss", "损失")),
    "loss_of_equity": ("share", Text("loss over equity", "损失占权益之比")),
    "mandate": ("", Text("what was ordered", "要求")),
    "price_average": ("share", Text("average price over appraisal", "平均成交价系数")),
    "way": ("", Text("how the joint plan is carried out", "统筹方案的落实方式")),
    "overshot_rows": ("count", Text("rows used beyond their room", "超容量的档数")),
    "overshoot": ("appraised yuan", Text("volume that finds no room", "超容量的挂牌量")),
    "over_none": ("yuan", Text("cost above no order", "较无要求增加成本")),
    "seed": ("", Text("seed of a draw", "抽样种子")),
    "price_level": ("ratio", Text("prices over those drawn", "价格水平")),
    "bank_loss": ("yuan", Text("loss of all banks", "银行损失合计")),
}


def write_system(view: SystemView, out: Path) -> list[Path]:
    """Write tables, one allotment file a county, charts, report.html and system.json into `out`."""
    report = build_system_report(view)
    pictures = draw(system_charts(view))
    files: dict[str, bytes] = {"system.json": _summary(view)}
    for name, frame in view.tables.items():
        files[f"tables/{name}.csv"] = _csv(frame)
    files["tables/columns.csv"] = _guide(view).write_csv(line_terminator="\n").encode()
    for (county,), rows in view.allotments.group_by("entity_id", maintain_order=True):
        files[f"allotments/{county}.csv"] = rows.write_csv(line_terminator="\n").encode()
    for chart_id, picture in pictures.items():
        files[f"charts/{chart_id}.svg"] = picture.encode()
    files["report.html"] = html(report, pictures).encode()
    return [write_whole(out / name, content) for name, content in files.items()]


def _guide(view: SystemView) -> pl.DataFrame:
    """Return (table, column, unit, meaning_en, meaning_zh)."""
    tables = view.tables | {"../allotments/*": view.allotments}
    rows = [
        (table, column, COLUMNS[column][0], COLUMNS[column][1].en, COLUMNS[column][1].zh)
        for table, frame in tables.items()
        for column in frame.columns
    ]
    names = ("table", "column", "unit", "meaning_en", "meaning_zh")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


def _csv(frame: pl.DataFrame) -> bytes:
    """Return a frame as CSV, amounts with two decimals and other figures with six."""
    shown = frame.with_columns(
        pl.col(name).round(2 if "yuan" in COLUMNS[name][0] else 6)
        for name, kind in frame.schema.items()
        if kind.is_float()
    )
    return shown.write_csv(line_terminator="\n").encode()


def _summary(view: SystemView) -> bytes:
    plan = view.crowd.plan
    summary = {
        "name": view.name,
        "synthetic": view.synthetic,
        "seed": view.seed,
        "counties": len(view.crowd.markets.counties),
        "quarters": list(view.quarters),
        "cost": {regime.name: round(regime.cost, 2) for regime in view.crowd.regimes},
        "bound": round(plan.bound, 2),
        "do_nothing": round(plan.do_nothing, 2),
        "gap_of_stake": plan.gap_of_stake,
        "gap_of_cost": plan.gap_of_cost,
        "gap_reached": plan.reached,
        "answer": list(view.answer),
    }
    return (json.dumps(summary, ensure_ascii=False, indent=1) + "\n").encode()
