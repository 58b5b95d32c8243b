"""Which terms has a debt beyond those that most debts have?

The case lists them one a row: debt, term by its ACTUS name, value as text.
"""

import polars as pl

from ironpot.case.schema.debt import DEBTS
from ironpot.cashflow.check import Finding, found
from ironpot.cashflow.terms import CONTRACTS
from ironpot.core.columns import Column
from ironpot.core.errors import CaseError
from ironpot.core.issues import Issue
from ironpot.core.lang import Text

NUMBERS = ("money", "rate", "share", "number", "count")
PLACED = ("contract_id", "contract_role", "contract_structure", "nested")
FURTHER = tuple(name for name in CONTRACTS.names if name not in (*PLACED, *DEBTS.names))


def with_further_terms(debts: pl.DataFrame, debt_terms: pl.DataFrame) -> pl.DataFrame:
    """Return debts with a column for each further term that any of them states.

    Raises CaseError with every finding about the terms.

    >>> debts = pl.DataFrame({"debt_id": ["D1", "D2"]})
    >>> terms = pl.DataFrame({"debt_id": ["D2"], "term": ["fee_rate"], "value": ["0.01"]})
    >>> with_further_terms(debts, terms).rows()
    [('D1', None), ('D2', 0.01)]
    """
    issues = check_debt_terms(debt_terms)
    if issues:
        raise CaseError(issues)
    wide = debts
    for name in debt_terms["term"].unique(maintain_order=True):
        stated = debt_terms.filter(pl.col("term") == name).select(
            "debt_id", _read(CONTRACTS.column(name)).alias(name)
        )
        wide = wide.join(stated, on="debt_id", how="left", maintain_order="left")
    return wide


def check_debt_terms(debt_terms: pl.DataFrame) -> list[Issue]:
    """Return every finding about further terms; rows count from 1."""
    frame = debt_terms.with_columns(contract_id=pl.col("debt_id")).with_row_index("row", offset=1)
    return found(frame, CHECKS, "debt_terms")


def _read(column: Column) -> pl.Expr:
    """Return values as the column's type; null where they cannot be read as one."""
    text = pl.col("value").str.strip_chars()
    if column.kind in NUMBERS:
        return text.cast(pl.Float64, strict=False)
    if column.kind == "date":
        return text.str.to_date("%Y-%m-%d", strict=False)
    return text


def _unreadable() -> pl.Expr:
    """Say which values can not be read as their term."""
    return pl.any_horizontal(
        (pl.col("term") == name) & _read(CONTRACTS.column(name)).is_null() for name in FURTHER
    )


CHECKS: tuple[Finding, ...] = (
    Finding(
        "term.in_debts",
        "term",
        pl.col("term").is_in(DEBTS.names),
        Text("is a column of the debts", "是债务表的列"),
        Text("one of the two would be lost", "两处填写必有一处失效"),
        Text("fill it in there and delete this row", "请在债务表填写并删除该行"),
    ),
    Finding(
        "term.unknown",
        "term",
        ~pl.col("term").is_in([*FURTHER, *DEBTS.names]),
        Text("is no term that the engine knows", "不是可识别的条款"),
        Text("it would have no effect", "填写将无效果"),
        Text("write its ACTUS name in small letters", "请用小写ACTUS名称"),
    ),
    Finding(
        "term.unreadable",
        "value",
        _unreadable(),
        Text("can not be read as this term", "无法识别为该条款的内容"),
        Text("the contract would lack the term", "合同将缺少该条款"),
        Text("write a plain number, or a date as 2025-06-30", "请填数字或2025-06-30式日期"),
    ),
)
