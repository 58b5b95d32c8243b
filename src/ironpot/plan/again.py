"""Plan again: what did an earlier plan choose, what would that cost now, and is anything cheaper?

The choices of a plan are written by name, so that they can be read into a case whose figures have
moved since. An earlier choice that the case no longer offers is left out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ironpot.core.dates import Horizon
from ironpot.core.outputs import IMPOSSIBLE, NEEDS_HELP, NOT_JUDGED, WORKS
from ironpot.plan.everywhere import everywhere
from ironpot.plan.exact import WHOLE, chosen_releases, outside
from ironpot.plan.inputs import MILLION
from ironpot.plan.left import leave
from ironpot.plan.many import is_large
from ironpot.plan.model import Model
from ironpot.plan.names import quarter_text
from ironpot.plan.now import prepayment_dates, swap_dates
from ironpot.plan.program import Floats, Ints, Program
from ironpot.plan.question import Question, open_program, shut
from ironpot.plan.search import Found
from ironpot.plan.solver import NO_ANSWER, Answer
from ironpot.plan.stand import decided_bounds, decided_columns, price_exactly
from ironpot.plan.starts import Starts
from ironpot.valuation.retention import Bools

RELEASE, OPTION, PREPAY, SWAP = "release", "option", "prepay", "swap"
# A smaller share of a debt counts as none.
NO_SHARE = 1e-9
SCHEMA = {
    "block": pl.String(),
    "subject_id": pl.String(),
    "choice": pl.String(),
    "quarter": pl.String(),
    "bundle_id": pl.String(),
    "share": pl.Float64(),
}


def choices_table(model: Model, point: Floats) -> pl.DataFrame:
    """Return what a plan decides now, a row each: releases, options, prepaid and swapped shares.

    `subject_id` is the lot or debt, `choice` the route, option or programme.
    """
    rows = [*_releases(model, point), *_options(model, point), *_shares(model, point)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _releases(model: Model, point: Floats) -> Iterator[tuple[object, ...]]:
    inputs, releases = model.inputs, model.inputs.releases
    names = inputs.offers.frame.select("lot_id", "route").rows()
    bundles = inputs.case.bundles["bundle_id"].to_list()
    for k in chosen_releases(model, point).tolist():
        lot, route = names[int(releases.row[k])]
        bundle = int(releases.bundle[k])
        named = bundles[bundle] if bundle >= 0 else None
        yield RELEASE, lot, route, quarter_text(inputs, int(releases.start[k])), named, 1.0


def _options(model: Model, point: Floats) -> Iterator[tuple[object, ...]]:
    debts = model.inputs.debts
    chosen = np.flatnonzero(model.take("option", point) > 0.5)
    for k in np.setdiff1d(chosen, debts.contract).tolist():
        yield (
            OPTION,
            debts.debt_ids[int(debts.option_debt[k])],
            debts.option_ids[k],
            None,
            None,
            1.0,
        )


def _shares(model: Model, point: Floats) -> Iterator[tuple[object, ...]]:
    inputs, debts = model.inputs, model.inputs.debts
    debt, quarter = prepayment_dates(inputs)
    for k in np.flatnonzero(model.take("prepay", point) > NO_SHARE).tolist():
        share = float(model.take("prepay", point)[k])
        when = quarter_text(inputs, int(quarter[k]))
        yield PREPAY, debts.debt_ids[int(debt[k])], PREPAY, when, None, share
    programme, debt, quarter = swap_dates(inputs)
    for k in np.flatnonzero(model.take("swap", point) > NO_SHARE).tolist():
        share = float(model.take("swap", point)[k])
        name, when = debts.swaps[int(programme[k])].option_id, quarter_text(inputs, int(quarter[k]))
        yield SWAP, debts.debt_ids[int(debt[k])], name, when, None, share


def chosen_point(model: Model, choices: pl.DataFrame) -> Floats:
    """Return a point of the program with what the choices name, nil elsewhere.

    What has begun stays; a debt without an option keeps its contract. A choice that the case no
    longer offers, or that a wish forbids, is left out; of a debt, what a wish forces goes first.
    """
    point = np.where(model.program.integer, model.program.lower, 0.0)
    _choose_releases(model, choices, point)
    _choose_options(model, choices, point)
    _choose_shares(model, choices, point)
    return point


def _choose_releases(model: Model, choices: pl.DataFrame, point: Floats) -> None:
    inputs, releases = model.inputs, model.inputs.releases
    wanted = set(
        choices.filter(pl.col("block") == RELEASE)
        .select("subject_id", "choice", "quarter", "bundle_id")
        .iter_rows()
    )
    names = inputs.offers.frame.select("lot_id", "route").rows()
    bundles = [*inputs.case.bundles["bundle_id"].to_list(), None]
    is_open = model.program.upper[model.release_of] > 0.5
    taken = {names[int(releases.row[k])][0] for k in np.flatnonzero(releases.done).tolist()}
    chosen: list[int] = []
    for k in np.flatnonzero(is_open & ~releases.done).tolist():
        lot, route = names[int(releases.row[k])]
        when = quarter_text(inputs, int(releases.start[k]))
        if (lot, route, when, bundles[int(releases.bundle[k])]) in wanted and lot not in taken:
            chosen.append(k)
    start_releases(model, point, np.array(chosen, dtype=np.int64))


def start_releases(model: Model, point: Floats, candidates: Ints) -> None:
    """Choose candidates in a point, in place; a pool is chosen with what goes into it."""
    inputs, releases = model.inputs, model.inputs.releases
    point[model.release_of[candidates]] = 1.0
    pool = candidates[inputs.offers.is_route("pool")[releases.row[candidates]]]
    point[model.column("pool")[releases.node[pool], releases.start[pool]]] = 1.0


def _choose_options(model: Model, choices: pl.DataFrame, point: Floats) -> None:
    debts = model.inputs.debts
    known = {
        (debts.debt_ids[int(debt)], name): k
        for k, (debt, name) in enumerate(zip(debts.option_debt, debts.option_ids, strict=True))
    }
    named = choices.filter(pl.col("block") == OPTION).select("subject_id", "choice").iter_rows()
    option = debts.contract.copy()
    for k in (known[key] for key in named if key in known):
        option[debts.option_debt[k]] = k
    columns, allowed = model.column("option"), _allowed_options(model)
    point[columns] = 0.0
    for debt, wanted in enumerate(option.tolist()):
        mine = np.flatnonzero(allowed & (debts.option_debt == debt))
        ranked = [k for k in (wanted, int(debts.contract[debt]), *mine.tolist()) if k in mine]
        if ranked:
            point[columns[ranked[0]]] = 1.0


def _allowed_options(model: Model) -> Bools:
    """Mark options that are open, of a debt with fixed or forced ones only those, (option,)."""
    program, columns, debt = model.program, model.column("option"), model.inputs.debts.option_debt
    allowed = program.upper[columns] > WHOLE
    forced = [np.isin(columns, wish.columns) for wish in model.wishes if wish.force]
    for asked in (program.lower[columns] > WHOLE, *forced):
        allowed &= asked | ~np.isin(debt, debt[asked])
    return allowed


def _choose_shares(model: Model, choices: pl.DataFrame, point: Floats) -> None:
    columns = ("block", "subject_id", "choice", "quarter")
    shares = {row[:4]: row[4] for row in choices.select(*columns, "share").iter_rows()}
    for block, keys in _share_keys(model):
        place = model.column(block)
        point[place] = [shares.get((block, *key), 0.0) for key in keys]
        point[place] = np.clip(point[place], 0.0, model.program.upper[place])


def _share_keys(model: Model) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Yield prepayments and swaps with the (debt, choice, quarter) of each column."""
    inputs, debts = model.inputs, model.inputs.debts
    debt, quarter = prepayment_dates(inputs)
    yield (
        PREPAY,
        [
            (debts.debt_ids[d], PREPAY, quarter_text(inputs, q))
            for d, q in zip(debt.tolist(), quarter.tolist(), strict=True)
        ],
    )
    programme, debt, quarter = swap_dates(inputs)
    yield (
        SWAP,
        [
            (debts.debt_ids[d], debts.swaps[p].option_id, quarter_text(inputs, q))
            for p, d, q in zip(programme.tolist(), debt.tolist(), quarter.tolist(), strict=True)
        ],
    )


@dataclass(frozen=True, slots=True)
class Kept:
    """What keeping on with an earlier plan's choices costs now, yuan.

    `cost` is inf where they do not work any more, not a number where that was not known in time.
    `relief` is the present value of the help that they then receive; `alone` is False where they
    work with help only, though the new plan does without.
    """

    cost: float
    relief: float = 0.0
    alone: bool = True

    @property
    def status(self) -> str:
        """Say what becomes of the choices in a word of `core.outputs`.

        >>> Kept(1.0).status, Kept(float("inf")).status, Kept(float("nan")).status
        ('works', 'impossible', 'unknown')
        """
        if np.isnan(self.cost):
            return NOT_JUDGED
        if np.isinf(self.cost):
            return IMPOSSIBLE
        return WORKS if self.alone else NEEDS_HELP

    def figures(self) -> dict[str, str | float | None]:
        """Return status, cost and relief as plan.json holds them, yuan where known."""
        known = bool(np.isfinite(self.cost))
        cost, relief = (round(x, 2) if known else None for x in (self.cost, self.relief))
        return {"status": self.status, "cost": cost, "relief": relief}


def no_dearer(
    model: Model, question: Question, found: Found, point: Floats, *, same: float = 0.0
) -> tuple[Found, Answer]:
    """Return the cheaper of a found plan and the earlier choices, and those choices priced now.

    The search has mostly priced them; else they are priced here, future by future if many. What is
    found must save more than `same` (million), or the choices stand.
    """
    answer = found.start
    if answer is None or (answer.point is None and answer.outcome != "infeasible"):
        answer = price_choices(model, question.program, point)
    if answer.point is None:
        return found, answer
    if found.point is not None and found.objective <= answer.objective - same:
        return found, answer
    return replace(found, point=answer.point, objective=answer.objective), answer


def price_choices(model: Model, program: Program, point: Floats) -> Answer:
    """Price the choices of a point at exact prices; infeasible only where that is proven."""
    if outside(program, point, decided_columns(model)):
        return replace(NO_ANSWER, outcome="infeasible")
    if is_large(model):
        return everywhere(model, program).price(decided_bounds(model, program, point))
    with leave(program) as left:
        return price_exactly(model, program, left, point)


def kept(model: Model, question: Question, answer: Answer, point: Floats) -> Kept:
    """Say what the choices of a point cost: as priced, or with help where they need it."""
    if answer.point is not None:
        return _kept(model, answer.objective, answer.point)
    if answer.outcome != "infeasible":
        return Kept(np.nan)
    if question.help_open or not model.inputs.options.relief:
        return Kept(np.inf)
    helped = price_choices(model, shut(model, open_program(model), "arrears"), point)
    if helped.point is not None:
        return replace(_kept(model, helped.objective, helped.point), alone=False)
    return Kept(np.inf if helped.outcome == "infeasible" else np.nan)


def _kept(model: Model, cost: float, point: Floats) -> Kept:
    inputs = model.inputs
    by_future = model.take("relief", point).sum(axis=(0, 1)) @ inputs.discount
    return Kept(cost * MILLION, float(inputs.weights @ by_future) * MILLION)


def under_way_rows(model: Model) -> list[list[str]]:
    """Return what an earlier plan has prepared as plan.json holds it: [lot, route, quarter]."""
    quarters = model.inputs.case.horizon.quarters
    return [[lot, route, quarters[start]] for lot, route, start in sorted(model.inputs.under_way)]


def read_under_way(horizon: Horizon, rows: Iterable[Sequence[str]]) -> Starts:
    """Return the starts that plan.json says an earlier plan has prepared, within the horizon."""
    found = ((lot, route, horizon.index(quarter)) for lot, route, quarter in rows)
    return frozenset(start for start in found if 0 <= start[2] < horizon.count)


def prepared_starts(horizon: Horizon, choices: pl.DataFrame | None) -> Starts:
    """Return the earlier plan's starts as (lot, route, quarter); none without such a plan."""
    if choices is None:
        return frozenset()
    rows = choices.filter(pl.col("block") == RELEASE).select("subject_id", "choice", "quarter")
    return read_under_way(horizon, rows.iter_rows())
