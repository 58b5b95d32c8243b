"""Limits, balance sheet, summary and extras of the made-up plan."""

import polars as pl
from tests.report.made_up_tables import WAN, YI, frame

from ironpot.case.case import Case
from ironpot.core.dates import quarter_end
from ironpot.core.outputs import CONSOLIDATED


def limits() -> pl.DataFrame:
    rows = [
        ("service-office", "service_floor", "administration", "all", ">=", 0.72, 0.6, "share"),
        ("service-water", "service_floor", "water", "all", ">=", 1.0, 1.0, "share"),
        ("team-2025Q2", "capacity", "task force", "2025Q2", "<=", 38.0, 40.0, "person-weeks"),
        ("land-2025Q3", "depth", "land", "2025Q3", "<=", 3.0e8, 3.0e8, "yuan"),
        ("buffer-GOV", "buffer", "GOV", "2026Q1", ">=", 1.5e8, 1.5e8, "yuan"),
    ]
    made = []
    for limit_id, kind, scope, period, operator, value, bound, unit in rows:
        slack = bound - value if operator == "<=" else value - bound
        made.append(
            {
                "limit_id": limit_id,
                "kind": kind,
                "scope_id": scope,
                "period": period,
                "scenario": "expected",
                "operator": operator,
                "value": value,
                "bound": bound,
                "slack": slack,
                "unit": unit,
                "binding": slack == 0.0,
                "penalty": 0,
                "source_id": "S-DEF",
            }
        )
    return frame("limits", made)


def balance(case: Case, resolution: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    first = resolution.unique("debt_id", keep="first", maintain_order=True)
    debt = {
        "before": int(first["opening_principal"].sum()),
        "after": int(first["closing_principal"].sum()),
    }
    book = case.assets.with_columns((pl.col("book_value") * 100).round().cast(pl.Int64))
    released = decisions.filter(pl.col("route").is_in(["exchange_sale", "auction", "pool"]))
    rows = []
    for phase in ("before", "after"):
        held = (
            book
            if phase == "before"
            else book.filter(~pl.col("asset_id").is_in(released["lot_id"].to_list()))
        )
        codes = {
            (row[0], "asset"): row[1]
            for row in held.group_by("gfsm_code")
            .agg(pl.col("book_value").sum())
            .sort("gfsm_code")
            .iter_rows()
        }
        codes["6202", "asset"] = round(22.5 * YI)
        codes["6304", "liability"] = debt[phase]
        codes["6M6", "memo"] = 40 * YI
        worth = sum(v for (c, s), v in codes.items() if s == "asset") - debt[phase]
        codes["6", "asset"] = worth
        for (code, side), amount in codes.items():
            rows.append(
                {
                    "entity_id": CONSOLIDATED,
                    "phase": phase,
                    "date": case.date if phase == "before" else quarter_end(case.horizon.last),
                    "gfsm_code": code,
                    "side": side,
                    "gross": amount + (5 * YI if code == "6304" else 0),
                    "eliminated": 5 * YI if code == "6304" else 0,
                    "amount": amount,
                    "basis": "book",
                    "origin": "synthetic",
                }
            )
    return frame("balance_sheet", rows)


def lots(case: Case) -> pl.DataFrame:
    return case.assets.select(
        pl.col("asset_id").alias("lot_id"),
        pl.col("owner_id").alias("entity_id"),
        "asset_kind",
        "gfsm_code",
        (pl.col("book_value") * 100).round().cast(pl.Int64).alias("opening_amount"),
        pl.col("essential").alias("protected"),
        "origin",
    )


def debts_out(case: Case) -> pl.DataFrame:
    return case.debts.select(
        "debt_id",
        pl.col("debtor_id").alias("entity_id"),
        "primary_class",
        (pl.col("notional_principal") * 100).round().cast(pl.Int64).alias("opening_principal"),
        "origin",
    )


def summary(case: Case, *, relief: bool) -> dict[str, object]:
    quarters = case.horizon.quarters
    return {
        "schema": "ironpot-plan/1",
        "version": "0.1.0",
        "created": case.date.isoformat(),
        "case_id": case.settings.case_id,
        "case_date": case.date.isoformat(),
        "input_hash": case.input_hash,
        "options_hash": "0" * 64,
        "seed": 1,
        "currency": "CNY",
        "unit": 1,
        "perimeter": list(case.perimeter),
        "origin": {"reported": 0.0, "estimated": 0.0, "imputed": 0.0, "synthetic": 1.0},
        "horizon": {"first": quarters[0], "last": quarters[-1], "quarters": len(quarters)},
        "scenarios": 3,
        "discount_rate": 0.0463,
        "status": "least_relief" if relief else "feasible",
        "objective": 9_426_000_000.0,
        "bound": 9_340_000_000.0,
        "do_nothing": 15_100_000_000.0,
        "gap_objective": 0.0091,
        "gap_stake": 0.0149,
        "constant_terms": 0.0,
        "time_limit_s": 60,
        "solve_s": 41.7,
        "solver": "HiGHS",
        "solver_version": "1.16.0",
        "max_violation": 0.0,
        "relief_pv": 5_930_000_000.0 if relief else 0.0,
        "rules": [{"id": "cn-debt-ratio-2019", "before": "red", "after": "orange"}],
        "tables": {},
        "assumptions": ["平台贷款续贷比例:基准80%,不利40%。", "税费率取默认值,未逐项核定。"],
        "unknown": ["政府性基金支出口径未公布,专项债务付息占比只能按收入口径估算。"],
    }


def extras(case: Case, decisions: pl.DataFrame) -> dict[str, pl.DataFrame]:
    wall = case.debts.with_columns(pl.col("maturity_date").dt.year().cast(pl.String).alias("year"))
    classes = case.creditors.select("creditor_id", "creditor_class")
    sold = decisions.filter(pl.col("start_quarter").is_not_null()).sort("start_quarter")
    return {
        "maturity_wall": wall.join(classes, on="creditor_id")
        .group_by("creditor_class", "year")
        .agg((pl.col("notional_principal").sum() * 100).round().cast(pl.Int64).alias("amount"))
        .sort("year", "creditor_class"),
        "rule_rows": _rule_rows(),
        "approvals": sold.select(
            "lot_id",
            pl.lit("处置方案批复").alias("step"),
            pl.when(pl.col("entity_id") == "GOV")
            .then(pl.lit("区政府常务会议"))
            .otherwise(pl.lit("区国资办"))
            .alias("by_whom"),
            pl.col("start_quarter").alias("by_when"),
        ),
        "wishes": pl.DataFrame(
            {"wish_id": ["W1"], "subject": ["A-005"], "cost": [3_200 * WAN]},
        ),
        "frontier": pl.DataFrame(
            {
                "label": ["本方案", "少要一成", "少要两成"],
                "relief_pv": [59.3e8, 53.4e8, 47.4e8],
                "value_destroyed": [3.1e8, 6.4e8, 12.9e8],
            }
        ),
        "relief_prices": pl.DataFrame(
            {
                "limit_id": ["buffer-GOV", "service-office"],
                "unit": ["100 million yuan", "percentage point"],
                "relief_saved": [0.97e8, 0.06e8],
            }
        ),
    }


def _rule_rows() -> pl.DataFrame:
    """Return ratios by year and variant as the risk room lists them, one of them unknown."""
    rows = (
        (2023, "without_hidden", "before", 196.0, "yellow"),
        (2023, "with_hidden", "before", 277.0, "orange"),
        (2024, "with_hidden", "before", None, "unknown"),
        (2025, "without_hidden", "before", 215.0, "orange"),
        (2025, "with_hidden", "before", 304.0, "red"),
        (2025, "with_hidden", "after", 271.0, "orange"),
    )
    named = {"rule_set_id": "cn-debt-ratio-2019", "indicator": "debt_ratio_pct", "unit": "percent"}
    said = {"consequence_en": "Roll-over only.", "consequence_zh": "以借新还旧为主。"}
    return pl.DataFrame(
        [
            named
            | said
            | {"year": year, "variant": variant, "phase": phase, "value": value, "band": band}
            | {"basis": "outturn", "proxy": False, "status": "checked"}
            | {"missing": None if value else "general_transfers_from_above"}
            for year, variant, phase, value, band in rows
        ]
    )
