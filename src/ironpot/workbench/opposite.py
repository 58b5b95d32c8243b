"""What would the opposite decision cost? A plan with one decision turned round, solved again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ironpot.case.case import Case
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, in_unit
from ironpot.plan.check_reasons import UNPROVEN
from ironpot.plan.gaps import is_proven
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import Plan, plan_resolution
from ironpot.plan.turned import TurnedPlan, turn_round
from ironpot.plan.wishes import with_wish
from ironpot.report.plan_files import PlanFiles
from ironpot.workbench.made_with import allotments_of, choices_of, options_of, under_way_of
from ironpot.workbench.screen import Bar, unit_words

_SOLVING = Text("planning with it turned round", "按相反决策重新求解")


@dataclass(frozen=True, slots=True)
class Opposite:
    """A lot or debt whose decision is turned round; `kept` says that the plan leaves it as it is.

    `what` names the opposite, as in "releasing it".
    """

    subject_id: str
    kept: bool
    what: Text
    of_debt: bool = False


def opposite_of_lot(lot: str, *, kept: bool) -> Opposite:
    """Return the question what releasing a kept lot costs, or keeping a released one."""
    what = Text("releasing it", "处置该资产") if kept else Text("keeping it", "保留该资产")
    return Opposite(lot, kept, what)


def opposite_of_debt(debt: str, *, kept: bool) -> Opposite:
    """Return the question what changing a debt's contract costs, or keeping the one changed."""
    what = (
        Text("changing its contract", "变更该合同")
        if kept
        else Text("keeping its contract", "按原合同执行")
    )
    return Opposite(debt, kept, what, of_debt=True)


def cost_of_opposite(
    plan: PlanFiles, case: Case, asked: Opposite, time_limit_s: float, lang: Lang, unit: Unit
) -> Text:
    """Turn the decision round, plan again, and say what that costs."""
    options = replace(options_of(plan, allotments_of(plan)), time_limit_s=time_limit_s)
    with Bar(time_limit_s) as bar:
        bar.show(_SOLVING.say(lang))
        turned = None if asked.of_debt else _around(plan, case, options, asked)
        if turned is not None:
            return _said_around(plan, turned, asked.what, unit)
        again = plan_resolution(
            with_wish(case, asked.subject_id, force=asked.kept),
            options=options,
            allotments=allotments_of(plan),
            earlier=choices_of(plan),
            under_way=under_way_of(plan, case),
        )
        return _said_anew(plan, again, asked.what, unit)


def _said_anew(plan: PlanFiles, again: Plan, what: Text, unit: Unit) -> Text:
    """Say what a whole new plan costs, and how far either plan could still fall."""
    change = again.cost - plan.summary["objective"]
    gap = max(again.cost - again.bound, plan.summary["objective"] - plan.summary["bound"])
    sure = _how_sure(plan, gap, (again.cost, plan.summary["objective"]), unit)
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
    plan: PlanFiles, case: Case, options: PlanOptions, asked: Opposite
) -> TurnedPlan | None:
    """Search around the choices that a plan for many futures wrote; None if there are none."""
    choices = choices_of(plan)
    if choices is None:
        return None
    return turn_round(
        case,
        options,
        choices,
        asked.subject_id,
        released=not asked.kept,
        costs=float(plan.summary["objective"]),
        allotments=allotments_of(plan),
        under_way=under_way_of(plan, case),
    )


def _said_around(plan: PlanFiles, turned: TurnedPlan, what: Text, unit: Unit) -> Text:
    """Say what a short search around the plan found, and how far either plan could still fall.

    A plan that had to open help is below no bound of plans without it: nothing is claimed of it.
    """
    change = turned.turned - turned.cost
    sure = _sure_around(plan, turned, unit)
    size, words = in_unit(abs(change), unit), (unit_words(unit, "en"), unit_words(unit, "zh"))
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
