"""Which limits are turned, and how far? One unit less and more, and bounds to solve at.

Floors, buffers, ceilings, rules that may be broken, payments that may wait a quarter, protections:
each is a `Turn` with bounds of the whole program and what prices say of it. Million.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
import polars as pl

from ironpot.plan.inputs import MILLION, Inputs
from ironpot.plan.model import Model, build_model
from ironpot.plan.names import quarter_text
from ironpot.plan.now import service_totals
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.program import Bounds, Floats, Ints
from ironpot.plan.solver import Answer
from ironpot.valuation.routes import OPEN_TO_PROTECTED

POINT = 0.01
# Changes of less than a yuan are the solver's tolerance (million).
DUST = 1e-6
# Turns that ease a limit: they never ask for more help.
EASED = ("less", "lifted", "later")

Side = Literal["lower", "upper", "row_upper"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One change of a limit, and what the prices say of it (million).

    `change` is less, more, lifted, later or held; `unit` its size in yuan or as a share. It moves
    one side of the bounds, `own` before: at the columns or rows `at` to the values `to`.
    """

    limit_id: str
    kind: str
    change: str
    unit: float
    own: Bounds
    side: Side
    at: Ints
    to: Floats
    estimate: float | None

    @property
    def bounds(self) -> Bounds:
        """Bounds of the whole program to solve at; made anew each time, because they are large."""
        moved = self._before.copy()
        moved[self.at] = self.to
        return replace(self.own, **{self.side: moved})

    @property
    def eases(self) -> bool:
        """Whether it eases a limit: it then never asks for more help."""
        return self.change in EASED

    def slope(self, column_dual: Floats, row_dual: Floats) -> float:
        """Return what prices say of it; help is convex in limits, so the change is never below."""
        dual = row_dual if self.side == "row_upper" else column_dual
        price = dual[self.at]
        paid = np.maximum(price, 0.0) if self.side == "lower" else np.minimum(price, 0.0)
        used = paid != 0.0  # a limit without a price may have been none at all
        return float(paid[used] @ (self.to[used] - self._before[self.at[used]]))

    @property
    def _before(self) -> Floats:
        before: Floats = getattr(self.own, self.side)
        return before


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


def turns_of(base: Base) -> Iterator[Turn]:
    """Yield one unit less and more of every floor, buffer and ceiling, and every rule held.

    After them every payment that may wait a quarter.
    """
    for turns in (_floors, _buffers, _bands, _deadlines):
        yield from turns(base)


def moves_nothing(turn: Turn) -> bool:
    """Whether prices prove that a turn changes nothing (less than a yuan).

    Least help is convex in its limits, so a price of nil is its slope; easing never asks for more.
    """
    return turn.eases and turn.estimate is not None and turn.estimate >= -DUST


def _turn(
    base: Base, name: tuple[str, str, str], unit: float, side: Side, at: Ints, to: Floats
) -> Turn:
    """Lay out one turn, `name` its limit, kind and change, with what the first prices say."""
    turn = Turn(*name, unit, base.own, side, at, to, None)
    duals = base.relaxed
    if not (duals.row_dual.size and duals.column_dual.size):
        return turn
    return replace(turn, estimate=turn.slope(duals.column_dual, duals.row_dual))


def _floors(base: Base) -> Iterator[Turn]:
    """One point less and one point more of each service floor."""
    inputs, own = base.model.inputs, base.own
    classes = tuple(inputs.case.service_classes["service_class"])
    floors = inputs.case.service_classes["floor_share"].to_numpy()
    totals = service_totals(inputs, classes) / MILLION
    rows = base.model.program.rows["service_floor"].index
    for number, name in enumerate(classes):
        for change, sign, unit in (
            ("less", 1.0, min(POINT, floors[number])),
            ("more", -1.0, min(POINT, 1.0 - floors[number])),
        ):
            step, row = sign * unit * totals[number], rows[number : number + 1]
            if step != 0.0:
                limit = (f"service_floor:{name}", "service_floor", change)
                yield _turn(base, limit, float(unit), "row_upper", row, own.row_upper[row] + step)


def _buffers(base: Base) -> Iterator[Turn]:
    """A million yuan less and more of each account's buffer, in all quarters and scenarios."""
    inputs, own = base.model.inputs, base.own
    for node, (entity, account) in enumerate(inputs.nodes.keys):
        columns = base.model.column("cash")[node].ravel()
        held = own.lower[columns]
        unit = min(1.0, float(held.max(initial=0.0)))
        for change, sign in (("less", -1.0), ("more", 1.0)):
            if unit > 0.0:
                lower = np.where(held > 0.0, np.maximum(held + sign * unit, 0.0), held)
                limit = (f"buffer:{entity}/{account}", "buffer", change)
                yield _turn(base, limit, unit * MILLION, "lower", columns, lower)


def _bands(base: Base) -> Iterator[Turn]:
    """A million yuan less of each debt ceiling; each rule that may be broken, held."""
    inputs = base.model.inputs
    if not inputs.bands:
        return
    rows, slack = base.model.program.rows["band"].index, base.model.column("band_slack")
    names = [f"{band.rule_set_id}:{band.indicator_id}" for band in inputs.bands]
    for name in dict.fromkeys(names):
        mine = [number for number, other in enumerate(names) if other == name]
        if inputs.bands[mine[0]].rigid:
            yield from _of_ceiling(base, name, rows[mine].ravel())
        else:
            shut = slack[mine].ravel()
            # A rule that may be broken has no limit to read a price from.
            none = np.zeros(shut.size)
            yield Turn(name, "rule_band", "held", 1.0, base.own, "upper", shut, none, None)


def _of_ceiling(base: Base, name: str, rows: Ints) -> Iterator[Turn]:
    for change, step in (("less", 1.0), ("more", -1.0)):
        limit = (name, "debt_ceiling", change)
        yield _turn(base, limit, MILLION, "row_upper", rows, base.own.row_upper[rows] + step)


def _deadlines(base: Base) -> Iterator[Turn]:
    """What an account's debts bring due in a quarter, all of it paid a quarter later.

    As contracts have it, with the rate on what is overdue; the last quarter has none after it in
    which to pay. The unit is what is due, expected.
    """
    inputs, arrears = base.model.inputs, base.model.column("arrears")
    due = _due(inputs) / MILLION
    for node, (entity, account) in enumerate(inputs.nodes.keys):
        for quarter in range(inputs.today, inputs.quarters - 1):
            owed, columns = due[node, :, quarter], arrears[node, :, quarter]
            if owed.any():
                when = quarter_text(inputs, quarter)
                limit = (f"deadline:{entity}/{account}/{when}", "deadline", "later")
                unit = float(inputs.weights @ owed) * MILLION
                yield _turn(base, limit, unit, "upper", columns, owed)


def _due(inputs: Inputs) -> Floats:
    """Return what contracts bring due by node, (node, scenario, quarter), yuan."""
    debts = inputs.debts
    service = debts.principal[debts.contract] + debts.interest[debts.contract]
    due = np.zeros((len(inputs.nodes.keys), *service.shape[1:]))
    np.add.at(due, debts.node, service)
    return np.maximum(due, 0.0)


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
        limit = (f"protected:{lot}", "protected", "lifted")
        turn = _turn(base, limit, 1.0, "upper", mine, np.ones(mine.size))
        yield replace(turn, estimate=_if_released(base, mine))


def _barred(lifted: Model, lot: str) -> Ints:
    """Columns by which a lot may leave only because its protection is lifted."""
    releases, frame = lifted.inputs.releases, lifted.inputs.offers.frame
    mine = frame["lot_id"].to_numpy()[releases.row] == lot
    shared = np.isin(frame["route"].to_numpy()[releases.row], OPEN_TO_PROTECTED)
    return np.unique(lifted.release_of[mine & ~shared])


def _if_released(base: Base, columns: Ints) -> float | None:
    """What reduced costs say of releasing a lot by the best of its columns."""
    duals = base.relaxed.column_dual
    return float(min(duals[columns].min(initial=0.0), 0.0)) if duals.size else None
