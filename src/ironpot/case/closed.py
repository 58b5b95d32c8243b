"""Why is a route closed? The sentence of a `blocked_code`, in both languages."""

import csv
from functools import cache

from ironpot.case.packaged import DEFAULTS
from ironpot.core.lang import Text


def closed_because(code: str) -> Text:
    """Return what a code means; a code of the user's own is its own sentence.

    >>> closed_because("PUBLIC_GOOD").en
    'a public good may not leave the government'
    >>> closed_because("OURS").zh
    'OURS'
    """
    return _sentences().get(code, Text(code, code))


@cache
def _sentences() -> dict[str, Text]:
    with (DEFAULTS / "blocked_codes.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["blocked_code"]: Text(row["text_en"], row["text_zh"])
            for row in csv.DictReader(file)
        }
