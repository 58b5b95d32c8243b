"""What does the district own and owe as one? Consolidation of a perimeter, to the fen.

Claims, debts, shares and guarantees whose two parties are both members are eliminated; every
entity keeps its own rows beside. Stocks stand at the end of the case date.
"""

from dataclasses import dataclass

import polars as pl

from ironpot.balance.classify import classify
from ironpot.balance.equity import implied_equity
from ironpot.balance.sheet import DETAIL, assemble
from ironpot.balance.tree import Perimeter, perimeter_members
from ironpot.case.case import Case
from ironpot.core.lang import Text
from ironpot.core.outputs import CONSOLIDATED, ELIMINATION

NO_ACCRUED_INTEREST = Text(
    "Accrued interest is unknown for {n} debts and not in their amount.",
    "{n}笔债务的应计利息未知,未计入金额。",
)
INSIDE_LENDER_UNNAMED = Text(
    "{n} debts are owed to an inside lender that is not in the entities table; not eliminated.",
    "{n}笔债务的债权人属范围内单位,但未列入“主体”表,未抵销。",
)
OUTSIDE_SHAREHOLDERS = Text(
    "{n} entities have outside shareholders; their part of net worth is included.",
    "{n}个主体有外部股东,净值中含外部股东权益。",
)
IMPUTED_STOCKS = Text(
    "{n} stocks are imputed: shares at net assets, or the other side of a recorded claim.",
    "{n}项存量为推算:按净资产计的股权,或已登记债权的对方账面。",
)


@dataclass(frozen=True, slots=True)
class BalanceSheet:
    """Stocks by entity, GFSM 2014 code and side, before the plan.

    `frame` has the columns of core.outputs.BALANCE_SHEET, money in integer fen; `members` are the
    entities added up; `unknown` says in sentences what the sheet could not count.
    """

    frame: pl.DataFrame
    perimeter: Perimeter
    members: tuple[str, ...]
    unknown: tuple[Text, ...]

    def amount(self, gfsm_code: str, entity_id: str = CONSOLIDATED) -> int:
        """Return the amount of one row in fen; 0 if the entity has no such stock."""
        row = (pl.col("entity_id") == entity_id) & (pl.col("gfsm_code") == gfsm_code)
        return int(self.frame.filter(row)["amount"].sum())


def consolidate(case: Case, *, perimeter: Perimeter = "public_sector") -> BalanceSheet:
    """Add up the stocks of a perimeter and eliminate what its members owe one another.

    For `general_government` the members' shares in inside companies, which stay outside that
    perimeter, are valued at the companies' net assets unless a share is recorded. Raises
    CaseError on codes that GFSM 2014 does not have.

    Net worth includes what outside shareholders own in inside companies; `unknown` says so where
    there are any. Source: IMF, GFSM 2014, chapter 3 (consolidation).

    >>> from ironpot.case.read import read_case
    >>> sheet = consolidate(read_case("examples/two-pots").case)
    >>> sheet.amount("6"), sheet.amount("61") + sheet.amount("62") - sheet.amount("63")
    (3200000000, 3200000000)
    """
    members = perimeter_members(case.entities, perimeter)
    stocks = classify(case)
    if perimeter == "general_government":
        stocks = pl.concat([stocks, implied_equity(case.entities, stocks, members)])
    own = stocks.filter(pl.col("entity_id").is_in(members))
    inside = own.filter(pl.col("counterparty_id").is_in(members))
    frame = assemble(
        own.rename({"fen": "gross"}).select(DETAIL.names()),
        inside.rename({"fen": "gross"}).with_columns(entity_id=pl.lit(ELIMINATION)),
        members=members,
        phase="before",
        date=case.date,
    )
    return BalanceSheet(frame, perimeter, members, _unknown(case, members, stocks))


def _unknown(case: Case, members: tuple[str, ...], stocks: pl.DataFrame) -> tuple[Text, ...]:
    """Say what could not be counted, one sentence each, only where there is something."""
    debts = case.debts.filter(pl.col("debtor_id").is_in(members))
    entities = case.entities.filter(pl.col("entity_id").is_in(members))
    unnamed = case.creditors.filter(
        (pl.col("creditor_class") == "inside") & ~pl.col("creditor_id").is_in(case.perimeter)
    )
    counts = (
        (debts["accrued_interest"].null_count(), NO_ACCRUED_INTEREST),
        (debts.join(unnamed, on="creditor_id", how="semi").height, INSIDE_LENDER_UNNAMED),
        (entities.filter(pl.col("ownership_share") < 1.0).height, OUTSIDE_SHAREHOLDERS),
        (_imputed(stocks, members), IMPUTED_STOCKS),
    )
    return tuple(
        Text(text.en.format(n=count), text.zh.format(n=count)) for count, text in counts if count
    )


def _imputed(stocks: pl.DataFrame, members: tuple[str, ...]) -> int:
    return stocks.filter(
        pl.col("entity_id").is_in(members) & (pl.col("origin") == "imputed")
    ).height
