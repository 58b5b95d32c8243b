"""Laws of the balance sheet: it ties to the fen, and nobody gets rich by owing himself."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import account, creditor, debt, government, lot, tiny_case, vehicle

from ironpot.balance.consolidate import consolidate
from ironpot.balance.sheet import details
from ironpot.core.errors import CaseError
from ironpot.core.outputs import BALANCE_SHEET, CONSOLIDATED, ELIMINATION

RESERVED = [ELIMINATION, CONSOLIDATED]


def district(**tables):
    """Return a government with two vehicles that lend to, guarantee and own one another."""
    rows = {
        "entities": [government("gov"), vehicle("big"), vehicle("small", "big"), bank_outside()],
        "accounts": [account("gov", "general", 10.0), account("big", "company", 7.0)],
        "assets": [
            lot("land", "gov", 100.0),
            lot("plant", "small", 60.0, gfsm_code="61113"),
            lot("shares", "big", 25.0, gfsm_code="62051", counterparty_id="small"),
            lot("bill", "big", 12.0, gfsm_code="62082", counterparty_id="gov"),
        ],
        "debts": [
            debt("loan", "big", 50.0, primary_class="hidden"),
            debt("inner", "small", 30.0, creditor_id="big", accrued_interest=1.0),
            debt("bond", "gov", 40.0, instrument="bond", primary_class="special"),
            debt("bill", "small", 5.0, instrument="payable", primary_class="arrears"),
        ],
        "claims": [{"claim_id": "c", "debtor_id": "gov", "creditor_id": "small", "amount": 4.0}],
        "guarantees": [
            {
                "guarantee_id": "g",
                "guarantor_id": "gov",
                "debt_ids": "loan;inner",
                "amount_limit": 64.0,
            }
        ],
    }
    return tiny_case(**(rows | tables))


def bank_outside():
    return {"entity_id": "outsider", "name": "outsider", "kind": "other", "inside": False}


def holds_the_sum_rule(frame):
    """Say whether entities less elimination give the consolidated row, per code, and 6 = assets."""
    entities = frame.filter(~pl.col("entity_id").is_in(RESERVED))
    gross = entities.group_by("gfsm_code", "side").agg(pl.col("gross").sum())
    inside = frame.filter(pl.col("entity_id") == ELIMINATION).select(
        "gfsm_code", "side", inside="gross"
    )
    whole = frame.filter(pl.col("entity_id") == CONSOLIDATED).select(
        "gfsm_code", "side", whole="amount"
    )
    tied = gross.join(inside, on=["gfsm_code", "side"], how="full", coalesce=True).join(
        whole, on=["gfsm_code", "side"], how="full", coalesce=True
    )
    leaf = details(frame).filter(pl.col("side") != "memo")
    sign = pl.when(pl.col("side") == "asset").then(1).otherwise(-1)
    net = leaf.group_by("entity_id").agg(net=(pl.col("amount") * sign).sum())
    worth = frame.filter(pl.col("gfsm_code") == "6").join(net, on="entity_id", how="left")
    return (
        tied.null_count().sum_horizontal().item() == 0
        and tied.filter(pl.col("gross") - pl.col("inside") != pl.col("whole")).is_empty()
        and frame.filter(pl.col("amount") != pl.col("gross") - pl.col("eliminated")).is_empty()
        and entities.filter(pl.col("eliminated") != 0).is_empty()
        and worth.filter(pl.col("amount") != pl.col("net").fill_null(0)).is_empty()
    )


def test_the_sheet_has_the_columns_of_the_output_file_and_no_key_twice():
    frame = consolidate(district()).frame
    assert tuple(frame.columns) == BALANCE_SHEET.names
    assert frame.select(BALANCE_SHEET.key).is_duplicated().sum() == 0
    assert frame.schema["amount"] == pl.Int64


def test_every_code_adds_up_to_the_consolidated_row_to_the_fen():
    assert holds_the_sum_rule(consolidate(district()).frame)
    assert holds_the_sum_rule(consolidate(district(), perimeter="general_government").frame)


def test_a_hand_added_district_gives_its_net_worth():
    sheet = consolidate(district())
    # Land 100, plant 60, cash 17; loan 50, bond 40, bill 5. All else is between members.
    assert sheet.amount("61") == 160_00
    assert sheet.amount("62") == 17_00
    assert sheet.amount("63") == 95_00
    assert sheet.amount("6") == 82_00
    assert sheet.amount("6303") == 40_00
    assert sheet.amount("6304") == 50_00
    assert sheet.amount("63081") == 5_00
    assert sheet.amount("6204", "big") == 31_00
    assert sheet.amount("6305", "small") == 25_00
    assert sheet.amount("63082", "gov") == 16_00


def test_hidden_debt_arrears_and_guarantees_are_memo_lines_outside_net_worth():
    sheet = consolidate(district())
    assert sheet.amount("6MH") == 50_00
    assert sheet.amount("6M5") == 5_00
    assert sheet.amount("6M6", "gov") == 64_00
    without = consolidate(district(guarantees=[]))
    assert without.amount("6") == sheet.amount("6")


def test_a_guarantee_for_a_debt_already_in_the_sheet_is_eliminated():
    assert consolidate(district()).amount("6M6") == 0
    case = district(
        debts=[debt("loan", "outsider", 50.0)],
        guarantees=[
            {"guarantee_id": "g", "guarantor_id": "gov", "debt_ids": "loan", "amount_limit": 64.0}
        ],
    )
    assert consolidate(case).amount("6M6") == 50_00


def test_a_guarantee_limit_is_split_over_its_debts_without_losing_a_fen():
    case = district(
        debts=[debt(f"d{i}", "big", 100.0) for i in range(3)],
        guarantees=[
            {
                "guarantee_id": "g",
                "guarantor_id": "gov",
                "debt_ids": "d0; d1;d2",
                "amount_limit": 100.0,
            }
        ],
    )
    assert consolidate(case).amount("6M6", "gov") == 100_00


def test_general_government_counts_its_companies_at_net_assets_and_not_line_by_line():
    case = district()
    sheet = consolidate(case, perimeter="general_government")
    assert sheet.members == ("gov",)
    big = 7 + 25 + 31 + 12 - 50  # cash, its recorded shares in `small`, inner loan, bill; loan
    assert sheet.amount("62051") == big * 100
    assert sheet.amount("6") == (100 + 10 + big - 40 - 16) * 100


def test_a_company_with_more_debt_than_assets_is_worth_nothing_to_its_owner_and_not_less():
    case = tiny_case(
        entities=[government("gov"), vehicle("broke", ownership_share=0.5)],
        debts=[debt("d", "broke", 10.0)],
    )
    assert consolidate(case, perimeter="general_government").amount("62051") == 0
    assert consolidate(case).amount("6") == -10_00


def test_shares_in_shares_are_valued_from_the_bottom_of_the_tree():
    chain = [government("gov")]
    chain += [
        vehicle(f"v{i}", "gov" if i == 0 else f"v{i - 1}", ownership_share=0.5) for i in range(4)
    ]
    case = tiny_case(entities=chain, assets=[lot("land", "v3", 160.0)])
    assert consolidate(case, perimeter="general_government").amount("62051") == 10_00


def test_an_empty_sector_makes_a_bureau_general_government_and_a_company_not():
    bureau = government("office", kind="bureau", analytic_sector=None, parent_id="gov")
    firm = vehicle("firm", analytic_sector=None)
    case = tiny_case(entities=[government("gov"), bureau, firm])
    assert consolidate(case, perimeter="general_government").members == ("gov", "office")


def test_what_cannot_be_counted_is_said():
    case = district(
        creditors=[creditor("inner-bank", "inside")],
        debts=[debt("d", "big", 5.0, creditor_id="inner-bank")],
        entities=[government("gov"), vehicle("big", ownership_share=0.8), vehicle("small", "big")],
    )
    said = [text.en for text in consolidate(case).unknown]
    assert any("Accrued interest is unknown for 1 debts" in sentence for sentence in said)
    assert any("inside lender" in sentence for sentence in said)
    assert any("1 entities have outside shareholders" in sentence for sentence in said)


def test_every_unknown_code_is_refused_at_once_with_its_lot():
    case = district(
        assets=[
            lot("odd", "gov", 1.0, gfsm_code="99"),
            lot("debt?", "gov", 1.0, gfsm_code="6303"),
            lot("heading", "gov", 1.0, gfsm_code="614"),
            lot("house", "gov", 1.0, gfsm_code="61111", counterparty_id="big"),
        ]
    )
    with pytest.raises(CaseError) as caught:
        consolidate(case)
    assert [issue.value for issue in caught.value.issues] == [
        "odd: 99",
        "debt?: 6303",
        "heading: 614",
        "house: 61111",
    ]


def test_a_lot_without_a_code_takes_that_of_its_kind():
    kind = {"asset_kind": "parking", "name_en": "p", "name_zh": "p", "gfsm_code": "61441"}
    case = district(
        asset_kinds=[kind], assets=[lot("p", "gov", 3.0, asset_kind="parking", gfsm_code=None)]
    )
    assert consolidate(case).amount("61441") == 3_00


def test_a_repaid_debt_is_no_liability():
    case = district(debts=[debt("d", "big", 5.0, status="repaid")], guarantees=[])
    assert consolidate(case).amount("6304") == 0


def test_a_row_is_as_uncertain_as_its_weakest_part():
    assets = [lot("a", "gov", 1.0, origin="reported"), lot("b", "gov", 1.0, origin="estimated")]
    frame = consolidate(tiny_case(entities=[government()], assets=assets)).frame
    land = frame.filter((pl.col("gfsm_code") == "6141") & (pl.col("entity_id") == "gov"))
    assert land["origin"].to_list() == ["estimated"]


fen = st.integers(0, 10**13).map(lambda value: value / 100)
ids = st.sampled_from(["gov", "big", "small"])
codes = st.sampled_from(["6141", "61113", "62051", "62082", "6204"])


@st.composite
def random_districts(draw):
    lots = [
        lot(f"a{i}", draw(ids), draw(fen), gfsm_code=code, counterparty_id=other)
        for i, code in enumerate(draw(st.lists(codes, max_size=6)))
        for other in [draw(ids) if code.startswith("62") and draw(st.booleans()) else None]
    ]
    debts = [
        debt(
            f"d{i}",
            draw(ids),
            draw(fen),
            creditor_id=draw(st.sampled_from(["bank", "gov", "big"])),
            instrument=instrument,
            primary_class=draw(st.sampled_from(["hidden", "special", "arrears"])),
        )
        for i, instrument in enumerate(
            draw(st.lists(st.sampled_from(["bond", "loan", "payable", "lease"]), max_size=6))
        )
    ]
    return district(assets=lots, debts=debts, guarantees=[])


@given(random_districts())
@settings(derandomize=True, deadline=None, max_examples=20)
def test_the_sum_rule_holds_for_any_district(case):
    for perimeter in ("public_sector", "general_government"):
        assert holds_the_sum_rule(consolidate(case, perimeter=perimeter).frame)


@given(random_districts(), ids, ids, fen)
@settings(derandomize=True, deadline=None, max_examples=20)
def test_lending_among_members_moves_no_consolidated_figure(case, lender, borrower, amount):
    before = consolidate(case)
    row = {"claim_id": "new", "debtor_id": borrower, "creditor_id": lender, "amount": amount}
    claims = pl.concat([case.claims, tiny_case(claims=[row]).claims])
    after = consolidate(type(case)(**{**vars_of(case), "claims": claims}))
    for code in ("6", "61", "62", "63"):
        assert after.amount(code) == before.amount(code)


def vars_of(case):
    return {name: getattr(case, name) for name in case.__dataclass_fields__}


def test_stocks_stand_at_the_case_date():
    assert consolidate(district()).frame["date"].unique().to_list() == [dt.date(2024, 12, 31)]
