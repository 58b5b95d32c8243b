"""The page opens offline, runs nothing, escapes everything, and prints as it should."""

import dataclasses
import re

import polars as pl
import pytest
from tests.report.faces import HOSTILE, outline, printed

from ironpot.report import cells
from ironpot.report.build import build_report
from ironpot.report.charts.draw import draw
from ironpot.report.html import html
from ironpot.report.write import write_report


@pytest.fixture(scope="module")
def report(case, plan):
    return build_report(case, plan, lang="zh", unit="hundred_million")


@pytest.fixture(scope="module")
def page(report):
    return html(report, draw(report.charts))


def test_the_page_asks_for_nothing_outside_itself(page):
    links = re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]+)""", page)
    assert links
    assert all(link.startswith(("#", "data:")) for link in links)
    assert set(re.findall(r"https?://[^\s\"'<]+", page)) <= {
        "http://www.w3.org/2000/svg",
        "http://www.w3.org/1999/xlink",
    }
    assert "default-src 'none'" in page


def test_the_page_runs_nothing(page):
    parsed = outline(page)
    assert not {"script", "iframe", "object", "embed", "link", "form", "img"} & set(parsed.tags)
    assert not [name for name, _ in parsed.attributes if name.startswith("on")]
    assert "javascript:" not in page


def test_ids_are_given_once(page):
    ids = outline(page).ids
    assert len(ids) == len(set(ids))


def test_links_of_the_contents_lead_to_sections(page, report):
    parsed = outline(page)
    targets = [value for name, value in parsed.attributes if name == "href"]
    assert targets == [f"#{section.section_id}" for section in report.sections]
    assert {str(target)[1:] for target in targets} <= set(parsed.ids)


def test_hostile_text_stays_text(case, plan):
    named = case.assets.with_columns(pl.lit(HOSTILE).alias("name"))
    evil = dataclasses.replace(case, assets=named)
    made = build_report(evil, plan, lang="en", unit="yuan")
    page = html(made, draw(made.charts))
    parsed = outline(page)
    assert "script" not in parsed.tags
    assert HOSTILE in [row[1] for row in parsed.rows["lots"]]


def test_the_page_shows_every_line_of_every_table(page, report):
    rows = outline(page).rows
    for table in report.tables:
        if table.excel_only:
            assert table.table_id not in rows
            continue
        fields = cells.page_fields(table)
        wanted = [
            [
                cells.text(value, field, report.reader, role=line.role)
                for value, field in zip(line.values, fields, strict=True)
            ]
            for line in cells.lines(table, fields, report.reader)
        ]
        assert rows[table.table_id] == [[field.label for field in fields], *wanted]


def test_table_heads_repeat_on_every_sheet(page):
    parsed = outline(page)
    assert parsed.tags.count("thead") == parsed.tags.count("table")
    assert "display: table-header-group" in page


def test_the_font_travels_with_the_page(page):
    assert page.count("font/woff2;base64,") == 2


def test_the_leaders_page_prints_on_exactly_one_sheet(crowd, tmp_path):
    case, plan, lang, unit = crowd
    write_report(case, plan, tmp_path, lang=lang, unit=unit, formats=("html",))
    sheets = printed(tmp_path / "report.html", tmp_path)
    last = "见附件三" if lang == "zh" else "assumptions."
    contents = "目录" if lang == "zh" else "Contents"
    assert last in sheets[0]
    assert contents not in sheets[0]
    assert contents in sheets[1]
