"""Does a lot sell, and in which round? Luck of its own, where the market's share says how likely.

A market's share says how much of all that is listed sells in a future. One lot sells whole or not
at all: its luck, a level in [0, 1), is compared with the shares of the rounds, so that over luck
it sells in each round exactly as often as the share says.
"""

import hashlib

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

# Among so many futures in a row each such part of luck comes once (Latin hypercube sampling; McKay,
# Beckman and Conover 1979): with few futures, no lot is fortunate in nearly all of them.
STRATA = 20


def draw_luck(name: str, count: int, *, seed: int) -> Floats:
    """Return the luck of one lot in each future, (future,); near 0 it sells first.

    It depends on the lot's name, the seed and the future's number alone: neither on how many
    futures are drawn nor on which other lots there are.

    >>> few, many = (draw_luck("hall", n, seed=1) for n in (3, 45))
    >>> bool((few == many[:3]).all())
    True
    >>> np.sort(np.floor(many[20:40] * STRATA)).astype(int).tolist() == list(range(STRATA))
    True
    """
    digest = hashlib.sha256(name.encode()).digest()
    key = int.from_bytes(digest[:8], "big")
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(key,))))
    blocks = -(-count // STRATA)
    drawn = [(rng.permutation(STRATA) + rng.random(STRATA)) / STRATA for _ in range(blocks)]
    return np.concatenate([np.zeros(0), *drawn])[:count]


def sold_whole(share: Floats, luck: Floats) -> Floats:
    """Turn shares sold (future, round) into whole sales: 1 in the round of the sale, 0 elsewhere.

    A row without a 1 is a listing that failed in every round.

    >>> share = np.array([[0.5, 0.2], [0.5, 0.2], [0.5, 0.2]])
    >>> sold_whole(share, np.array([0.49, 0.5, 0.7])).tolist()
    [[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]
    """
    end = np.cumsum(share, axis=1)
    begin = np.concatenate([np.zeros_like(end[:, :1]), end[:, :-1]], axis=1)
    return ((luck[:, None] >= begin) & (luck[:, None] < end)).astype(np.float64)
