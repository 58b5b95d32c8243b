"""From a folder of cases to plans within allotments, by the commands' own functions and files."""

import importlib.util

import polars as pl
import pytest
from rich.console import Console

from ironpot.plan.options import PlanOptions
from ironpot.system.wish import Wishes
from ironpot.verify import verify_plan
from ironpot.workbench.hands import Hands
from ironpot.workbench.plans import Asked, run_plans
from ironpot.workbench.system import Draw, run_system


def screen():
    return Console(record=True, width=200, force_terminal=False)


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    spec = importlib.util.spec_from_file_location("neighbours", "examples/neighbours.py")
    neighbours = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(neighbours)
    neighbours.DEPTH = 1.2  # a lot or two a quarter
    folder = tmp_path_factory.mktemp("cases")
    neighbours.write_neighbours(folder)
    return folder


@pytest.fixture(scope="module")
def shares(cases, tmp_path_factory):
    """The allotment files of a run of whole lots, with a short crowd; what it says in `.said`."""
    out, console = tmp_path_factory.mktemp("sys"), screen()
    draw = Draw(wishes=Wishes(whole_lots=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ironpot.workbench.system._rounds", lambda _: 20)
        run_system(cases, out / "run", draw, lang="en", unit="ten_thousand", screen=console)
    (out / "said").write_text(console.export_text())
    return out / "run" / "allotments"


def plans(cases, out, shares=None, **options):
    console = screen()
    asked = Asked(PlanOptions(steps=3, time_limit_s=60.0, **options), shares, Hands(1))
    run_plans(cases, out, asked, lang="en", unit="ten_thousand", screen=console)
    return console.export_text(), pl.read_csv(out / "plans.csv"), pl.read_csv(out / "markets.csv")


def test_each_county_plans_its_announced_part_and_all_together_fit(cases, shares, tmp_path):
    assert "--whole-lots" not in (shares.parents[1] / "said").read_text().split("Wrote")[1]
    said, table, markets = plans(cases, tmp_path, shares, within=True)
    assert table["announced"].is_in(["works", "needs_help"]).all()
    works = table.filter(pl.col("announced") == "works")
    assert works.height > 0
    assert (works["cost"] <= works["announced_cost"] + 0.01).all()
    assert (markets["beyond"] == 0.0).all()
    assert "Together these plans fit every market that they share." in said
    assert f"{works.height} of {table.height} counties can sell just as" in said
    assert all(verify_plan(tmp_path / county).ok for county in table["county"])


def test_files_that_name_no_lots_are_said_to_hold_parts(cases, shares, tmp_path):
    folder = tmp_path / "parts"
    folder.mkdir()
    for file in shares.iterdir():
        pl.read_csv(file).drop("announced_lots").write_csv(folder / file.name)
    said, table, _ = plans(cases, tmp_path / "plans", folder, within=True)
    assert "parts of lots, which whole lots may not fit" in said
    assert table["announced"].is_null().all()


def test_plans_without_allotments_are_said_not_to_fit(cases, tmp_path):
    said, _, markets = plans(cases, tmp_path)
    assert (markets["beyond"] > 0.0).any()
    assert "beyond what their markets take" in said
