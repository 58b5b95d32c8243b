"""Help, swaps, extensions and pools of counties in the joint problem: what they bring and cost."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog

from ironpot.case.read import read_case
from ironpot.plan.nodes import cash_nodes
from ironpot.plan.now import team_by_quarter
from ironpot.plan.obligations import obligations
from ironpot.plan.prepare import appraise_case
from ironpot.risk.futures import named_futures
from ironpot.system.allotments import allotment_table, answer_within
from ironpot.system.case_decided import begun_in
from ironpot.system.case_lots import lots_of_case, price_of_arrears
from ironpot.system.case_rights import help_of, rights_of_debts
from ironpot.system.coordinate import CoordinationOptions, coordinate_plans
from ironpot.system.crowd import compare_regimes
from ironpot.system.from_cases import cases_together
from ironpot.system.outcomes import arrears, price_table, rights_table
from ironpot.system.rights import Right, add_rights, lots_alone
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.whole_heaps import coordinate_whole_heaps
from ironpot.system.whole_lots import WholeOptions

QUARTERS, TRANCHES = 4, 2


def drawn(seed, counties=4, *, rights=True):
    """A few counties in two markets, each with two rights of changing later cash."""
    chance = np.random.default_rng(seed)
    lots = chance.uniform(5.0, 30.0, 2 * counties)
    price = np.sort(chance.uniform(0.4, 0.9, (2, 1, TRANCHES)), axis=2)[:, :, ::-1]
    markets = SharedMarkets(
        tuple(f"c{i}" for i in range(counties)),
        price * np.ones((1, QUARTERS, 1)),
        np.full((2, QUARTERS, TRANCHES), 0.1 * lots.sum() / QUARTERS),
        2 * np.arange(counties + 1),
        np.tile([0, 1], counties),
        lots,
        chance.uniform(0.5, 1.0, lots.size),
        chance.exponential(6.0, (counties, QUARTERS)),
        np.tile(price_of_arrears(QUARTERS), (counties, 1)),
    )
    if not rights:
        return markets, ()
    own = tuple(tuple(_right(chance, number) for number in range(2)) for _ in range(counties))
    return add_rights(markets, own), own


def _right(chance, number):
    later = np.concatenate([[0.0], chance.uniform(-1.2, 0.3, QUARTERS - 1)])
    room = chance.uniform(0.0, 8.0, QUARTERS)
    limit, price, cost = 0.6 * room.sum(), chance.uniform(-0.1, 1.0), chance.uniform(0.0, 0.5)
    return Right("help", f"r{number}", float(limit), room, float(price), float(cost), later)


def central(markets, rights):
    """Return the least cost of all by HiGHS, written from the rights, not from their lot rows.

    Columns: lots (lot, slot), rights (right, quarter), arrears (county, quarter).
    """
    plain = lots_alone(markets, np.zeros((len(markets.lots), markets.slots)))
    every = [(c, right) for c, own in enumerate(rights) for right in own]
    n, r, c = plain.lots.size * plain.slots, len(every) * QUARTERS, plain.need.size
    price = plain.by_lot(plain.price)
    cost = np.concatenate(
        [
            (plain.keep[:, None] - price).ravel(),
            np.repeat([right.cost for _, right in every], QUARTERS),
            plain.late.ravel(),
        ]
    )
    owner = np.repeat(np.arange(len(plain.counties)), np.diff(plain.first_lot))
    rows, most = [], []

    def row(lots, used, behind, limit):
        rows.append(np.concatenate([lots.ravel(), used.ravel(), behind.ravel()]))
        most.append(limit)

    no_lot, no_right = np.zeros_like(price), np.zeros((len(every), QUARTERS))
    quarter = np.arange(plain.slots) // TRANCHES
    for county in range(len(plain.counties)):
        for t in range(QUARTERS):
            sold = np.where((owner == county)[:, None] & (quarter <= t), -price, 0.0)
            used = no_right.copy()
            for k, (mine, right) in enumerate(every):
                for q in range(t + 1 if mine == county else 0):
                    used[k, q] = -(right.price + right.later[t - q])
            behind = np.zeros_like(plain.need)
            behind[county, t] = -1.0
            row(sold, used, behind, -plain.due[county, t])
    for lot, amount in enumerate(plain.lots):
        row(
            np.eye(len(owner))[lot][:, None] * np.ones(plain.slots),
            no_right,
            0 * plain.need,
            amount,
        )
    for k, (_, right) in enumerate(every):
        row(no_lot, np.eye(len(every))[k][:, None] * np.ones(QUARTERS), 0 * plain.need, right.limit)
    for market in range(len(plain.price)):
        for slot in range(plain.slots):
            use = ((plain.market == market)[:, None] & (np.arange(plain.slots) == slot)) * 1.0
            row(use, no_right, 0 * plain.need, plain.room.reshape(-1, plain.slots)[market, slot])
    upper = np.concatenate(
        [np.full(n, np.inf), *(right.room for _, right in every), np.full(c, np.inf)]
    )
    found = linprog(cost, np.array(rows), most, bounds=np.c_[np.zeros(n + r + c), upper])
    assert found.status == 0
    return found.fun


@pytest.mark.parametrize("seed", range(6))
def test_the_central_program_with_rights_lies_in_the_bracket(seed):
    markets, rights = drawn(seed)
    plan = coordinate_plans(markets, options=CoordinationOptions(gap=1e-3, sweeps=4000))
    best = central(markets, rights)
    hair = 1e-7 * plan.do_nothing
    assert plan.bound - hair <= best <= plan.cost + hair
    assert plan.reached
    without, _ = drawn(seed, rights=False)
    assert plan.cost < coordinate_plans(without).bound


@pytest.mark.parametrize("seed", range(3))
def test_no_regime_with_rights_is_cheaper_than_the_joint_plan_and_all_keep_the_limits(seed):
    markets, _ = drawn(seed)
    crowd = compare_regimes(markets, nash_rounds=300)
    for regime in crowd.regimes:
        assert crowd.plan.bound <= crowd.plan.cost <= regime.cost + 1e-9
        assert (regime.sold <= markets.caps * (1.0 + 1e-9) + 1e-9).all()
        assert (regime.sold.sum(axis=1) <= markets.lots + 1e-9).all()
        assert (markets.load(regime.sold) <= markets.room.reshape(4 * 2 + 2, -1) + 1e-9).all()
    within = answer_within(markets, crowd.plan)
    assert (within.costs <= crowd.plan.costs + 1e-9 * np.abs(crowd.plan.costs)).all()


def test_cash_of_rights_is_kept_to_the_yuan():
    """What was due is paid by lots, by rights as they bring and take, or is behind."""
    markets, rights = drawn(7)
    plan = coordinate_plans(markets)
    plain = lots_alone(markets, np.zeros_like(plan.sold))
    cash = plain.raised(plan.sold[markets.on_sale])
    used = plan.sold[~markets.on_sale].reshape(4, 2, QUARTERS, TRANCHES)[:, :, :, 0]
    for county, own in enumerate(rights):
        for number, right in enumerate(own):
            for q in range(QUARTERS):
                for t in range(q, QUARTERS):
                    cash[county, t] += used[county, number, q] * (right.price + right.later[t - q])
    np.testing.assert_allclose(markets.raised(plan.sold), cash, atol=1e-9)
    behind = np.maximum(plain.due - cash, 0.0)
    np.testing.assert_allclose(arrears(markets, plan.sold), behind, atol=1e-9)
    table = rights_table(compare_regimes(markets, nash_rounds=100), rights)
    assert (table["used"] <= table["limit"] * (1.0 + 1e-9)).all()


def test_tables_and_allotments_speak_of_markets_only():
    markets, _ = drawn(3)
    crowd = compare_regimes(markets, nash_rounds=100)
    prices = price_table(crowd, ("land", "shops"))
    assert set(prices["market_id"]) == {"land", "shops"}
    lots = crowd.plan.sold[markets.on_sale].sum()
    assert prices.filter(pl.col("regime") == "coordinated")["volume"].sum() == pytest.approx(lots)
    quarters = tuple(f"Q{q}" for q in range(QUARTERS))
    given = allotment_table(markets, crowd.plan, names=("land", "shops"), quarters=quarters)
    assert given["allotment"].sum() == pytest.approx(lots, abs=0.2)
    np.testing.assert_allclose(
        given.unique("entity_id", maintain_order=True)["planned_cost"].to_numpy(), crowd.plan.costs
    )


def test_whole_lots_take_the_rights_of_the_joint_plan_and_cost_no_less():
    markets, _ = drawn(1)
    parts = coordinate_plans(markets)
    short = WholeOptions(rounds=1, sweeps=2, trials=50, blocks=0)
    whole = coordinate_whole_heaps(markets, 2, options=short, start=parts)
    assert whole.cost >= whole.bound == parts.bound
    np.testing.assert_array_equal(whole.sold[~markets.on_sale], parts.sold[~markets.on_sale])
    assert whole.cost == pytest.approx(markets.costs(whole.sold).sum())
    assert (markets.load(whole.sold) <= markets.room.reshape(len(markets.room), -1) + 1e-6).all()


@pytest.fixture(scope="module")
def case():
    return read_case("examples/bishan-scale").case


@pytest.fixture(scope="module")
def known(case):
    appraisals, options = appraise_case(case)
    nodes, futures = cash_nodes(case), named_futures(case)
    debts = obligations(case, options, nodes, futures, rate=appraisals.offers.rate)
    return appraisals, debts, futures.weights, nodes


def test_swaps_stay_within_quota_and_within_what_falls_due(case, known):
    appraisals, debts, weights, _ = known
    late = price_of_arrears(8)
    rights, _ = rights_of_debts(case, debts, weights, appraisals.offers.rate, late)
    swaps = [right for right in rights if right.kind == "swap"]
    quota = case.class_actions.filter(pl.col("action") == "swap").select("option_id", "quota_y")
    most = dict(quota.iter_rows())
    assert swaps
    assert all(right.limit <= most[right.name.rsplit("/", 1)[0]] + 1e-6 for right in swaps)
    hidden = (debts.debts["primary_class"] == "hidden").to_numpy()
    due = np.einsum("s,dsq->q", weights, debts.principal[debts.contract][hidden][:, :, :8])
    assert (np.sum([right.room for right in swaps], axis=0) <= due + 1e-6).all()
    fewer = replace(
        case,
        class_actions=case.class_actions.with_columns(pl.col("quota_y") * 0.1),
    )
    again = obligations(
        fewer, appraise_case(fewer)[1], cash_nodes(fewer), named_futures(fewer), rate=0.04
    )
    cut, _ = rights_of_debts(fewer, again, weights, 0.04, late)
    assert sum(r.limit for r in cut if r.kind == "swap") < sum(right.limit for right in swaps)


def test_once_quarters_have_passed_nothing_is_swapped_in_them_or_agreed_any_more(case, known):
    appraisals, debts, weights, _ = known
    given = case, debts, weights, appraisals.offers.rate, price_of_arrears(8)
    first, outside = rights_of_debts(*given)
    later, beyond = rights_of_debts(*given, today=2)
    assert {right.kind for right in first} == {"swap", "extension"}
    assert {right.kind for right in later} == {"swap"}
    assert all((right.room[:2] == 0.0).all() for right in later)
    assert beyond.options > outside.options


def test_an_extension_spares_what_the_planner_says_it_does(case, known):
    """All extensions at once, against the planner's own profiles, debt by debt."""
    appraisals, debts, weights, _ = known
    open_ = replace(debts, swaps=())
    rights, outside = rights_of_debts(
        case, open_, weights, appraisals.offers.rate, price_of_arrears(8)
    )
    found = sum(right.limit * (right.price + right.later) for right in rights)
    taken = len(debts.option_ids) - len(debts.contract) - outside.options
    assert 0 < taken <= team_by_quarter(case, "negotiations", np.inf).sum()
    best = np.zeros((len(debts.contract), 8))
    worth = np.zeros(len(debts.contract))
    rolled = debts.roll.share[debts.group]
    for option, debt in enumerate(debts.option_debt.tolist()):
        first = debts.contract[debt]
        paid = [
            (debts.principal[o] * (1.0 - rolled[debt]) + debts.interest[o])[:, :8]
            for o in (first, option)
        ]
        spared = weights @ (paid[0] - paid[1])
        spared[0] -= debts.fee[option] if option != first else 0.0
        gain = np.maximum(np.cumsum(spared), 0.0) @ price_of_arrears(8)
        if gain > worth[debt]:
            worth[debt], best[debt] = gain, np.cumsum(spared)
    assert found.max() <= np.maximum(best, 0.0).sum(axis=0).max() * (1.0 + 1e-9)
    assert found.max() > 0.5 * best.sum(axis=0).max()


def test_help_that_is_repaid_takes_back_what_it_gave_and_its_interest(case, known):
    *_, nodes = known
    rights = help_of(case, nodes, np.full(8, 1e9), 0.04)
    quota, advance, grant = rights
    np.testing.assert_allclose(advance.later, [0, 0, 0, 0, -1, -1, -1, -1])
    np.testing.assert_allclose(quota.later, -0.0229 / 4 * np.arange(8))
    assert (grant.cost, quota.room[:2].max(), advance.limit) == (1.0, 0.0, 1.2e9)
    assert 0.0 < advance.cost < quota.cost < grant.cost


def test_a_pool_is_sold_instead_of_its_lots_where_it_gains_more(case):
    def sold(one):
        appraisals, options = appraise_case(one)
        return lots_of_case(one, appraisals, begun_in(one, appraisals, options), "yuan", 8)

    lots, pools, _ = sold(case)
    cheap = case.bundles.with_columns(price_uplift_share=pl.lit(-0.5))
    more, fewer, _ = sold(replace(case, bundles=cheap))
    assert len(fewer) < len(pools)
    named = {right.name for right in pools}
    ids = case.bundles.filter(pl.col("bundle_id").is_in(list(named)))["asset_ids"]
    members = {name for each in ids for name in each.split(";")}
    whole = case.assets.filter(pl.col("asset_id").is_in(list(members)))["appraisal"].sum()
    assert sum(right.limit for right in pools) == pytest.approx(whole)
    none, _, _ = sold(replace(case, bundles=case.bundles.clear()))
    assert lots["appraisal"].sum() < more["appraisal"].sum() + whole
    assert none["appraisal"].sum() > 0.0


def test_each_case_is_told_which_rights_the_joint_plan_uses_and_which_it_leaves_out(case):
    twin = replace(case, settings=replace(case.settings, case_id="twin"))
    said = [loss.en for loss in cases_together((case, twin)).losses]
    for name in ("bishan-scale", "twin"):
        used = next(text for text in said if text.startswith(f"{name}: the joint plan may use"))
        assert all(word in used for word in ("help from above", "swaps", "extensions"))
        left = next(text for text in said if text.startswith(f"{name}: RIGHTS LEFT OUT"))
        assert "the true cost is at most the one shown" in left
        assert all(word in left for word in ("swaps of debt", "options of debts", "pools"))
    bare = replace(
        case,
        bundles=case.bundles.clear(),
        relief_sources=case.relief_sources.clear(),
        class_actions=case.class_actions.filter(pl.col("action") == "scheduled"),
    )
    told = " ".join(loss.en for loss in cases_together((bare, twin)).losses)
    assert "bishan-scale: the joint plan" not in told
    assert "bishan-scale: RIGHTS" not in told
