"""Files that were made for another case are named before the search, their own are not."""

import polars as pl
import pytest
from tests.workbench.conftest import TWO_POTS

from ironpot.case.read import read_case
from ironpot.report.plan_files import PlanFiles
from ironpot.workbench.again import Earlier
from ironpot.workbench.of_another import of_another


@pytest.fixture(scope="module")
def case():
    return read_case(TWO_POTS).case


def earlier_of(case_id: str) -> Earlier:
    return Earlier(PlanFiles({"case_id": case_id}, {}, {}), None)


def test_an_allotment_of_another_county_and_a_plan_of_another_case_are_both_named(case):
    shares = pl.DataFrame({"entity_id": ["west", "west"]})
    notes = of_another(case, shares, earlier_of("elsewhere"))
    assert len(notes) == 2
    for lang in ("en", "zh"):
        assert "west" in notes[0].say(lang)
        assert "elsewhere" in notes[1].say(lang)
        assert all(case.settings.case_id in note.say(lang) for note in notes)


def test_its_own_files_are_passed_over_in_silence(case):
    for name in (case.settings.case_id, case.settings.name.zh, "county"):
        shares = pl.DataFrame({"entity_id": [name]})
        assert of_another(case, shares, earlier_of(case.settings.case_id)) == []
    assert of_another(case, None, None) == []
