"""Verbs around a plan on the command line; they import their engines when called."""

from pathlib import Path
from typing import Annotated

import typer

from ironpot.workbench.door import case_at, user_language
from ironpot.workbench.words import HELP, unit_of

CasePath = Annotated[Path, typer.Argument(help=HELP["case"])]
LangOption = Annotated[str | None, typer.Option("--lang", help=HELP["lang"])]
UnitOption = Annotated[str, typer.Option("--unit", help=HELP["unit"])]
MapOption = Annotated[Path | None, typer.Option("--map", help=HELP["map"])]


def race(
    path: CasePath,
    futures: Annotated[
        int, typer.Option("--futures", min=1, max=1_000_000, help=HELP["fresh"])
    ] = 10_000,
    scenarios: Annotated[
        int, typer.Option("--scenarios", min=0, max=4096, help=HELP["scenarios"])
    ] = 20,
    time_limit: Annotated[float, typer.Option("--time-limit", min=1.0, help=HELP["limit"])] = 60.0,
    seed: Annotated[int, typer.Option("--seed", help=HELP["seed"])] = 1,
    fresh_seed: Annotated[int, typer.Option("--fresh-seed", help=HELP["fresh_seed"])] = 10_001,
    workers: Annotated[int, typer.Option("--workers", min=1, help=HELP["workers"])] = 2,
    foresight: Annotated[int, typer.Option("--foresight", min=0, help=HELP["foresight"])] = 5,
    csv: Annotated[Path | None, typer.Option("--csv", help=HELP["race_csv"])] = None,
    lang: LangOption = None,
    unit: UnitOption = "hundred_million",
    column_map: MapOption = None,
) -> None:
    """Let the plan race simple rules in futures that nobody planned for."""
    from ironpot.plan.options import PlanOptions
    from ironpot.plan.race import RaceOptions
    from ironpot.workbench.race import run_race
    from ironpot.workbench.screen import console

    chosen, amounts = user_language(lang), unit_of(unit)
    options = PlanOptions(time_limit_s=time_limit, scenarios=scenarios, seed=seed)
    asked = RaceOptions(futures=futures, seed=fresh_seed, workers=workers, foresight=foresight)
    run_race(case_at(path, column_map), options, asked, console(), chosen, amounts, csv=csv)
