"""What does the user want of a lot or debt, and what does each wish cost?

A wish forbids columns or forces one of them; one that speaks of holding is turned round first, for
no column holds. A debt is forced to be prepaid or swapped whole. What a wish costs is what the
relaxed plan saves without it: an estimate, the same for all wishes, that `why` can replace by a
whole new plan.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.case.schema import BY_NAME
from ironpot.case.schema.labels import ACTIONS, PRIMARY_CLASSES
from ironpot.case.wished import FORBID, FORCE, HOLD, contradicted, in_terms_of_change
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.plan.closed_ways import why_no_way
from ironpot.plan.inputs import MILLION, Inputs
from ironpot.plan.now import prepayment_dates, swap_dates
from ironpot.plan.program import Builder, Ints, Program
from ironpot.plan.solver import FIRST_SOLVE, RESOLVE, Session
from ironpot.valuation.retention import Bools

WISH = "wish:"
PREPAY, SWAP = "prepay", "swap"
# Names a wish that only a question makes, not the user.
ASKED = "_asked"


@dataclass(frozen=True, slots=True)
class Wish:
    """One wish and the columns that it is about."""

    wish_id: str
    subject_id: str
    force: bool
    columns: Ints


def read_wishes(build: Builder, inputs: Inputs, release_of: Ints) -> tuple[Wish, ...]:
    """Return the wishes of the case with their columns; force rows are added to the program.

    Raises IronpotError naming all wishes that no open column can fulfil.
    """
    wishes: list[Wish] = []
    unmet: list[Text] = []
    for row in in_terms_of_change(inputs.case.wishes).iter_rows(named=True):
        of_debt = row["subject_id"] in inputs.debts.debt_ids
        columns = (
            _debt_columns(build, inputs, row)
            if of_debt
            else _release_columns(inputs, release_of, row)
        )
        force = row["action"] == FORCE
        if force and not columns.size:
            unmet.append(_unmet(row, _why_no_change(inputs, row)))
        elif force:
            rows = build.add_rows(f"{WISH}{row['wish_id']}", 1, lower=1.0)
            build.add(rows[0], columns, 1.0)
        wishes.append(Wish(row["wish_id"], row["subject_id"], force, columns))
    if unmet:
        raise IronpotError(
            Text("\n".join(one.en for one in unmet), "\n".join(one.zh for one in unmet))
        )
    return tuple(wishes)


def apply_wishes(program: Program, wishes: tuple[Wish, ...]) -> Program:
    """Close the columns that wishes forbid."""
    upper = program.upper.copy()
    for wish in wishes:
        if not wish.force:
            upper[wish.columns] = 0.0
    return program.with_columns(program.lower, upper)


def with_wish(case: Case, lot: str, *, force: bool) -> Case:
    """Return the case with the wish that a lot leaves, or stays; it replaces all that oppose it."""
    wish: dict[str, object] = {
        "wish_id": ASKED,
        "subject_id": lot,
        "action": FORBID if force else FORCE,
        "route": HOLD,
        "quarter": case.horizon.quarters[-1] if force else None,
        "by": ASKED,
        "origin": "estimated",
    }
    wishes = pl.concat([case.wishes, BY_NAME["wishes"].frame([wish])])
    opposed = contradicted(wishes) & (wishes["wish_id"] != ASKED)
    return replace(case, wishes=wishes.filter((pl.col("subject_id") != lot) | ~opposed))


def without_forced(program: Program) -> Program:
    """Return the program without the rows of forced wishes: nothing done, nothing wished."""
    row_lower = program.row_lower.copy()
    for name, block in program.rows.items():
        if name.startswith(WISH):
            row_lower[block.index] = -np.inf
    return replace(program, row_lower=row_lower)


def wish_costs(program: Program, wishes: tuple[Wish, ...], unwished: Program) -> dict[str, float]:
    """Return what each wish costs the relaxed plan, yuan, by wish id.

    `unwished` is the same program with all columns open; infinite where no plan fulfils a wish.
    """
    if not wishes:
        return {}
    costs: dict[str, float] = {}
    with Session(program.relaxed()) as session:
        first = FIRST_SOLVE
        whole = session.solve(time_limit_s=60.0, options=first)
        for wish in wishes:
            upper, row_lower = program.upper.copy(), program.row_lower.copy()
            if wish.force:
                row_lower[program.rows[f"{WISH}{wish.wish_id}"].index] = -np.inf
            else:
                upper[wish.columns] = unwished.upper[wish.columns]
            bounds = replace(program, upper=upper, row_lower=row_lower)
            answer = session.solve(time_limit_s=30.0, bounds=bounds.own_bounds(), options=RESOLVE)
            costs[wish.wish_id] = max(whole.objective - answer.objective, 0.0) * MILLION
    return costs


def _release_columns(inputs: Inputs, release_of: Ints, row: dict[str, Any]) -> Ints:
    """Columns of the lot, by the route and from the quarter that the wish names, if it does."""
    releases, frame = inputs.releases, inputs.offers.frame
    lots, routes = frame["lot_id"].to_numpy(), frame["route"].to_numpy()
    chosen = lots[releases.row] == row["subject_id"]
    if row["route"] is not None:
        chosen &= routes[releases.row] == row["route"]
    chosen &= _meant(inputs, row, releases.start)
    return np.unique(release_of[chosen])


def _debt_columns(build: Builder, inputs: Inputs, row: dict[str, Any]) -> Ints:
    """Columns that change the debt's contract, by the action and in the quarter that are named."""
    debts = inputs.debts
    debt = debts.debt_ids.index(row["subject_id"])
    changed = np.setdiff1d(np.flatnonzero(debts.option_debt == debt), debts.contract)
    named = [k for k in changed.tolist() if row["route"] in (None, debts.actions[k])]
    found = [build.columns["option"].index[np.array(named, dtype=np.int64)]]
    for action, owner, quarter in _shares(inputs):
        if row["route"] in (None, action):
            chosen = (owner == debt) & _meant(inputs, row, quarter)
            found.append(build.columns[action].index[chosen])
    return np.concatenate(found)


def _meant(inputs: Inputs, row: dict[str, Any], quarter: Ints) -> Bools:
    """Mark quarters in which what a wish is about may begin."""
    horizon = inputs.case.horizon
    first = 0 if row["first"] is None else horizon.index(row["first"])
    last = inputs.quarters if row["last"] is None else horizon.index(row["last"])
    return (quarter >= first) & (quarter <= last)


def _shares(inputs: Inputs) -> tuple[tuple[str, Ints, Ints], ...]:
    """Name what may be done to part of a debt, with the debt and quarter of each column."""
    return (PREPAY, *prepayment_dates(inputs)), (SWAP, *swap_dates(inputs)[1:])


def _why_no_change(inputs: Inputs, row: dict[str, Any]) -> Text:
    """Say which term closes what a wish forces, and how to open it."""
    debts, action = inputs.debts, row["route"]
    if row["subject_id"] not in debts.debt_ids:
        lots = inputs.offers.frame.filter(lot_id=row["subject_id"])
        planned = lots.height > 0 and lots["entity_id"][0] in inputs.nodes.holder
        return why_no_way(inputs, row) if planned else _NOT_PLANNED
    if action is None:
        return _NO_CHANGE
    debt = debts.debt_ids.index(row["subject_id"])
    return why_debt_keeps(inputs, debt, action, timed=row["quarter"] is not None)


def why_debt_keeps(inputs: Inputs, debt: int, action: str, *, timed: bool = False) -> Text:
    """Say which term closes an action to a debt (its position), and how to open it.

    `timed` says that a quarter is meant, not any.
    """
    debts = inputs.debts
    kind = debts.debts["primary_class"][debt]
    rows = inputs.case.class_actions.filter(primary_class=kind, action=action)
    if not rows.height:
        return Text(
            f"the table class_actions does not open {action} to debt of class {kind}; add a row",
            f"“分类处置”表未对{PRIMARY_CLASSES[kind].zh}开放{ACTIONS[action].zh},请补充一行",
        )
    if action == PREPAY and debts.debts["prepayment_penalty_rate"][debt] is None:
        return _NO_FEE
    if timed and action in (PREPAY, SWAP):
        return _NOT_THEN
    return _TERMS_CLOSE


_NOT_PLANNED = Text(
    "it is owned or owed outside the perimeter, or between two bodies within it, and no plan "
    "changes that; correct entities.inside",
    "其属于范围之外,或为范围内主体之间的债务,方案不作变更;请核对主体是否纳入范围",
)
_NO_CHANGE = Text(
    "no action in the table class_actions is open to it; add one, or let it keep its contract",
    "“分类处置”表没有对其开放的措施,请补充或按原合同执行",
)
_NO_FEE = Text(
    "it states no prepayment_penalty_rate, and a debt of unknown fee may not be prepaid; state it "
    "(0 if prepaying is free)",
    "其prepayment_penalty_rate未填,费率未知不得提前还款;请填写(免费填0)",
)
_NOT_THEN = Text(
    "it can be done in every second quarter from the first one that is still open, while "
    "something is owed; choose another quarter or leave it empty",
    "只能自首个未定季度起每隔一季、且有余额时办理;请改选季度或留空",
)
_TERMS_CLOSE = Text(
    "the terms of class_actions (instruments, figures, quota) leave it out, or it is repaid "
    "first; correct them",
    "“分类处置”表所列条件(工具、参数、额度)未包括该债务,或其已先到期;请更正",
)


def _unmet(row: dict[str, Any], why: Text) -> Text:
    by = f" by {row['route']}" if row["route"] else ""
    return Text(
        f"Wish {row['wish_id']} cannot be met: {row['subject_id']} has no open way{by}: "
        f"{why.en}, or drop the wish.",
        f"意愿{row['wish_id']}无法满足:{row['subject_id']}没有可行方式{row['route'] or ''}:"
        f"{why.zh},或删除该意愿。",
    )
