"""Many counties, the same thin markets: what each has, needs and gives up. Yuan, quarters from 0.

A lot row is one county's lots for one market; a slot is (quarter, tranche). Prices fall along the
tranches; `room` is what a slot takes from all counties together.
"""

from dataclasses import dataclass

import numpy as np

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.links import Bools, Floats, Ints
from ironpot.system.ties import Team, Ties, no_ties


@dataclass(frozen=True)
class SharedMarkets:
    """The joint problem.

    `price` and `room` are (market, quarter, tranche); `first_lot` (county + 1,) says which lot rows
    belong to each county; `market`, `lots` (appraised) and `keep` (value kept per appraised yuan)
    are (lot,); `need` (county, quarter) is cash to be found in each quarter, opening cash counted
    against the first; `late` (county, quarter) the price of a yuan of arrears at each quarter's
    end, the horizon's own weight in the last. `opens` (lot,) is the first quarter in which a lot
    can be sold, None where all can be at once.

    A right of one county (help, a swap, an extension, a pool) is a lot row in a market of its own,
    marked in `rights` (market,); `later` (lot, quarter) is what a yuan of each lot row has brought
    beyond its price, or taken back, so many quarters after its sale, nil in the first. `team` is
    what sales take of the team that prepares them. Each is None where there is none of it.
    """

    counties: tuple[str, ...]
    price: Floats
    room: Floats
    first_lot: Ints
    market: Ints
    lots: Floats
    keep: Floats
    need: Floats
    late: Floats
    opens: Ints | None = None
    rights: Bools | None = None
    later: Floats | None = None
    team: Team | None = None

    def __post_init__(self) -> None:
        """Refuse unknown figures, negative rooms or lots, and arrears that cost nothing."""
        arrays = (self.price, self.lots, self.keep, self.need, self.late)
        known = all(np.isfinite(a).all() for a in arrays) and not np.isnan(self.room).any()
        signs = bool((self.room >= 0.0).all() and (self.lots >= 0.0).all())
        timely = self.opens is None or self.opens.shape == self.lots.shape
        known = known and (self.later is None or bool(np.isfinite(self.later).all()))
        if not (known and signs and timely and (self.late >= 0.0).all()):
            raise IronpotError(_BAD)

    @property
    def owner(self) -> Ints:
        """The county of each lot row, (lot,)."""
        return np.repeat(np.arange(len(self.counties)), np.diff(self.first_lot))

    @property
    def slots(self) -> int:
        """Quarters times tranches."""
        return self.price.shape[1] * self.price.shape[2]

    def by_lot(self, rows: Floats) -> Floats:
        """Return a (market, quarter, tranche) array for each lot row, (lot, slot)."""
        return rows.reshape(len(rows), self.slots)[self.market]

    @property
    def caps(self) -> Floats:
        """What each lot may at most put into a slot: its room, nil before the lot opens."""
        room = self.by_lot(self.room)
        if self.opens is None:
            return room
        quarter = np.arange(self.slots) // self.price.shape[2]
        return np.where(quarter < self.opens[:, None], 0.0, room)

    @property
    def first_quarter(self) -> Ints:
        """The first quarter in which each lot can be sold, (lot,)."""
        if self.opens is None:
            return np.zeros(len(self.lots), dtype=np.int64)
        return self.opens.astype(np.int64)

    @property
    def due(self) -> Floats:
        """Cash to be found up to each quarter, (county, quarter)."""
        return np.cumsum(self.need, axis=1)

    @property
    def ties(self) -> Ties:
        """What ties counties' sales beyond lots and cash rows, for compiled programs."""
        ties = no_ties()
        if self.later is not None:
            ties = ties._replace(later=self.later)
        if self.team is None:
            return ties
        work, span, ready, capacity = self.team
        return ties._replace(work=work, span=span, ready=ready, team=capacity)

    def worked(self, sold: Floats) -> Floats:
        """Return what `sold` (lot, slot) takes of each county's team, (county, quarter)."""
        used, quarters = np.zeros_like(self.need), self.price.shape[1]
        if self.team is None:
            return used
        owner = self.owner
        volume = sold.reshape(len(sold), *self.price.shape[1:]).sum(axis=2)
        volume = volume * self.team.work[:, None]
        for sale in range(quarters):
            for quarter in range(sale + 1):
                busy = self.team.works_on(sale, quarter)
                np.add.at(used[:, quarter], owner, np.where(busy, volume[:, sale], 0.0))
        return used

    @property
    def on_sale(self) -> Bools:
        """Which lot rows are lots in markets, and no rights, (lot,)."""
        if self.rights is None:
            return np.ones(len(self.lots), dtype=np.bool_)
        return ~self.rights[self.market]

    def raised(self, sold: Floats) -> Floats:
        """Return the cash that `sold` (lot, slot) has brought each county, (county, quarter)."""
        quarters = self.price.shape[1]
        shape = (len(sold), *self.price.shape[1:])
        paid = (self.by_lot(self.price) * sold).reshape(shape).sum(axis=2)
        total = np.zeros_like(self.need)
        owner = self.owner
        np.add.at(total, owner, paid)
        total = np.cumsum(total, axis=1)
        if self.later is not None:
            volume = sold.reshape(shape).sum(axis=2)
            for age in range(1, quarters):
                more = self.later[:, age, None] * volume[:, : quarters - age]
                np.add.at(total[:, age:], owner, more)
        return total

    def load(self, sold: Floats) -> Floats:
        """Return what all counties together put into each row, (market, slot)."""
        total = np.zeros((len(self.price), self.slots))
        np.add.at(total, self.market, sold)
        return total

    def within_room(self, sold: Floats) -> Floats:
        """Cut overloaded rows pro rata, (lot, slot): what a plan is worth once all have come."""
        load, room = self.load(sold), self.room.reshape(len(self.room), self.slots)
        share = np.divide(room, load, out=np.ones_like(load), where=load > room)
        return sold * share[self.market]

    def costs(self, sold: Floats) -> Floats:
        """Return what `sold` (lot, slot) costs each county: value destroyed and arrears."""
        destroyed = ((self.keep[:, None] - self.by_lot(self.price)) * sold).sum(axis=1)
        owner = self.owner
        behind = np.maximum(self.due - self.raised(sold), 0.0)
        own = np.bincount(owner, destroyed, minlength=len(self.counties))
        return own + (self.late * behind).sum(axis=1)

    def doing_nothing(self) -> Floats:
        """Return what each county pays if nobody sells, (county,)."""
        return (self.late * np.maximum(self.due, 0.0)).sum(axis=1)


_BAD = Text(
    "Shared markets need known prices, values, needs and arrears prices, and rooms and lots of 0 "
    "or more. An unknown need is not nil: fill it or leave the county out.",
    "共同市场要求价格、保留价值、资金需求和欠款价格均已知,容量与存量不小于0。"
    "未知需求不等于零:请补齐或剔除该县。",
)
