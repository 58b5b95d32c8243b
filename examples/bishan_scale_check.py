"""Does the example add up to what it was scaled to? Prints target beside built, then lots by kind.

Reads the written case only. Amounts in hundred million yuan.

    python examples/bishan_scale_check.py [FOLDER]
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl
from bishan_scale_parts import scale
from bishan_scale_parts.scale import CASE_DATE

from ironpot.case.schema.debt import DEBTS
from ironpot.cashflow.debts import contracts_of_debts
from ironpot.cashflow.engine import project_cash_flows
from ironpot.cashflow.rates import paths_from_points

HOME = Path(__file__).parent / "bishan-scale"
STATUTORY = ("general", "special")
VEHICLE = ("hidden", "vehicle_other")
MONEY = ("book_value", "appraisal", "income_y", "cost_to_keep_y")


def main() -> None:
    """Print both tables in Markdown."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HOME
    print(as_table(("item", "target", "built"), [*debt_lines(folder), *asset_lines(folder)]))
    print()
    header = ("kind", "lots", "book value", "appraisal", "income a year", "cost a year")
    print(as_table(header, kind_lines(folder)))


def as_table(header: tuple[str, ...], lines: list[tuple[str, ...]]) -> str:
    """Return lines as a Markdown table, figures to the right.

    >>> print(as_table(("item", "built"), [("lots", "595")]))
    | item | built |
    | --- | ---: |
    | lots | 595 |
    """
    rule = ("---", *("---:" for _ in header[1:]))
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, rule, *lines))


def debt_lines(folder: Path) -> list[tuple[str, ...]]:
    """Compare debts with their targets."""
    debts = read(folder, "debts", "notional_principal", "nominal_interest_rate")
    of_class = {name: total(rows, "notional_principal") for name, rows in by_class(debts)}
    vehicle = debts.filter(pl.col("primary_class").is_in(VEHICLE))
    return [
        _line("statutory debt, general", scale.STATUTORY["general"], of_class["general"]),
        _line("statutory debt, special", scale.STATUTORY["special"], of_class["special"]),
        _line("vehicle debt", scale.VEHICLE_DEBT, sum(of_class[name] for name in VEHICLE)),
        _line("of which hidden", scale.HIDDEN_DEBT, of_class["hidden"]),
        _line("all of these", 727.0, sum(of_class[name] for name in (*STATUTORY, *VEHICLE))),
        ("contracts of companies", "about 160", str(vehicle.height)),
        *_shares(vehicle, {"loan": 0.55, "bond": 0.25, "other": 0.08}),
        *_timing(folder),
        _line(
            "guarantees in the ring",
            scale.GUARANTEED_SHARE * scale.VEHICLE_DEBT,
            total(read(folder, "guarantees", "amount_limit"), "amount_limit"),
        ),
        *_interest(debts),
        *_ratios(of_class),
        ("supplier claims overdue, beside the 727", "assumed", f"{of_class['arrears']:.1f}"),
    ]


def _interest(debts: pl.DataFrame) -> list[tuple[str, ...]]:
    """Compare a year's interest on special debt with fund revenue."""
    special = debts.filter(pl.col("primary_class") == "special").with_columns(
        interest=pl.col("notional_principal") * pl.col("nominal_interest_rate")
    )
    paid = 100 * total(special, "interest")
    return [
        _line("special-debt interest over fund revenue 2023, %", 9.8, paid / 53.46),
        _line("special-debt interest over fund revenue 2024, %", 12.4, paid / 42.39),
    ]


def by_class(debts: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    """Return the debts of each primary class."""
    classes = debts["primary_class"].unique(maintain_order=True)
    return [(name, debts.filter(pl.col("primary_class") == name)) for name in classes]


def _timing(folder: Path) -> list[tuple[str, ...]]:
    """Compare what vehicles owe within a year, and the mean life of their debt, from cash flows."""
    paid = vehicle_principal(folder)
    days = (pl.col("date") - CASE_DATE).dt.total_days()
    life = paid.select((days * pl.col("payoff")).sum() / pl.col("payoff").sum() / 365.25).item()
    return [
        _line(
            "vehicle principal due in 2025 (built: what is overdue included)",
            scale.DUE_WITHIN_YEAR,
            -total(paid.filter(pl.col("date").dt.year() == CASE_DATE.year + 1), "payoff"),
        ),
        _line("mean life of vehicle debt, years", scale.MEAN_LIFE_Y, float(life)),
    ]


def vehicle_principal(folder: Path) -> pl.DataFrame:
    """Return dated payments of principal of the companies' contracts, rates as they stand."""
    text = pl.read_csv(folder / "debts.csv", infer_schema=False)
    days = [c.name for c in DEBTS.columns if c.kind == "date" and c.name in text.columns]
    debts = DEBTS.conform(text.with_columns(pl.col(days).str.to_date()))
    own = debts.filter(pl.col("primary_class").is_in(VEHICLE))
    start = np.datetime64("2019-08-20")
    rates = paths_from_points({"LPR1Y": {start: 0.031}, "LPR5Y": {start: 0.036}})
    contracts = contracts_of_debts(own, case_date=CASE_DATE)
    flows = project_cash_flows(contracts, status_date=CASE_DATE, until=None, rates=rates)
    return flows.events.filter(pl.col("event_type").is_in(["PR", "MD"]))


def _ratios(of_class: dict[str, float]) -> list[tuple[str, ...]]:
    """Debt over own revenue, transfers from above and fund revenue of the year."""
    statutory = sum(of_class[name] for name in STATUTORY)
    return [
        _line(f"debt ratio {year}{name}, %", target, 100 * (statutory + more) / resources)
        for year, resources, targets in (
            (2023, 53.19 + 29.71 + 53.46, (196, 277)),
            (2025, 51.32 + 25.30 + 47.5, (215, 304)),
        )
        for name, more, target in zip(
            (" without hidden debt", " with hidden debt"),
            (0.0, of_class["hidden"]),
            targets,
            strict=True,
        )
    ]


def _shares(vehicle: pl.DataFrame, targets: dict[str, float]) -> list[tuple[str, ...]]:
    whole = total(vehicle, "notional_principal")
    return [
        _line(
            f"{name} share of vehicle debt, %",
            100 * target,
            100 * total(vehicle.filter(pl.col("instrument") == name), "notional_principal") / whole,
        )
        for name, target in targets.items()
    ]


def asset_lines(folder: Path) -> list[tuple[str, ...]]:
    """Compare assets with their targets."""
    lots = read(folder, "assets", *MONEY)
    company = ~pl.col("owner_id").str.starts_with("bur_")
    cash = read(folder, "accounts", "opening_cash").filter(pl.col("account") == "company")
    claims = total(read(folder, "claims", "amount"), "amount")
    groups = total(lots.filter(company), "book_value") + claims + total(cash, "opening_cash")
    own = total(lots.filter(~company), "book_value")
    protected = lots.filter(~company, pl.col("essential") == "true")
    public = 100 * total(protected, "book_value") / own
    return [
        ("lots", "about 600", str(lots.height)),
        _line("company assets: lots, cash, claims on other groups", scale.COMPANY_ASSETS, groups),
        _line("administrative assets", scale.ADMINISTRATIVE_ASSETS, own),
        _line("of which public goods, %", 100 * scale.PUBLIC_GOOD_SHARE, public),
        *_counts(lots),
    ]


def _counts(lots: pl.DataFrame) -> list[tuple[str, ...]]:
    """Compare how many lots have a defect or a pledge."""
    defects = 100 * lots.filter(pl.col("title") != "clear").height / lots.height
    pledged = 100 * lots.drop_nulls("encumbrance_debt_id").height / lots.height
    return [
        _line("lots with a title defect, %", 100 * scale.TITLE_DEFECT_SHARE, defects),
        _line("lots pledged, %", 100 * scale.PLEDGED_SHARE, pledged),
    ]


def _line(item: str, target: float, built: float) -> tuple[str, ...]:
    return item, f"{target:.1f}", f"{built:.1f}"


def kind_lines(folder: Path) -> list[tuple[str, ...]]:
    """List lots by kind and holder: how many, book value, appraisal, income and cost a year."""
    lots = read(folder, "assets", *MONEY).with_columns(
        holder=pl.when(pl.col("owner_id").str.starts_with("bur_"))
        .then(pl.lit("district"))
        .otherwise(pl.lit("companies"))
    )
    sums = lots.group_by("holder", "asset_kind", maintain_order=True).agg(
        pl.len().alias("lots"), *(pl.col(name).sum() / scale.YUAN_PER_YI for name in MONEY)
    )
    return [
        (f"{row['asset_kind']}, {row['holder']}", str(row["lots"]), *_figures(row))
        for row in sums.iter_rows(named=True)
    ]


def _figures(row: dict[str, float]) -> list[str]:
    return [f"{row[name]:.2f}" for name in MONEY]


def total(frame: pl.DataFrame, column: str) -> float:
    """Add up a column of yuan, in hundred million."""
    return float(frame.select(pl.col(column).sum()).item()) / scale.YUAN_PER_YI


def read(folder: Path, name: str, *numbers: str) -> pl.DataFrame:
    """Read a table of the case with some columns as numbers."""
    text = pl.read_csv(folder / f"{name}.csv", infer_schema=False)
    return text.with_columns(pl.col(numbers).cast(pl.Float64))


if __name__ == "__main__":
    main()
