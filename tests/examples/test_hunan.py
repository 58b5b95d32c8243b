"""Hunan's published table adds up to its rounding; what is made up says so; the rest is unknown."""

import os
import sys
from pathlib import Path

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))

import hunan

from ironpot.balance.consolidate import consolidate
from ironpot.system.joined import within
from ironpot.system.populate import populate
from ironpot.system.units import AMOUNTS, debt_ratio, governments

YEARS = (2023, 2024)
# The accounts of 2023 call four units as they were called before they were raised.
RENAMED = {"宁乡县": "宁乡市", "株洲县": "渌口区", "邵东县": "邵东市", "祁阳县": "祁阳市"}
ROOT = Path(__file__).resolve().parents[2]
COMPILED = Path(os.environ.get("IRONPOT_SHARED", ROOT.parent / "shared")) / (
    "data/china/hunan_government_debt_2023_2024.csv"
)
missing = pytest.mark.skipif(
    not COMPILED.is_file(),
    reason=f"NOT CHECKED: the compiled table is missing at {COMPILED}; set IRONPOT_SHARED",
)


@pytest.fixture(scope="module")
def population():
    return populate(hunan.read_units(2024), hunan.np.random.default_rng(hunan.SEED))


@pytest.mark.parametrize("year", YEARS)
def test_the_table_holds_the_province_its_prefectures_and_counties(year):
    levels = hunan.read_units(year)["level"].value_counts().sort("level")
    assert dict(levels.iter_rows()) == {
        "county": 123,
        "prefecture": 14,
        "prefecture_own": 14,
        "province": 1,
        "province_own": 1,
    }


@pytest.mark.parametrize("year", YEARS)
def test_every_sum_holds_to_the_published_rounding(year):
    proof = hunan.prove_year(year)
    assert proof["holds"].all()
    assert proof["holds"].null_count() == 0
    differences = (
        proof.filter(pl.col("rule") == "all_parts")
        .group_by("column")
        .agg(pl.col("difference").abs().max())
    )
    worst = dict(differences.iter_rows())
    assert max(worst["debt_limit"], worst["debt_balance"]) <= 0.04 * hunan.YI + 1
    assert max(worst.values()) <= 0.07 * hunan.YI + 1


@missing
@pytest.mark.parametrize("year", YEARS)
def test_every_figure_is_the_compiled_one(year):
    """Cell by cell against the table that was compiled from the province's final accounts."""
    compiled = pl.read_csv(COMPILED).filter(pl.col("year") == year)
    figures = [name for name in compiled.columns if name.endswith("_100m")]
    assert len(figures) == len(AMOUNTS)
    mine = pl.read_csv(hunan.PUBLISHED / f"debt_{year}.csv").select(AMOUNTS)
    for name, other in zip(AMOUNTS, figures, strict=True):
        assert mine[name].sort().to_list() == compiled[other].sort().to_list()


def test_one_mistyped_figure_of_a_county_is_found():
    units = hunan.read_units(2024)
    wrong = units.with_columns(
        special_balance=pl.when(pl.col("unit_id") == "hn_01_09")
        .then(pl.col("special_balance") + hunan.YI)
        .otherwise("special_balance")
    )
    proof = hunan.prove_units(wrong, last_digit=0.01 * hunan.YI)
    caught = proof.filter(~pl.col("holds")).select("unit_id", "rule", "column").rows()
    assert set(caught) == {
        ("hn_01", "parts", "special_balance"),
        ("hn_01", "all_parts", "special_balance"),
        ("hunan", "all_parts", "special_balance"),
        ("hn_01_09", "kinds", "debt_balance"),
    }


def test_both_years_name_the_same_units_and_their_source():
    first, second = (hunan.read_units(year) for year in YEARS)
    assert first["unit_id"].to_list() == second["unit_id"].to_list()
    assert first["name"].replace(RENAMED).to_list() == second["name"].to_list()
    sources = pl.read_csv(hunan.PUBLISHED / "sources.csv")
    assert set(first["source_id"]) | set(second["source_id"]) == set(sources["source_id"])
    assert sources["locator"].str.contains("as compiled").all()


def test_what_is_not_published_is_unknown():
    rows = governments(hunan.read_units(2024)).iter_rows(named=True)
    assert {debt_ratio(row) for row in rows} == {"unknown"}


def test_what_is_made_up_says_so(population):
    frames = [population.vehicles, population.banks, population.loans]
    for frame in [*frames, population.lots, population.markets]:
        assert set(frame["origin"]) == {"synthetic"}


def test_consolidation_owes_the_bonds_once_and_eliminates_on_lending(population):
    units = hunan.read_units(2024)
    sheet = consolidate(hunan.joined_case(units, population))
    own = governments(units)
    bonds = own["general_balance"].sum() + own["special_balance"].sum()
    lent = own.filter(pl.col("level") != "province_own")
    on_lent = lent["general_balance"].sum() + lent["special_balance"].sum()
    assert sheet.amount("6303") / 100 == pytest.approx(bonds, abs=1)
    assert hunan.eliminated(sheet) * hunan.YI == pytest.approx(on_lent, abs=1)
    assert bonds == pytest.approx(21_246.85e8, abs=0.07e8)


def test_a_prefecture_owes_the_province_what_the_whole_province_does_not(population):
    units = hunan.read_units(2024)
    joined = hunan.joined_case(units, population)
    changsha = consolidate(within(joined, "hn_01.government"))
    published = units.filter(pl.col("unit_id") == "hn_01")["debt_balance"][0]
    companies = population.vehicles.filter(pl.col("prefecture_id") == "hn_01")["debt"].sum()
    assert changsha.amount("6303") == 0
    assert changsha.amount("6304") / 100 == pytest.approx(published + companies, abs=0.07e8)


def test_weaker_banks_refinance_less_and_nobody_is_better_off(population):
    end = hunan.sell_together(population)
    assert end.settled.all()
    assert (hunan.np.diff(end.refinancing.mean(axis=1)) <= 1e-12).all()
    assert (hunan.np.diff(end.shortfall.sum(axis=1)) >= -1.0).all()


def test_the_script_runs_and_names_what_is_synthetic(capsys):
    hunan.main()
    said = capsys.readouterr().out
    assert "945 sums re-added, 945 hold" in said
    assert "unknown" in said
    assert said.count("synthetic") >= 2
    assert len(AMOUNTS) == 6
