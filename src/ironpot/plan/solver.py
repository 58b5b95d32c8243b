"""Run the solver in a process of its own: progress, hard kill, best answer so far on Ctrl-C.

The solver can overrun its time limit; a process that has not answered at `KILL_FACTOR` times the
limit is killed and the best solution it had sent counts.
"""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np

from ironpot.plan.child import Message, read_message, write_message
from ironpot.plan.program import Bounds, Floats, Program, Rows

KILL_FACTOR = 1.5
KILL_MARGIN_S = 2.0
# A linear program from nothing, for its duals alone, and again from the basis before.
FIRST_SOLVE = {"solver": "ipm", "run_crossover": "on", "threads": 1}
BOUND_ALONE = {"solver": "ipm", "run_crossover": "off", "threads": 1}
RESOLVE = {"solver": "simplex", "threads": 1}

Outcome = Literal["optimal", "feasible", "infeasible", "unbounded", "unknown", "crashed"]
Options = Mapping[str, str | float | int | bool]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run returned: `point` (column,) or None, objective, bound, duals of a linear program.

    `bound` is the solver's lower bound of the program as given, -inf if there is none.
    """

    outcome: Outcome
    objective: float
    bound: float
    point: Floats | None
    row_dual: Floats
    column_dual: Floats
    seconds: float
    version: str


NO_ANSWER = Answer("unknown", np.inf, -np.inf, None, np.zeros(0), np.zeros(0), 0.0, "")


@dataclass(slots=True)
class Session:
    """A solver process that holds one program; bounds may change between solves.

    Use as a context manager: leaving it ends the process. A process that overruns is killed; later
    solves then answer `unknown`. If it ends by itself they answer `crashed`.
    """

    program: Program
    process: "subprocess.Popen[bytes]" = field(init=False)
    messages: "queue.SimpleQueue[Message | None]" = field(init=False)
    sent: Bounds = field(init=False)
    best: Message | None = field(init=False, default=None)
    bound: float = field(init=False, default=-np.inf)
    began: float = field(init=False, default=0.0)
    limit_s: float = field(init=False, default=0.0)
    dead: bool = field(init=False, default=False)
    crashed: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ironpot.plan.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Ctrl-C goes to us alone: we decide what to keep, then end the solver.
            start_new_session=True,
        )
        self.sent = self.program.own_bounds()
        self.messages = queue.SimpleQueue()
        threading.Thread(target=self._receive, daemon=True).start()
        self._send(_arrays(self.program))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def add_rows(self, name: str, more: Rows) -> None:
        """Append rows to the program that the process holds; its basis stays usable."""
        if not more.count:
            return
        self.program = self.program.with_rows(name, more)
        self.sent = replace(
            self.sent,
            row_lower=np.concatenate([self.sent.row_lower, more.lower]),
            row_upper=np.concatenate([self.sent.row_upper, more.upper]),
        )
        self._send(
            {
                "more_lower": np.array(more.lower),
                "more_upper": np.array(more.upper),
                "more_start": more.start,
                "more_index": np.concatenate(more.columns),
                "more_value": np.concatenate(more.values),
            }
        )

    def solve(
        self,
        *,
        time_limit_s: float,
        bounds: Bounds | None = None,
        options: Options | None = None,
    ) -> Answer:
        """Solve, at other bounds if given; returns at the latest at 1.5 times the limit."""
        self.begin(time_limit_s=time_limit_s, bounds=bounds, options=options)
        return self.wait()

    def wait(self) -> Answer:
        """Return the answer of the solve under way when it is there."""
        while (answer := self.poll(wait_s=0.5)) is None:
            continue
        return answer

    def begin(
        self,
        *,
        time_limit_s: float,
        bounds: Bounds | None = None,
        options: Options | None = None,
        ray: bool = False,
    ) -> None:
        """Start a solve and return at once; `poll` gives its answer.

        With `ray` the duals of an infeasible linear program are those that prove it.
        """
        chosen = {"random_seed": 0, **(options or {})}
        task: dict[str, Any] = {
            "solve": float(time_limit_s),
            "ray": ray,
            "option_names": np.array(list(chosen), dtype=np.str_),
            **{f"option_{name}": value for name, value in chosen.items()},
        }
        if bounds is not None:
            task |= self._changes(bounds)
        self.best, self.bound = None, -np.inf
        self.began, self.limit_s = time.monotonic(), time_limit_s
        self._send(task)

    def _changes(self, bounds: Bounds) -> dict[str, Any]:
        """Return what differs from the bounds sent before, which the caller may have changed."""
        last, self.sent = self.sent, bounds.copy()
        columns = (bounds.lower != last.lower) | (bounds.upper != last.upper)
        rows = (bounds.row_lower != last.row_lower) | (bounds.row_upper != last.row_upper)
        return {
            "columns": np.flatnonzero(columns),
            "lower": bounds.lower[columns],
            "upper": bounds.upper[columns],
            "rows": np.flatnonzero(rows),
            "row_lower": bounds.row_lower[rows],
            "row_upper": bounds.row_upper[rows],
        }

    def poll(self, *, wait_s: float = 0.0) -> Answer | None:
        """Return the answer of the solve under way, None while it runs; waits at most `wait_s`."""
        while not self.dead:
            try:
                message = (
                    self.messages.get(timeout=wait_s) if wait_s else self.messages.get_nowait()
                )
            except queue.Empty:
                return self._overrun()
            if message is None:
                self.crashed = True
                self.close()
            elif (answer := self._take(message)) is not None:
                return answer
        return self.best_answer()

    def best_answer(self) -> Answer:
        """Return the best solution and bound that the process has sent so far."""
        none, seconds = np.zeros(0), time.monotonic() - self.began
        if self.best is None:
            outcome: Outcome = "crashed" if self.crashed else "unknown"
            return Answer(outcome, np.inf, self.bound, None, none, none, seconds, "")
        objective = float(self.best["objective"])
        point = self.best["point"]
        return Answer("feasible", objective, self.bound, point, none, none, seconds, "")

    def close(self) -> None:
        """End the process."""
        self.dead = True
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            _close(pipe)

    def _take(self, message: Message) -> Answer | None:
        kind = str(message["kind"])
        if kind == "answer":
            return _answer(message, self.best, self.bound)
        self.bound = max(self.bound, float(message["bound"]))
        if kind == "solution":
            self.best = message
        return None

    def _overrun(self) -> Answer | None:
        if time.monotonic() - self.began <= self.limit_s * KILL_FACTOR + KILL_MARGIN_S:
            return None
        self.close()
        return self.best_answer()

    def _send(self, task: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        try:
            write_message(self.process.stdin, task)
        except (BrokenPipeError, ValueError):  # the process is gone
            self.crashed, self.dead = self.crashed or not self.dead, True

    def _receive(self) -> None:
        """Hand on what the process sends; nothing more comes after None, however that ended."""
        try:
            while (message := self._read()) is not None:
                self.messages.put(message)
        finally:
            self.messages.put(None)

    def _read(self) -> Message | None:
        assert self.process.stdout is not None
        try:
            return read_message(self.process.stdout)
        except ValueError:  # the pipe was closed under us
            return None


def solve(program: Program, *, time_limit_s: float, options: Options | None = None) -> Answer:
    """Solve one program in a process of its own; returns at the latest at 1.5 times the limit."""
    with Session(program) as session:
        return session.solve(time_limit_s=time_limit_s, options=options)


def _arrays(program: Program) -> dict[str, Any]:
    return {
        "cost": program.cost,
        "lower": program.lower,
        "upper": program.upper,
        "integer": program.integer,
        "row_lower": program.row_lower,
        "row_upper": program.row_upper,
        "matrix_start": program.start,
        "matrix_index": program.index,
        "matrix_value": program.value,
        "offset": program.offset,
    }


_OUTCOMES: dict[str, Outcome] = {
    "Optimal": "optimal",
    "Infeasible": "infeasible",
    "Primal infeasible or unbounded": "infeasible",
    "Unbounded": "unbounded",
}


def _answer(message: Message, best: Message | None, bound: float) -> Answer:
    """Read an answer; the best solution sent on the way stands in for a missing last one."""
    outcome = _OUTCOMES.get(str(message["status"]), "unknown")
    proven = max(bound, float(message["bound"]))
    seconds, version = float(message["seconds"]), str(message["version"])
    duals = message["row_dual"], message["column_dual"]
    if outcome in ("infeasible", "unbounded"):
        return Answer(outcome, np.inf, -np.inf, None, *duals, seconds, version)
    if bool(message["feasible"]):
        found: Outcome = "optimal" if outcome == "optimal" else "feasible"
        objective = float(message["objective"])
        return Answer(found, objective, proven, message["point"], *duals, seconds, version)
    if best is not None:
        objective, point = float(best["objective"]), best["point"]
        return Answer("feasible", objective, proven, point, *duals, seconds, version)
    return Answer("unknown", np.inf, proven, None, *duals, seconds, version)


def _close(pipe: Any) -> None:
    try:
        pipe.close()
    except BrokenPipeError:  # the other side is gone, which is what closing is for
        return
