"""What does a wish ask of the choices that are open? One that speaks of holding, turned round.

To hold a lot or a debt is no choice of its own but the lack of all others: a lot is held by not
leaving, a debt by keeping its contract. Who holds in a quarter has changed nothing up to its end;
any other wish's quarter is the one in which the change begins.
"""

import polars as pl

FORCE, FORBID, HOLD = "force", "forbid", "hold"
# Before and after all quarters, where a wish names none.
EVER = ("", "9")


def in_terms_of_change(wishes: pl.DataFrame) -> pl.DataFrame:
    """Return wishes in which holding is forced as a ban on every change, and the other way round.

    An empty route then means any; `first` and `last` are the quarters in which a change may begin
    that is meant, null where no quarter bounds it.

    >>> rows = [("a", "force", "hold", "2026Q1"), ("b", "forbid", "lease", "2026Q1")]
    >>> wishes = pl.DataFrame(rows, ["subject_id", "action", "route", "quarter"], orient="row")
    >>> in_terms_of_change(wishes).drop("subject_id", "quarter").rows()
    [('forbid', None, None, '2026Q1'), ('forbid', 'lease', '2026Q1', '2026Q1')]
    """
    hold = pl.col("route").eq_missing(HOLD)
    other = pl.col("action").replace({FORCE: FORBID, FORBID: FORCE})
    return wishes.with_columns(
        pl.when(hold).then(other).otherwise("action").alias("action"),
        pl.when(~hold).then("route").alias("route"),
        pl.when(~hold).then("quarter").alias("first"),
        pl.col("quarter").alias("last"),
    )


def contradicted(wishes: pl.DataFrame) -> pl.Series:
    """Mark wishes that cannot be followed together with another one of the same subject.

    A wish is against a forced one if it forbids all ways to fulfil it, or forces another way: a
    subject changes once.

    >>> rows = [("a", "force", "lease", "2026Q1"), ("a", "forbid", "lease", "2025Q4")]
    >>> wishes = pl.DataFrame(rows, ["subject_id", "action", "route", "quarter"], orient="row")
    >>> contradicted(wishes).to_list()
    [False, False]
    >>> contradicted(wishes.with_columns(quarter=pl.lit("2026Q1"))).to_list()
    [True, True]
    """
    first, last = pl.col("first").fill_null(EVER[0]), pl.col("last").fill_null(EVER[1])
    asked = in_terms_of_change(wishes).with_columns(first, last).with_row_index("row")
    forced = asked.filter(pl.col("action") == FORCE)
    both = forced.join(asked, on="subject_id", suffix="_other").filter(
        pl.col("row") != pl.col("row_other"),
        pl.when(pl.col("action_other") == FORBID).then(_covered()).otherwise(_elsewhere()),
    )
    return asked["row"].is_in(pl.concat([both["row"], both["row_other"]]).implode())


def _covered() -> pl.Expr:
    """Say whether the other wish is about all ways in which the forced one can be fulfilled."""
    route = pl.col("route_other")
    return (
        (route.is_null() | route.eq_missing(pl.col("route")))
        & (pl.col("first_other") <= pl.col("first"))
        & (pl.col("last_other") >= pl.col("last"))
    )


def _elsewhere() -> pl.Expr:
    """Say whether two forced wishes have no way in common."""
    return (
        (pl.col("route") != pl.col("route_other")).fill_null(value=False)
        | (pl.col("first") > pl.col("last_other"))
        | (pl.col("first_other") > pl.col("last"))
    )
