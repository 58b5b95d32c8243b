"""`ironpot why`: why is a lot kept or released? From the plan's files, or by solving again."""

from dataclasses import replace
from pathlib import Path

import polars as pl
from rich.console import Console

from ironpot.case.case import Case
from ironpot.case.schema import BY_NAME
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, in_unit
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution
from ironpot.report.plan_files import PlanFiles, read_plan
from ironpot.workbench.screen import Bar, amount, show_table, unit_words
from ironpot.workbench.summary import ROUTES

BASIS = {
    "rule": Text("rule", "规则"),
    "dual_estimate": Text("estimate from the plan's prices", "按方案影子价格估计"),
    "resolve": Text("solved again", "重新求解"),
}
ASKED = "_why"


def say_why(
    out: Path,
    lot: str,
    case: Case | None,
    time_limit_s: float,
    screen: Console,
    lang: Lang,
    unit: Unit,
) -> None:
    """Print the reason of a lot's decision and its routes; with a case, what the opposite costs."""
    plan = read_plan(out)
    row = _decision(plan, lot)
    basis = BASIS[row["reason_basis"]].say(lang)
    screen.print(f"[bold]{lot}[/bold] {row['reason_code']}: {row['reason_text']} ({basis})")
    _show_routes(plan, lot, screen, lang, unit)
    if case is not None:
        _solve_again(plan, case, row, time_limit_s, screen, lang, unit)


def _decision(plan: PlanFiles, lot: str) -> dict[str, str]:
    rows = plan.tables["decisions"].filter(pl.col("lot_id") == lot)
    if not rows.height:
        known = ", ".join(plan.tables["decisions"]["lot_id"].head(5))
        raise IronpotError(
            Text(
                f"No lot {lot!r} in this plan. Write it as in the assets table: {known} ...",
                f"方案中没有资产“{lot}”。请按资产表编号填写,如 {known} ……",
            )
        )
    return rows.row(0, named=True)


def _show_routes(plan: PlanFiles, lot: str, screen: Console, lang: Lang, unit: Unit) -> None:
    pots = plan.tables["pots"].filter(pl.col("lot_id") == lot, pl.col("route") != "hold")
    rows = [
        (
            ROUTES[row["route"]].say(lang),
            amount(row["retention_value"], unit),
            amount(row["net_proceeds"], unit),
            "" if row["legal"] else (row["blocked_code"] or ""),
            row["verdict"] or "",
        )
        for row in pots.iter_rows(named=True)
    ]
    heads = [
        Text("route", "方式").say(lang),
        Text("given up", "放弃价值").say(lang),
        Text("net proceeds", "净得").say(lang),
        Text("closed by", "不可行原因").say(lang),
        Text("verdict", "结论").say(lang),
    ]
    title = Text("Routes, at the earliest quarter", "各方式(最早可行季度)").say(lang)
    show_table(screen, f"{title} ({unit_words(unit, lang)})", heads, rows, right=(1, 2))


def _solve_again(
    plan: PlanFiles,
    case: Case,
    row: dict[str, str],
    time_limit_s: float,
    screen: Console,
    lang: Lang,
    unit: Unit,
) -> None:
    """Turn the decision round, plan again, and say what that costs."""
    if case.input_hash != plan.summary["input_hash"]:
        raise IronpotError(
            Text(
                "This case is not the one that the plan was made from; give the same files.",
                "所给案例与方案所用案例不一致,请提供相同文件。",
            )
        )
    kept = row["route"] == "hold"
    other = _with_wish(case, row["lot_id"], force=kept)
    options = PlanOptions(time_limit_s=time_limit_s, seed=plan.summary["seed"])
    title = Text("Solving again", "重新求解")
    with Bar(title, lang, time_limit_s) as bar:
        again = plan_resolution(other, options=options, watch=lambda _: bar.show(""))
    change = again.cost - plan.summary["objective"]
    sure = max(again.cost - again.bound, plan.summary["objective"] - plan.summary["bound"])
    what = Text("releasing it", "处置该资产") if kept else Text("keeping it", "保留该资产")
    dear = change >= 0.0
    size = in_unit(abs(change), unit)
    said = Text(
        f"Solved again: {what.en} {'costs' if dear else 'saves'} {size} {unit_words(unit, 'en')}; "
        f"both plans are proven to within {in_unit(sure, unit)}.",
        f"重新求解:{what.zh}使成本{'增加' if dear else '减少'}{size}{unit_words(unit, 'zh')};"
        f"两方案误差均不超过{in_unit(sure, unit)}。",
    )
    screen.print(said.say(lang))


def _with_wish(case: Case, lot: str, *, force: bool) -> Case:
    wish = BY_NAME["wishes"].frame(
        [
            {
                "wish_id": ASKED,
                "subject_id": lot,
                "action": "force" if force else "forbid",
                "by": ASKED,
                "origin": "estimated",
            }
        ]
    )
    return replace(case, wishes=pl.concat([case.wishes, wish]))
