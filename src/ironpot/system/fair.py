"""What does it cost that no county is worse off than in the learned crowd? A joint plan with rows.

Each county's cost may not pass its limit; the price of that row, pi, makes it answer the fees as if
they were fee / (1 + pi). Arrays are (lot, slot), (market, slot) and (county,), yuan.
"""

from dataclasses import dataclass, replace

import numpy as np

from ironpot.core.lang import Text
from ironpot.system.checkpoint import Arrays, Book, CheckpointError
from ironpot.system.coordinate import Coordination, batches, stiffness
from ironpot.system.links import Floats
from ironpot.system.mix import Answers, least_worst, mix
from ironpot.system.regimes import Regime
from ironpot.system.shared_markets import SharedMarkets

# No county's cost passes its limit by more than this share of what doing nothing would cost it.
TOLERANCE = 1e-6
ROUNDS = 12
SWEEPS = 100
# How far a limit's price moves in a sweep, first and last, per unit of its breach.
_MOVES = (0.3, 0.03)
_KEPT_EVERY = 10
# What a book calls where the search stands, and each answer that it has found.
STANDING, ANSWER = "fair", "answer"


@dataclass(frozen=True, slots=True)
class FairPlan:
    """A joint plan in which no county pays more than its limit.

    `plan.bound` is below every plan that keeps the limits. `pi` (county,) is the price of a
    county's limit: what a yuan more of it would save all together. A county answers the fees
    divided by 1 + pi.
    """

    plan: Coordination
    pi: Floats
    limits: Floats

    def fees_of(self, markets: SharedMarkets) -> Floats:
        """Return the fees as each county's lots see them, (lot, slot)."""
        owner = np.repeat(np.arange(len(self.pi)), np.diff(markets.first_lot))
        return self.plan.fees[markets.market] / (1.0 + self.pi)[owner, None]


def no_county_worse(
    markets: SharedMarkets,
    plan: Coordination,
    crowd: Regime,
    *,
    own: SharedMarkets | None = None,
    gap: float = 0.01,
    rounds: int = ROUNDS,
    book: Book | None = None,
) -> FairPlan:
    """Find the cheapest joint plan in which no county pays more than in `crowd`.

    First the sweeps of `coordinate_plans` go on, the price of a limit rising while it is broken.
    Then a linear program mixes the answers on the way so that rooms and limits hold, and prices
    both anew. The crowd itself is one of the answers, so that a mix always exists; the bound is the
    Lagrangian's, from clipped cash duals. Stops within `gap` of the stake. `own` is the problem
    whose costs the limits speak of, if it is another. `book` keeps answers and prices, so that the
    search can go on; Ctrl-C ends with a mix of the answers that are there.

    >>> from ironpot.system.coordinate import coordinate_plans
    >>> from ironpot.system.learned import plan_nash
    >>> two = SharedMarkets(("a", "b"), np.array([[[0.8, 0.4]]]), np.array([[[50.0, 50.0]]]),
    ...                     np.array([0, 1, 2]), np.array([0, 0]), np.array([50.0, 50.0]),
    ...                     np.array([0.8, 0.8]), np.array([[40.0], [40.0]]),
    ...                     np.array([[2.0], [2.0]]))
    >>> fair = no_county_worse(two, coordinate_plans(two), plan_nash(two))
    >>> fair.plan.costs.round(3).tolist()
    [30.0, 30.0]
    """
    answers = [crowd.sold, plan.sold]
    search = Columns(markets, own or markets, crowd.costs, answers, plan, book)
    best = None
    try:
        search.sweep(SWEEPS)
        best = search.mixed()
        while search.rounds < rounds and not search.is_within(gap, best):
            search.answer(best.plan.fees, best.pi)
            search.answer(*search.between(best))
            best = search.mixed()
            search.keep(rounds=search.rounds + 1)
    except KeyboardInterrupt:
        if book is not None:
            book.stopped()
    return search.finished(best or search.mixed(), gap)


@dataclass(slots=True)
class _Sweeping:
    """What changes from sweep to sweep: how many, sales, loads, fees and prices of limits."""

    number: int
    sold: Floats
    load: Floats
    fees: Floats
    pi: Floats


class Columns:
    """All answers so far, and the prices that gave the highest bound."""

    def __init__(
        self,
        markets: SharedMarkets,
        own: SharedMarkets,
        limits: Floats,
        answers: list[Floats],
        plan: Coordination,
        book: Book | None = None,
    ) -> None:
        self.markets, self.own, self.limits, self.answers = markets, own, limits, answers
        self.start, self.bound = plan, plan.bound
        self.fees, self.pi = plan.fees, np.zeros(len(limits))
        self.room = markets.room.reshape(len(markets.room), markets.slots)
        self.unit = max(float(np.abs(markets.doing_nothing()).mean()), 1.0)
        self.book, self.rounds, self.given = book, 0, len(answers)
        self.now = _Sweeping(
            0, plan.sold.copy(), markets.load(plan.sold), plan.fees, np.zeros(len(limits))
        )
        kept = None if book is None else book.found(STANDING)
        if kept is not None:
            self.go_on(kept)

    def add(self, answer: Floats) -> None:
        """Take an answer into the mix, and into the book at once: a standing counts on it."""
        if self.book is not None:
            number = len(self.answers) - self.given
            self.book.keep_now(f"{ANSWER}{number}", {"sold": answer})
        self.answers.append(answer)

    def keep(self, *, rounds: int) -> None:
        """Note where the search stands after so many rounds of mixing."""
        self.rounds = rounds
        if self.book is None:
            return
        now = self.now
        kept = {"sold": now.sold.copy(), "load": now.load.copy(), "fees": now.fees, "pi": now.pi}
        kept |= {"best_fees": self.fees, "best_pi": self.pi, "bound": np.array(self.bound)}
        counts = np.array([now.number, rounds, len(self.answers) - self.given])
        self.book.keep(STANDING, kept | {"counts": counts})

    def go_on(self, kept: Arrays) -> None:
        """Stand where `keep` noted it."""
        number, self.rounds, answers = kept["counts"].tolist()
        self.now = _Sweeping(number, kept["sold"], kept["load"], kept["fees"], kept["pi"])
        self.fees, self.pi, self.bound = kept["best_fees"], kept["best_pi"], float(kept["bound"])
        assert self.book is not None
        for count in range(answers):
            found = self.book.found(f"{ANSWER}{count}")
            if found is None:
                raise CheckpointError(_NO_ANSWER)
            self.answers.append(found["sold"])

    def is_within(self, gap: float, best: FairPlan) -> bool:
        """Say whether a mix is within `gap` of the stake."""
        return best.plan.cost - self.bound <= gap * (best.plan.do_nothing - self.bound)

    def answer(self, fees: Floats, pi: Floats) -> None:
        """Add every county's best answer to these prices, and the bound that they prove."""
        from ironpot.system.county_batch import answer_all, bound_all

        given = self.markets
        price, cap = given.by_lot(given.price), given.caps
        destroyed, late = self._weighted(pi)
        answer = np.zeros_like(price)
        cost = destroyed + fees[given.market]
        answer_all(
            *(given.first_lot, given.lots, price, cost, cap, given.due, late, given.ties, answer),
        )
        self.add(answer)
        bounds = bound_all(
            *(given.first_lot, given.market, given.lots, price),
            *(destroyed, cap, given.due, late, given.ties, fees),
        )
        open_ = np.where(np.isfinite(self.room), self.room, 0.0)
        bound = float(bounds.sum() - (fees * open_).sum() - (pi * self.limits).sum())
        if bound > self.bound:
            self.bound, self.fees, self.pi = bound, fees, pi

    def sweep(self, count: int) -> None:
        """Let all answer fees and limits in turn; keep plan, answers and bound now and then."""
        now, duals = self.now, np.zeros_like(self.markets.need)
        nothing = self.markets.doing_nothing()
        scale = np.maximum(nothing - self.limits, 1e-3 * np.maximum(nothing, 1e-3 * self.unit))
        for move in np.geomspace(*_MOVES, count)[now.number :]:
            now.number += 1
            now.fees = self._moved(now.fees, now.pi, now.sold, now.load, duals)
            breach = (self.own.costs(now.sold) - self.limits) / scale
            now.pi = np.maximum(now.pi + move * np.clip(breach, -1.0, 1.0), 0.0)
            if now.number % _KEPT_EVERY == 0:
                self.answer(now.fees, now.pi)
                self.add(self.markets.within_room(now.sold))
                self.keep(rounds=0)

    def _moved(self, fees: Floats, pi: Floats, sold: Floats, load: Floats, duals: Floats) -> Floats:
        """Move every batch once towards its answers, in place; return the fees after it."""
        from ironpot.system.county_batch import move_batch

        given, stiff = self.markets, stiffness(self.room)
        price, cap = given.by_lot(given.price), given.caps
        destroyed, late = self._weighted(pi)
        for group in batches(given.counties):
            now = np.maximum(fees + stiff * (load - self.room), 0.0)
            move_batch(
                *(group, given.first_lot, given.market, given.lots, price),
                *(destroyed, cap, given.due, late, given.ties, now, stiff, sold, load, duals),
            )
        return np.maximum(fees + stiff * (load - self.room), 0.0)

    def _weighted(self, pi: Floats) -> tuple[Floats, Floats]:
        """Return value destroyed a yuan sold and prices of arrears, each at a county's weight."""
        given = self.markets
        destroyed = given.keep[:, None] - given.by_lot(given.price)
        return (
            destroyed * (1.0 + pi)[self.markets.owner, None],
            given.late + pi[:, None] * self.own.late,
        )

    def between(self, found: FairPlan) -> tuple[Floats, Floats]:
        """Return prices halfway between the last and those of the best bound: they swing less."""
        return (found.plan.fees + self.fees) / 2.0, (found.pi + self.pi) / 2.0

    def mixed(self) -> FairPlan:
        """Mix the answers as cheaply as rooms and limits allow."""
        found = mix(self._given(), self.limits)
        sold = np.zeros_like(self.answers[0])
        for part, answer in zip(found.share, self.answers, strict=True):
            sold += part[self.markets.owner, None] * answer
        sold = self.markets.within_room(sold)
        costs = self.markets.costs(sold)
        cost = float(costs.sum())
        plan = replace(
            self.start, sold=sold, costs=costs, cost=cost, fees=found.fees, bound=self.bound
        )
        return FairPlan(plan, found.pi, self.limits)

    def least_worst(self, need: Floats) -> float:
        """Return the least ratio of cost to `need` (county,) that a mix leaves its worst county."""
        return least_worst(self._given(), need)

    def _given(self) -> Answers:
        costs = np.array([self.markets.costs(answer) for answer in self.answers])
        own = np.array([self.own.costs(answer) for answer in self.answers])
        return Answers(self.markets, self.answers, costs, own)

    def finished(self, best: FairPlan, gap: float) -> FairPlan:
        """Return the plan with the last bound and its own verdict."""
        plan = replace(best.plan, bound=min(self.bound, best.plan.cost))
        reached = max(plan.gap_of_stake, plan.gap_of_cost) <= gap
        return replace(best, plan=replace(plan, reached=reached))


_NO_ANSWER = Text(
    "An answer that the unfinished run counts on is gone: a file of its folder was taken away. "
    "Start anew with --fresh, which discards what was kept.",
    "未完成运行所需的一个文件已不在 unfinished 文件夹中。请用 --fresh 放弃已保存的进度重新开始。",
)
