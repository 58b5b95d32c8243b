"""The solver's own process: holds one program, changes its bounds, solves it, reports.

A process apart can be killed when it overruns, and a crash of the solver is then an answer like any
other. A message on either pipe is the length of its head (8 bytes), the head as JSON, and the
arrays that it names: heads of NumPy's archives are parsed as Python, which CPython 3.11 cannot do
in two threads at once. Run as ``python -m ironpot.plan.child``; `solver` is the other side.
"""

import json
import math
import os
import queue
import sys
import threading
import time
from collections.abc import Mapping
from typing import IO, Any

import highspy
import numpy as np

from ironpot.plan.highs_model import highs_model, make_whole

LENGTH_BYTES = 8
REPORT_EVERY_S = 0.25
Message = dict[str, Any]


def write_message(stream: IO[bytes], message: Mapping[str, Any]) -> None:
    """Write arrays and numbers, named, after a head that says how each is to be read.

    Raises ValueError on what is no plain array.
    """
    arrays = {name: np.asarray(value, order="C") for name, value in message.items()}
    if any(array.dtype.hasobject for array in arrays.values()):
        raise ValueError("Only numbers and text go to the solver's process.")
    shapes = [[name, array.dtype.str, array.shape] for name, array in arrays.items()]
    head = json.dumps(shapes).encode()
    stream.write(len(head).to_bytes(LENGTH_BYTES, "big"))
    stream.write(head)
    for array in arrays.values():
        stream.write(array.tobytes())
    stream.flush()


def read_message(stream: IO[bytes]) -> Message | None:
    """Read one message; None at the end of the stream or if it was cut off.

    >>> import io
    >>> written = io.BytesIO()
    >>> write_message(written, {"kind": "answer", "point": np.array([1.0, 2.0])})
    >>> _ = written.seek(0)
    >>> read_message(written), read_message(written)
    ({'kind': array('answer', dtype='<U6'), 'point': array([1., 2.])}, None)
    """
    first = stream.read(LENGTH_BYTES)
    if len(first) < LENGTH_BYTES:
        return None
    size = int.from_bytes(first, "big")
    head = stream.read(size)
    if len(head) < size:
        return None
    message: Message = {}
    for name, kind, shape in json.loads(head):
        dtype = np.dtype(kind)
        length = math.prod(shape) * dtype.itemsize
        body = stream.read(length)
        if len(body) < length:
            return None
        message[name] = np.frombuffer(bytearray(body), dtype).reshape(shape)
    return message


def main() -> None:
    """Serve messages from standard input until it closes."""
    # The solver prints to descriptor 1 whatever it is told: messages get a descriptor of their own.
    stream = os.fdopen(os.dup(1), "wb")
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    tasks: queue.SimpleQueue[Message] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(tasks,), daemon=True).start()
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)  # noqa: FBT003 - the solver's own signature
    while True:
        task = tasks.get()
        if "matrix_start" in task:
            highs.passModel(_model(task))
        elif "more_start" in task:
            _add_rows(highs, task)
        elif "lower" in task:
            _change_bounds(highs, task)
        if "solve" in task:
            write_message(stream, _solve(highs, task, stream))


def _listen(tasks: "queue.SimpleQueue[Message]") -> None:
    """Queue what the parent sends; end at once when it closes: no solver outlives its plan."""
    while (task := read_message(sys.stdin.buffer)) is not None:
        tasks.put(task)
    os._exit(0)


def _model(task: Message) -> highspy.HighsLp:
    lp = highs_model(
        task["cost"],
        (task["lower"], task["upper"]),
        (task["row_lower"], task["row_upper"]),
        (task["matrix_start"], task["matrix_index"], task["matrix_value"]),
    )
    lp.offset_ = float(task["offset"])
    if task["integer"].any():
        make_whole(lp, task["integer"])
    return lp


def _change_bounds(highs: highspy.Highs, task: Message) -> None:
    columns, rows = task["columns"].astype(np.int32), task["rows"].astype(np.int32)
    if columns.size:
        highs.changeColsBounds(columns.size, columns, task["lower"], task["upper"])
    if rows.size:
        highs.changeRowsBounds(  # pyright: ignore[reportAttributeAccessIssue]
            rows.size, rows, task["row_lower"], task["row_upper"]
        )


def _add_rows(highs: highspy.Highs, task: Message) -> None:
    start = task["more_start"].astype(np.int32)
    highs.addRows(
        start.size - 1,
        task["more_lower"],
        task["more_upper"],
        int(start[-1]),
        start[:-1],
        task["more_index"].astype(np.int32),
        task["more_value"],
    )


def _solve(highs: highspy.Highs, task: Message, stream: IO[bytes]) -> Message:
    """Run the solver with the task's options and return its answer."""
    began = time.monotonic()
    for name in task["option_names"].tolist():
        highs.setOptionValue(name, task[f"option_{name}"].item())
    whole = bool(len(highs.getLp().integrality_))
    if whole:
        # Solved again from the answer before, whole numbers were seen to come back with that
        # answer, as optimal, at an objective that is not its own (HiGHS 1.16).
        highs.clearSolver()
        _watch(highs, stream, began)
    # The time limit counts from the solver's first run.
    highs.setOptionValue("time_limit", highs.getRunTime() + float(task["solve"]))
    highs.run()
    answer = _answer(highs, time.monotonic() - began, whole=whole)
    return answer | _ray(highs) if bool(task["ray"]) else answer


def _watch(highs: highspy.Highs, stream: IO[bytes], began: float) -> None:
    """Send every improving solution at once, and the bound a few times a second."""
    last = [0.0]

    def improved(event: Any) -> None:
        data = event.data_out
        write_message(
            stream,
            {
                "kind": "solution",
                "seconds": time.monotonic() - began,
                "objective": data.objective_function_value,
                "bound": data.mip_dual_bound,
                "point": np.array(data.mip_solution, dtype=np.float64),
            },
        )

    def running(event: Any) -> None:
        now = time.monotonic()
        if now - last[0] > REPORT_EVERY_S:
            last[0] = now
            bound = event.data_out.mip_dual_bound
            write_message(stream, {"kind": "bound", "seconds": now - began, "bound": bound})

    highs.cbMipImprovingSolution.subscribe(improved)
    highs.cbMipInterrupt.subscribe(running)


def _answer(highs: highspy.Highs, seconds: float, *, whole: bool) -> Message:
    info, solution = highs.getInfo(), highs.getSolution()
    status = highs.getModelStatus()
    feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    optimal = status == highspy.HighsModelStatus.kOptimal
    proven = info.objective_function_value if optimal else -np.inf
    return {
        "kind": "answer",
        "status": highs.modelStatusToString(status),
        "seconds": seconds,
        "feasible": feasible,
        "objective": info.objective_function_value,
        "bound": info.mip_dual_bound if whole else proven,
        "point": np.array(solution.col_value, dtype=np.float64),
        "row_dual": np.array(solution.row_dual, dtype=np.float64),
        "column_dual": np.array(solution.col_dual, dtype=np.float64),
        "version": highs.version(),
    }


def _ray(highs: highspy.Highs) -> Message:
    """Return the duals that prove a linear program infeasible, if that is what it is."""
    if highs.getModelStatus() != highspy.HighsModelStatus.kInfeasible:
        return {}
    found: tuple[Any, bool, Any] = highs.getDualRay()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]
    return {"row_dual": np.array(found[2], dtype=np.float64)} if found[1] else {}


if __name__ == "__main__":
    main()
