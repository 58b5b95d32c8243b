"""Laws of rule sets: bands cover the line, the unknown is never green, a file needs no code."""

import datetime as dt
import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironpot.core.formula import names
from ironpot.core.lang import Text
from ironpot.risk.combine import band_of, combined_level
from ironpot.risk.linear import divisors, linear_ratio
from ironpot.risk.rule_files import rule_book
from ironpot.risk.rules import RuleError, band_limits, classify
from ironpot.risk.ruleset import UNKNOWN, Combine, CountRow, Indicator

RULE_SETS = rule_book().rule_sets
EVERY = sorted(RULE_SETS)
EXECUTABLE = [name for name in EVERY if RULE_SETS[name].executable]
CATALOGUE = {
    "cn-debt-ratio-2019",
    "cn-88-fiscal-reorganisation",
    "cn-88-event-levels",
    "cn-guangdong-2016",
    "mx-sistema-alertas-estados",
    "co-ley358-1997",
    "br-capag-2018",
    "br-capag-2024",
    "br-lrf",
    "jp-soundness-2007",
    "kr-local-fiscal-crisis",
    "us-oh-118",
    "us-pa-act47",
    "us-ny-fsms",
    "us-nc-lgc",
    "za-circular71",
    "it-deficit-parameters",
    "es-trlrhl53",
    "pt-ley73-2013",
    "imf-lic-dsf",
    "imf-mac-dsa-heatmap",
    "eu-reg-2024-1263-dsa",
}
LATER_OR_BESIDE = {
    "co-ley358-2003",
    "co-ley358-2021",
    "jp-soundness-2007-prefectures",
    "mx-sistema-alertas-municipios",
}
CHINA = RULE_SETS["cn-debt-ratio-2019"]
TRIGGER = RULE_SETS["cn-88-fiscal-reorganisation"]


def indicator(rule_set_id, indicator_id):
    listed = RULE_SETS[rule_set_id].indicators
    return next(item for item in listed if item.id == indicator_id)


def band(rule_set_id, indicator_id, value):
    return band_of(value, indicator(rule_set_id, indicator_id).bands)


def ratio(value):
    """Return inputs whose debt ratio is `value` per cent."""
    return {
        "lg_bond_balance": value,
        "hidden_debt": 0.0,
        "comprehensive_fiscal_resources": 100.0,
    }


def test_the_catalogue_holds_its_22_rule_sets_and_four_versions_beside_them():
    assert set(EVERY) == CATALOGUE | LATER_OR_BESIDE


def test_every_rule_set_whose_thresholds_are_given_can_classify():
    assert set(EXECUTABLE) == set(EVERY)


def test_every_shipped_rule_set_speaks_both_languages_and_names_its_source():
    for rule_set in RULE_SETS.values():
        texts = [rule_set.name, rule_set.jurisdiction]
        texts += [level.label for level in rule_set.levels]
        texts += [item.label for item in rule_set.indicators]
        texts += [item.text for item in rule_set.indicators if item.text]
        texts += [item.text for item in rule_set.consequences]
        texts += [item.label for item in rule_set.definitions]
        assert all(text.en and text.zh for text in texts), rule_set.id
        assert rule_set.source.document


def test_a_criterion_given_as_text_shows_its_text_and_keeps_the_level_open():
    text = Indicator("view", Text("view", "意见"), text=Text("a committee decides", "由委员会决定"))
    rule_set = replace(CHINA, indicators=(*CHINA.indicators, text))
    answer = classify(rule_set, ratio(50.0))
    assert not rule_set.executable
    assert (answer.level, answer.at_best, answer.at_worst) == (UNKNOWN, "green", "red")
    assert answer.indicators[1].problem is not None
    assert classify(rule_set, ratio(400.0)).level == "red"


def test_a_figure_without_a_threshold_is_shown_and_no_level_waits_for_it():
    finances = {"quick_assets": 2.0, "current_liabilities": 1.0}
    funds = {"fund_balance_available": 8.33, "general_fund_expenditure": 100.0}
    carolina = RULE_SETS["us-nc-lgc"]
    assert classify(carolina, finances).level == "ok"
    shown = classify(carolina, finances | funds).indicators[0]
    assert (shown.value, shown.level) == (pytest.approx(8.33), UNKNOWN)


@pytest.mark.parametrize("name", EVERY)
def test_without_inputs_no_rule_set_gives_a_level(name):
    answer = classify(RULE_SETS[name], {})
    assert answer.level == UNKNOWN
    assert all(result.level == UNKNOWN for result in answer.indicators)


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (0.0, "green"),
        (119.999, "green"),
        (120.0, "yellow"),
        (199.999, "yellow"),
        (200.0, "orange"),
        (299.999, "orange"),
        (300.0, "red"),
        (900.0, "red"),
    ],
)
def test_chinas_debt_ratio_bands_include_their_lower_bound(value, level):
    answer = classify(CHINA, ratio(value))
    assert answer.level == answer.at_best == answer.at_worst == level
    assert answer.consequence.level == level
    assert answer.status == "checked"


def test_reorganisation_is_triggered_above_ten_per_cent_and_not_at_ten():
    general = {"general_debt_interest": 10.0, "general_public_budget_expenditure": 100.0}
    special = {"special_debt_interest": 10.0, "government_fund_budget_expenditure": 100.0}
    assert classify(TRIGGER, general | special).level == "clear"
    beyond = special | {"special_debt_interest": 10.0001}
    assert classify(TRIGGER, general | beyond).level == "trigger"


def test_one_share_beyond_the_trigger_is_enough_whatever_the_other_is():
    answer = classify(
        TRIGGER, {"general_debt_interest": 11.0, "general_public_budget_expenditure": 100.0}
    )
    assert answer.level == "trigger"
    assert answer.indicators[1].missing == (
        "special_debt_interest",
        "government_fund_budget_expenditure",
    )


def test_one_share_below_the_trigger_is_not_enough_to_be_clear():
    answer = classify(
        TRIGGER, {"general_debt_interest": 1.0, "general_public_budget_expenditure": 100.0}
    )
    assert answer.level == UNKNOWN
    assert (answer.at_best, answer.at_worst) == ("clear", "trigger")
    assert answer.consequence is None


def test_a_ratio_over_nothing_or_less_is_unknown_and_not_green():
    for resources in (0.0, -5.0):
        answer = classify(CHINA, ratio(50.0) | {"comprehensive_fiscal_resources": resources})
        assert answer.level == UNKNOWN
        assert answer.indicators[0].problem is not None
    colombia = RULE_SETS["co-ley358-1997"]
    savings = {
        "interest": 5.0,
        "current_revenue": 100.0,
        "operating_expenditure": 100.0,
        "transfers_paid": 10.0,
        "debt": 1.0,
    }
    assert classify(colombia, savings).level == UNKNOWN


def test_a_result_shows_formula_numbers_band_consequence_source_and_status():
    answer = classify(CHINA, ratio(250.0))
    result = answer.indicators[0]
    assert result.formula == "100*(lg_bond_balance+hidden_debt)/comprehensive_fiscal_resources"
    assert result.inputs == ratio(250.0)
    assert result.value == pytest.approx(250.0)
    assert answer.consequence.code == "ROLL_OVER_ONLY"
    assert "Ministry of Finance" in answer.source.document


@pytest.mark.parametrize("strange", [math.nan, math.inf, -math.inf])
def test_a_figure_that_is_no_number_is_unknown_and_not_green(strange):
    assert classify(CHINA, ratio(50.0) | {"hidden_debt": strange}).level == UNKNOWN
    assert classify(CHINA, {}, published={"debt_ratio_pct": strange}).level == UNKNOWN


def test_a_published_value_stands_in_place_of_the_formula_and_says_so():
    answer = classify(CHINA, {}, published={"debt_ratio_pct": 250.0})
    result = answer.indicators[0]
    assert (answer.level, result.as_published, result.missing) == ("orange", True, ())
    assert (result.band.min, result.band.max) == (200.0, 300.0)
    with pytest.raises(RuleError, match="debt_ratio_pct"):
        classify(CHINA, {}, published={"debt_ratio": 250.0})


def test_a_twelfth_and_a_sixth_stand_where_the_rules_put_their_thresholds():
    guangdong = RULE_SETS["cn-guangdong-2016"]
    ohio = RULE_SETS["us-oh-118"]
    gap = {"last_year_public_budget_revenue": 12.0, "contingent_and_other_debt_service_gap": 1.0}
    debt = {"overdue_debt": 0.0, "debt_due": 1.0}
    assert classify(guangdong, gap | debt).level == "medium"
    twice = gap | {"contingent_and_other_debt_service_gap": 2.0}
    assert classify(guangdong, twice | debt).level == "severe"
    payables = {"payables_over_30_days": 1.0, "year_end_balance": 0.0, "general_fund_budget": 12.0}
    assert classify(ohio, payables).indicators[0].level == "none"
    beyond = payables | {"payables_over_30_days": 1.0001}
    assert classify(ohio, beyond).indicators[0].level == "watch"


def test_forty_unknown_indicators_are_combined_without_trying_every_combination():
    one = CHINA.indicators[0]
    forty = tuple(replace(one, id=f"i{number}") for number in range(40))
    counted = Combine("count", counted=("red",), counts=(CountRow(0, "green"), CountRow(3, "red")))
    for rule_set in (
        replace(CHINA, indicators=forty),
        replace(CHINA, indicators=forty, combine=counted),
    ):
        answer = classify(rule_set, {})
        assert (answer.at_best, answer.at_worst) == ("green", "red")


@given(st.dictionaries(st.sampled_from(sorted(ratio(1.0))), st.floats(0.01, 1e6), max_size=2))
@settings(derandomize=True, deadline=None, max_examples=30)
def test_a_missing_input_never_gives_a_level(inputs):
    assert classify(CHINA, inputs).level == UNKNOWN


@given(st.sampled_from(EXECUTABLE), st.data())
@settings(derandomize=True, deadline=None, max_examples=60)
def test_learning_one_more_figure_never_contradicts_what_was_known(name, data):
    rule_set = RULE_SETS[name]
    needed = sorted({word for item in rule_set.indicators for word in names(item.formula)})
    full = {word: data.draw(st.floats(0.1, 1000.0)) for word in needed}
    hidden = data.draw(st.sets(st.sampled_from(needed)))
    less = classify(rule_set, {word: full[word] for word in needed if word not in hidden})
    more = classify(rule_set, full)
    if less.level != UNKNOWN:
        assert more.level == less.level
    if more.level != UNKNOWN and less.at_best != UNKNOWN:
        order = rule_set.order
        rank = order.index(more.level)
        assert order.index(less.at_best) <= rank <= order.index(less.at_worst)


def edge(value):
    """Return an edge as values are compared with it."""
    return value if math.isinf(value) else round(value, 9)


@given(st.sampled_from(EXECUTABLE), st.data())
@settings(derandomize=True, deadline=None, max_examples=60)
def test_bands_cover_the_line_and_meet_nowhere(name, data):
    item = data.draw(st.sampled_from(RULE_SETS[name].deciding))
    edges = [end for band_ in item.bands for end in (band_.min, band_.max) if end is not None]
    value = data.draw(st.one_of(st.floats(-1e4, 1e4), st.sampled_from(edges)))
    exact = round(value, 9)
    holding = [
        item.bands[index].level
        for index, band_ in enumerate(item.bands)
        if (exact > edge(band_.floor) or (exact == edge(band_.floor) and band_.min_inclusive))
        and (
            band_.max is None
            or exact < edge(band_.max)
            or (exact == edge(band_.max) and not item.bands[index + 1].min_inclusive)
        )
    ]
    assert holding == [band_of(value, item.bands)]


# Combining.


def test_mexicos_matrix_answers_for_every_combination():
    alerts = RULE_SETS["mx-sistema-alertas-estados"]
    words = ("low", "medium", "high")
    answers = {
        combined_level(alerts, dict(zip(("ind1", "ind2", "ind3"), row, strict=True)))
        for row in itertools.product(words, words, words)
    }
    assert answers == {"green", "yellow", "red"}


@pytest.mark.parametrize(
    ("letters", "grade"),
    [
        ("AAA", "A"),
        ("ABA", "B"),
        ("BAA", "B"),
        ("CBA", "B"),
        ("CCC", "D"),
        ("AAC", "C"),
        ("ACA", "C"),
    ],
)
def test_brazils_grades_follow_the_letters(letters, grade):
    rule_set = RULE_SETS["br-capag-2018"]
    levels = dict(zip(("DC", "PC", "IL"), letters, strict=True))
    assert combined_level(rule_set, levels) == grade


def test_italy_counts_four_of_eight_and_knows_when_the_rest_cannot_matter():
    rule_set = RULE_SETS["it-deficit-parameters"]
    bad = {"P1": 60.0, "P2": 10.0, "P3": 5.0, "P4": 20.0}
    good = {"P1": 10.0, "P2": 50.0, "P3": 0.0, "P4": 1.0, "P5": 0.0}
    assert classify(rule_set, bad).level == "structurally_deficient"
    assert classify(rule_set, good).level == "sound"
    assert classify(rule_set, {"P1": 60.0}).level == UNKNOWN


def test_colombias_yellow_light_ends_in_2003():
    for date, held in (
        (dt.date(2000, 1, 1), "co-ley358-1997"),
        (dt.date(2010, 1, 1), "co-ley358-2003"),
        (dt.date(2024, 1, 1), "co-ley358-2021"),
    ):
        in_force = [
            name for name in EVERY if name.startswith("co-") and RULE_SETS[name].in_force(date)
        ]
        assert in_force == [held]


# Limits for a planner.


def test_bands_become_linear_limits():
    (limit,) = band_limits(CHINA, "yellow")
    assert limit.operator == "<="
    assert dict(limit.numerator) == {"lg_bond_balance": 100.0, "hidden_debt": 100.0}
    assert dict(limit.denominator) == {"comprehensive_fiscal_resources": 1.0}
    assert (limit.bound, limit.strict) == (200.0, True)
    assert band_limits(CHINA, "red") == ()
    assert [item.strict for item in band_limits(TRIGGER, "clear")] == [False, False]


@given(st.sampled_from(["green", "yellow", "orange"]), st.data())
@settings(derandomize=True, deadline=None, max_examples=40)
def test_a_limit_holds_exactly_when_the_band_does(level, data):
    inputs = {word: data.draw(st.floats(1.0, 1000.0)) for word in ratio(1.0)}
    (limit,) = band_limits(CHINA, level)
    left = sum(weight * inputs[word] for word, weight in limit.numerator)
    right = sum(weight * inputs[word] for word, weight in limit.denominator)
    held = left < limit.bound * right - 1e-6
    broken = left > limit.bound * right + 1e-6
    rank = CHINA.order.index(classify(CHINA, inputs).level)
    if held:
        assert rank <= CHINA.order.index(level)
    if broken:
        assert rank > CHINA.order.index(level)


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("mx-sistema-alertas-estados", "green"),
        ("kr-local-fiscal-crisis", "caution"),
        ("cn-debt-ratio-2019", "purple"),
        ("us-pa-act47", "no_criterion"),
    ],
)
def test_a_rule_set_without_linear_limits_says_so(name, level):
    with pytest.raises(RuleError):
        band_limits(RULE_SETS[name], level)


def test_coefficients_give_the_formulas_value():
    formula = "100*(a-b/2+3)/(c+2*d)"
    found = linear_ratio(formula)
    values = {"a": 3.0, "b": 4.0, "c": 5.0, "d": 7.0, "1": 1.0}
    above = sum(weight * values[name] for name, weight in found.numerator.items())
    below = sum(weight * values[name] for name, weight in found.denominator.items())
    assert above / below == pytest.approx(100 * (3 - 2 + 3) / (5 + 14))
    assert divisors("a/(b-c) + 1/d") == ("b - c", "d")
