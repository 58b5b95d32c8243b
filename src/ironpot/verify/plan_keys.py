"""Which entries must plan.json have, and of what type?"""

import re
from collections.abc import Callable, Mapping

from ironpot.core.outputs import SCHEMA_VERSION, STATUSES
from ironpot.verify.files import Json, decimal_of, horizon_of, is_date
from ironpot.verify.words import ORIGINS

HASH = re.compile(r"[0-9a-f]{64}")

# Figures that may be null: all of them if the status is unknown, a gap if it divides by zero.
NULLABLE = (
    "objective",
    "bound",
    "gap_objective",
    "gap_stake",
    "do_nothing",
    "constant_terms",
    "max_violation",
    "relief_pv",
)


def _is_options(value: Json) -> bool:
    """Options of the planner by name: text, numbers and yes or no."""
    return isinstance(value, dict) and not any(
        isinstance(option, (dict, list)) or option is None for option in value.values()
    )


def _is_rows(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(row, dict) for row in value)


def _is_flag(value: Json) -> bool:
    return isinstance(value, bool)


def _is_text(value: Json) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_hash(value: Json) -> bool:
    return isinstance(value, str) and HASH.fullmatch(value) is not None


def is_day(value: Json) -> bool:
    """Say whether an entry is a date."""
    return isinstance(value, str) and is_date(value)


def _is_count(value: Json) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: Json) -> bool:
    return decimal_of(value) is not None


def _is_amount(value: Json) -> bool:
    number = decimal_of(value)
    return number is not None and number >= 0


def _is_texts(value: Json) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _is_perimeter(value: Json) -> bool:
    return (
        isinstance(value, list)
        and _is_texts(value)
        and bool(value)
        and len({str(item) for item in value}) == len(value)
    )


def is_shares(value: Json) -> bool:
    """Say whether an entry holds one share per origin."""
    return (
        isinstance(value, dict)
        and set(value) == set(ORIGINS)
        and all(_is_amount(item) and (decimal_of(item) or 0) <= 1 for item in value.values())
    )


def _is_rules(value: Json) -> bool:
    return isinstance(value, list) and all(
        isinstance(item, dict) and set(item) == {"id", "before", "after"} and _is_text(item["id"])
        for item in value
    )


def _is_starts(value: Json) -> bool:
    return isinstance(value, list) and all(
        isinstance(start, list) and len(start) == 3 and _is_texts(start) for start in value
    )


def _is_named_texts(value: Json) -> bool:
    return isinstance(value, dict) and all(_is_text(item) for item in value.values())


def _is_keeping_on(value: Json) -> bool:
    return (
        isinstance(value, dict)
        and set(value) == {"status", "cost", "relief"}
        and _is_text(value["status"])
        and all(value[name] is None or decimal_of(value[name]) is not None for name in _MONEY)
    )


def _is_announced(value: Json) -> bool:
    if not isinstance(value, dict):
        return False
    rest = {name: item for name, item in value.items() if name not in _OF_RUN}
    amount, run = (value.get(name) for name in _OF_RUN)
    known = amount is None or decimal_of(amount) is not None
    return _is_keeping_on(rest) and known and (run is None or _is_text(run))


_MONEY = ("cost", "relief")
_OF_RUN = ("planned_cost", "run_id")
KEYS: Mapping[str, Callable[[Json], bool]] = {
    "schema": lambda value: value == SCHEMA_VERSION,
    "version": _is_text,
    "created": is_day,
    "case_id": _is_text,
    "case_date": is_day,
    "input_hash": _is_hash,
    "options_hash": _is_hash,
    "seed": _is_count,
    "currency": lambda value: isinstance(value, str) and len(value) == len("CNY"),
    "unit": lambda value: _is_count(value) and value == 1,
    "perimeter": _is_perimeter,
    "origin": is_shares,
    "horizon": lambda value: horizon_of(value) is not None,
    "scenarios": lambda value: _is_count(value) and value != 0,
    "discount_rate": lambda value: (rate := decimal_of(value)) is not None and rate > -1,
    "status": lambda value: value in STATUSES,
    "objective": _is_number,
    "bound": _is_number,
    "gap_objective": _is_number,
    "gap_stake": _is_number,
    "do_nothing": _is_number,
    "constant_terms": _is_number,
    "time_limit_s": _is_amount,
    "solve_s": _is_amount,
    "solver": _is_text,
    "solver_version": _is_text,
    "max_violation": _is_amount,
    "relief_pv": _is_amount,
    "rules": _is_rules,
    "tables": lambda value: isinstance(value, dict),
    "assumptions": _is_texts,
    "unknown": _is_texts,
}

# Entries that a plan need not have. Without `weights`, probabilities by scenario id, expected rows
# are only bounded, not recomputed; `options` are what `options_hash` is the hash of; `allotted`
# says that prices and fees came from a coordinated run, `allotments` are its rows; `choices` are
# what is decided now, by name; `under_way` are the starts [lot, route, quarter] that an earlier
# plan had prepared, `done` is what has happened to lots since the case date; `keeping_on` is what
# an earlier plan's choices cost now, `changes` what differs from it, and why; `announced` is what
# the sales cost that a coordinated run announced by lot, `listed` what is listed by market and
# quarter beside all that the market takes; `texts` are sentences of `assumptions` and
# `unknown` in both languages.
OPTIONAL: Mapping[str, Callable[[Json], bool]] = {
    "weights": lambda value: isinstance(value, dict),
    "options": _is_options,
    "allotted": _is_flag,
    "allotments": _is_rows,
    "choices": _is_rows,
    "under_way": _is_starts,
    "done": _is_named_texts,
    "keeping_on": _is_keeping_on,
    "announced": _is_announced,
    "listed": _is_rows,
    "changes": _is_rows,
    "texts": _is_rows,
    "extras": lambda value: isinstance(value, dict),
}
