"""Every command does what it says, in both languages, on two lots and one loan."""

import json
import shutil
from pathlib import Path

import polars as pl
import pytest
from openpyxl import load_workbook
from tests.workbench.conftest import TWO_POTS
from typer.main import get_command

from ironpot.case.example import SETTINGS, example_tables
from ironpot.case.read import read_case
from ironpot.case.template import write_workbook
from ironpot.verify.verification import verify_plan
from ironpot.workbench.cli import app
from ironpot.workbench.words import HELP

LANGS = ("en", "zh")
COMMANDS = get_command(app).commands


def test_help_lists_every_command_with_a_sentence(ironpot):
    said = ironpot("--help")
    assert said.code == 0
    for name in COMMANDS:
        assert HELP[name].split(".")[0][:30] in said.out, name


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(ironpot, command):
    said = ironpot(command, "--help")
    assert said.code == 0
    assert "--lang" in said.out


@pytest.mark.parametrize("unit", ["yuan", "万元", "亿元"])
@pytest.mark.parametrize("lang", LANGS)
def test_template_writes_a_workbook_that_check_can_read(ironpot, lang, unit):
    said = ironpot("template", "my.xlsx", "--lang", lang, "--unit", unit)
    assert said.code == 0
    assert "ironpot check my.xlsx" in said.out
    titles = load_workbook("my.xlsx").sheetnames
    assert ("债务" if lang == "zh" else "debts") in titles
    checked = ironpot("check", "my.xlsx")
    assert checked.code == 1
    assert "is not set" in checked.out


@pytest.mark.parametrize(
    ("lang", "count", "way"), [("en", "0 errors", "Next"), ("zh", "错误0处", "下一步")]
)
def test_check_of_a_case_without_errors_names_the_next_command(ironpot, lang, count, way):
    said = ironpot("check", TWO_POTS, "--lang", lang)
    assert said.code == 0
    assert count in said.out
    assert f"{way}: ironpot plan {TWO_POTS} --out plan" in said.out.replace(":ironpot", ": ironpot")


@pytest.mark.parametrize(("lang", "summary"), [("en", "1 error, 0 warnings"), ("zh", "错误1处")])
def test_check_marks_the_users_own_workbook_and_exits_1(ironpot, lang, summary):
    write_workbook(Path("my.xlsx"), SETTINGS, example_tables("zh"), unit="ten_thousand")
    book = load_workbook("my.xlsx")
    book["债务"]["H4"] = "一百万"
    book.save("my.xlsx")
    said = ironpot("check", "my.xlsx", "--lang", lang)
    assert said.code == 1
    assert "债务!H4" in said.out
    assert "“一百万”" in said.out
    assert summary in said.out
    assert load_workbook("my.checked.xlsx")["债务"]["H4"].fill.fgColor.rgb == "FFFF9C9C"
    assert {path.name for path in Path().iterdir()} == {"my.xlsx", "my.checked.xlsx"}


@pytest.mark.parametrize(("lang", "word"), [("en", "Opening cash"), ("zh", "期初资金")])
def test_check_says_what_is_filled_where_cash_was_left_out(ironpot, lang, word):
    tables = example_tables("zh")
    write_workbook(Path("my.xlsx"), SETTINGS, tables, unit="ten_thousand")
    said = ironpot("check", "my.xlsx", "--lang", lang)
    assert said.code == 0
    assert word in said.out
    assert str(read_case("my.xlsx").case.acts.height) in said.out


def test_a_template_of_all_tables_has_the_accounts(ironpot):
    ironpot("template", "my.xlsx", "--lang", "en")
    ironpot("template", "all.xlsx", "--lang", "en", "--all")
    assert "accounts" not in load_workbook("my.xlsx").sheetnames
    assert "accounts" in load_workbook("all.xlsx").sheetnames


def test_a_bureaus_own_export_is_read_through_a_map_that_is_kept(ironpot):
    write_workbook(Path("my.xlsx"), SETTINGS, example_tables("zh"), unit="ten_thousand")
    book = load_workbook("my.xlsx")
    book["债务"].title = "2024年末台账"
    book["2024年末台账"]["C1"] = "借款单位"
    book.save("my.xlsx")
    said = ironpot("check", "my.xlsx")
    assert said.code == 1
    assert "--propose-map map.toml" in said.out
    assert ironpot("check", "my.xlsx", "--propose-map", "map.toml").code == 0
    assert ironpot("check", "my.xlsx", "--map", "map.toml").code == 0
    kept = Path("map.toml").read_bytes()
    again = ironpot("check", "my.xlsx", "--propose-map", "map.toml")
    assert again.code == 1
    assert "not touched" in again.err
    assert Path("map.toml").read_bytes() == kept


@pytest.mark.parametrize(("lang", "word"), [("en", "Balance sheet"), ("zh", "合并资产负债")])
def test_status_shows_net_worth_and_the_first_gap(ironpot, lang, word):
    said = ironpot("status", TWO_POTS, "--unit", "万元", "--lang", lang)
    assert said.code == 0
    assert word in said.out
    assert "3,200.00" in said.out
    assert "2025-12" in said.out


@pytest.mark.parametrize(("lang", "verdict"), [("en", "keep"), ("zh", "保留")])
def test_pots_lists_the_worst_sale_first(ironpot, lang, verdict):
    said = ironpot("pots", TWO_POTS, "--lang", lang, "--csv", "pots.csv")
    assert said.code == 0
    hall, depot = (said.out.index(name) for name in ("│ hall", "│ depot"))
    assert hall < depot
    line = said.out[hall:].splitlines()[0]
    assert "701.29" in line
    assert verdict in line
    table = pl.read_csv("pots.csv")
    assert table.height == 18
    assert table.filter(pl.col("legal"))["lot_id"].n_unique() == 2


@pytest.mark.parametrize(("lang", "first"), [("en", "outside cash"), ("zh", "外部现金")])
def test_plan_writes_its_folder_and_says_whether_it_adds_up(ironpot, lang, first):
    said = ironpot("plan", TWO_POTS, "--out", "plan", "--lang", lang, "--unit", "万元")
    assert said.code == 0
    assert "1,655.45" in said.out
    assert first in said.out
    assert "ironpot why plan depot" in said.out
    assert {path.name for path in Path("plan").iterdir()} == {
        "extras",
        "plan.json",
        "tables",
        "report.html",
        "report.xlsx",
        "report.pdf",
        "run.log",
    }
    assert {path.name for path in Path().iterdir()} == {"plan"}
    assert verify_plan(Path("plan")).ok


def test_plan_over_another_horizon(ironpot):
    assert ironpot("plan", TWO_POTS, "--out", "plan", "--horizon", "1y").code == 0
    summary = json.loads(Path("plan/plan.json").read_text("utf-8"))
    assert summary["horizon"]["quarters"] == 4
    assert "costs" in ironpot("why", "plan", "hall", "--case", TWO_POTS).out


@pytest.mark.parametrize(("lang", "verdict"), [("en", "The files add up"), ("zh", "核对一致")])
def test_verify_says_that_the_files_add_up(ironpot, planned, lang, verdict):
    said = ironpot("verify", planned, "--lang", lang)
    assert said.code == 0
    assert said.out.startswith(verdict)


def test_verify_exits_1_when_a_cent_is_missing(ironpot, planned):
    shutil.copytree(planned, "plan")
    path = Path("plan/tables/cash.csv")
    lines = path.read_text("utf-8").splitlines()
    cells = lines[1].split(",")
    cells[-1] = f"{float(cells[-1]) + 0.01:.2f}"
    path.write_text("\n".join([lines[0], ",".join(cells), *lines[2:], ""]), "utf-8")
    said = ironpot("verify", "plan")
    assert said.code == 1
    assert "cash" in said.out


@pytest.mark.parametrize(("lang", "word"), [("en", "Wrote"), ("zh", "已写出")])
def test_report_is_written_again_in_another_language(ironpot, planned, lang, word):
    said = ironpot("report", planned, "--case", TWO_POTS, "-o", "again", "--lang", lang)
    assert said.code == 0
    assert word in said.out
    page = Path("again/report.html").read_text("utf-8")
    assert f'lang="{lang}' in page


@pytest.mark.parametrize("face", ["pdf", "html", "xlsx"])
def test_report_writes_one_file_where_one_is_named(ironpot, planned, face):
    said = ironpot("report", planned, "--case", TWO_POTS, "-o", f"for-the-mayor.{face}")
    assert said.code == 0
    assert [path.name for path in Path().iterdir()] == [f"for-the-mayor.{face}"]
    start = {"pdf": b"%PDF", "html": b"<!doctype html", "xlsx": b"PK"}[face]
    assert Path(f"for-the-mayor.{face}").read_bytes()[: len(start)].lower() == start.lower()


def test_a_report_written_again_still_lists_the_defaults(ironpot, planned):
    ironpot("report", planned, "--case", TWO_POTS, "-o", "again.html", "--lang", "en")
    page = Path("again.html").read_text("utf-8")
    assert "taken from the packaged defaults" in page


@pytest.mark.parametrize(("lang", "word"), [("en", "solver"), ("zh", "求解器")])
def test_doctor_finds_every_part_at_work(ironpot, lang, word):
    said = ironpot("doctor", "--lang", lang)
    assert said.code == 0
    assert [line.split()[0] for line in said.out.splitlines()] == ["ok"] * 4
    assert word in said.out


ONE_LOAN = {
    "one": {
        "identifier": "one",
        "terms": {
            "contractType": "PAM",
            "contractID": "one",
            "statusDate": "2012-12-30T00:00:00",
            "contractDealDate": "2012-12-28T00:00:00",
            "currency": "USD",
            "notionalPrincipal": "1000",
            "initialExchangeDate": "2013-01-01T00:00:00",
            "maturityDate": "2014-01-01T00:00:00",
            "nominalInterestRate": "0",
            "dayCountConvention": "A365",
            "endOfMonthConvention": "SD",
            "premiumDiscountAtIED": "0",
            "contractRole": "RPA",
        },
        "to": "2014-01-02T00:00:00",
        "dataObserved": {},
        "eventsObserved": [],
        "results": [
            {
                "eventDate": "2013-01-01T00:00",
                "eventType": "IED",
                "payoff": -1000.0,
                "currency": "USD",
                "notionalPrincipal": 1000.0,
                "nominalInterestRate": 0.0,
                "accruedInterest": 0.0,
            },
            {
                "eventDate": "2014-01-01T00:00",
                "eventType": "IP",
                "payoff": 0.0,
                "currency": "USD",
                "notionalPrincipal": 1000.0,
                "nominalInterestRate": 0.0,
                "accruedInterest": 0.0,
            },
            {
                "eventDate": "2014-01-01T00:00",
                "eventType": "MD",
                "payoff": 1000.0,
                "currency": "USD",
                "notionalPrincipal": 0.0,
                "nominalInterestRate": 0.0,
                "accruedInterest": 0.0,
            },
        ],
    }
}


def test_actus_runs_a_folder_of_cases_and_exits_1_on_a_failure(ironpot):
    path = Path("actus-tests-pam.json")
    path.write_text(json.dumps(ONE_LOAN), "utf-8")
    said = ironpot("actus", ".", "--json")
    assert json.loads(said.out)["passed"] == 1
    assert said.code == 0
    wrong = json.loads(path.read_text("utf-8"))
    wrong["one"]["results"][-1]["payoff"] = 999.0
    path.write_text(json.dumps(wrong), "utf-8")
    said = ironpot("actus", ".", "--lang", "zh")
    assert said.code == 1
    assert "1个用例通过0个" in said.out


@pytest.mark.parametrize(("lang", "word"), [("en", "synthetic"), ("zh", "合成")])
def test_demo_names_five_commands_that_exist(ironpot, lang, word):
    said = ironpot("demo", "--lang", lang)
    assert said.code == 0
    assert word in said.out
    named = [line.split()[1] for line in said.out.splitlines() if line.startswith("  ironpot ")]
    assert named == ["status", "pots", "plan", "why", "verify"]
    assert ironpot("check", "demo").code == 0
