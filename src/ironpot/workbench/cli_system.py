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
    seed: Annotated[int, typer.Option("--seed", min=0, help=HELP["system_seed"])] = 1,
    quarters: Annotated[
        int, typer.Option("--quarters", min=1, max=40, help=HELP["system_quarters"])
    ] = 8,
    fair: Annotated[bool, typer.Option("--fair", help=HELP["fair"])] = False,
    bank_weight: Annotated[
        float, typer.Option("--bank-weight", min=0.0, help=HELP["bank_weight"])
    ] = 0.0,
    uniform: Annotated[bool, typer.Option("--uniform", help=HELP["uniform"])] = False,
    whole_lots: Annotated[
        int, typer.Option("--whole-lots", min=0, max=60, help=HELP["whole_lots"])
    ] = 0,
    capital_floor: Annotated[
        float, typer.Option("--capital-floor", min=0.0, max=1.0, help=HELP["capital_floor"])
    ] = 0.04,
    spillover: Annotated[
        float, typer.Option("--spillover", min=0.0, max=1.0, help=HELP["spillover"])
    ] = 0.01,
    mandates: Annotated[bool, typer.Option("--mandates", help=HELP["mandates"])] = False,
    cut: Annotated[str | None, typer.Option("--cut-debt", help=HELP["cut_debt"])] = None,
    unsold: Annotated[list[str] | None, typer.Option("--no-sales", help=HELP["no_sales"])] = None,
    swap: Annotated[str | None, typer.Option("--swap-quota", help=HELP["swap_quota"])] = None,
    stopped: Annotated[
        list[str] | None, typer.Option("--roll-over-stop", help=HELP["roll_over_stop"])
    ] = None,
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
    from ironpot.system.choices import Wishes
    from ironpot.system.second_round import SpiralRules
    from ironpot.workbench.draws import Many
    from ironpot.workbench.hands import Hands
    from ironpot.workbench.orders import orders
    from ironpot.workbench.screen import console
    from ironpot.workbench.system import Draw, run_system

    chosen, amounts, screen = user_language(lang), unit_of(unit), console()
    tried = orders(
        standard=mandates,
        cut=cut,
        unsold=unsold or [],
        swap=swap,
        stopped=stopped or [],
        unit=amounts,
    )
    wishes = Wishes(fair, bank_weight, uniform, whole_lots)
    levels = tuple(dict.fromkeys(price or (1.0,)))
    many = Many(seeds, levels, Hands(workers, cluster))
    rules = SpiralRules(capital_floor, spillover)
    asked = Draw(counties, seed, quarters, tried, wishes, rules, many, fresh=fresh)
    run_system(path, out, asked, lang=chosen, unit=amounts, screen=screen)


def plans(
    path: Annotated[Path, typer.Argument(help=HELP["cases"])],
    out: Annotated[Path, typer.Option("--out", "-o", help=HELP["plans_out"])],
    allotments: Annotated[
        Path | None, typer.Option("--allotments", help=HELP["allotment_files"])
    ] = None,
    within: Annotated[bool, typer.Option("--within", help=HELP["within"])] = False,
    steps: Annotated[int, typer.Option("--steps", min=1, help=HELP["steps"])] = 200,
    time_limit: Annotated[
        float, typer.Option("--time-limit", min=1.0, help=HELP["limit_of_steps"])
    ] = 3600.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help=HELP["seed"])] = 1,
    scenarios: Annotated[
        int, typer.Option("--scenarios", min=0, max=4096, help=HELP["scenarios"])
    ] = 0,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    fresh: FreshOption = False,
    lang: LangOption = None,
    unit: UnitOption = "hundred_million",
) -> None:
    """Plan every case of a folder, within its allotment; exit 1 where a county has no plan."""
    from ironpot.plan.options import PlanOptions
    from ironpot.workbench.hands import Hands
    from ironpot.workbench.plans import NO_PLAN, Asked, run_plans
    from ironpot.workbench.screen import console

    chosen, amounts, screen = user_language(lang), unit_of(unit), console()
    options = PlanOptions(
        time_limit_s=time_limit, seed=seed, scenarios=scenarios, steps=steps, within=within
    )
    asked = Asked(options, allotments, Hands(workers, cluster), fresh)
    table = run_plans(path, out, asked, lang=chosen, unit=amounts, screen=screen)
    raise typer.Exit(1 if (table["status"] == NO_PLAN).any() else 0)
