"""Published clearing cases come out as published, in the kernel, by hand and by rounds."""

import tomllib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from ironpot.system.clear import clear_system
from ironpot.system.network import Network, network_of
from ironpot.system.reference import clear_by_hand
from ironpot.system.rounds import default_rounds
from ironpot.system.valuations import ClearingOptions

CASES = tomllib.loads(Path(__file__).with_name("published.toml").read_text())["case"]
WORDS = ("model", "external_debts", "alpha", "beta", "recovery")


def options_of(case, **more):
    return ClearingOptions(**{word: case[word] for word in WORDS if word in case}, **more)


def network_from(case):
    plain = network_of(case["owes"], case["assets"], case["debts"])
    volatility = np.array(case["volatility"]) if "volatility" in case else None
    return Network(
        plain.nodes, plain.claims, plain.external_assets, plain.external_debts, volatility
    )


def shocked(case):
    return np.array(case["assets"], float) - np.array(case.get("shock", 0.0))


def figures(case, name):
    return np.array([float(Fraction(text)) for text in case[name]])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_published_cases_clear_as_published(case):
    cleared = clear_system(
        network_from(case), external_assets=shocked(case), options=options_of(case)
    )
    assert cleared.converged.all()
    names = [n for n in ("payments", "paid_inside", "equity") if n in case]
    assert names
    for name in names:
        np.testing.assert_allclose(getattr(cleared, name)[0], figures(case, name), atol=1e-10)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_slow_reference_gives_the_same_worth(case):
    cleared = clear_system(
        network_from(case), external_assets=shocked(case), options=options_of(case)
    )
    by_hand = clear_by_hand(
        case["owes"],
        shocked(case).tolist(),
        case["debts"],
        options_of(case),
        first_assets=case["assets"],
        volatility=case.get("volatility"),
    )
    np.testing.assert_allclose(cleared.value[0], by_hand, atol=1e-11)


@pytest.mark.parametrize("case", [c for c in CASES if "level" in c], ids=lambda c: c["name"])
def test_rounds_of_default_name_who_fails_first(case):
    assert (
        default_rounds(network_from(case), options=options_of(case)).level.tolist() == case["level"]
    )


def test_one_round_of_the_merton_valuation_is_as_published():
    case = next(case for case in CASES if "first_equity" in case)
    once = clear_system(
        network_from(case),
        external_assets=shocked(case),
        options=options_of(case, max_iterations=1, solutions="greatest"),
    )
    np.testing.assert_allclose(once.equity[0], figures(case, "first_equity"), atol=1e-10)
    assert not once.converged.any()
