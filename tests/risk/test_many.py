"""Laws of many entities: one weather, own chance, and nobody's draws depend on the others."""

import numpy as np
import pytest

from ironpot.risk.many import Weather, fans_of_many, split_by_common_share
from ironpot.risk.paths import Baseline, quantiles, simulate_debt
from ironpot.risk.shocks import ShockModel

LAW = ShockModel(("growth", "primary_balance"), "normal", np.array([[0.0025, 0.02], [0.02, 1.0]]))


def base(opening=100.0, periods=5):
    flat = np.full(periods, 0.03)
    return Baseline(opening, flat, flat, flat * 0, flat * 0)


def fans(count, share, workers=1, draws=5_000, seed=3):
    weather = split_by_common_share(LAW, np.array([share, share]), count)
    bases = [base(100.0 + entity) for entity in range(count)]
    return fans_of_many(bases, weather, draws=draws, seed=seed, workers=workers)


def test_fans_do_not_depend_on_workers_or_on_other_entities():
    alone = fans(3, 0.3)
    assert (alone == fans(3, 0.3, workers=2)).all()
    assert (alone == fans(3, 0.3, workers=4)).all()
    assert (alone == fans(5, 0.3)[:3]).all()


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_shared_and_own_chance_add_up_to_the_whole(share):
    whole = quantiles(simulate_debt(base(), LAW, draws=100_000, seed=9))
    parts = fans(1, share, draws=100_000)[0]
    assert np.abs(parts - whole).max() < 0.25


def test_a_loading_scales_what_is_shared():
    flat = np.zeros(4)
    still = Baseline(0.0, flat, flat, flat, flat)
    law = ShockModel(("primary_balance",), "normal", np.eye(1))
    weather = Weather(law, None, np.array([[1.0], [2.0]]))
    both = fans_of_many([still, still], weather, draws=1_000, seed=1)
    assert np.abs(both[1] - 2 * both[0]).max() < 1e-12
