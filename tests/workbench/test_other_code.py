"""What was kept by other code or of other data is refused; a run that waits for workers says so."""

import importlib.util
import time
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from ironpot.case.read import read_case
from ironpot.case.write import tables_of, write_case
from ironpot.plan.options import PlanOptions
from ironpot.system.checkpoint import CheckpointError
from ironpot.workbench import cluster, plans, system
from ironpot.workbench.hands import Hands, waiting_for_workers
from ironpot.workbench.plans import Asked, run_plans
from ironpot.workbench.run_store import UNFINISHED
from ironpot.workbench.same_code import FILES, code_here
from ironpot.workbench.screen import Bar
from ironpot.workbench.system import Draw, run_system


class BrokenError(Exception):
    """What ends a run in the middle."""


def breaks(*_args, book, **_keys):
    book.keep_now("part", {"fees": np.arange(3.0)})
    raise BrokenError


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    spec = importlib.util.spec_from_file_location("neighbours", "examples/neighbours.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    below = tmp_path_factory.mktemp("neighbours")
    module.write_neighbours(below)
    return below


def system_run(folder, out):
    screen = Console(record=True, width=120, force_terminal=False)
    run_system(folder, out, Draw(), lang="en", unit="yuan", screen=screen)


def plans_run(folder, out):
    screen = Console(record=True, width=120, force_terminal=False)
    asked = Asked(PlanOptions(steps=1), None, Hands(1), fresh=False)
    run_plans(folder, out, asked, lang="en", unit="yuan", screen=screen)


@pytest.mark.parametrize(
    ("module", "work", "run"),
    [(system, "compare_regimes", system_run), (plans, "gather", plans_run)],
)
def test_what_other_code_or_other_data_left_is_refused_and_kept(
    folder, tmp_path, monkeypatch, module, work, run
):
    out = tmp_path / "out"
    monkeypatch.setattr(module, work, breaks)
    with pytest.raises(BrokenError):
        run(folder, out)
    with pytest.raises(BrokenError):
        run(folder, out)
    kept = (out / UNFINISHED / "run.part").read_bytes()
    with monkeypatch.context() as other:
        other.setattr(module, "code_here", lambda: {**code_here(), FILES: "0" * 12})
        with pytest.raises(CheckpointError, match=f"{FILES} was {code_here()[FILES]}, is now 0+"):
            run(folder, out)
    changed = tmp_path / "changed"
    for name in ("east", "north", "west"):
        case = read_case(folder / name).case
        debts = case.debts.with_columns(pl.col("notional_principal") * 1.01)
        one = case if name != "north" else replace(case, debts=debts)
        write_case(changed / name, one.settings, tables_of(one))
    with pytest.raises(CheckpointError, match=r"of another run.*--fresh"):
        run(changed, out)
    assert (out / UNFINISHED / "run.part").read_bytes() == kept


class Empty:
    """A client whose scheduler has as many workers as it is told."""

    def __init__(self):
        self.there = {}

    def nthreads(self):
        return self.there


def test_a_run_that_waits_for_workers_says_so_on_its_bar_until_one_comes(capsys, monkeypatch):
    monkeypatch.setattr("ironpot.workbench.screen.LINE_EVERY_S", 0.02)
    client = Empty()
    fleet = cluster.Cluster(client, absent_s=60.0)
    watch = cluster._Watch(client, fleet.absent_s, fleet.absence)
    assert waiting_for_workers(fleet, "en") == ""
    with Bar(1.0, lambda: waiting_for_workers(fleet, "en")) as bar:
        bar.show("3 of 9 counties")
        watch._look()
        time.sleep(0.1)
        client.there = {"tcp://a:1": 1}
        watch._look()
        time.sleep(0.1)
    lines = capsys.readouterr().out.splitlines()
    assert any("WAITING FOR WORKERS: none for 0 s. 3 of 9 counties" in line for line in lines)
    assert lines[-1].endswith("s  3 of 9 counties")
    assert waiting_for_workers(None, "zh") == ""
