"""Every planted fault is found, and nothing that was not planted."""

import pytest
from tests.verify.small import (
    faults_cash,
    faults_debts,
    faults_form,
    faults_sales,
    faults_stocks,
)
from tests.verify.small.faults import Fault
from tests.verify.small.plan import codes, small_plan

from ironpot.verify.rules import RULES

FAULTS = (
    *faults_form.FAULTS,
    *faults_stocks.FAULTS,
    *faults_debts.FAULTS,
    *faults_cash.FAULTS,
    *faults_sales.FAULTS,
)
# Faults in bytes and names of files are planted in test_files.py.
IN_FILES = {"form.files", "form.bytes", "form.header", "form.width", "form.seal"}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_is_found_and_no_other(fault: Fault):
    assert codes(fault.spoil(small_plan())) == set(fault.codes.split())


def test_every_rule_finds_at_least_one_planted_fault():
    planted = {code for fault in FAULTS for code in fault.codes.split()}
    assert planted | IN_FILES == {rule.code for rule in RULES}


def test_faults_are_named_apart():
    names = [fault.name for fault in FAULTS]
    assert len(names) == len(set(names))
