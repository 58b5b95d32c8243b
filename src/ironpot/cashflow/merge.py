"""How do the events of several parts become those of one combined contract?"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ironpot.cashflow.block import Block
from ironpot.cashflow.flows import Part
from ironpot.cashflow.kinds import Kind

Booleans = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

TAPE = ("contract", "kind", "time", "accrual", "currency")
AMOUNTS = ("payoff", "notional", "rate", "accrued", "exercise")


def joined(parts: Sequence[Part]) -> Part | None:
    """Return all parts as one, sorted by contract, time and kind; ties keep their order."""
    if not parts:
        return None
    whole = in_one(parts)
    return taken(whole, np.lexsort((whole.kind, whole.time, whole.contract)))


def in_one(parts: Sequence[Part]) -> Part:
    """Return all parts as one, end to end."""
    scenarios = max(part.payoff.shape[0] for part in parts)

    def wide(name: str) -> Floats:
        arrays = [getattr(part, name) for part in parts]
        every = [np.broadcast_to(array, (scenarios, array.shape[1])) for array in arrays]
        return np.concatenate(every, axis=1)

    return Part(
        contract=np.concatenate([part.contract for part in parts]),
        kind=np.concatenate([part.kind for part in parts]),
        time=np.concatenate([part.time for part in parts]),
        accrual=np.concatenate([part.accrual for part in parts]),
        currency=np.concatenate([part.currency for part in parts]),
        payoff=wide("payoff"),
        notional=wide("notional"),
        rate=wide("rate"),
        accrued=wide("accrued"),
        exercise=wide("exercise"),
        members=np.concatenate([part.members for part in parts]),
        opening=wide("opening"),
    )


def taken(part: Part, at: Rows) -> Part:
    """Return the events of a part at given positions, in their order."""
    tape = {name: getattr(part, name)[at] for name in TAPE}
    return replace(part, **tape, **{name: getattr(part, name)[:, at] for name in AMOUNTS})


def netted(part: Part, contracts: npt.NDArray[np.generic], kinds: Sequence[Kind]) -> Part:
    """Return a part in which events of one kind and time of `contracts` are one, amounts added.

    Such an event belongs to both legs, so it shows the notional and the rate of neither.
    """
    netting = np.isin(part.contract, contracts) & np.isin(part.kind, kinds)
    same = (
        netting[1:]
        & netting[:-1]
        & (part.contract[1:] == part.contract[:-1])
        & (part.kind[1:] == part.kind[:-1])
        & (part.time[1:] == part.time[:-1])
        & (part.currency[1:] == part.currency[:-1])
    )
    heads = np.flatnonzero(np.append(True, ~same)) if part.kind.size else np.zeros(0, np.intp)
    first = taken(part, heads)
    if not heads.size:
        return first
    sums = {
        name: np.add.reduceat(getattr(part, name), heads, axis=1) for name in ("payoff", "accrued")
    }
    merged = np.diff(np.append(heads, part.kind.size)) > 1
    alone = {name: np.where(merged, 0.0, getattr(first, name)) for name in ("notional", "rate")}
    return replace(first, **sums, **alone)


def with_trades(part: Part, block: Block, *, pays_price: bool) -> Part:
    """Return a part with the purchase and sale of its contracts: what lies outside is left out.

    `pays_price` says that the owner pays the price at purchase; else it is signed by the role.
    """
    position = block.frame["position"].to_numpy().astype(np.intp)
    bought = _by_position(part, position, block.times("purchase_date"))
    sold = _by_position(part, position, block.times("termination_date"))
    before = (part.time < bought) | ((part.time == bought) & (part.kind < Kind.PRD))
    after = (part.time > sold) | ((part.time == sold) & (part.kind > Kind.TD))
    owned = taken(part, np.flatnonzero(~before & ~after))
    sign = block.sign()
    bought_at, sold_at = (
        (f"{word}_date", f"price_at_{word}_date") for word in ("purchase", "termination")
    )
    trades = [
        _trade(block, position, Kind.PRD, bought_at, -sign if pays_price else sign),
        _trade(block, position, Kind.TD, sold_at, sign),
    ]
    whole = joined([owned, *trades])
    return owned if whole is None else replace(whole, members=part.members, opening=part.opening)


def _by_position(
    part: Part, position: Rows, times: npt.NDArray[np.datetime64]
) -> npt.NDArray[np.datetime64]:
    place = {where: row for row, where in enumerate(position.tolist())}
    return times[[place[where] for where in part.contract.tolist()]]


def _trade(block: Block, position: Rows, kind: Kind, terms: tuple[str, str], sign: Floats) -> Part:
    """Return one event a contract on a trade's day: the signed price."""
    day, price = terms
    times = block.times(day)
    rows = np.flatnonzero(~np.isnat(times) & (times > block.status) & ~(times > block.until))
    nothing = np.zeros((1, rows.size))
    paid = (sign * block.numbers(price, 0.0))[rows][None, :]
    return Part(
        position[rows],
        np.full(rows.size, kind, np.int8),
        times[rows],
        times[rows],
        block.numbers("currency_code", 0.0)[rows].astype(np.int8),
        paid,
        nothing,
        nothing,
        nothing,
        nothing,
        np.zeros(0, np.intp),
        np.zeros((1, 0)),
    )
