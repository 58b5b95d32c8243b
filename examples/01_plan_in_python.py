"""From a case to a plan in Python: read, look, plan, write, re-add.

Run it from a checkout after `make setup`: .venv/bin/python examples/01_plan_in_python.py
The case is two lots and one loan, small enough to check by hand (two-pots/README.md).
"""

import sys
from pathlib import Path

import ironpot

HERE = Path(__file__).parent
MILLION = 1e6
FEN_PER_MILLION = 100 * MILLION


def main(out: Path) -> None:
    reading = ironpot.read_case(HERE / "two-pots")
    for issue in reading.issues:
        print(issue.say("en"))
    case = reading.case

    net_worth = ironpot.consolidate(case).amount("6")
    print(f"Net worth: {net_worth / FEN_PER_MILLION:.2f} million yuan")

    appraisals, _ = ironpot.appraise_case(case)
    for lot in ironpot.rank_pots(appraisals.table).iter_rows(named=True):
        pot, steel = lot["retention_value"] / MILLION, lot["net_proceeds"] / MILLION
        print(f"{lot['lot_id']}: pot {pot:.2f}, steel {steel:.2f}: {lot['verdict']}")

    plan = ironpot.plan_resolution(case, options=ironpot.PlanOptions(time_limit_s=20, seed=1))
    print(
        f"Plan: {plan.status}, cost {plan.cost / MILLION:.2f}, help {plan.relief_pv / MILLION:.2f}"
    )

    ironpot.write_plan(plan, out, lang="en", unit="ten_thousand")
    print("The files add up:", ironpot.verify_plan(out).ok)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path("out/two-pots"))
