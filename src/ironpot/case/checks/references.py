"""Does every key that a row names exist? The nearest known one is offered where it does not."""

import polars as pl

from ironpot.case.draft import ROW, Draft, Message, Part
from ironpot.case.links import Link, links
from ironpot.case.nearest import nearest_of_all
from ironpot.case.resolve import keys_by_name
from ironpot.case.schema import BY_NAME
from ironpot.core.issues import Issue
from ironpot.core.lang import Text


def references_exist(draft: Draft) -> list[Issue]:
    """Find keys that stand in none of the tables that they refer to."""
    given = [part for part in draft.parts.values() if part.given]
    return [
        issue
        for part in given
        for link in links(part.table)
        for issue in _unknown(draft, part, link)
    ]


def _unknown(draft: Draft, part: Part, link: Link) -> list[Issue]:
    known = set(link.words).union(*(draft[table].keys for table in link.tables))
    cells = part.frame.select(ROW, pl.col(link.column).alias("key")).drop_nulls()
    if part.table.column(link.column).kind == "many":
        cells = cells.with_columns(pl.col("key").str.split(";")).explode("key")
    lost = cells.filter(~pl.col("key").is_in(list(known)))
    near = (
        nearest_of_all(lost["key"], [*sorted(known), *_names(draft, link)]) if lost.height else {}
    )
    nearest = pl.col("key").replace_strict(near, default=None, return_dtype=pl.String)
    hits = lost.with_columns(nearest.alias("nearest")) if near else lost.clear()
    if not hits.height:
        return []
    return [
        *part.flag(hits.drop_nulls("nearest"), link.column, _message(link, near=True)),
        *part.flag(
            hits.filter(pl.col("nearest").is_null()), link.column, _message(link, near=False)
        ),
    ]


def _names(draft: Draft, link: Link) -> list[str]:
    """Return names that may stand for the keys of a link's tables."""
    return [name for table in link.tables for name in keys_by_name(draft[table])]


def _message(link: Link, *, near: bool) -> Message:
    labels = [BY_NAME[table].label for table in link.tables]
    english = " or ".join(f'"{label.en}"' for label in labels) or "the words allowed"
    chinese = "或".join(f"“{label.zh}”表" for label in labels) or "可用选项"
    return Message(
        "reference.unknown",
        Text(f'"{{key}}" is not in {english}', f"{chinese}中没有“{{key}}”"),
        Text("the row would belong to nothing", "该行将无所归属"),
        Text('write "{nearest}" if that is meant, or add it', "如指“{nearest}”请更正,否则请补登记")
        if near
        else Text("correct the key, or add it there", "请更正编号,或补登记"),
    )
