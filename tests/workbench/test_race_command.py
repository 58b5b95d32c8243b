"""`ironpot race` prints who stands where and writes every figure."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from tests.workbench.conftest import TWO_POTS

from ironpot.plan.race import SCHEMA
from ironpot.workbench.race import _against_mean

ASKED = ("--futures", 20, "--scenarios", 3, "--time-limit", 5, "--workers", 1, "--foresight", 1)


def test_the_plan_stands_beside_every_rule(ironpot, tmp_path):
    said = ironpot("race", TWO_POTS, *ASKED, "--csv", tmp_path / "race.csv", "--lang", "zh")
    assert (said.code, said.err) == (0, "")
    for word in ("20个新情景", "收益率低者先处置"):
        assert word in said.out
    written = pl.read_csv(tmp_path / "race.csv")
    assert written.columns == list(SCHEMA)
    costs = dict(written.select("choice", "objective").iter_rows())
    assert set(costs) == {
        "plan",
        "hold_all",
        "biggest_first",
        "lowest_yield_first",
        "title_first",
        "expected_value",
    }
    # The depot alone is worth selling: holding and selling both are dearer, whoever the buyer.
    assert costs["plan"] < costs["hold_all"]
    assert costs["plan"] < costs["biggest_first"]


def test_a_plan_of_a_folder_races_as_it_was_written_and_its_report_tells(
    ironpot, planned, tmp_path
):
    out = tmp_path / "out"
    shutil.copytree(planned, out)
    said = ironpot("race", TWO_POTS, "--plan", out, *ASKED)
    assert (said.code, said.err) == (0, "")
    words = ("expected cost", "CVaR", "in-sample optimism", "shortfall", "help needed")
    beside = ("20 fresh futures", "lowest yield first")
    for word in (
        *words,
        *beside,
        "value destroyed",
        "misses a payment",
        "instead of their mean is worth",
    ):
        assert word in said.out
    assert "perfect information, mean of 1 futures" in said.out
    raced = pl.read_csv(out / "extras" / "race.csv")
    summary = json.loads((out / "plan.json").read_text("utf-8"))
    assert raced["in_sample"][0] == pytest.approx(summary["objective"], abs=1.0)
    assert raced["knowing_futures"].to_list() == [1, *[None] * 5]
    assert ironpot("verify", out).code == 0
    assert ironpot("report", out, "--case", TWO_POTS, "-o", "raced.html", "--lang", "zh").code == 0
    page = Path("raced.html").read_text("utf-8")
    for word in ("样本外检验", "样本内乐观偏差", "收益率低者先处置", "VSS", "EVPI"):
        assert word in page


def test_a_plan_of_before_choices_were_written_cannot_race(ironpot, planned, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(planned, old)
    summary = json.loads((old / "plan.json").read_text("utf-8"))
    del summary["choices"]
    (old / "plan.json").write_text(json.dumps(summary), "utf-8")
    said = ironpot("race", TWO_POTS, "--plan", old, *ASKED)
    assert said.code == 1
    assert "did not write its choices" in said.err


def test_a_plan_that_the_mean_futures_plan_beats_is_not_told_to_be_worth_a_negative_amount():
    worse, better = (_against_mean(worth, "hundred_million") for worth in (-2466.0, 2466.0))
    assert "costs 24.66 hundred million yuan less" in worse.en
    assert "求解时间不足" in worse.zh
    assert better.en.endswith("is worth 24.66 hundred million yuan (VSS).")
    assert not any("-2" in said for said in worse)
