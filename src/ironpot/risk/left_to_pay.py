"""What is still to be paid after a day: as contracts stand, or as a plan says?

Expected amounts in yuan, positive as the debtor counts them, of debts owed outside the perimeter.
"""

import datetime as dt

import polars as pl

from ironpot.case.case import Case
from ironpot.cashflow.case_debts import without_end
from ironpot.core.money import FEN_PER_YUAN
from ironpot.risk.indicators import RESET_EVENTS, Owed
from ironpot.risk.maturity import INTEREST_EVENTS, PRINCIPAL_EVENTS

# `principal` and `cashless` (falls without payment, rises negative) of a debt add up to what it
# owes on the day; a row without a date is principal that has no day of payment. `rate` holds on
# the day, `refixed_on` is the first reset after it.
LEFT = pl.Schema(
    {
        "debt_id": pl.String(),
        "creditor_id": pl.String(),
        "primary_class": pl.String(),
        "date": pl.Date(),
        "principal": pl.Float64(),
        "interest": pl.Float64(),
        "fees": pl.Float64(),
        "cashless": pl.Float64(),
        "rate": pl.Float64(),
        "fixed": pl.Boolean(),
        "refixed_on": pl.Date(),
    }
)
MONEY = ("principal", "interest", "fees", "cashless")
_CONTRACT = ("debt_id", "creditor_id", "primary_class", "rate", "fixed", "refixed_on")


def left_in_yuan(case: Case, table: pl.DataFrame) -> pl.DataFrame:
    """Return rows of LEFT from a plan's table left_to_pay, money in fen; debts owed inside go.

    A plan settles what is on call right after its last quarter; nobody knows that day: it goes.
    """
    endless = pl.col("debt_id").is_in(without_end(case)["debt_id"].implode())
    return (
        table.filter(~pl.col("creditor_id").is_in(case.perimeter).fill_null(value=False))
        .with_columns(pl.col(MONEY) / FEN_PER_YUAN)
        .with_columns(date=pl.when(~endless).then("date"))
        .select(LEFT.names())
        .cast(LEFT)
    )


def left_by_contract(case: Case, events: pl.DataFrame, *, on: dt.date) -> pl.DataFrame:
    """Return rows of LEFT if every contract is kept; `events` of the debts in named scenarios.

    Amounts are expected over the case's scenarios.
    """
    owed = case.debts.filter(
        pl.col("debtor_id").is_in(case.perimeter) & ~pl.col("creditor_id").is_in(case.perimeter),
        pl.col("status").fill_null("performing") != "repaid",
    )
    weighted = _weighted(case, events, owed)
    paid = (
        weighted.filter(pl.col("date") > on)
        .group_by("debt_id", "date")
        .agg(pl.col(MONEY).sum())
        .pipe(net_of_added)
        .filter(pl.any_horizontal(pl.col(name) != 0.0 for name in MONEY))
    )
    stock = _stock(owed, weighted, on)
    dated = paid.join(stock, on="debt_id").select(LEFT.names())
    fallen = paid.group_by("debt_id").agg(fell=pl.sum_horizontal("principal", "cashless").sum())
    rest = (
        stock.join(fallen, on="debt_id", how="left")
        .with_columns(principal=pl.col("owing") - pl.col("fell").fill_null(0.0))
        .filter(pl.col("principal").abs() > 1.0 / FEN_PER_YUAN)
        .with_columns(date=None, interest=0.0, fees=0.0, cashless=0.0)
    )
    return pl.concat([dated.cast(LEFT), rest.select(LEFT.names()).cast(LEFT)]).sort(
        "debt_id", "date", nulls_last=True
    )


def net_of_added(paid: pl.DataFrame, *, falls: str = "cashless") -> pl.DataFrame:
    """Return payments net of principal that is drawn to pay interest, row by row.

    What is drawn so raises `principal` back to nil and lowers `interest`; as a rise without
    payment it stands in the column `falls`, negative.

    >>> day = {"principal": [-3.0], "interest": [5.0], "cashless": [0.0]}
    >>> net_of_added(pl.DataFrame(day)).row(0)
    (0.0, 2.0, -3.0)
    """
    added = (-pl.col("principal")).clip(0.0, pl.col("interest").clip(0.0))
    return paid.with_columns(
        (pl.col("principal") + added).alias("principal"),
        (pl.col("interest") - added).alias("interest"),
        (pl.col(falls) - added).alias(falls),
    )


def _weighted(case: Case, events: pl.DataFrame, owed: pl.DataFrame) -> pl.DataFrame:
    """Return the events of debts with what each is expected to pay and to lower.

    Scenarios that `events` does not hold share their weight out among those that it does.
    """
    held = {name: case.settings.weights[name] for name in events["scenario"].unique()}
    weight = pl.col("scenario").replace_strict(
        list(held), [one / sum(held.values()) for one in held.values()], return_dtype=pl.Float64
    )
    kind, paid = pl.col("event_type"), -pl.col("payoff") * weight
    principal = pl.when(kind.is_in(PRINCIPAL_EVENTS)).then(paid).otherwise(0.0)
    interest = pl.when(kind.is_in(INTEREST_EVENTS)).then(paid).otherwise(0.0)
    now = pl.col("notional").abs()
    before = now.shift(1).over("scenario", "contract_id").fill_null(pl.col("notional_principal"))
    return (
        events.join(
            owed.select("debt_id", "notional_principal"),
            left_on="contract_id",
            right_on="debt_id",
            maintain_order="left",
        )
        .with_columns(debt_id="contract_id", weight=weight, principal=principal, interest=interest)
        .with_columns(
            fees=paid - pl.col("principal") - pl.col("interest"),
            cashless=(before - now) * weight - pl.col("principal"),
        )
    )


def _stock(owed: pl.DataFrame, weighted: pl.DataFrame, on: dt.date) -> pl.DataFrame:
    """Return each debt's terms on the day: `owing`, `rate`, `fixed`, `refixed_on`."""
    early = weighted.filter(pl.col("date") <= on)
    gone = early.group_by("debt_id").agg(gone=pl.sum_horizontal("principal", "cashless").sum())
    rates = (
        early.group_by("debt_id", "scenario", maintain_order=True)
        .agg(pl.col("rate", "weight").last())
        .group_by("debt_id")
        .agg(now=(pl.col("rate") * pl.col("weight")).sum())
    )
    resets = weighted.filter(pl.col("date") > on, pl.col("event_type").is_in(RESET_EVENTS))
    first = resets.group_by("debt_id").agg(refixed_on=pl.col("date").min())
    return (
        owed.join(gone, on="debt_id", how="left")
        .join(rates, on="debt_id", how="left")
        .join(first, on="debt_id", how="left")
        .select(
            *("debt_id", "creditor_id", "primary_class", "refixed_on"),
            rate=pl.coalesce("now", "nominal_interest_rate"),
            fixed=pl.col("market_object_code_of_rate_reset").is_null(),
            owing=pl.col("notional_principal") - pl.col("gone").fill_null(0.0),
        )
    )


def owed_on(left: pl.DataFrame, *, on: dt.date) -> Owed:
    """Return rows of LEFT as what indicators are computed of, at day `on`."""
    stock = left.group_by(_CONTRACT, maintain_order=True).agg(
        principal=pl.sum_horizontal("principal", "cashless").sum()
    )
    payments = left.filter(pl.col("date").is_not_null()).select(
        *("debt_id", "primary_class", "date", "refixed_on", "principal", "interest"),
        other=pl.col("fees"),
    )
    return Owed(stock, payments, on)
