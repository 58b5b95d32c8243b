"""Gather what a plan is made from: a case, its debts' options, its lots' offers, its budget."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.case.case import Case
from ironpot.case.schema.money import RELIEF_IN_CASH
from ironpot.case.schema.words import SCENARIOS
from ironpot.cashflow.further_terms import with_further_terms
from ironpot.cashflow.options import CONTRACT, DebtOptions, debt_options
from ironpot.cashflow.rates import RatePaths
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.core.money import FEN_PER_YUAN, to_fen
from ironpot.plan.allotments import beside_begun, with_allotments
from ironpot.plan.begun import what_has_begun
from ironpot.plan.beyond import refuse_beyond_fen
from ironpot.plan.cashless import Flows, cashless_moves
from ironpot.plan.debt_ledger import with_expected
from ironpot.plan.inputs import Giver, Inputs, InsideDebt
from ironpot.plan.nodes import Nodes, cash_nodes
from ironpot.plan.obligations import obligations
from ironpot.plan.options import PlanOptions
from ironpot.plan.program import Floats
from ironpot.plan.releases import candidate_releases
from ironpot.plan.rule_limits import debt_bands
from ironpot.plan.stalls import shared_stalls, units_that_matter, with_own_luck
from ironpot.plan.starts import Starts
from ironpot.risk.budget import budget_flows
from ironpot.risk.drivers import Scenarios, rate_paths
from ironpot.risk.futures import Futures, drawn_futures, driver_paths, future_rates, named_futures
from ironpot.valuation.listing import Listing
from ironpot.valuation.offers import Offers
from ironpot.valuation.pledges import pledges_of
from ironpot.valuation.pot import Appraisals, appraise_assets
from ironpot.valuation.rate import meeting_rate


def appraise_case(case: Case, *, rate: float | None = None) -> tuple[Appraisals, DebtOptions]:
    """Return the pot test of a case and the options of its debts, at `rate` or the case's own.

    >>> from ironpot.case.read import read_case
    >>> appraisals, debts = appraise_case(read_case("examples/two-pots").case)
    >>> appraisals.table.height, debts.table["action"].to_list()
    (18, ['contract'])
    """
    chosen = meeting_rate(case) if rate is None else rate
    options = _options_of(case, rate_paths(case), chosen)
    pledges = pledges_of(case.debts, options, named_futures(case).weights, rate=chosen)
    return appraise_assets(case, pledges, rate=chosen), options


def gather(
    case: Case,
    appraisals: Appraisals,
    debts: DebtOptions,
    options: PlanOptions,
    *,
    allotments: pl.DataFrame | None = None,
    under_way: Starts = frozenset(),
    futures: Futures | None = None,
) -> Inputs:
    """Arrange everything for the planner, in yuan.

    The pot test looks at the case's three futures; the plan at as many as the options ask for.
    `allotments` are the county's rows of a coordinated run, `case.schema.share.ALLOTMENTS`; they
    override those that the case holds. `under_way` are starts that an earlier plan has prepared,
    (lot, route, quarter). `futures` stand in for those that the options ask for. Raises CaseError
    where a figure is beyond what can be written to the fen.
    """
    nodes = cash_nodes(case)
    offers, named = appraisals.offers, debts
    if futures is None:
        futures = _futures_of(case, options)
    if futures.levels is not None:
        offers = _offers_in(futures, offers)
        debts = _options_of(case, future_rates(case, futures), offers.rate)
    fees, shares = None, case.allotments if allotments is None else allotments
    if shares.height:
        quarters = tuple(case.horizon.quarters)
        offers, fees = with_allotments(offers, shares, quarters, within=options.within)
    elif options.within:
        raise IronpotError(_NO_ALLOTMENT)
    held = held_income(offers, nodes, case.horizon.count)
    offers, begun = what_has_begun(case, offers, nodes, options, under_way)
    scenarios = driver_paths(case, futures)
    inside = _inside_debts(case, debts, futures)
    budget = budget_by_node(case, nodes, scenarios)
    _add_inside_service(budget, inside, nodes)
    releases = candidate_releases(offers, case.bundles, nodes, begun)
    if fees is not None:
        ladder = appraisals.offers.depth.capacity
        offers, fees = beside_begun(offers, fees, releases, ladder, within=options.within)
    stalls = shared_stalls(offers, nodes)
    if options.lot_luck and futures.luck_seed is not None:
        units = units_that_matter(offers, case.bundles, _payments(case, nodes, named))
        releases, stalls = with_own_luck(offers, releases, stalls, units, futures.luck_seed)
    inputs = Inputs(
        case=case,
        nodes=nodes,
        offers=offers,
        releases=releases,
        stalls=stalls,
        debts=obligations(case, debts, nodes, futures, rate=offers.rate),
        budget=budget,
        held=held,
        inside_debts=inside,
        givers=givers_of(case, nodes),
        bands=debt_bands(case, scenarios),
        options=options,
        futures=futures,
        market_fees=fees,
        today=begun.today,
        under_way=under_way,
        allotments=allotments,
    )
    refuse_beyond_fen(inputs)
    return inputs


def _futures_of(case: Case, options: PlanOptions) -> Futures:
    if options.scenarios:
        return drawn_futures(case, options.scenarios, seed=options.seed)
    return named_futures(case)


def _options_of(case: Case, rates: RatePaths, discount_rate: float) -> DebtOptions:
    return debt_options(
        with_further_terms(case.debts, case.debt_terms),
        case.class_actions,
        case_date=case.date,
        horizon=case.horizon,
        rates=rates,
        discount_rate=discount_rate,
        debt_changes=case.debt_changes,
    )


def _offers_in(futures: Futures, offers: Offers) -> Offers:
    """Return the offers with listings and prices of drawn futures instead of the named ones."""
    markets, drivers = offers.depth.markets, offers.depth.driver
    prices = [
        np.maximum(futures.spread(offers.prices[:, k], driver), 0.0)
        for k, driver in enumerate(drivers)
    ]
    sold = [_sold_in(futures, offers.listing.sold[k], name) for k, name in enumerate(markets)]
    reserve = [
        np.clip(futures.spread_lasting(offers.listing.reserve[k], f"listing:{name}"), 0.0, 1.0)
        for k, name in enumerate(markets)
    ]
    shape = (len(markets), futures.count, offers.listing.rounds)
    return replace(
        offers,
        prices=np.array(prices).reshape(len(markets), futures.count, -1).swapaxes(0, 1),
        listing=Listing(np.array(sold).reshape(shape), np.array(reserve).reshape(shape)),
        weights=futures.weights,
    )


def _sold_in(futures: Futures, three: Floats, market: str) -> Floats:
    """Shares sold by round, (scenario, round); no more than everything is sold in all."""
    sold = np.clip(futures.spread_lasting(three, f"listing:{market}"), 0.0, 1.0)
    return sold / np.maximum(sold.sum(axis=1, keepdims=True), 1.0)


def _payments(case: Case, nodes: Nodes, options: DebtOptions) -> dict[str, float]:
    """Return what each entity pays in a mean quarter of the base column, yuan: budget and debts."""
    base = SCENARIOS.index("base")
    budget = budget_by_node(case, nodes, driver_paths(case, named_futures(case)))
    spent = -np.sum([np.minimum(flows[:, base], 0.0) for flows in budget.values()], axis=0)
    paid = dict.fromkeys((entity for entity, _ in nodes.keys), 0.0)
    for (entity, _), amount in zip(nodes.keys, spent.mean(axis=1).tolist(), strict=True):
        paid[entity] += amount
    served = (options.principal + options.interest)[:, base].mean(axis=1)
    rows = options.table.select("debt_id", "action").iter_rows()
    debtors = dict(case.debts.select("debt_id", "debtor_id").iter_rows())
    for (name, action), amount in zip(rows, served.tolist(), strict=True):
        if action == CONTRACT and debtors[name] in paid:
            paid[debtors[name]] += amount
    return paid


def budget_by_node(case: Case, nodes: Nodes, scenarios: Scenarios) -> dict[str, Floats]:
    """Return the budget by column of the cash file, (node, scenario, quarter), yuan.

    A line of an account that its holder does not have goes to the holder's main account. Raises
    IronpotError where there is no line at all: an unknown budget is not one of nothing.
    """
    flows = budget_flows(case, scenarios).filter(pl.col("entity_id").is_in(list(nodes.holder)))
    shape = (len(nodes.keys), len(scenarios.names), case.horizon.count)
    table: dict[str, Floats] = {}
    place = {name: number for number, name in enumerate(case.horizon.quarters)}
    known = {name: number for number, name in enumerate(scenarios.names)}
    # In the order of the lines: in any other, the same case would differ in the last digits.
    keys = ("entity_id", "account", "line", "scenario", "quarter")
    summed = flows.group_by(keys, maintain_order=True).agg(pl.col("amount").sum())
    for entity, account, line, scenario, quarter, amount in summed.iter_rows():
        node = nodes.find(entity, account)
        node = node if node >= 0 else nodes.income_node(entity)
        array = table.setdefault(line, np.zeros(shape))
        array[node, known[scenario], place[quarter]] += amount
    if not table:
        raise IronpotError(_NO_BUDGET)
    return table


_NO_BUDGET = Text(
    "No body of the perimeter has a line in the budget, and a plan needs what comes in and goes "
    "out beside debts and lots. Add the lines to budget; if there is nothing, one line with "
    "amount 0.",
    "并表范围内各主体均无预算收支,而方案须知其他收支。请在budget表补充;确无收支的,填一行金额为0。",
)


def _inside_debts(case: Case, options: DebtOptions, futures: Futures) -> tuple[InsideDebt, ...]:
    """Debts owed inside the perimeter, as their contracts stand."""
    owed = case.debts.filter(
        pl.col("debtor_id").is_in(case.perimeter), pl.col("creditor_id").is_in(case.perimeter)
    )
    weights = futures.weights
    contracts = {
        name: row
        for row, (name, action) in enumerate(options.table.select("debt_id", "action").iter_rows())
        if action == CONTRACT
    }
    rows = [contracts[name] for name in owed["debt_id"] if name in contracts]
    held = owed.filter(pl.col("debt_id").is_in(list(contracts)))
    moves = cashless_moves(
        np.repeat(held["notional_principal"].to_numpy()[:, None], weights.size, axis=1),
        Flows(
            options.principal[rows],
            options.interest[rows],
            options.drawn[rows],
            options.added[rows],
            options.outstanding[rows],
        ),
        held["debt_id"].to_list(),
    )
    return tuple(
        InsideDebt(
            debt_id=row["debt_id"],
            debtor_id=row["debtor_id"],
            creditor_id=row["creditor_id"],
            primary_class=row["primary_class"],
            instrument=row["instrument"],
            opening=int(to_fen(row["notional_principal"])),
            principal=_fen(moves.principal[number], weights),
            interest=_fen(moves.interest[number], weights),
            added=_fen(moves.added[number], weights),
        )
        for number, row in enumerate(held.iter_rows(named=True))
    )


def _fen(yuan: Floats, weights: Floats) -> npt.NDArray[np.int64]:
    """Yuan (scenario, quarter) in fen with the expected scenario appended."""
    return to_fen(with_expected(yuan[None], weights))[0]


def _add_inside_service(
    budget: dict[str, Floats], inside: tuple[InsideDebt, ...], nodes: Nodes
) -> None:
    """Book what inside bodies pay one another on contracts as flows inside the group."""
    shape = next(iter(budget.values())).shape
    for loan in inside:
        service = (loan.principal + loan.interest)[:-1] / FEN_PER_YUAN
        for name, sign, entity in (
            ("intra_group_out", -1.0, loan.debtor_id),
            ("intra_group_in", 1.0, loan.creditor_id),
        ):
            table = budget.setdefault(name, np.zeros(shape))
            table[nodes.income_node(entity)] += sign * service


def held_income(offers: Offers, nodes: Nodes, quarters: int) -> Floats:
    """Return income less cost of all lots as they stand, (node, quarter), yuan."""
    lots = offers.frame.unique("lot_id", keep="first", maintain_order=True)
    stream = offers.streams["base"]
    cash = (stream.income + stream.cost)[:, :quarters]
    held = np.zeros((len(nodes.keys), quarters))
    for lot, owner in enumerate(lots["entity_id"]):
        if owner in nodes.holder:
            held[nodes.income_node(owner)] += cash[lot]
    return held


def givers_of(case: Case, nodes: Nodes) -> tuple[Giver, ...]:
    """Return who may help a case, in order, and which of its accounts may take it."""
    return tuple(
        Giver(
            giver_id=row["giver_id"],
            kind=row["kind"],
            order=row["order"],
            limit=_or_infinite(row["quarterly_limit"]),
            total=_or_infinite(row["total_limit"]),
            first=max(case.horizon.index(row["earliest_quarter"]), 0)
            if row["earliest_quarter"]
            else 0,
            repay_after=int(row["repay_after_quarters"] or 0) if row["repayable"] else 0,
            rate=row["rate"] or 0.0,
            nodes=tuple(
                node
                for node, key in enumerate(nodes.keys)
                if key[1] in (row["accounts"] or "").split(";")
            ),
        )
        for row in case.relief_sources.filter(pl.col("kind").is_in(RELIEF_IN_CASH))
        .sort("order", maintain_order=True)
        .iter_rows(named=True)
    )


def _or_infinite(limit: float | None) -> float:
    return np.inf if limit is None else limit


_NO_ALLOTMENT = Text(
    "A plan within an allotment (--within) needs one: give the county's file of allotments/ that "
    "ironpot system wrote (--allotment FILE), or fill the case's table of allotments.",
    "在配额内制定方案(--within)须有配额:请给出 ironpot system 写入 allotments/ 的本县文件"
    "(--allotment 文件),或填写案例的配额表。",
)
