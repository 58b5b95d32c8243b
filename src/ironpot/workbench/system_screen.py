"""How does `ironpot system` answer on a terminal? Words with figures first, then the tables."""

from collections.abc import Iterable

import polars as pl
from rich.console import Console

from ironpot.core.lang import Lang, Text
from ironpot.core.money import YUAN_PER_UNIT, Unit, in_unit
from ironpot.report.figures import percent
from ironpot.report.system_answer import answers_of, counties
from ironpot.report.system_view import REGIME, SystemView
from ironpot.workbench.screen import show_table, unit_words


def show_system(view: SystemView, screen: Console, lang: Lang, unit: Unit) -> None:
    """Print the answer and the four regimes on one screen."""
    count, span = len(view.crowd.markets.counties), view.span
    size = Text(counties(count), f"{count}个县区").say(lang)
    screen.print(f"[bold]{view.name}[/bold]  {size}  {span}")
    # A Chinese answer has no blank to break at: it would leave its question's line anyway.
    gap = "\n" if lang == "zh" else "  "
    for answer in answers_of(view):
        screen.print(f"[bold]{answer.question}[/bold]{gap}{answer.text}")
    regimes = view.tables["regimes"]
    digits = _digits(regimes, ("cost", "proceeds"), unit)
    rows = [_row(row, lang, unit, digits) for row in regimes.iter_rows(named=True)]
    title = Text("The four regimes", "四种情形").say(lang) + f" ({unit_words(unit, lang)})"
    show_table(screen, title, [head.say(lang) for head in _COLUMNS], rows, right=range(1, 8))
    screen.print(view.settled)
    if view.crowded:
        screen.print(view.crowded)
    if not view.crowd.plan.reached:
        screen.print(_STOPPED.say(lang))
    if not view.is_wished and bool((view.crowd.losses > 0.0).any()):
        screen.print(_OTHERS.say(lang))
    screen.print(view.synthetic)
    for loss in view.losses:
        screen.print(f"- {loss}")


_OTHERS = Text(
    "With --fair nobody loses; --bank-weight, --uniform and --whole-lots are other wishes.",
    "加 --fair 可要求无一受损;另有 --bank-weight、--uniform、--whole-lots 等要求可选。",
)


def show_rights(view: SystemView, screen: Console, lang: Lang, unit: Unit) -> None:
    """Print what each regime uses of the counties' rights; nothing where no case has any."""
    used = view.rights_used
    if used.is_empty():
        return
    digits = _digits(used, used.columns[1:], unit)
    rows = [
        (row["kind"], *(in_unit(row[name], unit, digits) for name in used.columns[1:]))
        for row in used.iter_rows(named=True)
    ]
    title = Text("Rights used beside sales", "出售之外动用的权利").say(lang)
    heads = [head.say(lang) for head in (Text("right", "权利"), Text("at most", "上限"))]
    regimes = [REGIME[name].say(lang) for name in used.columns[2:-1]]
    cost = Text("cost, together", "统筹时成本").say(lang)
    show_table(
        *(screen, f"{title} ({unit_words(unit, lang)})", [*heads, *regimes, cost], rows),
        right=range(1, len(used.columns)),
    )


def show_spiral(view: SystemView, screen: Console, lang: Lang, unit: Unit) -> None:
    """Print where the second round of each regime ends; nothing where it was not played."""
    if "spiral" not in view.tables:
        return
    digits = _digits(view.tables["spiral"], ("cost", "bank_loss"), unit)
    rows = [
        (
            REGIME[row["regime"]].say(lang),
            *(in_unit(row[name], unit, digits) for name in ("bank_loss_first", "bank_loss")),
            str(row["banks_under"]),
            *(in_unit(row[name], unit, digits) for name in ("withdrawn", "pressed", "missed")),
            percent(row["cushion"]),
            in_unit(row["cost"], unit, digits),
        )
        for row in view.tables["spiral"].iter_rows(named=True)
    ]
    title = Text("The second round", "第二轮冲击").say(lang) + f" ({unit_words(unit, lang)})"
    show_table(screen, title, [head.say(lang) for head in _SPIRAL], rows, right=range(1, 9))


def show_choices(view: SystemView, screen: Console, lang: Lang, unit: Unit) -> None:
    """Print what each wish for the joint plan costs; nothing where nothing was wished."""
    if not view.wished:
        return
    screen.print(f"\n[bold]{_WISHED.say(lang)}[/bold]  {view.wished}")
    digits = _digits(view.tables["choices"], ("cost",), unit)
    rows = [
        (
            REGIME[row["choice"]].say(lang),
            *(in_unit(row[name], unit, digits) for name in ("cost", "price")),
            percent(row["price_of_stake"]),
            percent(row["gap"], 2),
            percent(row["gain_kept"]),
            str(row["worse_off"]),
            *(
                in_unit(row[name], unit, max(digits, 2))
                for name in ("worst_loss", "arrears_end", "tolls")
            ),
        )
        for row in view.tables["choices"].iter_rows(named=True)
    ]
    title = Text("What a wish costs", "各项选择的代价").say(lang) + f" ({unit_words(unit, lang)})"
    show_table(screen, title, [head.say(lang) for head in _CHOICES], rows, right=range(1, 10))


def show_mandates(view: SystemView, screen: Console, lang: Lang, unit: Unit) -> None:
    """Print what each order does to prices, arrears, banks and cost, in a crowd and together."""
    if "mandates" not in view.tables:
        return
    digits = _digits(view.tables["mandates"], ("cost", "arrears_end"), unit)
    rows = [
        (
            view.orders[row["mandate"]],
            REGIME[row["regime"]].say(lang),
            percent(row["price_average"]),
            str(row["counties_behind"]),
            *(in_unit(row[name], unit, digits) for name in ("arrears_end", "bank_loss")),
            "-" if row["banks_under"] is None else str(row["banks_under"]),
            in_unit(row["cost"], unit, digits),
            "-" if row["over_none"] is None else in_unit(row["over_none"], unit, digits),
        )
        for row in view.tables["mandates"].iter_rows(named=True)
    ]
    title = Text("What an order does", "各项要求的后果").say(lang) + f" ({unit_words(unit, lang)})"
    heads = [head.say(lang) for head in _ORDERS]
    show_table(screen, title, heads, rows, right=range(2, 9))


def _digits(table: pl.DataFrame, names: Iterable[str], unit: Unit) -> int:
    """Return how many places tell the largest of some columns to three figures; at least one."""
    amounts = [abs(x) for name in names for x in table[name].drop_nulls().to_list()]
    largest = max(amounts, default=0.0) / YUAN_PER_UNIT[unit]
    return next((places for places in (1, 2, 3) if largest >= 10.0 ** (3 - places)), 4)


def _row(row: dict[str, object], lang: Lang, unit: Unit, digits: int) -> tuple[str, ...]:
    money = ("cost", "over_coordinated", "value_destroyed", "proceeds", "arrears_end", "regret")
    shown = dict.fromkeys(money, "-")
    for name in money:
        amount = row[name]
        if isinstance(amount, float):
            shown[name] = in_unit(amount, unit, digits)
    share = row["over_stake"]
    of_stake = percent(share if isinstance(share, float) else None)
    figures = [shown[name] for name in money]
    return (REGIME[str(row["regime"])].say(lang), *figures[:2], of_stake, *figures[2:])


_COLUMNS = (
    Text("regime", "情形"),
    Text("cost", "成本"),
    Text("above joint plan", "高于统筹"),
    Text("of the stake", "占可节省额"),
    Text("value destroyed", "价值损失"),
    Text("proceeds", "成交收入"),
    Text("arrears", "期末欠款"),
    Text("regret", "后悔值"),
)
_SPIRAL = (
    Text("regime", "情形"),
    Text("banks lose first", "银行首轮损失"),
    Text("in the end", "最终损失"),
    Text("below the floor", "破线银行数"),
    Text("withdrawn", "抽回续贷"),
    Text("lost next door", "外溢减收"),
    Text("missed more", "新增欠款"),
    Text("cushion", "缓冲"),
    Text("cost", "成本"),
)
_ORDERS = (
    Text("order", "要求"),
    Text("regime", "情形"),
    Text("price", "价格"),
    Text("counties behind", "欠款县数"),
    Text("arrears", "期末欠款"),
    Text("banks lose", "银行损失"),
    Text("banks fail the floor", "破线银行数"),
    Text("cost", "成本"),
    Text("above no order", "较无要求"),
)
_WISHED = Text("What does the wish cost?", "所选要求代价多大?")
_CHOICES = (
    Text("wish", "选择"),
    Text("cost", "成本"),
    Text("its price", "代价"),
    Text("of the stake", "占可节省额"),
    Text("gap", "差距"),
    Text("gain kept", "保留收益"),
    Text("worse off", "受损县数"),
    Text("worst loss", "最大受损"),
    Text("arrears", "期末欠款"),
    Text("tolls", "占用费"),
)
_STOPPED = Text(
    "The joint plan has not reached the gap asked for; its bound and gap above still hold.",
    "统筹方案未达到要求的差距;上列下界和差距仍然成立。",
)


IN_PARTS = Text(
    "These allotments are parts of lots. For sales that counties can carry out lot by lot, and "
    "plans that say what their part costs: --whole-lots 1",
    "上述配额按标的的部分计。如需各县可逐宗实施的出售,并由方案说明本县份额的成本:--whole-lots 1",
)
