"""Which orders does the user name, with which figures? `--cut-debt 5%`, `--no-sales land:4`, ..."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from ironpot.core.errors import IronpotError, said_together
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

    Of one kind named over several spans the longest is what holds when all are given at once.

    Raises IronpotError that says every figure that cannot be read.

    >>> given = {"swap": None, "stopped": [], "unit": "yuan", "standard": False}
    >>> found = orders(cut="5%", unsold=["land"], **given)
    >>> [order.mandate_id for order in found]
    ['none', 'cut_debt', 'no_land', 'all_together']
    """
    refused: list[IronpotError] = []
    cuts = _each(_cuts, [cut], refused), _each(lambda said: _swaps(said, unit), [swap], refused)
    spans, stops = (list(dict.fromkeys(_each(_spanned, s, refused))) for s in (unsold, stopped))
    if refused:
        raise IronpotError(said_together(refused))
    figures = cuts[0][0], cuts[1][0]
    named = _listed(figures, spans, stops)
    if not named:
        return standard_mandates() if standard else ()
    at_once = _listed(figures, _longest(spans), _longest(stops))
    together = (all_together(at_once),) if len(at_once) > 1 else ()
    return (NONE, *named, *together)


_Spans = list[tuple[str, int]]
Said = TypeVar("Said")
Read = TypeVar("Read")


def _each(
    read: Callable[[Said], Read], said: Iterable[Said], refused: list[IronpotError]
) -> list[Read]:
    """Read all that can be read, and add to `refused` what cannot."""
    found: list[Read] = []
    for word in said:
        try:
            found.append(read(word))
        except IronpotError as error:
            refused.append(error)
    return found


def _listed(
    figures: tuple[list[Mandate], list[Mandate]], unsold: _Spans, stopped: _Spans
) -> tuple[Mandate, ...]:
    cuts, swaps = figures
    sales = [no_sales(kind, quarters=span) for kind, span in unsold]
    stops = [no_roll_over(kind, quarters=span) for kind, span in stopped]
    return (*cuts, *sales, *swaps, *stops)


def _longest(spans: _Spans) -> _Spans:
    """Keep the longest span of each kind: what is stopped for six quarters is stopped for two.

    >>> _longest([("land", 2), ("equity", 4), ("land", 6)])
    [('land', 6), ('equity', 4)]
    """
    kinds = dict.fromkeys(kind for kind, _ in spans)
    return [(kind, max(span for name, span in spans if name == kind)) for kind in kinds]


def _cuts(cut: str | None) -> list[Mandate]:
    return [] if cut is None else [cut_debt(_share("--cut-debt", cut))]


def _swaps(swap: str | None, unit: Unit) -> list[Mandate]:
    if swap is None:
        return []
    if swap.strip().endswith("%"):
        return [swap_quota(_share("--swap-quota", swap))]
    return [swap_amount(_number("--swap-quota", swap) * YUAN_PER_UNIT[unit], unit)]


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
