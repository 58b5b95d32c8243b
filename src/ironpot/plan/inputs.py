"""What a plan is made from: accounts, releases, debts, budget, givers, rules; all in yuan.

Quarters t = 0..T-1 from the quarter after the case date; scenarios s with weight p_s.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.case.case import Case
from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.plan.nodes import Nodes
from ironpot.plan.obligations import Obligations
from ironpot.plan.options import PlanOptions
from ironpot.plan.program import Floats
from ironpot.plan.releases import Releases
from ironpot.plan.stalls import Stalls
from ironpot.risk.futures import Futures
from ironpot.valuation.offers import Offers

MILLION = 1e6


@dataclass(frozen=True, slots=True)
class Giver:
    """Help from above: up to `limit` a quarter and `total` in all (inf = no limit), from `first`.

    `nodes` may receive it. Repayable help (`repay_after` > 0) is a loan: interest at `rate` each
    quarter, principal after so many quarters.
    """

    giver_id: str
    kind: str
    order: int
    limit: float
    total: float
    first: int
    repay_after: int
    rate: float
    nodes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A rule's limit at a year's end: debt of `classes` <= `bound` (scenario,), yuan.

    `quarter` is the last of the year; `bound` is the rule's ratio times that year's resources. A
    rigid band is a debt ceiling, which may not be passed at any price.
    """

    rule_set_id: str
    indicator_id: str
    level: str
    classes: tuple[str, ...]
    quarter: int
    bound: Floats
    rigid: bool = False


@dataclass(frozen=True, slots=True)
class InsideDebt:
    """A debt that one inside body owes another: its contract moves money between their accounts.

    `principal` and `interest` are paid, `added` (interest, an index) raises the principal: fen by
    (scenario, quarter), the expected scenario last.
    """

    debt_id: str
    debtor_id: str
    creditor_id: str
    primary_class: str
    instrument: str
    opening: int
    principal: npt.NDArray[np.int64]
    interest: npt.NDArray[np.int64]
    added: npt.NDArray[np.int64]

    @property
    def closing(self) -> int:
        """Return what is expected to be owed after the last quarter, fen."""
        return self.opening + int(self.added[-1].sum()) - int(self.principal[-1].sum())


@dataclass(frozen=True, slots=True)
class MarketFees:
    """What a coordinated run charges and allots: `fee` and `allotted`, (market, quarter, tranche).

    Fees in yuan per appraised yuan, allotments in appraised yuan.
    """

    fee: Floats
    allotted: Floats


@dataclass(frozen=True)
class Inputs:
    """Everything that a plan is made from, in yuan.

    `budget` is the cash of budget lines by node, {column of the cash file: (node, scenario,
    quarter)}, in + and out -; `stalls` are where releases are listed; `held` the income less cost
    of all lots as they stand, (node, quarter); `givers` may help; `bands` are limits that rules
    set; `futures` are what the scenarios stand for; `market_fees` are None where the county plans
    without an allotment; `today` is the quarter in which a plan made now begins. `under_way` are
    starts (lot, route, quarter) that an earlier plan has prepared, `allotments` rows that were
    given beside the case: with both, whoever gathers inputs for other futures finds the same
    decisions.
    """

    case: Case
    nodes: Nodes
    offers: Offers
    releases: Releases
    stalls: Stalls
    debts: Obligations
    budget: dict[str, Floats]
    held: Floats
    inside_debts: tuple[InsideDebt, ...]
    givers: tuple[Giver, ...]
    bands: tuple[Band, ...]
    options: PlanOptions
    futures: Futures
    market_fees: MarketFees | None = None
    today: int = 0
    under_way: frozenset[tuple[str, str, int]] = frozenset()
    allotments: pl.DataFrame | None = None

    @property
    def shares(self) -> pl.DataFrame:
        """Rows of a coordinated run: those given beside the case, else the case's own."""
        return self.case.allotments if self.allotments is None else self.allotments

    @property
    def all_debts(self) -> pl.DataFrame:
        """Debts of inside debtors that are not repaid, those owed inside included."""
        return self.case.debts.filter(
            pl.col("debtor_id").is_in(self.case.perimeter),
            pl.col("status").fill_null("performing") != "repaid",
        )

    @property
    def quarters(self) -> int:
        """Number of quarters T."""
        return self.case.horizon.count

    @property
    def weights(self) -> Floats:
        """Scenario weights, (scenario,)."""
        return self.offers.weights

    @property
    def rate(self) -> float:
        """Discount rate a year."""
        return self.offers.rate

    @property
    def discount(self) -> Floats:
        """Factors of quarter ends, (quarter,)."""
        return self.case.horizon.discount(self.rate)


def quarterly(rate: Floats | float) -> Floats | float:
    """Return a year's rate as simple interest for one quarter."""
    return rate / QUARTERS_PER_YEAR


def holding_value(discount: Floats) -> Floats:
    """Return the objective weight of cash held at each quarter's end, (quarter,).

    Sum over t of d_t (c_t - c_{t-1}) = sum of c_t (d_t - d_{t+1}) + c_T d_T - c_0 d_1.
    """
    following = np.append(discount[1:], 0.0)
    return discount - following
