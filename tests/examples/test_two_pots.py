"""Does the smallest example come out as its README works it out by hand? Million yuan."""

from pathlib import Path

import polars as pl
import pytest
from tests.plan.check import written_and_verified

from ironpot.case.read import read_case
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution

FOLDER = Path(__file__).parents[2] / "examples" / "two-pots"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
CENT = 1e-6
MARGIN = 3e-4  # what the planner keeps above buffers, over a few quarters


@pytest.fixture(scope="module")
def plan() -> Plan:
    return plan_resolution(read_case(FOLDER).case, options=PlanOptions(time_limit_s=20))


def a(quarters: int) -> float:
    """Value today of one at the end of each quarter, term by term."""
    return sum(1.01**-t for t in range(1, quarters + 1))


def pot(income_q: float) -> float:
    return income_q * (a(40) - a(1))


def steel(appraisal: float) -> float:
    price = 0.9 * appraisal
    return (price - 0.06 * price - 0.01 * appraisal) / 1.01


def unpaid() -> list[float]:
    stocks = [5.0]
    for _ in range(4):
        stocks.append(stocks[-1] * 1.03 - 1.1)
    return stocks


def do_nothing() -> float:
    present = sum(stock * 1.01 ** -(4 + k) for k, stock in enumerate(unpaid()))
    cash = -1.1 * a(3) + 4.3 * 1.01**-4
    return cash + present * (0.125 + 0.125) + 1.5 * unpaid()[-1] * 1.01**-8


def by_hand() -> dict[str, float]:
    cost = -1.1 * a(8) + 10.4 * 1.01**-4 + pot(0.1) - steel(20.0)
    return {
        "hall pot": pot(1.0),
        "hall steel": steel(30.0),
        "depot pot": pot(0.1),
        "depot steel": steel(20.0),
        "cost": cost,
        "do nothing": do_nothing(),
        "constant": -1.1 * a(8),
    }


@pytest.mark.parametrize("name", sorted(by_hand()))
def test_the_readme_prints_what_the_hand_calculation_gives(name):
    assert f"{by_hand()[name]:.6f}" in README


@pytest.mark.parametrize(("lot", "verdict"), [("hall", "keep"), ("depot", "release")])
def test_the_pot_test_gives_the_figures_of_the_readme(plan, lot, verdict):
    row = plan.appraisals.table.row(
        by_predicate=(pl.col("lot_id") == lot) & (pl.col("route") == "exchange_sale"), named=True
    )
    hand = by_hand()
    assert row["retention_value"] / 1e6 == pytest.approx(hand[f"{lot} pot"], abs=CENT)
    assert row["net_proceeds"] / 1e6 == pytest.approx(hand[f"{lot} steel"], abs=CENT)
    assert row["verdict"] == verdict


def test_the_plan_costs_what_the_readme_says_and_is_proven_best(plan):
    assert plan.status == "optimal"
    assert plan.cost / 1e6 == pytest.approx(by_hand()["cost"], abs=CENT)
    assert plan.bound / 1e6 == pytest.approx(by_hand()["cost"], abs=1e-5)
    assert plan.constant / 1e6 == pytest.approx(by_hand()["constant"], abs=CENT)


def test_doing_nothing_costs_what_the_readme_says(plan):
    assert 0.0 <= plan.do_nothing / 1e6 - by_hand()["do nothing"] <= MARGIN


def test_the_depot_pays_the_loan_and_the_hall_stays(plan, tmp_path):
    tables = written_and_verified(plan, tmp_path)
    routes = dict(tables["decisions"].select("lot_id", "route").iter_rows())
    assert routes == {"hall": "hold", "depot": "exchange_sale"}
    resolved = tables["resolution"].select("debt_id", "kind", "amount", "decision_id").rows()
    assert resolved == [("loan", "outside_cash", 10_000_000_00, "depot")]
    assert tables["relief"].height == 0
    own = tables["cash"].filter(pl.col("entity_id") == "county", pl.col("scenario") == "base")
    assert own["closing"][-1] == 16_420_000_00
