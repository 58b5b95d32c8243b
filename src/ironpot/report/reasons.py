"""Why this decision? One sentence a lot, with its numbers, from the reason code and the pot test.

Sentences are built here from codes and figures, so that a report reads the same in either language
and in the reader's unit; the planner's own sentence stands beside them in the workbook.
"""

from collections.abc import Callable
from typing import Any

from ironpot.report.figures import amount, money
from ironpot.report.view import View
from ironpot.report.words import DONE, NEVER_SOLD, REASON, label

Lot = dict[str, Any]
Figure = Callable[[int], str]


def why(view: View, lot: Lot) -> str:
    """Return the reason of a lot's decision with the figure that decides, unit named."""
    return own_reason(view, lot, lambda fen: money(fen, view.reader))


def short_reason(view: View, lot: Lot) -> str:
    """Return a reason short enough for the first page; its figure is in the table's unit."""
    return own_reason(view, lot, lambda fen: amount(fen, view.reader))


def own_reason(view: View, lot: Lot, figure: Figure) -> str:
    """Return the reason in our own words, amounts written by `figure`."""
    done = view.summary.get("done", {}).get(lot["lot_id"])
    reason = view.reader.read(DONE[done] if done else label(REASON, lot["reason_code"]))
    if lot["protected"]:
        return view.say("public good, protected", "公益资产,依规保护")
    if lot["released"]:
        return _released(view, lot, reason, figure)
    return _kept(view, lot, reason, figure)


def _released(view: View, lot: Lot, reason: str, figure: Figure) -> str:
    lost = lot["value_destroyed"] or 0
    if lost > 0:
        return _both(view, reason, f"gives up {figure(lost)}", f"损失价值{figure(lost)}")
    more = figure((lot["net_proceeds"] or 0) - (lot["retention_value"] or 0))
    head = "" if lot["reason_code"] == "RETENTION" else reason
    return _both(view, head, f"sale beats keeping by {more}", f"处置比留用多得{more}")


def _kept(view: View, lot: Lot, reason: str, figure: Figure) -> str:
    surplus = lot["surplus"]
    if surplus is None:
        return view.reader.read(NEVER_SOLD) if lot["sale_probability"] == 0 else reason
    more = figure(abs(surplus))
    if surplus < 0:
        head = "" if lot["reason_code"] == "RETENTION" else reason
        return _both(view, head, f"keeping beats sale by {more}", f"留用比处置多值{more}")
    return _both(view, reason, f"sale would gain {more}", f"若能处置可多得{more}")


def _both(view: View, head: str, en: str, zh: str) -> str:
    """Return head and figure in one sentence; a head that the figure repeats is left out."""
    return view.say(f"{head}; {en}", f"{head};{zh}") if head else view.say(en, zh)
