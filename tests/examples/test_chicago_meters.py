"""Does the pot test say keep for Chicago's meters, from published flows alone, and up to where?"""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest

from ironpot.case.read import read_case
from ironpot.case.schema import BY_NAME
from ironpot.plan.prepare import appraise_case

EXAMPLES = Path(__file__).parents[2] / "examples"
FOLDER = EXAMPLES / "chicago-meters-2008"
PUBLISHED = FOLDER / "published"
THREE = ("low", "base", "high")


@pytest.fixture(scope="module")
def meters() -> ModuleType:
    path = EXAMPLES / "chicago_meters_2008.py"
    spec = importlib.util.spec_from_file_location("chicago_meters_2008", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def flows(meters: ModuleType) -> dict[str, np.ndarray]:
    return {name: meters.net_income(case) for name, case in meters.cases().items()}


@pytest.mark.parametrize("name", ["zones", "rates", "revenue", "figures", "valuations"])
def test_every_published_figure_has_an_address(name):
    addresses = pl.read_csv(PUBLISHED / "addresses.csv")
    rows = pl.read_csv(PUBLISHED / f"{name}.csv")
    assert set(rows["source_id"]) <= set(addresses["source_id"])
    assert addresses["address"].str.starts_with("http").all()


def test_every_address_is_used():
    used = set()
    for name in ("zones", "rates", "revenue", "figures", "valuations"):
        used |= set(pl.read_csv(PUBLISHED / f"{name}.csv")["source_id"])
    assert set(pl.read_csv(PUBLISHED / "addresses.csv")["source_id"]) == used


def test_nothing_but_the_comparison_reads_what_others_said_it_was_worth(meters, monkeypatch):
    honest = meters.read

    def blind(name: str) -> pl.DataFrame:
        assert name != "valuations"
        return honest(name)

    monkeypatch.setattr(meters, "read", blind)
    flows = {name: meters.net_income(case) for name, case in meters.cases().items()}
    price = meters.figure("price")
    assert meters.value_lines(flows, price)
    assert meters.turning_lines(flows, price)


def test_the_schedule_rises_every_year_in_every_zone():
    rates = pl.read_csv(PUBLISHED / "rates.csv").sort("zone", "year")
    rise = rates.select(pl.col("dollars_per_hour").diff().over("zone")).to_series().drop_nulls()
    assert rates.height == 18
    assert (rise > 0).all()


def test_the_rate_index_rests_on_the_published_rise_and_the_schedule(meters):
    index = meters.rate_index()
    assert index[1] == pytest.approx(3.18)
    mean_2010 = 0.82 * 1.25 + 0.16 * 2.50 + 0.02 * 4.25
    mean_2013 = 0.82 * 2.00 + 0.16 * 4.00 + 0.02 * 6.50
    assert index[4] == pytest.approx(3.18 * mean_2013 / mean_2010)


def test_the_base_path_meets_the_revenue_reported_for_2010(meters):
    base = meters.cases()["base"]
    revenue = meters.revenue_path(base, base.growth)
    assert revenue[2010 - meters.FIRST_YEAR] == pytest.approx(73.0, abs=0.5)


def test_the_low_path_adds_up_to_the_least_the_operator_forecast(meters):
    low = meters.cases()["low"]
    growth = meters.forecast_growth(low)
    assert meters.revenue_path(low, growth).sum() == pytest.approx(11_600)
    assert 0.0 < growth < 0.02


@pytest.mark.parametrize("rate", [0.05, 0.06, 0.07])
@pytest.mark.parametrize("years", [50, 75])
def test_at_the_critics_rates_the_pot_beats_the_price_at_low_base_and_high(
    meters, flows, rate, years
):
    pots = [meters.present_value(flows[name][:years], rate) for name in THREE]
    assert pots == sorted(pots)
    assert meters.verdict(pots, meters.figure("price")) == "keep"


@pytest.mark.parametrize("rate", [0.11, 0.14])
def test_at_the_advisers_rates_the_price_beats_the_pot(meters, flows, rate):
    pots = [meters.present_value(flows[name], rate) for name in THREE]
    assert meters.verdict(pots, meters.figure("price")) == "release"


@pytest.mark.parametrize("name", ["low", "base", "high", "textbook"])
def test_at_the_turning_rate_pot_and_price_are_equal(meters, flows, name):
    price = meters.figure("price")
    turning = meters.break_even(flows[name], price)
    assert meters.present_value(flows[name], turning) == pytest.approx(price)
    assert meters.present_value(flows[name], turning - 0.001) > price


def test_the_needed_revenue_makes_the_price_fair(meters, flows):
    base, price = meters.cases()["base"], meters.figure("price")
    scale = meters.needed_scale(base, price)
    earned = meters.revenue_path(base, base.growth) * (1.0 - base.operating_share)
    boxes = earned - flows["base"]
    assert meters.present_value(earned * scale - boxes, 0.07) == pytest.approx(price)


def test_present_value_of_a_level_income_is_the_annuity(meters):
    quarterly = 1.07**0.25 - 1.0
    annuity = (1.0 - 1.07**-30) / quarterly / 4
    assert meters.present_value(np.ones(30), 0.07) == pytest.approx(annuity)


def test_the_page_states_what_the_flows_give(meters, flows):
    page = (EXAMPLES.parent / "docs/explanation/chicago.md").read_text(encoding="utf-8")
    base = meters.cases()["base"]
    revenue = meters.revenue_path(base, base.growth)
    assert f"{revenue[:16].sum():,.0f} for the same years" in page
    scale = meters.needed_scale(base, 2130.0)
    assert f"about {scale:.2f} times" in page
    assert f"about {scale * revenue[4]:.0f} in 2013" in page
    pots = [meters.present_value(flows[name], 0.07) for name in THREE]
    assert f"{pots[0]:,.0f} (low), **{pots[1]:,.0f}** (base), {pots[2]:,.0f} (high)" in page


@pytest.mark.parametrize(
    ("name", "column"), [("low", "income_low_y"), ("base", "income_y"), ("high", "income_high_y")]
)
def test_the_lot_of_the_case_carries_the_levelled_path(meters, flows, name, column):
    lot = pl.read_csv(FOLDER / "assets.csv")
    level = meters.level_income(flows[name][:50], lot["income_growth_rate"].item(), 0.07)
    assert lot[column].item() == pytest.approx(level * 1e6, abs=500.0)


def test_the_price_of_the_case_is_the_published_bid(meters):
    lot = pl.read_csv(FOLDER / "assets.csv")
    assert lot["appraisal"].item() == meters.figure("price") * 1e6


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.csv")))
def test_the_case_has_known_columns_and_no_gaps_in_required_ones(name):
    rows = pl.read_csv(FOLDER / f"{name}.csv", infer_schema=False)
    table = BY_NAME[name]
    assert set(rows.columns) <= set(table.names)
    assert rows.select(table.key).is_duplicated().sum() == 0
    for column in table.columns:
        if column.required:
            assert rows[column.name].null_count() == 0, column.name


def test_the_documentation_shows_the_tables_that_the_script_prints():
    script = EXAMPLES / "chicago_meters_2008.py"
    printed = subprocess.run(  # noqa: S603
        [sys.executable, script], check=True, capture_output=True, encoding="utf-8"
    ).stdout
    page = (EXAMPLES.parent / "docs/explanation/chicago.md").read_text(encoding="utf-8")
    assert all(line in page for line in printed.splitlines() if line.startswith("|"))


def test_the_examples_in_the_script_are_true():
    command = [sys.executable, "-m", "doctest", "chicago_meters_2008.py"]
    subprocess.run(command, check=True, cwd=EXAMPLES)  # noqa: S603


def test_the_case_reads_without_an_error_or_a_warning():
    assert [i.say("en") for i in read_case(FOLDER).issues if i.severity != "note"] == []


def test_the_pot_test_of_the_case_says_keep(meters, flows):
    appraisals, _ = appraise_case(read_case(FOLDER).case)
    row = appraisals.table.filter(pl.col("route") == "concession")
    assert row["verdict"].item() == "keep"
    # The signed price is paid at the end of the first quarter, so one quarter's income is kept.
    quarter = 1.07**-0.25
    assert row["net_proceeds"].item() == pytest.approx(meters.figure("price") * 1e6 * quarter)
    whole = meters.present_value(flows["base"][:50], 0.07) * 1e6
    assert row["retention_value"].item() == pytest.approx(
        whole - 75_143_000 / 4 * quarter, rel=1e-4
    )
