"""What is wrong with the shape of a sheet? Sentences about sheets, headers, merges and totals."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from ironpot.case.files.sheet import Sheet, Span
from ironpot.case.headers import read_header
from ironpot.case.nearest import fold, nearest
from ironpot.core.columns import Column, Table
from ironpot.core.issues import Issue, Place, Severity
from ironpot.core.lang import Text

NEAR_HEADER = 0.72
_DROPPED = Text("what it holds is not read", "其内容不会被读取")
_NOT_SUMMED = Text("it would be counted a second time", "会被重复计入")


def unknown_sheet(sheet: Sheet, known: Sequence[str]) -> Issue:
    """Say that a sheet or file is no table of a case; a near name is probably a misspelt one."""
    near = nearest(sheet.name, known)
    severity: Severity = "warning" if near else "note"
    return Issue(
        severity,
        "sheet.unknown",
        sheet.place(),
        sheet.name,
        Text("is not a table of a case", "不是案例数据表"),
        _DROPPED,
        Text(
            f'rename it to "{near}" if that is meant' if near else "nothing to do if it is a note",
            f"如指“{near}”,请改名" if near else "如为备注,无需处理",
        ),
        near,
    )


def given_twice(table: Table, sheet: Sheet, first: Sheet) -> Issue:
    """Say that a second sheet or file holds the same table."""
    return Issue(
        "error",
        "table.twice",
        sheet.place(),
        sheet.name,
        Text(f'holds the same table as "{first.name}"', f"与“{first.name}”是同一张表"),
        Text("one of the two would be ignored", "其中一张会被忽略"),
        Text(f"put all {table.label.en} into one of them", f"请把{table.label.zh}并入一张表"),
    )


def missing_table(table: Table, file: str, names: Sequence[str]) -> Issue:
    """Say that a table is missing without which there is no case."""
    near = nearest(table.label.zh, names) or nearest(table.name, names)
    return Issue(
        "error",
        "table.missing",
        Place(file),
        "",
        Text(f'there is no table "{table.label.en}"', f"缺少“{table.label.zh}”表"),
        Text(
            "a case needs entities, debts, assets and budget", "案例须有主体、债务、资产、预算四表"
        ),
        Text(
            f'add a sheet "{table.label.en}" or a file {table.name}.csv',
            f"请增加工作表“{table.label.zh}”或文件 {table.name}.csv",
        ),
        near,
    )


def no_header(table: Table, sheet: Sheet) -> Issue:
    """Say that no header row was found in a sheet that should hold a table."""
    return Issue(
        "error",
        "header.missing",
        sheet.place(),
        "",
        Text(
            f"no row names columns of {table.label.en} in the first 20 rows",
            f"前20行没有“{table.label.zh}”的表头",
        ),
        Text("no row of it can be read", "整张表无法读取"),
        Text(
            "copy the header row from the template, or use a column map",
            "请从模板复制表头,或使用列对照表",
        ),
    )


def named_twice(sheet: Sheet, row: int | None, position: int, name: str) -> Issue:
    """Say that two headers name the same column."""
    return Issue(
        "error",
        "header.twice",
        sheet.place(row, position, name),
        name,
        Text("names a column that stands further left already", "与左侧某列重复"),
        Text("which of the two counts is unclear", "无法确定以哪一列为准"),
        Text("delete or rename one of the two columns", "请删除或改名其中一列"),
    )


def unnamed_column(sheet: Sheet, row: int, position: int, value: str) -> Issue:
    """Say that a cell stands in a column without a header: in a text file a row has shifted."""
    return Issue(
        "error" if sheet.title is None else "warning",
        "header.none",
        sheet.place(row, position, f"#{position}"),
        value,
        Text("stands in a column without a header", "所在列没有表头"),
        Text("it is not read; a comma too many shifts the row", "不会被读取;多一个逗号会使整行错位")
        if sheet.title is None
        else _DROPPED,
        Text("write the header, or take the value out", "请补填表头或删除该值"),
    )


def odd_unit(sheet: Sheet, row: int | None, position: int, name: str, unit: str) -> Issue:
    """Say that the unit beside a header is none that amounts may be in."""
    return Issue(
        "error",
        "unit.unknown",
        sheet.place(row, position, name),
        name,
        Text(f'"{unit}" is not a unit of amounts', f"“{unit}”不是可用的金额单位"),
        Text("amounts would be read in the wrong size", "金额大小会读错"),
        Text("write 元, 万元 or 亿元 and convert the column", "请换算后注明 元、万元 或 亿元"),
    )


def undeclared_unit(sheet: Sheet, row: int | None, position: int | None, name: str) -> Issue:
    """Say that an amount's unit is declared nowhere."""
    return Issue(
        "error",
        "unit.undeclared",
        sheet.place(row, position, name),
        name,
        Text("the unit of its amounts is declared nowhere", "未声明金额单位"),
        Text("a unit is never guessed", "单位从不猜测"),
        Text(
            'set "unit" in case.toml or the first sheet, or write it beside the header',
            "请在case.toml或“说明”表填写金额单位,或在表头注明",
        ),
    )


def missing_columns(
    table: Table,
    sheet: Sheet,
    row: int | None,
    spare: Sequence[tuple[int, str]],
    found: set[str],
) -> list[Issue]:
    """Return an issue for each required column that is absent and each header that is not known.

    `spare` are positions and texts of headers that gave no column. One that is nearly the name of
    an absent column is one issue, not two.
    """
    absent = {column.name: column for column in table.columns if column.name not in found}
    issues: list[Issue] = []
    for position, name in spare:
        if read_header(table, name) is None:
            near = _nearest_column(name, list(absent.values()))
            if near is not None:
                absent.pop(near.name)
            issues.append(_unknown_header(sheet, row, position, name, near))
    missing = [one for one in absent.values() if one.required and one.default is None]
    return issues + [_missing_column(table, sheet, row, column) for column in missing]


def _nearest_column(name: str, columns: Sequence[Column]) -> Column | None:
    def likeness(column: Column) -> float:
        names = (column.name, *column.label)
        return max(SequenceMatcher(None, fold(name), fold(other)).ratio() for other in names)

    best = max(columns, key=likeness, default=None)
    return best if best is not None and likeness(best) >= NEAR_HEADER else None


def _unknown_header(
    sheet: Sheet, row: int | None, position: int, name: str, near: Column | None
) -> Issue:
    needed = near is not None and near.required
    return Issue(
        "error" if needed else "warning" if near else "note",
        "header.unknown",
        sheet.place(row, position, name),
        name,
        Text("is not a column of this table", "不是本表的列"),
        Text("a required column is missing", "缺少必填列") if needed else _DROPPED,
        Text(
            f'write "{near.label.en}" if that is meant'
            if near
            else "nothing to do if it is a note",
            f"如指“{near.label.zh}”,请改为该名称" if near else "如为备注,无需处理",
        ),
        near.name if near else None,
    )


def _missing_column(table: Table, sheet: Sheet, row: int | None, column: Column) -> Issue:
    return Issue(
        "error",
        "column.missing",
        sheet.place(row, None, column.name),
        "",
        Text(f'column "{column.label.en}" is missing', f"缺少“{column.label.zh}”列"),
        Text(f"{table.label.en} cannot be used without it", f"没有它“{table.label.zh}”表无法使用"),
        Text("add the column, or give it in the column map", "请增加该列,或在列对照表中指定"),
    )


def merged_cells(sheet: Sheet, span: Span) -> Issue:
    """Say that cells among the rows are merged."""
    return Issue(
        "error",
        "cell.merged",
        sheet.place(span.row, span.column),
        "",
        Text(
            f"is merged down to row {span.last_row}"
            if span.last_row > span.row
            else "is merged with the cells beside it",
            f"向下合并至第{span.last_row}行" if span.last_row > span.row else "与右侧单元格合并",
        ),
        Text("only its first cell holds the value", "只有首个单元格有值"),
        Text("unmerge it and fill every cell", "请取消合并并逐格填写"),
    )


def total_row(sheet: Sheet, row: int, position: int | None, header: str, value: str) -> Issue:
    """Say that a row is a total of others."""
    return Issue(
        "error",
        "row.total",
        sheet.place(row, position, header),
        value,
        Text("is a total, not a row of its own", "是合计行,不是数据"),
        _NOT_SUMMED,
        Text("delete the row", "请删除该行"),
    )
