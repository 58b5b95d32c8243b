"""SWAPS, swap: two contracts of opposite sides, paid apart or netted.

Source: ACTUS technical specification 1.1, section SWAPS; the public suite shows both legs' events,
sorted by day, kind and leg, and a price at purchase without accrued interest.
"""

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow.block import Block
from ironpot.cashflow.chapters import compute_parts
from ironpot.cashflow.compute import World
from ironpot.cashflow.flows import Part
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.merge import joined, netted, with_trades
from ironpot.cashflow.structure import parts_of

Booleans = npt.NDArray[np.bool_]

FIRST, SECOND = "FIL", "SEL"
NETTED = "S"
NETTABLE = (Kind.IED, Kind.IP, Kind.PR, Kind.MD)


def swap_parts(world: World, parents: pl.DataFrame, contracts: pl.DataFrame) -> list[Part]:
    """Compute swaps from their legs."""
    block = Block(parents, world.status, world.until)
    sides = pl.DataFrame({"parent": parents["position"], "receives_first": block.sign() > 0.0})
    legs = parts_of(parents, contracts, (FIRST, SECOND)).join(sides, on="parent")
    claim = pl.col("receives_first") == (pl.col("role") == FIRST)
    sided = legs.with_columns(
        contract_role=pl.when(claim).then(pl.lit("RPA")).otherwise(pl.lit("RPL")),
        position=pl.col("parent"),
    )
    both = joined(
        [
            part
            for leg in (FIRST, SECOND)
            for part in compute_parts(world, sided.filter(pl.col("role") == leg))
        ]
    )
    if both is None:
        return []
    in_cash = parents["position"].to_numpy()[block.words("delivery_settlement").where(NETTED)]
    return [with_trades(netted(both, in_cash, NETTABLE), block, pays_price=False)]
