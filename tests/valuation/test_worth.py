"""Both sides of the pot test against the same sums done on paper, for random lots and routes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.valuation.paper import weigh
from tests.valuation.random_lots import QUARTERS, ROUTES, case_of, draw_lots

from ironpot.case.schema import words
from ironpot.valuation.offers import LEVELS, Offers, Pledges, build_offers
from ironpot.valuation.worth import worth

NOBODY = Pledges((), np.zeros((0, QUARTERS + 1)), np.zeros((0, QUARTERS + 1)))
COLUMNS = (
    "gross_price",
    "price_cut",
    "tax",
    "fee",
    "procedure_cost",
    "freed_debt",
    "delay_cost",
    "net",
    "given_up",
    "sale_probability",
)


def offers_and_rows(case, rate: float) -> tuple[Offers, dict[tuple[str, str], int]]:
    offers = build_offers(case, NOBODY, rate=rate)
    keys = offers.frame.select("lot_id", "route").rows()
    return offers, {key: row for row, key in enumerate(keys)}


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32), rate=st.sampled_from([0.0, 0.03, 0.12]))
def test_every_column_of_the_pot_test_is_what_paper_gives(seed, rate):
    rng = np.random.default_rng(seed)
    draws = draw_lots(rng, 6)
    offers, place = offers_and_rows(case_of(draws, rate), rate)
    start = int(rng.integers(QUARTERS - 2))
    for level in LEVELS:
        for draw in draws:
            rows = np.array([place[draw.lot_id, way.route] for way in draw.ways])
            computed = worth(offers, rows, np.full(rows.size, start), level)
            for number, way in enumerate(draw.ways):
                paper = weigh(draw.lot, way, draw.market, start, level, rate)
                scale = 1e-9 * max(draw.lot.appraisal)
                for name in COLUMNS:
                    assert getattr(computed, name)[number] == pytest.approx(
                        getattr(paper, name), rel=1e-9, abs=scale
                    ), (name, way.route, level)


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_net_is_gross_less_every_cost_and_no_cost_is_negative(seed):
    rng = np.random.default_rng(seed)
    draws = draw_lots(rng, 12)
    offers, _ = offers_and_rows(case_of(draws, 0.05), 0.05)
    rows = np.flatnonzero(offers.frame["legal"].to_numpy())
    found = worth(offers, rows, rng.integers(QUARTERS - 2, size=rows.size), "base")
    costs = [getattr(found, name) for name in COLUMNS[1:7]]
    assert all((cost >= -1e-6).all() for cost in costs)
    assert found.net == pytest.approx(found.gross_price - np.sum(costs, axis=0), abs=1e-3)


def test_the_random_lots_cover_every_route_but_holding():
    assert set(ROUTES) | {"hold"} == set(words.ROUTES)
