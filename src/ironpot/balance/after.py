"""What is owned and owed once the plan is done? Effects in plain words, posted to the sheet.

All amounts are positive integer fen; the effect's word says the direction. What a sale brings is a
`cash_in` of its own, so that a sale below book value lowers net worth.
"""

import datetime as dt

import polars as pl

from ironpot.balance import gfsm
from ironpot.balance.sheet import DETAIL, assemble, details
from ironpot.core.outputs import CONSOLIDATED, ELIMINATION

EFFECTS = pl.Schema(
    {
        "entity_id": pl.String(),
        "effect": pl.String(),
        "gfsm_code": pl.String(),
        "primary_class": pl.String(),
        "counterparty_id": pl.String(),
        "buyer_id": pl.String(),
        "amount": pl.Int64(),
    }
)

# effect: side, code (None: the row's own), sign
POSTINGS: dict[str, tuple[str, str | None, int]] = {
    "asset_out": ("asset", None, -1),
    "asset_in": ("asset", None, 1),
    "units_kept": ("asset", gfsm.FUND_UNITS, 1),
    "cash_in": ("asset", gfsm.CASH, 1),
    "cash_out": ("asset", gfsm.CASH, -1),
    "debt_new": ("liability", None, 1),
    "debt_reduced": ("liability", None, -1),
    "prepaid_income": ("liability", gfsm.ADVANCES_RECEIVED, 1),
    "guarantee_new": ("memo", gfsm.GUARANTEES, 1),
    "guarantee_released": ("memo", gfsm.GUARANTEES, -1),
}
MEMO_OF_CLASS: dict[str, str] = {"hidden": gfsm.HIDDEN_DEBT, "arrears": gfsm.ARREARS}

_CHANGE = ["entity_id", "counterparty_id", "gfsm_code", "side", "gross"]


def after_plan(before: pl.DataFrame, effects: pl.DataFrame, *, date: dt.date) -> pl.DataFrame:
    """Return the sheet of phase `after` at `date`: `before` with a plan's effects posted to it.

    `before`: a sheet of phase before. `effects`: columns of EFFECTS, absent ones null; `effect` is
    a word of POSTINGS, `amount` fen >= 0, an asset's amount its book value. `counterparty_id` is
    an inside lender of a debt or an inside issuer or debtor of a lot, `buyer_id` an inside buyer.

    - A lot sold to an inside buyer moves there at book value: nothing is gained by selling to
      oneself. What the buyer pays and borrows are its own rows (cash_out, debt_new).
    - A claim on an inside body that leaves to outsiders becomes a debt to them; bought by its own
      debtor it is extinguished.
    - Prepaid income is a liability (63082) until earned; units kept are an asset (62052).

    Raises ValueError on an unknown word or code, or if a stock would fall below zero.
    """
    reserved = pl.col("entity_id").is_in([ELIMINATION, CONSOLIDATED])
    old = details(before)
    members = before.filter(~reserved)["entity_id"].unique(maintain_order=True)
    rows = _known(effects, members.to_list())
    changes = _changes(rows)
    sheet = assemble(
        pl.concat([old.filter(~reserved).select(DETAIL.names()), _as_detail(changes)]),
        pl.concat([old.filter(_eliminated()).select(DETAIL.names()), _eliminations(rows, changes)]),
        members=tuple(members),
        phase="after",
        date=date,
    )
    return _without_negatives(sheet)


def _known(effects: pl.DataFrame, members: list[str]) -> pl.DataFrame:
    """Return the effects in columns of EFFECTS; other parties that are no members become null."""
    absent = [pl.lit(None, kind).alias(name) for name, kind in EFFECTS.items()]
    full = effects.with_columns(
        column for column in absent if column.meta.output_name() not in effects.columns
    ).cast(EFFECTS)
    bad = full.filter(
        ~pl.col("effect").is_in(list(POSTINGS))
        | ~_code_fits()
        | ~pl.col("entity_id").is_in(members)
        | (pl.col("amount") < 0)
        | pl.any_horizontal(pl.col("effect", "entity_id", "amount").is_null())
    )
    if bad.height:
        raise ValueError(f"Effects that cannot be posted: {bad.head(10).rows()}")
    return full.with_columns(
        pl.when(pl.col(name).is_in(members)).then(name).alias(name)
        for name in ("counterparty_id", "buyer_id")
    )


def _code_fits() -> pl.Expr:
    """Say whether an effect that needs a code has one of its own side."""
    head = pl.col("gfsm_code").str.head(2).fill_null("")
    own = [effect for effect, (_, code, _) in POSTINGS.items() if code is None]
    debt = pl.col("effect").str.starts_with("debt")
    fits = pl.when(debt).then(head == gfsm.LIABILITIES).otherwise(head.is_in(["61", "62"]))
    return fits | ~pl.col("effect").is_in(own)


def _changes(rows: pl.DataFrame) -> pl.DataFrame:
    """Return signed changes of members' stocks, with the other party where it is a member."""
    return pl.concat(
        [
            _direct(rows),
            _memo_of_debt(rows),
            _seen_by_lender(rows),
            _moved_to_buyer(rows),
            _extinguished(rows),
        ]
    )


def _direct(rows: pl.DataFrame) -> pl.DataFrame:
    side, code, sign = (
        pl.col("effect").replace_strict(
            {effect: posting[part] for effect, posting in POSTINGS.items()}, return_dtype=kind
        )
        for part, kind in enumerate((pl.String, pl.String, pl.Int64))
    )
    return rows.select(
        "entity_id",
        "counterparty_id",
        gfsm_code=pl.coalesce(code, "gfsm_code"),
        side=side,
        gross=pl.col("amount") * sign,
    )


def _memo_of_debt(rows: pl.DataFrame) -> pl.DataFrame:
    debts = _debts(rows).filter(pl.col("primary_class").is_in(list(MEMO_OF_CLASS)))
    return debts.select(
        "entity_id",
        "counterparty_id",
        gfsm_code=pl.col("primary_class").replace_strict(MEMO_OF_CLASS, return_dtype=pl.String),
        side=pl.lit("memo"),
        gross=_signed_debt(),
    )


def _seen_by_lender(rows: pl.DataFrame) -> pl.DataFrame:
    return (
        _debts(rows)
        .filter(pl.col("counterparty_id").is_not_null())
        .select(
            entity_id="counterparty_id",
            counterparty_id="entity_id",
            gfsm_code=pl.col("gfsm_code").replace_strict(gfsm.HELD_AS, return_dtype=pl.String),
            side=pl.lit("asset"),
            gross=_signed_debt(),
        )
    )


def _moved_to_buyer(rows: pl.DataFrame) -> pl.DataFrame:
    """Give an inside buyer the lot; its other party, if any, is now the buyer's."""
    bought = rows.filter(_leaves() & pl.col("buyer_id").is_not_null() & ~_bought_by_debtor())
    return bought.select(
        "counterparty_id",
        "gfsm_code",
        entity_id="buyer_id",
        side=pl.lit("asset"),
        gross="amount",
    ).select(_CHANGE)


def _extinguished(rows: pl.DataFrame) -> pl.DataFrame:
    """Strike the debtor's side of a claim that its debtor has bought."""
    return rows.filter(_leaves() & _bought_by_debtor()).select(
        entity_id="buyer_id",
        counterparty_id="entity_id",
        gfsm_code=pl.col("gfsm_code").replace_strict(gfsm.OWED_AS, return_dtype=pl.String),
        side=pl.lit("liability"),
        gross=-pl.col("amount"),
    )


def _eliminations(rows: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    """Return what leaves or enters the elimination: both sides of what two members share.

    A claim on a member that goes to an outsider stays its debtor's liability, no longer eliminated.
    """
    sold_out = rows.filter(
        _leaves() & pl.col("counterparty_id").is_not_null() & pl.col("buyer_id").is_null()
    ).select(
        "entity_id",
        "counterparty_id",
        gfsm_code=pl.col("gfsm_code").replace_strict(gfsm.OWED_AS, return_dtype=pl.String),
        side=pl.lit("liability"),
        gross=-pl.col("amount"),
    )
    shared = changes.filter(pl.col("counterparty_id").is_not_null())
    return _as_detail(pl.concat([shared, sold_out]).with_columns(entity_id=pl.lit(ELIMINATION)))


def _as_detail(changes: pl.DataFrame) -> pl.DataFrame:
    """Add the value basis, and the origin: what a plan changes is an estimate."""
    book = (pl.col("side") == "asset") & (pl.col("gfsm_code") != gfsm.CASH)
    return changes.with_columns(
        basis=pl.when(book).then(pl.lit("book")).otherwise(pl.lit("nominal")),
        origin=pl.lit("estimated"),
    ).select(DETAIL.names())


def _without_negatives(sheet: pl.DataFrame) -> pl.DataFrame:
    below = details(sheet).filter(pl.col("gross") < 0)
    if below.height:
        rows = below.select("entity_id", "gfsm_code", "gross").head(10).rows()
        raise ValueError(f"A plan takes more than there is (fen): {rows}")
    return sheet


def _debts(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.filter(pl.col("effect").is_in(["debt_new", "debt_reduced"]))


def _signed_debt() -> pl.Expr:
    reduced = pl.col("effect") == "debt_reduced"
    return pl.when(reduced).then(-pl.col("amount")).otherwise("amount")


def _leaves() -> pl.Expr:
    return pl.col("effect") == "asset_out"


def _bought_by_debtor() -> pl.Expr:
    return (pl.col("buyer_id") == pl.col("counterparty_id")).fill_null(value=False)


def _eliminated() -> pl.Expr:
    return pl.col("entity_id") == ELIMINATION
