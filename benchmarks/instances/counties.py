"""What does the main process of `ironpot plans` spend on a county, apart from waiting for workers?

The run is the command's own: cases are checked, handed out, plans put in their place and recorded.
Workers answer at once with a plan that was made before, so that little is waited for; what is, does
not count. Counted is the processor while answers are fetched, and the clock while they are kept.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ironpot.plan.options import PlanOptions
from ironpot.system.county_plans import CountyOptions
from ironpot.system.fleet import Fleet
from ironpot.system.pieces import gather
from ironpot.workbench.county_folder import check_counties
from ironpot.workbench.county_work import Checked, Made, Sent, ToCheck, ToPlan, drafted, work_on
from ironpot.workbench.plans import take_plan
from ironpot.workbench.run_store import open_run


@dataclass(frozen=True)
class Answers:
    """What a case's check and plan came to."""

    checked: Checked
    made: Made


def answers_for(case: Path, options: PlanOptions) -> Answers:
    """Check and plan a case here, as a worker that does not see the run's disk would."""
    asked = CountyOptions(options)
    checked: Checked = work_on(asked, ToCheck({"county": Sent(case)}))["county"]
    return Answers(checked, work_on(asked, ToPlan(Sent(case), checked.input_hash)))


def answered(answers: Answers, piece: ToCheck | ToPlan) -> Any:
    """Answer at once, as a worker; write the draft if one is asked for."""
    if isinstance(piece, ToCheck):
        return dict.fromkeys(piece.cases, answers.checked)
    return answers.made if piece.draft is None else drafted(answers.made, piece.draft)


def main_seconds(fleet: Fleet, case: Path, answers: Answers, counties: int) -> float:
    """Return the main process's seconds for each of so many counties, all like `case`."""
    _let_workers_find_us()
    cases = {f"county{number}": case for number in range(counties)}
    spent: list[float] = []
    with TemporaryDirectory() as folder, fleet.hired(answered, answers) as crew:
        out, seen = Path(folder), fleet.sees_files
        check_counties({"first": case}, None, crew, out, seen=seen, watch=lambda _: None)
        began = time.process_time()
        checked = check_counties(cases, None, crew, out, seen=seen, watch=lambda _: None)
        spent.append(time.process_time() - began)
        done = gather(
            own_time(crew.each, spent),
            checked,
            take=lambda key, made: take_plan(key, made, checked.hashes[key], out),
            book=open_run(out, checked.mark()),
        )
        assert len(done.results) == len(list(out.glob("*/plan.json"))) == counties
    return sum(spent) / counties


def own_time(
    each: Callable[[Mapping[str, Any]], Iterator[tuple[str, Any]]], spent: list[float]
) -> Callable[[Mapping[str, Any]], Iterator[tuple[str, Any]]]:
    """Return `each` so that it notes what this process does, not what it waits for."""

    def noted(pieces: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        answers = iter(each(pieces))
        while True:
            began = time.process_time()
            found = next(answers, None)
            spent.append(time.process_time() - began)
            if found is None:
                return
            began = time.perf_counter()
            yield found
            spent.append(time.perf_counter() - began)

    return noted


def _let_workers_find_us() -> None:
    """Put this folder on the path of workers that are started from now on."""
    found = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parents[1]), *found])
