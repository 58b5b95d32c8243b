"""What does an agreed change do, at the end of its day, to what a contract owes and pays?

Each function takes contracts with one step each and returns what happens, in order: a payoff and
the states it leaves. States and payoffs are (scenario, contract), signed from the owner. A share of
the principal that is paid or forgiven takes the same share of the instalments with it, unless these
are kept; what is paid early takes its accrued interest with it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.lam import LAGGING

Floats = npt.NDArray[np.float64]

KEPT = "keep"
WAIVED, DEFERRED = "waive", "defer"


@dataclass(frozen=True, slots=True)
class Now:
    """Contracts at the end of a day, a row each with terms and step, and their states."""

    rows: pl.DataFrame
    states: Mapping[str, Floats]

    def number(self, name: str, default: float = np.nan) -> Floats:
        """Return a term or a figure of the step, (contract,)."""
        return self.rows[name].cast(pl.Float64).fill_null(default).to_numpy()

    def where(self, name: str, word: str) -> npt.NDArray[np.bool_]:
        """Say of which contracts a term, or what the step says, is `word`."""
        if name not in self.rows.columns:
            return np.zeros(self.rows.height, bool)
        return self.rows[name].eq_missing(word).to_numpy()


class Happening(NamedTuple):
    """One event: its kind, its payoff, and the states it changes, (scenario, contract) each."""

    kind: Kind
    payoff: Floats
    changes: dict[str, Floats]


def early_payment(now: Now) -> list[Happening]:
    """Prepayment, call and put: fee or premium (PY), principal (PP), its accrued interest (IP)."""
    share, owed = _share(now), now.states
    principal = owed["notional_scaling"] * share * owed["notional"]
    above_par = now.number("price", 1.0) - 1.0 + now.number("fee", 0.0)
    interest = owed["interest_scaling"] * share * owed["accrued"]
    happened = [
        Happening(Kind.PY, principal * above_par, {}),
        Happening(Kind.PP, principal, _less_principal(now, share)),
        Happening(Kind.IP, interest, {"accrued": (1.0 - share) * owed["accrued"]}),
    ]
    if "fee" in owed:
        settled = np.where(share == 1.0, owed["fee"], 0.0)
        happened.append(Happening(Kind.FP, settled, {"fee": owed["fee"] - settled}))
    return happened


def exchanged(now: Now) -> list[Happening]:
    """Swap: fee (PY), accrued interest (IP), fees (FP) in cash; a new bond for the principal (RS).

    The new bond's principal is the old one's at the price agreed, and brings no cash.
    """
    owed = now.states
    principal = owed["notional_scaling"] * owed["notional"]
    new, one = now.number("price", 1.0) * principal, np.ones_like(principal)
    nothing = np.zeros_like(principal)
    bond = {
        "notional": new,
        "base": new,
        "rate": now.number("new_rate") * one,
        "notional_scaling": one,
        "interest_scaling": one,
    }
    paid = [
        Happening(Kind.PY, principal * now.number("fee", 0.0), {}),
        Happening(Kind.IP, owed["interest_scaling"] * owed["accrued"], {"accrued": nothing}),
    ]
    if "fee" in owed:
        paid.append(Happening(Kind.FP, owed["fee"], {"fee": nothing}))
    return [*paid, Happening(Kind.RS, nothing, bond)]


def haircut(now: Now) -> list[Happening]:
    """Principal is forgiven (WO); interest accrued so far stays due."""
    nothing = np.zeros_like(now.states["notional"])
    return [Happening(Kind.WO, nothing, _less_principal(now, _share(now)))]


def new_rate(now: Now) -> list[Happening]:
    """The rate moves (RRF), by a change, which brings none below zero, or to what is agreed."""
    rate = now.states["rate"]
    moved = np.maximum(rate + now.number("rate_change", 0.0), np.minimum(rate, 0.0))
    agreed = now.number("new_rate")
    changed = np.where(np.isnan(agreed), moved, agreed)
    return [Happening(Kind.RRF, np.zeros_like(rate), {"rate": changed})]


def marked(now: Now) -> list[Happening]:
    """Terms change (RS) and nothing else."""
    return [Happening(Kind.RS, np.zeros_like(now.states["notional"]), {})]


def interest_paused(now: Now) -> list[Happening]:
    """RS: what has accrued so far is remembered, as it is not forgiven with the rest."""
    nothing = np.zeros_like(now.states["notional"])
    return [Happening(Kind.RS, nothing, {"accrued_before": now.states["accrued"]})]


def interest_resumed(now: Now) -> list[Happening]:
    """Interest of the pause is paid (IP), forgiven (WO) or, added to principal, was so (RS).

    One rule of the interest holds for all contracts.
    """
    accrued, before = now.states["accrued"], now.states["accrued_before"]
    deferred, waived = now.where("interest", DEFERRED), now.where("interest", WAIVED)
    nothing = np.zeros_like(accrued)
    paid = np.where(deferred, now.states["interest_scaling"] * accrued, 0.0)
    return [
        Happening(Kind.IP, paid, {"accrued": np.where(deferred, 0.0, accrued)}),
        Happening(
            Kind.WO if waived.all() else Kind.RS,
            nothing,
            {"accrued": np.where(deferred, 0.0, np.where(waived, before, accrued))},
        ),
    ]


EFFECTS: dict[str, Callable[[Now], list[Happening]]] = {
    "prepay": early_payment,
    "call": early_payment,
    "put": early_payment,
    "haircut": haircut,
    "rate": new_rate,
    "extend": marked,
    "swap": exchanged,
    "pause_principal": marked,
    "resume_principal": marked,
    "pause_interest": interest_paused,
    "resume_interest": interest_resumed,
}


def _share(now: Now) -> Floats:
    """Return the share of principal that a step concerns, at most all of it."""
    owed = np.abs(now.states["notional_scaling"] * now.states["notional"])
    amount = now.number("amount")
    by_amount = np.divide(amount, owed, out=np.ones_like(owed), where=owed > 0.0)
    share = now.number("share")
    return np.minimum(np.where(np.isnan(share), by_amount, share), 1.0)


def _less_principal(now: Now, share: Floats) -> dict[str, Floats]:
    """Return notional, base and instalments after a share of the principal is gone."""
    owed = now.states
    left = np.where(share == 1.0, 0.0, owed["notional"] * (1.0 - share))
    lagging = now.where("interest_calculation_base", LAGGING) & (share < 1.0)
    changes = {"notional": left, "base": np.where(lagging, owed["base"], left)}
    kept = np.where(now.where("instalment", KEPT), 1.0, 1.0 - share)
    return changes | {name: kept * owed[name] for name in ("next_payment", "scale") if name in owed}
