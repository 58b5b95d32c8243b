"""Does what buyers pay for each lot make up the sale money of every account and scenario?

The table stands in extras/; a plan of an older version has none, and nothing is compared.
"""

from collections.abc import Iterator
from decimal import Decimal

from ironpot.core.lang import Text
from ironpot.core.outputs import CONSOLIDATED, EXPECTED
from ironpot.verify.files import Out, Row, Spot, grouped, total
from ironpot.verify.finding import (
    NOTHING,
    Broken,
    Outcome,
    Rule,
    Unknown,
    at_most,
    holds,
    not_negative,
    tie,
)
from ironpot.verify.periods import is_quarter, quarter_name, quarter_number

TABLE = "lot_sales"
WHOLE = Decimal(1)
# Shares have six decimals; so many rounds may each be rounded up.
ROUNDING = Decimal("0.00001")


def _rows(out: Out) -> tuple[Row, ...]:
    return out.rows(TABLE) if out.has(TABLE) else ()


def _cash(out: Out) -> Iterator[tuple[Row | Spot, Decimal | None, Decimal | None, list[Row]]]:
    """Yield (where, sale money, levies, sales) of each account, scenario and quarter."""
    keys = ("entity_id", "account", "scenario", "quarter")
    sales = grouped([row for row in _rows(out) if row.text("quarter")], *keys)
    for row in out.rows("cash") if out.has(TABLE) else ():
        key = tuple(row.text(name) for name in keys)
        if row.text("entity_id") != CONSOLIDATED and row.text("scenario") != EXPECTED:
            paid = row.number("asset_proceeds_outside"), row.number("tax_and_fee")
            yield row, *paid, sales.pop(key, [])
    for rows in sales.values():
        yield rows[0], NOTHING, NOTHING, rows


def _proceeds(out: Out) -> Iterator[Outcome]:
    for at, money, _, sales in _cash(out):
        yield tie(at, money, total(row.number("proceeds") for row in sales))


def _levies(out: Out) -> Iterator[Outcome]:
    """Accounts pay other levies too, so those of sales are no more than all of them."""
    for at, _, levies, sales in _cash(out):
        if sales:
            yield at_most(at, levies, total(row.number("tax_and_fee") for row in sales))


def _rounds(out: Out) -> Iterator[Outcome]:
    """A sale is paid in the quarter of its round; what fails brings nothing and has no quarter."""
    starts = {row.text("lot_id"): row.text("start_quarter") for row in out.rows("decisions")}
    for row in _rows(out):
        yield from not_negative(row, ("proceeds", "round", "sold_share"))
        start, number = starts.get(row.text("lot_id"), ""), row.number("round")
        if not is_quarter(start) or number is None:
            yield Broken(row.spot, {"start_quarter": start})
        elif number < 1:
            amounts = [row.number(name) for name in ("sold_share", "proceeds", "tax_and_fee")]
            met = not row.text("quarter") and not any(amounts)
            yield holds(row, met=met, quarter=row.text("quarter"))
        else:
            due = quarter_name(quarter_number(start) + int(number) - 1)
            yield holds(row, met=row.text("quarter") == due, recomputed=due)


def _shares(out: Out) -> Iterator[Outcome]:
    for rows in grouped(_rows(out), "lot_id", "scenario").values():
        sold = total(row.number("sold_share") for row in rows)
        yield at_most(rows[0], sold, WHOLE + ROUNDING)


def _whole(out: Out) -> Iterator[Outcome]:
    """A drawn lot has one row in every scenario, sold whole or not at all."""
    drawn = [row for row in _rows(out) if row.flag("drawn")]
    scenarios = {row.text("scenario") for row in out.rows("cash")} - {EXPECTED}
    for (lot,), rows in grouped(drawn, "lot_id").items():
        found = sorted(row.text("scenario") for row in rows)
        spot = Spot(TABLE, rows[0].line, lot)
        yield holds(spot, met=found == sorted(scenarios), scenarios=len(found))
        for row in rows:
            share, number = row.number("sold_share"), row.number("round")
            known = share is not None and number is not None
            met = share == (WHOLE if number else NOTHING) if known else None
            yield holds(row, met=met, sold_share=share)


def _together(out: Out) -> Iterator[Outcome]:
    """Lots of a bundle sell together, each market's by themselves."""
    bundled = [row for row in _rows(out) if row.text("bundle_id")]
    for rows in grouped(bundled, "bundle_id", "market_id", "scenario").values():
        seen: dict[str, set[tuple[object, ...]]] = {}
        for row in rows:
            facts = (row.number("round"), row.number("sold_share"), row.flag("drawn"))
            seen.setdefault(row.text("lot_id"), set()).add(facts)
        first = next(iter(seen.values()))
        yield holds(rows[0], met=all(one == first for one in seen.values()), lots=len(seen))


def _released(out: Out) -> Iterator[Outcome]:
    """A lot that is paid for is released, in the bundle that is named.

    Who is paid may bank for the owner; the files do not say who banks for whom.
    """
    decided = {row.text("lot_id"): row for row in out.rows("decisions")}
    for row in _rows(out):
        lot = decided.get(row.text("lot_id"))
        if lot is None:
            yield Unknown(row.spot)
            continue
        known = lot.text("bundle_id")
        met = row.text("bundle_id") == known and bool(lot.text("start_quarter"))
        yield holds(row, met=met, recomputed=known)


RULES = (
    Rule(
        "lot_sales.cash",
        ("cash",),
        Text(
            "what outside buyers pay for lots is the sale money of each account, scenario and "
            "quarter",
            "各账户、情景、季度的外部处置收入等于各标的成交款之和",
        ),
        _proceeds,
    ),
    Rule(
        "lot_sales.levies",
        ("cash",),
        Text(
            "taxes and fees on sales are no more than an account pays in all",
            "成交税费不超过该账户当季税费",
        ),
        _levies,
    ),
    Rule(
        "lot_sales.rounds",
        ("decisions",),
        Text(
            "a sale is paid in the quarter of its round; a failed listing brings nothing",
            "成交款在该轮挂牌所在季度到账,流拍的没有收入",
        ),
        _rounds,
    ),
    Rule(
        "lot_sales.shares",
        (),
        Text(
            "no more than the whole of a lot is sold in a scenario", "同一情景中标的售出比例不超过1"
        ),
        _shares,
    ),
    Rule(
        "lot_sales.whole",
        ("cash",),
        Text(
            "a lot drawn by itself sells whole in one round or fails, in every scenario",
            "单独抽样的标的在每个情景中整体成交于某一轮,或流拍",
        ),
        _whole,
    ),
    Rule(
        "lot_sales.together",
        (),
        Text(
            "lots of a bundle that are listed in one market sell together",
            "同一资产包在同一市场挂牌的标的同时成交",
        ),
        _together,
    ),
    Rule(
        "lot_sales.released",
        ("decisions",),
        Text(
            "a lot that is paid for is released, in the bundle that is named",
            "收款的标的已列入处置,资产包一致",
        ),
        _released,
    ),
)
