"""Published cases of debt dynamics, re-typed with their sources in tests/risk/published."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ironpot.risk.forecast_path import Forecast

HERE = Path(__file__).parent / "published"
BESIDE = Path(__file__).parents[3] / "shared" / "cases" / "dsa"
CASES = (
    "analytic_debt_dynamics",
    "cbo_2025_baseline",
    "ec_dsa_AUT_2024",
    "ec_dsa_stochastic_AUT",
)


def published(name: str) -> dict[str, Any]:
    """Return a case by file name; unknown figures are NaN."""
    return tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))


def kept_beside(name: str) -> dict[str, Any]:
    """Return the case that the figures were re-typed from, or skip."""
    path = BESIDE / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{path} IS MISSING: the re-typed figures were NOT compared with it")
    return json.loads(path.read_text(encoding="utf-8"))


def austria() -> Forecast:
    """Return Austria's forecast of spring 2024; per cent become decimals where rates are."""
    given = published("ec_dsa_AUT_2024")["inputs"]

    def rates(name: str) -> list[float]:
        return [figure / 100 for figure in given[name]]

    return Forecast(
        debt=given["D"],
        debt_ratio=given["d"],
        nominal_gdp=given["ngdp"],
        real_gdp=given["rgdp"],
        potential_gdp=given["pot"],
        potential_growth=rates("pot_g"),
        deflator=rates("deflator"),
        structural_balance=given["spb"],
        stock_flow=given["SF"],
        implicit_rate=rates("iir"),
        short_rate=rates("i_st"),
        long_rate=rates("i_lt"),
        short_rate_forward=given["fwd_st"] / 100,
        long_rate_forward=given["fwd_lt"] / 100,
        inflation_forward=given["infl_fwd"] / 100,
        exchange_rate=given["usd"],
        domestic_share=given["dom"],
        short_share=given["st_share"],
        maturing=given["lt_mat"],
        maturing_mean=given["lt_mat_avg"],
        elasticity=given["bbe"],
        ageing=given["ageing"],
        revenue=given["rev"],
    )
