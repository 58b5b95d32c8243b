"""Is every figure of a case one that can be written to the fen? Whoever plans asks before it plans.

A driver that grows by half every quarter, or an amount in the wrong unit, makes figures that no
whole number of fen holds exactly. They are named, all at once, with what makes them so large.
"""

from collections.abc import Iterator

import numpy as np

from ironpot.core.errors import CaseError
from ironpot.core.issues import Issue, Place
from ironpot.core.lang import Text
from ironpot.core.money import EXACT_FEN, FEN_PER_YUAN
from ironpot.core.outputs import EXPECTED
from ironpot.plan.inputs import Inputs
from ironpot.plan.names import quarter_text
from ironpot.plan.program import Floats
from ironpot.risk.budget import UNDRIVEN
from ironpot.valuation.retention import Bools

MOST = EXACT_FEN / FEN_PER_YUAN


def refuse_beyond_fen(inputs: Inputs) -> None:
    """Raise CaseError naming every figure that is missing, infinite or beyond 9e13 yuan."""
    issues = [*_budget(inputs), *_lots(inputs), *_debts(inputs)]
    if issues:
        raise CaseError(issues)


def _budget(inputs: Inputs) -> Iterator[Issue]:
    """Name budget lines, account by account, and what lots bring their owner as they stand."""
    for line, amount in inputs.budget.items():
        for node in np.flatnonzero(_beyond(amount).any(axis=(1, 2))):
            entity, account = inputs.nodes.keys[node]
            drivers = _drivers(inputs, entity, line)
            place = Place("drivers" if drivers else "budget", header=drivers or "amount_y")
            yield _issue(inputs, place, f"{line} {entity}/{account}", amount[node])
    for node in np.flatnonzero(_beyond(inputs.held).any(axis=1)):
        place = Place("assets", header="income_y")
        yield _issue(inputs, place, inputs.nodes.keys[node][0], inputs.held[[node]])


def _drivers(inputs: Inputs, entity: str, line: str) -> str:
    """Name what moves a line of an entity; nothing if all its rows stand still."""
    rows = inputs.case.budget.filter(entity_id=entity, line=line)["driver"].fill_null(UNDRIVEN)
    return ", ".join(sorted(set(rows) - {UNDRIVEN}))


def _lots(inputs: Inputs) -> Iterator[Issue]:
    """Name lots that would bring so much: a listing at its market's price, or any other way out."""
    releases, lots, depth = inputs.releases, inputs.offers.frame["lot_id"], inputs.offers.depth
    listed = np.flatnonzero(releases.market >= 0)
    market, start = releases.market[listed], releases.start[listed]
    asked = releases.volume[listed] * depth.fraction[market, start, 0]
    top = inputs.offers.prices.max(axis=0, initial=0.0)
    named: set[str] = set()
    for number in np.flatnonzero(_beyond(asked * top[market, start])):
        lot = lots[int(releases.row[listed[number]])]
        if lot not in named:
            named.add(lot)
            place = Place("drivers", header=depth.driver[int(market[number])])
            amount = asked[number] * inputs.offers.prices[:, market[number], start[number]]
            yield _issue(inputs, place, lot, amount[:, None], first=int(start[number]))
    for moves in releases.moves.values():
        for candidate in np.flatnonzero(_beyond(moves).any(axis=1)):
            lot = lots[int(releases.row[candidate])]
            if lot not in named:
                named.add(lot)
                yield _issue(inputs, Place("assets", header="appraisal"), lot, moves[[candidate]])


def _debts(inputs: Inputs) -> Iterator[Issue]:
    """Name debts whose principal or interest of a quarter is so large, under any option."""
    debts = inputs.debts
    place, named = Place("debts", header="notional_principal"), set[int]()
    for amount in (debts.principal, debts.interest, debts.outstanding):
        for option in np.flatnonzero(_beyond(amount).any(axis=(1, 2))):
            debt = int(debts.option_debt[option])
            if debt not in named:
                named.add(debt)
                yield _issue(inputs, place, debts.debt_ids[debt], amount[option])


def _beyond(yuan: Floats) -> Bools:
    """Say of each figure whether it is missing, infinite or too large."""
    return ~(np.abs(yuan) < MOST)


def _issue(inputs: Inputs, place: Place, what: str, amount: Floats, *, first: int = 0) -> Issue:
    """Name the first figure of (scenario, quarter) that is too large, and how to mend it."""
    quarter, scenario = (int(at) for at in np.argwhere(_beyond(amount).T)[0])
    futures = inputs.futures.names
    future = futures[scenario] if len(amount) == len(futures) else EXPECTED
    when = quarter_text(inputs, first + quarter)
    return Issue(
        "error",
        "amount.no_exact_fen",
        place,
        f"{what}: {amount[scenario, quarter]:.3g}",
        Text(
            f"comes to so many yuan in {when}, future {future}; "
            "90 trillion is the most that can be written to the fen",
            f"{when}(情景{future})达到该金额(元);能精确到分的上限为90万亿元",
        ),
        Text("no plan could add it up", "方案无法精确合计"),
        Text(
            "correct the driver's values, the growth rate or the amount, and their units",
            "请更正驱动因素取值、增长率或金额及其单位",
        ),
    )
