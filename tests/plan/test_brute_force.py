"""The best of all choices of starts, each played out by hand, is what the planner finds.

One account, one market with a falling ladder, two rounds of listing, a loan that the account cannot
pay: what is overdue is paid off as soon as cash allows, so a choice can be played quarter by
quarter without a solver. Million yuan, one percent a quarter.
"""

import datetime as dt
from dataclasses import dataclass
from itertools import product

import numpy as np
import pytest
from tests.plan.check import written_and_verified
from tests.plan.town import (
    MILLION,
    budget,
    hall,
    ladder,
    limit,
    loan,
    rounds,
    sale,
    town,
)
from tests.support import account

from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution

T, Q, ROUNDS = 6, 1.01, 2
WEIGHTS = {"base": 0.5, "adverse": 0.3, "favourable": 0.2}
RESERVE = (1.0, 0.8)
LEVY = 0.06
OPTIONS = PlanOptions(time_limit_s=8, gap_stake=1e-4, relief=False)
# Cash is planned 100 yuan above its buffer; over six quarters that can cost this much.
MARGIN = 2e-3


@dataclass(frozen=True)
class World:
    """A drawn instance: appraisal and income a quarter of each lot, tranches, what sells, money."""

    appraisal: tuple[float, ...]
    income: tuple[float, ...]
    tranches: tuple[tuple[float, float], ...]
    sold: dict[str, tuple[float, float]]
    opening: float
    surplus: float
    owed: float
    buffer: float


def draw(seed: int) -> World:
    rng = np.random.default_rng(seed)
    return World(
        appraisal=tuple(rng.uniform(5.0, 15.0, 3)),
        income=tuple(rng.uniform(0.1, 0.4, 3)),
        tranches=((0.9, 8.0), (0.7, 12.0), (0.4, 60.0)),
        sold={name: tuple(rng.dirichlet((4.0, 2.0, 1.0))[:2]) for name in WEIGHTS},
        opening=rng.uniform(1.0, 4.0),
        surplus=rng.uniform(-0.2, 0.5),
        owed=rng.uniform(8.0, 20.0),
        buffer=1.0,
    )


def case_of(world: World):
    line = "own_revenue" if world.surplus > 0.0 else "essential_spending"
    return town(
        quarters=T,
        accounts=[account("gov", "general", world.opening * MILLION)],
        assets=[
            hall(f"lot{n}", value, 4.0 * income)
            for n, (value, income) in enumerate(zip(world.appraisal, world.income, strict=True))
        ],
        markets=ladder(*((fraction, size * MILLION) for fraction, size in world.tranches)),
        listing=rounds([(name, world.sold[name], RESERVE) for name in WEIGHTS]),
        taxes_fees=[
            {
                "item": "fee",
                "asset_kind": "hall",
                "route": "exchange_sale",
                "rate_low": LEVY,
                "rate": LEVY,
                "rate_high": LEVY,
                "base": "price",
                "levy": "fee",
            }
        ],
        routes=[sale()],
        debts=[loan("loan", world.owed, dt.date(2025, 9, 30), cycle_of_interest_payment=None)],
        limits=[limit("buffer", world.buffer)],
        budget=[budget(line, 4.0 * abs(world.surplus))],
    )


def play(world: World, starts: tuple[int, ...]) -> float:
    """Cost of listing each lot from its start (T = never)."""
    losses = {name: scenario_cost(world, starts, name) for name in WEIGHTS}
    expected = sum(WEIGHTS[name] * cost for name, (cost, _) in losses.items())
    tail = worst_mean({name: late for name, (_, late) in losses.items()}, 0.1)
    return expected + 0.5 * tail + given_up_later(world, starts)


def scenario_cost(world: World, starts: tuple[int, ...], name: str) -> tuple[float, float]:
    """Cost of one scenario, and the discounted arrears-years that its tail is measured by."""
    cash, late, cost, late_years = world.opening, 0.0, 0.0, 0.0
    for t in range(T):
        total = cash + flow(world, starts, name, t) - 1.03 * late
        now, late = max(total, world.buffer), max(world.buffer - total, 0.0)
        cost += Q ** -(t + 1) * (cash - now + 0.125 * late)
        late_years += Q ** -(t + 1) * late / 4.0
        cash = now
    return cost + 1.5 * late * Q**-T, late_years


def flow(world: World, starts: tuple[int, ...], name: str, t: int) -> float:
    """What comes in and goes out in quarter t (0 = first) but for arrears."""
    total = world.surplus + sum(world.income)
    if t == 2:
        days = (dt.date(2025, 9, 30) - dt.date(2022, 12, 31)).days
        accrued_before = (dt.date(2024, 12, 31) - dt.date(2022, 12, 31)).days
        total -= world.owed * (1.0 + 0.04 * (days - 0 * accrued_before) / 365)
    for lot, start in enumerate(starts):
        price = world.appraisal[lot] * asked_share(start) * fraction(world, starts, start)
        for step in range(ROUNDS):
            share = world.sold[name][step]
            if t == start + step:
                total += share * RESERVE[step] * price * (1.0 - LEVY)
            if t > start + step:
                total -= share * world.income[lot]
    return total


def asked_share(start: int) -> float:
    return a(40 - start) / a(40)


def a(quarters: int) -> float:
    return sum(Q**-t for t in range(1, quarters + 1))


def fraction(world: World, starts: tuple[int, ...], start: int) -> float:
    """Average price fraction of all that is listed in a quarter."""
    if start >= T:
        return 0.0
    listed = [
        value * asked_share(start)
        for value, own in zip(world.appraisal, starts, strict=True)
        if own == start
    ]
    left, value = sum(listed), 0.0
    for price, size in world.tranches:
        taken = min(left, size)
        value += price * taken
        left -= taken
    return value / sum(listed)


def given_up_later(world: World, starts: tuple[int, ...]) -> float:
    """Present value of income after the horizon of what has left, expected."""
    after = sum(Q**-q for q in range(T + 1, 41))
    gone = sum(WEIGHTS[name] * sum(shares) for name, shares in world.sold.items())
    return sum(
        income * after * gone
        for income, start in zip(world.income, starts, strict=True)
        if start < T
    )


def worst_mean(losses: dict[str, float], tail: float) -> float:
    """Mean of the worst `tail` of the weight."""
    left, total = tail, 0.0
    for name in sorted(losses, key=lambda n: -losses[n]):
        part = min(left, WEIGHTS[name])
        total += part * losses[name]
        left -= part
    return total / tail


def best(world: World) -> tuple[float, tuple[int, ...]]:
    choices = [*range(T - ROUNDS + 1), T]
    return min((play(world, starts), starts) for starts in product(choices, repeat=3))


@pytest.mark.parametrize("seed", range(5))
def test_no_choice_of_starts_is_cheaper_than_the_plan(seed, tmp_path):
    world = draw(seed)
    cheapest, _ = best(world)
    plan = plan_resolution(case_of(world), options=OPTIONS)
    assert plan.bound / MILLION <= cheapest + 1e-6
    assert plan.cost / MILLION == pytest.approx(cheapest, rel=2e-4, abs=MARGIN)
    written_and_verified(plan, tmp_path)


@pytest.mark.parametrize("seed", range(3))
def test_doing_nothing_costs_what_playing_it_out_gives(seed):
    world = draw(seed)
    plan = plan_resolution(case_of(world), options=OPTIONS)
    assert plan.do_nothing / MILLION == pytest.approx(play(world, (T, T, T)), abs=MARGIN)
