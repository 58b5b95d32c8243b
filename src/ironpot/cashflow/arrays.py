"""How do schedules and rates that change by steps unfold?

A stepped term is a list joined by ';': an anchor a step, and with it a cycle, an amount, a rate. A
step runs from its anchor up to the next one; without a cycle it has its anchor alone.

Source: ACTUS technical specification 1.1, section Array Schedule, and LAX.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow.block import NEVER, Block, times_of
from ironpot.cashflow.cycles import Cycles, Dates, cycles_of, cyclic_dates
from ironpot.cashflow.words import Words, words_of

Booleans = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]
Times = npt.NDArray[np.datetime64]

ANCHOR = "array_cycle_anchor_date_of_{}"
CYCLE = "array_cycle_of_{}"


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps of many contracts, (step,): contract `row`, `anchor`, `cycle`, and where it ends.

    `number` counts the steps of a contract from 0; `last` marks the one that runs to maturity.
    """

    row: Rows
    number: Integers
    anchor: Times
    cycle: Cycles
    following: Times
    last: Booleans


def steps_of(block: Block, purpose: str) -> Steps:
    """Return the steps of a purpose such as `interest_payment`, contract after contract."""
    anchors = _listed(block, ANCHOR.format(purpose))
    row = anchors["row"].to_numpy().astype(np.intp)
    number = anchors["number"].to_numpy().astype(np.int64)
    anchor = times_of(anchors["item"].str.to_datetime(TIME_FORMAT))
    last = np.append(row[1:] != row[:-1], True) if row.size else np.zeros(0, bool)
    following = np.where(last, NEVER, np.append(anchor[1:], NEVER)) if row.size else anchor
    cycle = cycles_of(step_words(block, CYCLE.format(purpose), row, number))
    return Steps(row, number, anchor, cycle, following, last)


def step_words(block: Block, name: str, row: Rows, number: Integers) -> Words:
    """Return a stepped term's words by step; a single word holds for every step."""
    listed = _listed(block, name)
    only = listed.filter(pl.len().over("row") == 1).select("row", pl.col("item").alias("only"))
    steps = pl.DataFrame({"row": row, "number": number})
    found = steps.join(listed, on=["row", "number"], how="left", maintain_order="left").join(
        only, on="row", how="left", maintain_order="left"
    )
    return words_of(found.select(pl.coalesce("item", "only")).to_series())


def step_numbers(block: Block, name: str, row: Rows, number: Integers) -> Floats:
    """Return a stepped term's numbers by step; NaN where it has none."""
    words = step_words(block, name, row, number)
    return np.array([*(float(word) for word in words.values), np.nan])[words.code]


def unfold(
    steps: Steps, end: Times, end_of_month: Booleans, *, include_end: bool
) -> tuple[Dates, Rows]:
    """Return the dates of all steps, contract after contract, and each date's step.

    `end` (contract,) is the maturity, which is a date of its own if included.
    """
    stop = np.fmin(np.where(steps.last, end[steps.row], steps.following), end[steps.row])
    found = cyclic_dates(
        steps.anchor, steps.cycle, stop, end_of_month[steps.row], include_end=False
    )
    row, time, step = steps.row[found.row], found.time, found.row
    if not include_end:
        return Dates(row, time, np.zeros(row.shape, bool)), step
    rows = np.unique(steps.row)
    ends = rows[~np.isnat(end[rows])]
    final = np.searchsorted(steps.row, ends, side="right") - 1
    order = np.argsort(np.concatenate([row, ends]), kind="stable")
    closing = np.arange(order.size) >= row.size
    whole = Dates(
        np.concatenate([row, ends])[order],
        np.concatenate([time, end[ends]])[order],
        closing[order],
    )
    return whole, np.concatenate([step, final])[order]


TIME_FORMAT = "%Y-%m-%dT%H:%M:%S"


def _listed(block: Block, name: str) -> pl.DataFrame:
    """Return the items of a list term: row, number, item; days are given a time of day."""
    if not block.has(name):
        return pl.DataFrame(schema={"row": pl.Int64, "number": pl.Int64, "item": pl.String})
    listed = (
        block.frame.select(item=pl.col(name).str.split(";"))
        .with_row_index("row")
        .drop_nulls()
        .explode("item")
        .select(
            pl.col("row").cast(pl.Int64),
            pl.int_range(pl.len()).over("row").cast(pl.Int64).alias("number"),
            pl.col("item").str.strip_chars(),
        )
    )
    if "anchor_date" not in name:
        return listed
    whole = pl.col("item").str.pad_end(19, "0")
    day_only = pl.col("item").str.len_chars() == 10
    return listed.with_columns(
        item=pl.when(day_only).then(pl.col("item") + "T00:00:00").otherwise(whole)
    )
