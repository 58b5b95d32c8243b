"""What does a case of the public ACTUS suite ask of the engine?

Text and JSON in, contracts and observations out. Generous at the door: names in any case, numbers
and dates as text, long and short words, absent parts; a term the engine does not know is left out.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import polars as pl

from ironpot.cashflow.engine import OBSERVED
from ironpot.cashflow.rates import RatePaths, paths_from_points
from ironpot.cashflow.suite_words import plain, word
from ironpot.cashflow.terms import CONTRACTS

Json = Mapping[str, Any]
Row = dict[str, Any]

LISTED = ("OPTNS", "FUTUR")
MARKET_OBJECT = "MOC"
NAMES = {
    **{plain(name): name for name in CONTRACTS.names},
    "contractidentifier": "contract_id",
    "cycleanchordateofdividend": "cycle_anchor_date_of_dividend_payment",
    "cycleofdividend": "cycle_of_dividend_payment",
    "marketobjectcodeofdividendrate": "market_object_code_of_dividends",
    "scalingindexatstatusdate": "scaling_index_at_contract_deal_date",
}
RESET = "cycle_anchor_date_of_rate_reset", "cycle_of_rate_reset"
RESET_STEPS = "array_cycle_anchor_date_of_rate_reset"
REFERENCE = "market_object_code_of_rate_reset"
END_OF_DAY = "T24:00"


@dataclass(frozen=True, slots=True)
class Asked:
    """Contracts (the case's own first) from `status` to `until`, and what is observed meanwhile.

    A part may be described as of an earlier day than the whole: projection starts with the earliest
    `status`, and the whole is shown after `shown_after`. Once exercised, a whole needs no parts.
    """

    contracts: pl.DataFrame
    status: dt.datetime
    shown_after: dt.datetime
    until: dt.datetime | None
    rates: RatePaths | None
    observed: pl.DataFrame


def asked(content: Json) -> Asked:
    """Return what a case asks."""
    case = keyed(content)
    terms: Json = case["terms"]
    rows = list(contract_rows(terms))
    own = rows[0]["contract_id"]
    status = instant(keyed(terms)["statusdate"])
    return Asked(
        pl.DataFrame(rows, schema=_schema(rows)),
        status if stated(keyed(terms).get("exercisedate")) else min([status, *_statuses(terms)]),
        status,
        instant(case["to"]) if stated(case.get("to")) else None,
        _rates(case.get("dataobserved") or {}),
        _observed(case.get("eventsobserved") or [], own),
    )


def keyed(content: Json) -> Row:
    """Return a JSON object with its keys in plain small letters."""
    return {plain(name): value for name, value in content.items()}


def stated(value: object) -> bool:
    """Say whether a cell holds anything: null, an empty text and an empty list do not."""
    return value is not None and value != [] and str(value).strip() != ""


def instant(text: object) -> dt.datetime:
    """Return a day or time of day as written; 24:00 is the midnight that follows.

    >>> instant("2013-12-31T24:00:00"), instant(" 2014-01-01 ")
    (datetime.datetime(2014, 1, 1, 0, 0), datetime.datetime(2014, 1, 1, 0, 0))
    """
    written = str(text).strip().removesuffix("Z")
    if END_OF_DAY in written:
        return dt.datetime.fromisoformat(written.split("T")[0]) + dt.timedelta(days=1)
    return dt.datetime.fromisoformat(written)


def contract_rows(terms: Json) -> Iterator[Row]:
    """Yield the contract and then those it is made of, as rows of `terms.CONTRACTS`.

    >>> future = {"contractType": "FUTUR", "contractID": "F", "futuresPrice": " 80",
    ...     "contractStructure": [{"object": {"marketObjectCode": "GOLD"}, "referenceType": "MOC",
    ...                            "referenceRole": "UDL"}]}
    >>> next(contract_rows(future))
    {'contract_id': 'F', 'contract_type': 'FUTUR', 'futures_price': 80.0,
    'market_object_code': 'GOLD'}
    """
    own = _own_terms(terms)
    taken, structure, parts = [own["contract_id"]], list[str](), list[Row]()
    for number, reference in enumerate(_references(terms), start=1):
        content, role = _object(reference), str(reference["referencerole"]).strip().upper()
        code = keyed(content).get("marketobjectcode")
        listed = own.get("contract_type") in LISTED
        if code and (listed or _kind(reference) == MARKET_OBJECT):
            own["market_object_code"] = str(code).strip()
            continue
        part_id = _part_id(content, taken, number)
        taken.append(part_id)
        structure.append(f"{role}={part_id}")
        if "contracttype" in keyed(content):
            parts += [part | {"nested": True} for part in _renamed(content, part_id)]
    if structure:
        own["contract_structure"] = ";".join(structure)
    yield own
    yield from parts


def _own_terms(terms: Json) -> Row:
    """Return the terms that the engine knows, in the types of their columns."""
    named = {NAMES[key]: value for key, value in keyed(terms).items() if key in NAMES}
    named.pop("contract_structure", None)
    row = {name: _value(name, value) for name, value in named.items() if stated(value)}
    return _without_idle_resets({"contract_id": "contract"} | row)


def _without_idle_resets(row: Row) -> Row:
    """Return terms without a reference rate that no date observes, or dates that nothing sets."""
    dated = any(name in row for name in (*RESET, RESET_STEPS))
    if not dated:
        return {k: v for k, v in row.items() if k not in (REFERENCE, "next_reset_rate")}
    if REFERENCE not in row and "next_reset_rate" not in row:
        return {k: v for k, v in row.items() if k not in RESET}
    return row


def _references(terms: Json) -> Iterator[Row]:
    """Yield the entries of a contract structure, keyed; an id or a code alone is allowed."""
    listed: Any = keyed(terms).get("contractstructure") or []
    entries = cast("list[Json]", listed if isinstance(listed, list) else [listed])
    yield from (keyed(entry) for entry in entries)


def _kind(reference: Json) -> str:
    return str(reference.get("referencetype", "")).strip().upper()


def _object(reference: Json) -> Json:
    """Return what a reference points at; a text is an id, or a code if it is a market object."""
    content = reference["object"]
    if isinstance(content, str):
        name = "marketObjectCode" if _kind(reference) == MARKET_OBJECT else "contractID"
        return {name: content}
    return content


def _part_id(content: Json, taken: Sequence[str], number: int) -> str:
    """Return the id of a part; one that is missing or taken gets the part's number."""
    words = keyed(content)
    written = words.get("contractid") or words.get("contractidentifier") or ""
    part_id = str(written).strip()
    return part_id if part_id and part_id not in taken else f"{part_id}#{number}"


def _renamed(content: Json, part_id: str) -> Iterator[Row]:
    """Yield the rows of a part under its id."""
    first, *others = contract_rows(content)
    yield first | {"contract_id": part_id}
    yield from others


def _statuses(terms: Json) -> Iterator[dt.datetime]:
    """Yield the status dates of the parts that state one."""
    for reference in _references(terms):
        content = _object(reference)
        written = keyed(content).get("statusdate")
        if stated(written):
            yield instant(written)
        yield from _statuses(content)


def _value(name: str, value: Any) -> Any:
    """Return a term's value in the type of its column; lists are joined by ';'."""
    if isinstance(value, list):
        items = cast("list[object]", value)
        return ";".join(str(_item(name, item)) for item in items)
    return _item(name, value)


def _item(name: str, value: object) -> Any:
    text = str(value).strip()
    match CONTRACTS.column(name).kind:
        case "date":
            return instant(text)
        case "money" | "rate" | "number" | "share":
            return float(text)
        case "choice":
            return word(name, text)
        case "cycle":
            return text.upper()
        case _ if name in WORDED:
            return word(name, text)
        case _ if "anchor_date" in name:
            return instant(text).isoformat()
        case _:
            return text.replace("O", "0") if name == "scaling_effect" else text


WORDED = ("credit_event_type_covered", "array_increase_decrease", "array_fixed_variable")


def _schema(rows: Sequence[Row]) -> dict[str, pl.DataType]:
    """Return the columns that the rows use; dates keep their time of day."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {
        name: pl.Datetime("us")
        if CONTRACTS.column(name).kind == "date"
        else CONTRACTS.column(name).dtype
        for name in names
    }


def _rates(observed: Json) -> RatePaths | None:
    """Return the observed series as paths of one scenario; series without a value are left out."""
    points = {name: dict(_points(series)) for name, series in observed.items()}
    known = {name.strip(): values for name, values in points.items() if values}
    return paths_from_points(known) if known else None


def _points(series: object) -> Iterator[tuple[np.datetime64, float]]:
    """Yield time and value of a series, which is an object with `data` or the data themselves."""
    whole = cast("list[Json] | Json", series)
    data: list[Json] | None = whole if isinstance(whole, list) else keyed(whole).get("data")
    for point in data or []:
        cells = keyed(point)
        if stated(cells.get("value")):
            yield np.datetime64(instant(cells["timestamp"]), "s"), float(cells["value"])


def _observed(events: Sequence[Json], contract_id: str) -> pl.DataFrame:
    """Return the observed events; one without a contract is the case's own."""
    rows = [_event(keyed(event), contract_id) for event in events]
    return pl.DataFrame(rows, schema=OBSERVED)


def _event(event: Row, contract_id: str) -> Row:
    performance = keyed(event.get("states") or {}).get("contractperformance")
    return {
        "contract_id": str(event.get("contractid") or contract_id).strip(),
        "time": instant(event["time"]),
        "event_type": str(event["type"]).strip().upper(),
        "value": float(event["value"]) if stated(event.get("value")) else 0.0,
        "performance": word("credit_event_type_covered", str(performance)) if performance else None,
    }
