"""What do falling prices do to banks, and banks to refinancing, and refinancing to sales?

Sellers put lots up for what is not refinanced; the price marks collateral down; banks that lose
equity refinance less; more is put up. Arrays are (scenario, seller), (scenario, bank) or (scenario,
market), yuan. Every step is monotone: from full refinancing the spiral falls to its best end.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.clear import clear_system
from ironpot.system.clearing import Clearing
from ironpot.system.links import Bools, Floats, Ints
from ironpot.system.network import Network
from ironpot.system.sale import NEVER_FAILS, FailedListings, Ladders, Sale, sell_into
from ironpot.system.valuations import ClearingOptions


@dataclass(frozen=True, slots=True)
class System:
    """Governments, banks and the markets they share.

    `network` holds all nodes; `sellers` and `banks` are positions in it. `lots` (seller, market) is
    what can be put up, appraised; `collateral` (bank, market) what secures a bank's loans,
    appraised, and counts in its external assets. `due` (seller, bank) falls due in the period and
    is part of the claims; `rolled` is the share of it that banks refinance while their equity is
    whole.
    """

    network: Network
    ladders: Ladders
    sellers: Ints
    banks: Ints
    lots: Floats
    collateral: Floats
    due: Floats
    rolled: float


@dataclass(frozen=True, slots=True)
class Spiral:
    """Where the spiral ends: refinancing (scenario, bank), the last sale and the last clearing.

    `level` (scenario, market) is the average price over the first tranche's, `shortfall`
    (scenario, seller) what neither sale nor bank paid, `settled` (scenario,) whether it stands
    still.
    """

    refinancing: Floats
    level: Floats
    sale: Sale
    clearing: Clearing
    shortfall: Floats
    bank_loss: Floats
    rounds: int
    settled: Bools


def sell_and_refinance(
    system: System,
    *,
    shock: npt.ArrayLike = 0.0,
    failing: FailedListings = NEVER_FAILS,
    options: ClearingOptions | None = None,
    tolerance: float = 1e-10,
    max_rounds: int = 200,
) -> Spiral:
    """Follow sales, prices, banks and refinancing to the best point where all agree.

    `shock` (scenario, bank) or a figure: the share of equity that banks have lost before. A bank
    refinances `rolled` x the share of its equity that is left. Raises IronpotError where a bank
    has no equity to begin with.

    The mark-down of collateral is booked in full; a bank that trusts its borrower would book less.

    >>> from ironpot.system.network import network_of
    >>> system = System(network_of([[0, 100], [0, 0]], [0, 60], [0, 140]),
    ...                 Ladders(("land",), np.array([[0.8, 0.5]]), np.array([[20.0, 50.0]])),
    ...                 sellers=np.array([0]), banks=np.array([1]), lots=np.array([[200.0]]),
    ...                 collateral=np.array([[30.0]]), due=np.array([[100.0]]), rolled=0.8)
    >>> end = sell_and_refinance(system)
    >>> end.refinancing.round(3).tolist(), end.level.round(3).tolist()
    ([[0.0]], [[0.732]])
    """
    first = _first_equity(system)
    lost = np.atleast_2d(np.asarray(shock, dtype=np.float64) * np.ones(len(system.banks)))
    options = options or ClearingOptions(solutions="greatest")
    share = np.clip(1.0 - lost, 0.0, 1.0)
    rounds, moved = 0, np.full(len(share), np.inf)
    while True:
        sale, level, short, clearing = _one_round(system, share, lost * first, failing, options)
        if rounds == max_rounds or bool((moved <= tolerance).all()):
            break
        left = np.clip(clearing.equity[:, system.banks] / first, 0.0, share)
        moved, share, rounds = np.max(share - left, axis=1), left, rounds + 1
    bank_loss = first - clearing.equity[:, system.banks]
    settled: Bools = np.less_equal(moved, tolerance)
    return Spiral(system.rolled * share, level, sale, clearing, short, bank_loss, rounds, settled)


def put_up_for(need: Floats, lots: Floats, ladders: Ladders) -> Floats:
    """Return what sellers put up for `need` at first prices: the same share of all their lots.

    `need` (scenario, seller), `lots` (seller, market) -> (scenario, seller, market).

    >>> ladder = Ladders(("m",), np.array([[0.5]]), np.array([[9.0]]))
    >>> put_up_for(np.array([[1.0]]), np.array([[8.0]]), ladder).tolist()
    [[[2.0]]]
    """
    hoped = lots @ ladders.price[:, 0]
    share = np.divide(need, hoped, out=np.zeros_like(need), where=hoped > 0.0)
    return np.minimum(share, 1.0)[:, :, None] * lots


def _first_equity(system: System) -> Floats:
    equity = system.network.equity[system.banks]
    if not (equity > 0.0).all():
        at: list[int] = system.banks[np.less_equal(equity, 0.0)].tolist()
        names = [system.network.nodes[i] for i in at]
        raise IronpotError(
            Text(
                f"Banks {names[:10]} have no equity before any sale; refinancing is a share of it. "
                "Correct their stocks or leave them out.",
                f"银行 {names[:10]} 在出售之前已无权益,再融资以权益比例计。请更正或剔除。",
            )
        )
    return equity


def _one_round(
    system: System, share: Floats, lost: Floats, failing: FailedListings, options: ClearingOptions
) -> tuple[Sale, Floats, Floats, Clearing]:
    """Sell for what is not refinanced, mark down, clear."""
    refinanced = system.rolled * share @ system.due.T
    cash = system.network.external_assets[system.sellers]
    need = np.maximum(system.due.sum(axis=1) - refinanced - cash, 0.0)
    offered = put_up_for(need, system.lots, system.ladders)
    sale = sell_into(system.ladders, offered, failing=failing)
    level = price_level(sale, system.ladders)
    money = sale.proceeds.sum(axis=2)
    external = np.tile(system.network.external_assets, (len(share), 1))
    external[:, system.sellers] += money + refinanced
    marked = (1.0 - level) @ system.collateral.T
    external[:, system.banks] = np.maximum(external[:, system.banks] - marked - lost, 0.0)
    short = np.maximum(need - money, 0.0)
    clearing = clear_system(system.network, external_assets=external, options=options)
    return sale, level, short, clearing


def price_level(sale: Sale, ladders: Ladders) -> Floats:
    """Return average over first price of each market, 1 where nothing sold; (scenario, market)."""
    first = ladders.price[:, 0]
    return np.nan_to_num(sale.price_fraction() / first, nan=1.0)
