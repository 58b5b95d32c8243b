"""Compiled loops. Imported where they are called, so that nothing else waits for the compiler.

Arrays are (node, scenario) with TILE scenarios side by side: a link is read once and used TILE
times, and what is read of a neighbour stays in cache.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from ironpot.system.links import Floats, Ints

Short = npt.NDArray[np.int32]

TILE = 32
_FAST = {"contract", "nnan", "nsz"}


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def receive(
    start: int, stop: int, debtor: Short, amount: Floats, value: Floats, into: Floats
) -> None:
    """Add up what one creditor's claims are worth in each scenario."""
    for s in range(TILE):
        into[s] = 0.0
    for k in range(start, stop):
        owed, worth = amount[k], value[debtor[k]]
        for s in range(TILE):
            into[s] += owed * worth[s]


@njit(cache=True, nogil=True, fastmath=_FAST, error_model="numpy")
def sweep(
    rows: Ints,
    debtor: Short,
    amount: Floats,
    external: Floats,
    rule: Floats,
    value: Floats,
    moved: Floats,
    keep: int,
) -> None:
    """Revalue every node once; `moved` (TILE,) gets the largest change, `keep` 0 or 1 stores it."""
    received = np.empty(TILE)
    moved[:] = 0.0
    for i in range(value.shape[0]):
        receive(rows[i], rows[i + 1], debtor, amount, value, received)
        solvent, from_external, from_claims, constant = rule[i]
        mine, old = external[i], value[i]
        for s in range(TILE):
            share = from_external * mine[s] + from_claims * received[s] + constant
            share = min(max(share, 0.0), 1.0)
            share = 1.0 if mine[s] + received[s] >= solvent else share
            moved[s] = max(moved[s], abs(old[s] - share))
            old[s] = share if keep else old[s]


@njit(cache=True, nogil=True, error_model="numpy")
def clear_tile(
    rows: Ints,
    debtor: Short,
    amount: Floats,
    external: Floats,
    rule: Floats,
    value: Floats,
    tolerance: float,
    most: int,
) -> tuple[Ints, Floats]:
    """Sweep `value` (node, TILE) in place until nothing moves by more than `tolerance`.

    Returns sweeps, and the true residual max |v - V(v)| at the end, both (TILE,).
    """
    moved, sweeps = np.empty(TILE), np.ones(TILE, np.int64)
    for count in range(1, most + 1):
        sweep(rows, debtor, amount, external, rule, value, moved, 1)
        for s in range(TILE):
            if moved[s] > tolerance:
                sweeps[s] = min(count + 1, most)
        if moved.max() <= tolerance:
            break
    sweep(rows, debtor, amount, external, rule, value, moved, 0)
    return sweeps, moved
