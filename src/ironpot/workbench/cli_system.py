"""What many governments do at once, on the command line; verbs import their engines when called."""

from pathlib import Path
from typing import Annotated

import typer

from ironpot.workbench.door import user_language
from ironpot.workbench.words import HELP, unit_of

LangOption = Annotated[str | None, typer.Option("--lang", help=HELP["lang"])]
UnitOption = Annotated[str, typer.Option("--unit", help=HELP["unit"])]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, max=1024, help=HELP["fleet_workers"])
]
ClusterOption = Annotated[str | None, typer.Option("--cluster", help=HELP["cluster"])]
FreshOption = Annotated[bool, typer.Option("--fresh", help=HELP["fresh_run"])]


def system(
    path: Annotated[Path, typer.Argument(help=HELP["governments"])],
    out: Annotated[Path | None, typer.Option("--out", "-o", help=HELP["system_out"])] = None,
    counties: Annotated[
        int | None, typer.Option("--counties", min=2, max=10_000, help=HELP["counties"])
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help=HELP["system_seed"])] = 1,
    mandates: Annotated[bool, typer.Option("--mandates", help=HELP["mandates"])] = False,
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=10_000, help=HELP["seeds"])] = 1,
    price: Annotated[
        list[float] | None, typer.Option("--price", min=0.01, max=2.0, help=HELP["price"])
    ] = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    fresh: FreshOption = False,
    lang: LangOption = None,
    unit: UnitOption = "hundred_million",
) -> None:
    """Say what selling together costs and who should wait; write tables and allotments."""
    from ironpot.system.mandates import standard_mandates
    from ironpot.workbench.draws import Many
    from ironpot.workbench.hands import Hands
    from ironpot.workbench.screen import console
    from ironpot.workbench.system import Draw, run_system

    chosen, amounts, screen = user_language(lang), unit_of(unit), console()
    tried = standard_mandates() if mandates else ()
    levels = tuple(dict.fromkeys(price or (1.0,)))
    many = Many(seeds, levels, Hands(workers, cluster))
    asked = Draw(counties=counties, seed=seed, mandates=tried, many=many, fresh=fresh)
    run_system(path, out, asked, lang=chosen, unit=amounts, screen=screen)
