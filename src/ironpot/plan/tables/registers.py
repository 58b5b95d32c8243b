"""Tables lots, debts and sources: what the plan started from, and where each figure came from."""

import polars as pl

from ironpot.balance.classify import lot_stocks
from ironpot.case.case import Case
from ironpot.core.money import to_fen
from ironpot.core.outputs import DEBTS, LOTS, SOURCES
from ironpot.plan.debt_ledger import Loans
from ironpot.plan.inputs import Inputs
from ironpot.plan.names import loan_names
from ironpot.plan.tables.frame import out_frame


def lots_table(case: Case) -> pl.DataFrame:
    """Return every lot of the perimeter at its book value."""
    stocks = lot_stocks(case.assets, case.asset_kinds)
    inside = case.assets.filter(pl.col("owner_id").is_in(case.perimeter))
    codes = dict(stocks.select("row_id", "gfsm_code").iter_rows())
    return out_frame(
        LOTS,
        (
            {
                "lot_id": row["asset_id"],
                "entity_id": row["owner_id"],
                "asset_kind": row["asset_kind"],
                "gfsm_code": codes[row["asset_id"]],
                "opening_amount": int(to_fen(row["book_value"])),
                "protected": bool(row["essential"]),
                "origin": row["origin"],
            }
            for row in inside.iter_rows(named=True)
        ),
    )


def debts_table(inputs: Inputs, loans: Loans) -> pl.DataFrame:
    """Return every debt of the perimeter and every loan that the plan takes up (opening 0)."""
    old: list[dict[str, object]] = [
        {
            "debt_id": row["debt_id"],
            "entity_id": row["debtor_id"],
            "primary_class": row["primary_class"],
            "opening_principal": int(to_fen(row["notional_principal"])),
            "origin": row["origin"],
        }
        for row in inputs.all_debts.iter_rows(named=True)
    ]
    new: list[dict[str, object]] = [
        {
            "debt_id": name,
            "entity_id": inputs.nodes.keys[int(loans.node[number])][0],
            "primary_class": loans.primary_class[number],
            "opening_principal": 0,
            "origin": "estimated",
        }
        for number, name in enumerate(loan_names(inputs, loans))
    ]
    return out_frame(DEBTS, [*old, *new])


def sources_table(case: Case) -> pl.DataFrame:
    """Return the documents behind the case."""
    return case.sources.select(SOURCES.names)
