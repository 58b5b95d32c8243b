"""What must a leader know and decide? One page: the gap, what to sell and keep, what to ask for.

Everything here is bounded (rows, lengths), so that the page stays one page on A4 in every face.
"""

from typing import Any

import polars as pl

from ironpot.report.charts.before_after import classes
from ironpot.report.charts.ladder import small_ladder
from ironpot.report.figures import amount, listing, money, percent, period, plural, unit_label
from ironpot.report.findings import Findings
from ironpot.report.model import (
    Block,
    Bullets,
    Pair,
    Paragraph,
    Section,
    Table,
    Tile,
    Tiles,
    clip,
)
from ironpot.report.parts.check import sure_sentence
from ironpot.report.parts.disposal import (
    loans_sentence,
    lost_sentence,
    released,
    route_counts,
    worth_note,
)
from ironpot.report.parts.gap import gap_sentence, later_sentence
from ironpot.report.parts.help import by_giver, least_help
from ironpot.report.parts.trust import acts_of, origin_sentence, own_sentences
from ironpot.report.reasons import short_reason
from ironpot.report.tables import field, moneys, text
from ironpot.report.view import View
from ironpot.report.words import GROUP, GROUP_SHORT, scenario_text

SOLD_ROWS = 6
KEPT_ROWS = 4
FEW_SCENARIOS = 4
HELP_ROWS = 3
NAME_LETTERS = 32
NOTICE_LETTERS = 420
UNKNOWN_SHOWN, UNKNOWN_LETTERS = 3, 110


def leader_page(view: View, found: Findings) -> Section:
    """Return the first page; its blocks are few and short by construction."""
    tables = (_debt_table(view), _group_table(view, found))
    return Section(
        "leader",
        "",
        view.say("The plan on one page", "一页纸摘要"),
        (
            *_notice(view),
            _tiles(view, found),
            Paragraph(gap_sentence(view, found), view.say("The gap: ", "缺口:")),
            Pair((small_ladder(view, found),), tables),
            Paragraph(_selling(view, found), view.say("Sell, lease, keep: ", "卖、租、留:")),
            _lot_table(view),
            Paragraph(_asking(view, found), view.say("Ask for: ", "争取支持:")),
            *_help_table(view, found),
            Paragraph(_deciding(view, found), view.say("To decide now: ", "请会议议定:")),
            Bullets((_sure(view), *_unknown(view))),
        ),
    )


def _notice(view: View) -> tuple[Block, ...]:
    notice = view.case.settings.notice
    if notice is None:
        return ()
    return (Paragraph(clip(view.reader.read(notice), NOTICE_LETTERS), tone="notice"),)


def _tiles(view: View, found: Findings) -> Tiles:
    return Tiles(
        (
            _gap_tile(view, found),
            _sale_tile(view, found),
            _help_tile(view, found),
            _debt_tile(view, found),
        )
    )


def _gap_tile(view: View, found: Findings) -> Tile:
    label = view.say("Without the plan, cash runs out", "不实施方案,现金断流于")
    before = found.before
    if before.lowest is None:
        return Tile(label, view.say("unknown", "未知"), view.say("no ladder given", "未提供阶梯"))
    if before.below_zero is None:
        low = money(before.lowest, view.reader)
        note = view.say(f"lowest cash {low}", f"现金最低{low}")
        return Tile(label, view.say("never", "未断流"), note)
    missing, when = money(before.missing, view.reader), period(before.lowest_period, view.reader)
    note = view.say(f"{missing} missing by {when}", f"至{when}累计缺口{missing}")
    return Tile(label, period(before.below_zero, view.reader), note)


def _no_plan(view: View, label: str) -> Tile:
    return Tile(label, view.say("unknown", "未知"), view.say("no plan found", "未求得方案"))


def _sale_tile(view: View, found: Findings) -> Tile:
    going, every = released(view).height, view.lots.height
    label = view.say("Cash from assets, net, from outside", "资产盘活净回款(范围外)")
    if not view.solved or view.cash.height == 0:
        return _no_plan(view, label)
    note = view.say(f"{going} of {every} lots leave", f"{every}处中处置{going}处")
    if found.worst_scenario:
        low = money(found.worst_receipts, view.reader)
        note = view.say(f"{note}; {low} in the worst scenario", f"{note};最差情景{low}")
    return Tile(label, amount(found.receipts, view.reader), note, unit_label(view.reader))


def _help_tile(view: View, found: Findings) -> Tile:
    label = view.say("Help needed from above", "需争取上级支持")
    if not view.solved:
        return _no_plan(view, label)
    note = view.say("none is needed", "无需支持")
    if found.relief:
        first = period(found.relief_first, view.reader)
        cases = _by_scenario(view)
        note = view.say(f"expected; {cases}, from {first}", f"期望值;{cases};最早{first}")
    return Tile(label, amount(found.relief, view.reader), note, unit_label(view.reader))


def _debt_tile(view: View, found: Findings) -> Tile:
    before, gone = money(found.debt_before, view.reader), money(found.paid_off, view.reader)
    label = view.say("Debt at the end of the plan", "方案期末债务余额")
    if not view.solved:
        return _no_plan(view, label)
    note = view.say(f"{before} today; {gone} really paid off", f"目前{before};真正偿还{gone}")
    if found.borrowed_beyond > 0:
        more = money(found.borrowed_beyond, view.reader)
        note = view.say(f"{note}, {more} borrowed on top", f"{note},另新增借款{more}")
    if found.added > 0:
        more = money(found.added, view.reader)
        note = view.say(f"{note}, {more} of interest added", f"{note},另有利息转入本金{more}")
    return Tile(label, amount(found.debt_after, view.reader), note, unit_label(view.reader))


def _debt_table(view: View) -> Table:
    heads = (("opening", "before", "方案前"), ("closing", "after", "方案后"))
    fields = (text(view, ("class_text", "class", "类别"), 2.0), *moneys(view, *heads, width=1.1))
    held = classes(view).filter((pl.col("opening") > 0) | (pl.col("closing") > 0))
    return Table("leader-debt", "", view.say("Debt by class", "分类债务余额"), fields, held)


def _group_table(view: View, found: Findings) -> Table:
    whole = found.resolved
    rows = [
        (
            view.reader.read(name),
            found.groups[group],
            found.groups[group] / whole if whole else None,
            view.reader.read(GROUP_SHORT[group]),
        )
        for group, name in GROUP.items()
        if view.debts.height
    ]
    schema = {"group": pl.String, "amount": pl.Int64, "share": pl.Float64, "means": pl.String}
    fields = (
        text(view, ("group", "group", "构成"), 1.5),
        *moneys(view, ("amount", "amount", "金额"), width=1.1),
        field(view, ("share", "share", "占比"), "percent", 0.9),
        text(view, ("means", "that is", "含义"), 2.9),
    )
    title = view.say("How debt is resolved", "债务化解构成")
    return Table("leader-groups", "", title, fields, pl.DataFrame(rows, schema, orient="row"))


def _selling(view: View, found: Findings) -> str:
    going = released(view).height
    kept = view.lots.height - going
    if not view.solved:
        return view.say("unknown: no plan was found.", "未知:未求得方案。")
    if going == 0:
        return view.say(f"all {kept} lots are kept.", f"{kept}处全部保留。")
    routes, stay = route_counts(view), _staying(view) + _under_way(view)
    lost = lost_sentence(view, found) + loans_sentence(view, found)
    return view.say(f"{routes}; {stay}. {lost}", f"{routes};{stay}。{lost}")


def _staying(view: View) -> str:
    """Return how many lots stay as they are, and how many stay but are put to shared use."""
    stays = view.lots.filter(~pl.col("released"))
    shared = stays.filter(pl.col("route") == "share_reuse").height
    held = stays.height - shared
    if not shared:
        return view.say(f"{held} kept", f"保留{held}处")
    return view.say(f"{held} kept, {shared} in shared use", f"保留{held}处、共享调剂{shared}处")


def _under_way(view: View) -> str:
    """Return how many of the lots that leave are signed or listed already; empty if none is."""
    begun = released(view).height - _open(view, released(view)).height
    if not begun:
        return ""
    return view.say(f"; {begun} signed or listed already", f";其中{begun}处已签约或挂牌")


def _left(view: View, found: Findings) -> str:
    """Return what cash is left when the plan ends, and which part of it may pay no other debt."""
    if found.cash_end is None:
        return ""
    left = money(found.cash_end, view.reader)
    bad = ""
    if found.worst_cash_end is not None:
        low = money(found.worst_cash_end, view.reader)
        bad = view.say(f", {low} in the worst scenario", f",最差情景{low}")
    tied = ""
    if found.earmarked_end > 0:
        marked = money(found.earmarked_end, view.reader)
        tied = view.say(
            f"; {marked} of it is earmarked and may pay no other debt",
            f";其中{marked}为专户资金,不得用于偿还其他债务",
        )
    later = later_sentence(view)
    return view.say(
        f" Cash left at the end: {left} expected{bad}{tied}. {later}".rstrip(),
        f"期末结存:期望{left}{bad}{tied}。{later}",
    )


def _lot_table(view: View) -> Table:
    """Return the lots that bring most and the kept ones whose sale would destroy most."""
    sold = released(view).sort("net_proceeds", "lot_id", descending=[True, False]).head(SOLD_ROWS)
    spared = view.lots.filter(~pl.col("released") & (pl.col("surplus") < 0))
    rows = pl.concat([sold, spared.sort("surplus", "lot_id").head(KEPT_ROWS)])
    texts = [_lot_texts(view, row) for row in rows.iter_rows(named=True)]
    schema = {"short": pl.String, "deed": pl.String, "reason": pl.String}
    values = (
        ("weighed_net", "net proceeds", "处置净得"),
        ("weighed_retention", "worth kept", "留用价值"),
    )
    fields = (
        text(view, ("short", "lot", "标的"), 2.2),
        text(view, ("deed", "decision", "决定"), 3.5),
        *moneys(view, *values, total=False),
        text(view, ("reason", "why", "理由"), 2.4),
    )
    frame = rows.select("weighed_net", "weighed_retention").hstack(
        pl.DataFrame(texts, schema, orient="row")
    )
    title = view.say("Largest lots sold and kept", "主要处置和保留标的")
    return Table("leader-lots", "", title, fields, frame, worth_note(view))


def _lot_texts(view: View, lot: dict[str, Any]) -> tuple[str, str, str]:
    deed = str(lot["route_text"])
    if lot["released"] and lot["cash_quarter"]:
        when = period(lot["cash_quarter"], view.reader)
        deed = view.say(f"{deed}, cash from {when}", f"{deed},{when}起到账")
    return clip(str(lot["name"]), NAME_LETTERS), deed, short_reason(view, lot)


def _asking(view: View, found: Findings) -> str:
    if not view.solved:
        return view.say("unknown: no plan was found in the time.", "未知:限时内未求得方案。")
    if not found.relief:
        return view.say("nothing; the plan works without help.", "无需支持,方案可自行平衡。")
    asked = money(found.relief, view.reader)
    share = percent(found.relief / found.debt_before if found.debt_before else None)
    floor = least_help(view)
    return view.say(
        f"{asked} ({share} of the debt); asking for less would burn more in assets than it "
        f"saves{floor}.",
        f"共{asked}(相当于债务的{share});再少要,资产损失将大于节省的支持{floor}。",
    ) + _left(view, found)


def _by_scenario(view: View) -> str:
    """Say how much help each scenario needs, in a few words."""
    sums = (
        view.tables["relief"]
        .filter(pl.col("scenario") != "expected")
        .group_by("scenario", maintain_order=True)
        .agg(pl.col("amount").sum())
    )
    if sums.height > FEW_SCENARIOS:
        low, high = (
            amount(int(sums["amount"].quantile(q, "nearest") or 0), view.reader)
            for q in (0.05, 0.95)
        )
        return view.say(f"{low} to {high} in nine cases of ten", f"九成情形为{low}至{high}")
    parts = [
        f"{view.reader.read(scenario_text(name))} {amount(sum_, view.reader)}"
        for name, sum_ in sums.iter_rows()
    ]
    return listing(parts, view.reader)


def _help_table(view: View, found: Findings) -> tuple[Table, ...]:
    if not found.relief:
        return ()
    rows = by_giver(view).head(HELP_ROWS)
    spans = [_span(view, first, last) for first, last in rows.select("first", "last").iter_rows()]
    frame = rows.with_columns(
        pl.Series("span", spans, pl.String),
        pl.Series("giver", [clip(name, NAME_LETTERS) for name in rows["giver"]], pl.String),
    )
    fields = (
        text(view, ("giver", "from whom", "支持方"), 2.2),
        text(view, ("kind_text", "how", "方式"), 1.6),
        text(view, ("span", "when", "时间"), 2.6),
        *moneys(view, ("amount", "how much", "金额")),
        field(view, ("repay_by", "repay by", "归还期限"), "period", 1.4),
    )
    return (Table("leader-help", "", view.say("Help by giver", "支持来源"), fields, frame),)


def _span(view: View, first: str, last: str) -> str:
    start, end = period(first, view.reader), period(last, view.reader)
    return start if first == last else view.say(f"{start} to {end}", f"{start}至{end}")


def _deciding(view: View, found: Findings) -> str:
    """Return what the meeting is asked to decide, with dates."""
    points = [*_first_lots(view), *_first_help(view, found), *_first_approvals(view)]
    if not points:
        return view.say("nothing is due now.", "当前无需议定事项。")
    return view.say("; ".join(points) + ".", ";".join(points) + "。")


def _open(view: View, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of lots that nobody has signed or listed yet."""
    return rows.filter(~pl.col("lot_id").is_in(list(view.summary.get("done", {}))))


def _first_lots(view: View) -> list[str]:
    starts = _open(view, released(view))["start_quarter"].drop_nulls().sort()
    if starts.is_empty():
        return []
    lots, when = int((starts == starts[0]).sum()), period(starts[0], view.reader)
    return [
        view.say(
            f"prepare now the {plural(lots, 'lot', 'lots')} to be offered in {when}",
            f"立即准备{when}首批推出的{lots}处标的",
        )
    ]


def _first_help(view: View, found: Findings) -> list[str]:
    if not found.relief:
        return []
    when = period(found.relief_first, view.reader)
    return [view.say(f"apply for the help due from {when}", f"申报自{when}起的上级支持")]


def _first_approvals(view: View) -> list[str]:
    approvals = view.extras.get("approvals")
    if approvals is None:
        return []
    dates = _open(view, approvals)["by_when"].drop_nulls().sort()
    if dates.is_empty():
        return []
    when = period(dates[0], view.reader)
    return [view.say(f"give the approvals due by {when}", f"办结{when}前到期的审批")]


def _sure(view: View) -> str:
    """Return how sure the answer is, and what is synthetic, filled and assumed."""
    assumed, filled = len(own_sentences(view, "assumptions")), acts_of(view).height
    listed = view.say(
        f" Listed in annex C: {plural(filled, 'gap', 'gaps')} filled by default or imputation, "
        f"{plural(assumed, 'assumption', 'assumptions')}.",
        f"以默认值或推算补齐{filled}项,另有假设{assumed}项,见附件三。",
    )
    return sure_sentence(view) + view.say(" ", "") + origin_sentence(view) + listed


def _unknown(view: View) -> tuple[str, ...]:
    """Return what the plan does not know, in its own words; nothing where it says nothing."""
    told = own_sentences(view, "unknown")
    if not told:
        return ()
    said = [clip(sentence, UNKNOWN_LETTERS) for sentence in told[:UNKNOWN_SHOWN]]
    if len(told) > len(said):
        said.append(view.say("More in annex C.", "其余见附件三。"))
    return (view.say("Not known: ", "未知:") + view.say(" ", "").join(said),)
