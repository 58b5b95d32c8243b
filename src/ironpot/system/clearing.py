"""What does a cleared system say? Worth of claims, payments, equity, defaults, and how sure.

Arrays are (scenario, node) in the order of `network.nodes`, yuan.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.links import Bools, Floats, Ints
from ironpot.system.network import Network
from ironpot.system.valuations import PAYING, TIE, ClearingOptions

# Two solutions further apart than this share of what a node owes are two.
APART = 1e-8


@dataclass(frozen=True, slots=True)
class Solution:
    """One fixed point per scenario: `value` (scenario, node), the rest (scenario,).

    `residual` is the largest |v - V(v)|: a share of what a node owes.
    """

    value: Floats
    iterations: Ints
    residual: Floats
    converged: Bools

    @classmethod
    def empty(cls, shape: tuple[int, ...]) -> "Solution":
        """Return room for (scenario, node)."""
        count = shape[0]
        return cls(
            np.empty(shape),
            np.zeros(count, dtype=np.int64),
            np.full(count, np.inf),
            np.zeros(count, dtype=np.bool_),
        )

    def store(self, rows: slice, value: Floats, iterations: Ints, residual: Floats) -> None:
        """Keep the scenarios `rows`; `value` is (node, scenario) and may have spare columns."""
        wanted = rows.stop - rows.start
        self.value[rows] = value.T[:wanted]
        self.iterations[rows] = iterations[:wanted]
        self.residual[rows] = residual[:wanted]

    def judged(self, tolerance: float) -> "Solution":
        """Say which scenarios converged: a residual of at most ten tolerances (or rounding)."""
        return replace(self, converged=self.residual <= max(10.0 * tolerance, 1e-15))


@dataclass(frozen=True)
class Clearing:
    """A cleared network: the greatest solution, and the least where it was asked for."""

    network: Network
    options: ClearingOptions
    external_assets: Floats
    greatest: Solution
    least: Solution | None

    @property
    def value(self) -> Floats:
        """Worth of one yuan of claim on each node, greatest solution."""
        return self.greatest.value

    @property
    def converged(self) -> Bools:
        """Whether each scenario stands still, in every solution computed; (scenario,)."""
        first = self.greatest.converged
        return first if self.least is None else first & self.least.converged

    @property
    def iterations(self) -> Ints:
        """Sweeps that the greatest solution took, (scenario,)."""
        return self.greatest.iterations

    @property
    def residual(self) -> Floats:
        """Largest |v - V(v)| of the greatest solution, (scenario,)."""
        return self.greatest.residual

    @cached_property
    def unique(self) -> Bools:
        """Whether greatest and least solution agree within 1e-8, (scenario,).

        Where they have not converged, False says that they are not known to. Raises IronpotError
        if the least solution was not computed.
        """
        if self.least is None:
            raise IronpotError(
                Text(
                    "Only the greatest solution was computed, so uniqueness is unknown. "
                    "Clear with solutions='both'.",
                    "只计算了最大解,唯一性未知。请用 solutions='both' 清算。",
                )
            )
        return np.abs(self.value - self.least.value).max(axis=1, initial=0.0) <= APART

    @cached_property
    def received(self) -> Floats:
        """What each node's claims on others are worth."""
        return received_at(self.network, self.value)

    @cached_property
    def equity(self) -> Floats:
        """External assets and claims less debts; below zero in default, before its costs."""
        return self.external_assets + self.received - self.network.owed

    @cached_property
    def default(self) -> Bools:
        """Whether each node cannot pay all it owes."""
        assets = self.external_assets + self.received
        return (assets < self.network.owed * (1.0 - TIE)) & (self.network.owed > 0.0)

    @cached_property
    def paid_inside(self) -> Floats:
        """What each node pays to other nodes; raises IronpotError for ex-ante valuations."""
        self._must_pay()
        return self.value * self.network.owed_inside

    @cached_property
    def paid_outside(self) -> Floats:
        """What each node pays on external debts; raises IronpotError for ex-ante valuations."""
        self._must_pay()
        if self.options.external_debts == "pari_passu":
            return self.value * self.network.external_debts
        return np.minimum(self.available, self.network.external_debts)

    @cached_property
    def payments(self) -> Floats:
        """What each node pays altogether; raises IronpotError for ex-ante valuations."""
        return self.paid_inside + self.paid_outside

    @cached_property
    def available(self) -> Floats:
        """What each node has left to pay with, after the costs of its default."""
        costly = self.options.model == "rogers_veraart"
        alpha, beta = (self.options.alpha, self.options.beta) if costly else (1.0, 1.0)
        left = alpha * self.external_assets + beta * self.received
        return np.where(self.default, left, self.external_assets + self.received)

    @cached_property
    def cost_of_default(self) -> Floats:
        """What the defaults themselves destroy: assets less what is left of them."""
        return self.external_assets + self.received - self.available

    def frame(self, scenario: int = 0) -> pl.DataFrame:
        """Return one scenario as rows keyed by node: worth, equity, default, unique, converged."""
        columns = {
            "value": self.value,
            "equity": self.equity,
            "default": self.default,
            **({"payment": self.payments} if self.options.model in PAYING else {}),
        }
        return pl.DataFrame(
            {"node_id": self.network.nodes} | {k: v[scenario] for k, v in columns.items()}
        ).with_columns(converged=pl.lit(bool(self.converged[scenario])))

    def _must_pay(self) -> None:
        if self.options.model not in PAYING:
            raise IronpotError(
                Text(
                    f"{self.options.model} values claims before anything is paid; it has no "
                    "payments. Use value and equity, or clear with eisenberg_noe.",
                    f"{self.options.model} 是事前估值,不含支付额。"
                    "请使用 value 和 equity,或改用 eisenberg_noe。",
                )
            )


def received_at(network: Network, value: npt.NDArray[np.float64]) -> Floats:
    """Return what each node's claims are worth at `value`, both (scenario, node)."""
    return np.ascontiguousarray((network.claims @ value.T).T)
