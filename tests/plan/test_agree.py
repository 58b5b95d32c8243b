"""Prices from round to round: two rounds are enough where answers are linear; they cancel out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ironpot.plan import agree
from ironpot.plan.agree import Agreement

numbers = st.floats(-100.0, 100.0)


@given(slope=st.floats(-1.0, 0.5), wanted=numbers)
def test_after_two_rounds_of_linear_answers_the_next_prices_are_asked_for_as_they_are(
    slope, wanted
):
    def asked(price):
        return slope * price + wanted * np.ones(1)

    agreement, first = Agreement([1.0]), np.zeros(1)
    [second] = agreement.next([first], [asked(first)])
    [third] = agreement.next([second], [asked(second)])
    assert third == pytest.approx(asked(third), abs=1e-9 * (1.0 + abs(wanted)))


@given(st.lists(st.tuples(st.floats(0.1, 1.0), numbers, numbers, numbers), min_size=2, max_size=5))
def test_prices_cancel_over_all_parts_as_those_asked_for_do(drawn):
    weights, *rounds = (np.array(column) for column in zip(*drawn, strict=True))
    weights = weights / weights.sum()
    agreement = Agreement(weights.tolist())
    charged = [np.zeros(1) for _ in weights]
    for wish in rounds:
        fair = wish - weights @ wish
        charged = agreement.next(charged, [np.array([price]) for price in fair])
        assert weights @ np.concatenate(charged) == pytest.approx(0.0, abs=1e-9)


def test_where_both_rounds_ask_for_the_same_change_no_round_is_weighed():
    agreement = Agreement([1.0])
    [once] = agreement.next([np.zeros(1)], [np.ones(1)])
    [twice] = agreement.next([once], [once + 1.0])
    assert once == agree.BEYOND
    assert twice == once + agree.BEYOND
