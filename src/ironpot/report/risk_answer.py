"""When does it run out, how sure is that, what helps most? Three answers in a sentence each.

The same sentences stand on the screen and on the report's first page.
"""

from dataclasses import dataclass

import polars as pl

from ironpot.core.money import FEN_PER_YUAN
from ironpot.core.outputs import CONSOLIDATED
from ironpot.core.sources import ORIGIN_TEXT, origin_shares
from ironpot.report.charts.runs import lowest
from ironpot.report.figures import listing, money, percent, period
from ironpot.report.risk_view import AFTER, BEFORE, LadderView, RiskView

NAMED = ("base", "adverse", "favourable")
MONTHS = 24
LIKELY, NEARLY_ALL = 0.5, 0.95


@dataclass(frozen=True, slots=True)
class Answer:
    """The three sentences, and what a plan changes of the first; empty without one."""

    when: str
    sure: str
    helps: str
    planned: str


def answer(view: RiskView) -> Answer:
    """Return the three answers about the perimeter as a whole."""
    return Answer(when(view.cash, BEFORE), sure(view), helps(view), _planned(view))


def first_below(view: LadderView, phase: str) -> dict[str, str | None]:
    """Return by named scenario the first period with cash below zero, None if there is none."""
    return {name: _first(view.rungs(phase, name)) for name in NAMED}


def _first(rungs: pl.DataFrame) -> str | None:
    below = rungs.filter(pl.col("cumulative_gap") < 0)
    return str(below["period"][0]) if below.height else None


def missing_in_two_years(view: LadderView, phase: str, scenario: str) -> int:
    """Return the most that is missing in a month of the first two years, integer fen."""
    return max(-lowest(view.rungs(phase, scenario).head(MONTHS)["cumulative_gap"]), 0)


def when(view: LadderView, phase: str) -> str:
    """Say when cash runs out, for the perimeter and for the first of its members."""
    found = first_below(view, phase)
    name = view.name(CONSOLIDATED)
    if found["base"] is None:
        low = money(lowest(view.rungs(phase, "base")["cumulative_gap"]), view.reader)
        lines = view.say(
            f"In the base scenario {name} does not run out of cash within ten years; its lowest "
            f"point is {low}.",
            f"基准情景下{name}十年内现金不断流,最低为{low}。",
        )
        return _joined(view, lines, _others(view, found))
    first = period(found["base"], view.reader)
    lines = view.say(
        f"{name} runs out of cash in {first} (base scenario).",
        f"{name}将于{first}现金断流(基准情景)。",
    )
    gap = _gap(view, phase)
    return _joined(view, lines, gap, _others(view, found), _first_member(view, phase))


def _gap(view: LadderView, phase: str) -> str:
    missing = missing_in_two_years(view, phase, "base")
    if not missing:
        return view.say("Nothing is missing within two years.", "两年内无缺口。")
    gap = money(missing, view.reader)
    return view.say(f"Up to {gap} are missing within two years.", f"两年内最多缺口{gap}。")


def _others(view: LadderView, found: dict[str, str | None]) -> str:
    if len(set(found.values())) == 1 and found["base"] is not None:
        return view.say(
            "The adverse and the favourable scenario give the same month: the contracts decide it, "
            "not the outlook.",
            "不利和有利情景下月份相同:取决于既有合同,而非前景假设。",
        )
    never = view.say("not within ten years", "十年内不断流")
    low, high = (period(found[name], view.reader) if found[name] else never for name in NAMED[1:])
    return view.say(
        f"In the adverse scenario: {low}; in the favourable one: {high}.",
        f"不利情景:{low};有利情景:{high}。",
    )


def _first_member(view: LadderView, phase: str) -> str:
    """Say which account holder runs out first."""
    ladder = view.ladder.filter(
        pl.col("phase") == phase,
        pl.col("scenario") == "base",
        pl.col("entity_id") != CONSOLIDATED,
        pl.col("cumulative_gap") < 0,
    )
    if ladder.is_empty():
        return ""
    first = ladder.group_by("entity_id", maintain_order=True).agg(pl.col("period").first())
    row = first.sort("period", maintain_order=True).row(0, named=True)
    name, month = view.name(row["entity_id"]), period(row["period"], view.reader)
    return view.say(f"First is {name}, in {month}.", f"最早断流的是{name}({month})。")


def sure(view: RiskView) -> str:
    """Say how sure the answer is: drawn scenarios, and where the debt figures come from."""
    return _joined(view, _drawn(view), _origins(view))


def below_zero(view: RiskView, phase: str) -> pl.DataFrame:
    """Return (period, probability, standard_error, by_then) of cash below zero by quarter.

    `by_then` is the share of scenarios that have run out by the quarter's end.
    """
    rows = view.assessment.probabilities
    cash = rows.filter(
        pl.col("phase") == phase, pl.col("measure") == "cash", pl.col("event") == "below_zero"
    )
    return cash.sort("period").select("period", "probability", "standard_error", "by_then")


def _drawn(view: RiskView) -> str:
    rows = below_zero(view, BEFORE)
    if rows.is_empty():
        return view.say("No scenarios were drawn.", "未抽取随机情景。")
    draws = view.assessment.fingerprint.get("draws", "?")
    likely = rows.filter(pl.col("by_then") >= LIKELY)
    shown = likely if likely.height else rows.tail(1)
    row = shown.row(0, named=True)
    chance, quarter = percent(row["by_then"]), period(row["period"], view.reader)
    error = percent(1.96 * row["standard_error"])
    lines = view.say(
        f"Even with debt rolled over as the case assumes, {chance} of {draws} drawn scenarios "
        f"have run out by {quarter} (± {error}).",
        f"即使按案例假设续贷,{draws}个随机情景中{chance}在{quarter}前断流(±{error})。",
    )
    return _joined(view, lines, _nearly_all(view, rows, row["period"]))


def _nearly_all(view: RiskView, rows: pl.DataFrame, first: str) -> str:
    """Say by when nearly all scenarios have run out, if that is later."""
    most = rows.filter(pl.col("by_then") >= NEARLY_ALL)
    if most.is_empty() or most["period"][0] == first:
        return ""
    chance, quarter = percent(most["by_then"][0]), period(str(most["period"][0]), view.reader)
    return view.say(f"By {quarter} it is {chance}.", f"至{quarter}为{chance}。")


def sure_without_draws(view: LadderView) -> str:
    """Say how sure the ladder alone is: where debt figures come from, and what draws would add."""
    more = view.say(
        "How likely it is quarter by quarter, with debt renewed: ironpot risk draws scenarios.",
        "续贷后各季度断流的概率:运行 ironpot risk 抽取随机情景。",
    )
    return _joined(view, _origins(view), more)


def _origins(view: RiskView | LadderView) -> str:
    debts = view.case.debts
    shares = origin_shares(debts["notional_principal"], debts["origin"])
    said = [
        f"{percent(share, 0)} {view.reader.read(ORIGIN_TEXT[name])}"
        for name, share in shares.items()
        if share > 0.0
    ]
    return view.say(
        f"Of the principal of debts {listing(said, view.reader)}.",
        f"债务本金来源:{listing(said, view.reader)}。",
    )


def helps(view: RiskView) -> str:
    """Say which lever takes away most, and how much money would be enough."""
    return _joined(view, best_levers(view, view.levers), enough(view))


def best_levers(view: RiskView | LadderView, levers: pl.DataFrame) -> str:
    """Say which of the levers takes away most of what is missing, and which come next."""
    rows = levers.filter(pl.col("taken_away") > 0)
    if rows.is_empty():
        return view.say(
            "Nothing that the case offers lowers the shortfall of two years by itself.",
            "案例所列措施单独均不能减少两年内缺口。",
        )
    best = rows.row(0, named=True)
    label = best["label_zh"] if view.reader.lang == "zh" else best["label_en"]
    whole = best["shortfall"] + best["taken_away"]
    gone, left = money(best["taken_away"], view.reader), money(best["shortfall"], view.reader)
    lines = view.say(
        f"If {label}: {gone} of {money(whole, view.reader)} missing within two years go away, "
        f"{left} are left{_later(view, best)}.",
        f"“{label}”:两年内缺口{money(whole, view.reader)}减少{gone},仍缺{left}"
        f"{_later(view, best)}。",
    )
    return _joined(view, lines, _next_best(view, rows))


def enough(view: RiskView) -> str:
    """Say how much money would keep cash above zero if debt is renewed; nothing if it is."""
    rows = view.assessment.reverse_stress.filter(
        pl.col("phase") == BEFORE, pl.col("multiple").is_not_null()
    )
    found = dict(rows.select("stress", "multiple").iter_rows())
    if "relief_once" not in found or "balance_y" not in found:
        return ""
    once, yearly = (
        money(round(found[name] * FEN_PER_YUAN), view.reader)
        for name in ("relief_once", "balance_y")
    )
    years = view.assessment.path.filter(pl.col("phase") == BEFORE)["year"].n_unique() - 1
    return view.say(
        f"With debt rolled over as the case assumes, {once} at once or {yearly} a year would keep "
        f"cash above zero for {years} years (base scenario).",
        f"按案例假设续贷,一次性{once}或每年{yearly}即可在{years}年内不断流(基准情景)。",
    )


def _later(view: RiskView | LadderView, best: dict[str, object]) -> str:
    if best["first_below_zero"] is None:
        return view.say(", and cash no longer runs out within ten years", ",十年内不再断流")
    month = period(str(best["first_below_zero"]), view.reader)
    return view.say(f", and cash lasts until {month}", f",断流推迟至{month}")


def _next_best(view: RiskView | LadderView, rows: pl.DataFrame) -> str:
    key = "label_zh" if view.reader.lang == "zh" else "label_en"
    more = [
        row[key] + view.say(" ", "") + f"({money(row['taken_away'], view.reader)})"
        for row in rows.slice(1, 2).iter_rows(named=True)
    ]
    if not more:
        return ""
    return view.say(f"Next: {'; '.join(more)}.", f"其次:{';'.join(more)}。")


def _planned(view: RiskView) -> str:
    return when(view.cash, AFTER) if view.planned else ""


def _joined(view: RiskView | LadderView, *sentences: str) -> str:
    return view.say(" ", "").join(sentence for sentence in sentences if sentence)
