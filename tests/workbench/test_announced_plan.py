"""With a wish two plans are about: each sentence names its own, and its figures are that one's."""

import json
import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from ironpot.report.charts.system_places import map_chart, winners_chart
from ironpot.report.figures import Reader
from ironpot.report.system_answer import answers_of
from ironpot.report.system_build import build_system_report
from ironpot.system.choices import Wishes
from ironpot.workbench.allotment_file import read_allotments
from ironpot.workbench.system import Draw, run_system

HUNAN = Path("examples/hunan")
NAMED = {"en": "the announced plan (nobody worse off)", "zh": "所公布的方案\uff08无一受损\uff09"}


@pytest.fixture(scope="module")
def fair(tmp_path_factory):
    out = tmp_path_factory.mktemp("fair")
    screen = Console(record=True, width=120, force_terminal=False)
    asked = Draw(counties=20, seed=3, wishes=Wishes(fair=True))
    view = run_system(HUNAN, out, asked, lang="en", unit="hundred_million", screen=screen)
    return view, out


def in_language(view, lang):
    return replace(view, reader=Reader(lang, "hundred_million"))


def answer(view, number):
    return answers_of(view)[number].text


def figure(text, before, after):
    """Return the first figure between two words, in yuan."""
    found = re.search(re.escape(before) + r"\D{0,3}([\d,]+(?:\.\d+)?)" + after, text)
    assert found is not None, text
    return float(found[1].replace(",", "")) * 1e8


def columns(out):
    return pl.read_csv(out / "tables/counties.csv")


@pytest.mark.parametrize(
    ("lang", "before", "after"), [("en", " save ", " hundred"), ("zh", "县区节省", "亿元")]
)
def test_what_counties_save_is_of_the_plan_that_the_sentence_names(fair, lang, before, after):
    view, out = in_language(fair[0], lang), fair[1]
    said = next(
        one.text for one in answers_of(view) if before in one.text and NAMED[lang] in one.text
    )
    counties = columns(out)
    saved = (counties["cost_nash"] - counties["cost_fair"]).clip(0.0).sum()
    plain = (counties["cost_nash"] - counties["cost_coordinated"]).clip(0.0).sum()
    assert abs(saved - plain) > 2e6, "the two plans must differ by more than the sentence rounds"
    assert figure(said, before, after) == pytest.approx(saved, abs=1e6)


@pytest.mark.parametrize(
    ("lang", "before", "after"),
    [("en", "announced, at a cost of ", " hundred"), ("zh", "另一方案\uff0c成本", "亿元")],
)
def test_the_first_answer_names_both_plans_and_the_cost_of_each(fair, lang, before, after):
    view, out = in_language(fair[0], lang), fair[1]
    costs = dict(pl.read_csv(out / "tables/regimes.csv").select("regime", "cost").iter_rows())
    said = answer(view, 0)
    assert NAMED[lang] in said
    assert figure(said, before, after) == pytest.approx(costs["fair"], abs=1e6)
    assert view.figure(costs["coordinated"]) in said.split(before)[0]


def test_tables_pictures_and_files_are_of_the_announced_plan(fair):
    view, out = fair
    counties = columns(out)
    gained = counties["cost_nash"] - counties["cost_fair"]
    assert counties["gain_over_nash"].to_list() == pytest.approx(gained.to_list(), abs=0.02)
    files = [read_allotments(file) for file in sorted((out / "allotments").glob("*.csv"))]
    sold = {rows["entity_id"][0]: rows["allotment"].sum() for rows in files}
    costs = {rows["entity_id"][0]: rows["planned_cost"][0] for rows in files}
    for row in counties.filter(pl.col("unit_id").is_in(list(sold))).iter_rows(named=True):
        assert sold[row["unit_id"]] == pytest.approx(row["sold_announced"], abs=1.0)
        assert costs[row["unit_id"]] == pytest.approx(row["cost_fair"], abs=1.0)
    assert "announced plan" in map_chart(view).title
    assert NAMED["en"] in winners_chart(view).takeaway
    summary = json.loads((out / "system.json").read_text())
    assert summary["announced_cost"] == pytest.approx(summary["cost"]["fair"])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_a_wish_only_the_joint_plan_is_spoken_of(fair, lang):
    view = in_language(fair[0], lang)
    crowd = replace(view.crowd, choices=())
    plain = replace(view, crowd=crowd)
    assert "announced" not in "".join(one.text for one in answers_of(plain)).lower()
    assert "公布" not in "".join(one.text for one in answers_of(plain))
    tiles = build_system_report(view).leader.blocks[1].items
    assert tiles[3].label in ("lose by the announced plan", "因公布方案受损")


def test_banks_are_told_of_the_announced_plan(fair):
    view, out = fair
    ends = {row["regime"]: row for row in pl.read_csv(out / "tables/spiral.csv").to_dicts()}
    said = next(one.text for one in answers_of(view) if one.question.startswith("What do banks"))
    assert f"with {NAMED['en']} {ends['fair']['banks_under']} of" in said
