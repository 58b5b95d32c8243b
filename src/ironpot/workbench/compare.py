"""`ironpot compare`: which decisions differ between two plans, and what does it cost?"""

from pathlib import Path

import polars as pl
from rich.console import Console

from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, in_unit
from ironpot.report.plan_files import PlanFiles, read_plan
from ironpot.workbench.screen import amount, show_table, unit_words
from ironpot.workbench.summary import KINDS, ROUTES

FIGURES: dict[str, Text] = {
    "objective": Text("cost", "成本"),
    "bound": Text("proven not below", "证明不低于"),
    "relief_pv": Text("help, present value", "上级支持现值"),
    "do_nothing": Text("cost of doing nothing", "不处置的成本"),
}


def show_difference(first: Path, second: Path, screen: Console, lang: Lang, unit: Unit) -> None:
    """Print what differs between two plans: figures, whose money pays, and decisions lot by lot."""
    plans = read_plan(first), read_plan(second)
    _warn_of_other_case(plans, screen, lang)
    heads = ("", first.name, second.name, Text("difference", "差额").say(lang))
    title = Text("Figures", "主要数字").say(lang) + f" ({unit_words(unit, lang)})"
    show_table(screen, title, heads, _figures(plans, lang, unit), right=(1, 2, 3))
    changed = _changed(plans)
    title = Text(f"{changed.height} lots are decided otherwise", f"{changed.height}项资产决策不同")
    if changed.height:
        heads = (Text("lot", "资产").say(lang), first.name, second.name, "", "")
        show_table(screen, title.say(lang), heads, _lots(changed, lang, unit), right=(3, 4))
    else:
        screen.print(title.say(lang))


def _warn_of_other_case(plans: tuple[PlanFiles, PlanFiles], screen: Console, lang: Lang) -> None:
    if plans[0].summary["input_hash"] != plans[1].summary["input_hash"]:
        said = Text(
            "The two plans were made from different data: not all of the difference is decided.",
            "两个方案所用数据不同:部分差异并非来自决策。",
        )
        screen.print(said.say(lang))


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
    """Lots whose route or start differs; lots of one plan only are left out."""
    columns = ["lot_id", "route", "start_quarter", "net_proceeds", "value_destroyed"]
    left, right = (plan.tables["decisions"].select(columns) for plan in plans)
    both = left.join(right, on="lot_id", suffix="_2", maintain_order="left")
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
            amount(row["net_proceeds_2"] - row["net_proceeds"], unit),
            amount(row["value_destroyed_2"] - row["value_destroyed"], unit),
        )
        for row in changed.iter_rows(named=True)
    ]


def _decision(route: str, quarter: str | None, lang: Lang) -> str:
    return ROUTES[route].say(lang) + (f" {quarter}" if quarter else "")
