"""Table relief: who helps whom, how much and when, in each scenario and as expected."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from ironpot.core.outputs import EXPECTED, RELIEF
from ironpot.plan.inputs import Inputs
from ironpot.plan.names import quarter_text, scenario_names
from ironpot.plan.percentiles import HIGH, LOW, weighted_percentile
from ironpot.plan.settle import Settlement
from ironpot.plan.tables.frame import out_frame


def relief_table(inputs: Inputs, settled: Settlement) -> pl.DataFrame:
    """Return help by entity, giver, kind, quarter and scenario; no help is a table without rows.

    The range on the expected row is what help stays under with a chance of 5 and of 95 %.
    """
    return out_frame(RELIEF, list(_rows(inputs, settled)))


def _rows(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    entities = list(dict.fromkeys(entity for entity, _ in inputs.nodes.keys))
    for number, giver in enumerate(inputs.givers):
        for entity in entities:
            nodes = [n for n, key in enumerate(inputs.nodes.keys) if key[0] == entity]
            amount = settled.relief[number, nodes].sum(axis=0)
            for quarter in np.flatnonzero(amount.any(axis=0)):
                due = int(quarter) + giver.repay_after
                low, high = (
                    weighted_percentile(amount[:-1, quarter], inputs.weights, level)
                    for level in (LOW, HIGH)
                )
                for scenario, name in enumerate(scenario_names(inputs)):
                    expected = name == EXPECTED
                    yield {
                        "entity_id": entity,
                        "giver_id": giver.giver_id,
                        "kind": giver.kind,
                        "quarter": quarter_text(inputs, int(quarter)),
                        "scenario": name,
                        "amount": int(amount[scenario, quarter]),
                        "amount_p05": low if expected else None,
                        "amount_p95": high if expected else None,
                        "repay_by": quarter_text(inputs, due) if giver.repay_after else None,
                        "limit_id": None,
                        "price": None,
                    }
