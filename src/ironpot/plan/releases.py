"""Which releases could start when, and what does each move? The columns of the plan's choice.

A candidate is one lot (or bundle) by one route from one quarter. Arrays are (candidate,) or
(candidate, quarter) in yuan, undiscounted unless said; quarter 0 is the first of the horizon.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ironpot.core.dates import MONTHS_PER_QUARTER, QUARTERS_PER_YEAR
from ironpot.plan.given_up import given_up, transfer_chance
from ironpot.plan.nodes import Nodes
from ironpot.plan.program import Floats, Ints
from ironpot.plan.services import service_weight
from ironpot.plan.starts import bundle_starts, prepared_soon, starts
from ironpot.valuation.offers import Offers
from ironpot.valuation.price import (
    levy,
    price_release,
    procedure_cost,
    quarterly_rent,
    quarters_let,
)
from ironpot.valuation.retention import Bools, annuity
from ironpot.valuation.routes import FREES_PLEDGE
from ironpot.valuation.worth import ending_flows, ends_service, last_handed


@dataclass(frozen=True, slots=True)
class Begun:
    """What has begun: `row` and `start` (n,), and the quarter in which a plan made today begins.

    `under_way` are starts (lot, route, quarter) whose preparation an earlier plan has begun.
    """

    row: Ints
    start: Ints
    today: int = 0
    under_way: frozenset[tuple[str, str, int]] = frozenset()


NOTHING_BEGUN = Begun(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Releases:
    """Candidates of release.

    `row` points into `Offers.frame`; `bundle` is the bundle's position or -1: members of a bundle
    are candidates of their own that only leave together. `node` receives the price, `home` the
    lot's income today, `buyer` (-1 = outside) pays. `volume` is the asked price that goes into
    market `market` (-1 = no listing) at its `stall` (`plan.stalls`); `kept_share` what taxes
    and fees leave of the price. `moves` is cash that no market moves, by column of the cash file,
    (candidate, quarter) each, in + and out -; `ended` the quarterly cash of the lot that ends with
    its transfer.
    `done` marks what has begun and can only be carried on: listed or signed since the case date.
    `service` is what the transfer takes from the lot's class, as the floors count it.
    `debt` is freed by the share `freed_share` of its principal. `terminal_cost` and `service_cost`
    are present values: what is given up after the horizon, and service within it.
    """

    row: Ints
    start: Ints
    bundle: Ints
    lot: Ints
    node: Ints
    home: Ints
    buyer: Ints
    market: Ints
    stall: Ints
    volume: Floats
    kept_share: Floats
    effort: Floats
    lead: Ints
    moves: dict[str, Floats]
    ended: Floats
    debt: Ints
    freed_share: Floats
    service: Floats
    terminal_cost: Floats
    service_cost: Floats
    done: Bools

    @property
    def count(self) -> int:
        """Number of candidates."""
        return self.row.size

    @property
    def fixed(self) -> Floats:
        """All cash that no market moves, (candidate, quarter)."""
        return np.sum(list(self.moves.values()), axis=0)


def candidate_releases(
    offers: Offers, bundles: pl.DataFrame, nodes: Nodes, begun: Begun = NOTHING_BEGUN
) -> Releases:
    """List every legal start of every lot, alone and in its bundles, that could bring anything.

    What has begun has one start; other lots start from today on, prepared from today on unless
    their preparation is under way.
    """
    usable = usable_rows(offers, nodes)
    soon = prepared_soon(offers, begun.under_way, usable)
    alone = starts(offers, np.flatnonzero(usable), soon)
    together = bundle_starts(offers, bundles, usable, soon)
    row = np.concatenate([alone[0], together[0]])
    start = np.concatenate([alone[1], together[1]])
    bundle = np.concatenate([np.full(alone[0].size, -1), together[2]])
    uplift = np.concatenate([np.ones(alone[0].size), together[3]])
    free = _still_free(offers, begun, row, start, bundle)
    none = np.full(begun.row.size, -1)
    return _measure(
        offers,
        nodes,
        np.concatenate([row[free], begun.row]),
        np.concatenate([start[free], begun.start]),
        np.concatenate([bundle[free], none]),
        np.concatenate([uplift[free], np.ones(begun.row.size)]),
        np.concatenate([np.zeros(int(free.sum()), dtype=bool), none < 0]),
    )


def _still_free(offers: Offers, begun: Begun, row: Ints, start: Ints, bundle: Ints) -> Bools:
    """Mark candidates that may still be chosen; a bundle needs all of its members."""
    lead = offers.column("lead_quarters").astype(np.int64)[row]
    keys = begun.under_way
    lots, routes = offers.frame["lot_id"], offers.frame["route"]
    prepared = (
        [(lots[int(r)], routes[int(r)], int(s)) in keys for r, s in zip(row, start, strict=True)]
        if keys
        else np.zeros(row.size, dtype=bool)
    )
    late = (start < begun.today) | ((start - lead < begun.today) & ~np.asarray(prepared))
    late &= begun.today > 0
    gone = late | np.isin(offers.lot[row], offers.lot[begun.row])
    key = bundle * (offers.quarters + 1) + start
    return ~gone & ~((bundle >= 0) & np.isin(key, key[gone & (bundle >= 0)]))


def usable_rows(offers: Offers, nodes: Nodes) -> Bools:
    """Mark legal rows of inside owners that bring cash; holding needs no column."""
    rows = np.arange(offers.lot.size)
    brings = price_release(offers, rows, np.zeros_like(rows), "base").achieved > 0.0
    inside = offers.frame["entity_id"].is_in(list(nodes.holder)).to_numpy()
    legal = offers.frame["legal"].to_numpy()
    return legal & brings & inside & ~offers.is_route("hold")


def _measure(
    offers: Offers,
    nodes: Nodes,
    row: Ints,
    start: Ints,
    bundle: Ints,
    uplift: Floats,
    done: Bools,
) -> Releases:
    """Work out what each candidate moves; what has begun needs no preparation any more."""
    price = price_release(offers, row, start, "base")
    achieved = price.achieved * uplift
    paid = levy(offers, row, achieved, "tax", "base") + levy(offers, row, achieved, "fee", "base")
    listed, outside = offers.listed[row], ~offers.inside[row]
    cash, service = ending_flows(offers, row)
    ended = _while_handed(offers, row, start, cash[:, : offers.quarters])
    terminal, lost = given_up(offers, row, start, cash, service, transfer_chance(offers, row))
    frees = offers.is_route(*FREES_PLEDGE)[row] & (offers.pledge[row] >= 0)
    contract = _Contract(offers, row, start, np.where(listed, 0.0, achieved), paid)
    node = _node_of(offers, nodes, "account")[row]
    return Releases(
        row=row,
        start=start,
        bundle=bundle,
        lot=offers.lot[row],
        node=node,
        home=_node_of(offers, nodes, None)[row],
        buyer=np.where(outside, -1, _buying(offers, nodes)[row]),
        market=np.where(listed, offers.market[row], -1),
        stall=np.where(listed, node * len(offers.depth.markets) + offers.market[row], -1),
        volume=np.where(listed, price.asked * uplift, 0.0),
        kept_share=1.0 - np.divide(paid, achieved, out=np.zeros_like(paid), where=achieved > 0.0),
        effort=np.where(done, 0.0, offers.column("effort_pw")[row]),
        lead=np.where(done, 0, offers.column("lead_quarters").astype(np.int64)[row]),
        moves=contract.moves(),
        ended=np.where(outside[:, None], ended, 0.0),
        debt=np.where(frees, offers.pledge[row], -1),
        freed_share=np.where(frees, offers.pledge_share[row], 0.0),
        service=np.where(outside & ends_service(offers, row), service_weight(offers, row), 0.0),
        terminal_cost=np.where(outside, terminal, 0.0) + contract.after_horizon(),
        service_cost=np.where(outside, lost, 0.0),
        done=done,
    )


def _node_of(offers: Offers, nodes: Nodes, account: str | None) -> Ints:
    """Node of each row's owner: its main one, or the one that the route's account names."""
    accounts = offers.frame["account"] if account else pl.repeat(None, offers.lot.size, eager=True)
    keys = list(zip(offers.frame["entity_id"], accounts, strict=True))
    known = {key: nodes.income_node(*key) for key in set(keys) if key[0] in nodes.holder}
    return np.array([known.get(key, -1) for key in keys], dtype=np.int64)


def _buying(offers: Offers, nodes: Nodes) -> Ints:
    """Node of the related buyer; the owner's own node where none is named (a sale to oneself)."""
    names = offers.frame["buyer_id"].fill_null("")
    known = {name: nodes.income_node(name) for name in set(names) if name in nodes.holder}
    buyers = np.array([known.get(name, -1) for name in names], dtype=np.int64)
    return np.where(buyers >= 0, buyers, _node_of(offers, nodes, "account"))


def _while_handed(offers: Offers, row: Ints, start: Ints, cash: Floats) -> Floats:
    """Leave only the quarters that a release hands over: after its start, up to its last."""
    quarters = np.arange(offers.quarters)[None, :]
    last = last_handed(offers, row, start)[:, None]
    return np.where((quarters > start[:, None]) & (quarters < last), cash, 0.0)


@dataclass(frozen=True, slots=True)
class _Contract:
    """Cash of releases that a contract, not a market, fixes: prices, rents, loans, procedure.

    `price` and `paid` (levies) are (n,); listed rows have price 0 and their levies in the market.
    """

    offers: Offers
    row: Ints
    start: Ints
    price: Floats
    paid: Floats

    def moves(self) -> dict[str, Floats]:
        """Cash by column of the cash file, (n, quarter) each."""
        lender = self.offers.lends[self.row]
        inside = self.offers.inside[self.row]
        now = np.arange(self.offers.quarters)[None, :] == self.start[:, None]
        at_once = now * np.where(self._lets, 0.0, self.price)[:, None]
        levies = now * np.where(self._lets | self.offers.listed[self.row], 0.0, self.paid)[:, None]
        procedure = procedure_cost(self.offers, self.row, "base")[:, None]
        interest, principal = self._loan_service()
        return {
            "asset_proceeds_outside": np.where((~lender & ~inside)[:, None], at_once, 0.0),
            "asset_proceeds_inside": np.where(inside[:, None], at_once, 0.0),
            "borrowing": np.where(lender[:, None], at_once, 0.0),
            "asset_income": self._let * self._rent[:, None],
            "tax_and_fee": -levies - self._let * self._rent_levy[:, None],
            "procedure_cost": -(now * procedure),
            "interest": interest,
            "principal": principal,
        }

    def after_horizon(self) -> Floats:
        """Present value of what contracts still pay (cost +) after the horizon, (n,)."""
        offers, (loan, rate, term) = self.offers, self._loan_terms
        end = (1.0 + offers.rate) ** (-offers.quarters / QUARTERS_PER_YEAR)
        let = np.clip(self.start + self._term + 1 - offers.quarters, 0, None)
        rent = (self._rent - self._rent_levy) * annuity(let, offers.rate)
        owed = np.clip(self.start + term + 1 - offers.quarters, 0, None)
        factor = (1.0 + offers.rate) ** (-owed / QUARTERS_PER_YEAR)
        service = np.where(owed > 0, loan * (rate * annuity(owed, offers.rate) + factor), 0.0)
        return end * (service - rent)

    def _is(self, *routes: str) -> Bools:
        return self.offers.is_route(*routes)[self.row]

    @property
    def _lets(self) -> Bools:
        return self._is("lease", "share_reuse")

    @property
    def _let(self) -> Bools:
        """Quarters in which rent is paid, (n, quarter)."""
        after = np.arange(self.offers.quarters)[None, :] - self.start[:, None]
        return self._lets[:, None] & (after > 0) & (after <= self._term[:, None])

    @property
    def _term(self) -> Ints:
        """Quarters let, (n,)."""
        return quarters_let(self.offers, self.row, self.start)

    @property
    def _rent(self) -> Floats:
        rent = quarterly_rent(self.offers, self.row, "base")
        return np.where(self._lets, rent, 0.0)

    @property
    def _rent_levy(self) -> Floats:
        """Taxes and fees on a rent, spread over the quarters let, (n,)."""
        spread = self.paid / np.maximum(self._term, 1)
        return np.where(self._lets, spread, 0.0)

    @property
    def _loan_terms(self) -> tuple[Floats, Floats, Ints]:
        loan = np.where(self.offers.lends[self.row], self.price, 0.0)
        rate = self.offers.column("loan_rate")[self.row] / QUARTERS_PER_YEAR
        months = self.offers.column("loan_term_months")[self.row]
        return loan, rate, np.rint(months / MONTHS_PER_QUARTER).astype(np.int64)

    def _loan_service(self) -> tuple[Floats, Floats]:
        """Interest each quarter after the draw and principal at the end, out -, (n, quarter)."""
        loan, rate, term = self._loan_terms
        after = np.arange(self.offers.quarters)[None, :] - self.start[:, None]
        running = (after > 0) & (after <= term[:, None])
        interest = np.where(running, -(loan * rate)[:, None], 0.0)
        return interest, np.where(after == term[:, None], -loan[:, None], 0.0)


def given_up_in(whole: Offers, part: Offers, releases: Releases) -> tuple[Floats, Floats]:
    """Return terminal and service cost of releases in some of the futures, (n,) each.

    `whole` are the offers in all futures, `part` the same in some of them with their own weights.
    """
    every: Ints = np.arange(releases.count, dtype=np.int64)
    changed = weighed_again(whole, releases, every, transfer_chance(part, releases.row))
    return changed.terminal_cost, changed.service_cost


def weighed_again(offers: Offers, releases: Releases, these: Ints, chances: Floats) -> Releases:
    """Return the releases with other chances of a transfer for `these` (n,), (n, round).

    What they give up after the horizon, and of service within it, is weighed by them.
    """
    row, start = releases.row[these], releases.start[these]
    outside, (cash, service) = ~offers.inside[row], ending_flows(offers, row)
    where = offers, row, start, cash, service
    before, after = given_up(*where, transfer_chance(offers, row)), given_up(*where, chances)
    terminal, lost = releases.terminal_cost.copy(), releases.service_cost.copy()
    terminal[these] += np.where(outside, after[0] - before[0], 0.0)
    lost[these] += np.where(outside, after[1] - before[1], 0.0)
    return replace(releases, terminal_cost=terminal, service_cost=lost)
