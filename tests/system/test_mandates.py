"""Orders change needs and rooms by what they say and nothing else; no order changes nothing."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from tests.system.test_pieces_kept import Memory

from ironpot.core.errors import IronpotError
from ironpot.system.actors import actors_of
from ironpot.system.fleet import Processes
from ironpot.system.mandates import (
    NONE,
    IdleOrderError,
    all_together,
    applicable,
    cut_debt,
    no_roll_over,
    no_sales,
    standard_mandates,
    swap_amount,
    swap_quota,
    try_mandates,
)
from ironpot.system.obliged import shared_markets_of
from ironpot.system.populate import populate

UNITS = pl.DataFrame(
    {
        "unit_id": [f"county{i}" for i in range(12)],
        "parent_id": ["east"] * 6 + ["west"] * 6,
        "level": ["county"] * 12,
        "debt_balance": np.linspace(1e9, 9e9, 12),
    }
)
POPULATION = populate(UNITS, np.random.default_rng(1))
MARKETS = shared_markets_of(POPULATION, np.random.default_rng(2))
ACTORS = actors_of(POPULATION, MARKETS)
DEBT = POPULATION.vehicles["debt"].to_numpy()


def test_cutting_debt_asks_for_its_share_of_debt_and_no_more():
    asked = cut_debt(0.05).apply(MARKETS, ACTORS)
    np.testing.assert_allclose(asked.due[:, -1] - MARKETS.due[:, -1], 0.05 * DEBT)


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("yuan", "12,345,600,000元"),
        ("ten_thousand", "1,234,560万元"),
        ("hundred_million", "123.456亿元"),
    ],
)
def test_a_swap_says_its_amount_in_the_users_unit(unit, said):
    assert swap_amount(123.456e8, unit).text.zh == f"置换额度{said}"


def test_a_swap_takes_its_share_of_all_needs_the_earliest_first():
    asked = swap_quota(0.3).apply(MARKETS, ACTORS)
    np.testing.assert_allclose(asked.due[:, -1], 0.7 * MARKETS.due[:, -1])
    assert (asked.due <= np.maximum(MARKETS.due, 0.0) + 1e-6).all()


def test_a_roll_over_stop_calls_what_that_class_would_have_rolled():
    asked = no_roll_over("non_standard").apply(MARKETS, ACTORS)
    rules = POPULATION.rules
    lent = 0.10 * DEBT  # the class's share of lending
    np.testing.assert_allclose(
        asked.due[:, -1] - MARKETS.due[:, -1], 4 * lent * rules.due_q * rules.rolled
    )


def test_what_a_roll_over_stop_calls_cannot_be_withdrawn_again():
    quarters = MARKETS.need.shape[1]
    after = no_roll_over("non_standard", quarters=3).lenders(ACTORS, quarters)
    of_class = (ACTORS.banks["bank_class"] == "non_standard").to_numpy()
    np.testing.assert_allclose(
        after.owed + after.rolled * quarters, ACTORS.owed + ACTORS.rolled * quarters
    )
    np.testing.assert_allclose(
        after.rolled[:, of_class], ACTORS.rolled[:, of_class] * (quarters - 3) / quarters
    )
    np.testing.assert_array_equal(after.rolled[:, ~of_class], ACTORS.rolled[:, ~of_class])


@pytest.mark.parametrize("order", [no_roll_over("nobody"), no_sales("ships")])
def test_an_order_about_what_nobody_has_is_refused(order):
    with pytest.raises(IronpotError, match="would change nothing"):
        order.apply(MARKETS, ACTORS)


def test_standard_orders_that_change_nothing_are_skipped_and_named():
    halls = replace(ACTORS, kinds=("hall",) * len(ACTORS.kinds))
    kept, skipped = applicable(MARKETS, halls, standard_mandates())
    found = [order.mandate_id for order in kept]
    assert found == ["none", "cut_debt", "swap_quota", "no_roll_over_non_standard"]
    assert [said.en for said in skipped] == [
        "Not tried: nobody sells land in the first year. An order speaks of land, but there is "
        "only hall: it would change nothing. Name one of these."
    ]
    assert applicable(MARKETS, ACTORS, standard_mandates())[1] == ()
    with pytest.raises(IdleOrderError):
        applicable(MARKETS, halls, (NONE, no_sales("land")))


def test_orders_given_at_once_add_up():
    both = all_together((cut_debt(0.05), no_roll_over("non_standard"))).apply(MARKETS, ACTORS)
    one = cut_debt(0.05).apply(MARKETS, ACTORS).need - MARKETS.need
    other = no_roll_over("non_standard").apply(MARKETS, ACTORS).need - MARKETS.need
    np.testing.assert_allclose(both.need, MARKETS.need + one + other)


def test_orders_say_their_own_figures():
    assert cut_debt(0.075).text.en == "everybody cuts debt by 7.5% over the first 2 years"
    assert swap_quota(0.4).text.zh == "置换额度为资金需求的40%"
    assert no_sales("land", quarters=6).text.en == "nobody sells land in the first 6 quarters"


@pytest.fixture(scope="module")
def tried():
    orders = (NONE, cut_debt(0.05), no_sales("land"), swap_quota(0.3))
    return try_mandates(MARKETS, ACTORS, orders, nash_rounds=40)


def test_orders_are_followed_to_where_the_second_round_ends(tried):
    assert (tried["bank_loss_end"] >= tried["bank_loss"] * (1.0 - 1e-9)).all()
    assert (tried["missed"] <= tried["withdrawn"] + tried["need"]).all()
    cut = tried.filter(pl.col("mandate") == "cut_debt", pl.col("regime") == "nash")
    none = tried.filter(pl.col("mandate") == "none", pl.col("regime") == "nash")
    assert cut["banks_under"][0] >= none["banks_under"][0]


def test_no_order_costs_nothing_more_than_itself(tried):
    assert tried.filter(pl.col("mandate") == "none")["over_none"].to_list() == [0.0, 0.0]


def test_harder_orders_cost_more_and_relief_costs_less_in_the_joint_plan(tried):
    """Needs up or rooms down shrink what is possible; the certified gap is one per cent."""
    joint = tried.filter(pl.col("regime") == "coordinated")
    over = dict(joint.select("mandate", "over_none").iter_rows())
    slack = 0.01 * float(joint["cost"].abs().max())
    assert over["cut_debt"] > -slack
    assert over["no_land"] > -slack
    assert over["swap_quota"] < slack


def test_nobody_sells_what_is_forbidden():
    asked = no_sales("land").apply(MARKETS, ACTORS)
    kinds = POPULATION.markets.unique("market_id", maintain_order=True)["kind"].to_numpy()
    assert not asked.room[kinds == "land", :4].any()
    np.testing.assert_array_equal(asked.room[kinds != "land"], MARKETS.room[kinds != "land"])
    np.testing.assert_array_equal(asked.room[:, 4:], MARKETS.room[:, 4:])


def test_orders_on_workers_and_after_a_stop_give_the_same_rows(tried):
    orders = (NONE, cut_debt(0.05), no_sales("land"), swap_quota(0.3))
    asked = (MARKETS, ACTORS, orders)
    there = try_mandates(*asked, nash_rounds=40, fleet=Processes(2))
    assert there.rows() == tried.rows()
    book = Memory(stop_after=7)
    broken = try_mandates(*asked, nash_rounds=40, book=book)
    assert book.cut
    assert broken.rows() != tried.rows(), "a search that was stopped shows its best so far"
    assert try_mandates(*asked, nash_rounds=40, book=book).rows() == tried.rows()
    finished = len(book.parts)
    assert try_mandates(*asked, nash_rounds=40, book=book).rows() == tried.rows()
    assert len(book.parts) == finished
    harder = (NONE, cut_debt(0.06))
    other = try_mandates(MARKETS, ACTORS, harder, nash_rounds=40, book=book)
    assert other.rows()[2:] != tried.rows()[2:4], "another figure is another order"


def test_rights_are_no_kind_of_market_that_an_order_can_speak_of():
    markets, actors = (
        SimpleNamespace(room=np.ones((2, 4, 1))),
        SimpleNamespace(kinds=("hall", "right")),
    )
    with pytest.raises(IronpotError, match="there is only hall:"):
        no_sales("right").apply(markets, actors)
