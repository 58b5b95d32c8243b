"""Money: exact at rest in integer fen, float64 yuan in kernels, rounded once."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from ironpot.core.lang import Text

FEN_PER_YUAN = 100

Unit = Literal["yuan", "ten_thousand", "hundred_million"]
UNITS: tuple[Unit, ...] = get_args(Unit)
YUAN_PER_UNIT: dict[Unit, int] = {"yuan": 1, "ten_thousand": 10_000, "hundred_million": 100_000_000}
UNIT_TEXT: dict[Unit, Text] = {
    "yuan": Text("yuan", "元"),
    "ten_thousand": Text("10,000 yuan", "万元"),
    "hundred_million": Text("100 million yuan", "亿元"),
}
PROSE_UNIT: dict[Unit, Text] = {
    "yuan": Text("", ""),
    "ten_thousand": Text("ten thousand ", "万"),
    "hundred_million": Text("hundred million ", "亿"),
}
# A sentence about a whole case says amounts to ten thousand yuan, smaller units to a whole one.
SAID_PLACES: dict[Unit, int] = {"yuan": 0, "ten_thousand": 0, "hundred_million": 4}

# Integers above this no longer have an exact float64 neighbour at fen distance.
EXACT_FEN = 2**53


def to_fen(yuan: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Round yuan to integer fen, half to even.

    Raises ValueError on NaN, infinity or amounts beyond 9e13 yuan: missing is not zero.

    >>> to_fen([1.005, -2.5, 0.125]).tolist()
    [100, -250, 12]
    """
    amounts = np.asarray(yuan, dtype=np.float64) * FEN_PER_YUAN
    if not np.all(np.abs(amounts) < EXACT_FEN):
        raise ValueError("An amount is missing, infinite or beyond 9e13 yuan; it has no exact fen.")
    return np.rint(amounts).astype(np.int64)


def to_yuan(fen: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return yuan of integer fen.

    >>> to_yuan([12345]).tolist()
    [123.45]
    """
    return np.asarray(fen, dtype=np.int64) / FEN_PER_YUAN


def split_fen(total: int, weights: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Split integer fen by non-negative weights so that the parts add up exactly.

    Largest remainders get the odd fen, ties go to the first. `weights`: (part,), not all zero
    unless `total` is zero.

    >>> split_fen(100, [1, 1, 1]).tolist()
    [34, 33, 33]
    """
    share = np.asarray(weights, dtype=np.float64)
    if total == 0:
        return np.zeros(share.shape, dtype=np.int64)
    if share.size == 0 or not share.sum() > 0.0:
        raise ValueError(f"{total} fen cannot be split: no part has a positive weight.")
    exact = abs(total) * (share / share.sum())
    parts = np.floor(exact).astype(np.int64)
    odd = abs(total) - int(parts.sum())
    order = np.argsort(-(exact - parts), kind="stable")
    parts[order[:odd]] += 1
    return parts if total > 0 else -parts


def plain(fen: int) -> str:
    """Write fen as yuan with two decimals, as output files hold it.

    >>> plain(-5), plain(123456)
    ('-0.05', '1234.56')
    """
    sign = "-" if fen < 0 else ""
    yuan, rest = divmod(abs(fen), FEN_PER_YUAN)
    return f"{sign}{yuan}.{rest:02d}"


def in_unit(yuan: float, unit: Unit, places: int = 2) -> str:
    """Write an amount in the reader's unit, thousands separated, half to even.

    >>> in_unit(123_456_789.0, "hundred_million"), in_unit(-2_500.0, "ten_thousand", places=1)
    ('1.23', '-0.2')
    """
    exact = Decimal(repr(float(yuan))) / YUAN_PER_UNIT[unit]
    rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return f"{rounded:,f}" if rounded else f"{abs(rounded):,f}"


def amount_text(yuan: float, unit: Unit, places: int | None = None) -> Text:
    """Say an amount with its unit, as a sentence does; no zeros stand behind its last figure.

    `places` are `SAID_PLACES` if not given; 10 say any amount to the fen.

    >>> amount_text(1_234_567_890.0, "hundred_million").en
    '12.3457 hundred million yuan'
    >>> amount_text(1_200_000_000.0, "ten_thousand").zh
    '120,000万元'
    >>> amount_text(0.0, "hundred_million", 10).en
    '0 hundred million yuan'
    """
    shown = in_unit(yuan, unit, SAID_PLACES[unit] if places is None else places)
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    name = PROSE_UNIT[unit]
    return Text(f"{shown} {name.en}yuan", f"{shown}{name.zh}元")
