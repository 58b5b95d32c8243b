"""Find a good plan for many futures, and prove it, when the whole program is large.

One process proves a bound part by part (`proof`). Beside it a plan is sought: a few futures, cheap
to solve, say which pools and bundles to form; a core of futures, corrected to first order for those
left out, takes the local search; what is found is priced in all futures. The first plan holds
everything and is there in seconds.
"""

import time
from collections.abc import Callable

import numpy as np

from ironpot.plan.board import Board, make_board, off_board
from ironpot.plan.everywhere import Everywhere, everywhere, holding
from ironpot.plan.hunt import Hunt
from ironpot.plan.left import Left, leave
from ironpot.plan.local import Play, descend, improve
from ironpot.plan.model import Model
from ironpot.plan.out_of_sample import first_stage
from ironpot.plan.parts import Part, a_few, deal, pull, take_part
from ironpot.plan.program import Floats, Program
from ironpot.plan.proof import Proof, cuts_of
from ironpot.plan.question import (
    CUT,
    FIRST_SOLVE,
    Question,
    ask,
    holding_bounds,
    last_resort,
    nothing_proven,
    open_program,
    shut,
)
from ironpot.plan.rounding import Fixing, empty_state, feasible_state
from ironpot.plan.sample import Sample
from ironpot.plan.search import (
    Enough,
    Found,
    Progress,
    Watch,
    fix_pools,
    started,
)
from ironpot.plan.solver import NO_ANSWER, Answer, Session
from ironpot.plan.stand import Stand, decided_bounds, stand_at

# A program of more coefficients than this, and of more futures than a few, is taken apart.
LARGE = 150_000
FEW = 5
# Futures that one part holds at most.
PART = 50
# Futures of the core at most and at least: those whose own columns come to so many, so that a solve
# takes a fraction of a second.
CORE_MOST, CORE_LEAST, CORE_COLUMNS = 20, 6, 32_000
# A solve that fixes a pool takes a fraction of the few futures' first solve, or sees no end.
FIX_LIMIT_S = 2.0
# Share of the time for which a new rounding may descend, to be compared with an old plan.
ROUND_SHARE = 0.1


def is_large(model: Model) -> bool:
    """Say whether a model is better taken apart than solved as one program."""
    return model.inputs.weights.size > FEW and model.program.value.size > LARGE


def search_many(
    model: Model,
    *,
    after: Question | None,
    time_limit_s: float,
    enough: Callable[[float], Enough],
    rng: np.random.Generator,
    watch: Watch | None = None,
    start: Floats | None = None,
) -> tuple[Question, Found]:
    """Find a cheap whole plan for many futures within the limit, and a bound.

    `after` is a question that no whole plan answered: one step more is then open (`question.ask`).
    `enough(hold)(best, bound)` says when to stop early. Ctrl-C keeps the best. `start` is a
    point whose choices are priced first and gone on from: what is found is never dearer.
    """
    began = time.monotonic()
    opening = _first(model, began, watch)
    try:
        few = Sample.of(model, a_few(model, FEW))
        question = ask(few.model, after=after, hold=NO_ANSWER, briefly=True)
        program, (prices, first) = _asked(model, question), opening
        if not _is_same(program, prices.apart.program):
            prices, first = everywhere(model, program), NO_ANSWER
        with _prove(few, question, program, prices, 2.0 * time_limit_s) as proof:
            hunt = Hunt(
                model,
                Sample.of(model, deal(model, core_size(model))[0]),
                proof,
                prices,
                shut="arrears" if question.help_open else "relief",
                began=began,
                deadline=began + time_limit_s,
                enough=enough,
                watch=watch,
                best=first,
            )
            interrupted = _heard_out(hunt, few, question, rng, start)
    except KeyboardInterrupt:
        return _stopped(*opening)
    if interrupted and hunt.best.point is None:
        # Who stops keeps the plan that was told of first, though it may use more than was asked.
        return _stopped(*opening)
    answered = _question(hunt, few, question)
    return answered, _found(hunt, answered, interrupted=interrupted)


def parts_of(model: Model) -> list[Part]:
    """Deal a model's futures into parts."""
    return [take_part(model, futures) for futures in deal(model, PART)]


def _prove(
    few: Sample, question: Question, program: Program, prices: Everywhere, limit_s: float
) -> Proof:
    """Begin the proof, with the cuts of the few and at what the futures make of their choice."""
    cut = program.with_rows(CUT, cuts_of(question.program))
    parts = parts_of(prices.model)
    dual = None if len(parts) == 1 else _first_dual(prices, few, question, cut)
    return Proof(prices.model, cut, parts, limit_s, dual=dual, cases=True)


def _first(model: Model, began: float, watch: Watch | None) -> tuple[Everywhere, Answer]:
    """Price holding everything before anything is asked: without help if that can be, else with."""
    opened, relief = open_program(model), model.inputs.options.relief
    paid = shut(model, opened, "arrears") if relief else opened
    prices, answer = None, NO_ANSWER
    for program in (
        (shut(model, paid, "relief"), paid) if relief else (shut(model, paid, "relief"),)
    ):
        prices = everywhere(model, program)
        answer = prices.price(holding(model, program))
        if answer.point is not None:
            break
    assert prices is not None
    if watch is not None and answer.point is not None:
        watch(Progress(time.monotonic() - began, answer.objective, None))
    return prices, answer


def _first_dual(
    prices: Everywhere, few: Sample, question: Question, program: Program
) -> Floats | None:
    """Return duals of all futures' rows where all do what the few like, if each future can.

    They say already where parts and core pull another way than all together.
    """
    if question.relaxed.point is None:
        return None
    decided = np.zeros(program.cost.size)
    now = few.part.now
    decided[few.part.columns[now]] = question.relaxed.point[now]
    dual = prices.duals(decided)
    if dual is None:
        return None
    return np.pad(dual, (0, program.row_lower.size - dual.size))


def _is_same(one: Program, other: Program) -> bool:
    """Say whether two programs of one model open the same at the same costs."""
    return np.array_equal(one.upper, other.upper) and np.array_equal(one.cost, other.cost)


def _stopped(prices: Everywhere, first: Answer) -> tuple[Question, Found]:
    """Return the first plan, of which nothing is proven: somebody stopped before there was more."""
    program = prices.apart.program
    proven = nothing_proven(program, first)
    help_open = bool(program.upper[prices.model.column("relief")].any())
    question = Question(program, help_open, 0.0, None, proven, NO_ANSWER)
    return question, Found(first.point, first.objective, proven.bound, interrupted=True, history=())


def _asked(model: Model, question: Question) -> Program:
    """Return the whole program with open what the few futures need."""
    unpaid = question.program.upper[question.program.columns["arrears"].index].any()
    relief = model.inputs.options.relief
    opened = last_resort(model) if unpaid and relief else open_program(model)
    if not unpaid:
        opened = shut(model, opened, "arrears")
    return opened if question.help_open else shut(model, opened, "relief")


def core_size(model: Model) -> int:
    """Return how many futures the local search plans for: all, unless that would be too many."""
    own = int((~take_part(model, np.array([0])).now).sum())
    most = int(np.clip(CORE_COLUMNS // own, CORE_LEAST, CORE_MOST))
    return min(model.inputs.weights.size, most)


def _heard_out(
    hunt: Hunt,
    few: Sample,
    question: Question,
    rng: np.random.Generator,
    start: Floats | None,
) -> bool:
    """Search until it is over; say whether somebody stopped it. What is waiting is still priced."""
    try:
        _run(hunt, few, question, rng, start)
    except KeyboardInterrupt:
        hunt.price()
        return True
    return False


def _run(
    hunt: Hunt,
    few: Sample,
    question: Question,
    rng: np.random.Generator,
    start: Floats | None,
) -> None:
    """Hold everything, then search on the core, which changes with what is learnt on the way."""
    asked = hunt.everywhere.apart.program
    hunt.hold = hunt.everywhere.price(holding_bounds(hunt.model, asked))
    if hunt.best.point is None:
        hunt.best = hunt.everywhere.price(holding(hunt.model, asked))
    hunt.note()
    board = make_board(hunt.core.model)
    last = None if start is None else _start(hunt, board, start)
    rounded = _rounded(hunt, board, few, question.program, question.relaxed)
    hunt.few_s = time.monotonic() - hunt.began
    while True:
        with leave(hunt.core_program()) as left:
            play = _begun(hunt, board, left, rounded, last)
            while play is not None and hunt.listen():
                improve(play, rng)
            over = hunt.is_over
            hunt.price()
        if play is not None:
            last = Stand.of(play)
        elif hunt.loose is None:
            hunt.loosen()
            continue
        while play is None and hunt.listen():
            time.sleep(0.1)
        if over or hunt.is_over or hunt.time_left < hunt.begin_s:
            break
        if hunt.stuck is not None:
            hunt.take_in()
        elif hunt.is_fresh:
            hunt.recentre()
            rounded = _rounded(hunt, board, few, *_corrected(hunt, few, question)) or rounded
    hunt.wait_for_a_bound()


def _start(hunt: Hunt, board: Board, start: Floats) -> Stand:
    """Price the point to start from in all futures, and stand where it stands."""
    whole, core = hunt.model, hunt.core.model
    hunt.start = hunt.everywhere.price(decided_bounds(whole, hunt.everywhere.apart.program, start))
    hunt.offer(hunt.start)
    point = np.zeros(core.program.cost.size)
    for name, value in first_stage(whole, start, "start").values.items():
        point[core.column(name)] = value
    return stand_at(core, board, core.program, point)


def _rounded(
    hunt: Hunt, board: Board, few: Sample, program: Program, relaxed: Answer
) -> Stand | None:
    """Fix pools and bundles as the few futures like them, none if they cannot tell."""
    if relaxed.point is None:
        return None
    lower, upper = program.lower.copy(), program.upper.copy()
    with Session(program.relaxed()) as linear:
        limit_s = max(FIX_LIMIT_S, relaxed.seconds)
        fixing = Fixing(linear, program, lower, upper, relaxed, hunt.deadline, limit_s)
        if fix_pools(few.model, board, fixing, hunt.hear_proof):
            lower, upper, relaxed = fixing.lower, fixing.upper, fixing.answer
        else:
            lower, upper = program.lower.copy(), program.upper.copy()
            for columns in off_board(few.model, board):
                upper[columns] = lower[columns]
    return Stand(lower, upper, feasible_state(few.model, board, relaxed, lower))


def _begun(
    hunt: Hunt, board: Board, left: Left, rounded: Stand | None, last: Stand | None
) -> Play | None:
    """Go on from where the search stood, or from the rounding if that is cheaper."""
    old = None if last is None else _play(hunt, board, left, last)
    new = None if rounded is None else _play(hunt, board, left, rounded)
    if new is None:
        return old
    if old is not None:
        new.deadline = min(new.deadline, time.monotonic() + ROUND_SHARE * hunt.limit_s)
    descend(new)
    new.deadline = hunt.deadline
    return new if old is None or new.cost < old.cost else old


def _play(hunt: Hunt, board: Board, left: Left, stand: Stand) -> Play | None:
    """Set the board up where a search stood, without its starts if need be; None without a plan."""
    began = time.monotonic()
    play = hunt.new_play(board, left, stand.on(left.program))
    is_plan = started(play, empty_state(hunt.core.model, board, play.lower))
    hunt.begin_s = time.monotonic() - began
    return play if is_plan else None


def _corrected(hunt: Hunt, few: Sample, question: Question) -> tuple[Program, Answer]:
    """Correct the few futures' program to first order for all others, and solve it again."""
    program = few.priced(
        question.program, hunt.proof, pull(question.program, question.relaxed.row_dual)
    )
    with Session(program.relaxed()) as linear:
        limit = max(hunt.time_left, 1.0)
        return program, linear.solve(time_limit_s=limit, options=FIRST_SOLVE)


def _question(hunt: Hunt, few: Sample, asked: Question) -> Question:
    """Return the question about all futures that was answered, with what is proven about it."""
    proof = hunt.proof
    share = few.model.inputs.weights / hunt.model.inputs.weights[few.part.futures]
    return Question(
        proof.program,
        asked.help_open,
        # The few futures alone need so much; what the others need comes on top.
        asked.least_help / float(share.max()),
        None,
        proof.relaxed or nothing_proven(proof.program, hunt.best),
        hunt.hold,
        proof.tree,
    )


def _found(hunt: Hunt, question: Question, *, interrupted: bool) -> Found:
    best = hunt.best
    return Found(
        point=best.point,
        objective=best.objective,
        bound=question.bound,
        interrupted=interrupted,
        history=tuple(hunt.history),
        start=hunt.start,
    )
