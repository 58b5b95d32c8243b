"""The solver's process may hang, die or be stopped by the user: each ends well and in time."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from tests.plan.town import hall, town

from ironpot.core.errors import SolverError
from ironpot.plan import solver
from ironpot.plan.child import read_message, write_message
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution
from ironpot.plan.program import Builder, Program

ROOT = Path(__file__).parents[2]


def small() -> Program:
    build = Builder()
    x = build.add_columns("x", 1, upper=1.0, cost=-1.0)
    build.add(build.add_rows("row", 1, upper=1.0), x, 1.0)
    return build.build()


@pytest.fixture
def impostor(tmp_path, monkeypatch):
    """Let a shell script stand in for the solver's process."""

    def become(script: str) -> None:
        path = tmp_path / "solver.sh"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        monkeypatch.setattr(solver, "sys", SimpleNamespace(executable=str(path)))

    return become


def test_a_process_that_never_answers_is_killed_at_one_and_a_half_times_the_limit(
    impostor, monkeypatch
):
    monkeypatch.setattr(solver, "KILL_MARGIN_S", 0.1)
    impostor("exec sleep 60")
    with solver.Session(small()) as session:
        began = time.monotonic()
        answer = session.solve(time_limit_s=1.0)
        seconds = time.monotonic() - began
        assert session.process.wait(timeout=5) != 0
    assert answer.outcome == "unknown"
    assert answer.point is None
    assert 1.5 <= seconds <= 3.0


def test_a_process_that_dies_answers_at_once_and_says_so(impostor):
    impostor("exit 3")
    began = time.monotonic()
    answer = solver.solve(small(), time_limit_s=60)
    assert answer.outcome == "crashed"
    assert time.monotonic() - began < 10.0


def test_a_plan_whose_solver_dies_ends_in_an_error_that_says_what_to_do(impostor):
    impostor("exit 3")
    with pytest.raises(SolverError, match="ended by itself"):
        plan_resolution(town(assets=[hall("x", 5.0)]), options=PlanOptions(time_limit_s=5))


def test_no_solver_outlives_its_session():
    with solver.Session(small()) as session:
        assert session.solve(time_limit_s=5).outcome == "optimal"
        process = session.process
    assert process.wait(timeout=5) is not None


def test_bounds_that_the_caller_changes_in_place_are_told():
    with solver.Session(small().relaxed()) as session:
        bounds = small().own_bounds()
        assert session.solve(time_limit_s=5, bounds=bounds).objective == -1.0
        bounds.upper[0] = 0.25
        assert session.solve(time_limit_s=5, bounds=bounds).objective == -0.25


SCRIPT = """
import json
import numpy as np
from tests.plan.town import MILLION, hall, ladder, loan, sale, town
from tests.support import account
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution
import datetime as dt

rng = np.random.default_rng(3)
lots = [hall(f"x{n}", rng.uniform(2, 9), rng.uniform(0.1, 1.2)) for n in range(60)]
case = town(
    quarters=12,
    accounts=[account("gov", "general", 2 * MILLION)],
    assets=lots,
    routes=[sale(effort_pw=3.0, lead_days=90)],
    team=[{"quarter": "all", "capacity_pw": 7.0, "negotiations": 1}],
    markets=ladder(*((0.9 - 0.1 * k, 4e6) for k in range(8))),
    debts=[loan("due", 60.0, dt.date(2026, 9, 30))],
)

def watch(progress):
    if progress.objective is not None and progress.seconds > 0.3:
        print("found", flush=True)

options = PlanOptions(time_limit_s=120, gap_stake=0.0, relief=False)
plan = plan_resolution(case, options=options, watch=watch)
print(json.dumps([plan.interrupted, plan.status, plan.cost, plan.bound, plan.seconds]), flush=True)
"""


def test_ctrl_c_keeps_the_best_plan_so_far():
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", SCRIPT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "found\n"
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors[-2000:]
    interrupted, status, cost, bound, seconds = json.loads(rest.splitlines()[-1])
    assert interrupted is True
    assert status == "feasible"
    assert bound <= cost
    assert seconds < 60.0


def test_messages_are_read_as_they_were_written_and_cut_ones_not_at_all():
    sent = {
        "kind": "answer",
        "flag": True,
        "none": np.zeros((0, 3)),
        "square": np.arange(6, dtype=np.int64).reshape(2, 3).T,
        "names": np.array(["a", "长"]),
        "far": np.array([np.inf, -0.0, np.nan]),
    }
    written = io.BytesIO()
    write_message(written, sent)
    found = read_message(io.BytesIO(written.getvalue()))
    assert list(found) == list(sent)
    for name, value in sent.items():
        np.testing.assert_array_equal(found[name], np.asarray(value))
        assert found[name].dtype == np.asarray(value).dtype
    found["square"][0, 0] = 7
    for cut in range(len(written.getvalue())):
        assert read_message(io.BytesIO(written.getvalue()[:cut])) is None
    with pytest.raises(ValueError, match="numbers and text"):
        write_message(io.BytesIO(), {"odd": [None, {}]})


def test_many_threads_read_at_once():
    """NumPy's own archives failed here now and then: their heads are parsed as Python."""
    written = io.BytesIO()
    write_message(written, {f"a{n}": np.ones((n, 2)) for n in range(40)})
    with ThreadPoolExecutor(8) as pool:
        read = [pool.submit(read_message, io.BytesIO(written.getvalue())) for _ in range(200)]
    assert all(len(one.result()) == 40 for one in read)
