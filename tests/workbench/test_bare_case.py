"""A case that knows next to nothing: one government, one loan, no budget, no lots, no rules."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ironpot.workbench.cli import app

TABLES = {
    "case.toml": '[case]\nid = "bare"\nname_en = "Bare"\ndate = 2024-12-31\n'
    'top_entity = "c"\nunit = "yuan"\n',
    "entities.csv": "entity_id,name,kind,inside\nc,C,government,true\n",
    "creditors.csv": "creditor_id,name,creditor_class\nb,B,regional_bank\n",
    "debts.csv": "debt_id,debtor_id,creditor_id,primary_class,instrument,contract_type,"
    "notional_principal,initial_exchange_date,maturity_date,nominal_interest_rate\n"
    "d1,c,b,hidden,loan,PAM,100000000,2023-01-01,2026-01-01,0.05\n",
    "assets.csv": "asset_id,name,owner_id,asset_kind,book_value,income_y,cost_to_keep_y,"
    "remaining_life_y\n",
    "budget.csv": "entity_id,account,line,year,amount_y,recurrent\n",
}
NAMED = "rule_set_id,entity_id,binding\ncn-debt-ratio-2019,c,false\n"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    folder = tmp_path / "bare"
    folder.mkdir()
    for name, text in TABLES.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def test_what_is_unknown_is_said_and_no_light_is_shown(bare: Path):
    (bare / "rules.csv").write_text(NAMED, "utf-8")
    told = CliRunner().invoke(app, ["status", str(bare), "--lang", "en"])
    assert told.exit_code == 0, told.output
    assert "Every rule is unknown" in told.output
    assert "green" not in told.output
    assert "runs out of cash in January 2026" in told.output


def test_risk_of_a_bare_case_is_written_without_ratios(bare: Path, tmp_path: Path):
    out = tmp_path / "out"
    told = CliRunner().invoke(app, ["risk", str(bare), "--out", str(out), "--lang", "en"])
    assert told.exit_code == 0, told.output
    assert "runs out of cash in January 2026" in told.output
    assert (out / "report.html").is_file()
