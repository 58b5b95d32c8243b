"""What does the user want of a lot or debt, and what does each wish cost?

A wish forbids columns or forces one of them. Its cost is what the relaxed plan saves without it: an
estimate, the same for all wishes, that `why` can replace by a whole new plan.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.case.schema import BY_NAME
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.plan.inputs import MILLION, Inputs
from ironpot.plan.program import Builder, Ints, Program
from ironpot.plan.solver import FIRST_SOLVE, RESOLVE, Session

WISH = "wish:"
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

    Raises IronpotError on a wish that no open column can fulfil.
    """
    wishes: list[Wish] = []
    for row in inputs.case.wishes.iter_rows(named=True):
        columns = _release_columns(inputs, release_of, row)
        if not columns.size:
            columns = _debt_columns(build, inputs, row)
        force = row["action"] == "force"
        if force and not columns.size:
            raise _unheard(row)
        if force:
            rows = build.add_rows(f"{WISH}{row['wish_id']}", 1, lower=1.0)
            build.add(rows[0], columns, 1.0)
        wishes.append(Wish(row["wish_id"], row["subject_id"], force, columns))
    return tuple(wishes)


def apply_wishes(program: Program, wishes: tuple[Wish, ...]) -> Program:
    """Close the columns that wishes forbid."""
    upper = program.upper.copy()
    for wish in wishes:
        if not wish.force:
            upper[wish.columns] = 0.0
    return program.with_columns(program.lower, upper)


def with_wish(case: Case, lot: str, *, force: bool) -> Case:
    """Return the case with one wish more: that a lot leaves, or that it stays."""
    wish: dict[str, object] = {
        "wish_id": ASKED,
        "subject_id": lot,
        "action": "force" if force else "forbid",
        "by": ASKED,
        "origin": "estimated",
    }
    return replace(case, wishes=pl.concat([case.wishes, BY_NAME["wishes"].frame([wish])]))


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
    if row["quarter"] is not None:
        chosen &= releases.start == inputs.case.horizon.index(row["quarter"])
    return np.unique(release_of[chosen])


def _debt_columns(build: Builder, inputs: Inputs, row: dict[str, Any]) -> Ints:
    """Options of the debt that are the action which the wish names."""
    debts = inputs.debts
    option = build.columns["option"].index
    mine = [
        number
        for number, debt in enumerate(debts.option_debt)
        if debts.debt_ids[debt] == row["subject_id"] and debts.actions[number] == row["route"]
    ]
    return option[mine]


def _unheard(row: dict[str, Any]) -> IronpotError:
    english = f"Wish {row['wish_id']} cannot be met: {row['subject_id']} has no open way"
    chinese = f"意愿{row['wish_id']}无法满足:{row['subject_id']}没有可行方式"
    by = f" by {row['route']}" if row["route"] else ""
    return IronpotError(
        Text(
            f"{english}{by}. See `ironpot pots` for the routes that are open, or drop the wish.",
            f"{chinese}{row['route'] or ''}。请用 ironpot pots 查看可行方式,或删除该意愿。",
        )
    )
