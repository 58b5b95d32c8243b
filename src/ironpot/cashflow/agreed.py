"""Which changes of contracts were agreed, and in which steps do they happen?

A change takes effect at the end of its day, after what falls due on that day under the old terms;
changes of one day happen in the order of their rows.
"""

import polars as pl

from ironpot.case.schema.agreed import DEBT_CHANGES

IN_PARTS = ("LAM", "LAX", "NAM", "ANN")
WITH_MATURITY = ("PAM", *IN_PARTS)
CHANGEABLE = (*WITH_MATURITY, "CLM", "UMP")
ONE_INSTALMENT = ("NAM", "ANN")
SOLVED = ("LAM", "ANN")
EARLY = ("prepay", "call", "put")
DEFAULT = "default"
PART_OF_PRINCIPAL = (*EARLY, "haircut")
CHANGES = pl.Schema(
    {"contract_id": pl.String(), **{c.name: c.dtype for c in DEBT_CHANGES.columns[2:]}}
)


def steps_of(changes: pl.DataFrame, contracts: pl.DataFrame) -> pl.DataFrame:
    """Return what happens to contracts, step by step, sorted by contract and time.

    A moratorium is two steps, `pause` and `resume`, for principal and interest each. `fee` and
    `price` are what is paid besides the principal; `instalment` is solve, keep or extend. Defaults
    are left out: terms stay as they are and payments come later, as `arrears` says.

    >>> import datetime as dt
    >>> waits = pl.DataFrame({"contract_id": ["D"], "date": [dt.date(2025, 6, 30)],
    ...     "change": ["moratorium"], "until": [dt.date(2026, 6, 30)], "relieves": ["principal"]})
    >>> debt = pl.DataFrame({"contract_id": ["D"], "contract_type": ["LAM"]})
    >>> steps_of(waits, debt).select("time", "act", "instalment").rows()
    [(datetime.datetime(2025, 6, 30, 0, 0), 'pause_principal', 'solve'),
    (datetime.datetime(2026, 6, 30, 0, 0), 'resume_principal', 'solve')]
    """
    rows = with_terms(changes, contracts).with_columns(
        fee=_fee(),
        price=_price(),
        instalment=_instalment(),
        act=pl.col("change"),
        paused=pl.col("date"),
    )
    rows = rows.filter(pl.col("change") != DEFAULT)
    waits = pl.col("change") == "moratorium"
    relief = rows.filter(waits)
    halves = [
        _half(relief.filter(pl.col("relieves").is_in([what, "both"])), what)
        for what in ("interest", "principal")
    ]
    return (
        pl.concat([rows.filter(~waits), *halves], how="diagonal")
        .with_columns(time=pl.col("date").cast(pl.Datetime("us")))
        .sort(
            *("contract_id", "time", ~pl.col("act").str.starts_with("resume"), "row"),
            maintain_order=True,
        )
        .select(STEP)
    )


STEP = (
    *("contract_id", "time", "act", "amount", "share", "fee", "price", "rate_change", "new_rate"),
    *("paused", "until", "term_months", "interest", "instalment"),
)


def with_terms(changes: pl.DataFrame, contracts: pl.DataFrame) -> pl.DataFrame:
    """Return changes in full columns, numbered from 1, beside the contract's own terms."""
    absent = [name for name in CHANGES.names() if name not in changes.columns]
    whole = changes.with_columns(pl.lit(None).alias(name) for name in absent).select(
        pl.col(name).cast(dtype) for name, dtype in CHANGES.items()
    )
    lacking = [name for name in READ if name not in contracts.columns]
    terms = contracts.with_columns(pl.lit(None).alias(name) for name in lacking).select(
        "contract_id", *(pl.col(name).cast(dtype) for name, dtype in READ.items())
    )
    changeable = terms.filter(pl.col("contract_type") != "OVERDUE").with_columns(known=True)
    return whole.with_row_index("row", offset=1).join(
        changeable, on="contract_id", how="left", maintain_order="left"
    )


READ = pl.Schema(
    {
        "contract_type": pl.String(),
        "initial_exchange_date": pl.Date(),
        "maturity_date": pl.Date(),
        "market_object_code_of_rate_reset": pl.String(),
        "prepayment_penalty_rate": pl.Float64(),
        "penalty_rate": pl.Float64(),
        "nested": pl.Boolean(),
        "purchase_date": pl.Date(),
        "termination_date": pl.Date(),
        "next_principal_redemption_payment": pl.Float64(),
        "cycle_of_principal_redemption": pl.String(),
        "cycle_anchor_date_of_principal_redemption": pl.Date(),
    }
)


def _fee() -> pl.Expr:
    """Return the fee on what is paid early: as agreed now, else a prepayment's by contract."""
    by_contract = pl.when(pl.col("change") == "prepay").then(pl.col("prepayment_penalty_rate"))
    return pl.coalesce("fee_share", by_contract, 0.0)


def _price() -> pl.Expr:
    stated = pl.col("price").fill_null(1.0)
    return pl.when(pl.col("change").is_in(["call", "put", "swap"])).then(stated).otherwise(1.0)


def _instalment() -> pl.Expr:
    """Return what becomes of instalments: where nothing is said, what most banks do.

    They shrink with the principal; after an extension or a moratorium they are worked out anew, but
    an instalment that a contract states itself (NAM, LAX) stays.
    """
    shrinks = pl.col("change").is_in(PART_OF_PRINCIPAL)
    solved = shrinks | pl.col("contract_type").is_in(SOLVED)
    usual = pl.when(solved).then(pl.lit("solve")).otherwise(pl.lit("keep"))
    return pl.coalesce("instalment", usual)


def _half(relief: pl.DataFrame, what: str) -> pl.DataFrame:
    """Return pause and resume of principal or interest."""
    return pl.concat(
        [
            relief.with_columns(act=pl.lit(f"pause_{what}")),
            relief.with_columns(act=pl.lit(f"resume_{what}"), date=pl.col("until")),
        ]
    )
