"""Does the plan hold where nobody planned? The race against simple rules, if one was run."""

from typing import Any

import polars as pl

from ironpot.core.lang import Text
from ironpot.report.figures import money
from ironpot.report.model import Block, Heading, Paragraph, Table
from ironpot.report.tables import field, labelled, moneys, text
from ironpot.report.view import View

CHOICE: dict[str, Text] = {
    "plan": Text("the plan", "本方案"),
    "hold_all": Text("hold all", "全部保留"),
    "biggest_first": Text("biggest first", "金额大者先处置"),
    "lowest_yield_first": Text("lowest yield first", "收益率低者先处置"),
    "title_first": Text("whatever has title first", "权属清晰者先处置"),
    "expected_value": Text("plan for the mean", "按均值制定的方案"),
}
PLAN, MEAN = "plan", "expected_value"


def race_blocks(view: View) -> tuple[Block, ...]:
    """Return what became of the plan and of simple rules in fresh futures; nothing unless raced."""
    rows = view.extras.get("race")
    if rows is None or PLAN not in rows["choice"]:
        return ()
    return (
        Heading(view.say("The plan in futures that nobody planned for", "样本外检验")),
        *(Paragraph(sentence) for sentence in _sentences(view, rows)),
        _table(view, rows),
    )


def _sentences(view: View, rows: pl.DataFrame) -> list[str]:
    by_name = {row["choice"]: row for row in rows.iter_rows(named=True)}
    plan, mean = by_name[PLAN], by_name.get(MEAN)
    rules = [row for name, row in by_name.items() if name not in (PLAN, MEAN)]
    said = [_against(view, plan, min(rules, key=lambda row: row["objective"]))] if rules else []
    if mean is not None:
        said.append(_against_mean(view, mean["objective"] - plan["objective"]))
    if plan["knowing_at_most"] is not None:
        most = money(plan["knowing_at_most"], view.reader)
        said.append(
            view.say(
                f"Knowing the future would be worth {most} at most (perfect information, mean of "
                f"{plan['knowing_futures']} futures).",
                f"预知未来的价值(EVPI)至多{most}({plan['knowing_futures']}个情景的均值)。",
            )
        )
    return said


def _against_mean(view: View, fen: int) -> str:
    """Say what planning for many futures is worth, or that its search was too short."""
    worth = money(abs(fen), view.reader)
    if fen < 0:
        return view.say(
            f"The plan for the mean future costs {worth} less: the search for this plan was too "
            "short.",
            f"按均值制定的方案成本反而低{worth}:本方案求解时间不足。",
        )
    return view.say(
        f"Planning for many futures instead of their mean is worth {worth} (value of the "
        "stochastic solution).",
        f"按多情景而非均值制定方案的价值(VSS)为{worth}。",
    )


def _against(view: View, plan: dict[str, Any], rule: dict[str, Any]) -> str:
    name = CHOICE[rule["choice"]]
    size = money(abs(rule["objective"] - plan["objective"]), view.reader)
    less = plan["objective"] <= rule["objective"]
    return view.say(
        f"In {plan['futures']:,} fresh futures the plan costs {size} "
        f"{'less' if less else 'MORE'} than the best simple rule ({name.en}).",
        f"在{plan['futures']:,}个新情景中,本方案比最优简单规则({name.zh})"
        f"成本{'低' if less else '高'}{size}。",
    )


def _table(view: View, rows: pl.DataFrame) -> Table:
    title = view.say("The plan and simple rules in the same futures", "本方案与简单规则比较")
    fields = (
        text(view, ("name", "choice", "方案"), 1.8),
        *moneys(
            view,
            ("expected_cost", "expected cost", "期望成本"),
            ("cvar_overdue", "overdue, worst futures (CVaR)", "最差情景逾期(CVaR)"),
            ("objective", "cost with that risk", "计入风险的成本"),
            ("in_sample", "in sample", "样本内成本"),
            ("optimism", "in-sample optimism", "样本内乐观偏差"),
            ("shortfall", "shortfall", "缺口"),
            ("relief", "help needed", "所需支持"),
            ("value_destroyed", "value destroyed", "价值损失"),
            total=False,
        ),
        field(view, ("missed_probability", "misses a payment", "违约概率"), "percent"),
    )
    note = view.say(
        "Present values, expected over the futures; CVaR is an amount overdue times years, in the "
        "worst of them; shortfall is help received and amounts newly unpaid.",
        "现值,各情景期望;CVaR为最差情景逾期金额乘以年数;缺口为收到的支持与新增欠付。",
    )
    named = rows.with_columns(name=labelled(view, "choice", CHOICE))
    return Table("race", view.say("Race", "样本外检验"), title, fields, named, note)
