"""Laws of selling into ladders: order, reserve, conservation, pressure, spillover, turning."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.system.networks import LAWS

from ironpot.core.errors import IronpotError
from ironpot.system.impact import exponential_price, proceeds_rise_until, sell_for_cash
from ironpot.system.programme import Spillover, run_programme
from ironpot.system.sale import FailedListings, Ladders, sell_into
from ironpot.system.turning import (
    ALL,
    selling_more_brings_less,
    warnings_of,
    worth_after_sale,
)

MARKETS = ("land", "offices", "stakes")


@st.composite
def sales(draw):
    """Draw ladders of three tranches, offers of up to six sellers in three scenarios, reserves."""
    chance = np.random.default_rng(draw(st.integers(0, 2**31)))
    sellers = draw(st.integers(1, 6))
    price = np.sort(chance.uniform(0.3, 1.0, (3, 3)))[:, ::-1]
    capacity = chance.uniform(0.0, 50.0, (3, 3)) * (chance.random((3, 3)) < 0.8)
    offered = chance.uniform(0.0, 60.0, (3, sellers, 3)) * (chance.random((3, sellers, 3)) < 0.8)
    reserve = chance.uniform(0.0, 1.1, (sellers, 3))
    return Ladders(MARKETS, price, capacity), offered, reserve


def by_hand(ladders, offered, reserve):
    """Sell one scenario as the rule reads: tranche by tranche, shared pro rata."""
    left = [list(row) for row in offered]
    money = [[0.0] * len(MARKETS) for _ in left]
    for m, b in itertools.product(range(3), range(3)):
        price, room = ladders.price[m, b], ladders.capacity[m, b]
        willing = [i for i in range(len(left)) if reserve[i][m] <= price]
        wanted = sum(left[i][m] for i in willing)
        share = min(1.0, room / wanted) if wanted > 0 else 0.0
        for i in willing:
            taken = share * left[i][m]
            left[i][m] -= taken
            money[i][m] += price * taken
    return np.array(offered) - np.array(left), np.array(money)


@LAWS
@given(sales())
def test_the_kernel_sells_as_the_rule_reads(drawn):
    ladders, offered, reserve = drawn
    sale = sell_into(ladders, offered, reserve=reserve)
    for scenario in range(3):
        sold, money = by_hand(ladders, offered[scenario], reserve)
        np.testing.assert_allclose(sale.sold[scenario], sold, atol=1e-10)
        np.testing.assert_allclose(sale.proceeds[scenario], money, atol=1e-10)


@LAWS
@given(sales(), st.randoms(use_true_random=False))
def test_the_order_of_sellers_changes_nothing(drawn, chance):
    ladders, offered, reserve = drawn
    order = list(range(offered.shape[1]))
    chance.shuffle(order)
    straight = sell_into(ladders, offered, reserve=reserve)
    turned = sell_into(ladders, offered[:, order], reserve=reserve[order])
    np.testing.assert_allclose(turned.proceeds, straight.proceeds[:, order], atol=1e-10)


@LAWS
@given(sales())
def test_nobody_sells_below_its_reserve_or_more_than_it_offers(drawn):
    ladders, offered, reserve = drawn
    sale = sell_into(ladders, offered, reserve=reserve)
    assert (sale.sold <= offered + 1e-12).all()
    assert (sale.proceeds >= reserve * sale.sold - 1e-9).all()
    assert (sale.sold.sum(axis=1) <= ladders.capacity.sum(axis=1) + 1e-9).all()


@LAWS
@given(sales(), st.floats(0.0, 30.0))
def test_more_on_offer_never_raises_the_average_price_of_those_who_take_any(drawn, more):
    ladders, offered, _ = drawn
    before = sell_into(ladders, offered).price_fraction()
    after = sell_into(ladders, offered + more).price_fraction()
    both = np.isfinite(before) & np.isfinite(after)
    assert (after[both] <= before[both] + 1e-12).all()


@LAWS
@given(sales())
def test_failed_listings_rise_with_pressure_and_sell_nothing(drawn):
    ladders, offered, _ = drawn
    failing = FailedListings()
    shares = failing.share(np.linspace(0, 20, 50))
    assert (np.diff(shares) >= 0).all()
    calm, pressed = (sell_into(ladders, o, failing=failing) for o in (offered, 2 * offered))
    assert (pressed.failed >= calm.failed).all()
    drawn_lots = sell_into(ladders, offered, failing=failing, draws=np.zeros(offered.shape))
    assert (drawn_lots.sold == 0.0).all()


def test_drawn_listings_fail_as_often_as_expected():
    ladders = Ladders(("m",), np.array([[1.0]]), np.array([[1000.0]]))
    failing = FailedListings(base=0.3, slope=0.0)
    draws = np.random.default_rng(5).random((2000, 10, 1))
    sale = sell_into(ladders, np.ones((2000, 10, 1)), failing=failing, draws=draws)
    assert sale.sold.mean() == pytest.approx(0.7, abs=0.01)


def test_own_companies_purchases_take_room_from_the_market():
    ladders = Ladders(("m",), np.array([[0.9, 0.5]]), np.array([[100.0, 100.0]]))
    sale = sell_into(ladders.net_of_own([0.46]), [[[500.0]]])
    assert sale.sold.sum() == pytest.approx(108.0)


@LAWS
@given(sales(), st.integers(1, 5))
def test_every_lot_is_sold_returned_or_waiting(drawn, quarters):
    ladders, offered, _ = drawn
    listed = np.stack([offered / (q + 1) for q in range(quarters)], axis=3)
    run = run_programme((ladders,) * quarters, listed, failing=FailedListings())
    accounted = run.sold.sum(axis=3) + run.returned + run.waiting
    np.testing.assert_allclose(accounted, listed.sum(axis=3), atol=1e-9)


def test_unsold_lots_come_back_at_a_cut_reserve_and_then_to_their_owner():
    """80 a quarter at 1.0, 100 more at 0.85: the second tranche is only met in round three."""
    ladders = Ladders(("m",), np.array([[1.0, 0.85]]), np.array([[80.0, 100.0]]))
    listed = np.zeros((1, 1, 1, 4))
    listed[..., 0] = 400.0
    run = run_programme((ladders,) * 4, listed)
    np.testing.assert_allclose(run.sold[0, 0, 0], [80.0, 80.0, 180.0, 0.0])
    np.testing.assert_allclose(run.proceeds[0, 0, 0], [80.0, 80.0, 80.0 + 85.0, 0.0])
    assert run.returned.item() == pytest.approx(60.0)
    assert run.waiting.item() == 0.0


def test_sales_in_one_market_press_on_its_neighbour_a_quarter_later_and_not_at_once():
    two = Ladders(("homes", "offices"), np.ones((2, 1)), np.full((2, 1), 10.0))
    listed = np.zeros((1, 1, 2, 3))
    listed[0, 0, 0, 0] = 10.0
    listed[0, 0, 1, :] = 5.0
    press = Spillover(np.array([[0.0, 0.0], [0.2, 0.0]]))
    run = run_programme((two,) * 3, listed, reserve=0.0, spillover=press)
    np.testing.assert_allclose(run.proceeds[0, 0, 1], 5.0 * np.exp([0.0, -0.2, -0.2]))


def test_one_seller_gains_where_all_together_lose():
    """Two sellers of 0.6 in a market of depth 1: each gains by more, 1.2 > 1 together loses."""

    def worth(q):
        return (q * exponential_price(1.0, q.sum(axis=1, keepdims=True), 1.0)).sum(axis=2)

    turned = selling_more_brings_less(
        worth, np.array([[0.6], [0.6]]), sellers=("a", "b"), markets=("m",)
    )
    assert turned["seller_id"].to_list() == [ALL]
    assert turned["brings"][0] == pytest.approx((1 - 1.2) * np.exp(-1.2), rel=0.05)
    assert "all sellers together" in warnings_of(turned)[0].en


@LAWS
@given(st.floats(0.05, 3.0))
def test_one_seller_is_warned_exactly_past_the_turning_point(quantity):
    # A finite step cannot tell which side of the turn it stands on within its own length.
    assume(abs(quantity - proceeds_rise_until(2.0)) > 1e-4)

    def worth(q):
        return (q * exponential_price(1.0, q, 2.0)).sum(axis=2)

    turned = selling_more_brings_less(
        worth, np.array([[quantity]]), sellers=("a",), markets=("m",), step=1e-6
    )
    assert (turned.height == 2) == (quantity > proceeds_rise_until(2.0))


def test_a_crowded_market_is_warned_of_where_listings_fail_with_pressure():
    ladders = Ladders(("m",), np.array([[0.8]]), np.array([[100.0]]))
    worth = worth_after_sale(ladders, FailedListings(base=0.0, slope=0.3, most=1.0), rest_price=0.0)
    few, many = (
        selling_more_brings_less(worth, np.full((2, 1), q), sellers=("a", "b"), markets=("m",))
        for q in (30.0, 190.0)
    )
    assert few.is_empty()
    assert ALL in many["seller_id"].to_list()


@LAWS
@given(st.floats(0.0, 2.0), st.floats(0.0, 3.0))
def test_a_forced_sale_raises_its_cash_or_as_much_as_can_be(need, holding):
    forced = sell_for_cash([need], [holding], 1.0)
    raised = float(forced.quantity[0] * forced.price[0])
    if forced.met[0]:
        assert raised == pytest.approx(need, abs=1e-12)
    else:
        grid = np.linspace(0, holding, 1001)
        assert raised >= (grid * np.exp(-grid)).max() - 1e-12
        assert raised < need


def test_ladders_and_offers_that_say_nothing_are_refused():
    with pytest.raises(IronpotError, match="do not rise"):
        Ladders(("m",), np.array([[0.5, 0.8]]), np.array([[1.0, 1.0]]))
    with pytest.raises(IronpotError, match="not nil"):
        sell_into(Ladders(("m",), np.ones((1, 1)), np.ones((1, 1))), [[[np.nan]]])


LAND = Ladders(("land",), np.array([[0.8, 0.5]]), np.array([[100.0, 100.0]]))


@pytest.mark.parametrize("offered", [[[[90.0, 90.0]]], [[[np.inf]]], [[[np.nan]]], [[[-1.0]]]])
def test_offers_in_another_market_or_without_end_are_refused(offered):
    with pytest.raises(IronpotError, match="in the markets of the ladders"):
        sell_into(LAND, offered)


@pytest.mark.parametrize(
    "terms",
    [
        {"level": np.nan},
        {"level": -1.0},
        {"level": [[1.0, 1.0]]},
        {"reserve": np.nan},
        {"reserve": [[0.5], [0.5]]},
        {"draws": np.zeros((2, 1, 1))},
        {"draws": np.full((1, 1, 1), np.nan)},
    ],
)
def test_terms_that_are_unknown_or_do_not_fit_are_refused(terms):
    with pytest.raises(IronpotError, match="Correct their shapes"):
        sell_into(LAND, [[[90.0]]], **terms)


@pytest.mark.parametrize("shares", [{"base": 1.5}, {"most": -0.1}, {"slope": np.nan}])
def test_shares_of_failed_listings_are_shares(shares):
    with pytest.raises(IronpotError, match="between 0 and 1"):
        FailedListings(**shares)


@pytest.mark.parametrize("share", [-0.5, 1.5, np.nan])
def test_what_own_companies_buy_is_a_share(share):
    with pytest.raises(IronpotError, match="share of each market"):
        LAND.net_of_own([share])


@pytest.mark.parametrize(
    ("ladders", "rounds", "shape"),
    [((), (1.0,), (1, 1, 1, 1)), ((LAND,), (1.0,), (1, 1, 1, 2)), ((LAND,), (), (1, 1, 1, 1))],
)
def test_a_programme_needs_a_ladder_a_quarter_and_a_round(ladders, rounds, shape):
    with pytest.raises(IronpotError, match="ladder for each"):
        run_programme(ladders, np.ones(shape), rounds=rounds)
