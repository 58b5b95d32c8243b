"""Do Hunan's published debts add up, and what happens if everybody sells at once?

Debts and limits of the province, 14 prefectures and 123 counties at the end of 2023 and 2024 are
re-typed from the province's final accounts, as compiled. Companies, banks, loans, lots and markets
are not published: they are synthetic, by `ironpot.system.populate.PopulationRules`, and say so.
Own revenue, transfers and interest by county are not published either: they stay unknown.

    python examples/hunan.py
"""

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl

from ironpot.balance.consolidate import BalanceSheet, consolidate
from ironpot.case.case import Case, Settings
from ironpot.core.lang import Text
from ironpot.system.generate import fit_units, generate_units
from ironpot.system.joined import join_cases, within
from ironpot.system.populate import Population, populate, system_of
from ironpot.system.spiral import Spiral, sell_and_refinance
from ironpot.system.unit_cases import unit_cases
from ironpot.system.units import AMOUNTS, debt_ratio, governments, prove_units

PUBLISHED = Path(__file__).parent / "hunan" / "published"
YI = 1e8  # tables are in 100 million yuan with two decimals
SEED = 20_241_231
DATE = dt.date(2024, 12, 31)
SHOCKS = (0.0, 0.1, 0.3)  # share of equity that banks have lost before


def main() -> None:
    """Print what is published, what is made up, and what selling together does."""
    for year in (2023, 2024):
        print_proof(year)
    units = read_units(2024)
    population = populate(units, np.random.default_rng(SEED))
    print_sheets(joined_case(units, population))
    print_spiral(sell_together(population))
    fitted = fit_units(units, name="Hunan 2024")
    nation = generate_units(fitted, 3_000, np.random.default_rng(SEED))
    print(
        f"\nA nation of 3,000 counties like Hunan's: {nation.height} rows, "
        f"debt {nation['debt_balance'][0] / YI:,.0f} (synthetic)"
    )


def read_units(year: int) -> pl.DataFrame:
    """Read one year's table in yuan; origin is reported."""
    table = pl.read_csv(PUBLISHED / f"debt_{year}.csv")
    return table.with_columns(pl.col(AMOUNTS) * YI, origin=pl.lit("reported"))


def prove_year(year: int) -> pl.DataFrame:
    """Re-add one year's table to its published rounding."""
    return prove_units(read_units(year), last_digit=0.01 * YI)


def joined_case(units: pl.DataFrame, population: Population) -> Case:
    """Put the cases of all governments into one; the province's bonds and on-lending are linked."""
    made = unit_cases(units, population, date=DATE)
    settings = Settings("hunan_joined", Text("Hunan", "湖南省"), DATE, "hunan.government")
    return join_cases(made.cases, same=made.same, settings=settings, parents=made.parents)


def sell_together(population: Population) -> Spiral:
    """Let all companies sell for what banks do not refinance in a quarter, under three shocks."""
    system = system_of(population)
    shock = np.tile(np.array(SHOCKS)[:, None], len(system.banks))
    return sell_and_refinance(system, shock=shock)


def print_proof(year: int) -> None:
    """Say how far a year's totals are from the sums of their parts."""
    proof = prove_year(year)
    worst = proof.filter(pl.col("rule") != "limit")["difference"].abs().max()
    assert isinstance(worst, float)
    print(
        f"{year}: {proof.height} sums re-added, {int(proof['holds'].sum())} hold to the "
        f"published rounding; largest difference {worst / YI:.2f} hundred million yuan"
    )


def print_sheets(joined: Case) -> None:
    """Print bonds, loans and what is eliminated for the province and its capital."""
    units = governments(read_units(2024))
    ratios = {debt_ratio(row) for row in units.iter_rows(named=True)}
    print(
        f"\nDebt over own revenue of the {units.height} governments: {', '.join(map(str, ratios))}"
    )
    for name, sheet in (
        ("Hunan", consolidate(joined)),
        ("Changsha", consolidate(within(joined, "hn_01.government"))),
    ):
        bonds, loans = (sheet.amount(code) / 100 / YI for code in ("6303", "6304"))
        print(
            f"{name}: bonds {bonds:,.2f}, loans {loans:,.2f} after eliminating "
            f"{eliminated(sheet):,.2f}"
        )


def eliminated(sheet: BalanceSheet) -> float:
    """Return claims eliminated inside, in 100 million yuan."""
    rows = sheet.frame.filter(pl.col("entity_id") == "_consolidated", pl.col("gfsm_code") == "63")
    return float(rows["eliminated"].sum()) / 100 / YI


def print_spiral(end: Spiral) -> None:
    """Print refinancing, prices and shortfalls by shock (synthetic)."""
    print("\nbanks lost before  refinanced  price level  proceeds  shortfall   (synthetic)")
    for row, shock in enumerate(SHOCKS):
        money = end.sale.proceeds[row].sum() / YI
        print(
            f"{shock:>17.0%}{end.refinancing[row].mean():>12.1%}{end.level[row].mean():>13.3f}"
            f"{money:>10,.1f}{end.shortfall[row].sum() / YI:>11,.1f}"
        )


if __name__ == "__main__":
    main()
