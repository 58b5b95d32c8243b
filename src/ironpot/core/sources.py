"""Where a figure came from. Every row of a case names its source and its origin."""

from dataclasses import dataclass
from typing import Literal, get_args

import polars as pl

from ironpot.core.lang import Text

Origin = Literal["reported", "estimated", "imputed", "synthetic"]
ORIGINS: tuple[Origin, ...] = get_args(Origin)

Basis = Literal["published", "press", "secondary", "unchecked", "assumed", "user", "synthetic"]
BASES: tuple[Basis, ...] = get_args(Basis)

ORIGIN_TEXT: dict[Origin, Text] = {
    "reported": Text("reported", "填报"),
    "estimated": Text("estimated", "估计"),
    "imputed": Text("imputed", "推算"),
    "synthetic": Text("synthetic", "合成"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A document and the place in it; `basis` says how far it was checked.

    `locator` is a page, cell, address or rule; `date` is ISO; `sha256` the document's hash if held.
    """

    source_id: str
    document: str
    locator: str | None = None
    date: str | None = None
    basis: Basis = "user"
    sha256: str | None = None


def origin_shares(amounts: pl.Series, origins: pl.Series) -> dict[Origin, float]:
    """Return the share of the total amount by origin; unknown amounts count nothing.

    `amounts`: (row,) non-negative money; `origins`: (row,) words of `Origin`.

    >>> origin_shares(pl.Series([3.0, 1.0]), pl.Series(["reported", "synthetic"]))
    {'reported': 0.75, 'estimated': 0.0, 'imputed': 0.0, 'synthetic': 0.25}
    """
    total = float(amounts.sum())
    if total <= 0.0:
        return dict.fromkeys(ORIGINS, 0.0)
    return {name: float(amounts.filter(origins == name).sum()) / total for name in ORIGINS}
