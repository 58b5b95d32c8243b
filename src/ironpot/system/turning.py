"""Where does selling more bring less: for one seller alone, or for all together?

A seller can be right to sell more while all together lose by it: that is what a fire sale is.
Proceeds in yuan, volumes in appraised yuan.
"""

from collections.abc import Callable

import numpy as np
import polars as pl

from ironpot.core.lang import Text
from ironpot.system.links import Floats, Ints
from ironpot.system.sale import FailedListings, Ladders, sell_into

ALL = "_all"
TURNED = pl.Schema(
    {
        "market_id": pl.String(),
        "seller_id": pl.String(),
        "volume": pl.Float64(),
        "brings": pl.Float64(),
    }
)
BRINGS_LESS = Text(
    "In market {market}, {seller} would be paid less by selling more: the next yuan of appraised "
    "value changes what is paid by {brings:.2f} yuan. Sell later, elsewhere, or less.",
    "在市场{market},{seller}卖得越多收入越少:再多卖1元评估值,收入变动{brings:.2f}元。"
    "请推迟、换市场或少卖。",
)
TOGETHER = Text("all sellers together", "全体卖方")

Worth = Callable[[Floats], Floats]


def selling_more_brings_less(
    worth: Worth,
    offered: Floats,
    *,
    sellers: tuple[str, ...],
    markets: tuple[str, ...],
    step: float = 0.01,
) -> pl.DataFrame:
    """List markets where offering a little more brings less, by seller and for `_all` together.

    `worth` maps offers (scenario, seller, market) to what each seller has in the end (scenario,
    seller); `offered` is (seller, market). `brings` is the change in own worth (for `_all` in the
    sum) per yuan more, below zero in every row listed.

    >>> def into_one_market(q):
    ...     return (q * np.exp(-q.sum(axis=1, keepdims=True))).sum(axis=2)
    >>> selling_more_brings_less(into_one_market, np.array([[0.6], [0.6]]),
    ...                          sellers=("a", "b"), markets=("m",))["seller_id"].to_list()
    ['_all']
    """
    count, width = offered.shape
    own = np.zeros((count * width, count, width))
    at: Ints = np.arange(count * width, dtype=np.int64)
    own[at, at // width, at % width] = step * offered.ravel()
    jointly = np.zeros((width, count, width))
    jointly[np.arange(width), :, np.arange(width)] = step * offered.T
    tried = np.concatenate([np.zeros((1, count, width)), own, jointly]) + offered
    gained = worth(tried)
    gained = gained[1:] - gained[0]
    alone = gained[at, at // width]
    together = gained[count * width :].sum(axis=1)
    rows = pl.DataFrame(
        {
            "market_id": [*np.tile(markets, count).tolist(), *markets],
            "seller_id": [*np.repeat(sellers, width).tolist(), *[ALL] * width],
            "volume": np.concatenate([offered.ravel(), offered.sum(axis=0)]),
            "change": np.concatenate([alone, together]),
        }
    )
    brings = rows.filter(pl.col("volume") > 0.0).with_columns(
        brings=pl.col("change") / (pl.col("volume") * step)
    )
    return brings.filter(pl.col("brings") < -1e-9).select(TURNED.names())


def worth_after_sale(ladders: Ladders, failing: FailedListings, *, rest_price: float) -> Worth:
    """Return what sellers have after a quarter: proceeds, and unsold lots at `rest_price`.

    `rest_price` is the price fraction that a lot left over is still worth to its owner.
    """

    def worth(offered: Floats) -> Floats:
        sale = sell_into(ladders, offered, failing=failing)
        left = offered - sale.sold
        return (sale.proceeds + rest_price * left).sum(axis=2)

    return worth


def warnings_of(turned: pl.DataFrame) -> tuple[Text, ...]:
    """Say each row of `selling_more_brings_less` as a sentence, all together first."""
    first = turned.sort(pl.col("seller_id") != ALL, "brings", maintain_order=True)
    return tuple(_sentence(row) for row in first.iter_rows(named=True))


def _sentence(row: dict[str, object]) -> Text:
    everybody = row["seller_id"] == ALL
    en, zh = TOGETHER if everybody else Text(str(row["seller_id"]), str(row["seller_id"]))
    market, brings = row["market_id"], row["brings"]
    return Text(
        BRINGS_LESS.en.format(market=market, seller=en, brings=brings),
        BRINGS_LESS.zh.format(market=market, seller=zh, brings=brings),
    )
