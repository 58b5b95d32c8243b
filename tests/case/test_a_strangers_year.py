"""What went wrong when a stranger filled a template and brought an export: each stays mended."""

import pytest
from openpyxl import Workbook, load_workbook
from tests.case.sample import findings

from ironpot.case.example import SETTINGS, example_tables, write_example
from ironpot.case.propose import propose_map
from ironpot.case.read import read_case
from ironpot.case.template import write_workbook
from ironpot.core.errors import FileRefusedError


@pytest.fixture
def book(tmp_path):
    """The sample district as a workbook to spoil: a function of cells that returns a reading."""
    path = tmp_path / "my.xlsx"
    write_workbook(path, SETTINGS, example_tables("zh"), lang="zh", unit="ten_thousand")

    def spoil(*edits):
        spoilt = load_workbook(path)
        for sheet, address, value in edits:
            spoilt[sheet][address] = value
        spoilt.save(path)
        return read_case(path)

    return spoil


def test_weights_that_do_not_add_up_are_found_at_the_first_of_them(book):
    reading = book(("说明", "B24", 0.6))
    assert findings(reading) == {("说明!B24", "settings.weights")}


def test_a_missing_setting_of_a_workbook_is_mended_in_its_cell(book):
    reading = book(("说明", "B16", None))
    assert [issue.mend.zh for issue in reading.issues] == ["请填写该单元格"]


def test_a_total_beside_a_running_number_is_one_finding_not_one_for_each_empty_cell(book):
    edits = [("债务", "AN1", "序号"), ("债务", "AN11", "合计"), ("债务", "H11", 167600)]
    reading = book(*edits)
    assert findings(reading) == {("债务!AN11", "row.total")}


def test_words_of_a_column_are_named_as_their_user_writes_them(book):
    (issue,) = book(("债务", "M7", None)).issues
    assert issue.what.zh == "等额本息未填还本周期"
    assert issue.what.en.startswith("equal instalment is repaid in parts")


LEDGER = (
    *("序号", "合同编号", "项目名称", "借款单位", "放款机构", "债务性质", "融资方式", "还款方式"),
    *("债务余额", "借款日", "到期日", "年利率(%)", "备注"),
)
REQUIRED = {
    "合同编号": "debt_id",
    "借款单位": "debtor_id",
    "放款机构": "creditor_id",
    "债务性质": "primary_class",
    "融资方式": "instrument",
    "还款方式": "contract_type",
    "债务余额": "notional_principal",
    "借款日": "initial_exchange_date",
    "到期日": "maturity_date",
    "年利率(%)": "nominal_interest_rate",
}


def test_a_ledger_as_bureaus_keep_it_is_proposed_whole(tmp_path):
    ledger = Workbook()
    ledger.active.title = "2024年末债务台账"
    ledger.active.append(["清河县债务台账(单位:万元)"])
    ledger.active.append(LEDGER)
    ledger.save(tmp_path / "export.xlsx")
    columns = propose_map(tmp_path / "export.xlsx").column_map.tables["debts"].columns
    proposed = {entry.header: name for name, entry in columns.items()}
    assert {header: proposed.get(header) for header in REQUIRED} == REQUIRED


def test_settings_that_are_no_toml_are_one_finding(tmp_path):
    folder = write_example(tmp_path / "case", "en")
    settings = folder / "case.toml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace('name_en = "', "name_en = ", 1), "utf-8")
    reading = read_case(folder)
    assert [issue.code for issue in reading.issues] == ["settings.unreadable"]


def test_a_folder_with_a_workbook_names_it(tmp_path):
    write_workbook(tmp_path / "my.xlsx", SETTINGS, example_tables("zh"))
    (tmp_path / "~$my.xlsx").write_bytes(b"open in Excel")
    with pytest.raises(FileRefusedError, match=r"my\.xlsx\. Give the workbook itself"):
        read_case(tmp_path)


def test_the_folder_one_stands_in_has_a_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileRefusedError, match=tmp_path.name):
        read_case(".")
