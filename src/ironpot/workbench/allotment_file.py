"""Read the allotment file that `ironpot system` wrote for a county."""

from pathlib import Path

import polars as pl

from ironpot.case.schema.share import ALLOTMENTS
from ironpot.core.errors import FileRefusedError
from ironpot.core.lang import Text

# What every row of one file says alike: a row that is cut off says less.
_ONE = ("entity_id", "planned_cost", "bound", "gap", "run_id", "rows")


def read_allotments(path: Path) -> pl.DataFrame:
    """Return the rows of an allotment file in the columns of `case.schema.share.ALLOTMENTS`.

    Raises FileRefusedError if it is no such table, a figure is missing, two rows say different
    things of one market, quarter and tranche, not all rows are of one county and one run, or there
    are more or fewer than each says that there are.
    """
    try:
        frame = pl.read_csv(path, infer_schema=False)
        rows = ALLOTMENTS.conform(frame)
    except (OSError, KeyError, pl.exceptions.PolarsError) as error:
        raise _refused(path, _said(error)) from error
    needed = [column.name for column in ALLOTMENTS.columns if column.required]
    empty = [name for name in needed if rows[name].null_count()]
    if empty or not rows.height:
        raise _refused(path, f"no figure in {', '.join(empty) or 'any row'}")
    if rows.select(ALLOTMENTS.key).is_duplicated().any():
        raise _refused(path, "two rows of one county, market, quarter and tranche")
    mixed = [name for name in _ONE if rows[name].n_unique() > 1]
    if mixed:
        raise _refused(path, f"cut off, or of two counties or runs: {', '.join(mixed)} differ")
    _refuse_other_count(path, rows, counted="rows" in frame.columns)
    low = rows.filter((pl.col("fee") < 0) | (pl.col("allotment") < 0))
    if low.height or not rows["price_fraction"].is_between(0.0, 1.0).all():
        raise _refused(path, "a fee or allotment below 0, or a price fraction outside 0 to 1")
    return rows


def _said(error: Exception) -> str:
    """Return what an error says, in one line; of a KeyError without its quotation marks."""
    said = error.args[0] if isinstance(error, KeyError) else error
    return f"{said}".splitlines()[0].rstrip(".")


def _refuse_other_count(path: Path, rows: pl.DataFrame, *, counted: bool) -> None:
    """Refuse a file that has not as many rows as its column `rows` says.

    A file of before says nothing; one row that does is cut off before its end.
    """
    said, found = rows["rows"][0], rows.height
    if said == found or (said is None and not (counted and found == 1)):
        return
    market, quarter, tranche = rows.select("market_id", "quarter", "tranche").row(-1)
    raise FileRefusedError(
        Text(
            f"{path} says in column rows that it has {said or 'an unknown number of'} rows, and "
            f"has {found}; the last is of {market}, {quarter}, tranche {tranche}. Rows were lost "
            "or added on the way, and with them room and prices of whole quarters. Take the file "
            "again from allotments/ of the run, whole.",
            f"{path} 的 rows 列注明共{said or '(未知)'}行,实有{found}行,末行为{market} {quarter} "
            f"第{tranche}档。传递中有行丢失或增加,会改变整季度的容量和价格。"
            "请从该次测算的 allotments/ 重新取用完整文件。",
        )
    )


def uncounted(rows: pl.DataFrame) -> Text | None:
    """Return what to say of a file of before, which does not say how many rows it has."""
    if rows["rows"].null_count() < rows.height:
        return None
    return Text(
        f"The allotment file does not say how many rows it has ({rows.height} were read): one cut "
        "off between two rows would look like it. Compare it with the file of the run, or write "
        "allotments anew with this version.",
        f"配额文件未注明行数(已读{rows.height}行),如在两行之间被截断将无从察觉。"
        "请与测算所写的原文件核对,或用本版本重新测算。",
    )


def _refused(path: Path, why: str) -> FileRefusedError:
    return FileRefusedError(
        Text(
            f"{path} is not an allotment file: {why}. Give a file of allotments/ that "
            "ironpot system wrote, unchanged.",
            f"{path} 不是配额文件:{why}。请使用 ironpot system 写入 allotments/ 的原文件。",
        )
    )
