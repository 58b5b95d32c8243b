"""How do frames become printed tables? Labels, orders and fields, each in one call."""

from collections.abc import Iterable, Mapping

import polars as pl

from ironpot.core.lang import Text
from ironpot.core.sources import Origin
from ironpot.report.model import Field, FieldKind
from ironpot.report.view import View

Head = tuple[str, str, str]  # column, English heading, Chinese heading


def labelled(view: View, column: str, words: Mapping[str, Text] | Mapping[Origin, Text]) -> pl.Expr:
    """Return the column with code words written as labels; other words stay."""
    said = {word: view.reader.read(text) for word, text in words.items()}
    return pl.col(column).replace(said)


def ranked(column: str, words: Iterable[str]) -> pl.Expr:
    """Return the position of each word in the usual order; unlisted words come last."""
    order = {word: spot for spot, word in enumerate(words)}
    return pl.col(column).replace_strict(order, default=len(order), return_dtype=pl.Int64)


def lots() -> pl.Expr:
    """Count the rows of a group as `lots`."""
    return pl.len().cast(pl.Int64).alias("lots")


def text(view: View, head: Head, width: float = 1.0, *, excel_only: bool = False) -> Field:
    """Return a field of text."""
    return field(view, head, "text", width, excel_only=excel_only)


def field(
    view: View,
    head: Head,
    kind: FieldKind,
    width: float = 1.0,
    *,
    total: bool = False,
    excel_only: bool = False,
) -> Field:
    """Return a field of any kind with its heading in the reader's language."""
    name, en, zh = head
    return Field(name, view.say(en, zh), kind, width, total=total, excel_only=excel_only)


def moneys(
    view: View,
    *heads: Head,
    width: float = 1.0,
    total: bool = True,
    fine: bool = False,
    excel_only: bool = False,
) -> tuple[Field, ...]:
    """Return a money field for each heading."""
    return tuple(
        Field(name, view.say(en, zh), "money", width, fine, total, excel_only)
        for name, en, zh in heads
    )
