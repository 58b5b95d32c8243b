"""The page of contract terms says what the code says."""

from pathlib import Path

from ironpot.cashflow.reference_page import contract_reference

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "contracts.md"


def test_the_page_of_contract_terms_is_the_one_that_the_code_writes():
    assert PAGE.read_text("utf-8") == contract_reference()
