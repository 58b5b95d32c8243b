"""Luck of single lots: as often as the market's share says, whoever draws and however many."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ironpot.risk.luck import STRATA, draw_luck, sold_whole

MANY = 4_000


@given(
    first=st.floats(0.0, 1.0), second=st.floats(0.0, 1.0), points=st.sampled_from([100, 999, 2_000])
)
def test_over_luck_a_lot_sells_in_each_round_as_often_as_the_share_says(first, second, points):
    share = np.array([first, (1.0 - first) * second])
    luck = (np.arange(points) + 0.5) / points
    sold = sold_whole(np.tile(share, (points, 1)), luck)
    assert sold.mean(axis=0) == pytest.approx(share, abs=1.0 / points)
    assert set(np.unique(sold.sum(axis=1))) <= {0.0, 1.0}


def test_luck_is_even_over_every_twenty_futures_in_a_row():
    luck = draw_luck("hall", MANY, seed=3)
    strata = np.floor(luck.reshape(-1, STRATA) * STRATA)
    assert (np.sort(strata, axis=1) == np.arange(STRATA)).all()
    within = luck * STRATA % 1.0
    assert within.mean() == pytest.approx(0.5, abs=4.0 * np.sqrt(1 / 12 / MANY))


def test_a_share_that_changes_from_future_to_future_is_met_on_average():
    rng = np.random.default_rng(0)
    share = rng.uniform(0.3, 0.9, (MANY, 1))
    sold = [
        sold_whole(share, draw_luck(f"lot{k}", MANY, seed=1)).mean() - share.mean()
        for k in range(25)
    ]
    assert np.abs(sold).max() <= 4.0 * 0.5 / np.sqrt(MANY)
    assert abs(np.mean(sold)) <= 0.5 / np.sqrt(MANY)


@pytest.mark.parametrize(("few", "many"), [(1, 7), (19, 21), (40, 200)])
def test_a_futures_luck_does_not_depend_on_how_many_are_drawn(few, many):
    assert (draw_luck("a", few, seed=5) == draw_luck("a", many, seed=5)[:few]).all()


def test_lots_and_seeds_have_luck_of_their_own():
    """At even odds two lots both fail in a quarter of futures."""
    first, second = (draw_luck(name, MANY, seed=1) >= 0.5 for name in ("a", "b"))
    assert (first & second).mean() == pytest.approx(0.25, abs=4.0 * np.sqrt(3 / 16 / MANY))
    assert (draw_luck("a", 20, seed=1) != draw_luck("a", 20, seed=2)).any()
