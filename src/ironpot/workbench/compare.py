"""`ironpot compare`: which decisions differ between two plans, and what does it cost?"""

from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, in_unit
from ironpot.report.plan_files import PlanFiles, read_plan
from ironpot.workbench.plan_words import KINDS, ROUTES
from ironpot.workbench.screen import amount, show_table, unit_words

FIGURES: dict[str, Text] = {
    "objective": Text("cost", "成本"),
    "bound": Text("proven not below", "证明不低于"),
    "relief_pv": Text("help, present value", "上级支持现值"),
    "do_nothing": Text("cost of doing nothing", "不处置的成本"),
}


def show_difference(first: Path, second: Path, screen: Console, lang: Lang, unit: Unit) -> None:
    """Print what differs between two plans: what it costs, whose money pays, lot by lot."""
    plans = read_plan(first), read_plan(second)
    names = _names(first, second)
    changed = _changed(plans)
    _say_difference(plans, names, changed.height, screen, lang, unit)
    _warn_of_other_case(plans, screen, lang)
    heads = ("", *names, Text("difference", "差额").say(lang))
    title = Text("Figures", "主要数字").say(lang) + f" ({unit_words(unit, lang)})"
    show_table(screen, title, heads, _figures(plans, lang, unit), right=(1, 2, 3))
    if changed.height:
        title = Text("Lots decided otherwise", "决策不同的资产").say(lang)
        heads = (Text("lot", "资产").say(lang), *names, *(text.say(lang) for text in _LOT_HEADS))
        rows = _lots(changed, lang, unit)
        show_table(screen, f"{title} ({unit_words(unit, lang)})", heads, rows, right=(3, 4))


_LOT_HEADS = (Text("net proceeds", "净得变化"), Text("value destroyed", "价值损失变化"))


def _names(first: Path, second: Path) -> tuple[str, str]:
    """Name two plans by their folders, by whole paths where those are alike."""
    if first.resolve().name != second.resolve().name:
        return first.resolve().name, second.resolve().name
    return str(first), str(second)


def _say_difference(
    plans: tuple[PlanFiles, PlanFiles],
    names: tuple[str, str],
    changed: int,
    screen: Console,
    lang: Lang,
    unit: Unit,
) -> None:
    """Say in a sentence what the second plan costs against the first."""
    costs = [plan.summary["objective"] for plan in plans]
    lots = Text(
        f"{changed} {'lot is' if changed == 1 else 'lots are'} decided otherwise",
        f"{changed}项资产决策不同",
    )
    if None in costs:
        said = Text(f"{lots.en}; the cost of one is unknown.", f"{lots.zh};其中一个方案成本未知。")
    else:
        change, words = costs[1] - costs[0], (unit_words(unit, "en"), unit_words(unit, "zh"))
        size = in_unit(abs(change), unit)
        more = change >= 0
        said = Text(
            f"{names[1]} costs {size} {'more' if more else 'less'} than {names[0]} ({words[0]}); "
            f"{lots.en}.",
            f"{names[1]}比{names[0]}成本{'高' if more else '低'}{size}({words[1]});{lots.zh}。",
        )
    screen.print(said.say(lang), markup=False, soft_wrap=True)


def _warn_of_other_case(plans: tuple[PlanFiles, PlanFiles], screen: Console, lang: Lang) -> None:
    if plans[0].summary["input_hash"] != plans[1].summary["input_hash"]:
        said = Text(
            "The two plans were made from different data: not all of the difference is decided.",
            "两个方案所用数据不同:部分差异并非来自决策。",
        )
        screen.print(said.say(lang), soft_wrap=True)


def _figures(plans: tuple[PlanFiles, PlanFiles], lang: Lang, unit: Unit) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for name, text in FIGURES.items():
        left, right = (plan.summary[name] for plan in plans)
        if left is not None and right is not None:
            rows.append(
                (
                    text.say(lang),
                    in_unit(left, unit),
                    in_unit(right, unit),
                    in_unit(right - left, unit),
                )
            )
    sums = [_by_kind(plan) for plan in plans]
    for kind, text in KINDS.items():
        left, right = (int(one.get(kind, 0)) for one in sums)
        if left or right:
            cells = (amount(left, unit), amount(right, unit), amount(right - left, unit))
            rows.append((text.say(lang), *cells))
    return rows


def _by_kind(plan: PlanFiles) -> dict[str, int]:
    table = plan.tables["resolution"]
    return dict(table.group_by("kind").agg(pl.col("amount").sum()).iter_rows())


def _changed(plans: tuple[PlanFiles, PlanFiles]) -> pl.DataFrame:
    """Lots whose route or start differs, and lots that one of the plans does not have."""
    columns = ["lot_id", "route", "start_quarter", "net_proceeds", "value_destroyed"]
    left, right = (plan.tables["decisions"].select(columns) for plan in plans)
    both = left.join(
        right, on="lot_id", how="full", coalesce=True, suffix="_2", maintain_order="left_right"
    )
    same = pl.col("route").eq_missing(pl.col("route_2")) & pl.col("start_quarter").eq_missing(
        pl.col("start_quarter_2")
    )
    return both.filter(~same)


def _lots(changed: pl.DataFrame, lang: Lang, unit: Unit) -> list[tuple[str, ...]]:
    return [
        (
            row["lot_id"],
            _decision(row["route"], row["start_quarter"], lang),
            _decision(row["route_2"], row["start_quarter_2"], lang),
            amount(_change(row, "net_proceeds"), unit),
            amount(_change(row, "value_destroyed"), unit),
        )
        for row in changed.iter_rows(named=True)
    ]


def _change(row: dict[str, Any], name: str) -> int | None:
    """The second amount less the first; unknown if a plan does not have the lot."""
    first, second = row[name], row[f"{name}_2"]
    return None if first is None or second is None else second - first


def _decision(route: str | None, quarter: str | None, lang: Lang) -> str:
    if route is None:
        return Text("not in this plan", "方案中没有").say(lang)
    return ROUTES[route].say(lang) + (f" {quarter}" if quarter else "")
