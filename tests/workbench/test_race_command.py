"""`ironpot race` prints who stands where and writes every figure."""

import polars as pl
import pytest
from tests.workbench.conftest import TWO_POTS

from ironpot.plan.race import SCHEMA

ASKED = ("--futures", 20, "--scenarios", 3, "--time-limit", 5, "--workers", 1, "--foresight", 1)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("20 fresh futures", "lowest yield first")),
        ("zh", ("20个新情景", "收益率低者先处置")),
    ],
)
def test_the_plan_stands_beside_every_rule(ironpot, tmp_path, lang, words):
    said = ironpot("race", TWO_POTS, *ASKED, "--csv", tmp_path / "race.csv", "--lang", lang)
    assert (said.code, said.err) == (0, "")
    for word in words:
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
