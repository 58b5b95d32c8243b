"""Laws of renewal: cash and debt are accounted for to the yuan, and equal a ledger by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironpot.risk.renewal import Due, Terms, carry_on


def literal_ledger(due, terms, scenario):
    """Slow reference: one scenario, loan by loan and quarter by quarter."""
    groups, quarters = due.principal.shape[1:]
    loans = []
    cash, result = due.opening_cash, {"cash": [], "renewed": [], "new_debt": []}
    for t in range(quarters):
        overdraft = max(-cash, 0.0) * terms.shortfall_rate / 4
        paid = overdraft
        renewed_now, debt_now = [], []
        for g in range(groups):
            own = [loan for loan in loans if loan["group"] == g]
            interest = sum(
                loan["amount"] * loan["rate"] / 4
                for loan in own
                if loan["start"] < t <= loan["start"] + terms.term[g]
            )
            falls = sum(loan["amount"] for loan in own if loan["start"] + terms.term[g] == t)
            principal = due.principal[scenario, g, t] + falls
            share = terms.share[min(scenario, len(terms.share) - 1), g, t]
            new = share * principal
            rate = terms.rate[min(scenario, len(terms.rate) - 1), g, t]
            loans.append({"group": g, "amount": new, "rate": rate, "start": t})
            paid += principal - new + interest + due.service[scenario, g, t]
            paid += due.called[scenario, g, t]
            renewed_now.append(new)
            alive = [one for one in loans if one["group"] == g and one["start"] + terms.term[g] > t]
            debt_now.append(sum(loan["amount"] for loan in alive))
        cash = cash + due.inflow[scenario, t] - paid
        result["cash"].append(cash)
        result["renewed"].append(renewed_now)
        result["new_debt"].append(debt_now)
    return result


@st.composite
def ledgers(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    scenarios, groups, quarters = (draw(st.integers(1, most)) for most in (3, 4, 14))
    shape = (scenarios, groups, quarters)
    due = Due(
        principal=rng.uniform(0, 50, shape) * rng.integers(0, 2, shape),
        called=rng.uniform(0, 5, shape) * rng.integers(0, 2, shape),
        service=rng.uniform(0, 5, shape),
        inflow=rng.uniform(-30, 60, (scenarios, quarters)),
        opening_cash=float(rng.uniform(-20, 50)),
    )
    shared = (draw(st.sampled_from([1, scenarios])), groups, quarters)
    terms = Terms(
        share=rng.uniform(0, 1, shared),
        rate=rng.uniform(0, 0.1, shape),
        term=rng.integers(1, 7, groups),
        shortfall_rate=float(rng.uniform(0, 0.1)),
    )
    return due, terms


@settings(derandomize=True, deadline=None, max_examples=120)
@given(ledgers())
def test_renewal_is_the_ledger_kept_loan_by_loan(case):
    due, terms = case
    after = carry_on(due, terms)
    for scenario in range(len(due.inflow)):
        expected = literal_ledger(due, terms, scenario)
        assert after.cash[scenario].tolist() == pytest.approx(expected["cash"], abs=1e-8)
        for name in ("renewed", "new_debt"):
            found = getattr(after, name)[scenario].T
            assert np.abs(found - np.array(expected[name])).max() < 1e-8


@settings(derandomize=True, deadline=None, max_examples=120)
@given(ledgers())
def test_what_is_unpaid_is_what_cash_lacks(case):
    due, terms = case
    after = carry_on(due, terms)
    assert np.abs(after.shortfall.sum(axis=1) - np.maximum(-after.cash, 0)).max() < 1e-8
    assert after.shortfall.min() >= -1e-9


@settings(derandomize=True, deadline=None, max_examples=60)
@given(ledgers())
def test_debt_changes_by_what_cash_did_not_pay(case):
    """Net debt (new and unpaid, less cash) rises by all that is due less what comes in."""
    due, terms = case
    after = carry_on(due, terms)
    position = after.new_debt.sum(axis=1) - after.cash
    start = np.full((len(position), 1), -due.opening_cash)
    change = np.diff(np.concatenate([start, position], axis=1), axis=1)
    paid = (due.principal + due.called + due.service + after.new_interest).sum(axis=1)
    expected = paid + after.shortfall_interest - due.inflow
    assert np.abs(change - expected).max() < 1e-8


def test_nothing_renewed_leaves_the_sum_of_all_flows():
    flat = np.zeros((1, 1, 4))
    due = Due(flat + 5.0, flat, flat + 1.0, np.array([[10.0, 2.0, 3.0, 4.0]]), 7.0)
    terms = Terms(flat, flat, np.array([4]), 0.0)
    assert carry_on(due, terms).cash[0].tolist() == [11.0, 7.0, 4.0, 2.0]
