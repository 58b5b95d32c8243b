"""Which columns hold keys of other tables? One list for checks, names and drop-downs."""

from collections.abc import Iterator
from typing import NamedTuple

from ironpot.case.schema.words import ROUTES
from ironpot.core.columns import Table


class Link(NamedTuple):
    """A column whose keys stand in one of `tables`, or are one of `words`."""

    column: str
    tables: tuple[str, ...]
    words: tuple[str, ...] = ()


# Beyond what the schema marks with `refers`.
_FURTHER: dict[str, tuple[Link, ...]] = {
    "guarantees": (Link("debt_ids", ("debts",)),),
    "bundles": (Link("asset_ids", ("assets",)),),
    "assets": (Link("market_id", ("markets",)),),
    "asset_kinds": (Link("market_id", ("markets",)),),
    "markets": (Link("price_driver", ("drivers",)),),
    "wishes": (Link("subject_id", ("assets", "debts")),),
    "taxes_fees": (
        Link("asset_kind", ("asset_kinds",), ("all",)),
        Link("route", (), (*ROUTES, "all")),
    ),
    "allotments": (Link("market_id", ("markets",)), Link("announced_lots", ("assets",))),
    "listing": (Link("market_id", ("markets",), ("all",)),),
}


def links(table: Table) -> Iterator[Link]:
    """Yield every column of `table` that holds keys of other tables.

    >>> from ironpot.case.schema import BY_NAME
    >>> [link.column for link in links(BY_NAME["guarantees"])]
    ['guarantor_id', 'source_id', 'debt_ids']
    """
    for column in table.columns:
        if column.refers is not None:
            yield Link(column.name, (column.refers,))
    yield from _FURTHER.get(table.name, ())
