"""Stepped terms of one contract: lists joined by ';'."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from ironpot.cashflow.reference.contract import Contract
from ironpot.cashflow.reference.days import plus

LISTS = {
    "principal_redemption": ("array_next_principal_redemption_payment", "array_increase_decrease"),
    "rate_reset": ("array_rate", "array_fixed_variable"),
    "interest_payment": (None, None),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: from when, in which cycle, how much, which way."""

    anchor: dt.datetime
    cycle: str | None
    amount: float
    word: str

    @property
    def drawn(self) -> bool:
        """Whether principal is drawn, not repaid."""
        return self.word == "INC"

    @property
    def variable(self) -> bool:
        """Whether the rate follows a market, `rate` being the spread."""
        return self.word.startswith("V")

    @property
    def rate(self) -> float:
        """The step's rate or spread."""
        return self.amount


def steps_of(c: Contract, purpose: str) -> list[Step]:
    """Return the steps of a purpose; none if the contract states no anchors."""
    anchors = _items(c, f"array_cycle_anchor_date_of_{purpose}")
    cycles = _items(c, f"array_cycle_of_{purpose}")
    amounts, words = (_items(c, name) if name else [] for name in LISTS[purpose])
    return [
        Step(
            dt.datetime.fromisoformat(anchor),
            _pick(cycles, place),
            float(_pick(amounts, place) or "nan"),
            _pick(words, place) or "",
        )
        for place, anchor in enumerate(anchors)
    ]


def step_dates(
    c: Contract, steps: list[Step], end: dt.datetime
) -> Iterator[tuple[dt.datetime, Step]]:
    """Yield the dates of all steps before the end; a step runs up to the next one's anchor."""
    for place, step in enumerate(steps):
        stop = min(steps[place + 1].anchor, end) if place + 1 < len(steps) else end
        time, count, dates = step.anchor, 0, list[dt.datetime]()
        while time < stop:
            dates.append(time)
            if step.cycle is None:
                break
            count += 1
            time = plus(step.anchor, step.cycle, count, end_of_month=c.end_of_month)
        if step.cycle and step.cycle.endswith("L0") and time != stop and len(dates) > 1:
            dates.pop()
        yield from ((date, step) for date in dates)


def _items(c: Contract, name: str) -> list[str]:
    return [item.strip() for item in c[name].split(";")] if c[name] else []


def _pick(items: list[str], place: int) -> str | None:
    """Return the item of a place; a single one holds for every place."""
    if len(items) == 1:
        return items[0]
    return items[place] if place < len(items) else None
