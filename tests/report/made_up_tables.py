"""Words and frames that the made-up plan's tables share; amounts are integer fen."""

import polars as pl

from ironpot.core.outputs import BY_NAME as OUT
from ironpot.plan.tables.frame import DTYPES

YI = 10_000_000_000  # fen in 100 million yuan
WAN = 1_000_000  # fen in 10,000 yuan
SCENARIOS = {"base": 1.0, "adverse": 0.82, "favourable": 1.1}


def frame(name: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    """Return rows in the columns and kinds of an output table, money as fen."""
    schema = {column.name: DTYPES[column.kind] for column in OUT[name].columns}
    return pl.DataFrame(rows, schema=schema, orient="row")
