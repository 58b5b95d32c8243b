"""What was agreed about a debt before the plan holds in the plan, in status and in risk alike."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import ironpot
from ironpot.case.schema.agreed import DEBT_CHANGES, DEBT_TERMS
from ironpot.workbench.status import do_nothing_ladder

FEN = 100
QUICK = ironpot.PlanOptions(time_limit_s=20, seed=1)


def case_with(*changes: dict[str, object], terms: dict[str, str] | None = None) -> ironpot.Case:
    """Two pots, whose loan of 10 million at 4 % is due on 2025-12-31, with changes and terms."""
    case = ironpot.read_case("examples/two-pots").case
    rows = [{"change_id": str(k), "debt_id": "loan"} | row for k, row in enumerate(changes)]
    stated: list[dict[str, object]] = [
        {"debt_id": "loan", "term": k, "value": v} for k, v in (terms or {}).items()
    ]
    return replace(case, debt_changes=DEBT_CHANGES.frame(rows), debt_terms=DEBT_TERMS.frame(stated))


def day(text: str) -> object:
    return pl.Series([text]).str.to_date().item()


def test_an_agreed_haircut_and_extension_hold_in_the_plan(tmp_path: Path):
    # 2 of 10 million are forgiven on 2025-03-31, the rest falls due two years later: nothing but
    # interest is paid by the end of 2026, on 10 million for a quarter and on 8 for seven:
    # 0.04 x (10 x 90 + 8 x 640) / 365 million.
    case = case_with(
        {"date": day("2025-03-31"), "change": "haircut", "share": 0.2},
        {"date": day("2025-03-31"), "change": "extend", "term_months": 24},
    )
    plan = ironpot.plan_resolution(case, options=QUICK)
    ledger = plan.settled.debts
    assert ledger.forgiven[0, -1].tolist() == [2_000_000 * FEN, *[0] * 7]
    assert ledger.scheduled[0, -1].sum() == 0
    kept = ledger.prepaid[0, -1].sum() + ledger.closing[0, -1, -1]
    assert kept == 8_000_000 * FEN
    if not ledger.prepaid.any():
        wanted = 0.04 * (10 * 90 + 8 * 640) / 365 * 1e6 * FEN
        assert ledger.interest[0, -1].sum() == pytest.approx(wanted, abs=2)
    ironpot.write_plan(plan, tmp_path / "plan")
    assert ironpot.verify_plan(tmp_path / "plan").ok


def test_status_pays_what_was_agreed():
    plain, later = (
        do_nothing_ladder(case).frame.filter(
            pl.col("entity_id") == "_consolidated",
            pl.col("scenario") == "base",
            pl.col("period") == "2025-12",
        )["uses"]
        for case in (
            case_with(),
            case_with({"date": day("2025-03-31"), "change": "extend", "term_months": 24}),
        )
    )
    assert later.item() - plain.item() == 10_000_000 * FEN


def test_further_terms_hold_in_the_plan():
    # A fee of 1 % of the principal each year on the last of December: 0.1 million.
    fees = {"fee_rate": "0.01", "fee_basis": "N", "cycle_of_fee": "P1YL1"}
    with_fee, plain = (
        ironpot.plan_resolution(case, options=QUICK).model.inputs.debts.interest[0, 0, 3]
        for case in (case_with(terms=fees), case_with())
    )
    assert with_fee - plain == pytest.approx(100_000.0)
