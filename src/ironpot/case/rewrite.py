"""Change a workbook and keep what its formulas last showed.

A workbook holds of each formula what it showed when the program that wrote it last reckoned. The
library that writes here forgets that, and whoever reads the file next would find the formula alone.
So what was shown is put back into the cells; a spreadsheet program reckons anew when it opens it.
"""

import datetime as dt
import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import to_excel  # pyright: ignore[reportUnknownVariableType]

from ironpot.core.errors import FileRefusedError
from ironpot.core.lang import Text

# A formula as it is saved, with nothing shown: place, attributes, formula.
_FORMULA = re.compile(
    r'<c r="([A-Z]+\d+)"([^>]*)>(<f(?:\s[^>]*)?(?:/>|>[^<]*</f>))<v\s*(?:/>|></v>)'
)
# Types of cells as the format names them; a number or a day bears none.
_TYPES = {"s": ' t="str"', "b": ' t="b"', "e": ' t="e"'}
Shown = Mapping[str, str]


def open_book(path: Path) -> Workbook:
    """Open a workbook to change it; what is programmed in an .xlsm stays in it."""
    return load_workbook(path, keep_vba=path.suffix.lower() == ".xlsm")


def save_book(book: Workbook, path: Path) -> bool:
    """Save a changed workbook over the file that it was opened from.

    Returns whether formulas in it show what they showed before, whatever was changed. Raises
    FileRefusedError, with the file as it was, if what a formula shows would be lost.
    """
    shown = _shown(book, path)
    saved = io.BytesIO()
    book.save(saved)
    path.write_bytes(_put_back(saved, shown, path) if shown else saved.getvalue())
    return any(shown.values())


def _shown(book: Workbook, path: Path) -> dict[str, Shown]:
    """Return what each formula of the file shows, as XML by part of the workbook and cell."""
    asking = {
        number: [cell.coordinate for row in page.iter_rows() for cell in row if _asks(cell)]
        for number, page in enumerate(book.worksheets, start=1)
    }
    if not any(asking.values()):
        return {}
    values = load_workbook(path, data_only=True)
    found: dict[str, Shown] = {}
    for number, cells in asking.items():
        if cells:
            page = values[book.worksheets[number - 1].title]
            told = {cell: _as_xml(page[cell], values.epoch) for cell in cells}
            found[f"xl/worksheets/sheet{number}.xml"] = {k: v for k, v in told.items() if v}
    return found


def _asks(cell: Any) -> bool:
    return cell.data_type == "f"


def _as_xml(cell: Any, epoch: dt.datetime) -> str:
    """Return type and value of a cell as `t="..."|value`; empty where it shows nothing."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, dt.datetime | dt.date | dt.time | dt.timedelta):
        return f"|{to_excel(value, epoch)}"
    if isinstance(value, bool):
        value = int(value)
    return f"{_TYPES.get(cell.data_type, '')}|{escape(str(value))}"


def _put_back(saved: io.BytesIO, shown: Mapping[str, Shown], path: Path) -> bytes:
    """Write what formulas showed into the saved workbook."""
    whole = io.BytesIO()
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename in shown:
                content = _filled(content.decode(), shown[part.filename], path).encode()
            new.writestr(part, content)
    return whole.getvalue()


def _filled(page: str, shown: Shown, path: Path) -> str:
    done: set[str] = set()

    def fill(match: re.Match[str]) -> str:
        place, attributes, formula = match.groups()
        if place not in shown:
            return match[0]
        done.add(place)
        kind, _, value = shown[place].partition("|")
        return f'<c r="{place}"{attributes}{kind}>{formula}<v>{value}</v>'

    filled = _FORMULA.sub(fill, page)
    lost = sorted(set(shown) - done)
    if lost:
        raise FileRefusedError(_formulas_lost(path, lost[0]))
    return filled


def _formulas_lost(path: Path, cell: str) -> Text:
    return Text(
        f"{path.name} has a formula in {cell} whose value would be lost by writing to the file. "
        "Type the row into the sheet by hand, or save the formulas as values and enter it again; "
        "nothing was written.",
        f"{path.name} 的 {cell} 含有公式,写入文件会丢失其数值。请在工作表中手工录入该行,"
        "或将公式另存为数值后重新录入;未写入任何内容。",
    )
