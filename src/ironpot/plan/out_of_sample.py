"""How does a choice made now fare in futures that it was not made for?

The first stage (releases, pools, options of debts, prepayments, swaps) is fixed; in each batch of
fresh futures the rest is solved again. Whatever is judged is judged by the same rules: help from
above is open at its weight, and what even help does not reach stays unpaid at the price of a last
resort, so that every choice has an answer in every future. Amounts are million yuan.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.core.errors import SolverError
from ironpot.core.lang import Text
from ironpot.plan.exact import chosen_releases, exact_bounds, price_sales
from ironpot.plan.inputs import MILLION, Inputs
from ironpot.plan.left import Left, leave
from ironpot.plan.model import Model, build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.parts import COLUMN_AXIS
from ironpot.plan.planned import released_at
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.program import Bounds, Floats, Ints, Program, dual_bound
from ironpot.plan.question import FIRST_SOLVE, last_resort, open_program, shut
from ironpot.plan.solver import Session
from ironpot.plan.wishes import without_forced
from ironpot.valuation.retention import Bools

FIRST_STAGE = ("release", "pool", "option", "prepay", "swap")
# What is listed uses the market, in every future alike; its fee is part of what a choice costs.
MARKET_USE = "market_use"
# Less than this stays unpaid only in the solver's tolerance (million): a hundred yuan.
UNPAID = 1e-4
# Price a year of a yuan of debt above a ceiling that may not be passed, in futures that pass it.
CEILING_PRICE = 1.0
BATCH = 50
LIMIT_S = 120.0


class Decided(Protocol):
    """Whatever has a model and a point of its program: a plan, or one read back from its files."""

    @property
    def model(self) -> Model:
        """What was decided about."""
        ...

    @property
    def point(self) -> Floats:
        """What was decided, (column,)."""
        ...


@dataclass(frozen=True)
class FirstStage:
    """What is decided now, by block of columns in its own shape; `label` names whose choice."""

    label: str
    values: dict[str, Floats]


@dataclass(frozen=True)
class Fate:
    """What became of a first stage in some futures; arrays (future,), present values, million.

    `cost` leaves out the price of the tail; what is given up or owed after the horizon counts in it
    at its mean over the batch. `shortfall` is what accounts could not pay in time by themselves:
    help received and amounts newly unpaid. `overdue` is yuan-years unpaid, `relief` help received,
    `missed` says whether a payment was missed, `above_ceiling` whether a debt ceiling was passed.
    `destroyed` is one figure: what released lots were worth more than they brought. `level` is what
    is overdue beyond which the tail was priced when the rest was decided, yuan-years.
    """

    label: str
    weights: Floats
    cost: Floats
    shortfall: Floats
    overdue: Floats
    relief: Floats
    missed: Bools
    above_ceiling: Bools
    destroyed: float
    level: float
    risk_weight: float
    cvar_level: float

    @property
    def expected_cost(self) -> float:
        """Expected cost without the price of the tail."""
        return float((self.weights * self.cost).sum())

    @property
    def tail_overdue(self) -> float:
        """Mean of what is overdue in the worst futures (CVaR), yuan-years."""
        return worst_mean(self.overdue, self.weights, 1.0 - self.cvar_level)

    @property
    def objective(self) -> float:
        """What a plan minimises: expected cost and the price of the tail."""
        return self.expected_cost + self.risk_weight * self.tail_overdue


def first_stage(model: Model, point: Floats, label: str) -> FirstStage:
    """Take from a point of the program what is decided now; whole numbers are made whole."""
    values = {name: np.clip(model.take(name, point), 0.0, 1.0) for name in FIRST_STAGE}
    for name in ("release", "pool", "option"):
        values[name] = np.rint(values[name])
    return FirstStage(label, values)


def worst_mean(losses: Floats, weights: Floats, tail: float) -> float:
    """Return the mean of the worst `tail` of the weight (CVaR; Rockafellar and Uryasev 2000).

    >>> worst_mean(np.array([1.0, 4.0, 2.0]), np.array([0.5, 0.25, 0.25]), 0.5)
    3.0
    """
    order = np.argsort(-losses, kind="stable")
    before = np.cumsum(weights[order]) - weights[order]
    part = np.clip(tail - before, 0.0, weights[order])
    return float((part * losses[order]).sum() / tail)


def judged_program(model: Model) -> Program:
    """Return the program by whose rules every choice is judged.

    Help is open at its weight and arrears at the price of a last resort; where the user shut help,
    arrears cost what they always cost. A ceiling that a future passes is priced. What a user wants
    done binds the plan, which is found with it; a rule that holds everything could not follow it.
    """
    if model.inputs.options.relief:
        opened = last_resort(model)
    else:
        opened = shut(model, open_program(model), "relief")
    cost, upper = opened.cost.copy(), opened.upper.copy()
    slack = model.column("band_slack")
    for number, band in enumerate(model.inputs.bands):
        if band.rigid:
            upper[slack[number]] = np.inf
            dear = CEILING_PRICE * model.inputs.discount[band.quarter] * model.inputs.weights
            cost[slack[number]] = dear
    priced = opened.with_columns(opened.lower, upper).with_cost(cost, opened.offset)
    return without_forced(priced)


def judge(model: Model, choices: Sequence[FirstStage]) -> list[Fate]:
    """Solve what is left of a model after each choice; its futures are those of the model.

    Raises SolverError if a choice does not fit the model or has no answer in its futures.
    """
    program = judged_program(model)
    with leave(program) as left:
        return [_fate(model, program, left, choice) for choice in choices]


def judge_fresh(
    inputs: Inputs,
    choices: Sequence[FirstStage],
    options: PlanOptions,
    *,
    futures: int,
    seed: int,
    batch: int = BATCH,
) -> list[Fate]:
    """Judge choices of `inputs` in `futures` fresh ones, batch by batch; all choices see the same.

    The tail is priced within each batch when the rest is decided, and measured over all futures
    afterwards: what a choice costs is a little overstated, never understated. The last batch may
    be smaller.
    """
    fates = [judge(model, choices) for model in fresh_models(inputs, options, futures, seed, batch)]
    return [joined([batch_fates[k] for batch_fates in fates]) for k in range(len(choices))]


def fresh_models(
    inputs: Inputs, options: PlanOptions, futures: int, seed: int, batch: int
) -> Iterator[Model]:
    """Build the model of each batch of fresh futures; seeds run on from `seed`.

    All else is as in `inputs`: what an earlier plan has prepared, and allotments beside the case.
    """
    case = inputs.case
    appraisals, debts = appraise_case(case)
    for number in range(-(-futures // batch)):
        count = min(batch, futures - number * batch)
        fresh = replace(options, scenarios=count, seed=seed + number)
        yield build_model(
            gather(
                case,
                appraisals,
                debts,
                fresh,
                allotments=inputs.allotments,
                under_way=inputs.under_way,
            )
        )


@dataclass(frozen=True, slots=True)
class Foresight:
    """A choice beside perfect information in a sample of futures, (future,), million.

    `bound` is what no plan costs less than, even one made for that future alone; `cost` is what the
    choice costs there. Both price the tail as if the future were the only one, which never costs
    more than the tail of all. Their mean difference is the most that perfect information is worth.
    """

    cost: Floats
    bound: Floats

    @property
    def worth_at_most(self) -> float:
        """Mean of what knowing the future would save at most."""
        return float((self.cost - self.bound).mean())


def perfect_information(
    inputs: Inputs, choice: FirstStage, options: PlanOptions, *, futures: int, seed: int
) -> Foresight:
    """Compare a choice with plans that know the future, future by future (wait and see)."""
    costs, bounds = np.zeros(futures), np.zeros(futures)
    for number, model in enumerate(fresh_models(inputs, options, futures, seed, 1)):
        program = judged_program(model)
        with Session(program.relaxed()) as linear:
            relaxed = linear.solve(time_limit_s=LIMIT_S, options=FIRST_SOLVE)
        bounds[number] = dual_bound(program, relaxed.row_dual)
        costs[number] = judge(model, [choice])[0].objective
    return Foresight(costs, bounds)


def fixed_bounds(model: Model, program: Program, choice: FirstStage) -> Bounds:
    """Return bounds that fix a choice and price its listings exactly.

    Rows that hold nothing but what is decided now are put to rest: they were kept when it was
    decided, and a quota of expected principal is another one in other futures.
    """
    lower, upper = program.lower.copy(), program.upper.copy()
    decided = np.zeros(program.cost.size, dtype=bool)
    for name, value in choice.values.items():
        columns = model.column(name)
        if columns.shape != value.shape:
            raise does_not_fit(choice.label, name)
        lower[columns] = upper[columns] = value
        decided[columns] = True
    bounds = exact_bounds(model, program, lower, upper)
    rest = _rows_of(program, decided)
    row_lower, row_upper = bounds.row_lower.copy(), bounds.row_upper.copy()
    row_lower[rest], row_upper[rest] = -np.inf, np.inf
    return Bounds(bounds.lower, bounds.upper, row_lower, row_upper)


def _rows_of(program: Program, decided: Bools) -> Ints:
    """Rows in which every coefficient belongs to a decided column."""
    owner = np.repeat(np.arange(program.row_lower.size), np.diff(program.start))
    free = np.bincount(owner, weights=~decided[program.index], minlength=program.row_lower.size)
    return np.flatnonzero(free == 0.0)


def _fate(model: Model, program: Program, left: Left, choice: FirstStage) -> Fate:
    answer = left.solve(fixed_bounds(model, program, choice), time_limit_s=LIMIT_S)
    if answer.point is None:
        raise no_answer(choice.label)
    return fate_of(model, program, answer.point, choice.label)


def fate_of(model: Model, program: Program, point: Floats, label: str) -> Fate:
    """Read from a point of the judged program what becomes of a choice in each future."""
    inputs = model.inputs
    arrears = model.take("arrears", point).sum(axis=0)
    relief = model.take("relief", point).sum(axis=(0, 1))
    unpaid = np.clip(np.diff(arrears, prepend=0.0, axis=1), 0.0, None)
    return Fate(
        label=label,
        weights=inputs.weights,
        cost=_costs(model, program, point),
        shortfall=(relief + unpaid) @ inputs.discount,
        overdue=overdue_years(model, point),
        relief=relief @ inputs.discount,
        missed=arrears.max(axis=1, initial=0.0) > UNPAID,
        above_ceiling=_above_ceiling(model, point),
        destroyed=value_destroyed(inputs, chosen_releases(model, point)) / MILLION,
        level=float(model.take("tail_level", point)[0]),
        risk_weight=inputs.options.risk_weight,
        cvar_level=inputs.options.cvar_level,
    )


def overdue_years(model: Model, point: Floats) -> Floats:
    """Return what is overdue in each future, discounted yuan-years, (future,); million."""
    arrears = model.take("arrears", point).sum(axis=0)
    return arrears @ model.inputs.discount / QUARTERS_PER_YEAR


def _costs(model: Model, program: Program, point: Floats) -> Floats:
    """Cost of each future: what its own columns cost, and the first stage's, the same in all.

    The tail is not part of it: it is measured over all futures.
    """
    paid = program.cost * point
    blocks = [name for name in (*FIRST_STAGE, MARKET_USE) if name in model.program.columns]
    now = sum(float(paid[model.column(name)].sum()) for name in blocks)
    costs = np.full(model.inputs.weights.size, now + program.offset)
    for name, axis in COLUMN_AXIS.items():
        if name == "tail_excess":
            continue
        columns = model.column(name)
        others = tuple(k for k in range(columns.ndim) if k != axis)
        costs += paid[columns].sum(axis=others) / model.inputs.weights
    return costs


def _above_ceiling(model: Model, point: Floats) -> Bools:
    rigid = np.array([band.rigid for band in model.inputs.bands], dtype=bool)
    return np.asarray((model.take("band_slack", point)[rigid] > UNPAID).any(axis=0))


def value_destroyed(inputs: Inputs, chosen: Ints) -> float:
    """Return what released lots were worth more than they bring, at exact prices, yuan."""
    found = released_at(inputs, chosen, price_sales(inputs, chosen).fraction)
    return float(sum(max(lot.retention - lot.net, 0.0) for lot in found.values()))


def joined(parts: Sequence[Fate]) -> Fate:
    """Put batches together; every future weighs the same."""
    counts = np.array([part.weights.size for part in parts])
    total = int(counts.sum())
    return replace(
        parts[0],
        weights=np.full(total, 1.0 / total),
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("cost", "shortfall", "overdue", "relief", "missed", "above_ceiling")
        },
        destroyed=float((counts * [part.destroyed for part in parts]).sum() / total),
    )


def does_not_fit(label: str, block: str) -> SolverError:
    """Say that a choice was made for another case."""
    return SolverError(
        Text(
            f"The choice '{label}' was made for another case: its {block} decisions do not fit. "
            "Judge it in futures of its own case.",
            f"选择“{label}”属于另一案例,其{block}决策无法对应。请在其自身案例的情景中评价。",
        )
    )


def no_answer(label: str) -> SolverError:
    """Say that a choice cannot be carried out in some future."""
    return SolverError(
        Text(
            f"The choice '{label}' has no answer in a batch of futures: a buffer, bridge or "
            "transfer limit cannot be met even with help and arrears. Look at limits and accounts.",
            f"选择“{label}”在一批情景中无解:即使有支持和拖欠也无法满足限额。请检查限额和账户。",
        )
    )
