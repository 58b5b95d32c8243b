"""Keep or release? Verdicts, lead times, pledges, related buyers; and the law of the pot test."""

import datetime as dt

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.town import MILLION, hall, kind, loan, rounds, route, sale, town
from tests.support import government, vehicle
from tests.valuation.random_lots import case_of, draw_lots

from ironpot.plan.prepare import appraise_case
from ironpot.valuation.offers import Pledges
from ironpot.valuation.pot import appraise_assets, rank_pots
from ironpot.valuation.routes import levy_rates

Q = 1.01  # one percent a quarter


def a(quarters: int) -> float:
    return sum(Q**-t for t in range(1, quarters + 1))


def pots(case, **lookup):
    """Row of the pot test of one lot and route."""
    table = appraise_case(case)[0].table
    return table.row(
        by_predicate=(pl.col("lot_id") == lookup["lot"]) & (pl.col("route") == lookup["route"]),
        named=True,
    )


def nobody(quarters: int) -> Pledges:
    return Pledges((), np.zeros((0, quarters + 1)), np.zeros((0, quarters + 1)))


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_a_verdict_is_robust_only_if_low_base_and_high_agree(seed):
    case = case_of(draw_lots(np.random.default_rng(seed), 10), 0.05)
    table = appraise_assets(case, nobody(8), rate=0.05).table.filter(pl.col("legal"))
    for row in table.iter_rows(named=True):
        beats = {
            row["net_low"] > row["retention_low"],
            row["net_proceeds"] > row["retention_value"],
            row["net_high"] > row["retention_high"],
        }
        expected = {(True,): "release", (False,): "keep"}.get(tuple(beats), "unclear")
        assert row["verdict"] == expected
        assert row["net_low"] <= row["net_proceeds"] <= row["net_high"]
        assert row["retention_low"] <= row["retention_value"] <= row["retention_high"]


def test_every_lot_has_one_row_a_route_and_closed_routes_have_no_amounts():
    case = town(assets=[hall("x", 10.0), hall("y", 20.0)])
    table = appraise_case(case)[0].table
    assert table.height == 2 * 9
    closed = table.filter(~pl.col("legal"))
    assert closed.select(pl.col("net_proceeds", "retention_value").is_null().all()).row(0) == (
        True,
        True,
    )
    assert closed["blocked_code"].null_count() == 0


@pytest.mark.parametrize(("days", "quarters"), [(0, 0), (1, 1), (91, 1), (92, 2), (365, 4)])
def test_money_comes_after_the_preparation(days, quarters):
    row = pots(
        town(assets=[hall("x", 10.0)], routes=[sale(lead_days=days)]),
        lot="x",
        route="exchange_sale",
    )
    assert row["months_to_cash"] == 3 * (quarters + 1)


def test_curing_the_title_takes_its_time_and_no_cure_closes_the_sale():
    lots = [
        hall("cured", 10.0, title="defect", title_cure_months=6),
        hall("never", 10.0, title="missing"),
    ]
    case = town(assets=lots)
    assert pots(case, lot="cured", route="exchange_sale")["months_to_cash"] == 9
    assert pots(case, lot="never", route="exchange_sale")["blocked_code"] == "TITLE"


def test_a_protected_lot_may_only_be_shared_or_held():
    ways = [sale(), route("lease", rent_share=0.1, term_y=5.0), route("share_reuse")]
    case = town(assets=[hall("x", 10.0, essential=True)], routes=ways)
    table = appraise_case(case)[0].table.filter(pl.col("legal"))
    assert set(table["route"]) == {"share_reuse", "hold"}


def test_a_lease_gives_up_only_its_years():
    ways = [route("lease", rent_share=0.1, term_y=2.0), sale()]
    case = town(assets=[hall("x", 40.0, 4.0)], routes=ways)
    lease, sold = (pots(case, lot="x", route=name) for name in ("lease", "exchange_sale"))
    assert lease["retention_value"] == pytest.approx(MILLION * (a(9) - a(1)))
    assert lease["net_proceeds"] == pytest.approx(MILLION * a(8) / Q)
    assert sold["retention_value"] == pytest.approx(MILLION * (a(40) - a(1)))


def test_a_lease_cannot_outlast_the_lot():
    ways = [route("lease", rent_share=0.1, term_y=20.0)]
    case = town(assets=[hall("x", 40.0, 4.0)], routes=ways)
    lease = pots(case, lot="x", route="lease")
    assert lease["retention_value"] == pytest.approx(MILLION * (a(40) - a(1)))
    assert lease["net_proceeds"] == pytest.approx(MILLION * a(39) / Q)


def test_units_of_a_pool_that_are_kept_are_not_given_up():
    ways = [route("pool", price_share=1.0, retained_share=0.25, minimum_size=0.0)]
    row = pots(town(assets=[hall("x", 40.0, 4.0)], routes=ways), lot="x", route="pool")
    assert row["retention_value"] == pytest.approx(0.75 * MILLION * (a(40) - a(1)))
    assert row["gross_price"] == pytest.approx(30.0 * MILLION)


def test_a_failed_listing_comes_back_cheaper_and_may_not_sell_at_all():
    chances = [(name, (0.5, 0.2), (1.0, 0.8)) for name in ("base", "adverse", "favourable")]
    case = town(assets=[hall("x", 10.0, 0.4)], listing=rounds(chances))
    row = pots(case, lot="x", route="exchange_sale")
    first, second = 0.5 / 0.7, 0.2 / 0.7
    achieved = 10.0 * (first + 0.8 * second)
    assert row["sale_probability"] == pytest.approx(0.7)
    assert row["price_cut"] == pytest.approx((10.0 - achieved) * MILLION)
    today = 10.0 * (first / Q + 0.8 * second / Q**2)
    assert row["net_proceeds"] == pytest.approx(today * MILLION)
    given_up = 0.1 * (first * (a(40) - a(1)) + second * (a(40) - a(2)))
    assert row["retention_value"] == pytest.approx(given_up * MILLION)


def test_a_pledged_lot_first_frees_its_debt_and_its_service_is_then_saved():
    owed = loan("bond", 4.0, dt.date(2027, 12, 31), prepayment_penalty_rate=0.02)
    free, tied = hall("free", 10.0), hall("tied", 10.0, encumbrance_debt_id="bond")
    case = town(assets=[free, tied], debts=[owed])
    alone, pledged = (pots(case, lot=name, route="exchange_sale") for name in ("free", "tied"))
    day = 0.04 * 4.0 * 90 / 365  # interest accrued on 31 March 2025
    settled = (4.0 * 1.02 + day) / Q
    service = sum(0.16 * days / 365 * Q**-t for t, days in ((4, 365), (8, 365), (12, 365)))
    service += 4.0 * Q**-12
    assert pledged["freed_debt"] == pytest.approx(settled * MILLION)
    assert alone["net_proceeds"] - pledged["net_proceeds"] == pytest.approx(settled * MILLION)
    assert alone["retention_value"] - pledged["retention_value"] == pytest.approx(service * MILLION)


def test_a_debt_that_states_no_prepayment_fee_cannot_be_freed():
    owed = loan("bond", 4.0, dt.date(2027, 12, 31))
    case = town(assets=[hall("x", 10.0, encumbrance_debt_id="bond")], debts=[owed])
    assert pots(case, lot="x", route="exchange_sale")["blocked_code"] == "PLEDGE"


def test_a_related_buyer_brings_nothing_and_nothing_is_given_up():
    lots = [hall("x", 10.0, 1.0, buyer_scope="inside", buyer_id="lgfv")]
    case = town(entities=[government("gov"), vehicle("lgfv")], assets=lots)
    row = pots(case, lot="x", route="exchange_sale")
    assert row["gross_price"] == pytest.approx(10.0 * MILLION)
    assert row["price_cut"] == pytest.approx(row["gross_price"])
    assert row["net_proceeds"] <= 0.0
    assert row["retention_value"] == 0.0


def test_the_most_specific_levy_counts():
    rows = [
        {"asset_kind": "all", "route": "all", "rate": 0.01},
        {"asset_kind": "all", "route": "exchange_sale", "rate": 0.02},
        {"asset_kind": "hall", "route": "all", "rate": 0.03},
        {"asset_kind": "hall", "route": "exchange_sale", "rate": 0.04},
        {"asset_kind": "hall", "route": "exchange_sale", "rate": 0.5, "owner_kinds": "vehicle"},
    ]
    same = {"levy": "tax", "base": "price", "rate_low": 0.0, "rate_high": 1.0}
    levies = [{"item": "duty" if n < 4 else "other"} | same | row for n, row in enumerate(rows)]
    case = town(
        assets=[hall("x", 10.0)],
        asset_kinds=[kind("hall"), kind("shop")],
        taxes_fees=levies,
    )
    found = {
        (k, r): rate
        for k, r, owner, rate in levy_rates(case)
        .select("asset_kind", "route", "owner_kind", "tax_price_base")
        .iter_rows()
        if owner == "government"
    }
    assert found["hall", "exchange_sale"] == 0.04
    assert found["hall", "lease"] == 0.03
    assert found["shop", "exchange_sale"] == 0.02
    assert found["shop", "lease"] == 0.01


def test_lots_are_ranked_worst_sale_first():
    case = town(assets=[hall("steel", 30.0, 0.1), hall("pot", 30.0, 9.0), hall("even", 30.0, 3.0)])
    ranked = rank_pots(appraise_case(case)[0].table)
    assert ranked["lot_id"].to_list() == ["pot", "even", "steel"]
    assert ranked["loss"].is_sorted(descending=True)
