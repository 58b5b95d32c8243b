"""Plan again: what did an earlier plan choose, what would that cost now, and is anything cheaper?

The choices of a plan are written by name, so that they can be read into a case whose figures have
moved since. An earlier choice that the case no longer offers is left out.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import polars as pl

from ironpot.core.dates import Horizon
from ironpot.plan.exact import chosen_releases
from ironpot.plan.left import leave
from ironpot.plan.model import Model
from ironpot.plan.names import quarter_text
from ironpot.plan.now import prepayment_dates, swap_dates
from ironpot.plan.program import Floats
from ironpot.plan.question import Question
from ironpot.plan.search import Found, price_exactly

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


def whole_choices(model: Model, choices: pl.DataFrame) -> Floats:
    """Return a point of the program with the whole numbers that the choices name, nil elsewhere.

    Shares are left to the solver. What has begun stays; a debt without an option keeps its
    contract.
    """
    inputs, releases, debts = model.inputs, model.inputs.releases, model.inputs.debts
    point = np.where(model.program.integer, model.program.lower, 0.0)
    wanted = set(
        choices.filter(pl.col("block") == RELEASE)
        .select("subject_id", "choice", "quarter", "bundle_id")
        .iter_rows()
    )
    names = inputs.offers.frame.select("lot_id", "route").rows()
    bundles = [*inputs.case.bundles["bundle_id"].to_list(), None]
    is_open = model.program.upper[model.release_of] > 0.5
    pool = inputs.offers.is_route("pool")[releases.row] & ~releases.done
    taken = {names[int(releases.row[k])][0] for k in np.flatnonzero(releases.done).tolist()}
    for k in np.flatnonzero(is_open & ~releases.done).tolist():
        lot, route = names[int(releases.row[k])]
        when = quarter_text(inputs, int(releases.start[k]))
        if (lot, route, when, bundles[int(releases.bundle[k])]) in wanted and lot not in taken:
            point[model.release_of[k]] = 1.0
            if pool[k]:
                point[model.column("pool")[releases.node[k], releases.start[k]]] = 1.0
    known = {
        (debts.debt_ids[int(debt)], name): k
        for k, (debt, name) in enumerate(zip(debts.option_debt, debts.option_ids, strict=True))
    }
    named = choices.filter(pl.col("block") == OPTION).select("subject_id", "choice").iter_rows()
    option = debts.contract.copy()
    for k in (known[key] for key in named if key in known):
        option[debts.option_debt[k]] = k
    point[model.column("option")[option]] = 1.0
    return point


def no_dearer(
    model: Model, question: Question, found: Found, choices: pl.DataFrame
) -> tuple[Found, float]:
    """Return the cheaper of a found plan and the earlier choices, and what those cost now.

    Million; inf where the earlier choices do not work any more.
    """
    point = whole_choices(model, choices)
    with leave(question.program) as left:
        answer = price_exactly(model, question.program, left, point)
    if answer.point is None:
        return found, np.inf
    if found.point is not None and found.objective <= answer.objective:
        return found, answer.objective
    return replace(found, point=answer.point, objective=answer.objective), answer.objective


def prepared_starts(
    horizon: Horizon, choices: pl.DataFrame | None
) -> frozenset[tuple[str, str, int]]:
    """Return the earlier plan's starts as (lot, route, quarter); none without such a plan."""
    if choices is None:
        return frozenset()
    rows = choices.filter(pl.col("block") == RELEASE).select("subject_id", "choice", "quarter")
    return frozenset((lot, route, horizon.index(when)) for lot, route, when in rows.iter_rows())
