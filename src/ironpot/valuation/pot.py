"""The pot test: is a lot worth more kept than sold?

The pot is what the lot goes on giving, the steel what a legal route brings. A verdict is robust
only if it is the same in the low, the base and the high case; where a listing never sells in one of
them, what it would bring is unknown and the verdict unclear. Yuan at the case date's value.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
import polars.selectors as cs

from ironpot.case.case import Case
from ironpot.core.dates import MONTHS_PER_QUARTER
from ironpot.core.outputs import POTS
from ironpot.valuation.offers import LEVELS, Level, Offers, Pledges, build_offers
from ironpot.valuation.retention import LIFE_CAP_Y, Floats, Ints
from ironpot.valuation.worth import Worth, worth


@dataclass(frozen=True)
class Appraisals:
    """Every lot on every route: `table` in the columns of `core.outputs.POTS` (float yuan).

    `offers` prices the same releases at other quarters, for the planner.
    """

    table: pl.DataFrame
    offers: Offers


def appraise_assets(
    case: Case, pledges: Pledges, *, rate: float, life_cap_y: float = LIFE_CAP_Y
) -> Appraisals:
    """Value every lot on every route, from the earliest quarter in which each could start.

    `rate` is the discount rate, a decimal a year; `pledges` the debts that secure lots. A closed
    route has no amounts. Definitions: `docs/explanation/pot-test.md`.

    >>> from ironpot.case.read import read_case
    >>> from ironpot.valuation.offers import Pledges
    >>> case = read_case("examples/two-pots").case
    >>> none = Pledges((), np.empty((0, 9)), np.empty((0, 9)))
    >>> table = appraise_assets(case, none, rate=0.04060401).table
    >>> sale = table.filter(pl.col("route") == "exchange_sale")
    >>> sale.select("lot_id", pl.col("retention_value", "net_proceeds").round(0), "verdict").rows()
    [('hall', 31844587.0, 24831683.0, 'keep'), ('depot', 3184459.0, 16554455.0, 'release')]
    """
    offers = build_offers(case, pledges, rate=rate, life_cap_y=life_cap_y)
    rows = np.flatnonzero(offers.frame["legal"].to_numpy())
    start = offers.column("lead_quarters")[rows].astype(np.int64)
    worths: dict[Level, Worth] = {level: worth(offers, rows, start, level) for level in LEVELS}
    return Appraisals(_table(offers, rows, worths), offers)


def rank_pots(table: pl.DataFrame) -> pl.DataFrame:
    """List lots by value given up less net proceeds of the best legal route, worst first.

    The best route is the one whose net proceeds exceed what it gives up by most; lots that may
    only be held are left out. A route by which nobody ever buys comes after every other and has no
    loss. Adds `loss` (given up less net) and `best_route`.

    >>> from ironpot.case.read import read_case
    >>> from ironpot.plan.prepare import appraise_case
    >>> appraisals, _ = appraise_case(read_case("examples/two-pots").case)
    >>> rank_pots(appraisals.table).select("lot_id", pl.col("loss").round(0)).rows()
    [('hall', 7012904.0), ('depot', -13369997.0)]
    """
    open_routes = table.filter(pl.col("legal") & (pl.col("route") != "hold"))
    loss = pl.col("retention_value") - pl.col("net_proceeds")
    return (
        open_routes.with_columns(loss=loss)
        .sort("loss", nulls_last=True, maintain_order=True)
        .unique("lot_id", keep="first", maintain_order=True)
        .rename({"route": "best_route"})
        .sort("loss", "lot_id", descending=[True, False], nulls_last=True)
    )


def _table(offers: Offers, rows: Ints, worths: dict[Level, Worth]) -> pl.DataFrame:
    """Arrange worths in the columns of the pots file, one row per lot and route."""
    base = worths["base"]
    given = _ordered(np.stack([worths[level].given_up for level in LEVELS]))
    net = _ordered(np.stack([worths[level].net for level in LEVELS]))
    amounts = pl.DataFrame(
        {
            "row": rows,
            "retention_value": base.given_up,
            "retention_low": given[0],
            "retention_high": given[-1],
            "gross_price": base.gross_price,
            "price_cut": base.price_cut,
            "tax": base.tax,
            "fee": base.fee,
            "procedure_cost": base.procedure_cost,
            "freed_debt": base.freed_debt,
            "delay_cost": base.delay_cost,
            "net_proceeds": base.net,
            "net_low": net[0],
            "net_high": net[-1],
            "months_to_cash": np.rint(base.quarters_to_cash * MONTHS_PER_QUARTER),
            "sale_probability": base.sale_probability,
            "verdict": _verdict(
                np.stack([given[0], base.given_up, given[-1]]),
                np.stack([net[0], base.net, net[-1]]),
            ),
        }
    ).with_columns(cs.float().fill_nan(None))
    ways = offers.frame.with_columns(row=pl.int_range(pl.len(), dtype=pl.Int64))
    months = pl.col("months_to_cash").cast(pl.Int64)
    joined = ways.join(amounts, on="row", how="left", maintain_order="left")
    return joined.with_columns(months).select(POTS.names)


def _ordered(figures: Floats) -> Floats:
    """Sort figures by level, (level, n); a range with an unknown level is unknown as a whole."""
    known = np.isfinite(figures).all(axis=0)
    return np.where(known, np.sort(figures, axis=0), np.nan)


def _verdict(given: Floats, net: Floats) -> list[str]:
    """Say release or keep if low, base and high agree, else unclear; both (level, n)."""
    beats, unknown = net > given, np.isnan(net - given).any(axis=0)
    choices = [beats.all(axis=0), ~beats.any(axis=0) & ~unknown]
    return np.select(choices, ["release", "keep"], "unclear").tolist()
