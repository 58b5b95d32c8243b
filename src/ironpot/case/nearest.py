"""Which known name did the writer mean? The nearest one, or none if nothing is near."""

import difflib
import unicodedata
from collections.abc import Iterable

CUTOFF = 0.6
MOST_COMPARISONS = 300_000


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name that `word` contains or is most like; None if none is near.

    >>> nearest("城投二公司2", ["城投一公司", "城投二公司"])
    '城投二公司'
    >>> nearest("maturty_date", ["maturity_date", "name"])
    'maturity_date'
    >>> nearest("流动资金贷款", ["债券", "贷款"])
    '贷款'
    """
    by_fold = {fold(name): name for name in reversed(list(known))}
    whole = [name for name in by_fold if len(name) > 1 and name in fold(word)]
    if whole:
        return by_fold[max(whole, key=len)]
    found = difflib.get_close_matches(fold(word), by_fold, n=1, cutoff=CUTOFF)
    return by_fold[found[0]] if found else None


def nearest_of_all(words: Iterable[str], known: Iterable[str]) -> dict[str, str | None]:
    """Return the nearest known name of each distinct word.

    At most MOST_COMPARISONS pairs are compared, so that a register with thousands of broken keys is
    still answered at once; words beyond that have None.
    """
    names = list(known)
    distinct = list(dict.fromkeys(words))
    searched = distinct[: max(1, MOST_COMPARISONS // max(1, len(names)))]
    return dict.fromkeys(distinct) | {word: nearest(word, names) for word in searched}


def fold(text: str) -> str:
    """Write alike what reads alike: width, case, blanks and underscores do not count.

    >>> fold("本金 余额(万元)"), fold("Maturity_Date")
    ('本金余额(万元)', 'maturitydate')
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(letter for letter in plain if not letter.isspace() and letter != "_")
