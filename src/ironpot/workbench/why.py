"""`ironpot why`: why is a lot kept or released? In one sentence, or by solving again."""

import itertools
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
from ironpot.plan.again import SCHEMA
from ironpot.plan.options import LEAST_HELP_WEIGHT, PlanOptions, options_hash, read_options
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.reasons import LIMIT_TEXT
from ironpot.plan.turned import TurnedPlan, turn_round
from ironpot.plan.wishes import with_wish
from ironpot.report.plan_files import PlanFiles, read_plan
from ironpot.workbench.plan_words import ROUTES
from ironpot.workbench.screen import Bar, amount, unit_words

BASIS = {
    "rule": Text("by rule", "依规则"),
    "dual_estimate": Text("estimated from the plan's prices", "按方案影子价格估计"),
    "resolve": Text("solved again", "重新求解"),
}
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
    if case is not None:
        row = _decision(plan, lot)
        _solve_again(plan, case_of_plan(case, plan), row, time_limit_s, screen, lang, unit)


def sentence(plan: PlanFiles, lot: str, unit: Unit) -> Text:
    """Return why a lot is kept or released, with what it brings and what it gives up."""
    row = _decision(plan, lot)
    if row["reason_basis"] == "resolve":  # what the new solve found stands in the plan's own words
        return Text(f"{lot}: {row['reason_text']}", f"{lot}:{row['reason_text']}")
    said = _released(row, unit) if row["route"] != "hold" else _kept(plan, row, unit)
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


def _released(row: dict[str, Any], unit: Unit) -> Text:
    """Say of a released lot what it brings and gives up, and why that is right."""
    because = _why_released(row, unit)
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
    open_routes = pots.filter(pl.col("legal")).sort(gain, descending=True)
    if not open_routes.height:
        return _closed(row["lot_id"], pots)
    best = open_routes.row(0, named=True)
    route, compare = ROUTES[best["route"]], _compare(best, unit)
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


def case_of_plan(case: Case, plan: PlanFiles) -> Case:
    """Return the case over the plan's own horizon, which `--horizon` may have set.

    Raises IronpotError if the plan was not made from these data.
    """
    quarters = plan.summary["horizon"]["quarters"]
    same = replace(case, settings=replace(case.settings, horizon_quarters=quarters))
    if same.input_hash != plan.summary["input_hash"]:
        raise IronpotError(
            Text(
                "This case is not the one that the plan was made from; give the same files, or "
                "plan it again.",
                "所给案例与方案所用案例不一致,请提供相同文件或重新制定方案。",
            )
        )
    return same


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
    options = replace(options_of(plan), time_limit_s=time_limit_s)
    with Bar(time_limit_s) as bar:
        turned = _around(plan, case, options, row["lot_id"], released=not kept)
        if turned is not None:
            said = _said_around(plan, turned, unit, kept=kept)
        else:
            other = with_wish(case, row["lot_id"], force=kept)
            again = plan_resolution(other, options=options, watch=lambda _: bar.show(""))
            said = _said_anew(plan, again, unit, kept=kept)
    screen.print(said.say(lang), markup=False, soft_wrap=True)


def _said_anew(plan: PlanFiles, again: Plan, unit: Unit, *, kept: bool) -> Text:
    """Say what a whole new plan costs, and how far either plan could still fall."""
    change = again.cost - plan.summary["objective"]
    sure = max(again.cost - again.bound, plan.summary["objective"] - plan.summary["bound"])
    what = Text("releasing it", "处置该资产") if kept else Text("keeping it", "保留该资产")
    dear = change >= 0.0
    size = in_unit(abs(change), unit)
    return Text(
        f"Solved again: {what.en} {'costs' if dear else 'saves'} {size} "
        f"({unit_words(unit, 'en')}); both plans are proven to within {in_unit(sure, unit)}.",
        f"重新求解:{what.zh}使成本{'增加' if dear else '减少'}{size}({unit_words(unit, 'zh')});"
        f"两方案误差均不超过{in_unit(sure, unit)}。",
    )


def _around(
    plan: PlanFiles, case: Case, options: PlanOptions, lot: str, *, released: bool
) -> TurnedPlan | None:
    """Search around the choices that a plan for many futures wrote; None if there are none."""
    written = plan.summary.get("choices")
    if written is None:
        return None
    choices = pl.DataFrame(written, schema=SCHEMA)
    costs = float(plan.summary["objective"])
    return turn_round(case, options, choices, lot, released=released, costs=costs)


def _said_around(plan: PlanFiles, turned: TurnedPlan, unit: Unit, *, kept: bool) -> Text:
    """Say what a short search around the plan found, and how far either plan could still fall."""
    change = turned.turned - turned.cost
    # Turning a decision round leaves fewer plans: what no plan is below holds for them too.
    bound = max(turned.bound, plan.summary["bound"])
    sure = in_unit(max(turned.turned - bound, turned.cost - plan.summary["bound"]), unit)
    size, words = in_unit(abs(change), unit), (unit_words(unit, "en"), unit_words(unit, "zh"))
    what = Text("releasing it", "处置该资产") if kept else Text("keeping it", "保留该资产")
    dear = change >= 0.0
    return Text(
        f"Searched again around the plan: {what.en} {'costs' if dear else 'saves'} {size} "
        f"({words[0]}) in the best plan found, the same futures for both; both are proven to "
        f"within {sure}.",
        f"在方案附近重新搜索:{what.zh}使成本{'增加' if dear else '减少'}{size}({words[1]},"
        f"两方案情景相同);两方案误差均不超过{sure}。",
    )


def options_of(plan: PlanFiles) -> PlanOptions:
    """Return the options that a plan was made with, as plan.json holds them.

    Raises IronpotError for a plan with the prices of a coordinated run, which are not in its files,
    and where an older plan.json, which does not hold them, was made with options of Python's.
    """
    if plan.summary.get("allotted"):
        raise IronpotError(_ALLOTTED)
    written = plan.summary.get("options")
    return _guessed_options(plan) if written is None else read_options(written)


_ALLOTTED = Text(
    "This plan was made with prices and fees of an allotment file, so it cannot be solved again "
    "here. Plan it again with --allotment and a wish, and see `ironpot compare`.",
    "该方案采用配额文件的价格和费用,无法在此重新求解。请加意愿后用 --allotment 重新制定方案,"
    "再用 ironpot compare 比较。",
)


def _guessed_options(plan: PlanFiles) -> PlanOptions:
    """Return the options of the command line whose hash the plan bears: it was made with them.

    Raises IronpotError if it was made with others, in Python: the two costs would not compare.
    """
    weights, drawn = (PlanOptions().help_weight, LEAST_HELP_WEIGHT), plan.summary["scenarios"]
    for relief, weight, scenarios in itertools.product((True, False), weights, (0, drawn)):
        options = PlanOptions(
            time_limit_s=plan.summary["time_limit_s"],
            seed=plan.summary["seed"],
            scenarios=scenarios,
            relief=relief,
            help_weight=weight,
            # A plan that does not name its options is older than luck of single lots.
            lot_luck=False,
        )
        if options_hash(options) == plan.summary["options_hash"]:
            return options
    raise IronpotError(
        Text(
            "This plan was made with options that the command line does not have, so it cannot be "
            "solved again here. Plan it again with: ironpot plan CASE --out OUT",
            "该方案使用了命令行没有的选项,无法在此重新求解。请用 ironpot plan CASE --out OUT "
            "重新制定方案。",
        )
    )
