"""Sparse matrices of links. The only place that touches scipy's sparse types."""

from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt
import scipy.sparse
import scipy.sparse.linalg

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

# scipy's own types are partial; what goes in and out is typed here.
_sparse: Any = scipy.sparse


class Links(Protocol):
    """A sparse matrix by rows: row i has the columns `indices[indptr[i]:indptr[i + 1]]`."""

    data: Floats
    indices: npt.NDArray[np.int32]
    indptr: npt.NDArray[np.int32]
    shape: tuple[int, int]

    def __matmul__(self, other: Floats) -> Floats:
        """Multiply with a dense vector or matrix."""
        ...

    def sum(self, axis: int) -> Floats:
        """Add up over rows (axis 0) or columns (axis 1)."""
        ...


def links_of(
    amount: npt.ArrayLike, row: npt.ArrayLike, column: npt.ArrayLike, shape: tuple[int, int]
) -> Links:
    """Arrange links by rows, columns ascending; repeated pairs add up.

    >>> links_of([2.0, 3.0, 1.0], [0, 0, 1], [1, 1, 0], (2, 2)).sum(axis=1).tolist()
    [5.0, 1.0]
    """
    pairs = (np.asarray(row, dtype=np.int64), np.asarray(column, dtype=np.int64))
    matrix = _sparse.csr_array((np.asarray(amount, dtype=np.float64), pairs), shape=shape)
    matrix.sum_duplicates()
    return cast(Links, matrix)


def scaled_rows(links: Links, factor: Floats) -> Links:
    """Multiply each row by its factor, (row,)."""
    return cast(Links, _sparse.csr_array(_sparse.diags_array(factor) @ links))


def among(links: Links, at: Ints) -> Links:
    """Return the links among the nodes `at`."""
    matrix: Any = links
    return cast(Links, _sparse.csr_array(matrix[at][:, at]))


def solve_fixed_point(links: Links, constant: Floats) -> Floats:
    """Return x with x = links @ x + constant; not finite where nothing fixes x."""
    matrix = _sparse.eye_array(constant.size, format="csc") - _sparse.csc_array(links)
    linalg: Any = scipy.sparse.linalg
    try:
        return np.asarray(linalg.splu(matrix).solve(constant), dtype=np.float64)
    except RuntimeError:  # exactly singular
        return np.full(constant.size, np.nan)
