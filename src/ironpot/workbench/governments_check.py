"""Does a table of governments say what it must? Every wrong cell at once, and sums re-added.

Tables print 100 million yuan; amounts leave here in yuan. Rows are lines of the file, 1 its header.
"""

import math
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from ironpot.case.nearest import nearest
from ironpot.core.errors import CaseError, FileRefusedError
from ironpot.core.issues import Issue, Place
from ironpot.core.lang import Text
from ironpot.core.money import in_unit
from ironpot.system.units import AMOUNTS, OWN, UNITS, governments, prove_units

YUAN_PRINTED = 1e8
LAST_DIGIT = 0.01 * YUAN_PRINTED
# Ten times what all governments of China owe: more is a table in another unit.
_MOST_PRINTED = 1e7
_NEEDED = ("unit_id", "parent_id", "level", *AMOUNTS)
_MONEY = (*AMOUNTS, "own_revenue_y")
_SHOWN, _NAMED = 3, 10
Why = tuple[Text, Text, Text]


def checked_units(file: Path, cells: pl.DataFrame) -> pl.DataFrame:
    """Return the table's rows in yuan from its cells as text; empty cells stay unknown.

    Raises FileRefusedError where columns are missing or none of `UNITS`, else CaseError with every
    wrong cell: a government twice or without a name, an unknown level or parent, a government below
    itself, an amount that is no number, below zero, or more than anybody owes.
    """
    _refuse_columns(file, cells.columns)
    filled = cells.with_columns(pl.all().str.strip_chars().replace("", None))
    issues = [*_name_issues(file, filled), *_parent_issues(file, filled)]
    issues += [i for name in _MONEY if name in cells.columns for i in _amounts(file, filled, name)]
    if issues:
        raise CaseError(sorted(issues, key=lambda issue: issue.place.row or 0))
    given = [name for name in _MONEY if name in cells.columns]
    return filled.with_columns(pl.col(given).cast(pl.Float64) * YUAN_PRINTED)


def sums_that_fail(units: pl.DataFrame) -> tuple[Text, ...]:
    """Say which published sums do not hold to the table's rounding; nothing where all do."""
    proof = prove_units(units, last_digit=LAST_DIGIT).drop_nulls("holds")
    broken = proof.filter(~pl.col("holds")).sort(pl.col("difference").abs(), descending=True)
    if broken.is_empty():
        return ()
    worst = broken.unique(["unit_id", "column"], keep="first", maintain_order=True).head(_SHOWN)
    shown = [_missed(row) for row in worst.iter_rows(named=True)]
    head = f"{broken.height} of {proof.height}"
    return (
        Text(
            f"{head} sums of the table do not add up to its rounding, and are used as they stand: "
            f"{'; '.join(said.en for said in shown)}{' ...' if broken.height > _SHOWN else ''}",
            f"表中{proof.height}项加总有{broken.height}项超出舍入误差,仍按原数使用:"
            f"{';'.join(said.zh for said in shown)}{'等' if broken.height > _SHOWN else ''}",
        ),
    )


def left_out(units: pl.DataFrame) -> tuple[Text, ...]:
    """Name the governments whose debt is not known; nothing where all are.

    >>> units = pl.DataFrame({"unit_id": ["a", "b"], "level": ["county", "county"],
    ...                       "debt_balance": [1e9, None]})
    >>> left_out(units)[0].en
    'The debt of 1 of 2 governments is unknown; nobody acts for it in what follows: b.'
    """
    own = governments(units)
    unknown = own.filter(pl.col("debt_balance").is_null())
    if unknown.is_empty():
        return ()
    named = unknown.select(pl.coalesce("name", "unit_id")).to_series()
    names, more = named.to_list(), unknown.height - _NAMED
    ends = (f" and {more} more", f"等{unknown.height}个") if more > 0 else ("", "")
    return (
        Text(
            f"The debt of {unknown.height} of {own.height} governments is unknown; nobody acts for "
            f"it in what follows: {', '.join(names[:_NAMED])}{ends[0]}.",
            f"{own.height}个政府中有{unknown.height}个债务未知,以下测算不含:"
            f"{'、'.join(names[:_NAMED])}{ends[1]}。",
        ),
    )


def _missed(row: dict[str, float | str]) -> Text:
    apart, label = float(row["difference"]), UNITS.column(str(row["column"])).label
    amount = in_unit(abs(apart), "hundred_million")
    over = apart > 0.0
    if row["rule"] == "limit":
        return Text(
            f"{row['unit_id']} {label.en} above its limit by {amount} hundred million yuan",
            f"{row['unit_id']}{label.zh}超限额{amount}亿元",
        )
    return Text(
        f"{row['unit_id']} {label.en}: parts {amount} hundred million yuan "
        f"{'more' if over else 'less'} than stated",
        f"{row['unit_id']}{label.zh}:分项合计{'多' if over else '少'}{amount}亿元",
    )


def _refuse_columns(file: Path, found: list[str]) -> None:
    missing = [name for name in _NEEDED if name not in found]
    known = [name for name in UNITS.names if name not in found]
    strange = {name: nearest(name, known) for name in found if name not in UNITS.names}
    if not missing and not strange:
        return
    meant = ", ".join(f"{name} ({near}?)" if near else name for name, near in strange.items())
    lacks = ", ".join(missing)
    raise FileRefusedError(
        Text(
            f"{file}:1 is no header of a table of governments. Missing columns: {lacks or 'none'}; "
            f"columns that nothing reads: {meant or 'none'}. Name columns as in examples/hunan; "
            "leave a cell empty where a figure is not published.",
            f"{file}:1 不是政府债务表的表头。缺少列:{lacks or '无'};不认识的列:{meant or '无'}。"
            "请按 examples/hunan 命名各列,未公布的数据留空。",
        )
    )


def _name_issues(file: Path, cells: pl.DataFrame) -> list[Issue]:
    """Find rows without a name, names used twice, and levels that there are not."""
    found: list[Issue] = []
    first: dict[str, int] = {}
    levels = UNITS.column("level").allowed
    for line, (unit, level) in enumerate(cells.select("unit_id", "level").iter_rows(), start=2):
        if unit is None:
            found.append(_issue(file, line, "unit_id", None, _NAMELESS))
        elif unit in first:
            found.append(_issue(file, line, "unit_id", unit, _twice(first[unit])))
        first.setdefault(str(unit), line)
        if level not in levels:
            found.append(_issue(file, line, "level", level, _no_level(level, levels)))
    return found


def _parent_issues(file: Path, cells: pl.DataFrame) -> list[Issue]:
    """Find parents that are no row, each once, and rows that are below themselves."""
    rows = cells.select("unit_id", "parent_id", "level").with_row_index("line", offset=2)
    parents = dict(rows.select("unit_id", "parent_id").iter_rows())
    totals = rows.filter(~pl.col("level").is_in(OWN))["unit_id"].drop_nulls().to_list()
    lost = rows.drop_nulls("parent_id").filter(~pl.col("parent_id").is_in(list(parents)))
    found = [
        _issue(file, line, "parent_id", parent, _no_parent(parent, totals, count))
        for parent, line, count in lost.group_by("parent_id", maintain_order=True)
        .agg(pl.col("line").first(), count=pl.len())
        .iter_rows()
    ]
    return found + [
        _issue(file, line, "parent_id", parent, _CIRCLE)
        for line, unit, parent, _ in rows.drop_nulls("unit_id").iter_rows()
        if _below_itself(unit, parents)
    ]


def _below_itself(unit: str, parents: dict[str, str | None]) -> bool:
    above, seen = parents.get(unit), set[str]()
    while above is not None and above not in seen:
        if above == unit:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


def _amounts(file: Path, cells: pl.DataFrame, column: str) -> Iterable[Issue]:
    number = cells[column].cast(pl.Float64, strict=False)
    for line, (said, amount) in enumerate(zip(cells[column], number, strict=True), start=2):
        if said is not None and (amount is None or not math.isfinite(amount)):
            yield _issue(file, line, column, said, _NO_NUMBER)
        elif amount is not None and amount < 0.0:
            yield _issue(file, line, column, said, _BELOW)
        elif amount is not None and amount > _MOST_PRINTED:
            yield _issue(file, line, column, said, _BEYOND)


def _issue(file: Path, line: int, column: str, value: str | None, why: Why) -> Issue:
    place = Place(file.name, row=line, header=column)
    return Issue("error", f"governments.{column}", place, value or "", *why)


_NAMELESS: Why = (
    Text("is empty", "未填"),
    Text("a government is known by its unit_id", "政府以 unit_id 识别"),
    Text("give each row a name of its own", "请为每行填写唯一编号"),
)
_CIRCLE: Why = (
    Text("leads back to the row itself", "隶属关系成环"),
    Text("a government cannot be part of itself", "政府不能隶属于自身"),
    Text("name the government right above, none at the top", "请填写直接上级,最上级留空"),
)
_NO_NUMBER: Why = (
    Text("is not a number", "不是数字"),
    Text("it is added up, and missing is not zero", "该数要加总,缺失不等于零"),
    Text(
        "write 12.34 in 100 million yuan, or leave it empty where it is not published",
        "请以亿元填写(如 12.34),未公布则留空",
    ),
)
_BELOW: Why = (
    Text("is below zero", "小于零"),
    Text("limits and balances of debt are amounts owed", "限额和余额均为债务数额"),
    Text("correct the figure, or leave it empty where it is not published", "请更正,未公布则留空"),
)
_BEYOND: Why = (
    Text("is more than any government owes", "超出任何政府的债务规模"),
    Text("the column is read in 100 million yuan", "本列按亿元读取"),
    Text("divide by 100,000,000 if it is in yuan, or correct it", "如为元请除以一亿,或更正"),
)


def _twice(line: int) -> Why:
    return (
        Text(f"stands in line {line} too", f"与第{line}行重复"),
        Text("its debt would count twice", "其债务会重复计算"),
        Text("remove a row, or give it its own unit_id", "请删除一行或另编 unit_id"),
    )


def _no_level(level: str | None, levels: tuple[str, ...]) -> Why:
    near = nearest(level, levels) if level else None
    return (
        Text("is not a level of government", "不是政府级次"),
        Text("the row would be left out without a word", "该行会被悄然忽略"),
        Text(
            f"write {near}" if near else f"write one of {', '.join(levels)}",
            f"请填 {near}" if near else f"请从中选填:{'、'.join(levels)}",
        ),
    )


def _no_parent(parent: str, totals: list[str], rows: int) -> Why:
    near = nearest(parent, totals)
    return (
        Text(
            f"is not a unit_id of this table ({rows} row{'s' if rows > 1 else ''})",
            f"不是本表的 unit_id({rows}行)",
        ),
        Text("no total would hold what is part of it", "其下各行不入任何合计"),
        Text(
            f"write {near}, or add a row {parent}" if near else f"add a row {parent} or correct it",
            f"请填 {near} 或补充 {parent} 一行" if near else f"请补充 {parent} 一行或更正",
        ),
    )
