"""A linear program for HiGHS, from arrays."""

from typing import Any

import highspy
import numpy as np


def highs_model(
    cost: Any, columns: tuple[Any, Any], rows: tuple[Any, Any], matrix: tuple[Any, Any, Any]
) -> highspy.HighsLp:
    """Return a model of continuous columns.

    `columns` and `rows` are (lower, upper); `matrix` is (start, index, value) by row (CSR).
    """
    lp = highspy.HighsLp()
    (lower, upper), (row_lower, row_upper), (start, index, value) = columns, rows, matrix
    lp.num_col_, lp.num_row_ = lower.size, row_lower.size
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = cost, lower, upper
    lp.row_lower_, lp.row_upper_ = row_lower, row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = start.astype(np.int32)
    lp.a_matrix_.index_ = index.astype(np.int32)
    lp.a_matrix_.value_ = value
    return lp


def make_whole(lp: highspy.HighsLp, integer: Any) -> None:
    """Make columns of a model whole where `integer` says so, (column,)."""
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[int(flag)] for flag in integer]
