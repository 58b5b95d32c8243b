"""What would 100 or 10,000 governments like the published ones look like? Fit, then draw.

Only moments of published tables are kept; every unit drawn is synthetic and says so. Amounts in
yuan, rounded as tables print them so that totals add up exactly.
"""

import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.system.links import Floats, Ints
from ironpot.system.units import UNITS

# Published tables print hundredths of 100 million yuan.
DIGIT = 1e6
_MOST_OF_SEATS = 0.95  # tables whose totals are below their parts would leave counties nothing


@dataclass(frozen=True, slots=True)
class UnitParameters:
    """Moments of a published table of governments.

    Debt of a county is lognormal (`log_mean`, `log_sd` of yuan); its special share and the share
    of its limit that is used are beta with the means and deviations given; `own_share` is what the
    seat of a prefecture owes of the whole prefecture.
    """

    counties_per_prefecture: float
    prefectures_per_province: float
    log_mean: float
    log_sd: float
    special_mean: float
    special_sd: float
    used_mean: float
    used_sd: float
    own_share: float
    fitted_to: str


def fit_units(units: pl.DataFrame, *, name: str) -> UnitParameters:
    """Return the moments of a table of units in the columns of `units.UNITS`, one year.

    Counties without debt are left out; without rows of prefectures all are one prefecture's. Raises
    IronpotError where fewer than two counties' debts and limits are known.

    >>> drawn = UnitParameters(8.8, 14.0, 22.7, 0.55, 0.58, 0.11, 0.99, 0.006, 0.5, "made up")
    >>> nation = generate_units(drawn, 100, np.random.default_rng(1))
    >>> fit_units(nation, name="drawn again").counties_per_prefecture
    9.090909090909092
    """
    table = UNITS.conform(units)
    indebted = (pl.col("debt_balance") > 0.0) & (pl.col("debt_limit") > 0.0)
    known = indebted & pl.col("special_balance").is_not_null()
    counties = table.filter((pl.col("level") == "county") & known)
    if counties.height < 2:
        raise IronpotError(_NOTHING_TO_FIT)
    debt = counties["debt_balance"].to_numpy()
    special = counties["special_balance"].to_numpy() / debt
    used = debt / counties["debt_limit"].to_numpy()
    prefectures = table.filter(pl.col("level") == "prefecture")
    seats = float(table.filter(pl.col("level") == "prefecture_own")["debt_balance"].sum())
    below = float(prefectures["debt_balance"].sum()) or seats + float(debt.sum())
    provinces = max(table.filter(pl.col("level") == "province").height, 1)
    return UnitParameters(
        counties.height / max(prefectures.height, 1),
        max(prefectures.height, 1) / provinces,
        float(np.log(debt).mean()),
        float(np.log(debt).std(ddof=1)),
        float(special.mean()),
        float(special.std(ddof=1)),
        float(used.mean()),
        float(used.std(ddof=1)),
        min(seats / below, _MOST_OF_SEATS),
        name,
    )


def generate_units(
    parameters: UnitParameters, counties: int, generator: np.random.Generator
) -> pl.DataFrame:
    """Draw a nation of `counties` counties with their prefectures and provinces, all synthetic.

    Totals are the exact sums of the rows below them; balances stay within limits.

    >>> hunan_like = UnitParameters(8.8, 14.0, 22.7, 0.55, 0.58, 0.11, 0.99, 0.006, 0.5, "made up")
    >>> nation = generate_units(hunan_like, 100, np.random.default_rng(1))
    >>> nation.filter(pl.col("level") == "county").height, nation["level"][0]
    (100, 'nation')
    """
    prefectures = max(round(counties / parameters.counties_per_prefecture), 1)
    provinces = max(round(prefectures / parameters.prefectures_per_province), 1)
    belongs = np.arange(counties) * prefectures // counties
    rows = pl.concat(
        [
            _county_rows(parameters, belongs, generator),
            _seat_rows(parameters, prefectures, counties, generator),
        ]
    )
    above = np.arange(prefectures) * provinces // prefectures
    tree = _tree(above, provinces)
    return _with_totals(rows, tree)


def _county_rows(
    parameters: UnitParameters, belongs: Ints, generator: np.random.Generator
) -> pl.DataFrame:
    debt = generator.lognormal(parameters.log_mean, parameters.log_sd, belongs.size)
    names = [f"county_{i:05d}" for i in range(belongs.size)]
    parents = [f"prefecture_{i:04d}" for i in belongs]
    return _rows(names, parents, "county", debt, parameters, generator)


def _seat_rows(
    parameters: UnitParameters, prefectures: int, counties: int, generator: np.random.Generator
) -> pl.DataFrame:
    """A seat owes `own_share` of what an average prefecture owes, as uneven as counties are."""
    average = math.exp(parameters.log_mean + parameters.log_sd**2 / 2.0) * counties / prefectures
    own = average * parameters.own_share / (1.0 - parameters.own_share)
    spread = generator.lognormal(-(parameters.log_sd**2) / 2.0, parameters.log_sd, prefectures)
    parents = [f"prefecture_{i:04d}" for i in range(prefectures)]
    names = [f"{parent}_own" for parent in parents]
    return _rows(names, parents, "prefecture_own", own * spread, parameters, generator)


def _rows(
    names: list[str],
    parents: list[str],
    level: str,
    debt: Floats,
    parameters: UnitParameters,
    generator: np.random.Generator,
) -> pl.DataFrame:
    share = _beta(parameters.special_mean, parameters.special_sd, debt.size, generator)
    used = _beta(parameters.used_mean, parameters.used_sd, debt.size, generator)
    special, general = _printed(debt * share), _printed(debt * (1.0 - share))
    special_limit, general_limit = (
        np.maximum(_printed(part / used), part) for part in (special, general)
    )
    frame = pl.DataFrame(
        {
            "unit_id": names,
            "parent_id": parents,
            "general_limit": general_limit,
            "special_limit": special_limit,
            "debt_limit": general_limit + special_limit,
            "general_balance": general,
            "special_balance": special,
            "debt_balance": general + special,
        }
    )
    return UNITS.conform(frame.with_columns(level=pl.lit(level), origin=pl.lit("synthetic")))


def _beta(mean: float, sd: float, size: int, generator: np.random.Generator) -> Floats:
    """Draw shares with this mean and deviation."""
    weight = max(mean * (1.0 - mean) / sd**2 - 1.0, 1e-6)
    return np.clip(generator.beta(mean * weight, (1.0 - mean) * weight, size), 1e-3, 1.0)


def _printed(amount: Floats) -> Floats:
    return np.rint(amount / DIGIT) * DIGIT


def _tree(above: Ints, provinces: int) -> pl.DataFrame:
    """Return unit, parent and level of every total, the nation first."""
    rows: list[tuple[str, str | None, str]] = [("nation", None, "nation")]
    rows += [(f"province_{i:03d}", "nation", "province") for i in range(provinces)]
    rows += [
        (f"prefecture_{i:04d}", f"province_{int(p):03d}", "prefecture") for i, p in enumerate(above)
    ]
    return pl.DataFrame(rows, schema=["unit_id", "parent_id", "level"], orient="row")


def _with_totals(rows: pl.DataFrame, tree: pl.DataFrame) -> pl.DataFrame:
    """Put the sums of governments above them: prefectures, then provinces, then the nation."""
    amounts = [c for c in rows.columns if c.endswith(("_limit", "_balance"))]
    below, parts = rows, [rows]
    for level in ("prefecture", "province", "nation"):
        sums = (
            below.group_by("parent_id").agg(pl.col(amounts).sum()).rename({"parent_id": "unit_id"})
        )
        totals = tree.filter(pl.col("level") == level).join(
            sums, on="unit_id", maintain_order="left"
        )
        below = UNITS.conform(totals.with_columns(origin=pl.lit("synthetic")))
        parts.append(below)
    return pl.concat(parts[::-1])


_NOTHING_TO_FIT = Text(
    "Fewer than two counties have known debts and limits; nothing can be fitted. Give a table of "
    "units with debt_balance, special_balance and debt_limit.",
    "债务余额和限额已知的县不足两个,无法拟合。请提供含 debt_balance、"
    "special_balance、debt_limit 的表。",
)
