"""The suite runner reads what suites write, and a broken case is one failure, not a crash."""

import json
from typing import Any

from ironpot.cashflow.suite import run_suite

LOAN = {
    "contractType": "PAM",
    "contractID": "own01",
    "statusDate": "2024-12-31T00:00:00",
    "contractRole": "RPA",
    "currency": "USD",
    "notionalPrincipal": "1000",
    "initialExchangeDate": "2025-01-01T00:00:00",
    "maturityDate": "2026-01-01T00:00:00",
    "nominalInterestRate": "0.04",
    "dayCountConvention": "30E360",
    "cycleAnchorDateOfInterestPayment": "2026-01-01T00:00:00",
    "cycleOfInterestPayment": "P1YL1",
}
# 1,000 lent; a year at 4 % is 40.
PAID = [
    {"eventDate": "2025-01-01T00:00", "eventType": "IED", "payoff": -1000, "currency": "USD"},
    {"eventDate": "2026-01-01T00:00", "eventType": "IP", "payoff": "40.0"},
    {"eventDate": "2026-01-01T00:00", "eventType": "MD", "payoff": 1000.0, "accruedInterest": 0},
]


def _case(terms: dict[str, Any] | None = None, **parts: Any) -> dict[str, Any]:
    return {"terms": LOAN | (terms or {}), "to": "", "results": PAID} | parts


def _differences(**cases: dict[str, Any]) -> dict[str, str | None]:
    verdicts = run_suite({"actus-tests-pam.json": json.dumps(cases)})
    return {verdict.case_id: verdict.first_difference for verdict in verdicts}


def test_absent_observations_and_columns_are_no_difference():
    assert _differences(plain=_case(), with_nulls=_case(dataObserved=None, eventsObserved=[])) == {
        "plain": None,
        "with_nulls": None,
    }


def test_long_words_blanks_and_days_without_time_are_read():
    written = {
        "contractRole": " rpa ",
        "dayCountConvention": "30E/360",
        "businessDayConvention": "Shift/Calculate Following",
        "endOfMonthConvention": "End of month",
        "calendar": "NoCalendar",
        "notionalPrincipal": "  1000",
        "nominalInterestRate": 0.04,
        "maturityDate": "2025-12-31T24:00:00",
        "initialExchangeDate": "2025-01-01",
    }
    assert _differences(worded=_case(written)) == {"worded": None}


def test_names_of_terms_may_stand_in_any_case():
    terms = {name.upper(): value for name, value in LOAN.items()}
    assert _differences(loud={"TERMS": terms, "results": PAID}) == {"loud": None}


def test_unknown_and_empty_terms_are_left_out():
    more = {"unit": "STK", "feeRate": "", "fixingPeriod": "P2D", "calendar": None}
    assert _differences(more=_case(more)) == {"more": None}


def test_a_reference_rate_without_reset_dates_moves_nothing():
    assert _differences(idle=_case({"marketObjectCodeOfRateReset": "LIBOR"})) == {"idle": None}


def test_a_case_that_can_not_be_read_fails_with_its_reason_and_the_others_are_judged():
    found = _differences(
        broken=_case({"notionalPrincipal": "much"}), empty={}, sound=_case(), odd=_case(to="soon")
    )
    assert found["sound"] is None
    assert found["broken"] == "not read: ValueError: could not convert string to float: 'much'"
    assert found["empty"] == "not read: KeyError: 'terms'"
    assert "soon" in str(found["odd"])


def test_a_file_that_is_no_json_is_one_failure():
    verdicts = run_suite({"actus-tests-lam.json": "[", "actus-tests-pam.json": "{}"})
    assert [(verdict.case_id, verdict.contract_type) for verdict in verdicts] == [
        ("actus-tests-lam.json", "LAM")
    ]


def test_what_the_engine_refuses_is_told():
    told = str(_differences(old=_case({"dayCountConvention": "BUS252"}))["old"])
    assert told.startswith("not projected")
    assert "BUS252" in told


def test_a_wrong_amount_date_or_number_of_rows_is_told():
    wrong = [PAID[0], PAID[1] | {"payoff": 41.0}, PAID[2]]
    late = [PAID[0] | {"eventDate": "2025-01-02T00:00"}, *PAID[1:]]
    found = _differences(
        amount=_case(results=wrong), date=_case(results=late), fewer=_case(results=PAID[:2])
    )
    assert found == {
        "amount": "row 2 2026-01-01 IP: payoff 40.0 instead of 41.0",
        "date": "row 1 2025-01-02 IED: eventDate 2025-01-01T00:00:00 instead of 2025-01-02T00:00",
        "fewer": "3 events instead of 2; only ours: 2026-01-01 MD",
    }


def test_a_nan_never_agrees():
    wrong = [PAID[0] | {"payoff": "NaN"}, *PAID[1:]]
    assert "payoff" in str(_differences(unknown=_case(results=wrong))["unknown"])


def test_parts_without_or_with_the_same_id_stay_apart():
    """Two legs of one id: 1,000 at 4 % comes in, 2,000 at 4 % goes out, each year 40 and 80."""
    leg = {name: LOAN[name] for name in LOAN if name != "contractRole"}
    swap = {
        "contractType": "SWAPS",
        "contractID": "own01",
        "contractRole": "RFL",
        "currency": "USD",
        "statusDate": "2024-12-31T00:00:00",
        "deliverySettlement": "D",
        "contractStructure": [
            {"object": leg, "referenceType": "CNT", "referenceRole": "FIL"},
            {
                "object": leg | {"notionalPrincipal": 2000},
                "referenceType": "CNT",
                "referenceRole": "SEL",
            },
        ],
    }
    payoffs = [("IED", -1000), ("IED", 2000), ("IP", 40), ("IP", -80), ("MD", 1000), ("MD", -2000)]
    results = [
        {"eventDate": f"202{5 if kind == 'IED' else 6}-01-01", "eventType": kind, "payoff": payoff}
        for kind, payoff in payoffs
    ]
    assert _differences(swap={"terms": swap, "results": results}) == {"swap": None}


def test_parts_described_as_of_an_earlier_day_are_projected_from_then():
    """The guarantee is looked at from mid-2026 on; the loan's terms are those of 2024.

    1,000 in four yearly parts of 250: on 2026-09-01 two are paid and 500 is covered.
    """
    loan = LOAN | {
        "contractType": "LAM",
        "contractID": "loan",
        "maturityDate": "2029-01-01",
        "cycleAnchorDateOfPrincipalRedemption": "2026-01-01",
        "cycleOfPrincipalRedemption": "P6ML1",
        "nextPrincipalRedemptionPayment": 250,
    }
    guarantee = {
        "contractType": "CEG",
        "contractID": "own01",
        "contractRole": "BUY",
        "currency": "USD",
        "statusDate": "2026-06-30",
        "creditEventTypeCovered": "Default",
        "settlementPeriod": "P0D",
        "contractStructure": [{"object": loan, "referenceType": "CNT", "referenceRole": "COVE"}],
    }
    default = {"contractID": "loan", "time": "2026-09-01", "type": "CE", "value": None}
    results = [
        {"eventDate": "2026-09-01", "eventType": "XD", "payoff": 0, "exerciseAmount": 500},
        {"eventDate": "2026-09-01", "eventType": "STD", "payoff": 500, "notionalPrincipal": 0},
    ]
    case = {
        "terms": guarantee,
        "eventsObserved": [default | {"states": {"contractPerformance": "DF"}}],
        "results": results,
    }
    assert _differences(covered=case) == {"covered": None}
