"""The crowd is warned where more on offer brings less, and nowhere else."""

import numpy as np
import pytest

from ironpot.system.crowding import crowding_table
from ironpot.system.regimes import Regime
from ironpot.system.sale import NEVER_FAILS, FailedListings
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.turning import ALL

# What is sold of p times the room: p (1.3 - 0.3 p), below the room and falling past p = 10 / 3.
STEEP = FailedListings(base=0.0, slope=0.3, most=1.0)


def sellers(count):
    return SharedMarkets(
        tuple(f"county{i}" for i in range(count)),
        np.array([[[0.8]]]),
        np.array([[[100.0]]]),
        np.arange(count + 1),
        np.zeros(count, dtype=np.int64),
        np.full(count, 400.0),
        np.full(count, 0.3),
        np.ones((count, 1)),
        np.ones((count, 1)),
    )


def warned(count, pressure, failing):
    each = np.full((count, 1), 100.0 * pressure / count)
    crowd = Regime("nash", np.zeros((count, 1)), np.zeros(count), None, each)
    return crowding_table(sellers(count), crowd, ("m",), failing=failing)


@pytest.mark.parametrize("pressure", [0.3, 1.0, 3.2])
def test_before_the_turning_point_nobody_is_warned(pressure):
    assert warned(2, pressure, STEEP).is_empty()


def test_listings_that_never_fail_never_turn():
    assert warned(2, 9.0, NEVER_FAILS).is_empty()


def test_past_the_turning_point_all_are_warned_by_what_they_lose():
    table = warned(10, 3.4, STEEP)
    assert table["seller_id"].to_list() == [ALL], "each by itself still gains"
    slope = 0.8 * (1.3 - 0.6 * 3.4)
    assert table["brings"][0] == pytest.approx(slope, rel=0.03)


def test_one_large_seller_is_warned_for_itself():
    assert set(warned(1, 3.6, STEEP)["seller_id"]) == {"county0", ALL}


def test_offers_that_are_not_known_give_no_warning():
    unknown = Regime("alone", np.zeros((2, 1)), np.zeros(2))
    assert crowding_table(sellers(2), unknown, ("m",)).is_empty()
