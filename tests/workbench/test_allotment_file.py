"""Allotment files that are cut off, mixed or another county's are not planned with unsaid."""

import pytest

from ironpot.core.errors import FileRefusedError
from ironpot.workbench.allotment_file import read_allotments, uncounted

HEAD = "entity_id,market_id,quarter,tranche,price_fraction,fee,allotment,announced_use,run_id"
ROWS = ["pots,town,2025Q1,1,0.9,0.1,5.0,5.0,7f3a", "pots,town,2025Q1,2,0.6,0.0,2.5,2.5,7f3a"]


def written(folder, text):
    file = folder / "pots.csv"
    file.write_text(text)
    return file


def test_a_whole_file_is_read(tmp_path):
    rows = read_allotments(written(tmp_path, "\n".join([HEAD, *ROWS, ""])))
    assert rows["allotment"].to_list() == [5.0, 2.5]


@pytest.mark.parametrize("cut", range(1, 18))
def test_a_file_cut_off_within_its_last_row_is_refused(tmp_path, cut):
    with pytest.raises(FileRefusedError):
        read_allotments(written(tmp_path, "\n".join([HEAD, *ROWS])[:-cut]))


def test_rows_of_two_counties_or_runs_are_refused(tmp_path):
    for old, new in (("pots", "pans"), ("7f3a", "91c0")):
        text = "\n".join([HEAD, ROWS[0], ROWS[1].replace(old, new)])
        with pytest.raises(FileRefusedError, match="counties or runs"):
            read_allotments(written(tmp_path, text))


COUNTED = f"{HEAD},rows"
THREE = [f"{ROWS[0]},3", f"{ROWS[1]},3", "pots,town,2025Q2,1,0.9,0.1,1.0,1.0,7f3a,3"]


def test_a_file_cut_off_between_two_rows_is_refused_by_what_it_says_and_has(tmp_path):
    whole = read_allotments(written(tmp_path, "\n".join([COUNTED, *THREE])))
    assert uncounted(whole) is None
    for left in (1, 2):
        cut = written(tmp_path, "\n".join([COUNTED, *THREE[:left], ""]))
        with pytest.raises(FileRefusedError, match=f"has 3 rows, and has {left}; the last is of"):
            read_allotments(cut)


def test_a_counted_file_cut_off_in_any_place_is_refused(tmp_path):
    text = "\n".join([COUNTED, *THREE])
    for end in range(len(COUNTED) + 1, len(text)):
        with pytest.raises(FileRefusedError):
            read_allotments(written(tmp_path, text[:end]))


def test_rows_in_another_order_are_the_same_file_to_a_spreadsheet(tmp_path):
    rows = read_allotments(written(tmp_path, "\n".join([COUNTED, *reversed(THREE)])))
    assert rows.height == 3


def test_a_file_of_before_is_read_and_said_to_have_no_count(tmp_path):
    old = read_allotments(written(tmp_path, "\n".join([HEAD, *ROWS])))
    assert "2 were read" in uncounted(old).en
