"""What does a plan say on one screen?"""

import math
from collections import Counter
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
from rich.console import Console
from rich.markup import escape

from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, in_unit
from ironpot.plan.files import Written
from ironpot.plan.gaps import NOTHING_PROVEN
from ironpot.plan.plan import Plan
from ironpot.report.as_announced import as_announced
from ironpot.report.parts.check import NOT_WORTH_A_SHARE
from ironpot.verify import Verification
from ironpot.workbench.again import show_changes
from ironpot.workbench.plan_words import KINDS, ROUTES, STATUS
from ironpot.workbench.planning import Done
from ironpot.workbench.screen import amount, show_table, unit_words

FINDINGS = 10


def show_done(done: Done, out: Path, screen: Console, lang: Lang, unit: Unit) -> None:
    """Print a plan that was written: what it says, whether its files add up, what to do next."""
    show_plan(done.plan, done.written, screen, lang, unit)
    if "changes" in done.written.summary:
        show_changes(done.written.summary, screen, lang, unit)
    _show_verification(done.verification, out, screen, lang)
    lot = _largest(done.written.tables["decisions"])
    text = Text(
        f"Report: {out / 'report.html'}, .xlsx, .pdf\nNext:   ironpot why {out} {lot}",
        f"报告:{out / 'report.html'}、.xlsx、.pdf\n下一步:ironpot why {out} {lot}",
    )
    screen.print(text.say(lang), markup=False, soft_wrap=True)


def _show_verification(found: Verification, out: Path, screen: Console, lang: Lang) -> None:
    """Print the verdict; where something does not tie, each finding and how to see the rest."""
    lines = [found.say(lang).splitlines()[0]]
    if not found.ok:
        lines += [f"  {one.code}: {one.say(lang)}" for one in found.findings[:FINDINGS]]
        more = Text(f"All of it: ironpot verify {out}", f"全部结果:ironpot verify {out}")
        lines.append(more.say(lang))
    screen.print("\n".join(lines), markup=False, soft_wrap=True)


def _largest(decisions: pl.DataFrame) -> str:
    """Return the lot that brings most, the first one if none brings anything."""
    order = decisions.sort("net_proceeds", descending=True, nulls_last=True, maintain_order=True)
    return str(order["lot_id"][0]) if order.height else "LOT"


def show_plan(plan: Plan, written: Written, screen: Console, lang: Lang, unit: Unit) -> None:
    """Print the headline, what is done with the lots, whose money pays, and how sure that is."""
    tables, words = written.tables, unit_words(unit, lang)
    name = escape(plan.case.settings.name.say(lang))
    screen.print(f"\n[bold]{name}: {STATUS[plan.status].say(lang)}[/bold]")
    if plan.interrupted:
        stopped = Text(
            "You stopped the search; this is the best plan that it had found.",
            "计算由您中止,以下为当时找到的最优方案。",
        )
        screen.print(stopped.say(lang))
    _show_help(plan, screen, lang, unit)
    _show_routes(tables["decisions"], screen, lang, unit)
    _show_kinds(tables["resolution"], screen, lang, unit)
    cost, bound = in_unit(plan.cost, unit), in_unit(plan.bound, unit)
    stake, whole = _share(plan.gap_stake), _share(plan.gap_objective)
    gap = Text(
        f"Cost {cost}, proven not below {bound} ({words}): "
        f"gap {stake.en} of what is at stake, {whole.en} of the cost without cash at the end.",
        f"成本{cost},证明不低于{bound}({words}):差距占可改善额{stake.zh},占不计期末现金的成本{whole.zh}。",
    )
    if plan.gap_objective < NOT_WORTH_A_SHARE:
        gap = Text(
            f"Cost {cost} ({words}), proven to be the least but for {whole.en}.",
            f"成本{cost}({words}),已证明为最低,误差{whole.zh}以内。",
        )
    if plan.gap_objective > NOTHING_PROVEN:
        gap = Text(
            f"Cost {cost} ({words}); there was no time to prove how good that is: give it more "
            "with --time-limit.",
            f"成本{cost}({words});时间不足,尚未证明与最优方案的差距,"
            "请用 --time-limit 延长计算时间。",
        )
    screen.print(gap.say(lang), soft_wrap=True)
    if "announced" in written.summary:
        screen.print(as_announced(written.summary, unit).say(lang), soft_wrap=True)


def _share(gap: float) -> Text:
    """Write a share; a gap of nothing is unknown, not zero."""
    return Text("unknown", "未知") if math.isnan(gap) else Text(f"{gap:.2%}", f"{gap:.2%}")


def _show_help(plan: Plan, screen: Console, lang: Lang, unit: Unit) -> None:
    if plan.relief_pv <= 0.0:
        return
    need = plan.settled.relief.sum(axis=(0, 1, 3))
    if plan.model.inputs.futures.levels is not None:
        screen.print(_range_of_help(need, lang, unit), soft_wrap=True)
        return
    names = ("base", "adverse", "favourable")
    english = ", ".join(f"{amount(int(need[k]), unit)} {name}" for k, name in enumerate(names))
    labels = ("基准", "不利", "有利")
    chinese = "、".join(f"{label}{amount(int(need[k]), unit)}" for k, label in enumerate(labels))
    text = Text(
        f"Help over the horizon by scenario: {english} ({unit_words(unit, 'en')}); "
        f"expected {amount(int(need[-1]), unit)}.",
        f"各情景所需上级支持:{chinese}{unit_words(unit, 'zh')};期望{amount(int(need[-1]), unit)}。",
    )
    screen.print(text.say(lang), soft_wrap=True)


def _range_of_help(need: npt.NDArray[np.int64], lang: Lang, unit: Unit) -> str:
    """Say what help drawn futures need; `need` is fen by future, the expected one last."""
    few, middle, most = (
        amount(int(need), unit)
        for need in np.quantile(need[:-1], (0.05, 0.5, 0.95), method="inverted_cdf")
    )
    expected, count = amount(int(need[-1]), unit), need.size - 1
    return Text(
        f"Help over the horizon in {count} drawn futures: half need no more than {middle}, "
        f"one in twenty more than {most}, one in twenty at most {few}; expected {expected} "
        f"({unit_words(unit, 'en')}).",
        f"{count}种抽样情景所需上级支持:半数不超过{middle},二十分之一超过{most},"
        f"二十分之一不超过{few};期望{expected}{unit_words(unit, 'zh')}。",
    ).say(lang)


def _show_routes(decisions: pl.DataFrame, screen: Console, lang: Lang, unit: Unit) -> None:
    counts = Counter(decisions["route"])
    sums = decisions.group_by("route").agg(
        pl.col("net_proceeds").sum(), pl.col("value_destroyed").sum()
    )
    money = {route: (net, lost) for route, net, lost in sums.iter_rows()}
    heads = (
        Text("what", "方式").say(lang),
        Text("lots", "项数").say(lang),
        Text("net proceeds", "净得").say(lang),
        Text("value destroyed", "价值损失").say(lang),
    )
    rows = [
        (
            name.say(lang),
            str(counts[route]),
            amount(money[route][0], unit),
            amount(money[route][1], unit),
        )
        for route, name in ROUTES.items()
        if counts[route]
    ]
    title = Text("Lots", "资产").say(lang) + f" ({unit_words(unit, lang)})"
    show_table(screen, title, heads, rows, right=(1, 2, 3))


def _show_kinds(resolution: pl.DataFrame, screen: Console, lang: Lang, unit: Unit) -> None:
    sums = dict(resolution.group_by("kind").agg(pl.col("amount").sum()).iter_rows())
    heads = (Text("whose money", "资金来源").say(lang), Text("principal", "本金").say(lang))
    rows = [
        (name.say(lang), amount(sums[kind], unit)) for kind, name in KINDS.items() if sums.get(kind)
    ]
    title = Text("Principal met or put off", "本金偿还与延后").say(lang)
    show_table(screen, f"{title} ({unit_words(unit, lang)})", heads, rows, right=(1,))
