"""`compare` says in a sentence what differs and what it costs, then shows it lot by lot."""

import shutil
from pathlib import Path

import polars as pl
import pytest
from tests.workbench.conftest import TWO_POTS


@pytest.fixture(scope="module")
def without_the_depot(tmp_path_factory) -> Path:
    """A plan of the same case with the wish that the depot is kept."""
    from ironpot import plan_resolution, read_case, write_plan

    folder = tmp_path_factory.mktemp("kept")
    shutil.copytree(TWO_POTS, folder / "case")
    (folder / "case" / "wishes.csv").write_text(
        "wish_id,subject_id,action,by,source_id,origin\nw,depot,forbid,mayor,made_up,synthetic\n",
        "utf-8",
    )
    write_plan(plan_resolution(read_case(folder / "case").case), folder / "plan")
    return folder / "plan"


def gain(plan: Path, lot: str) -> float:
    """What a lot brings beyond what it gives up, ten thousand yuan."""
    decisions = pl.read_csv(plan / "tables" / "decisions.csv").filter(pl.col("lot_id") == lot)
    return (decisions["net_proceeds"] - decisions["retention_value"]).item() / 10_000


@pytest.mark.parametrize(
    ("lang", "sentence", "warning"),
    [
        ("en", "2 lots are decided otherwise.", "made from different data"),
        ("zh", "2项资产决策不同。", "所用数据不同"),
    ],
)
def test_what_differs_and_what_it_costs(
    ironpot, planned, without_the_depot, lang, sentence, warning
):
    said = ironpot("compare", planned, without_the_depot, "--lang", lang)
    assert said.code == 0
    first, second = said.out.splitlines()[:2]
    assert first.endswith(sentence)
    # What the depot's sale would have won, and what the hall's sale loses instead.
    won, lost = gain(planned, "depot"), -gain(without_the_depot, "hall")
    size = f"{won + lost:,.2f}"
    assert (f"plan costs {size} more than two" if lang == "en" else f"高{size}(万元)") in first
    assert warning in second
    assert "hall" in said.out
    assert "depot" in said.out


def test_a_plan_does_not_differ_from_itself(ironpot, planned):
    said = ironpot("compare", planned, planned)
    assert "costs 0.00 more" in said.out
    assert "0 lots are decided otherwise" in said.out
    assert "different data" not in said.out


def test_namesakes_are_told_apart(ironpot, planned):
    for folder in ("may", "june"):
        shutil.copytree(planned, Path(folder) / "plan")
    said = ironpot("compare", "may/plan", "june/plan")
    assert "june/plan costs 0.00 more than may/plan" in said.out


def test_a_lot_that_one_plan_does_not_have_is_shown(ironpot, planned):
    shutil.copytree(planned, "less")
    path = Path("less/tables/decisions.csv")
    table = pl.read_csv(path, infer_schema=False)
    table.filter(pl.col("lot_id") != "hall").write_csv(path)
    said = ironpot("compare", planned, "less")
    assert "1 lot is decided otherwise" in said.out
    assert "not in this plan" in said.out
