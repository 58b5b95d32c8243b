"""`ironpot race`: does the plan beat simple rules in futures that nobody planned for?"""

import time
from pathlib import Path

from rich.console import Console

from ironpot.case.case import Case
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, in_unit
from ironpot.plan.inputs import MILLION
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution
from ironpot.plan.race import EXPECTED_VALUE, PLAN, Race, RaceOptions, race, race_table
from ironpot.workbench.screen import Bar, show_table, unit_words
from ironpot.workbench.whole import whole_file

CHOICES: dict[str, Text] = {
    PLAN: Text("the plan", "本方案"),
    "hold_all": Text("hold all", "全部保留"),
    "biggest_first": Text("biggest first", "金额大者先处置"),
    "lowest_yield_first": Text("lowest yield first", "收益率低者先处置"),
    "title_first": Text("whatever has title first", "权属清晰者先处置"),
    EXPECTED_VALUE: Text("plan for the mean", "按均值制定的方案"),
}
STAGES: dict[str, Text] = {
    "rules": Text("Trying simple rules in the plan's own futures ...", "正在方案自身情景中试算……"),
    EXPECTED_VALUE: Text("Planning for the mean of all futures ...", "正在按均值制定方案……"),
    "futures": Text(
        "Judging all in fresh futures; Ctrl-C keeps what is done.",
        "正在新情景中评价;按 Ctrl-C 保留已完成部分。",
    ),
    "foresight": Text(
        "Planning with the future known, for comparison ...", "正在测算预知未来时的方案……"
    ),
}
HEADS = (
    Text("choice", "方案"),
    Text("cost", "成本"),
    Text("in sample", "样本内"),
    Text("optimism", "乐观偏差"),
    Text("shortfall", "缺口"),
    Text("overdue, worst", "最差欠付"),
    Text("help", "支持"),
    Text("destroyed", "价值损失"),
    Text("misses a payment", "违约概率"),
)
# A guess for the bar before the first strand is done: seconds a future.
GUESS_S = 0.03


def run_race(
    case: Case,
    options: PlanOptions,
    asked: RaceOptions,
    screen: Console,
    lang: Lang,
    unit: Unit,
    *,
    csv: Path | None = None,
) -> Race:
    """Plan a case, let the plan race simple rules, and print who stands where."""
    began = time.monotonic()
    with Bar(options.time_limit_s) as bar:
        bar.show(Text("searching for the plan", "正在制定方案").say(lang))
        plan = plan_resolution(case, options=options)
    with Bar(max(asked.futures * GUESS_S, 1.0)) as bar:
        note = Text("{n} of {all} futures", "{n}/{all}个情景").say(lang)

        def stage(name: str) -> None:
            bar.show(STAGES[name].say(lang))

        def heard(count: int) -> None:
            bar.show(note.format(n=f"{count:,}", all=f"{asked.futures:,}"))

        found = race(plan, asked, stage=stage, heard=heard)
    if csv is not None:
        with whole_file(csv) as draft:
            race_table(found).write_csv(draft)
    _show(found, screen, lang, unit)
    spent = time.monotonic() - began
    _say(screen, lang, Text(f"In all {spent:.0f} s.", f"共{spent:.0f}秒。"))
    return found


def _show(found: Race, screen: Console, lang: Lang, unit: Unit) -> None:
    words = unit_words(unit, lang)
    title = Text(
        f"{found.futures:,} fresh futures, the same for all",
        f"{found.futures:,}个新情景,各方案相同",
    )
    rows = [
        (
            CHOICES[row["choice"]].say(lang),
            *(
                in_unit(row[name], unit)
                for name in (
                    "objective",
                    "in_sample",
                    "optimism",
                    "shortfall",
                    "cvar_overdue",
                    "relief",
                    "value_destroyed",
                )
            ),
            f"{row['missed_probability']:.1%}",
        )
        for row in race_table(found).iter_rows(named=True)
    ]
    heads = [head.say(lang) for head in HEADS]
    show_table(screen, f"{title.say(lang)} ({words})", heads, rows, right=range(1, len(heads)))
    for text in (*_caveats(found), *_verdict(found, unit)):
        _say(screen, lang, text)


def _caveats(found: Race) -> list[Text]:
    texts: list[Text] = []
    if found.stopped:
        texts.append(
            Text(
                f"You stopped it: {found.futures:,} of {found.asked:,} futures were judged, and "
                "the figures are of these.",
                f"由您中止:已评价{found.futures:,}/{found.asked:,}个情景,以上数字仅据此得出。",
            )
        )
    if found.without is not None:
        texts.append(
            Text(
                f"No plan for the mean: {found.without.en}",
                f"没有按均值制定的方案:{found.without.zh}",
            )
        )
    return texts


def _verdict(found: Race, unit: Unit) -> list[Text]:
    """Say in sentences who is cheaper and what knowing more would be worth."""
    plan, rule = found.of(PLAN), found.best_rule
    assert plan is not None
    gain = (rule.objective - plan.objective) * MILLION
    size, en, zh = in_unit(abs(gain), unit), unit_words(unit, "en"), unit_words(unit, "zh")
    name = CHOICES[rule.label]
    texts = [
        Text(
            f"The plan costs {size} {'less' if gain >= 0 else 'MORE'} than the best rule "
            f"({name.en}), {en}.",
            f"本方案比最优规则({name.zh})成本{'低' if gain >= 0 else '高'}{size}({zh})。",
        )
    ]
    mean, known = found.value_of_stochastic_solution, found.value_of_perfect_information
    if mean is not None:
        size = in_unit(mean * MILLION, unit)
        texts.append(
            Text(
                f"Planning for many futures instead of their mean is worth {size}.",
                f"按多情景而非均值制定方案的价值(VSS):{size}。",
            )
        )
    if known is not None and found.foresight is not None:
        size, count = in_unit(known * MILLION, unit), found.foresight.cost.size
        texts.append(
            Text(
                f"Knowing the future would be worth at most {size} (mean of {count} futures).",
                f"预知未来的价值(EVPI)至多{size}({count}个情景的均值)。",
            )
        )
    return texts


def _say(screen: Console, lang: Lang, text: Text) -> None:
    screen.print(text.say(lang), markup=False, soft_wrap=True)
