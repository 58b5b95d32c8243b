"""A bureau's own export is read through a map: proposed once, corrected, saved, used again."""

import pytest
from openpyxl import Workbook, load_workbook
from tests.case.sample import findings

from ironpot.case.column_map import load_map, map_text, save_map
from ironpot.case.example import SETTINGS, example_tables
from ironpot.case.propose import propose_map, save_proposal
from ironpot.case.read import read_case
from ironpot.case.template import write_workbook
from ironpot.core.errors import FileRefusedError

RENAMED = {
    "债务": (
        "融资台账",
        {
            "债务编号*": "合同号",
            "债务人*": "融资主体",
            "债权人*": "贷款银行",
            "债务类别*": "债务性质",
            "工具*": "融资品种",
            "合同类型*": "还款方式",
            "本金余额(万元)*": "贷款余额(万元)",
            "起始日*": "放款日期",
            "利率*": "年利率",
        },
    ),
    "资产": (
        "资产清单",
        {"资产编号*": "资产编码", "所属主体*": "产权单位", "账面价值(万元)*": "账面净值(万元)"},
    ),
    "预算": (
        "收支预算",
        {"主体编号*": "预算单位", "科目*": "预算科目", "年金额(万元)*": "预算数(万元)"},
    ),
    "主体": ("单位名录", {"主体编号*": "单位编码", "名称*": "单位名称"}),
}


@pytest.fixture
def export(tmp_path):
    """The sample district as another system would export it: other sheets, headers and words."""
    path = tmp_path / "export.xlsx"
    write_workbook(path, SETTINGS, example_tables("zh"), lang="zh", unit="ten_thousand")
    book = load_workbook(path)
    for title in [
        title for title in book.sheetnames if title.startswith("示例") or title == "说明"
    ]:
        book.remove(book[title])
    for label, (title, headers) in RENAMED.items():
        for cell in book[label][1]:
            cell.value = headers.get(cell.value, cell.value)
        book[label].title = title
    for cell in book["融资台账"]["F"]:
        cell.value = {"贷款": "流动资金贷款"}.get(cell.value, cell.value)
    book.save(path)
    return path


def complete(text: str) -> str:
    """Fill in the settings that an export does not hold."""
    case = 'id = "sample-2024"\nname_zh = "示例区"\ndate = 2024-12-31\ntop_entity = "E01"\n'
    return f"[case]\n{case}\n{text}"


def test_a_proposed_map_reads_the_export_as_the_template(export, tmp_path):
    plain = tmp_path / "plain.xlsx"
    write_workbook(plain, SETTINGS, example_tables("zh"), lang="zh", unit="ten_thousand")
    proposal = propose_map(export)
    assert proposal.needs_settings
    assert proposal.missing == ()
    saved = tmp_path / "map.toml"
    saved.write_text(complete(proposal.text), "utf-8")
    reading, case = read_case(export, column_map=saved), read_case(plain).case
    assert findings(reading) == set()
    for name in ("entities", "debts", "assets", "budget"):
        assert getattr(reading.case, name).equals(getattr(case, name)), name


def test_a_map_is_used_again_for_the_next_export(export, tmp_path):
    saved = tmp_path / "map.toml"
    save_proposal(propose_map(export), saved)
    saved.write_text(complete(saved.read_text("utf-8")), "utf-8")
    book = load_workbook(export)
    book["融资台账"]["H2"] = 1.0
    book.save(export)
    case = read_case(export, column_map=saved).case
    assert case.debts["notional_principal"][0] == 10_000.0


def test_without_the_map_the_export_is_no_case(export):
    assert {code for _, code in findings(read_case(export))} >= {
        "table.missing",
        "settings.missing",
    }


def test_a_map_survives_saving(export, tmp_path):
    column_map = propose_map(export).column_map
    save_map(column_map, tmp_path / "map.toml")
    assert load_map(tmp_path / "map.toml") == column_map
    assert map_text(column_map) == (tmp_path / "map.toml").read_text("utf-8")


def test_words_of_an_export_are_proposed_by_the_nearest_of_ours(export):
    entry = propose_map(export).column_map.tables["debts"].columns["instrument"]
    assert entry.words == {"流动资金贷款": "loan"}


def test_a_constant_fills_a_column_that_the_export_does_not_have(export, tmp_path):
    proposal = propose_map(export)
    text = proposal.text.replace('header = "债务性质"', 'value = "隐性债务"')
    (tmp_path / "map.toml").write_text(complete(text), "utf-8")
    case = read_case(export, column_map=tmp_path / "map.toml").case
    assert set(case.debts["primary_class"]) == {"hidden"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tables.depts]", "there is no table 'depts'"),
        ('[tables.debts.columns.principle]\nheader = "x"', "has no column 'principle'"),
        ('[tables.debts.columns.name]\nunit = "千元"', "is not a unit"),
        ("[tables.debts]\nheader_row = 0", "greater than or equal to 1"),
        ("[tables", "map"),
        ("[tables.debts]\nsheets = 1", "Extra inputs"),
    ],
)
def test_a_map_that_cannot_be_used_says_why(export, tmp_path, text, said):
    (tmp_path / "map.toml").write_text(text, "utf-8")
    with pytest.raises(FileRefusedError) as caught:
        read_case(export, column_map=tmp_path / "map.toml")
    assert said in caught.value.say("en")


def test_a_missing_map_is_said_to_be_missing(export, tmp_path):
    with pytest.raises(FileRefusedError, match="does not exist"):
        read_case(export, column_map=tmp_path / "none.toml")


def test_headers_in_a_later_row_are_found_by_the_map(tmp_path):
    path = tmp_path / "late.xlsx"
    book = Workbook()
    sheet = book.active
    sheet.title = "单位"
    for row in ([], ["导出时间"], ["代码", "名", "类", "并"], ["E01", "区政府", "政府", "是"]):
        sheet.append(row)
    book.save(path)
    (tmp_path / "map.toml").write_text(
        '[tables.entities]\nsheet = "单位"\nheader_row = 3\n'
        '[tables.entities.columns.entity_id]\nheader = "代码"\n'
        '[tables.entities.columns.name]\nheader = "名"\n'
        '[tables.entities.columns.kind]\nheader = "类"\n'
        '[tables.entities.columns.inside]\nheader = "并"\n',
        "utf-8",
    )
    codes = {code for place, code in findings(read_case(path, column_map=tmp_path / "map.toml"))}
    assert codes == {"settings.missing", "table.missing"}
