"""`ironpot stages`: what is best now, and what then, in each turn that things may take?"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console

from ironpot.case.case import Case
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, in_unit
from ironpot.plan.options import PlanOptions
from ironpot.plan.staged import StagedPlan, plan_stages, staged_certificate
from ironpot.workbench.plan_words import ROUTES
from ironpot.workbench.screen import Bar, show_table, unit_words
from ironpot.workbench.whole import refuse_unwritable, whole_file

SHOWN = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """A tree of so many stages and branches; files for decisions and for what proves the bound."""

    stages: int
    branches: int
    csv: Path | None = None
    certificate: Path | None = None


_PROVING = Text(
    "Proving the bound by cases for the certificate; Ctrl-C keeps what is proven.",
    "正在为证书分情形证明下界;按Ctrl-C保留已证明的结果。",
)


def run_stages(
    case: Case, options: PlanOptions, asked: Asked, screen: Console, lang: Lang, unit: Unit
) -> StagedPlan:
    """Plan a case in stages, write what was asked for, and print cost, gaps and decisions."""
    refuse_unwritable(asked.csv, asked.certificate)
    with Bar(options.time_limit_s) as bar:
        bar.show(Text("planning in stages", "正在分阶段制定方案").say(lang))
        plan = plan_stages(case, stages=asked.stages, branches=asked.branches, options=options)
    if asked.csv is not None:
        with whole_file(asked.csv) as draft:
            plan.decisions.write_csv(draft)
    if asked.certificate is not None:
        screen.print(_PROVING.say(lang), markup=False, soft_wrap=True)
        with whole_file(asked.certificate) as draft, draft.open("wb") as archive:
            np.savez_compressed(archive, **staged_certificate(plan))
    for text in _headline(plan, unit):
        screen.print(text.say(lang), markup=False, soft_wrap=True)
    _show_decisions(plan, screen, lang)
    return plan


def _headline(plan: StagedPlan, unit: Unit) -> tuple[Text, ...]:
    """Say cost, bound and both gaps as a plan does, and of which tree they are."""
    tree, leaves = plan.tree, len(plan.leaves.models)
    ends = [plan.case.horizon.quarters[int(end) - 1] for end in tree.ends]
    cost, bound = in_unit(plan.cost, unit), in_unit(plan.bound, unit)
    nothing = in_unit(plan.do_nothing, unit)
    stake, whole = f"{plan.gap_stake:.2%}", f"{plan.gap_objective:.2%}"
    en, zh = unit_words(unit, "en"), unit_words(unit, "zh")
    return (
        Text(
            f"{tree.stages} stages (ending {', '.join(ends)}), {tree.branches} branches, {leaves} "
            "leaves.",
            f"{tree.stages}个阶段(分别止于{'、'.join(ends)}),每次{tree.branches}个分支,"
            f"共{leaves}个末端情景。",
        ),
        Text(
            f"Cost {cost}, proven not below {bound}, doing nothing {nothing} ({en}): gap {stake} "
            f"of what is at stake, {whole} of the cost without cash at the end.",
            f"成本{cost},证明不低于{bound},不处置为{nothing}({zh}):差距占可改善额{stake},"
            f"占不计期末现金的成本{whole}。",
        ),
    )


def _show_decisions(plan: StagedPlan, screen: Console, lang: Lang) -> None:
    """Print today's releases and those of later nodes, the likeliest first."""
    heads = [
        text.say(lang)
        for text in (
            Text("when decided", "何时决定"),
            Text("chance", "概率"),
            Text("lot", "资产"),
            Text("route", "方式"),
            Text("start", "启动"),
        )
    ]
    now, then = Text("now", "现在"), Text("if {turns}", "若{turns}")
    rows = [
        (
            (now if row["depth"] == 0 else then).say(lang).format(turns=row["node"]),
            f"{row['probability']:.0%}",
            row["lot_id"],
            ROUTES[row["route"]].say(lang),
            row["start_quarter"],
        )
        for row in plan.decisions.head(SHOWN).iter_rows(named=True)
    ]
    title = Text("Releases, by the turn that decides them", "处置决策(按情景分支)")
    show_table(screen, title.say(lang), heads, rows, right=(1,))
    more = plan.decisions.height - SHOWN
    if more > 0:
        text = Text(f"{more} more are not shown (--csv has them).", f"其余{more}项见 --csv 文件。")
        screen.print(text.say(lang), soft_wrap=True)
