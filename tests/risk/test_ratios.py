"""What the rules say of the published figures: it depends on the year and on hidden debt."""

import datetime as dt

import polars as pl
import pytest
from tests.support import creditor, debt, government, tiny_case, vehicle

from ironpot.risk.indicators import cost_risk
from ironpot.risk.ratios import debt_facts, fiscal_facts, rule_inputs, rule_table
from ironpot.risk.rule_files import rule_book
from ironpot.risk.rules import classify
from ironpot.risk.ruleset import UNKNOWN

RULE_SETS = rule_book().rule_sets
YI = 1e8

# Bishan District, 100 million yuan, re-typed from its published budget reports (bishan.gov.cn): own
# revenue, transfers from above, own expenditure, government-fund revenue (2023 from 2024's fall of
# 20.7 %, 2025 from 10.93 in the first half, 23.0 % of the year's budget).
PUBLISHED = {
    2023: (53.19, 29.71, 75.80, 42.39 / (1 - 0.207)),
    2024: (50.06, None, 79.60, 42.39),
    2025: (51.32, 25.30, 74.18, 10.93 / 0.23),
}
# Debt on the district's scale: Chongqing's statutory debt of 12,257.8 by share of own revenue, 70 %
# of it special; hidden debt 14.3 / 60 of vehicle debt (national, end of 2023), which is 1,080 of
# assets x 57.1 % leverage x 75 % interest-bearing, rounded to 462.5.
STATUTORY = 12_257.8 * 53.19 / 2_441
SPECIAL = 187.0
VEHICLES = 462.5
HIDDEN = VEHICLES * 14.3 / 60


def history(published=PUBLISHED):
    items = (
        ("general", "own_revenue", "source"),
        ("general", "transfers_from_above", "source"),
        ("general", "own_expenditure", "use"),
        ("fund", "fund_revenue", "source"),
    )
    return [
        {
            "entity_id": "gov",
            "account": account,
            "year": year,
            "item": item,
            "side": side,
            "amount": None if amount is None else amount * YI,
            "status": "derived" if item == "fund_revenue" and year != 2024 else "outturn",
        }
        for year, amounts in published.items()
        for (account, item, side), amount in zip(items, amounts, strict=True)
    ]


def applies(*rule_sets):
    return [{"rule_set_id": name, "entity_id": "gov", "binding": False} for name in rule_sets]


def bishan(**tables):
    rows = {
        "entities": [government("gov"), vehicle("lgfv")],
        "creditors": [creditor("province", "province"), creditor("bank", "large_bank")],
        "debts": [
            debt(
                "general",
                "gov",
                (STATUTORY - SPECIAL) * YI,
                primary_class="general",
                creditor_id="province",
                nominal_interest_rate=0.028,
            ),
            debt(
                "special",
                "gov",
                SPECIAL * YI,
                primary_class="special",
                creditor_id="province",
                nominal_interest_rate=0.028,
            ),
            debt("hidden", "lgfv", HIDDEN * YI, primary_class="hidden"),
            debt("rest", "lgfv", (VEHICLES - HIDDEN) * YI),
            debt("inner", "lgfv", 9.0 * YI, creditor_id="gov", primary_class="hidden"),
            debt("gone", "lgfv", 9.0 * YI, status="repaid", primary_class="hidden"),
        ],
        "fiscal_history": history(),
        "rules": applies("cn-debt-ratio-2019", "cn-88-fiscal-reorganisation"),
    }
    return tiny_case(**(rows | tables))


def row(table, year, variant, indicator="debt_ratio_pct"):
    where = (pl.col("year") == year) & (pl.col("variant") == variant)
    return table.row(by_predicate=where & (pl.col("indicator") == indicator), named=True)


@pytest.fixture(scope="module")
def table():
    return rule_table(bishan(), RULE_SETS)


@pytest.mark.parametrize(
    ("year", "variant", "percent", "band"),
    [
        (2023, "without_hidden;general_and_fund", 196, "yellow"),
        (2023, "with_hidden;general_and_fund", 277, "orange"),
        (2025, "without_hidden;general_and_fund", 215, "orange"),
        (2025, "with_hidden;general_and_fund", 304, "red"),
    ],
)
def test_bishans_debt_ratio_depends_on_the_year_and_on_hidden_debt(
    table, year, variant, percent, band
):
    found = row(table, year, variant)
    assert round(found["value"]) == percent
    assert found["band"] == band
    assert found["proxy"] is False


def test_a_year_whose_transfers_are_not_published_is_unknown_and_not_green(table):
    found = row(table, 2024, "with_hidden;general_and_fund")
    assert found["value"] is None
    assert found["band"] == UNKNOWN
    assert found["missing"] == "general_transfers_from_above"
    assert found["consequence_code"] is None


def test_resources_with_the_unpublished_capital_budget_are_unknown(table):
    found = row(table, 2023, "with_hidden;general_fund_and_capital")
    assert found["band"] == UNKNOWN
    assert found["missing"] == "capital_revenue"


def test_the_broad_ratio_is_shown_and_marked_as_not_the_rules_own(table):
    found = row(table, 2023, "all_vehicle_debt;general_and_fund")
    assert found["value"] == pytest.approx(100 * (STATUTORY + VEHICLES) / 136.355, rel=1e-4)
    assert found["proxy"] is True


@pytest.mark.parametrize(
    ("year", "percent", "band"), [(2023, 9.8, "clear"), (2024, 12.4, "trigger")]
)
def test_special_interest_over_fund_revenue_crosses_ten_per_cent_in_2024(
    table, year, percent, band
):
    found = row(table, year, "fund_revenue_instead", "special_interest_share_pct")
    assert round(found["value"], 1) == percent
    assert found["band"] == band
    assert found["proxy"] is True


def test_the_rules_own_denominator_is_not_published_and_so_the_share_is_unknown(table):
    for year in PUBLISHED:
        found = row(table, year, "fund_expenditure", "special_interest_share_pct")
        assert found["band"] == UNKNOWN
        assert found["missing"] == "fund_expenditure"


def test_general_interest_is_measured_by_own_expenditure(table):
    found = row(table, 2023, "", "general_interest_share_pct")
    assert found["value"] == pytest.approx(100 * (STATUTORY - SPECIAL) * 0.028 / 75.80)
    assert found["band"] == "clear"


def test_the_basis_names_how_far_the_figures_are_final(table):
    assert row(table, 2023, "with_hidden;general_and_fund")["basis"] == "derived;outturn"
    assert row(table, 2023, "", "general_interest_share_pct")["basis"] == "outturn"


def test_debt_after_a_plan_can_take_the_place_of_todays():
    case = bishan()
    debts = debt_facts(case) | {"debt_hidden": 0.0}
    after = rule_table(case, RULE_SETS, debts=debts)
    with_hidden = row(after, 2023, "with_hidden;general_and_fund")["value"]
    assert with_hidden == pytest.approx(
        row(after, 2023, "without_hidden;general_and_fund")["value"]
    )


def test_debt_counts_each_class_once_and_leaves_out_inner_and_repaid_debt():
    facts = debt_facts(bishan())
    assert facts["debt_hidden"] == pytest.approx(HIDDEN * YI)
    assert facts["debt_vehicle_other"] == pytest.approx((VEHICLES - HIDDEN) * YI)
    assert facts["interest_special"] == pytest.approx(187.0 * 0.028 * YI)
    assert facts["debt_arrears"] == 0.0


def test_items_are_named_by_account_once():
    ((_, facts, bases), *_) = fiscal_facts(bishan(), "gov")
    assert set(facts) == {
        "general_own_revenue",
        "general_transfers_from_above",
        "general_own_expenditure",
        "fund_revenue",
    }
    assert bases["fund_revenue"] == "derived"


def test_hunan_whose_denominators_are_not_published_is_unknown_and_not_green():
    # Hunan Province, end of 2024, 100 million yuan: general 8,381.76, special 12,865.09 (final
    # accounts, table of local government debt); resources are not published there.
    debts = [
        debt("general", "gov", 8_381.76 * YI, primary_class="general", creditor_id="province"),
        debt("special", "gov", 12_865.09 * YI, primary_class="special", creditor_id="province"),
    ]
    memo = {
        "entity_id": "gov",
        "account": "general",
        "year": 2024,
        "item": "debt_limit",
        "side": "memo",
        "amount": 24_097.31 * YI,
        "status": "outturn",
    }
    table = rule_table(bishan(debts=debts, fiscal_history=[memo]), RULE_SETS)
    assert table.height > 0
    assert table["band"].unique().to_list() == [UNKNOWN]
    assert table["consequence_code"].null_count() == table.height


def test_rule_sets_not_in_force_at_the_case_date_give_no_rows():
    case = bishan(rules=applies("co-ley358-1997"))
    assert rule_table(case, RULE_SETS).is_empty()


def test_a_rule_set_without_definitions_takes_facts_by_their_own_names():
    rule_set = RULE_SETS["us-ny-fsms"]
    assert classify(rule_set, rule_inputs(rule_set, {"score_pct": 70.0})).level == "significant"


def event(contract, date, payoff, kind):
    return {
        "scenario": "base",
        "contract_id": contract,
        "date": dt.date.fromisoformat(date),
        "event_type": kind,
        "payoff": payoff,
    }


def test_cost_and_risk_of_two_debts_agree_with_their_hand_computed_figures():
    case = tiny_case(
        entities=[government("gov")],
        debts=[
            debt("fixed", "gov", 300.0, primary_class="special", nominal_interest_rate=0.03),
            debt(
                "floating",
                "gov",
                100.0,
                primary_class="general",
                nominal_interest_rate=0.05,
                market_object_code_of_rate_reset="LPR1Y",
            ),
            debt("call", "gov", 100.0, primary_class="general", maturity_date=None),
        ],
    )
    events = pl.DataFrame(
        [
            event("fixed", "2025-12-31", -100.0, "PR"),
            event("fixed", "2026-12-31", -200.0, "MD"),
            event("fixed", "2025-12-31", -9.0, "IP"),
            event("floating", "2025-06-30", 0.0, "RR"),
            event("floating", "2027-12-31", -100.0, "MD"),
            event("floating", "2025-12-31", -5.0, "IP"),
            event("fixed", "2026-12-31", -6.0, "IP"),
        ]
    )
    table = cost_risk(case, events, revenue=228.0)
    whole = table.row(by_predicate=pl.col("primary_class") == "all", named=True)
    year = 365 / 365.25
    assert whole["principal"] == 500.0
    assert whole["average_time_to_maturity_y"] == pytest.approx(
        (100 * year + 200 * 2 * year + 100 * 3 * year) / 400
    )
    assert whole["average_time_to_refixing_y"] == pytest.approx(
        (100 * year + 200 * 2 * year + 100 * 181 / 365.25) / 400
    )
    assert whole["due_in_year_share"] == pytest.approx(0.25)
    assert whole["refixing_in_year_share"] == pytest.approx(0.5)
    assert whole["unscheduled_share"] == pytest.approx(0.2)
    assert whole["weighted_rate"] == pytest.approx((9.0 + 5.0 + 4.0) / 500)
    assert whole["fixed_share"] == pytest.approx(0.8)
    assert (whole["interest_y"], whole["service_y"]) == (14.0, 114.0)
    assert whole["service_to_revenue"] == pytest.approx(0.5)
    assert table["primary_class"].to_list() == ["all", "general", "special"]


def test_without_revenue_the_ratios_to_it_are_unknown():
    case = bishan()
    events = pl.DataFrame([event("special", "2027-12-31", -SPECIAL * YI, "MD")])
    table = cost_risk(case, events)
    assert table["interest_to_revenue"].null_count() == table.height


def test_present_value_discounts_every_payment_from_its_day():
    case = tiny_case(
        entities=[government("gov")],
        debts=[debt("one", "gov", 100.0, primary_class="special", nominal_interest_rate=0.05)],
    )
    events = pl.DataFrame(
        [
            event("one", "2025-12-31", -5.0, "IP"),
            event("one", "2026-12-31", -5.0, "IP"),
            event("one", "2026-12-31", -100.0, "MD"),
        ]
    )
    whole = cost_risk(case, events, discount_rate=0.04).row(0, named=True)
    one, two = 365 / 365.25, 730 / 365.25
    by_hand = 5.0 / 1.04**one + 105.0 / 1.04**two
    assert whole["present_value"] == pytest.approx(by_hand, rel=1e-12)
    assert whole["present_value_share"] == pytest.approx(by_hand / 100.0)
    at_coupon = cost_risk(case, events, discount_rate=0.05).row(0, named=True)
    assert at_coupon["present_value_share"] == pytest.approx(1.0, abs=1e-3)


def test_present_value_is_unknown_without_a_rate_or_without_a_day_of_payment():
    case = bishan()
    events = pl.DataFrame([event("special", "2027-12-31", -SPECIAL * YI, "MD")])
    assert cost_risk(case, events)["present_value"].is_null().all()
    table = cost_risk(case, events, discount_rate=0.04)
    known = table.filter(pl.col("present_value").is_not_null())
    assert known["primary_class"].to_list() == ["special"]
