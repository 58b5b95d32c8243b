"""What is a piece of the search for whole lots? A group of counties, fees or plan, for one round.

A piece is worked on anywhere: it starts from where its search stood and returns where it stands,
so that any number of workers gives the same bits, and a lost one is begun again.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

from ironpot.system.links import Floats
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.whole_stand import Bound, FeeStanding, PlanStanding


@dataclass(frozen=True)
class Halt:
    """Tells searches of this process to end; elsewhere it is a new one, and its worker is ended."""

    event: Event = field(default_factory=Event)

    def __reduce__(self) -> tuple[type["Halt"], tuple[()]]:
        return Halt, ()


@dataclass(frozen=True)
class Task:
    """What all pieces share: the groups' problems, the fees they start from, how hard to search.

    `nodes`, `sweeps`, `trials`, `blocks` and `seed` as in `WholeOptions`; `threads` each.
    """

    problems: tuple[SharedMarkets, ...]
    fees: tuple[Floats, ...]
    nodes: int
    sweeps: int
    trials: int
    blocks: int
    seed: int
    threads: int
    halt: Halt = field(default_factory=Halt)


@dataclass(frozen=True, slots=True)
class FeePiece:
    """Seek fees for a group from where that search stands, None at the beginning."""

    group: int
    standing: FeeStanding | None


@dataclass(frozen=True, slots=True)
class PlanPiece:
    """Seek a plan for a group at the fees of a bound."""

    group: int
    standing: PlanStanding | None
    bound: Bound


def advance(task: Task, piece: FeePiece | PlanPiece) -> FeeStanding | PlanStanding:
    """Work on a piece; return where its search stands then."""
    return _fees(task, piece) if isinstance(piece, FeePiece) else _plan(task, piece)


def _fees(task: Task, piece: FeePiece) -> FeeStanding:
    from ironpot.system.whole_bound import FeeSearch

    problem, fees = task.problems[piece.group], task.fees[piece.group]
    with ThreadPoolExecutor(task.threads) as pool:
        search = FeeSearch(problem, fees, task.nodes, pool, task.halt.event)
        if piece.standing is not None:
            search.go_on(piece.standing)
        search.advance(task.sweeps)
    return search.standing()


def _plan(task: Task, piece: PlanPiece) -> PlanStanding:
    from ironpot.system.whole_plan import PlanSearch

    search = PlanSearch(task.problems[piece.group], task.seed, task.halt.event)
    if piece.standing is not None:
        search.go_on(piece.standing)
    search.advance(piece.bound, task.trials)
    search.place_blocks(piece.bound, task.blocks)
    return search.standing()
