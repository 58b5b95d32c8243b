"""Who belongs to whom? Parents, account holders and groups, read from the entities table."""

from collections.abc import Iterator, Mapping

import polars as pl

PUBLIC_KINDS = ("government", "bureau")


def parents(entities: pl.DataFrame) -> dict[str, str | None]:
    """Return each entity's parent, None at the top."""
    return dict(entities.select("entity_id", "parent_id").drop_nulls("entity_id").iter_rows())


def line_up(entity: str, parent: Mapping[str, str | None]) -> Iterator[str]:
    """Yield an entity, its parent and so on upward; stops before an entity seen already.

    >>> list(line_up("c", {"a": None, "b": "a", "c": "b"}))
    ['c', 'b', 'a']
    """
    seen: set[str] = set()
    current: str | None = entity
    while current is not None and current not in seen:
        seen.add(current)
        yield current
        current = parent.get(current)


def in_cycle(entity: str, parent: Mapping[str, str | None]) -> bool:
    """Say whether an entity is, through its parents, its own parent.

    >>> in_cycle("a", {"a": "b", "b": "a"}), in_cycle("c", {"c": "a", "a": "b", "b": "a"})
    (True, False)
    """
    return any(parent.get(above) == entity for above in line_up(entity, parent))


def account_holders(entities: pl.DataFrame, accounts: pl.DataFrame) -> dict[str, str]:
    """Return the entity whose accounts each entity uses: the nearest one upward that has any."""
    parent, holding = parents(entities), set(accounts["entity_id"].drop_nulls())
    holders: dict[str, str] = {}
    for entity in parent:
        holder = next((above for above in line_up(entity, parent) if above in holding), None)
        if holder is not None:
            holders[entity] = holder
    return holders


def groups(entities: pl.DataFrame) -> dict[str, str]:
    """Return the top of each entity's company group; all public bodies are one group, `public`."""
    parent = parents(entities)
    kinds = dict(entities.select("entity_id", "kind").drop_nulls("entity_id").iter_rows())

    def group(entity: str) -> str:
        companies = [above for above in line_up(entity, parent) if not _is_public(kinds, above)]
        return companies[-1] if companies and companies[0] == entity else "public"

    return {entity: group(entity) for entity in parent}


def _is_public(kinds: Mapping[str, str | None], entity: str) -> bool:
    return kinds.get(entity) in PUBLIC_KINDS
