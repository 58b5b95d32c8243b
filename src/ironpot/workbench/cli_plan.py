"""Verbs around a plan on the command line; they import their engines when called."""

from pathlib import Path
from typing import Annotated

import typer

from ironpot.workbench.door import case_at, user_language
from ironpot.workbench.whole import plan_folder
from ironpot.workbench.words import HELP, unit_of, with_horizon

CasePath = Annotated[Path, typer.Argument(help=HELP["case"])]
LangOption = Annotated[str | None, typer.Option("--lang", help=HELP["lang"])]
UnitOption = Annotated[str, typer.Option("--unit", help=HELP["unit"])]
MapOption = Annotated[Path | None, typer.Option("--map", help=HELP["map"])]


def realise(
    path: CasePath,
    subject: Annotated[str, typer.Argument(help=HELP["subject"])],
    what: Annotated[str, typer.Argument(help=HELP["what"])],
    date: Annotated[str, typer.Option("--date", help=HELP["day"])],
    amount: Annotated[str, typer.Option("--amount", help=HELP["amount"])] = "",
    route: Annotated[str, typer.Option("--route", help=HELP["route"])] = "",
    buyer: Annotated[str, typer.Option("--buyer", help=HELP["buyer"])] = "",
    share: Annotated[float | None, typer.Option("--share", help=HELP["share"])] = None,
    rate: Annotated[float | None, typer.Option("--rate", help=HELP["rate"])] = None,
    until: Annotated[str, typer.Option("--until", help=HELP["until"])] = "",
    lang: LangOption = None,
) -> None:
    """Record what happened to a lot or a debt; a row that does not hold is taken back."""
    from ironpot.workbench.realise import Happened, record

    chosen = user_language(lang)
    said = Happened(subject, what, date, amount, route, buyer, share, rate, until)
    typer.echo(record(path, case_at(path, None), said, chosen).say(chosen))


def race(
    path: CasePath,
    out: Annotated[Path | None, typer.Option("--plan", help=HELP["race_plan"])] = None,
    futures: Annotated[
        int, typer.Option("--futures", min=1, max=1_000_000, help=HELP["fresh"])
    ] = 10_000,
    scenarios: Annotated[
        int, typer.Option("--scenarios", min=0, max=4096, help=HELP["scenarios"])
    ] = 20,
    time_limit: Annotated[float, typer.Option("--time-limit", min=1.0, help=HELP["limit"])] = 60.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help=HELP["seed"])] = 1,
    fresh_seed: Annotated[int, typer.Option("--fresh-seed", help=HELP["fresh_seed"])] = 10_001,
    workers: Annotated[int, typer.Option("--workers", min=1, help=HELP["workers"])] = 2,
    lot_luck: Annotated[
        bool, typer.Option("--lot-luck/--no-lot-luck", help=HELP["lot_luck"])
    ] = False,
    foresight: Annotated[int, typer.Option("--foresight", min=0, help=HELP["foresight"])] = 5,
    allotment: Annotated[Path | None, typer.Option("--allotment", help=HELP["allotment"])] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help=HELP["race_csv"])] = None,
    lang: LangOption = None,
    unit: UnitOption = "hundred_million",
    column_map: MapOption = None,
) -> None:
    """Let a plan race simple rules in futures that nobody planned for."""
    from ironpot.plan.options import PlanOptions
    from ironpot.plan.race import RaceOptions
    from ironpot.workbench.allotment_file import read_allotments
    from ironpot.workbench.race import Asked, run_race
    from ironpot.workbench.screen import console

    chosen, amounts = user_language(lang), unit_of(unit)
    asked = Asked(
        options=PlanOptions(
            time_limit_s=time_limit, scenarios=scenarios, seed=seed, lot_luck=lot_luck
        ),
        race=RaceOptions(
            futures=futures,
            seed=fresh_seed,
            workers=workers,
            foresight=foresight,
            mean_limit_s=time_limit,
        ),
        out=None if out is None else plan_folder(out),
        allotments=None if allotment is None else read_allotments(allotment),
        csv=csv,
    )
    run_race(case_at(path, column_map), asked, console(), chosen, amounts)


def stages(
    path: CasePath,
    stages: Annotated[int, typer.Option("--stages", min=1, help=HELP["stages_count"])] = 3,
    branches: Annotated[int, typer.Option("--branches", min=1, help=HELP["branches"])] = 3,
    time_limit: Annotated[float, typer.Option("--time-limit", min=1.0, help=HELP["limit"])] = 60.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help=HELP["seed"])] = 1,
    relief: Annotated[bool, typer.Option("--relief/--no-relief", help=HELP["relief_open"])] = True,
    horizon: Annotated[str | None, typer.Option("--horizon", help=HELP["horizon"])] = None,
    csv: Annotated[Path | None, typer.Option("--csv", help=HELP["stages_csv"])] = None,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help=HELP["certificate"])
    ] = None,
    lang: LangOption = None,
    unit: UnitOption = "hundred_million",
    column_map: MapOption = None,
) -> None:
    """Plan a small case in stages: what now, and what then."""
    from ironpot.plan.options import PlanOptions
    from ironpot.workbench.screen import console
    from ironpot.workbench.stages import Asked, run_stages

    chosen, amounts = user_language(lang), unit_of(unit)
    case = with_horizon(case_at(path, column_map), horizon)
    options = PlanOptions(time_limit_s=time_limit, seed=seed, relief=relief)
    asked = Asked(stages, branches, csv, certificate)
    run_stages(case, options, asked, console(), chosen, amounts)
