"""The template explains itself, guards its cells, and reads back what is written into it."""

import polars as pl
import pytest
from openpyxl import load_workbook
from tests.case.sample import findings

from ironpot.case.example import SETTINGS, example_tables, further_tables, write_example
from ironpot.case.read import read_case
from ironpot.case.schema import BASIC, TABLES
from ironpot.case.template import write_template, write_workbook
from ironpot.core.lang import LANGS
from ironpot.core.money import UNIT_TEXT, UNITS


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "empty.xlsx"
    write_template(path, lang="zh", unit="ten_thousand")
    return load_workbook(path)


@pytest.fixture(scope="module", params=LANGS)
def from_folder(request, tmp_path_factory):
    folder = write_example(tmp_path_factory.mktemp("folder"), request.param)
    return request.param, read_case(folder).case


@pytest.mark.parametrize("unit", UNITS)
def test_a_template_filled_from_the_examples_gives_the_same_case(from_folder, unit, tmp_path):
    lang, case = from_folder
    path = tmp_path / "filled.xlsx"
    write_workbook(path, SETTINGS, example_tables(lang), lang=lang, unit=unit)
    reading = read_case(path)
    assert reading.issues == ()
    assert reading.case.settings == case.settings
    for table in TABLES:
        if table.name != "sources":
            assert getattr(reading.case, table.name).equals(getattr(case, table.name)), table.name


def test_every_table_can_be_written_and_read_back(tmp_path):
    tables = example_tables("zh") | further_tables("zh")
    write_workbook(tmp_path / "all.xlsx", SETTINGS, tables, lang="zh", unit="hundred_million")
    reading = read_case(tmp_path / "all.xlsx")
    assert findings(reading) == set()
    for name, frame in tables.items():
        read = getattr(reading.case, name)
        given = [c for c in frame.columns if frame[c].null_count() < frame.height]
        written = frame.select(given).with_columns(pl.col("^item$").fill_null(""))
        assert read.head(frame.height).select(given).equals(written), name


def test_an_example_stands_beside_every_sheet_to_fill_in(empty):
    titles = [sheet.title for sheet in empty.worksheets if sheet.sheet_state == "visible"]
    labels = [table.label.zh for table in BASIC]
    assert titles == ["说明", *(title for label in labels for title in (label, f"示例-{label}"))]
    assert all(empty[label].max_row == 1 for label in labels)
    assert all(empty[f"示例-{label}"].max_row > 4 for label in labels)


def test_basic_columns_come_first_and_the_rest_is_folded(empty):
    for table in BASIC:
        sheet = empty[table.label.zh]
        shown = [
            cell.value
            for cell in sheet[1]
            if not sheet.column_dimensions[cell.column_letter].hidden
        ]
        assert len([column for column in table.columns if column.basic]) <= len(shown)
        assert shown[0].startswith(table.columns[0].label.zh)


def test_headers_of_amounts_name_the_unit_and_required_ones_a_star(empty):
    headers = [cell.value for cell in empty["资产"][1]]
    assert "账面价值(万元)*" in headers
    assert "评估价(万元)" in headers


def test_cells_are_guarded_by_drop_downs_dates_and_numbers(empty):
    kinds = {rule.type for rule in empty["债务"].data_validations.dataValidation}
    assert kinds == {"list", "date", "decimal"}
    sources = {rule.formula1 for rule in empty["债务"].data_validations.dataValidation}
    assert "'主体'!$A$2:$A$5001" in sources
    words = [cell.value for cell in empty["选项"]["A"]]
    assert "融资平台" in words


def test_the_top_entity_is_chosen_from_the_entities(empty):
    rules = {str(rule.sqref): rule for rule in empty["说明"].data_validations.dataValidation}
    assert rules["B17"].formula1 == "'主体'!$A$2:$A$5001"


def test_panes_are_frozen_and_headers_explained(empty):
    sheet = empty["债务"]
    assert sheet.freeze_panes == "C2"
    assert all(cell.comment is not None for cell in sheet[1])
    assert "[notional_principal]" in sheet["H1"].comment.text
    assert sheet.page_setup.orientation == "landscape"


def test_an_empty_template_says_what_is_missing_and_breaks_nothing(tmp_path):
    path = tmp_path / "empty.xlsx"
    write_template(path, lang="en", unit="yuan", scope="all")
    found = findings(read_case(path))
    assert ("about!B16", "settings.missing") in found
    assert {code for _, code in found} == {"settings.missing", "table.empty"}


@pytest.mark.parametrize("lang", LANGS)
def test_the_unit_stands_in_the_settings_of_every_template(tmp_path, lang):
    write_template(tmp_path / "t.xlsx", lang=lang, unit="hundred_million")
    about = load_workbook(tmp_path / "t.xlsx").worksheets[0]
    assert UNIT_TEXT["hundred_million"].say(lang) in [cell.value for cell in about["B"]]
