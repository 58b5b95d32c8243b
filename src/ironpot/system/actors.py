"""Who lends to the sellers, on what security, and what would be rolled over? For orders and banks.

Arrays are (county, bank), (bank, market), (county,) and (bank,), yuan; NaN is unknown.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.system.links import Floats
from ironpot.system.populate import Population, system_of
from ironpot.system.shared_markets import SharedMarkets


@dataclass(frozen=True)
class Actors:
    """What stands behind the needs of a joint problem.

    `debt` (county,) is what sellers owe in all; `kinds` (market,) what is sold where; `banks` has
    bank_id and bank_class. `owed` (county, bank) falls due over all quarters and is not rolled
    over; `rolled` (county, bank) is rolled over in each quarter; `lent` (county, bank) is all that
    is lent. `equity` (bank,) stands against these loans; `collateral` (bank, market) is lent
    against lots there.
    """

    debt: Floats
    kinds: tuple[str, ...]
    banks: pl.DataFrame
    owed: Floats
    rolled: Floats
    lent: Floats
    equity: Floats
    collateral: Floats

    @property
    def known(self) -> bool:
        """Whether there are banks, and capital and loans of every one are known."""
        return self.equity.size > 0 and bool(
            np.isfinite(self.equity).all() and np.isfinite(self.lent).all()
        )

    def unpaid(self, behind: Floats) -> Floats:
        """Return what each bank is not paid where counties are `behind` at the end, (bank,).

        A county owes its lenders the same share of what is due to each, so that clearing is one
        division: claims run from counties to banks only.
        """
        owed = self.owed.sum(axis=1)
        short = np.minimum(behind, owed)
        share = np.divide(short, owed, out=np.zeros_like(owed), where=owed > 0.0)
        return share @ self.owed


def actors_of(population: Population, markets: SharedMarkets) -> Actors:
    """Return the actors of a population: all synthetic, by its rules.

    >>> import polars as pl
    >>> from ironpot.system.obliged import shared_markets_of
    >>> from ironpot.system.populate import populate
    >>> units = pl.DataFrame({"unit_id": ["a"], "level": ["county"], "debt_balance": [1e9]})
    >>> made = populate(units, np.random.default_rng(1))
    >>> actors = actors_of(made, shared_markets_of(made, np.random.default_rng(2)))
    >>> len(actors.kinds), round(float(actors.owed.sum()) / 1e9, 4)
    (3, 0.2064)
    """
    system, rules = system_of(population), population.rules
    lent = system.due / rules.due_q
    quarters = markets.need.shape[1]
    return Actors(
        population.vehicles["debt"].to_numpy(),
        tuple(population.markets.unique("market_id", maintain_order=True)["kind"]),
        population.banks.select("bank_id", "bank_class"),
        lent * rules.due_q * (1.0 - rules.rolled) * quarters,
        lent * rules.due_q * rules.rolled,
        lent,
        lent.sum(axis=0) * rules.bank_equity,
        system.collateral,
    )
