"""How does a bureau's own export say what our tables ask? A saved map from its words to ours.

A map is a TOML file, written once (by hand or from a proposal) and used again for every export:

    [case]                                # settings that the export does not hold
    id = "tieqiao-2024"

    [tables.debts]
    sheet = "融资台账"
    header_row = 3

    [tables.debts.columns.notional_principal]
    header = "借款余额"
    unit = "万元"

    [tables.debts.columns.primary_class]
    value = "vehicle_other"               # the export has no such column: the same in every row

    [tables.debts.columns.instrument]
    header = "品种"
    words = { "流贷" = "loan" }
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from ironpot.case.files.refusal import refused
from ironpot.case.headers import unit_named
from ironpot.case.schema import BY_NAME

MAX_BYTES = 1 << 20


class ColumnEntry(BaseModel):
    """Where one of our columns comes from: a header of the export, or one value for every row."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    header: str | None = None
    value: str | None = None
    unit: str | None = None
    percent: bool = False
    words: dict[str, str] = Field(default_factory=dict[str, str])

    @field_validator("unit")
    @classmethod
    def _known_unit(cls, unit: str | None) -> str | None:
        if unit is not None and unit_named(unit) is None:
            raise ValueError(f"{unit!r} is not a unit: 元, 万元, 亿元")
        return unit

    @field_validator("value", mode="before")
    @classmethod
    def _as_text(cls, value: Any) -> Any:
        return value if isinstance(value, str | None) else str(value)


class TableEntry(BaseModel):
    """Which sheet of the export holds one of our tables, and how its columns are called there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sheet: str | None = None
    header_row: int | None = Field(default=None, ge=1, le=20)
    columns: dict[str, ColumnEntry] = Field(default_factory=dict[str, ColumnEntry])


class ColumnMap(BaseModel):
    """A whole map: settings and tables by our names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    case: dict[str, Any] = Field(default_factory=dict[str, Any])
    scenarios: dict[str, Any] = Field(default_factory=dict[str, Any])
    impute: dict[str, Any] = Field(default_factory=dict[str, Any])
    tables: dict[str, TableEntry] = Field(default_factory=dict[str, TableEntry])

    @field_validator("tables")
    @classmethod
    def _known_names(cls, tables: dict[str, TableEntry]) -> dict[str, TableEntry]:
        for name, entry in tables.items():
            if name not in BY_NAME:
                raise ValueError(f"there is no table {name!r}")
            for column in entry.columns:
                if column not in BY_NAME[name].names:
                    raise ValueError(f"table {name!r} has no column {column!r}")
        return tables

    @property
    def settings(self) -> dict[str, Any]:
        """The settings of the map, as sections of a `case.toml`."""
        parts = {"case": self.case, "scenarios": self.scenarios, "impute": self.impute}
        return {name: keys for name, keys in parts.items() if keys}


NO_MAP = ColumnMap()
NO_ENTRY = TableEntry()


def load_map(path: Path) -> ColumnMap:
    """Return the map in the TOML file at `path`; FileRefusedError names what is wrong in it."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise refused(path, "too_large", f"{path.stat().st_size >> 20} MiB")
        return ColumnMap.model_validate(tomllib.loads(path.read_text("utf-8-sig")))
    except FileNotFoundError as error:
        raise refused(path, "missing") from error
    except (OSError, UnicodeDecodeError) as error:
        raise refused(path, "unreadable") from error
    except tomllib.TOMLDecodeError as error:
        raise refused(path, "map", str(error)) from error
    except ValidationError as error:
        raise refused(path, "map", _first(error)) from error


def _first(error: ValidationError) -> str:
    found = error.errors(include_url=False)[0]
    return f"{'.'.join(str(part) for part in found['loc'])}: {found['msg']}"


def save_map(column_map: ColumnMap, path: Path) -> None:
    """Write a map as TOML, so that it can be read, corrected and used again."""
    path.write_text(map_text(column_map), "utf-8")


def map_text(column_map: ColumnMap) -> str:
    """Return a map as TOML text.

    >>> entry = TableEntry(sheet="台账", columns={"name": ColumnEntry(header="合同")})
    >>> print(map_text(ColumnMap(tables={"debts": entry})))
    [tables.debts]
    sheet = "台账"
    <BLANKLINE>
    [tables.debts.columns.name]
    header = "合同"
    <BLANKLINE>
    """
    lines: list[str] = []
    for section, keys in column_map.settings.items():
        lines += [f"[{section}]", *toml_pairs(keys), ""]
    for name, entry in column_map.tables.items():
        lines += [f"[tables.{name}]", *toml_pairs(entry.model_dump(exclude={"columns"})), ""]
        for column, mapped in entry.columns.items():
            lines += [f"[tables.{name}.columns.{column}]", *toml_pairs(mapped.model_dump()), ""]
    return "\n".join(lines)


def toml_pairs(values: Mapping[str, object]) -> list[str]:
    """Return `name = value` lines of TOML; what is None, false or empty is left out."""
    return [
        f"{name} = {_toml(value)}"
        for name, value in values.items()
        if value is not None and value is not False and value != {}
    ]


def _toml(value: object) -> str:
    """Write a value as TOML: text quoted, dictionaries in line, the rest as it is."""
    if isinstance(value, str):
        escaped = "".join(_escape(letter) for letter in value)
        return f'"{escaped}"'
    if isinstance(value, dict):
        value = cast("dict[str, object]", value)
        return (
            "{ " + ", ".join(f"{_toml(key)} = {_toml(item)}" for key, item in value.items()) + " }"
        )
    return str(value).lower() if isinstance(value, bool) else str(value)


def _escape(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    return letter if letter.isprintable() else f"\\u{ord(letter):04x}"
