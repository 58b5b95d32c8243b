"""What is decided about a case's lots before any joint plan? What has happened, what wishes say.

A lot that is listed or signed away is no choice any more: its cash counts against needs, its volume
against the market's room. Wishes close ways or put them off. Yuan, quarters from 0.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.case.events import standing
from ironpot.case.wished import FORBID, FORCE, in_terms_of_change
from ironpot.cashflow.options import DebtOptions
from ironpot.core.dates import MONTHS_PER_QUARTER
from ironpot.core.lang import Text
from ironpot.plan.begun import today_of
from ironpot.plan.exact import Sales, price_sales
from ironpot.plan.inputs import Inputs
from ironpot.plan.options import PlanOptions
from ironpot.plan.prepare import gather
from ironpot.plan.services import counted, services_today
from ironpot.plan.settle import sold_so_far
from ironpot.system.links import Floats, Ints
from ironpot.valuation.pot import Appraisals

_WAY = ("lot_id", "route")


@dataclass(frozen=True)
class Begun:
    """What has happened since the case date.

    `lots` are listed or signed away; `cash` (quarter,) is what they bring, expected, less the
    income that ends with them; `volume` is what listings take, (quarter,) by market id; `service`
    (class,) was given up. Whatever else is sold begins in the quarter `today`.
    """

    lots: frozenset[str]
    cash: Floats
    volume: dict[str, Floats]
    service: Floats
    today: int


def begun_in(case: Case, appraisals: Appraisals, debts: DebtOptions) -> Begun:
    """Return what the case's table `realised` says has begun, as the planner counts it."""
    options, classes = PlanOptions(), len(case.service_classes)
    today, events = today_of(case, options), standing(case.realised)
    if events.is_empty():
        cash, service = np.zeros(case.horizon.count), np.zeros(classes)
        return Begun(frozenset(), cash, {}, service, today)
    inputs = gather(case, appraisals, debts, options)
    done = np.flatnonzero(inputs.releases.done)
    sales = price_sales(inputs, done)
    markets = zip(inputs.offers.depth.markets, sales.volume, strict=True)
    return Begun(
        lots=frozenset(events["asset_id"]),
        cash=_cash(inputs, done, sales),
        volume={name: taken for name, taken in markets if taken.any()},
        service=_service(inputs, done),
        today=today,
    )


def _cash(inputs: Inputs, done: Ints, sales: Sales) -> Floats:
    """Return expected net cash of what has begun, less the income that ends with it, (quarter,)."""
    releases, weights = inputs.releases, inputs.weights
    signed = done[releases.market[done] < 0]
    ended = releases.ended[sales.candidate][:, None, :] * sold_so_far(inputs, sales.candidate)
    listed = (sales.gross - sales.levies - ended).sum(axis=0)
    at_once = releases.fixed[done].sum(axis=0) - releases.ended[signed].sum(axis=0)
    return at_once + weights @ listed


def _service(inputs: Inputs, done: Ints) -> Floats:
    """Return what was given up of each class, yuan as a class's floor counts it, (class,)."""
    classes = tuple(inputs.case.service_classes["service_class"])
    names = inputs.offers.frame["service_class"].gather(inputs.releases.row[done])
    given = np.zeros(len(classes))
    for name, service in zip(names, inputs.releases.service[done], strict=True):
        if name in classes:
            given[classes.index(name)] += service
    return given / counted(services_today(inputs.offers, classes))


def open_ways(case: Case, table: pl.DataFrame, begun: Begun) -> pl.DataFrame:
    """Return the pot test's legal rows that nothing closes, with `ready` and `opens`.

    `ready` is how many quarters after its begin a way brings cash, `opens` the first quarter in
    which it does: begun today, and not before a wish lets the lot leave. Ways that a wish closes
    for good, or from some quarter on, are left out; so are lots that have begun to leave, and other
    ways than the one by which a lot must.
    """
    legal = table.filter(pl.col("legal"), ~pl.col("lot_id").is_in(begun.lots)).with_columns(
        ready=((pl.col("months_to_cash") / MONTHS_PER_QUARTER).ceil() - 1.0)
        .clip(0.0)
        .fill_null(0.0)
        .cast(pl.Int64),
    )
    wishes = in_terms_of_change(case.wishes).rename({"subject_id": "lot_id", "route": "wished"})
    both = legal.select(_WAY).join(wishes, on="lot_id")
    here, any_way = pl.col("wished").eq_missing(pl.col("route")), pl.col("wished").is_null()
    elsewhere = both.filter(pl.col("action") == FORCE, ~here, ~any_way)
    forbidden = both.filter(pl.col("action") == FORBID, here | any_way)
    for_now = pl.col("first").is_null() & pl.col("last").is_not_null()
    closed = pl.concat([elsewhere, forbidden.filter(~for_now)]).select(_WAY)
    waits = forbidden.filter(for_now).group_by(_WAY).agg(pl.col("last").max())
    left = legal.join(closed, on=_WAY, how="anti", maintain_order="left")
    left = left.join(waits, on=_WAY, how="left", maintain_order="left")
    after = [0 if last is None else case.horizon.index(last) + 1 for last in left["last"]]
    allowed = pl.Series(after, dtype=pl.Int64)
    opens = pl.max_horizontal(pl.col("ready") + begun.today, allowed)
    return left.drop("last").with_columns(opens=opens)


def decided_said(case: Case, begun: Begun) -> tuple[Text, ...]:
    """Say what of the case is decided already, and which wishes the joint problem cannot follow."""
    name, said = case.settings.case_id, list[Text]()
    if begun.lots:
        said.append(
            Text(
                f"{name}: {len(begun.lots)} lots are listed or signed away since the case date: "
                "they are not planned again, what they bring counts against needs, and what is "
                "listed takes its room of the market first",
                f"{name}:基准日后{len(begun.lots)}项资产已挂牌或签约,不再重新安排;其收入抵减资金需求,"
                "已挂牌部分优先占用市场容量",
            )
        )
    wishes = in_terms_of_change(case.wishes)
    lots = set(case.assets["asset_id"])
    on_debts = wishes.filter(~pl.col("subject_id").is_in(lots)).height
    forced = wishes.filter(pl.col("subject_id").is_in(lots), pl.col("action") == FORCE).height
    if on_debts + forced:
        said.append(
            Text(
                f"{name}: {forced} wishes that a lot must leave and {on_debts} about debts are not "
                "asked of the joint plan; wishes that a lot stays are",
                f"{name}:{forced}项“必须处置”意愿和{on_debts}项债务意愿未纳入统筹;“不得处置”意愿已纳入",
            )
        )
    return tuple(said)
