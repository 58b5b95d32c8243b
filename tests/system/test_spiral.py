"""Falling prices reach banks, banks reach refinancing, and the spiral ends where all agree."""

import numpy as np
import pytest

from ironpot.core.errors import IronpotError
from ironpot.system.network import network_of
from ironpot.system.sale import Ladders
from ironpot.system.spiral import System, sell_and_refinance


def two_counties_one_bank(*, capital=20.0, depth=30.0, rolled=0.8):
    """Each county owes the bank 100 now; land secures the bank's other loans of 60."""
    owes = [[0, 0, 100.0], [0, 0, 100.0], [0, 0, 0]]
    network = network_of(owes, [0.0, 0.0, 60.0], [0.0, 0.0, 260.0 - capital])
    return System(
        network,
        Ladders(("land",), np.array([[0.8, 0.6, 0.4]]), np.full((1, 3), depth)),
        sellers=np.array([0, 1]),
        banks=np.array([2]),
        lots=np.full((2, 1), 200.0),
        collateral=np.array([[60.0]]),
        due=np.full((2, 1), 100.0),
        rolled=rolled,
    )


def test_a_deep_market_leaves_banks_whole():
    end = sell_and_refinance(two_counties_one_bank(depth=1000.0))
    assert end.settled.all()
    np.testing.assert_allclose(end.refinancing, 0.8)
    np.testing.assert_allclose(end.shortfall, 0.0)
    np.testing.assert_allclose(end.bank_loss, 0.0, atol=1e-9)


def test_a_thin_market_costs_more_than_its_first_price_fall():
    end = sell_and_refinance(two_counties_one_bank(depth=30.0))
    assert end.settled.all()
    assert end.level[0, 0] < 1.0
    assert end.refinancing[0, 0] < 0.8
    assert end.shortfall.sum() > 0.0


def test_a_bank_weakened_before_never_ends_stronger():
    system = two_counties_one_bank(depth=60.0, capital=60.0)
    end = sell_and_refinance(system, shock=np.array([[0.0], [0.1], [0.3], [0.9]]))
    assert end.settled.all()
    assert (np.diff(end.refinancing[:, 0]) <= 1e-12).all()
    assert (np.diff(end.level[:, 0]) <= 1e-12).all()
    assert (np.diff(end.sale.sold.sum(axis=(1, 2))) >= -1e-9).all()


def test_the_end_of_the_spiral_is_a_point_where_all_agree():
    system = two_counties_one_bank(depth=60.0, capital=60.0)
    end = sell_and_refinance(system, shock=[[0.2]])
    left = np.clip(end.clearing.equity[:, 2] / 60.0, 0.0, 1.0)
    np.testing.assert_allclose(end.refinancing[:, 0], 0.8 * left, atol=1e-8)
    marked = (1.0 - end.level[0, 0]) * 60.0
    assert end.clearing.external_assets[0, 2] == pytest.approx(60.0 - marked - 12.0)


def test_a_bank_without_equity_is_named():
    with pytest.raises(IronpotError, match="n2"):
        sell_and_refinance(two_counties_one_bank(capital=-5.0))
