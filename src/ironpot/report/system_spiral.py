"""What does the report say of the second round? Rules, ends by regime, banks that stop, markets."""

import polars as pl

from ironpot.case.schema.labels import CREDITOR_CLASSES
from ironpot.core.lang import Text
from ironpot.report.figures import number
from ironpot.report.model import Block, Bullets, Field, Table
from ironpot.report.system_columns import fields_of, in_fen
from ironpot.report.system_view import SystemView

LISTED = 20


def spiral_blocks(view: SystemView) -> tuple[Block, ...]:
    """Return the blocks of the second round; none where it was not played."""
    if "spiral" not in view.tables:
        return ()
    return (Bullets(_how(view)), _ends(view), _strained(view), *_whole(view))


def _how(view: SystemView) -> tuple[str, ...]:
    rules = view.rules
    floor, beside, back = (
        f"{number(x * 100.0)}%" for x in (rules.capital_floor, rules.spillover, rules.recovery)
    )
    return (
        view.say(
            f"The second round: a market that has sold all it can lowers prices next quarter by "
            f"{beside} in each other market of the place and in all of its kind together; {back} "
            f"of a fall is made good each quarter. Prices mark collateral down. A bank whose "
            f"capital is below {floor} of its loans here rolls over in proportion to what is left "
            "of that.",
            f"第二轮:某市场售满时,下一季度同地其他市场及同类市场合计各下跌{beside},每季恢复{back};"
            f"价格下跌使抵押物减值;资本低于此处贷款{floor}的银行按剩余资本比例续贷。",
        ),
        view.say(
            "Counties put up what they have left for what is withdrawn; what that does not bring "
            "they miss, and all their lenders bear it in proportion to what they lent.",
            "各县以剩余标的筹措被抽回的资金,不足部分形成欠款,由全部债权人按贷款比例分担。",
        ),
        _second_end(view)
        + view.say(
            "The cushion is what share of capital all banks could lose before without more than "
            "half of all roll-over being withdrawn; a dash where that never happens.",
            "缓冲指各银行事先再损失多少资本,仍不致抽回一半以上续贷;不会如此的记为“—”。",
        ),
    )


def _second_end(view: SystemView) -> str:
    """Say in how many regimes fear alone makes another end; only of what has come to rest."""
    rows = view.tables["spiral"]
    rested = rows.filter(pl.col("converged"))
    several, restless = rested.filter(~pl.col("unique")).height, rows.height - rested.height
    said = ""
    if several:
        said += view.say(
            f"In {several} of {rows.height} regimes there is a second end, in which banks lend "
            "still less because all expect it; tables show the best end. ",
            f"{rows.height}种情形中{several}种另有一个结果:各银行因预期他行停贷而进一步减少续贷;"
            "表中为最好结果。",
        )
    if restless:
        said += view.say(
            f"In {restless} of {rows.height} regimes the rounds did not come to rest; figures are "
            "those of the last round. ",
            f"{rows.height}种情形中{restless}种未收敛,所列为最后一轮数值。",
        )
    return said


def _ends(view: SystemView) -> Table:
    frame = in_fen(view.tables["spiral"].with_columns(view.regimes_said()))
    fields = (
        Field("regime", view.say("regime", "情形"), width=1.4),
        Field("bank_loss_first", view.say("banks lose first", "银行首轮损失"), "money"),
        Field("bank_loss", view.say("in the end", "最终损失"), "money"),
        Field("banks_under", view.say("banks below the floor", "破线银行数"), "count"),
        Field("withdrawn", view.say("withdrawn", "抽回续贷"), "money"),
        Field("pressed", view.say("lost next door", "外溢减收"), "money"),
        Field("missed", view.say("missed more", "新增欠款"), "money"),
        Field("cushion", view.say("cushion", "缓冲"), "percent"),
        Field("cost", view.say("cost", "成本"), "money"),
    )
    title = view.say("Where the second round ends", "第二轮的结果")
    return Table("spiral", title, title, fields, frame)


def _strained(view: SystemView) -> Table:
    """Return the banks that end weakest without agreement."""
    rows = view.tables["spiral_banks"].filter(pl.col("regime") == "nash").drop("regime")
    weakest = rows.sort("capital_ratio", "bank_id").head(LISTED)
    named = _named(view, in_fen(weakest))
    title = view.say("The weakest banks without agreement", "不统筹时最弱的银行")
    return Table("weakest", title, title, fields_of(named, view.reader), named)


def _named(view: SystemView, banks: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with banks and their classes in the reader's words."""
    both = list(banks.select("bank_id", "bank_class").iter_rows())
    return banks.with_columns(
        pl.Series("bank_id", [bank_called(view, name, kind) for name, kind in both]),
        pl.Series("bank_class", [view.bank_class(kind) for _, kind in both]),
    )


def bank_called(view: SystemView, name: str, kind: str) -> str:
    """Return a drawn bank by its class and number, a regional one by its place; others by id."""
    number = name.removeprefix(f"{kind}_")
    if number.isdigit() and kind in CREDITOR_CLASSES:
        said = view.reader.read(CREDITOR_CLASSES[kind])
        return view.say(f"{said} {number}", f"{said}{number}")
    return view.called(name.removeprefix("regional_"))


_MARKETS = {
    "land": Text("land", "土地"),
    "commercial": Text("offices and shops", "办公和商业房产"),
    "equity": Text("state equity", "国有股权"),
}


def market_called(view: SystemView, name: str) -> str:
    """Return a drawn market by its kind and place; others by their names, or ids."""
    kind, _, place = name.partition("_")
    if name in view.names or kind not in _MARKETS or not place:
        return view.called(name)
    said = view.reader.read(_MARKETS[kind])
    return view.say(f"{said}, {view.called(place)}", f"{view.called(place)}{said}")


def _whole(view: SystemView) -> tuple[Table, ...]:
    """Return every bank and every market in every regime, for Excel."""
    titles = (
        view.say("Every bank", "全部银行"),
        view.say("Every market", "全部市场"),
    )
    banks, markets = (
        in_fen(view.tables[name].with_columns(view.regimes_said()))
        for name in ("spiral_banks", "spiral_markets")
    )
    called = [market_called(view, name) for name in markets["market_id"]]
    frames = (_named(view, banks), markets.with_columns(pl.Series("market_id", called, pl.String)))
    return tuple(
        Table(
            f"whole_{number}", title, title, fields_of(frame, view.reader), frame, excel_only=True
        )
        for number, (title, frame) in enumerate(zip(titles, frames, strict=True))
    )
