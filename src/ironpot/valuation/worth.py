"""What does a release bring and what does it give up, from any quarter? Both sides of the pot test.

`rows` (n,) point into `Offers.frame`; `start` (n,) is the quarter in which the release starts. All
values are present values at the case date in yuan unless said.
"""

from dataclasses import dataclass

import numpy as np

from ironpot.core.dates import MONTHS_PER_QUARTER, QUARTERS_PER_YEAR
from ironpot.valuation.offers import Level, Offers
from ironpot.valuation.price import (
    discount,
    divided_where_sold,
    levy,
    price_release,
    procedure_cost,
    round_chance,
)
from ironpot.valuation.retention import Bools, Floats, Ints, annuity, value_between
from ironpot.valuation.routes import FREES_PLEDGE

SALES = "exchange_sale", "auction", "transfer_up"


@dataclass(frozen=True, slots=True)
class Worth:
    """Both sides of a release, (n,) each; all costs >= 0.

    Prices and levies are undiscounted and expected given a sale; `delay_cost` discounts them.
    Procedure is paid sold or not, so a sale carries the failed ones too. `given_up` is the
    retention value from the transfer on, less the debt service that freeing a pledge ends. NaN
    where every listing fails, but for the gross price and the freed debt.
    """

    gross_price: Floats
    price_cut: Floats
    tax: Floats
    fee: Floats
    procedure_cost: Floats
    freed_debt: Floats
    delay_cost: Floats
    given_up: Floats
    sale_probability: Floats
    quarters_to_cash: Floats

    @property
    def net(self) -> Floats:
        """Net proceeds: gross price less all costs."""
        costs = self.price_cut + self.tax + self.fee + self.procedure_cost
        return self.gross_price - costs - self.freed_debt - self.delay_cost


def worth(offers: Offers, rows: Ints, start: Ints, level: Level) -> Worth:
    """Weigh releases that start in quarter `start`."""
    price = price_release(offers, rows, start, level)
    tax = levy(offers, rows, price.achieved, "tax", level)
    fee = levy(offers, rows, price.achieved, "fee", level)
    inside = offers.inside[rows]
    # A body inside the perimeter pays with the perimeter's own money: the whole price is cut, and
    # nothing is given up.
    received = np.where(inside, 0.0, price.achieved)
    factor = _ratio(price.discounted, price.achieved)
    # Where prices rise, more is achieved than is asked today.
    gross = np.fmax(price.asked, price.achieved)
    freed, ended = _freed_and_ended(offers, rows, start)
    prepared = procedure_cost(offers, rows, level) * discount(offers, start + 1)
    freed += np.where(offers.lends[rows], _loan_service(offers, rows, start, price.achieved), 0.0)
    given_up = np.where(inside, 0.0, _retained(offers, rows, start, level) - ended)
    return Worth(
        gross_price=gross,
        price_cut=gross - received,
        tax=tax,
        fee=fee,
        procedure_cost=divided_where_sold(prepared, price.sale_probability),
        freed_debt=freed,
        delay_cost=np.clip(received - tax - fee, 0.0, None) * (1.0 - factor),
        given_up=given_up,
        sale_probability=price.sale_probability,
        quarters_to_cash=price.quarters_to_cash,
    )


def ending_flows(offers: Offers, rows: Ints, level: Level = "base") -> tuple[Floats, Floats]:
    """Return the quarterly cash and service that each release ends, (n, quarter) each; in +, out -.

    A sale ends income, cost and service. A concession hands income, cost and investment to the
    operator, who keeps the service going; a pool without recourse does the same with the units that
    it sells. A lease hands over income and service. A loan against the lot and shared use end
    nothing.
    """
    stream, lot = offers.streams[level], offers.lot[rows]
    sale = offers.is_route(*SALES)[rows]
    concession = offers.is_route("concession")[rows]
    lease = offers.is_route("lease")[rows]
    pool = (offers.is_route("pool") & ~offers.lends)[rows]
    income = sale | concession | lease | pool
    cost = sale | concession | pool
    sold = 1.0 - np.where(pool, offers.column("retained_share")[rows], 0.0)
    cash = income[:, None] * stream.income[lot] + cost[:, None] * stream.cost[lot]
    return sold[:, None] * cash, ends_service(offers, rows)[:, None] * stream.service[lot]


def ends_service(offers: Offers, rows: Ints) -> Bools:
    """Say which releases end the service that a lot gives, (n,): sales and leases.

    They do so whether or not a source gives the service a value.
    """
    return offers.is_route(*SALES, "lease")[rows]


def last_handed(offers: Offers, rows: Ints, start: Ints) -> Ints:
    """Return the last quarter handed over by releases offered from `start`, (n,), counted from 1.

    The offer names the years granted, so a later round of a listing grants fewer.
    """
    life = offers.streams["base"].quarters[offers.lot[rows]]
    return np.minimum(start + 1 + offers.handed_quarters[rows], life)


def _retained(offers: Offers, rows: Ints, start: Ints, level: Level) -> Floats:
    """Retention value from the transfer on, expected given a sale, (n,)."""
    cash, service = ending_flows(offers, rows, level)
    factors = offers.streams[level].discount
    value = np.zeros(rows.size)
    last = last_handed(offers, rows, start)
    for step, chance in enumerate(round_chance(offers, rows, level).T):
        value += chance * value_between(factors, cash + service, start + 1 + step, last)
    return value


def _freed_and_ended(offers: Offers, rows: Ints, start: Ints) -> tuple[Floats, Floats]:
    """Debt that a release must first free, and the debt service that this ends, (n,)."""
    if not offers.pledges.debt_ids:
        return np.zeros(rows.size), np.zeros(rows.size)
    frees = offers.is_route(*FREES_PLEDGE)[rows] & (offers.pledge[rows] >= 0)
    debt, at = offers.pledge[rows], np.minimum(start + 1, offers.quarters)
    share = np.where(frees, offers.pledge_share[rows], 0.0)
    freed = share * offers.pledges.outstanding[debt, at] * discount(offers, start + 1)
    return freed, share * offers.pledges.value_after[debt, at]


def _loan_service(offers: Offers, rows: Ints, start: Ints, loan: Floats) -> Floats:
    """Present value of serving a new loan against the lot: it buys time, not value; (n,)."""
    term = offers.column("loan_term_months")[rows] / MONTHS_PER_QUARTER
    rate = offers.column("loan_rate")[rows] / QUARTERS_PER_YEAR
    service = rate * annuity(term, offers.rate) + discount(offers, term)
    return loan * service * discount(offers, start + 1)


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.divide(part, whole, out=np.ones_like(whole), where=whole > 0.0)
