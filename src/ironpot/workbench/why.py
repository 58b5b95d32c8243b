"""`ironpot why`: why is a lot kept or released, what is done with a debt? Or by solving again."""

from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from ironpot.case.case import Case
from ironpot.case.closed import closed_because
from ironpot.case.nearest import nearest
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit
from ironpot.plan.reasons import LIMIT_TEXT, NEVER_SOLD
from ironpot.report.plan_files import PlanFiles, read_plan
from ironpot.workbench.made_with import case_of_plan
from ironpot.workbench.opposite import cost_of_opposite, opposite_of_lot
from ironpot.workbench.plan_words import ROUTES
from ironpot.workbench.screen import amount, unit_words
from ironpot.workbench.ways import say_ways
from ironpot.workbench.why_debt import show_debt

BASIS = {
    "rule": Text("by rule", "依规则"),
    "dual_estimate": Text("estimated from the plan's prices", "按方案影子价格估计"),
    "resolve": Text("solved again", "重新求解"),
}
_ASK_WAYS = Text(
    "Add --case CASE to see what each other way with it would cost.",
    "加上 --case 案例,可查看其他处理方式的成本。",
)
DONE = {
    "signed": Text("it is signed already, and a plan keeps it", "已签约,保持不变"),
    "listed": Text("it is listed already, and a plan keeps it", "已挂牌,保持不变"),
}
_NO_CHOICE = Text(
    "What is done is no choice any more, so nothing was solved again.",
    "既成事实不再可选,未重新求解。",
)
LIMITS = {
    **LIMIT_TEXT,
    "RULE_BAND": Text("a rule on debt stands against it", "受债务规则约束"),
    "CASH_NEED": Text("cash is needed", "需要现金"),
    "USER": Text("it was wished so", "按用户要求"),
    "TITLE": Text("its title must be cured first", "须先补办权属"),
    "PLEDGE": Text("its pledge cannot be freed", "抵押无法解除"),
    "LAW": Text("law or rule closes the rest", "其余方式为法规所限"),
}


def say_why(
    out: Path,
    subject: str,
    case: Case | None,
    time_limit_s: float,
    screen: Console,
    lang: Lang,
    unit: Unit,
) -> None:
    """Print why a lot is kept or released, or what is done with a debt; with a case, the opposite.

    Raises IronpotError for a lot or debt that the plan does not know, naming the nearest one, and
    for a case that the plan was not made from.
    """
    plan = read_plan(out)
    same = None if case is None else case_of_plan(case, plan)
    if _is_debt(plan, subject):
        show_debt(plan, subject, screen, lang, unit)
        if same is None:
            screen.print(_ASK_WAYS.say(lang), markup=False, soft_wrap=True)
        else:
            say_ways(plan, same, subject, time_limit_s, screen, lang, unit)
        return
    screen.print(sentence(plan, subject, unit).say(lang), markup=False, soft_wrap=True)
    if same is None:
        return
    if _done(plan, subject) is not None:
        screen.print(_NO_CHOICE.say(lang), markup=False, soft_wrap=True)
        return
    asked = opposite_of_lot(subject, kept=_decision(plan, subject)["route"] == "hold")
    said = cost_of_opposite(plan, same, asked, time_limit_s, lang, unit)
    screen.print(said.say(lang), markup=False, soft_wrap=True)


def _is_debt(plan: PlanFiles, subject: str) -> bool:
    """Say whether a debt is meant; what is the name of a lot too means the lot."""
    if subject in plan.tables["decisions"]["lot_id"]:
        return False
    return subject in plan.tables["debts"]["debt_id"]


def sentence(plan: PlanFiles, lot: str, unit: Unit) -> Text:
    """Return why a lot is kept or released, with what it brings and what it gives up."""
    row = _decision(plan, lot)
    if row["reason_basis"] == "resolve":  # what the new solve found stands in the plan's own words
        return Text(f"{lot}: {row['reason_text']}", f"{lot}:{row['reason_text']}")
    done = _done(plan, lot)
    if done is not None:
        said = _released(row, unit, done)
    elif row["route"] != "hold":
        said = _released(row, unit, _why_released(row, unit))
    else:
        said = _kept(plan, row, unit)
    basis = BASIS[row["reason_basis"]]
    return Text(f"{said.en} ({basis.en}).", f"{said.zh}({basis.zh})。")


def _decision(plan: PlanFiles, lot: str) -> dict[str, Any]:
    decisions = plan.tables["decisions"]
    rows = decisions.filter(pl.col("lot_id") == lot)
    if rows.height:
        return rows.row(0, named=True)
    debts = plan.tables["debts"]["debt_id"]
    near = nearest(lot, [*decisions["lot_id"], *debts])
    some = ", ".join([*decisions["lot_id"].head(3), *debts.head(2)])
    meant = Text(f"Did you mean {near}? ", f"是否为 {near}?") if near else Text("", "")
    raise IronpotError(
        Text(
            f"No lot or debt {lot!r} in this plan. {meant.en}They are named as in the tables of "
            f"assets and debts: {some} ...",
            f"方案中没有资产或债务“{lot}”。{meant.zh}请按资产表、债务表编号填写,如 {some} ……",
        )
    )


def _done(plan: PlanFiles, lot: str) -> Text | None:
    """Say that a lot is on its way already; None where a plan still chose."""
    event = plan.summary.get("done", {}).get(lot)
    return None if event is None else DONE[event]


def _released(row: dict[str, Any], unit: Unit, because: Text) -> Text:
    """Say of a released lot what it brings and gives up, and why that is right."""
    route, when = ROUTES[row["route"]], row["start_quarter"] or ""
    compare = _compare(row, unit)
    return Text(
        f"{row['lot_id']} ({route.en}, {when}) brings {compare.en}: {because.en}",
        f"{row['lot_id']}自{when}起{route.zh},{compare.zh}:{because.zh}",
    )


def _why_released(row: dict[str, Any], unit: Unit) -> Text:
    gain = row["net_proceeds"] - row["retention_value"]
    if row["reason_code"] == "RETENTION":
        size = amount(gain, unit)
        return Text(f"its steel is worth {size} more than the pot", f"处置比保留多得{size}")
    if row["reason_code"] == "CASH_NEED" and row["kind"] == "new_debt":
        return Text("it borrows the cash that is needed", "以融资取得所需现金")
    if row["reason_code"] == "CASH_NEED" and gain < 0:
        lost = amount(-gain, unit)
        return Text(
            f"it loses {lost}, less than the help from above that it saves",
            f"损失{lost},小于所省的上级支持",
        )
    return LIMITS[row["reason_code"]]


def _kept(plan: PlanFiles, row: dict[str, Any], unit: Unit) -> Text:
    """Say of a kept lot what its best open route would bring, or what closes every route."""
    pots = plan.tables["pots"].filter(pl.col("lot_id") == row["lot_id"], pl.col("route") != "hold")
    gain = pl.col("net_proceeds") - pl.col("retention_value")
    open_routes = pots.filter(pl.col("legal")).sort(gain, descending=True, nulls_last=True)
    if not open_routes.height:
        return _closed(row["lot_id"], pots)
    best = open_routes.row(0, named=True)
    route = ROUTES[best["route"]]
    if best["net_proceeds"] is None:
        return Text(
            f"{row['lot_id']} is kept: {NEVER_SOLD.en} ({route.en})",
            f"{row['lot_id']}保留:{NEVER_SOLD.zh}({route.zh})",
        )
    compare = _compare(best, unit)
    because = LIMITS.get(row["reason_code"]) or _worth_keeping(best, unit)
    return Text(
        f"{row['lot_id']} is kept: its best open route ({route.en}) would bring {compare.en}, and "
        f"{because.en}",
        f"{row['lot_id']}保留:最优可行方式({route.zh}){compare.zh};{because.zh}",
    )


def _worth_keeping(best: dict[str, Any], unit: Unit) -> Text:
    """Say what keeping gains against the best open route, or that no quarter is worth its gain."""
    lost = best["retention_value"] - best["net_proceeds"]
    size = amount(abs(lost), unit)
    if lost < 0:
        return Text(
            f"by itself that gains {size}, but in no quarter with room is its cash worth what it "
            "gives up then",
            f"单看可多得{size},但在有空间的各季度,其现金不抵届时放弃的价值",
        )
    return Text(f"the pot is worth {size} more than its steel", f"保留比处置多得{size}")


def _closed(lot: str, pots: pl.DataFrame) -> Text:
    codes = [*dict.fromkeys(pots["blocked_code"].drop_nulls())]
    reasons = [closed_because(code) for code in codes]
    return Text(
        f"{lot} is kept: all {pots.height} routes are closed, because "
        + "; ".join(text.en for text in reasons),
        f"{lot}保留:{pots.height}种方式均不可行:" + ";".join(text.zh for text in reasons),
    )


def _compare(row: dict[str, Any], unit: Unit) -> Text:
    net, given_up = amount(row["net_proceeds"], unit), amount(row["retention_value"], unit)
    return Text(
        f"{net} against {given_up} given up ({unit_words(unit, 'en')})",
        f"净得{net},放弃价值{given_up}({unit_words(unit, 'zh')})",
    )
