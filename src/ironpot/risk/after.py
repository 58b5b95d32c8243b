"""What does the debt cost after a plan, when does it fall due, could what is left be paid back?

On the plan's last day, beside the same day without the plan, so that what differs is the plan and
not the time that has passed. Amounts yuan, expected over the named scenarios.
"""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from ironpot.case.case import Case
from ironpot.case.schema.words import PRIMARY_CLASSES
from ironpot.core.dates import (
    MONTHS_PER_QUARTER,
    QUARTERS_PER_YEAR,
    next_day,
    quarter_name,
    quarter_number,
)
from ironpot.core.money import FEN_PER_YUAN
from ironpot.core.outputs import CONSOLIDATED, EXPECTED
from ironpot.risk.adjustments import REPAID, Adjustments
from ironpot.risk.capacity import capacity_facts
from ironpot.risk.indicators import ALL, indicators_of
from ironpot.risk.left_to_pay import MONEY, left_by_contract, net_of_added, owed_on
from ironpot.risk.maturity import INTEREST_EVENTS, PRINCIPAL_EVENTS
from ironpot.risk.ratios import Facts, debt_facts

EARNED = "asset_income"
# Yuan: less than this between what is owed and what is left to pay is rounding of many debts.
LEAST_REST = 100.0
CHARGED = ("penalties",)
# Principal is forgiven (WO), replaced by a new bond's (RS), or interest is added to it (IPCI).
CASHLESS_EVENTS = ("WO", "RS", "IPCI")


@dataclass(frozen=True, slots=True)
class After:
    """The plan's last year: `debts` are debt facts at its end, `service_y` paid in its last year.

    `cash` is what is then held, None if the plan brings no ladder; `lots_y` what lots earn less
    than without the plan (negative) or more, in that year.
    """

    debts: Facts
    service_y: float
    cash: float | None
    lots_y: float

    @property
    def principal(self) -> float:
        """All debt."""
        return sum(self.debts[f"debt_{name}"] or 0.0 for name in PRIMARY_CLASSES)

    @property
    def interest_y(self) -> float:
        """All interest of the last year."""
        return sum(self.debts[f"interest_{name}"] or 0.0 for name in PRIMARY_CLASSES)


def after_plan(case: Case, adjustments: Adjustments, events: pl.DataFrame) -> After:
    """Return what a plan leaves; `events` are those of the debts' contracts, to the plan's end."""
    due = due_by_contract(case, events)
    last = last_year(adjustments)
    changed = adjustments.flows.filter(
        pl.col("scenario") == EXPECTED, pl.col("quarter").is_in(last)
    )
    of_year = due.filter(pl.col("quarter").is_in(last))
    contract = float(of_year.select(pl.sum_horizontal("principal", "interest").sum()).item())
    service = changed.filter(pl.col("line").is_in([*REPAID, "interest", *CHARGED]))
    return After(
        debts=debt_facts_after(case, adjustments, events),
        service_y=contract - float(service["amount"].sum()),
        cash=_cash(adjustments),
        lots_y=float(changed.filter(pl.col("line") == EARNED)["amount"].sum()),
    )


def last_year(adjustments: Adjustments) -> list[str]:
    """Return the last four quarters that a plan decides."""
    last = quarter_number(adjustments.through)
    return [quarter_name(last - back) for back in reversed(range(QUARTERS_PER_YEAR))]


def debt_facts_after(
    case: Case, adjustments: Adjustments, events: pl.DataFrame
) -> dict[str, float | None]:
    """Return debt facts as a plan leaves them at its end: what contracts leave, and its changes.

    Debt by class is that of the case date less what contracts repay or forgive until the plan's
    last quarter, plus the plan's change there; interest is a year's by contract, less the plan's
    saving, over its last four quarters. All expected over the named scenarios; `events` of the
    debts' contracts.
    """
    debt = adjustments.debt.filter(
        pl.col("scenario") == EXPECTED, pl.col("quarter") == adjustments.through
    )
    last = last_year(adjustments)
    saved = adjustments.flows.filter(
        pl.col("scenario") == EXPECTED, pl.col("line") == "interest", pl.col("quarter").is_in(last)
    )
    due = due_by_contract(case, events)
    gone = due.filter(pl.col("quarter") <= adjustments.through)
    of_year = due.filter(pl.col("quarter").is_in(last))
    facts: dict[str, float | None] = dict(debt_facts(case))
    for name in PRIMARY_CLASSES:
        own = pl.col("primary_class") == name
        fallen = gone.filter(own).select(pl.sum_horizontal("principal", "forgiven").sum()).item()
        left = (facts[f"debt_{name}"] or 0.0) - float(fallen)
        facts[f"debt_{name}"] = left + _total(debt.filter(own))
        paid = float(of_year.filter(own)["interest"].sum())
        facts[f"interest_{name}"] = paid - _total(saved.filter(own))
    return facts


def due_by_contract(case: Case, events: pl.DataFrame) -> pl.DataFrame:
    """Return (primary_class, quarter, principal, forgiven, interest) due outside, expected.

    `forgiven` is principal that falls away without payment, as was agreed; negative where interest
    is added to principal, which is then neither drawn nor due.
    """
    owed = case.debts.filter(
        pl.col("debtor_id").is_in(case.perimeter) & ~pl.col("creditor_id").is_in(case.perimeter)
    ).select("debt_id", "primary_class", "notional_principal")
    weights = case.settings.weights
    weight = pl.col("scenario").replace_strict(
        list(weights), list(weights.values()), return_dtype=pl.Float64
    )
    kind, paid = pl.col("event_type"), -pl.col("payoff") * weight
    number = (pl.col("date").dt.month() - 1) // MONTHS_PER_QUARTER + 1
    quarter = pl.format("{}Q{}", pl.col("date").dt.year(), number)
    return (
        events.join(owed, left_on="contract_id", right_on="debt_id", maintain_order="left")
        .with_columns(fall=principal_fall())
        .group_by("contract_id", "scenario", "primary_class", quarter=quarter)
        .agg(
            principal=paid.filter(kind.is_in(PRINCIPAL_EVENTS)).sum(),
            forgiven=(pl.col("fall") * weight).filter(kind.is_in(CASHLESS_EVENTS)).sum(),
            interest=paid.filter(kind.is_in(INTEREST_EVENTS)).sum(),
        )
        .pipe(net_of_added, falls="forgiven")
        .group_by("primary_class", "quarter")
        .agg(pl.col("principal", "forgiven", "interest").sum())
    )


def principal_fall() -> pl.Expr:
    """Return by how much each event of a contract lowers what is owed, first from the case's.

    What is overdue is a contract of its own under the same id, and owes nothing once it is paid:
    its events lower nothing here, and the rest starts from what they leave.
    """
    key, now = ("scenario", "contract_id"), pl.col("notional").abs()
    goes_on = now.reverse().cum_max().reverse().over(*key) > 0.0
    overdue = (now == 0.0) & goes_on
    settled = overdue & (pl.col("event_type") == "PR")
    start = pl.col("notional_principal") + pl.when(settled).then("payoff").sum().over(*key)
    own = pl.when(~overdue).then(now)
    before = own.forward_fill().shift(1).over(*key).fill_null(start)
    return pl.when(overdue).then(0.0).otherwise(before - now)


def indicators_at_end(
    case: Case,
    adjustments: Adjustments,
    events: pl.DataFrame,
    *,
    revenue: float | None,
    discount_rate: float | None,
) -> list[pl.DataFrame]:
    """Return the indicators on a plan's last day: as contracts stand, and as the plan leaves them.

    Phases `unplanned` and `after`, columns as in `indicators.cost_risk`; both over the revenue that
    the indicators before the plan are measured by. A plan that does not say what it leaves to pay
    gives what its flows determine alone (`indicators_of_flows`).
    """
    kept = left_by_contract(case, events, on=adjustments.end)
    unplanned = indicators_of(
        owed_on(kept, on=adjustments.end), revenue=revenue, discount_rate=discount_rate
    )
    left = kept if adjustments.left is None and adjustments.keeps_contracts else adjustments.left
    facts = after_plan(case, adjustments, events)
    if left is None:
        after = indicators_of_flows(facts, revenue=revenue)
    else:
        owed = owed_on(_with_the_rest(left, facts, adjustments.end), on=adjustments.end)
        after = indicators_of(owed, revenue=revenue, discount_rate=discount_rate)
    return [_phased(unplanned, "unplanned"), _phased(after, "after")]


def _phased(frame: pl.DataFrame, phase: str) -> pl.DataFrame:
    return frame.with_columns(phase=pl.lit(phase))


def _with_the_rest(left: pl.DataFrame, facts: After, end: dt.date) -> pl.DataFrame:
    """Return `left` with what else is owed then: bridge loans and arrears, due the day after."""
    known = dict(left.group_by("primary_class").agg(_owing()).iter_rows())
    rest = {
        name: (facts.debts[f"debt_{name}"] or 0.0) - known.get(name, 0.0)
        for name in PRIMARY_CLASSES
    }
    rows = [
        dict.fromkeys(MONEY, 0.0)
        | {"debt_id": f"rest:{name}", "primary_class": name, "principal": amount}
        | {"date": next_day(end)}
        for name, amount in rest.items()
        if amount > LEAST_REST
    ]
    return pl.concat([left, pl.DataFrame(rows, schema=left.schema)])


def _owing() -> pl.Expr:
    return pl.sum_horizontal("principal", "cashless").sum()


def indicators_of_flows(after: After, *, revenue: float | None) -> pl.DataFrame:
    """Return principal, rate, interest and service after a plan by class, and of `all`.

    What a plan's flows determine where it does not say what it leaves to pay: interest and service
    of its last year, `weighted_rate` that interest over what is owed at its end. Service is known
    of the whole alone.
    """
    classes = [
        (name, after.debts[f"debt_{name}"] or 0.0, after.debts[f"interest_{name}"] or 0.0, None)
        for name in PRIMARY_CLASSES
    ]
    owed = [row for row in classes if row[1] > 0.0 or row[2] > 0.0]
    whole = (ALL, after.principal, after.interest_y, after.service_y)
    names = ("primary_class", "principal", "interest_y", "service_y")
    frame = pl.DataFrame([whole, *owed], schema=names, orient="row").with_columns(
        pl.col(names[1:]).cast(pl.Float64)
    )
    known = revenue if revenue is not None and revenue > 0.0 else None
    return frame.with_columns(
        weighted_rate=pl.when(pl.col("principal") > 0.0).then(
            pl.col("interest_y") / pl.col("principal")
        ),
        interest_to_revenue=pl.col("interest_y") / pl.lit(known, pl.Float64),
        service_to_revenue=pl.col("service_y") / pl.lit(known, pl.Float64),
    )


def capacity_facts_after(case: Case, after: After) -> dict[str, float | None]:
    """Return the facts of `capacity.FORMULAS` as a plan leaves them.

    The budget's recurrent lines stay those of the first year, so that what differs is the plan's:
    debt, cash, service and what lots earn.
    """
    facts = capacity_facts(
        case, service_y=after.service_y, interest_y=after.interest_y, debts=after.debts
    )
    operating = {
        name: None if amount is None else amount + after.lots_y
        for name, amount in facts.items()
        if name.startswith("operating_")
    }
    net = None if after.cash is None else after.principal - after.cash
    return facts | operating | {"net_debt": net}


def _cash(adjustments: Adjustments) -> float | None:
    """Return the expected cash of the perimeter when the plan ends, yuan."""
    if adjustments.ladder is None:
        return None
    month = pl.col("period").str.slice(5, 2).cast(pl.Int64, strict=False)
    named = pl.format("{}Q{}", pl.col("period").str.head(4), (month - 1) // MONTHS_PER_QUARTER + 1)
    quarter = pl.when(pl.col("period_type") == "month").then(named).otherwise("period")
    rows = adjustments.ladder.filter(
        pl.col("entity_id") == CONSOLIDATED, pl.col("scenario") == EXPECTED
    ).filter(quarter == adjustments.through)
    if rows.is_empty():
        return None
    last = rows.sort("period").row(-1, named=True)
    return (last["opening_cash"] + last["gap"]) / FEN_PER_YUAN


def _total(rows: pl.DataFrame) -> float:
    return float(rows["amount"].sum())
