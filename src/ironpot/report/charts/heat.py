"""Which light shows where? A heat map of entities and definitions by rule and year.

Shades run from pale (best) to dark (worst), so that the map keeps its order in grey; every cell
says its level in words, and what is unknown is white and says so.
"""

from typing import Any

import polars as pl

from ironpot.core.lang import Text
from ironpot.report.charts import style
from ironpot.report.figures import listing
from ironpot.report.model import Chart, Field, Table
from ironpot.report.risk_view import RiskView
from ironpot.report.risk_words import PHASE
from ironpot.risk.rule_words import level_text
from ironpot.risk.ruleset import UNKNOWN, RuleSet

SHADES = ("#f3ead2", "#ead08c", "#d9975a", "#a5482c", "#6e1f1c")
DARK_FROM = 0.7
MOST_ROWS = 24
ROW_HEIGHT = 26


def heat_map(view: RiskView, phase: str) -> Chart | None:
    """Return the map of one phase: a row an entity, rule and indicator in each definition.

    None where no rule applies. Rows beyond MOST_ROWS are left to the table, worst first kept.
    """
    rows = _rows(view, phase)
    if rows.is_empty():
        return None
    order = _order(rows)
    years: list[int] = rows["year"].unique().sort().to_list()
    return Chart(
        f"heat-{phase}",
        _title(view, phase),
        _takeaway(view, rows),
        _option(rows, order, years),
        _table(view, rows, phase),
        view.say(
            "published accounts and the register of debts, rules as the files quote them",
            "公布的预决算、债务台账,规则文件所引文本",
        ),
        height=80 + ROW_HEIGHT * len(order),
        unit="",
    )


def _title(view: RiskView, phase: str) -> str:
    when = PHASE[phase]
    en, zh = ("", "") if not view.planned else (f", {when.en}", f"({when.zh})")
    return view.say(f"Lights by rule, definition and year{en}", f"各规则分口径、分年度等级{zh}")


def _rows(view: RiskView, phase: str) -> pl.DataFrame:
    """Return (row, year, level, severity, value) of the phase, names in the reader's language."""
    table = view.assessment.ratios
    if "phase" in table.columns:
        table = table.filter(pl.col("phase") == phase)
    named = [_named(view, row) for row in table.iter_rows(named=True)]
    schema = {
        "row": pl.String,
        "year": pl.Int64,
        "level": pl.String,
        "severity": pl.Float64,
        "value": pl.Float64,
        "unit": pl.String,
    }
    return pl.DataFrame(named, schema=schema, orient="row")


def _named(view: RiskView, row: dict[str, Any]) -> tuple[object, ...]:
    rule_set = view.rule_sets.get(row["rule_set_id"])
    several = view.case.rules["entity_id"].n_unique() > 1
    parts = [view.name(row["entity_id"])] if several else []
    parts += [_indicator(view, rule_set, row), _variant(view, rule_set, row)]
    level = row["band"] or UNKNOWN
    shown = level_text(rule_set, level) if rule_set else Text(level, level)
    return (
        " · ".join(part for part in parts if part),
        row["year"],
        view.reader.read(shown),
        _severity(rule_set, level),
        row["value"],
        row["unit"],
    )


def _indicator(view: RiskView, rule_set: RuleSet | None, row: dict[str, Any]) -> str:
    labels = {item.id: item.label for item in rule_set.indicators} if rule_set else {}
    found = labels.get(row["indicator"])
    return view.reader.read(found) if found else str(row["indicator"])


def _variant(view: RiskView, rule_set: RuleSet | None, row: dict[str, Any]) -> str:
    words = [word for word in (row["variant"] or "").split(";") if word]
    labels = {item.choice: item.label for item in rule_set.definitions} if rule_set else {}
    said = [view.reader.read(labels[word]) if word in labels else word for word in words]
    return listing(said, view.reader)


def _severity(rule_set: RuleSet | None, level: str) -> float:
    """Return the level's place on the rule set's scale from 0 to 1; -1 if unknown."""
    if rule_set is None or level not in rule_set.order or len(rule_set.order) < 2:
        return -1.0
    return rule_set.order.index(level) / (len(rule_set.order) - 1)


def _order(rows: pl.DataFrame) -> list[str]:
    """Return the rows to draw, in table order; of too many, those with the worst lights."""
    worst = rows.group_by("row", maintain_order=True).agg(pl.col("severity").max())
    kept = set(worst.sort("severity", descending=True).head(MOST_ROWS)["row"])
    return [name for name in worst["row"] if name in kept]


def _option(rows: pl.DataFrame, order: list[str], years: list[int]) -> style.Option:
    cells = [
        _cell(row, years.index(row["year"]), order.index(row["row"]))
        for row in rows.filter(pl.col("row").is_in(order)).iter_rows(named=True)
    ]
    axis = {"splitArea": {"show": False}, "axisTick": {"show": False}}
    return style.base(top=34, right=16) | {
        "visualMap": _shading(),
        "xAxis": style.categories([str(year) for year in years], position="top") | axis,
        "yAxis": style.categories(order, inverse=True)
        | axis
        | {"axisLabel": {"color": style.INK, "fontSize": 11, "width": 240, "overflow": "break"}},
        "series": [
            {
                "type": "heatmap",
                "data": cells,
                "itemStyle": {"borderColor": "#ffffff", "borderWidth": 2},
            }
        ],
    }


def _shading() -> dict[str, Any]:
    """Return the shade of each stretch of the scale; what is unknown is white."""
    edges = (-0.5, 0.1, 0.4, 0.7, 0.9, 1.1)
    known = [
        {"gte": low, "lt": high, "color": shade}
        for low, high, shade in zip(edges, edges[1:], SHADES, strict=False)
    ]
    return {
        "show": False,
        "type": "piecewise",
        "dimension": 2,
        "pieces": [{"lt": -0.5, "color": "#ffffff"}, *known],
    }


def _cell(row: dict[str, Any], x: int, y: int) -> dict[str, Any]:
    known = row["value"] is not None
    number = f" {row['value']:.1f}{'%' if row['unit'] == 'percent' else ''}" if known else ""
    shown = f"{row['level']}{number}"
    dark = row["severity"] >= DARK_FROM
    return {
        "value": [x, y, row["severity"]],
        "label": {
            "show": True,
            "formatter": shown if row["severity"] >= 0.0 else f"? {shown}",
            "color": "#ffffff" if dark else style.INK,
            "fontSize": 12,
        },
        "itemStyle": {"borderColor": style.FAINT if row["severity"] < 0 else "#ffffff"},
    }


def _takeaway(view: RiskView, rows: pl.DataFrame) -> str:
    unknown = rows.filter(pl.col("severity") < 0.0).height
    worst = rows.sort("severity", descending=True).row(0, named=True)
    if worst["severity"] < 0.0:
        return view.say(
            f"All {unknown} lights are unknown: what they need is not published.",
            f"{unknown}项均无法判定:所需数据未公布。",
        )
    return view.say(
        f"The worst light is {worst['level']} in {worst['year']} ({worst['row']}); "
        f"{unknown} of {rows.height} are unknown, and unknown is not good.",
        f"最差为{worst['year']}年“{worst['level']}”({worst['row']});"
        f"{rows.height}项中{unknown}项未知,未知不等于安全。",
    )


def _table(view: RiskView, rows: pl.DataFrame, phase: str) -> Table:
    return Table(
        f"heat-{phase}",
        view.say(f"Lights {phase}", f"等级{'方案前' if phase == 'before' else '方案后'}"),
        _title(view, phase),
        (
            Field("row", view.say("rule and definition", "规则与口径"), width=3.0),
            Field("year", view.say("year", "年份"), "text"),
            Field("level", view.say("level", "等级")),
            Field("value", view.say("value", "数值"), "number"),
        ),
        rows.with_columns(pl.col("year").cast(pl.String)).select("row", "year", "level", "value"),
        excel_only=True,
    )
