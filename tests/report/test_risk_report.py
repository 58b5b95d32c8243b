"""The risk report: three answers, charts that keep their order, tables that are documented."""

import csv
import io
import itertools
import json
from pathlib import Path

import polars as pl
import pytest
from tests.report.made_up_risk import RATIO, risk_view

from ironpot.case.read import read_case
from ironpot.core.outputs import CONSOLIDATED
from ironpot.report.charts.decompose import decomposition_chart
from ironpot.report.charts.fan import LAYERS, fan_chart
from ironpot.report.charts.heat import SHADES, heat_map
from ironpot.report.charts.tornado import tornado_chart
from ironpot.report.figures import Reader
from ironpot.report.risk_answer import answer, first_below, missing_in_two_years, when
from ironpot.report.risk_build import build_risk_report
from ironpot.report.risk_columns import COLUMNS
from ironpot.report.risk_out import risk_tables, write_risk
from ironpot.report.risk_view import BEFORE, LadderView
from ironpot.risk.ruleset import INDICATIVE, STATUS_TEXT

EXAMPLE = Path(__file__).parents[2] / "examples" / "bishan-scale"


@pytest.fixture(scope="module")
def case():
    return read_case(EXAMPLE).case


@pytest.fixture(scope="module")
def view(case):
    return risk_view(case, "en")


@pytest.fixture(scope="module")
def planned(case):
    return risk_view(case, "zh", planned=True)


@pytest.fixture(scope="module")
def written(planned, tmp_path_factory):
    out = tmp_path_factory.mktemp("risk")
    write_risk(planned, out)
    return out


def test_the_first_page_answers_when_how_sure_and_what_helps(view):
    text = " ".join(getattr(block, "text", "") for block in build_risk_report(view).leader.blocks)
    said = answer(view)
    assert "March 2025" in said.when
    assert "1000 drawn scenarios" in said.sure
    assert "100% synthetic" in said.sure
    assert "roll over" in said.helps
    assert all(sentence in text for sentence in (said.when, said.sure, said.helps))
    assert INDICATIVE.en in text


def test_with_a_plan_every_ladder_stands_before_and_after(planned):
    said = answer(planned)
    assert said.planned
    assert planned.phases == ("before", "after")
    tables = {table.table_id: table for table in build_risk_report(planned).tables}
    assert tables["breaches"].frame["phase"].n_unique() == 2
    assert {"decomposition-before", "decomposition-after"} <= set(tables)


def test_a_ladder_that_never_falls_below_zero_is_said_so(case, view):
    calm = view.assessment.ladder.with_columns(cumulative_gap=pl.lit(5_00, pl.Int64))
    ladder = LadderView(Reader("en", "yuan"), case, calm)
    assert set(first_below(ladder, BEFORE).values()) == {None}
    assert missing_in_two_years(ladder, BEFORE, "base") == 0
    assert "does not run out of cash within ten years" in when(ladder, BEFORE)


def test_scenarios_that_differ_are_told_apart(case, view):
    moved = view.assessment.ladder.with_columns(
        cumulative_gap=pl.when(pl.col("scenario") == "favourable")
        .then(pl.lit(1))
        .otherwise("cumulative_gap")
    )
    said = when(LadderView(Reader("en", "yuan"), case, moved), BEFORE)
    assert "in the favourable one: not within ten years" in said


def test_in_the_heat_map_the_unknown_is_white_and_never_the_best_shade(view):
    chart = heat_map(view, BEFORE)
    cells = chart.option["series"][0]["data"]
    unknown = [cell for cell in cells if cell["label"]["formatter"].startswith("?")]
    assert unknown
    assert {cell["value"][2] for cell in unknown} == {-1.0}
    pieces = chart.option["visualMap"]["pieces"]
    assert pieces[0] == {"lt": -0.5, "color": "#ffffff"}
    assert [piece["color"] for piece in pieces[1:]] == list(SHADES)


def test_shades_of_the_heat_map_darken_so_that_grey_keeps_their_order():
    grey = [luminance(shade) for shade in SHADES]
    assert grey == sorted(grey, reverse=True)
    assert min(a - b for a, b in itertools.pairwise(grey)) > 0.05


def test_layers_of_the_fan_darken_towards_the_median():
    grey = [luminance(shade) for _, _, shade in LAYERS]
    assert grey == sorted(grey, reverse=True)


def luminance(shade):
    red, green, blue = (int(shade[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_band_of_the_fan_is_its_floor_and_its_width(view):
    chart = fan_chart(view, "cash", "cash")
    ranks = view.assessment.fan.filter(pl.col("measure") == "cash")
    floor, band = chart.option["series"][:2]
    for low, width, above in zip(floor["data"], band["data"], ranks["p95"], strict=True):
        assert low + width == pytest.approx(above / 1e8)


def test_thresholds_of_the_rule_stand_in_its_fan(view):
    chart = fan_chart(view, RATIO, "ratio", limits={"red": 300.0})
    lines = [series["markLine"] for series in chart.option["series"] if "markLine" in series]
    assert [line["yAxis"] for line in lines[0]["data"]] == [300.0]


def test_the_tornado_is_sorted_and_its_bars_are_the_changes(view):
    chart = tornado_chart(view, RATIO, "stress")
    bars = [bar["value"] for bar in chart.option["series"][0]["data"]]
    assert [abs(bar) for bar in bars] == sorted((abs(bar) for bar in bars), reverse=True)
    assert sorted(bars) == sorted(
        view.assessment.stresses.filter(pl.col("measure") == RATIO)["change"].to_list()
    )


def test_drawn_parts_of_the_ratio_add_up_to_its_change(view):
    series = decomposition_chart(view, "base").option["series"]
    parts, moved = series[:-1], series[-1]
    for year, change in enumerate(moved["data"]):
        assert sum(part["data"][year] for part in parts) == pytest.approx(change, abs=1e-3)


def test_every_chart_names_its_source_and_every_axis_its_unit(view):
    charts = build_risk_report(view).charts
    assert len(charts) >= 7
    for chart in charts:
        assert chart.source
        assert chart.takeaway
        axes = [chart.option["xAxis"], chart.option["yAxis"]]
        counted = [axis for axis in axes if axis["type"] == "value"]
        assert all(axis["name"] for axis in counted)


def test_every_column_of_every_table_is_documented(view):
    for name, frame in risk_tables(view).items():
        assert set(frame.columns) <= set(COLUMNS), name
    assert all(text.en and text.zh for _, text in COLUMNS.values())


def test_files_hold_yuan_and_the_guide_names_each_column(written, planned):
    ladder = pl.read_csv(written / "tables" / "ladder.csv")
    whole = ladder.filter(pl.col("entity_id") == CONSOLIDATED, pl.col("phase") == "before")
    assert (whole["sources"] + whole["uses"] - whole["gap"]).abs().max() < 0.01
    first = planned.rungs("before", "base").row(0, named=True)
    row = whole.filter(pl.col("scenario") == "base").row(0, named=True)
    assert row["cumulative_gap"] == pytest.approx(first["cumulative_gap"] / 100)
    guide = list(
        csv.DictReader(io.StringIO((written / "tables" / "columns.csv").read_text("utf-8")))
    )
    named = {(entry["table"], entry["column"]) for entry in guide}
    for path in (written / "tables").glob("*.csv"):
        if path.stem != "columns":
            heads = path.read_text("utf-8").splitlines()[0].split(",")
            assert {(path.stem, head) for head in heads} <= named


def test_the_page_is_whole_in_itself_and_speaks_chinese(written):
    page = (written / "report.html").read_text("utf-8")
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert "https://" not in page
    assert "<script" not in page
    assert "何时" in page
    assert INDICATIVE.zh[:6] in page
    assert (written / "report.pdf").read_bytes().startswith(b"%PDF")
    assert (written / "report.xlsx").stat().st_size > 10_000


def test_charts_are_files_of_their_own_with_their_sentence(written):
    charts = list((written / "charts").glob("*.svg"))
    for chart in charts:
        said = chart.read_text("utf-8")
        assert "2024-12-31" in said, chart.name
        assert 'font-weight="bold">' in said, chart.name
    assert len(charts) >= 8
    assert all("<title>" in path.read_text("utf-8") for path in charts)


def test_the_summary_holds_the_answers(written):
    summary = json.loads((written / "risk.json").read_text("utf-8"))
    assert all(summary[name] for name in ("when", "how_sure", "what_helps", "with_plan"))
    assert summary["draws"] == 1000


def test_rules_whose_text_was_not_checked_say_so_in_the_report(case, view):
    rule = view.rule_sets["cn-debt-ratio-2019"]
    doubtful = {rule.id: type(rule)(**(_fields(rule) | {"status": "unchecked"}))}
    other = risk_view(case, "en")
    sets = dict(view.rule_sets) | doubtful
    shown = build_risk_report(type(other)(**(_fields(other) | {"rule_sets": sets})))
    texts = [getattr(block, "text", "") for block in shown.blocks]
    assert any(STATUS_TEXT["unchecked"].en in text for text in texts)


def _fields(thing):
    return {name: getattr(thing, name) for name in thing.__dataclass_fields__}
