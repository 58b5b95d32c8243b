"""Whole lots on any workers: groups apart, rounds that go on, blocks that are never dearer."""

from dataclasses import replace

import numpy as np
import pytest
from tests.system.test_coordination import drawn
from tests.system.test_whole_lots import crowded

from ironpot.system.allotments import answer_within
from ironpot.system.coordinate import coordinate_plans
from ironpot.system.fleet import OneProcess, Processes
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.whole_apart import groups_apart
from ironpot.system.whole_block import block_around, place_block, quarter_of
from ironpot.system.whole_check import check_whole_lots
from ironpot.system.whole_lots import WholeOptions, coordinate_whole_lots

OPTIONS = WholeOptions(gap=0.0, rounds=2, sweeps=2, trials=60, blocks=1)


def beside(first, second):
    """Put two problems of one shape of prices into one, their counties and markets apart."""
    shift = len(first.price)
    joined = {
        name: np.concatenate([getattr(first, name), getattr(second, name)])
        for name in ("price", "room", "lots", "keep", "need", "late")
    }
    return SharedMarkets(
        first.counties + tuple(f"other {name}" for name in second.counties),
        first_lot=np.concatenate([first.first_lot, second.first_lot[1:] + first.first_lot[-1]]),
        market=np.concatenate([first.market, second.market + shift]),
        **joined,
    )


TWO = beside(crowded(drawn(5, 3, 3, 5, 0.4)), drawn(4, 2, 3, 6, 0.4))
START = coordinate_plans(TWO)


@pytest.fixture(scope="module")
def undisturbed():
    return coordinate_whole_lots(TWO, options=OPTIONS, start=START)


def same(plan, other):
    return (
        plan.sold.tobytes() == other.sold.tobytes()
        and plan.fees.tobytes() == other.fees.tobytes()
        and (plan.cost, plan.bound, plan.sweeps) == (other.cost, other.bound, other.sweeps)
    )


class Kept:
    """A book in memory; stops the run when it has kept `most` rounds."""

    def __init__(self, most=99):
        self.parts, self.most, self.count, self.ended = {}, most, 0, False

    def found(self, name):
        return self.parts.get(name)

    def keep(self, name, arrays):
        self.parts[name] = {key: np.array(array) for key, array in arrays.items()}
        self.count += 1
        if self.count >= self.most:
            raise KeyboardInterrupt

    def keep_now(self, name, arrays):
        self.keep(name, arrays)

    def stopped(self):
        self.ended = True


def test_groups_cover_all_once_and_share_no_market():
    groups = groups_apart(TWO)
    assert len(groups) == 2
    for name, whole in (("counties", 9), ("lots", len(TWO.lots)), ("markets", 5)):
        rows = np.concatenate([getattr(group, name) for group in groups])
        assert sorted(rows.tolist()) == list(range(whole))
    for group in groups:
        assert (TWO.lots[group.lots] == group.problem.lots).all()
        assert (group.markets[group.problem.market] == TWO.market[group.lots]).all()


def test_a_county_without_lots_is_left_in_a_group():
    first = np.append(TWO.first_lot, TWO.first_lot[-1])
    more = replace(
        TWO,
        counties=(*TWO.counties, "none"),
        first_lot=first,
        need=np.vstack([TWO.need, TWO.need[:1]]),
        late=np.vstack([TWO.late, TWO.late[:1]]),
    )
    groups = groups_apart(more)
    assert sorted(np.concatenate([group.counties for group in groups]).tolist()) == list(range(10))


def test_groups_together_fit_and_their_bound_holds_in_all(undisturbed):
    found = check_whole_lots(TWO, undisturbed)
    assert found.fits
    assert found.cost == pytest.approx(undisturbed.cost, rel=1e-9)
    assert found.bound == pytest.approx(undisturbed.bound, rel=1e-6)


@pytest.mark.parametrize("fleet", [OneProcess(), Processes(2)], ids=["one", "two"])
def test_any_fleet_finds_the_same_bits(undisturbed, fleet):
    assert same(undisturbed, coordinate_whole_lots(TWO, options=OPTIONS, start=START, fleet=fleet))


@pytest.mark.parametrize("rounds", [1, 2])
def test_a_stopped_search_keeps_its_best_and_goes_on_to_the_same_bits(undisturbed, rounds):
    book = Kept(most=rounds)
    stopped = coordinate_whole_lots(TWO, options=OPTIONS, start=START, book=book)
    assert book.ended
    assert check_whole_lots(TWO, stopped).fits
    assert stopped.cost >= undisturbed.cost
    book.most = 99
    assert same(undisturbed, coordinate_whole_lots(TWO, options=OPTIONS, start=START, book=book))
    assert book.count == OPTIONS.rounds + 1


def test_what_was_kept_of_other_options_is_not_gone_on_from():
    book = Kept(most=1)
    coordinate_whole_lots(TWO, options=OPTIONS, start=START, book=book)
    coordinate_whole_lots(TWO, options=replace(OPTIONS, seed=2), start=START, book=book)
    assert len(book.parts) == 2


@pytest.mark.parametrize("seed", range(4))
def test_a_block_placed_anew_fits_is_whole_and_costs_no_more(seed):
    crowd, chance = crowded(drawn(8, 3, 4, seed, 0.4)), np.random.default_rng(seed)
    plan = coordinate_whole_lots(crowd, options=replace(OPTIONS, trials=0, rounds=1, blocks=0))
    free, quarters = chance.random(len(crowd.lots)) < 0.6, chance.random(4) < 0.7
    block = block_around(crowd, plan.sold, free, quarters)
    sold = place_block(crowd, plan.sold, block, 20)
    assert check_whole_lots(crowd, replace(plan, sold=sold)).fits
    assert crowd.costs(sold).sum() <= plan.cost
    still = quarter_of(crowd, sold) == quarter_of(crowd, plan.sold)
    assert still[~free].all()


def test_a_block_of_everything_finds_what_the_central_program_finds():
    from tests.system.test_whole_lots import central

    crowd = crowded(drawn(4, 3, 2, 8, 0.4))
    nothing = np.zeros((len(crowd.lots), crowd.slots))
    block = block_around(crowd, nothing, np.ones(len(nothing), dtype=bool), np.ones(2, dtype=bool))
    sold = place_block(crowd, nothing, block, 10_000)
    best = central(crowd)
    assert crowd.costs(sold).sum() == pytest.approx(best, rel=2e-4)


def test_within_allotments_of_whole_lots_no_county_pays_more_and_no_row_is_overshot(undisturbed):
    within = answer_within(TWO, undisturbed)
    assert (within.costs <= undisturbed.costs + 1e-9 * (1.0 + np.abs(undisturbed.costs))).all()
    assert within.overshot_rows == 0
