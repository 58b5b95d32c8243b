"""Laws of the sheet after a plan: what is circular adds nothing, prepaid is owed, all ties."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support import account, debt, government, lot, tiny_case, vehicle

from ironpot.balance.after import EFFECTS, POSTINGS, after_plan
from ironpot.balance.consolidate import consolidate
from ironpot.balance.sheet import details
from ironpot.core.outputs import CONSOLIDATED, ELIMINATION

END = dt.date(2029, 12, 31)


def before():
    """Return the sheet of a government and two vehicles with land, loans and a government bill."""
    return consolidate(
        tiny_case(
            entities=[government("gov"), vehicle("big"), vehicle("small")],
            accounts=[account("gov", "general", 50.0), account("big", "company", 50.0)],
            assets=[
                lot("land", "gov", 100.0),
                lot("bill", "big", 20.0, gfsm_code="62082", counterparty_id="gov"),
            ],
            debts=[
                debt("loan", "big", 80.0, primary_class="hidden"),
                debt("inner", "small", 30.0, creditor_id="big"),
            ],
        )
    ).frame


def effect(entity_id, word, amount, **cells):
    return {"entity_id": entity_id, "effect": word, "amount": round(amount * 100)} | cells


def after(*effects):
    return after_plan(before(), pl.DataFrame(list(effects), schema=EFFECTS), date=END)


def amount(sheet, code, entity=CONSOLIDATED):
    row = (pl.col("gfsm_code") == code) & (pl.col("entity_id") == entity)
    return sheet.filter(row)["amount"].sum() / 100


def test_a_plan_without_effects_leaves_every_amount():
    old, new = before(), after()
    assert new.drop("phase", "date").equals(old.drop("phase", "date"))
    assert new["phase"].unique().to_list() == ["after"]
    assert new["date"].unique().to_list() == [END]


def test_a_sale_below_book_value_lowers_net_worth_by_the_difference():
    sheet = after(
        effect("gov", "asset_out", 40, gfsm_code="6141"),
        effect("gov", "cash_in", 30),
    )
    assert amount(sheet, "6") == amount(before(), "6") - 10
    assert amount(sheet, "6141") == 60
    assert amount(sheet, "6202", "gov") == 80


def test_a_circular_sale_brings_the_whole_nothing_and_adds_the_buyers_debt():
    sheet = after(
        effect("gov", "asset_out", 40, gfsm_code="6141", buyer_id="big"),
        effect("gov", "cash_in", 70),
        effect("big", "cash_out", 70),
        effect("big", "cash_in", 70),
        effect("big", "debt_new", 70, gfsm_code="6304", primary_class="vehicle_other"),
    )
    assert amount(sheet, "61") == amount(before(), "61")
    assert amount(sheet, "6141", "big") == 40
    assert amount(sheet, "63") == amount(before(), "63") + 70
    assert amount(sheet, "6") == amount(before(), "6")


def test_prepaid_income_is_owed_until_it_is_earned():
    sheet = after(effect("gov", "cash_in", 25), effect("gov", "prepaid_income", 25))
    assert amount(sheet, "6") == amount(before(), "6")
    assert amount(sheet, "63082", "gov") == amount(before(), "63082", "gov") + 25


def test_units_kept_of_a_pool_stay_an_asset():
    sheet = after(
        effect("gov", "asset_out", 40, gfsm_code="6141"),
        effect("gov", "units_kept", 8),
        effect("gov", "cash_in", 32),
    )
    assert amount(sheet, "62052") == 8
    assert amount(sheet, "6") == amount(before(), "6")


def test_paying_a_hidden_debt_lowers_its_memo_line_too():
    sheet = after(
        effect("big", "debt_reduced", 30, gfsm_code="6304", primary_class="hidden"),
        effect("big", "cash_out", 30),
    )
    assert amount(sheet, "6MH") == 50
    assert amount(sheet, "6304") == 50


def test_paying_an_inside_lender_moves_no_consolidated_debt():
    sheet = after(
        effect("small", "cash_in", 30),
        effect("gov", "cash_out", 30),
        effect("small", "debt_reduced", 30, gfsm_code="6304", counterparty_id="big"),
        effect("small", "cash_out", 30),
        effect("big", "cash_in", 30),
    )
    assert amount(sheet, "6304") == amount(before(), "6304")
    assert amount(sheet, "6204", "big") == 0
    assert amount(sheet, "6304", ELIMINATION) == 0


def test_a_claim_on_the_government_sold_to_a_bank_becomes_debt_of_the_whole():
    sold = effect("big", "asset_out", 20, gfsm_code="62082", counterparty_id="gov")
    sheet = after(sold, effect("big", "cash_in", 18))
    assert amount(sheet, "63082") == amount(before(), "63082") + 20
    assert amount(sheet, "6") == amount(before(), "6") - 2


def test_a_claim_bought_by_its_debtor_is_extinguished():
    sheet = after(
        effect("big", "asset_out", 20, gfsm_code="62082", counterparty_id="gov", buyer_id="gov"),
        effect("big", "cash_in", 20),
        effect("gov", "cash_out", 20),
    )
    assert amount(sheet, "63082", "gov") == 0
    assert amount(sheet, "6") == amount(before(), "6")


def test_a_lot_cannot_leave_twice():
    with pytest.raises(ValueError, match="more than there is"):
        after(effect("gov", "asset_out", 100.01, gfsm_code="6141"))


@pytest.mark.parametrize(
    "row",
    [
        {"entity_id": "gov", "effect": "sell", "amount": 1},
        {"entity_id": "nobody", "effect": "cash_in", "amount": 1},
        {"entity_id": "gov", "effect": "cash_in", "amount": -1},
        {"entity_id": "gov", "effect": "cash_in", "amount": None},
        {"entity_id": "gov", "effect": "asset_out", "amount": 1},
        {"entity_id": "gov", "effect": "asset_in", "amount": 1, "gfsm_code": "6304"},
        {"entity_id": "gov", "effect": "debt_new", "amount": 1, "gfsm_code": "6204"},
    ],
)
def test_an_effect_that_cannot_be_posted_is_refused(row):
    with pytest.raises(ValueError, match="cannot be posted"):
        after(row)


CODES = {True: ["6303", "6304"], False: ["6141", "6203"]}
GROWING = [word for word, (_, _, sign) in POSTINGS.items() if sign > 0]
parties = st.sampled_from(["gov", "big", "small", None])


@st.composite
def effects(draw):
    word = draw(st.sampled_from(GROWING))
    return {
        "entity_id": draw(st.sampled_from(["gov", "big", "small"])),
        "effect": word,
        "gfsm_code": draw(st.sampled_from(CODES["debt" in word])),
        "primary_class": draw(st.sampled_from(["hidden", "arrears", "special"])),
        "counterparty_id": draw(parties),
        "buyer_id": None,
        "amount": draw(st.integers(0, 10**15)),
    }


@given(st.lists(effects(), max_size=8))
@settings(derandomize=True, deadline=None, max_examples=25)
def test_entities_less_elimination_are_the_consolidated_sheet_after_any_effects(rows):
    sheet = after_plan(before(), pl.DataFrame(rows, schema=EFFECTS), date=END)
    reserved = pl.col("entity_id").is_in([CONSOLIDATED, ELIMINATION])
    gross = sheet.filter(~reserved).group_by("gfsm_code", "side").agg(pl.col("gross").sum())
    key = ["gfsm_code", "side"]
    inside = sheet.filter(pl.col("entity_id") == ELIMINATION).select(*key, inside="gross")
    whole = sheet.filter(pl.col("entity_id") == CONSOLIDATED)
    tied = gross.join(inside, on=key).join(whole.select(*key, whole="amount"), on=key)
    assert tied.height == whole.height
    assert (tied["gross"] - tied["inside"] == tied["whole"]).all()
    net = details(whole).filter(pl.col("side") != "memo")
    sign = pl.when(pl.col("side") == "asset").then(1).otherwise(-1)
    worth = whole.filter(pl.col("gfsm_code") == "6")["amount"].item()
    assert net.select((pl.col("amount") * sign).sum()).item() == worth
