"""Larger published cases, not the project's to ship; skipped loudly where they are absent."""

import csv
import json
import os
from pathlib import Path

import numpy as np
import pytest

from ironpot.system.clear import clear_system
from ironpot.system.contagion import spread_stress
from ironpot.system.links import links_of
from ironpot.system.network import network_of
from ironpot.system.reconstruct import maximum_entropy, minimum_density
from ironpot.system.valuations import ClearingOptions

ROOT = Path(__file__).resolve().parents[2]
CASES = Path(os.environ.get("IRONPOT_SHARED", ROOT.parent / "shared")) / "cases" / "system"
pytestmark = pytest.mark.skipif(
    not CASES.is_dir(),
    reason=f"NOT CHECKED: published system cases are missing at {CASES}; set IRONPOT_SHARED",
)


def load(number):
    return json.loads(next(CASES.glob(f"{number}_*.json")).read_text())


def rows(name):
    with (CASES / name).open(newline="") as file:
        return list(csv.DictReader(file))


def column(name, field):
    return np.array([float(row[field]) for row in rows(name)])


def clear(number, **words):
    given = load(number)["input"]
    network = network_of(given["L"], given["ea"], given["el"])
    return clear_system(network, options=ClearingOptions(**words))


@pytest.mark.parametrize(
    ("number", "words", "field", "published"),
    [
        ("01", {}, "payments", "p_float"),
        ("02", {"model": "rogers_veraart", "alpha": 0.5, "beta": 0.7}, "payments", "p"),
        ("03", {"model": "rogers_veraart", "alpha": 0.5, "beta": 0.5}, "payments", "greatest_p"),
        ("05", {"model": "rogers_veraart", "alpha": 0.5, "beta": 0.5}, "payments", "p"),
        ("06", {}, "payments", "p"),
        ("06", {}, "equity", "equity"),
        ("09", {}, "payments", "p_en"),
        ("09", {"model": "rogers_veraart", "alpha": 0.6, "beta": 0.8}, "payments", "p_rv"),
        ("10", {"external_debts": "senior"}, "paid_inside", "payment"),
        ("10", {"external_debts": "senior"}, "equity", "equity"),
    ],
)
def test_cases_clear_as_published(number, words, field, published):
    case = load(number)
    got = getattr(clear(number, **words), field)[0]
    np.testing.assert_allclose(got, case["expected"][published], rtol=0, atol=case["tol"])


def test_linear_debtrank_uses_each_banks_own_equity():
    given = load("08")["input"]
    owes = np.array(given["ibasset_lender_rows"]).T
    network = network_of(owes, given["extasset"], given["extliab"])
    np.testing.assert_allclose(network.equity, given["equity0"])
    cleared = clear_system(
        network,
        external_assets=np.array(given["extasset"]) - given["shock"],
        options=ClearingOptions(model="linear_debtrank"),
    )
    np.testing.assert_allclose(cleared.equity[0], load("08")["expected"]["equity"], atol=1e-10)


def test_maximum_entropy_and_few_links_on_seven_banks():
    case = load("12")
    rows_, columns = case["input"]["rowsums"], case["input"]["colsums"]
    spread = maximum_entropy(rows_, columns, same_nodes=True)
    np.testing.assert_allclose(spread, case["expected"]["M"], atol=case["tol"])
    few = minimum_density(rows_, columns, same_nodes=True)
    assert (few > 0).sum() <= np.count_nonzero(case["expected"]["min_density_reference"])


@pytest.fixture(scope="module")
def banks():
    lender, borrower, amount = (
        column("sim_md.csv", name) for name in ("lender", "borrower", "amount")
    )
    pairs = (lender.astype(int), borrower.astype(int))
    return links_of(amount, *pairs, (125, 125)), column("sim_data.csv", "buffer")


def test_debtrank_of_125_defaults(banks):
    spread = spread_stress(*banks, np.eye(125))
    published = column("sim_debtrank_all.csv", "additional_stress")
    tolerance = load("13")["tol"]["additional_stress_single_default"]
    got = spread.debtrank(column("sim_data.csv", "weights"))
    assert spread.converged.all()
    np.testing.assert_allclose(got, published, rtol=0, atol=tolerance)


def test_only_defaults_spread_in_the_threshold_model(banks):
    spread = spread_stress(*banks, np.eye(125), by="default")
    got = spread.debtrank(column("sim_data.csv", "weights"))
    np.testing.assert_allclose(
        got, column("sim_threshold_all.csv", "additional_stress"), atol=1e-12
    )
    assert (
        spread.new_defaults.tolist()
        == column("sim_threshold_all.csv", "additional_defaults").tolist()
    )


def test_debtrank_of_uniform_shocks(banks):
    for row in load("13")["expected"]["uniform_shock"]:
        spread = spread_stress(*banks, np.full((1, 125), row["shock"]))
        got = spread.debtrank(column("sim_data.csv", "weights"))[0]
        assert got == pytest.approx(row["add_stress"], abs=1e-3)
        assert spread.exposure_at_stress[0] == pytest.approx(row["add_loss"], abs=1e-3)
        assert spread.new_defaults[0] == row["defaults"]
