"""Published classifications come out of the rule files: through inputs where these are published.

Where an authority printed only a ratio, the ratio is the input and the band alone is tested; the
name of the test says so.
"""

import csv
from pathlib import Path

import pytest

from ironpot.risk.ratios import rule_inputs
from ironpot.risk.rule_files import rule_book
from ironpot.risk.rules import classify
from ironpot.risk.ruleset import UNKNOWN

RULE_SETS = rule_book().rule_sets
CHINA = RULE_SETS["cn-debt-ratio-2019"]
MEXICO = RULE_SETS["mx-sistema-alertas-estados"]
EXAMPLES = Path(__file__).parents[2] / "examples"


def level(rule_set_id, indicator, value):
    """Return the level of one indicator whose value was published."""
    answer = classify(RULE_SETS[rule_set_id], {}, published={indicator: value})
    return next(result.level for result in answer.indicators if result.id == indicator)


# Korea: Hankyung, dictionary of economic terms (October 2014) and 5 August 2015 (first quarter).
@pytest.mark.parametrize(
    ("city", "ratio_pct", "grade"),
    [
        ("Incheon 2014", 36.1, "caution"),
        ("Yongin 2014", 29.0, "caution"),
        ("Daegu 2014", 28.1, "caution"),
        ("Busan 2014", 27.8, "caution"),
        ("Incheon 2015", 39.9, "caution"),
        ("Taebaek 2015", 34.4, "caution"),
        ("Daegu 2015", 28.8, "caution"),
        ("Busan 2015", 28.1, "caution"),
        ("at the threshold", 25.0, "caution"),
        ("at the threshold", 40.0, "serious"),
    ],
)
def test_korea_debt_over_budget_band_alone(city, ratio_pct, grade):
    assert level("kr-local-fiscal-crisis", "debt_to_budget", ratio_pct) == grade, city


# Mexico: Centro de Estudios de las Finanzas Publicas, first quarter of 2020.
def test_mexico_first_quarter_2020_bands_alone():
    assert level(MEXICO.id, "ind1", 157.6) == "medium"  # Coahuila
    assert level(MEXICO.id, "ind2", 15.1) == "high"  # Quintana Roo


def test_mexico_san_luis_potosi_third_indicator_band_alone():
    assert level(MEXICO.id, "ind3", 12.4) == "medium"


def test_mexico_coahuila_is_not_sustainable_whatever_its_other_indicators_are():
    answer = classify(MEXICO, {}, published={"ind1": 157.6})
    assert (answer.at_best, answer.at_worst) == ("yellow", "red")


def test_mexico_quintana_roo_is_not_sustainable_whatever_its_other_indicators_are():
    answer = classify(MEXICO, {}, published={"ind2": 15.1})
    assert (answer.at_best, answer.at_worst) == ("yellow", "red")


def test_mexico_nuevo_leon_2022_moves_from_yellow_to_green_with_its_first_indicator():
    # Its other two indicators are not in the published note; they are taken as low.
    calm = {"ind2": 5.0, "ind3": 5.0}
    before = classify(MEXICO, {}, published=calm | {"ind1": 110.5})
    after = classify(MEXICO, {}, published=calm | {"ind1": 96.1})
    assert (before.level, after.level) == ("yellow", "green")
    assert after.consequence.parameters == {"ceiling_share": 0.15}


# Press of April 2021 on the second half of 2020: a high third indicator, debt under observation.
@pytest.mark.parametrize("ind3", [44.1, 34.8])
def test_mexico_naucalpan_and_toluca_2020_stand_under_observation(ind3):
    towns = RULE_SETS["mx-sistema-alertas-municipios"]
    answer = classify(towns, {}, published={"ind1": 40.0, "ind2": 4.0, "ind3": ind3})
    assert answer.indicators[2].level == "high"
    assert answer.level == "yellow"


def test_mexico_a_value_on_a_threshold_is_not_yet_beyond_it():
    assert [level(MEXICO.id, "ind1", value) for value in (100.0, 100.01, 200.0, 200.01)] == [
        "low",
        "medium",
        "medium",
        "high",
    ]


# New York: Office of the State Comptroller, villages, fiscal year 2013.
@pytest.mark.parametrize(
    ("village", "score", "grade"),
    [
        ("Suffern", 86.7, "significant"),
        ("Solvay", 64.2, "moderate"),
        ("Clinton", 53.3, "susceptible"),
        ("at a threshold", 65.0, "significant"),
        ("at a threshold", 55.0, "moderate"),
        ("at a threshold", 45.0, "susceptible"),
        ("below", 44.9, "none"),
    ],
)
def test_new_york_villages_2013_through_their_published_scores(village, score, grade):
    assert classify(RULE_SETS["us-ny-fsms"], {"score_pct": score}).level == grade, village


# Japan: Unzen city prints its thresholds 12.63 and 17.63, debt service 2.6, no deficit, no burden.
def test_japan_unzen_is_sound_through_its_published_ratios():
    printed = {
        "real_deficit": 0.0,
        "real_deficit_beyond_early": 0.0 - 12.63,
        "consolidated_real_deficit": 0.0,
        "consolidated_beyond_early": 0.0 - 17.63,
        "real_debt_service": 2.6,
        "future_burden": 0.0,
        "public_enterprise_fund_shortage": 0.0,
    }
    assert classify(RULE_SETS["jp-soundness-2007"], {}, published=printed).level == "sound"


def test_japan_the_early_threshold_slides_and_rehabilitation_does_not():
    rule_set = RULE_SETS["jp-soundness-2007"]
    deficit = {"real_deficit": 12.7, "standard_fiscal_scale": 100.0}
    answer = classify(rule_set, deficit | {"real_deficit_early_threshold": 12.63})
    levels = {result.id: result.level for result in answer.indicators}
    assert (levels["real_deficit"], levels["real_deficit_beyond_early"]) == ("sound", "early")
    assert answer.at_best == "early"
    worse = classify(rule_set, deficit | {"real_deficit": 20.0})
    assert worse.level == "rehab"


# Brazil, Colombia, Pennsylvania, events, IMF, EU: what the cited text says, read back.


def test_colombia_forty_per_cent_is_still_green_and_above_it_depends_on_the_year():
    savings = {"current_revenue": 100.0, "operating_expenditure": 80.0, "transfers_paid": 10.0}
    at_forty = savings | {"interest": 4.0, "debt": 50.0}
    above = at_forty | {"interest": 5.0}
    assert classify(RULE_SETS["co-ley358-1997"], at_forty).level == "green"
    assert classify(RULE_SETS["co-ley358-1997"], above).level == "yellow"
    assert classify(RULE_SETS["co-ley358-2003"], above).level == "red"
    assert classify(RULE_SETS["co-ley358-2021"], above).level == "green"


def test_brazil_reads_its_letters_from_the_figures():
    figures = {
        "gross_consolidated_debt": 80.0,
        "net_current_revenue": 100.0,
        "financial_obligations": 50.0,
        "gross_cash_availability": 60.0,
    }
    years = {f"spending_{n}": 88.0 for n in (1, 2, 3)} | {f"revenue_{n}": 100.0 for n in (1, 2, 3)}
    answer = classify(RULE_SETS["br-capag-2018"], figures | years)
    assert [result.level for result in answer.indicators] == ["B", "A", "A"]
    assert (answer.level, answer.consequence.code) == ("B", "UNION_GUARANTEE")


def test_brazil_a_municipality_beyond_120_per_cent_is_over_its_limit_and_at_108_not_yet_alert():
    law = "br-lrf"
    assert level(law, "debt_municipality", 108.0) == "within"
    assert level(law, "debt_municipality", 108.01) == "alert"
    assert level(law, "debt_municipality", 120.01) == "over"
    assert level(law, "personnel", 57.5) == "prudential"


def test_pennsylvania_one_criterion_is_enough_and_all_must_fail_to_clear():
    act = RULE_SETS["us-pa-act47"]
    assert classify(act, {"deficit_pct_1": 5.0, "deficit_pct_2": 6.0}).level == "criterion_met"
    good = {
        "deficit_pct_1": 6.0,
        "deficit_pct_2": 0.5,
        "deficit_pct_3": 2.0,
        "default": 0.0,
        "payroll_missed_days": 29.0,
        "judgment_unpaid_days": 0.0,
        "withheld_taxes_days": 0.0,
        "pension_unpaid": 0.0,
        "claim_in_failed_negotiation": 30.0,
        "fund_or_budget": 100.0,
    }
    accounts = {f"expenditure_{n}": 99.0 for n in (1, 2, 3)} | {
        f"revenue_{n}": 100.0 for n in (1, 2, 3)
    }
    assert classify(act, good | accounts).level == "no_criterion"
    assert classify(act, good).level == UNKNOWN
    assert classify(act, good | accounts | {"payroll_missed_days": 30.0}).level == "criterion_met"


@pytest.mark.parametrize(
    ("units", "grade"), [(0, "none"), (1, "IV"), (2, "III"), (9, "III"), (10, "II"), (15, "I")]
)
def test_chinas_event_levels_rise_with_the_number_of_units_that_cannot_pay(units, grade):
    calm = dict.fromkeys(
        (
            "provincial_bond_default",
            "province_cannot_pay",
            "contingent_unable",
            "defaulted_principal",
            "defaulted_interest",
            "failed_auctions",
            "mass_incident",
        ),
        0.0,
    )
    due = {"cities_and_counties": 100.0, "principal_due": 1.0, "interest_due": 1.0}
    answer = classify(RULE_SETS["cn-88-event-levels"], calm | due | {"units_unable": float(units)})
    assert answer.level == grade


@pytest.mark.parametrize(
    ("capacity", "debt", "stressed", "grade"),
    [
        (1, 30.0, 30.0, "low"),
        (1, 30.1, 31.0, "high"),
        (2, 39.0, 41.0, "moderate"),
        (3, 54.0, 55.0, "low"),
        (3, 56.0, 56.0, "high"),
    ],
)
def test_the_funds_thresholds_follow_debt_carrying_capacity(capacity, debt, stressed, grade):
    framework = RULE_SETS["imf-lic-dsf"]
    calm = {name: 1.0 for item in framework.indicators for name in rule_names(item)}
    figures = calm | {
        "capacity": float(capacity),
        "PV_ext_debt_GDP": debt,
        "PV_ext_debt_GDP_stressed": stressed,
        "in_distress": 0.0,
    }
    assert classify(framework, figures).level == grade
    assert classify(framework, figures | {"in_distress": 1.0}).level == "in_distress"


def rule_names(item):
    return [entry.name for entry in item.inputs]


@pytest.mark.parametrize(
    ("debt", "fall", "verdict"),
    [
        (95.0, 1.0, "met"),
        (95.0, 0.9, "not_met"),
        (75.0, 0.5, "met"),
        (75.0, 0.4, "not_met"),
        (50.0, 0.0, "met"),
    ],
)
def test_the_unions_safeguard_asks_for_more_where_debt_is_higher(debt, fall, verdict):
    answer = classify(
        RULE_SETS["eu-reg-2024-1263-dsa"], {"debt_ratio": debt, "average_yearly_fall": fall}
    )
    levels = {result.id: result.level for result in answer.indicators}
    assert levels["debt_safeguard"] == verdict


# Hunan: final accounts of 2024, debt by unit; revenue by unit is not published.


def hunan(general, special):
    """Return what the published table of Hunan says of a unit, in yuan, and nothing else."""
    return {"debt_general": general * 1e8, "debt_special": special * 1e8}


@pytest.mark.parametrize("choice", ["with_hidden", "without_hidden"])
def test_hunans_capital_has_published_debt_without_denominator_so_its_grade_is_unknown(choice):
    facts = hunan(774.46, 2437.13)  # Changsha, as compiled
    answer = classify(CHINA, rule_inputs(CHINA, facts, {"hidden_debt": choice}))
    assert (answer.level, answer.at_best, answer.at_worst) == (UNKNOWN, "green", "red")
    assert answer.consequence is None


@pytest.mark.parametrize("year", [2023, 2024])
def test_every_published_unit_of_hunan_is_unknown_and_none_is_green(year):
    table = EXAMPLES / "hunan" / "published" / f"debt_{year}.csv"
    with table.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 140
    for row in rows:
        pair = (row["general_balance"], row["special_balance"])
        facts = hunan(*(float(figure) for figure in pair)) if all(pair) else {}
        for rule_set_id in ("cn-debt-ratio-2019", "cn-88-fiscal-reorganisation"):
            rule_set = RULE_SETS[rule_set_id]
            answer = classify(rule_set, rule_inputs(rule_set, facts))
            assert answer.level == UNKNOWN, row["unit_id"]
            assert answer.consequence is None
