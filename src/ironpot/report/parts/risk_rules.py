"""Which rule shows which light? Formula, numbers, band, consequence, source, what was checked."""

from dataclasses import replace
from typing import Any

import polars as pl

from ironpot.core.lang import Text
from ironpot.report.charts.heat import heat_map
from ironpot.report.figures import listing, number
from ironpot.report.model import Block, Field, Paragraph, Section, Table
from ironpot.report.risk_view import RiskView
from ironpot.report.risk_words import PHASE
from ironpot.report.words import RULE_UNIT, label
from ironpot.risk.rule_words import band_text, level_text
from ironpot.risk.ruleset import STATUS_TEXT, UNKNOWN, RuleSet

COLUMNS = (
    "phase",
    "entity",
    "rule",
    "indicator",
    "year",
    "definition",
    "value",
    "band",
    "consequence",
    "status",
    "formula",
    "numbers",
    "missing",
    "source",
)


def rules_section(view: RiskView) -> Section:
    """Return the heat map and the table of every rule, indicator, year and definition."""
    maps = [heat_map(view, phase) for phase in view.phases]
    blocks: list[Block] = [
        Paragraph(
            view.say(
                "Computed here and indicative: no official grade is claimed. A light hangs on the "
                "year and on what is counted as debt and as resources; each choice has its row. "
                "What a rule needs and nobody published is unknown, and unknown is not green.",
                "以下为测算结果,仅供参考,并非官方评级。等级随年份以及债务、财力口径而变,各口径分别列示。"
                "规则所需而未公布的数据一律为未知,未知不等于绿色。",
            )
        ),
        *[chart for chart in maps if chart is not None],
        *_unchecked(view),
        _known(view),
        _table(view),
    ]
    return Section(
        "rules",
        view.say("3. ", "三、"),
        view.say("Lights under the rules", "规则等级"),
        tuple(blocks),
        wide=True,
    )


def _unchecked(view: RiskView) -> list[Block]:
    """Name the rule sets whose text was not, or not wholly, checked."""
    used = view.assessment.ratios["rule_set_id"].unique(maintain_order=True)
    found = [view.rule_sets[name] for name in used if name in view.rule_sets]
    doubtful = [item for item in found if item.status != "checked"]
    if not doubtful:
        return []
    said = [
        f"{view.reader.read(item.name)} ({view.reader.read(STATUS_TEXT[item.status])})"
        for item in doubtful
    ]
    text = view.say(
        f"Not wholly checked against its source: {listing(said, view.reader)}.",
        f"尚未与来源全面核对:{listing(said, view.reader)}。",
    )
    return [Paragraph(text, tone="notice")]


def _known(view: RiskView) -> Table:
    """Return the rows that have a value: the page shows the unknown ones in the map."""
    whole = _table(view)
    unknown = view.assessment.ratios["value"].null_count()
    note = view.say(
        f"{unknown} rows are unknown; they stand in the map and in the Excel file. ",
        f"另有{unknown}行未知,见上图及Excel表。",
    )
    return replace(
        whole,
        fields=tuple(field for field in whole.fields if field.name != "missing"),
        table_id="rules-known",
        title=view.say("Rules with a value", "可计算的规则指标"),
        sheet=view.say("Rules known", "可计算规则"),
        frame=whole.frame.filter(view.assessment.ratios["value"].is_not_null()),
        note=note + whole.note,
        excel_only=False,
    )


def _table(view: RiskView) -> Table:
    rows = [_row(view, row) for row in view.assessment.ratios.iter_rows(named=True)]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    several = view.case.rules["entity_id"].n_unique() > 1
    return Table(
        "rules",
        view.say("Rules", "规则测算"),
        view.say("Every rule, indicator, year and definition", "分规则、指标、年份和口径"),
        (
            *([Field("phase", view.say("phase", "阶段"))] if view.planned else []),
            *([Field("entity", view.say("who", "主体"))] if several else []),
            Field("rule", view.say("rule", "规则"), width=1.5),
            Field("indicator", view.say("indicator", "指标"), width=1.4),
            Field("year", view.say("year", "年份"), width=0.6),
            Field("definition", view.say("definition", "口径"), width=2.0),
            Field("value", view.say("value", "数值"), width=0.9),
            Field("band", view.say("level", "等级"), width=1.1),
            Field("consequence", view.say("what follows", "后果"), width=1.8),
            Field("status", view.say("text", "文本"), width=1.2),
            Field("formula", view.say("formula", "公式"), excel_only=True),
            Field("numbers", view.say("numbers", "数据"), excel_only=True),
            Field("missing", view.say("lacks", "缺少"), width=1.4),
            Field("source", view.say("source", "来源"), excel_only=True),
        ),
        frame,
        note=_sources(view),
        excel_only=True,
    )


def _sources(view: RiskView) -> str:
    """Return formulas and sources of the rules, for the note below the table."""
    table = view.assessment.ratios
    used = table.select("rule_set_id", "indicator", "formula", "source").unique(maintain_order=True)
    said = [
        f"{row['indicator']} = {row['formula']} ({row['source']})"
        for row in used.iter_rows(named=True)
        if row["formula"]
    ]
    return view.say("Formulas and sources: ", "公式与来源:") + "; ".join(said)


def _row(view: RiskView, row: dict[str, Any]) -> tuple[str, ...]:
    rule_set = view.rule_sets.get(row["rule_set_id"])
    phase = str(row.get("phase") or "before")
    consequence = row["consequence_zh" if view.reader.lang == "zh" else "consequence_en"]
    unit = view.reader.read(label(RULE_UNIT, row["unit"]))
    value = f"{number(row['value'], 1)}{'' if row['value'] is None else ' ' + unit}"
    return (
        view.reader.read(label(PHASE, phase)),
        view.name(row["entity_id"]),
        view.reader.read(rule_set.name) if rule_set else row["rule_set_id"],
        view.reader.read(_label(rule_set, row["indicator"])),
        str(row["year"]),
        _definition(view, rule_set, row),
        value,
        _band(view, rule_set, row),
        consequence or "",
        view.reader.read(_status(row["status"])),
        row["formula"] or "",
        row["numbers"] or "",
        row["missing"] or "",
        row["source"] or "",
    )


def _label(rule_set: RuleSet | None, indicator: str) -> Text:
    labels = {item.id: item.label for item in rule_set.indicators} if rule_set else {}
    return labels.get(indicator, Text(indicator, indicator))


def _definition(view: RiskView, rule_set: RuleSet | None, row: dict[str, Any]) -> str:
    words = [word for word in (row["variant"] or "").split(";") if word]
    labels = {item.choice: item.label for item in rule_set.definitions} if rule_set else {}
    said = [view.reader.read(labels.get(word, Text(word, word))) for word in words]
    proxy = [view.say("proxy", "替代口径")] if row["proxy"] else []
    return listing([*said, *proxy], view.reader)


def _band(view: RiskView, rule_set: RuleSet | None, row: dict[str, Any]) -> str:
    level = row["band"] or UNKNOWN
    name = view.reader.read(level_text(rule_set, level)) if rule_set else level
    ends = row["band_from"], row["band_to"]
    found = [
        band_text(item, band)
        for item in (rule_set.indicators if rule_set else ())
        for band in item.bands
        if item.id == row["indicator"] and band.level == level and (band.min, band.max) == ends
    ]
    return f"{name} {found[0]}" if found else name


def _status(status: str) -> Text:
    return next(
        (text for word, text in STATUS_TEXT.items() if word == status), Text(status, status)
    )
