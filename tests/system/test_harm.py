"""Who hurts whom: only who shares a market, and what one's absence would save the other."""

from dataclasses import replace

import numpy as np
import pytest
from tests.system.test_coordination import drawn

from ironpot.system.harm import harm, harm_table
from ironpot.system.learned import plan_nash
from ironpot.system.regimes import not_more_than_owned, plan_alone, pooled


def test_only_who_shares_a_market_is_hurt():
    crowd = drawn(10, 9, 4, 3, 0.3)
    learned = plan_nash(crowd, rounds=200)
    sets = [
        set(crowd.market[a:b]) for a, b in zip(crowd.first_lot, crowd.first_lot[1:], strict=False)
    ]
    found = harm(crowd, learned, np.arange(10))
    for i in range(10):
        for j in range(10):
            if not sets[i] & sets[j]:
                assert found[i, j] == pytest.approx(0.0, abs=1e-9)
    assert (found > 1e-6).any()
    assert not found.diagonal().any()


def test_a_seller_less_is_what_the_others_are_charged_for():
    """Re-played by hand: leave the first seller out, price the rest, and take the difference."""
    crowd = drawn(6, 3, 3, 4, 0.6)
    learned = plan_nash(crowd, rounds=200)
    still = learned.offered[crowd.first_lot[1] :]
    rest = replace(
        crowd,
        counties=crowd.counties[1:],
        first_lot=crowd.first_lot[1:] - crowd.first_lot[1],
        market=crowd.market[crowd.first_lot[1] :],
        lots=crowd.lots[crowd.first_lot[1] :],
        keep=crowd.keep[crowd.first_lot[1] :],
        need=crowd.need[1:],
        late=crowd.late[1:],
    )
    costs = rest.costs(not_more_than_owned(rest, pooled(rest, still)))
    expected = learned.costs[1:] - costs
    np.testing.assert_allclose(harm(crowd, learned, np.array([0]))[0, 1:], expected, atol=1e-9)


def test_the_table_names_pairs_the_dearest_first_and_needs_known_offers():
    crowd = drawn(6, 3, 3, 4, 0.3)
    table = harm_table(crowd, plan_nash(crowd, rounds=200), least=1e-6)
    assert table["harm"].is_sorted(descending=True)
    assert (table["seller"] != table["hurt"]).all()
    with pytest.raises(ValueError, match="not known"):
        harm(crowd, plan_alone(crowd), np.array([0]))
