"""A plan of a folder races, and is solved again, at the prices that it was made with."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.workbench.conftest import TWO_POTS

from ironpot import PlanOptions, plan_resolution, read_case, write_plan
from ironpot.case.schema.share import ALLOTMENTS
from ironpot.core.errors import IronpotError
from ironpot.plan import many
from ironpot.plan.wishes import with_wish
from ironpot.report.plan_files import read_plan
from ironpot.verify import verify_plan
from ironpot.workbench import race
from ironpot.workbench.made_with import allotments_of, read_back

CASE = read_case(TWO_POTS).case


def rows(fee: float, allotted: float) -> pl.DataFrame:
    """Of every row of the ladder the same allotment at the same fee, at the case's prices."""
    tranches = CASE.markets.select("market_id", "tranche", "price_fraction").unique()
    return ALLOTMENTS.frame(
        {
            "entity_id": "county",
            "market_id": market,
            "quarter": quarter,
            "tranche": tranche,
            "price_fraction": fraction,
            "fee": fee,
            "allotment": allotted,
        }
        for market, tranche, fraction in tranches.iter_rows()
        for quarter in CASE.horizon.quarters
    )


FILE, OTHER = rows(0.1, 5e5), rows(0.05, 1e6)


@pytest.fixture(scope="module")
def allotted(tmp_path_factory) -> Path:
    """The folder of a plan that was made with FILE."""
    out = tmp_path_factory.mktemp("plans") / "allotted"
    plan = plan_resolution(CASE, options=PlanOptions(time_limit_s=20), allotments=FILE)
    write_plan(plan, out, lang="en", unit="ten_thousand")
    return out


def test_another_file_than_the_plan_was_made_with_is_refused_in_words(ironpot, allotted, tmp_path):
    assert race._read_back(CASE, read_plan(allotted), FILE) is not None
    OTHER.write_csv(tmp_path / "other.csv")
    before = sorted(allotted.rglob("*"))
    for lang, words in (("en", "made with another file"), ("zh", "方案由其他文件制定")):
        said = ironpot(
            "race", TWO_POTS, "--plan", allotted, "--allotment", "other.csv", "--lang", lang
        )
        assert said.code == 1
        assert words in said.err
    assert sorted(allotted.rglob("*")) == before


@pytest.mark.parametrize("large", [False, True])
def test_a_plan_that_was_made_without_a_file_is_not_priced_by_one(planned, monkeypatch, large):
    if large:
        monkeypatch.setattr(many, "LARGE", 0)
    files = read_plan(planned)
    assert race._read_back(CASE, files, None) is not None
    with pytest.raises(IronpotError, match="or without"):
        race._read_back(CASE, files, FILE)


def test_figures_that_the_choices_do_not_cost_are_refused(planned):
    files = read_plan(planned)
    dearer = files.summary | {"objective": files.summary["objective"] + 1e5}
    with pytest.raises(IronpotError, match="another version"):
        race._read_back(CASE, replace(files, summary=dearer), None)


def test_the_folder_holds_the_rows_that_its_plan_was_made_with(allotted, planned):
    files = read_plan(allotted)
    held = allotments_of(files)
    assert held is not None
    assert held.equals(FILE)
    again = read_back(CASE, files).model.inputs.market_fees
    assert again is not None
    assert again.fee.max() == 0.1
    assert allotments_of(read_plan(planned)) is None
    assert verify_plan(allotted).ok


def other_cost(lot: str, *, force: bool, **given: pl.DataFrame) -> float:
    """What the case costs with one decision turned round, planned anew."""
    case = with_wish(CASE, lot, force=force)
    return plan_resolution(case, options=PlanOptions(time_limit_s=20), **given).cost


@pytest.mark.parametrize(("lot", "kept"), [("hall", True), ("depot", False)])
def test_why_asks_with_the_allotment_of_the_plan(ironpot, allotted, lot, kept):
    files = read_plan(allotted)
    costs = files.summary["objective"]
    change = other_cost(lot, force=kept, allotments=FILE) - costs
    said = ironpot("why", allotted, lot, "--case", TWO_POTS)
    verb = "releasing" if kept else "keeping"
    assert (said.code, said.err) == (0, "")
    assert f"{verb} it {'costs' if change > 0 else 'saves'} {abs(change) / 1e4:,.2f}" in said.out
    # Without the file's fees the same question has another answer.
    assert abs(other_cost(lot, force=kept) - costs - change) > 1e4


def test_a_folder_that_does_not_hold_its_rows_is_refused_with_a_way_out(allotted):
    files = read_plan(allotted)
    older = {name: value for name, value in files.summary.items() if name != "allotments"}
    with pytest.raises(IronpotError, match="Plan it again with --allotment FILE"):
        read_back(CASE, replace(files, summary=older))


def test_around_a_plan_for_many_futures_why_asks_with_its_allotment(ironpot, tmp_path, monkeypatch):
    monkeypatch.setattr(many, "LARGE", 0)
    monkeypatch.setattr("ironpot.plan.turned.AROUND_S", 0.5)
    out = tmp_path / "wide"
    options = PlanOptions(time_limit_s=4, scenarios=8)
    write_plan(
        plan_resolution(CASE, options=options, allotments=FILE), out, lang="en", unit="ten_thousand"
    )
    said = ironpot("why", out, "hall", "--case", TWO_POTS, "--time-limit", 10)
    assert "Searched again around the plan" in said.out
