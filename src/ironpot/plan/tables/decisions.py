"""Table decisions: what is done with each lot, what it brings, what it gives up, and why."""

import polars as pl

from ironpot.core.lang import Lang
from ironpot.core.money import to_fen
from ironpot.core.outputs import DECISIONS
from ironpot.plan.inputs import Inputs
from ironpot.plan.names import quarter_text
from ironpot.plan.planned import Release, planned_releases
from ironpot.plan.reasons import Reason
from ironpot.plan.settle import Settlement
from ironpot.plan.tables.frame import out_frame

RENTED = ("lease", "share_reuse")


def decisions_table(
    inputs: Inputs, settled: Settlement, reasons: dict[str, Reason], lang: Lang
) -> pl.DataFrame:
    """Return what is decided for every lot of the perimeter."""
    planned = planned_releases(inputs, settled)
    lots = inputs.offers.frame.unique("lot_id", keep="first", maintain_order=True)
    rows = [
        _row(inputs, lot, planned.get(lot["lot_id"]), reasons[lot["lot_id"]], lang)
        for lot in lots.iter_rows(named=True)
        if lot["entity_id"] in inputs.nodes.holder
    ]
    return out_frame(DECISIONS, rows)


def _row(
    inputs: Inputs, lot: dict[str, object], release: Release | None, reason: Reason, lang: Lang
) -> dict[str, object]:
    row = {
        "lot_id": lot["lot_id"],
        "bundle_id": None,
        "entity_id": lot["entity_id"],
        "market_id": lot["market_id"],
        "asset_kind": lot["asset_kind"],
        "protected": bool(lot["essential"]),
        "route": "hold",
        "start_quarter": None,
        "cash_quarter": None,
        "buyer_scope": lot["buyer_scope"],
        "kind": None,
        "retention_value": 0,
        "net_proceeds": 0,
        "value_destroyed": 0,
        "signed": False,
        "reason_code": reason.code,
        "reason_text": reason.text.say(lang),
        "reason_basis": reason.basis,
    }
    return row if release is None else row | _released(inputs, release)


def _released(inputs: Inputs, release: Release) -> dict[str, object]:
    releases, offers, k = inputs.releases, inputs.offers, release.candidate
    route = offers.frame["route"][int(releases.row[k])]
    start = int(releases.start[k])
    retention, net = int(to_fen(release.retention)), int(to_fen(release.net))
    bundle = int(releases.bundle[k])
    return {
        "signed": bool(offers.signed[int(releases.row[k])]),
        "bundle_id": inputs.case.bundles["bundle_id"][bundle] if bundle >= 0 else None,
        "route": route,
        "start_quarter": quarter_text(inputs, start),
        "cash_quarter": quarter_text(inputs, min(start + (route in RENTED), inputs.quarters - 1)),
        "buyer_scope": "inside" if releases.buyer[k] >= 0 else _scope(inputs, k),
        "kind": money_kind(inputs, k),
        "retention_value": retention,
        "net_proceeds": net,
        "value_destroyed": max(retention - net, 0),
    }


def _scope(inputs: Inputs, candidate: int) -> str:
    """A related buyer is meant for listed routes only; whoever leases or lends stands outside."""
    scope = inputs.offers.frame["buyer_scope"][int(inputs.releases.row[candidate])]
    return "outside" if scope == "inside" else (scope or "unknown")


def money_kind(inputs: Inputs, candidate: int) -> str:
    """Return the kind of resolution that a release's money is."""
    row = int(inputs.releases.row[candidate])
    route = inputs.offers.frame["route"][row]
    if inputs.releases.buyer[candidate] >= 0:
        return "circular"
    if inputs.offers.lends[row]:
        return "new_debt"
    if route == "transfer_up":
        return "rescheduled"
    return "own_cash" if route == "share_reuse" else "outside_cash"
