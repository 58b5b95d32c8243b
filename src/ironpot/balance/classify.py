"""Which stock stands under which GFSM 2014 code? Every table of a case as rows of one kind.

A stock row has one owner, one code, one side, integer fen, and, where the other party is an
entity of the case, that party: two sides of one claim are two rows. Convention 13: each debt is
held once; hidden debt, arrears and guarantees are memo lines beside it.
"""

import polars as pl

from ironpot.balance import gfsm
from ironpot.case.case import Case
from ironpot.core.errors import CaseError
from ironpot.core.issues import Issue, Place
from ironpot.core.lang import Text
from ironpot.core.money import to_fen

STOCKS = pl.Schema(
    {
        "entity_id": pl.String(),
        "counterparty_id": pl.String(),
        "gfsm_code": pl.String(),
        "side": pl.String(),
        "fen": pl.Int64(),
        "basis": pl.String(),
        "origin": pl.String(),
    }
)


def classify(case: Case) -> pl.DataFrame:
    """Return every stock of the case at the case date as rows of STOCKS.

    Lots stand at book value, cash and claims at nominal value, debts at principal plus what
    interest is known to be accrued or overdue. Raises CaseError naming every lot or claim whose
    code is no detailed GFSM 2014 code of its side.
    """
    lots = lot_stocks(case.assets, case.asset_kinds)
    claims = claim_stocks(case.claims)
    _refuse(code_issues(lots, claims))
    debts = _live(case.debts)
    entities = case.entities["entity_id"]
    stocks = [
        lots,
        _seen_by_issuer(lots, entities),
        cash_stocks(case.accounts),
        debt_stocks(debts),
        _seen_by_lender(debt_stocks(debts), entities),
        claims,
        hidden_stocks(debts),
        arrears_stocks(debts),
        guarantee_stocks(case.guarantees, debts),
    ]
    return pl.concat(frame.select(STOCKS.names()) for frame in stocks)


def lot_stocks(assets: pl.DataFrame, kinds: pl.DataFrame) -> pl.DataFrame:
    """Return lots at book value; a lot's own code goes before its kind's.

    The frame has one column more than STOCKS, `row_id`, which names the lot in findings.
    """
    by_kind = kinds.select("asset_kind", kind_code="gfsm_code")
    coded = assets.join(by_kind, on="asset_kind", how="left", maintain_order="left")
    return coded.select(
        pl.col("asset_id").alias("row_id"),
        entity_id="owner_id",
        counterparty_id="counterparty_id",
        gfsm_code=pl.coalesce("gfsm_code", "kind_code"),
        side=pl.lit("asset"),
        fen=fen(coded["book_value"]),
        basis=pl.lit("book"),
        origin="origin",
    )


def cash_stocks(accounts: pl.DataFrame) -> pl.DataFrame:
    """Return opening cash by account as deposits (6202)."""
    return accounts.select(
        "entity_id",
        counterparty_id=pl.lit(None, pl.String),
        gfsm_code=pl.lit(gfsm.CASH),
        side=pl.lit("asset"),
        fen=fen(accounts["opening_cash"]),
        basis=pl.lit("nominal"),
        origin="origin",
    )


def debt_stocks(debts: pl.DataFrame) -> pl.DataFrame:
    """Return what each debtor owes, by instrument: bonds 6303, loans 6304, payables 6308x.

    Interest known to be accrued or overdue stands with its instrument, as nominal value in GFSM
    2014 includes it; where it is unknown nothing is added, and `consolidate` says for how many.
    """
    known = fen(debts["accrued_interest"].fill_null(0.0)) + fen(
        debts["arrears_interest"].fill_null(0.0)
    )
    return debts.select(
        entity_id="debtor_id",
        counterparty_id="creditor_id",
        gfsm_code=pl.col("instrument").replace_strict(
            gfsm.LIABILITY_OF_INSTRUMENT, return_dtype=pl.String
        ),
        side=pl.lit("liability"),
        fen=fen(debts["notional_principal"]) + known,
        basis=pl.lit("nominal"),
        origin="origin",
    )


def claim_stocks(claims: pl.DataFrame) -> pl.DataFrame:
    """Return both sides of the claims table under the codes it names; `row_id` as in lots."""
    owed = {"row_id": "claim_id", "entity_id": "debtor_id", "counterparty_id": "creditor_id"}
    held = {"row_id": "claim_id", "entity_id": "creditor_id", "counterparty_id": "debtor_id"}
    sides = (("liability", "liability_gfsm_code", owed), ("asset", "asset_gfsm_code", held))
    return pl.concat(
        claims.select(
            **parties,
            gfsm_code=code,
            side=pl.lit(side),
            fen=fen(claims["amount"]),
            basis=pl.lit("nominal"),
            origin="origin",
        )
        for side, code, parties in sides
    )


def hidden_stocks(debts: pl.DataFrame) -> pl.DataFrame:
    """Return principal of hidden debt as a memo line of its debtor; it also stands in 63."""
    hidden = debts.filter(pl.col("primary_class") == "hidden")
    return _debt_memo(hidden, gfsm.HIDDEN_DEBT, fen(hidden["notional_principal"]))


def arrears_stocks(debts: pl.DataFrame) -> pl.DataFrame:
    """Return what is overdue as a memo line: the whole of class `arrears`, elsewhere the part."""
    whole = pl.col("primary_class") == "arrears"
    overdue = pl.when(whole).then("notional_principal").otherwise("arrears_principal")
    late = debts.with_columns(overdue.alias("overdue")).filter(
        pl.col("overdue").is_not_null() | pl.col("arrears_interest").is_not_null()
    )
    amount = fen(late["overdue"].fill_null(0.0)) + fen(late["arrears_interest"].fill_null(0.0))
    return _debt_memo(late, gfsm.ARREARS, amount)


def guarantee_stocks(guarantees: pl.DataFrame, debts: pl.DataFrame) -> pl.DataFrame:
    """Return guarantees as memo lines: the limit, at most the principal covered, split over debts.

    The debtor stands as counterparty, so that a guarantee for an inside debt, which the sheet
    already carries as a liability, is eliminated. A limit is split in proportion to principal.
    """
    covered = (
        guarantees.select("guarantee_id", "guarantor_id", "amount_limit", "origin", "debt_ids")
        .with_columns(pl.col("debt_ids").str.split(";").alias("debt_id"))
        .explode("debt_id")
        .with_columns(pl.col("debt_id").str.strip_chars())
        .join(debts.select("debt_id", "debtor_id", "notional_principal"), on="debt_id")
    )
    covered = covered.with_columns(
        limit=fen(covered["amount_limit"]), principal=fen(covered["notional_principal"])
    )
    return covered.select(
        entity_id="guarantor_id",
        counterparty_id="debtor_id",
        gfsm_code=pl.lit(gfsm.GUARANTEES),
        side=pl.lit("memo"),
        fen=_share_of_limit(),
        basis=pl.lit("nominal"),
        origin="origin",
    )


def code_issues(lots: pl.DataFrame, claims: pl.DataFrame) -> list[Issue]:
    """List lots and claims whose code is no detailed GFSM 2014 code of that side.

    A heading such as 614 is refused, so that no amount stands both in a code and above it. A lot
    that names its issuer or debtor must have a code that can be owed. Frames as returned by
    `lot_stocks` and `claim_stocks`.
    """
    known = gfsm.leaves()
    ownable = pl.col("counterparty_id").is_null() | pl.col("gfsm_code").is_in(list(gfsm.OWED_AS))
    return [
        *_issues("assets", lots.join(known, on=["gfsm_code", "side"], how="anti"), _UNKNOWN),
        *_issues("claims", claims.join(known, on=["gfsm_code", "side"], how="anti"), _UNKNOWN),
        *_issues("assets", lots.filter(~ownable), _NOT_A_CLAIM),
    ]


def fen(amounts: pl.Series) -> pl.Series:
    """Round a column of yuan to integer fen; ValueError where one is unknown."""
    return pl.Series(amounts.name, to_fen(amounts.cast(pl.Float64).to_numpy()), pl.Int64)


_UNKNOWN = (
    "balance.gfsm_code_unknown",
    Text("not a detailed GFSM 2014 code of that side", "不是该方向的GFSM 2014明细代码"),
    Text("the stock would stand under no heading, or under two", "该存量无法归类或会重复归类"),
    Text(
        "use a code of the list, for example 6141 or 63082", "请使用代码表中的代码,如 6141、63082"
    ),
)
_NOT_A_CLAIM = (
    "balance.counterparty_of_real_asset",
    Text(
        "names an issuer or debtor, but is no share or claim", "填了发行方或债务人,但不是股权或债权"
    ),
    Text("only shares and claims are eliminated", "仅股权和债权参与合并抵销"),
    Text("empty that cell or correct the code", "请清空该单元格或改正代码"),
)


def _issues(table: str, rows: pl.DataFrame, words: tuple[str, Text, Text, Text]) -> list[Issue]:
    code, what, why, mend = words
    place = Place(table, header="gfsm_code")
    found = rows.select(value=pl.format("{}: {}", "row_id", pl.col("gfsm_code").fill_null("-")))
    return [Issue("error", code, place, value, what, why, mend) for value in found["value"]]


def _refuse(issues: list[Issue]) -> None:
    if issues:
        raise CaseError(issues)


def _live(debts: pl.DataFrame) -> pl.DataFrame:
    return debts.filter(pl.col("status").is_null() | (pl.col("status") != "repaid"))


def _debt_memo(debts: pl.DataFrame, code: str, amount: pl.Series) -> pl.DataFrame:
    return debts.select(
        entity_id="debtor_id",
        counterparty_id="creditor_id",
        gfsm_code=pl.lit(code),
        side=pl.lit("memo"),
        fen=amount,
        basis=pl.lit("nominal"),
        origin="origin",
    )


def _share_of_limit() -> pl.Expr:
    """Split min(limit, covered principal) over a guarantee's debts so that parts add up exactly."""
    upto = pl.col("principal").cum_sum()
    total = pl.col("principal").sum()
    called = pl.min_horizontal(pl.col("limit"), total)
    running = (called * (upto / total)).round(0).fill_nan(0.0).cast(pl.Int64)
    return running.diff().fill_null(running).over("guarantee_id")


def _seen_by_lender(owed: pl.DataFrame, entities: pl.Series) -> pl.DataFrame:
    """Return the lender's side of every debt whose creditor is an entity of the case."""
    return owed.filter(pl.col("counterparty_id").is_in(entities.implode())).select(
        entity_id="counterparty_id",
        counterparty_id="entity_id",
        gfsm_code=pl.col("gfsm_code").replace_strict(gfsm.HELD_AS, return_dtype=pl.String),
        side=pl.lit("asset"),
        fen="fen",
        basis="basis",
        origin="origin",
    )


def _seen_by_issuer(lots: pl.DataFrame, entities: pl.Series) -> pl.DataFrame:
    """Return the other side of lots that are shares in, or claims on, entities of the case.

    The books of that entity may not show it; the row is imputed from the holder's.
    """
    return lots.filter(pl.col("counterparty_id").is_in(entities.implode())).select(
        entity_id="counterparty_id",
        counterparty_id="entity_id",
        gfsm_code=pl.col("gfsm_code").replace_strict(gfsm.OWED_AS, return_dtype=pl.String),
        side=pl.lit("liability"),
        fen="fen",
        basis="basis",
        origin=pl.lit("imputed"),
    )
