"""What do the debts of a case pay under everything that is agreed about them?

Three tables of the case say it: `debts`, `debt_terms` (rare terms) and `debt_changes` (what is
agreed for a day). Whoever projects a case's debts starts here, so that none of them is forgotten.
"""

import datetime as dt
from collections.abc import Collection

import polars as pl

from ironpot.case.case import Case
from ironpot.cashflow.chapters import OPEN_ENDED
from ironpot.cashflow.debts import contracts_of_debts
from ironpot.cashflow.engine import project_cash_flows
from ironpot.cashflow.flows import CashFlows, joined
from ironpot.cashflow.further_terms import with_further_terms
from ironpot.cashflow.rates import RatePaths


def project_debts(
    case: Case,
    *,
    until: dt.date | None = None,
    rates: RatePaths | None = None,
    without: Collection[str] = (),
) -> CashFlows:
    """Return every event of the case's debts after its date, up to and with `until`.

    Terms and agreed changes hold in every scenario of `rates`; changes whose change_id is in
    `without` are left out, so that both sides of an agreement can be compared. Payoffs are signed
    from the debtor: what it pays is negative.

    Raises CaseError with every finding about terms and changes, IronpotError if a floating debt's
    rate has no path.

    >>> from ironpot.case.read import read_case
    >>> flows = project_debts(read_case("examples/two-pots").case)
    >>> flows.events.select("contract_id", "date", "event_type", "payoff").rows()
    [('loan', datetime.date(2025, 12, 31), 'IP', -400000.0),
    ('loan', datetime.date(2025, 12, 31), 'MD', -10000000.0)]
    """
    contracts = agreed_contracts(case)
    return project_cash_flows(
        contracts,
        status_date=case.date,
        until=until,
        rates=rates,
        changes=agreed_changes(case, contracts).filter(~pl.col("change_id").is_in(list(without))),
    )


def project_to_ends(case: Case, *, last: dt.date, rates: RatePaths | None = None) -> CashFlows:
    """Return every event of the case's debts to their ends; those without an end up to `last`.

    Nobody calls a loan on call up to then: it adds interest to what is owed, which is due on no day
    that is known. Otherwise as `project_debts`.
    """
    contracts = agreed_contracts(case)
    endless = pl.col("contract_type").is_in(OPEN_ENDED) & pl.col("maturity_date").is_null()
    parts = (contracts.filter(~endless), None), (contracts.filter(endless), last)
    return joined(
        *(
            project_cash_flows(
                part,
                status_date=case.date,
                until=until,
                rates=rates,
                changes=agreed_changes(case, part),
            )
            for part, until in parts
        )
    )


def without_end(case: Case) -> pl.DataFrame:
    """Return the debts, not repaid, that creditors may call at any time and that state no end."""
    return case.debts.filter(
        pl.col("contract_type").is_in(OPEN_ENDED),
        pl.col("maturity_date").is_null(),
        pl.col("status").fill_null("performing") != "repaid",
    )


def agreed_contracts(case: Case) -> pl.DataFrame:
    """Return the contracts of debts that are not repaid, their further terms filled in.

    Raises CaseError with every finding about further terms.
    """
    return contracts_of_debts(with_further_terms(case.debts, case.debt_terms), case_date=case.date)


def agreed_changes(case: Case, contracts: pl.DataFrame) -> pl.DataFrame:
    """Return what is agreed about `contracts`, by contract_id; nothing of debts already repaid."""
    agreed = case.debt_changes.rename({"debt_id": "contract_id"})
    return agreed.join(contracts, on="contract_id", how="semi", maintain_order="left")
