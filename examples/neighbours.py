"""Three counties, one market, one bank: what does selling together cost them, and who should wait?

Writes three cases made from `examples/two-pots` (all synthetic) into a folder, where
`ironpot system FOLDER` finds them; west lends to east, which the joint balance sheet nets.

    python examples/neighbours.py out/neighbours
    ironpot system out/neighbours --fair --out out/together
    ironpot plan out/neighbours/east --allotment out/together/allotments/east.csv --out out/east
"""

import sys
from dataclasses import replace
from pathlib import Path

import polars as pl

from ironpot.case.case import Case
from ironpot.case.read import read_case
from ironpot.case.write import tables_of, write_case
from ironpot.core.lang import Text

TWO_POTS = Path(__file__).parent / "two-pots"
DEPTH = 0.3  # of two-pots' market, which the three now share
# Name, size of debts and lots beside two-pots', the year's end by which its loan falls due.
COUNTIES = (
    (Text("East", "东县"), 1.6, "2025-12-31"),
    (Text("North", "北县"), 1.0, "2025-12-31"),
    (Text("West", "西县"), 1.2, "2026-06-30"),
)


def main() -> None:
    """Write the cases into the folder named on the command line and say what to run."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "out/neighbours")
    for path in write_neighbours(folder):
        print(f"Wrote {path}")
    print(f"Now: ironpot system {folder}")


def write_neighbours(folder: Path) -> list[Path]:
    """Write the three cases below `folder` and return their paths."""
    pots = read_case(TWO_POTS).case
    paths: list[Path] = []
    for name, size, due in COUNTIES:
        case = _county(pots, name, size, due)
        paths.append(folder / case.settings.case_id)
        write_case(paths[-1], case.settings, tables_of(case))
    return paths


def _county(pots: Case, name: Text, size: float, due: str) -> Case:
    scaled = pl.col("notional_principal") * size * 2.0
    debts = pots.debts.with_columns(
        notional_principal=scaled, maturity_date=pl.lit(due).str.to_date()
    )
    case = replace(
        pots,
        settings=replace(pots.settings, case_id=name.en.lower(), name=name),
        debts=debts,
        markets=pots.markets.with_columns(pl.col("capacity") * DEPTH),
        assets=pots.assets.with_columns(
            pl.col("book_value", "appraisal", "income_y", "cost_to_keep_y") * size
        ),
    )
    return _with_loan_of_west(case) if name.en == "East" else case


def _with_loan_of_west(case: Case) -> Case:
    """East owes West five million: inside the three, so that the joint balance sheet nets it."""
    loan = case.debts.with_columns(
        debt_id=pl.lit("loan_of_west"),
        name=pl.lit("Loan of West"),
        creditor_id=pl.lit("west"),
        notional_principal=pl.lit(5e6),
    )
    west = case.creditors.with_columns(
        creditor_id=pl.lit("west"), name=pl.lit("West"), creditor_class=pl.lit("other")
    )
    return replace(
        case, debts=pl.concat([case.debts, loan]), creditors=pl.concat([case.creditors, west])
    )


if __name__ == "__main__":
    main()
