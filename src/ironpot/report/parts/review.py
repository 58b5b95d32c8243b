"""Part 5, budget review: what the ratios and bands say, and what becomes of the balance sheet."""

from typing import Any

import polars as pl

from ironpot.balance.gfsm import codes
from ironpot.core.outputs import CONSOLIDATED
from ironpot.report.figures import money, number, plural
from ironpot.report.model import Block, Field, Paragraph, Section, Table
from ironpot.report.rules_text import named_rules, shared_variant
from ironpot.report.tables import field, labelled, moneys, text
from ironpot.report.view import AFTER, BEFORE, View
from ironpot.report.words import BAND, SIDE

SIDE_ORDER = {"asset": 0, "liability": 1, "memo": 2}
NET_WORTH = "6"
MATRIX = ("rule", "indicator_text", "variant_text")


def review_section(view: View) -> Section:
    """Tell indicative ratios and bands by year and variant, and the consolidated balance sheet."""
    return Section(
        "review",
        view.say("Part 5: ", "五、"),
        view.say("Budget review", "预算审查"),
        (Paragraph(_indicative(view), tone="lead"), *_rules(view), *_balance(view)),
    )


def _indicative(view: View) -> str:
    return view.say(
        "Official grades of local governments are not public, nor is their exact formula. All "
        "bands here are indicative: computed from this case by dated rule sets, each shown with "
        "its year and with and without hidden debt.",
        "官方风险等级及具体算法不公开。以下等级均为参考:按本案例数据和注明日期的规则集计算,"
        "分年份、分是否含隐性债务列示。",
    )


def _rules(view: View) -> tuple[Block, ...]:
    rows = view.extras.get("rule_rows")
    if rows is None or rows.height == 0:
        return (_bands_only(view),)
    title = view.say("Indicative ratios and bands", "参考指标和等级")
    said = named_rules(view, rows)
    known = said.filter(pl.col("value").is_not_null())
    fields, whole = _rule_fields(view, said), view.say("Every rule and variant", "全部规则和口径")
    return (
        Paragraph(_spread(view, known), view.say("The band moves: ", "等级随口径变化:")),
        *_bands(view, known, title, _rule_note(view, rows)),
        Table("rules-full", whole, whole, fields, said, excel_only=True),
    )


def _bands(view: View, known: pl.DataFrame, title: str, note: str) -> tuple[Table, ...]:
    """Return a row an indicator and variant, a column a year without and with the plan."""
    if known.height == 0:
        return ()
    shown = known.with_columns(
        pl.Series("cell", [_cell(row) for row in known.iter_rows(named=True)], pl.String),
        pl.format("{} {}", pl.col("year").cast(pl.String).fill_null(""), "phase").alias("head"),
    )
    heads = shown.sort("year", maintain_order=True)["head"].unique(maintain_order=True).to_list()
    wide = shown.pivot("head", index=list(MATRIX), values="cell", aggregate_function="first")
    fields = (
        text(view, ("rule", "rule set", "规则集"), 1.5),
        text(view, ("indicator_text", "indicator", "指标"), 1.3),
        text(view, ("variant_text", "what counts", "计算口径"), 1.6),
        *(text(view, (head, head, head), 0.9) for head in heads),
    )
    return (Table("rules", title, title, fields, wide, note), _consequences(view, known))


def _cell(row: dict[str, Any]) -> str:
    """Return a ratio with its band."""
    unit = row["unit"] or ""
    value = f"{row['value']:,.1f}" + (unit if unit == "%" else f" {unit}".rstrip())
    return f"{value} {row['band_text']}"


def _consequences(view: View, known: pl.DataFrame) -> Table:
    """Return what each band that occurs leads to, and how far its rule set was checked."""
    keys = ("rule", "band_text", "consequence", "status_text")
    rows = known.select(keys).unique(maintain_order=True).sort("rule", maintain_order=True)
    title = view.say("What these bands lead to", "各等级对应的后果")
    fields = (
        text(view, ("rule", "rule set", "规则集"), 1.8),
        text(view, ("band_text", "band", "等级"), 0.7),
        text(view, ("consequence", "consequence", "后果"), 3.4),
        text(view, ("status_text", "rule checked", "规则核对"), 1.8),
    )
    return Table("rule-consequences", "", title, fields, rows)


def _spread(view: View, known: pl.DataFrame) -> str:
    """Return the sentence on how far the first indicator moves with year and variant."""
    rows = known.filter(pl.col("unit") == "%")
    if rows.height == 0:
        return view.say("no ratio could be computed.", "各项指标均无法计算。")
    name = rows["indicator_text"][0]
    same = rows.filter(pl.col("indicator_text") == name).sort("value", maintain_order=True)
    strict = same.filter(~pl.col("proxy").fill_null(value=False))
    low, high = ((strict if strict.height else same).row(spot, named=True) for spot in (0, -1))
    top = same.row(-1, named=True)
    broad = ""
    if top["value"] > high["value"]:
        broad = view.say(
            f"; broadly counted up to {_ratio(view, top)}", f";宽口径最高{_ratio(view, top)}"
        )
    return view.say(
        f"the {name} runs from {_ratio(view, low)} to {_ratio(view, high)}{broad}. The band "
        "depends on the year and on what counts as debt, so one figure alone says little.",
        f"{name}最低{_ratio(view, low)},最高{_ratio(view, high)}{broad}。"
        "等级取决于年份和债务口径,单看一个数没有意义。",
    )


def _ratio(view: View, row: dict[str, Any]) -> str:
    """Return value, year, variant and band of one row."""
    value, year, band = f"{number(row['value'], 0)}%", row["year"], row["band_text"]
    variant = row["variant_text"] or ""
    parts = [part for part in (f"{year}{view.say('', '年')}", variant, band) if part]
    return view.say(f"{value} ({', '.join(parts)})", f"{value}({'、'.join(parts)})")


def _rule_fields(view: View, rows: pl.DataFrame) -> tuple[Field, ...]:
    """Return the fields that the rows fill at all."""
    fields = (
        text(view, ("rule", "rule set", "规则集"), 1.9),
        text(view, ("indicator_text", "indicator", "指标"), 1.4),
        text(view, ("year", "year", "年份"), 0.7),
        text(view, ("basis_text", "figures", "数据"), 0.8),
        text(view, ("phase", "phase", "口径"), 0.9),
        text(view, ("variant_text", "what counts", "计算口径"), 2.2),
        field(view, ("value", "value", "数值"), "number", 0.8),
        text(view, ("unit", "unit", "单位"), 0.6),
        text(view, ("band_text", "band", "等级"), 0.8),
        text(view, ("consequence", "consequence", "后果"), 2.2),
        text(view, ("missing", "lacks", "缺少"), 1.2, excel_only=True),
        text(view, ("status_text", "rule checked", "规则核对"), 1.2),
    )
    return tuple(one for one in fields if rows[one.name].drop_nulls().len())


def _rule_note(view: View, rows: pl.DataFrame) -> str:
    """Return what all rows share and how many could not be judged."""
    unknown = rows.filter(pl.col("value").is_null()).height
    shared = shared_variant(view, rows)
    common = view.say(f"Common to all: {shared}. ", f"共同口径:{shared}。") if shared else ""
    basis = view.say(
        "With the plan: the debt that it leaves, held against the revenue of the year named. ",
        "方案后:以方案期末债务对应所列年份的财力计算。",
    )
    return (
        common
        + basis
        + view.say(
            f"{plural(unknown, 'more row lacks', 'more rows lack')} a figure and cannot be judged "
            "(workbook); unknown is never green.",
            f"另有{unknown}行因缺数据无法判定(见工作簿);无法判定不等于绿色。",
        )
    )


def _bands_only(view: View) -> Block:
    """Return the bands of plan.json where the ratios behind them are not given."""
    listed: list[dict[str, Any]] = view.summary.get("rules") or []
    if not listed:
        none = view.say("No rule set applies to the case.", "案例未设适用规则集。")
        return Paragraph(none)
    schema = {"id": pl.String, "before": pl.String, "after": pl.String}
    rows = pl.DataFrame(listed, schema=schema, orient="row")
    title = view.say("Indicative bands", "参考等级")
    fields = (
        text(view, ("id", "rule set", "规则集"), 2.0),
        text(view, ("before", "before", "方案前")),
        text(view, ("after", "after", "方案后")),
    )
    said = rows.with_columns(labelled(view, "before", BAND), labelled(view, "after", BAND))
    return Table("rules", title, title, fields, said)


def _balance(view: View) -> tuple[Block, ...]:
    rows = view.tables["balance_sheet"].filter(pl.col("entity_id") == CONSOLIDATED)
    if rows.height == 0:
        return ()
    wide = _before_after(view, rows)
    title = view.say("Consolidated balance sheet", "合并资产负债表")
    heads = (
        (BEFORE, "before", "方案前"),
        (AFTER, "after", "方案后"),
        ("change", "change", "增减"),
        ("eliminated", "eliminated before", "方案前抵销"),
    )
    fields = (
        text(view, ("side_text", "side", "方向"), 0.8),
        text(view, ("gfsm_code", "GFSM code", "GFSM科目"), 0.8),
        text(view, ("code_text", "item", "项目"), 2.2),
        *moneys(view, *heads, total=False),
    )
    return (
        Paragraph(_worth(view, wide), view.say("Net worth: ", "净值:")),
        Table("balance", title, title, fields, wide),
    )


def _before_after(view: View, rows: pl.DataFrame) -> pl.DataFrame:
    """Return a row a code, assets first, net worth last; stocks before and after."""
    phases = [
        pl.col("amount").filter(pl.col("phase") == phase).sum().alias(phase)
        for phase in (BEFORE, AFTER)
    ]
    worth = pl.col("gfsm_code") == NET_WORTH
    gone = pl.col("eliminated").filter(pl.col("phase") == BEFORE).sum()
    balance = pl.lit(view.say("balance", "差额"))
    return (
        rows.group_by("gfsm_code", "side")
        .agg(*phases, gone)
        .with_columns(
            (pl.col(AFTER) - pl.col(BEFORE)).alias("change"),
            pl.when(worth).then(balance).otherwise(labelled(view, "side", SIDE)).alias("side_text"),
            pl.col("gfsm_code").replace(_gfsm(view)).alias("code_text"),
        )
        .sort(worth, pl.col("side").replace_strict(SIDE_ORDER, default=3), "gfsm_code")
    )


def _gfsm(view: View) -> dict[str, str]:
    """Return the labels of balance sheet codes in the reader's language."""
    label = "label_zh" if view.reader.lang == "zh" else "label_en"
    return dict(codes().select("code", label).iter_rows())


def _worth(view: View, wide: pl.DataFrame) -> str:
    rows = wide.filter(pl.col("gfsm_code") == NET_WORTH)
    if rows.height == 0:
        return view.say("not given.", "未提供。")
    row = rows.row(0, named=True)
    before, after = money(row[BEFORE], view.reader), money(row[AFTER], view.reader)
    return view.say(
        f"{before} before, {after} after, as the balance sheet values it. Claims between bodies "
        "inside the perimeter are eliminated; guarantees are memo items and not debt.",
        f"方案前{before},方案后{after}(按资产负债表计价)。"
        "合并范围内往来已抵销;担保为备查事项,不计入债务。",
    )
