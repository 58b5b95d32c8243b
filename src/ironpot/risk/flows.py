"""What comes in and goes out if nothing is decided? Debts, budget and lots as one kind of row.

A flow is dated and signed from its entity (in +, out -), in yuan, by account and scenario;
`counterparty_id` is the other member of the perimeter where there is one, so that what members pay
one another can be struck out; `_elimination` stands for a member that is not named.
"""

import datetime as dt

import polars as pl

from ironpot.balance.tree import account_holders
from ironpot.case.case import Case
from ironpot.case.schema.words import ACCOUNTS
from ironpot.core.dates import MONTHS_PER_QUARTER, next_day, quarter_end
from ironpot.core.errors import CaseError
from ironpot.core.issues import Issue, Place
from ironpot.core.lang import Text
from ironpot.core.money import FEN_PER_YUAN
from ironpot.core.outputs import CASH_FLOWS, CONSOLIDATED, ELIMINATION
from ironpot.risk.budget import budget_flows
from ironpot.risk.drivers import Scenarios

FLOWS = pl.Schema(
    {
        "entity_id": pl.String(),
        "account": pl.String(),
        "scenario": pl.String(),
        "date": pl.Date(),
        "amount": pl.Float64(),
        "counterparty_id": pl.String(),
    }
)
MONTHS_PER_YEAR = 12
INNER_FLOWS = ("intra_group_in", "intra_group_out", "asset_proceeds_inside")


def do_nothing_flows(case: Case, events: pl.DataFrame, scenarios: Scenarios) -> pl.DataFrame:
    """Return all flows of the perimeter without any plan, rows of FLOWS, after the case date.

    `events`: contract events of the debts (scenario, contract_id, date, payoff). Budget and lots go
    on to the last quarter of `scenarios`: forty of them fill the ladder. Nothing is rolled over,
    sold or asked for. Raises CaseError if an entity with flows has no account to bank with.
    """
    flows = pl.concat(
        [
            contract_flows(case, events),
            monthly(budget_flows(case, scenarios), case.date),
            lot_flows(case, scenarios),
        ]
    )
    members = flows.filter(pl.col("entity_id").is_in(case.perimeter))
    _refuse_homeless(members)
    return members


def contract_flows(case: Case, events: pl.DataFrame) -> pl.DataFrame:
    """Return what the debts' contracts pay, and what members that lend receive.

    `events`: (scenario, contract_id, date, payoff), payoff signed from the debtor. A debt is paid
    from the first account of its debtor's bank, in the order general, fund, capital, company,
    earmarked, that may pay its class; a lender receives in its first account.
    """
    parties = case.debts.select("debt_id", "debtor_id", "creditor_id", "primary_class")
    dated = events.filter(pl.col("date") > case.date)
    due = dated.join(parties, left_on="contract_id", right_on="debt_id")
    both = (_paid(case, due), _received(case, due))
    return pl.concat(part.select(FLOWS.names()).cast(FLOWS) for part in both)


def _paid(case: Case, due: pl.DataFrame) -> pl.DataFrame:
    lender = pl.when(pl.col("creditor_id").is_in(case.perimeter)).then("creditor_id")
    accounts = paying_accounts(case).rename({"entity_id": "debtor_id"})
    return due.join(accounts, on=["debtor_id", "primary_class"], how="left").select(
        "account",
        "scenario",
        "date",
        entity_id="debtor_id",
        amount="payoff",
        counterparty_id=lender,
    )


def _received(case: Case, due: pl.DataFrame) -> pl.DataFrame:
    accounts = first_accounts(case).rename({"entity_id": "creditor_id"})
    lent = due.filter(pl.col("creditor_id").is_in(case.perimeter))
    return lent.join(accounts, on="creditor_id", how="left").select(
        "account",
        "scenario",
        "date",
        entity_id="creditor_id",
        amount=-pl.col("payoff"),
        counterparty_id="debtor_id",
    )


def monthly(quarterly: pl.DataFrame, case_date: dt.date) -> pl.DataFrame:
    """Spread quarterly amounts over their months' last days in equal parts; rows of FLOWS.

    `quarterly`: (entity_id, account, scenario, quarter, amount). Months that ended by the case
    date are left out: their part of a quarter already begun has flowed.
    """
    return (
        _by_month(quarterly)
        .filter(pl.col("date") > case_date)
        .with_columns(
            amount=pl.col("amount") / MONTHS_PER_QUARTER, counterparty_id=pl.lit(None, pl.String)
        )
        .select(FLOWS.names())
    )


def planned_flows(cash: pl.DataFrame, case_date: dt.date) -> pl.DataFrame:
    """Return a plan's cash table as rows of FLOWS, each quarter in three parts that add up to it.

    `cash`: columns of core.outputs.CASH, money in integer fen, expected rows included. Consolidated
    rows are left out: the ladder makes its own. Parts of months that ended by the case date fall on
    the day after it.
    """
    rows = cash.filter(pl.col("entity_id") != CONSOLIDATED).unpivot(
        CASH_FLOWS, index=["entity_id", "account", "scenario", "quarter"], value_name="fen"
    )
    part = pl.col("fen").sign() * (pl.col("fen").abs() // MONTHS_PER_QUARTER)
    last = pl.col("month") == MONTHS_PER_QUARTER - 1
    rest = pl.col("fen") - part * (MONTHS_PER_QUARTER - 1)
    inner = pl.col("variable").is_in(INNER_FLOWS)
    return (
        _by_month(rows.filter(pl.col("fen") != 0))
        .with_columns(amount=pl.when(last).then(rest).otherwise(part) / FEN_PER_YUAN)
        .with_columns(
            pl.max_horizontal("date", pl.lit(next_day(case_date))),
            counterparty_id=pl.when(inner).then(pl.lit(ELIMINATION)),
        )
        .select(FLOWS.names())
    )


def lot_flows(case: Case, scenarios: Scenarios) -> pl.DataFrame:
    """Return what the lots earn less what keeping them costs, month by month; rows of FLOWS.

    Income grows by the lot's own rate each year and ends with its remaining life; it is paid into
    the owner's first account. Scenarios do not differ.
    """
    months = _months(case.date, scenarios.quarters[-1])
    life = pl.col("remaining_life_y") * MONTHS_PER_YEAR
    grown = (1.0 + pl.col("income_growth_rate").fill_null(0.0)).pow(
        pl.col("index") // MONTHS_PER_YEAR
    )
    net = (pl.col("income_y") * grown - pl.col("cost_to_keep_y")) / MONTHS_PER_YEAR
    by_owner = (
        case.assets.join(months, how="cross")
        .filter(pl.col("index") < life)
        .group_by("owner_id", "date", maintain_order=True)
        .agg(amount=net.sum())
    )
    return (
        by_owner.join(first_accounts(case), left_on="owner_id", right_on="entity_id", how="left")
        .join(pl.DataFrame({"scenario": scenarios.names}), how="cross")
        .rename({"owner_id": "entity_id"})
        .with_columns(counterparty_id=pl.lit(None, pl.String))
        .select(FLOWS.names())
    )


def paying_accounts(case: Case) -> pl.DataFrame:
    """Return (entity_id, primary_class, account): the first account that may pay each class."""
    masks = case.accounts.select(
        "entity_id", "account", primary_class=pl.col("pays").str.split(";")
    ).explode("primary_class")
    masks = masks.with_columns(pl.col("primary_class").str.strip_chars())
    return _first(_banked(case, masks), ["entity_id", "primary_class"])


def first_accounts(case: Case) -> pl.DataFrame:
    """Return (entity_id, account): each entity's first account, or its bank's."""
    return _first(_banked(case, case.accounts.select("entity_id", "account")), ["entity_id"])


def _banked(case: Case, accounts: pl.DataFrame) -> pl.DataFrame:
    """Give every entity the account rows of the entity it banks with."""
    holders = account_holders(case.entities, case.accounts)
    return holders.join(accounts, left_on="holder_id", right_on="entity_id").drop("holder_id")


def _first(rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    order = pl.col("account").replace_strict(ACCOUNTS, range(len(ACCOUNTS)), return_dtype=pl.Int64)
    return rows.sort(order, maintain_order=True).group_by(key, maintain_order=True).first()


def _by_month(quarterly: pl.DataFrame) -> pl.DataFrame:
    """Repeat each row for the months 0, 1, 2 of its quarter, `date` being the month's last day."""
    months = pl.DataFrame({"month": range(MONTHS_PER_QUARTER)})
    first = pl.date(
        pl.col("quarter").str.head(4).cast(pl.Int32),
        (pl.col("quarter").str.tail(1).cast(pl.Int32) - 1) * MONTHS_PER_QUARTER + 1,
        1,
    )
    return quarterly.join(months, how="cross").with_columns(
        date=first.dt.offset_by(pl.format("{}mo", "month")).dt.month_end()
    )


def _months(case_date: dt.date, last_quarter: str) -> pl.DataFrame:
    """Return (index, date): ends of the months after the case date, to the last quarter's end."""
    first = next_day(case_date).replace(day=1)
    starts = pl.date_range(first, quarter_end(last_quarter), interval="1mo", eager=True)
    return pl.DataFrame({"date": starts.dt.month_end()}).with_row_index("index")


def _refuse_homeless(flows: pl.DataFrame) -> None:
    homeless = flows.filter(pl.col("account").is_null())["entity_id"].unique().sort()
    issues = [
        Issue(
            "error",
            "account.none_for_flows",
            Place("accounts", header="entity_id"),
            entity,
            Text(
                "has payments, but neither it nor a parent has an account that may make them",
                "有收支,但其自身及上级均无可办理的账户",
            ),
            Text("its cash cannot be followed", "无法跟踪其现金"),
            Text(
                "add an account row, or let one pay the debt's class",
                "请补充账户,或在“可偿还债务类别”中加入相应类别",
            ),
        )
        for entity in homeless
    ]
    if issues:
        raise CaseError(issues)
