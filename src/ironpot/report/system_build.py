"""What does the report of a system say? The two answers first, then regimes, counties, banks."""

from dataclasses import replace

import polars as pl

from ironpot import __version__
from ironpot.report.build import shown_blocks
from ironpot.report.charts.system import frontier_chart, price_chart
from ironpot.report.charts.system_harm import harm_chart
from ironpot.report.charts.system_places import map_chart, winners_chart
from ironpot.report.figures import amount, percent, unit_label
from ironpot.report.model import (
    Block,
    Bullets,
    Field,
    Paragraph,
    Report,
    Section,
    Table,
    Tile,
    Tiles,
)
from ironpot.report.system_answer import answers_of
from ironpot.report.system_columns import fields_of, in_fen
from ironpot.report.system_spiral import spiral_blocks
from ironpot.report.system_view import REGIME, SystemView

LISTED = 40
FEN = 100.0


def build_system_report(view: SystemView) -> Report:
    """Build the report of a system; nothing is written and nothing is drawn."""
    unit = unit_label(view.reader)
    return Report(
        title=view.say(f"{view.name}: what selling together costs", f"{view.name}:扎堆出售的代价"),
        subtitle=view.say(
            f"Balances of {view.date} · {view.span} · amounts in {unit}",
            f"基准日{view.date} · {view.span} · 金额单位:{unit}",
        ),
        reader=view.reader,
        date=view.date,
        footer=f"{view.name} · ironpot {__version__} · {view.say('seed ', '种子')}{view.seed}",
        leader=shown_blocks(view.reader, _answers(view)),
        sections=tuple(
            shown_blocks(view.reader, section)
            for section in (
                _regimes(view),
                _choices(view),
                _counties(view),
                _banks(view),
                _orders(view),
                _made(view),
            )
            if section.blocks
        ),
        details=(("seed", str(view.seed)),),
    )


def _answers(view: SystemView) -> Section:
    said = [Paragraph(answer.text, f"{answer.question} ") for answer in answers_of(view)]
    if view.wished:
        said.append(Paragraph(view.wished, view.say("What the wish costs: ", "所选要求:")))
    return Section(
        "answer",
        "",
        view.say("The answer", "结论"),
        (
            Paragraph(view.synthetic, tone="notice"),
            _tiles(view),
            *said,
            *((Paragraph(view.crowded, tone="notice"),) if view.crowded else ()),
            price_chart(view),
            Paragraph(view.settled, view.say("How sure: ", "把握:")),
        ),
    )


def _tiles(view: SystemView) -> Tiles:
    crowd, plan = view.crowd, view.crowd.plan
    nash = crowd.regime("nash")
    share = percent((nash.cost - plan.cost) / plan.stake if plan.stake > 0.0 else None)
    lost = int((crowd.losses > 0.0).sum())
    count = len(crowd.markets.counties)
    return Tiles(
        (
            Tile(
                view.say("extra cost of selling at once", "扎堆出售多付"),
                _short(view, nash.cost - plan.cost),
                view.say(f"{share} of all selling can save", f"占可节省总额{share}"),
                unit_label(view.reader),
            ),
            Tile(
                view.say("cost of the joint plan", "统筹成本"),
                _short(view, plan.cost),
                view.say(f"as a crowd {_short(view, nash.cost)}", f"扎堆{_short(view, nash.cost)}"),
                unit_label(view.reader),
            ),
            Tile(
                view.say("should wait", "应暂缓出售"),
                f"{view.waiting.height}",
                view.say(f"of {count} counties", f"共{count}个县区"),
            ),
            Tile(
                view.say(f"lose by the {view.told}", f"因{view.told}受损"),
                f"{lost}",
                view.say("counties, before compensation", "个县区(补偿前)"),
            ),
        )
    )


def _short(view: SystemView, yuan: float) -> str:
    return amount(round(yuan * FEN), view.reader)


def _regimes(view: SystemView) -> Section:
    frame = _fen(
        view.tables["regimes"].with_columns(view.regimes_said()),
        *("cost", "over_coordinated", "value_destroyed", "arrears_end", "proceeds", "regret"),
    )
    fields = (
        Field("regime", view.say("regime", "情形"), width=1.4),
        Field("cost", view.say("cost", "成本"), "money"),
        Field("over_coordinated", view.say("above joint plan", "高于统筹"), "money"),
        Field("over_stake", view.say("of the stake", "占可节省额"), "percent"),
        Field("value_destroyed", view.say("value destroyed", "价值损失"), "money"),
        Field("arrears_end", view.say("arrears", "欠款"), "money"),
        Field("proceeds", view.say("proceeds", "收入"), "money"),
        Field("regret", view.say("regret", "后悔值"), "money"),
    )
    title = view.say("The regimes", "各种情形")
    table = Table("regimes", title, title, fields, frame)
    blocks = (Bullets(_regime_words(view)), table, *_rights(view), frontier_chart(view))
    return Section("regimes", "1 ", title, blocks)


def _rights(view: SystemView) -> tuple[Table, ...]:
    """What the regimes use of counties' rights beside sales; nothing where no case has any."""
    used = view.rights_used
    if used.is_empty():
        return ()
    names = {name: view.reader.read(text) for name, text in REGIME.items()}
    names |= {"limit": view.say("at most", "上限"), "cost": view.say("cost together", "统筹时成本")}
    fields = (
        Field("kind", view.say("right", "权利"), width=1.6),
        *(Field(name, names[name], "money") for name in used.columns[1:]),
    )
    title = view.say("Rights used beside sales", "出售之外动用的权利")
    return (Table("rights", title, title, fields, _fen(used, *used.columns[1:])),)


def _regime_words(view: SystemView) -> tuple[str, ...]:
    """Say what the regimes are, for who reads the words for the first time."""
    return (
        view.say(
            "Alone: each plans as if the market were its own, and all sell at once.",
            "各自:各县都当市场为己独有,同时出售。",
        ),
        view.say(
            "Rolling: the same, planned anew every quarter with what is left.",
            "滚动:同上,每季度按剩余情况重新计划。",
        ),
        view.say(
            "Crowd: nobody agrees with anybody, but all have learned what prices to expect (Nash). "
            "It is what happens without agreement.",
            "扎堆:各县互不通气,但都已熟知会遇到的价格(纳什均衡),即不统筹时的结果。",
        ),
        view.say("Joint plan: one for all, at the least cost.", "统筹:全体一个方案,总成本最低。"),
        *((_announced_words(view),) if view.is_wished else ()),
        view.say(
            "The stake is all that selling can save against doing nothing; regret is what counties "
            "could still save each by itself.",
            "可节省额为出售较不作为可节省的总额;后悔值为各县单独改变尚可节省之和。",
        ),
    )


def _announced_words(view: SystemView) -> str:
    wish = view.reader.read(REGIME[view.crowd.announced.name])
    return view.say(
        f"Announced plan: what counties are told to do, here the plan that keeps the wish: {wish}.",
        f"公布方案:下达各县执行的方案,此处为满足所选要求的方案:{wish}。",
    )


def _choices(view: SystemView) -> Section:
    """What each wish for the joint plan costs, and how it can be carried out."""
    choices = view.tables["choices"].with_columns(view.regimes_said("choice"))
    ways = {
        "allotments": view.say("each within its allotment", "各在配额内"),
        "fees": view.say("fees alone, cut where overshot", "仅收费,超量按比例削减"),
        "pro_rata": view.say("its quantities, one price", "按其数量,统一价格"),
    }
    carried = view.tables["ways"].with_columns(pl.col("way").replace(ways))
    titles = (
        view.say("What a wish costs", "各项选择的代价"),
        view.say("Carrying the cheapest joint plan out", "成本最低的统筹方案的落实")
        if view.is_wished
        else view.say("Carrying the joint plan out", "统筹方案的落实"),
    )
    tables = tuple(
        Table(name, title, title, fields_of(shown, view.reader), shown)
        for name, title, frame in zip(("choices", "ways"), titles, (choices, carried), strict=True)
        for shown in (in_fen(frame),)
    )
    if not view.wished:
        hint = view.say(
            "Nothing was wished beyond least cost. What it costs that nobody loses, that banks are "
            "spared, that all are treated alike, or that lots stay whole, can be worked out too.",
            "除成本最低外未作其他要求;无一受损、减轻银行损失、各县一视同仁、标的不拆分等要求的代价可另行测算。",
        )
        return Section("choices", "2 ", titles[0], (Paragraph(hint, tone="quiet"), tables[1]))
    blocks: tuple[Block, ...] = (Paragraph(view.wished), *tables)
    return Section("choices", "2 ", titles[0], blocks, wide=True)


def _counties(view: SystemView) -> Section:
    rows = _fen(
        view.waiting.head(LISTED),
        *("need", "gain_over_nash", "compensation", "arrears_nash", "arrears_announced"),
    )
    named = _dated(view, rows).with_columns(
        pl.Series("unit_id", [view.called(unit) for unit in rows["unit_id"]])
    )
    fields = (
        Field("unit_id", view.say("county", "县区"), width=1.6),
        Field("need", view.say("need", "需求"), "money"),
        Field("half_by_nash", view.say("half sold by, crowd", "扎堆时售半于")),
        Field("half_by_announced", view.say(f"half sold by, {view.told}", f"{view.told}时售半于")),
        Field("later_by", view.say("later by, quarters", "推迟(季)"), "number"),
        Field("gain_over_nash", view.say("saves", "节省"), "money"),
        Field("compensation", view.say("receives", "受偿"), "money"),
    )
    title = view.say("Who should wait", "谁应等待")
    table = Table("waiting", title, title, fields, named)
    every = _every_county(view)
    blocks = (map_chart(view), winners_chart(view), harm_chart(view), table, every)
    return Section("counties", "3 ", view.say("Counties", "县区"), blocks)


def _banks(view: SystemView) -> Section:
    classes = (
        view.tables["banks"]
        .group_by("bank_class", "regime", maintain_order=True)
        .agg(pl.col("equity", "unpaid", "marked_down", "loss").sum(), worst=_WORST)
        .with_columns(
            view.regimes_said(),
            share=pl.when(pl.col("equity") > 0.0).then(pl.col("loss") / pl.col("equity")),
        )
    )
    words = [view.bank_class(word) for word in classes["bank_class"]]
    classes = classes.with_columns(pl.Series("bank_class", words))
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
    first = view.say("Banks, first round", "银行:首轮")
    table = Table("banks", first, first, fields, frame)
    return Section("banks", "4 ", title, (table, *spiral_blocks(view)))


_WORST = pl.col("loss_of_equity").max()


def _dated(view: SystemView, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with quarters by name; who sells nothing in one has none."""
    nothing = view.say("sells nothing", "不出售")
    return rows.with_columns(
        pl.Series(
            name,
            [nothing if number is None else view.quarter(number) for number in rows[name]],
            dtype=pl.String,
        )
        for name in ("half_by_nash", "half_by_announced")
    )


def _every_county(view: SystemView) -> Table:
    """Return all counties with all figures, for Excel."""
    rows = _dated(view, in_fen(view.tables["counties"]))
    named = rows.with_columns(
        pl.Series(name, [view.called(unit) for unit in rows[name]])
        for name in ("unit_id", "parent_id")
    )
    title = view.say("Every county", "全部县区")
    fields = fields_of(named, view.reader)
    return Table("every_county", title, title, fields, named, excel_only=True)


def _orders(view: SystemView) -> Section:
    title = view.say("What orders do, before anyone signs", "下达前看各项要求的后果")
    if "mandates" not in view.tables:
        return Section("orders", "5 ", title, ())
    frame = view.tables["mandates"].with_columns(
        pl.col("mandate").replace(view.orders), view.regimes_said()
    )
    shown = in_fen(frame).select(_ORDERED)
    wide = {"mandate": 2.2, "regime": 1.2}
    fields = tuple(
        replace(field, width=wide.get(field.name, 1.0)) for field in fields_of(shown, view.reader)
    )
    note = view.say(
        "In the crowd counties hear the order and nothing else; by the joint plan they carry it "
        "out as well as can be. What a swap costs the giver of the quota is not counted.",
        "“扎堆”指各县仅收到要求、互不通气;“统筹”为在该要求下的最优落实。置换额度提供方的成本未计入。",
    )
    table = Table("orders", title, title, fields, shown, note)
    return Section("orders", "5 ", title, (table,), wide=True)


_ORDERED = (
    *("mandate", "regime", "price_average", "volume", "counties_behind", "arrears_end"),
    *("bank_loss", "bank_loss_end", "banks_under", "cost", "over_none"),
)


def _made(view: SystemView) -> Section:
    """What the figures stand on, and what is left out."""
    title = view.say("What the figures stand on", "数据与方法")
    points = (
        view.source,
        view.synthetic,
        view.say(
            "Cost is value destroyed (what a lot is worth where it is, less what it brings) plus "
            "the price of arrears; it is no cash outlay.",
            "成本=价值损失(保留价值减成交收入)+欠款成本,不等于现金支出。",
        ),
        view.say(
            "The crowd takes average prices and shares sold as given; its offers are "
            "averaged until hardly anyone can do better alone.",
            "扎堆情形:各县以平均价格和成交比例为给定,反复调整挂牌,直至几乎无人能单独改善。",
        ),
        *view.losses,
    )
    numbered = "6 " if "mandates" in view.tables else "5 "
    return Section("made", numbered, title, (Bullets(tuple(point for point in points if point)),))


def _fen(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Return the frame with these columns of yuan in whole fen."""
    return frame.with_columns((pl.col(name) * FEN).round().cast(pl.Int64) for name in names)
