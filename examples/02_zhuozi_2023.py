"""Of 13.37 that Zhuozi County called resolved in 2023, what was paid, and what help was needed?

Run it from a checkout after `make setup`: .venv/bin/python examples/02_zhuozi_2023.py
Published figures and their issuers: zhuozi-2023/published/figures.csv. What is assumed is printed
as an assumption; what is neither published nor assumed is printed as unknown. 100 million yuan.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

import ironpot

HERE = Path(__file__).parent / "zhuozi-2023"
HUNDRED_MILLION = 1e8
FEN = 100 * HUNDRED_MILLION


@dataclass(frozen=True)
class Assumption:
    """What is assumed of the year: the share of what fell due that creditors lent again."""

    name: str
    says: str
    lent_again: float


ASSUMPTIONS = (
    Assumption("A", "nobody lent again: all of it had to be paid", 0.0),
    Assumption("B", "creditors lent half of it again for three years", 0.5),
    Assumption("C", "creditors lent nine tenths of it again for three years", 0.9),
)


def main() -> None:
    figures = published()
    resolved = figures["resolved"]
    cash = figures["funds_revived"] + figures["funds_recovered"]
    print("Published (Zhuozi County, as compiled), 100 million yuan")
    own = figures["own_revenue"]
    print(f"  GDP of 2022 {figures['gdp']:.2f}, own revenue of 2022 {own:.2f}")
    print(f"  resolved in 2023 {resolved:.2f}, {resolved / own:.2f} times that revenue")
    print(f"  cash: funds revived {figures['funds_revived']:.3f} (own cash)")
    print(f"  cash: funds recovered {figures['funds_recovered']:.3f} (from whom is unknown)")
    print(f"  the other {resolved - cash:.3f}: kind unknown")
    print(f"  known to be cash: {cash / resolved:.1%} of what was called resolved")
    print("  debt balance: unknown")
    for assumption in ASSUMPTIONS:
        tell(assumption, resolved, cash)
    print("Which of these happened, and what else, is unknown.")


def published() -> dict[str, float]:
    """Return the published figures by name; what is not published is left out."""
    rows = pl.read_csv(HERE / "published" / "figures.csv")
    known = rows.filter(pl.col("amount").is_not_null())
    return dict(known.select("figure", "amount").iter_rows())


def tell(assumption: Assumption, resolved: float, cash: float) -> None:
    """Print the least help under an assumption, and the kinds that then make up the whole."""
    found = ironpot.least_relief(case_under(assumption), options=ironpot.PlanOptions())
    total = found.ranges.filter(pl.col("quarter") == "all").row(0, named=True)
    relief, new_debt = total["expected"] / FEN, resolved * assumption.lent_again
    whole, bound = (yuan / HUNDRED_MILLION for yuan in (found.found, found.bound))
    print(f"Assumption {assumption.name}: {assumption.says}")
    print(f"  help needed {relief:.3f}; in present value {whole:.3f}, proven not below {bound:.3f}")
    print(f"  kinds: cash {cash:.3f}, new debt {new_debt:.3f}, relief {relief:.3f}")


def case_under(assumption: Assumption) -> ironpot.Case:
    """Return the case with the share that is lent again."""
    case = ironpot.read_case(HERE).case
    share = pl.lit(assumption.lent_again)
    return replace(case, refinancing=case.refinancing.with_columns(rollover_share=share))


if __name__ == "__main__":
    main()
