"""CAPFL, cap or floor: the interest that a limit on the rate of another contract saves or costs.

Source: ACTUS technical specification 1.1, section CAPFL.
"""

from dataclasses import replace

import numpy as np
import polars as pl

from ironpot.cashflow.block import Block
from ironpot.cashflow.chapters import compute_parts
from ironpot.cashflow.compute import World
from ironpot.cashflow.flows import Part
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.merge import joined, taken, with_trades
from ironpot.cashflow.structure import parts_of

UNDERLYING = "UDL"
LIMITS = ("life_cap", "life_floor")


def cap_parts(world: World, parents: pl.DataFrame, contracts: pl.DataFrame) -> list[Part]:
    """Compute caps and floors: the contract under each with and without the limits."""
    limits = [name for name in LIMITS if name in parents.columns]
    own = parents.select(pl.col("position").alias("parent"), *limits)
    under = parts_of(parents, contracts, (UNDERLYING,)).with_columns(
        position=pl.col("parent"), contract_role=pl.lit("RPA")
    )
    free = under.drop(LIMITS, strict=False)
    plain = _interest(world, free)
    limited = _interest(world, free.join(own, on="parent", maintain_order="left"))
    if plain is None or limited is None:
        return []
    block = Block(parents, world.status, world.until)
    place = {where: row for row, where in enumerate(parents["position"].to_list())}
    sign = block.sign()[[place[where] for where in plain.contract.tolist()]]
    nothing = np.zeros_like(plain.payoff)
    paid = sign * np.abs(plain.payoff - limited.payoff)
    shown = replace(
        plain, payoff=paid, notional=nothing, rate=nothing, accrued=nothing, exercise=nothing
    )
    whole = replace(shown, opening=np.zeros_like(shown.opening))
    return [with_trades(whole, block, pays_price=True)]


def _interest(world: World, contracts: pl.DataFrame) -> Part | None:
    """Return the interest events alone."""
    whole = joined(compute_parts(world, contracts))
    return None if whole is None else taken(whole, np.flatnonzero(whole.kind == Kind.IP))
