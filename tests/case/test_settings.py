"""Settings are read from TOML or the first sheet, and every slip is named at its line."""

import datetime as dt

import pytest
from tests.case.sample import findings, sample

from ironpot.case.read import read_case


def with_settings(folder, text):
    sample(folder)
    (folder / "case.toml").write_text(text, "utf-8")
    return read_case(folder)


GOOD = '[case]\nid = "a"\nname_zh = "区"\ndate = 2024-12-31\ntop_entity = "E01"\nunit = "yuan"\n'


def test_one_name_serves_both_languages_and_the_rest_is_usual(tmp_path):
    settings = with_settings(tmp_path, GOOD).case.settings
    assert settings.name == ("区", "区")
    assert settings.horizon_quarters == 20
    assert settings.weights == {"base": 0.5, "adverse": 0.3, "favourable": 0.2}
    assert settings.discount_rate is None


@pytest.mark.parametrize(
    "date", ["2024-12-31", '"2024年12月31日"', '"2024/12/31"', "2024-12-31T00:00:00"]
)
def test_the_case_date_may_be_written_in_chinese(tmp_path, date):
    settings = with_settings(tmp_path, GOOD.replace("2024-12-31", date)).case.settings
    assert settings.date == dt.date(2024, 12, 31)


@pytest.mark.parametrize("unit", ["万元", "ten_thousand", "10,000 yuan"])
def test_the_unit_of_the_case_holds_for_columns_that_name_none(tmp_path, unit):
    case = with_settings(tmp_path, GOOD.replace('"yuan"', f'"{unit}"')).case
    assert case.debts["notional_principal"][0] == 320_000_000.0 * 10_000


@pytest.mark.parametrize(
    ("line", "code", "place"),
    [
        ('date = "2024-13-01"', "settings.invalid", "case.toml:7 date"),
        ('unit = "千元"', "settings.invalid", "case.toml:7 unit"),
        ("horizon_quarters = 400", "settings.invalid", "case.toml:7 horizon_quarters"),
        ('discount_rate = "high"', "settings.invalid", "case.toml:7 discount_rate"),
        ('currency = "yuan"', "settings.invalid", "case.toml:7 currency"),
        ('top_entity = "E011"', "settings.top_entity", "case.toml:7 top_entity"),
        ('nmae_en = "x"', "settings.unknown", "case.toml:7 nmae_en"),
        ("base = 0.5", "settings.unknown", "case.toml:7 base"),
        (
            "[scenarios]\nbase = 0.5\nadverse = 0.3\nfavourable = 0.3",
            "settings.weights",
            "case.toml:8 base",
        ),
        ("[scenarios]\nbase = 1.0", "settings.weights", "case.toml:8 base"),
        ("[scenarios]\nbase = 2", "settings.invalid", "case.toml:8 base"),
        ('[impute]\nappraisal = "guess"', "settings.invalid", "case.toml:8 appraisal"),
        ("id = ", "settings.unreadable", "case.toml:7"),
    ],
)
def test_a_slip_in_the_settings_is_found_at_its_line(tmp_path, line, code, place):
    key = line.partition(" ")[0]
    kept = [old for old in GOOD.splitlines() if not old.startswith(f"{key} ")]
    filled = kept + [""] * (6 - len(kept))
    reading = with_settings(tmp_path, "\n".join([*filled, line, ""]))
    assert (place, code) in findings(reading)


def test_what_is_missing_is_said_all_at_once(tmp_path):
    reading = with_settings(tmp_path, "")
    missing = [issue for issue in reading.issues if issue.code == "settings.missing"]
    assert len(missing) == 4
    assert any(issue.code == "unit.undeclared" for issue in reading.issues)


def test_a_unit_declared_nowhere_is_never_guessed(tmp_path):
    reading = with_settings(tmp_path, GOOD.replace('unit = "yuan"\n', ""))
    assert {code for _, code in findings(reading)} == {"unit.undeclared"}
    assert {place for place, _ in findings(reading)} == {
        "debts.csv:1 notional_principal",
        "assets.csv:1 book_value",
        "budget.csv:1 amount_y",
    }


def test_the_unit_beside_a_header_goes_before_that_of_the_case(tmp_path):
    sample(tmp_path)
    path = tmp_path / "debts.csv"
    path.write_text(
        path.read_text("utf-8").replace("notional_principal", "本金余额(万元)"), "utf-8"
    )
    case = read_case(tmp_path).case
    assert case.debts["notional_principal"][0] == 320_000_000.0 * 10_000
