"""What does a plan on disk change? Its files as adjustments of an assessment.

Amounts in yuan of the whole perimeter with the outside. Budget lines stay as they are without the
plan; what changes is debt service, what lots bring and no longer earn, help and new borrowing.
"""

from collections.abc import Mapping

import polars as pl

from ironpot.case.case import Case
from ironpot.core.money import FEN_PER_YUAN
from ironpot.core.outputs import CONSOLIDATED, EXPECTED, LEFT_TO_PAY
from ironpot.report.plan_files import PlanFiles, settled
from ironpot.risk.adjustments import CHANGED_DEBT, CHANGED_FLOWS, Adjustments
from ironpot.risk.after import CASHLESS_EVENTS, principal_fall
from ironpot.risk.drivers import Scenarios
from ironpot.risk.flows import lot_flows
from ironpot.risk.left_to_pay import left_in_yuan, net_of_added
from ironpot.risk.maturity import INTEREST_EVENTS, PRINCIPAL_EVENTS

# Lines that only a plan has: without one they are nothing.
OF_THE_PLAN = (
    "asset_proceeds_outside",
    "procedure_cost",
    "tax_and_fee",
    "relief",
    "borrowing",
    "bridge_draw",
    "bridge_repayment",
    "penalties",
)
_CELL = ["scenario", "quarter"]
PAID = ("principal", "forgiven", "interest")


def adjustments_of(
    case: Case, plan: PlanFiles, events: pl.DataFrame, scenarios: Scenarios
) -> Adjustments:
    """Return a plan's changes to doing nothing, from its tables.

    `events`: the debts' contract events in the named scenarios, to the plan's end at least.
    Interest and debt by class are the plan's expected ones; other lines come scenario by scenario.
    Debt includes bridge loans (class other) and what stays unpaid (class arrears).
    """
    files = settled(plan)
    through = str(files.summary["horizon"]["last"])
    paid = _contracts(case, events, through)
    cash = _consolidated(files.tables["cash"])
    actions = _outside(case, files.tables["debt_actions"])
    flows = [
        _plan_lines(cash),
        _changed(cash, "principal", _by_cell(paid, "principal")),
        _changed(cash, "asset_income", _lots(case, scenarios, through)),
        _interest(actions, paid),
    ]
    ladder = files.tables["ladder"].filter(pl.col("phase") == "after")
    left = files.extras.get(LEFT_TO_PAY.name)
    return Adjustments(
        flows=pl.concat([part.select(CHANGED_FLOWS.names()).cast(CHANGED_FLOWS) for part in flows]),
        debt=pl.concat([_debt(case, actions, paid, through), *_overdrawn(case, files)]),
        through=through,
        ladder=ladder,
        left=None if left is None else left_in_yuan(case, left),
        stocks=files.tables["balance_sheet"],
    )


def _consolidated(cash: pl.DataFrame) -> pl.DataFrame:
    """Return the perimeter's flows by scenario and quarter, accounts added, yuan."""
    lines = [*OF_THE_PLAN, "principal", "asset_income"]
    return (
        cash.filter(pl.col("entity_id") == CONSOLIDATED)
        .group_by(_CELL)
        .agg(pl.col(lines).sum() / FEN_PER_YUAN)
        .sort(_CELL)
    )


def _outside(case: Case, actions: pl.DataFrame) -> pl.DataFrame:
    """Return what is done to debts owed outside, by class and quarter, yuan."""
    return (
        actions.filter(~pl.col("creditor_id").is_in(case.perimeter).fill_null(value=False))
        .group_by("primary_class", "quarter")
        .agg(
            reduced=pl.col("principal_reduced").sum() / FEN_PER_YUAN,
            new=pl.col("principal_new").sum() / FEN_PER_YUAN,
            interest=pl.col("interest_paid").sum() / FEN_PER_YUAN,
        )
    )


def _contracts(case: Case, events: pl.DataFrame, through: str) -> pl.DataFrame:
    """Return (scenario, quarter, primary_class, principal, forgiven, interest), positive, yuan.

    Of debts owed outside, with the scenarios' mean as `expected`; what is dated up to the case
    date falls in the first quarter. `forgiven` is what was agreed to fall away without payment,
    negative where interest is added to principal.
    """
    owed = case.debts.filter(
        pl.col("debtor_id").is_in(case.perimeter) & ~pl.col("creditor_id").is_in(case.perimeter)
    ).select("debt_id", "primary_class", "notional_principal")
    kind, paid = pl.col("event_type"), -pl.col("payoff")
    rows = (
        events.join(owed, left_on="contract_id", right_on="debt_id", maintain_order="left")
        .with_columns(quarter=_quarter(case), fall=principal_fall())
        .filter(pl.col("quarter") <= through)
        .group_by(*_CELL, "contract_id", "primary_class")
        .agg(
            principal=paid.filter(kind.is_in(PRINCIPAL_EVENTS)).sum(),
            forgiven=pl.col("fall").filter(kind.is_in(CASHLESS_EVENTS)).sum(),
            interest=paid.filter(kind.is_in(INTEREST_EVENTS)).sum(),
        )
        .pipe(net_of_added, falls="forgiven")
        .group_by(*_CELL, "primary_class")
        .agg(pl.col(PAID).sum())
    )
    return pl.concat([rows, _mean(rows, case.settings.weights)])


def _quarter(case: Case) -> pl.Expr:
    number = (pl.col("date").dt.month() - 1) // 3 + 1
    name = pl.format("{}Q{}", pl.col("date").dt.year(), number)
    return pl.max_horizontal(name, pl.lit(case.horizon.first))


def _mean(rows: pl.DataFrame, weights: Mapping[str, float]) -> pl.DataFrame:
    weight = pl.col("scenario").replace_strict(
        list(weights), list(weights.values()), return_dtype=pl.Float64
    )
    return (
        rows.with_columns(pl.col(PAID) * weight)
        .group_by("quarter", "primary_class")
        .agg(pl.col(PAID).sum())
        .select(pl.lit(EXPECTED).alias("scenario"), "quarter", "primary_class", *PAID)
    )


def _by_cell(paid: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return a signed baseline (scenario, quarter, without): payments are negative."""
    return paid.group_by(_CELL).agg(without=-pl.col(name).sum())


def _lots(case: Case, scenarios: Scenarios, through: str) -> pl.DataFrame:
    """Return what lots bring without a plan, by scenario and quarter, their mean too."""
    rows = (
        lot_flows(case, scenarios)
        .filter(pl.col("entity_id").is_in(case.perimeter))
        .with_columns(quarter=_quarter(case))
        .filter(pl.col("quarter") <= through)
        .group_by(_CELL)
        .agg(without=pl.col("amount").sum())
    )
    one = rows.filter(pl.col("scenario") == scenarios.names[0])
    return pl.concat([rows, one.with_columns(scenario=pl.lit(EXPECTED)).select(rows.columns)])


def _plan_lines(cash: pl.DataFrame) -> pl.DataFrame:
    rows = cash.unpivot(OF_THE_PLAN, index=_CELL, variable_name="line", value_name="amount")
    return rows.filter(pl.col("amount") != 0.0).with_columns(_no_class())


def _changed(cash: pl.DataFrame, line: str, baseline: pl.DataFrame) -> pl.DataFrame:
    """Return a line of the plan less the same line without it."""
    both = cash.select(*_CELL, planned=line).join(baseline, on=_CELL, how="left")
    amount = pl.col("planned") - pl.col("without").fill_null(0.0)
    return both.select(*_CELL, _no_class(), line=pl.lit(line), amount=amount)


def _no_class() -> pl.Expr:
    return pl.lit(None, pl.String).alias("primary_class")


def _interest(actions: pl.DataFrame, paid: pl.DataFrame) -> pl.DataFrame:
    """Return the change of expected interest by class and quarter, negative where more is paid."""
    key = ["quarter", "primary_class"]
    without = paid.filter(pl.col("scenario") == EXPECTED).select(*key, without="interest")
    both = actions.select(*key, planned="interest").join(without, on=key, how="full", coalesce=True)
    change = pl.col("without").fill_null(0.0) - pl.col("planned").fill_null(0.0)
    return both.select(*key, scenario=pl.lit(EXPECTED), line=pl.lit("interest"), amount=change)


def _debt(case: Case, actions: pl.DataFrame, paid: pl.DataFrame, through: str) -> pl.DataFrame:
    """Return what more or less is owed at each quarter's end by class, expected."""
    key = ["primary_class", "quarter"]
    without = paid.filter(pl.col("scenario") == EXPECTED).select(
        *key, due=pl.col("principal") + pl.col("forgiven")
    )
    quarters = pl.DataFrame({"quarter": [q for q in case.horizon.quarters if q <= through]})
    classes = pl.concat([actions.select("primary_class"), without.select("primary_class")]).unique()
    moved = (
        classes.join(quarters, how="cross")
        .join(actions, on=key, how="left")
        .join(without, on=key, how="left")
        .with_columns(pl.col("reduced", "new", "due").fill_null(0.0))
        .sort(key)
    )
    step = pl.col("new") - pl.col("reduced") + pl.col("due")
    return moved.select(
        "quarter",
        "primary_class",
        scenario=pl.lit(EXPECTED),
        amount=step.cum_sum().over("primary_class"),
    ).select(CHANGED_DEBT.names())


def _overdrawn(case: Case, files: PlanFiles) -> list[pl.DataFrame]:
    """Return what bridge loans and unpaid bills add to debt at each quarter's end, expected."""
    quarters = pl.DataFrame({"quarter": list(case.horizon.quarters)})
    cash = files.tables["cash"].filter(
        pl.col("entity_id") == CONSOLIDATED, pl.col("scenario") == EXPECTED
    )
    moved = pl.sum_horizontal("bridge_draw", "bridge_repayment").sum()
    bridge = quarters.join(
        cash.group_by("quarter").agg(amount=moved), on="quarter", how="left"
    ).with_columns(pl.col("amount").fill_null(0).cum_sum())
    unpaid = (
        files.tables["limits"]
        .filter(pl.col("kind") == "arrears", pl.col("scenario") == EXPECTED)
        .group_by(quarter="period")
        .agg(amount=pl.col("value").sum() * FEN_PER_YUAN)
    )
    return [_owed_more(bridge, "other"), _owed_more(unpaid, "arrears")]


def _owed_more(fen: pl.DataFrame, primary_class: str) -> pl.DataFrame:
    return (
        fen.filter(pl.col("amount") != 0)
        .select(
            "quarter",
            primary_class=pl.lit(primary_class),
            scenario=pl.lit(EXPECTED),
            amount=pl.col("amount") / FEN_PER_YUAN,
        )
        .select(CHANGED_DEBT.names())
        .cast(CHANGED_DEBT)
    )
