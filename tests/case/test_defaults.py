"""What no user gave is filled by a named act with a source; the user's cells go before."""

import datetime as dt

import polars as pl
import pytest
from tests.case.sample import add, findings, sample

from ironpot.case.packaged import DEFAULTS, packaged_tables
from ironpot.case.read import read_case
from ironpot.case.schema import TABLES


@pytest.fixture(scope="module")
def case(tmp_path_factory):
    return read_case(sample(tmp_path_factory.mktemp("case"))).case


def acts(case, table: str, column: str | None = None) -> pl.DataFrame:
    found = case.acts.filter(pl.col("table") == table)
    return found if column is None else found.filter(pl.col("column") == column)


def test_every_row_has_a_source_that_is_listed_and_an_origin(case):
    for table in TABLES:
        frame = getattr(case, table.name)
        if table.name != "sources":
            assert set(frame["source_id"]) <= set(case.sources["source_id"]), table.name
            assert frame["origin"].null_count() == 0, table.name


def test_every_act_names_a_listed_source_and_speaks_both_languages(case):
    assert set(case.acts["source_id"]) - set(case.sources["source_id"]) == set()
    assert case.acts.filter((pl.col("text_en") == "") | (pl.col("text_zh") == "")).is_empty()


def test_what_a_user_gave_is_reported_and_the_rest_is_not(case):
    assert set(case.debts["origin"]) == {"reported"}
    for name in (
        "creditors",
        "accounts",
        "limits",
        "routes",
        "drivers",
        "markets",
        "class_actions",
    ):
        assert set(getattr(case, name)["origin"]) == {"estimated"}, name


def test_every_filled_table_has_an_act(case):
    given = {"entities", "debts", "assets", "budget", "sources"}
    filled = {table.name for table in TABLES if getattr(case, table.name).height} - given
    assert filled <= set(case.acts["table"])


def test_the_users_file_is_a_source_with_its_hash(case):
    source = case.sources.filter(pl.col("source_id") == "input-debts").row(0, named=True)
    assert source["document"] == "debts.csv"
    assert source["basis"] == "user"
    assert len(source["sha256"]) == 64


def test_creditors_are_derived_with_a_class_by_instrument(case):
    classes = dict(case.creditors.select("creditor_id", "creditor_class").iter_rows())
    assert classes == {
        "Province": "province",
        "City-bank": "regional_bank",
        "State-bank": "regional_bank",
        "Bondholders": "bondholders",
        "Lessor": "non_standard",
        "Builder": "supplier",
    }


def test_opening_cash_is_assumed_nothing_and_said_so(case):
    assert set(case.accounts["opening_cash"]) == {0.0}
    said = acts(case, "accounts", "opening_cash")
    assert said.height == case.accounts.height
    assert "0.00" in said["text_zh"][0]


def test_a_buffer_is_a_month_of_recurrent_outflow(case):
    amounts = dict(case.limits.select("limit_id", "amount").iter_rows())
    assert amounts["buffer-E01-general"] == pytest.approx((1_420e6 + 380e6) / 12, abs=0.01)
    assert "buffer-E01-capital" not in amounts


def test_recurrent_lines_go_on_to_the_end_of_the_plan_and_one_off_ones_do_not(case):
    taxes = case.budget.filter(pl.col("item") == "taxes").sort("year")
    assert taxes["year"].to_list() == [2025, 2026, 2027, 2028, 2029]
    assert taxes["origin"].to_list() == ["reported", *["estimated"] * 4]
    assert case.budget.filter(pl.col("item") == "one-off fines").height == 1


def test_carried_lines_grow_at_their_own_rate(tmp_path):
    folder = sample(tmp_path, ("budget", 2, "growth_rate", "2%"))
    taxes = read_case(folder).case.budget.filter(pl.col("item") == "taxes").sort("year")
    assert taxes["amount_y"].to_list() == [round(1_250e6 * 1.02**n, 2) for n in range(5)]


def test_land_income_moves_with_its_driver_unless_the_user_says_otherwise(tmp_path, case):
    land = pl.col("line") == "land_revenue"
    assert set(case.budget.filter(land)["driver"]) == {"land_revenue"}
    folder = sample(tmp_path, ("budget", 7, "driver", "none"))
    assert set(read_case(folder).case.budget.filter(land)["driver"]) == {"none"}


def test_market_depth_is_a_share_of_what_is_appraised_there(case):
    shares = packaged_tables(DEFAULTS)["markets"].filter(pl.col("market_id") == "land")
    land = case.markets.filter(pl.col("market_id") == "land")
    expected = (shares["capacity_share"] * (210e6 + 95e6)).round(2)
    assert land["capacity"].to_list() == expected.to_list()


def test_a_lot_without_an_appraisal_stays_without_one(case):
    school = case.assets.filter(pl.col("asset_id") == "A008").row(0, named=True)
    assert school["appraisal"] is None
    assert acts(case, "assets", "appraisal").is_empty()


def test_an_appraisal_is_imputed_only_where_the_case_asks(tmp_path):
    folder = sample(tmp_path)
    add(folder / "case.toml", '[impute]\nappraisal = "book_value"\n')
    case = read_case(folder).case
    lots = {row["asset_id"]: row for row in case.assets.iter_rows(named=True)}
    assert lots["A008"]["appraisal"] == 60e6
    assert lots["A008"]["origin"] == "imputed"
    assert lots["A001"]["origin"] == "reported"
    assert acts(case, "assets", "appraisal")["key"].to_list() == ["A008"]


def test_floating_debts_without_a_reset_cycle_get_a_yearly_one(case):
    floating = case.debts.drop_nulls("market_object_code_of_rate_reset")
    assert set(floating["cycle_of_rate_reset"]) == {"P1YL1"}
    assert acts(case, "debts", "cycle_of_rate_reset")["key"].to_list() == ["D003;D008"]


def test_a_row_of_the_users_goes_before_the_default_of_its_key(tmp_path, case):
    folder = sample(tmp_path)
    add(
        folder / "routes.csv",
        "asset_kind,route,legal,lead_days,effort_pw\nparking,concession,no,0,0\n",
    )
    routes = read_case(folder).case.routes
    mine = routes.filter((pl.col("asset_kind") == "parking") & (pl.col("route") == "concession"))
    assert mine["legal"].to_list() == [False]
    assert mine["origin"].to_list() == ["reported"]
    assert routes.height == case.routes.height


def test_a_table_of_the_users_replaces_the_default_where_that_is_the_meaning(tmp_path):
    folder = sample(tmp_path)
    add(folder / "team.csv", "quarter,capacity_pw\nall,7\n")
    assert read_case(folder).case.team["capacity_pw"].to_list() == [7.0]


def test_default_drivers_start_with_the_plan(tmp_path, case):
    assert case.drivers["quarter"].min() == "2025Q1"
    folder = sample(tmp_path)
    text = (folder / "case.toml").read_text("utf-8").replace("2024-12-31", "2025-03-31")
    (folder / "case.toml").write_text(text, "utf-8")
    later = read_case(folder).case
    assert later.date == dt.date(2025, 3, 31)
    assert later.drivers["quarter"].min() == "2025Q2"
    assert later.drivers["base"].equals(case.drivers["base"])


def test_the_default_rules_apply_to_the_top_entity(case):
    assert set(case.rules["entity_id"]) == {"E01"}


def test_a_usual_value_is_one_act_a_column_with_the_rows_it_filled(tmp_path, case):
    assert acts(case, "debts", "day_count_convention")["key"].to_list() == ["*"]
    folder = sample(tmp_path, ("debts", 2, "day_count_convention", "A360"))
    some = acts(read_case(folder).case, "debts", "day_count_convention")
    assert some["key"].to_list() == ["D002;D003;D004;D005;D006;D007;D008"]


def test_a_cell_that_could_not_be_read_is_no_gap_to_fill(tmp_path):
    folder = sample(tmp_path, ("debts", 2, "status", "who knows"))
    assert findings(read_case(folder)) == {("debts.csv:2 status", "word.unknown")}


def test_the_same_files_give_the_same_case(tmp_path, case):
    assert read_case(sample(tmp_path)).case.input_hash == case.input_hash
