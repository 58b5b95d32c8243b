"""Of which contracts is a combined contract made?

`contract_structure` lists them as role=id, joined by ';': FIL and SEL the legs of a swap, UDL what
lies under a cap, COVE what is covered and COVI what covers. A market object needs no contract: it
is the term `market_object_code`.

Source: ACTUS dictionary 1.4, contract structure and reference roles.
"""

import polars as pl

REFERENCES = pl.Schema(
    {"parent": pl.UInt32(), "role": pl.String(), "contract_id": pl.String(), "order": pl.UInt32()}
)


def references(parents: pl.DataFrame) -> pl.DataFrame:
    """Return one row a part: `parent` (position), `role`, `contract_id`, `order` within the parent.

    >>> swap = pl.DataFrame({"position": [7], "contract_structure": ["FIL=a;SEL=b"]})
    >>> references(swap).rows()
    [(7, 'FIL', 'a', 0), (7, 'SEL', 'b', 1)]
    """
    if "contract_structure" not in parents.columns:
        return pl.DataFrame(schema=REFERENCES)
    split = pl.col("part").str.split_exact("=", 1).struct
    return (
        parents.select(
            pl.col("position").cast(pl.UInt32).alias("parent"),
            pl.col("contract_structure").str.split(";").alias("part"),
        )
        .explode("part")
        .drop_nulls()
        .select(
            "parent",
            split.field("field_0").alias("role"),
            split.field("field_1").alias("contract_id"),
            pl.int_range(pl.len(), dtype=pl.UInt32).over("parent").alias("order"),
        )
    )


def parts_of(
    parents: pl.DataFrame, contracts: pl.DataFrame, roles: tuple[str, ...]
) -> pl.DataFrame:
    """Return the contracts that stand in `roles` of the parents, with `parent`, `role`, `order`.

    `position` stays that of the part itself.
    """
    listed = references(parents).filter(pl.col("role").is_in(roles))
    return listed.join(contracts, on="contract_id", maintain_order="left")
