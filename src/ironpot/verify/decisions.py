"""Is every lot decided once, lawfully, and with the cost of the decision stated?"""

from collections.abc import Iterator
from decimal import Decimal

from ironpot.core.lang import Text
from ironpot.verify.files import PLAN, Out, Row, Spot, grouped
from ironpot.verify.finding import NOTHING, Broken, Outcome, Rule, Unknown, holds, tie

KEPT = "hold"
PROTECTED_ROUTES = (KEPT, "share_reuse")
# Routes that may bring no cash, so that the quarter of the cash may be empty.
CASHLESS_ROUTES = ("share_reuse", "transfer_up")
SOLD_KINDS = ("outside_cash",)
# What the money of a route may count as when the buyer is not inside the perimeter.
KINDS_BY_ROUTE = {
    "exchange_sale": SOLD_KINDS,
    "auction": SOLD_KINDS,
    "concession": SOLD_KINDS,
    "lease": SOLD_KINDS,
    "pool": ("outside_cash", "new_debt"),
    "pledge": ("new_debt",),
    "transfer_up": ("rescheduled", "relief"),
    "share_reuse": ("own_cash", "outside_cash", ""),
}


def _every_lot(out: Out) -> Iterator[Outcome]:
    lots = {row.text("lot_id") for row in out.rows("lots")}
    decided = {row.text("lot_id") for row in out.rows("decisions")}
    for lot in sorted(lots):
        yield holds(Spot("decisions", None, lot), met=lot in decided)
    for lot in sorted(decided - lots):
        yield Broken(Spot("decisions", None, lot), why=Text("no such lot", "没有这个标的"))


def _describes(out: Out) -> Iterator[Outcome]:
    lots = {row.text("lot_id"): row for row in out.rows("lots")}
    for row in out.rows("decisions"):
        lot = lots.get(row.text("lot_id"))
        if lot is None:
            yield Unknown(row.spot)
            continue
        for name in ("entity_id", "asset_kind", "protected"):
            stated, recorded = row.cells[name], lot.cells[name]
            met = None if stated is None or recorded is None else stated == recorded
            yield holds(row, met=met, stated=str(stated), recomputed=str(recorded))


def _protected(out: Out) -> Iterator[Outcome]:
    for row in out.rows("decisions"):
        route = row.text("route")
        if row.flag("protected"):
            yield holds(row, met=route in PROTECTED_ROUTES, route=route)


def _kept(out: Out) -> Iterator[Outcome]:
    for row in out.rows("decisions"):
        if row.text("route") == KEPT:
            for name in ("retention_value", "net_proceeds"):
                yield tie(row, row.number(name), NOTHING)
            filled = [n for n in ("start_quarter", "cash_quarter", "kind") if row.text(n)]
            yield holds(row, met=not filled, filled=", ".join(filled))


def _released(out: Out) -> Iterator[Row]:
    return (row for row in out.rows("decisions") if row.text("route") not in (KEPT, ""))


def _quarters(out: Out) -> Iterator[Outcome]:
    if out.horizon is None:
        yield Unknown(Spot("decisions"))
        return
    for row in _released(out):
        start, cash = row.text("start_quarter"), row.text("cash_quarter")
        in_time = out.horizon.first <= start <= out.horizon.last
        paid = start <= cash if cash else row.text("route") in CASHLESS_ROUTES
        yield holds(row, met=in_time and paid, start_quarter=start, cash_quarter=cash)


def _legal(out: Out) -> Iterator[Outcome]:
    pots = {(row.text("lot_id"), row.text("route")): row for row in out.rows("pots")}
    for row in out.rows("decisions"):
        offer = pots.get((row.text("lot_id"), row.text("route")))
        if offer is None:
            yield Unknown(row.spot, Text("the pot test has no such row", "处置测算表无此行"))
        else:
            yield holds(row, met=offer.flag("legal"), blocked_code=offer.text("blocked_code"))


def _value_destroyed(out: Out) -> Iterator[Outcome]:
    for row in out.rows("decisions"):
        given_up, brings = row.number("retention_value"), row.number("net_proceeds")
        stated = row.number("value_destroyed")
        if given_up is None or brings is None:
            yield holds(row, met=stated is None, value_destroyed=stated)
        else:
            yield tie(row, stated, max(given_up - brings, NOTHING))


def _bundles(out: Out) -> Iterator[Outcome]:
    """Members of a bundle leave together, or not at all."""
    for (bundle,), rows in grouped(out.rows("decisions"), "bundle_id").items():
        if bundle:
            first = _leaving(rows[0])
            yield from (
                holds(row, met=_leaving(row) == first, stated=" ".join(_leaving(row)))
                for row in rows
            )


def _leaving(row: Row) -> tuple[str, ...]:
    return tuple(row.text(name) for name in ("route", "start_quarter", "cash_quarter"))


def _kinds(out: Out) -> Iterator[Outcome]:
    """Outside cash from a buyer nobody knows yet is taken at its word, and that is said."""
    for row in _released(out):
        route, scope, kind = (row.text(name) for name in ("route", "buyer_scope", "kind"))
        allowed = ("circular",) if scope == "inside" else KINDS_BY_ROUTE.get(route, ())
        if kind in allowed and kind == "outside_cash" and scope != "outside":
            yield Unknown(row.spot, Text("the buyer is not known yet", "买方尚未确定"))
        else:
            yield holds(row, met=kind in allowed, route=route, buyer_scope=scope, kind=kind)


def _cash_follows(out: Out) -> Iterator[Outcome]:
    """Sale money in the consolidated cash table needs a lot that was offered by then."""
    starts = {"outside": _first_start(out, inside=False), "inside": _first_start(out, inside=True)}
    for row in out.rows("cash"):
        for scope, start in starts.items():
            proceeds = row.number(f"asset_proceeds_{scope}") or Decimal(0)
            if proceeds > 0:
                met = bool(start) and start <= row.text("quarter")
                yield holds(row, met=met, start_quarter=start)


def _first_start(out: Out, *, inside: bool) -> str:
    starts = (
        row.text("start_quarter")
        for row in _released(out)
        if (row.text("buyer_scope") == "inside") == inside
    )
    return min((start for start in starts if start), default="")


RULES = (
    Rule(
        "decisions.every_lot",
        ("decisions", "lots"),
        Text("every lot of the case is decided, and no other", "每个标的都有决定,没有其他标的"),
        _every_lot,
    ),
    Rule(
        "decisions.describes",
        ("decisions", "lots"),
        Text(
            "owner, kind and protection are those of the lot",
            "所属主体、资产种类、保护标记与标的一致",
        ),
        _describes,
    ),
    Rule(
        "decisions.protected",
        ("decisions",),
        Text(
            "a protected lot is kept or shared, never released",
            "受保护的标的只能保留或共享使用",
        ),
        _protected,
    ),
    Rule(
        "decisions.kept",
        ("decisions",),
        Text(
            "a kept lot has no quarters and no kind, gives up 0.00 and brings 0.00",
            "保留的标的季度和资金性质留空,放弃价值和净得款均为0.00",
        ),
        _kept,
    ),
    Rule(
        "decisions.quarters",
        ("decisions", PLAN),
        Text(
            "a released lot starts within the horizon and its cash comes no earlier",
            "处置的标的在规划期内启动,到账不早于启动",
        ),
        _quarters,
    ),
    Rule(
        "decisions.legal",
        ("decisions", "pots"),
        Text("the chosen route is legal in the pot test", "所选处置方式在测算表中合法"),
        _legal,
    ),
    Rule(
        "decisions.value_destroyed",
        ("decisions",),
        Text(
            "value_destroyed = max(retention_value - net_proceeds, 0)",
            "价值损失=max(保留价值-净得款,0)",
        ),
        _value_destroyed,
    ),
    Rule(
        "decisions.bundles",
        ("decisions",),
        Text(
            "lots of one bundle leave by one route in one quarter",
            "同一资产包的标的以同一方式、同一季度处置",
        ),
        _bundles,
    ),
    Rule(
        "decisions.kinds",
        ("decisions",),
        Text(
            "money from a buyer inside the perimeter is circular; a pledge brings new debt, a "
            "transfer upward is paper, only an outside buyer or lessee brings outside cash",
            "并表范围内买方的资金为内部循环,抵押融资为新增债务,上划为账面调整,"
            "只有范围外的买方或承租方带来外部现金",
        ),
        _kinds,
    ),
    Rule(
        "decisions.cash_follows",
        ("decisions", "cash"),
        Text(
            "no sale money arrives before the first lot for such buyers is offered",
            "首个标的启动处置之前没有处置收入到账",
        ),
        _cash_follows,
    ),
)
