"""What is a contract worth on a day: its price, or what is still owed on it?"""

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow.block import times_of
from ironpot.cashflow.compute import World
from ironpot.cashflow.refuse import refuse_unpriced
from ironpot.cashflow.watch import watch
from ironpot.cashflow.words import words_of

Floats = npt.NDArray[np.float64]

CODE, UNITS = "market_object_code", "quantity"


def market_value(world: World, contracts: pl.DataFrame, looks: pl.DataFrame) -> Floats:
    """Return units (one where none are stated) x price, (scenario, look).

    `looks`: contract_id, time. Raises UnsupportedTermError for a contract whose price is unknown.
    """
    seen = _with_price_terms(contracts, looks)
    refuse_unpriced(seen.filter(pl.col(CODE).is_null()))
    worth = np.zeros((len(world.scenarios), seen.height))
    if not seen.height:
        return worth
    if world.rates is None:
        refuse_unpriced(seen)
        return worth
    times, units = times_of(seen["time"]), seen[UNITS].to_numpy()
    for code, rows in words_of(seen[CODE]).groups():
        worth[:, rows] = units[rows] * world.rates.observe(code, times[rows])
    return worth


def value_held(world: World, contracts: pl.DataFrame, looks: pl.DataFrame) -> Floats:
    """Return market value where a contract has a price, else the principal owed on it, unsigned."""
    priced = _with_price_terms(contracts, looks)[CODE].is_not_null().to_numpy()
    worth = np.zeros((len(world.scenarios), looks.height))
    worth[:, priced] = market_value(world, contracts, looks.filter(priced))
    if not priced.all():
        worth[:, ~priced] = np.abs(watch(world, contracts, looks.filter(~priced))[0])
    return worth


def _with_price_terms(contracts: pl.DataFrame, looks: pl.DataFrame) -> pl.DataFrame:
    """Return looks with each contract's market object and units."""
    absent = {CODE: pl.String(), UNITS: pl.Float64()}
    terms = contracts.with_columns(
        pl.lit(None, dtype).alias(name)
        for name, dtype in absent.items()
        if name not in contracts.columns
    ).select("contract_id", CODE, pl.col(UNITS).cast(pl.Float64).fill_null(1.0))
    return looks.select("contract_id", "time").join(
        terms.unique("contract_id"), on="contract_id", how="left", maintain_order="left"
    )
