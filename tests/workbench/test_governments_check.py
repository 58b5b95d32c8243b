"""A table of governments is refused with every wrong cell at once, and its sums are re-added."""

from pathlib import Path

import pytest

from ironpot.core.errors import CaseError, FileRefusedError, IronpotError
from ironpot.workbench.governments import ground_of, read_governments

HUNAN = Path("examples/hunan/published/debt_2024.csv")


def table(folder, change):
    """Write Hunan's rows, changed line by line, under the name of a dated table."""
    lines = [line.split(",") for line in HUNAN.read_text().splitlines()]
    change(lines)
    file = folder / "debt_2024.csv"
    file.write_text("\n".join(",".join(cells) for cells in lines) + "\n")
    return file


def test_the_published_table_is_read_and_adds_up():
    given = read_governments(HUNAN)
    assert given.units.height == 153
    assert ground_of(given, None, 1).losses == ()


def test_every_wrong_cell_is_named_at_once_with_its_line_and_how_to_mend_it(tmp_path):
    def spoil(lines):
        lines[5][3] = "countty"
        lines[6][1] = "hn_0l"
        lines[7][7] = "-5"
        lines[8][9] = "n/a"
        lines[9][0] = ""
        lines.append(list(lines[20]))

    with pytest.raises(CaseError) as caught:
        read_governments(table(tmp_path, spoil))
    found = [(issue.place.row, issue.place.header) for issue in caught.value.issues]
    assert found == [
        (6, "level"),
        (7, "parent_id"),
        (8, "debt_balance"),
        (9, "special_balance"),
        (10, "unit_id"),
        (155, "unit_id"),
    ]
    said = str(caught.value)
    assert "debt_2024.csv:6 level" in said
    assert "write county" in said
    assert "stands in line 21 too" in said
    assert all(issue.mend.zh for issue in caught.value.issues)


def test_a_government_below_itself_is_refused(tmp_path):
    def turn(lines):
        lines[1][1] = "hn_01"

    with pytest.raises(CaseError, match="leads back"):
        read_governments(table(tmp_path, turn))


def test_columns_that_nothing_reads_are_named_with_the_nearest_known_one(tmp_path):
    def rename(lines):
        lines[0][0] = "unit"

    with pytest.raises(FileRefusedError, match=r"Missing columns: unit_id.*unit \(unit_id\?\)"):
        read_governments(table(tmp_path, rename))


def test_a_sum_that_does_not_hold_is_said_with_its_figure(tmp_path):
    def add(lines):
        lines[1][7] = str(round(float(lines[1][7]) + 3.0, 2))

    (said,) = ground_of(read_governments(table(tmp_path, add)), None, 1).losses
    assert "3 of" in said.en
    assert "hunan debt: parts 3.00 hundred million yuan less than stated" in said.en


def test_governments_whose_debt_is_not_published_are_named_and_not_nil(tmp_path):
    def hide(lines):
        for row in (6, 8):
            lines[row][7] = lines[row][8] = lines[row][9] = ""
        names.extend(lines[row][2] for row in (6, 8))

    names = []
    ground = ground_of(read_governments(table(tmp_path, hide)), None, 1)
    assert len(ground.markets.counties) == 136
    assert "2 of 138 governments is unknown" in ground.losses[0].en
    for name in names:
        assert name in ground.losses[0].en
        assert name in ground.losses[0].zh
    assert ground_of(read_governments(HUNAN), None, 1).losses == ()


def test_amounts_in_another_unit_are_refused_before_they_overflow(tmp_path):
    def in_yuan(lines):
        lines[1][7] = str(float(lines[1][7]) * 1e8)

    with pytest.raises(CaseError, match=r"debt_2024\.csv:2 debt_balance.*100 million yuan"):
        read_governments(table(tmp_path, in_yuan))


def test_a_folder_that_is_not_there_is_said_so():
    with pytest.raises(FileRefusedError, match=r"There is no nowhere"):
        read_governments(Path("nowhere"))


def test_a_table_without_debts_is_refused_drawn_or_not(tmp_path):
    def empty(lines):
        for cells in lines[1:]:
            cells[7] = ""

    given = read_governments(table(tmp_path, empty))
    for counties in (None, 20):
        with pytest.raises(IronpotError, match="debt_balance"):
            ground_of(given, counties, 1)


def test_tiles_that_place_nothing_are_refused(tmp_path):
    (tmp_path / "tiles.csv").write_text("a,b\n1,2\n")
    with pytest.raises(FileRefusedError, match=r"tiles\.csv"):
        read_governments(table(tmp_path, lambda _: None))


@pytest.mark.parametrize(
    "kept", [("county",), ("county", "prefecture_own"), ("province", "county")]
)
def test_counties_are_drawn_like_a_table_without_its_totals_and_with_a_debtless_county(
    tmp_path, kept
):
    def thin(lines):
        lines[1:] = [cells for cells in lines[1:] if cells[3] in kept]
        for cells in lines[1:]:
            cells[1] = ""
        lines[-1][7] = lines[-2][4] = "0"

    drawn = ground_of(read_governments(table(tmp_path, thin)), 20, 1).markets
    assert len(drawn.counties) >= 20
    assert drawn.lots.sum() > 0.0


@pytest.mark.parametrize("path", ["examples/two-pots", "examples/two-pots/case.toml"])
def test_one_case_is_sent_to_the_folder_above(path):
    with pytest.raises(FileRefusedError, match="is one case; a system is of several"):
        read_governments(Path(path))
