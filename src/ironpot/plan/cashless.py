"""Which principal rises or falls without cash, because that was agreed before the plan was made?

Interest added to principal and an index raise what is owed, agreed haircuts and swaps below par
lower it. Amounts in yuan; nothing comes in: a draw of cash is refused.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.plan.program import Floats

HALF_A_YUAN = 0.5
HALF_A_FEN = 0.005
NAMED = 10


class Flows(NamedTuple):
    """What contracts do, (option, scenario, quarter): `principal` < 0 where it is drawn again.

    `drawn` is cash that comes in beside it, `added` interest that is added to principal in so many
    words, `outstanding` what is owed at a quarter's end.
    """

    principal: Floats
    interest: Floats
    drawn: Floats
    added: Floats
    outstanding: Floats


class Moves(NamedTuple):
    """What is paid, and what moves principal without payment; (option, scenario, quarter), >= 0."""

    principal: Floats
    interest: Floats
    added: Floats
    fallen: Floats


def cashless_moves(opening: Floats, flows: Flows, names: Sequence[str]) -> Moves:
    """Tell what is paid in cash from what is added to principal, and from what falls away.

    `opening` is (option, scenario), what `outstanding` starts from; `names` are the options'.
    Raises IronpotError that names every option that draws cash.

    >>> nil, owed = np.zeros((1, 1, 2)), np.array([[[80.0, 20.0]]])
    >>> paid = np.array([[[0.0, 60.0]]])
    >>> cashless_moves(np.array([[100.0]]), Flows(paid, nil, nil, nil, owed), ["D"]).fallen.tolist()
    [[[20.0, 0.0]]]

    Of 5.00 interest 3.00 are not paid but owed from now on:

    >>> flows = Flows(nil - [3.0, 0.0], nil + 5.0, nil, nil, nil + 103.0)
    >>> moves = cashless_moves(np.array([[100.0]]), flows, ["D"])
    >>> moves.interest.tolist(), moves.added.tolist(), moves.principal.tolist()
    ([[[2.0, 5.0]]], [[[3.0, 0.0]]], [[[0.0, 0.0]]])
    >>> cashless_moves(np.array([[100.0]]), Flows(nil, nil, nil + 9.0, nil, nil + 109.0), ["D"])
    Traceback (most recent call last):
    ironpot.core.errors.IronpotError: Debts D draw up to 9.00 yuan ...
    """
    principal, interest = net_of_added(flows.principal, flows.interest)
    _refuse_draws(opening, flows.drawn + np.maximum(-principal, 0.0), names)
    principal = np.maximum(principal, 0.0)
    before = np.concatenate([opening[:, :, None], flows.outstanding[:, :, :-1]], axis=2)
    rise = flows.outstanding - before + principal
    # What falls away in the quarter in which interest is added stands apart from it.
    added = np.maximum(rise, flows.added)
    fallen = added - rise
    # Interest that is added is told to the fen; a fall of a few fen is rounding of instalments.
    least = np.maximum(HALF_A_FEN, 1e-11 * opening)[:, :, None]
    agreed = np.maximum(HALF_A_YUAN, 1e-9 * opening)[:, :, None]
    return Moves(
        principal=principal,
        interest=interest,
        added=np.where(added > least, added, 0.0),
        fallen=np.where(fallen > agreed, fallen, 0.0),
    )


def net_of_added(principal: Floats, interest: Floats) -> tuple[Floats, Floats]:
    """Return what is really paid of both where principal is drawn to pay interest of a quarter.

    Elementwise; what is drawn beyond the interest stays, as negative principal.

    >>> paid, interest = net_of_added(np.array([-3.0, 4.0, -7.0]), np.array([5.0, 5.0, 5.0]))
    >>> paid.tolist(), interest.tolist()
    ([0.0, 4.0, -2.0], [2.0, 5.0, 0.0])
    """
    added = np.clip(-principal, 0.0, np.maximum(interest, 0.0))
    return principal + added, interest - added


def _refuse_draws(opening: Floats, drawn: Floats, names: Sequence[str]) -> None:
    """Raise IronpotError that names every option which brings money in."""
    tolerance = np.maximum(HALF_A_YUAN, 1e-9 * opening)[:, :, None]
    found = np.flatnonzero((drawn > tolerance).any(axis=(1, 2)))
    if not found.size:
        return
    most = float(drawn[found].max())
    listed = ", ".join(names[int(at)] for at in found[:NAMED])
    more = found.size - NAMED
    raise IronpotError(
        Text(
            f"Debts {listed}{f' and {more} more' if more > 0 else ''} draw up to {most:,.2f} yuan "
            "of cash in a quarter of the horizon. Interest added to principal is settled, but "
            "money that comes in on a standing contract has no place in a plan's files. Status and "
            "risk show it. For a plan, state what is drawn as a debt of its own from its day and "
            "as income in the budget; where it is an option that draws (debt/option), take that "
            "option from class_actions.",
            f"债务{listed}{f'等另{more}笔' if more > 0 else ''}在计划期某季提款最多{most:,.2f}元。"
            "转入本金的利息可以结算,但存续合同上流入的现金在方案文件中无处列示;现状和风险评估"
            "可以体现。制定方案时请将提款另列为一笔自提款日起的债务,并将资金列入预算;若为某选项"
            "提款(债务/选项),请从class_actions表删除该选项。",
        )
    )
