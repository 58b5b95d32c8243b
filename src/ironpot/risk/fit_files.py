"""Which law of shocks is shipped with the program? Fitted figures in a file, without the data."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from ironpot.risk.fit import ShockFit

SHIPPED = "cn-pooled"
_MATRICES = ("covariance", "coefficients", "innovations")
_LISTS = ("common_share", "means", "observations", "units")


@cache
def shipped_fit(name: str = SHIPPED) -> ShockFit:
    """Return a shipped fit.

    >>> shipped_fit().drivers
    ('own_revenue', 'land_revenue', 'spending', 'gdp', 'LPR1Y', 'LPR5Y')
    """
    text = files("ironpot.risk").joinpath("parameters", f"{name}.toml").read_text("utf-8")
    return read_fit(text)


def read_fit(text: str) -> ShockFit:
    """Return the fit that a file's text holds, as `write_fit` writes it."""
    table: dict[str, Any] = tomllib.loads(text)

    def floats(key: str) -> npt.NDArray[np.float64]:
        return np.array(table[key], dtype=np.float64)

    return ShockFit(
        drivers=tuple(table["drivers"]),
        rates=frozenset(table["rates"]),
        degrees=float(table["degrees"]),
        basis=tuple(table["basis"]),
        sources=tuple(table["sources"]),
        covariance=floats("covariance"),
        coefficients=floats("coefficients"),
        innovations=floats("innovations"),
        common_share=floats("common_share"),
        means=floats("means"),
        observations=floats("observations").astype(np.int64),
        units=floats("units").astype(np.int64),
    )


def write_fit(fit: ShockFit) -> str:
    """Return a fit as the text of a TOML file, figures to ten digits; history is left out.

    >>> fit = shipped_fit()
    >>> bool((read_fit(write_fit(fit)).covariance == fit.covariance).all())
    True
    """
    words = {
        "drivers": fit.drivers,
        "rates": sorted(fit.rates),
        "basis": fit.basis,
        "sources": fit.sources,
    }
    lines = [f"{key} = {_strings(value)}" for key, value in words.items()]
    lines.append(f"degrees = {_number(fit.degrees)}")
    lines += [f"{key} = {_row(getattr(fit, key))}" for key in _LISTS]
    lines += [f"{key} = [{_rows(getattr(fit, key))}]" for key in _MATRICES]
    return "\n".join(lines) + "\n"


def _rows(matrix: npt.NDArray[np.float64]) -> str:
    return "\n" + "".join(f"  {_row(row)},\n" for row in matrix)


def _row(values: npt.NDArray[np.float64]) -> str:
    return f"[{', '.join(_number(item) for item in values)}]"


def _strings(words: tuple[str, ...] | list[str]) -> str:
    quoted = ", ".join('"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"' for word in words)
    return f"[{quoted}]"


def _number(value: float) -> str:
    return f"{float(value) + 0.0:.10g}"
