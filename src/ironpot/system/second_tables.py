"""Which regime do banks and markets stand, and by how much? The second round of each, as tables.

Amounts in yuan, shares of what they say; quarters count from 1.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.system.actors import Actors
from ironpot.system.links import Floats
from ironpot.system.outcomes import arrears, price_levels
from ironpot.system.regimes import Regime
from ironpot.system.second_round import SecondRound, SpiralRules, banks_under, second_round
from ironpot.system.shared_markets import SharedMarkets

# The spiral has run away where banks withdraw more than this share of what they roll over.
RUN_AWAY = 0.5
# Two ends are one where shares rolled over differ by no more than this.
SAME_END = 1e-6
_HALVINGS = 10


@dataclass(frozen=True, slots=True)
class PlayedOut:
    """A regime's second round: the best and the worst end, and how far from running away it is.

    `first` (bank,) is what banks lose in the regime itself. `cushion` is the share of capital that
    all banks can lose before, without the spiral running away: nil where it does so anyhow, None
    where it never does, whatever they lose.
    """

    regime: Regime
    first: Floats
    best: SecondRound
    worst: SecondRound
    cushion: float | None

    @property
    def unique(self) -> bool:
        """Whether the best and the worst end are the same."""
        return bool(np.abs(self.best.kept - self.worst.kept).max(initial=0.0) <= SAME_END)


@dataclass(frozen=True)
class Aftermath:
    """The second rounds of all regimes under the same rules."""

    markets: SharedMarkets
    actors: Actors
    rules: SpiralRules
    played: tuple[PlayedOut, ...]


def play_out(
    markets: SharedMarkets,
    actors: Actors,
    regimes: Iterable[Regime],
    rules: SpiralRules | None = None,
) -> Aftermath | None:
    """Follow every regime to its best and worst end; None where banks' capital is unknown."""
    if not actors.known:
        return None
    rules = rules or SpiralRules()
    played = [_played(markets, actors, regime, rules) for regime in regimes]
    return Aftermath(markets, actors, rules, tuple(played))


def _played(
    markets: SharedMarkets, actors: Actors, regime: Regime, rules: SpiralRules
) -> PlayedOut:
    best = second_round(markets, actors, regime, rules=rules)
    worst = second_round(markets, actors, regime, rules=rules, worst=True)
    first = first_loss(markets, actors, regime)
    return PlayedOut(regime, first, best, worst, _cushion(markets, actors, regime, rules))


def first_loss(markets: SharedMarkets, actors: Actors, regime: Regime) -> Floats:
    """Return what each bank loses in the regime itself, as `outcomes.bank_table`; (bank,)."""
    marked = (1.0 - price_levels(markets, regime.sold)) @ actors.collateral.T
    return actors.unpaid(arrears(markets, regime.sold)[:, -1]) + marked


def _cushion(
    markets: SharedMarkets, actors: Actors, regime: Regime, rules: SpiralRules
) -> float | None:
    """Halve the share of capital lost before, from 0 to 1, to where the spiral runs away."""
    whole = float(actors.rolled.sum()) * markets.need.shape[1]

    def runs_away(lost: float) -> bool:
        end = second_round(markets, actors, regime, rules=rules, lost_before=lost)
        return float(end.withdrawn.sum()) > RUN_AWAY * whole

    low, high = 0.0, 1.0
    if runs_away(low):
        return low
    if not runs_away(high):
        return None
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        low, high = (low, middle) if runs_away(middle) else (middle, high)
    return low


def spiral_table(after: Aftermath) -> pl.DataFrame:
    """Return one row a regime: what banks lose first and in the end, and what that brings.

    `cost` is the regime's with the second round, `over_coordinated` that above the joint plan's.
    `worst_loss_banks` is what banks lose at the worst end.
    """
    rows = pl.DataFrame(
        [_row(after, played) for played in after.played], schema_overrides={"cushion": pl.Float64}
    )
    joint = rows.filter(pl.col("regime") == "coordinated")["cost"]
    return rows.with_columns(over_coordinated=pl.col("cost") - joint.first()).select(
        *("regime", "cost", "over_coordinated", "bank_loss_first", "bank_loss"),
        *("banks_under_first", "banks_under", "withdrawn", "withdrawn_share", "pressed"),
        *("sold_more", "raised_more", "missed", "cushion", "worst_loss_banks", "unique"),
        *("rounds", "residual", "converged"),
    )


def _row(after: Aftermath, played: PlayedOut) -> dict[str, object]:
    end, actors = played.best, after.actors
    rolled = float(actors.rolled.sum()) * after.markets.need.shape[1]
    withdrawn = float(end.withdrawn.sum())
    return {
        "regime": played.regime.name,
        "cost": float(end.costs.sum()),
        "bank_loss_first": float(played.first.sum()),
        "bank_loss": float(end.loss.sum()),
        "banks_under_first": banks_under(actors, after.rules, played.first),
        "banks_under": banks_under(actors, after.rules, end.loss),
        "withdrawn": withdrawn,
        "withdrawn_share": withdrawn / rolled if rolled > 0.0 else None,
        "pressed": float(end.pressed.sum()),
        "sold_more": float(end.sold.sum()),
        "raised_more": float(end.raised.sum()),
        "missed": float(end.missed.sum()),
        "cushion": played.cushion,
        "worst_loss_banks": float(played.worst.loss.sum()),
        "unique": played.unique,
        "rounds": end.rounds + played.worst.rounds,
        "residual": max(end.residual, played.worst.residual),
        "converged": end.converged and played.worst.converged,
    }


def spiral_banks(after: Aftermath) -> pl.DataFrame:
    """Return one row a regime and bank: losses, capital left over loans, roll-over kept."""
    lent = after.actors.lent.sum(axis=0)
    frames: list[pl.DataFrame] = []
    for played in after.played:
        left = after.actors.equity - played.best.loss
        ratio = np.divide(left, lent, out=np.full_like(left, np.nan), where=lent > 0.0)
        frames.append(
            after.actors.banks.select("bank_id", "bank_class").with_columns(
                pl.lit(played.regime.name).alias("regime"),
                pl.Series("loss_first", played.first),
                pl.Series("loss", played.best.loss),
                pl.Series("capital_ratio", ratio).fill_nan(None),
                pl.Series("kept_share", played.best.kept),
            )
        )
    return pl.concat(frames)


def spiral_markets(after: Aftermath, names: tuple[str, ...]) -> pl.DataFrame:
    """Return one row a regime and market: how far prices fall by own sales and by neighbours'.

    `fall_own` is the regime's average price under the first tranche's, `fall_beside` the deepest
    fall of a quarter that sales elsewhere bring about.
    """
    frames = [
        pl.DataFrame(
            {
                "regime": [played.regime.name] * len(names),
                "market_id": names,
                "fall_own": 1.0 - price_levels(after.markets, played.regime.sold),
                "fall_beside": 1.0 - played.best.level.min(axis=1),
            }
        )
        for played in after.played
    ]
    return pl.concat(frames)
