"""`ironpot realise` records in a minute what happened, and never leaves a case broken."""

import datetime as dt
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook
from tests.workbench.accountant import fill
from tests.workbench.conftest import TWO_POTS

from ironpot.case.read import read_case
from ironpot.core.errors import IronpotError
from ironpot.workbench import realise
from ironpot.workbench.blank import blank_workbook


@pytest.fixture
def case(tmp_path) -> Path:
    folder = tmp_path / "case"
    shutil.copytree(TWO_POTS, folder)
    return folder


def events(path: Path) -> list[tuple[object, ...]]:
    names = ("event_id", "asset_id", "event", "route", "date", "amount")
    return read_case(path).case.realised.select(names).rows()


def test_a_failed_listing_a_contract_and_a_haircut_are_recorded_one_by_one(ironpot, case):
    for words in (
        ("depot", "listed", "--date", "2025-02-03", "--route", "exchange_sale"),
        ("depot", "failed", "--date", "2025-03-20"),
        ("depot", "signed", "--date", "2025-05-20", "--amount", "1200万元"),
    ):
        said = ironpot("realise", case, *words)
        assert (said.code, said.err) == (0, "")
    assert "V3" in said.out
    assert "-40% beside the appraisal of 2,000 ten thousand yuan" in said.out
    assert events(case) == [
        ("V1", "depot", "listed", "exchange_sale", dt.date(2025, 2, 3), None),
        ("V2", "depot", "failed", "exchange_sale", dt.date(2025, 3, 20), None),
        ("V3", "depot", "signed", "exchange_sale", dt.date(2025, 5, 20), 12_000_000.0),
    ]
    cut = ironpot("realise", case, "loan", "减免本金", "--date", "2025-06-30", "--share", 0.1)
    assert (cut.code, cut.err) == (0, "")
    (change,) = read_case(case).case.debt_changes.select("change_id", "change", "share").rows()
    assert change == ("C1", "haircut", 0.1)


def test_amounts_go_in_the_unit_of_the_header_that_is_there(ironpot, case):
    (case / "realised.csv").write_text(
        "事项编号;资产编号;进展;方式;日期;合同金额(万元)\n", "utf-8-sig"
    )
    said = ironpot(
        "realise", case, "hall", "已签约", "--date", "2025-05-20", "--route", "出租",
        "--amount", "480万", "--lang", "zh",
    )  # fmt: skip
    assert (said.code, said.err) == (0, "")
    assert "第2行" in said.out
    assert "现有记录暂无法据以制定方案" in said.out  # the two pots cannot be let
    assert (case / "realised.csv").read_text("utf-8-sig").splitlines()[1].endswith(";480")
    assert events(case)[0][2:] == ("signed", "lease", dt.date(2025, 5, 20), 4_800_000.0)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("depo", "signed", "--date", "2025-05-20"), "Did you mean depot?"),
        (("depot", "sold", "--date", "2025-05-20"), "signed, failed"),
        (("depot", "signed", "--date", "May", "--route", "auction"), "2025-05-20"),
        (
            ("depot", "signed", "--date", "2025-05-20", "--amount", "12", "--route", "auction"),
            "its unit",
        ),
        (("depot", "listed", "--date", "2025-05-20"), "--route"),
        (
            ("depot", "signed", "--date", "2024-05-20", "--amount", "12万元", "--route", "auction"),
            "not after the case date",
        ),
        (
            ("depot", "signed", "--date", "2025-05-20", "--route", "auction"),
            "without its amount",
        ),
        (
            ("depot", "signed", "--date", "2025-05-20", "--amount", "0元", "--route", "auction"),
            "a contract for nothing",
        ),
        (
            ("depot", "listed", "--date", "2025-05-20", "--share", "0.4", "--until", "2027-01-01"),
            "depot is a lot: --share, --until cannot",
        ),
        (
            ("depot", "listed", "--date", "2025-05-20", "--rate", "0", "--route", "auction"),
            "depot is a lot: --rate cannot",
        ),
        (
            ("loan", "haircut", "--date", "2025-05-20", "--share", "0.3", "--route", "lease"),
            "loan is a debt: --route cannot",
        ),
        (
            ("loan", "haircut", "--date", "2025-05-20", "--buyer", "x", "--lang", "zh"),
            "loan是债务,不能录入 --buyer",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_the_mend_and_nothing_is_left(ironpot, case, words, told):
    before = sorted(path.name for path in case.iterdir())
    said = ironpot("realise", case, *words)
    assert said.code == 1
    assert told in said.err
    assert sorted(path.name for path in case.iterdir()) == before


@pytest.mark.parametrize(
    "said", [",万元", "3,4亿", "1,2.5万元", "1,,000元", "3400,元", "12,3456元"]
)
def test_an_amount_that_reads_two_ways_is_refused(said):
    with pytest.raises(IronpotError, match="groups of three"):
        realise._yuan(said)


@pytest.mark.parametrize(
    ("said", "yuan"),
    [
        ("3,400万元", 34e6),
        ("34,000,000.50元", 34_000_000.5),
        ("0.34 亿", 34e6),
        ("1234567元", 1234567),
    ],
)
def test_an_amount_is_read_with_digits_in_groups_of_three_or_none(said, yuan):
    assert realise._yuan(said) == yuan


def test_a_contract_for_nothing_holds_where_a_route_may_be_free(ironpot, case):
    words = ("--date", "2025-05-20", "--amount", "0元", "--route", "transfer_up")
    assert ironpot("realise", case, "depot", "signed", *words).code == 0
    assert events(case)[0][5] == 0.0


def test_a_second_contract_for_a_lot_is_taken_back(ironpot, case):
    words = ("--date", "2025-05-20", "--amount", "1200万元", "--route", "exchange_sale")
    assert ironpot("realise", case, "depot", "signed", *words).code == 0
    whole = (case / "realised.csv").read_bytes()
    said = ironpot("realise", case, "depot", "signed", *words)
    assert said.code == 1
    assert "signed away twice" in said.err
    assert (case / "realised.csv").read_bytes() == whole


def test_a_workbook_gets_a_sheet_of_its_own_and_the_old_one_is_kept(ironpot, tmp_path):
    blank = tmp_path / "blank.xlsx"
    blank_workbook(blank, lang="zh", unit="ten_thousand", scope="basic")
    book = fill(blank, tmp_path / "qinghe.xlsx", "zh", "ten_thousand")
    old = book.read_bytes()
    lot, next_lot = read_case(book).case.assets["asset_id"][:2]
    words = ("卖了", "--date", "2025-05-20", "--amount", "300万元", "--route", "挂牌出售")
    refused = ironpot("realise", book, lot, *words, "--lang", "zh")
    assert refused.code == 1
    assert book.read_bytes() == old
    route = ("--route", "exchange_sale", "--lang", "zh")
    day = ("--date", "2025-05-20", "--amount", "300万元")
    first = ironpot("realise", book, lot, "签约", *day, "--route", "挂牌出售", "--lang", "zh")
    second = ironpot("realise", book, next_lot, "listed", "--date", "2025-06-01", *route)
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert [row[1:3] for row in events(book)] == [(lot, "signed"), (next_lot, "listed")]
    assert events(book)[0][5] == 3_000_000.0
    assert load_workbook(book)["已实施"].max_row == 3
    assert (tmp_path / "qinghe.before.xlsx").is_file()
