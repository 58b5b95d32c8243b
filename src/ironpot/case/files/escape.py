"""Text that a spreadsheet would take for a formula: escaped when written, as it was when read.

A cell of text that starts with = + - @ or a tab runs in a spreadsheet that opens the file. An
apostrophe before it stops that; a text that starts with apostrophes before such a sign gets one
more, so that reading takes exactly one away and nothing is lost. Numbers are never touched, nor is
text that is a plain number such as -20.
"""

import re

import polars as pl

_LIVE = r"^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?%?$"
_ESCAPED = r"^'+[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"


def escape(text: pl.Expr) -> pl.Expr:
    """Put an apostrophe before text that would run.

    >>> frame = pl.DataFrame({"a": ["=1+1", "'=x", "rent"]})
    >>> frame.select(escape(pl.col("a"))).to_series().to_list()
    ["'=1+1", "''=x", 'rent']
    """
    live = text.str.contains(_LIVE) & ~text.str.contains(_NUMBER)
    return pl.when(live).then(pl.lit("'") + text).otherwise(text)


def unescape(text: pl.Expr) -> pl.Expr:
    """Take the apostrophe away that `escape` put there.

    >>> pl.select(unescape(pl.lit("''=x")), unescape(pl.lit("'tis")).alias("b")).row(0)
    ("'=x", "'tis")
    """
    return pl.when(text.str.contains(_ESCAPED)).then(text.str.slice(1)).otherwise(text)


def escape_text(text: str) -> str:
    """Put an apostrophe before one text that would run.

    >>> escape_text("@SUM(A1)"), escape_text("a")
    ("'@SUM(A1)", 'a')
    """
    live = re.match(_LIVE, text) and not re.match(_NUMBER, text)
    return f"'{text}" if live else text
