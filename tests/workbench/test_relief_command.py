"""`ironpot relief` and `ironpot plan --check-reasons` say what they found, in both languages."""

import shutil

import polars as pl
import pytest
from tests.workbench.conftest import TWO_POTS

from ironpot.plan import many
from ironpot.plan.relief_prices import SCHEMA
from ironpot.workbench.relief import AS_ONE, BY_PARTS, SHORTEST, _not_shown, _sorted


@pytest.fixture
def poor(tmp_path):
    """Two pots whose loan is too big for both of them."""
    folder = tmp_path / "poor"
    shutil.copytree(TWO_POTS, folder)
    debts = (folder / "debts.csv").read_text("utf-8")
    assert "10000000.00" in debts
    (folder / "debts.csv").write_text(debts.replace("10000000.00", "90000000.00"), "utf-8")
    return folder


def test_a_case_that_works_needs_no_help(ironpot):
    assert "works without help" in ironpot("relief", TWO_POTS, "--time-limit", 60).out
    assert "无需上级支持" in ironpot("relief", TWO_POTS, "--lang", "zh", "--time-limit", 60).out


def test_the_least_help_stands_beside_its_bound_and_its_prices(ironpot, poor):
    said = ironpot("relief", poor, "--unit", "ten_thousand", "--csv", "p.csv", "--time-limit", 60)
    assert said.code == 0
    for words in ("A whole plan works with help of", "Certified: no plan works with less"):
        assert words in said.out
    assert "Doing nothing would need" in said.out
    assert "government_above" not in said.out
    assert "Government above" in said.out
    assert "cash buffer: " in said.out
    prices = pl.read_csv("p.csv")
    buffer = prices.filter(
        pl.col("limit_id") == "buffer:county/general", pl.col("change") == "less"
    )
    assert buffer["unit"].to_list() == [1e6]
    assert buffer["relaxed"][0] < 0.0


def test_it_speaks_chinese(ironpot, poor):
    said = ironpot("relief", poor, "--lang", "zh", "--time-limit", 60)
    for words in ("上级支持", "已证明", "影子价格估计"):
        assert words in said.out


def test_where_futures_are_many_every_price_says_what_it_is(ironpot, poor, monkeypatch):
    monkeypatch.setattr(many, "LARGE", 0)
    asked = ("relief", poor, "--scenarios", 8, "--time-limit", 8, "--csv", "p.csv")
    said = ironpot(*asked)
    assert said.code == 0
    for words in ("Certified: no plan works with less", "proven", "choices", "estimate"):
        assert words in said.out
    prices = pl.read_csv("p.csv")
    assert prices["whole"].null_count() == prices.height
    assert prices["plan"].null_count() < prices.height
    assert "下界" in ironpot(*asked, "--lang", "zh").out


def test_checked_reasons_are_written_and_told_by_why(ironpot):
    said = ironpot("plan", TWO_POTS, "--out", "out", "--check-reasons", 2, "--time-limit", 20)
    assert said.code == 0
    assert "2 reasons checked; all of them hold." in said.out
    rows = pl.read_csv("out/tables/decisions.csv")
    assert set(rows["reason_basis"]) == {"resolve"}
    assert "olved again" in ironpot("why", "out", "hall").out
    assert "add up" in ironpot("verify", "out").out


def test_what_no_giver_of_the_case_can_give_is_called_unnamed(ironpot, poor):
    (poor / "relief_sources.csv").write_text(
        "giver_id,name,kind,order,total_limit,repayable,accounts,source_id,origin\n"
        "city,city,grant,1,1000000.00,false,general,made_up,synthetic\n",
        "utf-8",
    )
    said = ironpot("relief", poor, "--time-limit", 60)
    assert "The givers of the case do not reach" in said.out
    assert "unnamed" in said.out
    assert "未落实" in ironpot("relief", poor, "--lang", "zh", "--time-limit", 60).out


def priced(*rows: tuple[float | None, float | None, float | None, float | None]) -> pl.DataFrame:
    """Prices of a limit each: relaxed, whole, estimate, plan; yuan."""
    names = {"limit_id": "a", "kind": "buffer", "change": "less", "unit": 1e6}
    figures = ("relaxed", "whole", "estimate", "plan")
    return pl.DataFrame(
        [names | dict(zip(figures, row, strict=True)) for row in rows], schema=SCHEMA
    )


def test_a_change_counts_as_the_table_writes_it_and_unknown_is_not_nil():
    prices = priced(
        (0.0, 0.0, 0.0, None),
        (40.0, 0.0, -40.0, None),
        (0.0, None, 0.0, None),
        (None, None, None, None),
        (-9e5, None, -2e6, None),
        (float("inf"), None, None, None),
    )
    # 40 yuan are 0.0000 of a hundred million, and 0.0040 of ten thousand.
    wide, narrow = (_sorted(prices, AS_ONE, unit) for unit in ("hundred_million", "ten_thousand"))
    assert (len(wide.moving), wide.nil, wide.unknown) == (2, 2, 2)
    assert (len(narrow.moving), narrow.nil, narrow.unknown) == (3, 1, 2)
    nil, unknown = _not_shown(wide)
    assert nil.en == "2 more changes move no help."
    assert unknown.zh == "2项是否影响未能测算。"


def test_where_futures_are_many_a_plan_that_breaks_a_limit_is_not_said_to_move_no_help():
    prices = priced(
        (0.0, None, 0.0, None), (0.0, None, 0.0, 0.0), (0.0, None, 0.0, 5e6), (None, None, None, 0)
    )
    sorts = _sorted(prices, BY_PARTS, "hundred_million")
    assert ([row["plan"] for row in sorts.moving], sorts.nil, sorts.unknown) == ([5e6], 1, 2)


def test_how_many_are_not_shown_is_what_the_table_leaves_out():
    sorts = _sorted(priced(*[(1e6, 1e6, 1e6, None)] * (SHORTEST + 3)), AS_ONE, "hundred_million")
    (said,) = _not_shown(sorts)
    assert said.en.startswith("3 smaller ones are not shown")
