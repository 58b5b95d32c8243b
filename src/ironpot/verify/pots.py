"""Does the pot test add up: every lot and route, net proceeds, ranges, verdicts?

Values themselves (income, price, depth) need the case and are not re-made here.
"""

from collections.abc import Iterator
from decimal import Decimal

from ironpot.core.lang import Text
from ironpot.verify.files import Out, Row, Spot, grouped, total
from ironpot.verify.finding import (
    NOTHING,
    Broken,
    Outcome,
    Rule,
    at_most,
    holds,
    not_negative,
    tie,
)
from ironpot.verify.words import ROUTES

COSTS = ("price_cut", "tax", "fee", "procedure_cost", "freed_debt", "delay_cost")
RANGES = (
    ("retention_low", "retention_value", "retention_high"),
    ("net_low", "net_proceeds", "net_high"),
)
AMOUNTS = (*RANGES[0], "gross_price", *COSTS, *RANGES[1], "months_to_cash", "sale_probability")


def _every_route(out: Out) -> Iterator[Outcome]:
    listed = grouped(out.rows("pots"), "lot_id")
    for lot in out.rows("lots"):
        found = {row.text("route") for row in listed.pop((lot.text("lot_id"),), [])}
        missing = ", ".join(route for route in ROUTES if route not in found)
        yield holds(Spot("pots", None, lot.text("lot_id")), met=not missing, missing=missing)
    for (lot_id,) in listed:
        yield Broken(Spot("pots", None, lot_id), why=Text("no such lot", "没有这个标的"))


def _owner(out: Out) -> Iterator[Outcome]:
    owner = {row.text("lot_id"): row.text("entity_id") for row in out.rows("lots")}
    for row in out.rows("pots"):
        lot = owner.get(row.text("lot_id"))
        met = None if lot is None else row.text("entity_id") == lot
        yield holds(row, met=met, stated=row.text("entity_id"), recomputed=lot)


def _illegal(out: Out) -> Iterator[Outcome]:
    for row in out.rows("pots"):
        if row.flag("legal") is False:
            filled = [name for name in AMOUNTS if row.cells[name] is not None]
            reason = bool(row.text("blocked_code"))
            yield holds(row, met=not filled and reason, filled=", ".join(filled))
        elif row.flag("legal"):
            blocked = row.text("blocked_code")
            yield holds(row, met=not blocked, blocked_code=blocked)


def _legal(out: Out) -> Iterator[Row]:
    return (row for row in out.rows("pots") if row.flag("legal"))


def _net(out: Out) -> Iterator[Outcome]:
    for row in _legal(out):
        costs = total(row.number(name) for name in COSTS)
        gross, net = row.number("gross_price"), row.number("net_proceeds")
        if costs is None or gross is None:
            yield holds(row, met=net is None, net_proceeds=net)
        else:
            yield tie(row, net, gross - costs)


def _not_negative(out: Out) -> Iterator[Outcome]:
    for row in _legal(out):
        yield from not_negative(row, ("gross_price", *COSTS, "months_to_cash", "sale_probability"))
        chance = row.number("sale_probability")
        if chance is not None:
            yield holds(row, met=chance <= 1, sale_probability=chance)


def _hold(out: Out) -> Iterator[Outcome]:
    for row in out.rows("pots"):
        if row.text("route") == "hold":
            yield from (tie(row, row.number(name), NOTHING) for name in RANGES[0])


def _ranges(out: Out) -> Iterator[Outcome]:
    for row in _legal(out):
        for low, base, high in RANGES:
            figures = {name: row.number(name) for name in (low, base, high)}
            yield at_most(row, figures[low], figures[base], **figures)
            yield at_most(row, figures[base], figures[high], **figures)


def _verdict(out: Out) -> Iterator[Outcome]:
    for row in _legal(out):
        margins = [_margin(row, *names) for names in zip(*RANGES, strict=True)]
        known = [margin for margin in margins if margin is not None]
        verdict = row.text("verdict")
        if len(known) < len(margins):
            yield holds(row, met=verdict in ("", "unclear"), verdict=verdict)
        else:
            yield holds(row, met=_is_consistent(verdict, known), verdict=verdict)


def _margin(row: Row, retention: str, net: str) -> Decimal | None:
    given_up, brings = row.number(retention), row.number(net)
    return None if given_up is None or brings is None else brings - given_up


def _is_consistent(verdict: str, margins: list[Decimal]) -> bool:
    """Robust verdicts agree at low, base and high; a margin of zero supports either."""
    release = all(margin >= 0 for margin in margins)
    keep = all(margin <= 0 for margin in margins)
    strict = all(margin > 0 for margin in margins) or all(margin < 0 for margin in margins)
    return {"release": release, "keep": keep, "unclear": not strict}.get(verdict, False)


RULES = (
    Rule(
        "pots.every_route",
        ("pots", "lots"),
        Text("every lot has one row per route", "每个标的每种处置方式各一行"),
        _every_route,
    ),
    Rule(
        "pots.owner",
        ("pots", "lots"),
        Text("the entity is the lot's owner", "主体为标的所属主体"),
        _owner,
    ),
    Rule(
        "pots.illegal",
        ("pots",),
        Text(
            "an illegal route says why and has no amounts; a legal one has no blocking code",
            "不合法的处置方式注明原因且金额留空,合法的没有限制代码",
        ),
        _illegal,
    ),
    Rule(
        "pots.net",
        ("pots",),
        Text(
            "net_proceeds = gross_price - price_cut - tax - fee - procedure_cost - freed_debt - "
            "delay_cost, and is unknown where one of them is",
            "净得款=总价-折价-税-费-程序成本-先行解押债务-等待成本,其中一项未知则净得款也未知",
        ),
        _net,
    ),
    Rule(
        "pots.costs",
        ("pots",),
        Text(
            "price, costs and months are not negative, a probability lies between 0 and 1",
            "价格、各项成本和月数不为负,概率在0与1之间",
        ),
        _not_negative,
    ),
    Rule(
        "pots.hold",
        ("pots",),
        Text("holding a lot gives up nothing", "保留标的不放弃任何价值"),
        _hold,
    ),
    Rule(
        "pots.ranges",
        ("pots",),
        Text("low <= base <= high", "低值≤基准值≤高值"),
        _ranges,
    ),
    Rule(
        "pots.verdict",
        ("pots",),
        Text(
            "release (or keep) means that net proceeds are above (below) the value given up at "
            "low, base and high alike; otherwise, or where one of them is unknown, the verdict is "
            "unclear",
            "结论为处置(保留)须在低、基准、高三种情形下净得款均高于(低于)所放弃的价值,"
            "否则(含金额未知)为不明确",
        ),
        _verdict,
    ),
)
