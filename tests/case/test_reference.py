"""The reference page says what the schema says."""

from pathlib import Path

from ironpot.case.reference import case_reference

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "case.md"


def test_the_reference_page_is_the_one_that_the_schema_writes():
    assert PAGE.read_text("utf-8") == case_reference()
