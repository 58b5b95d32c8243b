"""A folder of cases is refused with what is wrong in all of them, before anything is planned."""

import shutil
from pathlib import Path

import pytest

from ironpot.core.errors import FileRefusedError, IronpotError
from ironpot.workbench.case_folder import cases_in, ground_of_cases
from ironpot.workbench.plans import cases_below

POTS = Path("examples/two-pots")


@pytest.fixture
def folder(tmp_path):
    for name in ("east", "west"):
        shutil.copytree(POTS, tmp_path / name)
        settings = tmp_path / name / "case.toml"
        settings.write_text(settings.read_text().replace('id = "two-pots"', f'id = "{name}"'))
    return tmp_path


def test_errors_of_all_cases_are_said_at_once(folder):
    for name, file in (("east", "debts.csv"), ("west", "assets.csv")):
        lines = (folder / name / file).read_text().splitlines()
        lines[1] = " " + lines[1][lines[1].index(",") :]
        (folder / name / file).write_text("\n".join(lines))
    with pytest.raises(IronpotError) as caught:
        ground_of_cases(folder, cases_in(folder), "yuan", 8)
    said = str(caught.value)
    assert "debts.csv:2" in said
    assert "assets.csv:2" in said
    assert f"ironpot check {folder / 'west'}" in said


def test_all_files_of_allotments_that_cannot_be_used_are_said_before_anything_is_planned(folder):
    shares = folder / "shares"
    shares.mkdir()
    for name in ("east", "west"):
        (shares / f"{name}.csv").write_text("entity_id,market_id\neast,to")
    with pytest.raises(FileRefusedError) as caught:
        cases_below(folder, shares)
    said = str(caught.value)
    assert "east.csv is not an allotment file" in said
    assert "west.csv is not an allotment file" in said
