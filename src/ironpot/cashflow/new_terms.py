"""What are a contract's terms after an agreed change?

Frames of contracts with one step each, in the columns of contract and step; what has happened to
the states is said in `changes`. An annuity whose instalment is kept becomes a NAM contract, as its
instalment is not solved for again when the rate is reset: it runs until everything is paid, at the
latest to its maturity.
"""

from collections.abc import Callable

import polars as pl

from ironpot.cashflow.agreed import SOLVED

KEPT, LATER = "keep", "extend"
CAPITALISED = "capitalise"
INSTALMENT = "next_principal_redemption_payment"


def instalment_agreed(rows: pl.DataFrame) -> pl.DataFrame:
    """Return contracts of which a part was paid early or forgiven."""
    return rows.with_columns(contract_type=_kept_annuity())


def partly_forgiven(rows: pl.DataFrame) -> pl.DataFrame:
    """Return contracts of which principal was forgiven.

    Their accrued interest stays due in full, so that an annuity that no stated instalment fixes is
    solved for anew: less than its share of the old instalment is gone.
    """
    stated = pl.lit(None, pl.Float64)
    if INSTALMENT in rows.columns:
        stated = pl.col(INSTALMENT)
    free = (pl.col("contract_type") == "ANN") & (pl.col("instalment") != KEPT) & stated.is_null()
    return rows.with_columns(contract_type=_kept_annuity(), solves=pl.col("solves") | free)


def rate_moved(rows: pl.DataFrame) -> pl.DataFrame:
    """Return contracts whose spread and future rates move with the rate."""
    solved = (pl.col("contract_type") == "ANN") & (pl.col("instalment") != KEPT)
    return future_rates_moved(rows).with_columns(
        contract_type=_kept_annuity(), solves=pl.col("solves") | solved
    )


def future_rates_moved(rows: pl.DataFrame) -> pl.DataFrame:
    """Return contracts whose spread, next rate and steps of the rate move by `rate_change`."""
    change = pl.col("rate_change").fill_null(0.0)
    moved = rows.with_columns(rate_spread=pl.col("rate_spread").fill_null(0.0) + change)
    if "next_reset_rate" in rows.columns:
        ahead = pl.col("next_reset_rate") + change
        known = pl.when(ahead.is_not_null()).then(pl.max_horizontal(ahead, 0.0))
        moved = moved.with_columns(next_reset_rate=known)
    return moved.with_columns(_steps_moved(rows)) if "array_rate" in rows.columns else moved


def _steps_moved(rows: pl.DataFrame) -> pl.Series:
    """Return steps of the rate, fixed ones and spreads, each moved by the change."""
    pairs = rows.select("array_rate", pl.col("rate_change").fill_null(0.0)).iter_rows()
    moved = [
        listed and ";".join(repr(float(rate) + change) for rate in listed.split(";"))
        for listed, change in pairs
    ]
    return pl.Series("array_rate", moved, pl.String)


def extended(rows: pl.DataFrame) -> pl.DataFrame:
    """Return contracts that mature on the new day, or months later."""
    stated = pl.col("until").cast(rows.schema["maturity_date"])
    return _maturing(rows, pl.coalesce(stated, _months_later("maturity_date", "term_months")))


def principal_paused(rows: pl.DataFrame) -> pl.DataFrame:
    """Return contracts that redeem no principal for now; if agreed, they mature as much later."""
    paused = rows.with_columns(
        quiet_principal=pl.lit(value=True),
        paused_until=pl.col("until"),
        pause=_months_of_pause(),
    )
    later = pl.when(pl.col("instalment") == LATER)
    maturity = later.then(_months_later("maturity_date", "pause")).otherwise("maturity_date")
    return _maturing(paused, maturity).drop("pause")


def principal_resumed(rows: pl.DataFrame) -> pl.DataFrame:
    """Return contracts that redeem principal again, worked out anew unless it is kept."""
    return rows.with_columns(
        quiet_principal=pl.lit(value=False),
        paused_until=pl.lit(None, pl.Date),
        solves=pl.col("solves") | _spreads_out(),
    )


def interest_paused(rows: pl.DataFrame) -> pl.DataFrame:
    """Return contracts that pay no interest for now, or add it to their principal."""
    grows = pl.col("interest") == CAPITALISED
    last = pl.col("until").cast(rows.schema["capitalization_end_date"])
    return rows.with_columns(
        quiet_interest=~grows,
        contract_type=_kept_annuity(),
        capitalization_end_date=pl.when(grows)
        .then(pl.max_horizontal("capitalization_end_date", last))
        .otherwise("capitalization_end_date"),
    )


def interest_resumed(rows: pl.DataFrame) -> pl.DataFrame:
    """Return contracts that pay interest again; what was added to principal spreads out."""
    grew = (pl.col("interest") == CAPITALISED) & (pl.col("instalment") != KEPT)
    return rows.with_columns(
        quiet_interest=pl.lit(value=False),
        solves=pl.col("solves") | (grew & pl.col("contract_type").is_in(SOLVED)),
    )


def exchanged(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the new bonds: a bullet, interest yearly, half-yearly from ten years' term on."""
    stated = pl.col("until").cast(rows.schema["maturity_date"])
    day = pl.col("paused").cast(rows.schema["maturity_date"])
    new = rows.with_columns(maturity_date=pl.coalesce(stated, _later(day, "term_months")))
    half_yearly = pl.col("maturity_date") >= day.dt.offset_by(HALF_YEARLY_FROM)
    ended = [name for name in rows.columns if name in ENDED or name.startswith("array_")]
    return new.with_columns(
        contract_type=pl.lit("PAM"),
        nominal_interest_rate=pl.col("new_rate"),
        cycle_of_interest_payment=pl.when(half_yearly)
        .then(pl.lit("P6ML1"))
        .otherwise(pl.lit("P1YL1")),
        cycle_anchor_date_of_interest_payment=day.cast(
            rows.schema["cycle_anchor_date_of_interest_payment"]
        ),
        quiet_principal=pl.lit(value=False),
        quiet_interest=pl.lit(value=False),
        **{name: pl.lit(None, rows.schema[name]) for name in ended},
    )


HALF_YEARLY_FROM = "120mo"
ENDED = (
    *("market_object_code_of_rate_reset", "cycle_of_rate_reset", "next_reset_rate"),
    *("cycle_anchor_date_of_rate_reset", "fixed_reset_date", "capitalization_end_date"),
    *("market_object_code_of_scaling_index", "cycle_of_scaling_index", "amortization_date"),
    *("cycle_anchor_date_of_scaling_index", "fee_rate", "cycle_of_fee", "paused_until"),
    *("cycle_anchor_date_of_fee", "interest_calculation_base"),
)
NEW_TERMS: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
    "prepay": instalment_agreed,
    "call": instalment_agreed,
    "put": instalment_agreed,
    "haircut": partly_forgiven,
    "rate": rate_moved,
    "extend": extended,
    "swap": exchanged,
    "pause_principal": principal_paused,
    "resume_principal": principal_resumed,
    "pause_interest": interest_paused,
    "resume_interest": interest_resumed,
}


def _kept_annuity() -> pl.Expr:
    """Return the type: an annuity whose instalment is kept is a NAM contract."""
    kept = (pl.col("contract_type") == "ANN") & (pl.col("instalment") == KEPT)
    return pl.when(kept).then(pl.lit("NAM")).otherwise("contract_type")


def _maturing(rows: pl.DataFrame, maturity: pl.Expr) -> pl.DataFrame:
    """Return contracts with a new maturity; an amortisation date moves along with it."""
    moved = rows.with_columns(matures=maturity)
    shift = pl.col("matures") - pl.col("maturity_date")
    return moved.with_columns(
        maturity_date=pl.col("matures"),
        amortization_date=pl.col("amortization_date") + shift,
        contract_type=_kept_annuity(),
        solves=pl.col("solves") | _spreads_out(),
    ).drop("matures")


def _spreads_out() -> pl.Expr:
    """Say which contracts work out equal parts or instalments anew."""
    return pl.col("contract_type").is_in(SOLVED) & (pl.col("instalment") != KEPT)


def _months_later(name: str, months: str) -> pl.Expr:
    return _later(pl.col(name), months)


def _later(day: pl.Expr, months: str) -> pl.Expr:
    return day.dt.offset_by(pl.format("{}mo", pl.col(months).fill_null(0)))


def _months_of_pause() -> pl.Expr:
    """Return how many months a pause lasts; a month begun counts."""
    start, end = pl.col("paused"), pl.col("until")
    years = end.dt.year().cast(pl.Int64) - start.dt.year()
    months = 12 * years + end.dt.month().cast(pl.Int64) - start.dt.month()
    return months + (end.dt.day() > start.dt.day()).cast(pl.Int64)
