"""From the debts of a case to contracts, service by period, and options: laws and small sums."""

import datetime as dt

import numpy as np
import polars as pl
import pytest

from ironpot.case.schema.debt import CLASS_ACTIONS, DEBTS
from ironpot.cashflow.debts import contracts_of_debts
from ironpot.cashflow.engine import project_cash_flows
from ironpot.cashflow.options import debt_options, swap_bonds
from ironpot.cashflow.rates import RatePaths
from ironpot.cashflow.totals import monthly_service, quarterly_service
from ironpot.core.dates import Horizon
from ironpot.core.errors import CaseError, IronpotError, UnsupportedTermError

CASE_DATE = dt.date(2024, 12, 31)
HORIZON = Horizon.after(CASE_DATE, 8)
RATES = RatePaths(
    ("base", "adverse"),
    ("LPR1Y",),
    np.array(["2024-10-21"], "M8[D]"),
    np.array([[[0.031]], [[0.041]]]),
)


def debts(*rows: dict[str, object]) -> pl.DataFrame:
    start = {
        "primary_class": "vehicle_other",
        "instrument": "loan",
        "contract_type": "PAM",
        "notional_principal": 1000.0,
        "initial_exchange_date": dt.date(2024, 1, 1),
        "maturity_date": dt.date(2026, 1, 1),
        "nominal_interest_rate": 0.04,
        "day_count_convention": "30E360",
        "cycle_of_interest_payment": "P1YL1",
        "status": "performing",
    }
    return DEBTS.frame([start | {"debt_id": f"D{place}"} | row for place, row in enumerate(rows)])


def actions(*rows: dict[str, object]) -> pl.DataFrame:
    start = {"primary_class": "vehicle_other", "success_probability": 0.5, "fee_share": 0.01}
    return CLASS_ACTIONS.frame([start | {"option_id": row["action"]} | row for row in rows])


def service(frame: pl.DataFrame, rates: RatePaths | None = None):
    contracts = contracts_of_debts(frame, case_date=CASE_DATE)
    flows = project_cash_flows(contracts, status_date=CASE_DATE, rates=rates)
    return quarterly_service(flows, HORIZON, frame["debt_id"].to_list())


def options_of(frame: pl.DataFrame, *rows: dict[str, object], rates: RatePaths | None = None):
    return debt_options(
        frame,
        actions(*rows),
        case_date=CASE_DATE,
        horizon=HORIZON,
        rates=rates,
        discount_rate=0.04,
    )


MANY = debts(
    {},
    {"contract_type": "LAM", "cycle_of_principal_redemption": "P3ML1"},
    {"contract_type": "ANN", "cycle_of_principal_redemption": "P1ML1"},
    {
        "contract_type": "NAM",
        "cycle_of_principal_redemption": "P6ML1",
        "next_principal_redemption_payment": 300.0,
    },
    {
        "maturity_date": dt.date(2030, 6, 30),
        "cycle_of_rate_reset": "P1YL1",
        "market_object_code_of_rate_reset": "LPR1Y",
        "rate_spread": 0.005,
    },
    {"arrears_principal": 200.0, "arrears_interest": 30.0, "penalty_rate": 0.05},
    {"maturity_date": dt.date(2024, 6, 30), "status": "overdue"},
)


def test_principal_paid_is_what_is_no_longer_outstanding():
    found = service(MANY, RATES)
    before = np.concatenate(
        [
            np.broadcast_to(MANY["notional_principal"].to_numpy(), found.principal.shape[:2])[
                :, :, None
            ],
            found.outstanding[:, :, :-1],
        ],
        axis=2,
    )
    assert found.principal == pytest.approx(before - found.outstanding, abs=1e-9)


def test_months_add_up_to_quarters():
    contracts = contracts_of_debts(MANY, case_date=CASE_DATE)
    flows = project_cash_flows(contracts, status_date=CASE_DATE, rates=RATES)
    ids = MANY["debt_id"].to_list()
    quarters = quarterly_service(flows, HORIZON, ids)
    months = monthly_service(flows, CASE_DATE, 24, ids)
    for name in ("principal", "interest", "penalties"):
        by_quarter = getattr(months, name).reshape(2, len(ids), 8, 3).sum(axis=3)
        assert by_quarter == pytest.approx(getattr(quarters, name), abs=1e-9)
    assert months.outstanding[:, :, 2::3] == pytest.approx(quarters.outstanding, abs=1e-9)


def test_the_event_table_adds_up_to_the_totals():
    contracts = contracts_of_debts(MANY, case_date=CASE_DATE)
    flows = project_cash_flows(contracts, status_date=CASE_DATE, rates=RATES)
    long = Horizon(HORIZON.first, 30)
    found = quarterly_service(flows, long)
    paid = found.principal + found.interest + found.fees + found.penalties - found.drawn
    for index, scenario in enumerate(flows.scenarios):
        table = flows.events.filter(pl.col("scenario") == scenario)
        assert -table["payoff"].sum() == pytest.approx(paid[index].sum(), rel=1e-12)


def test_interest_of_the_running_period_is_owed_in_full():
    # A year at 4 % from the start, not only since the case date.
    assert service(debts({})).interest[0, 0, 4] == pytest.approx(40.0)


def test_interest_accrued_as_stated_is_not_reckoned_again():
    # 25 accrued by the end of 2024; two days of interest to 2025-01-01 on 30E/360 are one.
    found = service(debts({"accrued_interest": 25.0}))
    assert found.interest[0, 0, 0] == pytest.approx(25.0 + 1000.0 * 0.04 / 360)


def test_a_debt_that_has_matured_falls_due_at_once():
    found = service(debts({"maturity_date": dt.date(2024, 6, 30)}))
    assert found.principal[0, 0].tolist() == [1000.0] + [0.0] * 7


def test_overdue_principal_is_part_of_the_principal_and_due_at_once():
    found = service(debts({"arrears_principal": 300.0, "maturity_date": dt.date(2026, 6, 30)}))
    assert found.principal[0, 0].tolist() == [300.0, 0, 0, 0, 0, 700.0, 0, 0]


def test_a_repaid_debt_owes_nothing():
    assert contracts_of_debts(debts({"status": "repaid"}), case_date=CASE_DATE).height == 0


def test_a_floating_debt_without_reset_cycle_is_reset_every_year():
    frame = debts(
        {"maturity_date": dt.date(2028, 1, 1), "market_object_code_of_rate_reset": "LPR1Y"}
    )
    contracts = contracts_of_debts(frame, case_date=CASE_DATE)
    assert contracts["cycle_of_rate_reset"].to_list() == ["P1YL1"]


def test_higher_rates_cost_only_the_floating_debt():
    found = service(MANY, RATES)
    dearer = found.interest[1].sum(axis=1) > found.interest[0].sum(axis=1) + 1e-9
    assert dearer.tolist() == [False] * 4 + [True] + [False] * 2


def test_the_contract_comes_first_and_is_what_the_debt_says():
    found = options_of(MANY, {"action": "rate_cut", "rate_change": -0.01}, rates=RATES)
    first = found.table["debt_id"].is_first_distinct()
    assert set(found.table.filter(first)["action"]) == {"contract"}
    plain = service(MANY, RATES)
    rows = np.flatnonzero(first.to_numpy())
    assert found.principal[rows].transpose(1, 0, 2) == pytest.approx(plain.principal, abs=1e-9)
    assert found.outstanding[rows].transpose(1, 0, 2) == pytest.approx(plain.outstanding, abs=1e-9)


def test_an_extension_moves_the_principal_and_keeps_the_interest_already_owed():
    found = options_of(debts({}), {"action": "extend", "term_months": 6, "rate_change": 0.01})
    assert found.principal[:, 0].nonzero()[1].tolist() == [4, 6]
    # 359 days of 2024 at 4 % and one at 5 %; then 5 % for 2025 and for the half year added.
    first = 40.0 * 359 / 360 + 50.0 / 360
    assert found.interest[1, 0] == pytest.approx([first, 0, 0, 0, 50, 0, 25, 0])


def test_a_cut_in_rate_saves_interest_and_nothing_else():
    found = options_of(debts({}), {"action": "rate_cut", "rate_change": -0.01})
    assert (found.principal[0] == found.principal[1]).all()
    assert found.interest[0].sum() - found.interest[1].sum() == pytest.approx(10.0, abs=0.05)


def test_a_haircut_forgives_its_share_and_the_interest_on_it():
    found = options_of(debts({}), {"action": "haircut", "principal_share": 0.2})
    assert found.forgiven.tolist() == [0.0, 200.0]
    assert found.principal[:, 0].sum(axis=1).tolist() == [1000.0, 800.0]
    assert found.interest[1, 0, 4] == pytest.approx(32.0)


def test_statutory_debt_keeps_its_terms():
    frame = debts({"primary_class": "special"}, {"primary_class": "general"})
    rows = [
        {"action": "extend", "term_months": 12, "primary_class": "special", "option_id": "a"},
        {"action": "haircut", "principal_share": 0.2, "primary_class": "general", "option_id": "b"},
    ]
    assert set(options_of(frame, *rows).table["action"]) == {"contract"}


def test_an_action_for_one_instrument_is_closed_to_the_others():
    frame = debts({"instrument": "trust"}, {"instrument": "bond"})
    row = {"action": "rate_cut", "rate_change": -0.01, "instruments": "trust;lease"}
    found = options_of(frame, row).table.filter(pl.col("action") == "rate_cut")
    assert found["debt_id"].to_list() == ["D0"]


def test_the_contract_is_certain_and_an_action_as_likely_as_stated():
    found = options_of(debts({}), {"action": "rate_cut", "rate_change": -0.01}).table
    assert found["success_probability"].to_list() == [1.0, 0.5]
    assert found["fee"].to_list() == [0.0, 10.0]


def test_service_in_and_after_the_horizon_at_no_discount_is_all_service():
    frame = debts({"maturity_date": dt.date(2034, 1, 1)})
    long = Horizon(HORIZON.first, 60)
    contracts = contracts_of_debts(frame, case_date=CASE_DATE)
    every = quarterly_service(project_cash_flows(contracts, status_date=CASE_DATE), long)
    found = debt_options(
        frame,
        actions(),
        case_date=CASE_DATE,
        horizon=HORIZON,
        rates=None,
        discount_rate=0.0,
    )
    inside = found.principal.sum() + found.interest.sum()
    assert inside + found.value_after.sum() == pytest.approx(
        every.principal.sum() + every.interest.sum()
    )


def test_service_after_the_horizon_is_discounted_from_its_quarter():
    # Principal falls due on 2027-01-01, in quarter 9, with 40 of interest.
    found = options_of(debts({"maturity_date": dt.date(2027, 1, 1)}))
    assert found.value_after[0, 0] == pytest.approx(1040.0 * 1.04 ** (-9 / 4))


def test_what_settles_a_debt_is_principal_accrued_interest_and_the_fee():
    # At the end of March 2025: 90 days less one since the coupon of 1 January on 30E/360.
    found = options_of(debts({"prepayment_penalty_rate": 0.02}))
    assert found.settlement[0, 0, 0] == pytest.approx(1000.0 + 1000.0 * 0.04 * 89 / 360 + 20.0)
    assert found.settlement[0, 0, 4:].tolist() == [0.0] * 4


def test_an_open_ended_loan_is_repaid_after_the_horizon_in_its_options():
    frame = debts({"contract_type": "CLM", "maturity_date": None})
    found = options_of(frame)
    assert found.principal.sum() == 0.0
    assert found.outstanding[0, 0, -1] > 1000.0
    assert found.value_after[0, 0] > 0.0


def test_an_extension_without_months_is_refused_by_name():
    with pytest.raises(IronpotError, match="extend"):
        options_of(debts({}), {"action": "extend"})


def test_a_swap_bond_pays_its_coupons_and_its_principal():
    # Ten years and more pay half-yearly: 1 % each half year at 2 % a year.
    rows = [{"action": "swap", "new_rate": 0.02, "term_months": 120}]
    bonds = swap_bonds(actions(*rows))
    assert bonds.interest[0].tolist() == [0.0, 0.01] * 20
    assert bonds.principal[0].nonzero()[0].tolist() == [39]


def test_a_short_last_coupon_of_a_swap_bond_is_paid_with_the_principal():
    rows = [{"action": "swap", "new_rate": 0.04, "term_months": 18}]
    assert swap_bonds(actions(*rows)).interest[0].tolist() == [0, 0, 0, 0.04, 0, 0.02]


def test_a_swap_bond_discounted_at_its_own_rate_costs_what_it_brings():
    # Simple check of the dating: with no discount, all service of the bond lies after its issue.
    rows = [{"action": "swap", "new_rate": 0.02, "term_months": 120}]
    value = swap_bonds(actions(*rows)).value_after(HORIZON, 0.0)
    assert value[0, -1] == pytest.approx(1.2)
    assert value[0, 0] == pytest.approx(1.2 - 0.03)


def test_a_floating_debt_without_rates_is_refused_and_named():
    frame = debts(
        {"maturity_date": dt.date(2028, 1, 1), "market_object_code_of_rate_reset": "LPR1Y"}
    )
    contracts = contracts_of_debts(frame, case_date=CASE_DATE)
    with pytest.raises(UnsupportedTermError, match="D0"):
        project_cash_flows(contracts, status_date=CASE_DATE)


def test_an_open_ended_loan_without_an_end_of_the_projection_is_refused():
    frame = debts({"contract_type": "CLM", "maturity_date": None})
    contracts = contracts_of_debts(frame, case_date=CASE_DATE)
    with pytest.raises(UnsupportedTermError, match="until"):
        project_cash_flows(contracts, status_date=CASE_DATE)


def test_an_unknown_type_is_refused_and_named():
    contracts = contracts_of_debts(debts({}), case_date=CASE_DATE)
    odd = contracts.with_columns(contract_type=pl.lit("XYZ"))
    with pytest.raises(UnsupportedTermError, match="XYZ"):
        project_cash_flows(odd, status_date=CASE_DATE)


def test_reset_dates_without_a_reference_rate_are_found():
    frame = debts({"cycle_anchor_date_of_rate_reset": dt.date(2025, 6, 30)})
    with pytest.raises(CaseError) as caught:
        service(frame, RATES)
    assert [issue.code for issue in caught.value.issues] == ["contract.no_reference_rate"]


def test_a_step_that_floats_over_no_reference_rate_is_refused_by_name():
    steps = {
        "array_cycle_anchor_date_of_rate_reset": "2025-06-30",
        "array_rate": "0.01",
        "array_fixed_variable": "VAR",
    }
    contracts = contracts_of_debts(debts({}), case_date=CASE_DATE)
    stepped = contracts.with_columns(pl.lit(text).alias(name) for name, text in steps.items())
    for rates in (None, RATES):
        with pytest.raises(UnsupportedTermError, match=r"D0 has RR events but no market_object"):
            project_cash_flows(stepped, status_date=CASE_DATE, rates=rates)


def test_bad_terms_are_all_told_at_once():
    frame = debts(
        {"maturity_date": dt.date(2023, 1, 1), "initial_exchange_date": dt.date(2025, 6, 1)},
        {"contract_type": "LAM", "cycle_of_interest_payment": "monthly"},
    ).with_columns(status=pl.lit("performing"))
    contracts = frame.with_columns(contract_id=pl.col("debt_id"), contract_role=pl.lit("RPL"))
    with pytest.raises(CaseError) as caught:
        project_cash_flows(contracts, status_date=CASE_DATE)
    assert [(issue.code, issue.place.row) for issue in caught.value.issues] == [
        ("contract.ends_before_start", 1),
        ("contract.no_redemption_cycle", 2),
        ("contract.unreadable_cycle", 2),
    ]
