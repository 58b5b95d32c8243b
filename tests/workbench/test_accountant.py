"""From an empty template to a plan, as a district accountant goes: both languages, three units."""

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from tests.workbench.accountant import fill

from ironpot.case.read import read_case
from ironpot.case.template import write_template
from ironpot.core.money import UNITS

LANGS = ("zh", "en")

ZH = {
    "说明!B16": "2024-02-30",
    "说明!B24": 0.6,
    "主体!C3": "部门",
    "主体!D5": "SW",
    "债务!C4": "清河城头",
    "债务!H3": -4.1,
    "债务!J2": dt.datetime(2020, 8, 1),  # noqa: DTZ001
    "债务!K5": "百分之五",
    "债务!L7": "每两月",
    "债务!G6": "等额",
    "债务!M5": "每周",
    "资产!D3": "商铺和酒店",
    "资产!E4": None,
    "资产!F5": "5,200万",
    "资产!G2": "2024/9/31",
    "资产!J6": "五十年",
    "资产!M3": "Z9",
    "资产!K8": "不确定",
    "预算!B3": "公共预算",
    "预算!F11": "1200?",
}
EN = {
    "about!B17": "QHX",
    "about!B18": "RMBY",
    "entities!C3": "burau",
    "entities!E5": "half",
    "debts!A3": "Z1",
    "debts!D4": None,
    "debts!E5": "secret debt",
    "debts!I6": "15/13/2024",
    "debts!K4": 43.5,
    "debts!H2": "2.8e",
    "debts!M6": "often",
    "assets!C2": "JT",
    "assets!H3": "n/a",
    "assets!I4": "1 500 000,00 CNY",
    "assets!J7": -5,
    "assets!L2": "maybe",
    "assets!G4": "31 Sept 2024",
    "budget!E4": "FY25",
    "budget!C5": "essentials spending!",
    "budget!G6": "sometimes",
}


@pytest.fixture(scope="module")
def templates(tmp_path_factory) -> dict[tuple[str, str], Path]:
    folder = tmp_path_factory.mktemp("templates")
    paths = {(lang, unit): folder / f"{lang}-{unit}.xlsx" for lang in LANGS for unit in UNITS}
    for (lang, unit), path in paths.items():
        write_template(path, lang=lang, unit=unit)
    return paths


def test_every_language_and_unit_gives_the_same_figures(templates, tmp_path):
    cases = {}
    for (lang, unit), template in templates.items():
        reading = read_case(fill(template, tmp_path / "my.xlsx", lang, unit))
        assert reading.issues == ()
        cases[lang, unit] = reading.case
    first = cases["zh", "yuan"]
    for case in cases.values():
        for table in ("debts", "assets", "budget"):
            figures = [getattr(one, table).select(pl.selectors.numeric()) for one in (case, first)]
            assert figures[0].equals(figures[1])
    assert first.debts["notional_principal"].sum() == 124_100 * 10_000


@pytest.mark.parametrize(
    ("lang", "unit", "planted"), [("zh", "hundred_million", ZH), ("en", "yuan", EN)]
)
def test_twenty_mistakes_are_found_at_their_cells_and_none_is_invented(
    templates, tmp_path, lang, unit, planted
):
    assert len(planted) == 20
    edits = [(*place.split("!"), value) for place, value in planted.items()]
    reading = read_case(fill(templates[lang, unit], tmp_path / "my.xlsx", lang, unit, edits))
    assert sorted(str(issue.place) for issue in reading.issues) == sorted(planted)
    assert reading.checked is None


def test_the_filled_workbook_is_planned_and_its_files_add_up(ironpot, templates):
    """Help reaches a mixture of releases here and no whole plan: some of it must stay unpaid."""
    fill(templates["zh", "ten_thousand"], Path("my.xlsx"), "zh", "ten_thousand")
    said = ironpot("plan", "my.xlsx", "--out", "plan", "--time-limit", "15", "--lang", "zh")
    assert said.code == 0
    assert "核对一致" in said.out
    assert "清河县" in said.out
