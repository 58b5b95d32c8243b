"""Where does debt go, what moves it, how wide is the fan, which stress hurts?"""

from collections.abc import Mapping

import polars as pl

from ironpot.core.lang import Text
from ironpot.report.charts.decompose import decomposition_chart
from ironpot.report.charts.fan import fan_chart
from ironpot.report.charts.tornado import tornado_chart
from ironpot.report.figures import money
from ironpot.report.model import Block, Field, FieldKind, Paragraph, Section, Table
from ironpot.report.risk_view import RiskView
from ironpot.report.risk_words import JOIN, PHASE, STRESS, measure_text
from ironpot.report.words import SCENARIO
from ironpot.risk.rule_words import level_text

MONEY = (
    "debt",
    "resources",
    "interest",
    "primary_balance",
    "stock_flow",
    "stabilising_balance",
    "target_balance",
)
YUAN = "yuan"
MONEY_ROWS = ("relief_once", "balance_y", "debt_gone")
PATH_HEADS: tuple[tuple[str, str, str, FieldKind], ...] = (
    ("debt", "debt", "债务", "money"),
    ("resources", "resources", "财力", "money"),
    ("ratio_pct", "ratio, %", "债务率(%)", "number"),
    ("effective_rate", "effective rate", "实际利率", "percent"),
    ("growth_rate", "growth", "财力增速", "percent"),
    ("primary_balance", "primary balance", "基本收支", "money"),
    ("interest", "interest", "利息", "money"),
    ("stabilising_balance", "balance that keeps the ratio", "稳定债务率所需收支", "money"),
    ("target_balance", "balance that reaches the target", "达到目标所需收支", "money"),
)


def main_measure(view: RiskView) -> str | None:
    """Return the first measure of a rule that the assessment draws a fan of; None if none."""
    names = view.assessment.fan["measure"].unique(maintain_order=True)
    return next((str(name) for name in names if JOIN in name), None)


def paths_section(view: RiskView) -> Section:
    """Return the debt path, its parts and the fan."""
    parts = [decomposition_chart(view, "base", phase=phase) for phase in view.phases]
    measure = main_measure(view)
    fan = None
    if measure is not None:
        title = _capital(view.reader.read(measure_text(measure, view.rule_sets)))
        fan = fan_chart(view, measure, title, limits=limits_of(view, measure))
    blocks: list[Block] = [
        *_notes(view),
        *[chart for chart in parts if chart is not None],
        *([fan] if fan else []),
        _path(view),
        _crossing(view),
        _at_risk(view),
    ]
    return Section(
        "paths", view.say("4. ", "四、"), view.say("Where debt goes", "债务走势"), tuple(blocks)
    )


def _capital(title: str) -> str:
    return title[:1].upper() + title[1:]


def limits_of(view: RiskView, measure: str) -> dict[str, float]:
    """Return where the levels of a measure's indicator begin, by the level's label."""
    rule_set_id, _, rest = measure.partition(JOIN)
    rule_set = view.rule_sets.get(rule_set_id)
    indicator = rest.partition(JOIN)[0]
    if rule_set is None:
        return {}
    labels = {level.id: view.reader.read(level.label) for level in rule_set.levels}
    return {
        labels.get(band.level, band.level): band.min
        for item in rule_set.indicators
        if item.id == indicator
        for band in item.bands
        if band.min is not None
    }


def _notes(view: RiskView) -> list[Block]:
    """Say what could not be computed, and why."""
    return [Paragraph(view.reader.read(note), tone="quiet") for note in view.assessment.notes]


def _path(view: RiskView) -> Table:
    shown = view.assessment.path.with_columns(
        pl.col("scenario").replace(_words(view, SCENARIO)),
        pl.col("phase").replace(_words(view, PHASE)),
        pl.col("year").cast(pl.String),
        (pl.col(MONEY) * 100).round().cast(pl.Int64),
    )
    return Table(
        "path",
        view.say("Debt path", "债务路径"),
        view.say("Deterministic paths by scenario", "分情景确定性路径"),
        (
            *([Field("phase", view.say("phase", "阶段"))] if view.planned else []),
            Field("scenario", view.say("scenario", "情景")),
            Field("year", view.say("year", "年份"), width=0.7),
            *(Field(name, view.say(en, zh), kind) for name, en, zh, kind in PATH_HEADS),
        ),
        shown,
    )


def _crossing(view: RiskView) -> Table:
    """Return the probabilities of standing beyond each level, years side by side."""
    rows = view.assessment.probabilities.filter(pl.col("measure").str.contains(JOIN, literal=True))
    key = ["phase", "measure", "level"]
    wide = rows.pivot("period", index=key, values="probability", maintain_order=True)
    names = {name: _measure(view, name) for name in rows["measure"].unique()}
    years = [name for name in wide.columns if name not in key]
    return Table(
        "crossing",
        view.say("Crossing bands", "触线概率"),
        view.say("Probability of standing beyond a level", "超过各等级的概率"),
        (
            *([Field("phase", view.say("phase", "阶段"))] if view.planned else []),
            Field("measure", view.say("measure", "指标"), width=4.0),
            Field("level", view.say("beyond", "超过等级"), width=1.1),
            *(Field(year, year, "percent") for year in years),
        ),
        wide.with_columns(
            pl.col("measure").replace(names),
            pl.col("phase").replace(_words(view, PHASE)),
            pl.Series("level", _levels(view, wide)),
        ),
        note=view.say(
            "Shares of drawn scenarios; sampling errors stand in tables/probabilities.csv.",
            "为随机情景占比,抽样误差见 tables/probabilities.csv。",
        ),
    )


def _levels(view: RiskView, rows: pl.DataFrame) -> list[str]:
    """Return the label of each row's level, from the rule set that its measure names."""
    said: list[str] = []
    for measure, level in rows.select("measure", "level").iter_rows():
        rule_set = view.rule_sets.get(str(measure).partition(JOIN)[0])
        said.append(view.reader.read(level_text(rule_set, level)) if rule_set else str(level))
    return said


def _at_risk(view: RiskView) -> Table:
    rows = view.assessment.at_risk.filter(pl.col("unit") == YUAN)
    names = {name: _measure(view, name) for name in rows["measure"].unique()}
    money = ("centre", "tail", "at_risk")
    return Table(
        "at-risk",
        view.say("At risk", "在险额"),
        view.say("Debt and cash flow at risk", "在险债务与在险现金流"),
        (
            *([Field("phase", view.say("phase", "阶段"))] if view.planned else []),
            Field("measure", view.say("measure", "指标"), width=2.0),
            Field("period", view.say("period", "时期"), "period"),
            Field("centre", view.say("centre", "中心"), "money"),
            Field("tail", view.say("in the tail", "尾部"), "money"),
            Field("at_risk", view.say("at risk", "在险额"), "money"),
        ),
        rows.with_columns(
            pl.col("measure").replace(names),
            pl.col("phase").replace(_words(view, PHASE)),
            (pl.col(money) * 100).round().cast(pl.Int64),
        ),
    )


def _measure(view: RiskView, name: str) -> str:
    return view.reader.read(measure_text(name, view.rule_sets))


def _words(view: RiskView, words: Mapping[str, Text]) -> dict[str, str]:
    return {word: view.reader.read(text) for word, text in words.items()}


def stress_section(view: RiskView) -> Section:
    """Return the tornado of stresses and the smallest stress that breaks a rule."""
    measures = [name for name in (main_measure(view), "cash") if name is not None]
    charts = [tornado_chart(view, name, _stress_title(view, name)) for name in measures]
    return Section(
        "stress",
        view.say("5. ", "五、"),
        view.say("What hurts, and what breaks a rule", "压力测试与反向压力"),
        (*[chart for chart in charts if chart is not None], _levers(view), _reverse(view)),
    )


def _stress_title(view: RiskView, name: str) -> str:
    measure = measure_text(name, view.rule_sets)
    return view.say(f"Stresses on {measure.en}", f"压力对{measure.zh}的影响")


def _levers(view: RiskView) -> Table:
    zh = view.reader.lang == "zh"
    never = view.say("never within ten years", "十年内不会")
    rows = view.levers.select(
        pl.col("label_zh" if zh else "label_en").alias("label"),
        "brings",
        "taken_away",
        "shortfall",
        pl.col("first_below_zero").fill_null(never),
    )
    return Table(
        "levers",
        view.say("What helps", "有效措施"),
        view.say("What helps, each alone, base scenario", "单项措施效果(基准情景)"),
        (
            Field("label", view.say("what", "措施"), width=3.0),
            Field("brings", view.say("brings in two years", "两年带来"), "money"),
            Field("taken_away", view.say("shortfall less by", "缺口减少"), "money"),
            Field("shortfall", view.say("still missing", "仍缺"), "money"),
            Field("first_below_zero", view.say("cash below zero", "现金为负"), width=1.3),
        ),
        rows,
        note=view.say(
            "Roll-over as the case's table says; borrowed money is paid back with interest at its "
            "term. Lots at their net proceeds, before the market's depth: an upper end.",
            "续贷按案例续贷表,借入款项到期连本带息偿还。资产按净得计,未计市场容量,为上限。",
        ),
    )


def _reverse(view: RiskView) -> Table:
    return Table(
        "reverse",
        view.say("Reverse stress", "反向压力"),
        view.say(
            "How little breaks a rule, or mends one that is broken", "触线或恢复所需的最小变动"
        ),
        (
            *([Field("phase", view.say("phase", "阶段"))] if view.planned else []),
            Field("stress", view.say("what changes", "变动"), width=2.2),
            Field("measure", view.say("rule", "规则"), width=2.6),
            Field("level", view.say("beyond", "超过等级")),
            Field("now", view.say("without it", "现状"), width=1.2),
            Field("said", view.say("how much", "幅度"), width=1.6),
            Field("period", view.say("when broken", "触线时间"), "period"),
        ),
        _broken(view),
        note=view.say(
            "Multiples of the named stress, below zero of its opposite; of all drivers, standard "
            "deviations. Debt that is gone counts without the interest it would save. What neither "
            "breaks nor mends a line is left out here and stands in tables/reverse_stress.csv.",
            "幅度为相应压力的倍数,负数表示反向变动;各驱动因素共同变动以标准差计。减少债务未计所节省"
            "利息。既不触线也不能恢复的组合此处从略,见 tables/reverse_stress.csv。",
        ),
    )


def _broken(view: RiskView) -> pl.DataFrame:
    """Return in words what breaks or mends a line."""
    rows = view.assessment.reverse_stress.filter(pl.col("multiple").is_not_null())
    kept, broken = view.say("holds", "未触线"), view.say("broken", "已触线")
    money_rows = pl.col("stress").is_in(MONEY_ROWS)
    said = [
        money(round(value * 100), view.reader) if name in MONEY_ROWS else f"{value:.2f}"
        for name, value in rows.select("stress", "multiple").iter_rows()
    ]
    rows = rows.with_columns(
        pl.Series("said", said, dtype=pl.String),
        now=pl.when((pl.col("largest") <= 0.0) | money_rows)
        .then(pl.lit(broken))
        .otherwise(pl.lit(kept)),
    )
    return rows.with_columns(
        pl.col("measure").replace(
            {name: _measure(view, name) for name in rows["measure"].unique()}
        ),
        pl.Series("level", _levels(view, rows)),
        pl.col("stress").replace(_words(view, STRESS)),
        pl.col("phase").replace(_words(view, PHASE)),
    )
