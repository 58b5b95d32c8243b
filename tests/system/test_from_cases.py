"""Several cases as one system: their own lots, debts and needs, claims between them netted."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from ironpot.case.read import read_case
from ironpot.core.errors import IronpotError
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution
from ironpot.plan.prepare import appraise_case
from ironpot.system.coordinate import coordinate_plans
from ironpot.system.from_cases import cases_together
from ironpot.system.mandates import standard_mandates
from ironpot.system.wish import Wishes
from ironpot.valuation.routes import LISTED
from ironpot.workbench.allotment_file import read_allotments
from ironpot.workbench.case_folder import cases_in, ground_of_cases, netted
from ironpot.workbench.governments import ground_of, read_governments
from ironpot.workbench.system import Draw, run_system

YI = 1e8


def example():
    spec = importlib.util.spec_from_file_location("neighbours", "examples/neighbours.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    folder = tmp_path_factory.mktemp("neighbours")
    paths = example().write_neighbours(folder)
    out = folder.with_name("out")
    screen = Console(record=True, width=120, force_terminal=False)
    view = run_system(folder, out, Draw(), lang="en", unit="ten_thousand", screen=screen)
    return paths, view, out, screen.export_text()


@pytest.fixture(scope="module")
def cases(ran):
    return [read_case(path).case for path in ran[0]]


def test_lots_and_needs_are_those_of_the_cases(cases):
    together = cases_together(cases)
    east = cases[0]
    assert together.markets.lots[:2].sum() == pytest.approx(east.assets["appraisal"].sum())
    contract = east.debts.filter(pl.col("creditor_id") == "bank")
    interest = float(contract["notional_principal"].sum()) * 0.04
    income = float((east.assets["income_y"] - east.assets["cost_to_keep_y"]).sum())
    free = 2e6 - 1e6  # opening cash less buffer; taxes pay for schools exactly
    owed = float(east.debts["notional_principal"].sum()) + 5e6 * 0.04 + interest
    year = together.markets.due[0, 3]
    assert year == pytest.approx(owed - income - free, rel=2e-3)


def test_shared_markets_are_one_and_other_ladders_are_refused(cases):
    together = cases_together(cases)
    assert together.market_ids == ("town",)
    np.testing.assert_allclose(together.markets.room[0, 0, :2], 25e6 * 0.3)
    other = replace(cases[1], markets=cases[1].markets.with_columns(pl.col("capacity") * 2.0))
    with pytest.raises(IronpotError, match="another ladder"):
        cases_together([cases[0], other])
    with pytest.raises(IronpotError, match="ids used twice"):
        cases_together([cases[0], cases[0]])


def test_a_market_is_of_the_kind_that_is_sold_there(cases, twins):
    assert kinds_of(cases_together(cases)) == ("hall",)
    together = cases_together(twins)
    assert kinds_of(together) == together.market_ids
    own = [_in_town_land(case) for case in twins]
    named = cases_together(own)
    assert "town_land" in named.market_ids
    assert named.actors.kinds[named.market_ids.index("town_land")] == "land"


def kinds_of(together):
    """Return the kinds of shared markets; all others are rights."""
    shared = len(together.market_ids)
    assert set(together.actors.kinds[shared:]) == {"right"}
    return together.actors.kinds[:shared]


def _in_town_land(case):
    """Call the market for land by another name."""
    other = pl.col("market_id").replace({"land": "town_land"})
    tables = {name: getattr(case, name) for name in ("assets", "asset_kinds", "markets", "listing")}
    return replace(case, **{name: table.with_columns(other) for name, table in tables.items()})


def test_lenders_are_owed_what_falls_due_in_the_quarters_that_are_planned(cases, twins):
    """Loans of east and north fall due at the end of the year, the loan of west after that."""
    short, year = (cases_together(cases, most_quarters=count).actors for count in (1, 4))
    assert short.owed.sum() == short.rolled.sum() == 0.0
    due = [float(case.debts["notional_principal"].sum()) for case in cases]
    np.testing.assert_allclose((year.owed + 4 * year.rolled).sum(axis=1), [*due[:2], 0.0])
    less, more = (cases_together(twins, most_quarters=count).actors for count in (4, 12))
    assert (less.owed <= more.owed + 1e-6).all()
    assert less.owed.sum() < more.owed.sum()


def test_standard_orders_on_cases_are_tried_or_skipped_in_words(ran):
    paths, _, _, _ = ran
    screen = Console(record=True, width=200, force_terminal=False)
    asked = Draw(quarters=4, mandates=standard_mandates())
    view = run_system(paths[0].parent, None, asked, lang="en", unit="yuan", screen=screen)
    assert set(view.tables["mandates"]["mandate"]) == {"none", "cut_debt", "swap_quota"}
    said = " ".join(screen.export_text().split())
    assert "Not tried: nobody sells land in the first year." in said
    assert "Not tried: trusts and the like roll nothing over in the first year." in said


def test_what_east_owes_west_is_netted(cases):
    said = netted(cases, "hundred_million").en
    gross = sum(float(case.debts["notional_principal"].sum()) for case in cases) / YI
    words = "hundred million yuan"
    assert f"liabilities {gross:.4g} {words}," in said
    assert f"0.05 {words} are owed among them" in said
    assert f"{gross - 0.05:.4g} {words} to outside" in said


def test_what_is_left_out_is_said_in_the_readers_unit(ran, cases):
    _, view, _, _ = ran
    said = " ".join((view.synthetic, *view.losses))
    assert netted(cases, "ten_thousand").en in said
    assert "500 ten thousand yuan are owed among them" in said
    assert "hundred million" not in said


def test_the_screen_says_what_is_left_out_and_who_waits(ran):
    _, view, _, text = ran
    assert "What does selling together cost?" in text
    assert "lots are divisible" in " ".join(text.split())
    assert view.crowd.plan.cost < view.crowd.regime("nash").cost


def test_a_county_plans_whole_lots_on_its_allotment(ran, cases):
    """The file of the run fits the case: the planner takes it, and prices are the ladder's own."""
    _, _, out, _ = ran
    rows = read_allotments(out / "allotments/east.csv")
    assert set(rows["price_fraction"].round(9)) == {0.9, 0.6}
    plan = plan_resolution(cases[0], options=PlanOptions(time_limit_s=20), allotments=rows)
    assert plan.bound <= plan.cost
    assert plan.model.inputs.market_fees is not None


def test_a_case_is_no_folder_of_cases():
    assert cases_in(Path("examples/two-pots")) == []
    assert cases_in(Path("examples/hunan")) == []
    assert len(cases_in(Path("examples"))) >= 3


def test_a_gain_is_not_told_as_a_cost_below_nil(ran):
    _, view, _, text = ran
    assert view.crowd.regime("nash").cost < 0.0
    assert "Lots bring more than they are worth" in text
    assert "cost -" not in text


def test_a_chinese_reader_is_told_of_cases_and_origins_in_chinese(ran, cases):
    paths, *_ = ran
    ground = ground_of_cases(paths[0].parent, paths, "ten_thousand", 8)
    assert ground.names["east"].zh == cases[0].settings.name.zh != cases[0].settings.name.en
    assert ground.source.zh == "案例:" + "、".join(case.settings.name.zh for case in cases)
    assert ground.origin.zh.startswith(f"依据{len(paths)}个案例(资产数据:合成)")


@pytest.fixture(scope="module")
def twins():
    case = read_case("examples/bishan-scale").case
    return case, replace(case, settings=replace(case.settings, case_id="twin"))


def test_lots_are_shut_until_their_route_brings_cash(twins):
    """Every appraised yuan on sale opens in the quarter its best listed route takes, or is said.

    With all the team, no floor, no pool and no wish: what these hold back is in `test_case_limits`
    and `test_case_decided`, pools in `test_rights`.
    """
    none = ("team", "service_classes", "bundles", "wishes")
    free = [replace(one, **{name: getattr(one, name).clear() for name in none}) for one in twins]
    together = cases_together(free)
    markets, quarters = together.markets, len(together.quarters)
    table = appraise_case(twins[0])[0].table
    best = (
        table.filter(pl.col("legal") & pl.col("route").is_in(LISTED))
        .sort("net_proceeds", descending=True, nulls_last=True)
        .unique("lot_id", keep="first", maintain_order=True)
    )
    value = twins[0].assets.select("appraisal", lot_id="asset_id")
    rows = best.join(value, on="lot_id").filter(
        (pl.col("appraisal") > 0.0) & (pl.col("gross_price") > pl.col("price_cut"))
    )
    opens = ((rows["months_to_cash"] + 2) // 3 - 1).clip(0).to_numpy()
    wanted = np.bincount(opens, rows["appraisal"].to_numpy(), minlength=quarters)[:quarters]
    mine = np.flatnonzero(markets.on_sale[: markets.first_lot[1]])
    found = np.bincount(markets.opens[mine], markets.lots[mine], minlength=quarters)
    np.testing.assert_allclose(found, wanted, rtol=1e-9)
    assert any("only after the joint problem ends" in loss.en for loss in together.losses)
    sold = coordinate_plans(markets).sold
    assert not sold[markets.caps == 0.0].any()


def test_more_quarters_take_more_lots_and_needs_in(twins):
    short, long = cases_together(twins), cases_together(twins, most_quarters=12)
    assert (len(short.quarters), len(long.quarters)) == (8, 12)
    assert long.markets.lots.sum() > short.markets.lots.sum()
    assert "the first 12 quarters" in long.losses[0].en
    np.testing.assert_allclose(long.markets.need[:, :8], short.markets.need)


def test_whole_lots_of_cases_are_their_own_whatever_the_number(ran, cases):
    folder, asked = ran[0][0].parent, Wishes(whole_lots=7)
    whole = ground_of_cases(folder, ran[0], "yuan", 8, whole=True)
    assert whole.wishes(asked) == Wishes(whole_lots=1)
    assert whole.wishes(Wishes()) == Wishes()
    named = [name for name in whole.lot_ids if name is not None]
    assert sorted(set(named)) == sorted(cases[0].assets["asset_id"])
    drawn = ground_of(read_governments(Path("examples/hunan")), 3, 1)
    assert drawn.wishes(asked) == asked
