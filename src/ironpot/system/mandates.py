"""What would an order from above do to prices, arrears and banks, before anyone signs it?

Each mandate changes the joint problem; counties then act as a learned crowd (what happens if the
order is all they hear) and together (the best that is possible under it). Yuan; quarters from 0.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypedDict

import numpy as np
import polars as pl

from ironpot.core.errors import IronpotError, said_together
from ironpot.core.lang import Text
from ironpot.core.money import Unit, amount_text
from ironpot.system.actors import Actors
from ironpot.system.checkpoint import Book, Chapter, digest_of
from ironpot.system.coordinate import coordinate_plans
from ironpot.system.crowd import NASH_ROUNDS, Crowd
from ironpot.system.fleet import Fleet, OneProcess
from ironpot.system.learned import plan_nash
from ironpot.system.links import Floats
from ironpot.system.outcomes import bank_table, regime_table
from ironpot.system.pieces import Keeping, work_through
from ironpot.system.polish import cheapest_known
from ironpot.system.regimes import Regime
from ironpot.system.rights import RIGHT
from ironpot.system.second_round import SpiralRules, banks_under, second_round
from ironpot.system.shared_markets import SharedMarkets

YEAR = 4


@dataclass(frozen=True, slots=True)
class Mandate:
    """An order: its id, what it says, what it makes of a joint problem and of lenders.

    `lenders` is given the number of quarters. `apply` raises IdleOrderError where the order speaks
    of what nobody has; a `standard` order, which nobody named, is then skipped.
    """

    mandate_id: str
    text: Text
    apply: Callable[[SharedMarkets, Actors], SharedMarkets]
    lenders: Callable[[Actors, int], Actors] = lambda actors, _: actors
    standard: bool = False


class IdleOrderError(IronpotError):
    """An order that speaks of a kind or class nobody has."""


def cut_debt(share: float, *, quarters: int = 2 * YEAR) -> Mandate:
    """Everybody repays `share` of company debt on top of what falls due, evenly over `quarters`."""

    def apply(markets: SharedMarkets, actors: Actors) -> SharedMarkets:
        need = markets.need.copy()
        span = min(quarters, need.shape[1])
        need[:, :span] += (share * actors.debt / span)[:, None]
        return replace(markets, need=need)

    text = Text(
        f"everybody cuts debt by {share * 100:g}% over {_first(quarters).en}",
        f"{_first(quarters).zh}各县压降债务{share * 100:g}%",
    )
    return Mandate("cut_debt", text, apply)


def no_sales(kind: str, *, quarters: int = YEAR) -> Mandate:
    """Nobody sells into markets of `kind` in the first `quarters`."""

    def apply(markets: SharedMarkets, actors: Actors) -> SharedMarkets:
        _known(kind, (known for known in actors.kinds if known != RIGHT))
        room = markets.room.copy()
        room[np.array(actors.kinds) == kind, :quarters] = 0.0
        return replace(markets, room=room)

    name = _called(kind)
    span = _first(quarters)
    text = Text(f"nobody sells {name.en} in {span.en}", f"{span.zh}不得出售{name.zh}")
    return Mandate(f"no_{kind}{_span(quarters)}", text, apply)


def swap_quota(share: float) -> Mandate:
    """A quota of `share` of all needs swaps dues into long bonds, earliest dues first.

    Each county gets its part in proportion to what it has to find.
    """

    def apply(markets: SharedMarkets, actors: Actors) -> SharedMarkets:
        del actors
        return _swapped(markets, share)

    text = Text(
        f"a swap quota of {share * 100:g}% of needs", f"置换额度为资金需求的{share * 100:g}%"
    )
    return Mandate("swap_quota", text, apply)


def swap_amount(amount: float, unit: Unit = "hundred_million") -> Mandate:
    """A quota of `amount` yuan, at most all needs, swaps dues into long bonds as `swap_quota`.

    Its text says the amount in `unit`, to the fen.

    >>> swap_amount(1_200_000_000.0, "ten_thousand").text.en
    'a swap quota of 120,000 ten thousand yuan'
    """

    def apply(markets: SharedMarkets, actors: Actors) -> SharedMarkets:
        del actors
        need = _need(markets)
        return _swapped(markets, min(amount / need, 1.0) if need > 0.0 else 0.0)

    shown = amount_text(amount, unit, places=10)
    text = Text(f"a swap quota of {shown.en}", f"置换额度{shown.zh}")
    return Mandate("swap_quota", text, apply)


def _swapped(markets: SharedMarkets, share: float) -> SharedMarkets:
    due = np.maximum(markets.due, 0.0)
    still = np.maximum(due - share * due[:, -1:], 0.0)
    return replace(markets, need=np.diff(still, prepend=0.0, axis=1))


def no_roll_over(bank_class: str, *, quarters: int = YEAR) -> Mandate:
    """Lenders of `bank_class` roll nothing over in the first `quarters`."""

    def apply(markets: SharedMarkets, actors: Actors) -> SharedMarkets:
        classes = actors.banks["bank_class"]
        _known(bank_class, classes)
        called = actors.rolled[:, (classes == bank_class).to_numpy()].sum(axis=1)
        need = markets.need.copy()
        need[:, :quarters] += called[:, None]
        return replace(markets, need=need)

    def lenders(actors: Actors, all_quarters: int) -> Actors:
        """What is called now falls due, and cannot be withdrawn once more."""
        of_class = (actors.banks["bank_class"] == bank_class).to_numpy()
        called = actors.rolled * of_class * min(quarters, all_quarters)
        rolled = actors.rolled - called / all_quarters
        return replace(actors, owed=actors.owed + called, rolled=rolled)

    name, span = _called(bank_class), _first(quarters)
    text = Text(
        f"{name.en} roll nothing over in {span.en}",
        f"{name.zh}{span.zh}停止续贷",
    )
    return Mandate(f"no_roll_over_{bank_class}{_span(quarters)}", text, apply, lenders)


def _span(quarters: int) -> str:
    """End an id with its quarters, so that the same order over another span is another one."""
    return "" if quarters == YEAR else f"_{quarters}q"


_CALLED = {
    "land": Text("land", "土地"),
    "commercial": Text("commercial property", "商业物业"),
    "equity": Text("company stakes", "股权"),
    "non_standard": Text("trusts and the like", "信托等非标机构"),
}


def _called(word: str) -> Text:
    return _CALLED.get(word, Text(word, word))


def _first(quarters: int) -> Text:
    if quarters % YEAR:
        return Text(f"the first {quarters} quarters", f"前{quarters}个季度")
    years = quarters // YEAR
    return Text("the first year", "第一年") if years == 1 else _years(years)


def _years(years: int) -> Text:
    return Text(f"the first {years} years", f"前{years}年")


def all_together(mandates: tuple[Mandate, ...]) -> Mandate:
    """Return the order that all of these are given at once."""

    def apply(markets: SharedMarkets, actors: Actors) -> SharedMarkets:
        for mandate in mandates:
            markets = mandate.apply(markets, actors)
        return markets

    def lenders(actors: Actors, quarters: int) -> Actors:
        for mandate in mandates:
            actors = mandate.lenders(actors, quarters)
        return actors

    said = Text("all of these together", "以上各项同时")
    return Mandate("all_together", said, apply, lenders)


NONE = Mandate("none", Text("no order", "无要求"), lambda markets, _: markets)


def standard_mandates() -> tuple[Mandate, ...]:
    """Return the orders that are tried where nobody names others."""
    orders = cut_debt(0.05), no_sales("land"), swap_quota(0.3), no_roll_over("non_standard")
    return NONE, *(replace(order, standard=True) for order in orders)


def applicable(
    markets: SharedMarkets, actors: Actors, mandates: tuple[Mandate, ...]
) -> tuple[tuple[Mandate, ...], tuple[Text, ...]]:
    """Return the orders to try here, and in words which standard ones are skipped and why.

    Raises IdleOrderError that says every order that somebody named and that would change nothing.
    """
    kept: list[Mandate] = []
    idle: list[IdleOrderError] = []
    skipped: list[Text] = []
    for order in mandates:
        try:
            order.apply(markets, actors)
        except IdleOrderError as error:
            if not order.standard:
                idle.append(error)
                continue
            said, why = order.text, error.text
            skipped.append(Text(f"Not tried: {said.en}. {why.en}", f"未测算:{said.zh}。{why.zh}"))
        else:
            kept.append(order)
    if idle:
        raise IdleOrderError(said_together(idle))
    return tuple(kept), tuple(skipped)


def try_mandates(
    markets: SharedMarkets,
    actors: Actors,
    mandates: tuple[Mandate, ...],
    *,
    nash_rounds: int = NASH_ROUNDS,
    known: Floats | None = None,
    rules: SpiralRules | None = None,
    watch: Callable[[str, int], None] | None = None,
    book: Book | None = None,
    fleet: Fleet | None = None,
) -> pl.DataFrame:
    """Return one row a mandate and regime (nash, coordinated): prices, arrears, banks, cost.

    `over_none` is the cost above the same regime under the first mandate, which should be `NONE`;
    empty where that was not finished.
    Banks lose what is in arrears at the end and what collateral is marked down by. `bank_loss_end`,
    `banks_under`, `withdrawn` and `missed` are where the second round ends under `rules`, empty
    where banks' capital is unknown. `known` (lot, slot) is a joint plan of `markets`: cut to what
    an order leaves open, it is used where the order's own search ends above it. A swap moves debt
    to a later owner of the claim; what that costs the giver of the quota is not counted. Each order
    is a piece for `fleet`, here if not given; what `book` kept is gone on with. Ctrl-C ends a
    search with its best; on a fleet it leaves out what is not finished. `watch` hears an order and
    how many are in.
    """
    fleet = fleet or OneProcess()
    static = _Ground(nash_rounds, known, rules, book if fleet.sees_files else None)
    pieces = dict(_order(one, markets, actors, static) for one in mandates)

    def hear(key: str, _found: _Tried, count: int) -> None:
        if watch is not None:
            watch(pieces[key].name, count)

    done = work_through(
        *(fleet, _tried, static, pieces),
        book=book,
        watch=hear,
        keeping=Keeping[_Tried](ended=lambda found: not found["cut"]),
    )
    rows = [row for found in done.results.values() for row in found["rows"]]
    if not rows:
        return pl.DataFrame()
    table = pl.DataFrame(rows, infer_schema_length=None, schema_overrides=_ENDS)
    before = table.filter(pl.col("mandate") == mandates[0].mandate_id).select(
        "regime", _before="cost"
    )
    joined = table.join(before, on="regime", how="left", maintain_order="left")
    return joined.with_columns(over_none=pl.col("cost") - pl.col("_before")).drop("_before")


@dataclass(frozen=True)
class _Ground:
    """What all orders share; `book` is None where a worker has no way to what is kept."""

    nash_rounds: int
    known: Floats | None
    rules: SpiralRules | None
    book: Book | None


class _Tried(TypedDict):
    """Rows of an order, and whether the user ended one of its searches before its time."""

    rows: list[dict[str, Any]]
    cut: bool


@dataclass(frozen=True)
class _Order:
    """An order by name, the problem and lenders that it makes, a key that no other problem has."""

    name: str
    markets: SharedMarkets
    lenders: Actors
    key: str


def _order(
    mandate: Mandate, markets: SharedMarkets, actors: Actors, ground: "_Ground"
) -> tuple[str, _Order]:
    under, lenders = mandate.apply(markets, actors), mandate.lenders(actors, markets.need.shape[1])
    arrays = (under.need, under.room, under.late, lenders.owed, lenders.rolled)
    known = () if ground.known is None else (ground.known,)
    key = f"order-{mandate.mandate_id}-{digest_of(repr(ground.rules), *arrays, *known)}"
    return key, _Order(mandate.mandate_id, under, lenders, key)


def _tried(ground: _Ground, order: _Order) -> _Tried:
    """Run an order's two regimes on the problem that it makes."""
    markets, lenders = order.markets, order.lenders
    book = Chapter(ground.book, order.key)
    plan = coordinate_plans(markets, book=book)
    learned = plan_nash(markets, rounds=ground.nash_rounds, book=book)
    known = () if ground.known is None else (markets.within_room(ground.known),)
    plan = cheapest_known(markets, plan, (learned.sold, *known))
    crowd = Crowd(markets, plan, (learned, Regime("coordinated", plan.sold, plan.costs)))
    banks = bank_table(crowd, lenders).group_by("regime").agg(bank_loss=pl.col("marked_down").sum())
    rows = regime_table(crowd).join(banks, on="regime", how="left", maintain_order="left")
    told = rows.select(
        pl.lit(order.name).alias("mandate"),
        "regime",
        pl.Series("need", [_need(markets)] * 2),
        (pl.col("proceeds") / pl.col("volume")).alias("price_average"),
        *("volume", "proceeds", "value_destroyed", "arrears_end", "arrears_of_need"),
        *("counties_behind", "bank_loss", "cost"),
    ).with_columns(bank_loss=pl.col("bank_loss") + pl.col("arrears_end"))
    table = pl.concat([told, _ends(crowd, lenders, ground.rules)], how="horizontal")
    return {"rows": table.rows(named=True), "cut": book.cut}


_ENDS: dict[str, type[pl.DataType]] = {
    "bank_loss_end": pl.Float64,
    "banks_under": pl.Int64,
    "withdrawn": pl.Float64,
    "missed": pl.Float64,
}


def _ends(crowd: Crowd, lenders: Actors, rules: SpiralRules | None) -> pl.DataFrame:
    """Return where the second round of each regime ends, a row a regime."""
    if not lenders.known:
        return pl.DataFrame([dict.fromkeys(_ENDS)] * len(crowd.regimes), schema=_ENDS)
    used = rules or SpiralRules()
    ends = [second_round(crowd.markets, lenders, regime, rules=used) for regime in crowd.regimes]
    rows = [
        (
            float(end.loss.sum()),
            banks_under(lenders, used, end.loss),
            float(end.withdrawn.sum()),
            float(end.missed.sum()),
        )
        for end in ends
    ]
    return pl.DataFrame(rows, schema=_ENDS, orient="row")


def _need(markets: SharedMarkets) -> float:
    return float(np.maximum(markets.due[:, -1], 0.0).sum())


def _known(word: str, known: Iterable[str]) -> None:
    """Refuse an order that speaks of a kind or class nobody has: it would change nothing."""
    listed = sorted(set(known))
    if word not in listed:
        names = ", ".join(listed)
        raise IdleOrderError(
            Text(
                f"An order speaks of {word}, but there is only {names}: it would change nothing. "
                "Name one of these.",
                f"要求中提到 {word},但仅有 {names},不会产生任何影响。请从中选择。",
            )
        )
