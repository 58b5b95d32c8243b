"""What falls on banks comes back as less refinancing and more sales: money is kept, order too."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironpot.core.errors import IronpotError
from ironpot.system.actors import Actors, actors_of
from ironpot.system.coordinate import coordinate_plans
from ironpot.system.crowd import Crowd
from ironpot.system.neighbours import falls_beside, places
from ironpot.system.obliged import shared_markets_of
from ironpot.system.outcomes import arrears, bank_table, raised
from ironpot.system.populate import populate
from ironpot.system.regimes import Regime, plan_alone, plan_rolling
from ironpot.system.second_round import SpiralRules, second_round
from ironpot.system.second_tables import play_out, spiral_banks, spiral_markets, spiral_table
from ironpot.system.shared_markets import SharedMarkets

NOTHING = SpiralRules(capital_floor=0.0, spillover=0.0)


def population(seed):
    counties = 8
    units = pl.DataFrame(
        {
            "unit_id": [f"county{i}" for i in range(counties)],
            "parent_id": ["east"] * 4 + ["west"] * 4,
            "level": ["county"] * counties,
            "debt_balance": np.random.default_rng(seed).uniform(1e9, 9e9, counties),
        }
    )
    made = populate(units, np.random.default_rng(seed))
    markets = shared_markets_of(made, np.random.default_rng(seed + 1))
    return markets, actors_of(made, markets)


@pytest.fixture(scope="module")
def nation():
    markets, actors = population(1)
    plan = coordinate_plans(markets)
    regimes = (
        plan_alone(markets),
        plan_rolling(markets),
        Regime("coordinated", plan.sold, plan.costs),
    )
    return markets, actors, Crowd(markets, plan, regimes)


def one_lender(*, equity=25.0, price=((0.8, 0.5),), lots=200.0, owed=65.0, rolled=10.0):
    """One county owes one bank; its ladder is filled, so that nothing more can be sold."""
    markets = SharedMarkets(
        *(("a",), np.array([price]), np.full((1, 1, 2), 50.0), np.array([0, 1]), np.array([0])),
        *(np.array([lots]), np.array([1.0]), np.array([[owed]]), np.array([[0.5]])),
    )
    lender = Actors(
        *(np.array([500.0]), ("land",), pl.DataFrame({"bank_id": ["b"], "bank_class": ["x"]})),
        *(np.array([[owed]]), np.array([[rolled]]), np.array([[500.0]])),
        *(np.array([equity]), np.array([[64.0]])),
    )
    sold = np.array([[50.0, 50.0]])
    return markets, lender, Regime("alone", sold, markets.costs(sold))


def test_a_spiral_worked_out_by_hand():
    """Price .65 of .8: collateral loses 12, 13 of 25 are left where the floor asks for 20.

    kept k = (13 - missed) / 20 and missed = 10 (1 - k), nothing can be sold: k = 0.3. The county
    owes 7 more at the end, at 0.5 a yuan.
    """
    markets, lender, regime = one_lender()
    end = second_round(markets, lender, regime)
    assert end.kept[0] == pytest.approx(0.3)
    assert end.withdrawn[0] == end.missed[0] == pytest.approx(7.0)
    assert end.loss[0] == pytest.approx(12.0 + 7.0)
    assert end.costs[0] - regime.costs[0] == pytest.approx(3.5)
    assert end.converged


def test_a_spiral_with_room_left_sells_more_and_marks_lower_by_hand():
    """20 are free at .5 and 10 more are due: 14 of capital where 20 are asked for.

    At k the county needs 10 (1 - k), sells twice that at .5; the mean price falls from
    58/80 to (58 + 10 (1 - k)) / (80 + 20 (1 - k)), and collateral of 64 with it.
    """
    markets, lender, _ = one_lender(equity=20.0, owed=58.0)
    sold = np.array([[50.0, 36.0]])
    regime = Regime("x", sold, markets.costs(sold))
    end = second_round(markets, lender, regime)
    kept = end.kept[0]
    need = 10.0 * (1.0 - kept)
    price = (58.0 + need) / (86.0 + 2.0 * need)
    assert end.sold.sum() == pytest.approx(2.0 * need)
    assert end.missed[0] == 0.0
    assert end.loss[0] == pytest.approx(64.0 * (1.0 - price / 0.8), abs=1e-6)
    assert kept == pytest.approx((20.0 - end.loss[0]) / 20.0, abs=1e-8)


def test_strong_banks_and_no_spillover_leave_every_regime_as_it_was(nation):
    markets, actors, crowd = nation
    strong = replace(actors, equity=actors.equity * 1e3)
    banks = bank_table(crowd, actors)
    for regime in crowd.regimes:
        told = banks.filter(pl.col("regime") == regime.name)["loss"].to_numpy()
        for lenders, rules in ((actors, NOTHING), (strong, SpiralRules(spillover=0.0))):
            end = second_round(markets, lenders, regime, rules=rules)
            np.testing.assert_array_equal(end.costs, regime.costs)
            np.testing.assert_array_equal(end.loss, told)
            assert not end.sold.any()
            assert not end.withdrawn.any()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 200), capital=st.floats(0.3, 2.0), spill=st.floats(0.0, 0.05))
def test_what_is_not_raised_is_missed_and_borne_by_lenders_to_the_yuan(seed, capital, spill):
    markets, actors = population(seed)
    actors = replace(actors, equity=actors.equity * capital)
    regime = plan_alone(markets)
    rules = SpiralRules(spillover=spill)
    end = second_round(markets, actors, regime, rules=rules)
    size = float(np.abs(markets.need).sum())
    quarters = markets.need.shape[1]
    withdrawn = (actors.rolled * (1.0 - end.kept)).sum(axis=1) * quarters
    np.testing.assert_allclose(end.withdrawn, withdrawn, atol=1e-6 * size)
    before = arrears(markets, regime.sold)[:, -1]
    got = raised(markets, regime.sold).sum(axis=1) - end.pressed + end.raised
    after = np.maximum(markets.due[:, -1] + end.withdrawn - got, 0.0)
    np.testing.assert_allclose(after, before + end.missed, atol=1e-6 * size)
    low = end.level.min(axis=1)[:, None, None]
    paid = (markets.by_lot(markets.price * low) * end.sold).sum()
    assert end.raised.sum() == pytest.approx(paid, abs=1e-6 * size)
    marks = second_round(markets, replace(actors, owed=actors.owed * 0.0), regime, rules=NOTHING)
    first = actors.unpaid(before)
    assert first.sum() == pytest.approx(np.minimum(before, actors.owed.sum(axis=1)).sum())
    assert (end.loss >= first + marks.loss - 1e-6 * size).all()
    plain = replace(actors, collateral=actors.collateral * 0.0)
    bare = second_round(markets, plain, regime, rules=rules)
    assert bare.loss.sum() == pytest.approx(first.sum() + bare.missed.sum(), rel=1e-9)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 200), spill=st.floats(0.0, 0.05), floor=st.floats(0.02, 0.08))
def test_nothing_is_sold_twice_and_no_market_takes_more_than_its_room(seed, spill, floor):
    markets, actors = population(seed)
    regime = plan_alone(markets)
    end = second_round(markets, actors, regime, rules=SpiralRules(floor, spill))
    total = regime.sold + end.sold
    assert (total.sum(axis=1) <= markets.lots * (1.0 + 1e-9) + 1e-6).all()
    room = markets.room.reshape(len(markets.room), -1)
    assert (markets.load(total) <= room * (1.0 + 1e-9) + 1e-6).all()


@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 200),
    again=st.floats(0.01, 0.3),
    capital=st.tuples(st.floats(0.3, 2.0), st.floats(0.0, 1.0)),
    spill=st.tuples(st.floats(0.0, 0.03), st.floats(0.0, 0.02)),
)
def test_more_capital_never_hurts_and_more_spillover_never_helps(seed, again, capital, spill):
    """With little to roll over, most spirals end between nothing and everything."""
    markets, actors = population(seed)
    actors = replace(actors, rolled=actors.rolled * again)
    regime = plan_rolling(markets)
    size = float(np.abs(markets.need).sum())

    def end(share, fall):
        banks = replace(actors, equity=actors.equity * share)
        return second_round(markets, banks, regime, rules=SpiralRules(spillover=fall))

    middle = end(capital[0], spill[0])
    for better, worse in (
        (end(sum(capital), spill[0]), middle),
        (middle, end(capital[0], sum(spill))),
    ):
        if not (better.converged and worse.converged):
            continue
        assert (better.kept >= worse.kept - 1e-6).all()
        assert (better.missed <= worse.missed + 1e-6 * size).all()
        assert (better.loss <= worse.loss + 1e-6 * size).all()
        assert (better.level >= worse.level - 1e-6).all()


def test_banks_that_all_expect_the_worst_can_bring_it_about(nation):
    """Two ends, both standing still: a run is one of them though the plans call for none."""
    markets, actors, crowd = nation
    after = play_out(markets, actors, crowd.regimes, SpiralRules(spillover=0.0))
    row = spiral_table(after).filter(pl.col("regime") == "coordinated").row(0, named=True)
    assert row["converged"]
    assert not row["unique"]
    assert row["withdrawn"] == 0.0
    assert row["worst_loss_banks"] > 2.0 * row["bank_loss"]
    assert 0.0 < row["cushion"] < 1.0


def test_the_cushion_is_where_the_spiral_begins_to_run_away(nation):
    markets, actors, crowd = nation
    rules = SpiralRules(spillover=0.0)
    after = play_out(markets, actors, crowd.regimes, rules)
    whole = float(actors.rolled.sum()) * markets.need.shape[1]
    for played in after.played:
        for lost, runs in ((played.cushion - 0.01, False), (played.cushion + 0.01, True)):
            if not 0.0 < lost < 1.0:
                continue
            end = second_round(markets, actors, played.regime, rules=rules, lost_before=lost)
            assert (end.withdrawn.sum() > 0.5 * whole) == runs


def test_banks_without_a_floor_never_run_and_have_no_cushion_to_tell(nation):
    markets, actors, crowd = nation
    after = play_out(markets, actors, crowd.regimes, SpiralRules(capital_floor=0.0))
    rows = spiral_table(after)
    assert rows.schema["cushion"] == pl.Float64
    assert rows["cushion"].null_count() == rows.height


def test_tables_add_up_to_the_rounds_they_tell_of(nation):
    markets, actors, crowd = nation
    after = play_out(markets, actors, crowd.regimes)
    rows, banks = spiral_table(after), spiral_banks(after)
    summed = banks.group_by("regime", maintain_order=True).agg(pl.col("loss").sum())
    assert summed["loss"].to_list() == pytest.approx(rows["bank_loss"].to_list())
    names = tuple(f"m{i}" for i in range(len(markets.price)))
    falls = spiral_markets(after, names)
    assert falls.height == 3 * len(names)
    assert falls["fall_beside"].is_between(0.0, 1.0).all()
    joint = rows.filter(pl.col("regime") == "coordinated")
    assert joint["over_coordinated"].to_list() == [0.0]


def test_a_market_presses_on_its_place_and_its_kind_only(nation):
    markets, actors, _ = nation
    place, kinds = places(markets), np.array(actors.kinds)
    assert len(set(place.tolist())) == 2
    falls = falls_beside(markets, actors.kinds, 0.02)
    strange = (place[:, None] != place) & (kinds[:, None] != kinds)
    assert not falls[strange].any()
    assert not np.diag(falls).any()
    np.testing.assert_allclose(falls.sum(axis=1), 0.02 * 3)  # two of its place, all of its kind


def test_unknown_capital_is_refused_and_not_taken_for_nil():
    markets, lender, regime = one_lender()
    unknown = replace(lender, equity=np.array([np.nan]))
    with pytest.raises(IronpotError, match="missing is not nil"):
        second_round(markets, unknown, regime)
    assert play_out(markets, unknown, (regime,)) is None


@pytest.mark.parametrize("bad", [{"capital_floor": -0.1}, {"spillover": 2.0}, {"recovery": 1.5}])
def test_rules_that_are_no_shares_are_refused(bad):
    with pytest.raises(IronpotError, match="shares from 0 to 1"):
        SpiralRules(**bad)
