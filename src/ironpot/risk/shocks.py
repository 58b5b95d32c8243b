"""How far may drivers move together? Joint draws that do not depend on who draws them.

Scenario j is row j mod 4,096 of block j // 4,096. Block b has a generator of its own, PCG64 of
SeedSequence(seed, spawn_key=(b,)), and gives its rows as if drawn whole: neither the number of
workers nor the number of scenarios changes a scenario.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text

ShockKind = Literal["normal", "student", "var", "residual", "block"]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

BLOCK = 4_096
MIN_DEGREES = 2.0
HISTORY_KINDS = ("residual", "block")


@dataclass(frozen=True)
class ShockModel:
    """Joint law of the drivers' shocks in one period.

    - `covariance` (driver, driver) of the innovations; a driver without variance stands still
    - `degrees` of freedom of a Student-t, scaled so that `covariance` stays its covariance
    - `coefficients` (driver, driver) of e_t = A e_{t-1} + u_t with e_0 = 0, used by `var` and
      `residual`; None is zero
    - `history` (observation, driver), centred: what bootstraps draw from; `starts` are the rows at
      which a block of `block_length` may begin without leaving its unit
    """

    drivers: tuple[str, ...]
    kind: ShockKind
    covariance: Floats
    degrees: float = 5.0
    coefficients: Floats | None = None
    history: Floats | None = None
    starts: Integers | None = None
    block_length: int = 2

    def __post_init__(self) -> None:
        """Refuse a law that cannot be drawn from; IronpotError says why."""
        if self.kind not in get_args(ShockKind):
            listed = ", ".join(get_args(ShockKind))
            raise _refusal(f"is none of {listed}: {self.kind}", f"类型{self.kind}不在{listed}之列")
        object.__setattr__(self, "covariance", np.asarray(self.covariance, dtype=np.float64))
        size = len(self.drivers)
        if self.covariance.shape != (size, size):
            raise _refusal(
                f"has {size} drivers and a covariance of {self.covariance.shape}",
                f"有{size}个驱动因素,而协方差矩阵为{self.covariance.shape}",
            )
        if self.kind == "student" and self.degrees <= MIN_DEGREES:
            raise _refusal("needs more than 2 degrees of freedom", "自由度须大于2")
        if self.kind in HISTORY_KINDS and (self.history is None or not len(self.history)):
            raise _refusal("needs a history to draw from", "缺少可供抽取的历史数据")
        if self.kind == "block" and (self.starts is None or not len(self.starts)):
            raise _refusal("finds no unit with a whole block", "没有足够长的连续观测")
        if not np.isfinite(self.covariance).all():
            raise _refusal("has an unknown covariance", "协方差存在缺失")

    @cached_property
    def root(self) -> Floats:
        """Lower triangular L with L L' = covariance, (driver, driver)."""
        return cholesky_root(self.covariance)


def draw_shocks(
    model: ShockModel, draws: int, periods: int, *, seed: int, workers: int = 1
) -> Floats:
    """Return shocks (scenario, period, driver).

    >>> model = ShockModel(("a",), "normal", np.eye(1))
    >>> few, many = (draw_shocks(model, n, 2, seed=7) for n in (5, 5_000))
    >>> bool((few == many[:5]).all())
    True
    """
    shocks = np.empty((draws, periods, len(model.drivers)))

    def fill(block: int, rows: slice) -> None:
        count = rows.stop - rows.start
        shocks[rows] = draw_block(model, block, periods, seed=seed, rows=count)

    for_blocks(draws, fill, workers=workers)
    return shocks


def for_blocks(draws: int, work: Callable[[int, slice], None], *, workers: int) -> None:
    """Call `work(block, rows)` for every block of scenarios, by so many threads."""
    tasks = [
        (start // BLOCK, slice(start, min(start + BLOCK, draws)))
        for start in range(0, draws, BLOCK)
    ]
    if workers == 1:
        for block, rows in tasks:
            work(block, rows)
        return
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, *zip(*tasks, strict=True)))


def draw_block(
    model: ShockModel,
    block: int,
    periods: int,
    *,
    seed: int,
    entity: int | None = None,
    rows: int = BLOCK,
) -> Floats:
    """Return the first `rows` of a block of shocks, (scenario, period, driver).

    Normals are drawn in that order and multiplied by the root of the covariance, then a chi-square
    a scenario and period for a Student-t; bootstraps draw rows, (4,096, period), or first rows of
    blocks, (4,096, number of blocks). An `entity` has generators of its own, spawn_key (b, entity).
    """
    key = (block,) if entity is None else (block, entity)
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))
    if model.kind == "block":
        return _blocks_of_history(model, rng, periods)[:rows]
    innovations = _innovations(model, rng, periods, rows)
    if model.coefficients is None or model.kind not in ("var", "residual"):
        return innovations
    return _autoregressive(innovations, model.coefficients)


def _innovations(model: ShockModel, rng: np.random.Generator, periods: int, rows: int) -> Floats:
    if model.kind == "residual" and model.history is not None:
        return model.history[rng.integers(0, len(model.history), (BLOCK, periods))[:rows]]
    # Normals come row by row, so that the first rows of a block need no others; what is drawn
    # after them does.
    drawn = BLOCK if model.kind == "student" else rows
    normal = _times(rng.standard_normal((drawn, periods, len(model.drivers)))[:rows], model.root)
    if model.kind == "student":
        squares = rng.chisquare(model.degrees, (BLOCK, periods))[:rows]
        normal *= np.sqrt((model.degrees - 2.0) / squares)[:, :, None]
    return normal


def _times(rows: Floats, matrix: Floats) -> Floats:
    """Return rows (scenario, period, driver) x matrix', one driver's scenarios side by side.

    Not by BLAS: its threads get into the way of ours, and its sums differ between machines.
    """
    return np.einsum("spk,dk->dps", rows, matrix).transpose(2, 1, 0)


def _autoregressive(innovations: Floats, coefficients: Floats) -> Floats:
    for period in range(1, innovations.shape[1]):
        before = innovations[:, period - 1 : period]
        innovations[:, period : period + 1] += _times(before, coefficients)
    return innovations


def _blocks_of_history(model: ShockModel, rng: np.random.Generator, periods: int) -> Floats:
    if model.history is None or model.starts is None:
        raise _refusal("needs a history to draw from", "缺少可供抽取的历史数据")
    length = model.block_length
    first = model.starts[rng.integers(0, len(model.starts), (BLOCK, -(-periods // length)))]
    rows = (first[:, :, None] + np.arange(length)).reshape(BLOCK, -1)
    return model.history[rows[:, :periods]]


def cholesky_root(covariance: Floats) -> Floats:
    """Return lower triangular L with L L' = covariance; zero variances give zero columns.

    IronpotError if the matrix is no covariance.

    >>> cholesky_root(np.array([[4.0, 2.0], [2.0, 5.0]])).tolist()
    [[2.0, 0.0], [1.0, 2.0]]
    """
    size = len(covariance)
    root, scale = np.zeros((size, size)), max(float(np.abs(covariance).max(initial=0.0)), 1.0)
    for column in range(size):
        left = covariance[column:, column] - root[column:, :column] @ root[column, :column]
        if left[0] < -1e-10 * scale or not np.allclose(covariance, covariance.T):
            raise _refusal("has a matrix that is no covariance", "矩阵不是协方差矩阵")
        if left[0] > 1e-14 * scale:
            root[column:, column] = left / np.sqrt(left[0])
    return root


def _refusal(english: str, chinese: str) -> IronpotError:
    return IronpotError(
        Text(
            f"The law of the shocks {english}. Choose another kind of shocks, or fit more data.",
            f"冲击分布{chinese}。请更换冲击类型,或补充拟合数据。",
        )
    )
