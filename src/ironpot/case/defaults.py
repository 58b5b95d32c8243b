"""What is filled where the user gave nothing, and who answers for it?

A first-time user fills entities, debts, assets and budget. Everything else comes from packaged
tables or named rules; every fill is an act with a source, and a cell of the user's goes before it.
"""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import polars as pl

from ironpot.case import derive
from ironpot.case.acts import ALL, Act, Filling, Step, acts_frame, rule_sources
from ironpot.case.draft import ROW, Draft, Part
from ironpot.case.fit import fitted, register_values
from ironpot.case.packaged import packaged_tables
from ironpot.case.resolve import resolve_names
from ironpot.case.schema import BY_NAME
from ironpot.core.columns import Column
from ironpot.core.lang import Text

# Default rows are added for every value of these columns that the user's rows do not have; with no
# columns, only if the user gave no row at all.
_FILLED_BY: dict[str, tuple[str, ...]] = {
    "asset_kinds": ("asset_kind",),
    "routes": ("asset_kind", "route"),
    "procedure": ("step_id",),
    "taxes_fees": ("item", "asset_kind", "route"),
    "service_classes": ("service_class",),
    "class_actions": ("primary_class",),
    "refinancing": ("creditor_class",),
    "drivers": ("driver",),
    "markets": ("market_id",),
    "listing": ("market_id",),
    "team": (),
    "relief_sources": (),
    "rules": (),
}


# Filled first: rows of other tables may name them in words.
_NAMED = ("asset_kinds", "service_classes")


def fill_draft(draft: Draft, path: Path, defaults: Path) -> tuple[Draft, pl.DataFrame]:
    """Return the draft with every gap filled that a default or rule fills, and the acts.

    `path` is the case, whose files become sources of rows that name none; `defaults` the folder of
    packaged tables. Unreadable cells stay empty: they are errors, not gaps.
    """
    filling = Filling(draft, packaged_tables(defaults))
    for step in _STEPS:
        filling = step(filling)
    filling = _with_sources(filling, path)
    return filling.draft, acts_frame(filling.acts)


def _column_defaults(filling: Filling) -> Filling:
    """Fill empty cells of optional columns that have a usual value."""
    for part in filling.draft.parts.values():
        columns = [column for column in part.table.columns if column.default is not None]
        if part.given and columns:
            filled = [_filled(filling.draft, part, column) for column in columns]
            acts = [act for column in columns for act in _column_acts(filling.draft, part, column)]
            filling = filling.with_frame(part.table.name, part.frame.with_columns(filled), acts)
    return filling


def _usual(draft: Draft, column: Column) -> str | float | int | bool | None:
    return draft.settings.currency if column.name == "currency" else column.default


def _gaps(part: Part, column: Column) -> pl.Expr:
    """Return the test of a cell that a default fills; an empty required cell is an error."""
    never = column.required and column.name in part.origins
    return pl.lit(value=False) if never else part.empty(column.name)


def _filled(draft: Draft, part: Part, column: Column) -> pl.Expr:
    usual = pl.lit(_usual(draft, column), column.dtype)
    return (
        pl.when(_gaps(part, column)).then(usual).otherwise(pl.col(column.name)).alias(column.name)
    )


def _column_acts(draft: Draft, part: Part, column: Column) -> Iterable[Act]:
    """Yield one act for a column with gaps; an empty text and the word `reported` are no fill."""
    usual = _usual(draft, column)
    keys = part.frame.filter(_gaps(part, column)).select(
        pl.concat_str(
            pl.col(list(part.table.key)).cast(pl.String), separator="/", ignore_nulls=True
        )
    )
    if usual == "" or column.name == "origin" or not keys.height:
        return
    key = ALL if keys.height == part.frame.height else ";".join(keys.to_series())
    label, table = column.label, part.table.label
    text = Text(
        f"{label.en} taken as {usual} in {keys.height} rows of {table.en}.",
        f"“{table.zh}”表{keys.height}行的“{label.zh}”按 {usual} 处理。",
    )
    yield Act(part.table.name, key, column.name, str(usual), "rule-column-default", text)


def _book_value_for_appraisal(filling: Filling) -> Filling:
    """Impute missing appraisals from book value, if the case asks for it."""
    part = filling.draft["assets"]
    if filling.draft.settings.impute_appraisal != "book_value":
        return filling
    gap = part.empty("appraisal") & pl.col("book_value").is_not_null()
    lots = part.frame.filter(gap).select("asset_id", "book_value").drop_nulls()
    frame = part.frame.with_columns(
        pl.when(gap).then(pl.col("book_value")).otherwise(pl.col("appraisal")).alias("appraisal"),
        pl.when(gap).then(pl.lit("imputed")).otherwise(pl.col("origin")).alias("origin"),
    )
    return filling.with_frame("assets", frame, [_imputed(*lot) for lot in lots.iter_rows()])


def _imputed(asset_id: str, value: float) -> Act:
    text = Text(
        f"Appraisal of {asset_id} imputed from its book value, {value:,.2f} yuan.",
        f"{asset_id}的评估价按账面价值{value:,.2f}元推算。",
    )
    return Act("assets", asset_id, "appraisal", f"{value:.2f}", "rule-book-value", text)


def _packaged_kinds(filling: Filling) -> Filling:
    """Add the packaged kinds of assets and classes of service, which names are looked up in."""
    for name in _NAMED:
        filling = _packaged(filling, name)
    return filling


def _packaged_rules(filling: Filling) -> Filling:
    """Add the packaged rows of every other table."""
    for name in _FILLED_BY:
        filling = filling if name in _NAMED else _packaged(filling, name)
    return filling


def _packaged(filling: Filling, name: str) -> Filling:
    part, by = filling.draft[name], _FILLED_BY[name]
    rows = filling.packaged.get(name, part.table.empty())
    if part.given:
        known = part.frame.select(by).unique() if by else part.frame
        rows = rows.join(known, on=list(by), how="anti") if by else rows.clear()
    rows = fitted(filling.draft, name, rows)
    acts = [
        _packaged_act(filling, name, group) for group in _by_source(rows, by if part.given else ())
    ]
    depth = _depth_acts(filling.draft) if name == "markets" and rows.height else []
    return filling.with_rows(name, rows.select(part.table.names), [*acts, *depth])


def _by_source(rows: pl.DataFrame, by: tuple[str, ...]) -> list[tuple[str, int, str]]:
    """Return source, number of rows and keys of the rows from each source."""
    key = pl.concat_str(pl.col(list(by)), separator="/") if by else pl.lit(ALL)
    grouped = rows.with_columns(key.alias("_key")).group_by("source_id", maintain_order=True)
    listed = grouped.agg(pl.len(), pl.col("_key").unique(maintain_order=True).str.join(";"))
    return list(listed.iter_rows())


def _packaged_act(filling: Filling, name: str, group: tuple[str, int, str]) -> Act:
    source_id, count, keys = group
    sources = dict(filling.packaged["sources"].select("source_id", "document").iter_rows())
    document = sources.get(source_id, source_id)
    label = BY_NAME[name].label
    text = Text(
        f"{count} rows of {label.en} taken from the packaged defaults ({document}).",
        f"“{label.zh}”采用系统默认值{count}行({document})。",
    )
    return Act(name, keys, ALL, f"{count}", source_id, text)


def _depth_acts(draft: Draft) -> list[Act]:
    return [
        Act(
            "markets",
            market,
            "capacity",
            f"{value:.2f}",
            "rule-market-depth",
            Text(
                f"Depth of market {market} taken as shares of {value:,.2f} yuan appraised there.",
                f"市场 {market} 的容量按登记评估价{value:,.2f}元的比例计。",
            ),
        )
        for market, value in sorted(register_values(draft).items())
    ]


def _names_resolved(filling: Filling) -> Filling:
    return replace(filling, draft=resolve_names(filling.draft))


_STEPS: tuple[Step, ...] = (
    derive.drivers_by_line,
    _column_defaults,
    _packaged_kinds,
    _names_resolved,
    _book_value_for_appraisal,
    _packaged_rules,
    derive.creditors_from_debts,
    derive.recurrent_lines_carried_on,
    derive.accounts_by_kind,
    derive.buffers_of_a_month,
    derive.advances_that_bridge,
    derive.yearly_rate_resets,
    derive.nothing_where_none_is_given,
)


def _with_sources(filling: Filling, path: Path) -> Filling:
    """Name the file as source of rows that name none, and add the sources that fills used."""
    draft, files = filling.draft, list[dict[str, object]]()
    for part in draft.parts.values():
        unnamed = pl.col("source_id").is_null() & pl.col(ROW).is_not_null()
        if part.given and part.sheet and part.table.name != "sources":
            if part.frame.filter(unnamed).height:
                files.append(_file_source(part, part.sheet.file, path, draft.settings.date))
            named = pl.when(unnamed).then(pl.lit(_source_id(part))).otherwise(pl.col("source_id"))
            draft = draft.with_part(
                part.with_frame(part.frame.with_columns(named.alias("source_id")))
            )
    used = pl.concat([part.frame["source_id"] for part in draft.parts.values()]).unique()
    packaged = filling.packaged.get("sources", BY_NAME["sources"].empty())
    added = [
        BY_NAME["sources"].frame(files),
        packaged.filter(pl.col("source_id").is_in(used.implode())),
        rule_sources(filling.acts, draft.settings.date),
    ]
    new = pl.concat(added).filter(~pl.col("source_id").is_in(list(draft["sources"].keys)))
    return replace(filling, draft=draft.with_rows("sources", new))


def _source_id(part: Part) -> str:
    return f"input-{part.table.name}"


def _file_source(part: Part, file: str, path: Path, date: dt.date | None) -> dict[str, object]:
    home = path / file if path.is_dir() else path
    return {
        "source_id": _source_id(part),
        "document": file,
        "locator": part.sheet.title if part.sheet else None,
        "date": date,
        "basis": "user",
        "sha256": hashlib.sha256(home.read_bytes()).hexdigest(),
    }
