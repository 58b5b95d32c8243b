"""The page on verification names every rule and everything that files cannot prove."""

from pathlib import Path

from ironpot.verify.beyond import BEYOND
from ironpot.verify.rules import RULES

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "verify.md"


def test_the_page_states_every_law_as_the_code_does():
    text = PAGE.read_text(encoding="utf-8").replace("\\|", "|")
    for rule in RULES:
        warning = " (warning)" if rule.severity == "warning" else ""
        assert f"| `{rule.code}` | {rule.law.en}{warning} |" in text


def test_the_page_states_everything_that_files_cannot_prove():
    text = PAGE.read_text(encoding="utf-8")
    for item in BEYOND:
        columns = ", ".join(f"`{name}`" for name in item.columns) or "-"
        assert f"| `{item.code}` | {columns} | {item.why.en} |" in text
