"""When does a government run out, how sure is that, and what would break it? The whole assessment.

`assess_debt` reads as the work goes: the ladder of contracts, what rules say today, paths by named
scenario, fans of drawn scenarios, stresses, and how much stress breaks a rule; before and after a
plan.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

import ironpot
from ironpot.balance.consolidate import BalanceSheet
from ironpot.balance.sheet import Phase
from ironpot.case.case import Case
from ironpot.cashflow.flows import CashFlows
from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.risk.adjustments import Adjustments
from ironpot.risk.assessment import REVERSE_STRESS, Assessment, RiskOptions
from ironpot.risk.case_shocks import shocks_of
from ironpot.risk.drivers import Scenarios
from ironpot.risk.gdp import FACT as GDP
from ironpot.risk.gdp import gdp_by_year
from ironpot.risk.measures import Measure, measures_of
from ironpot.risk.path_frames import (
    decomposition_frame,
    denominator,
    need_frame,
    path_frame,
    published_total,
)
from ironpot.risk.projection import Outlook, Projection, make_outlook, project
from ironpot.risk.ratios import fiscal_facts
from ironpot.risk.reverse import reverse_stress
from ironpot.risk.ruleset import RuleSet
from ironpot.risk.sample_frames import (
    Series,
    at_risk_frame,
    fan_frame,
    probability_frame,
    series_of,
    stress_frame,
)
from ironpot.risk.shocks import ShockModel
from ironpot.risk.simulate import Sample, sample_of, simulate
from ironpot.risk.standing import Standing, standing
from ironpot.risk.stress import kinds_of, with_centre
from ironpot.risk.yearly import Years, by_year

Floats = npt.NDArray[np.float64]


def assess_debt(
    case: Case,
    cash_flows: CashFlows,
    balance_sheet: BalanceSheet,
    scenarios: Scenarios,
    *,
    rules: Mapping[str, RuleSet],
    adjustments: Adjustments | None = None,
    options: RiskOptions | None = None,
) -> Assessment:
    """Assess a case's debt, before and, with `adjustments`, after a plan.

    - `cash_flows`: the debts' contracts to their end, in the named scenarios
    - `balance_sheet`: consolidated stocks before any plan
    - `scenarios`: the named scenarios over at least `options.years`; draws are made around one
    - `rules`: rule sets by id; those of the case's rules table that are in force are applied

    Raises IronpotError on options that cannot be met (a denominator that there is not, shocks that
    need a history), CaseError on what the ladder cannot book.

    >>> from ironpot.balance.consolidate import consolidate
    >>> from ironpot.case.read import read_case
    >>> from ironpot.cashflow.debts import contracts_of_debts
    >>> from ironpot.cashflow.engine import project_cash_flows
    >>> from ironpot.risk.drivers import rate_paths, three_scenarios
    >>> case = read_case("examples/bishan-scale").case
    >>> contracts = contracts_of_debts(case.debts, case_date=case.date)
    >>> flows = project_cash_flows(contracts, status_date=case.date, rates=rate_paths(case))
    >>> named = three_scenarios(case, quarters=40)
    >>> few = RiskOptions(years=2, draws=200)
    >>> found = assess_debt(case, flows, consolidate(case), named, rules={}, options=few)
    >>> found.fan.filter(pl.col("measure") == "cash").height
    8
    """
    chosen = options or RiskOptions()
    drivers = _within(scenarios, chosen)
    before = _study(case, drivers, rules, "before", None, chosen)
    studies = [before]
    if adjustments is not None:
        studies.append(_study(case, drivers, rules, "after", adjustments, chosen))
    stands = standing(
        case,
        cash_flows,
        balance_sheet,
        scenarios,
        rules,
        adjustments=adjustments,
        centre=chosen.centre,
        revenue=_first_year(before),
        discount_rate=_discount_rate(case, chosen),
    )
    return _assessment(case, stands, studies, chosen)


@dataclass(frozen=True, slots=True)
class _Study:
    """One phase of a case with everything that its frames are made of."""

    phase: Phase
    outlook: Outlook
    drivers: Scenarios
    model: ShockModel
    fit: pl.DataFrame
    measures: tuple[Measure, ...]
    notes: tuple[Text, ...]
    flows: Projection
    years: Years

    @property
    def periods(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Names of quarters and of years."""
        return self.drivers.quarters, tuple(str(year) for year in self.years.years)

    @property
    def series(self) -> tuple[Series, ...]:
        """Everything that a fan is drawn of."""
        return series_of(self.measures, *self.periods)


def _within(scenarios: Scenarios, options: RiskOptions) -> Scenarios:
    """Return the scenarios over the years asked for; IronpotError if they end earlier."""
    wanted = options.years * QUARTERS_PER_YEAR
    if len(scenarios.quarters) < wanted:
        raise _too_short(len(scenarios.quarters), wanted)
    if options.centre not in scenarios.names:
        raise _no_centre(options.centre, scenarios.names)
    cut = scenarios.values[:, :wanted]
    return replace(scenarios, quarters=scenarios.quarters[:wanted], values=cut)


def _study(
    case: Case,
    drivers: Scenarios,
    rules: Mapping[str, RuleSet],
    phase: Phase,
    adjustments: Adjustments | None,
    options: RiskOptions,
) -> _Study:
    entities = (case.settings.top_entity, *case.rules["entity_id"].drop_nulls())
    outlook = make_outlook(case, drivers, tuple(dict.fromkeys(entities)), options, adjustments)
    flows = project(outlook, drivers, credit=drivers.names)
    years = by_year(flows, drivers.quarters)
    known = {entity: frozenset(years.known(entity)) for entity in entities}
    measures, notes = measures_of(case, rules, known)
    model, fit = shocks_of(case, drivers, outlook.rates, options)
    return _Study(phase, outlook, drivers, model, fit, measures, notes, flows, years)


def _assessment(
    case: Case, stands: Standing, studies: Sequence[_Study], options: RiskOptions
) -> Assessment:
    told = [{**_paths(study), **_chances(study), **_stresses(study)} for study in studies]
    whole = {name: pl.concat(part[name] for part in told) for name in told[0]}
    first = studies[0]
    note = _resources(first)[1]
    notes = dict.fromkeys([*(text for study in studies for text in study.notes), note])
    return Assessment(
        ladder=stands.ladder,
        breaches=stands.breaches,
        indicators=stands.indicators,
        ratios=stands.ratios,
        lights=stands.lights,
        **whole,
        fit=first.fit,
        notes=tuple(text for text in notes if text is not None),
        fingerprint={
            "input_hash": case.input_hash,
            "version": ironpot.__version__,
            "seed": options.seed,
            "draws": options.draws,
            "shocks": first.model.kind,
            "centre": options.centre,
            "borrowing": options.borrowing,
        },
    )


def _resources(study: _Study) -> tuple[Floats, Text | None]:
    """Return what debt is measured by, and a note if the opening had to be borrowed."""
    case, options = study.outlook.case, study.outlook.options
    top = case.settings.top_entity
    facts = [(year, published) for year, published, _ in fiscal_facts(case, top)]
    opening = published_total(facts, options, study.years.years[0] - 1)
    gdp = {GDP: gdp_by_year(case, top, study.drivers, study.years.years)}
    return denominator(study.years, top, options, opening, beside=gdp)


def _first_year(study: _Study) -> float | None:
    """Return the first projected year's resources in the centre, yuan; None if unknown."""
    centre = study.drivers.names.index(study.outlook.options.centre)
    first = float(_resources(study)[0][centre, 1])
    return None if np.isnan(first) else first


def _discount_rate(case: Case, options: RiskOptions) -> float | None:
    """Return the rate of present values: the options', else the case's; None if neither says."""
    given = options.discount_rate
    return case.settings.discount_rate if given is None else given


def _paths(study: _Study) -> dict[str, pl.DataFrame]:
    """Return path, decomposition and financing need of the named scenarios."""
    options, names = study.outlook.options, study.drivers.names
    resources = _resources(study)[0]
    args = (study.phase, names, study.years, resources, options)
    return {
        "path": path_frame(*args),
        "decomposition": decomposition_frame(*args),
        "financing_need": need_frame(study.phase, names, study.flows, study.drivers.quarters),
    }


def _chances(study: _Study) -> dict[str, pl.DataFrame]:
    """Return fan, probabilities and what is at risk from drawn scenarios."""
    sample = simulate(study.outlook, study.drivers, study.model, study.measures)
    centre = _centre(study)
    tail = study.outlook.options.tail
    return {
        "fan": fan_frame(study.phase, study.series, sample, centre),
        "probabilities": probability_frame(study.phase, study.measures, study.series, sample),
        "at_risk": at_risk_frame(study.phase, study.series, sample, centre, tail),
    }


def _centre(study: _Study) -> Sample:
    """Return the centre without any stress, one scenario."""
    flows = with_centre(study.outlook, study.drivers, ())
    return sample_of(study.outlook, flows, study.measures)[0]


def _stresses(study: _Study) -> dict[str, pl.DataFrame]:
    """Return the standard stresses, and how much of each breaks a rule."""
    kinds = kinds_of(study.outlook.options.stresses)
    flows = with_centre(study.outlook, study.drivers, kinds)
    sample = sample_of(study.outlook, flows, study.measures)[0]
    found = reverse_stress(study.outlook, study.drivers, study.model, study.measures, study.periods)
    return {
        "stresses": stress_frame(study.phase, study.series, kinds, sample),
        "reverse_stress": found.with_columns(phase=pl.lit(study.phase)).select(
            REVERSE_STRESS.names()
        ),
    }


def _too_short(given: int, wanted: int) -> IronpotError:
    return IronpotError(
        Text(
            f"The scenarios cover {given} quarters, the assessment asks for {wanted}. Give longer "
            "scenarios or fewer years.",
            f"情景仅有{given}个季度,测算需要{wanted}个季度。请延长情景或减少年数。",
        )
    )


def _no_centre(centre: str, names: Sequence[str]) -> IronpotError:
    listed = ", ".join(names)
    return IronpotError(
        Text(
            f"There is no scenario {centre} to draw around; choose one of {listed}.",
            f"没有名为 {centre} 的情景;可选:{listed}。",
        )
    )
