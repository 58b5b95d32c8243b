"""The public ACTUS suite, where it lies beside the project; elsewhere only our own contracts.

`IRONPOT_ACTUS_SUITE` names its folder; `ironpot actus FOLDER` runs the same from the command line.
"""

import os
from pathlib import Path

import pytest

from ironpot.cashflow.suite import TOLERATED
from ironpot.workbench.actus import run_folder

BESIDE = Path(__file__).parents[3] / "shared" / "cases" / "actus"
FOLDER = Path(os.environ.get("IRONPOT_ACTUS_SUITE") or BESIDE)


@pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="THE PUBLIC ACTUS SUITE IS NOT THERE: set IRONPOT_ACTUS_SUITE to its folder",
)
def test_every_case_of_the_public_suite_agrees_row_by_row():
    failed = {verdict.case_id: verdict.first_difference for verdict in run_folder(FOLDER)}
    assert {name: why for name, why in failed.items() if why is not None} == {}


def test_at_most_five_printed_rows_are_held_to_a_tolerance_of_their_own():
    assert len(TOLERATED) <= 5
