"""A correct plan passes, every rule has something to compare, and nothing is hidden."""

import subprocess
import sys

from tests.verify.small.plan import small_plan

from ironpot.core.outputs import EXTRA_TABLES, TABLES
from ironpot.verify import verify_plan
from ironpot.verify.beyond import BEYOND
from ironpot.verify.rules import RULES
from ironpot.verify.words import ALLOWED, MAY_BE_EMPTY


def test_a_correct_plan_has_no_findings():
    verification = small_plan().verify()
    assert verification.findings == ()
    assert verification.ok


def test_files_on_disk_are_read_as_they_stand(tmp_path):
    verification = verify_plan(small_plan().write(tmp_path / "out"))
    assert verification == small_plan().verify()


def test_every_rule_compares_something_in_the_small_plan():
    checked = {item.code for item in small_plan().verify().checked}
    assert checked == {rule.code for rule in RULES}


def test_rule_codes_are_unique_and_every_law_is_said_in_both_languages():
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes))
    for rule in RULES:
        assert rule.law.en
        assert any("一" <= character <= "鿿" for character in rule.law.zh) or "=" in rule.law.zh


def test_what_no_file_can_prove_is_said_every_time():
    said = [item.code for item in small_plan().verify().could_not_check]
    assert {item.code for item in BEYOND} <= set(said)


def test_what_a_row_leaves_unknown_is_said_with_an_example():
    said = {(item.code, item.example) for item in small_plan().verify().could_not_check}
    assert ("pots.ranges", "L6 auction") in said
    assert ("limits.values", "F service_floor school all -") in said


def test_the_verdict_reads_in_both_languages():
    verification = small_plan().verify()
    assert verification.say("en").startswith(f"The files add up: {len(RULES)} rules, ")
    assert verification.say("zh").startswith(f"核对一致:{len(RULES)} 条规则,")
    spoiled = small_plan().saying(seed=None).verify()
    assert "error plan.keys plan.json [seed]" in spoiled.say("en")
    assert "1 处错误" in spoiled.say("zh")


def test_words_and_empties_name_only_columns_that_exist():
    tables = {table.name: set(table.names) for table in (*TABLES, *EXTRA_TABLES)}
    assert MAY_BE_EMPTY.keys() == tables.keys()
    for listed in (ALLOWED, MAY_BE_EMPTY):
        for name, columns in listed.items():
            assert set(columns) <= tables[name]


def test_verify_starts_no_engine():
    code = (
        "import sys, ironpot.verify;"
        "sys.exit(bool({'polars', 'numpy', 'scipy', 'highspy', 'pydantic'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603


def test_a_plan_without_relief_needs_only_a_header():
    plan = small_plan().without("relief", {"entity_id": "gov"})
    relief = {"relief.cash", "relief.present_value", "relief.status"}
    found = {finding.code for finding in plan.verify().findings}
    assert relief <= found
    assert "form.header" not in found


def test_principal_ties_entity_by_entity_where_every_debtor_holds_an_account():
    plan = small_plan()
    for table in ("debts", "debt_actions", "resolution"):
        plan = plan.changed(table, {"debt_id": "D2"}, entity_id="co")
    assert "cash_debt.principal" not in {item.code for item in plan.verify().could_not_check}
    swapped = plan
    for table in ("debts", "debt_actions", "resolution"):
        swapped = swapped.changed(table, {"debt_id": "D2"}, entity_id="gov")
    keys = {f.row for f in swapped.verify().findings if f.code == "cash_debt.principal"}
    assert keys == {"co 2025Q2", "gov 2025Q2"}


def test_money_for_a_lot_transferred_upward_pays_principal_but_counts_as_paper():
    plan = small_plan().changed("decisions", {"lot_id": "L1"}, route="transfer_up")
    plan = plan.changed("decisions", {"lot_id": "L1"}, kind="rescheduled")
    paid = plan.changed("resolution", {"decision_id": "L1"}, kind="rescheduled")
    assert paid.verify().ok
    assert {finding.code for finding in plan.verify().findings} == {"resolution.decisions"}
