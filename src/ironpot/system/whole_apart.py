"""Which counties share no market, directly or through others? Each such group plans by itself."""

from dataclasses import dataclass, replace

import numpy as np

from ironpot.system.links import Ints
from ironpot.system.shared_markets import SharedMarkets


@dataclass(frozen=True)
class Apart:
    """A group of counties with markets of its own: `problem`, and where its rows stand in all."""

    problem: SharedMarkets
    counties: Ints
    lots: Ints
    markets: Ints


def groups_apart(markets: SharedMarkets) -> tuple[Apart, ...]:
    """Split a problem so that no two groups share a market; one group is the problem itself.

    What all plans cost is the sum of what the groups' plans cost, and so are bounds. Markets in
    which nobody has a lot are in no group.

    >>> two = SharedMarkets(("a", "b"), np.full((2, 1, 1), 0.8), np.full((2, 1, 1), 50.0),
    ...                     np.array([0, 1, 2]), np.array([1, 0]), np.array([40.0, 30.0]),
    ...                     np.ones(2), np.array([[60.0], [20.0]]), np.full((2, 1), 0.5))
    >>> [(group.problem.counties, group.markets.tolist()) for group in groups_apart(two)]
    [(('a',), [1]), (('b',), [0])]
    """
    owner = markets.owner
    county, place = _lowest(markets, owner)
    names = np.unique(county)
    if not owner.size or (names.size == 1 and (place == names[0]).all()):
        everything = (np.arange(county.size), np.arange(owner.size), np.arange(place.size))
        return (Apart(markets, *everything),)
    return tuple(
        _apart(
            markets,
            np.flatnonzero(county == name),
            np.flatnonzero(county[owner] == name),
            np.flatnonzero(place == name),
        )
        for name in names
    )


def _lowest(markets: SharedMarkets, owner: Ints) -> tuple[Ints, Ints]:
    """Name each county's and each market's group by its first county; nobody's market by -1."""
    county = np.arange(len(markets.counties))
    place = np.full(len(markets.price), county.size)
    before = np.zeros(0, dtype=np.int64)
    while not np.array_equal(before, county):
        before = county.copy()
        np.minimum.at(place, markets.market, county[owner])
        np.minimum.at(county, owner, place[markets.market])
    # Who has no lots goes with the first who has some.
    county[np.diff(markets.first_lot) == 0] = county[owner[:1]] if owner.size else 0
    return county, np.where(place < county.size, place, -1)


def _apart(markets: SharedMarkets, counties: Ints, lots: Ints, places: Ints) -> Apart:
    held = np.diff(markets.first_lot)[counties]
    problem = replace(
        markets,
        counties=tuple(map(markets.counties.__getitem__, counties)),
        price=markets.price[places],
        room=markets.room[places],
        first_lot=np.concatenate([[0], np.cumsum(held)]).astype(np.int64),
        market=np.searchsorted(places, markets.market[lots]).astype(np.int64),
        lots=markets.lots[lots],
        keep=markets.keep[lots],
        need=markets.need[counties],
        late=markets.late[counties],
        opens=None if markets.opens is None else markets.opens[lots],
        team=None if markets.team is None else markets.team.of(lots, counties),
    )
    return Apart(problem, counties, lots, places)
