"""Table left_to_pay: what is still to be paid after the plan's last quarter, contract by contract.

Expected amounts of what the plan leaves standing: opening debts at the terms that it agrees, less
what it prepays and swaps, and its new loans. Debts owed inside the perimeter are left out.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.cashflow.flows import Part
from ironpot.cashflow.further_terms import with_further_terms
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.options import option_flows
from ironpot.cashflow.totals import DRAWN, INTEREST, PRINCIPAL
from ironpot.core.dates import quarter_end, quarter_name, quarter_number
from ironpot.core.money import split_fen, to_fen
from ironpot.core.outputs import LEFT_TO_PAY
from ironpot.plan.inputs import Inputs, quarterly
from ironpot.plan.names import loan_names
from ironpot.plan.program import Floats, Ints
from ironpot.plan.settle import Settlement
from ironpot.plan.tables.debt_actions import lender
from ironpot.plan.tables.frame import out_frame
from ironpot.plan.tables.ladder import rate_of, term_of
from ironpot.risk.debt_service import notional_before
from ironpot.risk.futures import future_rates
from ironpot.risk.left_to_pay import net_of_added

EXPECTED = -1
MOVED = ("principal", "interest", "fees", "cashless")
RESETS = (Kind.RR, Kind.RRF)


def left_to_pay_table(inputs: Inputs, settled: Settlement) -> pl.DataFrame:
    """Return one row a debt and day of payment, money in fen.

    Principal and cashless falls of a debt add up to what it leaves owing; what has no day of
    payment stands in a row without a date.
    """
    return out_frame(LEFT_TO_PAY, [*_old_debts(inputs, settled), *_new_loans(inputs, settled)])


@dataclass(frozen=True, slots=True)
class _Standing:
    """What opening debts are expected to owe and pay after the end, as if none were paid early.

    `paid`: (debt, date, MOVED, refixes), a row an event; `owing` and `rate` at the end, (debt,);
    `fixed` (debt,).
    """

    paid: pl.DataFrame
    owing: Floats
    rate: Floats
    fixed: list[bool]


def _old_debts(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    if not inputs.debts.debt_ids:
        return
    found = _standing(inputs, settled)
    closing = settled.debts.closing[:, EXPECTED, -1].tolist()
    for number, row in enumerate(inputs.debts.debts.iter_rows(named=True)):
        left, owing = int(closing[number]), float(found.owing[number])
        if left <= 0:
            continue
        share = left / 100 / owing if owing > 0.0 else 1.0
        own = found.paid.filter(pl.col("debt") == number)
        resets = own.filter("refixes")["date"]
        head = {
            "debt_id": row["debt_id"],
            "entity_id": row["debtor_id"],
            "creditor_id": row["creditor_id"],
            "primary_class": row["primary_class"],
            "rate": float(found.rate[number]),
            "fixed": found.fixed[number],
            "refixed_on": resets.min(),
        }
        days = own.group_by("date").agg(pl.col(MOVED).sum() * share).sort("date")
        yield from (head | part for part in _days(net_of_added(days), left))


def _days(days: pl.DataFrame, left: int) -> Iterator[dict[str, object]]:
    """Turn yuan by day into fen whose principal and cashless falls add up to `left`."""
    fen = days.with_columns((pl.col(name) * 100).round().cast(pl.Int64) for name in MOVED)
    rows = fen.filter(pl.any_horizontal(pl.col(name) != 0 for name in MOVED)).to_dicts()
    rest = left - sum(row["principal"] + row["cashless"] for row in rows)
    # A few fen are rounding and go with the last payment; more has no day at all.
    paying = [row for row in rows if row["principal"] > 0]
    if paying and abs(rest) <= len(rows):
        paying[-1]["principal"] += rest
    elif rest:
        rows.append({"date": None, "principal": rest, "interest": 0, "fees": 0, "cashless": 0})
    yield from rows


def _standing(inputs: Inputs, settled: Settlement) -> _Standing:
    case = inputs.case
    contracts, flows = option_flows(
        with_further_terms(case.debts, case.debt_terms),
        case.class_actions,
        case_date=case.date,
        horizon=case.horizon,
        rates=future_rates(case, inputs.futures),
        debt_changes=case.debt_changes,
    )
    weight, debt = _weights(inputs, settled, flows.contract_ids.to_list())
    end = np.datetime64(quarter_end(case.horizon.last))
    nominal = contracts["nominal_interest_rate"].fill_null(0.0).to_numpy()
    count = len(inputs.debts.debt_ids)
    owing, rate = np.zeros(count), np.zeros(count)
    for part in flows.parts:
        members = part.members[debt[part.members] >= 0]
        np.add.at(owing, debt[members], _owing(part, weight, end)[members])
        np.add.at(rate, debt[members], _rate(part, weight, nominal, end)[members])
    moving = contracts["market_object_code_of_rate_reset"].is_not_null().to_numpy()
    floating = {int(debt[at]) for at in np.flatnonzero((debt >= 0) & moving)}
    return _Standing(
        pl.concat(_paid(part, weight, debt, end) for part in flows.parts),
        owing,
        rate,
        [number not in floating for number in range(count)],
    )


def _weights(inputs: Inputs, settled: Settlement, ids: Sequence[str]) -> tuple[Floats, Ints]:
    """Return how much each contract counts, (scenario, contract), and its debt's place, or -1.

    The option agreed counts where it succeeds, the contract elsewhere.
    """
    debts = inputs.debts
    place = {name: number for number, name in enumerate(ids)}
    weight = np.zeros((inputs.weights.size, len(ids)))
    debt = np.full(len(ids), -1, dtype=np.int64)
    for number, name in enumerate(debts.debt_ids):
        option, contract = int(settled.debts.option[number]), int(debts.contract[number])
        works = debts.succeeds[option]
        for chosen, counts in ((contract, ~works), (option, works)):
            at = place.get(f"{name}/{debts.option_ids[chosen]}")
            if at is None:  # forgiven altogether: such a contract has no events
                continue
            weight[:, at] += inputs.weights * counts
            debt[at] = number if weight[:, at].any() else debt[at]
    return weight, debt


def _owing(part: Part, weight: Floats, end: np.datetime64) -> Floats:
    """Return what each contract is expected to owe at the end, (contract,)."""
    before, start = notional_before(part)
    owing = np.zeros(weight.shape[1])
    owing[part.members] = -(weight[:, part.members] * start).sum(axis=0)
    early = np.flatnonzero(part.time.astype("datetime64[D]") <= end)
    own = part.contract[early]
    moved = (weight[:, own] * (before - part.notional)[:, early]).sum(axis=0)
    np.add.at(owing, own, moved)
    return owing


def _rate(part: Part, weight: Floats, nominal: Floats, end: np.datetime64) -> Floats:
    """Return each contract's expected rate at the end, weighted, (contract,)."""
    rate = weight.sum(axis=0) * nominal
    early = np.flatnonzero(part.time.astype("datetime64[D]") <= end)
    last = dict(zip(part.contract[early].tolist(), early.tolist(), strict=True))
    for contract, event in last.items():
        rate[contract] = float((weight[:, contract] * part.rate[:, event]).sum())
    return rate


def _paid(part: Part, weight: Floats, debt: Ints, end: np.datetime64) -> pl.DataFrame:
    """Return what is expected after the end, a row an event; see _Standing."""
    days = part.time.astype("datetime64[D]")
    late = np.flatnonzero((days > end) & (debt[part.contract] >= 0))
    own, kind = part.contract[late], part.kind[late]
    before, _ = notional_before(part)
    share = weight[:, own]
    paid = -(share * part.payoff[:, late]).sum(axis=0)
    fall = (share * (part.notional - before)[:, late]).sum(axis=0)
    principal = np.where(np.isin(kind, (*PRINCIPAL, *DRAWN)), paid, 0.0)
    interest = np.where(np.isin(kind, INTEREST), paid, 0.0)
    return pl.DataFrame(
        {
            "debt": debt[own],
            "date": days[late],
            "principal": principal,
            "interest": interest,
            "fees": paid - principal - interest,
            "cashless": fall - principal,
            "refixes": np.isin(kind, RESETS),
        }
    )


def _new_loans(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    """Loans that still run: quarterly interest, a swap's bond by its own terms."""
    loans = settled.loans
    left = loans.drawn[:, EXPECTED] - loans.repaid[:, EXPECTED].sum(axis=1)
    for number, name in enumerate(loan_names(inputs, loans)):
        if left[number] <= 0:
            continue
        head = {
            "debt_id": name,
            "entity_id": inputs.nodes.keys[int(loans.node[number])][0],
            "creditor_id": lender(inputs, settled, number),
            "primary_class": loans.primary_class[number],
            "rate": rate_of(inputs, settled, number),
            "fixed": True,
            "fees": 0,
            "cashless": 0,
        }
        yield from (head | part for part in _loan(inputs, settled, number, int(left[number])))


def _loan(
    inputs: Inputs, settled: Settlement, number: int, left: int
) -> Iterator[dict[str, object]]:
    """What one loan of `left` fen pays after the end, quarter by quarter."""
    loans, first = settled.loans, int(settled.loans.quarter[number])
    term = term_of(inputs, settled, number)
    age = max(inputs.quarters - 1 - first, 0)
    if loans.kind[number] == "swapped":
        bond = inputs.debts.swaps[int(loans.owner[number])]
        interest, principal = bond.interest[age:term], bond.principal[age:term]
    else:
        rate = float(quarterly(rate_of(inputs, settled, number)))
        interest, principal = np.full(term - age, rate), np.eye(1, term - age, term - age - 1)[0]
    due = to_fen(interest * left / 100)
    parts = split_fen(left, principal)
    for step in range(term - age):
        if due[step] or parts[step]:
            yield {
                "date": _end(inputs, first + 1 + age + step),
                "principal": int(parts[step]),
                "interest": int(due[step]),
            }


def _end(inputs: Inputs, quarter: int) -> dt.date:
    return quarter_end(quarter_name(quarter_number(inputs.case.horizon.first) + quarter))
