"""Where do debt and cash of the perimeter go, in any scenario of the drivers and under any stress?

Amounts in yuan, positive as the debtor counts them, the primary balance and cash signed. Arrays are
(scenario, quarter); with a class between them where they say so, in the order of PRIMARY_CLASSES.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.case.case import Case
from ironpot.case.schema.words import PRIMARY_CLASSES
from ironpot.cashflow.rates import RatePaths
from ironpot.core.dates import QUARTERS_PER_YEAR, Horizon
from ironpot.risk.adjustments import Adjustments, Changes, changes_of
from ironpot.risk.assessment import RiskOptions
from ironpot.risk.budget_form import LAND, BudgetForm, budget_form, delayed_by
from ironpot.risk.debt_service import AMOUNTS, DebtBook, DebtService, debt_book, debt_service
from ironpot.risk.drivers import Scenarios, as_rate_paths, rate_paths
from ironpot.risk.guarantees import guarantees_of
from ironpot.risk.refinancing import non_standard, renewal_terms
from ironpot.risk.renewal import Carried, Due, Terms, carry_on

Floats = npt.NDArray[np.float64]

REFERENCE_RATE = "LPR1Y"


@dataclass(frozen=True, slots=True)
class Strain:
    """A stress, one figure a scenario, (scenario, 1); the defaults leave everything as it is.

    - `land`: factor on the index of land revenue; `rate`: added to every market rate, a year
    - `delay`: quarters by which transfers from above come later; parts of quarters are shared
    - `called`: share of guarantees called in the first quarter
    - `cut`: share of the renewal of non-standard debt that is withheld
    - `given`: yuan of help in the first quarter; `earned`: yuan a year more of primary balance
    """

    land: Floats | float = 1.0
    rate: Floats | float = 0.0
    delay: Floats | float = 0.0
    called: Floats | float = 0.0
    cut: Floats | float = 0.0
    given: Floats | float = 0.0
    earned: Floats | float = 0.0


CALM = Strain()


@dataclass(frozen=True)
class Outlook:
    """A case made ready: budget by driver, contracts, refinancing, guarantees, a plan's changes.

    `rates` are drivers that are interest rates; new borrowing moves one for one with LPR1Y from
    `reference_rate`, its value in the first quarter of the centre, where there is such a driver.
    """

    case: Case
    horizon: Horizon
    form: BudgetForm
    book: DebtBook
    guaranteed: DebtBook
    guaranteed_outside: float
    history: RatePaths
    rates: tuple[str, ...]
    reference_rate: float | None
    opening_cash: float
    adjustments: Adjustments | None
    options: RiskOptions

    @property
    def of_class(self) -> Floats:
        """Which group belongs to which class, (class, group) of ones and zeros."""
        kinds = np.array([group[0] for group in self.book.groups], dtype=str)
        return np.array([kinds == name for name in PRIMARY_CLASSES], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Projection:
    """What happens in each scenario.

    `principal` and `interest` include new loans and shortfalls; `drawn` is paid out by contracts
    and plan, `renewed` by rolling over; `calls` are guarantees paid for others. `cash` is negative
    by what is unpaid, which `debt` counts. `debt`, `interest_of`: (scenario, class, quarter).
    """

    primary: Floats
    interest: Floats
    fees: Floats
    principal: Floats
    drawn: Floats
    renewed: Floats
    proceeds: Floats
    relief: Floats
    calls: Floats
    cash: Floats
    debt: Floats
    interest_of: Floats
    opening_debt: Floats
    opening_cash: float
    facts: dict[tuple[str, str], Floats]


def make_outlook(
    case: Case,
    scenarios: Scenarios,
    entities: tuple[str, ...],
    options: RiskOptions,
    adjustments: Adjustments | None = None,
) -> Outlook:
    """Return a case ready for `project`, over the quarters of `scenarios`; facts of `entities`."""
    centre = scenarios.names.index(options.centre)
    known = REFERENCE_RATE in scenarios.drivers
    held = case.accounts.filter(pl.col("entity_id").is_in(case.perimeter))
    horizon = Horizon(scenarios.quarters[0], len(scenarios.quarters))
    guarantees = guarantees_of(case)
    return Outlook(
        case=case,
        horizon=horizon,
        form=budget_form(case, scenarios, entities),
        book=debt_book(case, horizon),
        guaranteed=debt_book(case, horizon, weights=guarantees.own),
        guaranteed_outside=guarantees.outside,
        history=rate_paths(case),
        rates=market_rates(case, scenarios),
        reference_rate=float(scenarios.path(REFERENCE_RATE)[centre, 0]) if known else None,
        opening_cash=float(held["opening_cash"].sum()),
        adjustments=adjustments,
        options=options,
    )


def market_rates(case: Case, scenarios: Scenarios) -> tuple[str, ...]:
    """Return the drivers that are interest rates: debts follow them, or new borrowing does."""
    followed = set(case.debts["market_object_code_of_rate_reset"].drop_nulls()) | {REFERENCE_RATE}
    return tuple(name for name in scenarios.drivers if name in followed)


def project(
    outlook: Outlook, drivers: Scenarios, *, credit: tuple[str, ...], strain: Strain = CALM
) -> Projection:
    """Return debt and cash under `drivers`; `credit` names each scenario's refinancing terms.

    `credit`: base, adverse or favourable by scenario, or one for all.
    """
    moved = strained(outlook, drivers, strain)
    changes = _helped(changes_of(outlook.adjustments, credit, drivers.quarters), strain)
    service, called = _service(outlook, moved, strain)
    calls = np.zeros(moved.values.shape[:2])
    calls[:, :1] = outlook.guaranteed_outside * np.asarray(strain.called)
    budget = _budget(outlook, moved, strain)
    due = _due(outlook, service, called, changes, budget - calls)
    after = carry_on(due, _terms(outlook, moved, credit, changes, strain))
    flows = _projection(outlook, service, changes, due, after, budget, calls)
    return replace(flows, facts=_facts(outlook, moved, strain))


def strained(outlook: Outlook, drivers: Scenarios, strain: Strain) -> Scenarios:
    """Return the drivers' paths under a stress; market rates do not fall below zero."""
    values = drivers.values.copy()
    for place, name in enumerate(drivers.drivers):
        if name == LAND:
            values[:, :, place] *= strain.land
        elif name in outlook.rates:
            values[:, :, place] = np.maximum(values[:, :, place] + strain.rate, 0.0)
    return replace(drivers, values=values)


def _helped(changes: Changes, strain: Strain) -> Changes:
    """Return a plan's changes with a stress's help in the first quarter, (scenario, quarter)."""
    given = np.asarray(strain.given, dtype=np.float64).reshape(-1, 1)
    if not given.any():
        return changes
    relief = changes.relief + np.zeros((len(given), 1))
    relief[:, :1] += given
    return replace(changes, relief=relief)


def _service(outlook: Outlook, drivers: Scenarios, strain: Strain) -> tuple[DebtService, Floats]:
    """Return contract service after calls, and what calls make due at once (scenario, group)."""
    rates = as_rate_paths(drivers, outlook.rates, outlook.history)
    workers = outlook.options.workers
    service = debt_service(outlook.book, rates, workers=workers)
    share = np.asarray(strain.called, dtype=np.float64).reshape(-1, 1, 1)
    if not share.any():
        return service, np.zeros((1, len(outlook.book.groups)))
    early = debt_service(outlook.guaranteed, rates, workers=workers)
    left = {name: getattr(service, name) - share * getattr(early, name) for name in AMOUNTS}
    return replace(service, **left), share[:, :, 0] * early.opening


def _budget(outlook: Outlook, drivers: Scenarios, strain: Strain) -> Floats:
    """Return the primary balance of the budget and lots, (scenario, quarter)."""
    form = outlook.form
    late = delayed_by(form.amounts(form.delayed, drivers), strain.delay)
    more = np.asarray(strain.earned, dtype=np.float64) / QUARTERS_PER_YEAR
    return form.amounts(form.primary, drivers) + late + more


def _due(
    outlook: Outlook, service: DebtService, called: Floats, changes: Changes, budget: Floats
) -> Due:
    """Return what falls due; a plan's changes of principal are spread over what it changes."""
    total = service.principal.sum(axis=1)
    wanted = np.maximum(total + changes.principal, 0.0)
    factor = np.where(total > 0.0, wanted / np.where(total > 0.0, total, 1.0), 1.0)
    rest = total + changes.principal - factor * total
    inflow = budget + service.drawn.sum(axis=1) - rest
    inflow = inflow + changes.primary + changes.proceeds + changes.relief + changes.drawn
    inflow = inflow - changes.interest - changes.fees
    at_once = np.zeros((max(len(called), 1), called.shape[1], budget.shape[1]))
    at_once[:, :, 0] = called
    return Due(
        principal=service.principal * factor[:, None, :],
        called=at_once,
        service=service.interest + service.fees,
        inflow=inflow,
        opening_cash=outlook.opening_cash,
    )


def _terms(
    outlook: Outlook,
    drivers: Scenarios,
    credit: tuple[str, ...],
    changes: Changes,
    strain: Strain,
) -> Terms:
    """Return how principal is renewed: by the table, the market's rate, a plan and a stress."""
    options, groups = outlook.options, outlook.book.groups
    terms = renewal_terms(
        outlook.case.refinancing,
        groups,
        drivers.quarters,
        credit,
        shortfall_rate=options.shortfall_rate,
    )
    free = ~changes.planned & (options.borrowing == "rollover")
    withheld = np.asarray(strain.cut, dtype=np.float64).reshape(-1, 1, 1)
    kept = np.where(non_standard(groups)[:, None], 1.0 - withheld, 1.0)
    rate = terms.rate
    if outlook.reference_rate is not None:
        moved = drivers.path(REFERENCE_RATE)[:, None, :] - outlook.reference_rate
        rate = np.maximum(rate + moved, 0.0)
    return replace(terms, share=terms.share * free * kept, rate=rate)


def _projection(
    outlook: Outlook,
    service: DebtService,
    changes: Changes,
    due: Due,
    after: Carried,
    budget: Floats,
    calls: Floats,
) -> Projection:
    def whole(by_group: Floats) -> Floats:
        return by_group.sum(axis=1)

    def by_class(by_group: Floats) -> Floats:
        return np.einsum("cg,sgq->scq", outlook.of_class, by_group)

    still = np.zeros_like(after.cash)
    interest = service.interest + after.new_interest
    owed = service.outstanding + after.new_debt + after.shortfall
    return Projection(
        primary=still + budget + changes.primary,
        interest=whole(interest) + after.shortfall_interest + changes.interest,
        fees=still + whole(service.fees) + changes.fees,
        principal=still
        + whole(service.principal + due.called + after.redeemed)
        + changes.principal,
        drawn=still + whole(service.drawn) + changes.drawn,
        renewed=whole(after.renewed),
        proceeds=still + changes.proceeds,
        relief=still + changes.relief,
        calls=still + calls,
        cash=after.cash,
        debt=by_class(owed) + changes.debt,
        interest_of=by_class(interest) + changes.interest_of,
        opening_debt=outlook.of_class @ service.opening,
        opening_cash=outlook.opening_cash,
        facts={},
    )


def _facts(outlook: Outlook, drivers: Scenarios, strain: Strain) -> dict[tuple[str, str], Floats]:
    """Return budget facts by (entity, name), signed, (scenario, quarter)."""
    form = outlook.form
    return {
        key: form.amounts(table, drivers)
        + delayed_by(form.amounts(form.delayed_facts[key], drivers), strain.delay)
        for key, table in form.facts.items()
    }
