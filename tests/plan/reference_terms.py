"""Constants of the reference model: what columns hold, effort, rounds, loans. See `reference`."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from ironpot.plan.inputs import Inputs

M = 1e6


def array(values, *dims: str) -> xr.DataArray:
    """Constants with named axes."""
    return xr.DataArray(np.asarray(values, dtype=float), dims=dims).assign_coords(
        {name: np.arange(size) for name, size in zip(dims, np.shape(values), strict=True)}
    )


@dataclass(frozen=True)
class Column:
    """A release column: one lone candidate, or all members of a bundle that start together."""

    members: tuple[int, ...]


def release_columns(inputs: Inputs) -> tuple[Column, ...]:
    """Lone candidates stand alone; members of a bundle that start together are one column."""
    r = inputs.releases
    bundles: dict[tuple[int, int], list[int]] = {}
    columns = [Column((c,)) for c in range(r.count) if r.bundle[c] < 0]
    for c in np.flatnonzero(r.bundle >= 0).tolist():
        bundles.setdefault((int(r.bundle[c]), int(r.start[c])), []).append(c)
    return (*columns, *(Column(tuple(members)) for members in bundles.values()))


def effort_of(inputs: Inputs, c: int) -> np.ndarray:
    """Effort of a candidate by quarter: evenly over its preparation, at once without one."""
    r, spent = inputs.releases, np.zeros(inputs.quarters)
    lead, start = int(r.lead[c]), int(r.start[c])
    spent[start - lead : start] = r.effort[c] / max(lead, 1)
    if lead == 0:
        spent[start] = r.effort[c]
    return spent


def team_of(inputs: Inputs, name: str) -> np.ndarray:
    """The task force by quarter; the row for `all`."""
    row = inputs.case.team.row(0, named=True)
    assert row["quarter"] == "all"
    return np.full(inputs.quarters, float(row[name]))


def pays_in_rounds(inputs: Inputs) -> np.ndarray:
    """Cash in t per unit of first-tranche price listed in u, (l, s, u, t)."""
    reserve, prices, last = inputs.offers.listing.reserve, inputs.offers.prices, inputs.quarters
    sold, market = inputs.stalls.sold, inputs.stalls.market
    pays = np.zeros((*sold.shape[:2], last, last))
    for stall, s, j in np.ndindex(sold.shape):
        m = market[stall]
        for u in range(last - j):
            paid = sold[stall, s, j] * reserve[m, s, j] * prices[s, m, u + j]
            pays[stall, s, u, u + j] += paid
    return pays


def least_kept(inputs: Inputs, stall: int) -> float:
    """Share left after levies: the least of a lot's own, or of all in the market of an account."""
    r, stalls = inputs.releases, inputs.stalls
    mine = r.stall == stall if stalls.unit[stall] >= 0 else r.market == stalls.market[stall]
    return min([r.kept_share[c] for c in np.flatnonzero(mine)], default=1.0)


def bullet(rate: float, quarters: float, discount_rate: float) -> float:
    """Value of serving one yuan of a bullet loan with so many quarters to go; nil if none."""
    factor = (1.0 + discount_rate) ** -0.25
    interest = sum(rate / 4.0 * factor**n for n in range(1, int(quarters) + 1))
    return interest + factor**quarters if quarters > 0 else 0.0
