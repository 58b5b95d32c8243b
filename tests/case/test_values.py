"""What a cell says is read for certain or not at all."""

import datetime as dt
import math

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ironpot.case import values
from ironpot.case.files.sheet import literal
from ironpot.case.schema import BY_NAME, TABLES
from ironpot.case.schema.labels import word_labels
from ironpot.case.schema.settings import SETTINGS
from ironpot.case.spoken import spoken_number

quickly = settings(derandomize=True, deadline=None, max_examples=60)
WIDE = str.maketrans("0123456789.,-%", "".join(chr(ord(c) + 0xFEE0) for c in "0123456789.,-%"))


def read(expression):
    return pl.select(expression).item()


@quickly
@given(st.integers(-(10**13), 10**13), st.booleans(), st.booleans())
def test_a_number_reads_the_same_grouped_wide_or_plain(fen, grouped, wide):
    plain = f"{fen / 100:,.2f}" if grouped else f"{fen / 100:.2f}"
    written = plain.translate(WIDE) if wide else plain
    assert read(values.to_number(literal(written))) == float(plain.replace(",", ""))


@quickly
@given(st.floats(-1, 10, allow_nan=False))
def test_a_rate_reads_the_same_in_percent_and_as_a_decimal(rate):
    rate = round(rate, 6)
    signed = read(values.to_number(literal(f"{rate * 100:.6f}%"), percent_sign=True))
    hundredths = read(values.to_number(literal(f"{rate * 100:.6f}"), percent=True))
    assert math.isclose(signed, rate, abs_tol=1e-12)
    assert signed == hundredths


@pytest.mark.parametrize(
    "text",
    ["1,5", "12,34", "1.234,5", "3.2亿", "一百万", "5元", "abc", "nan", "inf", "1e400", "--5"],
)
def test_a_number_that_is_not_certain_is_not_read(text):
    assert read(values.to_number(literal(text))) is None


@quickly
@given(st.dates(dt.date(1955, 1, 1), dt.date(2140, 1, 1)), st.sampled_from(range(6)))
def test_a_date_reads_the_same_in_every_certain_form(date, form):
    forms = (
        f"{date:%Y-%m-%d}",
        f"{date.year}/{date.month}/{date.day}",
        f"{date.year}年{date.month}月{date.day}日",
        f"{date.year} 年 {date.month} 月 {date.day} 日".translate(WIDE),
        f"{date:%Y-%m-%d} 00:00:00",
        f"{date.year}.{date.month:02d}.{date.day:02d}",
    )
    assert read(values.to_date(literal(forms[form]))) == date


@quickly
@given(st.dates(dt.date(1960, 1, 1), dt.date(2140, 1, 1)))
def test_a_serial_number_is_a_day_in_the_epoch_of_its_workbook(date):
    serial = float((date - dt.date(1899, 12, 30)).days)
    assert read(values.to_date(literal(serial))) == date
    assert read(values.to_date(literal(serial - 1462), date1904=True)) == date


@pytest.mark.parametrize(
    "text", ["31/12/2024", "12-31-24", "2024-13-01", "2024-02-30", "2024", "45657", "next year"]
)
def test_a_date_that_is_not_certain_is_not_read(text):
    assert read(values.to_date(literal(text))) is None


@pytest.mark.parametrize(
    ("text", "truth"), [("是", True), ("No", False), ("TRUE", True), ("0", False)]
)
def test_yes_and_no_are_read_in_both_languages(text, truth):
    assert read(values.to_bool(literal(text))) is truth


@pytest.mark.parametrize(
    ("text", "quarter"),
    [("2025q1", "2025Q1"), ("2025年第三季度", "2025Q3"), ("2025年2季", "2025Q2"), ("全部", "all")],
)
def test_quarters_are_read_in_both_languages(text, quarter):
    assert read(values.to_quarter(literal(text), or_all=True)) == quarter


@pytest.mark.parametrize("text", ["每季", "按季", "季", "Quarterly", "p3ml1"])
def test_a_cycle_is_read_by_its_label(text):
    column = BY_NAME["debts"].column("cycle_of_interest_payment")
    assert read(values.to_cycle(literal(text), word_labels(column))) == "P3ML1"


CHOICES = {column.allowed: column for table in TABLES for column in table.columns if column.allowed}


@pytest.mark.parametrize("column", CHOICES.values(), ids=lambda column: column.name)
def test_every_word_allowed_has_labels_that_read_back(column):
    labels = word_labels(column)
    assert tuple(labels) == column.allowed
    for word, label in labels.items():
        for spelt in (word, label.en, label.zh, f" {label.en.upper()} "):
            assert read(values.to_choice(literal(spelt), column, labels)) == word


@pytest.mark.parametrize("table", [*TABLES, SETTINGS], ids=lambda table: table.name)
def test_no_two_columns_of_a_table_share_a_name_or_label(table):
    for names in zip(*((c.name, c.label.en, c.label.zh) for c in table.columns), strict=True):
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("一百万", 1e6),
        ("壹佰贰拾万元整", 1.2e6),
        ("3.2亿元", 3.2e8),
        ("两千三百亿", 2.3e11),
        ("十五", 15.0),
    ],
)
def test_a_spoken_number_is_understood_for_the_suggestion(text, meant):
    assert spoken_number(text) == meant


@pytest.mark.parametrize("text", ["待定", "", "见附件", "12,34"])
def test_what_is_no_number_is_not_suggested(text):
    assert spoken_number(text) is None
