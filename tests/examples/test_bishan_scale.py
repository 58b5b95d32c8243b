"""Is the shipped example what its script makes, and does it add up to what it was scaled to?

Targets in hundred million yuan: scaled from published figures of Bishan District and Chongqing.
"""

import datetime as dt
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ironpot.case.read import read_case
from ironpot.case.schema import BY_NAME

EXAMPLES = Path(__file__).parents[2] / "examples"
FOLDER = EXAMPLES / "bishan-scale"
YI = 1e8
TABLES = sorted(path.stem for path in FOLDER.glob("*.csv"))
VEHICLE = ("hidden", "vehicle_other")


def table(name: str) -> pl.DataFrame:
    """Read a table of the example in the schema's types; absent columns are null."""
    text = pl.read_csv(FOLDER / f"{name}.csv", infer_schema=False)
    present = [c for c in BY_NAME[name].columns if c.name in text.columns]
    flags = {c.name: pl.col(c.name) == "true" for c in present if c.kind == "bool"}
    days = {c.name: pl.col(c.name).str.to_date() for c in present if c.kind == "date"}
    return BY_NAME[name].conform(text.with_columns(**flags, **days))


@pytest.fixture(scope="module")
def debts() -> pl.DataFrame:
    return table("debts")


@pytest.fixture(scope="module")
def lots() -> pl.DataFrame:
    return table("assets").join(
        table("entities").select(pl.col("entity_id").alias("owner_id"), "kind", "parent_id"),
        on="owner_id",
    )


@pytest.fixture(scope="module")
def vehicle(debts: pl.DataFrame) -> pl.DataFrame:
    groups = table("entities").select(
        pl.col("entity_id").alias("debtor_id"), group_of("entity_id", "parent_id")
    )
    return debts.filter(pl.col("primary_class").is_in(VEHICLE)).join(groups, on="debtor_id")


def group_of(entity: str, parent: str) -> pl.Expr:
    own = pl.col(entity).str.starts_with("grp_")
    return pl.when(own).then(pl.col(entity)).otherwise(pl.col(parent)).alias("group")


def total(frame: pl.DataFrame, column: str) -> float:
    return float(frame[column].sum()) / YI


def shares(frame: pl.DataFrame, by: str, amount: str = "notional_principal") -> dict[str, float]:
    sums = frame.group_by(by).agg(pl.col(amount).sum())
    return dict(sums.with_columns(pl.col(amount) / pl.col(amount).sum()).iter_rows())


def test_the_script_makes_the_committed_files_byte_for_byte(tmp_path):
    script = EXAMPLES / "bishan_scale_build.py"
    subprocess.run([sys.executable, script, tmp_path], check=True)  # noqa: S603
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_bytes() for path in FOLDER.iterdir()}


@pytest.mark.parametrize("name", TABLES)
def test_tables_have_known_columns_unique_keys_and_no_gaps_in_required_ones(name):
    rows = table(name)
    assert rows.select(BY_NAME[name].key).is_duplicated().sum() == 0
    for column in BY_NAME[name].columns:
        if column.required:
            assert rows[column.name].null_count() == 0, column.name
        if column.allowed:
            words = rows[column.name].drop_nulls().str.split(";").explode()
            assert set(words) <= set(column.allowed), column.name


@pytest.mark.parametrize("name", TABLES)
def test_references_point_to_rows_of_the_case_or_of_the_defaults(name):
    for column in BY_NAME[name].columns:
        target = column.refers
        if target in TABLES:
            keys = set(table(target)[BY_NAME[target].key[0]])
            cells = table(name)[column.name].drop_nulls().str.split(";").explode()
            assert set(cells) <= keys, column.name


@pytest.mark.parametrize(
    "name", [n for n in TABLES if n not in ("sources", "budget", "fiscal_history")]
)
def test_every_row_of_the_register_is_marked_synthetic(name):
    assert set(table(name)["origin"]) == {"synthetic"}


def test_published_figures_are_reported_and_name_a_published_document():
    history = table("fiscal_history").join(table("sources"), on="source_id")
    assert set(history["basis"]) == {"published"}
    assert set(history.filter(pl.col("status") != "derived")["origin"]) == {"reported"}


def test_the_first_page_says_in_both_languages_that_the_register_is_synthetic():
    case = tomllib.loads((FOLDER / "case.toml").read_text(encoding="utf-8"))["case"]
    assert "synthetic" in case["notice_en"]
    assert "合成" in case["notice_zh"]
    assert not any("璧山" in name for name in table("entities")["name"])


@pytest.mark.parametrize(("year", "printed"), [(2023, 102.06), (2025, 120.40)])
def test_both_sides_of_a_published_budget_add_up_to_the_printed_total(year, printed):
    rows = table("fiscal_history").filter(pl.col("account") == "general", pl.col("year") == year)
    for side in ("source", "use", "total"):
        assert total(rows.filter(pl.col("side") == side), "amount") == pytest.approx(printed)


def test_the_outturn_of_2024_has_main_lines_only():
    rows = table("fiscal_history").filter(pl.col("year") == 2024, pl.col("account") == "general")
    known = rows.filter(pl.col("amount").is_not_null())["item"]
    assert set(known) == {"own_revenue", "tax", "non_tax", "own_expenditure", "total", "gdp"}


@pytest.mark.parametrize(
    ("year", "without", "with_hidden"), [(2023, 1.96, 2.77), (2025, 2.15, 3.04)]
)
def test_the_debt_ratio_moves_a_band_with_the_year_and_with_hidden_debt(
    debts, year, without, with_hidden
):
    rows = table("fiscal_history").filter(
        pl.col("year") == year,
        pl.col("item").is_in(["own_revenue", "transfers_from_above", "fund_revenue"]),
    )
    resources = total(rows, "amount")
    statutory = total(debts.filter(pl.col("primary_class").is_in(["general", "special"])), _P)
    hidden = total(debts.filter(pl.col("primary_class") == "hidden"), _P)
    assert statutory / resources == pytest.approx(without, abs=0.01)
    assert (statutory + hidden) / resources == pytest.approx(with_hidden, abs=0.01)


_P = "notional_principal"


@pytest.mark.parametrize(
    ("primary_class", "target"),
    [("general", 80), ("special", 187), ("hidden", 110), ("vehicle_other", 350), ("arrears", 6)],
)
def test_debt_of_each_class_ties_to_its_target(debts, primary_class, target):
    assert total(debts.filter(pl.col("primary_class") == primary_class), _P) == pytest.approx(
        target
    )


@pytest.mark.parametrize(
    ("primary_class", "coupon", "years"), [("general", 0.0289, 6.2), ("special", 0.0281, 12.5)]
)
def test_statutory_debt_has_the_national_mean_rate_and_life(debts, primary_class, coupon, years):
    rows = debts.filter(pl.col("primary_class") == primary_class)
    weight = rows[_P].to_numpy()
    left = (rows["maturity_date"] - dt.date(2024, 12, 31)).dt.total_days() / 365.25
    assert np.average(rows["nominal_interest_rate"], weights=weight) == pytest.approx(
        coupon, abs=1e-5
    )
    assert np.average(left, weights=weight) == pytest.approx(years, abs=0.1)


def test_special_interest_is_a_tenth_and_an_eighth_of_fund_revenue(debts):
    special = debts.filter(pl.col("primary_class") == "special")
    interest = float((special[_P] * special["nominal_interest_rate"]).sum()) / YI
    assert interest / 53.46 == pytest.approx(0.098, abs=5e-4)
    assert interest / 42.39 == pytest.approx(0.124, abs=5e-4)


def test_contracts_of_the_companies_number_160_and_split_as_assumed(vehicle):
    assert vehicle.height == 160
    by_instrument = shares(vehicle, "instrument")
    assert by_instrument["loan"] == pytest.approx(0.55, abs=1e-6)
    assert by_instrument["bond"] == pytest.approx(0.25, abs=1e-6)
    assert by_instrument["lease"] + by_instrument["trust"] == pytest.approx(0.12, abs=1e-6)
    groups = shares(vehicle, "group")
    assert groups == pytest.approx(
        {"grp_urban": 0.45, "grp_park": 0.35, "grp_services": 0.20}, abs=0.005
    )


def test_creditors_hold_their_assumed_shares(vehicle):
    classes = table("creditors").select("creditor_id", "creditor_class")
    held = shares(vehicle.join(classes, on="creditor_id"), "creditor_class")
    assert held == pytest.approx(
        {
            "large_bank": 0.45,
            "joint_stock_bank": 0.20,
            "regional_bank": 0.25,
            "non_standard": 0.10,
        },
        abs=0.005,
    )


def profile(row: dict[str, object]) -> tuple[np.ndarray, np.ndarray]:
    """Months to each principal payment and amounts, from the written terms alone."""
    months = (row["maturity_date"].year - 2024) * 12 + row["maturity_date"].month - 12
    principal, kind = row[_P], row["contract_type"]
    if kind == "PAM":
        return np.array([months]), np.array([principal])
    due = np.array(sorted(range(months, 0, -3)))
    rate = row["nominal_interest_rate"] / 4
    if kind == "LAM":
        return due, np.full(due.size, principal / due.size)
    instalment = row["next_principal_redemption_payment"]
    if instalment is None:
        instalment = principal * rate / (1 - (1 + rate) ** -due.size)
    left, paid = principal, []
    for _ in due[:-1]:
        paid.append(instalment - left * rate)
        left -= paid[-1]
    return due, np.array([*paid, left])


def test_three_tenths_of_vehicle_debt_fall_due_within_a_year_and_the_mean_life_is_four_and_a_half(
    vehicle,
):
    profiles = [profile(row) for row in vehicle.iter_rows(named=True)]
    due = sum(paid[months <= 12].sum() for months, paid in profiles)
    life = sum(months @ paid for months, paid in profiles) / 12
    assert due / YI == pytest.approx(138, abs=0.05)
    assert life / vehicle[_P].sum() == pytest.approx(4.5, abs=0.05)


def test_schedules_run_in_whole_cycles(vehicle):
    start, end = pl.col("initial_exchange_date"), pl.col("maturity_date")
    months = (end.dt.year() - start.dt.year()) * 12 + end.dt.month() - start.dt.month()
    cycle = pl.col("cycle_of_interest_payment").replace_strict(
        {"P3ML1": 3, "P6ML1": 6, "P1YL1": 12}, return_dtype=pl.Int64
    )
    assert vehicle.select((months % cycle == 0).all()).item()
    assert vehicle.select((start.dt.day() == end.dt.day()).all()).item()


def test_rates_stay_in_their_ranges(vehicle):
    spread = vehicle["rate_spread"].drop_nulls()
    assert spread.is_between(0.0, 0.0150).all()
    for instruments, low, high in (
        (["bond"], 0.03, 0.065),
        (["lease", "trust"], 0.06, 0.095),
    ):
        rates = vehicle.filter(pl.col("instrument").is_in(instruments))["nominal_interest_rate"]
        assert rates.is_between(low, high).all()


def test_guarantees_cover_fifteen_hundredths_of_vehicle_debt_in_a_ring(vehicle):
    guarantees = table("guarantees").join(
        vehicle.select(pl.col("debt_id").alias("debt_ids"), "group", _P), on="debt_ids"
    )
    assert total(guarantees, "amount_limit") == pytest.approx(69.0)
    assert (guarantees["amount_limit"] <= guarantees[_P]).all()
    ring = set(guarantees.select("guarantor_id", "group").iter_rows())
    assert ring == {
        ("grp_urban", "grp_park"),
        ("grp_park", "grp_services"),
        ("grp_services", "grp_urban"),
    }


def test_there_are_77_companies_in_three_groups():
    companies = table("entities").filter(pl.col("kind").is_in(["vehicle", "enterprise"]))
    assert companies.height == 77
    assert companies.filter(pl.col("kind") == "vehicle").height == 3


def test_company_assets_tie_to_1080_and_to_the_groups_shares(lots):
    own = lots.filter(pl.col("kind").is_in(["vehicle", "enterprise"])).with_columns(
        group_of("owner_id", "parent_id")
    )
    books = dict(own.group_by("group").agg(pl.col("book_value").sum()).iter_rows())
    cash = dict(table("accounts").select("entity_id", "opening_cash").iter_rows())
    for row in table("accounts").filter(pl.col("account") == "company").iter_rows(named=True):
        cash[row["entity_id"]] = row["opening_cash"]
    claims = dict(table("claims").select("creditor_id", "amount").iter_rows())
    sums = {group: (books[group] + cash[group] + claims[group]) / YI for group in books}
    assert sum(sums.values()) == pytest.approx(1080)
    assert sums == pytest.approx({"grp_urban": 486, "grp_park": 378, "grp_services": 216})


@pytest.mark.parametrize(
    ("kinds", "target"),
    [
        (["development_land"], 0.40),
        (["receivable_gov"], 0.20),
        (["public_good"], 0.15),
        (
            [
                "industrial_building",
                "office_building",
                "commercial_property",
                "rental_housing",
                "resettlement_flats",
            ],
            0.12,
        ),
        (["soe_equity", "listed_shares", "rural_bank_stake", "fund_stake"], 0.05),
        (
            [
                "parking",
                "charging_piles",
                "under_bridge_space",
                "scenic_operation",
                "bus_lines_bikes",
                "water_utility",
                "toll_road_bridge",
                "landfill_waste",
                "energy_site",
            ],
            0.03,
        ),
    ],
)
def test_company_lots_split_as_assumed(lots, kinds, target):
    own = lots.filter(
        pl.col("kind").is_in(["vehicle", "enterprise"]), pl.col("asset_kind").is_in(kinds)
    )
    assert total(own, "book_value") / 1080 == pytest.approx(target)


def test_administrative_assets_tie_to_301_and_nearly_half_are_protected(lots):
    own = lots.filter(pl.col("kind") == "bureau")
    assert total(own, "book_value") == pytest.approx(301)
    assert total(own.filter(pl.col("essential")), "book_value") / 301 == pytest.approx(0.46)


def test_protected_lots_are_the_public_goods_and_have_no_price(lots):
    assert lots.filter(pl.col("essential") != (pl.col("asset_kind") == "public_good")).is_empty()
    assert (lots["essential"] == lots["appraisal"].is_null()).all()


def test_title_defects_pledges_and_related_buyers_are_as_many_as_assumed(lots):
    assert lots.filter(pl.col("title") != "clear").height == round(0.20 * lots.height)
    assert lots["encumbrance_debt_id"].count() == round(0.30 * lots.height)
    concession = lots.filter(pl.col("buyer_scope") == "inside")
    assert concession["buyer_id"].null_count() == 0
    assert concession.height == 40


def test_appraisals_scatter_around_book_value_and_land_below_it(lots):
    is_land = pl.col("asset_kind").is_in(["development_land", "land_reserve"])
    level = pl.when(is_land).then(0.85).otherwise(1.0)
    scatter = (pl.col("appraisal") / pl.col("book_value") / level).log()
    logs = lots.filter(pl.col("appraisal").is_not_null()).select(scatter.alias("log"))["log"]
    assert logs.mean() == pytest.approx(0.0, abs=0.03)
    assert logs.std() == pytest.approx(0.25, abs=0.02)


def test_a_pledged_lot_secures_a_debt_of_its_own_group_that_it_can_carry(lots, vehicle):
    pledged = lots.filter(pl.col("encumbrance_debt_id").is_not_null()).select(
        group_of("owner_id", "parent_id"), "encumbrance_debt_id", "appraisal"
    )
    joined = pledged.join(
        vehicle, left_on="encumbrance_debt_id", right_on="debt_id", suffix="_of_debt"
    )
    assert joined.height == pledged.height
    assert (joined["group"] == joined["group_of_debt"]).all()
    assert set(joined["security"]) == {"pledge"}
    assert joined["prepayment_penalty_rate"].null_count() == 0
    cover = joined.group_by("encumbrance_debt_id").agg(
        pl.col("appraisal").sum(), pl.col(_P).first()
    )
    assert (cover[_P] < cover["appraisal"]).all()


def test_income_ranges_hold_the_base(lots):
    assert (lots["income_low_y"] <= lots["income_y"]).all()
    assert (lots["income_y"] <= lots["income_high_y"]).all()


def test_no_lot_is_in_two_bundles_and_pools_reach_their_minimum():
    bundles = table("bundles")
    members = bundles.with_columns(pl.col("asset_ids").str.split(";")).explode("asset_ids")
    assert bundles.height == 12
    assert members["asset_ids"].is_duplicated().sum() == 0
    worth = members.join(table("assets"), left_on="asset_ids", right_on="asset_id")
    pools = (
        worth.filter(pl.col("route") == "pool")
        .group_by("bundle_id", "asset_kind")
        .agg(pl.col("appraisal").sum())
    )
    minimum = pl.when(pl.col("asset_kind") == "rental_housing").then(8 * YI).otherwise(10 * YI)
    assert pools.height == 4
    assert pools.select((pl.col("appraisal") >= minimum).all()).item()


def test_the_general_account_about_balances_before_debt_service(lots):
    budget = table("budget").filter(pl.col("year") == 2026, pl.col("account") == "general")
    inward = pl.col("line").is_in(["own_revenue", "transfers_in"])
    lines = budget.select(
        pl.when(inward).then(pl.col("amount_y")).otherwise(-pl.col("amount_y")).sum()
    ).item()
    own = lots.filter(pl.col("kind") == "bureau")
    kept = float((own["income_y"] - own["cost_to_keep_y"]).sum())
    assert abs(lines + kept) / YI < 2.5


def test_essential_spending_is_85_hundredths_of_published_expenditure():
    rows = table("budget").filter(
        pl.col("year") == 2025,
        pl.col("account") == "general",
        pl.col("line") == "essential_spending",
    )
    assert total(rows, "amount_y") == pytest.approx(0.85 * 79.6)


def test_the_land_line_is_the_published_fund_revenue_less_other_fund_income():
    fund = table("budget").filter(pl.col("year") == 2025, pl.col("account") == "fund")
    income = fund.filter(pl.col("line").is_in(["land_revenue", "own_revenue"]))
    assert total(income, "amount_y") == pytest.approx(42.39)


def test_companies_cannot_pay_what_falls_due_in_the_first_year_without_help(vehicle):
    """Base case by hand: cash, a year of operations and roll-over of 0.80 (non-standard 0.30)."""
    classes = table("creditors").select("creditor_id", "creditor_class")
    joined = vehicle.join(classes, on="creditor_id")
    paid = 0.0
    for row in joined.iter_rows(named=True):
        months, amounts = profile(row)
        again = 0.30 if row["creditor_class"] == "non_standard" else 0.80
        paid += (1.0 - again) * amounts[months <= 12].sum()
        paid += row[_P] * row["nominal_interest_rate"] * 0.85
    budget = table("budget").filter(pl.col("account") == "company", pl.col("year") == 2025)
    inward = pl.col("line").is_in(["own_revenue", "transfers_in"])
    operations = budget.select(
        pl.when(inward).then(pl.col("amount_y")).otherwise(-pl.col("amount_y")).sum()
    ).item()
    cash = table("accounts").filter(pl.col("account") == "company")["opening_cash"].sum()
    assert cash + operations < paid


def test_the_documentation_shows_the_tables_that_the_check_prints():
    script = EXAMPLES / "bishan_scale_check.py"
    printed = subprocess.run(  # noqa: S603
        [sys.executable, script], check=True, capture_output=True, encoding="utf-8"
    ).stdout
    page = (EXAMPLES.parent / "docs/explanation/example.md").read_text(encoding="utf-8")
    assert all(line in page for line in printed.splitlines())


@pytest.mark.parametrize(
    "part", sorted(path.name for path in (EXAMPLES / "bishan_scale_parts").glob("*.py"))
)
def test_examples_in_the_parts_of_the_script_are_true(part):
    command = [sys.executable, "-m", "doctest", f"bishan_scale_parts/{part}"]
    subprocess.run(command, check=True, cwd=EXAMPLES, env={"PYTHONPATH": str(EXAMPLES)})  # noqa: S603


def test_the_example_reads_without_an_error_or_a_warning():
    reading = read_case(FOLDER)
    assert [i.say("en") for i in reading.issues if i.severity != "note"] == []
    assert reading.case.assets.height == table("assets").height
