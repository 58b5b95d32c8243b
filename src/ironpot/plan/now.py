"""What is decided now, the same in every scenario: releases, pools, one option a debt, prepayments.

Columns and rows of the first stage. Volumes are million of asked price, effort person-weeks.
"""

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.plan.inputs import MILLION, Inputs
from ironpot.plan.program import Builder, Floats, Ints
from ironpot.plan.services import counted, services_today
from ironpot.valuation.depth import fill

# Voluntary prepayment and swaps are looked at twice a year; a pledge can be freed in any quarter.
REVIEW_EVERY = 2


def add_releases(build: Builder, inputs: Inputs) -> Ints:
    """Add a whole-number column for each release start; return the column of each candidate.

    Rows: each lot leaves once, alone or in a bundle; preparation fits the task force; services keep
    their floors; a pool has its minimum size.
    """
    releases = inputs.releases
    position = release_numbers(inputs)
    cost = np.bincount(position, weights=releases.terminal_cost + releases.service_cost)
    done = np.bincount(position, weights=releases.done) > 0.0
    column = build.add_columns(
        "release", cost.size, lower=done, upper=1.0, cost=cost / MILLION, integer=True
    )
    release_of = column[position]
    once = build.add_rows("leaves_once", inputs.offers.lots, upper=1.0)
    build.add(once[releases.lot], release_of, 1.0)
    _add_effort(build, inputs, release_of)
    _add_floors(build, inputs, release_of)
    _add_pools(build, inputs, release_of)
    return release_of


def release_numbers(inputs: Inputs) -> Ints:
    """Number the release columns: one for each lone candidate, one for each bundle and start."""
    releases = inputs.releases
    alone = np.flatnonzero(releases.bundle < 0)
    position = np.zeros(releases.count, dtype=np.int64)
    position[alone] = np.arange(alone.size)
    together = np.flatnonzero(releases.bundle >= 0)
    keys = releases.bundle[together] * (inputs.quarters + 1) + releases.start[together]
    _, number = np.unique(keys, return_inverse=True)
    position[together] = alone.size + number
    return position


def _add_effort(build: Builder, inputs: Inputs, release_of: Ints) -> None:
    """Preparation fits the task force each quarter; effort is spread over the lead time."""
    releases, quarters = inputs.releases, inputs.quarters
    rows = build.add_rows("team", quarters, upper=team_capacity(inputs))
    share = releases.effort / np.maximum(releases.lead, 1)
    for back in range(int(releases.lead.max(initial=0)) + 1):
        busy = (back < releases.lead) | ((back == 0) & (releases.lead == 0))
        first = releases.start - np.maximum(releases.lead, 1) + back + (releases.lead == 0)
        chosen = np.flatnonzero(busy & (first >= 0))
        build.add(rows[first[chosen]], release_of[chosen], share[chosen])


def team_capacity(inputs: Inputs) -> Floats:
    """Return the task force's person-weeks by quarter; inf where the case sets none."""
    return team_by_quarter(inputs.case, "capacity_pw", np.inf)


def team_by_quarter(case: Case, name: str, missing: float) -> Floats:
    """Return a column of the team table by quarter; a row for a quarter overrides `all`."""
    values = np.full(case.horizon.count, missing)
    rows = case.team.filter(pl.col(name).is_not_null()).sort(pl.col("quarter") != "all")
    for quarter, value in rows.select("quarter", name).iter_rows():
        if quarter == "all":
            values[:] = value
        elif 0 <= case.horizon.index(quarter) < values.size:
            values[case.horizon.index(quarter)] = value
    return values


def _add_floors(build: Builder, inputs: Inputs, release_of: Ints) -> None:
    """No more than (1 - floor) of each service is given up."""
    releases = inputs.releases
    classes = tuple(inputs.case.service_classes["service_class"])
    floors = inputs.case.service_classes["floor_share"].to_numpy()
    total = service_totals(inputs, classes)
    rows = build.add_rows("service_floor", len(classes), upper=(1.0 - floors) * total / MILLION)
    names = inputs.offers.frame["service_class"].gather(releases.row)
    number = np.array([classes.index(n) if n in classes else -1 for n in names], dtype=np.int64)
    chosen = np.flatnonzero((number >= 0) & (releases.service > 0.0))
    build.add(rows[number[chosen]], release_of[chosen], releases.service[chosen] / MILLION)


def service_totals(inputs: Inputs, classes: tuple[str, ...]) -> Floats:
    """Return today's service by class, as the floors count it (`plan.services`)."""
    total = services_today(inputs.offers, classes)
    return total * counted(total)


def _add_pools(build: Builder, inputs: Inputs, release_of: Ints) -> None:
    """A lot joins its owner's pool when that is issued, once, at its minimum size or more.

    A pool that was issued since the case date had its size.
    """
    releases, quarters = inputs.releases, inputs.quarters
    pooled = np.flatnonzero(inputs.offers.is_route("pool")[releases.row] & ~releases.done)
    owners = len(inputs.nodes.keys)
    node, start = releases.node[pooled], releases.start[pooled]
    used = np.zeros((owners, quarters))
    used[node, start] = 1.0
    issue = build.add_columns("pool", (owners, quarters), upper=used, integer=True)
    once = build.add_rows("pool_once", owners, upper=1.0)
    build.add(once[:, None], issue, 1.0)
    joined = build.add_rows("pool_joined", pooled.size, upper=0.0)
    build.add(joined, release_of[pooled], 1.0)
    build.add(joined, issue[node, start], -1.0)
    size = build.add_rows("pool_minimum", (owners, quarters), lower=0.0)
    amount = inputs.offers.column("appraisal")[releases.row[pooled]] / MILLION
    least = np.zeros(owners)
    minimum = inputs.offers.column("minimum_size")[releases.row[pooled]] / MILLION
    np.maximum.at(least, node, minimum)
    build.add(size[node, start], release_of[pooled], amount)
    build.add(size, issue, -least[:, None])


def add_debt_actions(build: Builder, inputs: Inputs, release_of: Ints) -> None:
    """Add one option a debt, prepaid and swapped shares by quarter, and what a release must free.

    Rows: one option; shares only of the contract; negotiations within capacity; swaps within the
    year's quota; a pledged lot frees its debt when it is offered.
    """
    debts = inputs.debts
    value = debts.value_after @ inputs.weights / MILLION
    open_now = np.ones(value.size)
    if inputs.today > 0:  # Terms change at the case date: what is not recorded was not agreed then.
        open_now[np.setdiff1d(np.arange(value.size), debts.contract)] = 0.0
    option = build.add_columns("option", value.size, upper=open_now, cost=value, integer=True)
    one = build.add_rows("one_option", len(debts.node), lower=1.0, upper=1.0)
    build.add(one[debts.option_debt], option, 1.0)
    negotiated = np.setdiff1d(np.arange(option.size), debts.contract)
    capacity = team_by_quarter(inputs.case, "negotiations", np.inf).sum()
    talks = build.add_rows("negotiations", 1, upper=capacity)
    build.add(talks[0], option[negotiated], 1.0)
    share = build.add_rows("share_of_contract", len(debts.node), upper=0.0)
    build.add(share, option[debts.contract], -1.0)
    _add_prepayments(build, inputs, release_of, share)
    _add_swaps(build, inputs, share)


def _add_prepayments(build: Builder, inputs: Inputs, release_of: Ints, share: Ints) -> None:
    releases = inputs.releases
    debt, quarter = prepayment_dates(inputs)
    saved = inputs.debts.value_after[inputs.debts.contract[debt]] @ inputs.weights
    prepay = build.add_columns("prepay", debt.size, upper=1.0, cost=-saved / MILLION)
    build.add(share[debt], prepay, 1.0)
    freeing = np.flatnonzero(pledged_debt(inputs) >= 0)
    if not freeing.size:
        return
    place = {pair: k for k, pair in enumerate(zip(debt.tolist(), quarter.tolist(), strict=True))}
    wanted = zip(
        pledged_debt(inputs)[freeing].tolist(), releases.start[freeing].tolist(), strict=True
    )
    at = np.array([place[pair] for pair in wanted])
    freed = build.add_rows("freed", debt.size, lower=0.0)
    build.add(freed, prepay, 1.0)
    build.add(freed[at], release_of[freeing], -releases.freed_share[freeing])


def pledged_debt(inputs: Inputs) -> Ints:
    """Return the debt (position in `debts`) that each candidate must first free, -1 if none."""
    known = {name: position for position, name in enumerate(inputs.debts.debt_ids)}
    names = inputs.offers.pledges.debt_ids
    place = np.array([known.get(name, -1) for name in names] + [-1], dtype=np.int64)
    return place[inputs.releases.debt]


def prepayment_dates(inputs: Inputs) -> tuple[Ints, Ints]:
    """Return (debt, quarter) pairs at which a debt may be prepaid, in whole or in part."""
    debts = inputs.debts
    principal_left = debts.outstanding[debts.contract].max(axis=1) > 0.0
    quarters = np.arange(inputs.quarters)
    review = (quarters % REVIEW_EVERY == 0) & (quarters >= inputs.today)
    review = review & debts.prepayable[:, None]
    target = pledged_debt(inputs)
    freed = np.zeros_like(review)
    freed[target[target >= 0], inputs.releases.start[target >= 0]] = True
    debt, quarter = np.nonzero((review & principal_left) | freed)
    return debt, quarter


def swap_dates(inputs: Inputs) -> tuple[Ints, Ints, Ints]:
    """Return (programme, debt, quarter) at which a debt may be swapped for an on-lent bond."""
    debts, quarters = inputs.debts, np.arange(inputs.quarters)
    left = debts.outstanding[debts.contract].max(axis=1) > 0.0
    review = (quarters % REVIEW_EVERY == 0) & (quarters >= inputs.today) & left
    open_to = [
        review & swap.open_to[:, None] & (swap.quota[quarters // QUARTERS_PER_YEAR] > 0.0)
        for swap in debts.swaps
    ]
    shape = (len(debts.swaps), *left.shape)
    programme, debt, quarter = np.nonzero(np.array(open_to, dtype=bool).reshape(shape))
    return programme, debt, quarter


def _add_swaps(build: Builder, inputs: Inputs, share: Ints) -> None:
    """Swapped shares: the new bond's service after the horizon less the old debt's."""
    debts = inputs.debts
    programme, debt, quarter = swap_dates(inputs)
    principal = debts.outstanding[debts.contract[debt], :, quarter] @ inputs.weights
    owed = np.zeros(debt.size)
    for number, terms in enumerate(debts.swaps):
        owed[programme == number] = terms.value_after[quarter[programme == number]]
    saved = debts.value_after[debts.contract[debt]] @ inputs.weights
    cost = (principal * owed - saved) / MILLION
    swap = build.add_columns("swap", debt.size, upper=1.0, cost=cost)
    build.add(share[debt], swap, 1.0)
    for number, terms in enumerate(debts.swaps):
        mine = np.flatnonzero(programme == number)
        rows = build.add_rows(
            f"swap_quota:{terms.option_id}", terms.quota.size, upper=terms.quota / MILLION
        )
        build.add(rows[quarter[mine] // QUARTERS_PER_YEAR], swap[mine], principal[mine] / MILLION)


def add_depth(build: Builder, inputs: Inputs, release_of: Ints) -> None:
    """Add the ladder: what each stall lists fills tranches that all stalls of a market share.

    `listed` and `kept` are volume and volume after levies by (stall, quarter); `fill` is (stall,
    quarter, tranche). Rows `impact` cut the linear relaxation.
    """
    releases, depth = inputs.releases, inputs.offers.depth
    market = inputs.stalls.market
    shape = (market.size, inputs.quarters)
    listed = np.flatnonzero(releases.market >= 0)
    where = releases.stall[listed], releases.start[listed]
    volume = releases.volume[listed] / MILLION
    used = np.zeros(shape, dtype=bool)
    used[where] = True
    # A lot that alone breaks a ladder has no start: its column is closed by the caller.
    kept = build.add_columns("kept", shape, upper=np.where(used, np.inf, 0.0))
    tie = build.add_rows("kept_volume", shape, lower=0.0, upper=0.0)
    build.add(tie, kept, -1.0)
    build.add(tie[where], release_of[listed], volume * releases.kept_share[listed])
    tranches = depth.capacity.shape[2]
    upper = np.where(used[..., None], depth.capacity[market] / MILLION, 0.0)
    filled = build.add_columns("fill", (*shape, tranches), upper=upper)
    whole = build.add_rows("listed_volume", shape, lower=0.0, upper=0.0)
    build.add(whole[..., None], filled, -1.0)
    build.add(whole[where], release_of[listed], volume)
    limit = build.add_rows("depth", depth.capacity.shape, upper=depth.capacity / MILLION)
    build.add(limit[market], filled, 1.0)
    _add_impact_cuts(build, inputs, release_of, filled)


def _add_impact_cuts(build: Builder, inputs: Inputs, release_of: Ints, filled: Ints) -> None:
    """Tie each market's quarter to whole lots: its loss >= the sum of their lone losses.

    Valid because the loss f of a ladder is convex with f(0) = 0, hence superadditive.
    """
    depth, place = inputs.offers.depth, inputs.stalls.market
    rows = build.add_rows("impact", depth.capacity.shape[:2], lower=0.0)
    build.add(rows[place][:, :, None], filled, price_loss(inputs)[place])
    columns, market, start, volume = column_volumes(inputs, release_of)
    lone = fill(volume, depth.capacity[market, start]) * price_loss(inputs)[market, start]
    build.add(rows[market, start], columns, -lone.sum(axis=1) / MILLION)


def column_volumes(inputs: Inputs, release_of: Ints) -> tuple[Ints, Ints, Ints, Floats]:
    """Return (column, market, start, yuan listed) of each listing column; bundles are summed."""
    releases = inputs.releases
    listed = np.flatnonzero(releases.market >= 0)
    markets = len(inputs.offers.depth.markets)
    key = (release_of[listed] * markets + releases.market[listed]) * inputs.quarters
    key += releases.start[listed]
    unique, number = np.unique(key, return_inverse=True)
    volume = np.bincount(number, weights=releases.volume[listed])
    rest, start = unique // inputs.quarters, unique % inputs.quarters
    return rest // markets, rest % markets, start, volume.astype(np.float64)


def price_loss(inputs: Inputs) -> Floats:
    """Return what each tranche loses against the first, (market, quarter, tranche)."""
    fraction = inputs.offers.depth.fraction
    return np.where(inputs.offers.depth.capacity > 0.0, fraction[:, :, :1] - fraction, 0.0)
