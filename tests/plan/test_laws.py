"""The rules of the model as laws, on random busy towns and on towns made for one rule."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.plan.busy import busy
from tests.plan.check import written_and_verified
from tests.plan.town import (
    MILLION,
    RATE,
    action,
    budget,
    giver,
    hall,
    ladder,
    lends_again,
    limit,
    loan,
    route,
    sale,
    service,
    town,
    wish,
)
from tests.support import account, government, vehicle

from ironpot.core.errors import IronpotError, SolverError
from ironpot.plan import many
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.wishes import wish_costs

QUICK = PlanOptions(time_limit_s=8, gap_stake=1e-3)
SOON = dt.date(2025, 9, 30)


def planned(case, options: PlanOptions = QUICK) -> Plan:
    return plan_resolution(case, options=options)


def decisions(tables) -> dict[str, str]:
    return dict(tables["decisions"].select("lot_id", "route").iter_rows())


@pytest.fixture(scope="module", params=[0, 5])
def crowded(request, tmp_path_factory):
    """A busy town's plan with its verified tables."""
    plan = planned(busy(request.param))
    return plan, written_and_verified(plan, tmp_path_factory.mktemp("busy"))


def test_each_lot_leaves_once_and_protected_lots_stay(crowded):
    plan, tables = crowded
    releases = plan.model.inputs.releases
    lots = releases.lot[plan.settled.chosen]
    assert np.unique(lots).size == lots.size
    assert decisions(tables)["protected"] in ("hold", "share_reuse")


def test_the_task_force_is_never_asked_for_more_than_it_has(crowded):
    _, tables = crowded
    rows = tables["limits"].filter(pl.col("kind") == "capacity")
    assert rows.height
    assert (rows["slack"] >= 0.0).all()


def test_services_keep_their_floors(crowded):
    _, tables = crowded
    rows = tables["limits"].filter(pl.col("kind") == "service_floor")
    assert rows.height == 2
    assert (rows["slack"] >= 0.0).all()


def test_settled_money_is_whole_fen_and_ties_in_every_account_and_scenario(crowded):
    plan, _ = crowded
    settled = plan.settled
    flows = np.sum(list(settled.cash.values()), axis=0)
    assert settled.closing.dtype == np.int64
    assert (settled.opening + flows == settled.closing).all()
    assert (settled.opening[:, :, 1:] == settled.closing[:, :, :-1]).all()


def test_debts_tie_to_the_fen(crowded):
    debts = crowded[0].settled.debts
    gone = debts.scheduled + debts.prepaid + debts.swapped + debts.forgiven
    before = debts.opening[:, None, None] - np.cumsum(gone, axis=2)
    assert (before == debts.closing).all()
    assert all((part >= 0).all() for part in (debts.prepaid, debts.swapped, debts.forgiven))


def test_a_plan_is_feasible_for_the_exact_program_and_never_below_its_bound(crowded):
    plan, _ = crowded
    assert plan.violation <= 1e-6
    assert plan.bound <= plan.cost <= plan.do_nothing + 1.0


def test_statutory_debt_has_no_option_but_its_contract():
    rows = [action("longer", "extend", "special", term_months=12, success_probability=1.0)]
    case = busy(0, class_actions=rows)
    inputs = planned(case).model.inputs
    bond = inputs.debts.debt_ids.index("bond")
    assert [inputs.debts.actions[o] for o in np.flatnonzero(inputs.debts.option_debt == bond)] == [
        "contract"
    ]


def test_creditors_lend_again_at_most_their_share_of_what_falls_due():
    case = town(
        accounts=[account("gov", "general", 7.1 * MILLION)],
        debts=[loan("due", 10.0, SOON, cycle_of_interest_payment=None, nominal_interest_rate=0.0)],
        class_actions=[action("again", "refinance")],
        refinancing=lends_again(0.3, rate=0.0, term_months=36),
    )
    plan = planned(case)
    assert plan.settled.roll.sum(axis=(0, 2)).tolist() == pytest.approx([3 * 10**8] * 4, abs=2)


def test_a_shared_ladder_prices_all_that_is_listed_in_a_quarter_alike():
    case = town(
        assets=[hall("x", 6.0), hall("y", 6.0)],
        markets=ladder((1.0, 6e6), (0.8, 6e6)),
        drivers=[
            {"driver": "price", "quarter": "2025Q1", "base": 1.0, "adverse": 1.0, "favourable": 1.0}
        ]
        + [
            {
                "driver": "price",
                "quarter": f"2025Q{q}",
                "base": 0.1,
                "adverse": 0.1,
                "favourable": 0.1,
            }
            for q in (2, 3, 4)
        ],
    )
    plan = planned(case)
    assert plan.settled.sales.candidate.size == 2
    assert plan.settled.sales.gross[:, 0, 0] == pytest.approx([5.4e6, 5.4e6])


def test_a_pool_below_its_minimum_is_not_issued():
    def pooled(minimum: float) -> set[str]:
        ways = [route("pool", price_share=1.0, minimum_size=minimum * MILLION)]
        case = town(assets=[hall("x", 4.0), hall("y", 4.0)], routes=ways)
        plan = planned(case)
        return {str(n) for n in plan.model.inputs.releases.lot[plan.settled.chosen]}

    assert len(pooled(8.0)) == 2
    assert pooled(8.1) == set()


def test_a_full_task_force_spreads_the_sales():
    lots = [hall(f"x{n}", 5.0) for n in range(3)]
    team = [{"quarter": "all", "capacity_pw": 5.0, "negotiations": 0}]
    plan = planned(town(assets=lots, routes=[sale(effort_pw=5.0)], team=team))
    starts = plan.model.inputs.releases.start[plan.settled.chosen]
    assert sorted(starts.tolist()) == [0, 1, 2]


@pytest.mark.parametrize("value", [1.0, None], ids=["valued", "by book"])
def test_a_floor_keeps_a_lot_that_would_leave(value):
    cells = {"service_class": "offices", "service_value_y": value, "book_value": 5e6}
    lots = [hall(name, 5.0, **cells) for name in "xyz"]
    left = [
        planned(town(assets=lots, service_classes=[service("offices", floor)])).settled.chosen.size
        for floor in (0.0, 0.3, 0.6, 1.0)
    ]
    assert left == [3, 2, 1, 0]


def test_a_pledged_lot_frees_its_debt_when_it_is_offered(tmp_path):
    owed = loan("bond", 4.0, dt.date(2030, 12, 31), prepayment_penalty_rate=0.0)
    lots = [hall("tied", 10.0, encumbrance_debt_id="bond")]
    plan = planned(town(assets=lots, debts=[owed]))
    tables = written_and_verified(plan, tmp_path)
    assert decisions(tables) == {"tied": "exchange_sale"}
    start = int(plan.model.inputs.releases.start[plan.settled.chosen[0]])
    assert plan.settled.debts.prepaid[0, -1, start] == 4 * 10**8


def test_money_of_an_account_pays_only_the_classes_of_its_mask():
    case = town(
        accounts=[
            account("gov", "general", 1 * MILLION, pays="general;other"),
            account("gov", "fund", 50 * MILLION, pays="special"),
        ],
        debts=[loan("due", 5.0, SOON, cycle_of_interest_payment=None, nominal_interest_rate=0.0)],
        relief_sources=[giver("city", 1)],
    )
    plan = planned(case)
    assert plan.status == "least_relief"
    free = case.accounts.with_columns(transfers_to=pl.lit("general"))
    opened = replace(case, accounts=free)
    limits = town(limits=[limit("transfer", 100.0)]).limits
    assert planned(replace(opened, limits=limits)).relief_pv == 0.0


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_help_is_the_least_that_works_and_comes_from_the_first_giver(order, tmp_path):
    case = town(
        accounts=[account("gov", "general", 2 * MILLION)],
        debts=[loan("due", 5.0, SOON, cycle_of_interest_payment=None, nominal_interest_rate=0.0)],
        relief_sources=[giver("city", order[0]), giver("province", order[1])],
    )
    plan = planned(case)
    tables = written_and_verified(plan, tmp_path)
    assert plan.status == "least_relief"
    needed = 3.0 * MILLION * (1.0 + RATE) ** -0.75
    assert plan.relief_pv == pytest.approx(needed, abs=1000.0)
    assert plan.least_help == pytest.approx(needed, rel=1e-4)
    first = "city" if order[0] == 1 else "province"
    assert set(tables["relief"]["giver_id"]) == {first}


def test_no_help_is_asked_for_where_a_sale_is_enough_and_all_that_is_needed_where_not():
    def helped(appraisal: float) -> float:
        case = town(
            accounts=[account("gov", "general", 1 * MILLION)],
            assets=[hall("x", appraisal, 0.1)],
            debts=[loan("due", 5.0, SOON, cycle_of_interest_payment=None)],
            relief_sources=[giver("city", 1)],
        )
        return planned(case).relief_pv

    assert helped(10.0) == 0.0
    assert helped(2.0) > helped(3.0) > 0.0


def test_a_forced_sale_happens_a_forbidden_one_does_not_and_both_are_priced(tmp_path):
    lots = [hall("pot", 10.0, 4.0), hall("steel", 10.0, 0.1)]
    wishes = [wish("pot", "force"), wish("steel", "forbid")]
    plan = planned(town(assets=lots, wishes=wishes))
    tables = written_and_verified(plan, tmp_path)
    assert decisions(tables) == {"pot": "exchange_sale", "steel": "hold"}
    costs = wish_costs(plan.question.program, plan.model.wishes, plan.model.unwished)
    free = planned(town(assets=lots))
    assert sum(costs.values()) == pytest.approx(plan.cost - free.cost, rel=1e-4)
    assert min(costs.values()) > MILLION


def test_a_wish_that_no_open_route_can_meet_is_refused_by_name():
    with pytest.raises(IronpotError, match="force-x"):
        planned(town(assets=[hall("x", 1.0, essential=True)], wishes=[wish("x", "force")]))


def test_a_sale_inside_the_perimeter_brings_nothing_consolidated(tmp_path):
    lots = [hall("x", 5.0, 0.5, buyer_scope="inside", buyer_id="lgfv")]
    case = town(
        entities=[government("gov"), vehicle("lgfv")],
        accounts=[
            account("gov", "general", 1 * MILLION),
            account("lgfv", "company", 9 * MILLION),
        ],
        assets=lots,
        debts=[loan("due", 4.0, SOON, cycle_of_interest_payment=None)],
    )
    plan = planned(case)
    tables = written_and_verified(plan, tmp_path)
    whole = tables["cash"].filter(pl.col("entity_id") == "_consolidated")
    assert decisions(tables) == {"x": "exchange_sale"}
    assert (whole["asset_proceeds_outside"] == 0).all()
    assert (whole["asset_proceeds_inside"] == 0).all()
    assert tables["resolution"].filter(pl.col("kind") == "outside_cash").height == 0
    assert tables["resolution"].filter(pl.col("kind") == "circular").height > 0


def test_idle_cash_counts_at_the_date_it_came_so_it_earns_the_case_rate():
    """A million more in hand changes no plan and no cost: it is not a flow."""
    costs = [
        planned(town(accounts=[account("gov", "general", cash * MILLION)])).cost for cash in (5, 50)
    ]
    assert costs[0] == pytest.approx(costs[1], abs=1.0)


def test_each_yuan_is_counted_once_at_its_date():
    """Budget and service of a plan without choices are the cost, in present value."""
    case = town(
        budget=[budget("own_revenue", 8.0), budget("essential_spending", 4.0)],
        debts=[loan("due", 10.0, SOON, cycle_of_interest_payment=None, nominal_interest_rate=0.0)],
    )
    quarter = 1.01
    expected = 10.0 * quarter**-3 - sum(quarter**-t for t in range(1, 9))
    plan = planned(case)
    assert plan.cost == pytest.approx(expected * MILLION, abs=1.0)
    assert plan.status == "optimal"


def test_what_falls_due_after_the_horizon_is_a_cost_today():
    late = loan(
        "late",
        10.0,
        dt.date(2029, 12, 31),
        cycle_of_interest_payment=None,
        nominal_interest_rate=0.0,
    )
    plan = planned(town(debts=[late]))
    assert plan.cost == pytest.approx(10.0 * MILLION * 1.01**-20, abs=1.0)


HOSTILE = [
    (
        "zero depth",
        lambda: town(assets=[hall("x", 5.0)], markets=ladder((1.0, 0.0))),
        "optimal",
    ),
    ("all protected", lambda: town(assets=[hall("x", 5.0, essential=True)]), "optimal"),
    ("negative pot", lambda: town(assets=[hall("x", 5.0, cost_to_keep_y=9e6)]), "optimal"),
    (
        "huge and tiny",
        lambda: town(assets=[hall("a", 1e5), hall("b", 1e-6)], markets=ladder((0.9, 1e12))),
        "optimal",
    ),
    (
        "debt beyond all means",
        lambda: town(debts=[loan("x", 1e6, SOON)], relief_sources=[giver("city", 1)]),
        "least_relief",
    ),
]


@pytest.mark.parametrize(("name", "case", "status"), HOSTILE)
def test_hostile_cases_end_in_a_clear_status(name, case, status, tmp_path):
    plan = planned(case())
    assert (name, plan.status) == (name, status)
    written_and_verified(plan, tmp_path)


@pytest.mark.parametrize(("name", "case", "status"), HOSTILE)
def test_hostile_cases_end_in_a_clear_status_when_taken_apart(
    name, case, status, tmp_path, monkeypatch
):
    monkeypatch.setattr(many, "LARGE", 0)
    monkeypatch.setattr(many, "PART", 4)
    monkeypatch.setattr(many, "CORE_MOST", 4)
    options = PlanOptions(time_limit_s=4, scenarios=7)
    plan = plan_resolution(case(), options=options)
    assert (name, plan.status) in ((name, status), (name, "feasible"))
    assert plan.bound <= plan.cost
    written_and_verified(plan, tmp_path)


def test_what_no_help_can_reach_is_left_unpaid_and_said(tmp_path):
    case = town(
        accounts=[account("gov", "general", 1 * MILLION)],
        debts=[loan("due", 9.0, SOON)],
        relief_sources=[giver("city", 1, total_limit=2e6)],
    )
    tables = written_and_verified(planned(case), tmp_path)
    unpaid = tables["limits"].filter(pl.col("kind") == "arrears")
    assert unpaid.height > 0
    assert tables["relief"]["amount"].sum() > 0


def test_a_case_that_breaks_a_hard_limit_whatever_is_done_says_where_to_look():
    case = town(
        debts=[loan("bond", 9.0, dt.date(2030, 12, 31), primary_class="special")],
        limits=[limit("debt_ceiling", 1.0)],
    )
    with pytest.raises(SolverError, match=r"debt_ceiling .*: debt 8\.00 million yuan above it"):
        planned(case)


def test_a_wish_against_a_floor_says_what_would_have_to_give():
    kept = hall("kept", 5.0, service_class="care", service_value_y=2.0 * MILLION)
    case = town(
        assets=[kept],
        service_classes=[service("care", 1.0)],
        wishes=[wish("kept", "force", route="exchange_sale")],
    )
    with pytest.raises(SolverError, match="No plan meets all limits") as error:
        planned(case)
    assert "service floor care" in str(error.value) or "wish" in str(error.value)


def test_help_is_opened_where_the_relaxation_does_without_it_but_no_whole_plan_does(tmp_path):
    case = busy(4, budget=[budget("own_revenue", 2.0), budget("essential_spending", 12.0)])
    plan = planned(case)
    assert plan.least_help < plan.relief_pv
    assert plan.status == "least_relief"
    written_and_verified(plan, tmp_path)
