"""`ironpot plans` makes the same plans whoever makes them, and loses none when workers die."""

import os
import shutil
import signal
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console
from tests.system.pieces import local_workers

from ironpot.case.read import read_case
from ironpot.case.schema.share import ALLOTMENTS
from ironpot.core.errors import FileRefusedError, IronpotError
from ironpot.plan.options import PlanOptions
from ironpot.verify import verify_plan
from ironpot.workbench import plans
from ironpot.workbench.hands import Hands
from ironpot.workbench.plans import Asked, run_plans
from ironpot.workbench.run_store import UNFINISHED

POTS = Path(__file__).parents[2] / "examples" / "two-pots"
OPTIONS = PlanOptions(steps=20, time_limit_s=600.0, gap_stake=0.0)


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """Two counties like the two pots, each with other appraisals."""
    folder = tmp_path_factory.mktemp("cases")
    for number in range(2):
        county = folder / f"county{number}"
        shutil.copytree(POTS, county)
        settings = county / "case.toml"
        renamed = settings.read_text().replace('id = "two-pots"', f'id = "county{number}"')
        settings.write_text(renamed)
        lots = pl.read_csv(county / "assets.csv", infer_schema=False)
        dearer = pl.col("appraisal").cast(pl.Float64) * (1.0 + 0.07 * number)
        lots.with_columns(dearer.round(2)).write_csv(county / "assets.csv")
    return folder


def run(cases, out, workers=2, cluster=None, **more):
    screen = Console(record=True, width=120, force_terminal=False)
    asked = Asked(OPTIONS, hands=Hands(workers, cluster), **more)
    run_plans(cases, out, asked, lang="en", unit="ten_thousand", screen=screen)
    return screen.export_text()


def files(out):
    return {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*.csv")}


@pytest.fixture(scope="module")
def undisturbed(cases, tmp_path_factory):
    out = tmp_path_factory.mktemp("plans")
    run(cases, out, workers=1)
    return out


def test_every_county_has_a_plan_that_adds_up_and_a_row_of_its_own(undisturbed):
    table = pl.read_csv(undisturbed / "plans.csv")
    assert table["county"].to_list() == [f"county{number}" for number in range(2)]
    assert table["cost"].n_unique() == 2
    assert (table["bound"] <= table["cost"]).all()
    assert all(verify_plan(undisturbed / county).ok for county in table["county"])
    assert not (undisturbed / UNFINISHED).exists()


def test_killed_workers_lose_no_county_and_change_no_byte(
    cases, undisturbed, tmp_path, monkeypatch
):
    killed, note = [], plans._note

    def kill_all(sums, *more):
        if sums.count == 1:
            killed.extend(local_workers())
            for worker in killed:
                os.kill(worker, signal.SIGKILL)
        return note(sums, *more)

    monkeypatch.setattr(plans, "_note", kill_all)
    run(cases, tmp_path)
    assert len(killed) == 2
    assert files(tmp_path) == files(undisturbed)


def test_a_dask_cluster_makes_the_same_plans(cases, undisturbed, tmp_path):
    run(cases, tmp_path, cluster="local")
    assert files(tmp_path) == files(undisturbed)


def test_a_stopped_run_keeps_what_is_finished_and_plans_the_rest(
    cases, undisturbed, tmp_path, monkeypatch
):
    def stop(sums, *_):
        if sums.count == 1:
            raise KeyboardInterrupt
        return ""

    with monkeypatch.context() as patch:
        patch.setattr(plans, "_note", stop)
        assert "The same command goes on" in run(cases, tmp_path)
    first = {path: path.read_bytes() for path in tmp_path.glob("*/plan.json")}
    assert pl.read_csv(tmp_path / "plans.csv").height == len(first) == 1
    more = Asked(PlanOptions(steps=30, time_limit_s=600.0, gap_stake=0.0))
    with pytest.raises(IronpotError, match="steps was 20, is now 30"):
        run_plans(cases, tmp_path, more, lang="en", unit="yuan", screen=Console())
    run(cases, tmp_path)
    assert files(tmp_path) == files(undisturbed)
    # Seconds of the search stand in plan.json: the same bytes are the same search.
    assert all(path.read_bytes() == kept for path, kept in first.items())


def test_counties_plan_within_their_allotments_and_one_without_a_plan_stops_nobody(
    cases, undisturbed, tmp_path
):
    shares = tmp_path / "allotments"
    shares.mkdir()
    case = read_case(cases / "county0").case
    for number in range(2):
        market = "town" if number < 1 else "nowhere"
        one = {"entity_id": "county", "market_id": market, "tranche": 1, "price_fraction": 0.9}
        one |= {"fee": 0.3, "allotment": 0.0}
        rows = [one | {"quarter": quarter} for quarter in case.horizon.quarters]
        ALLOTMENTS.frame(rows).write_csv(shares / f"county{number}.csv")
    said = run(cases, tmp_path / "out", allotments=shares)
    table = pl.read_csv(tmp_path / "out" / "plans.csv")
    assert table["status"].to_list()[1] == "no_plan"
    assert "nowhere" in table["why"][1]
    assert "county1: The allotment file has nowhere" in said
    alone = pl.read_csv(undisturbed / "plans.csv")
    assert table["cost"][0] > alone["cost"][0]


def test_missing_allotments_bad_cases_and_empty_folders_are_refused_before_anything_is_planned(
    cases, tmp_path
):
    with pytest.raises(FileRefusedError, match="lacks 2 files: county0"):
        run(cases, tmp_path / "out", allotments=tmp_path)
    with pytest.raises(FileRefusedError, match="no cases"):
        run(tmp_path, tmp_path / "out")
    broken = tmp_path / "cases" / "broken"
    shutil.copytree(POTS, broken)
    (broken / "debts.csv").write_text("debt_id\nloan\n")
    with pytest.raises(IronpotError, match="1 cases have errors"):
        run(tmp_path / "cases", tmp_path / "out")
    assert not (tmp_path / "out").exists()
