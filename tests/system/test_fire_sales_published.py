"""Published fire sales of banks: 48 banks in eight settings, 51 banks with a cap, two and one."""

import csv
import json
import math

import numpy as np
import pytest
from tests.system.test_shared_cases import CASES, load

from ironpot.system.deleverage import (
    Holders,
    SellingRule,
    falls_under_cap,
    sell_down,
    sell_to_target,
)
from ironpot.system.impact import sell_for_cash

missing = pytest.mark.skipif(
    not CASES.is_dir(),
    reason=f"NOT CHECKED: published fire-sale cases are missing at {CASES}; set IRONPOT_SHARED",
)


def test_two_banks_sell_back_to_their_leverage():
    """Greenwood, Landier and Thesmar (2015), worked by hand from their equations."""
    sale = sell_to_target(
        [[0.6, 0.4], [0.2, 0.8]], [100, 200], [9, 19], [0.001, 0.0005], [-0.02, 0.0]
    )
    np.testing.assert_allclose(sale.returned, [-0.012, -0.004])
    np.testing.assert_allclose(sale.bought, [-10.8, -15.2])
    np.testing.assert_allclose(sale.flow, [-9.52, -16.48])
    np.testing.assert_allclose(sale.fall_back, [-0.00952, -0.00824])
    np.testing.assert_allclose(sale.loss, [-0.9008, -1.6992])
    assert sale.vulnerability == pytest.approx(0.13)
    np.testing.assert_allclose(sale.indirect, [0.09008, 0.16992])


def test_one_bank_sells_the_least_that_raises_its_cash():
    """Amini, Filipovic and Minca (2016): q exp(-q/2) = 0.4."""
    forced = sell_for_cash([0.4], [1.0], 2.0)
    assert forced.met.tolist() == [True]
    assert forced.quantity[0] == pytest.approx(0.518342203638152, abs=1e-12)
    assert forced.price[0] == pytest.approx(0.7716909740176924, abs=1e-12)


def banks_of_2018():
    with (CASES / "eba2018_48banks_firesale_stresstest.csv").open() as file:
        rows = [line.split() for line in file.read().splitlines()[1:]]
    names = tuple(row[0] for row in rows)
    equity, leverage, securities = (np.array([float(row[k]) for row in rows]) for k in (1, 2, 3))
    bonds = np.array([sum(float(part) for part in row[4].split("+")) for row in rows])
    assets = equity / (leverage / 100)
    cash, debts = 0.05 * assets, (assets - equity) / 2
    holdings = np.stack([securities - bonds, bonds], axis=1)
    return Holders(names, cash, assets - securities - cash, debts, debts, holdings)


def settings_of_14():
    return load("14")["expected"] if CASES.is_dir() else []


@missing
@pytest.mark.parametrize("setting", settings_of_14(), ids=lambda s: f"{s['price_impact']}")
def test_48_banks_sell_as_published(setting):
    if setting["price_impact"] == 0.0:
        depth = math.inf
    else:
        depth = 0.05 / -math.log(1 - setting["price_impact"])
    banks = banks_of_2018()
    sold = sell_down(
        banks,
        [[1.0, 1.0 - setting["initial_shock"]]],
        SellingRule(depth=depth, buffer=setting["leverage_buffer"]),
    )
    assert sold.failed[0].tolist() == setting["defaults_per_round"]
    np.testing.assert_allclose(sold.sold_share[0][1:], setting["fraction_sold"], atol=1e-9)
    np.testing.assert_allclose(sold.prices[0], list(setting["prices"].values()), rtol=1e-9)
    # The extent counts as nil where less than a twentieth of the banks have failed.
    extent = sold.ever_failed.mean()
    assert (extent if extent > 0.05 else 0.0) == pytest.approx(setting["eose"])
    equity = dict(zip(banks.names, sold.equity[0], strict=True))
    for name, published in setting["equity_final"].items():
        assert equity[name] == pytest.approx(published, rel=1e-9, abs=1e-6)


@missing
def test_51_banks_under_a_leverage_cap_join_markets_by_name():
    holdings, other, equity, impact = (
        table(f"sle_{n}.csv") for n in ("S_1", "L_1", "e_1", "impact")
    )
    names, markets = list(holdings), list(next(iter(holdings.values())))
    by_market = {row["Country"]: row for row in impact.values()}
    falls = falls_under_cap(
        np.array([[float(holdings[n][m]) for m in markets] for n in names]),
        np.array([sum(float(x) for x in other[n].values()) for n in names]),
        np.array([float(equity[n]["e_1"]) for n in names]),
        volume=np.array([float(by_market[m]["Volume"]) for m in markets]),
        volatility=np.array([float(by_market[m]["Volatility"]) for m in markets]),
        scales=[1.0, 1.5],
        cap=33.0,
    )
    published = json.loads((CASES / "sle_fp_aligned.json").read_text())
    for row, scale in enumerate(("1.0", "1.5")):
        wanted = [published[scale][market] for market in markets]
        np.testing.assert_allclose(falls.least[row], wanted, atol=1e-8)
        np.testing.assert_allclose(falls.greatest[row], wanted, atol=1e-8)
    assert falls.unique.tolist() == [True, True]


def table(name):
    with (CASES / name).open(newline="") as file:
        return {row.pop(""): row for row in csv.DictReader(file)}
