"""How much service do lots give, as the floors count it?

By class: the value of its services a year where a source gives one, else the book value, in yuan.
"""

import numpy as np
import polars as pl

from ironpot.plan.program import Floats, Ints
from ironpot.valuation.offers import Offers

# Rows of the program are in millions: what a class gives in all is counted as no less than one.
LEAST_TOTAL = 1e6


def services_today(offers: Offers, classes: tuple[str, ...]) -> Floats:
    """Return the service of all lots by class, yuan: its value a year, else the book value."""
    lots = offers.frame.unique("lot_id", keep="first", maintain_order=True)
    weight = pl.coalesce("service_value_y", "book_value")
    sums = dict(lots.group_by("service_class").agg(weight.sum()).iter_rows())
    return np.array([float(sums.get(name) or 0.0) for name in classes])


def counted(total: Floats) -> Floats:
    """Return what a yuan of service counts where a class gives `total` yuan in all, elementwise.

    A floor is a share. Of a class that gives less than a million a solver's tolerance would be a
    share that matters, so all of it is counted as a million.

    >>> counted(np.array([4e6, 2.0, 0.0])).tolist()
    [1.0, 500000.0, 1.0]
    """
    return np.where(
        total > 0.0, np.maximum(LEAST_TOTAL / np.where(total > 0.0, total, 1.0), 1.0), 1.0
    )


def service_weight(offers: Offers, row: Ints) -> Floats:
    """Return the service that each row's lot gives, as counted against its class's floor, (n,)."""
    value = offers.column("service_value_y", np.nan)
    book = offers.column("book_value")
    names = offers.frame["service_class"]
    classes = tuple(names.drop_nulls().unique(maintain_order=True))
    scale = dict(zip(classes, counted(services_today(offers, classes)).tolist(), strict=True))
    each = np.array([scale.get(name, 0.0) for name in names], dtype=np.float64)
    return (each * np.where(np.isnan(value), book, value))[row]
