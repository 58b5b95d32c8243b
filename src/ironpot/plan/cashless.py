"""Which principal goes without being paid, because that was agreed before the plan was made?

Agreed haircuts, and swaps below par, lower what is owed and cost no cash. Amounts in yuan.
"""

import numpy as np

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.plan.program import Floats

HALF_A_YUAN = 0.5


def cashless_fall(
    opening: Floats, principal: Floats, outstanding: Floats, names: list[str]
) -> Floats:
    """Return by how much principal falls without payment, (option, scenario, quarter).

    `opening` is (option,), what the others (option, scenario, quarter) start from; `names` are the
    debts (option,). Raises IronpotError if principal rises or more of it is paid than it falls by:
    interest added to principal, draws and an index have no place in the plan's files.

    >>> paid, owed = np.array([[[0.0, 60.0]]]), np.array([[[80.0, 20.0]]])
    >>> cashless_fall(np.array([100.0]), paid, owed, ["D"]).tolist()
    [[[20.0, 0.0]]]
    >>> cashless_fall(np.array([100.0]), 0.0 * paid, np.array([[[104.0, 104.0]]]), ["D"])
    Traceback (most recent call last):
    ironpot.core.errors.IronpotError: Debt D grows by 4.00 yuan ...
    """
    first = np.broadcast_to(opening[:, None, None], (*outstanding.shape[:2], 1))
    before = np.concatenate([first, outstanding[:, :, :-1]], axis=2)
    fall = before - outstanding - principal
    tolerance = np.maximum(HALF_A_YUAN, 1e-9 * opening)[:, None, None]
    least = np.minimum(fall, principal)
    if (least < -tolerance).any():
        worst = np.unravel_index(int(least.argmin()), least.shape)
        raise _grows(names[int(worst[0])], -float(least[worst]))
    return np.where(fall > tolerance, fall, 0.0)


def _grows(name: str, amount: float) -> IronpotError:
    return IronpotError(
        Text(
            f"Debt {name} grows by {amount:,.2f} yuan within the horizon without a new loan: "
            "interest is added to its principal, more is drawn, or its principal follows an index. "
            "Status and risk show it; a plan cannot settle it. For a plan, state this debt without "
            "that term, and what is added or drawn as a debt of its own.",
            f"债务{name}在计划期内未经新借而增加{amount:,.2f}元:利息转入本金、继续提款或本金挂钩"
            "指数。现状和风险评估可以体现,方案无法结算。制定方案时请去掉该条款,并将转入或提取的"
            "金额另列为一笔债务。",
        )
    )
