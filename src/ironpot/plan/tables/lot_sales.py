"""Table lot_sales: what buyers outside pay for which lot, round by round in each scenario."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from ironpot.core.money import to_fen
from ironpot.core.outputs import LOT_SALES
from ironpot.plan.inputs import Inputs
from ironpot.plan.names import quarter_text
from ironpot.plan.settle import Settlement
from ironpot.plan.tables.frame import out_frame


def lot_sales_table(inputs: Inputs, settled: Settlement) -> pl.DataFrame:
    """Return a row a lot, scenario and round in which some of it is sold, money in fen.

    A lot with luck of its own that fails in all rounds has a row of round 0.
    """
    rows = [*_listed(inputs, settled), *_agreed(inputs, settled)]
    return out_frame(LOT_SALES, rows).sort("lot_id", "scenario", "round")


def _listed(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    sales, stalls = settled.sales, inputs.stalls
    gross, levies = to_fen(sales.gross), to_fen(-sales.levies)
    for number, candidate in enumerate(sales.candidate.tolist()):
        start = int(inputs.releases.start[candidate])
        stall = int(inputs.releases.stall[candidate])
        drawn = bool(stalls.alone[stall])
        lot = _lot(inputs, candidate) | {"drawn": drawn}
        for scenario, name in enumerate(inputs.futures.names):
            sold = stalls.sold[stall, scenario]
            for step in np.flatnonzero(sold).tolist():
                yield lot | {
                    "scenario": name,
                    "round": step + 1,
                    "quarter": quarter_text(inputs, start + step),
                    "sold_share": float(sold[step]),
                    "proceeds": int(gross[number, scenario, start + step]),
                    "tax_and_fee": int(levies[number, scenario, start + step]),
                }
            if drawn and not sold.any():
                yield lot | _unsold(name)


def _unsold(scenario: str) -> dict[str, object]:
    return {
        "scenario": scenario,
        "round": 0,
        "quarter": None,
        "sold_share": 0.0,
        "proceeds": 0,
        "tax_and_fee": 0,
    }


def _agreed(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    """What contracts bring from outside at once, the same in every scenario."""
    moves = inputs.releases.moves
    for candidate in settled.chosen.tolist():
        price = to_fen(moves["asset_proceeds_outside"][candidate])
        levy = to_fen(moves["tax_and_fee"][candidate])
        for quarter in np.flatnonzero(price).tolist():
            for name in inputs.futures.names:
                yield _lot(inputs, candidate) | {
                    "drawn": False,
                    "scenario": name,
                    "round": 1,
                    "quarter": quarter_text(inputs, quarter),
                    "sold_share": 1.0,
                    "proceeds": int(price[quarter]),
                    "tax_and_fee": int(levy[quarter]),
                }


def _lot(inputs: Inputs, candidate: int) -> dict[str, object]:
    releases = inputs.releases
    row, bundle = int(releases.row[candidate]), int(releases.bundle[candidate])
    entity, account = inputs.nodes.keys[int(releases.node[candidate])]
    market = int(releases.market[candidate])
    return {
        "lot_id": inputs.offers.frame["lot_id"][row],
        "bundle_id": inputs.case.bundles["bundle_id"][bundle] if bundle >= 0 else None,
        "entity_id": entity,
        "account": account,
        "market_id": inputs.offers.depth.markets[market] if market >= 0 else None,
    }
