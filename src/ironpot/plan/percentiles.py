"""How far does a figure range over weighted scenarios? Percentiles without interpolation."""

import numpy as np
import numpy.typing as npt

LOW, HIGH = 0.05, 0.95


def weighted_percentile(values: npt.NDArray[np.int64], weights: npt.ArrayLike, level: float) -> int:
    """Return the least value that is not passed with probability `level`; values (scenario,).

    With few scenarios that is one of them: no figure is made up between two.

    >>> weighted_percentile(np.array([30, 10, 20]), [0.5, 0.3, 0.2], 0.05)
    10
    >>> weighted_percentile(np.array([30, 10, 20]), [0.5, 0.3, 0.2], 0.5)
    20
    """
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(np.asarray(weights, dtype=np.float64)[order])
    place = int(np.searchsorted(reached, level - 1e-9))
    return int(values[order][min(place, values.size - 1)])
