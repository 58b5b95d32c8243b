"""A folder of cases is refused with what is wrong in all of them, before anything is planned."""

import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from ironpot.core.errors import FileRefusedError, IronpotError
from ironpot.plan.options import PlanOptions
from ironpot.system.actors import Actors
from ironpot.workbench.case_folder import cases_in, ground_of_cases
from ironpot.workbench.draws import Many
from ironpot.workbench.hands import Hands
from ironpot.workbench.plans import Asked, run_plans
from ironpot.workbench.system import Draw, run_system

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
    asked = Asked(PlanOptions(steps=1), shares, Hands(1))
    with pytest.raises(FileRefusedError) as caught:
        run_plans(folder, folder / "out", asked, lang="en", unit="yuan", screen=Console(quiet=True))
    said = str(caught.value)
    assert "east.csv is not an allotment file" in said
    assert "west.csv is not an allotment file" in said
    assert not (folder / "out" / "plans.csv").exists()


def test_cases_with_nothing_to_sell_are_sent_to_plans_of_their_own(folder):
    for name in ("east", "west"):
        file = folder / name / "assets.csv"
        file.write_text(file.read_text().splitlines()[0] + "\n")
    with pytest.raises(IronpotError, match="no lot that a shared market could take within 8 q"):
        ground_of_cases(folder, cases_in(folder), "yuan", 8)


def test_without_a_lender_there_is_no_second_round():
    nobody = pl.DataFrame(schema={"bank_id": pl.String, "bank_class": pl.String})
    loans = np.zeros((2, 0))
    alone = Actors(np.ones(2), ("land",), nobody, loans, loans, loans, np.zeros(0), loans[:0])
    assert not alone.known


@pytest.mark.parametrize(
    ("asked", "option"),
    [
        (Draw(counties=5), "--counties"),
        (Draw(many=Many(seeds=3)), "--seeds"),
        (Draw(many=Many(price_levels=(0.5,))), "--price"),
    ],
)
def test_what_only_a_table_can_be_asked_is_refused_and_not_ignored(folder, asked, option):
    with pytest.raises(IronpotError, match=f"{option}: nothing is drawn"):
        run_system(folder, None, asked, lang="en", unit="yuan", screen=Console(quiet=True))
