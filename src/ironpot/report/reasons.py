"""Why this decision? One sentence a lot, with its numbers, from the reason code and the pot test.

Sentences are built here from codes and figures, so that a report reads the same in either language
and in the reader's unit; the planner's own sentence stands beside them in the workbook.
"""

from collections.abc import Callable
from typing import Any

import polars as pl

from ironpot.report.figures import amount
from ironpot.report.view import View
from ironpot.report.words import DONE, NEVER_SOLD, REASON, label

Lot = dict[str, Any]
Figure = Callable[[int], str]


def why(view: View, lot: Lot) -> str:
    """Return the reason of a lot's decision; its figure is in the unit of a fine table."""
    return own_reason(view, lot, lambda fen: amount(fen, view.reader, fine=True))


def short_reason(view: View, lot: Lot) -> str:
    """Return a reason short enough for the first page; its figure is in the table's unit."""
    return own_reason(view, lot, lambda fen: amount(fen, view.reader))


def own_reason(view: View, lot: Lot, figure: Figure) -> str:
    """Return the reason in our own words, amounts written by `figure`."""
    if lot["protected"]:
        return kept_because(view, lot)
    if lot["released"]:
        done = view.summary.get("done", {}).get(lot["lot_id"])
        reason = view.reader.read(DONE[done] if done else label(REASON, lot["reason_code"]))
        return _released(view, lot, reason, figure)
    return _kept(view, lot, figure)


def kept_because(view: View, lot: Lot) -> str:
    """Return in a few words why a lot stays."""
    done = view.summary.get("done", {}).get(lot["lot_id"])
    if lot["protected"]:
        return view.say("public good, protected", "公益资产,依规保护")
    if done:
        return view.reader.read(DONE[done])
    if lot["route"] == "share_reuse":
        return view.say("put to shared use", "共享调剂")
    if lot["reason_code"] == "RETENTION" and (lot["surplus"] or 0) > 0:
        return view.say("no quarter with room is worth it", "有余量的季度出售均不合算")
    return view.reader.read(label(REASON, lot["reason_code"]))


def better_kept(view: View) -> pl.DataFrame:
    """Return the lots that stay because they are worth more kept than sold."""
    kept = view.lots.filter(~pl.col("released") & ~pl.col("protected"))
    own = (pl.col("reason_code") == "RETENTION") & (pl.col("route") == "hold")
    return kept.filter(own & (pl.col("surplus") < 0))


def _released(view: View, lot: Lot, reason: str, figure: Figure) -> str:
    lost = lot["value_destroyed"] or 0
    if lost > 0:
        return _both(view, reason, f"gives up {figure(lost)}", f"损失价值{figure(lost)}")
    more = figure((lot["net_proceeds"] or 0) - (lot["retention_value"] or 0))
    head = "" if lot["reason_code"] == "RETENTION" else reason
    return _both(view, head, f"sale beats keeping by {more}", f"处置比留用多得{more}")


def _kept(view: View, lot: Lot, figure: Figure) -> str:
    surplus, reason = lot["surplus"], kept_because(view, lot)
    if lot["route"] == "share_reuse":
        gain = figure((lot["net_proceeds"] or 0) - (lot["retention_value"] or 0))
        return _both(view, reason, f"brings {gain}", f"增值{gain}")
    if surplus is None:
        return view.reader.read(NEVER_SOLD) if lot["sale_probability"] == 0 else reason
    more = figure(abs(surplus))
    if surplus < 0:
        head = "" if lot["reason_code"] == "RETENTION" else reason
        return _both(view, head, f"keeping beats sale by {more}", f"留用比处置多值{more}")
    return _both(view, reason, f"by itself sale would gain {more}", f"单看测算,处置可多得{more}")


def _both(view: View, head: str, en: str, zh: str) -> str:
    """Return head and figure in one sentence; a head that the figure repeats is left out."""
    return view.say(f"{head}; {en}", f"{head};{zh}") if head else view.say(en, zh)
