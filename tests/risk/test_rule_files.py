"""A bureau adds a rule set by a file alone; a faulty file is not used and says where."""

from pathlib import Path

import pytest

from ironpot.core.errors import FileRefusedError
from ironpot.risk.ratios import rule_inputs
from ironpot.risk.rule_files import parse_rule_set, read_rule_files, rule_book
from ironpot.risk.rules import band_limits, classify
from ironpot.risk.ruleset import UNKNOWN

SHIPPED = sorted(rule_book().rule_sets)
GUIDE = Path(__file__).parents[2] / "docs" / "reference" / "rules.md"


def test_the_rule_file_of_the_guide_works_as_printed():
    printed = GUIDE.read_text("utf-8").split("```toml")[1].split("```")[0]
    rule_set, issues = parse_rule_set(printed.encode(), "guide.toml")
    assert issues == []
    facts = {"debt_general": 60.0, "debt_special": 40.0, "general_own_revenue": 100.0}
    answer = classify(rule_set, rule_inputs(rule_set, facts))
    assert (answer.level, answer.consequence.code) == ("alarm", "NO_NEW_DEBT")


OWN = """
id = "own-rule"
name = { en = "Own", zh = "自定" }
jurisdiction = { en = "Here", zh = "本地" }
status = "unchecked"
source = { document = "Notice 5" }
combine = { method = "score", points = { share = { low = 0, high = 3 } }, bands = [
  { level = "calm", max = 2 }, { level = "alarm", min = 2 } ] }
levels = [ { id = "calm", label = { en = "calm", zh = "平稳" } },
           { id = "alarm", label = { en = "alarm", zh = "警报" } } ]
[[indicators]]
id = "share"
label = { en = "share", zh = "占比" }
formula = "100*debt/assets"
inputs = [ { name = "debt", label = { en = "debt", zh = "债务" } },
           { name = "assets", label = { en = "assets", zh = "资产" } } ]
bands = [ { level = "low", max = 60 }, { level = "high", min = 60 } ]
"""


def test_a_bureau_adds_a_rule_set_by_a_file_alone(tmp_path):
    (tmp_path / "own.toml").write_text(OWN, "utf-8")
    book = rule_book([tmp_path, tmp_path / "absent"])
    assert book.issues == ()
    own = book.rule_sets["own-rule"]
    assert classify(own, {"debt": 70.0, "assets": 100.0}).level == "alarm"
    assert classify(own, {"debt": 50.0, "assets": 100.0}).level == "calm"
    assert classify(own, {"debt": 50.0}).level == UNKNOWN
    assert set(book.rule_sets) == {*SHIPPED, "own-rule"}


def test_a_floor_is_a_limit_from_below():
    combine = OWN[OWN.index("combine") : OWN.index("levels")]
    bands = OWN[OWN.index("bands = [ {") :]
    floor = OWN.replace(combine, 'combine = { method = "worst" }\n').replace(
        bands, 'bands = [ { level = "alarm", max = 60 }, { level = "calm", min = 60 } ]'
    )
    rule_set, issues = parse_rule_set(floor.encode(), "floor.toml")
    assert issues == []
    (limit,) = band_limits(rule_set, "calm")
    assert (limit.operator, limit.bound, limit.strict) == (">=", 60.0, False)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('status = "unchecked"', 'status = "sure"', "status"),
        ('formula = "100*debt/assets"', 'formula = "100*debt/cash"', "indicators.share.inputs"),
        ('formula = "100*debt/assets"', 'formula = "__import__(1)"', "indicators.share.inputs"),
        ('formula = "100*debt/assets"', 'formula = "debt +* assets"', "indicators.share.formula"),
        ('{ level = "high", min = 60 }', '{ level = "high", min = 61 }', "indicators.share.bands"),
        (
            '{ level = "low", max = 60 }',
            '{ level = "low", min = 1, max = 60 }',
            "indicators.share.bands",
        ),
        ("share = { low = 0, high = 3 }", "share = { low = 0 }", "combine.points.share"),
        ('level = "alarm", min = 2', 'level = "panic", min = 2', "combine.bands"),
        ('id = "own-rule"', 'id = "own-rule"\nowner = "x"', "owner"),
        ('name = { en = "Own", zh = "自定" }', "", "name"),
        ("status", "= =", None),
    ],
)
def test_a_faulty_rule_file_is_not_used_and_says_where(tmp_path, old, new, field):
    assert old in OWN
    (tmp_path / "own.toml").write_text(OWN.replace(old, new, 1), "utf-8")
    book = rule_book([tmp_path])
    assert "own-rule" not in book.rule_sets
    assert field in {issue.place.header for issue in book.issues}
    assert all(issue.place.file == "own.toml" for issue in book.issues)


def test_bytes_that_are_no_text_are_refused():
    rule_set, issues = parse_rule_set(b"\xff\xfe\x00", "bad.toml")
    assert rule_set is None
    assert len(issues) == 1


# Each mistake is one that a bureau makes; the sentence must name line, value and the mend.
MISTAKES = [
    ('status = "unchecked"', 'status = "sure"', 5, "sure", "checked"),
    ('id = "share"', 'id = "share"\nunti = "ratio"', 13, "unti", "unit"),
    ('label = { en = "share", zh = "占比" }', 'label = "share"', 13, "share", "en ="),
    ('source = { document = "Notice 5" }', 'effective_from = "soon"', 6, "soon", "2024-01-31"),
    ("100*debt/assets", "debt/assets", 14, "debt/assets", "100*"),
    ("100*debt/assets", "100*debt/cash", 15, "cash", 'name = "cash"'),
    ("min = 60", "min = 61", 17, "61", "same number"),
    ("share = { low = 0, high = 3 }", "share = { low = 0 }", 7, "high", "add high"),
    ('level = "alarm", min = 2', 'level = "panic", min = 2', 7, "panic", "calm, alarm"),
    ('status = "unchecked"', "status = unchecked", 5, "line 5", "quotes"),
]


@pytest.mark.parametrize(("old", "new", "line", "value", "mend"), MISTAKES)
def test_an_error_names_file_line_and_value_and_says_how_to_mend_it(old, new, line, value, mend):
    assert old in OWN
    _, issues = parse_rule_set(OWN.replace(old, new, 1).encode(), "own.toml")
    said = [issue for issue in issues if value in issue.value and mend in issue.mend.en]
    assert said, [issue.say("en") for issue in issues]
    assert (said[0].place.file, said[0].place.row) == ("own.toml", line)
    assert said[0].what.zh
    assert said[0].mend.zh


def test_a_definition_that_names_no_fact_of_a_case_is_said():
    defined = (
        OWN
        + """
[[definitions]]
input = "debt"
choice = "all"
label = { en = "all", zh = "全部" }
formula = "debt_general+debt_hiden"
"""
    )
    _, issues = parse_rule_set(defined.encode(), "own.toml")
    assert [(issue.value, issue.place.row) for issue in issues] == [("debt_hiden", 23)]


def test_a_file_that_was_asked_for_must_be_there(tmp_path):
    with pytest.raises(FileRefusedError):
        read_rule_files([tmp_path / "absent.toml"])
    with pytest.raises(FileRefusedError):
        read_rule_files([tmp_path])
    (tmp_path / "own.toml").write_text(OWN, "utf-8")
    assert "own-rule" in read_rule_files([tmp_path]).rule_sets


def test_a_file_beyond_a_megabyte_is_not_read():
    rule_set, issues = parse_rule_set(b"#" * 1_000_001, "big.toml")
    assert rule_set is None
    assert issues[0].code == "rules.file"
