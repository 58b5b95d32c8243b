"""What may a county sell beside its services, and what does selling each lot take?

Floors of services couple lots of several markets. They are settled before the joint problem, so
that all it may sell fits them: services keep their floors whatever is sold. Arrays are (lot,);
yuan, person-weeks, quarters.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.system.links import Bools, Floats, Ints
from ironpot.valuation.offers import Offers

_HAIR = 1e-9
_ENDS_SERVICE = ("exchange_sale", "auction", "transfer_up", "lease")


@dataclass(frozen=True, slots=True)
class Demands:
    """What selling each lot takes, and what it gains at most for each of these.

    `service` is given up of class `kind` (-1 = none); `effort` is spread over the `lead` quarters
    before the start, in the start's own where there is no lead. `gain` is what selling saves where
    cash is worth most.
    """

    service: Floats
    kind: Ints
    effort: Floats
    lead: Ints
    gain: Floats


def demands_of(case: Case, offers: Offers, lots: pl.DataFrame, gain: Floats) -> Demands:
    """Return what releasing each row (lot_id, route) of `lots` takes.

    Service is its value a year, else the book value, as floors count it; a route that leaves the
    service going gives none up.
    """
    classes = {name: k for k, name in enumerate(case.service_classes["service_class"])}
    given = pl.when(pl.col("route").is_in(_ENDS_SERVICE)).then(
        pl.coalesce("service_value_y", "book_value")
    )
    rows = offers.frame.filter(pl.col("agreed").is_null()).select(
        *("lot_id", "route"),
        given.fill_null(0.0).alias("service"),
        pl.col("service_class").replace_strict(classes, default=-1, return_dtype=pl.Int64),
        pl.col("effort_pw").fill_null(0.0),
        pl.col("lead_quarters").fill_null(0),
    )
    found = lots.select("lot_id", "route").join(
        rows, on=["lot_id", "route"], how="left", maintain_order="left"
    )
    return Demands(
        found["service"].to_numpy(),
        found["service_class"].to_numpy(),
        found["effort_pw"].cast(pl.Float64).to_numpy(),
        found["lead_quarters"].cast(pl.Int64).to_numpy(),
        gain,
    )


def shares_within_floors(demands: Demands, allowed: Floats) -> Floats:
    """Return what share of each lot may be sold so that no class gives up more than `allowed`.

    What gains most for the service given up comes first; `allowed` is (class,).

    >>> two = Demands(np.array([4.0, 4.0]), np.array([0, 0]), np.zeros(2), np.array([0, 0]),
    ...               np.array([1.0, 3.0]))
    >>> shares_within_floors(two, np.array([6.0])).tolist()
    [0.5, 1.0]
    """
    share = np.ones(demands.service.size)
    for kind, most in enumerate(allowed.tolist()):
        order = _by_gain(demands, kind)
        given = demands.service[order]
        before = np.cumsum(given) - given
        share[order] = np.clip((max(most, 0.0) - before) / given, 0.0, 1.0)
    return share


def lots_within_floors(demands: Demands, allowed: Floats) -> Bools:
    """Return which lots may be sold whole so that no class gives up more than `allowed`.

    What gains most for the service given up comes first; where one does not fit, a smaller one
    after it still may.

    >>> three = Demands(np.array([4.0, 4.0, 2.0]), np.array([0, 0, 0]), np.zeros(3),
    ...                 np.array([0, 0, 0]), np.array([2.0, 3.0, 0.5]))
    >>> lots_within_floors(three, np.array([6.0])).tolist()
    [False, True, True]
    """
    inside = np.ones(demands.service.size, dtype=np.bool_)
    for kind, most in enumerate(allowed.tolist()):
        left, hair = max(most, 0.0), _HAIR * max(most, 0.0)
        for lot in _by_gain(demands, kind).tolist():
            inside[lot] = demands.service[lot] <= left + hair
            left -= demands.service[lot] if inside[lot] else 0.0
    return inside


def _by_gain(demands: Demands, kind: int) -> Ints:
    """Order the lots that give up service of a class by what each gains for it, most first."""
    mine = np.flatnonzero((demands.kind == kind) & (demands.service > 0.0))
    return mine[np.argsort(-demands.gain[mine] / demands.service[mine], kind="stable")]
