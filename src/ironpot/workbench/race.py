"""`ironpot race`: does the plan beat simple rules in futures that nobody planned for?"""

import time
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from rich.console import Console

from ironpot.case.case import Case
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, amount_text, in_unit
from ironpot.plan.inputs import MILLION
from ironpot.plan.options import PlanOptions
from ironpot.plan.out_of_sample import Decided, Fate
from ironpot.plan.plan import plan_resolution
from ironpot.plan.race import (
    EXPECTED_VALUE,
    PLAN,
    Race,
    RaceOptions,
    race,
    race_extra,
    race_table,
)
from ironpot.plan.turned import costs_as_written
from ironpot.report.parts.race import CHOICE
from ironpot.report.plan_files import PlanFiles, read_plan
from ironpot.workbench.allotment_file import uncounted
from ironpot.workbench.made_with import ReadBack, read_back
from ironpot.workbench.screen import Bar, show_table, unit_words
from ironpot.workbench.whole import refuse_unwritable, whole_file

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
_READ = Text(
    "Overdue counts amounts times years unpaid; shortfall is help received and what is newly "
    "unpaid.",
    "逾期为未付金额乘以年数;缺口为收到的支持与新增欠付。",
)
# What a row of the table on the screen is; amounts unless it is a share of futures.
ROWS: dict[str, Text] = {
    "expected_cost": Text("expected cost", "期望成本"),
    "cvar_overdue": Text("overdue, worst {tail} (CVaR)", "逾期,最差{tail}(CVaR)"),
    "objective": Text("cost with that risk", "计入该风险的成本"),
    "in_sample": Text("cost in sample", "样本内成本"),
    "optimism": Text("in-sample optimism", "样本内乐观偏差"),
    "shortfall": Text("shortfall", "缺口"),
    "relief": Text("help needed", "所需上级支持"),
    "value_destroyed": Text("value destroyed", "价值损失"),
}
SHARES: dict[str, Text] = {
    "missed_probability": Text("misses a payment", "违约概率"),
    "above_ceiling_probability": Text("passes a debt ceiling", "超债务限额概率"),
}
# A guess for the bar before the first strand is done: seconds a future.
GUESS_S = 0.03
# A smaller difference is none (yuan).
NO_GAIN = 1.0


@dataclass(frozen=True)
class Asked:
    """What is raced: a plan that is found now, or one of `out`; figures go to `csv` if given.

    `options` are for a plan that is found now; `allotments` are the county's rows of a coordinated
    run.
    """

    options: PlanOptions
    race: RaceOptions
    out: Path | None = None
    allotments: pl.DataFrame | None = None
    csv: Path | None = None


def run_race(case: Case, asked: Asked, screen: Console, lang: Lang, unit: Unit) -> Race:
    """Let a plan race simple rules, print who stands where, and tell the plan's folder."""
    refuse_unwritable(asked.csv)
    if asked.allotments is not None and (said := uncounted(asked.allotments)) is not None:
        _say(screen, lang, said)
    began = time.monotonic()
    plan = _entered(case, asked, lang)
    futures = asked.race.futures
    with Bar(max(futures * GUESS_S, 1.0)) as bar:
        note = Text("{n} of {all} futures", "{n}/{all}个情景").say(lang)

        def stage(name: str) -> None:
            bar.show(STAGES[name].say(lang))

        def heard(count: int) -> None:
            bar.show(note.format(n=f"{count:,}", all=f"{futures:,}"))

        found = race(plan, asked.race, stage=stage, heard=heard)
    if asked.csv is not None:
        with whole_file(asked.csv) as draft:
            race_table(found).write_csv(draft)
    _show(found, screen, lang, unit)
    if asked.out is not None:
        _keep(found, asked.out)
        _say(screen, lang, _KEPT)
    spent = time.monotonic() - began
    _say(screen, lang, Text(f"In all {spent:.0f} s.", f"共{spent:.0f}秒。"))
    return found


_KEPT = Text(
    "Kept with the plan: `ironpot report OUT --case CASE` shows it.",
    "已与方案一并保存:ironpot report OUT --case CASE 的报告将列示。",
)


def _entered(case: Case, asked: Asked, lang: Lang) -> Decided:
    """Return the plan that races: of the folder, or found now."""
    if asked.out is not None:
        return _read_back(case, read_plan(asked.out), asked.allotments)
    with Bar(asked.options.time_limit_s) as bar:
        bar.show(Text("searching for the plan", "正在制定方案").say(lang))
        return plan_resolution(case, options=asked.options, allotments=asked.allotments)


def _read_back(case: Case, files: PlanFiles, allotments: pl.DataFrame | None) -> ReadBack:
    """Return the plan of a folder if its choices cost what it says they do.

    Raises IronpotError if it was made with other allotments: it would race at prices of others.
    """
    plan = read_back(case, files, allotments)
    if costs_as_written(plan.model, plan.point, files.summary["objective"]) is False:
        raise IronpotError(_OTHER_PRICES if allotments is None else _OTHER_ALLOTMENTS)
    return plan


_OTHER_ALLOTMENTS = Text(
    "With the prices and fees of this allotment file the plan does not cost what its files say: it "
    "was made with another file, or without. Give the file that it was made with, or none if it "
    "was made without; nothing was raced.",
    "按此配额文件的价格和费用,该方案的成本与其文件所载不符:方案由其他文件制定,或未使用配额。"
    "请提供制定方案时的文件(未使用则不提供);未进行比较。",
)
_OTHER_PRICES = Text(
    "The plan's choices do not cost here what its files say: it was made by another version, or "
    "its files were changed. Plan it again with: ironpot plan CASE --out OUT",
    "该方案的决策成本与其文件所载不符:由其他版本生成或文件已被改动。"
    "请用 ironpot plan CASE --out OUT 重新制定方案。",
)


def _keep(found: Race, out: Path) -> None:
    """Write the race beside the plan's tables, where the report looks for it."""
    folder = out / "extras"
    folder.mkdir(exist_ok=True)
    with whole_file(folder / "race.csv") as draft:
        race_extra(found).write_csv(draft)


def _show(found: Race, screen: Console, lang: Lang, unit: Unit) -> None:
    words = unit_words(unit, lang)
    title = Text(
        f"{found.futures:,} fresh futures, the same for all; present value",
        f"{found.futures:,}个新情景,各方案相同;现值",
    )
    table = race_table(found)
    tail = f"{1.0 - found.fates[0].cvar_level:.0%}"
    rows = [
        (text.say(lang).format(tail=tail), *(in_unit(value, unit) for value in table[name]))
        for name, text in ROWS.items()
    ]
    rows += [
        (text.say(lang), *(f"{value:.1%}" for value in table[name]))
        for name, text in SHARES.items()
        if name == "missed_probability" or table[name].max() != 0.0
    ]
    heads = ["", *(CHOICE[name].say(lang) for name in table["choice"])]
    right = range(1, len(heads))
    show_table(screen, f"{title.say(lang)} ({words})", heads, rows, right=right, whole=(0,))
    for text in (_READ, *_caveats(found), *_verdict(found, unit)):
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
    texts = [_beside(plan, rule, unit)]
    mean, known = found.value_of_stochastic_solution, found.value_of_perfect_information
    if mean is not None:
        texts.append(_against_mean(mean, unit))
    if known is not None and found.foresight is not None:
        size, count = amount_text(known * MILLION, unit), found.foresight.cost.size
        texts.append(
            Text(
                f"Knowing the future would be worth {size.en} at most (perfect information, mean "
                f"of {count} futures that were planned alone).",
                f"预知未来的价值(EVPI)至多{size.zh}({count}个单独测算情景的均值)。",
            )
        )
    return texts


def _against_mean(worth: float, unit: Unit) -> Text:
    """Say what planning for many futures is worth (million), or that its search was too short."""
    size = amount_text(abs(worth) * MILLION, unit)
    if worth < 0.0:
        return Text(
            f"The plan for the mean future costs {size.en} less: the search for this plan was too "
            "short; give it more time (--time-limit).",
            f"按均值制定的方案成本反而低{size.zh}:本方案求解时间不足,请延长时间(--time-limit)。",
        )
    return Text(
        f"Planning for many futures instead of their mean is worth {size.en} (VSS).",
        f"按多情景而非均值制定方案的价值(VSS)为{size.zh}。",
    )


def _beside(plan: Fate, rule: Fate, unit: Unit) -> Text:
    """Say who is cheaper, the plan or the best simple rule."""
    gain = (rule.objective - plan.objective) * MILLION
    size, name = amount_text(abs(gain), unit), CHOICE[rule.label]
    if abs(gain) < NO_GAIN:
        return Text(
            f"The plan costs as much as the best simple rule ({name.en}).",
            f"本方案与最优简单规则({name.zh})成本相同。",
        )
    return Text(
        f"The plan costs {size.en} {'less' if gain > 0 else 'MORE'} than the best simple rule "
        f"({name.en}).",
        f"本方案比最优简单规则({name.zh})成本{'低' if gain > 0 else '高'}{size.zh}。",
    )


def _say(screen: Console, lang: Lang, text: Text) -> None:
    screen.print(text.say(lang), markup=False, soft_wrap=True)
