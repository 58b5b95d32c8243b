"""Joint plans of whole lots: a bracket around the central program, room kept, lots whole."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from tests.system.networks import LAWS
from tests.system.test_coordination import drawn, problems

from ironpot.core.errors import IronpotError
from ironpot.system.allotments import answer_within
from ironpot.system.choices import Wishes, choice_table, choose
from ironpot.system.coordinate import coordinate_plans
from ironpot.system.learned import plan_nash
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.whole_bound import sellers_of
from ironpot.system.whole_check import check_whole_lots, least_cost
from ironpot.system.whole_heaps import coordinate_whole_heaps
from ironpot.system.whole_lots import WholeOptions, coordinate_whole_lots
from ironpot.system.whole_sweep import answer_block, met_duals

QUICK = WholeOptions(rounds=2, sweeps=4, trials=200, blocks=0)
TRANCHES = 3


def central(problem, fees=None):
    """Solve the joint program of whole lots with HiGHS: the oracle. Fees make it one with none.

    Teams are rows of what lots take in the quarter, written out sale by sale.
    """
    price, (counties, quarters) = problem.by_lot(problem.price), problem.need.shape
    lots, slots = price.shape
    owner = np.repeat(np.arange(counties), np.diff(problem.first_lot))
    sales, goes, behind = lots * slots, lots * quarters, counties * quarters
    lot, slot = (grid.ravel() for grid in np.indices(price.shape))
    column = np.arange(sales)

    def rows(at, count, values=None):
        ones = np.ones(sales) if values is None else values
        return sp.csr_array((ones, (at, column)), shape=(count, sales))

    whole = rows(lot * quarters + slot // TRANCHES, goes)
    size = sp.diags_array(np.repeat(problem.lots, quarters))
    once = sp.kron(sp.eye_array(lots), np.ones((1, quarters)))
    shared = rows(problem.market[lot] * slots + slot, problem.room.size)
    cash = sp.vstack(
        [
            rows(owner[lot], counties, price.ravel() * (slot // TRANCHES <= t))
            for t in range(quarters)
        ]
    )
    matrix = sp.block_array(
        [
            [whole, -size, None],
            [None, once, None],
            [shared, None, None],
            [cash, None, sp.eye_array(behind)],
            [None, worked(problem), None],
        ]
    )
    busy = [] if problem.team is None else [problem.team.capacity.ravel()]
    room = problem.room.ravel() if fees is None else np.full(problem.room.size, np.inf)
    low = [np.zeros(goes), np.full(lots + room.size, -np.inf), problem.due.T.ravel()]
    low += [np.full(row.size, -np.inf) for row in busy]
    high = [np.zeros(goes), np.ones(lots), room, np.full(behind, np.inf), *busy]
    charged = 0.0 if fees is None else fees[problem.market]
    costs = [
        (problem.keep[:, None] - price + charged).ravel(),
        np.zeros(goes),
        problem.late.T.ravel(),
    ]
    caps = [problem.caps.ravel(), np.ones(goes), np.full(behind, np.inf)]
    solved = milp(
        np.concatenate(costs),
        constraints=LinearConstraint(matrix, np.concatenate(low), np.concatenate(high)),
        bounds=Bounds(0.0, np.concatenate(caps)),
        integrality=np.repeat([0, 1, 0], [sales, goes, behind]),
        options={"mip_rel_gap": 1e-9},
    )
    assert solved.success, solved.message
    return solved.fun


def worked(problem):
    """Return what each lot takes of its team, (county and quarter, lot and sale)."""
    counties, quarters = problem.need.shape
    rows = np.zeros((counties * quarters, len(problem.lots) * quarters))
    if problem.team is None:
        return sp.csr_array(rows[:0])
    owner = np.repeat(np.arange(counties), np.diff(problem.first_lot))
    for lot, (i, span) in enumerate(zip(owner, problem.team.span, strict=True)):
        for sale in range(problem.first_quarter[lot], quarters):
            begin = sale - problem.team.ready[lot]
            taken = problem.team.work[lot] * problem.lots[lot]
            rows[i * quarters + begin : i * quarters + begin + span, lot * quarters + sale] = taken
    return sp.csr_array(rows)


def crowded(problem):
    """Put each county's second lot into the market of its first: they must share its room."""
    market = problem.market.copy()
    market[problem.first_lot[:-1] + 1] = market[problem.first_lot[:-1]]
    return replace(problem, market=market)


several = st.one_of(problems, problems.map(crowded))


@LAWS
@given(several)
def test_the_central_integer_program_lies_inside_the_bracket(problem):
    plan = coordinate_whole_lots(problem, options=QUICK)
    best = central(problem)
    slack = 1e-6 * (1.0 + abs(best))
    assert plan.bound <= best + slack
    assert plan.cost >= best - slack


@LAWS
@given(several)
def test_no_row_is_overshot_and_every_lot_is_sold_whole_once_or_kept(problem):
    plan = coordinate_whole_lots(problem, options=QUICK)
    found = check_whole_lots(problem, plan)
    assert found.fits
    assert found.cost == pytest.approx(plan.cost, rel=1e-9, abs=1e-9)
    assert found.bound <= found.cost + 1e-9


@LAWS
@given(several, st.integers(0, 100))
def test_one_county_at_fees_is_solved_exactly_and_its_duals_prove_it(problem, seed):
    one = replace(
        problem,
        counties=problem.counties[:1],
        first_lot=problem.first_lot[:2],
        need=problem.need[:1],
        late=problem.late[:1],
        **{
            name: getattr(problem, name)[: problem.first_lot[1]]
            for name in ("market", "lots", "keep")
        },
    )
    sellers = sellers_of(one)
    fees = np.random.default_rng(seed).exponential(0.05, one.room.reshape(len(one.room), -1).shape)
    sold, cost, low = np.zeros_like(sellers.price), np.zeros(1), np.zeros(1)
    answer_block(np.arange(1), sellers, fees, 10_000, sold, cost, low)
    best = central(one, fees)
    assert cost[0] + (fees[one.market] * sold).sum() == pytest.approx(best, abs=1e-7)
    assert low[0] == pytest.approx(best, abs=1e-7)
    assert least_cost(one, 0, fees, met_duals(0, sellers, fees, 10_000)) == pytest.approx(
        best, abs=1e-7
    )


@LAWS
@given(problems, st.integers(0, 100))
def test_any_duals_bound_a_county_from_below(problem, seed):
    chance = np.random.default_rng(seed)
    sellers, shape = sellers_of(problem), problem.room.reshape(len(problem.room), -1).shape
    fees = chance.exponential(0.05, shape)
    count = len(problem.counties)
    sold, cost, low = np.zeros_like(sellers.price), np.zeros(count), np.zeros(count)
    answer_block(np.arange(count), sellers, fees, 2_000, sold, cost, low)
    wild = chance.normal(0.3, 1.0, (5, problem.need.shape[1]))
    for i in range(count):
        assert least_cost(problem, i, fees, wild) <= low[i] + 1e-7


@pytest.mark.parametrize("depth", [0.3, 1.0])
def test_whole_lots_cost_no_less_than_parts_and_the_bound_knows_more(depth):
    crowd = drawn(80, 8, 6, 3, depth)
    whole = coordinate_whole_lots(crowd, options=WholeOptions(rounds=3, trials=2_000, blocks=0))
    parts = coordinate_plans(crowd)
    assert whole.cost >= parts.bound
    assert whole.bound > parts.cost
    assert whole.gap_of_stake <= 0.05


def test_any_number_of_workers_gives_the_same_bits():
    crowd = crowded(drawn(60, 6, 4, 5, 0.5))
    plans = [
        coordinate_whole_lots(crowd, options=replace(QUICK, workers=workers))
        for workers in (1, 2, 3)
    ]
    assert len({plan.sold.tobytes() + plan.fees.tobytes() for plan in plans}) == 1
    assert len({(plan.cost, plan.bound) for plan in plans}) == 1


def test_ctrl_c_keeps_the_best_plan_so_far_with_its_bound():
    heard = []

    def stop(plan):
        heard.append(plan)
        raise KeyboardInterrupt

    crowd = drawn(40, 6, 4, 5, 0.5)
    kept = coordinate_whole_lots(crowd, options=replace(QUICK, gap=0.0, rounds=9), watch=stop)
    assert len(heard) == 1
    assert (kept.cost, kept.bound) == (heard[0].cost, heard[0].bound)
    assert check_whole_lots(crowd, kept).fits
    assert not kept.reached


@pytest.mark.parametrize("harm", ["part", "twice", "crowd"])
def test_a_plan_that_does_not_fit_is_found(harm):
    crowd = drawn(20, 4, 4, 5, 0.5)
    plan = coordinate_whole_lots(crowd, options=QUICK)
    sold = plan.sold.copy()
    lot = int(np.flatnonzero(sold.sum(axis=1))[0])
    if harm == "part":
        sold[lot] *= 0.5
    if harm == "twice":
        sold[lot] += np.roll(sold[lot], TRANCHES)
    if harm == "crowd":
        sold[:, 0] = crowd.lots
    found = check_whole_lots(crowd, replace(plan, sold=sold))
    assert not found.fits
    assert found.overshot.any() if harm == "crowd" else lot in found.not_whole


def test_heaps_of_whole_lots_cost_more_than_heaps_in_parts_and_fit_every_row(monkeypatch):
    monkeypatch.setattr("ironpot.system.wish._SHORT", QUICK)
    crowd = drawn(12, 4, 4, 5, 0.5)
    parts = coordinate_plans(crowd)
    wishes = Wishes(whole_lots=3)
    learned = plan_nash(crowd, rounds=20)
    choice = choose(crowd, parts, learned, wishes)[-1]
    assert choice.regime.name == "whole"
    assert choice.regime.cost >= parts.bound
    assert choice.plan.bound >= parts.bound
    whole = choice_table(crowd, parts, learned, (choice,)).row(1, named=True)
    assert whole["bound"] == choice.plan.bound
    stake = crowd.doing_nothing().sum() - whole["bound"]
    assert whole["gap"] == pytest.approx((whole["cost"] - whole["bound"]) / stake)
    room = crowd.room.reshape(len(crowd.room), -1)
    assert (crowd.load(choice.regime.sold) <= room * (1 + 1e-9)).all()
    shares = choice.regime.sold.reshape(len(crowd.lots), 4, -1).sum(axis=2) / crowd.lots[:, None]
    np.testing.assert_allclose(shares * 6, np.rint(shares * 6), atol=1e-6)


def test_whole_lots_are_refused_beside_one_price_which_they_cannot_keep():
    with pytest.raises(IronpotError, match="whole-lots"):
        Wishes(whole_lots=4, uniform=True)


def test_an_allotment_of_whole_lots_costs_a_county_no_more_than_its_part():
    crowd = drawn(12, 4, 4, 5, 0.5)
    plan = coordinate_whole_heaps(crowd, 3, options=QUICK)
    within = answer_within(crowd, plan)
    assert (within.costs <= plan.costs + 1e-9 * (1.0 + np.abs(plan.costs))).all()
    assert within.overshot_rows == 0


def test_whole_lots_are_not_sold_before_they_open():
    one = SharedMarkets(
        *(("a",), np.full((1, 3, 1), 0.8), np.full((1, 3, 1), 60.0), np.array([0, 1])),
        *(np.array([0]), np.array([60.0]), np.array([0.7]), np.array([[30.0, 10.0, 0.0]])),
        *(np.array([[0.1, 0.1, 0.6]]), np.array([2])),
    )
    plan = coordinate_whole_heaps(one, 3, options=QUICK)
    assert not plan.sold[0, :2].any()
    assert plan.sold[0, 2] > 0.0
    assert plan.bound <= plan.cost + 1e-9


NAMES = """
import numpy as np
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.whole_lots import WholeOptions, coordinate_whole_lots
class Names:
    def found(self, name): print(name)
    def keep(self, name, arrays): pass
    keep_now = keep
one = SharedMarkets(("a",), np.array([[[0.8]]]), np.array([[[50.0]]]), np.array([0, 1]),
                    np.array([0]), np.array([40.0]), np.array([1.0]), np.array([[60.0]]),
                    np.array([[0.5]]))
filler = [object() for _ in range({filler})]
coordinate_whole_lots(one, book=Names(), options=WholeOptions(rounds=0))
"""


def test_another_process_finds_what_is_kept_under_the_same_name():
    """Without `opens`, the name once held the address of None."""
    said = [
        subprocess.run(  # noqa: S603
            [sys.executable, "-c", NAMES.replace("{filler}", filler)],
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for filler in ("1", "999")
    ]
    assert said[0].startswith("whole-")
    assert said[0] == said[1]
