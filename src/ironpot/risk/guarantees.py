"""What would a call on guarantees take at once? Debts of others, and own debts due too early.

A guarantee stands for principal of the debts it names up to its limit, shared in proportion to
them; a debt guaranteed twice counts once. Where the perimeter's own body owes the debt, a call only
brings payment forward; where an outsider does, it is money lost.
"""

from dataclasses import dataclass

import polars as pl

from ironpot.case.case import Case


@dataclass(frozen=True, slots=True)
class Guarantees:
    """`outside` is guaranteed principal of outsiders, yuan; `own` the guaranteed share by debt."""

    outside: float
    own: dict[str, float]


def guarantees_of(case: Case) -> Guarantees:
    """Return what bodies of the perimeter stand for towards others."""
    owed = case.debts.filter(
        pl.col("status").fill_null("performing") != "repaid",
        ~pl.col("creditor_id").is_in(case.perimeter),
    ).select("debt_id", "debtor_id", "notional_principal")
    given = case.guarantees.filter(pl.col("guarantor_id").is_in(case.perimeter))
    rows = (
        given.select("amount_limit", debt_id=pl.col("debt_ids").str.split(";"))
        .with_row_index("row")
        .explode("debt_id")
        .with_columns(pl.col("debt_id").str.strip_chars())
        .join(owed, on="debt_id")
        .with_columns(together=pl.col("notional_principal").sum().over("row"))
        .with_columns(share=pl.col("amount_limit").fill_null(float("inf")) / pl.col("together"))
    )
    by_debt = (
        rows.sort("debt_id", "row")
        .group_by("debt_id", "debtor_id", "notional_principal", maintain_order=True)
        .agg(share=pl.min_horizontal(pl.col("share").sum(), pl.lit(1.0)))
    )
    inside = pl.col("debtor_id").is_in(case.perimeter)
    outside = by_debt.filter(~inside)
    return Guarantees(
        outside=float((outside["notional_principal"] * outside["share"]).sum()),
        own=dict(by_debt.filter(inside).select("debt_id", "share").sort("debt_id").iter_rows()),
    )
