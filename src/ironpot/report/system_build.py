"""What does the report of a system say? The two answers first, then regimes, counties, banks."""

import polars as pl

from ironpot import __version__
from ironpot.report.build import shown_blocks
from ironpot.report.charts.system import (
    REGIME,
    frontier_chart,
    map_chart,
    price_chart,
    winners_chart,
)
from ironpot.report.figures import unit_label
from ironpot.report.model import Field, Paragraph, Report, Section, Table
from ironpot.report.system_view import SystemView

LISTED = 40
FEN = 100.0


def build_system_report(view: SystemView) -> Report:
    """Build the report of a system; nothing is written and nothing is drawn."""
    unit = unit_label(view.reader)
    return Report(
        title=view.say(f"{view.name}: what selling together costs", f"{view.name}:扎堆出售的代价"),
        subtitle=view.say(f"Amounts in {unit} · synthetic", f"金额单位:{unit} · 合成数据"),
        reader=view.reader,
        date=view.date,
        footer=f"{view.name} · ironpot {__version__} · seed {view.seed}",
        leader=shown_blocks(view.reader, _answers(view)),
        sections=(_regimes(view), _counties(view), _banks(view)),
        details=(("seed", str(view.seed)),),
    )


def _answers(view: SystemView) -> Section:
    cost, wait, transfer = view.answer
    return Section(
        "answer",
        "",
        view.say("The answer", "结论"),
        (
            Paragraph(view.synthetic, tone="notice"),
            Paragraph(cost, view.say("What it costs: ", "代价:")),
            Paragraph(wait, view.say("Who should wait: ", "谁应等待:")),
            Paragraph(transfer, view.say("Who gains: ", "得失:")),
            price_chart(view),
        ),
    )


def _regimes(view: SystemView) -> Section:
    said = pl.col("regime").replace_strict(
        {name: text.say(view.reader.lang) for name, text in REGIME.items()}
    )
    frame = _fen(
        view.tables["regimes"].with_columns(said),
        *("cost", "over_coordinated", "value_destroyed", "arrears_end", "proceeds", "regret"),
    )
    fields = (
        Field("regime", view.say("regime", "情形"), width=1.4),
        Field("cost", view.say("cost", "成本"), "money"),
        Field("over_coordinated", view.say("above together", "高于统筹"), "money"),
        Field("over_stake", view.say("of the stake", "占可节省额"), "percent"),
        Field("value_destroyed", view.say("value destroyed", "价值损失"), "money"),
        Field("arrears_end", view.say("arrears", "欠款"), "money"),
        Field("proceeds", view.say("proceeds", "收入"), "money"),
        Field("regret", view.say("regret", "后悔值"), "money"),
    )
    title = view.say("The four regimes", "四种情形")
    table = Table("regimes", title, title, fields, frame)
    return Section("regimes", "1 ", title, (table, frontier_chart(view)))


def _counties(view: SystemView) -> Section:
    rows = _fen(
        view.waiting.head(LISTED),
        *("need", "gain_over_nash", "compensation", "arrears_nash", "arrears_coordinated"),
    )
    named = rows.with_columns(pl.Series("unit_id", [view.called(unit) for unit in rows["unit_id"]]))
    fields = (
        Field("unit_id", view.say("county", "县区"), width=1.6),
        Field("need", view.say("need", "需求"), "money"),
        Field("quarter_nash", view.say("quarter, crowd", "扎堆时季度"), "number"),
        Field("quarter_coordinated", view.say("quarter, together", "统筹时季度"), "number"),
        Field("later_by", view.say("later by", "推迟"), "number"),
        Field("gain_over_nash", view.say("saves", "节省"), "money"),
        Field("compensation", view.say("receives", "受偿"), "money"),
    )
    title = view.say("Who should wait", "谁应等待")
    table = Table("waiting", title, title, fields, named)
    blocks = (map_chart(view), winners_chart(view), table)
    return Section("counties", "2 ", view.say("Counties", "县区"), blocks)


def _banks(view: SystemView) -> Section:
    classes = (
        view.tables["banks"]
        .group_by("bank_class", "regime", maintain_order=True)
        .agg(pl.col("equity", "unpaid", "marked_down", "loss").sum(), worst=_WORST)
        .with_columns(
            pl.col("regime").replace_strict(
                {name: text.say(view.reader.lang) for name, text in REGIME.items()}
            ),
            share=pl.col("loss") / pl.col("equity"),
        )
    )
    frame = _fen(classes, "unpaid", "marked_down", "loss")
    fields = (
        Field("bank_class", view.say("banks", "银行"), width=1.6),
        Field("regime", view.say("regime", "情形"), width=1.4),
        Field("unpaid", view.say("not paid", "未受偿"), "money"),
        Field("marked_down", view.say("collateral", "抵押物减值"), "money"),
        Field("loss", view.say("loss", "损失"), "money"),
        Field("share", view.say("of equity", "占权益"), "percent"),
        Field("worst", view.say("worst bank", "最差银行"), "percent"),
    )
    title = view.say("Banks", "银行")
    return Section("banks", "3 ", title, (Table("banks", title, title, fields, frame),))


_WORST = pl.col("loss_of_equity").max()


def _fen(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Return the frame with these columns of yuan in whole fen."""
    return frame.with_columns((pl.col(name) * FEN).round().cast(pl.Int64) for name in names)
