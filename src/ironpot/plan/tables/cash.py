"""Table cash: every account by scenario and quarter, its consolidated sum without inside flows."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from ironpot.core.outputs import CASH, CASH_FLOWS, CONSOLIDATED
from ironpot.plan.debt_ledger import Fen
from ironpot.plan.inputs import Inputs
from ironpot.plan.names import quarter_text, scenario_names
from ironpot.plan.settle import Settlement
from ironpot.plan.tables.frame import out_frame

INSIDE = ("asset_proceeds_inside", "intra_group_in", "intra_group_out")


def cash_table(inputs: Inputs, settled: Settlement) -> pl.DataFrame:
    """Return opening, all flows and closing of every account and of each consolidated account."""
    rows = [*_accounts(inputs, settled), *_consolidated(inputs, settled)]
    return out_frame(CASH, rows).sort("entity_id", "account", "scenario", "quarter")


def _accounts(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    for node, (entity, account) in enumerate(inputs.nodes.keys):
        flows = {name: settled.cash[name][node] for name in CASH_FLOWS}
        yield from _rows(inputs, entity, account, flows, settled.opening[node])


def _consolidated(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    """Sum accounts of a kind; what flows inside the perimeter is left out of flows and balances."""
    for account in dict.fromkeys(account for _, account in inputs.nodes.keys):
        nodes = [n for n, key in enumerate(inputs.nodes.keys) if key[1] == account]
        flows = {
            name: np.zeros_like(settled.cash[name][0])
            if name in INSIDE
            else settled.cash[name][nodes].sum(axis=0)
            for name in CASH_FLOWS
        }
        first = settled.opening[nodes, :, 0].sum(axis=0)
        change = np.cumsum(np.sum(list(flows.values()), axis=0), axis=1)
        opening = np.concatenate([first[:, None], first[:, None] + change[:, :-1]], axis=1)
        yield from _rows(inputs, CONSOLIDATED, account, flows, opening)


def _rows(
    inputs: Inputs, entity: str, account: str, flows: dict[str, Fen], opening: Fen
) -> Iterator[dict[str, object]]:
    """Rows of one account; arrays (scenario, quarter)."""
    closing = opening + np.sum(list(flows.values()), axis=0)
    for scenario, name in enumerate(scenario_names(inputs)):
        for quarter in range(inputs.quarters):
            yield {
                "entity_id": entity,
                "account": account,
                "scenario": name,
                "quarter": quarter_text(inputs, quarter),
                "opening": int(opening[scenario, quarter]),
                **{column: int(flow[scenario, quarter]) for column, flow in flows.items()},
                "closing": int(closing[scenario, quarter]),
            }
