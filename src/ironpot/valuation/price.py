"""What does a release fetch, and what is taken from it? Prices, chances, levies by row and quarter.

`rows` (n,) point into `Offers.frame`; `start` (n,) is the quarter (0 = first of the horizon) in
which the listing or contract starts: round k of a listing pays at the end of quarter start + k.
"""

from dataclasses import dataclass

import numpy as np

from ironpot.case.schema.words import SCENARIOS
from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.valuation.offers import Level, Offers
from ironpot.valuation.retention import Floats, Ints, annuity

# The low case is the adverse scenario, the high case the favourable one, the base case all three.
_LEVEL_SCENARIO: dict[Level, str | None] = {"low": "adverse", "base": None, "high": "favourable"}
# Levies are dear in the low case and cheap in the high case.
_LEVY_SIDE: dict[Level, str] = {"low": "high", "base": "base", "high": "low"}


@dataclass(frozen=True, slots=True)
class Price:
    """Expected price given a sale, (n,) each.

    `asked` at the first listing, before the price index moves it; `achieved` and its present value
    `discounted`; the chance of a sale at all; quarters from the case date to the cash. Where the
    chance is nil, nothing is known of a sale: NaN, but for `asked` and the chance.
    """

    asked: Floats
    achieved: Floats
    discounted: Floats
    sale_probability: Floats
    quarters_to_cash: Floats


def price_release(offers: Offers, rows: Ints, start: Ints, level: Level) -> Price:
    """Price releases: listings by rounds and scenarios, contracts at once, rents over years."""
    achieved = _contract_price(offers, rows, start, level)
    asked, discounted = achieved.copy(), achieved * discount(offers, start + 1)
    chance, quarters = np.ones(rows.size), (start + 1).astype(np.float64)
    rent = offers.is_route("lease", "share_reuse")[rows]
    achieved[rent], discounted[rent] = _rent(offers, rows[rent], start[rent], level)
    asked = np.maximum(asked, achieved)
    listed = offers.listed[rows]
    if listed.any():
        part = _listing(offers, rows[listed], start[listed], level)
        asked[listed] = part.asked
        achieved[listed], discounted[listed] = part.achieved, part.discounted
        chance[listed], quarters[listed] = part.sale_probability, part.quarters_to_cash
    return Price(asked, achieved, discounted, chance, quarters)


def listed_price(offers: Offers, rows: Ints, start: Ints, level: Level) -> Floats:
    """Return what listings fetch in each scenario and round if sold there, (n, scenario, round).

    Asked price x first-tranche fraction x price index x reserve; undiscounted, before levies.
    """
    last = offers.quarters - 1
    market = offers.market[rows]
    quarter = np.minimum(start[:, None] + np.arange(offers.listing.rounds), last)
    index = offers.prices[:, market[:, None], quarter].transpose(1, 0, 2)
    ladder = {
        "low": offers.depth.fraction_low,
        "base": offers.depth.fraction[:, :, 0],
        "high": offers.depth.fraction_high,
    }
    fraction = ladder[level][market, np.minimum(start, last)]
    base = _asked_price(offers, rows, start, level) * fraction
    return base[:, None, None] * index * offers.listing.reserve[market]


def sale_chance(offers: Offers, rows: Ints, level: Level) -> Floats:
    """Return the joint chance of scenario and round of a sale, (n, scenario, round)."""
    sold = offers.listing.sold[offers.market[rows]]
    name = _LEVEL_SCENARIO[level]
    one = np.array([float(scenario == name) for scenario in SCENARIOS])
    weights = offers.weights if name is None else one
    return sold * weights[None, :, None]


def round_chance(offers: Offers, rows: Ints, level: Level) -> Floats:
    """Return the chance of transfer in each round given a sale, (n, round); contracts at once.

    NaN where every listing fails.
    """
    chance = np.zeros((rows.size, offers.listing.rounds))
    chance[:, 0] = 1.0
    listed = offers.listed[rows]
    if listed.any():
        joint = sale_chance(offers, rows[listed], level).sum(axis=1)
        chance[listed] = divided_where_sold(joint, joint.sum(axis=1, keepdims=True))
    return chance


def divided_where_sold(figure: Floats, chance: Floats) -> Floats:
    """Return a figure per unit of the chance of a sale, NaN where the chance is nil.

    >>> divided_where_sold(np.array([0.2, 0.0]), np.array([0.4, 0.0])).tolist()
    [0.5, nan]
    """
    shape = np.broadcast_shapes(figure.shape, chance.shape)
    return np.divide(figure, chance, out=np.full(shape, np.nan), where=chance > 0.0)


def levy(offers: Offers, rows: Ints, achieved: Floats, kind: str, level: Level) -> Floats:
    """Return taxes (`kind` "tax") or fees ("fee") on the achieved price, (n,)."""
    side = _LEVY_SIDE[level]
    on_price = offers.column(f"{kind}_price_{side}")[rows] * achieved
    gain = np.clip(achieved - offers.column("book_value")[rows], 0.0, None)
    on_gain = offers.column(f"{kind}_gain_{side}")[rows] * gain
    free = offers.is_route("pledge", "share_reuse", "hold", "transfer_up")[rows]
    return np.where(free, 0.0, on_price + on_gain)


def procedure_cost(offers: Offers, rows: Ints, level: Level) -> Floats:
    """Return what preparing a release costs, sold or not, undiscounted, (n,)."""
    side = _LEVY_SIDE[level]
    rate = offers.column(f"fee_appraisal_{side}") + offers.column(f"tax_appraisal_{side}")
    free = offers.is_route("share_reuse", "hold")[rows]
    return np.where(free, 0.0, appraisal(offers, rows, "base") * rate[rows])


def quarterly_rent(offers: Offers, rows: Ints, level: Level) -> Floats:
    """Return the rent a quarter of leases and shared use, (n,)."""
    share = offers.column("rent_share")[rows]
    usual = appraisal(offers, rows, level) * share
    return np.where(offers.signed[rows], offers.column("agreed")[rows], usual) / QUARTERS_PER_YEAR


def quarters_let(offers: Offers, rows: Ints, start: Ints) -> Ints:
    """Return for how many quarters rent is paid, (n,): the term, or the lot's life if that is less.

    The first rent falls due in the quarter after `start`.
    """
    left = np.clip(offers.streams["base"].quarters[offers.lot[rows]] - start - 1, 0, None)
    return np.minimum(offers.handed_quarters[rows], left)


def appraisal(offers: Offers, rows: Ints, level: Level) -> Floats:
    """Return the appraisal of each row's lot, (n,); a range not given is the base; unknown is 0.

    Rows that need a price are legal only with an appraisal, so an unknown one prices nothing.
    """
    base = offers.column("appraisal")[rows]
    given = base if level == "base" else offers.column(f"appraisal_{level}", np.nan)[rows]
    return np.where(np.isnan(given), base, given)


def discount(offers: Offers, quarters: Floats | Ints) -> Floats:
    """Return factors to the case date of money at the end of `quarters` quarters."""
    return (1.0 + offers.rate) ** (-np.asarray(quarters, dtype=np.float64) / QUARTERS_PER_YEAR)


def _listing(offers: Offers, rows: Ints, start: Ints, level: Level) -> Price:
    price = listed_price(offers, rows, start, level)
    joint = sale_chance(offers, rows, level)
    chance = joint.sum(axis=(1, 2))
    given_sale = divided_where_sold(joint, chance[:, None, None])
    when = start[:, None] + 1 + np.arange(offers.listing.rounds)
    factor = discount(offers, when)[:, None, :]
    return Price(
        asked=_asked_price(offers, rows, start, level),
        achieved=(given_sale * price).sum(axis=(1, 2)),
        discounted=(given_sale * price * factor).sum(axis=(1, 2)),
        sale_probability=chance,
        quarters_to_cash=(given_sale * when[:, None, :]).sum(axis=(1, 2)),
    )


def _asked_price(offers: Offers, rows: Ints, start: Ints, level: Level) -> Floats:
    """Appraisal x price share x value of the years still to come that the route hands over."""
    share = offers.column("price_share", 1.0)[rows]
    return appraisal(offers, rows, level) * share * _years_handed(offers, rows, start)


def _years_handed(offers: Offers, rows: Ints, start: Ints) -> Floats:
    """Value of the years handed over from `start` on, as a share of all of today's years."""
    left = np.clip(offers.streams["base"].quarters[offers.lot[rows]] - start, 0, None)
    handed = np.minimum(offers.handed_quarters[rows], left)
    whole = annuity(offers.streams["base"].quarters[offers.lot[rows]], offers.rate)
    value = annuity(handed, offers.rate)
    return np.divide(value, whole, out=np.zeros_like(whole), where=whole > 0.0)


def _contract_price(offers: Offers, rows: Ints, start: Ints, level: Level) -> Floats:
    """Price of releases that need no listing: signed, inside, pool, pledge, upward; others nil."""
    inside, kept = offers.inside[rows], offers.column("retained_share")[rows]
    pool = offers.is_route("pool")[rows]
    lent = appraisal(offers, rows, level) * offers.column("ltv_share")[rows]
    given = offers.column("price_share")[rows] * appraisal(offers, rows, level)
    asked = _asked_price(offers, rows, start, level)
    choices = [offers.column("agreed")[rows], asked, asked * (1.0 - kept), lent, given]
    pledge, upward = (offers.is_route(name)[rows] for name in ("pledge", "transfer_up"))
    masks = [offers.signed[rows], inside, pool, pledge, upward]
    return np.select(masks, choices, default=0.0)


def _rent(offers: Offers, rows: Ints, start: Ints, level: Level) -> tuple[Floats, Floats]:
    """Total rent over the years let, and its present value; paid from the next quarter on; (n,)."""
    rent = quarterly_rent(offers, rows, level)
    term = quarters_let(offers, rows, start)
    return rent * term, rent * annuity(term, offers.rate) * discount(offers, start + 1)
