"""How does a right of one county enter the joint problem? As a lot row in a market of its own.

Help from above, a swap, an extension, a pool: cash in some quarter, up to a limit, at a cost, some
of it taken back later. Nobody else uses such a market, so that no fee and no price falls on it.
Yuan, quarters from 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from ironpot.system.links import Floats, Ints
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.ties import Team

RightKind = Literal["help", "swap", "extension", "pool"]
# What a market of a right is called among kinds of markets; nothing is sold there.
RIGHT = "right"
KINDS: tuple[RightKind, ...] = get_args(RightKind)


@dataclass(frozen=True, slots=True)
class Right:
    """What one county may do beside selling lots in shared markets.

    At most `limit` in all and `room` (quarter,) by quarter. A yuan of it brings `price` in its
    quarter, costs `cost` of public value, and has brought `later` (quarter,) beyond its price, or
    taken it back if negative, so many quarters after; nil in the first. It takes `work` of the team
    in each of `span` quarters, the first of them its own less `ready`.
    """

    kind: RightKind
    name: str
    limit: float
    room: Floats
    price: float
    cost: float
    later: Floats
    work: float = 0.0
    span: int = 1
    ready: int = 0


def add_rights(markets: SharedMarkets, rights: Sequence[Sequence[Right]]) -> SharedMarkets:
    """Return the joint problem with `rights` of each county, each as a market of its own.

    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 1]),
    ...                     np.array([0]), np.array([100.0]), np.array([1.0]),
    ...                     np.array([[60.0]]), np.array([[0.5]]))
    >>> help_ = Right("help", "above", 20.0, np.array([20.0]), 1.0, 0.1, np.zeros(1))
    >>> more = add_rights(one, [[help_]])
    >>> more.costs(np.array([[40.0], [20.0]])).round(9).tolist()
    [14.0]
    """
    every = [right for county in rights for right in county]
    if not every:
        return markets
    count, (known, quarters, tranches) = len(every), markets.price.shape
    price, room = np.zeros((2, count, quarters, tranches))
    price[:, :, 0] = np.array([right.price for right in every])[:, None]
    room[:, :, 0] = np.array([right.room for right in every])
    owner = np.repeat(np.arange(len(rights)), np.diff(markets.first_lot))
    mine = np.repeat(np.arange(len(rights)), [len(county) for county in rights])
    order = np.argsort(np.concatenate([owner, mine]), kind="stable")
    before = np.zeros((len(owner), quarters)) if markets.later is None else markets.later

    def joined(lots: Floats, of_rights: list[float]) -> Floats:
        return np.concatenate([lots, np.array(of_rights)])[order]

    return replace(
        markets,
        price=np.concatenate([markets.price, price]),
        room=np.concatenate([markets.room, room]),
        first_lot=np.searchsorted(
            np.concatenate([owner, mine])[order], np.arange(len(rights) + 1)
        ).astype(np.int64),
        market=np.concatenate([markets.market, known + np.arange(count)])[order],
        lots=joined(markets.lots, [right.limit for right in every]),
        keep=joined(markets.keep, [right.price + right.cost for right in every]),
        opens=np.concatenate([markets.first_quarter, [_opens(right) for right in every]])[order],
        rights=np.arange(known + count) >= known,
        later=np.concatenate([before, [right.later for right in every]])[order],
        team=None if markets.team is None else _joined_team(markets.team, every, order),
    )


def with_even_work(markets: SharedMarkets) -> SharedMarkets:
    """Return the problem with each team's work counted in its county's average a yuan.

    A team has no more than all lots could take, so that no figure is infinite and all are about
    those of lots: programs are solved to tolerances.
    """
    if markets.team is None:
        return markets
    work, first, capacity = (
        markets.team.work.copy(),
        markets.first_lot,
        markets.team.capacity.copy(),
    )
    for county in range(len(markets.counties)):
        mine = slice(first[county], first[county + 1])
        ever, lots = float(work[mine] @ markets.lots[mine]), float(markets.lots[mine].sum())
        unit = ever / lots if ever > 0.0 else 1.0
        work[mine] /= unit
        capacity[county] = np.minimum(capacity[county], ever) / unit
    return replace(markets, team=markets.team._replace(work=work, capacity=capacity))


def _opens(right: Right) -> int:
    """Return the first quarter in which there is room for a right."""
    return int(np.argmax(right.room > 0.0))


def _joined_team(team: Team, rights: list[Right], order: Ints) -> Team:
    work = np.concatenate([team.work, [right.work for right in rights]])[order]
    span = np.concatenate([team.span, [right.span for right in rights]])[order]
    ready = np.concatenate([team.ready, [right.ready for right in rights]])[order]
    return Team(work, span.astype(np.int64), ready.astype(np.int64), team.capacity)


def lots_alone(markets: SharedMarkets, sold: Floats) -> SharedMarkets:
    """Return the problem of lots in shared markets alone, rights used as in `sold` (lot, slot).

    >>> one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 1]),
    ...                     np.array([0]), np.array([100.0]), np.array([1.0]),
    ...                     np.array([[60.0]]), np.array([[0.5]]))
    >>> help_ = Right("help", "above", 20.0, np.array([20.0]), 1.0, 0.1, np.zeros(1))
    >>> more = add_rights(one, [[help_]])
    >>> alone = lots_alone(more, np.array([[0.0], [15.0]]))
    >>> alone.lots.tolist(), alone.need.tolist()
    ([100.0], [[45.0]])
    """
    if markets.rights is None:
        return markets
    mine, shared = markets.on_sale, ~markets.rights
    raised = np.diff(markets.raised(only_rights(markets, sold)), prepend=0.0, axis=1)
    before = np.concatenate([[0], np.cumsum(mine)]).astype(np.int64)
    return replace(
        markets,
        price=markets.price[shared],
        room=markets.room[shared],
        first_lot=before[markets.first_lot],
        market=(np.cumsum(shared) - 1)[markets.market[mine]].astype(np.int64),
        lots=markets.lots[mine],
        keep=markets.keep[mine],
        need=markets.need - raised,
        opens=markets.first_quarter[mine],
        rights=None,
        later=None,
        team=None if markets.team is None else _team_left(markets, markets.team, sold),
    )


def _team_left(markets: SharedMarkets, team: Team, sold: Floats) -> Team:
    """Return the team of lots alone, with what rights used as in `sold` leave of it."""
    left = np.maximum(team.capacity - markets.worked(only_rights(markets, sold)), 0.0)
    return team.of(markets.on_sale, slice(None))._replace(capacity=left)


def only_rights(markets: SharedMarkets, sold: Floats) -> Floats:
    """Return what `sold` (lot, slot) uses of rights, nil for lots in shared markets."""
    return np.where(markets.on_sale[:, None], 0.0, sold)
