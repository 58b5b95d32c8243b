"""What does each rule, floor, protection and buffer cost in help? Solve again with one unit less.

Least help is worked out again with one unit less of a limit, with one unit more, with a protection
lifted, or with a rule held that the plan may break. `relaxed` is the change between two solves
without whole numbers, each of them exact; `whole` that between two solves with whole numbers, where
both were solved to the end; `estimate` what the first solve's prices say. Amounts are million
inside, yuan in the table: positive = more help.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import polars as pl

from ironpot.plan.inputs import MILLION
from ironpot.plan.model import Model, build_model
from ironpot.plan.now import service_totals
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.program import Bounds, Floats, Ints
from ironpot.plan.relief_order import paid_in_full
from ironpot.plan.solver import Answer, Session
from ironpot.valuation.routes import OPEN_TO_PROTECTED

POINT = 0.01
# Changes of less than a yuan are the solver's tolerance (million).
DUST = 1e-6
# No solve is begun with less time than this; whole numbers get this share of what is left.
SHORTEST_S, WHOLE_SHARE = 0.1, 0.25
FIRST = {"solver": "ipm", "run_crossover": "on", "threads": 1}
LINEAR = {"solver": "simplex", "threads": 1}
WHOLE = {"threads": 1, "mip_rel_gap": 1e-7, "mip_abs_gap": 1e-7}
SCHEMA = {
    "limit_id": pl.String(),
    "kind": pl.String(),
    "change": pl.String(),
    "unit": pl.Float64(),
    "relaxed": pl.Float64(),
    "whole": pl.Float64(),
    "estimate": pl.Float64(),
    "plan": pl.Float64(),
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One change of a limit: bounds to solve at, and what the prices say of it (million).

    `change` is less, more, lifted or held; `unit` its size in yuan or as a share.
    """

    limit_id: str
    kind: str
    change: str
    unit: float
    bounds: Bounds
    estimate: float | None


class Base(Protocol):
    """What turns start from: bounds `own`, and the relaxed answer there with its prices."""

    @property
    def model(self) -> Model:
        """The model whose limits are turned."""
        ...

    @property
    def own(self) -> Bounds:
        """Bounds before anything is turned."""
        ...

    @property
    def relaxed(self) -> Answer:
        """The relaxed answer at these bounds, with its prices."""
        ...


@dataclass(slots=True)
class Solver:
    """Solves the least help at changed bounds, relaxed and whole; a context manager.

    After `deadline` nothing is solved, whole numbers take a share of what is left each;
    `relaxed` and `whole` are the answers at the bounds `own`.
    """

    model: Model
    deadline: float
    own: Bounds
    linear: Session = field(init=False)
    tree: Session = field(init=False)
    relaxed: Answer = field(init=False)
    whole: float | None = field(init=False)

    def __enter__(self) -> "Solver":
        program = paid_in_full(self.model)
        self.linear, self.tree = Session(program.relaxed()), Session(program)
        left = max(self.deadline - time.monotonic(), 1.0)
        self.relaxed = self.linear.solve(time_limit_s=left, bounds=self.own, options=FIRST)
        self.whole = self.solve_whole(self.own)
        return self

    def __exit__(self, *_: object) -> None:
        self.linear.close()
        self.tree.close()

    def solve_relaxed(self, bounds: Bounds) -> float | None:
        """Return the least help without whole numbers; inf: none is enough, None: unknown."""
        left = self.deadline - time.monotonic()
        if left < SHORTEST_S:
            return None
        return _proven(self.linear.solve(time_limit_s=left, bounds=bounds, options=LINEAR))

    def solve_whole(self, bounds: Bounds) -> float | None:
        """Return the least help with whole numbers if it is proven in time."""
        left = WHOLE_SHARE * (self.deadline - time.monotonic())
        if left < SHORTEST_S:
            return None
        return _proven(self.tree.solve(time_limit_s=left, bounds=bounds, options=WHOLE))


def _proven(answer: Answer) -> float | None:
    if answer.outcome == "infeasible":
        return float("inf")
    return answer.objective if answer.outcome == "optimal" else None


def price_limits(model: Model, *, seconds: float) -> pl.DataFrame:
    """Return what each limit costs in help, yuan; see the columns in `SCHEMA`.

    Prices that `seconds` do not reach are null: unknown.
    """
    deadline = time.monotonic() + seconds
    rows = [*_of_limits(model, deadline), *_of_protection(model, deadline)]
    return pl.DataFrame(rows, schema=SCHEMA)


def _of_limits(model: Model, deadline: float) -> Iterator[dict[str, object]]:
    own = paid_in_full(model).own_bounds()
    with Solver(model, deadline, own) as solver:
        for turn in turns_of(solver):
            yield _row(solver, turn)


def turns_of(base: Base) -> Iterator[Turn]:
    """Yield one unit less and more of every floor, buffer and ceiling, and every rule held."""
    for turns in (_floors, _buffers, _bands):
        yield from turns(base)


def _row(solver: Solver, turn: Turn) -> dict[str, object]:
    relaxed = solver.solve_relaxed(turn.bounds)
    whole = None if solver.whole is None else solver.solve_whole(turn.bounds)
    changed = difference(relaxed, _proven(solver.relaxed))
    return row_of(turn, relaxed=changed, whole=difference(whole, solver.whole), plan=None)


def row_of(
    turn: Turn, *, relaxed: float | None, whole: float | None, plan: float | None
) -> dict[str, object]:
    """Return a row of `SCHEMA`; changes of help are million."""
    return {
        "limit_id": turn.limit_id,
        "kind": turn.kind,
        "change": turn.change,
        "unit": turn.unit,
        "relaxed": _yuan(relaxed),
        "whole": _yuan(whole),
        "estimate": _yuan(turn.estimate),
        "plan": _yuan(plan),
    }


def difference(after: float | None, before: float | None) -> float | None:
    """Return a change; unknown if either side is."""
    return None if after is None or before is None else after - before


def _yuan(million: float | None) -> float | None:
    if million is None:
        return None
    return 0.0 if abs(million) < DUST else million * MILLION


def _floors(solver: Base) -> Iterator[Turn]:
    """One point less and one point more of each service floor."""
    inputs, own = solver.model.inputs, solver.own
    classes = tuple(inputs.case.service_classes["service_class"])
    floors = inputs.case.service_classes["floor_share"].to_numpy()
    totals = service_totals(inputs, classes) / MILLION
    rows = solver.model.program.rows["service_floor"].index
    for number, name in enumerate(classes):
        for change, sign, unit in (
            ("less", 1.0, min(POINT, floors[number])),
            ("more", -1.0, min(POINT, 1.0 - floors[number])),
        ):
            step = sign * unit * totals[number]
            if step != 0.0:
                row = rows[number : number + 1]
                yield Turn(
                    limit_id=f"service_floor:{name}",
                    kind="service_floor",
                    change=change,
                    unit=float(unit),
                    bounds=_with_row_upper(own, row, own.row_upper[row] + step),
                    estimate=_by_rows(solver, row, step),
                )


def _buffers(solver: Base) -> Iterator[Turn]:
    """A million yuan less and more of each account's buffer, in all quarters and scenarios."""
    inputs, own = solver.model.inputs, solver.own
    for node, (entity, account) in enumerate(inputs.nodes.keys):
        columns = solver.model.column("cash")[node].ravel()
        held = own.lower[columns]
        unit = min(1.0, float(held.max(initial=0.0)))
        for change, sign in (("less", -1.0), ("more", 1.0)):
            if unit > 0.0:
                lower = np.where(held > 0.0, np.maximum(held + sign * unit, 0.0), held)
                yield Turn(
                    limit_id=f"buffer:{entity}/{account}",
                    kind="buffer",
                    change=change,
                    unit=unit * MILLION,
                    bounds=_with_lower(own, columns, lower),
                    estimate=_by_columns(solver, columns, lower - held),
                )


def _bands(solver: Base) -> Iterator[Turn]:
    """A million yuan less of each debt ceiling; each rule that may be broken, held."""
    inputs, own = solver.model.inputs, solver.own
    if not inputs.bands:
        return
    rows, slack = solver.model.program.rows["band"].index, solver.model.column("band_slack")
    names = [f"{band.rule_set_id}:{band.indicator_id}" for band in inputs.bands]
    for name in dict.fromkeys(names):
        mine = [number for number, other in enumerate(names) if other == name]
        if inputs.bands[mine[0]].rigid:
            yield from _of_ceiling(solver, name, rows[mine].ravel())
        else:
            upper = own.upper.copy()
            upper[slack[mine]] = 0.0
            yield Turn(name, "rule_band", "held", 1.0, replace(own, upper=upper), None)


def _of_ceiling(solver: Base, name: str, rows: Ints) -> Iterator[Turn]:
    for change, step in (("less", 1.0), ("more", -1.0)):
        bounds = _with_row_upper(solver.own, rows, solver.own.row_upper[rows] + step)
        estimate = _by_rows(solver, rows, step)
        yield Turn(name, "debt_ceiling", change, MILLION, bounds, estimate)


def _with_row_upper(own: Bounds, rows: Ints, upper: Floats) -> Bounds:
    row_upper = own.row_upper.copy()
    row_upper[rows] = upper
    return replace(own, row_upper=row_upper)


def _with_lower(own: Bounds, columns: Ints, values: Floats) -> Bounds:
    lower = own.lower.copy()
    lower[columns] = values
    return replace(own, lower=lower)


def _by_rows(solver: Base, rows: Ints, step: float) -> float | None:
    """What prices of rows say of moving their upper limits."""
    duals = solver.relaxed.row_dual
    return float(np.minimum(duals[rows], 0.0).sum() * step) if duals.size else None


def _by_columns(solver: Base, columns: Ints, steps: Floats) -> float | None:
    """What reduced costs say of moving the lower bounds of columns."""
    duals = solver.relaxed.column_dual
    return float(np.maximum(duals[columns], 0.0) @ steps) if duals.size else None


def _of_protection(model: Model, deadline: float) -> Iterator[dict[str, object]]:
    unprotected = lift_protection(model)
    if unprotected is None:
        return
    lifted, barred = unprotected
    with Solver(lifted, deadline, paid_in_full(lifted).own_bounds()) as solver:
        for turn in protection_turns(solver, barred):
            yield _row(solver, turn)


def lift_protection(model: Model) -> tuple[Model, dict[str, Ints]] | None:
    """Return the model with protected lots' starts in it, all still barred, and those by lot.

    None where nothing is protected, or no start would open.
    """
    case, options = model.inputs.case, model.inputs.options
    marked = case.assets.filter(pl.col("essential").fill_null(value=False))["asset_id"].to_list()
    if not marked:
        return None
    open_case = replace(case, assets=case.assets.with_columns(essential=pl.lit(value=False)))
    lifted = build_model(gather(open_case, *appraise_case(open_case), options))
    barred = {lot: columns for lot in marked if (columns := _barred(lifted, lot)).size}
    if not barred:
        return None
    upper = lifted.program.upper.copy()
    open_to = {lot: columns[upper[columns] > 0.0] for lot, columns in barred.items()}
    upper[np.concatenate([*barred.values()])] = 0.0
    held = lifted.program.with_columns(lifted.program.lower, upper)
    return replace(lifted, program=held), open_to


def protection_turns(base: Base, open_to: dict[str, Ints]) -> Iterator[Turn]:
    """Yield each protected lot as if nobody protected it; a bundle needs all of its lots free."""
    times = np.bincount(np.concatenate([*open_to.values()]))
    for lot, columns in open_to.items():
        mine = columns[times[columns] == 1]
        upper = base.own.upper.copy()
        upper[mine] = 1.0
        bounds = replace(base.own, upper=upper)
        yield Turn(f"protected:{lot}", "protected", "lifted", 1.0, bounds, _if_released(base, mine))


def _barred(lifted: Model, lot: str) -> Ints:
    """Columns by which a lot may leave only because its protection is lifted."""
    releases, frame = lifted.inputs.releases, lifted.inputs.offers.frame
    mine = frame["lot_id"].to_numpy()[releases.row] == lot
    shared = np.isin(frame["route"].to_numpy()[releases.row], OPEN_TO_PROTECTED)
    return np.unique(lifted.release_of[mine & ~shared])


def _if_released(solver: Base, columns: Ints) -> float | None:
    """What reduced costs say of releasing a lot by the best of its columns."""
    duals = solver.relaxed.column_dual
    return float(min(duals[columns].min(initial=0.0), 0.0)) if duals.size else None
