"""Which files make up the case at this path? A workbook's sheets, or the tables of a folder."""

from dataclasses import dataclass
from pathlib import Path

from ironpot.case.files.parquet import read_parquet_table
from ironpot.case.files.refusal import refused
from ironpot.case.files.sheet import Sheet
from ironpot.case.files.text import read_text_table
from ironpot.case.files.workbook import read_workbook
from ironpot.core.errors import FileRefusedError

SETTINGS_FILE = "case.toml"
MAX_SETTINGS = 1 << 20
MAX_FILES = 500
_WORKBOOKS = {".xlsx", ".xlsm"}
_TABLES = {".csv": read_text_table, ".parquet": read_parquet_table}


@dataclass(frozen=True, slots=True)
class Opened:
    """Sheets of a case as they stand; `settings` is the text of `case.toml`, None in a workbook."""

    path: Path
    sheets: tuple[Sheet, ...]
    settings: str | None

    @property
    def is_folder(self) -> bool:
        """Say whether the case is a folder of tables."""
        return self.settings is not None


def open_case(path: Path) -> Opened:
    """Return what stands in the workbook or folder at `path`.

    Raises FileRefusedError if it is missing, no case at all, hostile or too large.
    """
    if path.is_dir():
        return _open_folder(path)
    if not path.exists():
        raise refused(path, "missing")
    if path.suffix.lower() not in _WORKBOOKS:
        raise refused(path, "kind", path.suffix or "-")
    try:
        return Opened(path, tuple(read_workbook(path)), None)
    except PermissionError as error:
        raise refused(path, "unreadable") from error


def _open_folder(folder: Path) -> Opened:
    files = sorted(
        path for path in folder.iterdir() if path.suffix.lower() in _TABLES and path.is_file()
    )
    if len(files) > MAX_FILES:
        raise refused(folder, "too_many_parts", str(len(files)))
    settings = folder / SETTINGS_FILE
    if not files and not settings.exists():
        raise _no_tables(folder)
    sheets = tuple(_TABLES[path.suffix.lower()](path) for path in files)
    return Opened(folder, sheets, _settings_text(settings))


def _no_tables(folder: Path) -> FileRefusedError:
    """Refuse a folder without tables; its workbook is named if there is one."""
    books = [path.name for path in sorted(folder.iterdir()) if path.suffix.lower() in _WORKBOOKS]
    own = [name for name in books if not name.startswith("~$")]
    if own:
        return refused(folder, "folder_of_workbooks", str(folder / own[0]))
    return refused(folder, "empty_folder")


def _settings_text(path: Path) -> str:
    if not path.exists():
        return ""
    if path.stat().st_size > MAX_SETTINGS:
        raise refused(path, "too_large", f"{path.stat().st_size >> 20} MiB")
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refused(path, "encoding") from error


def case_files(path: Path) -> list[Path]:
    """Return the files that `open_case` reads of a case: all that a copy elsewhere needs.

    >>> [file.name for file in case_files(Path("examples/two-pots"))][-1]
    'team.csv'
    """
    if not path.is_dir():
        return [path]
    return sorted(
        file
        for file in path.iterdir()
        if (file.name == SETTINGS_FILE or file.suffix.lower() in _TABLES) and file.is_file()
    )
