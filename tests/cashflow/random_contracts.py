"""Random contracts of every type and convention, as rows of terms; and how to compare them."""

import bisect
import datetime as dt
from typing import Any

import numpy as np
import polars as pl
from hypothesis import strategies as st

from ironpot.cashflow.engine import project_cash_flows
from ironpot.cashflow.rates import RatePaths
from ironpot.cashflow.reference.combined import events_of
from ironpot.cashflow.reference.contract import Contract, Event, Happened
from ironpot.cashflow.terms import BUSINESS_DAYS, CONTRACTS

STATUS = dt.datetime.fromisoformat("2024-12-31")
UNTIL = dt.datetime.fromisoformat("2031-03-15")
MATURITIES = ("PAM", "LAM", "LAX", "NAM", "ANN")
DAY_COUNTS = ("AA", "A360", "A365", "30E360", "30E360ISDA", "28E336")

SCENARIOS = ("base", "adverse")
MARKET_DATES = [
    dt.datetime.fromisoformat("2015-01-01") + dt.timedelta(days=97 * step) for step in range(80)
]
MARKETS = {
    name: np.random.default_rng(seed).uniform(low, high, (len(SCENARIOS), len(MARKET_DATES)))
    for name, seed, low, high in (
        ("LPR1Y", 1, 0.0, 0.08),
        ("LPR5Y", 2, 0.01, 0.06),
        ("CPI", 3, 80.0, 140.0),
        ("STEEL", 4, 50.0, 150.0),
        ("EUR/CNY", 5, 6.0, 8.0),
    )
}
RATES = RatePaths(
    SCENARIOS,
    tuple(MARKETS),
    np.array(MARKET_DATES, "M8[s]"),
    np.stack(list(MARKETS.values()), axis=1),
)

months = st.sampled_from(["P1M", "P2M", "P3M", "P1Q", "P1H", "P1Y"])
any_cycle = st.one_of(months, st.sampled_from(["P10D", "P45D", "P2W", "P9W"]))
stubs = st.sampled_from(["L0", "L1"])


def cycles(base: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(lambda cycle, stub: cycle + stub, base, stubs)


def days(first: str, last: str) -> st.SearchStrategy[dt.datetime]:
    low, high = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return st.dates(low, high).map(lambda day: dt.datetime.combine(day, dt.time()))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


@st.composite
def conventions(draw: st.DrawFn) -> dict[str, Any]:
    """How days are counted and moved."""
    return {
        "contract_role": draw(st.sampled_from(["RPA", "RPL"])),
        "day_count_convention": draw(st.sampled_from(DAY_COUNTS)),
        "business_day_convention": draw(st.sampled_from(BUSINESS_DAYS)),
        "end_of_month_convention": draw(st.sampled_from(["SD", "EOM"])),
        "calendar": draw(st.sampled_from(["NC", "MF", "CN"])),
        "currency": draw(st.sampled_from(["CNY", "EUR"])),
    }


@st.composite
def life(draw: st.DrawFn, *, cycle: st.SearchStrategy[str] = any_cycle) -> dict[str, Any]:
    """Start, end, principal, interest and its schedule."""
    start = draw(days("2023-06-01", "2025-12-31"))
    anchor = draw(maybe(st.integers(0, 500)))
    interest = draw(cycles(cycle))
    return {
        "initial_exchange_date": start,
        "maturity_date": start + dt.timedelta(days=draw(st.integers(200, 2200))),
        "notional_principal": draw(st.floats(1.0, 1e9)),
        "nominal_interest_rate": draw(st.floats(0.0, 0.2)),
        "accrued_interest": draw(maybe(st.floats(0.0, 1e4))),
        "cycle_of_interest_payment": interest,
        "cycle_anchor_date_of_interest_payment": (
            None if anchor is None else start + dt.timedelta(days=anchor - 60)
        ),
    }


@st.composite
def floating(draw: st.DrawFn) -> dict[str, Any]:
    """A reference rate with resets, spread and limits, or nothing."""
    if not draw(st.booleans()):
        return {}
    low = draw(st.floats(0.0, 0.03))
    return {
        "market_object_code_of_rate_reset": draw(st.sampled_from(["LPR1Y", "LPR5Y"])),
        "cycle_of_rate_reset": draw(cycles(any_cycle)),
        "cycle_anchor_date_of_rate_reset": draw(maybe(days("2024-06-01", "2026-06-30"))),
        "rate_spread": draw(maybe(st.floats(-0.01, 0.05))),
        "rate_multiplier": draw(maybe(st.floats(0.5, 1.5))),
        "life_floor": draw(maybe(st.just(low))),
        "life_cap": draw(maybe(st.just(low + 0.04))),
        "period_cap": draw(maybe(st.floats(0.001, 0.02))),
        "period_floor": draw(maybe(st.floats(-0.02, -0.001))),
        "next_reset_rate": draw(maybe(st.floats(0.0, 0.1))),
    }


@st.composite
def extras(draw: st.DrawFn, start: dt.datetime) -> dict[str, Any]:
    """Fees, an index, purchase and sale, capitalisation, premium: each now and then."""
    terms: dict[str, Any] = {"premium_discount_at_ied": draw(maybe(st.floats(-10.0, 10.0)))}
    if draw(st.booleans()):
        terms["capitalization_end_date"] = start + dt.timedelta(days=draw(st.integers(30, 700)))
    if draw(st.booleans()):
        basis = draw(st.sampled_from(["A", "N"]))
        terms |= {
            "fee_rate": draw(st.floats(0.0001, 0.01 if basis == "N" else 50.0)),
            "fee_basis": basis,
            "cycle_of_fee": draw(cycles(months)),
            "cycle_anchor_date_of_fee": start + dt.timedelta(days=draw(st.integers(0, 200))),
        }
    if draw(st.booleans()):
        terms |= {
            "market_object_code_of_scaling_index": "CPI",
            "scaling_index_at_contract_deal_date": draw(st.floats(90.0, 110.0)),
            "scaling_effect": draw(st.sampled_from(["000", "I00", "0N0", "INO"])),
            "cycle_of_scaling_index": draw(cycles(months)),
            "cycle_anchor_date_of_scaling_index": draw(days("2024-06-01", "2026-06-30")),
        }
    if draw(st.booleans()):
        terms["purchase_date"] = draw(days("2025-01-01", "2026-12-31"))
        terms["price_at_purchase_date"] = draw(st.floats(1.0, 1e4))
    if draw(st.booleans()):
        terms["termination_date"] = draw(days("2027-01-01", "2029-12-31"))
        terms["price_at_termination_date"] = draw(st.floats(1.0, 1e4))
    return terms


@st.composite
def maturity_contract(draw: st.DrawFn, kind: str | None = None) -> dict[str, Any]:
    """PAM, LAM, LAX, NAM or ANN."""
    kind = kind or draw(st.sampled_from(MATURITIES))
    terms = draw(life()) | draw(conventions()) | draw(floating())
    terms |= draw(extras(terms["initial_exchange_date"])) | {"contract_type": kind}
    if kind in ("LAM", "NAM", "ANN"):
        terms |= draw(amortising(kind, terms))
    if kind == "LAX":
        terms |= draw(stepped(terms))
    if draw(st.booleans()) and kind != "LAX":
        terms |= draw(rate_steps())
    if terms["day_count_convention"] == "AA" and draw(st.booleans()):
        terms |= {
            "day_count_convention": "AAICMA",
            "cycle_of_interest_payment": draw(cycles(months)),
        }
    return terms


@st.composite
def amortising(draw: st.DrawFn, kind: str, terms: dict[str, Any]) -> dict[str, Any]:
    """Redemption schedule, instalment, base of interest, and at times no stated maturity."""
    start, owed = terms["initial_exchange_date"], terms["notional_principal"]
    own: dict[str, Any] = {
        "cycle_of_principal_redemption": draw(cycles(any_cycle)),
        "cycle_anchor_date_of_principal_redemption": draw(
            maybe(st.integers(0, 500).map(lambda days: start + dt.timedelta(days=days)))
        ),
        "next_principal_redemption_payment": draw(
            st.floats(0.01, 0.4).map(lambda share: share * owed)
            if kind == "NAM"
            else maybe(st.floats(0.01, 0.4).map(lambda share: share * owed))
        ),
    }
    if kind == "ANN" and draw(st.booleans()):
        own["amortization_date"] = terms["maturity_date"] + dt.timedelta(days=400)
    if draw(st.booleans()):
        own |= {
            "interest_calculation_base": draw(st.sampled_from(["NT", "NTIED", "NTL"])),
            "interest_calculation_base_amount": draw(maybe(st.just(0.9 * owed))),
            "cycle_of_interest_calculation_base": draw(cycles(months)),
        }
    if draw(st.booleans()) and own["next_principal_redemption_payment"] is not None:
        own["maturity_date"] = own["amortization_date"] = None
        own["next_principal_redemption_payment"] = owed * draw(st.floats(0.25, 0.6))
        own["cycle_of_principal_redemption"] = draw(cycles(months))
    return own


@st.composite
def stepped(draw: st.DrawFn, terms: dict[str, Any]) -> dict[str, Any]:
    """Steps of principal, interest and rate for LAX."""
    count = draw(st.integers(1, 3))
    first = terms["initial_exchange_date"] + dt.timedelta(days=draw(st.integers(1, 200)))
    anchors = [first + dt.timedelta(days=300 * step) for step in range(count)]
    listed = ";".join(anchor.isoformat() for anchor in anchors)
    owed = terms["notional_principal"]
    own = {
        "array_cycle_anchor_date_of_principal_redemption": listed,
        "array_cycle_of_principal_redemption": ";".join(draw(cycles(any_cycle)) for _ in anchors),
        "array_next_principal_redemption_payment": ";".join(
            repr(owed * draw(st.floats(0.01, 0.3))) for _ in anchors
        ),
        "array_increase_decrease": ";".join(
            draw(st.sampled_from(["INC", "DEC"])) for _ in anchors[:-1]
        ),
    }
    own["array_increase_decrease"] = ";".join(
        [*filter(None, own["array_increase_decrease"].split(";")), "DEC"]
    )
    if draw(st.booleans()):
        own |= {
            "array_cycle_anchor_date_of_interest_payment": listed,
            "array_cycle_of_interest_payment": draw(cycles(months)),
        }
    if draw(st.booleans()):
        own |= draw(rate_steps())
    if draw(st.booleans()):
        own["maturity_date"] = None
    return own


@st.composite
def rate_steps(draw: st.DrawFn) -> dict[str, Any]:
    """A rate that is set by steps, fixed or as spread over a market."""
    anchors = sorted(draw(st.sets(days("2025-01-01", "2028-12-31"), min_size=1, max_size=3)))
    kinds = [draw(st.sampled_from(["FIX", "VAR"])) for _ in anchors]
    own = {
        "array_cycle_anchor_date_of_rate_reset": ";".join(day.isoformat() for day in anchors),
        "array_rate": ";".join(repr(draw(st.floats(0.0, 0.1))) for _ in anchors),
        "array_fixed_variable": ";".join(kinds),
    }
    return own | ({"market_object_code_of_rate_reset": "LPR1Y"} if "VAR" in kinds else {})


@st.composite
def open_ended(draw: st.DrawFn) -> dict[str, Any]:
    """CLM or UMP, with or without a maturity."""
    kind = draw(st.sampled_from(["CLM", "UMP"]))
    terms = draw(life()) | draw(conventions()) | draw(floating()) | {"contract_type": kind}
    if kind == "UMP" or draw(st.booleans()):
        terms["maturity_date"] = None
    notice = draw(st.sampled_from([None, "P0D", "P10D", "P1M"])) if kind == "CLM" else None
    return terms | {"x_day_notice": notice}


@st.composite
def traded(draw: st.DrawFn) -> dict[str, Any]:
    """CSH, STK, COM, FXOUT, OPTNS, FUTUR or SWPPV."""
    kind = draw(st.sampled_from(["CSH", "STK", "COM", "FXOUT", "OPTNS", "FUTUR", "SWPPV"]))
    terms = draw(conventions()) | {"contract_type": kind}
    money = st.floats(1.0, 1e6)
    terms |= {
        "notional_principal": draw(money),
        "purchase_date": draw(maybe(days("2025-01-01", "2026-06-30"))),
        "price_at_purchase_date": draw(money),
        "termination_date": draw(maybe(days("2026-07-01", "2027-12-31"))),
        "price_at_termination_date": draw(money),
        "settlement_period": draw(st.sampled_from(["P0D", "P3D", "P1W", "P1M"])),
        "delivery_settlement": draw(st.sampled_from(["D", "S"])),
    }
    if kind == "SWPPV":
        own = draw(life(cycle=months)) | {"accrued_interest": None}
        return (
            terms
            | own
            | {
                "nominal_interest_rate_2": draw(st.floats(0.0, 0.1)),
                "market_object_code_of_rate_reset": "LPR1Y",
                "cycle_of_rate_reset": draw(cycles(months)),
                "rate_spread": draw(maybe(st.floats(0.0, 0.02))),
            }
        )
    if kind == "STK":
        terms |= {
            "cycle_anchor_date_of_dividend_payment": draw(maybe(days("2024-06-01", "2026-01-01"))),
            "cycle_of_dividend_payment": draw(cycles(months)),
            "market_object_code_of_dividends": "STEEL",
            "next_dividend_payment_amount": draw(maybe(money)),
        }
    if kind in ("FXOUT", "OPTNS", "FUTUR"):
        terms["maturity_date"] = draw(days("2025-02-01", "2028-12-31"))
    if kind == "FXOUT":
        terms |= {"currency": "CNY", "currency_2": "EUR", "notional_principal_2": draw(money)}
    if kind == "COM":
        terms["quantity"] = draw(maybe(st.floats(1.0, 10.0)))
    if kind in ("OPTNS", "FUTUR"):
        terms |= {
            "market_object_code": "STEEL",
            "futures_price": draw(st.floats(50.0, 150.0)),
            "option_type": draw(st.sampled_from(["C", "P", "CP"])),
            "option_strike_1": draw(st.floats(50.0, 150.0)),
            "option_strike_2": draw(st.floats(50.0, 150.0)),
            "option_exercise_type": draw(st.sampled_from(["E", "A"])),
        }
    return terms


basic = st.one_of(maturity_contract(), open_ended(), traded())


def numbered(contracts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give every contract an id; rows keep only stated terms."""
    return [
        {name: value for name, value in terms.items() if value is not None}
        | {"contract_id": f"C{n}"}
        for n, terms in enumerate(contracts)
    ]


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return rows as a frame of contracts; dates keep their time of day."""
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: CONTRACTS.column(name) for name in names}
    schema = {
        name: pl.Datetime("us") if column.kind == "date" else column.dtype
        for name, column in columns.items()
    }
    return pl.DataFrame(rows, schema=schema)


def observer(scenario: int):
    """Return the reference's view of one scenario's markets."""

    def observe(name: str, time: dt.datetime) -> float:
        place = bisect.bisect_right(MARKET_DATES, time) - 1
        return float(MARKETS[name][scenario, place])

    return observe


def referred(
    rows: list[dict[str, Any]], happened: list[Happened], scenario: int
) -> list[tuple[str, Event]]:
    """Return the reference's events of every contract that is not nested."""
    by_id = {row["contract_id"]: row for row in rows}
    return [
        (row["contract_id"], event)
        for row in rows
        if not row.get("nested")
        for event in events_of(Contract(row, STATUS, UNTIL, observer(scenario), happened, by_id))
    ]


def assert_equal(rows: list[dict[str, Any]], happened: list[Happened] | None = None) -> None:
    """Compare engine and reference: ids, times, kinds and currencies exactly, amounts to 1e-12."""
    seen = happened or []
    observed = pl.DataFrame(
        [(e.contract_id, e.time, e.event_type, e.value, e.performance) for e in seen],
        schema=["contract_id", "time", "event_type", "value", "performance"],
        orient="row",
    )
    flows = project_cash_flows(
        frame(rows),
        status_date=STATUS,
        until=UNTIL,
        rates=RATES,
        observed=observed if seen else None,
    )
    names = flows.contract_ids.gather(flows.column("contract")).to_list()
    labels, currencies = flows.events["event_type"], flows.events["currency"]
    times = flows.column("time").astype("M8[us]").tolist()
    for scenario in range(len(SCENARIOS)):
        wanted = referred(rows, seen, scenario)
        found = list(zip(names, times, labels, currencies, strict=False))
        assert found == [(name, e.time, e.kind.label, e.currency) for name, e in wanted]
        scale = {row["contract_id"]: _scale(row, rows) for row in rows}
        for state in ("payoff", "notional", "rate", "accrued", "exercise"):
            expected = np.array([getattr(event, state) for _, event in wanted])
            allowed = np.array([scale[name] for name, _ in wanted]) * 1e-12
            assert (abs(flows.amounts(state, scenario) - expected) <= allowed).all(), state


def _scale(row: dict[str, Any], rows: list[dict[str, Any]]) -> float:
    """Return the size of a contract's amounts, to which rounding is relative, parts included."""
    parts = [row, *rows] if row.get("contract_structure") else [row]
    sizes = [value for part in parts for value in part.values() if isinstance(value, float)]
    return max([1.0, *map(abs, sizes)])
