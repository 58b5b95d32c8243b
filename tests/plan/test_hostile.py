"""Cases that no county should have end in a word that holds, and their files add up."""

import datetime as dt

import polars as pl
import pytest
from tests.plan.check import written_and_verified
from tests.plan.town import (
    MILLION,
    budget,
    driver,
    giver,
    hall,
    ladder,
    limit,
    loan,
    service,
    town,
    wish,
)
from tests.support import account

from ironpot.case.case import Case
from ironpot.core.errors import CaseError, IronpotError, SolverError
from ironpot.core.outputs import STATUSES
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution

LIMIT_S = 20.0
SOON = dt.date(2025, 9, 30)


def county(**tables: object) -> Case:
    """Two halls, little cash and a loan that falls due soon; a giver without limit."""
    rows = {
        "accounts": [account("gov", "general", 2.0 * MILLION)],
        "assets": [hall("a", 5.0, 0.4), hall("b", 6.0, 0.2)],
        "markets": ladder((0.9, 6e6), (0.7, 60e6)),
        "debts": [loan("due", 9.0, SOON, cycle_of_interest_payment=None)],
        "limits": [limit("buffer", 1.0)],
        "relief_sources": [giver("city", 1)],
    }
    return town(**(rows | tables))


HOSTILE = {
    "no_depth": county(markets=ladder((0.9, 0.0))),
    "huge_and_tiny": county(assets=[hall("a", 1e6, 1.0), hall("b", 1e-8, 0.0)]),
    "negative_retention": county(
        assets=[hall("a", 5.0, 0.0, cost_to_keep_y=9.0 * MILLION), hall("b", 6.0)]
    ),
    "all_protected": county(
        assets=[hall("a", 5.0, essential=True), hall("b", 6.0, essential=True)]
    ),
    "debt_above_all": county(debts=[loan("due", 1e6, SOON, cycle_of_interest_payment=None)]),
    "nothing_to_sell": county(assets=[]),
}


@pytest.mark.parametrize("relief", [True, False], ids=["helped", "unaided"])
@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_in_a_known_status_and_adds_up(name, relief, tmp_path):
    options = PlanOptions(time_limit_s=LIMIT_S, scenarios=20, relief=relief)
    plan = plan_resolution(HOSTILE[name], options=options)
    assert plan.status in STATUSES
    assert plan.bound <= plan.cost
    assert (plan.status == "least_relief") == (plan.relief_pv > 0.0)
    written_and_verified(plan, tmp_path)


def test_floors_that_nothing_can_meet_are_said_and_not_searched_for():
    offices = {"service_class": "offices", "service_value_y": MILLION}
    case = county(
        assets=[hall("a", 5.0, **offices), hall("b", 6.0, **offices)],
        service_classes=[service("offices", 1.0)],
        wishes=[wish("a", "force", route="exchange_sale") | {"origin": "synthetic"}],
    )
    with pytest.raises(SolverError, match=r"service floor offices: 1\.00 million"):
        plan_resolution(case, options=PlanOptions(time_limit_s=LIMIT_S, scenarios=20))


def test_a_debt_whose_instalments_are_below_its_interest_grows_and_is_planned(tmp_path):
    grows = loan("grows", 9.0, dt.date(2029, 12, 31)) | {
        "contract_type": "NAM",
        "nominal_interest_rate": 0.08,
        "cycle_of_interest_payment": "P3ML1",
        "cycle_of_principal_redemption": "P3ML1",
        "next_principal_redemption_payment": 0.01 * MILLION,
    }
    plan = plan_resolution(county(debts=[grows]), options=PlanOptions(time_limit_s=LIMIT_S))
    added = written_and_verified(plan, tmp_path)["debt_actions"].filter(
        pl.col("debt_id") == "grows", pl.col("principal_new") > 0
    )
    assert added.height > 0


def test_a_rate_below_zero_is_named():
    odd = loan("odd", 9.0, SOON, nominal_interest_rate=-0.01)
    with pytest.raises(IronpotError, match="odd"):
        plan_resolution(county(debts=[odd]), options=PlanOptions(time_limit_s=LIMIT_S))


def reasons_of(case: Case, tmp_path, **options):
    plan = plan_resolution(case, options=PlanOptions(time_limit_s=LIMIT_S, **options))
    written = written_and_verified(plan, tmp_path)
    rows = written["decisions"].select("lot_id", "reason_code", "reason_text").iter_rows()
    return {lot: (code, text) for lot, code, text in rows}


def test_a_lot_that_loses_by_itself_goes_for_the_sake_of_its_bundle(tmp_path):
    case = town(
        assets=[hall("poor", 10.0), hall("rich", 5.0, 0.7)],
        bundles=[
            {
                "bundle_id": "both",
                "asset_ids": "poor;rich",
                "route": "exchange_sale",
                "price_uplift_share": 0.1,
            }
        ],
    )
    code, text = reasons_of(case, tmp_path)["rich"]
    assert code == "RETENTION"
    assert "less than its bundle wins" in text


def test_a_sale_at_a_loss_does_not_speak_of_help_that_is_shut(tmp_path):
    case = county(assets=[hall("a", 12.0, 2.0)], markets=ladder((0.9, 60e6)))
    code, text = reasons_of(case, tmp_path, relief=False)["a"]
    assert code == "CASH_NEED"
    assert "help" not in text


def test_a_driver_that_explodes_is_named_before_anything_is_searched():
    grows = [
        row | {"base": 1.6**k, "favourable": 40.0**k} for k, row in enumerate(driver("tax", 8))
    ]
    case = county(
        drivers=[*driver("price", 8), *grows],
        budget=[budget("own_revenue", 50.0, driver="tax")],
    )
    with pytest.raises(CaseError, match=r"drivers tax.*own_revenue gov/general: .* in 2026Q") as no:
        plan_resolution(case, options=PlanOptions(time_limit_s=LIMIT_S))
    assert "90万亿元" in no.value.text.zh


def test_lots_whose_price_explodes_are_named_together():
    high = driver("price", 8, {"base": 1.0, "adverse": 1.0, "favourable": 1e9})
    with pytest.raises(CaseError, match=r"2 errors(.|\n)*a: 4.5e\+15(.|\n)*b: 5.4e\+15"):
        plan_resolution(county(drivers=high), options=PlanOptions(time_limit_s=LIMIT_S))


def test_a_debt_beyond_all_amounts_is_named():
    case = county(debts=[loan("due", 1e8, SOON)])
    with pytest.raises(CaseError, match="debts notional_principal “due: 1e"):
        plan_resolution(case, options=PlanOptions(time_limit_s=LIMIT_S))
