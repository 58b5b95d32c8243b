"""How large is the district? Every total the register must add up to, and where it comes from.

Amounts are in hundred million yuan (yi) unless a name says otherwise; rows are split in whole
ten thousand yuan, so that they add up to these totals exactly.
"""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ironpot.core.money import split_fen

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Row = dict[str, object]

SEED = 20241231
CASE_DATE = dt.date(2024, 12, 31)
DISTRICT = "ironbridge"
MUNICIPALITY = "municipality"
REGISTER = "bs_register"
WAN_PER_YI = 10_000
YUAN_PER_WAN = 10_000.0
YUAN_PER_YI = 1e8

# Statutory debt: Chongqing's balance of 2023 (12,257.76) x share of own revenue (53.19 / 2,441).
STATUTORY = {"general": 80.0, "special": 187.0}
STATUTORY_HIGH = 400.0  # by share of GDP instead: 12,257.76 x 983 / 30,146
MEAN_COUPON = {"general": 0.0289, "special": 0.0281}  # national averages outstanding
MEAN_REMAINING_Y = {"general": 6.2, "special": 12.5}  # national averages remaining

# Vehicles: company assets 1,080 x leverage 57.1 % x 75 % interest-bearing = 462.5.
COMPANY_ASSETS = 1080.0
VEHICLE_DEBT = 460.0
HIDDEN_DEBT = 110.0  # 14.3 / 60 of vehicle debt, the national ratio at the end of 2023
DUE_WITHIN_YEAR = 138.0  # 30 % of vehicle debt
MEAN_LIFE_Y = 4.5
GUARANTEED_SHARE = 0.15
GROUP_SHARE = {"urban": 0.45, "park": 0.35, "services": 0.20}
SMALL_FIRMS = {"urban": 30, "park": 26, "services": 18}
PARETO_EXPONENT = 1.2
CREDITOR_SHARE = {
    "large_bank": 0.45,
    "joint_stock_bank": 0.20,
    "regional_bank": 0.25,
    "non_standard": 0.10,
}

# Administrative assets: Chongqing 13,822.1 x 2.18 %, of which 46 % public goods.
ADMINISTRATIVE_ASSETS = 301.0
PUBLIC_GOOD_SHARE = 0.46

SIZE_SD = 1.2  # of log sizes
APPRAISAL_SD = 0.25  # of log appraisal over book
LAND_APPRAISAL = 0.85
TITLE_DEFECT_SHARE = 0.20
PLEDGED_SHARE = 0.30
RELATED_BUYER_SHARE = 0.50  # of concession lots
LOAN_TO_VALUE = 0.55


def split(total: float, weights: Sequence[float] | Floats) -> Ints:
    """Split a total in yi by weights into whole wan that add up to it exactly, (part,).

    >>> split(1.0, [1.0, 2.0]).tolist()
    [3333, 6667]
    """
    return split_fen(round(total * WAN_PER_YI), weights)


def yuan(wan: float) -> float:
    """Return yuan of an amount in wan."""
    return round(float(wan)) * YUAN_PER_WAN


def figure(row: Row, column: str) -> float:
    """Return a row's figure; ValueError if it has none."""
    return float(str(row[column]))


def provenance(source_id: str = REGISTER) -> Row:
    """Return the two columns that mark a row of the synthetic register."""
    return {"source_id": source_id, "origin": "synthetic"}


def add_months(date: dt.date, months: int) -> dt.date:
    """Return the same day `months` later; days are kept at or below 28 throughout.

    >>> add_months(dt.date(2024, 11, 15), 3)
    datetime.date(2025, 2, 15)
    """
    years, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    return dt.date(years, month + 1, date.day)
