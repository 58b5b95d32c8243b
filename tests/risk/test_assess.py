"""Laws of the assessment: frames agree with one another and with sums that can be done by hand."""

import dataclasses
import datetime as dt
import itertools
from typing import get_type_hints

import numpy as np
import polars as pl
import pytest
from tests.support import account, creditor, debt, government, tiny_case

from ironpot.balance.consolidate import consolidate
from ironpot.case.read import read_case
from ironpot.cashflow.debts import contracts_of_debts
from ironpot.cashflow.engine import project_cash_flows
from ironpot.core.errors import IronpotError
from ironpot.risk import assessment as schemas
from ironpot.risk.adjustments import CHANGED_DEBT, CHANGED_FLOWS, Adjustments
from ironpot.risk.assess import assess_debt
from ironpot.risk.assessment import RANK_COLUMNS, Assessment, RiskOptions
from ironpot.risk.drivers import rate_paths, three_scenarios
from ironpot.risk.dsa import closed_form, debt_path
from ironpot.risk.rule_files import rule_book
from ironpot.risk.shocks import ShockModel

PARTS = ("interest", "growth", "primary_balance", "asset_proceeds", "guarantees", "relief")
RATIO = "cn-debt-ratio-2019|debt_ratio_pct|with_hidden;general_and_fund"


def assess(case, quarters=40, adjustments=None, rules=None, **options):
    flows = project_cash_flows(
        contracts_of_debts(case.debts, case_date=case.date),
        status_date=case.date,
        rates=rate_paths(case),
    )
    return assess_debt(
        case,
        flows,
        consolidate(case),
        three_scenarios(case, quarters=quarters),
        rules=rule_book().rule_sets if rules is None else rules,
        adjustments=adjustments,
        options=RiskOptions(**{"draws": 1_500, "years": quarters // 4} | options),
    )


@pytest.fixture(scope="module")
def district():
    return read_case("examples/bishan-scale").case


@pytest.fixture(scope="module")
def found(district):
    return assess(district)


def test_every_frame_has_its_columns(found):
    for name, schema in {
        "path": schemas.PATH,
        "decomposition": schemas.DECOMPOSITION,
        "financing_need": schemas.FINANCING_NEED,
        "fan": schemas.FAN,
        "probabilities": schemas.PROBABILITIES,
        "at_risk": schemas.AT_RISK,
        "stresses": schemas.STRESS_ROWS,
        "reverse_stress": schemas.REVERSE_STRESS,
        "fit": schemas.FIT,
    }.items():
        frame = getattr(found, name)
        assert frame.schema == schema, name
        assert frame.height > 0, name
    assert set(get_type_hints(Assessment)) == {f.name for f in dataclasses.fields(found)}


def test_the_parts_of_a_path_add_up_to_it(found):
    rows = found.decomposition
    parts = rows.select(pl.sum_horizontal(*PARTS, "cash", "other")).to_series()
    left = rows["closing_pct"] - rows["opening_pct"] - parts
    assert left.abs().max() < 1e-9


def test_the_path_is_the_debt_equation(found):
    """Rates, growth, balances and stock flows of the frame carry the opening ratio to the last."""
    for rows in found.path.partition_by("scenario"):
        later, resources = rows[1:], rows["resources"].to_numpy()[1:]
        path = debt_path(
            rows["ratio_pct"][0] / 100,
            later["effective_rate"].to_numpy(),
            later["growth_rate"].to_numpy(),
            later["primary_balance"].to_numpy() / resources,
            later["stock_flow"].to_numpy() / resources,
        )
        assert np.abs(100 * path.ratio - rows["ratio_pct"].to_numpy()).max() < 1e-9


def test_the_need_is_covered_or_left_open(found):
    rows = found.financing_need
    covered = rows["rolled_over"] + rows["from_cash"] + rows["uncovered"]
    assert (rows["need"] - covered).abs().max() < 1e-3


def test_fans_are_in_order_and_around_their_centre(found):
    ranks = found.fan.select(RANK_COLUMNS).to_numpy()
    assert (np.diff(ranks, axis=1) >= -1e-9).all()
    first = found.fan.filter(pl.col("measure") == RATIO).row(0, named=True)
    assert first["p25"] < first["centre"] < first["p75"]


def test_worse_levels_are_less_likely_and_by_then_never_falls(found):
    rows = found.probabilities.filter(pl.col("measure") == RATIO)
    by_level = [
        rows.filter(pl.col("level") == level)["probability"]
        for level in ("green", "yellow", "orange")
    ]
    assert all((better >= worse).all() for better, worse in itertools.pairwise(by_level))
    for part in found.probabilities.partition_by("measure", "level"):
        assert (part["by_then"].diff().drop_nulls() >= 0).all()
        assert (part["by_then"] >= part["probability"]).all()


def test_the_probability_of_a_level_is_where_the_fan_crosses_its_bound(found):
    fan = found.fan.filter(pl.col("measure") == RATIO)
    chance = found.probabilities.filter(pl.col("measure") == RATIO, pl.col("level") == "orange")
    for row, probability in zip(fan.iter_rows(named=True), chance["probability"], strict=True):
        if row["p50"] > 300.0:
            assert probability >= 0.5
        if row["p95"] < 300.0:
            assert probability <= 0.05


def test_all_stresses_together_are_worse_for_cash_than_each(found):
    cash = found.stresses.filter(pl.col("measure") == "cash", pl.col("period") == "2034Q4")
    worst = cash.sort("change")["stress"][0]
    assert worst == "combined"
    fewer = cash.filter(pl.col("stress").is_in(["land_revenue", "rate_rise", "transfer_delay"]))
    assert (fewer["change"] < 0).all()


def test_the_same_seed_gives_the_same_answer_whoever_works(district, found):
    again = assess(district, workers=2)
    assert again.fan.equals(found.fan)
    assert again.probabilities.equals(found.probabilities)
    assert not assess(district, seed=1).fan.equals(found.fan)


def flat_rows(name, amount, account_name="general"):
    return {
        "entity_id": "gov",
        "account": account_name,
        "line": name,
        "year": 2025,
        "amount_y": amount,
        "recurrent": True,
        "driver": "own_revenue" if name == "own_revenue" else "none",
    }


def constant_case(rate=0.04, revenue=100.0, spending=90.0, opening=0.0, **changes):
    """Return a government whose only loan is renewed whole each year at the same rate."""
    terms = [
        {
            "creditor_class": "large_bank",
            "quarter": "all",
            "scenario": scenario,
            "rollover_share": 1.0,
            "rate": rate,
            "term_months": 120,
        }
        for scenario in ("base", "adverse", "favourable")
    ]
    drivers = [
        {"driver": "own_revenue", "quarter": "2025Q1", "base": 1, "adverse": 0.9, "favourable": 1.1}
    ]
    return tiny_case(
        entities=[government()],
        accounts=[account("gov", "general", opening)],
        creditors=[creditor("bank", "large_bank")],
        debts=[
            debt(
                "D",
                "gov",
                200.0,
                nominal_interest_rate=rate,
                maturity_date=dt.date(2040, 12, 31),
                **changes,
            )
        ],
        refinancing=terms,
        drivers=drivers,
        budget=[flat_rows("own_revenue", revenue), flat_rows("essential_spending", spending)],
        quarters=40,
    )


def test_a_constant_rate_case_follows_the_closed_form():
    """What a balance of 10 cannot pay of interest is carried at the same rate, paid each year."""
    case = constant_case(rate=0.0, spending=103.0)
    found = assess(case, denominator="own_revenue", rules={}, shortfall_rate=0.0)
    path = found.path.filter(pl.col("scenario") == "base")["ratio_pct"].to_numpy() / 100
    assert path.tolist() == pytest.approx(closed_form(2.0, 0.0, 0.0, -0.03, 10).tolist(), abs=1e-9)


def test_interest_that_is_not_paid_compounds_by_the_quarter():
    """A zero balance pays nothing: debt grows by its interest, and that by a quarter's rate."""
    case = constant_case(spending=100.0)
    found = assess(case, quarters=8, denominator="own_revenue", rules={}, shortfall_rate=0.04)
    debt_ = found.path.filter(pl.col("scenario") == "base")["debt"].to_list()
    # the loan's 8 a year fall due at the year's end, after which the shortfall bears 1 % a quarter
    assert debt_ == pytest.approx([200.0, 208.0, 208.0 + 8.0 * 1.01**4], rel=1e-9)


def test_the_balance_that_reaches_a_target_reaches_it():
    case = constant_case()
    found = assess(
        case,
        denominator="own_revenue",
        rules={},
        target_ratio_pct=150.0,
        target_year=5,
    )
    rows = found.path.filter(pl.col("scenario") == "base")
    later = rows[1:6]
    resources = later["resources"].to_numpy()
    path = debt_path(
        rows["ratio_pct"][0] / 100,
        later["effective_rate"].to_numpy(),
        later["growth_rate"].to_numpy(),
        later["target_balance"].to_numpy() / resources,
        later["stock_flow"].to_numpy() / resources,
    )
    assert path.ratio[-1] == pytest.approx(1.5, abs=1e-9)


def test_drawn_shocks_have_the_spread_that_was_asked_for():
    law = ShockModel(("own_revenue",), "normal", np.array([[0.05**2]]))
    case = constant_case(rate=0.0, spending=0.0, opening=0.0)
    found = assess(case, quarters=8, denominator="own_revenue", rules={}, model=law, draws=20_000)
    flow = found.fan.filter(pl.col("measure") == "net_cash_flow")
    for years, row in enumerate(flow.iter_rows(named=True), start=1):
        high = 100.0 * np.exp(1.6448536 * 0.05 * np.sqrt(years))
        assert row["p50"] == pytest.approx(100.0, abs=0.2)
        assert row["p95"] == pytest.approx(high, rel=0.005)


def test_reverse_stress_finds_the_multiple_that_can_be_done_by_hand():
    """100 of land a year and spending of 85: cash of 6 is gone when land falls by more than 21 %.

    In the first quarter 25 come in and 21.25 go out: cash is 6 + 3.75 - 25 x; over four quarters
    6 + 15 - 100 x is nothing at x = 0.21, and later ones break earlier: 6 + 150 - 1000 x.
    """
    land = flat_rows("land_revenue", 100.0, "fund") | {"driver": "land_revenue"}
    drivers = [
        {"driver": "land_revenue", "quarter": "2025Q1", "base": 1, "adverse": 1, "favourable": 1}
    ]
    case = tiny_case(
        entities=[government()],
        accounts=[account("gov", "fund", 6.0)],
        drivers=drivers,
        budget=[land, flat_rows("essential_spending", 85.0, "fund") | {"account": "fund"}],
        quarters=40,
    )
    found = assess(case, denominator="own_revenue", rules={}, stresses=("land_revenue",))
    row = found.reverse_stress.row(0, named=True)
    assert (row["measure"], row["level"]) == ("cash", "below_zero")
    assert row["multiple"] == pytest.approx((156 / 1000) / 0.3, abs=0.003)
    assert row["multiple"] * 0.3 >= 0.156
    assert row["period"] in ("2034Q3", "2034Q4")
    # what is not in the budget is unknown, and the ratio with it
    assert found.path["ratio_pct"].null_count() == found.path.height
    assert any("general_own_revenue" in note.en for note in found.notes)


def test_adjustments_show_every_fan_before_and_after(district):
    quarters = [f"2025Q{q}" for q in range(1, 5)]
    names = ("base", "adverse", "favourable", "expected")
    flows = pl.DataFrame(
        [(s, "2025Q1", "asset_proceeds_outside", None, 5e9) for s in names],
        schema=CHANGED_FLOWS,
        orient="row",
    )
    plan = Adjustments(flows, pl.DataFrame(schema=CHANGED_DEBT), through="2024Q4")
    found = assess(district, quarters=8, adjustments=plan, stresses=())
    both = found.fan.filter(pl.col("measure") == "cash", pl.col("period").is_in(quarters[:1]))
    before, after = (both.filter(pl.col("phase") == phase) for phase in ("before", "after"))
    assert after["centre"][0] - before["centre"][0] == pytest.approx(5e9)
    assert set(found.lights["phase"]) == {"before", "after"}
    proceeds = found.decomposition.filter(pl.col("phase") == "after", pl.col("year") == 2025)
    assert (proceeds["asset_proceeds"] < 0).all()


def test_an_unknown_denominator_and_short_scenarios_are_refused(district):
    with pytest.raises(IronpotError, match="choose one of"):
        assess(district, quarters=4, denominator="rainfall")
    with pytest.raises(IronpotError, match="longer"):
        assess(district, quarters=4, years=2)
    with pytest.raises(IronpotError, match="history"):
        assess(district, quarters=4, shocks="block")
    with pytest.raises(IronpotError, match="draws"):
        RiskOptions(draws=0)
