"""The shipped examples are without fault, and so are the packaged defaults by their own checks."""

from pathlib import Path

import pytest
from tests.case.sample import findings, sample

from ironpot.case.packaged import DEFAULTS, packaged_tables
from ironpot.case.read import read_case
from ironpot.case.schema import BY_NAME
from ironpot.case.write import write_case

EXAMPLES = sorted(path.parent for path in Path(__file__).parents[2].glob("examples/*/entities.csv"))


@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_a_shipped_example_has_no_error_and_no_warning(folder):
    reading = read_case(folder)
    assert [issue.say("en") for issue in reading.issues if issue.severity != "note"] == []
    assert reading.case.acts.height


def test_there_are_examples_to_read():
    assert "bishan-scale" in [folder.name for folder in EXAMPLES]


def test_the_packaged_defaults_written_as_a_users_tables_have_no_fault(tmp_path):
    folder = sample(tmp_path)
    case = read_case(folder).case
    tables = {name: getattr(case, name) for name in packaged_tables(DEFAULTS)}
    write_case(tmp_path / "given", case.settings, tables)
    for name in tables:
        (tmp_path / "given" / f"{name}.csv").rename(folder / f"{name}.csv")
    assert findings(read_case(folder)) == set()


def test_every_packaged_table_is_one_of_a_case():
    assert set(packaged_tables(DEFAULTS)) < set(BY_NAME)
