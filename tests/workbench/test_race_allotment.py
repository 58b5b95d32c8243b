"""A plan of a folder races at the prices that it was made with, or not at all."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from tests.workbench.conftest import TWO_POTS

from ironpot import PlanOptions, plan_resolution, read_case, write_plan
from ironpot.case.schema.share import ALLOTMENTS
from ironpot.core.errors import IronpotError
from ironpot.plan import many
from ironpot.report.plan_files import read_plan
from ironpot.workbench import race

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
