"""What may each county use of which market, and what does it do with that? Allotments and fees.

The joint plan's parts become allotments. Planning alone within them costs no county more than its
part, and all together fit every row; fees alone do not do that. Arrays are (lot, slot), appraised
yuan; fees are (market, slot), yuan per appraised yuan.
"""

import hashlib
from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.case.schema.share import ALLOTMENTS
from ironpot.system.coordinate import Coordination
from ironpot.system.links import Floats
from ironpot.system.regimes import pooled
from ironpot.system.shared_markets import SharedMarkets

# A plan that saves less than this share of a county's cost is no reason to leave the announced use.
SAME = 1e-9
NOTHING = 0.01  # yuan: smaller allotments are rounding


@dataclass(frozen=True, slots=True)
class Answers:
    """What counties do by themselves: sales, costs (county,), and use above each row's room.

    `overshoot` (market, slot) is the volume that finds no room.
    """

    sold: Floats
    costs: Floats
    overshoot: Floats

    @property
    def overshot_rows(self) -> int:
        """How many rows are used beyond their room by more than a millionth."""
        return int((self.overshoot > 0.0).sum())


def answer_within(markets: SharedMarkets, plan: Coordination) -> Answers:
    """Let each county plan alone with its allotment as its market, without fees.

    Tie rule: the announced use stands unless another plan within the allotment is cheaper.

    >>> from ironpot.system.coordinate import coordinate_plans
    >>> two = SharedMarkets(("a", "b"), np.array([[[0.8, 0.4]]]), np.array([[[50.0, 50.0]]]),
    ...                     np.array([0, 1, 2]), np.array([0, 0]), np.array([50.0, 50.0]),
    ...                     np.array([0.8, 0.8]), np.array([[40.0], [40.0]]),
    ...                     np.array([[2.0], [2.0]]))
    >>> plan = coordinate_plans(two)
    >>> answer_within(two, plan).overshot_rows
    0
    """
    sold = _answers(markets, plan.sold, np.zeros_like(plan.fees))
    costs = markets.costs(sold)
    keeps = plan.costs <= costs + SAME * np.maximum(np.abs(costs), 1.0)
    owner = markets.owner
    sold = np.where(keeps[owner][:, None], plan.sold, sold)
    return _judged(markets, sold)


def answer_fees(markets: SharedMarkets, plan: Coordination) -> Answers:
    """Let each county plan alone against the whole ladder at the fees, without allotments.

    What it uses above its allotment is a bid at the fee, what it leaves a release at the fee: the
    best deviation does not depend on the allotment, since that moves the cost by a constant.
    """
    return _judged(markets, _answers(markets, markets.caps, plan.fees))


def bids_and_releases(markets: SharedMarkets, plan: Coordination) -> tuple[Floats, Floats]:
    """Return what counties would take beyond their allotments at the fees, and what leave."""
    wanted = answer_fees(markets, plan).sold - plan.sold
    return np.maximum(wanted, 0.0), np.maximum(-wanted, 0.0)


def _answers(markets: SharedMarkets, cap: Floats, fees: Floats) -> Floats:
    from ironpot.system.county_batch import answer_all

    price = markets.by_lot(markets.price)
    cost = markets.keep[:, None] - price + fees[markets.market]
    answer = np.zeros_like(price)
    answer_all(
        *(markets.first_lot, markets.lots, price, cost, np.ascontiguousarray(cap)),
        *(markets.due, markets.late, markets.ties, answer),
    )
    return answer


def _judged(markets: SharedMarkets, sold: Floats) -> Answers:
    room = markets.room.reshape(len(markets.room), markets.slots)
    over = markets.load(sold) - room
    beyond = np.where(over > 1e-6 * np.maximum(room, 1.0), over, 0.0)
    return Answers(sold, markets.costs(sold), beyond)


def ways_table(markets: SharedMarkets, plan: Coordination) -> pl.DataFrame:
    """Return what the joint plan costs once counties carry it out in three ways.

    `allotments`: each within its own. `fees`: at the fees alone, cut pro rata where rows are
    overshot. `pro_rata`: the plan's quantities by quarter, tranches shared by all that sell, one
    price for all. `overshoot` is volume that finds no room.
    """
    shape = (len(markets.lots), *markets.price.shape[1:])
    at_fees = answer_fees(markets, plan)
    quantities = plan.sold.reshape(shape).sum(axis=2)
    ways = {
        "allotments": answer_within(markets, plan),
        "fees": Answers(
            at_fees.sold, markets.costs(markets.within_room(at_fees.sold)), at_fees.overshoot
        ),
        "pro_rata": _judged(markets, pooled(markets, quantities)),
    }
    rows = [
        {
            "way": name,
            "cost": float(way.costs.sum()),
            "over_coordinated": float(way.costs.sum()) - plan.cost,
            "overshot_rows": way.overshot_rows,
            "overshoot": float(way.overshoot.sum()),
        }
        for name, way in ways.items()
    ]
    return pl.DataFrame(rows)


def allotment_table(
    markets: SharedMarkets,
    plan: Coordination,
    *,
    names: tuple[str, ...],
    quarters: tuple[str, ...],
    pi: Floats | None = None,
    lot_ids: tuple[str | None, ...] | None = None,
) -> pl.DataFrame:
    """Return the rows that counties get, in the columns of `case.schema.share.ALLOTMENTS`.

    `names` are the shared markets', `quarters` the quarters'; rights are no markets: who has one
    uses it without being allotted any. A county's fees are those of the rows over
    1 + `pi` (county,), the price of its limit where it has one. Every row of a market in which the
    county has lots is given, so that fees and prices are known where its allotment is nil.
    `lot_ids` (lot,) are given where a lot row is a lot of the county that the plan sells whole:
    rows that are used then name the lots that use them.
    """
    tranches, lots = markets.price.shape[2], np.flatnonzero(markets.on_sale)
    row, slot = (grid.ravel() for grid in np.indices((lots.size, markets.slots)))
    lot = lots[row]
    market, quarter = markets.market[lot], slot // tranches
    owner = markets.owner[lot]
    sold = np.where(plan.sold >= NOTHING, plan.sold, 0.0)[lots].ravel()
    weight = np.zeros(len(markets.counties)) if pi is None else pi
    frame = pl.DataFrame(
        {
            "entity_id": np.array(markets.counties)[owner],
            "market_id": np.array(names)[market],
            "quarter": np.array(quarters)[quarter],
            "tranche": slot % tranches + 1,
            "price_fraction": markets.price.reshape(-1, markets.slots)[market, slot],
            "fee": plan.fees[market, slot] / (1.0 + weight[owner]),
            "allotment": sold,
            "announced_use": sold,
            "announced_lots": None if lot_ids is None else np.array(lot_ids, dtype=object)[lot],
            "planned_cost": plan.costs[owner],
            "cash_dual": _cash_duals(markets, plan)[owner, quarter],
        },
        schema_overrides={"announced_lots": pl.String},
    ).with_columns(bound=pl.lit(plan.bound), gap=pl.lit(plan.gap_of_stake))
    named = frame.with_columns(run_id=pl.lit(run_id(markets, plan)))
    # Lots of one market share its rows; a tranche without a price is none.
    used = pl.when(pl.col("announced_use") > 0.0).then(pl.col("announced_lots"))
    added = pl.col("allotment", "announced_use").sum().over(ALLOTMENTS.key)
    lots = used.drop_nulls().str.join(";").over(ALLOTMENTS.key)
    rows = named.with_columns(added, announced_lots=pl.when(lots != "").then(lots))
    rows = rows.unique(ALLOTMENTS.key, keep="first", maintain_order=True)
    rows = rows.filter(pl.col("price_fraction") > 0.0)
    # A file cut off between two rows is like a whole one but for their number.
    rows = rows.with_columns(rows=pl.len().over("entity_id"))
    return ALLOTMENTS.conform(rows).drop("source_id", "origin")


def sold_whole(markets: SharedMarkets, sold: Floats) -> bool:
    """Say whether each lot row is sold whole in one quarter or kept; `sold` is (lot, slot).

    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 1]),
    ...                     np.array([0]), np.array([40.0]), np.array([1.0]),
    ...                     np.array([[60.0]]), np.array([[0.5]]))
    >>> sold_whole(one, np.array([[40.0]])), sold_whole(one, np.array([[39.0]]))
    (True, False)
    """
    mine = markets.on_sale
    parts = sold[mine].reshape(int(mine.sum()), *markets.price.shape[1:]).sum(axis=2)
    most, lots = parts.max(axis=1, initial=0.0), markets.lots[mine]
    whole = np.isclose(most, lots, rtol=1e-6, atol=NOTHING)
    alone = parts.sum(axis=1) <= most + NOTHING
    return bool((alone & (whole | (most < NOTHING))).all())


def _cash_duals(markets: SharedMarkets, plan: Coordination) -> Floats:
    from ironpot.system.county_batch import cash_duals

    price = markets.by_lot(markets.price)
    cost = markets.keep[:, None] - price + plan.fees[markets.market]
    return cash_duals(
        *(markets.first_lot, markets.lots, price, cost, markets.caps),
        *(markets.due, markets.late, markets.ties),
    )


def run_id(markets: SharedMarkets, plan: Coordination) -> str:
    """Return a name of the run that only the same problem and plan have."""
    mark = hashlib.sha256()
    for array in (markets.need, markets.lots, markets.keep, markets.room, plan.sold, plan.fees):
        mark.update(np.ascontiguousarray(array).tobytes())
    return mark.hexdigest()[:12]
