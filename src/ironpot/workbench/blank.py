"""`ironpot template`: an empty workbook, never over one that somebody may have filled in."""

from pathlib import Path

from ironpot.case.template import Scope, write_template
from ironpot.core.errors import FileRefusedError
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit
from ironpot.workbench.whole import whole_file

WORKBOOK = ".xlsx"


def blank_workbook(path: Path, *, lang: Lang, unit: Unit, scope: Scope = "basic") -> None:
    """Write the template to `path`, whole or not at all; `scope` "all" has every table.

    Raises FileRefusedError if a file is there already or the name does not end in .xlsx.
    """
    if path.suffix.lower() != WORKBOOK:
        raise FileRefusedError(
            Text(
                f"{path} would not open as a workbook; end its name in .xlsx: {path}.xlsx",
                f"{path} 无法作为工作簿打开,文件名请以 .xlsx 结尾:{path}.xlsx",
            )
        )
    if path.exists():
        raise FileRefusedError(
            Text(
                f"{path} is there already and may be filled in; it was not touched. "
                "Give another name, or move it away first.",
                f"{path} 已存在,可能已填报,未作改动。请换一个文件名,或先移走该文件。",
            )
        )
    with whole_file(path) as draft:
        write_template(draft, lang=lang, unit=unit, scope=scope)
