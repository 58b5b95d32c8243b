"""Tables of governments are proved, fitted, drawn and joined without losing a yuan."""

import datetime as dt
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.support import creditor, debt, government, tiny_case, vehicle

from ironpot.balance.consolidate import consolidate
from ironpot.case.case import Settings
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.generate import UnitParameters, fit_units, generate_units
from ironpot.system.joined import join_cases, within
from ironpot.system.populate import PopulationRules, populate, system_of
from ironpot.system.units import AMOUNTS, governments, prove_units

LIKE = UnitParameters(8.8, 14.0, 22.65, 0.63, 0.58, 0.107, 0.99, 0.005, 0.45, "made up")


@pytest.mark.parametrize("count", [100, 1_000, 10_000])
def test_drawn_nations_add_up_exactly_and_say_that_they_are_synthetic(count):
    nation = generate_units(LIKE, count, np.random.default_rng(7))
    proof = prove_units(nation, last_digit=0.0)
    assert proof["holds"].all()
    assert nation.filter(pl.col("level") == "county").height == count
    assert set(nation["origin"]) == {"synthetic"}
    assert nation["own_revenue_y"].null_count() == nation.height


def test_what_is_fitted_to_a_drawn_nation_is_what_it_was_drawn_from():
    again = fit_units(generate_units(LIKE, 10_000, np.random.default_rng(3)), name="drawn")
    assert again.log_mean == pytest.approx(LIKE.log_mean, abs=0.03)
    assert again.log_sd == pytest.approx(LIKE.log_sd, rel=0.03)
    assert again.special_mean == pytest.approx(LIKE.special_mean, abs=0.005)
    assert again.special_sd == pytest.approx(LIKE.special_sd, rel=0.05)
    assert again.used_mean == pytest.approx(LIKE.used_mean, abs=0.002)
    assert again.own_share == pytest.approx(LIKE.own_share, abs=0.03)


def test_the_same_seed_draws_the_same_nation():
    first, second = (generate_units(LIKE, 200, np.random.default_rng(1)) for _ in range(2))
    assert first.equals(second)


def test_an_unknown_part_proves_nothing_and_is_not_nil():
    nation = generate_units(LIKE, 100, np.random.default_rng(1))
    hidden = nation.with_columns(
        debt_balance=pl.when(pl.col("unit_id") == "county_00000")
        .then(None)
        .otherwise("debt_balance")
    )
    proof = prove_units(hidden, last_digit=0.0)
    unknown = proof.filter(pl.col("holds").is_null())
    assert set(unknown["unit_id"]) >= {"county_00000", "prefecture_0000", "nation"}
    assert proof["holds"].drop_nulls().all()


def test_debt_above_its_limit_is_named():
    nation = generate_units(LIKE, 100, np.random.default_rng(1))
    over = nation.with_columns(special_limit=pl.col("special_limit") * 0.5)
    found = prove_units(over, last_digit=1.0).filter(~pl.col("holds"), pl.col("rule") == "limit")
    assert set(found["column"]) == {"special_balance"}


def test_nothing_known_is_not_fitted():
    with pytest.raises(IronpotError, match="nothing can be fitted"):
        fit_units(
            generate_units(LIKE, 100, np.random.default_rng(1)).with_columns(
                debt_limit=pl.lit(None, pl.Float64)
            ),
            name="none",
        )


def test_a_population_keeps_every_total_of_its_rules():
    nation = generate_units(LIKE, 300, np.random.default_rng(1))
    rules = PopulationRules()
    made = populate(nation, np.random.default_rng(2), rules=rules)
    owed = governments(nation)["debt_balance"].sum() * rules.vehicle_debt
    assert made.vehicles["debt"].sum() == pytest.approx(owed)
    assert made.loans["amount"].sum() == pytest.approx(owed)
    by_bank = (
        made.loans.join(made.banks, on="bank_id")
        .group_by("bank_class")
        .agg(share=pl.col("amount").sum() / owed)
    )
    shares = dict(by_bank.iter_rows())
    for kind, _, share in rules.bank_classes:
        assert shares[kind] == pytest.approx(share)
    assert shares["regional_bank"] == pytest.approx(rules.regional_share)


def test_a_regional_bank_lends_only_at_home():
    nation = generate_units(LIKE, 300, np.random.default_rng(1))
    made = populate(nation, np.random.default_rng(2))
    regional = made.loans.filter(pl.col("bank_id").str.starts_with("regional_"))
    homes = regional.join(made.vehicles, on="vehicle_id")
    assert (homes["bank_id"] == "regional_" + homes["prefecture_id"]).all()


def test_a_system_claims_what_falls_due_and_starts_with_whole_banks():
    made = populate(generate_units(LIKE, 100, np.random.default_rng(1)), np.random.default_rng(2))
    system = system_of(made)
    rules = made.rules
    assert system.due.sum() == pytest.approx(made.loans["amount"].sum() * rules.due_q)
    lent = made.loans.group_by("bank_id").agg(pl.col("amount").sum())
    amounts = dict(lent.iter_rows())
    wanted = [amounts[name] * rules.bank_equity for name in made.banks["bank_id"]]
    np.testing.assert_allclose(system.network.equity[system.banks], wanted, rtol=1e-9)
    assert system.lots.sum() == pytest.approx(made.lots["appraisal"].sum())


def county(name, principal):
    return with_id(
        name,
        tiny_case(
            entities=[government("gov"), vehicle("lgfv", "gov")],
            creditors=[creditor("province", "province"), creditor("bank", "large_bank")],
            debts=[
                debt("D1", "gov", principal, creditor_id="province", instrument="on_lent"),
                debt("D2", "lgfv", 70.0),
            ],
        ),
    )


def with_id(name, case):
    return replace(case, settings=replace(case.settings, case_id=name))


def province():
    return with_id(
        "p",
        tiny_case(
            entities=[government("gov")],
            creditors=[creditor("bonds", "bondholders")],
            debts=[debt("B", "gov", 100.0, creditor_id="bonds", instrument="bond")],
        ),
    )


SETTINGS = Settings("joined", Text("all", "全部"), dt.date(2024, 12, 31), "p.gov")
SAME = {"a.province": "p.gov", "b.province": "p.gov"}
PARENTS = {"a.gov": "p.gov", "b.gov": "p.gov"}


def test_joined_cases_eliminate_what_they_owe_one_another_and_keep_the_rest():
    cases = [province(), county("a", 40.0), county("b", 60.0)]
    joined = join_cases(cases, same=SAME, settings=SETTINGS, parents=PARENTS)
    whole = consolidate(joined)
    parts = consolidate(within(joined, "a.gov"))
    assert whole.amount("63") == (100 + 2 * 70) * 100
    assert parts.amount("63") == (40 + 70) * 100
    assert parts.members == ("a.gov", "a.lgfv")
    assert whole.amount("6") == sum(consolidate(case).amount("6") for case in cases) + 100 * 100


def test_joining_in_another_order_changes_no_amount():
    cases = [province(), county("a", 40.0), county("b", 60.0)]
    sheets = [
        consolidate(join_cases(order, same=SAME, settings=SETTINGS, parents=PARENTS))
        for order in (cases, cases[::-1])
    ]
    codes = [
        s.frame.filter(pl.col("entity_id") == "_consolidated").sort("gfsm_code") for s in sheets
    ]
    assert codes[0].equals(codes[1])


def test_cases_that_cannot_be_added_up_are_refused():
    with pytest.raises(IronpotError, match="ids used twice"):
        join_cases([province(), province()], same={}, settings=SETTINGS, parents={})
    with pytest.raises(IronpotError, match="No entity is called"):
        join_cases([province()], same={"p.bonds": "p.nobody"}, settings=SETTINGS, parents={})
    assert len(AMOUNTS) == 6


def test_prefecture_province_and_nation_each_eliminate_what_stays_below_them():
    """A nation of two provinces, one prefecture of two counties: who lends to whom is netted once.

    County b owes county a; both owe the province; the second province owes the first.
    """
    a, b = county("a", 40.0), county("b", 60.0)
    b = replace(
        b,
        creditors=pl.concat(
            [b.creditors, a.creditors.head(1).with_columns(creditor_id=pl.lit("a"))]
        ),
        debts=pl.concat(
            [
                b.debts,
                b.debts.head(1).with_columns(
                    debt_id=pl.lit("D3"), creditor_id=pl.lit("a"), notional_principal=pl.lit(5.0)
                ),
            ]
        ),
    )
    prefecture = with_id("f", tiny_case(entities=[government("gov")]))
    second = with_id(
        "q",
        tiny_case(
            entities=[government("gov")],
            creditors=[creditor("first", "province")],
            debts=[debt("L", "gov", 30.0, creditor_id="first", instrument="on_lent")],
        ),
    )
    nation = with_id("n", tiny_case(entities=[government("gov")]))
    joined = join_cases(
        [nation, province(), second, prefecture, a, b],
        same={**SAME, "b.a": "a.gov", "q.first": "p.gov"},
        settings=replace(SETTINGS, top_entity="n.gov"),
        parents={
            "a.gov": "f.gov",
            "b.gov": "f.gov",
            "f.gov": "p.gov",
            "p.gov": "n.gov",
            "q.gov": "n.gov",
        },
    )
    owed = {top: consolidate(within(joined, f"{top}.gov")).amount("63") for top in "fpqn"}
    banks, on_lent = 2 * 70.0, 40.0 + 60.0
    assert owed["f"] == (banks + on_lent) * 100
    assert owed["p"] == (banks + 100.0) * 100
    assert owed["q"] == 30.0 * 100
    assert owed["n"] == (banks + 100.0) * 100
