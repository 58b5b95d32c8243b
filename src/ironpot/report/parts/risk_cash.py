"""When does cash run out, for whom, and what would have to be financed?"""

from collections.abc import Mapping

import polars as pl

from ironpot.core.lang import Text
from ironpot.core.outputs import CONSOLIDATED, EXPECTED
from ironpot.report.charts.fan import fan_chart
from ironpot.report.model import Block, Field, Paragraph, Section, Table
from ironpot.report.risk_answer import below_zero
from ironpot.report.risk_view import BEFORE, RiskView
from ironpot.report.risk_words import PHASE
from ironpot.report.words import SCENARIO, label

MOST_MEMBERS = 12
QUARTERS_SHOWN = 12
NEED = ("primary_deficit", "interest", "principal", "need", "rolled_over", "from_cash", "uncovered")


def cash_section(view: RiskView) -> Section:
    """Return the ladder, who runs out when, the financing need and the probabilities."""
    fan = fan_chart(view, "cash", view.say("Cash, drawn scenarios", "现金余额(随机情景)"))
    blocks: list[Block] = [
        Paragraph(
            view.say(
                "The ladder is what contracts, budget and lots say: nothing is rolled over, sold "
                "or granted. The fan and the probabilities renew debt as the case's table of "
                "roll-over says.",
                "阶梯只反映合同、预算和资产收支,不计续贷、处置和上级支持;"
                "扇形图和概率按案例续贷表接续债务。",
            ),
            tone="quiet",
        ),
        *([fan] if fan else []),
        _breaches(view),
        _probabilities(view),
        _need(view),
    ]
    return Section(
        "cash",
        view.say("1. ", "一、"),
        view.say("When cash runs out", "现金何时不足"),
        tuple(blocks),
    )


def _breaches(view: RiskView) -> Table:
    """Return by entity and scenario when cash falls below its buffer and below zero."""
    return Table(
        "breaches",
        view.say("First gaps", "首次缺口"),
        view.say("When cash first falls short", "现金首次不足的时间"),
        (
            Field("entity_id", view.say("who", "主体"), width=2.4),
            *([Field("phase", view.say("phase", "阶段"), width=1.3)] if view.planned else []),
            Field("scenario", view.say("scenario", "情景")),
            Field("first_under_buffer", view.say("under buffer", "低于缓冲"), width=1.3),
            Field("first_below_zero", view.say("below zero", "为负"), width=1.3),
            Field("lowest_cash", view.say("lowest", "最低"), "money"),
            Field("lowest_period", view.say("when", "时间"), "period"),
        ),
        _first_gaps(view),
        note=view.say("A dash: the case sets no buffer.", "“—”表示未设缓冲。"),
    )


def _first_gaps(view: RiskView) -> pl.DataFrame:
    """Return the rows of the whole in every named scenario, of its members in the base one."""
    cash, whole = pl.col("cumulative_gap"), pl.col("entity_id") == CONSOLIDATED
    ladder = view.assessment.ladder.filter(
        (whole & (pl.col("scenario") != EXPECTED)) | (pl.col("scenario") == "base")
    )
    rows = ladder.group_by("phase", "entity_id", "scenario", maintain_order=True).agg(
        first_under_buffer=pl.col("period").filter(pl.col("below_buffer")).first(),
        first_below_zero=pl.col("period").filter(cash < 0).first(),
        lowest_cash=cash.min(),
        lowest_period=pl.col("period").get(cash.arg_min()),
    )
    never = view.say("never within ten years", "十年内不会")
    members = rows.filter(~whole)["entity_id"].unique(maintain_order=True).head(MOST_MEMBERS)
    kept = [CONSOLIDATED, *members]
    return (
        rows.filter(pl.col("entity_id").is_in(kept))
        .sort(~whole, maintain_order=True)
        .with_columns(
            pl.col("entity_id").replace({name: view.name(name) for name in kept}),
            _said(view, "scenario", SCENARIO),
            _said(view, "phase", PHASE),
            pl.col("first_below_zero").fill_null(never),
            _buffer(view, never).alias("first_under_buffer"),
        )
    )


def _buffer(view: RiskView, never: str) -> pl.Expr:
    """Return `never` where a buffer is kept throughout, null where none is set."""
    limits = view.case.limits.filter(pl.col("kind") == "buffer")
    return (
        pl.col("first_under_buffer").fill_null(never) if limits.height else pl.lit(None, pl.String)
    )


def _probabilities(view: RiskView) -> Table:
    rows = below_zero(view, BEFORE).head(QUARTERS_SHOWN)
    return Table(
        "below-zero",
        view.say("Cash below zero", "现金为负概率"),
        view.say("Probability that cash is below zero", "各季现金为负的概率"),
        (
            Field("period", view.say("quarter", "季度"), "period"),
            Field("probability", view.say("in that quarter", "当季"), "percent"),
            Field("by_then", view.say("by then", "截至当季"), "percent"),
            Field("standard_error", view.say("standard error", "标准误"), "percent"),
        ),
        rows,
    )


def _need(view: RiskView) -> Table:
    """Return the gross financing need of the base scenario, quarter by quarter."""
    rows = view.assessment.financing_need.filter(
        pl.col("phase") == BEFORE, pl.col("scenario") == "base"
    ).head(QUARTERS_SHOWN)
    heads = (
        ("primary_deficit", "primary deficit", "基本赤字"),
        ("interest", "interest", "利息"),
        ("principal", "principal", "本金"),
        ("need", "need", "融资需求"),
        ("rolled_over", "rolled over", "续贷"),
        ("from_cash", "from cash", "动用现金"),
        ("uncovered", "uncovered", "未落实"),
    )
    return Table(
        "need",
        view.say("Financing need", "融资需求"),
        view.say("Gross financing need, base scenario", "总融资需求(基准情景)"),
        (
            Field("quarter", view.say("quarter", "季度"), "period"),
            *(Field(name, view.say(en, zh), "money") for name, en, zh in heads),
        ),
        rows.with_columns((pl.col(NEED) * 100).round().cast(pl.Int64)).select("quarter", *NEED),
    )


def _said(view: RiskView, column: str, words: Mapping[str, Text]) -> pl.Expr:
    said = {word: view.reader.read(label(words, word)) for word in words}
    return pl.col(column).replace(said)
