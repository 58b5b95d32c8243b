"""Cash, relief and ladder of the made-up plan; every account chains to the fen."""

import polars as pl
from tests.report.made_up_case import GROUPS, WEIGHTS
from tests.report.made_up_tables import SCENARIOS, WAN, YI, frame

from ironpot.case.case import Case
from ironpot.core.dates import month_name, quarter_start
from ironpot.core.outputs import CASH_FLOWS, CASH_INFLOWS, CASH_OUTFLOWS, CONSOLIDATED

GENERAL, FUND = ("GOV", "general"), ("GOV", "fund")
COMPANIES = tuple((key, "company") for key, _ in GROUPS)
ACCOUNTS = (GENERAL, FUND, *COMPANIES)
FLOOR = {GENERAL: 3 * YI // 2, FUND: 0} | dict.fromkeys(COMPANIES, YI // 2)
ONLY_WITH_THE_PLAN = (
    "asset_proceeds_outside",
    "asset_proceeds_inside",
    "borrowing",
    "bridge_draw",
    "relief",
    "intra_group_in",
    "intra_group_out",
)

Flows = dict[tuple[str, str], dict[str, int]]
Sums = dict[str, dict[tuple[str, str], int]]


def cash(
    case: Case, decisions: pl.DataFrame, actions: pl.DataFrame, *, relief: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the cash table and the relief that keeps the general account above its floor."""
    rows: list[dict] = []
    asked: list[dict] = []
    sums = _sums(decisions, actions)
    for scenario, factor in SCENARIOS.items():
        balance = _opening(case)
        for quarter in case.horizon.quarters:
            flows = _flows(sums, quarter, factor)
            _share_out(flows, balance)
            short = FLOOR[GENERAL] - balance[GENERAL] - sum(flows[GENERAL].values())
            if relief and short > 0:
                flows[GENERAL]["relief"] = short
                asked.append(_help_row(quarter, scenario, short))
            rows += _rows(scenario, quarter, flows, balance)
    return _with_consolidated(frame("cash", rows)), _with_expected(frame("relief", asked))


def _sums(decisions: pl.DataFrame, actions: pl.DataFrame) -> Sums:
    outside = decisions.filter(pl.col("kind") == "outside_cash")
    paid = actions.filter(pl.col("action") != "haircut")
    return {
        "sold": _by(outside, "cash_quarter", "net_proceeds"),
        "paid": _by(paid, "quarter", "principal_reduced"),
        "new": _by(actions, "quarter", "principal_new"),
    }


def _by(rows: pl.DataFrame, period: str, column: str) -> dict[tuple[str, str], int]:
    sums = rows.group_by("entity_id", period).agg(pl.col(column).sum())
    return {(body, when): amount for body, when, amount in sums.iter_rows()}


def _opening(case: Case) -> dict[tuple[str, str], int]:
    held = case.accounts.select("entity_id", "account", "opening_cash").iter_rows()
    return {(body, account): round(yuan * 100) for body, account, yuan in held}


def _flows(sums: Sums, quarter: str, factor: float) -> Flows:
    """Return one quarter's flows of every account in one scenario."""
    flows: Flows = {key: dict.fromkeys(CASH_FLOWS, 0) for key in ACCOUNTS}
    flows[GENERAL] |= {
        "own_revenue": round(12.5 * YI * (factor + 1) / 2),
        "transfers_in": round(9.55 * YI),
        "essential_spending": -round(16.9 * YI),
        "other_spending": -round(2.9 * YI),
    }
    land = round(10.6 * YI * factor)
    flows[FUND] |= {"land_revenue": land, "other_spending": -round(0.65 * land)}
    for key in (GENERAL, *COMPANIES):
        sold = round(sums["sold"].get((key[0], quarter), 0) * factor)
        flows[key] |= {
            "asset_income": round(1.2 * YI) if key != GENERAL else 0,
            "asset_proceeds_outside": sold,
            "tax_and_fee": -round(sold * 0.06),
            "procedure_cost": -20 * WAN,
            "principal": -sums["paid"].get((key[0], quarter), 0),
            "borrowing": sums["new"].get((key[0], quarter), 0),
            "interest": -round(0.9 * YI),
        }
    return flows


def _share_out(flows: Flows, balance: dict[tuple[str, str], int]) -> None:
    """Cover companies' shortages from the general account."""
    for key in COMPANIES:
        short = FLOOR[key] - balance[key] - sum(flows[key].values())
        if short > 0:
            flows[key]["intra_group_in"] = short
            flows[GENERAL]["intra_group_out"] -= short


def _rows(
    scenario: str, quarter: str, flows: Flows, balance: dict[tuple[str, str], int]
) -> list[dict]:
    """Return the quarter's rows and carry the closing balances forward."""
    rows = []
    for key, columns in flows.items():
        body, account = key
        named = {"entity_id": body, "account": account, "scenario": scenario, "quarter": quarter}
        closing = balance[key] + sum(columns.values())
        rows.append(named | {"opening": balance[key], **columns, "closing": closing})
        balance[key] = closing
    return rows


def _help_row(quarter: str, scenario: str, amount: int) -> dict:
    grant = quarter >= "2026Q1"
    return {
        "entity_id": "GOV",
        "giver_id": "CITY",
        "kind": "grant" if grant else "advance",
        "quarter": quarter,
        "scenario": scenario,
        "amount": amount,
        "repay_by": None if grant else "2029Q4",
        "limit_id": "buffer-GOV",
        "price": 1.02,
    }


def _with_expected(drawn: pl.DataFrame) -> pl.DataFrame:
    if drawn.height == 0:
        return drawn
    weight = pl.col("scenario").replace_strict(WEIGHTS, return_dtype=pl.Float64)
    keys = ["entity_id", "giver_id", "kind", "quarter", "repay_by", "limit_id", "price"]
    expected = drawn.group_by(keys, maintain_order=True).agg(
        (pl.col("amount") * weight).sum().round().cast(pl.Int64),
        pl.lit(0, pl.Int64).alias("amount_p05"),
        pl.col("amount").max().alias("amount_p95"),
        pl.lit("expected").alias("scenario"),
    )
    return pl.concat([drawn, expected.select(drawn.columns)])


def _with_consolidated(table: pl.DataFrame) -> pl.DataFrame:
    inside = ("intra_group_in", "intra_group_out", "asset_proceeds_inside")
    whole = (
        table.with_columns(pl.lit(CONSOLIDATED).alias("entity_id"))
        .group_by("entity_id", "account", "scenario", "quarter")
        .agg(pl.col("opening", *CASH_FLOWS, "closing").sum())
        .with_columns(pl.lit(0, pl.Int64).alias(name) for name in inside)
    )
    both = pl.concat([table, whole.select(table.columns)])
    return both.sort("entity_id", "account", "scenario", "quarter")


def ladder(table: pl.DataFrame) -> pl.DataFrame:
    """Return the ladder with and without what the plan brings: months for two years, quarters."""
    sums = (
        table.group_by("entity_id", "scenario", "quarter", maintain_order=True)
        .agg(pl.col("opening", *CASH_FLOWS).sum())
        .partition_by("entity_id", "scenario", as_dict=True, maintain_order=True)
    )
    rows: list[dict] = []
    for (body, scenario), part in sums.items():
        for phase in ("before", "after"):
            named = {"entity_id": body, "phase": phase, "scenario": scenario}
            rows += [named | rung for rung in _rungs(str(body), phase, part.sort("quarter"))]
    return frame("ladder", rows)


def _rungs(body: str, phase: str, part: pl.DataFrame) -> list[dict]:
    dropped = ONLY_WITH_THE_PLAN if phase == "before" else ()
    running = int(part["opening"][0])
    buffer = 3 * YI if body == CONSOLIDATED else YI // 2
    rungs = []
    for position, row in enumerate(part.iter_rows(named=True)):
        ins = sum(row[name] for name in CASH_INFLOWS if name not in dropped)
        outs = sum(row[name] for name in CASH_OUTFLOWS if name not in dropped)
        for period, share in _periods(row["quarter"], position):
            sources, uses = round(ins * share), round(outs * share)
            rungs.append(
                {
                    "period_type": "month" if "-" in period else "quarter",
                    "period": period,
                    "opening_cash": running,
                    "sources": sources,
                    "uses": uses,
                    "gap": sources + uses,
                    "cumulative_gap": running + sources + uses,
                    "buffer": buffer,
                    "below_buffer": running + sources + uses < buffer,
                }
            )
            running += sources + uses
    return rungs


def _periods(quarter: str, position: int) -> list[tuple[str, float]]:
    if position >= 8:
        return [(quarter, 1.0)]
    start = quarter_start(quarter)
    return [(month_name(start, index), 1 / 3) for index in range(3)]
