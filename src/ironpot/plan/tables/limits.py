"""Table limits: every limit of the plan with its value, slack and what it costs to break."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from ironpot.core.dates import QUARTERS_PER_YEAR
from ironpot.core.money import to_fen
from ironpot.core.outputs import LIMITS
from ironpot.plan.board import effort_by_quarter
from ironpot.plan.debt_ledger import Fen
from ironpot.plan.inputs import Inputs
from ironpot.plan.model import Model
from ironpot.plan.names import quarter_text, scenario_names
from ironpot.plan.now import service_totals, team_capacity
from ironpot.plan.settle import Settlement
from ironpot.plan.tables.frame import out_frame

YUAN = "yuan"
PERSON_WEEKS = "person-weeks"
EXPECTED = "expected"
BINDING_YUAN = 1.0
BINDING_SHARE = 1e-6


def limits_table(model: Model, settled: Settlement) -> pl.DataFrame:
    """Return every limit, scenario by scenario where it differs."""
    inputs = model.inputs
    rows = [
        *_accounts(inputs, settled),
        *_capacity(model, settled),
        *_floors(inputs, settled),
        *_quotas(inputs, settled),
        *_pools(inputs, settled),
        *_depth(inputs, settled),
        *_bands(inputs, settled),
    ]
    return out_frame(LIMITS, rows)


def _limit(
    limit_id: str,
    kind: str,
    scope: str,
    period: str,
    operator: str,
    value: float,
    bound: float,
    *,
    scenario: str = EXPECTED,
    unit: str = YUAN,
    penalty: float = 0.0,
) -> dict[str, object]:
    """One row; slack is what is left, negative where the limit is not held."""
    places = 2 if unit == YUAN else 6
    value, bound = round(value, places), round(bound, places)
    slack = round(bound - value if operator == "<=" else value - bound, places)
    near = max(BINDING_YUAN if unit == YUAN else 0.0, abs(bound) * BINDING_SHARE)
    return {
        "limit_id": limit_id,
        "kind": kind,
        "scope_id": scope,
        "period": period,
        "scenario": scenario,
        "operator": operator,
        "value": value,
        "bound": bound,
        "slack": slack,
        "unit": unit,
        "binding": slack <= near,
        "penalty": int(to_fen(penalty)),
        "source_id": None,
    }


def _accounts(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    """Buffers, bridge loans, transfers and arrears of each account."""
    drawn = settled.cash["bridge_draw"] + settled.cash["bridge_repayment"]
    bridge = np.cumsum(drawn, axis=2)
    moved = -settled.cash["intra_group_out"]
    allowed = _transfer_bound(inputs, settled)
    for node, (entity, account) in enumerate(inputs.nodes.keys):
        scope = f"{entity}/{account}"
        for number, scenario in enumerate(scenario_names(inputs)):
            for quarter in range(inputs.quarters):
                at = (node, number, quarter)
                when = quarter_text(inputs, quarter)
                for kind, operator, value, bound in (
                    ("buffer", ">=", settled.closing[at], inputs.nodes.buffer[node, quarter]),
                    ("bridge", "<=", bridge[at], inputs.nodes.bridge[node, quarter]),
                    ("transfer", "<=", moved[at], allowed[at] / 100),
                ):
                    yield _limit(
                        f"{kind}:{scope}",
                        kind,
                        scope,
                        when,
                        operator,
                        value / 100,
                        float(bound),
                        scenario=scenario,
                    )
                if settled.arrears[at]:
                    stock, weight = settled.arrears[at] / 100, inputs.options.arrears_weight
                    yield _limit(
                        f"arrears:{scope}",
                        "arrears",
                        scope,
                        when,
                        "<=",
                        stock,
                        0.0,
                        scenario=scenario,
                        penalty=stock * weight / QUARTERS_PER_YEAR,
                    )


def _transfer_bound(inputs: Inputs, settled: Settlement) -> Fen:
    """What an account may pass on: its limit, and money that it only passes through, in fen.

    Swap money goes to the debtor whose debt is swapped, and the price of a lot to its inside owner.
    """
    limit = np.rint(inputs.nodes.transfer * 100).astype(np.int64)
    arcs = np.zeros_like(settled.cash["intra_group_out"])
    np.add.at(arcs, inputs.nodes.arcs[:, 0], settled.moved)
    passed_on = -settled.cash["intra_group_out"] - arcs
    return limit[:, None, :] + passed_on


def _capacity(model: Model, settled: Settlement) -> Iterator[dict[str, object]]:
    used = effort_by_quarter(model)[settled.chosen].sum(axis=0)
    capacity = team_capacity(model.inputs)
    for quarter in np.flatnonzero(np.isfinite(capacity)):
        yield _limit(
            "capacity:team",
            "capacity",
            "task_force",
            quarter_text(model.inputs, int(quarter)),
            "<=",
            float(used[quarter]),
            float(capacity[quarter]),
            unit=PERSON_WEEKS,
        )


def _floors(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    classes = tuple(inputs.case.service_classes["service_class"])
    totals = service_totals(inputs, classes)
    given = dict.fromkeys(classes, 0.0)
    names = inputs.offers.frame["service_class"]
    for candidate in settled.chosen.tolist():
        name = names[int(inputs.releases.row[candidate])]
        if name in given:
            given[name] += float(inputs.releases.service[candidate])
    for number, name in enumerate(classes):
        if totals[number] > 0.0:
            floor = float(inputs.case.service_classes["floor_share"][number])
            kept = 1.0 - given[name] / totals[number]
            limit = f"service_floor:{name}"
            yield _limit(limit, "service_floor", name, "all", ">=", kept, floor, unit="share")


def _quotas(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    """Swaps of a year against the quotas of all programmes together."""
    if not inputs.debts.swaps:
        return
    quota = np.sum([swap.quota for swap in inputs.debts.swaps], axis=0)
    swapped = settled.debts.swapped[:, -1].sum(axis=0)
    for year in range(quota.size):
        span = slice(year * 4, year * 4 + 4)
        period = quarter_text(inputs, year * 4)[:4]
        value = float(swapped[span].sum()) / 100
        yield _limit("quota:swap", "quota", "swap", period, "<=", value, float(quota[year]))


def _pools(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    """Size of each pool that is issued against the least that a pool must hold."""
    releases, offers = inputs.releases, inputs.offers
    pooled = settled.chosen[offers.is_route("pool")[releases.row[settled.chosen]]]
    amount, minimum = offers.column("appraisal"), offers.column("minimum_size")
    pools = sorted({(int(releases.node[c]), int(releases.start[c])) for c in pooled})
    for node, start in pools:
        mine = pooled[(releases.node[pooled] == node) & (releases.start[pooled] == start)]
        rows = releases.row[mine]
        entity, account = inputs.nodes.keys[node]
        yield _limit(
            f"pool_min:{entity}",
            "pool_min",
            f"{entity}/{account}",
            quarter_text(inputs, start),
            ">=",
            float(amount[rows].sum()),
            float(minimum[rows].max(initial=0.0)),
        )


def _depth(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    """Volume listed in each market and quarter against its whole ladder."""
    releases, depth = inputs.releases, inputs.offers.depth
    listed = settled.chosen[releases.market[settled.chosen] >= 0]
    volume = np.zeros(depth.fraction.shape[:2])
    np.add.at(volume, (releases.market[listed], releases.start[listed]), releases.volume[listed])
    places: list[list[int]] = np.argwhere(volume).tolist()
    for market, quarter in places:
        yield _limit(
            f"depth:{depth.markets[market]}",
            "depth",
            depth.markets[market],
            quarter_text(inputs, quarter),
            "<=",
            float(volume[market, quarter]),
            float(depth.capacity[market, quarter].sum()),
        )


def _bands(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    """Rule bands and debt ceilings at year ends; what is over them is priced."""
    measured = band_debt(inputs, settled)
    for number, band in enumerate(inputs.bands):
        kind = "debt_ceiling" if band.rigid else "rule_band"
        bounds = np.append(band.bound, band.bound @ inputs.weights)
        for scenario, name in enumerate(scenario_names(inputs)):
            value, bound = float(measured[number][scenario]) / 100, float(bounds[scenario])
            yield _limit(
                f"{band.rule_set_id}:{band.indicator_id}",
                kind,
                band.indicator_id,
                quarter_text(inputs, band.quarter),
                "<=",
                value,
                bound,
                scenario=name,
                penalty=max(value - bound, 0.0) * inputs.options.rule_slack_price,
            )


def band_debt(inputs: Inputs, settled: Settlement) -> dict[int, Fen]:
    """Return the debt that each band measures as the plan settles it, (scenario,) fen by band."""
    debts, loans = inputs.debts, settled.loans
    kinds = [debts.groups[int(group)][2] for group in debts.group]
    measured: dict[int, Fen] = {}
    for number, band in enumerate(inputs.bands):
        at = band.quarter
        old = np.array([kind in band.classes for kind in kinds], dtype=bool)
        new = np.array([kind in band.classes for kind in loans.primary_class], dtype=bool)
        new &= loans.quarter <= at
        left = loans.drawn[new] - loans.repaid[new][:, :, : at + 1].sum(axis=2)
        measured[number] = settled.debts.closing[old][:, :, at].sum(axis=0) + left.sum(axis=0)
    return measured
