"""Does the engine reproduce the public ACTUS test suite, row by row?

Every case of a suite file goes through the same engine as a plan: terms become rows of contracts,
observed data become rate paths, and each printed result is compared: date, type, order, payoff,
states. Text in, verdict out; reading files is the caller's.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ironpot.cashflow.engine import project_cash_flows
from ironpot.cashflow.flows import CashFlows
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.suite_cases import Json, asked, instant, keyed, stated
from ironpot.cashflow.suite_words import word
from ironpot.core.errors import IronpotError

FILE_NAME = re.compile(r"actus-tests-(.*)\.json")
TOLERANCE = 1e-6
COMPARED = {
    "payoff": "payoff",
    "notionalPrincipal": "notional",
    "nominalInterestRate": "rate",
    "accruedInterest": "accrued",
    "exerciseAmount": "exercise",
}

# Printed results that are themselves rounded: (case, row) -> tolerance. guarantee14 row 5: the fee
# accrued in 80 of 92 days of a quarter is 10,000 x 80/92 = 8,695.652174; the file cuts it to 8,695.
TOLERATED: dict[tuple[str, int], float] = {("guarantee14", 5): 0.66}


@dataclass(frozen=True, slots=True)
class Case:
    """One case of the suite: its id, contract type and JSON."""

    case_id: str
    contract_type: str
    content: Json


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a case passed, and if not the first row that differs."""

    case_id: str
    contract_type: str
    first_difference: str | None

    @property
    def passed(self) -> bool:
        """Whether every row agrees."""
        return self.first_difference is None


def run_suite(texts: Mapping[str, str]) -> list[Verdict]:
    """Return a verdict on every case of suite files, given as text by file name.

    A case or file that cannot be read has failed; the others are still judged.

    >>> run_suite({"actus-tests-pam.json": "{}"})
    []
    >>> run_suite({"actus-tests-pam.json": "no"})[0].first_difference
    'not read: JSONDecodeError: Expecting value: line 1 column 1 (char 0)'
    """
    return [verdict for name in sorted(texts) for verdict in _judged(name, texts[name])]


def _judged(name: str, text: str) -> list[Verdict]:
    """Return the verdicts on one file; one on the file itself if it is no suite file."""
    match = FILE_NAME.search(name)
    kind = match[1].upper() if match else "?"
    try:
        cases = list(read_cases(text, kind))
    except (ValueError, AttributeError) as fault:
        return [Verdict(name, kind, f"not read: {type(fault).__name__}: {fault}")]
    return [judge(case) for case in cases]


def read_cases(text: str, kind: str) -> Iterator[Case]:
    """Yield the cases of one suite file; `kind` is the type of one that states none."""
    content: dict[str, Json] = json.loads(text)
    for case_id, case in content.items():
        terms: Json = keyed(keyed(case).get("terms") or {})
        written = word("contract_type", str(terms.get("contracttype") or kind))
        yield Case(case_id, written, case)


def judge(case: Case) -> Verdict:
    """Project one case and compare it with what its file expects."""
    try:
        difference = first_difference(case, project_case(case))
    except IronpotError as refusal:
        difference = f"not projected: {refusal.text.en}"
    except Exception as fault:  # noqa: BLE001 - a case that cannot be read fails, the rest still run
        difference = f"not read: {type(fault).__name__}: {fault}"
    return Verdict(case.case_id, case.contract_type, difference)


def project_case(case: Case) -> CashFlows:
    """Project the contract of a case with the data and events that the case observes."""
    question = asked(case.content)
    return project_cash_flows(
        question.contracts,
        status_date=question.status,
        until=question.until,
        rates=question.rates,
        observed=question.observed,
    )


def first_difference(case: Case, flows: CashFlows) -> str | None:
    """Return what differs first between printed results and projection, None if nothing does."""
    expected = cast("list[Json]", keyed(case.content)["results"])
    found = _rows(case, flows)
    for number, (printed, row) in enumerate(zip(expected, found, strict=False), start=1):
        tolerance = TOLERATED.get((case.case_id, number), TOLERANCE)
        difference = _row_difference(printed, row, tolerance)
        if difference:
            return f"row {number} {printed['eventDate'][:10]} {printed['eventType']}: {difference}"
    if len(expected) != len(found):
        return f"{len(found)} events instead of {len(expected)}{_unmatched(expected, found)}"
    return None


def _unmatched(expected: Sequence[Json], found: Sequence[Json]) -> str:
    """Return the first row that only one side has."""
    at = min(len(expected), len(found))
    row, what = (found[at], "only ours") if len(found) > at else (expected[at], "only printed")
    return f"; {what}: {row['eventDate'][:10]} {row['eventType']}"


def _row_difference(printed: Json, row: Json, tolerance: float) -> str | None:
    """Compare a printed row with an event: date, type, currency, amounts; blanks claim nothing."""
    claims = {name: value for name, value in printed.items() if stated(value)}
    for name in ("eventDate", "eventType", "currency", "exerciseDate"):
        if name in claims and _text(name, claims[name]) != row[name]:
            return f"{name} {row[name]} instead of {claims[name]}"
    for name in COMPARED:
        if name in claims and not abs(float(claims[name]) - row[name]) <= tolerance:
            return f"{name} {row[name]!r} instead of {claims[name]}"
    return None


def _text(name: str, value: object) -> str:
    return instant(value).isoformat() if name.endswith("Date") else str(value).strip()


def _rows(case: Case, flows: CashFlows) -> list[dict[str, Any]]:
    """Return the projected events in the suite's names, after the case's own status date."""
    events = flows.events
    amounts = {name: flows.amounts(state, 0).tolist() for name, state in COMPARED.items()}
    times = flows.column("time").astype("datetime64[s]")
    exercised = _exercise_dates(case, flows)
    shown = np.flatnonzero(times > np.datetime64(asked(case.content).shown_after, "s"))
    return [
        {
            "eventDate": str(times[row]),
            "eventType": events["event_type"][row],
            "currency": events["currency"][row],
            "exerciseDate": exercised[row],
            **{name: values[row] for name, values in amounts.items()},
        }
        for row in shown.tolist()
    ]


def _exercise_dates(case: Case, flows: CashFlows) -> list[str | None]:
    """Return the state Xd after each event: as stated, else the day of an exercise with a value."""
    known = keyed(keyed(case.content)["terms"]).get("exercisedate")
    times: npt.NDArray[np.datetime64] = flows.column("time").astype("datetime64[s]")
    calls = np.flatnonzero((flows.column("kind") == Kind.XD) & (flows.amounts("exercise", 0) != 0))
    if not calls.size:
        return [instant(known).isoformat() if stated(known) else None] * times.size
    return [str(times[calls[0]]) if time >= times[calls[0]] else None for time in times]
