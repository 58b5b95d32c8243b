"""How is a column of few different words held, so that a million rows cost no text?"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]
Rows = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Words:
    """Distinct `values` and each row's `code` into them, (n,); -1 where the word is absent.

    >>> words = words_of(pl.Series(["AA", "A365", "AA", None]))
    >>> words.where("AA").tolist(), sorted(words.values)
    ([True, False, True, False], ['A365', 'AA'])
    """

    values: tuple[str, ...]
    code: Integers

    def where(self, word: str) -> Booleans:
        """Say which rows hold `word`, (n,)."""
        if word not in self.values:
            return np.zeros(self.code.shape, bool)
        return self.code == self.values.index(word)

    def take(self, rows: Rows) -> "Words":
        """Return the words of `rows`."""
        return Words(self.values, self.code[rows])

    def groups(self) -> Iterator[tuple[str, Rows | slice]]:
        """Yield each word with its rows; absent words are passed over."""
        for code, word in enumerate(self.values):
            rows = np.flatnonzero(self.code == code)
            if rows.size:
                yield word, slice(None) if rows.size == self.code.size else rows


def words_of(series: pl.Series) -> Words:
    """Return a text column as words."""
    first = series[0] if series.len() else None
    if first is not None and (series == first).all(ignore_nulls=False):
        return repeated(str(first), series.len())
    values = series.drop_nulls().unique(maintain_order=True).to_list()
    code = series.replace_strict(
        values, range(len(values)), default=-1, return_dtype=pl.Int64
    ).to_numpy()
    return Words(tuple(values), code)


def repeated(word: str, count: int) -> Words:
    """Return one word in every row."""
    return Words((word,), np.zeros(count, np.int64))
