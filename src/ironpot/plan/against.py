"""Which limits stand against every plan, and by how much would they have to give?

Where the relaxation has no plan though help and arrears are open, money is not what is missing.
Each limit that could be loosened gets a column that loosens it; the least loosening in all, each
by its own size, says which limits stand in the way. It is one way out, not the only one.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import sparse

from ironpot.core.lang import Text
from ironpot.plan.inputs import Inputs
from ironpot.plan.model import Model
from ironpot.plan.names import quarter_text
from ironpot.plan.program import Floats, Ints, Program
from ironpot.plan.solver import FIRST_SOLVE, solve
from ironpot.plan.wishes import WISH

# A limit that gives by less (million, or weeks, or wishes) does not stand in the way.
GIVES = 1e-6
# Rows that limit from above; wishes are rows that ask for something from below.
FROM_ABOVE = ("band", "service_floor", "team", "negotiations")


def stands_against(model: Model, program: Program, *, seconds: float) -> tuple[Text, ...]:
    """Name the limits of an impossible program that would have to give, with by how much.

    Nothing is returned where loosening them helps nothing, or is not known in time.
    """
    rows, sign = _limits(program)
    asked = _loosened(program, rows, sign)
    answer = solve(asked, time_limit_s=seconds, options=FIRST_SOLVE)
    point = answer.point
    if point is None:
        return ()
    gives = np.zeros(program.row_lower.size)
    gives[rows] = np.clip(point[program.cost.size :], 0.0, None)
    return tuple(_named(model, program, gives))


def _limits(program: Program) -> tuple[Ints, Floats]:
    """Return the rows that may give, and which way."""
    above = [program.rows[name].index.ravel() for name in FROM_ABOVE if name in program.rows]
    below = [block.index.ravel() for name, block in program.rows.items() if name.startswith(WISH)]
    none = np.zeros(0, dtype=np.int64)
    over, under = np.concatenate([none, *above]), np.concatenate([none, *below])
    return np.concatenate([over, under]), np.repeat([-1.0, 1.0], [over.size, under.size])


def _loosened(program: Program, rows: Ints, sign: Floats) -> Program:
    """Return the relaxed program with one column a limit that loosens it, and no other cost."""
    owner = np.repeat(np.arange(program.row_lower.size), np.diff(program.start))
    columns = program.cost.size + np.arange(rows.size)
    entries = np.concatenate([program.value, sign])
    places = np.concatenate([owner, rows]), np.concatenate([program.index, columns])
    shape = program.row_lower.size, program.cost.size + rows.size
    joined: Any = sparse.csr_array((entries, places), shape=shape)
    limit = np.where(sign < 0.0, program.row_upper[rows], program.row_lower[rows])
    size = np.where(np.isfinite(limit), np.maximum(np.abs(limit), 1.0), 1.0)
    none = np.zeros(rows.size)
    return replace(
        program,
        cost=np.concatenate([np.zeros(program.cost.size), 1.0 / size]),
        lower=np.concatenate([program.lower, none]),
        upper=np.concatenate([program.upper, none + np.inf]),
        integer=np.zeros(program.cost.size + rows.size, dtype=bool),
        start=joined.indptr.astype(np.int64),
        index=joined.indices.astype(np.int64),
        value=joined.data,
        offset=0.0,
    )


def _named(model: Model, program: Program, gives: Floats) -> Iterator[Text]:
    """Yield one line a limit, the most that it would have to give."""
    inputs = model.inputs
    yield from _bands(inputs, gives[program.rows["band"].index])
    floors = gives[program.rows["service_floor"].index].ravel()
    for number in np.flatnonzero(floors > GIVES).tolist():
        name = inputs.case.service_classes["service_class"][number]
        million = f"{floors[number]:,.2f}"
        yield Text(
            f"service floor {name}: {million} million yuan a year more would have to be given up",
            f"服务底线{name}:每年须再放弃{million}百万元",
        )
    weeks = gives[program.rows["team"].index].ravel()
    for quarter in np.flatnonzero(weeks > GIVES)[:1].tolist():
        when, more = quarter_text(inputs, quarter), f"{weeks[quarter]:,.1f}"
        yield Text(f"team: {more} person-weeks more in {when}", f"专班人力:{when}须增加{more}人周")
    talks = float(gives[program.rows["negotiations"].index].sum())
    if talks > GIVES:
        more = f"{talks:,.1f}"
        yield Text(f"team: {more} negotiations more", f"专班:须增加{more}项协商")
    for name, block in program.rows.items():
        if name.startswith(WISH) and gives[block.index].max() > GIVES:
            wish = name.removeprefix(WISH)
            yield Text(f"wish {wish}", f"意愿{wish}")


def _bands(inputs: Inputs, gives: Floats) -> Iterator[Text]:
    """Yield each ceiling and rule that would have to give, at the year where it is most."""
    most: dict[tuple[str, str], tuple[float, int]] = {}
    for band, more in zip(inputs.bands, gives.max(axis=1, initial=0.0).tolist(), strict=True):
        key = band.rule_set_id, band.indicator_id
        if more > GIVES and more > most.get(key, (0.0, 0))[0]:
            most[key] = more, band.quarter
    for (rules, name), (more, quarter) in most.items():
        million, when = f"{more:,.2f}", quarter_text(inputs, quarter)
        yield Text(
            f"{rules} {name}: debt {million} million yuan above it at the end of {when}",
            f"{rules} {name}:{when}末债务超出{million}百万元",
        )
