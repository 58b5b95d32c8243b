"""`ironpot why` of a debt: what is done with it in each quarter, why, and whose money meets it?

All figures are those of the plan's files, expected over its scenarios; integer fen.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl
from rich.console import Console

from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit
from ironpot.core.sources import ORIGIN_TEXT
from ironpot.plan.reasons import action_reason
from ironpot.report.plan_files import PlanFiles
from ironpot.report.words import ACTION, ADDED, PRIMARY_CLASS, label
from ironpot.workbench.plan_words import KINDS
from ironpot.workbench.screen import amount, show_table, unit_words

DUE = "scheduled"
# Columns of a quarter's row: what moves principal, in the order of a ledger.
MOVES = (DUE, "refinance", "prepay", "swap", "haircut", "transfer", "call", "default")
PAID = "paid"


def show_debt(plan: PlanFiles, debt: str, screen: Console, lang: Lang, unit: Unit) -> None:
    """Print what a plan does with a debt: in words, quarter by quarter, and with whose money."""
    rows = actions_of(plan, debt)
    for text in (_head(plan, debt, rows, unit), *_done(plan, debt, rows, unit)):
        screen.print(text.say(lang), markup=False, soft_wrap=True)
    if rows.height:
        _show_quarters(plan, debt, rows, screen, lang, unit)
        screen.print(_met_by(plan, debt, unit).say(lang), markup=False, soft_wrap=True)


def actions_of(plan: PlanFiles, debt: str) -> pl.DataFrame:
    """Return a debt's rows of debt_actions; what grows its own principal is called `added`."""
    rows = plan.tables["debt_actions"].filter(pl.col("debt_id") == debt).sort("quarter")
    grows = (pl.col("action") == DUE) & (pl.col("principal_new") > 0)
    return rows.with_columns(pl.when(grows).then(pl.lit(ADDED)).otherwise("action").alias("action"))


def is_opened(plan: PlanFiles, debt: str) -> bool:
    """Say whether a plan itself opens a debt: nothing of it is owed today."""
    rows = actions_of(plan, debt)
    opens = (pl.col("new_debt_id") == debt) & (pl.col("action") != ADDED)
    return rows.filter(opens, pl.col("principal_new") > 0).height > 0


def _head(plan: PlanFiles, debt: str, rows: pl.DataFrame, unit: Unit) -> Text:
    """Say whose debt it is, what is owed today and at the end, and where its terms come from."""
    row = plan.tables["debts"].row(by_predicate=pl.col("debt_id") == debt, named=True)
    kind, end = label(PRIMARY_CLASS, row["primary_class"]), plan.summary["horizon"]["last"]
    closing = row["opening_principal"] + _sum(rows, "principal_new")
    left = amount(closing - _sum(rows, "principal_reduced"), unit)
    if is_opened(plan, debt):
        now = Text("a loan that the plan itself opens", "方案新增借款")
    else:
        owed, origin = amount(row["opening_principal"], unit), ORIGIN_TEXT[row["origin"]]
        now = Text(f"{owed} owed today (origin: {origin.en})", f"现欠{owed}(数据性质:{origin.zh})")
    return Text(
        f"{debt} ({kind.en}, {row['entity_id']}): {now.en}, {left} left at the end of {end} "
        f"({unit_words(unit, 'en')}, expected over the scenarios).",
        f"{debt}({kind.zh},{row['entity_id']}):{now.zh},{end}末余额{left}"
        f"({unit_words(unit, 'zh')},各情景期望值)。",
    )


def _done(plan: PlanFiles, debt: str, rows: pl.DataFrame, unit: Unit) -> tuple[Text, ...]:
    """Say of each thing that is done what, how much, when and why; none where nothing is."""
    if not rows.height:
        return (
            Text(
                "Within the plan nothing falls due on it, and its contract is kept.",
                "规划期内无到期款项,按原合同执行。",
            ),
        )
    said = [_opened(plan, debt, rows, unit)] if is_opened(plan, debt) else []
    done = rows.filter((pl.col("new_debt_id") != debt).fill_null(value=True) | _grows())
    for (action,), mine in done.group_by("action", maintain_order=True):
        if action != DUE:
            said.append(_action(str(action), mine, unit))
    if all(action == DUE for action in done["action"]):
        said.append(Text("Its contract is kept: it is paid when due.", "按原合同到期偿付。"))
    return tuple(said)


def _grows() -> pl.Expr:
    return pl.col("action") == ADDED


def _action(action: str, rows: pl.DataFrame, unit: Unit) -> Text:
    """Say one action's amount, quarters, terms and reason."""
    what = label(ACTION, action)
    forced = bool((rows["reason_code"] == "USER").any())
    why = action_reason(action, forced=forced).text
    moved = _sum(rows, "principal_new" if action == ADDED else "principal_reduced")
    size = f" {amount(moved, unit)}" if moved else ""
    when, terms = _when(rows), _terms(rows, unit)
    new = _replaced_by(rows)
    return Text(
        f"{what.en[0].upper()}{what.en[1:]}{size}, {when.en}: {why.en}{new.en}{terms.en}.",
        f"{what.zh}{size.strip()}({when.zh}):{why.zh}{new.zh}{terms.zh}。",
    )


def _replaced_by(rows: pl.DataFrame) -> Text:
    """Name the contracts that take over what an action ends, the first of them where many do."""
    names = rows.filter(~_grows())["new_debt_id"].drop_nulls().unique(maintain_order=True).to_list()
    if not names:
        return Text("", "")
    more = len(names) - 1
    return Text(
        f", as {names[0]}" + (f" and {more} more" if more else ""),
        f",转为{names[0]}" + (f"等{len(names)}笔" if more else ""),
    )


def _when(rows: pl.DataFrame) -> Text:
    quarters = rows["quarter"].unique().sort().to_list()
    if len(quarters) <= 3:
        listed = ", ".join(quarters)
        return Text(listed, "、".join(quarters))
    count = len(quarters)
    return Text(
        f"in {count} quarters from {quarters[0]} to {quarters[-1]}",
        f"{quarters[0]}至{quarters[-1]}共{count}个季度",
    )


def _terms(rows: pl.DataFrame, unit: Unit) -> Text:
    """Say what an agreement costs and brings the debtor, and how likely it is, where files say."""
    en, zh = "", ""
    fee, gain = _sum(rows, "fee_paid"), _sum(rows, "npv_effect")
    if fee:
        en, zh = f"{en}; fees {amount(fee, unit)}", f"{zh};费用{amount(fee, unit)}"
    if gain:
        size = amount(abs(gain), unit)
        en += f"; present value {size} {'less' if gain > 0 else 'more'} for the debtor to pay"
        zh += f";债务人偿付现值{'减少' if gain > 0 else '增加'}{size}"
    chance = rows["success_probability"].min()
    if isinstance(chance, float) and chance < 1.0:
        en += f"; counted with a chance of {chance:.0%}"
        zh += f";按{chance:.0%}的成功概率计"
    return Text(en, zh)


def _opened(plan: PlanFiles, debt: str, rows: pl.DataFrame, unit: Unit) -> Text:
    """Say of a loan that the plan opens when, how much, from whom, and in place of what."""
    row = rows.filter(pl.col("new_debt_id") == debt, pl.col("principal_new") > 0).row(0, named=True)
    table = plan.tables["debt_actions"]
    old = table.filter(pl.col("new_debt_id") == debt, pl.col("debt_id") != debt)["debt_id"]
    size, why = amount(row["principal_new"], unit), _why_opened(plan, row, old)
    return Text(
        f"Borrowed {size} in {row['quarter']}: {why.en}.", f"{row['quarter']}借入{size}:{why.zh}。"
    )


def _why_opened(plan: PlanFiles, row: Mapping[str, Any], old: pl.Series) -> Text:
    if not old.is_empty():
        names = old.unique(maintain_order=True).to_list()
        more = len(names) - 5
        en, zh = ", ".join(names[:5]), "、".join(names[:5])
        return Text(
            f"in place of {en}" + (f" and {more} more" if more > 0 else ""),
            f"接续{zh}" + (f"等{len(names)}笔" if more > 0 else ""),
        )
    helped = row["creditor_id"] in plan.tables["relief"]["giver_id"]
    return action_reason("help" if helped else "secured", forced=False).text


def _show_quarters(
    plan: PlanFiles, debt: str, rows: pl.DataFrame, screen: Console, lang: Lang, unit: Unit
) -> None:
    """Print a row a quarter: what moves principal, interest and fees, what is owed then."""
    moves = [name for name in MOVES if _sum(rows.filter(action=name), "principal_reduced")]
    grown = bool(_sum(rows, "principal_new"))
    heads = [
        Text("quarter", "季度"),
        *([Text("added", "新增本金")] if grown else []),
        *(label(ACTION, name) for name in moves),
        Text("interest and fees", "利息及费用"),
        Text("owed then", "期末余额"),
    ]
    opening = plan.tables["debts"].row(by_predicate=pl.col("debt_id") == debt, named=True)
    owed = opening["opening_principal"]
    lines: list[tuple[str, ...]] = []
    for (quarter,), mine in rows.group_by("quarter", maintain_order=True):
        owed += _sum(mine, "principal_new") - _sum(mine, "principal_reduced")
        paid = _sum(mine, "interest_paid") + _sum(mine, "fee_paid")
        cells = [_sum(mine, "principal_new")] if grown else []
        cells += [_sum(mine.filter(action=name), "principal_reduced") for name in moves]
        # What does not happen in a quarter is left blank: a column of nils hides the figures.
        said = (amount(cell, unit) if cell else "" for cell in (*cells, paid))
        lines.append((str(quarter), *said, amount(owed, unit)))
    title = Text("Quarter by quarter", "分季度").say(lang)
    show_table(
        screen,
        f"{title} ({unit_words(unit, lang)})",
        [head.say(lang) for head in heads],
        lines,
        right=range(1, len(heads)),
    )


def _met_by(plan: PlanFiles, debt: str, unit: Unit) -> Text:
    """Say whose money meets the principal, by kind, as the plan's resolution books it."""
    rows = plan.tables["resolution"].filter(pl.col("debt_id") == debt)
    sums = rows.group_by("kind").agg(pl.col("amount").sum()).filter(pl.col("amount") != 0)
    parts = [
        (KINDS[kind], amount(fen, unit))
        for kind in KINDS
        for fen in sums.filter(kind=kind)["amount"]
    ]
    if not parts:
        return Text("No principal of it is met within the plan.", "规划期内未偿还本金。")
    en = ", ".join(f"{name.en} {size}" for name, size in parts)
    zh = "、".join(f"{name.zh}{size}" for name, size in parts)
    return Text(
        f"Its principal is met or put off by: {en} ({unit_words(unit, 'en')}).",
        f"本金偿还或延后的资金来源:{zh}({unit_words(unit, 'zh')})。",
    )


def _sum(rows: pl.DataFrame, name: str) -> int:
    return int(rows[name].sum())
