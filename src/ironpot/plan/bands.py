"""Which limits do rules set on debt? Ratios at year ends as linear rows, their breach priced.

A band says: debt of some classes at a year's end <= bound x that year's resources + slack. The
slack of a rule is priced, because a rule broken has a consequence, not an impossibility; a debt
ceiling has none.
"""

import numpy as np

from ironpot.plan.inputs import MILLION, Band, Inputs
from ironpot.plan.now import prepayment_dates, swap_dates
from ironpot.plan.program import Builder, Ints
from ironpot.plan.recourse import bond_service

# Class of loans against lots.
SECURED = "vehicle_other"


def add_bands(build: Builder, inputs: Inputs, release_of: Ints) -> None:
    """Add one row and one slack for each band, year and scenario."""
    scenarios = inputs.weights.size
    shape = (len(inputs.bands), scenarios)
    cost = [
        inputs.options.rule_slack_price * inputs.discount[band.quarter] * inputs.weights
        for band in inputs.bands
    ]
    soft = [np.full(scenarios, 0.0 if band.rigid else np.inf) for band in inputs.bands]
    slack = build.add_columns(
        "band_slack",
        shape,
        upper=np.array(soft).reshape(shape),
        cost=np.array(cost).reshape(shape),
    )
    upper = np.array([band.bound for band in inputs.bands]).reshape(shape)
    rows = build.add_rows("band", shape, upper=upper / MILLION)
    build.add(rows, slack, -1.0)
    for number, band in enumerate(inputs.bands):
        _add_stock(build, inputs, band, rows[number])
        _add_secured(build, inputs, release_of, band, rows[number])


def _add_stock(build: Builder, inputs: Inputs, band: Band, rows: Ints) -> None:
    """Add the debt of the band's classes outstanding after its quarter to rows (scenario,)."""
    classes, quarter = band.classes, band.quarter
    debts, option = inputs.debts, build.columns["option"].index
    kinds = np.array([debts.groups[g][2] in classes for g in debts.group])
    chosen = np.flatnonzero(kinds[debts.option_debt])
    left = debts.outstanding[chosen, :, quarter] / MILLION
    build.add(rows[None, :], option[chosen, None], left)
    for name, (debt, at) in (
        ("prepay", prepayment_dates(inputs)),
        ("swap", swap_dates(inputs)[1:]),
    ):
        gone = np.flatnonzero(kinds[debt] & (at <= quarter)) if debt.size else debt
        ended = debts.outstanding[debts.contract[debt[gone]], :, quarter] / MILLION
        build.add(rows[None, :], build.columns[name].index[gone, None], -ended)
    _add_new_debt(build, inputs, classes, quarter, rows)


def _add_new_debt(
    build: Builder, inputs: Inputs, classes: tuple[str, ...], quarter: int, rows: Ints
) -> None:
    """Loans rolled over and bonds swapped in, as far as they still run after `quarter`."""
    debts = inputs.debts
    roll = build.columns["roll"].index
    for number, (_, _, kind) in enumerate(debts.groups):
        if kind in classes:
            first = max(quarter + 1 - int(debts.roll.term[number]), 0)
            build.add(rows[:, None], roll[number][:, first : quarter + 1], 1.0)
    _add_lent_help(build, inputs, classes, quarter, rows)
    programme, debt, at = swap_dates(inputs)
    if "special" in classes and debt.size:
        repaid = bond_service(inputs, programme, at)[1, :, : quarter + 1].sum(axis=1)
        size = debts.outstanding[debts.contract[debt], :, at] / MILLION
        left = np.where(at <= quarter, 1.0 - repaid, 0.0)
        build.add(rows[None, :], build.columns["swap"].index[:, None], size * left[:, None])


def _add_secured(build: Builder, inputs: Inputs, release_of: Ints, band: Band, rows: Ints) -> None:
    """Loans against lots, as far as they still run after the band's quarter."""
    if SECURED not in band.classes:
        return
    moves = inputs.releases.moves
    left = (moves["borrowing"] + moves["principal"])[:, : band.quarter + 1].sum(axis=1)
    lent = np.flatnonzero(left > 0.0)
    build.add(rows[:, None], release_of[lent], left[lent] / MILLION)


def _add_lent_help(
    build: Builder, inputs: Inputs, classes: tuple[str, ...], quarter: int, rows: Ints
) -> None:
    """Repayable help is debt while it runs, of the class that its account serves."""
    relief = build.columns["relief"].index
    for number, giver in enumerate(inputs.givers):
        first = max(quarter + 1 - giver.repay_after, 0)
        for node in giver.nodes:
            if giver.repay_after and help_class(inputs, node) in classes:
                build.add(rows[:, None], relief[number, node][:, first : quarter + 1], 1.0)


def help_class(inputs: Inputs, node: int) -> str:
    """Return the class of repayable help: special where the account serves special debt."""
    return "special" if "special" in inputs.nodes.pays[node] else "other"
