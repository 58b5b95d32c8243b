"""Who pays for a debtor that does not, when several guarantees cover several debts?

Guarantees are called in their order; those of one order share alike, by what each of them may still
pay. A guarantee pays for its debts in the order in which it lists them, up to its limit, which
every call uses up. What no guarantee covers stays with the creditor.
"""

import datetime as dt
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

CALLS = pl.Schema(
    {
        "date": pl.Date(),
        "guarantee_id": pl.String(),
        "guarantor_id": pl.String(),
        "debt_id": pl.String(),
        "called": pl.Float64(),
        "limit_left": pl.Float64(),
    }
)


def call_guarantees(claims: pl.DataFrame, guarantees: pl.DataFrame) -> pl.DataFrame:
    """Return what each guarantee pays, a row a claim that it pays for.

    `claims`: date, debt_id, amount (yuan that the debtor left unpaid). `guarantees` as in the case:
    guarantee_id, guarantor_id, debt_ids joined by ';', amount_limit, call_order (empty: 1). Claims
    of an earlier day are paid first. `limit_left` is what the guarantee may pay after that.

    >>> claims = pl.DataFrame({"date": [dt.date(2025, 6, 30)], "debt_id": ["D1"],
    ...                        "amount": [100.0]})
    >>> guarantees = pl.DataFrame({"guarantee_id": ["G1", "G2"], "guarantor_id": ["A", "B"],
    ...     "debt_ids": ["D1", "D1;D2"], "amount_limit": [70.0, 80.0], "call_order": [1, 2]})
    >>> call_guarantees(claims, guarantees).select("guarantee_id", "called", "limit_left").rows()
    [('G1', 70.0, 0.0), ('G2', 30.0, 50.0)]
    """
    left = guarantees["amount_limit"].to_numpy().astype(float).copy()
    order = guarantees["call_order"].fill_null(1).to_numpy()
    listed = [text.split(";") for text in guarantees["debt_ids"]]
    rows = [
        (day, *guarantees.row(number, named=True).values(), debt, called, after)
        for day, number, debt, called, after in _calls(claims, left, order, listed)
    ]
    names = ["date", *guarantees.columns, "debt_id", "called", "limit_left"]
    found = pl.DataFrame(rows, schema=names, orient="row")
    return found.select(pl.col(name).cast(dtype) for name, dtype in CALLS.items())


def _calls(
    claims: pl.DataFrame, left: Floats, order: Integers, listed: list[list[str]]
) -> Iterator[tuple[dt.date, int, str, float, float]]:
    """Yield day, guarantee, debt, what is called and the limit then left, which is written to."""
    daily = claims.group_by("date", "debt_id", maintain_order=True).agg(pl.col("amount").sum())
    for day in daily["date"].unique().sort():
        claimed = daily.filter(pl.col("date") == day)
        unpaid = dict(claimed.select("debt_id", "amount").iter_rows())
        for level in np.unique(order):
            together = [int(number) for number in np.flatnonzero(order == level)]
            for number, debt, called, after in _of_one_order(unpaid, left, together, listed):
                yield day, number, debt, called, after


def _of_one_order(
    unpaid: dict[str, float], left: Floats, together: list[int], listed: list[list[str]]
) -> Iterator[tuple[int, str, float, float]]:
    """Yield the calls of guarantees of one order; what they pay is taken from `unpaid`."""
    debts = dict.fromkeys(debt for number in together for debt in listed[number])
    for debt in debts:
        covering = [number for number in together if debt in listed[number]]
        able = sum(left[number] for number in covering)
        paid = min(unpaid.get(debt, 0.0), able)
        if paid <= 0.0:
            continue
        for number in covering:
            called = float(paid * left[number] / able)
            left[number] -= called
            yield number, debt, called, float(left[number])
        unpaid[debt] -= paid
