"""What do these files say, and can they be planned on? From a folder or workbook to a checked Case.

Every problem is found at once; a case with an error is never handed out.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ironpot.case.case import Case, Settings
from ironpot.case.check import check_draft, check_parts
from ironpot.case.column_map import NO_MAP, ColumnMap, load_map
from ironpot.case.defaults import fill_draft
from ironpot.case.draft import MARKS, Draft, DraftSettings
from ironpot.case.files.open import SETTINGS_FILE, Opened, open_case
from ironpot.case.headers import is_about
from ironpot.case.packaged import DEFAULTS
from ironpot.case.settings import read_settings, section_entries, sheet_entries, toml_entries
from ironpot.case.tables import read_tables
from ironpot.core.errors import CaseError
from ironpot.core.issues import Issue, Place, has_errors, issue_frame
from ironpot.core.lang import Lang
from ironpot.core.money import Unit


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: every issue in the order of the files, and the case if there is no error."""

    issues: tuple[Issue, ...]
    checked: Case | None

    @property
    def case(self) -> Case:
        """The checked case; CaseError with all issues if any is an error."""
        if self.checked is None:
            raise CaseError(self.issues)
        return self.checked

    def frame(self, lang: Lang) -> pl.DataFrame:
        """Return the issues as a frame, one row each, sentences in `lang`."""
        return issue_frame(self.issues, lang)


def read_case(
    path: Path | str, *, column_map: Path | str | None = None, defaults: Path = DEFAULTS
) -> Reading:
    """Read and check the case in a folder with `case.toml` or in an .xlsx workbook.

    `column_map` is a TOML file that says how a bureau's own export names our tables and columns;
    `defaults` is a folder of tables that fill what the case leaves out. Raises FileRefusedError on
    a file that is missing, hostile or no case at all; everything else is an issue of the reading.

    >>> from tempfile import TemporaryDirectory
    >>> from ironpot.case.example import write_example
    >>> with TemporaryDirectory() as folder:
    ...     reading = read_case(write_example(Path(folder)))
    >>> reading.issues, reading.case.perimeter[0]
    ((), 'E01')
    """
    opened = open_case(Path(path))
    mapped = load_map(Path(column_map)) if column_map is not None else NO_MAP
    settings, issues = _settings(opened, mapped)
    parts, unread = read_tables(opened, mapped, settings.unit)
    issues += [*unread, *check_parts(parts)]
    draft, acts = fill_draft(Draft(settings, parts), opened.path, defaults)
    issues += check_draft(draft)
    ordered = _in_file_order(_without_echoes(issues), opened)
    return Reading(ordered, None if has_errors(ordered) else _case(draft, acts))


def declared_unit(path: Path) -> Unit | None:
    """Return the unit in which a case declares its amounts; None if it declares none."""
    settings, _ = _settings(open_case(path), NO_MAP)
    return settings.unit


def _settings(opened: Opened, mapped: ColumnMap) -> tuple[DraftSettings, list[Issue]]:
    """Read the settings of the map, then those of the case, which go before."""
    entries, issues = section_entries("map", mapped.settings)
    if opened.settings is not None:
        written, found = toml_entries(SETTINGS_FILE, opened.settings)
        settings, problems = read_settings([*entries, *written], Place(SETTINGS_FILE))
        return settings, [*issues, *found, *problems]
    about = [sheet for sheet in opened.sheets if is_about(sheet.name)]
    whole = about[0].place() if about else Place(opened.path.name)
    written = [entry for sheet in about[:1] for entry in sheet_entries(sheet)]
    settings, problems = read_settings([*entries, *written], whole)
    return settings, [*issues, *problems]


def _without_echoes(issues: list[Issue]) -> list[Issue]:
    """Leave out what is missing only because the settings as a whole could not be read."""
    if not any(issue.code == "settings.unreadable" for issue in issues):
        return issues
    return [issue for issue in issues if issue.code not in _ECHOES]


_ECHOES = ("settings.missing", "unit.undeclared")


def _in_file_order(issues: list[Issue], opened: Opened) -> tuple[Issue, ...]:
    """Order issues by sheet, row and column, as the user goes through the file."""
    order = {(sheet.file, sheet.title): index for index, sheet in enumerate(opened.sheets)}

    def position(issue: Issue) -> tuple[int, int, int]:
        place = issue.place
        return order.get((place.file, place.sheet), -1), place.row or 0, place.column or 0

    return tuple(sorted(issues, key=position))


def _case(draft: Draft, acts: pl.DataFrame) -> Case:
    """Return the draft without errors as a case; settings that are None would be errors."""
    found = draft.settings
    if (
        found.case_id is None
        or found.name is None
        or found.date is None
        or found.top_entity is None
    ):
        raise AssertionError("A case without errors has its settings.")
    settings = Settings(
        case_id=found.case_id,
        name=found.name,
        date=found.date,
        top_entity=found.top_entity,
        currency=found.currency,
        horizon_quarters=found.horizon_quarters,
        discount_rate=found.discount_rate,
        weights=dict(found.weights),
        notice=found.notice,
    )
    frames = {name: part.frame.drop(MARKS) for name, part in draft.parts.items()}
    return Case(settings=settings, acts=acts, **frames)
