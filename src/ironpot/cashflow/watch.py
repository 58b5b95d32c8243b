"""What do contracts owe on given days, in every scenario?"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow.block import series_of
from ironpot.cashflow.chapters import compute_parts
from ironpot.cashflow.compute import BASIC, World, block_of, groups
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.merge import joined

Floats = npt.NDArray[np.float64]


def watch(world: World, contracts: pl.DataFrame, looks: pl.DataFrame) -> tuple[Floats, Floats]:
    """Return principal and accrued interest, (scenario, look), as the owner's sign has them.

    `looks`: contract_id, time. Each contract is played with a look (AD) on those days, after all
    else that happens on them; before its start it owes nothing. On the status date it owes what its
    terms say.
    """
    days = looks.unique(maintain_order=True).with_columns(
        event_type=pl.lit("AD"), value=pl.lit(0.0), performance=pl.lit(None, pl.String)
    )
    seen = pl.concat([world.observed, days.select(world.observed.columns)], how="vertical_relaxed")
    watched = contracts.drop("position").with_row_index("position")
    whole = joined(compute_parts(replace(world, observed=seen), watched))
    scenarios = len(world.scenarios)
    owed = (np.zeros((scenarios, looks.height)), np.zeros((scenarios, looks.height)))
    if whole is None:
        return owed
    at = np.flatnonzero(whole.kind == Kind.AD)
    found = pl.DataFrame(
        {
            "contract_id": watched["contract_id"].gather(whole.contract[at]),
            "time": series_of("time", whole.time[at]),
            "event": at,
        }
    )
    rows = looks.join(found, on=["contract_id", "time"], how="left", maintain_order="left")
    known = np.flatnonzero(rows["event"].is_not_null().to_numpy())
    event = rows["event"].drop_nulls().to_numpy()
    owed[0][:, known], owed[1][:, known] = whole.notional[:, event], whole.accrued[:, event]
    _look_at_status(world, watched, looks, owed)
    return owed


def _look_at_status(
    world: World, contracts: pl.DataFrame, looks: pl.DataFrame, owed: tuple[Floats, Floats]
) -> None:
    """Write principal and accrued interest as of the status date, at the looks on that day."""
    today = looks.with_row_index("look").filter(pl.col("time") == pl.lit(world.status))
    for contract_type, group in groups(contracts) if today.height else ():
        block, kind = block_of(world, group), BASIC[contract_type]
        states = kind.initial(block, kind.maturity(block), owed[0].shape[0])
        rows = group.select("contract_id").with_row_index("row")
        at = today.join(rows, on="contract_id").select("look", "row").to_numpy().T
        for amounts, state in zip(owed, ("notional", "accrued"), strict=True):
            amounts[:, at[0]] = states[state][:, at[1]]
