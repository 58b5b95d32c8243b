"""Why is a file not read, and what can its sender do? One sentence each, in both languages."""

from pathlib import Path

from ironpot.core.errors import FileRefusedError
from ironpot.core.lang import Text

_SAVE_AGAIN = Text(
    "Open it in Excel or WPS, save it as a new .xlsx workbook and try again.",
    "请用Excel或WPS打开,另存为新的.xlsx工作簿后重试。",
)
_REASONS: dict[str, tuple[Text, Text]] = {
    "missing": (
        Text("it does not exist", "文件不存在"),
        Text("Check the name and the folder.", "请核对文件名和文件夹。"),
    ),
    "unreadable": (
        Text("the system does not let it be read", "系统不允许读取"),
        Text(
            "Close it in other programs and check its permissions.",
            "请在其他程序中关闭并检查权限。",
        ),
    ),
    "kind": (
        Text("a file ending {detail} is not read", "不能读取扩展名为{detail}的文件"),
        Text(
            "Give an .xlsx workbook, or a folder with case.toml and CSV or Parquet tables.",
            "请提供.xlsx工作簿,或含case.toml及CSV、Parquet表的文件夹。",
        ),
    ),
    "empty_folder": (
        Text("it holds neither case.toml nor any table", "文件夹中没有case.toml,也没有数据表"),
        Text(
            "Give the folder that holds case.toml and the CSV or Parquet tables.",
            "请指定含case.toml及CSV、Parquet表的文件夹。",
        ),
    ),
    "folder_of_workbooks": (
        Text(
            "it holds no table, but a workbook: {detail}", "文件夹中没有数据表,但有工作簿{detail}"
        ),
        Text("Give the workbook itself.", "请直接指定该工作簿。"),
    ),
    "too_large": (
        Text("it is too large ({detail})", "文件过大({detail})"),
        Text(
            "Leave out pictures and old sheets, or give the tables as CSV or Parquet.",
            "请删去图片和旧表,或改用CSV、Parquet表。",
        ),
    ),
    "not_a_workbook": (
        Text("it is not an .xlsx workbook, whatever its name says", "内容不是.xlsx工作簿"),
        _SAVE_AGAIN,
    ),
    "old_excel": (
        Text("it is a workbook of the old .xls format", "为旧版.xls格式"),
        Text("Save it as .xlsx and try again.", "请另存为.xlsx后重试。"),
    ),
    "encrypted": (
        Text("it is protected by a password", "文件已加密"),
        Text("Remove the password and try again.", "请取消密码后重试。"),
    ),
    "damaged": (
        Text(
            "it is damaged or was not written by a spreadsheet program",
            "文件已损坏或并非表格软件生成",
        ),
        _SAVE_AGAIN,
    ),
    "path_slip": (
        Text("it holds a part with a dangerous name ({detail})", "内含名称危险的部件({detail})"),
        Text("Do not open it; ask the sender for a clean file.", "请勿打开,向发送方索取正常文件。"),
    ),
    "entities": (
        Text(
            "it holds XML definitions that no workbook needs ({detail})",
            "内含异常的XML定义({detail})",
        ),
        Text("Do not open it; ask the sender for a clean file.", "请勿打开,向发送方索取正常文件。"),
    ),
    "bomb": (
        Text("it unpacks to far more than it should ({detail})", "解压后体积异常({detail})"),
        Text(
            "Delete empty formatted rows and columns and pictures, save it and try again.",
            "请删除空白的带格式行列和图片,保存后重试。",
        ),
    ),
    "too_many_parts": (
        Text("it holds too many sheets or parts ({detail})", "工作表或部件过多({detail})"),
        Text("Keep only the sheets of the case.", "请只保留案例所需的工作表。"),
    ),
    "far_cell": (
        Text("a cell stands far from any table: {detail}", "远离数据区的单元格有内容:{detail}"),
        Text(
            "Delete that row or column, save and try again; a sheet may use columns to IZ and "
            "299,999 rows.",
            "请删除该行或该列,保存后重试;每表最多用到IZ列、299999行。",
        ),
    ),
    "no_addresses": (
        Text(
            "sheet {detail} leaves out the addresses of its cells", "工作表“{detail}”缺少单元格地址"
        ),
        _SAVE_AGAIN,
    ),
    "too_much_memory": (
        Text("reading it takes more memory or time than is allowed", "读取所需内存或时间超出限制"),
        Text(
            "Delete far-off and formatted empty cells, or give the tables as CSV or Parquet.",
            "请删除远处和空白带格式的单元格,或改用CSV、Parquet表。",
        ),
    ),
    "too_slow": (
        Text("reading it takes too long", "读取时间过长"),
        Text("Give the tables as CSV or Parquet.", "请改用CSV、Parquet表。"),
    ),
    "nul": (
        Text("row {detail} holds bytes that no text holds", "第{detail}行含有非文本字节"),
        Text(
            "Export it again as CSV in UTF-8 or GB18030.", "请重新导出为UTF-8或GB18030编码的CSV。"
        ),
    ),
    "encoding": (
        Text("it is text in neither UTF-8 nor GB18030", "文本编码既非UTF-8也非GB18030"),
        Text("Save it as CSV in UTF-8.", "请另存为UTF-8编码的CSV。"),
    ),
    "long_line": (
        Text("row {detail} is too long for a table", "第{detail}行过长,不像数据表"),
        Text(
            "Look for a missing line break or an open quotation mark.",
            "请检查是否缺少换行或引号未闭合。",
        ),
    ),
    "same_file": (
        Text("the marked copy would overwrite it", "标记副本会覆盖原文件"),
        Text("Give another name for the copy.", "请为副本另取文件名。"),
    ),
    "not_copied": (
        Text("it cannot be copied with marks ({detail})", "无法生成带标记的副本({detail})"),
        Text(
            "Use the list of issues, which names every cell.", "请使用问题清单,其中列明每个单元格。"
        ),
    ),
    "map": (
        Text("the column map cannot be used: {detail}", "列对照表无法使用:{detail}"),
        Text("Correct it, or propose a new one from the file.", "请更正,或由文件重新生成对照表。"),
    ),
}


def refused(path: Path, code: str, detail: str = "") -> FileRefusedError:
    """Return the refusal of `path` for the reason `code`; `detail` fills its sentence.

    >>> print(refused(Path("a.xlsx"), "far_cell", "S!XFD1").say("zh"))
    a.xlsx 未读取:远离数据区的单元格有内容:S!XFD1。请删除该行或该列,...
    """
    what, mend = _REASONS[code]
    # The folder that one stands in has no name of its own.
    name = path.name or path.resolve().name
    return FileRefusedError(
        Text(
            f"{name} was not read: {_fill(what.en, detail)}. {mend.en}",
            f"{name} 未读取:{_fill(what.zh, detail)}。{mend.zh}",
        )
    )


def _fill(sentence: str, detail: str) -> str:
    """Put `detail` in its place; a detail with braces of its own stays as it is."""
    return sentence.replace("{detail}", detail)
