"""Help is printed with the names of the case, never its ids, in the reader's language."""

import pytest

from ironpot import read_case
from ironpot.workbench.relief_names import KINDS, ReliefNames

CASE = read_case("examples/bishan-scale").case


@pytest.mark.parametrize(
    ("limit_id", "kind", "en", "zh"),
    [
        ("buffer:bur_health/general", "buffer", "cash buffer: ", "现金缓冲:"),
        ("deadline:bur_health/general/2025Q3", "deadline", "2025Q3", "2025Q3"),
        ("service_floor:health", "service_floor", "service floor: ", "公共服务底线:"),
        ("protected:A-001", "protected", "protected lot: A-001 ", "受保护资产:A-001 "),
    ],
)
def test_a_limit_is_named_by_kind_body_account_and_quarter(limit_id, kind, en, zh):
    english, chinese = (ReliefNames(CASE, lang).limit(limit_id, kind) for lang in ("en", "zh"))
    assert en in english
    assert zh in chinese
    for said in (english, chinese):
        assert "bur_health" not in said
        assert "/" not in said
    assert "general" not in chinese


def test_every_kind_of_limit_that_a_turn_may_have_has_a_name():
    from ironpot.workbench.relief import CHANGES

    assert {kind for kind, _ in CHANGES} <= set(KINDS)


def test_givers_and_ways_of_help_are_named_and_unknown_ids_stand_for_themselves():
    names = ReliefNames(CASE, "zh")
    assert names.giver("municipality").startswith("市政府")
    assert names.kind("grant") == "补助"
    assert names.giver("unnamed") == "未落实"
    assert names.body("nobody") == "nobody"
