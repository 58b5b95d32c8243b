"""What does selling together cost, who should wait until when, who is hurt, what do banks do?

Each answer is a short paragraph under its question, figures with units; the first two stand alone.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.core.lang import Text
from ironpot.report.figures import listing, number, percent, unit_words
from ironpot.report.system_view import SystemView

SHOWN = 5
PAIRS = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and its answer, in the reader's language."""

    question: str
    text: str


def answers_of(view: SystemView) -> tuple[Answer, ...]:
    """Return the answers in the order of the first page; what nobody can say is left out."""
    said = (
        (_COST, cost_of(view)),
        (_WAIT, _wait(view)),
        (_FIRST, _first(view)),
        (_HURT, _hurt(view)),
        (_GAIN, gains_of(view)),
        (_BANKS, _banks(view)),
    )
    return tuple(Answer(view.reader.read(head), text) for head, text in said if text)


def cost_of(view: SystemView) -> str:
    """Say what the crowd costs above the joint plan, in two sentences."""
    crowd, plan = view.crowd, view.crowd.plan
    nash = crowd.regime("nash").cost
    share = percent((nash - plan.cost) / plan.stake if plan.stake > 0.0 else None)
    if nash < 0.0 and plan.cost < 0.0:
        return _gain_of(view, nash, share) + _other_plan(view)
    return _cost_of(view, nash, share) + _other_plan(view)


def _cost_of(view: SystemView, nash: float, share: str) -> str:
    plan, alone = view.crowd.plan, view.crowd.regime("alone").cost
    return view.say(
        f"Selling all at once without agreeing costs {view.yuan(nash - plan.cost)} more than one "
        f"joint plan, or {share} of all that selling can save: {view.figure(nash)} against "
        f"{view.figure(plan.cost)}, lots given away below their worth and unpaid debts counted. "
        "If each plans as if the market were its own, it costs "
        f"{view.figure(alone - plan.cost)} more than the joint plan.",
        f"各县互不通气、同时出售,比统筹出售多付{view.yuan(nash - plan.cost)},"
        f"占出售可节省总额的{share}:贱卖损失与欠款成本合计{view.yuan(nash)},"
        f"统筹为{view.yuan(plan.cost)}。"
        f"若各县都当市场为己独有,比统筹多付{view.yuan(alone - plan.cost)}。",
    )


def _gain_of(view: SystemView, nash: float, share: str) -> str:
    """Say the same where lots bring more than they are worth where they are."""
    crowd, plan = view.crowd, view.crowd.plan
    gain, joint, less = (view.yuan(x) for x in (-nash, -plan.cost, nash - plan.cost))
    alone = view.yuan(crowd.regime("alone").cost - plan.cost)
    return view.say(
        f"Lots bring more than they are worth where they are, unpaid debts counted: {gain} more if "
        f"all sell at once without agreeing, {joint} more with one joint plan, so that selling as "
        f"a crowd costs {less}, or {share} of all that selling can save. If each plans as if the "
        f"market were its own, the difference is {alone}.",
        f"扣除欠款成本后,出售收益为:各县互不通气、同时出售{gain},统筹{joint};扎堆少得{less},"
        f"占出售可节省总额的{share}。若各县都当市场为己独有,差额为{alone}。",
    )


def _other_plan(view: SystemView) -> str:
    """Say which answers speak of another plan than the cheapest joint one, and what it costs."""
    if not view.is_wished:
        return ""
    cost, files = view.yuan(view.crowd.announced.cost), view.allotments.height > 0
    return view.say(
        f" Another plan is announced, at a cost of {cost}: who waits, gains or loses, what banks "
        f"do{', the map and the allotment files' if files else ' and the map'} are those of "
        f"{view.announced}.",
        f"下达的是另一方案,成本{cost}:谁等待、谁得失、银行影响、地图"
        f"{'和配额文件' if files else ''}均按{view.announced}。",
    )


def _wait(view: SystemView) -> str:
    """Say who should sell later and until when, and who should sell nothing."""
    waiting = view.waiting
    if waiting.is_empty():
        return view.say("Nobody needs to wait.", "没有县区需要推迟出售。")
    later = waiting.filter(pl.col("half_by_announced").is_not_null())
    never = waiting.filter(pl.col("half_by_announced").is_null())
    all_ = len(view.crowd.markets.counties)
    parts = [
        view.say(
            f"{waiting.height} of {all_} counties should hold back.",
            f"{all_}个县区中{waiting.height}个应暂缓出售。",
        ),
        _later(view, later, _who(view, later, never)),
        _never(view, never),
        _lost(view, waiting),
    ]
    return view.say(" ", "").join(part for part in parts if part)


def _who(view: SystemView, later: pl.DataFrame, never: pl.DataFrame) -> str:
    """Return who sells later, in words that open a sentence: all who hold back, or how many."""
    if never.is_empty():
        return view.say("They", "均")
    return view.say(f"{later.height}", f"{later.height}个")


def _later(view: SystemView, later: pl.DataFrame, who: str) -> str:
    if later.is_empty():
        return ""
    # Who holds back for less than a whole quarter is told so in the table.
    seen = later.filter(pl.col("half_by_announced") > pl.col("half_by_nash")).head(SHOWN)
    if seen.is_empty():
        return view.say(
            f"{who} sell later, though none of them half of its lots in a later quarter: "
            "see section 3.",
            f"{who}推迟出售,但售出一半的季度均不变,见第3节。",
        )
    words = [_until(view, row) for row in seen.iter_rows(named=True)]
    more = later.height - len(words)
    return view.say(
        f"{who} sell later and have half sold only by: {listing(words, view.reader)}"
        + (f"; {more} more are in section 3." if more > 0 else "."),
        f"{who}推迟,售出一半的时间为:{listing(words, view.reader)}"
        + (f";另{more}个见第3节。" if more > 0 else "。"),
    )


def _until(view: SystemView, row: dict[str, object]) -> str:
    until, name = view.quarter(row["half_by_announced"]), view.called(str(row["unit_id"]))
    before = view.quarter(row["half_by_nash"])
    return view.say(f"{name} {until} (crowd: {before})", f"{name}{until}(扎堆时{before})")


def _never(view: SystemView, never: pl.DataFrame) -> str:
    if never.is_empty():
        return ""
    names = [view.called(name) for name in never["unit_id"].head(SHOWN)]
    if never.height > len(names):
        names.append(
            view.say(f"{never.height - len(names)} more", f"另{never.height - len(names)}个")
        )
    end = view.quarter(-1)
    return view.say(
        f"{never.height} should sell nothing before the end of {end}: "
        f"{listing(names, view.reader)}.",
        f"{never.height}个在{end}末之前不应出售:{listing(names, view.reader)}。",
    )


def _lost(view: SystemView, waiting: pl.DataFrame) -> str:
    lost = waiting.filter(pl.col("loss_to_nash") > 0.0)
    if lost.is_empty():
        return ""
    paid = view.yuan(float(lost["loss_to_nash"].sum()))
    return view.say(
        f"{lost.height} of those who hold back lose {paid} by it and should be paid for that.",
        f"暂缓者中{lost.height}个因此受损{paid},应予补偿。",
    )


def _first(view: SystemView) -> str:
    ahead = view.ahead
    if ahead.is_empty():
        return ""
    words = [_until(view, row) for row in ahead.head(SHOWN).iter_rows(named=True)]
    more = ahead.height - len(words)
    return view.say(
        f"{counties(ahead.height)} {'goes' if ahead.height == 1 else 'go'} ahead, half sold by: "
        f"{listing(words, view.reader)}" + (f"; and {more} more." if more > 0 else "."),
        f"{ahead.height}个县区先行,售出一半的时间为:{listing(words, view.reader)}"
        + (f";另有{more}个。" if more > 0 else "。"),
    )


def _hurt(view: SystemView) -> str:
    """Say whose selling costs whom most, if all others do as they would."""
    pairs = view.tables["harm"].filter(pl.col("harm") > 0.0)
    if pairs.is_empty():
        return ""
    words = [_pair(view, row) for row in pairs.head(PAIRS).iter_rows(named=True)]
    return view.say(
        f"Without agreement, one county's sales cost another most here: "
        f"{listing(words, view.reader)} ({unit_words(view.reader)}).",
        f"不统筹时,出售对他县影响最大的是:{listing(words, view.reader)}。",
    )


def _pair(view: SystemView, row: dict[str, object]) -> str:
    seller, hurt = view.called(str(row["seller"])), view.called(str(row["hurt"]))
    harm = row["harm"]
    cost = _known(harm)
    return view.say(
        f"{seller} costs {hurt} {view.figure(cost)}", f"{seller}使{hurt}多付{view.yuan(cost)}"
    )


def counties(count: int) -> str:
    """Return how many counties, in English.

    >>> counties(1), counties(2)
    ('1 county', '2 counties')
    """
    return "1 county" if count == 1 else f"{count} counties"


def gains_of(view: SystemView) -> str:
    """Say who gains and who loses by the plan, and whether the gains can make losers whole."""
    gains, losses = view.crowd.gains, view.crowd.losses
    won, lost = float(gains.clip(0.0).sum()), float(losses.sum())
    winners, losers = int((gains > 0.0).sum()), int((losses > 0.0).sum())
    saved = f"{counties(winners)} {'saves' if winners == 1 else 'save'} {view.yuan(won)}"
    if not winners and not losers:
        return view.say(
            f"By {view.announced} no county pays more or less than in the crowd.",
            f"与扎堆相比,{view.announced}下各县得失相同。",
        )
    if not losers:
        return view.say(
            f"{saved} by {view.announced}; nobody loses.",
            f"{view.announced}使{winners}个县区节省{view.yuan(won)},无一受损。",
        )
    said = view.say(
        f"By {view.announced} {saved}, {losers} {'loses' if losers == 1 else 'lose'} "
        f"{view.yuan(lost)}: "
        + (
            "the gains can make every loser whole." if won >= lost else "the gains do not cover it."
        ),
        f"{view.announced}使{winners}个县区节省{view.yuan(won)},{losers}个受损{view.yuan(lost)};"
        + ("得益足以全额补偿。" if won >= lost else "得益不足以全额补偿。"),
    )
    if view.is_wished:
        return said
    return said + view.say(
        " A joint plan by which nobody loses can be asked for.", "也可另行测算无一受损的统筹方案。"
    )


def _banks(view: SystemView) -> str:
    """Say what falls on banks, where it ends without agreement and with the announced plan."""
    rows = {row["regime"]: row for row in _spiral(view)}
    if not rows:
        return ""
    floor = f"{number(view.rules.capital_floor * 100.0)}%"
    names = ("nash", view.crowd.announced.name, "alone")
    crowd, joint, alone = (_ending(view, rows[name]) for name in names)
    return view.say(
        f"A bank whose capital falls below {floor} of its loans lends less again, and counties "
        f"miss more. In the crowd that is {crowd}; with {view.announced} {joint}; if each plans "
        f"alone {alone} ({unit_words(view.reader)}). ",
        f"资本跌破贷款{floor}的银行减少续贷,各县欠款随之增加。扎堆时{crowd};{view.announced}时{joint};"
        f"各自时{alone}。",
    ) + cushions_of(view, *(_known(rows[name]["cushion"]) for name in names[:2]))


def _known(share: object) -> float | None:
    return share if isinstance(share, float) else None


def cushions_of(view: SystemView, crowd: float | None, joint: float | None) -> str:
    """Say how much more capital banks can lose before a run, in the crowd and with the plan."""
    if crowd is None and joint is None:
        return view.say(
            "Whatever capital banks lose before, they never withdraw more than half of all "
            f"roll-over, in the crowd or with {view.announced}.",
            f"无论银行事先损失多少资本,扎堆或{view.announced}时均不会抽回一半以上续贷。",
        )
    in_crowd, together = _cushion(view, crowd), _cushion(view, joint)
    return view.say(
        f"Share of their capital that banks could lose before, without more than half of all "
        f"roll-over being withdrawn: {in_crowd} in the crowd, {together} with {view.announced}",
        f"银行事先再损失多少资本,仍不致抽回一半以上续贷:扎堆时{in_crowd},{view.announced}时{together}",
    ) + _thinner(view, crowd, joint)


def _cushion(view: SystemView, share: float | None) -> str:
    if share is None:
        return view.say("all of it", "全部")
    return percent(share) if share > 0.0 else view.say("none, it is so already", "无(已抽回)")


def _thinner(view: SystemView, crowd: float | None, joint: float | None) -> str:
    """End the sentence: say where one of the two stands less than the other."""
    ends = [np.inf if share is None else round(share, 3) for share in (crowd, joint)]
    if ends[1] < ends[0]:
        return view.say(f"; the {view.told} can stand less.", f";{view.told}时承受力较小。")
    if ends[0] < ends[1]:
        return view.say("; the crowd can stand less.", ";扎堆时承受力较小。")
    return view.say(".", "。")


def _spiral(view: SystemView) -> list[dict[str, object]]:
    table = view.tables.get("spiral", pl.DataFrame())
    return table.to_dicts() if table.height else []


def _ending(view: SystemView, row: dict[str, object]) -> str:
    count = view.tables["spiral_banks"]["bank_id"].n_unique()
    withdrawn, missed = (_known(row[name]) for name in ("withdrawn", "missed"))
    return view.say(
        f"{row['banks_under']} of {count}, {view.figure(withdrawn)} withdrawn and "
        f"{view.figure(missed)} missed",
        f"{count}家中{row['banks_under']}家,抽贷{view.yuan(withdrawn)},新增欠款{view.yuan(missed)}",
    )


_COST = Text("What does selling together cost?", "扎堆出售代价多大?")
_WAIT = Text("Who should wait? Until when?", "谁应等待?等到何时?")
_FIRST = Text("Who sells first?", "谁先出售?")
_HURT = Text("Who is hurt by whom?", "谁受谁影响?")
_GAIN = Text("Who gains, who loses by the plan?", "按方案谁得益,谁受损?")
_BANKS = Text("What do banks do?", "银行会怎样?")
