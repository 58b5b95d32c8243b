"""Reverse stress by hand: what mends a line that is broken already, and by how little."""

import numpy as np
import polars as pl
import pytest
from tests.support import account, government, tiny_case

from ironpot.balance.consolidate import consolidate
from ironpot.case.read import read_case
from ironpot.cashflow.case_debts import project_debts
from ironpot.core.errors import IronpotError
from ironpot.risk.assess import assess_debt
from ironpot.risk.assessment import RiskOptions
from ironpot.risk.drivers import rate_paths, three_scenarios
from ironpot.risk.measures import measures_of
from ironpot.risk.rule_files import rule_book
from ironpot.risk.shocks import ShockModel

FACTS = (
    "general_own_revenue",
    "general_transfers_from_above",
    "fund_revenue",
    "capital_revenue",
)


def line(name, amount, driver):
    row = {"entity_id": "gov", "account": "fund", "line": name, "year": 2025, "amount_y": amount}
    return row | {"recurrent": True, "driver": driver}


def assessed(case, rules, **options):
    return assess_debt(
        case,
        project_debts(case, rates=rate_paths(case)),
        consolidate(case),
        three_scenarios(case, quarters=40),
        rules=rules,
        options=RiskOptions(draws=100, **options),
    ).reverse_stress


def short_of_land(**options):
    """Land brings 100 a year, spending takes 103, cash is 6: 24 are missing after ten years."""
    even = {"quarter": "2025Q1", "base": 1, "adverse": 1, "favourable": 1}
    case = tiny_case(
        entities=[government()],
        accounts=[account("gov", "fund", 6.0)],
        drivers=[{"driver": "land_revenue"} | even],
        budget=[
            line("land_revenue", 100.0, "land_revenue"),
            line("essential_spending", 103.0, "none"),
        ],
        quarters=40,
    )
    rows = assessed(case, {}, denominator="own_revenue", shortfall_rate=0.0, **options)
    return {row["stress"]: row for row in rows.filter(measure="cash").iter_rows(named=True)}


def test_what_mends_cash_that_runs_out_already_can_be_done_by_hand():
    rows = short_of_land(stresses=("land_revenue", "guarantee_call"))
    # 6 + 10 x (100 f - 103) is nothing at f = 1.024, eight hundredths of the opposite of -30 %.
    assert rows["land_revenue"]["multiple"] == pytest.approx(-0.024 / 0.3, abs=0.003)
    assert rows["land_revenue"]["multiple"] <= -0.024 / 0.3
    assert rows["land_revenue"]["largest"] < 0.0
    # The best about a guarantee is that it is not called: nothing to gain.
    assert (rows["guarantee_call"]["multiple"], rows["guarantee_call"]["largest"]) == (None, 0.0)
    assert rows["relief_once"]["multiple"] == pytest.approx(24.0, rel=1e-3)
    assert rows["balance_y"]["multiple"] == pytest.approx(2.4, rel=1e-3)
    # 6 - 0.75 t is below zero from the ninth quarter on.
    assert {row["period"] for row in rows.values()} == {"2027Q1"}


def test_drivers_back_along_their_joint_direction_mend_it_too():
    law = ShockModel(("land_revenue",), "normal", np.array([[0.04**2]]))
    rows = short_of_land(stresses=(), model=law)
    # One standard deviation is a factor exp(0.04) on all land revenue from the first year on.
    assert rows["drivers"]["multiple"] == pytest.approx(-np.log(1.024) / 0.04, abs=0.006)


def test_money_is_asked_for_only_where_cash_runs_out():
    rows = assessed(read_case("examples/two-pots").case, {}, denominator="own_revenue")
    money = rows.filter(pl.col("stress").is_in(["relief_once", "balance_y"]))
    broken = rows.filter(measure="cash", stress="land_revenue")["largest"].item() <= 0.0
    assert bool(money.height) == broken


def test_less_debt_by_what_is_over_a_bound_stands_on_the_bound():
    case = read_case("examples/bishan-scale").case
    facts = {f"debt_{kind}": np.array([[2e10, 3e10]]) for kind in ("general", "special", "hidden")}
    facts |= {"debt_vehicle_other": np.array([[5e10, 4e10]])}
    facts |= {name: np.array([[1e10, 1.1e10]]) for name in FACTS}
    known = {case.settings.top_entity: frozenset(facts)}
    found, _ = measures_of(case, rule_book().rule_sets, known)
    measured = [one for one in found if one.rule_set_id == "cn-debt-ratio-2019"]
    assert len(measured) > 1
    for measure in measured:
        over = measure.debt_over("yellow", facts)
        # The bound itself is orange: a yuan more must go.
        less = facts | {"debt_general": facts["debt_general"] - over - 1.0}
        assert measure.ratio(less)[0].tolist() == pytest.approx([200.0, 200.0])
        assert not measure.beyond("yellow", measure.ratio(less)).any()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"shocks": "studnt"}, "normal, student"),
        ({"borrowing": "sometimes"}, "rollover, none"),
        ({"seed": -1}, "0, 1, ..."),
        ({"years": 5, "target_year": 6}, "1..5"),
        ({"discount_rate": 5.0}, "0.04 for 4 %"),
    ],
)
def test_an_option_that_means_nothing_is_refused_with_what_it_may_be(wrong, said):
    with pytest.raises(IronpotError) as refused:
        RiskOptions(**wrong)
    assert said in str(refused.value)
    assert next(name for name in wrong if name != "years") in str(refused.value)
