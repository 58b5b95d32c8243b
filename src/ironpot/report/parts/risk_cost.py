"""What does debt cost, how soon must it be renewed, could it be paid back?"""

import polars as pl

from ironpot.case.schema.labels import PRIMARY_CLASSES
from ironpot.report.figures import number
from ironpot.report.model import Field, FieldKind, Paragraph, Section, Table
from ironpot.report.risk_view import RiskView
from ironpot.report.risk_words import PHASE
from ironpot.report.words import label
from ironpot.risk.debt_ratios import DEBTS
from ironpot.risk.resources import DENOMINATORS

MONEY = ("principal", "interest_y", "service_y", "present_value", "net_worth")
HEADS: tuple[tuple[str, str, str, FieldKind], ...] = (
    ("principal", "principal", "本金", "money"),
    ("average_time_to_maturity_y", "years to maturity", "平均剩余年限", "number"),
    ("average_time_to_refixing_y", "years to refixing", "平均重定价年限", "number"),
    ("due_in_year_share", "due in a year", "一年内到期", "percent"),
    ("refixing_in_year_share", "refixed in a year", "一年内重定价", "percent"),
    ("fixed_share", "fixed", "固定利率占比", "percent"),
    ("weighted_rate", "rate", "加权利率", "percent"),
    ("interest_y", "interest of a year", "年利息", "money"),
    ("service_y", "service of a year", "年偿债", "money"),
    ("present_value_share", "present value over principal", "现值/本金", "percent"),
    ("net_worth", "net worth", "净资产", "money"),
)


def cost_section(view: RiskView) -> Section:
    """Return the cost-risk indicators by class, payback and coverage."""
    return Section(
        "cost",
        view.say("2. ", "二、"),
        view.say("Cost and risk of the debt", "债务成本与风险"),
        (
            Paragraph(
                _note(view),
                tone="quiet",
            ),
            _by_class(view),
            _capacity(view),
            _measured(view),
        ),
        wide=True,
    )


def _note(view: RiskView) -> str:
    lines = view.say(
        "Times are weighted by payments of principal, interest and service are those of the first "
        "year; a dash is a figure that the register does not allow to compute.",
        "年限按本金偿还额加权,利息和偿债为首年数;“—”表示台账数据不足以计算。",
    )
    if not view.planned:
        return lines
    return lines + view.say(
        " With a plan: on its last day, beside the same day with every contract kept, so that what "
        "differs is the plan and not the time that has passed.",
        "实施方案:取计划期末,并与同日全部按原合同履行的情形对照,差异即方案的作用。",
    )


def _by_class(view: RiskView) -> Table:
    rows = view.assessment.indicators
    words = {word: view.reader.read(text) for word, text in PRIMARY_CLASSES.items()}
    words["all"] = view.say("all", "合计")
    known = [head for head in HEADS if head[0] in rows.columns]
    money = [name for name in MONEY if name in rows.columns]
    shown = rows.with_columns(
        pl.col("primary_class").replace(words),
        (pl.col(money) * 100).round().cast(pl.Int64),
        *_phase_words(view, rows),
    )
    return Table(
        "cost-risk",
        view.say("Cost and risk", "成本与风险"),
        view.say("Cost and risk by class of debt", "分类债务成本与风险"),
        (
            Field("primary_class", view.say("class", "类别"), width=1.6),
            *_phase_field(view, rows),
            *(Field(name, view.say(en, zh), kind) for name, en, zh, kind in known),
        ),
        shown,
    )


def _phase(view: RiskView) -> pl.Expr:
    return pl.col("phase").replace({word: view.reader.read(label(PHASE, word)) for word in PHASE})


def _capacity(view: RiskView) -> Table:
    return Table(
        "capacity",
        view.say("Payback and coverage", "偿还与保障"),
        view.say("Payback and coverage, perimeter as a whole", "偿还年限与保障倍数(合并)"),
        (
            Field("label", view.say("indicator", "指标"), width=2.6),
            *_phase_field(view, view.capacity),
            Field("shown", view.say("value", "数值"), width=0.8),
            Field("unit", view.say("unit", "单位"), width=0.7),
            Field("formula", view.say("formula", "公式"), width=2.4),
            Field("missing", view.say("lacks", "缺少"), width=1.4),
            Field("source", view.say("after", "依据"), width=2.6, excel_only=True),
        ),
        _named(view),
        note=view.say(
            "A dash: a figure is unknown, or the operating balance is not positive and pays "
            "nothing back. Land is left out of operating revenue.",
            "“—”表示数据未知,或经常性结余不为正、无力偿还。经常性收入不含土地收入。",
        ),
    )


def _named(view: RiskView) -> pl.DataFrame:
    """Return the ratios with labels and units in the reader's language."""
    rows, zh = view.capacity, view.reader.lang == "zh"
    units = {"years": view.say("years", "年"), "multiple": view.say("times", "倍"), "percent": "%"}
    return rows.select(
        pl.col("label_zh" if zh else "label_en").alias("label"),
        *_phase_words(view, rows),
        pl.Series("shown", [_figure(value) for value in rows["value"]]),
        pl.col("unit").replace(units),
        "formula",
        pl.col("missing").fill_null(""),
        "source",
    )


def _phase_field(view: RiskView, rows: pl.DataFrame) -> list[Field]:
    """Return the column of the phase, where a plan was given."""
    shown = view.planned and "phase" in rows.columns
    return [Field("phase", view.say("phase", "阶段"), width=1.4)] if shown else []


def _phase_words(view: RiskView, rows: pl.DataFrame) -> list[pl.Expr]:
    return [_phase(view)] if "phase" in rows.columns else []


def _figure(value: float | None) -> str:
    return number(value, 2)


def _measured(view: RiskView) -> Table:
    """Return the debt ratio under each named count of debt and denominator, years side by side."""
    counts = {name: view.reader.read(text) for name, (_, text) in DEBTS.items()}
    below = {name: view.reader.read(text) for name, (_, text) in DENOMINATORS.items()}
    years = [str(year) for year in view.measured["year"].unique().sort()]
    phased = "phase" in view.measured.columns
    key = ["debt_count", "denominator", *(["phase"] if phased else [])]
    wide = view.measured.with_columns(pl.col("year").cast(pl.String)).pivot(
        "year", index=key, values="value", maintain_order=True
    )
    return Table(
        "debt-ratios",
        view.say("Debt ratios", "债务率口径"),
        view.say("Debt ratio by count of debt and denominator, %", "分口径债务率(%)"),
        (
            Field("debt_count", view.say("debt", "债务口径"), width=2.2),
            Field("denominator", view.say("over", "分母"), width=3.2),
            *_phase_field(view, wide),
            *(Field(year, year, "number") for year in years),
        ),
        wide.with_columns(
            pl.col("debt_count").replace(counts),
            pl.col("denominator").replace(below),
            *_phase_words(view, wide),
        ),
        note=view.say(
            "A dash: a figure of that year is not published. Counts contain one another and are "
            "not added up.",
            "“—”表示该年数据未公布。各口径逐级包含,不得相加。",
        ),
    )
