"""Plans of many counties are held against what the markets take that they share."""

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ironpot.workbench.rooms import rooms_together, said_together

ROWS = st.lists(
    st.tuples(
        st.sampled_from(("town", "city")),
        st.sampled_from(("2025Q1", "2025Q2")),
        st.integers(0, 100),
    ),
    unique_by=lambda row: row[:2],
)


def listed(rows, room=50.0):
    names = ("market_id", "quarter", "volume")
    return [dict(zip(names, row, strict=True)) | {"room": room} for row in rows]


@given(st.dictionaries(st.sampled_from("abcd"), ROWS))
def test_volumes_add_up_and_what_is_beyond_is_what_finds_no_room(counties):
    table = rooms_together({name: listed(rows) for name, rows in counties.items()})
    every = [row for rows in counties.values() for row in rows]
    for market, quarter, count, sharing, volume, room, beyond in table.iter_rows():
        mine = [size for name, when, size in every if (name, when) == (market, quarter)]
        assert (count, volume, room) == (len(mine), sum(mine), 50.0)
        assert sharing == sum(any(row[0] == market for row in rows) for rows in counties.values())
        assert beyond == (volume - 50.0 if volume > 51.0 else 0.0)
    assert table.height == len({row[:2] for row in every})


def test_markets_of_one_id_with_other_rooms_are_not_added_up():
    table = rooms_together(
        {"a": listed([("town", "2025Q1", 40)]), "b": listed([("town", "2025Q1", 40)], room=60.0)}
    )
    assert table.select("volume", "room", "beyond").row(0) == (80.0, None, None)
    said = said_together(table, Path("out"), "ten_thousand")
    assert "1 markets have other ladders" in said.en


@pytest.mark.parametrize(("size", "words"), [(20, "fit every market"), (40, "30 ten thousand")])
def test_what_is_said_names_what_is_beyond(size, words):
    rows = [("town", "2025Q1", size * 1e4)]
    table = rooms_together({"a": listed(rows, 50e4), "b": listed(rows, 50e4)})
    assert words in said_together(table, Path("out"), "ten_thousand").en


def test_one_county_by_itself_shares_nothing():
    assert (
        said_together(rooms_together({"a": listed([("town", "2025Q1", 90)])}), Path(), "yuan")
        is None
    )
    assert said_together(rooms_together({}), Path(), "yuan") is None


def test_the_table_has_its_columns_when_nothing_is_listed():
    assert rooms_together({"a": []}).columns[-1] == "beyond"
    assert rooms_together({"a": []}).schema["volume"] == pl.Float64
