"""Charts: labels are whole, colours stay in order without colour, nothing but data is passed."""

import dataclasses
import itertools
import json
import re
from xml.etree import ElementTree as Svg

import polars as pl
import pytest
from fontTools.ttLib import TTFont

from ironpot.report.build import build_report
from ironpot.report.charts import style
from ironpot.report.charts.draw import draw
from ironpot.report.fonts import FACES, font_folder

SIZE = re.compile(r"([\d.]+)px")
SHIFT = re.compile(r"translate\(([-\d.]+) ([-\d.]+)\)")
TEXT = "{http://www.w3.org/2000/svg}text"


@pytest.fixture(scope="module")
def widths():
    with TTFont(font_folder() / FACES[0][0]) as font:
        advance, names = dict(font["hmtx"].metrics), font.getBestCmap()
    return lambda letter: advance[names.get(ord(letter), ".notdef")][0] / 1000


def test_no_chart_engine_starts_for_no_chart():
    assert draw([]) == {}


def test_labels_are_never_cut(crowd, widths):
    case, plan, lang, unit = crowd
    report = build_report(case, plan, lang=lang, unit=unit)
    pictures = draw(report.charts)
    for chart in report.charts:
        labels = list(Svg.fromstring(pictures[chart.chart_id]).iter(TEXT))  # noqa: S314
        assert labels
        for label in labels:
            left, right, middle = _box(label, widths)
            assert left >= -1.0, (chart.chart_id, label.text)
            assert right <= chart.width + 1.0, (chart.chart_id, label.text)
            assert 5 <= middle <= chart.height - 5, (chart.chart_id, label.text)


def _box(label, widths):
    """Return left and right end and middle height of a label, from the font's own widths."""
    x, y = (float(number) for number in SHIFT.fullmatch(label.get("transform")).groups())
    wide = sum(map(widths, label.text or "")) * float(SIZE.search(label.get("style"))[1])
    before = {"start": 0.0, "middle": wide / 2, "end": wide}[label.get("text-anchor")]
    left = x + float(label.get("x", 0)) - before
    return left, left + wide, y + float(label.get("y", 0))


def test_a_kind_of_asset_may_be_called_like_a_class_of_debt(case, plan):
    alike = case.asset_kinds.with_columns(pl.lit("隐性债务").alias("name_zh"))
    named = dataclasses.replace(case, asset_kinds=alike)
    report = build_report(named, plan, lang="zh", unit="yuan")
    svg = draw(report.charts)["sankey"]
    assert svg.count("隐性债务") == 2


def test_options_are_json_data_only(case, plan):
    report = build_report(case, plan, lang="zh", unit="yuan")
    for chart in report.charts:
        assert json.loads(json.dumps(chart.option)) == chart.option


def test_pictures_hold_no_style_script_or_class(case, plan):
    report = build_report(case, plan, lang="zh", unit="yuan")
    for svg in draw(report.charts).values():
        assert not re.search(r"<style|<script|class=|pointer-events", svg)


def _grey(color):
    red, green, blue = (int(color[spot : spot + 2], 16) / 255 for spot in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_palette_runs_from_dark_to_light():
    greys = [_grey(color) for color in style.RAMP]
    steps = [lighter - darker for darker, lighter in itertools.pairwise(greys)]
    assert min(steps) > 0.08
