"""Which row did people mean who wrote its name where its key belongs? Names become keys."""

import polars as pl

from ironpot.case.draft import Draft, Part
from ironpot.case.links import Link, links

_NAMES = ("name", "name_en", "name_zh")


def resolve_names(draft: Draft) -> Draft:
    """Replace in every column of keys the name of a row by its key.

    Only a name that one row bears alone, and that is nobody's key, is replaced.
    """
    for part in draft.parts.values():
        if part.given:
            resolved = [one for link in links(part.table) if (one := _column(draft, part, link))]
            draft = draft.with_part(part.with_frame(part.frame.with_columns(**dict(resolved))))
    return draft


def _column(draft: Draft, part: Part, link: Link) -> tuple[str, pl.Expr] | None:
    keys = {name: key for table in link.tables for name, key in keys_by_name(draft[table]).items()}
    if not keys or part.table.column(link.column).kind != "id":
        return None
    return link.column, pl.col(link.column).replace(keys)


def keys_by_name(part: Part) -> dict[str, str]:
    """Return the key of each name that one row of a table bears alone and that is no key itself."""
    key, known = part.table.key[0], part.keys
    pairs = [
        part.frame.select(pl.col(name).alias("name"), pl.col(key).alias("key"))
        for name in _NAMES
        if name in part.table.names and len(part.table.key) == 1
    ]
    if not pairs:
        return {}
    named = pl.concat(pairs).drop_nulls().unique().filter(pl.len().over("name") == 1)
    return {name: key for name, key in named.iter_rows() if name not in known}
