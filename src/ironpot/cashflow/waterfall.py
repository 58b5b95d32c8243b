"""Who is paid first when cash does not cover what is due, what then runs up, and when is it cured?

By rank; within a rank every contract gets the same share of what it is owed; within a contract fees
come first, then penalty interest, interest and principal (Civil Code of the People's Republic of
China, article 561). What is not paid bears penalty interest, simple, until it is.
"""

import datetime as dt

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow.daycount import place_in_years
from ironpot.cashflow.flows import CashFlows
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.totals import FEES, INTEREST, PENALTIES, PRINCIPAL
from ironpot.cashflow.words import words_of
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

ORDER: dict[str, tuple[Kind, ...]] = {
    "fee": FEES,
    "penalty": PENALTIES,
    "interest": INTEREST,
    "principal": PRINCIPAL,
}
RANKS = {"senior": 1, "subordinated": 2}
HALF_A_FEN = 0.005
PENALTY = list(ORDER).index("penalty")
PAID = pl.Schema(
    {
        "date": pl.Date(),
        "contract_id": pl.String(),
        **dict.fromkeys(ORDER, pl.Float64()),
        "arrears": pl.Float64(),
        "cured": pl.Boolean(),
    }
)


def pay_by_rank(due: Floats, rank: Integers, cash: float) -> Floats:
    """Return what is paid, (contract, kind) like `due`; kinds in the order of `ORDER`.

    A lower `rank` is paid before a higher one. Amounts are positive.

    >>> due = np.array([[0.0, 0.0, 40.0, 60.0], [0.0, 0.0, 0.0, 100.0], [0.0, 5.0, 0.0, 5.0]])
    >>> pay_by_rank(due, np.array([1, 1, 2]), 120.0).tolist()
    [[0.0, 0.0, 40.0, 20.0], [0.0, 0.0, 0.0, 60.0], [0.0, 0.0, 0.0, 0.0]]
    """
    paid, left = np.zeros_like(due), cash
    for level in np.unique(rank):
        rows = np.flatnonzero(rank == level)
        owed = due[rows].sum(axis=1)
        total = float(owed.sum())
        given = owed * (min(left / total, 1.0) if total > 0.0 else 0.0)
        left = max(left - float(given.sum()), 0.0)
        before = np.cumsum(due[rows], axis=1) - due[rows]
        paid[rows] = np.clip(given[:, None] - before, 0.0, due[rows])
    return paid


def ranks_of_debts(debts: pl.DataFrame) -> pl.DataFrame:
    """Return the terms that `pay_from_cash` needs from the case's debts, a row a debt.

    Senior debt ranks 1, subordinated debt 2; a penalty rate that is not stated stays unknown.

    >>> debts = pl.DataFrame({"debt_id": ["D"], "seniority": ["subordinated"],
    ...                       "penalty_rate": [0.1], "day_count_convention": ["30E360"]})
    >>> ranks_of_debts(debts).rows()
    [('D', 2, 0.1, '30E360')]
    """
    return debts.select(
        pl.col("debt_id").alias("contract_id"),
        pl.col("seniority").replace_strict(RANKS, return_dtype=pl.Int64).alias("rank"),
        "penalty_rate",
        "day_count_convention",
    )


def claims_of(paid: pl.DataFrame, day: dt.date) -> pl.DataFrame:
    """Return what is in arrears at the end of a day, as `call_guarantees` takes it.

    `paid` is what `pay_from_cash` returned; a debt's last row up to the day counts.

    >>> paid = pl.DataFrame({"date": [dt.date(2025, 1, 1)], "contract_id": ["D"],
    ...                      "arrears": [40.0]})
    >>> claims_of(paid, dt.date(2025, 6, 30)).rows()
    [(datetime.date(2025, 6, 30), 'D', 40.0)]
    """
    last = paid.filter(pl.col("date") <= day).group_by("contract_id", maintain_order=True).last()
    return last.filter(pl.col("arrears") > 0.0).select(
        pl.lit(day).alias("date"), pl.col("contract_id").alias("debt_id"), amount="arrears"
    )


def pay_from_cash(
    flows: CashFlows, cash: pl.DataFrame, terms: pl.DataFrame, *, scenario: str = "base"
) -> pl.DataFrame:
    """Return what contracts are paid day by day out of `cash`, and what is then in arrears.

    `cash` has date and amount (yuan that becomes available for debt service; what is not spent is
    kept); `terms` one row a contract: contract_id, rank, penalty_rate and, if it is not A365,
    day_count_convention. What a debt brings in is not cash here: put it into `cash`.

    A row a contract and day on which it is owed anything: fee, penalty, interest, principal (paid
    that day), arrears (all that is still overdue) and cured (arrears there were, and are no more).
    Raises IronpotError if a contract has no rank or penalty rate.

    >>> from ironpot.cashflow.engine import project_cash_flows
    >>> loan = pl.DataFrame({"contract_id": ["L"], "contract_type": ["PAM"],
    ...     "contract_role": ["RPL"], "notional_principal": [1000.0],
    ...     "nominal_interest_rate": [0.0], "day_count_convention": ["A365"],
    ...     "initial_exchange_date": [dt.date(2024, 1, 1)], "maturity_date": [dt.date(2025, 1, 1)]})
    >>> flows = project_cash_flows(loan, status_date=dt.date(2024, 12, 31))
    >>> cash = pl.DataFrame({"date": [dt.date(2025, 1, 1), dt.date(2026, 1, 1)],
    ...                      "amount": [600.0, 440.0]})
    >>> terms = pl.DataFrame({"contract_id": ["L"], "rank": [1], "penalty_rate": [0.1]})
    >>> pay_from_cash(flows, cash, terms).drop("contract_id", "fee", "interest").rows()
    [(datetime.date(2025, 1, 1), 0.0, 600.0, 400.0, False),
    (datetime.date(2026, 1, 1), 40.0, 400.0, 0.0, True)]
    """
    known = _terms(flows, terms)
    due = _due(flows, scenario, known["contract_id"].to_list())
    came = dict(cash.group_by("date").agg(pl.col("amount").sum()).iter_rows())
    days = sorted(due.keys() | came.keys())
    rank = known["rank"].cast(pl.Int64).to_numpy()
    arrears, left, parts = np.zeros((known.height, len(ORDER))), 0.0, list[pl.DataFrame]()
    for day, grown in zip(days, _growth(known, days), strict=True):
        before = arrears.sum(axis=1)
        owed = arrears + due.get(day, 0.0)
        owed[:, PENALTY] += grown * (before - arrears[:, PENALTY])
        left += came.get(day, 0.0)
        paid = pay_by_rank(owed, rank, left)
        left, arrears = left - float(paid.sum()), owed - paid
        parts.append(_told(day, known["contract_id"], paid, before, owed))
    return pl.concat(parts) if parts else pl.DataFrame(schema=PAID)


def _terms(flows: CashFlows, terms: pl.DataFrame) -> pl.DataFrame:
    """Return rank, penalty rate and day count of every contract, in the order of the flows."""
    ids = flows.contract_ids.unique(maintain_order=True).to_frame("contract_id")
    known = ids.join(terms, on="contract_id", how="left", maintain_order="left")
    for name in ("rank", "penalty_rate"):
        lacking = known.filter(pl.col(name).is_null())["contract_id"]
        if lacking.len():
            raise IronpotError(
                Text(
                    f"Contract {lacking[0]} has no {name}: who is paid when cannot be said. "
                    "Fill it in; a penalty rate of 0 if there is none.",
                    f"合同{lacking[0]}未填写{name},无法确定清偿顺序或罚息。请补充;没有罚息填0。",
                )
            )
    if "day_count_convention" not in known.columns:
        return known.with_columns(day_count_convention=pl.lit("A365"))
    return known.with_columns(pl.col("day_count_convention").fill_null("A365"))


def _due(flows: CashFlows, scenario: str, ids: list[str]) -> dict[dt.date, Floats]:
    """Return what falls due by day, (contract, kind), positive."""
    kinds = {kind.label: number for number, kinds in enumerate(ORDER.values()) for kind in kinds}
    place = {name: row for row, name in enumerate(ids)}
    payable = flows.events.filter(
        pl.col("scenario") == scenario, pl.col("payoff") < 0.0, pl.col("event_type").is_in([*kinds])
    )
    found: dict[dt.date, Floats] = {}
    for name, day, kind, payoff in payable.select(
        "contract_id", "date", "event_type", "payoff"
    ).iter_rows():
        due = found.setdefault(day, np.zeros((len(ids), len(ORDER))))
        due[place[name], kinds[kind]] -= payoff
    return found


def _growth(terms: pl.DataFrame, days: list[dt.date]) -> Floats:
    """Return the penalty on one yuan since the day before in the list, (day, contract)."""
    if not days:
        return np.zeros((0, terms.height))
    counts = words_of(terms["day_count_convention"].replace({"AAICMA": "AA"}))
    rate = terms["penalty_rate"].to_numpy()
    places = [place_in_years(np.full(terms.height, day, "datetime64[D]"), counts) for day in days]
    whole, part = (np.array(column) for column in zip(*places, strict=True))
    years = np.diff(whole, axis=0, prepend=whole[:1]) + np.diff(part, axis=0, prepend=part[:1])
    return rate * years


def _told(day: dt.date, ids: pl.Series, paid: Floats, before: Floats, owed: Floats) -> pl.DataFrame:
    """Return the rows of a day for contracts that are owed anything on it."""
    arrears = (owed - paid).sum(axis=1)
    arrears = np.where(arrears < HALF_A_FEN, 0.0, arrears)
    rows = {"date": pl.repeat(day, len(ids), eager=True), "contract_id": ids}
    rows |= {name: pl.Series(paid[:, number]) for number, name in enumerate(ORDER)}
    cured = (before >= HALF_A_FEN) & (arrears == 0.0)
    whole = pl.DataFrame(rows | {"arrears": pl.Series(arrears), "cured": pl.Series(cured)})
    return whole.filter(pl.Series(owed.sum(axis=1) > 0.0)).cast(PAID)
