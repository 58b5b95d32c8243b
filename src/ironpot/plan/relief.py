"""How little help lets any plan work: how much, when, from whom, and what each limit costs in help?

Two figures stand side by side. The *bound* is certified: no plan gets by with less, at whatever
price its lots are sold. The *found* figure is that of a whole plan, at exact prices: with so much
help it works. Help counts at the present value that givers expect to lose; repayable help is debt.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.core.errors import SolverError
from ironpot.core.outputs import RELIEF
from ironpot.plan.inputs import MILLION
from ironpot.plan.least import Least, prove_least
from ironpot.plan.many import is_large
from ironpot.plan.model import Model
from ironpot.plan.names import quarter_text
from ironpot.plan.options import LEAST_HELP_WEIGHT, PlanOptions
from ironpot.plan.percentiles import HIGH, LOW, weighted_percentile
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.program import Floats
from ironpot.plan.question import hold_bounds
from ironpot.plan.relief_asked import Asked, lay_out, no_help_is_enough, with_unnamed
from ironpot.plan.relief_many import Kept, least_of_choice
from ironpot.plan.relief_order import (
    Helped,
    as_it_stands,
    hold_everything,
    in_order,
    least_value,
    paid_in_full,
)
from ironpot.plan.relief_prices import SCHEMA, price_limits
from ironpot.plan.relief_prices_many import price_limits_by_parts
from ironpot.plan.relief_search import LessHelp
from ironpot.plan.search import GRACE, Watch
from ironpot.plan.settle import Settlement, settle
from ironpot.plan.solver import NO_ANSWER, Answer, solve
from ironpot.plan.tables.frame import out_frame
from ironpot.plan.tables.relief import relief_table

# Shares of the time limit that have passed when a phase ends: the search, the solver's tree on help
# alone, whole numbers fixed; prices get the rest. No phase is begun with less than `LEAST_S`.
SEARCH_UNTIL, TREE_UNTIL, FIXED_UNTIL = 0.5, 0.65, 0.8
# Where futures are many: the search with its last wait for a bound, the proof by parts, the search
# for less help than the plan's choices need, and what these need at the latest.
MANY_SEARCH_UNTIL, PROOF_UNTIL, LESS_UNTIL, CHOICE_UNTIL = 0.35, 0.6, 0.9, 0.9
LEAST_S = 1.0
# Where help is needed a search for many futures ends no earlier than this: half a percent of what
# help weighed a thousand times can win is more help than anybody would leave.
GAP = 1e-4
TREE = {"threads": 1, "mip_rel_gap": 1e-7, "mip_abs_gap": 1e-7}
NO_HELP = 1e-4  # million; below this help counts as none
TOTAL = "all"

RANGES = {
    "quarter": pl.String(),
    "expected": pl.Int64(),
    "p05": pl.Int64(),
    "p95": pl.Int64(),
}

Source = Literal["none", "named", "unnamed"]
Step = Literal["bound", "prices"]
# Hears of a step: the bound so far in million, or the share of the prices that is done.
Tell = Callable[[Step, float], None]


@dataclass(frozen=True)
class Relief:
    """The least help of a case; money figures are yuan, tables are fen where they say so.

    `source` is none where a plan works without help, unnamed where the givers of the case do not
    reach and a giver without a name stands in for the rest. `relaxed` and `bound` are certified:
    the first by duals that anybody can re-add, the second by the solver's tree where it is higher.
    `found` is what the whole plan needs whose help is in `help` (`core.outputs.RELIEF`, fen);
    `nothing` is what doing nothing would need (inf: no help is enough; None: not asked). Where the
    time limit ends before any whole plan is found, `found` is inf and `help` empty. `proven`
    says that the tree was searched to the end. `cost` is that plan's own cost. `ranges`
    holds expected help of all givers by quarter, fifth and ninety-fifth percentile over scenarios
    (fen, the sum under `all`); `prices` are those of `relief_prices.SCHEMA`, yuan. `by_parts` says
    that futures are many: the bound is proven by parts, help is that of the plan's choices of now.
    """

    case: Case
    options: PlanOptions
    source: Source
    relaxed: float
    bound: float
    found: float
    nothing: float | None
    proven: bool
    cost: float
    help: pl.DataFrame
    ranges: pl.DataFrame
    prices: pl.DataFrame
    by_parts: bool = False


def least_relief(
    case: Case,
    *,
    options: PlanOptions | None = None,
    watch: Watch | None = None,
    tell: Tell | None = None,
) -> Relief:
    """Work out the smallest help that lets any plan of a case work.

    Where futures are many, `tell` hears what is proven (million) and how far prices are; Ctrl-C
    then ends the step under way, and the rest is done with what it has.

    A time limit that ends the work early leaves the best that is known: what is not proven counts
    as nil in the bound, and holding everything is a plan where no better one was found. Raises
    SolverError where no help is enough (a floor, a forced wish or a ceiling that nothing can meet)
    or the solver's process ends by itself.

    >>> from ironpot.case.read import read_case
    >>> least_relief(read_case("examples/two-pots").case).source
    'none'
    """
    chosen = replace(options or PlanOptions(), help_weight=LEAST_HELP_WEIGHT, relief=True)
    clock = _Clock(time.monotonic(), chosen.time_limit_s)
    asked = lay_out(case, chosen)
    many = is_large(asked.model)
    plan = (
        _searched_many(asked, chosen, watch, clock)
        if many
        else _searched(asked, chosen, watch, clock.left(SEARCH_UNTIL))
    )
    if plan is not None and not plan.question.help_open:
        return _none_needed(case, chosen, plan)
    if many:
        return _of_many(asked, plan, clock, tell or _silent)
    return _of_few(asked, plan, clock)


@dataclass(frozen=True, slots=True)
class _Clock:
    """The one time limit that all phases keep to."""

    began: float
    limit_s: float

    def at(self, share: float) -> float:
        """When a share of the limit has passed, by the monotonic clock."""
        return self.began + share * self.limit_s

    def left(self, share: float = 1.0) -> float:
        """Seconds until a share of the limit has passed; never less than `LEAST_S`."""
        return max(self.at(share) - time.monotonic(), LEAST_S)


def _of_few(asked: Asked, plan: Plan | None, clock: _Clock) -> Relief:
    """Search the tree for help alone, help what was found exactly, and price limits."""
    tree = _tree(asked.model, clock.left(TREE_UNTIL))
    points = [
        *([] if plan is None else [plan.point]),
        *([] if tree.point is None else [tree.point]),
    ]
    helped, nothing = _best(asked.model, points, clock)
    if helped is None:
        asked, tree, helped = _holding(asked, tree)
    prices = price_limits(asked.model, seconds=clock.left())
    return _relief(asked, tree, helped, nothing, prices)


def _of_many(asked: Asked, plan: Plan | None, clock: _Clock, tell: Tell) -> Relief:
    """Prove by parts, search for less help than the plan's, and price limits both ways."""
    stopped = plan is not None and plan.interrupted
    asked, least = _proven_by_parts(asked, replace(clock, limit_s=0.0) if stopped else clock, tell)
    stopped = stopped or least.interrupted
    mine = plan if plan is not None and plan.case is asked.case else None
    helped, nothing = _helped(asked, mine, clock)
    if helped is not None and not stopped:
        helped, stopped = _with_less(asked, least, helped, clock)
    if helped is None and not asked.unnamed:
        asked, _, helped = _holding(asked, NO_ANSWER)
        least = prove_least(asked.model, seconds=0.0)
    until = time.monotonic() if stopped else clock.at(1.0)
    prices = price_limits_by_parts(
        asked.model,
        least,
        None if helped is None else Kept.of(asked.model, helped, deadline=until),
        seconds=max(until - time.monotonic(), 0.0),
        told=lambda done, count: tell("prices", done / count),
    )
    return replace(_relief(asked, NO_ANSWER, helped, nothing, prices), by_parts=True)


def _helped(asked: Asked, plan: Plan | None, clock: _Clock) -> tuple[Helped | None, float]:
    """Help a plan's choices, or hold everything if that needs less; and what holding needs."""
    helped = None if plan is None else _chosen(asked.model, plan, clock.at(CHOICE_UNTIL))
    holding = hold_everything(asked.model)
    nothing = np.inf if holding is None else holding.value
    if helped is None or nothing < helped.value - NO_HELP:
        helped = holding
    return helped, nothing


def _with_less(asked: Asked, least: Least, helped: Helped, clock: _Clock) -> tuple[Helped, bool]:
    """Return the least help found by a search for nothing else; say whether the user stopped it."""
    search = LessHelp(asked.model, helped, asked.relaxed, clock.at(LESS_UNTIL))
    try:
        search.run(None if least.relaxed is None else least.relaxed.point)
    except KeyboardInterrupt:
        return search.best, True
    return search.best, False


def _proven_by_parts(asked: Asked, clock: _Clock, tell: Tell) -> tuple[Asked, Least]:
    """Prove the least help; if some part shows that the givers do not reach, one joins them."""
    least = prove_least(
        asked.model,
        seconds=max(clock.at(PROOF_UNTIL) - time.monotonic(), 0.0),
        watch=lambda bound: tell("bound", bound),
        # Nothing is known of what a few need once somebody has joined the givers.
        few=asked.relaxed or None,
    )
    if least.impossible:
        if asked.unnamed:
            raise no_help_is_enough()
        asked = with_unnamed(asked)
        return _proven_by_parts(asked, clock, tell)
    return replace(asked, relaxed=max(asked.relaxed, least.bound)), least


def _chosen(model: Model, plan: Plan, deadline: float) -> Helped | None:
    """The help that a plan's choices need, or that it asks for itself if that is less."""
    least = least_of_choice(model, plan.point, deadline=deadline)
    both = least, as_it_stands(model, plan.point)
    return min((one for one in both if one), key=lambda one: one.value, default=None)


def _silent(_step: Step, _figure: float) -> None:
    """Tell nobody."""


def _tree(model: Model, seconds: float) -> Answer:
    """Search the whole numbers for the least help itself; the tree's bound holds for every plan."""
    return solve(paid_in_full(model), time_limit_s=max(seconds, 1.0), options=TREE)


def _searched_many(
    asked: Asked, options: PlanOptions, watch: Watch | None, clock: _Clock
) -> Plan | None:
    """Search with what the model's layout and a wait for a bound leave of the time."""
    left = (clock.left(MANY_SEARCH_UNTIL) - asked.seconds) / (1.0 + GRACE)
    if asked.relaxed > NO_HELP:
        options = replace(options, gap_stake=min(options.gap_stake, GAP))
    return _searched(asked, options, watch, max(left, LEAST_S))


def _searched(
    asked: Asked, options: PlanOptions, watch: Watch | None, seconds: float
) -> Plan | None:
    """Search for a whole plan; None if the time ends first: doing nothing is still a plan."""
    searched = replace(options, time_limit_s=seconds)
    try:
        return plan_resolution(asked.case, options=searched, watch=watch)
    except SolverError:
        return None


def _best(model: Model, points: list[Floats], clock: _Clock) -> tuple[Helped | None, float | None]:
    """The whole numbers that need least help, at exact prices, and what doing nothing needs.

    None where the time ends before either is known.
    """
    lower, upper = hold_bounds(model, model.program)
    tried = [*points, np.where(lower == upper, lower, 0.0)]
    values = [least_value(model, point, time_limit_s=clock.left(FIXED_UNTIL)) for point in tried]
    known = [np.inf if value is None else value for value in values]
    first = next(k for k, value in enumerate(known) if value <= min(known) + NO_HELP)
    best = in_order(model, tried[first], time_limit_s=clock.left(FIXED_UNTIL))
    standing = [as_it_stands(model, point) for point in points]
    found = [one for one in (best, *standing) if one is not None]
    return min(found, key=lambda one: one.value, default=None) if best is None else best, values[-1]


def _holding(asked: Asked, tree: Answer) -> tuple[Asked, Answer, Helped | None]:
    """Return what holding everything needs, future by future; of whoever gives, if need be.

    Millisecond solves that hardly any time limit cuts off. None where a ceiling or a wish cannot be
    met by holding. What was proven of the case's own givers says nothing of one who joins them.
    """
    helped = hold_everything(asked.model)
    if helped is not None or asked.unnamed:
        return asked, tree, helped
    joined = with_unnamed(asked)
    helped = hold_everything(joined.model)
    if helped is None:
        return asked, tree, None
    return joined, replace(tree, bound=-np.inf), helped


def _relief(
    asked: Asked,
    tree: Answer,
    helped: Helped | None,
    nothing: float | None,
    prices: pl.DataFrame,
) -> Relief:
    if helped is None:
        return _only_bound(asked, tree, prices)
    model = asked.model
    settled = settle(model, helped.point)
    bound = min(max(asked.relaxed, tree.bound), helped.value)
    return Relief(
        case=asked.case,
        options=model.inputs.options,
        source="unnamed" if asked.unnamed else "named",
        relaxed=round(min(asked.relaxed, helped.value) * MILLION, 2),
        bound=round(bound * MILLION, 2),
        found=round(helped.value * MILLION, 2),
        nothing=None if nothing is None else round(nothing * MILLION, 2),
        proven=tree.outcome == "optimal",
        cost=round(helped.cost * MILLION, 2),
        help=relief_table(model.inputs, settled),
        ranges=_ranges(model, settled),
        prices=prices,
    )


def _only_bound(asked: Asked, tree: Answer, prices: pl.DataFrame) -> Relief:
    """No whole plan was found in time: say what is proven, and that nothing else is known."""
    return Relief(
        case=asked.case,
        options=asked.model.inputs.options,
        source="unnamed" if asked.unnamed else "named",
        relaxed=round(asked.relaxed * MILLION, 2),
        bound=round(max(asked.relaxed, tree.bound) * MILLION, 2),
        found=np.inf,
        nothing=None,
        proven=False,
        cost=np.nan,
        help=out_frame(RELIEF, []),
        ranges=pl.DataFrame(schema=RANGES),
        prices=prices,
    )


def _ranges(model: Model, settled: Settlement) -> pl.DataFrame:
    """Return expected help and its percentiles by quarter that has any, and in all, fen."""
    inputs = model.inputs
    amount = settled.relief.sum(axis=(0, 1))
    rows = [
        (quarter_text(inputs, int(t)), amount[:, t]) for t in np.flatnonzero(amount.any(axis=0))
    ]
    rows.append((TOTAL, amount.sum(axis=1)))
    return pl.DataFrame(
        [
            {
                "quarter": name,
                "expected": int(by_scenario[-1]),
                "p05": weighted_percentile(by_scenario[:-1], inputs.weights, LOW),
                "p95": weighted_percentile(by_scenario[:-1], inputs.weights, HIGH),
            }
            for name, by_scenario in rows
        ],
        schema=RANGES,
    )


def _none_needed(case: Case, options: PlanOptions, plan: Plan) -> Relief:
    """A whole plan works without help: nothing is asked for, so nothing is priced in help."""
    inputs, settled = plan.model.inputs, plan.settled
    return Relief(
        case=case,
        options=options,
        source="none",
        relaxed=0.0,
        bound=0.0,
        found=0.0,
        nothing=None,
        proven=True,
        cost=plan.cost,
        help=relief_table(inputs, settled),
        ranges=_ranges(plan.model, settled),
        prices=pl.DataFrame(schema=SCHEMA),
    )
