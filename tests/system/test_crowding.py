"""The crowd is warned where more on offer brings less, and nowhere else."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironpot.system.crowding import STEP, crowding_table
from ironpot.system.neighbours import falls_beside
from ironpot.system.programme import Spillover
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


# Two counties with lots in two places' markets; the first has two lots in the first market.
OWNER, MARKET = (0, 0, 0, 1, 1), (0, 0, 1, 0, 2)
PRICE, ROOM = (0.9, 0.6), (60.0, 40.0)


def three_markets():
    quarters = 3
    return SharedMarkets(
        ("a", "b"),
        np.broadcast_to(PRICE, (3, quarters, 2)).copy(),
        np.broadcast_to(ROOM, (3, quarters, 2)).copy(),
        np.array([0, 3, 5]),
        np.array(MARKET),
        np.full(5, 900.0),
        np.ones(5),
        np.ones((2, quarters)),
        np.ones((2, quarters)),
    )


def revenue_by_hand(offers, failing, fall, recovery):
    """Follow the sale yuan by yuan: what each county is paid over all quarters, [a, b]."""
    paid, level = [0.0, 0.0], [1.0, 1.0, 1.0]
    for quarter in range(len(offers[0])):
        filled = []
        for market in range(3):
            mine = [lot for lot in range(5) if MARKET[lot] == market]
            put_up = sum(offers[lot][quarter] for lot in mine)
            over = max(put_up / sum(ROOM) - 1.0, 0.0)
            left = put_up * (1.0 - min(failing.base + failing.slope * over, failing.most))
            sold = money = 0.0
            for price, room in zip(PRICE, ROOM, strict=True):
                taken = min(left, room)
                left, sold, money = left - taken, sold + taken, money + price * taken
            for lot in mine:
                part = offers[lot][quarter] / put_up if put_up else 0.0
                paid[OWNER[lot]] += part * money * level[market]
            filled.append(sold / sum(ROOM))
        level = [
            level[k] ** (1.0 - recovery) * math.exp(-sum(fall[k][m] * filled[m] for m in range(3)))
            for k in range(3)
        ]
    return paid


def more(offers, market, quarter, sellers):
    return [
        [
            yuan * (1.0 + STEP if (MARKET[lot], q) == (market, quarter) and owner in sellers else 1)
            for q, yuan in enumerate(row)
        ]
        for lot, (owner, row) in enumerate(zip(OWNER, offers, strict=True))
    ]


def by_hand(offers, failing, fall, recovery):
    """Try a hundredth more of everything, one after the other: what brings less, and how much."""
    before, found = revenue_by_hand(offers, failing, fall, recovery), {}
    for market in range(3):
        for quarter in range(3):
            for name, sellers in (("a", (0,)), ("b", (1,)), (ALL, (0, 1))):
                volume = sum(
                    offers[lot][quarter]
                    for lot in range(5)
                    if MARKET[lot] == market and OWNER[lot] in sellers
                )
                if volume > 0.0:
                    after = more(offers, market, quarter, sellers)
                    after = revenue_by_hand(after, failing, fall, recovery)
                    change = sum(after[i] - before[i] for i in sellers) / (STEP * volume)
                    found["abc"[market], quarter + 1, name] = change
    return found


yuan = st.one_of(st.just(0.0), st.floats(2.0, 900.0))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(yuan, yuan, yuan), min_size=5, max_size=5),
    st.floats(0.0, 0.9),
    st.floats(0.0, 1.0),
    st.floats(0.0, 0.4),
)
def test_what_a_little_more_brings_is_what_following_the_whole_sale_says(
    offers, size, recovery, slope
):
    markets, failing = three_markets(), FailedListings(base=0.05, slope=slope)
    fall = falls_beside(markets, ("land", "shops", "land"), size)
    crowd = Regime("nash", np.zeros((5, 6)), np.zeros(2), None, np.array(offers))
    table = crowding_table(
        markets, crowd, tuple("abc"), failing=failing, spillover=Spillover(fall, recovery)
    )
    told = {tuple(row[:3]): row[4] for row in table.rows()}
    slow = by_hand(offers, failing, fall.tolist(), recovery)
    for key, change in slow.items():
        assert told.get(key, change) == pytest.approx(change, abs=1e-8)
    assert {key for key, change in slow.items() if change < -1e-6} <= set(told)
    assert set(told) <= {key for key, change in slow.items() if change < 1e-7}


def test_a_sale_that_gains_at_home_and_loses_more_next_door_is_warned_of():
    """A first market far from full; next door much is sold a quarter later."""
    offers = np.zeros((5, 3))
    offers[0, 0], offers[2, 1] = 10.0, 100.0
    crowd = Regime("nash", np.zeros((5, 6)), np.zeros(2), None, offers)
    given_ = three_markets(), crowd, tuple("abc")
    assert crowding_table(*given_, failing=NEVER_FAILS).is_empty()
    press = Spillover(np.array([[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    row = crowding_table(*given_, failing=NEVER_FAILS, spillover=press).row(0, named=True)
    assert (row["market_id"], row["quarter"], row["seller_id"]) == ("a", 1, "a")
    worth = (0.9 * 60.0 + 0.6 * 40.0) * math.exp(-2.0 * 0.1)
    assert row["next_door"] == pytest.approx(worth * math.expm1(-2.0 * 0.001) / 0.1)
    assert row["brings"] == pytest.approx(0.9 + row["next_door"])


def test_rights_that_are_used_up_press_on_no_price():
    markets = three_markets()
    press = falls_beside(
        SharedMarkets(
            *(markets.counties, markets.price, markets.room, markets.first_lot, markets.market),
            *(markets.lots, markets.keep, markets.need, markets.late),
            rights=np.array([False, True, False]),
        ),
        ("land", "right", "land"),
        0.01,
    )
    assert not press[1].any()
    assert not press[:, 1].any()
    assert press[0, 2] > 0.0
