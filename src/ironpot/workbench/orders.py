"""Which orders does the user name, with which figures? `--cut-debt 5%`, `--no-sales land:4`, ..."""

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.core.money import YUAN_PER_UNIT, Unit
from ironpot.system.mandates import (
    NONE,
    YEAR,
    Mandate,
    all_together,
    cut_debt,
    no_roll_over,
    no_sales,
    standard_mandates,
    swap_amount,
    swap_quota,
)


def orders(
    *,
    standard: bool,
    cut: str | None,
    unsold: list[str],
    swap: str | None,
    stopped: list[str],
    unit: Unit,
) -> tuple[Mandate, ...]:
    """Return no order, then each that was named, then all of them at once if there are several.

    Raises IronpotError where a figure cannot be read.

    >>> given = {"swap": None, "stopped": [], "unit": "yuan", "standard": False}
    >>> found = orders(cut="5%", unsold=["land"], **given)
    >>> [order.mandate_id for order in found]
    ['none', 'cut_debt', 'no_land', 'all_together']
    """
    named: list[Mandate] = []
    if cut is not None:
        named.append(cut_debt(_share("--cut-debt", cut)))
    named += [no_sales(kind, quarters=span) for kind, span in map(_spanned, unsold)]
    if swap is not None and swap.strip().endswith("%"):
        named.append(swap_quota(_share("--swap-quota", swap)))
    elif swap is not None:
        named.append(swap_amount(_number("--swap-quota", swap) * YUAN_PER_UNIT[unit], unit))
    named += [no_roll_over(kind, quarters=span) for kind, span in map(_spanned, stopped)]
    if not named:
        return standard_mandates() if standard else ()
    together = (all_together(tuple(named)),) if len(named) > 1 else ()
    return (NONE, *named, *together)


def _share(option: str, said: str) -> float:
    """Read a percentage; a bare number could be either, so it is asked for."""
    word = said.strip()
    if not word.endswith("%"):
        raise IronpotError(
            Text(
                f"{option} {said}: is that a share or a percentage? Write it with its sign, "
                f"as in {option} 5%.",
                f"{option} {said}:无法判断是小数还是百分数。请带百分号填写,如 {option} 5%。",
            )
        )
    share = _number(option, word[:-1]) / 100.0
    if share > 1.0:
        raise IronpotError(
            Text(
                f"{option} {said} is more than all there is. Give a share of at most 100%.",
                f"{option} {said} 超过全部。请填写不超过100%的比例。",
            )
        )
    return share


def _number(option: str, said: str) -> float:
    try:
        number = float(said.replace(",", ""))
    except ValueError:
        number = -1.0
    if not 0.0 <= number < float("inf"):
        raise IronpotError(
            Text(
                f"{option} {said} is no amount of 0 or more. Write it as in {option} 30% or "
                f"{option} 120.",
                f"{option} {said} 不是不小于0的数。请如 {option} 30% 或 {option} 120 填写。",
            )
        )
    return number


def _spanned(said: str) -> tuple[str, int]:
    """Read `kind` or `kind:quarters`; a year where no quarters are named."""
    kind, _, quarters = said.partition(":")
    if not quarters:
        return kind.strip(), YEAR
    if not quarters.strip().isdigit() or int(quarters) < 1:
        raise IronpotError(
            Text(
                f"{said}: after the colon stands the number of quarters, 1 or more, as in land:4.",
                f"{said}:冒号后应为季度数(不小于1),如 land:4。",
            )
        )
    return kind.strip(), int(quarters)
