"""Verbs for people on the command line. `ironpot --help` starts no engine: verbs import theirs."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Lang, Text
from ironpot.workbench.cli_plan import race, realise, stages
from ironpot.workbench.cli_system import plans, system
from ironpot.workbench.door import (
    asked_language,
    case_at,
    make_printable,
    refused_by_system,
    user_language,
)
from ironpot.workbench.whole import plan_folder
from ironpot.workbench.words import HELP, unit_of, with_horizon

app = typer.Typer(
    help=HELP["app"],
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

# What typer exits with on Ctrl-C.
INTERRUPTED = 130

CasePath = Annotated[Path, typer.Argument(help=HELP["case"])]
OutPath = Annotated[Path, typer.Argument(help=HELP["out"])]
LangOption = Annotated[str | None, typer.Option("--lang", help=HELP["lang"])]
UnitOption = Annotated[str, typer.Option("--unit", help=HELP["unit"])]
MapOption = Annotated[Path | None, typer.Option("--map", help=HELP["map"])]


@app.command(help=HELP["demo"])
def demo(lang: LangOption = None) -> None:
    """Put the shipped example into ./demo and name the commands to try on it."""
    from ironpot.workbench.demo import put_example

    typer.echo(put_example(Path("demo"), user_language(lang)))


@app.command(help=HELP["template"])
def template(
    path: Annotated[Path, typer.Argument(help=HELP["workbook"])],
    lang: LangOption = None,
    unit: UnitOption = "ten_thousand",
    every: Annotated[bool, typer.Option("--all", help=HELP["all_tables"])] = False,
) -> None:
    """Write an empty workbook to fill in."""
    from ironpot.workbench.blank import blank_workbook

    chosen, amounts = user_language(lang), unit_of(unit)
    blank_workbook(path, lang=chosen, unit=amounts, scope="all" if every else "basic")
    _say(
        chosen,
        f"Wrote {path}. Fill it in, then: ironpot check {path}",
        f"已写出 {path}。填好后运行:ironpot check {path}",
    )


@app.command(help=HELP["check"])
def check(
    path: CasePath,
    lang: LangOption = None,
    column_map: MapOption = None,
    proposed: Annotated[Path | None, typer.Option("--propose-map", help=HELP["propose"])] = None,
) -> None:
    """Report every problem of a case at once; exit 1 on errors."""
    from ironpot.workbench.checking import check_case, propose

    chosen = user_language(lang)
    if proposed is not None:
        propose(path, proposed, chosen)
        raise typer.Exit
    raise typer.Exit(0 if check_case(path, column_map, chosen) else 1)


@app.command(help=HELP["status"])
def status(
    path: CasePath,
    lang: LangOption = None,
    unit: UnitOption = "hundred_million",
    rules: Annotated[list[Path] | None, typer.Option("--rules", help=HELP["rule_files"])] = None,
    column_map: MapOption = None,
) -> None:
    """Show when cash runs out, balance sheet, dues and rules of a case on one screen."""
    from ironpot.workbench.rules import rules_for
    from ironpot.workbench.screen import console
    from ironpot.workbench.status import show_status

    chosen, amounts = user_language(lang), unit_of(unit)
    book = rules_for(path, rules or [])
    show_status(case_at(path, column_map), console(), chosen, amounts, book)


@app.command(help=HELP["risk"])
def risk(
    path: CasePath,
    out: Annotated[Path, typer.Option("--out", "-o", help=HELP["risk_out"])],
    lang: LangOption = None,
    unit: UnitOption = "hundred_million",
    rules: Annotated[list[Path] | None, typer.Option("--rules", help=HELP["rule_files"])] = None,
    plan: Annotated[Path | None, typer.Option("--plan", help=HELP["risk_plan"])] = None,
    years: Annotated[int, typer.Option("--years", help=HELP["risk_years"])] = 10,
    draws: Annotated[int, typer.Option("--draws", help=HELP["draws"])] = 10_000,
    seed: Annotated[int, typer.Option("--seed", min=0, help=HELP["draw_seed"])] = 0,
    denominator: Annotated[
        str, typer.Option("--denominator", help=HELP["denominator"])
    ] = "resources",
    column_map: MapOption = None,
) -> None:
    """Say when a case runs out, how sure that is and what helps most; write tables and report."""
    from ironpot.risk.assessment import RiskOptions
    from ironpot.workbench.risk import run_risk
    from ironpot.workbench.rules import rules_for
    from ironpot.workbench.screen import console

    chosen, amounts = user_language(lang), unit_of(unit)
    case, book = case_at(path, column_map), rules_for(path, rules or [])
    options = RiskOptions(years=years, draws=draws, seed=seed, denominator=denominator)
    run_risk(
        case,
        out,
        rules=book,
        plan=plan,
        options=options,
        lang=chosen,
        unit=amounts,
        screen=console(),
    )
    _say(
        chosen,
        f"Wrote {out}: report.html .xlsx .pdf, tables/, charts/",
        f"已写出 {out}:report.html、.xlsx、.pdf,tables/、charts/",
    )


@app.command(help=HELP["pots"])
def pots(
    path: CasePath,
    lang: LangOption = None,
    unit: UnitOption = "ten_thousand",
    all_lots: Annotated[bool, typer.Option("--all", help=HELP["all"])] = False,
    csv: Annotated[Path | None, typer.Option("--csv", help=HELP["csv"])] = None,
    column_map: MapOption = None,
) -> None:
    """List lots by value given up less net proceeds of the best legal route, worst first."""
    from ironpot.workbench.pots import show_pots
    from ironpot.workbench.screen import console

    chosen, amounts = user_language(lang), unit_of(unit)
    case = case_at(path, column_map)
    show_pots(case, console(), chosen, amounts, all_lots=all_lots, csv=csv)


@app.command(help=HELP["plan"])
def plan(
    path: CasePath,
    out: Annotated[Path, typer.Option("--out", "-o", help=HELP["out"])],
    lang: LangOption = None,
    unit: UnitOption = "hundred_million",
    time_limit: Annotated[float, typer.Option("--time-limit", min=1.0, help=HELP["limit"])] = 50.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help=HELP["seed"])] = 1,
    scenarios: Annotated[
        int, typer.Option("--scenarios", min=0, max=4096, help=HELP["scenarios"])
    ] = 0,
    lot_luck: Annotated[
        bool, typer.Option("--lot-luck/--no-lot-luck", help=HELP["lot_luck"])
    ] = False,
    horizon: Annotated[str | None, typer.Option("--horizon", help=HELP["horizon"])] = None,
    relief: Annotated[bool, typer.Option("--relief/--no-relief", help=HELP["relief_open"])] = True,
    least: Annotated[bool, typer.Option("--least", help=HELP["least"])] = False,
    check: Annotated[int, typer.Option("--check-reasons", min=0, help=HELP["check_reasons"])] = 0,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help=HELP["certificate"])
    ] = None,
    allotment: Annotated[Path | None, typer.Option("--allotment", help=HELP["allotment"])] = None,
    within: Annotated[bool, typer.Option("--within", help=HELP["within"])] = False,
    earlier: Annotated[Path | None, typer.Option("--from", help=HELP["from"])] = None,
    as_of: Annotated[str, typer.Option("--as-of", help=HELP["as_of"])] = "",
    column_map: MapOption = None,
) -> None:
    """Plan a case and write plan.json, tables and report to a folder."""
    from ironpot.plan.options import LEAST_HELP_WEIGHT, PlanOptions
    from ironpot.workbench.again import read_earlier
    from ironpot.workbench.allotment_file import read_allotments
    from ironpot.workbench.of_another import of_another
    from ironpot.workbench.planning import run_plan, write_certificate
    from ironpot.workbench.screen import console
    from ironpot.workbench.summary import show_done
    from ironpot.workbench.whole import refuse_unwritable

    chosen, amounts, screen = user_language(lang), unit_of(unit), console()
    refuse_unwritable(certificate)
    case = with_horizon(case_at(path, column_map), horizon)
    weight = LEAST_HELP_WEIGHT if least else PlanOptions().help_weight
    options = PlanOptions(
        time_limit_s=time_limit,
        seed=seed,
        scenarios=scenarios,
        relief=relief,
        help_weight=weight,
        as_of=as_of,
        lot_luck=lot_luck,
        within=within,
    )
    before = None if earlier is None else read_earlier(plan_folder(earlier))
    shares = None if allotment is None else read_allotments(allotment)
    for note in of_another(case, shares, before):
        screen.print(note.say(chosen), markup=False, soft_wrap=True)
    done = run_plan(
        case,
        options,
        out,
        lang=chosen,
        unit=amounts,
        screen=screen,
        check=check,
        allotments=shares,
        earlier=before,
    )
    if certificate is not None:
        write_certificate(done.plan, certificate, lang=chosen, screen=screen)
    show_done(done, out, screen, chosen, amounts)
    raise typer.Exit(0 if done.verification.ok else 1)


@app.command(help=HELP["relief"])
def relief(
    path: CasePath,
    lang: LangOption = None,
    unit: UnitOption = "hundred_million",
    time_limit: Annotated[float, typer.Option("--time-limit", min=1.0, help=HELP["limit"])] = 120.0,
    scenarios: Annotated[
        int, typer.Option("--scenarios", min=0, max=4096, help=HELP["scenarios"])
    ] = 0,
    csv: Annotated[Path | None, typer.Option("--csv", help=HELP["prices_csv"])] = None,
    column_map: MapOption = None,
) -> None:
    """Show the smallest help that lets any plan work, and what each limit costs in help."""
    from ironpot.plan.options import PlanOptions
    from ironpot.workbench.relief import show_relief
    from ironpot.workbench.screen import console

    chosen, amounts = user_language(lang), unit_of(unit)
    case = case_at(path, column_map)
    options = PlanOptions(time_limit_s=time_limit, scenarios=scenarios)
    show_relief(case, options, console(), chosen, amounts, csv=csv)


app.command(help=HELP["realise"])(realise)
app.command(help=HELP["race"])(race)
app.command(help=HELP["stages"])(stages)
app.command(help=HELP["system"])(system)
app.command(help=HELP["plans"])(plans)


@app.command(help=HELP["why"])
def why(
    out: OutPath,
    lot: Annotated[str, typer.Argument(help=HELP["lot"])],
    case: Annotated[Path | None, typer.Option("--case", help=HELP["again"])] = None,
    time_limit: Annotated[float, typer.Option("--time-limit", min=1.0, help=HELP["limit"])] = 50.0,
    lang: LangOption = None,
    unit: UnitOption = "ten_thousand",
    column_map: MapOption = None,
) -> None:
    """Say why a lot is kept or released, or what is done with a debt; --case solves again."""
    from ironpot.workbench.screen import console
    from ironpot.workbench.why import say_why

    chosen, amounts = user_language(lang), unit_of(unit)
    again = None if case is None else case_at(case, column_map)
    say_why(plan_folder(out), lot, again, time_limit, console(), chosen, amounts)


@app.command(help=HELP["compare"])
def compare(
    first: OutPath, second: OutPath, lang: LangOption = None, unit: UnitOption = "ten_thousand"
) -> None:
    """Show what differs between two plans and what it costs."""
    from ironpot.workbench.compare import show_difference
    from ironpot.workbench.screen import console

    show_difference(
        plan_folder(first), plan_folder(second), console(), user_language(lang), unit_of(unit)
    )


@app.command(help=HELP["verify"])
def verify(out: OutPath, lang: LangOption = None) -> None:
    """Re-add a plan's files; exit 1 if anything does not tie."""
    from ironpot.verify import verify_plan

    verification = verify_plan(plan_folder(out))
    typer.echo(verification.say(user_language(lang)))
    raise typer.Exit(0 if verification.ok else 1)


@app.command(help=HELP["report"])
def report(
    out: OutPath,
    case: Annotated[Path, typer.Option("--case", help=HELP["case"])],
    target: Annotated[Path | None, typer.Option("-o", "--output", help=HELP["target"])] = None,
    lang: LangOption = None,
    unit: UnitOption = "hundred_million",
    column_map: MapOption = None,
) -> None:
    """Write a plan's report again, in another language or unit."""
    from ironpot.workbench.reporting import NOT_AGAIN, write_again

    chosen, amounts = user_language(lang), unit_of(unit)
    read, folder = case_at(case, column_map), plan_folder(out)
    paths = write_again(folder, read, target, lang=chosen, unit=amounts)
    typer.echo(NOT_AGAIN.say(chosen))
    _say(chosen, "Wrote " + ", ".join(map(str, paths)), "已写出 " + "、".join(map(str, paths)))


@app.command(help=HELP["rules"])
def rules(
    rule_set: Annotated[str | None, typer.Argument(help=HELP["rule_set"])] = None,
    figures: Annotated[list[str] | None, typer.Argument(help=HELP["figures"])] = None,
    files: Annotated[list[Path] | None, typer.Option("--rules", help=HELP["rule_files"])] = None,
    date: Annotated[str | None, typer.Option("--date", help=HELP["rule_date"])] = None,
    check_file: Annotated[Path | None, typer.Option("--check", help=HELP["rule_check"])] = None,
    lang: LangOption = None,
) -> None:
    """List rule sets, show one, classify figures under it, or check a rule file."""
    from ironpot.workbench.rules import check_rules, show_rules
    from ironpot.workbench.screen import console

    chosen = user_language(lang)
    if check_file is not None:
        raise typer.Exit(0 if check_rules(check_file, chosen) else 1)
    show_rules(rule_set, figures or [], files or [], date, console(), chosen)


@app.command(help=HELP["actus"])
def actus(
    folder: Annotated[Path, typer.Argument(help=HELP["suite"])],
    as_json: Annotated[bool, typer.Option("--json", help=HELP["json"])] = False,
    lang: LangOption = None,
) -> None:
    """Run the public ACTUS suite; exit 1 on any failure."""
    from ironpot.workbench.actus import run_folder, say_verdicts

    verdicts = run_folder(folder)
    summary = say_verdicts(verdicts, user_language(lang), as_json=as_json)
    typer.echo(summary)
    raise typer.Exit(0 if verdicts and all(verdict.passed for verdict in verdicts) else 1)


@app.command(help=HELP["doctor"])
def doctor(lang: LangOption = None) -> None:
    """Say of each part whether it works, and how to mend it."""
    from ironpot.workbench.doctor import examine

    lines, ok = examine(user_language(lang))
    typer.echo("\n".join(lines))
    raise typer.Exit(0 if ok else 1)


def main() -> None:
    """Run the command line; what ironpot refuses is said in a sentence, not a traceback."""
    make_printable()
    lang = asked_language(sys.argv[1:], os.environ)
    try:
        app()
    except IronpotError as error:
        sys.exit(_refuse(error.text, lang))
    except OSError as error:
        sys.exit(_refuse(refused_by_system(error), lang))
    except SystemExit as stop:
        if stop.code == INTERRUPTED:
            _refuse(Text("Stopped; nothing was written.", "已停止,未写出任何文件。"), lang)
        raise


def _refuse(text: Text, lang: Lang) -> int:
    typer.echo(text.say(lang), err=True)
    return 1


def _say(lang: Lang, english: str, chinese: str) -> None:
    typer.echo(Text(english, chinese).say(lang))


if __name__ == "__main__":
    main()
