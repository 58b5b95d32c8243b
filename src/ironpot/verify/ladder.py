"""Does the liquidity ladder add up, rung by rung, without a missing or a doubled period?

Months first, quarters after; the first quarter is the one that holds the month after the last.
"""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from ironpot.core.lang import Text
from ironpot.core.outputs import CONSOLIDATED
from ironpot.verify.cash import INSIDE
from ironpot.verify.files import PLAN, Out, Row, Spot, grouped, total
from ironpot.verify.finding import (
    FEN,
    HELD,
    NOTHING,
    Broken,
    Outcome,
    Rule,
    Unknown,
    holds,
    not_negative,
    tie,
)
from ironpot.verify.periods import (
    MONTHS_PER_QUARTER,
    first_month,
    is_month,
    is_quarter,
    month_after,
    month_number,
    quarter_number,
)
from ironpot.verify.plan_keys import is_day

MONTHLY_RUNGS = 24
MONTHS_IN_ALL = 120


def _ladders(out: Out) -> dict[tuple[str, ...], list[Row]]:
    """Rungs by entity, phase and scenario: months in order, then quarters in order."""
    ladders = grouped(out.rows("ladder"), "entity_id", "phase", "scenario")
    return {key: sorted(rows, key=_order) for key, rows in ladders.items()}


def _order(row: Row) -> tuple[str, str]:
    return row.text("period_type"), row.text("period")


def _gap(out: Out) -> Iterator[Outcome]:
    for row in out.rows("ladder"):
        yield tie(row, row.number("gap"), total((row.number("sources"), row.number("uses"))))


def _signs(out: Out) -> Iterator[Outcome]:
    for row in out.rows("ladder"):
        yield from not_negative(row, ("sources", "buffer"))
        uses = row.number("uses")
        yield holds(row, met=None if uses is None else uses <= 0, uses=uses)


def _cumulative(out: Out) -> Iterator[Outcome]:
    """With `ladder.opening` this is the first opening and all gaps since, a finding a fault."""
    for row in out.rows("ladder"):
        end = total((row.number("opening_cash"), row.number("gap")))
        yield tie(row, row.number("cumulative_gap"), end)


def _opening(out: Out) -> Iterator[Outcome]:
    for rows in _ladders(out).values():
        for before, after in pairwise(rows):
            yield tie(after, after.number("opening_cash"), before.number("cumulative_gap"))


def _flag(out: Out) -> Iterator[Outcome]:
    for row in out.rows("ladder"):
        cash, buffer, flag = (
            row.number("cumulative_gap"),
            row.number("buffer"),
            row.flag("below_buffer"),
        )
        if cash is None or buffer is None:
            yield holds(row, met=flag is None, below_buffer=str(flag))
        else:
            yield holds(row, met=flag == (cash < buffer), cumulative_gap=cash, buffer=buffer)


def _periods(out: Out) -> Iterator[Outcome]:
    case_date = out.value("case_date")
    start = month_after(str(case_date)) if is_day(case_date) else None
    for key, rows in _ladders(out).items():
        months = [row.text("period") for row in rows if row.text("period_type") == "month"]
        quarters = [row.text("period") for row in rows if row.text("period_type") == "quarter"]
        spot = Spot("ladder", None, " ".join(key))
        if start is None:
            yield Unknown(spot)
        elif not (months and quarters and all(map(is_month, months)) and _all_quarters(quarters)):
            yield Broken(spot, {"months": len(months), "quarters": len(quarters)})
        else:
            yield _calendar(spot, start, months, quarters)


def _all_quarters(periods: list[str]) -> bool:
    return all(map(is_quarter, periods))


def _calendar(spot: Spot, start: int, months: list[str], quarters: list[str]) -> Outcome:
    """Month after month from the case date, then quarter after quarter, to about ten years."""
    months_found = [month_number(month) for month in months]
    quarters_found = [quarter_number(quarter) for quarter in quarters]
    step = start + len(months)
    unbroken = months_found == list(range(start, step))
    joined = quarters_found[0] == step // MONTHS_PER_QUARTER
    steady = quarters_found == list(range(quarters_found[0], quarters_found[0] + len(quarters)))
    extra = len(months) - MONTHLY_RUNGS
    end = first_month(quarters_found[-1] + 1) - start
    whole = MONTHS_IN_ALL - MONTHS_PER_QUARTER < end < MONTHS_IN_ALL + MONTHS_PER_QUARTER
    met = unbroken and joined and steady and whole and 0 <= extra < MONTHS_PER_QUARTER
    return holds(spot, met=met, months=len(months), quarters=len(quarters))


def _perimeter(out: Out) -> Iterator[Outcome]:
    known = out.perimeter | {CONSOLIDATED}
    for row in out.rows("ladder"):
        yield HELD if row.text("entity_id") in known else Broken(row.spot)


def _consolidated(out: Out) -> Iterator[Outcome]:
    """Intra-group flows cancel, so gaps add up although sources and uses need not."""
    months = _rounding_of_months(out)
    for key, rows in grouped(out.rows("ladder"), "phase", "scenario", "period").items():
        whole = [row for row in rows if row.text("entity_id") == CONSOLIDATED]
        parts = [row for row in rows if row.text("entity_id") != CONSOLIDATED]
        if not parts:
            continue
        spot = Spot("ladder", None, " ".join((CONSOLIDATED, *key)))
        for name in ("gap", "opening_cash"):
            within = max(FEN * len(parts), months)
            stated = total(row.number(name) for row in whole) if whole else None
            yield tie(spot, stated, total(row.number(name) for row in parts), within=within)


def _rounding_of_months(out: Out) -> Decimal:
    """Flows inside the group cancel in a quarter; in its months each may leave two fen over."""
    rows = out.rows("cash") if out.has("cash") else ()
    accounts = {(row.text("entity_id"), row.text("account")) for row in rows}
    held = sum(entity != CONSOLIDATED for entity, _ in accounts)
    return FEN * (MONTHS_PER_QUARTER - 1) * len(INSIDE) * held


def _start(out: Out) -> Iterator[Outcome]:
    """Both ladders start from the cash that the cash table starts from."""
    first = min((row.text("quarter") for row in out.rows("cash")), default="")
    cash: dict[str, Decimal | None] = {}
    for (entity, _, quarter), rows in out.cash_by_quarter.items():
        if quarter == first:
            cash.setdefault(entity, total(row.number("opening") for row in rows))
    for (entity, _, _), rows in _ladders(out).items():
        yield tie(rows[0], rows[0].number("opening_cash"), cash.get(entity, NOTHING))


RULES = (
    Rule("ladder.gap", ("ladder",), Text("gap = sources + uses", "缺口=来源+用途"), _gap),
    Rule(
        "ladder.signs",
        ("ladder",),
        Text(
            "sources and buffer are not negative, uses not positive",
            "来源和缓冲不为负,用途不为正",
        ),
        _signs,
    ),
    Rule(
        "ladder.cumulative",
        ("ladder",),
        Text(
            "cumulative_gap = opening_cash + gap, so from the first opening on all gaps add up",
            "累计缺口=期初现金+当期缺口,即首期期初现金加各期缺口",
        ),
        _cumulative,
    ),
    Rule(
        "ladder.opening",
        ("ladder",),
        Text(
            "a period opens with the cumulative gap of the period before",
            "期初现金等于上期累计缺口",
        ),
        _opening,
    ),
    Rule(
        "ladder.below_buffer",
        ("ladder",),
        Text(
            "below_buffer is true exactly where the cumulative gap is under the buffer",
            "累计缺口低于缓冲时below_buffer为true,否则为false",
        ),
        _flag,
    ),
    Rule(
        "ladder.periods",
        ("ladder", PLAN),
        Text(
            "24 months from the case date, then quarters to ten years, none missing, none twice",
            "自基准日起24个月,其后按季至十年,无缺漏、无重叠",
        ),
        _periods,
    ),
    Rule(
        "ladder.perimeter",
        ("ladder", PLAN),
        Text("every entity is inside the perimeter", "各主体均在并表范围内"),
        _perimeter,
    ),
    Rule(
        "ladder.consolidated",
        ("ladder",),
        Text(
            "consolidated opening cash and gap are the entities' sums, to rounding",
            "合并期初现金和缺口等于各主体之和(允许舍入误差)",
        ),
        _consolidated,
    ),
    Rule(
        "ladder.start",
        ("ladder", "cash"),
        Text(
            "the first rung opens with the cash table's first opening",
            "首期期初现金与现金表首季期初一致",
        ),
        _start,
    ),
)
