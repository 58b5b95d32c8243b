"""Quarters of a plan in months: what cancels in a quarter is out by a few fen in its months."""

import datetime as dt

import polars as pl

from ironpot.core.outputs import CASH_FLOWS
from ironpot.risk.flows import planned_flows

RECEIVED = 10_000_001  # two fen are left over by thirds


def test_a_transfer_leaves_two_fen_at_most_in_a_month():
    takers = [f"company{k}" for k in range(5)]
    rows = [{"entity_id": name, "intra_group_in": RECEIVED} for name in takers]
    rows.append({"entity_id": "gov", "intra_group_out": -5 * RECEIVED})
    cash = pl.DataFrame(
        [
            dict.fromkeys(CASH_FLOWS, 0)
            | {"account": "company", "scenario": "base", "quarter": "2025Q1"}
            | row
            for row in rows
        ]
    )
    flows = planned_flows(cash, dt.date(2024, 12, 31))
    months = flows.group_by("date").agg(fen=(pl.col("amount") * 100).round().sum()).sort("date")
    assert [round(fen) for fen in months["fen"]] == [-3, -3, 6]
