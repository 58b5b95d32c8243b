"""What is said after a plan's reasons were checked is no more than was checked."""

from dataclasses import dataclass

import pytest

from ironpot.workbench.planning import _stood


@dataclass(frozen=True)
class One:
    lot_id: str
    holds: bool


def test_where_nothing_was_checked_nothing_is_said_to_hold():
    said = _stood([])
    assert "No reason was checked" in said.en
    assert "hold" not in said.en
    assert "未复核任何理由" in said.zh


@pytest.mark.parametrize(
    ("holds", "words"),
    [
        ((True, True), "2 reasons checked; all of them hold."),
        ((True, False), "2 reasons checked; a cheaper plan exists without: b"),
    ],
)
def test_where_some_were_checked_it_is_said_which_stood(holds, words):
    assert _stood([One(name, held) for name, held in zip("ab", holds, strict=True)]).en == words
