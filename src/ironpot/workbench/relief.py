"""`ironpot relief`: how little help lets any plan work, from whom, when, the price of what?"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from rich.console import Console

from ironpot.case.case import Case
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, in_unit
from ironpot.core.outputs import EXPECTED
from ironpot.plan.options import PlanOptions
from ironpot.plan.reasons import spoken
from ironpot.plan.relief import TOTAL, Relief, Step, least_relief
from ironpot.plan.search import Progress
from ironpot.workbench.relief_names import ReliefNames
from ironpot.workbench.screen import Bar, amount, show_table, unit_words
from ironpot.workbench.whole import refuse_unwritable, whole_file

CHANGES: dict[tuple[str, str], Text] = {
    ("service_floor", "less"): Text("one point less", "降低一个百分点"),
    ("service_floor", "more"): Text("one point more", "提高一个百分点"),
    ("buffer", "less"): Text("{size} less", "减少{size}"),
    ("buffer", "more"): Text("{size} more", "增加{size}"),
    ("debt_ceiling", "less"): Text("{size} higher", "限额放宽{size}"),
    ("debt_ceiling", "more"): Text("{size} lower", "限额收紧{size}"),
    ("deadline", "later"): Text("{size} due, paid a quarter later", "到期{size}延后一季支付"),
    ("rule_band", "held"): Text("held, not only priced", "必须遵守"),
    ("protected", "lifted"): Text("protection lifted", "取消保护"),
}
# Columns of prices and their heads: one program, and futures by parts.
AS_ONE: dict[str, Text] = {
    "relaxed": Text("solved again, relaxed", "重新求解(松弛)"),
    "whole": Text("solved again, whole", "重新求解(整数)"),
    "estimate": Text("estimate from prices", "影子价格估计"),
}
BY_PARTS: dict[str, Text] = {
    "relaxed": Text("change of the proven bound", "已证明下界的变动"),
    "plan": Text("this plan, choices kept", "本方案(既定安排不变)"),
    "estimate": Text("estimate from prices", "影子价格估计"),
}
SHORTEST = 30
LEAST_SHOWN = 10_000  # fen


def show_relief(
    case: Case,
    options: PlanOptions,
    screen: Console,
    lang: Lang,
    unit: Unit,
    *,
    csv: Path | None = None,
) -> Relief:
    """Work the least help out and print it; every price goes to `csv` if that is given."""
    refuse_unwritable(csv)
    with Bar(options.time_limit_s) as bar:
        bar.show(_LOOKING.say(lang))
        found = least_relief(
            case,
            options=options,
            watch=lambda progress: bar.show(_seen(progress).say(lang)),
            tell=lambda step, figure: bar.show(_told(step, figure, unit).say(lang)),
        )
    if csv is not None:
        with whole_file(csv) as draft:
            found.prices.write_csv(draft)
    if found.source == "none":
        none = Text("A plan works without help from above.", "无需上级支持即有可行方案。")
        screen.print(none.say(lang))
        return found
    whole = math.isfinite(found.found)
    heads = _headline(found, unit) if whole else (_not_found(found), _certified(found, unit))
    for text in (*heads, *_caveats(found)):
        screen.print(text.say(lang), markup=False, soft_wrap=True)
    if whole:
        _show_help(found, screen, lang, unit)
    _show_prices(found, screen, lang, unit)
    return found


_LOOKING = Text("looking for the least help", "测算最小支持")


def _seen(progress: Progress) -> Text:
    """Say that a whole plan is there, help weighed a thousand times in its cost."""
    if progress.objective is None:
        return _LOOKING
    return Text("looking for less help; a whole plan is there", "已有可行方案,继续减少所需支持")


def _told(step: Step, figure: float, unit: Unit) -> Text:
    """Say what is proven so far, or how far the prices of limits are."""
    if step == "bound":
        size = in_unit(figure * 1e6, unit)
        return Text(
            f"least help not below {size} {unit_words(unit, 'en')}",
            f"最小支持不低于{size}{unit_words(unit, 'zh')}",
        )
    return Text(f"prices of limits: {figure:.0%}", f"测算各项约束的代价:{figure:.0%}")


def _headline(found: Relief, unit: Unit) -> tuple[Text, ...]:
    """Say both figures: below which nothing works, and with which a whole plan works."""
    whole = in_unit(found.found, unit)
    en, zh = unit_words(unit, "en"), unit_words(unit, "zh")
    nothing = _nothing(found, unit)
    total = found.ranges.filter(pl.col("quarter") == TOTAL).row(0, named=True)
    low, high = amount(total["p05"], unit), amount(total["p95"], unit)
    return (
        Text(
            f"A whole plan works with help of {whole} ({en}, expected present value of what givers "
            f"do not get back). {nothing.en}",
            f"有{whole}{zh}上级支持(支持方不能收回部分的期望现值)即有可行方案。{nothing.zh}",
        ),
        _certified(found, unit),
        _handed_over(low, high, amount(total["expected"], unit)),
    )


def _handed_over(low: str, high: str, expected: str) -> Text:
    """Say how much givers hand over, as a range where it is not the same in every case."""
    said = (
        Text(f"{expected} in every case", f"各情景均为{expected}")
        if low == high == expected
        else Text(
            f"between {low} and {high} in nine of ten cases, {expected} expected",
            f"九成概率介于{low}与{high},期望{expected}",
        )
    )
    return Text(
        f"Handed over in that plan, loans included each time they are lent: {said.en}.",
        f"该方案规划期内拨付总额(借款每次计入):{said.zh}。",
    )


def _certified(found: Relief, unit: Unit) -> Text:
    bound, relaxed = in_unit(found.bound, unit), in_unit(found.relaxed, unit)
    if bound == relaxed:
        how = Text("by prices that anybody can re-add", "可由影子价格复核")
    else:
        how = Text(
            f"{relaxed} by prices that anybody can re-add, the rest by searching whole numbers",
            f"其中{relaxed}可由影子价格复核,其余由整数搜索得出",
        )
    en, zh = unit_words(unit, "en"), unit_words(unit, "zh")
    return Text(
        f"Certified: no plan works with less than {bound} ({en}; {how.en}).",
        f"已证明:低于{bound}{zh}时任何方案都不可行({how.zh})。",
    )


def _not_found(found: Relief) -> Text:
    limit = found.options.time_limit_s
    return Text(
        f"No whole plan that pays everything was found within {limit:.0f} seconds, and holding "
        "everything is none; give it more time with --time-limit.",
        f"{limit:.0f}秒内未找到全额偿付的方案,全部保留也不可行;请用 --time-limit 延长时间。",
    )


def _nothing(found: Relief, unit: Unit) -> Text:
    if found.nothing is None:
        return Text(
            "What doing nothing would need was not worked out in time.",
            "不作任何处置所需支持未能在时限内算出。",
        )
    if math.isinf(found.nothing):
        return Text(
            "Doing nothing does not work, whatever givers give within their limits.",
            "若不作任何处置,案例中的支持方在其额度内给予任何支持都不可行。",
        )
    size = in_unit(found.nothing, unit)
    zh = unit_words(unit, "zh")
    return Text(f"Doing nothing would need {size}.", f"若不作任何处置则需{size}{zh}。")


def _caveats(found: Relief) -> tuple[Text, ...]:
    if found.source != "unnamed":
        return ()
    return (
        Text(
            "The givers of the case do not reach: what they cannot give stands under 'unnamed', "
            "and who would give it is not known.",
            "案例中的支持方额度不足:不足部分列为“未落实”,支持方尚不明确。",
        ),
    )


def _show_help(found: Relief, screen: Console, lang: Lang, unit: Unit) -> None:
    heads = [
        Text("giver", "支持方").say(lang),
        Text("kind", "方式").say(lang),
        Text("for", "受援单位").say(lang),
        Text("quarter", "季度").say(lang),
        Text("expected", "期望").say(lang),
        Text("low (5%)", "低(5%)").say(lang),
        Text("high (95%)", "高(95%)").say(lang),
        Text("repaid by", "归还").say(lang),
    ]
    names = ReliefNames(found.case, lang)
    # Less than a hundred yuan is what rounding needs.
    expected = found.help.filter(pl.col("scenario") == EXPECTED, pl.col("amount") > LEAST_SHOWN)
    rows = [
        (
            names.giver(row["giver_id"]),
            names.kind(row["kind"]),
            names.body(row["entity_id"]),
            row["quarter"],
            amount(row["amount"], unit),
            amount(row["amount_p05"], unit),
            amount(row["amount_p95"], unit),
            row["repay_by"] or "",
        )
        for row in expected.sort("quarter", maintain_order=True).iter_rows(named=True)
    ]
    title = Text("Help of the whole plan", "该方案的上级支持").say(lang)
    show_table(screen, f"{title} ({unit_words(unit, lang)})", heads, rows, right=(4, 5, 6))


_NO_LIMITS = Text(
    "The case has no floor, buffer, ceiling, protection or deadline whose change has a price.",
    "案例中没有可测算变动影响的底线、缓冲、上限、保护或期限。",
)


def _show_prices(found: Relief, screen: Console, lang: Lang, unit: Unit) -> None:
    """Print the prices that are not nil, largest first; the others in a sentence."""
    figures = BY_PARTS if found.by_parts else AS_ONE
    sorts = _sorted(found.prices, figures, unit)
    heads = [
        Text("limit", "约束").say(lang),
        Text("change", "变动").say(lang),
        *(head.say(lang) for head in figures.values()),
    ]
    names = ReliefNames(found.case, lang)
    rows = [_price_row(row, figures, names, unit) for row in sorts.moving[:SHORTEST]]
    if not rows and not sorts.nil and not sorts.unknown:
        screen.print(_NO_LIMITS.say(lang), soft_wrap=True)
        return
    title = Text("What it changes in help", "对所需支持的影响").say(lang)
    if rows:
        title = f"{title} ({unit_words(unit, lang)})"
        show_table(screen, title, heads, rows, right=(2, 3, 4))
    for text in _not_shown(sorts):
        screen.print(text.say(lang), soft_wrap=True)


@dataclass(frozen=True, slots=True)
class _Sorts:
    """Changes of limits that move help as the table writes it, largest first, and how many not.

    Of `unknown` some figure is not known and none of the others moves.
    """

    moving: list[dict[str, object]]
    nil: int
    unknown: int


def _sorted(prices: pl.DataFrame, figures: Mapping[str, Text], unit: Unit) -> _Sorts:
    """Tell apart what moves help, what moves none, and what is not known, by the figures shown.

    An estimate says nothing of what was solved: it is not missed where it is not known.
    """
    size = pl.coalesce("whole", "relaxed", "plan", "estimate").abs()
    rows = list(prices.sort(size, descending=True, nulls_last=True).iter_rows(named=True))
    moving = [row for row in rows if any(_moves(row[name], unit) for name in figures)]
    still = [row for row in rows if row not in moving]
    solved = [name for name in figures if name != "estimate"]
    unknown = sum(any(row[name] is None for name in solved) for row in still)
    return _Sorts(moving, len(still) - unknown, unknown)


def _moves(yuan: object, unit: Unit) -> bool:
    """Whether a change of help is known and is not nil to the digits that are written."""
    if yuan is None:
        return False
    value = float(str(yuan))
    return not math.isfinite(value) or float(_written(value, unit).replace(",", "")) != 0.0


def _not_shown(sorts: _Sorts) -> tuple[Text, ...]:
    """Say how many changes move no help, of how many nobody knows, and how many are too small.

    Nothing is said of none.
    """
    small = max(len(sorts.moving) - SHORTEST, 0)
    said = (
        (sorts.nil, "{n} more changes move no help.", "另有{n}项变动不影响所需支持。"),
        (sorts.unknown, "Of {n} more it is not known whether they do.", "{n}项是否影响未能测算。"),
        (
            small,
            "{n} smaller ones are not shown (--csv has them).",
            "{n}项较小变动未列出(见--csv)。",
        ),
    )
    return tuple(Text(en.format(n=n), zh.format(n=n)) for n, en, zh in said if n)


def _price_row(
    row: dict[str, object], figures: Iterable[str], names: ReliefNames, unit: Unit
) -> tuple[str, ...]:
    lang = names.lang
    kind, change = str(row["kind"]), str(row["change"])
    size = spoken(float(str(row["unit"]))).say(lang)
    words = CHANGES[kind, change].say(lang).format(size=size)
    changes = (_change(row[name], lang, unit) for name in figures)
    return (names.limit(str(row["limit_id"]), kind), words, *changes)


def _change(yuan: object, lang: Lang, unit: Unit) -> str:
    """Write a change of help with its sign; unknown is a dash, never nil."""
    if yuan is None:
        return "-"
    value = float(str(yuan))
    if math.isinf(value):
        return Text("no help is enough", "再多支持也不够").say(lang)
    return ("+" if value > 0.0 else "") + _written(value, unit)


def _written(yuan: float, unit: Unit) -> str:
    return in_unit(yuan, unit, 4)
