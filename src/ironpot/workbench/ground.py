"""What does a run of `ironpot system` stand on? One joint problem, who is behind it, its words."""

from dataclasses import dataclass, replace

from ironpot.core.lang import Text
from ironpot.system.actors import Actors
from ironpot.system.links import Floats
from ironpot.system.rights import Right
from ironpot.system.seeds import Nation
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.wish import Wishes


@dataclass(frozen=True)
class Ground:
    """A joint problem with the names of its markets, quarters and counties.

    `origin` says what is reported and what is made up, `source` where figures come from; `losses`
    say what of the cases the joint problem leaves out. `nation` allows further draws, None where
    nothing is drawn; `mark` names what was read, for unfinished runs. Prices of `markets` are the
    ladders' times `after_tax` (market,) where it is given; markets beyond `market_ids` are
    counties' `rights`, in order. `lot_ids` (lot,) name rows that are lots of a county by
    themselves.
    """

    name: Text
    date: str
    markets: SharedMarkets
    actors: Actors
    market_ids: tuple[str, ...]
    quarters: tuple[str, ...]
    parents: tuple[str | None, ...]
    names: dict[str, Text]
    tiles: dict[str, tuple[int, int]]
    origin: Text
    source: Text
    nation: Nation | None
    mark: str
    losses: tuple[Text, ...] = ()
    after_tax: Floats | None = None
    rights: tuple[tuple[Right, ...], ...] = ()
    lot_ids: tuple[str | None, ...] | None = None

    @property
    def in_parts(self) -> bool:
        """Whether cases' lots are planned in parts, which a county's plan cannot sell."""
        return self.after_tax is not None and self.lot_ids is None

    def wishes(self, asked: Wishes) -> Wishes:
        """Return what is asked of this problem: rows that are lots are not cut into more."""
        cut = asked.whole_lots > 1 and self.lot_ids is not None
        return replace(asked, whole_lots=1) if cut else asked
