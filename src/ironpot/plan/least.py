"""How little help do many futures need? A bound part by part, with help as the only cost.

What `question.ask` solves as one program where futures are few is here proven as `proof` proves a
plan's cost: each part's relaxation by itself, round by round, and the parts' duals by their weights
are duals of the whole. Million yuan of present value, as givers expect to lose it.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ironpot.plan import many
from ironpot.plan.inputs import MILLION
from ironpot.plan.many import parts_of
from ironpot.plan.model import Model
from ironpot.plan.parts import Part, a_few, charges, take_part
from ironpot.plan.plan import Plan
from ironpot.plan.program import Floats, Program, dual_bound
from ironpot.plan.proof import Proof
from ironpot.plan.relief_order import paid_in_full
from ironpot.plan.solver import BOUND_ALONE, Answer, solve

# Later rounds lift the bound by next to nothing; each takes as long as the first.
MOST_ROUNDS = 3
# Share of a plan's time limit that its least help and the cost of its wishes may take afterwards,
# and the share of that which is left to wishes, where there are any. They end when so many times
# the limit is over, so that the files are there by one and a half times.
AFTERWARDS, FOR_WISHES, LATEST = 0.5, 0.5, 1.2
WORTH_PROVING_S = 1.0

Watch = Callable[[float], None]


@dataclass(frozen=True)
class Least:
    """What is proven of the least help (million): `bound` holds for every plan.

    `program` has the rounding cuts of the best round, `prices` (part,) are what a unit of each
    column of a part is charged next, `relaxed` the best round's answer for the whole, whose point
    is the parts' average (None: no round has ended). `impossible` says that no help is enough,
    `interrupted` that the user stopped the proof.
    """

    bound: float
    program: Program
    parts: list[Part]
    prices: list[Floats]
    relaxed: Answer | None
    rounds: int
    impossible: bool
    interrupted: bool = False


def prove_least(
    model: Model, *, seconds: float, watch: Watch | None = None, few: float | None = None
) -> Least:
    """Prove how little help any plan gets by with, within `seconds`; Ctrl-C keeps what is proven.

    `watch` hears of the bound after each round; `few` is what a few futures alone need, if that is
    known (million).
    """
    deadline, parts = time.monotonic() + seconds, parts_of(model)
    program = paid_in_full(model)
    nothing = Least(0.0, program, parts, _unpriced(parts), None, rounds=0, impossible=False)
    try:
        few = a_few_need(model, seconds=seconds) if few is None else few
    except KeyboardInterrupt:
        return replace(nothing, interrupted=True)
    if few is None:
        return replace(nothing, impossible=True)
    proof = Proof(model, program, parts, seconds)
    interrupted = not _proven(proof, few, deadline, watch)
    return replace(_least(few, proof), interrupted=interrupted)


def _proven(proof: Proof, few: float, deadline: float, watch: Watch | None) -> bool:
    """Prove round by round until the time ends; False if the user stopped it, or its start."""
    try:
        with proof:
            while _goes_on(proof) and time.monotonic() < deadline:
                if proof.poll(wait_s=0.2) and watch is not None:
                    watch(max(proof.bound, few))
    except KeyboardInterrupt:
        proof.__exit__()
        return False
    return True


def _goes_on(proof: Proof) -> bool:
    """Whether another round is worth its time: none is where nothing at all is needed."""
    nothing = proof.rounds > 0 and proof.bound <= 0.0
    return not (proof.done or nothing or proof.rounds >= MOST_ROUNDS)


def a_few_need(model: Model, *, seconds: float) -> float | None:
    """Return what a few futures alone need, by their own weight (million); None: no help is enough.

    A true bound of what all need, in a second or two.
    """
    part = take_part(model, a_few(model, many.FEW))
    program = paid_in_full(part.model())
    answer = solve(program.relaxed(), time_limit_s=max(seconds, 1.0), options=BOUND_ALONE)
    if answer.outcome == "infeasible":
        return None
    if answer.row_dual.size != program.row_lower.size:
        return 0.0
    return part.weight * max(dual_bound(program, answer.row_dual), 0.0)


def _unpriced(parts: Sequence[Part]) -> list[Floats]:
    return [np.zeros(part.columns.size) for part in parts]


def _least(few: float, proof: Proof) -> Least:
    proven = proof.rounds > 0
    prices = charges(proof.parts, proof.pulls) if proven else _unpriced(proof.parts)
    return Least(
        bound=max(proof.bound, few, 0.0),
        program=proof.program,
        parts=list(proof.parts),
        prices=prices,
        relaxed=proof.relaxed if proven else None,
        rounds=proof.rounds,
        impossible=proof.impossible,
    )


def needs_proof(plan: Plan) -> bool:
    """Say whether a plan asks for help of which only a few futures' least is known.

    Who stopped the search wants the plan now: nothing more is proven of it, nor where no time is
    left for it.
    """
    question = plan.question
    if seconds_for_help(plan) < WORTH_PROVING_S:
        return False
    return question.least is None and question.help_open and many.is_large(plan.model)


def seconds_afterwards(plan: Plan) -> float:
    """Return the time that least help and wishes may take together: none once somebody stopped."""
    limit = plan.options.time_limit_s
    left = LATEST * limit - plan.seconds
    return 0.0 if plan.interrupted else float(np.clip(left, 0.0, AFTERWARDS * limit))


def seconds_for_help(plan: Plan) -> float:
    """Return what the proof of least help may take of that time."""
    return seconds_afterwards(plan) * (1.0 - FOR_WISHES if plan.model.wishes else 1.0)


def with_least_help(plan: Plan, *, seconds: float, watch: Watch | None = None) -> Plan:
    """Return a plan for many futures with its least help proven over all of them.

    The search leaves what a few futures need. Other plans, those that need no help, and one whose
    proof is stopped before it begins come back as they are. The answer in `question.least` is no
    plan: its point is the parts' average.
    """
    question = plan.question
    if not needs_proof(plan):
        return plan
    try:
        least = prove_least(plan.model, seconds=seconds, watch=watch)
    except KeyboardInterrupt:
        return plan
    bound = max(least.bound, question.least_help)
    answer = None
    if least.relaxed is not None:
        answer = replace(least.relaxed, outcome="unknown", objective=bound, bound=bound)
    known = replace(question, least_help=bound, least=answer)
    return replace(plan, question=known, least_help=bound * MILLION)
