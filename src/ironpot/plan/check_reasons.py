"""Do the reasons hold? Solve again with a decision turned round, and say what that costs.

A reason that rests on the plan's prices is an estimate. Here a released lot is kept, or a kept lot
released by its best open way, and the whole plan is solved again around it. Where the estimate and
the new solve disagree in sign, the sentence says what the new solve found. Plans for many futures
are searched around instead (`around`), for seconds a decision. Yuan.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ironpot.core.errors import SolverError, StoppedError
from ironpot.core.lang import Text
from ironpot.plan.around import FIRST_S, Around, Change
from ironpot.plan.exact import whole_bounds
from ironpot.plan.gaps import is_proven
from ironpot.plan.inputs import MILLION
from ironpot.plan.left import Left, leave
from ironpot.plan.many import is_large
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.planned import planned_releases
from ironpot.plan.program import BOX, Bounds, Ints, Program, Rows
from ironpot.plan.reasons import Reason, lot_reasons, spoken
from ironpot.plan.solver import Session
from ironpot.plan.wishes import Wish, with_wish

# Up to so many whole numbers the solver's tree settles a turned decision; above, the whole search.
SMALL = 3000
TREE = {"threads": 1, "mip_rel_gap": 1e-7}
# Around a plan for many futures a decision, or a wish, is searched no longer than this.
AROUND_S = 8.0
# Exact prices keep a hundred yuan above buffers: differences within that say nothing.
DUST = 100.0
TURNED = "turned"
UNPROVEN = Text("what is best then is not proven", "最优性未证明")


@dataclass(frozen=True, slots=True)
class Checked:
    """One decision turned round; yuan.

    `estimate` is what prices say turning it round costs (nan: nothing gave a price), `change` what
    a new solve found (inf: no plan works then), `sure` how far either plan's cost could still fall
    (inf: not known). `searched` says that the other plan is the best of a short search around this
    one, `helped` that it opens help that this one does without.
    """

    lot_id: str
    released: bool
    estimate: float
    change: float
    sure: float
    reason: Reason
    searched: bool = False
    helped: bool = False

    @property
    def holds(self) -> bool:
        """Whether the decision stands: turning it round found no cheaper plan."""
        return self.change >= -DUST

    @property
    def agrees(self) -> bool:
        """Whether the estimate and the new solve have the same sign, or one of them none."""
        if np.isnan(self.estimate):
            return True
        return abs(self.estimate) <= DUST or self.estimate * self.change >= -(DUST**2)


def check_reasons(plan: Plan, count: int, *, seconds: float) -> list[Checked]:
    """Turn the `count` most valuable decisions round, one after another, within `seconds`.

    Only what can be turned round is checked: not a lot that a wish or the law decides. What the
    time does not reach is left out, and its reason stays an estimate; Ctrl-C keeps what is checked.
    """
    found: list[Checked] = []
    with suppress(KeyboardInterrupt):
        _check_each(plan, count, time.monotonic() + seconds, found.append)
    return found


def _check_each(plan: Plan, count: int, deadline: float, keep: Callable[[Checked], None]) -> None:
    reasons = lot_reasons(plan.model, plan.settled, plan.appraisals.table, plan.question)
    asked = _most_valuable(plan, reasons)[:count]
    with _Turning(plan, [turn.columns for turn in asked]) as turning:
        for number, turn in enumerate(asked):
            left = deadline - time.monotonic()
            if left <= 0.0:
                break
            again = turning.solve(number, turn, left / (len(asked) - number))
            if again is not None:
                keep(_checked(plan, turn, again, reasons[turn.lot_id]))


@dataclass(frozen=True, slots=True)
class _Turn:
    """A decision to turn round: the columns by which the lot may leave."""

    lot_id: str
    released: bool
    columns: Ints
    value: float


@dataclass(frozen=True, slots=True)
class _Again:
    """Cost and bound of the plan around a turned decision, yuan; inf where no plan works.

    `helped` says that it opens help that the plan itself does without.
    """

    cost: float
    bound: float
    helped: bool = False


def _most_valuable(plan: Plan, reasons: dict[str, Reason]) -> list[_Turn]:
    """List what can be turned round, by what the lot is worth or brings, largest first."""
    planned, best = planned_releases(plan.model.inputs, plan.settled), _best_rows(plan)
    turns: list[_Turn] = []
    for lot, columns in _open_columns(plan).items():
        if lot not in reasons or reasons[lot].code == "USER":
            continue
        if lot in planned:
            value = max(planned[lot].net, planned[lot].retention)
        else:
            value = best.get(lot, 0.0)
        turns.append(_Turn(lot, lot in planned, columns, value))
    return sorted(turns, key=lambda turn: (-turn.value, turn.lot_id))


def _open_columns(plan: Plan) -> dict[str, Ints]:
    """Columns by which each lot may leave, by lot id; lots without any are left out."""
    model, program = plan.model, plan.question.program
    lots = model.inputs.offers.frame["lot_id"].to_numpy()[model.inputs.releases.row]
    is_open = program.upper[model.release_of] > 0.0
    order = np.unique(lots[is_open])
    return {str(lot): np.unique(model.release_of[is_open & (lots == lot)]) for lot in order}


def _best_rows(plan: Plan) -> dict[str, float]:
    """Worth or proceeds of each lot's best legal route, whichever is larger, by lot id."""
    worth = pl.max_horizontal("net_proceeds", "retention_value")
    rows = plan.appraisals.table.filter(pl.col("legal"), pl.col("route") != "hold")
    return dict(rows.group_by("lot_id").agg(worth.max()).iter_rows())


class _Turning:
    """Solves the plan's own question with one decision turned round; a context manager."""

    def __init__(self, plan: Plan, columns: list[Ints]) -> None:
        self.plan, rows = plan, Rows()
        for one in columns:
            rows.add(one, np.ones(one.size))
        self.large = bool(columns) and is_large(plan.model)
        self.around: Around | None = None
        self.program = plan.question.program.with_rows(TURNED, rows)
        few = bool(columns) and int(self.program.integer.sum()) <= SMALL
        self.small = few and not self.large
        self.tree: Session | None = None
        self.left: Left | None = None

    def __enter__(self) -> "_Turning":
        if self.small:
            self.tree, self.left = Session(self.program), leave(self.program)
        if self.large:
            self.around = around_plan(self.plan).__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        if self.tree is not None and self.left is not None:
            self.tree.close()
            self.left.__exit__()
        if self.around is not None:
            self.around.__exit__()

    def solve(self, number: int, turn: _Turn, seconds: float) -> _Again | None:
        """Return what the plan costs around a turned decision; None if the time ends first."""
        if self.around is not None:
            return _by_short_search(self.around, self.plan, turn, seconds)
        again = self._by_tree(number, turn, seconds) if self.small else None
        return again or _by_search(self.plan, turn, seconds)

    def _by_tree(self, number: int, turn: _Turn, seconds: float) -> _Again | None:
        assert self.tree is not None
        assert self.left is not None
        bounds = self._bounds(number, turn)
        answer = self.tree.solve(time_limit_s=max(seconds, 0.5), bounds=bounds, options=TREE)
        if answer.point is None:
            return None
        turned = self.program.with_bounds(bounds)
        exact = self.left.solve(
            whole_bounds(self.plan.model, turned, answer.point), time_limit_s=30.0
        )
        if exact.point is None:
            return None
        cost = exact.objective
        return _Again(cost * MILLION, min(answer.bound, cost) * MILLION)

    def _bounds(self, number: int, turn: _Turn) -> Bounds:
        own = self.program.own_bounds()
        if turn.released:
            upper = own.upper.copy()
            upper[turn.columns] = 0.0
            return replace(own, upper=upper)
        row_lower = own.row_lower.copy()
        row_lower[self.program.rows[TURNED].index[number]] = 1.0
        return replace(own, row_lower=row_lower)


def around_plan(plan: Plan, first_s: float = FIRST_S) -> Around:
    """Return what searches around a plan of its own question, its first solve within `first_s`."""
    question = plan.question
    return Around(plan.model, question.program, question.relaxed.row_dual, plan.point, first_s)


def _by_short_search(around: Around, plan: Plan, turn: _Turn, seconds: float) -> _Again | None:
    """Search around the plan; a plan that has something turned round costs no less than any."""
    change = turned_change(around.program, plan.model.wishes, turn.columns, released=turn.released)
    latest = time.monotonic() + seconds
    other = around.search(change, seconds=min(seconds, AROUND_S), latest=latest)
    if other is None:
        return None
    cost, bound = other.cost * MILLION, other.bound * MILLION
    known = max(bound, min(plan.bound, cost)) if np.isfinite(bound) else bound
    return _Again(cost, known, other.helped)


def turned_change(
    program: Program, wishes: tuple[Wish, ...], columns: Ints, *, released: bool
) -> Change:
    """Return the change that keeps a released lot, or wants one of a kept lot's columns."""
    bounds = program.own_bounds()
    if not released:
        return Change(bounds, wishes, columns)
    upper = bounds.upper.copy()
    upper[columns] = 0.0
    return Change(replace(bounds, upper=upper), wishes)


def _by_search(plan: Plan, turn: _Turn, seconds: float) -> _Again | None:
    """Plan the case again with a wish; help may open that was shut. Ctrl-C ends all the checks."""
    options = replace(plan.options, time_limit_s=max(seconds, 1.0))
    try:
        other = with_wish(plan.case, turn.lot_id, force=not turn.released)
        inputs = plan.model.inputs
        again = plan_resolution(
            other, options=options, allotments=inputs.allotments, under_way=inputs.under_way
        )
    except StoppedError as stopped:
        raise KeyboardInterrupt from stopped
    except SolverError:
        return None
    if again.interrupted:
        raise KeyboardInterrupt
    helped = again.question.help_open and not plan.question.help_open
    return _Again(again.cost, again.bound, helped)


def _checked(plan: Plan, turn: _Turn, again: _Again, reason: Reason) -> Checked:
    estimate = _estimate(plan, turn)
    change = again.cost - plan.cost
    sure = max(again.cost - again.bound, plan.cost - plan.bound)
    if not is_proven(sure, plan.cost - plan.constant, again.cost - plan.constant):
        sure = np.inf
    searched = is_large(plan.model)
    checked = Checked(
        turn.lot_id, turn.released, estimate, change, sure, reason, searched, again.helped
    )
    return replace(checked, reason=_said(checked))


def _estimate(plan: Plan, turn: _Turn) -> float:
    """What the relaxed plan's prices say that turning a decision round costs.

    A released lot is worth the price of its row `leaves_once`; a kept one costs the least reduced
    cost of its columns. Not a number where no round of parts has ended: nil is no price then.
    """
    program, dual = plan.question.program, plan.question.relaxed.row_dual
    if is_large(plan.model) and not dual.any():
        return np.nan
    if not turn.released:
        return float(program.reduced_cost(dual)[turn.columns].min()) * MILLION
    lots = plan.model.inputs.offers.frame["lot_id"].to_numpy()
    releases = plan.model.inputs.releases
    lot = int(releases.lot[np.flatnonzero(lots[releases.row] == turn.lot_id)[0]])
    return -float(dual[program.rows["leaves_once"].index[lot]]) * MILLION


def _said(checked: Checked) -> Reason:
    """Add to a reason what the new solve found, and whether the estimate stood."""
    found, text = _found(checked), checked.reason.text
    if not checked.holds:
        head = Text("The estimate does not hold. Solved again:", "上述估计不成立。重新求解:")
    elif not checked.agrees:
        other = spoken(abs(checked.estimate))
        head = Text(
            f"Prices alone would have said that it saves {other.en}. Solved again:",
            f"仅按影子价格估计可节省{other.zh}。重新求解:",
        )
    else:
        head = Text("Solved again:", "重新求解:")
    said = Text(f"{text.en} {head.en} {found.en}", f"{text.zh}{head.zh}{found.zh}")
    return Reason(checked.reason.code, said, "resolve")


def _found(checked: Checked) -> Text:
    what = (
        Text("keeping it", "保留该资产") if checked.released else Text("releasing it", "处置该资产")
    )
    size = spoken(abs(checked.change))
    if abs(checked.change) <= DUST:
        verb = Text("makes no difference", "成本不变")
    elif checked.change > 0.0:
        verb = Text(f"costs {size.en} more", f"使成本增加{size.zh}")
    else:
        verb = Text(f"saves {size.en}", f"使成本减少{size.zh}")
    help_ = Text(", with help from above", ",且需上级支持") if checked.helped else Text("", "")
    how = _how_sure(checked)
    return Text(
        f"{what.en} {verb.en}{help_.en} ({how.en}).", f"{what.zh}{verb.zh}{help_.zh}({how.zh})。"
    )


def _how_sure(checked: Checked) -> Text:
    """Say how the other plan was found, and how far either could still fall if that is known."""
    # A bound that holds only because no account moves more is no proof.
    if not checked.sure < BOX * MILLION:
        if not checked.searched:
            return UNPROVEN
        return Text(f"by a short search; {UNPROVEN.en}", f"短时搜索所得,{UNPROVEN.zh}")
    sure = spoken(checked.sure)
    if checked.searched:
        return Text(
            f"by a short search around the plan; both proven to within {sure.en}",
            f"在方案附近短时搜索;两方案误差均不超过{sure.zh}",
        )
    return Text(f"both plans proven to within {sure.en}", f"两方案误差均不超过{sure.zh}")


def reasons_of(checked: list[Checked]) -> Iterator[tuple[str, Reason]]:
    """Yield lot ids with their checked reasons."""
    return ((one.lot_id, one.reason) for one in checked)
