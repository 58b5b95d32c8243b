"""What is a claim on a node worth, given what the node has? One monotone rule per model.

All models are instances of one fixed point: receipts x = A v, equity E = e + x - debts,
v = V(E), with v in [0, 1] the worth of one yuan of claim. Source: Barucca and others (2020).
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from scipy.special import ndtr

from ironpot.core.errors import CaseError, IronpotError
from ironpot.core.issues import Issue, Place
from ironpot.core.lang import Text
from ironpot.system.links import Floats
from ironpot.system.network import Network

Model = Literal[
    "eisenberg_noe", "rogers_veraart", "furfine", "linear_debtrank", "merton", "black_cox"
]
Rank = Literal["pari_passu", "senior"]
Solutions = Literal["greatest", "both"]
SMOOTH: tuple[Model, ...] = ("merton", "black_cox")
PAYING: tuple[Model, ...] = ("eisenberg_noe", "rogers_veraart")

# A node with assets equal to its debts within this relative distance is solvent.
TIE = 1e-12


@dataclass(frozen=True, slots=True)
class ClearingOptions:
    """How claims are valued and how long to look.

    `external_debts` rank beside claims of other nodes or before them. `alpha` and `beta` are the
    shares of external assets and of receipts that survive a default (Rogers-Veraart), `recovery`
    what a yuan of claim brings in default (Furfine, Merton, Black-Cox). `tolerance` bounds the last
    change of v. `solutions="greatest"` skips the least solution and with it the uniqueness flag.
    """

    model: Model = "eisenberg_noe"
    external_debts: Rank = "pari_passu"
    alpha: float = 1.0
    beta: float = 1.0
    recovery: float = 0.0
    solutions: Solutions = "both"
    tolerance: float = 1e-13
    max_iterations: int = 20_000

    def __post_init__(self) -> None:
        """Refuse words and figures that no model knows."""
        shares = (self.alpha, self.beta, self.recovery)
        known = self.model in get_args(Model) and self.external_debts in get_args(Rank)
        known = known and self.solutions in get_args(Solutions)
        bounded = all(0.0 <= share <= 1.0 for share in shares)
        if not (known and bounded and self.tolerance >= 0.0 and self.max_iterations >= 1):
            raise IronpotError(
                Text(
                    f"Clearing cannot use {self}: choose model {', '.join(get_args(Model))}; "
                    f"external debts {' or '.join(get_args(Rank))}; alpha, beta and recovery "
                    f"between 0 and 1; solutions {' or '.join(get_args(Solutions))}; a tolerance "
                    "of 0 or more; at least one iteration.",
                    f"清算无法使用 {self}:模型可选 {', '.join(get_args(Model))};外部负债可选 "
                    f"{'、'.join(get_args(Rank))};alpha、beta、recovery 应在0与1之间;"
                    f"solutions 可选 {'、'.join(get_args(Solutions))};"
                    "容差不小于0;至少迭代一次。",
                )
            )


def affine_rule(network: Network, options: ClearingOptions) -> Floats:
    """Return (node, 4): solvent from, per external yuan, per received yuan, constant.

    A node with external assets e and receipts x is worth 1 where e + x >= the first column, else
    the other three columns give b e + c x + d, cut to [0, 1].

    Sources: Eisenberg and Noe (2001) eq. 8; Rogers and Veraart (2013) eq. 2; Furfine (2003);
    Bardoscia and others (2015) for linear DebtRank.

    >>> from ironpot.system.network import network_of
    >>> affine_rule(network_of([[0, 4], [0, 0]], [3, 1], [4, 0]), ClearingOptions())[0].tolist()
    [7.999999999992, 0.125, 0.125, 0.0]
    """
    rule = np.zeros((len(network.nodes), 4))
    rule[:, 0] = network.owed * (1.0 - TIE)
    match options.model:
        case "furfine":
            rule[:, 3] = options.recovery
        case "linear_debtrank":
            _shrink_with_equity(rule, network)
        case _:
            _share_what_is_left(rule, network, options)
    rule[network.owed == 0.0, 0] = -np.inf
    return rule


def _share_what_is_left(rule: Floats, network: Network, options: ClearingOptions) -> None:
    """Eisenberg-Noe and Rogers-Veraart: what survives the default, over what is owed."""
    costly = options.model == "rogers_veraart"
    senior = options.external_debts == "senior"
    sharing = network.owed_inside if senior else network.owed
    per_yuan = np.divide(1.0, sharing, out=np.zeros_like(sharing), where=sharing > 0.0)
    rule[:, 1] = per_yuan * (options.alpha if costly else 1.0)
    rule[:, 2] = per_yuan * (options.beta if costly else 1.0)
    rule[:, 3] = 0.0 - per_yuan * (network.external_debts if senior else 0.0)


def _shrink_with_equity(rule: Floats, network: Network) -> None:
    """Linear DebtRank: a claim loses the share of its own equity that the debtor has lost."""
    first = network.equity
    _refuse_without_equity(network)
    per_yuan = np.divide(1.0, first, out=np.zeros_like(first), where=first > 0.0)
    rule[:, 0] = (network.owed + first) * (1.0 - TIE)
    rule[:, 1] = rule[:, 2] = per_yuan
    rule[:, 3] = -per_yuan * network.owed


def _refuse_without_equity(network: Network) -> None:
    bad = np.flatnonzero((network.equity <= 0.0) & (network.owed_inside > 0.0))
    if bad.size:
        raise CaseError(
            [
                Issue(
                    "error",
                    "system.no_equity",
                    Place("nodes", row=int(i) + 1, header="external_assets"),
                    network.nodes[i],
                    Text("has no equity before the shock", "冲击前没有权益"),
                    Text("linear DebtRank divides by it", "线性DebtRank以其为分母"),
                    Text(
                        "clear with eisenberg_noe, or correct its stocks", "改用eisenberg_noe或更正"
                    ),
                )
                for i in bad
            ]
        )


def default_probability(
    equity: Floats, assets: Floats, volatility: Floats, *, barrier: bool
) -> Floats:
    """Return the chance that a node defaults within the horizon of `volatility`, elementwise.

    `assets` are external assets A, `equity` E; with l = ln(1 - E/A) and volatility s:
    Merton N((l + s2/2)/s); with a barrier, as in Black and Cox, A/(A - E) N((l - s2/2)/s) more.
    0 where E >= A; with a barrier 1 where E <= 0. Source: Barucca and others (2020), section 4.

    >>> float(default_probability(np.array([0.5]), np.array([9.5]), np.array([.2]),
    ...                           barrier=False)[0].round(4))
    0.4324
    """
    risky = equity < assets
    certain = risky & ((assets <= 0.0) | (barrier & (equity <= 0.0)))
    open_ = risky & ~certain
    left = np.where(open_, 1.0 - equity / np.where(open_, assets, 1.0), 1.0)
    distance, half = np.log(left), volatility * volatility / 2.0
    chance = ndtr((distance + half) / volatility)
    if barrier:
        chance = chance + ndtr((distance - half) / volatility) / left
    return np.where(certain, 1.0, np.where(open_, np.minimum(chance, 1.0), 0.0))
