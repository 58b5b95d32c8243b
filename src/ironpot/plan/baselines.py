"""What would simple rules have decided? First stages to set a plan against, with the same freedom.

A rule sorts lots and releases the first so many, each by the route that leaves its owner most, as
early as team, floors and markets allow; how many is chosen where the plan's own futures like it
best. Debts are as free as in the plan: options are rounded from the relaxation, prepayments and
swaps solved. Pools and bundles, which a sorted list cannot put together, are taken from the plan
where that is cheaper.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.core.errors import SolverError
from ironpot.core.lang import Text
from ironpot.plan.board import Board, make_board
from ironpot.plan.exact import exact_bounds
from ironpot.plan.left import leave
from ironpot.plan.model import Model
from ironpot.plan.out_of_sample import Decided, FirstStage, first_stage, judged_program
from ironpot.plan.plan import plan_resolution
from ironpot.plan.program import Bounds, Floats, Ints, Program
from ironpot.plan.rounding import empty_state
from ironpot.plan.solver import RESOLVE, Session
from ironpot.plan.state import State, breaks
from ironpot.valuation.worth import worth

# Shares of the sorted list that are tried; around the best one finer steps are tried.
SHARES = (0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1.0)
FINER = 2
LIMIT_S = 60.0
RULES = ("biggest_first", "lowest_yield_first", "title_first")


@dataclass(slots=True)
class _Field:
    """Where rules are tried: the plan's model by the judge's rules, and a solver that holds it.

    `grounds` are points whose pools and bundles are whole: none, and the plan's.
    """

    model: Model
    program: Program
    board: Board
    linear: Session
    grounds: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class _Tried:
    """A rule's releases, the pools and bundles under them, and the relaxed cost of both."""

    cost: float
    point: Floats
    state: State
    ground: Floats


def baselines(plan: Decided) -> list[FirstStage]:
    """Return what simple rules decide: hold all, biggest, lowest yield, title in order first.

    Raises SolverError if the solver gives no answer even for holding everything.
    """
    model = plan.model
    program = judged_program(model)
    nothing = np.where(program.integer, program.lower, 0.0)
    own = np.where(program.integer, np.rint(plan.point), 0.0)
    with Session(program.relaxed()) as linear:
        field = _Field(model, program, make_board(model), linear, (nothing, own))
        held = _try(field, nothing, np.zeros(0, dtype=np.int64))
        chosen = {"hold_all": held}
        for rule in RULES:
            chosen[rule] = _best_count(field, sorted_lots(model, rule), held)
    return [_whole(model, program, tried, label) for label, tried in chosen.items()]


def expected_value_plan(plan: Decided, *, time_limit_s: float | None = None) -> FirstStage:
    """Return what is best if the future were the expected one for sure, with the plan's options.

    `time_limit_s` bounds the search, the plan's own limit if it is not given.
    """
    inputs = plan.model.inputs
    limit = inputs.options.time_limit_s if time_limit_s is None else time_limit_s
    found = plan_resolution(
        expected_case(inputs.case),
        options=replace(inputs.options, scenarios=1, lot_luck=False, time_limit_s=limit),
        allotments=inputs.allotments,
        under_way=inputs.under_way,
    )
    return first_stage(found.model, found.point, "expected_value")


def expected_case(case: Case) -> Case:
    """Return a case whose three futures are all the expected one."""
    weights = case.settings.weights
    mean = pl.sum_horizontal(pl.col(name) * weight for name, weight in weights.items())
    drivers = case.drivers.with_columns(mean.alias(name) for name in weights)
    listing = _expected(case.listing, weights, ("market_id", "round"), ("sold_share",))
    share = ("creditor_class", "quarter"), ("rollover_share", "rate")
    return replace(
        case,
        drivers=drivers,
        listing=_expected(listing, weights, ("market_id", "round"), ("reserve_share",)),
        refinancing=_expected(case.refinancing, weights, *share),
    )


def _expected(
    table: pl.DataFrame,
    weights: dict[str, float],
    key: tuple[str, ...],
    columns: tuple[str, ...],
) -> pl.DataFrame:
    """Replace figures that differ by scenario by their mean over the rows that there are."""
    weight = pl.col("scenario").replace_strict(weights, return_dtype=pl.Float64)
    mean = [
        ((pl.col(name) * weight).sum() / weight.sum()).over(key).alias(name) for name in columns
    ]
    return table.with_columns(mean)


def sorted_lots(model: Model, rule: str) -> Ints:
    """Return lots (numbers) in the order of a rule.

    Biggest first sorts by appraisal, lowest yield first by income less cost over it; title first
    takes lots with a clear title before the rest, as they stand in the register.
    """
    lots = model.inputs.offers.frame.unique("lot_id", keep="first", maintain_order=True)
    facts = lots.select(asset_id="lot_id").join(
        model.inputs.case.assets, on="asset_id", how="left", maintain_order="left"
    )
    size = facts.select(pl.coalesce("appraisal", "book_value")).to_series().to_numpy()
    income = facts.select(pl.col("income_y") - pl.col("cost_to_keep_y")).to_series().to_numpy()
    unclear = (facts["title"] != "clear").to_numpy()
    ranks = {
        "biggest_first": -size,
        "lowest_yield_first": income / np.maximum(size, 1.0),
        "title_first": unclear.astype(np.float64),
    }
    return np.argsort(ranks[rule], kind="stable")


def _best_count(field: _Field, order: Ints, held: _Tried) -> _Tried:
    """Try shares of a sorted list on each ground, then halfway to the best one's neighbours."""
    grounds = field.grounds
    tried: dict[float, _Tried] = {0.0: held}
    wanted = [0.0, *SHARES]
    for _ in range(1 + FINER):
        for share in wanted:
            found = [_try(field, ground, order[: round(share * order.size)]) for ground in grounds]
            tried[share] = min([*found, tried.get(share, held)], key=lambda one: one.cost)
        known = sorted(tried)
        at = min(known, key=lambda share: tried[share].cost)
        place = known.index(at)
        near = known[max(place - 1, 0)], known[min(place + 1, len(known) - 1)]
        wanted = [(at + other) / 2.0 for other in near if other != at]
    return min(tried.values(), key=lambda one: one.cost)


def _try(field: _Field, ground: Floats, lots: Ints) -> _Tried:
    """Release lots in order on a ground and solve the rest with debts relaxed."""
    state = empty_state(field.model, field.board, ground)
    _release(field, state, lots)
    bounds = _released_bounds(field.model, field.program, field.board, state, ground)
    answer = field.linear.solve(time_limit_s=LIMIT_S, bounds=bounds, options=RESOLVE)
    if answer.point is None:
        none = np.zeros(field.program.cost.size)
        return _Tried(np.inf, none, state, ground)
    return _Tried(answer.objective, answer.point, state, ground)


def _release(field: _Field, state: State, lots: Ints) -> None:
    """Release each lot by its best route that has room, at the earliest quarter at a first price.

    Where no quarter has room at the first price, deeper tranches are used.
    """
    board, is_open = field.board, field.program.upper[field.board.column] > 0.5
    shallow = replace(board, capacity=board.capacity[:, :1])
    for lot in lots.tolist():
        starts = np.flatnonzero((board.item == lot) & is_open)
        if state.locked[lot] or not starts.size:
            continue
        ranked = _ranked(field.model, board, starts)
        for ground in (shallow, board):
            free = ranked[~breaks(ground, state, ranked)]
            if free.size:
                state.place(board, lot, int(free[0]))
                break


def _ranked(model: Model, board: Board, starts: Ints) -> Ints:
    """Sort starts of a lot: the route that leaves most at its earliest start first, then early."""
    candidate = _candidates(model)[board.column[starts]]
    row, start = model.inputs.releases.row[candidate], model.inputs.releases.start[candidate]
    value = worth(model.inputs.offers, row, start, "base")
    surplus = value.net - value.given_up
    routes, route = np.unique(row, return_inverse=True)
    earliest = [np.flatnonzero(route == k)[start[route == k].argmin()] for k in range(routes.size)]
    return starts[np.lexsort((start, -surplus[earliest][route]))]


def _candidates(model: Model) -> Ints:
    """Return a candidate of each column of the program that is a release."""
    candidate = np.zeros(model.program.cost.size, dtype=np.int64)
    candidate[model.release_of] = np.arange(model.release_of.size)
    return candidate


def _released_bounds(
    model: Model, program: Program, board: Board, state: State, ground: Floats
) -> Bounds:
    """Return bounds that fix releases and pools and leave debts free."""
    lower, upper = program.lower.copy(), program.upper.copy()
    for name in ("release", "pool"):
        columns = model.column(name)
        lower[columns] = upper[columns] = ground[columns]
    lots = np.isin(board.column, model.column("release"))
    lower[board.column[lots]] = upper[board.column[lots]] = 0.0
    chosen = board.column[state.chosen]
    lower[chosen] = upper[chosen] = 1.0
    return exact_bounds(model, program, lower, upper)


def _whole(model: Model, program: Program, tried: _Tried, label: str) -> FirstStage:
    """Round the options of debts and solve the rest; contracts where the rounded ones fail."""
    board = make_board(model)
    bounds = _released_bounds(model, program, board, tried.state, tried.ground)
    with leave(program) as left:
        for options in (_rounded_options(model, board, tried), model.inputs.debts.contract):
            lower, upper = bounds.lower.copy(), bounds.upper.copy()
            columns = model.column("option")
            lower[columns] = upper[columns] = 0.0
            lower[columns[options]] = upper[columns[options]] = 1.0
            fixed = replace(bounds, lower=lower, upper=upper)
            answer = left.solve(fixed, time_limit_s=LIMIT_S)
            if answer.point is not None:
                return first_stage(model, answer.point, label)
    raise _nothing(label)


def _rounded_options(model: Model, board: Board, tried: _Tried) -> Ints:
    """Return the option of each debt that the relaxation likes best, as far as talks reach.

    A debt that a released lot frees keeps its contract.
    """
    debts = model.inputs.debts
    share = tried.point[model.column("option")]
    best = debts.contract.copy()
    for option in np.argsort(share, kind="stable"):
        best[debts.option_debt[option]] = option
    lots = board.items - len(debts.debt_ids)
    best = np.where(tried.state.held[lots:] > 0, debts.contract, best)
    changed = np.flatnonzero(best != debts.contract)
    room = model.program.row_upper[model.program.rows["negotiations"].index].item()
    reach = changed.size if np.isinf(room) else int(room)
    dropped = changed[np.argsort(-share[best[changed]], kind="stable")[reach:]]
    best[dropped] = debts.contract[dropped]
    return best


def _nothing(label: str) -> SolverError:
    return SolverError(
        Text(
            f"The rule '{label}' leaves no plan in the plan's own futures; give the solver more "
            "time or look at limits and accounts.",
            f"规则“{label}”在方案自身的情景中无解:请延长时间或检查限额和账户。",
        )
    )
