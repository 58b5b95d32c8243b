"""What would each way with a debt cost by itself, which are closed, what costs the opposite?"""

from collections.abc import Sequence

import polars as pl
from rich.console import Console

from ironpot.case.case import Case
from ironpot.case.schema.labels import ACTIONS, PRIMARY_CLASSES
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, in_unit
from ironpot.plan.inputs import Inputs
from ironpot.plan.ways_of_debt import CHANGES, SWAP, Way, closed_ways, ways_of_debt
from ironpot.report.plan_files import PlanFiles
from ironpot.workbench.made_with import allotments_of, inputs_of
from ironpot.workbench.opposite import cost_of_opposite, opposite_of_debt
from ironpot.workbench.screen import show_table, unit_words
from ironpot.workbench.why_debt import actions_of, is_opened

CONTRACT = "contract"
_KEEP = Text("keep the contract", "按原合同执行")
_HEADS = (
    Text("way", "方式"),
    Text("from", "自"),
    Text("row", "依据"),
    Text("paid, present value", "偿付现值"),
    Text("against contract", "比原合同"),
    Text("in the plan", "方案采用"),
)
_OPENED = Text(
    "The plan itself opens this loan; ask for the debts that it takes over.",
    "该借款由方案新增,请查询其所接续的债务。",
)
_INSIDE = Text(
    "It is owed between two bodies within the perimeter, or none that pays: no plan changes it.",
    "属范围内主体之间的债务,方案不作变更。",
)
_NOTHING_OPEN = Text(
    "No change is open to it, so nothing was solved again.", "没有可选的变更,未重新求解。"
)


def say_ways(
    plan: PlanFiles,
    case: Case,
    debt: str,
    time_limit_s: float,
    screen: Console,
    lang: Lang,
    unit: Unit,
) -> None:
    """Print what each way with a debt costs by itself, and what the opposite costs the plan."""
    inputs = inputs_of(plan, case, allotments_of(plan))
    if debt not in inputs.debts.debt_ids:
        said = _OPENED if is_opened(plan, debt) else _INSIDE
        screen.print(said.say(lang), markup=False, soft_wrap=True)
        return
    ways = ways_of_debt(inputs, debt)
    taken = tuple(way for way in ways if _is_taken(plan, debt, way))
    _show_ways(case, debt, ways, taken, screen, lang, unit)
    notes = (_basis(inputs), _verdict(ways, taken, unit), *_closed(inputs, debt))
    for text in (*notes, *_sources(case, debt, ways)):
        screen.print(text.say(lang), markup=False, soft_wrap=True)
    kept = _changes(plan, debt).is_empty()
    if kept and len(ways) == 1:
        screen.print(_NOTHING_OPEN.say(lang), markup=False, soft_wrap=True)
        return
    asked = opposite_of_debt(debt, kept=kept)
    said = cost_of_opposite(plan, case, asked, time_limit_s, lang, unit)
    screen.print(said.say(lang), markup=False, soft_wrap=True)


def _changes(plan: PlanFiles, debt: str) -> pl.DataFrame:
    """Return the rows that change its contract, in whole or in part."""
    return actions_of(plan, debt).filter(pl.col("action").is_in(CHANGES))


def _is_taken(plan: PlanFiles, debt: str, way: Way) -> bool:
    """Say whether the plan takes a way, be it with part of the debt; bonds name their programme."""
    rows = _changes(plan, debt)
    if way.action == CONTRACT:
        return rows.is_empty()
    mine = rows.filter(action=way.action)
    if way.action == SWAP:
        mine = mine.filter(pl.col("new_debt_id").str.starts_with(f"new-{way.option_id}-"))
    return not mine.is_empty()


def _show_ways(
    case: Case,
    debt: str,
    ways: Sequence[Way],
    taken: Sequence[Way],
    screen: Console,
    lang: Lang,
    unit: Unit,
) -> None:
    contract = ways[0].cost
    rows = [
        (
            _name(way).say(lang),
            way.quarter if way.action != CONTRACT else "",
            _row_of(case, debt, way) or "",
            in_unit(way.cost, unit),
            _change(way.cost - contract, unit) if way.action != CONTRACT else "",
            Text("yes", "是").say(lang) if way in taken else "",
        )
        for way in ways
    ]
    title = Text("What each way costs by itself", "各方式单独测算").say(lang)
    heads = [head.say(lang) for head in _HEADS]
    show_table(screen, f"{title} ({unit_words(unit, lang)})", heads, rows, right=(3, 4))


def _name(way: Way) -> Text:
    """Name a way, with its chance where that is less than certain."""
    name = _KEEP if way.action == CONTRACT else ACTIONS[way.action]
    if way.chance >= 1.0:
        return name
    return Text(f"{name.en} (chance {way.chance:.0%})", f"{name.zh}(成功概率{way.chance:.0%})")


def _change(yuan: float, unit: Unit) -> str:
    return ("+" if yuan > 0.0 else "") + in_unit(yuan, unit)


def _row_of(case: Case, debt: str, way: Way) -> str | None:
    """Return the row of class_actions that opens a way; None where several might, or none."""
    if way.option_id is not None:
        return way.option_id
    kind = case.debts.row(by_predicate=pl.col("debt_id") == debt, named=True)["primary_class"]
    rows = case.class_actions.filter(primary_class=kind, action=way.action)["option_id"]
    return rows[0] if len(rows) == 1 else None


def _basis(inputs: Inputs) -> Text:
    return Text(
        f"Present values at {inputs.rate:.2%} a year of all that is paid on it, expected over the "
        "scenarios. What cash is worth when it is scarce, and what creditors lend again, is not in "
        "them. Prepaying and swapping: of the whole debt, in the cheapest quarter.",
        f"按年贴现率{inputs.rate:.2%}计算该债务全部偿付的现值(各情景期望值),未计资金紧缺时现金的"
        "价值和债权人续贷。提前偿还、置换均按整笔、成本最低的季度测算。",
    )


def _verdict(ways: Sequence[Way], mine: Sequence[Way], unit: Unit) -> Text:
    """Say whether the plan takes what is cheapest by itself, and how much dearer it is if not."""
    best = min(ways, key=lambda way: way.cost)
    if not mine or min(way.cost for way in mine) <= best.cost:
        return Text(
            "By itself no open way is cheaper than what the plan does.",
            "单独测算,没有比方案做法成本更低的方式。",
        )
    chosen = min(mine, key=lambda way: way.cost)
    size, better, own = in_unit(chosen.cost - best.cost, unit), _name(best), _name(chosen)
    return Text(
        f"By itself {better.en} would cost {size} ({unit_words(unit, 'en')}) less than what the "
        f"plan does ({own.en}); what the plan as a whole gains by that, solving again says.",
        f"单独测算,{better.zh}比方案做法({own.zh})少付{size}({unit_words(unit, 'zh')});"
        "方案整体上的得失见重新求解。",
    )


def _closed(inputs: Inputs, debt: str) -> tuple[Text, ...]:
    """Say what is not open to a debt: in one sentence what its class has no row for."""
    closed = closed_ways(inputs, debt)
    kind = inputs.debts.debts.row(by_predicate=pl.col("debt_id") == debt, named=True)
    rows = inputs.case.class_actions.filter(primary_class=kind["primary_class"])
    missing = [ACTIONS[action] for action in closed if action not in rows["action"]]
    named = [(ACTIONS[action], why) for action, why in closed.items() if action in rows["action"]]
    said = [
        Text(f"Not open: {name.en}: {why.en}.", f"不可用:{name.zh}:{why.zh}。")
        for name, why in named
    ]
    if missing:
        of_class = PRIMARY_CLASSES[kind["primary_class"]]
        said.append(
            Text(
                f"Not open to debt of class {of_class.en}: "
                f"{', '.join(name.en for name in missing)} (no row in the table class_actions).",
                f"{of_class.zh}不可用:{'、'.join(name.zh for name in missing)}"
                "(“分类处置”表无对应行)。",
            )
        )
    return tuple(said)


def _sources(case: Case, debt: str, ways: Sequence[Way]) -> tuple[Text, ...]:
    """Say where the debt's terms and the terms of each way come from."""
    own = case.debts.filter(debt_id=debt)["source_id"]
    rows = [_row_of(case, debt, way) for way in ways]
    of_ways = case.class_actions.filter(pl.col("option_id").is_in(rows))["source_id"]
    names = [*dict.fromkeys([*own.drop_nulls(), *of_ways.drop_nulls()])]
    known = case.sources.filter(pl.col("source_id").is_in(names))
    return tuple(
        Text(
            f"Source {row['source_id']}: {row['document']}",
            f"来源{row['source_id']}:{row['document']}",
        )
        for row in known.iter_rows(named=True)
    )
