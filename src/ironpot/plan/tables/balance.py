"""Table balance_sheet: what is owned and owed before the plan, and as it leaves them."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from ironpot.balance.after import after_plan
from ironpot.balance.consolidate import consolidate
from ironpot.balance.gfsm import LIABILITY_OF_INSTRUMENT
from ironpot.core.dates import quarter_end
from ironpot.core.money import to_fen
from ironpot.core.outputs import BALANCE_SHEET
from ironpot.plan.inputs import Inputs
from ironpot.plan.settle import Settlement

EXPECTED = -1
LEAVES = ("exchange_sale", "auction", "transfer_up")
LOAN = "6304"


def balance_table(inputs: Inputs, settled: Settlement) -> pl.DataFrame:
    """Return the balance sheet before and, on expected amounts, after the plan."""
    before = consolidate(inputs.case).frame
    effects = pl.DataFrame(list(_effects(inputs, settled)), infer_schema_length=None)
    date = quarter_end(inputs.case.horizon.last)
    after = after_plan(before, effects, date=date)
    return pl.concat([before, after]).select(BALANCE_SHEET.names)


def _effects(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    yield from _cash(inputs, settled)
    yield from _lots(inputs, settled)
    yield from _old_debts(inputs, settled)
    yield from _new_loans(inputs, settled)
    for loan in inputs.inside_debts:
        yield _of_debt(
            loan.debtor_id,
            loan.closing - loan.opening,
            gfsm_code=LIABILITY_OF_INSTRUMENT[loan.instrument],
            primary_class=loan.primary_class,
            counterparty_id=loan.creditor_id,
        )


def _effect(entity: str, effect: str, amount: int, **words: str | None) -> dict[str, object]:
    row: dict[str, object] = {"entity_id": entity, "effect": effect, "amount": amount}
    for name in ("gfsm_code", "primary_class", "counterparty_id", "buyer_id"):
        row[name] = words.get(name)
    return row


def _of_debt(entity: str, rise: int, **words: str | None) -> dict[str, object]:
    """Post by how much a debt rises or falls over the plan."""
    return _effect(entity, "debt_new" if rise > 0 else "debt_reduced", abs(rise), **words)


def _cash(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    change = settled.closing[:, EXPECTED, -1] - settled.opening[:, EXPECTED, 0]
    for (entity, _), amount in zip(inputs.nodes.keys, change.tolist(), strict=True):
        yield _effect(entity, "cash_in" if amount >= 0 else "cash_out", abs(amount))


def _lots(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    """Lots that leave, at the share of their book value that is expected to sell."""
    releases, offers = inputs.releases, inputs.offers
    sold = _sold_share(inputs, settled)
    rows = offers.frame[releases.row[settled.chosen]].iter_rows(named=True)
    for number, (candidate, lot) in enumerate(zip(settled.chosen.tolist(), rows, strict=True)):
        row, route = int(releases.row[candidate]), lot["route"]
        book = round(float(to_fen(lot["book_value"])) * float(sold[number]))
        inside = int(releases.buyer[candidate])
        words = {
            "gfsm_code": lot["gfsm_code"],
            "counterparty_id": lot["counterparty_id"],
            "buyer_id": inputs.nodes.keys[inside][0] if inside >= 0 else None,
        }
        owner = lot["entity_id"]
        if route in LEAVES or (route == "pool" and not offers.lends[row]):
            yield _effect(owner, "asset_out", book, **words)
        if route == "pool" and not offers.lends[row]:
            yield _effect(owner, "units_kept", _units_kept(inputs, candidate))
        if route == "concession" and inside < 0:
            yield _effect(owner, "prepaid_income", _unearned(inputs, settled, number))


def _sold_share(inputs: Inputs, settled: Settlement) -> np.ndarray:
    """Share of each chosen release that is expected to be transferred by the end, (release,)."""
    share = np.ones(settled.chosen.size)
    place = {candidate: k for k, candidate in enumerate(settled.chosen.tolist())}
    listed = settled.sales.candidate
    if listed.size:
        rounds = inputs.stalls.sold[inputs.releases.stall[listed]].sum(axis=2)
        rows = [place[candidate] for candidate in listed.tolist()]
        share[rows] = rounds @ inputs.weights
    return share


def _units_kept(inputs: Inputs, candidate: int) -> int:
    """Units of a pool that the seller keeps, at their issue price."""
    releases, offers = inputs.releases, inputs.offers
    row = int(releases.row[candidate])
    kept = float(offers.column("retained_share")[row])
    raised = float(releases.moves["asset_proceeds_outside"][candidate].sum())
    return int(to_fen(raised * kept / (1.0 - kept))) if kept < 1.0 else 0


def _unearned(inputs: Inputs, settled: Settlement, number: int) -> int:
    """Part of a concession's price still to be earned when the horizon ends, straight line."""
    candidate = int(settled.chosen[number])
    years = int(inputs.offers.handed_quarters[int(inputs.releases.row[candidate])])
    run = inputs.quarters - int(inputs.releases.start[candidate]) - 1
    left = max(years - run, 0) / max(years, 1)
    return round(int(settled.proceeds[number, EXPECTED].sum()) * left)


def _old_debts(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    rise = settled.debts.closing[:, EXPECTED, -1] - settled.debts.opening
    for number, row in enumerate(inputs.debts.debts.iter_rows(named=True)):
        yield _of_debt(
            row["debtor_id"],
            int(rise[number]),
            gfsm_code=LIABILITY_OF_INSTRUMENT[row["instrument"]],
            primary_class=row["primary_class"],
        )


def _new_loans(inputs: Inputs, settled: Settlement) -> Iterator[dict[str, object]]:
    loans = settled.loans
    left = loans.drawn[:, EXPECTED] - loans.repaid[:, EXPECTED].sum(axis=1)
    for number, amount in enumerate(left.tolist()):
        entity = inputs.nodes.keys[int(loans.node[number])][0]
        kind = loans.primary_class[number]
        # Statutory debt is a loan from the government above, which issues the bond.
        yield _effect(entity, "debt_new", amount, gfsm_code=LOAN, primary_class=kind)
    drawn = settled.cash["bridge_draw"] + settled.cash["bridge_repayment"]
    for node, (entity, _) in enumerate(inputs.nodes.keys):
        bridge = int(drawn[node, EXPECTED].sum())
        unpaid = int(settled.arrears[node, EXPECTED, -1])
        yield _effect(entity, "debt_new", bridge, gfsm_code=LOAN, primary_class="other")
        yield _effect(entity, "debt_new", unpaid, gfsm_code=LOAN, primary_class="arrears")
