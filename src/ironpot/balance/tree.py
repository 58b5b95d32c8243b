"""Who belongs to whom: the perimeter's members, and the account each entity banks with."""

from typing import Literal

import polars as pl

Perimeter = Literal["public_sector", "general_government"]

GENERAL_GOVERNMENT = "S13"
# A government unit is general government by definition; of other kinds an empty sector says
# nothing, so they are left out until the sector is filled.
SECTOR_OF_KIND: dict[str, str] = {"government": "S1313", "bureau": "S1313"}


def perimeter_members(entities: pl.DataFrame, perimeter: Perimeter) -> tuple[str, ...]:
    """List the entities that a consolidation adds up, in table order.

    The public sector is every entity with `inside`; general government those of them whose
    analytic sector is S13 or below it.

    >>> entities = pl.DataFrame({"entity_id": ["gov", "lgfv"], "kind": ["government", "vehicle"],
    ...                          "inside": [True, True], "analytic_sector": [None, "S11001"]})
    >>> perimeter_members(entities, "general_government")
    ('gov',)
    """
    inside = entities.filter(pl.col("inside"))
    if perimeter == "general_government":
        inside = inside.filter(sector().str.starts_with(GENERAL_GOVERNMENT))
    return tuple(inside["entity_id"])


def sector() -> pl.Expr:
    """Return the analytic sector of an entity row, by its kind where the cell is empty."""
    by_kind = pl.col("kind").replace_strict(SECTOR_OF_KIND, default=None, return_dtype=pl.String)
    return pl.coalesce(pl.col("analytic_sector").cast(pl.String), by_kind)


def account_holders(entities: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    """Return (entity_id, holder_id): the entity itself, or its nearest parent, with an account.

    `holder_id` is null where nobody up the line holds an account. Convention 17.

    >>> entities = pl.DataFrame({"entity_id": ["a", "b", "c"], "parent_id": [None, "a", "b"]})
    >>> account_holders(entities, pl.DataFrame({"entity_id": ["a"]}))["holder_id"].to_list()
    ['a', 'a', 'a']
    """
    parents = entities.select("entity_id", "parent_id")
    own = accounts.select(pl.col("entity_id").alias("holder_id")).unique()
    found = entities.select("entity_id", candidate="entity_id")
    settled: list[pl.DataFrame] = []
    for _ in range(entities.height):
        held = found.join(own, left_on="candidate", right_on="holder_id", how="semi")
        settled.append(held.select("entity_id", holder_id="candidate"))
        found = (
            found.join(held, on="entity_id", how="anti")
            .join(parents, left_on="candidate", right_on="entity_id", how="inner")
            .select("entity_id", candidate="parent_id")
            .drop_nulls()
        )
        if found.is_empty():
            break
    ordered = entities.select("entity_id")
    return ordered.join(pl.concat(settled), on="entity_id", how="left", maintain_order="left")
