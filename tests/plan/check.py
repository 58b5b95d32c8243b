"""Write a plan as `ironpot plan` does and let `verify`, which shares nothing with it, re-add it."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from ironpot.plan.files import plan_files
from ironpot.plan.plan import Plan
from ironpot.plan.reasons import Reason
from ironpot.report.plan_out import write_plan_files
from ironpot.verify import verify_plan


def written_and_verified(
    plan: Plan, out: Path, *, checked: Mapping[str, Reason] | None = None
) -> dict[str, pl.DataFrame]:
    """Return the twelve tables of a plan (money in fen) after `verify_plan` found nothing wrong."""
    written = plan_files(plan, "en", checked=checked)
    write_plan_files(written.tables, written.summary, out, extras=written.extras)
    verification = verify_plan(out)
    assert verification.ok, [str(finding) for finding in verification.findings][:10]
    return written.tables


def in_words(yuan: float) -> str:
    """Return an amount as reasons write it in English: in millions, below a twentieth in yuan."""
    return f"{yuan / 1e6:,.1f} million yuan" if round(yuan) >= 50_000 else f"{round(yuan):,d} yuan"
