"""Do the shipped defaults keep the laws that they claim to keep?"""

from pathlib import Path

import polars as pl
import pytest

import ironpot.case
from ironpot.case.schema import BY_NAME
from ironpot.case.schema.words import ROUTES
from ironpot.core.columns import DTYPES, Column

FOLDER = Path(ironpot.case.__file__).parent / "defaults"
NOT_TABLES = ("route_map", "blocked_codes")
NAMES = sorted(path.stem for path in FOLDER.glob("*.csv") if path.stem not in NOT_TABLES)
MEAN_RESERVE = (0.25 * 1.00 + 0.20 * 0.90 + 0.15 * 0.80) / 0.60
# Price over appraisal in thin markets: high, base, low.
PRIORS = {
    "land": (0.70, 0.62, 0.55),
    "commercial": (0.75, 0.68, 0.60),
    "residential": (0.96, 0.85, 0.72),
    "equity": (0.90, 0.85, 0.80),
}


def table(name: str) -> pl.DataFrame:
    return pl.read_csv(FOLDER / f"{name}.csv", infer_schema=False)


def numbers(name: str, *columns: str) -> pl.DataFrame:
    return table(name).with_columns(pl.col(columns).cast(pl.Float64))


def words(frame: pl.DataFrame, column: str) -> set[str]:
    return set(frame[column].drop_nulls())


def test_fourteen_tables_have_defaults():
    assert NAMES == [
        "asset_kinds",
        "class_actions",
        "drivers",
        "listing",
        "markets",
        "procedure",
        "refinancing",
        "relief_sources",
        "routes",
        "rules",
        "service_classes",
        "sources",
        "taxes_fees",
        "team",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_default_file_has_exactly_the_columns_of_its_table(name):
    expected = [c if c != "capacity" else "capacity_share" for c in BY_NAME[name].names]
    assert table(name).columns == expected


@pytest.mark.parametrize("name", NAMES)
def test_no_two_rows_share_a_key(name):
    assert table(name).select(BY_NAME[name].key).is_duplicated().sum() == 0


@pytest.mark.parametrize("name", NAMES)
def test_every_cell_is_of_its_columns_kind_and_within_its_limits(name):
    rows = table(name)
    for column in BY_NAME[name].columns:
        if column.name in rows.columns:
            faults = rows[column.name].drop_nulls().filter(_wrong(rows, column))
            assert faults.to_list() == [], column.name
            assert not column.required or rows[column.name].null_count() == 0, column.name


def _wrong(rows: pl.DataFrame, column: Column) -> pl.Series:
    text = rows[column.name].drop_nulls()
    if column.kind == "bool":
        return ~text.is_in(["true", "false"])
    if column.allowed:
        return ~text.str.split(";").list.eval(pl.element().is_in(column.allowed)).list.all()
    if column.kind in ("money", "rate", "share", "number", "count"):
        value = text.cast(DTYPES[column.kind])
        low = float("-inf") if column.low is None else column.low
        high = float("inf") if column.high is None else column.high
        return (value < low) | (value > high)
    return text.str.strip_chars() != text


@pytest.mark.parametrize("name", NAMES)
def test_every_row_names_a_known_source(name):
    if name != "sources":
        assert words(table(name), "source_id") <= words(table("sources"), "source_id")
        assert table(name)["source_id"].null_count() == 0


def test_every_source_is_used_and_says_how_far_it_was_checked():
    used = set().union(*(words(table(n), "source_id") for n in NAMES if n != "sources"))
    sources = table("sources")
    assert words(sources, "source_id") == used
    assert sources["basis"].null_count() == 0


def test_every_kind_has_all_nine_routes_and_may_be_held():
    routes = table("routes")
    for kind in table("asset_kinds")["asset_kind"]:
        rows = routes.filter(pl.col("asset_kind") == kind)
        assert tuple(rows["route"]) == ROUTES
        assert rows.filter(pl.col("route") == "hold")["legal"].item() == "true"


def test_a_route_is_closed_with_a_reason_or_open_without_one():
    routes = table("routes")
    assert ((routes["legal"] == "false") == routes["blocked_code"].is_not_null()).all()


def test_every_reason_for_closing_a_route_is_said_in_both_languages():
    codes = table("blocked_codes")
    assert words(table("routes"), "blocked_code") <= words(codes, "blocked_code")
    assert codes.null_count().sum_horizontal().item() == 0


def test_open_routes_are_those_the_map_gives_and_hold():
    mapped = set(table("route_map").select("asset_kind", "route").iter_rows())
    held = {(kind, "hold") for kind in table("asset_kinds")["asset_kind"]}
    opened = table("routes").filter(pl.col("legal") == "true")
    assert set(opened.select("asset_kind", "route").iter_rows()) == mapped | held


def test_an_open_route_carries_the_terms_it_is_valued_with():
    needs = {
        "exchange_sale": ["price_share"],
        "auction": ["price_share"],
        "concession": ["price_share", "term_y"],
        "lease": ["rent_share", "term_y"],
        "pool": ["price_share", "minimum_size", "recourse"],
        "pledge": ["ltv_share", "loan_rate", "loan_term_months"],
        "transfer_up": ["price_share"],
        "share_reuse": ["rent_share"],
    }
    opened = table("routes").filter(pl.col("legal") == "true")
    for route, columns in needs.items():
        rows = opened.filter(pl.col("route") == route).select(columns)
        assert rows.null_count().sum_horizontal().item() == 0, route


def test_a_public_good_stays():
    opened = table("routes").filter(
        pl.col("asset_kind") == "public_good", pl.col("legal") == "true"
    )
    assert set(opened["route"]) == {"share_reuse", "hold"}


def test_kinds_name_markets_and_services_that_exist():
    kinds = table("asset_kinds")
    assert words(kinds, "market_id") == words(table("markets"), "market_id")
    assert words(kinds, "service_class") == words(table("service_classes"), "service_class")
    assert words(table("markets"), "price_driver") <= words(table("drivers"), "driver")


def test_what_is_put_up_for_sale_has_a_market():
    listed = table("routes").filter(
        pl.col("legal") == "true", pl.col("route").is_in(["exchange_sale", "auction", "concession"])
    )
    with_market = table("asset_kinds").filter(pl.col("market_id").is_not_null())
    assert words(listed, "asset_kind") <= words(with_market, "asset_kind")


def test_a_deeper_tranche_never_pays_more():
    columns = ("tranche", "price_fraction", "fraction_low", "fraction_high", "capacity_share")
    ladders = numbers("markets", *columns).sort("market_id", "tranche")
    falls = ladders.select(pl.col("price_fraction").diff().over("market_id").drop_nulls() < 0)
    assert falls.to_series().all()
    assert (ladders["fraction_low"] <= ladders["price_fraction"]).all()
    assert (ladders["price_fraction"] <= ladders["fraction_high"]).all()
    assert (ladders["capacity_share"] > 0).all()


@pytest.mark.parametrize("market", PRIORS)
def test_the_first_tranches_are_the_price_ranges_over_the_mean_reserve(market):
    ladder = numbers("markets", "price_fraction").filter(pl.col("market_id") == market)
    expected = [min(price / MEAN_RESERVE, 1.0) for price in PRIORS[market]]
    assert ladder["price_fraction"][:3].to_list() == pytest.approx(expected, abs=5e-4)


def test_shares_sold_add_up_to_the_share_of_a_programme_sold_in_time():
    rounds = numbers("listing", "sold_share", "reserve_share", "round").sort("round")
    sums = dict(rounds.group_by("scenario").agg(pl.col("sold_share").sum()).iter_rows())
    assert sums == pytest.approx({"base": 0.60, "adverse": 0.25, "favourable": 0.70})
    for _, rows in rounds.group_by("scenario"):
        assert rows["reserve_share"].to_list() == [1.00, 0.90, 0.80]


def test_statutory_debt_is_paid_or_refinanced_and_nothing_else():
    actions = table("class_actions").filter(pl.col("primary_class").is_in(["general", "special"]))
    assert words(actions, "action") == {"scheduled", "refinance"}


def test_no_swap_quota_is_assumed():
    quota = numbers("class_actions", "quota_y").filter(pl.col("action") == "swap")["quota_y"]
    assert quota.to_list() == [0.0]


def test_only_trusts_and_leases_can_be_cut():
    cuts = table("class_actions").filter(pl.col("action") == "haircut")
    assert cuts["instruments"].to_list() == ["trust;lease"]


def test_the_adverse_path_is_the_worst_and_the_favourable_the_best_for_a_debtor():
    paths = numbers("drivers", "base", "adverse", "favourable")
    rates = paths.filter(pl.col("driver").str.starts_with("LPR"))
    indices = paths.filter(~pl.col("driver").str.starts_with("LPR"))
    assert (rates["adverse"] >= rates["base"]).all()
    assert (rates["base"] >= rates["favourable"]).all()
    assert (indices["adverse"] <= indices["base"]).all()
    assert (indices["base"] <= indices["favourable"]).all()


def test_drivers_cover_ten_years_and_rates_start_from_the_last_fixing():
    paths = numbers("drivers", "base")
    counts = paths.group_by("driver").len()["len"].unique().to_list()
    assert counts == [40]
    first = paths.filter(pl.col("quarter") == "2025Q1")
    rates = dict(
        first.filter(pl.col("driver").str.starts_with("LPR"))["driver", "base"].iter_rows()
    )
    assert rates == {"LPR1Y": 0.0310, "LPR5Y": 0.0360}
