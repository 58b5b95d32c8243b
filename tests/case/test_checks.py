"""Every mistake is found at its cell, and nothing is found that is not one."""

import pytest
from tests.case.sample import add, findings, sample

from ironpot.case.check import DRAFT_CHECKS, PART_CHECKS
from ironpot.case.read import read_case

# One mistake each: table, line in the file, column, what is written there, the code it gets.
MISTAKES = [
    # cells that say nothing certain
    ("debts", 2, "notional_principal", "一百万", "number.unreadable"),
    ("debts", 2, "notional_principal", "1,5", "number.unreadable"),
    ("debts", 2, "notional_principal", "1e16", "number.too_large"),
    ("debts", 2, "maturity_date", "2027/13/45", "date.no_such_day"),
    ("debts", 2, "maturity_date", "31/12/2027", "date.unreadable"),
    ("debts", 2, "instrument", "bonds", "word.unknown"),
    ("debts", 2, "cycle_of_interest_payment", "now and then", "cycle"),
    ("entities", 3, "inside", "maybe", "bool.unreadable"),
    ("budget", 2, "year", "2025.5", "number.not_whole"),
    ("assets", 2, "routes_barred", "lease;raffle", "word.unknown"),
    # cells that are empty or beyond their limits
    ("assets", 2, "book_value", "", "cell.required"),
    ("debts", 2, "debt_id", "", "cell.required"),
    ("assets", 2, "income_y", "-5", "number.too_low"),
    ("debts", 2, "nominal_interest_rate", "4.5", "number.too_high"),
    ("entities", 5, "ownership_share", "1.2", "number.too_high"),
    # keys
    ("assets", 4, "asset_id", "A001", "key.twice"),
    ("assets", 6, "asset_id", "A 005", "id.blank"),
    ("assets", 6, "asset_id", "_consolidated", "id.reserved"),
    ("budget", 3, "item", "taxes", "key.twice in budget"),
    # references
    ("assets", 3, "owner_id", "E033", "reference.unknown"),
    ("assets", 3, "asset_kind", "comercial_property", "reference.unknown"),
    ("assets", 3, "encumbrance_debt_id", "D999", "reference.unknown"),
    ("assets", 3, "service_class", "watter", "reference.unknown"),
    ("assets", 3, "market_id", "moon", "reference.unknown"),
    ("debts", 4, "debtor_id", "E99", "reference.unknown"),
    ("entities", 7, "parent_id", "E07", "reference.unknown"),
    ("assets", 2, "source_id", "nowhere", "reference.unknown"),
    # entities
    ("entities", 4, "parent_id", "", "entity.detached"),
    ("entities", 5, "parent_id", "E05", "entity.cycle"),
    ("entities", 2, "ownership_share", "0.5", "entity.no_owner"),
    ("entities", 5, "ownership_share", "0", "entity.owns_nothing"),
    # debts
    ("debts", 4, "maturity_date", "2023-01-01", "debt.maturity_before_start"),
    ("debts", 4, "maturity_date", "2024-06-30", "debt.past_maturity"),
    ("debts", 4, "maturity_date", "", "debt.no_maturity"),
    ("debts", 4, "maturity_date", "2206-03-10", "debt.far_maturity"),
    ("debts", 4, "initial_exchange_date", "2025-03-10", "debt.starts_later"),
    ("debts", 5, "cycle_of_principal_redemption", "", "debt.no_cycle"),
    ("debts", 5, "contract_type", "NAM", "debt.no_instalment"),
    ("debts", 4, "rate_spread", "", "debt.no_spread"),
    ("debts", 6, "rate_spread", "0.01", "debt.no_reference"),
    ("debts", 4, "arrears_principal", "180000000.01", "debt.arrears_above_principal"),
    ("debts", 4, "status", "overdue", "debt.overdue_unsaid"),
    ("debts", 4, "arrears_interest", "1000", "debt.overdue_status"),
    ("debts", 4, "status", "repaid", "debt.repaid_principal"),
    ("debts", 2, "creditor_id", "City-bank", "debt.statutory_creditor"),
    ("debts", 4, "primary_class", "special", "debt.not_statutory"),
    ("debts", 2, "debtor_id", "E03", "debt.statutory_debtor"),
    ("debts", 4, "creditor_id", "E03", "debt.self"),
    ("debts", 4, "currency", "USD", "debt.currency"),
    ("debts", 2, "primary_class", "vehicle_other", "debt.no_account"),
    # lots
    ("assets", 2, "appraisal_low", "60000000", "range.order"),
    ("assets", 2, "appraisal_high", "50000000", "range.order"),
    ("assets", 9, "appraisal_low", "1", "range.no_base"),
    ("assets", 2, "income_high_y", "-1", "number.too_low"),
    ("assets", 2, "appraisal_date", "2025-01-01", "asset.future_date"),
    ("assets", 3, "encumbrance_debt_id", "D006", "pledge.other_group"),
    ("assets", 4, "essential", "true", "pledge.public_good"),
    ("assets", 5, "buyer_scope", "inside", "buyer.unnamed"),
    ("assets", 5, "buyer_id", "E01", "buyer.owner"),
    ("assets", 11, "counterparty_id", "E03", "counterparty.owner"),
    ("assets", 2, "appraisal", "5200", "unit.appraisal"),
    ("assets", 3, "income_y", "21000000000", "unit.flow"),
    # budget
    ("budget", 2, "year", "2", "budget.year"),
    ("budget", 7, "account", "general", "budget.land_account"),
]
ELSEWHERE = {
    "key.twice in budget": ("key.twice", "year"),
    "cycle": ("word.unknown", "cycle_of_interest_payment"),
    "debt.starts_later": ("debt.starts_later", "initial_exchange_date"),
    "debt.no_instalment": ("debt.no_instalment", "next_principal_redemption_payment"),
    "debt.no_reference": ("debt.no_reference", "market_object_code_of_rate_reset"),
    "debt.overdue_status": ("debt.overdue_status", "status"),
    "debt.repaid_principal": ("debt.repaid_principal", "notional_principal"),
    "debt.no_account": ("debt.no_account", "debtor_id"),
    "pledge.public_good": ("pledge.public_good", "encumbrance_debt_id"),
    "entity.cycle": ("entity.cycle", "parent_id"),
}


@pytest.mark.parametrize(("table", "line", "column", "value", "code"), MISTAKES)
def test_one_mistake_is_found_at_its_cell_and_nothing_else(
    tmp_path, table, line, column, value, code
):
    reading = read_case(sample(tmp_path, (table, line, column, value)))
    code, at = ELSEWHERE.get(code, (code, column))
    assert (f"{table}.csv:{line} {at}", code) in findings(reading)
    others = {found for _, found in findings(reading)} - {code}
    assert others <= FOLLOWING.get((table, column, value), set()), findings(reading)


# What a mistake truly brings with it elsewhere.
FOLLOWING: dict[tuple[str, str, str], set[str]] = {
    ("debts", "arrears_principal", "180000000.01"): {"debt.overdue_status"},
    ("debts", "status", "repaid"): {"pledge.repaid"},
    ("assets", "income_high_y", "-1"): {"range.order"},
}


def test_the_sample_district_is_without_fault(tmp_path):
    assert read_case(sample(tmp_path)).issues == ()


def test_every_check_is_named_once_and_says_what_it_checks():
    checks = (*PART_CHECKS, *DRAFT_CHECKS)
    assert len(set(checks)) == len(checks)
    assert all(check.__doc__ for check in checks)


FURTHER_TABLES = [
    ("claims", "claim_id,debtor_id,creditor_id,amount\nC1,E03,E03,5\n", "claim.self"),
    ("guarantees", "guarantee_id,guarantor_id,debt_ids,amount_limit\nG1,E03,D009,5\n", "reference"),
    ("guarantees", "guarantee_id,guarantor_id,debt_ids,amount_limit\nG1,E03,D003,5\n", "self"),
    ("bundles", "bundle_id,asset_ids,route\nB1,A001,auction\n", "bundle.single"),
    ("bundles", "bundle_id,asset_ids,route\nB1,A001;A0O2,auction\n", "reference"),
    ("limits", "limit_id,kind,amount\nL1,bridge,5\n", "limit.nobody"),
    (
        "listing",
        "market_id,scenario,round,sold_share,reserve_share\nland,base,1,0.6,1\n"
        "land,base,2,0.5,0.9\n",
        "listing.above_one",
    ),
    (
        "listing",
        "market_id,scenario,round,sold_share,reserve_share\nland,base,1,0.6,0.8\n"
        "land,base,2,0.1,0.9\n",
        "listing.reserve_rises",
    ),
    (
        "markets",
        "market_id,quarter,tranche,price_fraction,capacity,price_driver\n"
        "land,all,1,0.6,5,land_price\nland,all,2,0.7,5,land_price\n",
        "market.rising",
    ),
    (
        "markets",
        "market_id,quarter,tranche,price_fraction,capacity,price_driver\n"
        "land,all,1,0.6,5,sun_spots\n",
        "reference",
    ),
    (
        "taxes_fees",
        "item,asset_kind,route,rate_low,rate,rate_high,base,levy\n"
        "stamp,all,lease,0.2,0.1,0.3,price,tax\n",
        "range.order",
    ),
    (
        "taxes_fees",
        "item,asset_kind,route,rate_low,rate,rate_high,base,levy\n"
        "stamp,all,raffle,0.1,0.1,0.3,price,tax\n",
        "reference",
    ),
    ("routes", "asset_kind,route,legal,lead_days,effort_pw\nparking,auction,yes,30,2\n", "term"),
    ("class_actions", "option_id,primary_class,action\nO1,hidden,extend\n", "action.term"),
    (
        "class_actions",
        "option_id,primary_class,action,term_months\nO1,general,extend,12\n",
        "statutory",
    ),
    (
        "drivers",
        "driver,quarter,base,adverse,favourable\nland_price,2025Q1,1,0.9,1.1\n",
        "quarters",
    ),
    (
        "relief_sources",
        "giver_id,name,kind,order,repayable,accounts\nup,Up,advance,1,yes,general\n",
        "relief.repayment",
    ),
    (
        "relief_sources",
        "giver_id,name,kind,order,repayable,repay_after_quarters,accounts\n"
        "up,Up,advance,1,yes,0,general\n",
        "relief.repayment",
    ),
    (
        "relief_sources",
        "giver_id,name,kind,order,repayable,repay_after_quarters,accounts\n"
        "up,Up,grant,1,yes,4,general\n",
        "relief.grant_repaid",
    ),
    (
        "relief_sources",
        "giver_id,name,kind,order,repayable,accounts\nup,Up,advance,1,no,general\n",
        "relief.advance_kept",
    ),
    (
        "relief_sources",
        "giver_id,name,kind,order,repayable,accounts\nup,Up,waiver,1,no,general\n",
        "relief.no_cash",
    ),
    ("wishes", "wish_id,subject_id,action,by\nW1,A001,force,us\n", "wish.no_route"),
    (
        "wishes",
        "wish_id,subject_id,action,route,quarter,by\nW1,A001,force,auction,2040Q1,us\n",
        "quarter",
    ),
    ("wishes", "wish_id,subject_id,action,route,by\nW1,A999,forbid,auction,us\n", "reference"),
    (
        "wishes",
        "wish_id,subject_id,action,route,by\nW1,A001,force,auction,us\nW2,A001,forbid,auction,us\n",
        "contradiction",
    ),
    (
        "wishes",
        "wish_id,subject_id,action,route,by\nW1,A001,force,auction,us\nW2,A001,force,hold,us\n",
        "contradiction",
    ),
    (
        "wishes",
        "wish_id,subject_id,action,route,by\nW1,A001,force,auction,us\nW2,A001,forbid,,us\n",
        "contradiction",
    ),
    (
        "wishes",
        "wish_id,subject_id,action,route,by\nW1,A001,force,auction,us\nW2,A001,force,lease,us\n",
        "contradiction",
    ),
    (
        "creditors",
        "creditor_id,name,creditor_class\nProvince,P,province\nCity-bank,C,regional_bank\n"
        "State-bank,S,large_bank\nBondholders,B,bondholders\nLessor,L,non_standard\n",
        "reference",
    ),
    (
        "creditors",
        "creditor_id,name,creditor_class\nProvince,P,province\nCity-bank,C,inside\n"
        "State-bank,S,large_bank\nBondholders,B,bondholders\nLessor,L,non_standard\n"
        "Builder,B,supplier\n",
        "creditor.inside_unknown",
    ),
    ("accounts", "entity_id,account,opening_cash,pays\nE01,general,5,general\n", "no_account"),
    ("budget", "E01,general,own_revenue,taxes,2027,9,true\n", "budget.gap"),
    ("debts", "合计,,,,,,,,1676000000,,,,,,,\n", "row.total"),
    (
        "realised",
        "event_id,asset_id,event,route,date\nV1,A009,listed,exchange_sale,2024-12-31\n",
        "done.before_case",
    ),
    (
        "realised",
        "event_id,asset_id,event,route,date\nV1,A009,listed,exchange_sale,2041-01-01\n",
        "done.after_plan",
    ),
    (
        "realised",
        "event_id,asset_id,event,route,date,amount\n"
        "V1,A009,signed,exchange_sale,2025-03-01,5\nV2,A009,signed,exchange_sale,2025-04-01,5\n",
        "done.signed_twice",
    ),
    (
        "realised",
        "event_id,asset_id,event,route,date\n"
        "V1,A009,listed,exchange_sale,2025-03-01\nV2,A009,listed,exchange_sale,2025-04-01\n",
        "done.listed_twice",
    ),
    (
        "realised",
        "event_id,asset_id,event,route,date,amount\n"
        "V1,A009,listed,auction,2025-03-01,\nV2,A009,signed,exchange_sale,2025-04-01,5\n",
        "done.other_route",
    ),
    (
        "realised",
        "event_id,asset_id,event,route,date,amount\n"
        "V1,A009,signed,exchange_sale,2025-03-01,5\nV2,A009,failed,exchange_sale,2025-04-01,\n",
        "done.after_signed",
    ),
    (
        "realised",
        "event_id,asset_id,event,route,date\nV1,A009,signed,exchange_sale,2025-03-01\n",
        "done.no_amount",
    ),
    (
        "realised",
        "event_id,asset_id,event,route,date,amount\nV1,A009,signed,auction,2025-03-01,0\n",
        "done.for_nothing",
    ),
    (
        "realised",
        "event_id,asset_id,event,route,date\nV1,A999,listed,exchange_sale,2025-03-01\n",
        "reference",
    ),
]


def test_after_a_listing_that_failed_a_lot_may_be_listed_again_and_by_another_route(tmp_path):
    folder = sample(tmp_path)
    rows = (
        "V1,A009,listed,exchange_sale,2025-03-01",
        "V2,A009,failed,exchange_sale,2025-03-01",
        "V3,A009,listed,auction,2025-04-01",
        "V4,A009,failed,auction,2025-05-01",
        "V5,A009,failed,auction,2025-06-01",
    )
    add(folder / "realised.csv", "event_id,asset_id,event,route,date\n" + "\n".join(rows) + "\n")
    assert [name for place, name in findings(read_case(folder)) if "realised" in place] == []


@pytest.mark.parametrize(("table", "text", "code"), FURTHER_TABLES)
def test_a_mistake_in_a_further_table_is_found_there(tmp_path, table, text, code):
    folder = sample(tmp_path)
    add(folder / f"{table}.csv", text)
    found = {place.partition(":")[0] for place, name in findings(read_case(folder)) if code in name}
    assert found
    assert found <= {f"{table}.csv", "debts.csv", "budget.csv"}


def test_mistakes_about_what_is_done_are_found_at_once_each_at_its_cell(tmp_path):
    folder = sample(tmp_path)
    add(
        folder / "realised.csv",
        "event_id,asset_id,event,route,date,amount\n"
        "V1,A009,signed,exchange_sale,2024-06-01,5\n"
        "V2,A099,listed,exchange_sale,2025-03-01,\n"
        "V3,A010,signed,exchange_sale,2025-03-01,5\n"
        "V4,A010,signed,exchange_sale,2025-04-01,5\n"
        "V5,A001,signed,auction,2025-04-01,\n",
    )
    add(folder / "wishes.csv", "wish_id,subject_id,action,route,by\nW1,A001,force,auction,us\n")
    found = [(place, code) for place, code in findings(read_case(folder)) if "wishes" not in place]
    assert sorted(code for _, code in found) == [
        "done.before_case",
        "done.no_amount",
        "done.signed_twice",
        "reference.unknown",
    ]
    assert ("wishes.csv", "done.wished") in {
        (place.partition(":")[0], code) for place, code in findings(read_case(folder))
    }


def test_published_accounts_that_do_not_add_up_are_a_note_and_no_error(tmp_path):
    folder = sample(tmp_path)
    add(
        folder / "fiscal_history.csv",
        "entity_id,account,year,item,side,amount,status\n"
        "E01,general,2023,revenue,source,100,outturn\nE01,general,2023,spending,use,90,outturn\n"
        "E01,general,2023,total,total,100,outturn\nE01,general,2024,revenue,source,,outturn\n"
        "E01,general,2022,revenue,source,100,outturn\nE01,general,2022,spending,use,100,outturn\n"
        "E01,general,2022,total,total,100,outturn\n",
    )
    reading = read_case(folder)
    assert [(issue.severity, issue.code, issue.place.row) for issue in reading.issues] == [
        ("note", "history.off", 4),
        ("note", "history.incomplete", 5),
    ]
    assert reading.case.fiscal_history.height == 7


def test_the_nearest_known_name_is_offered_for_a_misspelt_key(tmp_path):
    reading = read_case(sample(tmp_path, ("assets", 3, "owner_id", "E033")))
    assert [issue.nearest for issue in reading.issues] == ["E03"]
    assert "E03" in reading.issues[0].mend.zh


def test_a_misspelt_number_is_mended_in_the_unit_of_its_column(tmp_path):
    edits = (
        ("debts", 2, "notional_principal", "一百万元"),
        ("debts", 3, "notional_principal", "3.2亿"),
    )
    reading = read_case(sample(tmp_path, *edits))
    assert [issue.mend.zh for issue in reading.issues] == [
        "请填1000000(单位:元)",
        "请填320000000(单位:元)",
    ]


def test_every_finding_speaks_both_languages(tmp_path):
    edits = [(table, line, column, value) for table, line, column, value, _ in MISTAKES[::4]]
    for issue in read_case(sample(tmp_path, *edits)).issues:
        for said in (issue.what, issue.why, issue.mend):
            assert said.en
            assert said.zh
            assert "{" not in said.en + said.zh


def test_braces_in_a_cell_break_no_sentence(tmp_path):
    reading = read_case(sample(tmp_path, ("assets", 3, "owner_id", "{nearest}{0}")))
    assert "{nearest}{0}" in reading.issues[0].what.en


def test_an_amount_ten_thousand_times_off_is_a_warning(tmp_path):
    folder = sample(tmp_path, ("debts", 6, "notional_principal", "2000000000000"))
    assert findings(read_case(folder)) == {
        ("debts.csv:6 notional_principal", "unit.suspicious"),
    }


def test_debts_in_another_unit_than_the_budget_are_a_warning(tmp_path):
    folder = sample(tmp_path)
    lines = (folder / "budget.csv").read_text("utf-8").replace("0000.00,", ".00,")
    (folder / "budget.csv").write_text(lines, "utf-8")
    assert ("debts.csv notional_principal", "unit.table") in findings(read_case(folder))


def test_a_row_with_a_comma_too_many_is_found(tmp_path):
    folder = sample(tmp_path)
    add(folder / "entities.csv", "E06,Extra, comma,vehicle,E01,true\n")
    assert ("entities.csv:8 #6", "header.none") in findings(read_case(folder))


def test_lots_for_sale_without_an_appraisal_are_counted_in_a_note(tmp_path):
    reading = read_case(sample(tmp_path, ("assets", 2, "appraisal", "")))
    assert [(issue.severity, issue.code) for issue in reading.issues] == [
        ("note", "asset.unpriced")
    ]
    assert "1" in reading.issues[0].what.zh


def test_an_absent_required_column_with_a_usual_value_is_no_error(tmp_path):
    folder = sample(tmp_path)
    add(folder / "limits.csv", "limit_id,kind,entity_id,amount\nL1,bridge,E03,5\n")
    reading = read_case(folder)
    assert reading.issues == ()
    bridge = reading.case.limits.filter(limit_id="L1")
    assert bridge["quarter"].to_list() == ["all"]
