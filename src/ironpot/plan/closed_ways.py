"""Why can a lot not leave by the way, or in the quarter, that a wish names?

Each route that is closed says which cell closes it; one that is open says when it can begin.
"""

from typing import Any

import numpy as np
import polars as pl

from ironpot.case.wished import HOLD
from ironpot.core.lang import Text
from ironpot.plan.inputs import Inputs
from ironpot.plan.starts import last_start
from ironpot.valuation.price import price_release


def why_no_way(inputs: Inputs, wish: dict[str, Any]) -> Text:
    """Say what closes each route that a wish would take for a lot, and how to open it."""
    frame = inputs.offers.frame.with_row_index("row")
    ways = frame.filter(pl.col("lot_id") == wish["subject_id"], pl.col("route") != HOLD)
    if wish["route"] is not None:
        ways = ways.filter(pl.col("route") == wish["route"])
    why: dict[str, tuple[Text, list[str]]] = {}
    for way in ways.iter_rows(named=True):
        text = _closed(way) if way["blocked_code"] else _not_then(inputs, way)
        why.setdefault(text.en, (text, []))[1].append(way["route"])
    alone = wish["route"] is not None
    return Text(
        "; ".join(text.en if alone else f"{', '.join(by)}: {text.en}" for text, by in why.values()),
        ";".join(text.zh if alone else f"{'、'.join(by)}:{text.zh}" for text, by in why.values()),
    )


def _closed(way: dict[str, Any]) -> Text:
    """Say which cell closes a way."""
    code, kind = way["blocked_code"], way["asset_kind"]
    if code == "PLEDGE":
        return _PLEDGED if way["route"] == "pledge" else _NOT_FREED
    if code in _CELLS:
        return _CELLS[code]
    return Text(
        f"the table routes does not open it to assets of kind {kind} ({code}); correct it there",
        f"“方式”表未对{kind}类资产开放({code}),请在该表更正",
    )


_PLEDGED = Text(
    "it secures a debt already (assets.encumbrance_debt_id)",
    "其已为债务提供抵押(assets.encumbrance_debt_id)",
)
_NOT_FREED = Text(
    "the debt that it secures states no prepayment_penalty_rate, so it cannot be freed; state it",
    "其所担保债务的prepayment_penalty_rate未填,无法解除抵押;请填写",
)
_CELLS = {
    "PROTECTED": Text(
        "it is marked essential (assets.essential)", "其被标为必要资产(assets.essential)"
    ),
    "BARRED": Text("assets.routes_barred bars it", "assets.routes_barred列明不得采用"),
    "TITLE": Text(
        "its title is not clear, and title_cure_months does not say that it can be cured",
        "其权属不清,且未填title_cure_months",
    ),
    "NO_APPRAISAL": Text("it has no appraisal; add one", "其无评估价,请补充"),
    "NO_MARKET": Text(
        "neither it nor its kind names a market (market_id)", "资产及其类别均未填market_id"
    ),
    "SIZE": Text(
        "its appraisal is below the route's minimum_size", "其评估价低于该方式的minimum_size"
    ),
}


def _not_then(inputs: Inputs, way: dict[str, Any]) -> Text:
    """Say of an open way that it brings no money, or when it can begin."""
    quarters = inputs.case.horizon.quarters
    row = np.array([way["row"]], dtype=np.int64)
    brought = price_release(inputs.offers, row, np.zeros_like(row), "base").achieved[0]
    if not brought > 0.0:
        return _NO_MONEY
    starts = inputs.releases.start[inputs.releases.row == row[0]]
    if starts.size:
        first, last = (quarters[int(at)] for at in (starts.min(), starts.max()))
        return Text(
            f"it can begin from {first} to {last}; choose a quarter among them or leave it empty",
            f"只能自{first}至{last}开始,请改选季度或留空",
        )
    lead, latest = int(way["lead_quarters"]), int(last_start(inputs.offers)[row[0]])
    if lead > latest:
        end = quarters[latest]
        return Text(
            f"it takes {lead} quarters to prepare and cannot begin after {end}; correct lead_days "
            "or title_cure_months, or plan more quarters",
            f"其准备需{lead}个季度,且最迟须于{end}开始;请更正lead_days或title_cure_months,"
            "或延长计划期",
        )
    return _BEGUN


_NO_MONEY = Text(
    "it brings no money: nobody buys, or its price is nil; see its terms in the tables routes and "
    "listing",
    "其不带来资金:无人受让或价格为零;请核对“方式”和“挂牌”表",
)
_BEGUN = Text(
    "what has begun or is signed leaves no start for it", "已启动或已签约的事项使其无从开始"
)
