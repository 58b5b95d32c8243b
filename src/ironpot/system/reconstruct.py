"""Who might owe whom, if only totals are known? Networks that keep every node's totals.

Rows owe, columns are owed, yuan. The true network is one of very many: use several and show the
band. A square table has the same nodes on both sides and nobody owes itself; a table of counties
and banks has two kinds of nodes.
"""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.links import Bools, Floats, Ints

_NEAR = 1e-9


def maximum_entropy(
    row_totals: npt.ArrayLike,
    column_totals: npt.ArrayLike,
    *,
    same_nodes: bool,
    rounds: int = 10_000,
) -> Floats:
    """Spread totals as evenly as they allow, (row, column): everybody owes everybody a little.

    Scales rows and columns in turn until both hold within 1e-13 of the whole. `same_nodes` keeps
    the diagonal at nil. Raises IronpotError where totals differ or cannot be met.
    Source: Upper and Worms (2004).

    >>> maximum_entropy([3, 1], [1, 3], same_nodes=True).tolist()
    [[0.0, 3.0], [1.0, 0.0]]
    """
    rows, columns = _totals(row_totals, column_totals, same_nodes=same_nodes)
    spread = np.where(_allowed(rows, columns, same_nodes=same_nodes), np.outer(rows, columns), 0.0)
    for _ in range(rounds):
        spread *= _scale(rows, spread.sum(axis=1))[:, None]
        spread *= _scale(columns, spread.sum(axis=0))[None, :]
        if np.abs(spread.sum(axis=1) - rows).max() <= 1e-13 * max(rows.sum(), 1e-300):
            return spread
    raise IronpotError(_NOT_MET)


def minimum_density(
    row_totals: npt.ArrayLike, column_totals: npt.ArrayLike, *, same_nodes: bool
) -> Floats:
    """Meet totals with few, large claims: the largest debtor borrows from the largest lender.

    At most one link fewer than there are nodes on both sides, and a few more where a node would
    have owed itself. A heuristic for the fewest links of Anand, Craig and von Peter (2015).

    >>> (minimum_density([2, 3], [3, 2], same_nodes=False) > 0).sum()
    np.int64(2)
    """
    rows, columns = _totals(row_totals, column_totals, same_nodes=same_nodes)
    return _allocate(rows, columns, _largest_first(rows, columns), same_nodes=same_nodes)


def network_ensemble(
    row_totals: npt.ArrayLike,
    column_totals: npt.ArrayLike,
    *,
    same_nodes: bool,
    members: int,
    layers: int,
    generator: np.random.Generator,
) -> Iterator[Floats]:
    """Yield random networks that keep all totals; more `layers` give more and smaller links.

    Each member is a random mixture of `layers` sparse networks, each of which pairs debtors and
    lenders in random order. A band over members shows what not knowing the network costs.

    >>> drawn = network_ensemble([1, 2], [2, 1], same_nodes=False, members=3, layers=2,
    ...                          generator=np.random.default_rng(1))
    >>> [network.sum(axis=1).round(9).tolist() for network in drawn]
    [[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]]
    """
    rows, columns = _totals(row_totals, column_totals, same_nodes=same_nodes)
    for _ in range(members):
        mixed = np.zeros((rows.size, columns.size))
        for weight in generator.dirichlet(np.ones(layers)):
            order = generator.permutation(rows.size), generator.permutation(columns.size)
            pairs = _in_order(rows, columns, *order)
            mixed += weight * _allocate(rows, columns, pairs, same_nodes=same_nodes)
        yield mixed


def _totals(
    row_totals: npt.ArrayLike, column_totals: npt.ArrayLike, *, same_nodes: bool
) -> tuple[Floats, Floats]:
    rows = np.asarray(row_totals, dtype=np.float64)
    columns = np.asarray(column_totals, dtype=np.float64)
    known = np.isfinite(rows).all() and np.isfinite(columns).all()
    whole = rows.sum()
    met = known and (rows >= 0.0).all() and (columns >= 0.0).all()
    met = met and abs(whole - columns.sum()) <= _NEAR * whole
    if met and same_nodes:
        met = rows.size == columns.size and bool((rows + columns <= whole * (1.0 + _NEAR)).all())
    if not met:
        raise IronpotError(_NOT_MET)
    return rows, columns


def _allowed(rows: Floats, columns: Floats, *, same_nodes: bool) -> Bools:
    allowed = np.ones((rows.size, columns.size), dtype=np.bool_)
    if same_nodes:
        np.fill_diagonal(allowed, val=False)
    return allowed


def _scale(wanted: Floats, have: Floats) -> Floats:
    return np.divide(wanted, have, out=np.zeros_like(wanted), where=have > 0.0)


Pairs = Iterator[tuple[int, int]]


def _largest_first(rows: Floats, columns: Floats) -> Pairs:
    """Pair what is largest on both sides; the arrays are read again after every pair."""
    left, right = rows.copy(), columns.copy()
    while True:
        i, j = int(left.argmax()), int(right.argmax())
        amount = min(left[i], right[j])
        if amount <= 0.0:
            return
        left[i], right[j] = left[i] - amount, right[j] - amount
        yield i, j


def _in_order(rows: Floats, columns: Floats, first: Ints, second: Ints) -> Pairs:
    """Pair rows and columns in the orders given, each until it is used up."""
    left, right = rows.copy(), columns.copy()
    a = b = 0
    while a < first.size and b < second.size:
        i, j = int(first[a]), int(second[b])
        amount = min(left[i], right[j])
        left[i], right[j] = left[i] - amount, right[j] - amount
        yield i, j
        done = left[i] <= 0.0
        a, b = a + done, b + (not done)


def _allocate(rows: Floats, columns: Floats, pairs: Pairs, *, same_nodes: bool) -> Floats:
    """Give each pair as much as both totals allow; move what a node would owe itself."""
    left, right = rows.copy(), columns.copy()
    network = np.zeros((rows.size, columns.size))
    for i, j in pairs:
        amount = min(left[i], right[j])
        network[i, j] += amount
        left[i], right[j] = left[i] - amount, right[j] - amount
    if same_nodes:
        for i in np.flatnonzero(network.diagonal() > 0.0):
            _swap_away(network, int(i))
    return network


def _swap_away(network: Floats, node: int) -> None:
    """Replace `node owes node` and `k owes l` by `node owes l` and `k owes node`, totals kept."""
    while network[node, node] > 0.0:
        others = network.copy()
        others[node, :] = 0.0
        others[:, node] = 0.0
        k, other = divmod(int(others.argmax()), network.shape[1])
        amount = min(float(network[node, node]), float(others[k, other]))
        if amount <= 0.0:
            # What is left is rounding, or the totals were checked wrongly.
            _refuse_unless_dust(float(network[node, node]), network)
            network[node, node] = 0.0
            return
        network[node, node] -= amount
        network[k, other] -= amount
        network[node, other] += amount
        network[k, node] += amount


def _refuse_unless_dust(amount: float, network: Floats) -> None:
    if amount > _NEAR * float(network.sum()):
        raise IronpotError(_NOT_MET)


_NOT_MET = Text(
    "No network has these totals: they must be known, not negative, equal in sum on both sides, "
    "and no node may owe and be owed more than all others together. Check units and missing rows.",
    "没有网络能满足这些合计:合计须已知、非负、两侧总额相等,且任一节点不超过其余节点之和。"
    "请检查单位和缺失行。",
)
