"""`ironpot why`: why is a lot kept or released? In one sentence, or by solving again."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from ironpot.case.case import Case
from ironpot.case.closed import closed_because
from ironpot.case.nearest import nearest
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, in_unit
from ironpot.plan.check_reasons import UNPROVEN
from ironpot.plan.gaps import is_proven
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.reasons import LIMIT_TEXT, NEVER_SOLD
from ironpot.plan.turned import TurnedPlan, turn_round
from ironpot.plan.wishes import with_wish
from ironpot.report.plan_files import PlanFiles, read_plan
from ironpot.workbench.made_with import (
    allotments_of,
    case_of_plan,
    choices_of,
    options_of,
    under_way_of,
)
from ironpot.workbench.plan_words import ROUTES
from ironpot.workbench.screen import Bar, amount, unit_words

BASIS = {
    "rule": Text("by rule", "依规则"),
    "dual_estimate": Text("estimated from the plan's prices", "按方案影子价格估计"),
    "resolve": Text("solved again", "重新求解"),
}
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
    lot: str,
    case: Case | None,
    time_limit_s: float,
    screen: Console,
    lang: Lang,
    unit: Unit,
) -> None:
    """Print why a lot is kept or released, in one sentence; with a case, what the opposite costs.

    Raises IronpotError for a lot that the plan does not know, naming the nearest one, and for a
    case that the plan was not made from.
    """
    plan = read_plan(out)
    screen.print(sentence(plan, lot, unit).say(lang), markup=False, soft_wrap=True)
    if case is not None and _done(plan, lot) is not None:
        screen.print(_NO_CHOICE.say(lang), markup=False, soft_wrap=True)
    elif case is not None:
        row = _decision(plan, lot)
        _solve_again(plan, case_of_plan(case, plan), row, time_limit_s, screen, lang, unit)


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
    near = nearest(lot, decisions["lot_id"])
    some = ", ".join(decisions["lot_id"].head(5))
    meant = Text(f"Did you mean {near}? ", f"是否为 {near}?") if near else Text("", "")
    raise IronpotError(
        Text(
            f"No lot {lot!r} in this plan. {meant.en}Lots are named as in the assets table: "
            f"{some} ...",
            f"方案中没有资产“{lot}”。{meant.zh}请按资产表编号填写,如 {some} ……",
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
    lost = amount(best["retention_value"] - best["net_proceeds"], unit)
    because = LIMITS.get(row["reason_code"]) or Text(
        f"the pot is worth {lost} more than its steel", f"保留比处置多得{lost}"
    )
    return Text(
        f"{row['lot_id']} is kept: its best open route ({route.en}) would bring {compare.en}, and "
        f"{because.en}",
        f"{row['lot_id']}保留:最优可行方式({route.zh}){compare.zh};{because.zh}",
    )


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


def _solve_again(
    plan: PlanFiles,
    case: Case,
    row: dict[str, Any],
    time_limit_s: float,
    screen: Console,
    lang: Lang,
    unit: Unit,
) -> None:
    """Turn the decision round, plan again, and say what that costs."""
    kept = row["route"] == "hold"
    options = replace(options_of(plan, allotments_of(plan)), time_limit_s=time_limit_s)
    with Bar(time_limit_s) as bar:
        turned = _around(plan, case, options, row["lot_id"], released=not kept)
        if turned is not None:
            said = _said_around(plan, turned, unit, kept=kept)
        else:
            other = with_wish(case, row["lot_id"], force=kept)
            again = plan_resolution(
                other,
                options=options,
                watch=lambda _: bar.show(""),
                allotments=allotments_of(plan),
                earlier=choices_of(plan),
                under_way=under_way_of(plan, case),
            )
            said = _said_anew(plan, again, unit, kept=kept)
    screen.print(said.say(lang), markup=False, soft_wrap=True)


def _said_anew(plan: PlanFiles, again: Plan, unit: Unit, *, kept: bool) -> Text:
    """Say what a whole new plan costs, and how far either plan could still fall."""
    change = again.cost - plan.summary["objective"]
    gap = max(again.cost - again.bound, plan.summary["objective"] - plan.summary["bound"])
    sure = _how_sure(plan, gap, (again.cost, plan.summary["objective"]), unit)
    what = Text("releasing it", "处置该资产") if kept else Text("keeping it", "保留该资产")
    dear = change >= 0.0
    size = in_unit(abs(change), unit)
    return Text(
        f"Solved again: {what.en} {'costs' if dear else 'saves'} {size} "
        f"({unit_words(unit, 'en')}); {sure.en}.",
        f"重新求解:{what.zh}使成本{'增加' if dear else '减少'}{size}({unit_words(unit, 'zh')});"
        f"{sure.zh}。",
    )


def _how_sure(plan: PlanFiles, gap: float, costs: Sequence[float], unit: Unit) -> Text:
    """Say how far either plan could still fall, if what is known of that says anything."""
    constant = plan.summary.get("constant_terms", 0.0)
    if not is_proven(gap, *(cost - constant for cost in costs)):
        return UNPROVEN
    size = in_unit(gap, unit)
    return Text(f"both plans are proven to within {size}", f"两方案误差均不超过{size}")


def _around(
    plan: PlanFiles, case: Case, options: PlanOptions, lot: str, *, released: bool
) -> TurnedPlan | None:
    """Search around the choices that a plan for many futures wrote; None if there are none."""
    choices = choices_of(plan)
    if choices is None:
        return None
    return turn_round(
        case,
        options,
        choices,
        lot,
        released=released,
        costs=float(plan.summary["objective"]),
        allotments=allotments_of(plan),
        under_way=under_way_of(plan, case),
    )


def _said_around(plan: PlanFiles, turned: TurnedPlan, unit: Unit, *, kept: bool) -> Text:
    """Say what a short search around the plan found, and how far either plan could still fall.

    A plan that had to open help is below no bound of plans without it: nothing is claimed of it.
    """
    change = turned.turned - turned.cost
    sure = _sure_around(plan, turned, unit)
    size, words = in_unit(abs(change), unit), (unit_words(unit, "en"), unit_words(unit, "zh"))
    what = Text("releasing it", "处置该资产") if kept else Text("keeping it", "保留该资产")
    dear = change >= 0.0
    return Text(
        f"Searched again around the plan: {what.en} {'costs' if dear else 'saves'} {size} "
        f"({words[0]}) in the best plan found, the same futures for both; {sure.en}.",
        f"在方案附近重新搜索:{what.zh}使成本{'增加' if dear else '减少'}{size}({words[1]},"
        f"两方案情景相同);{sure.zh}。",
    )


def _sure_around(plan: PlanFiles, turned: TurnedPlan, unit: Unit) -> Text:
    """Say how far either plan could still fall, or that help had to open and nothing is proven."""
    if turned.helped:
        return Text(
            f"it then needs help from above, and {UNPROVEN.en}", f"届时需上级支持,{UNPROVEN.zh}"
        )
    # Turning a decision round leaves fewer plans: what no plan is below holds for them too.
    bound = max(turned.bound, plan.summary["bound"])
    gap = max(turned.turned - bound, turned.cost - plan.summary["bound"])
    return _how_sure(plan, gap, (turned.turned, turned.cost), unit)
