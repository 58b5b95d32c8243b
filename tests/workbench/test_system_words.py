"""What the report of a system says is true of its tables, also where figures turn the other way."""

import re
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from ironpot.report.charts.system import frontier_chart, price_chart
from ironpot.report.figures import Reader
from ironpot.report.model import Chart, Table
from ironpot.report.system_answer import answers_of, cushions_of
from ironpot.report.system_build import build_system_report
from ironpot.report.system_spiral import bank_called, spiral_blocks
from ironpot.report.system_view import REGIME
from ironpot.system.frontier import burdens
from ironpot.system.regimes import Regime
from ironpot.system.second_round import SpiralRules
from ironpot.workbench.system import Draw, run_system

HUNAN = Path("examples/hunan")


@pytest.fixture(scope="module")
def view():
    screen = Console(record=True, width=120, force_terminal=False)
    asked = Draw(counties=12, seed=3, rules=SpiralRules(capital_floor=0.045))
    return run_system(HUNAN, None, asked, lang="en", unit="hundred_million", screen=screen)


def with_table(view, name, **columns):
    table = view.tables[name].with_columns(**columns)
    return replace(view, tables=view.tables | {name: table})


def answer(view, question):
    return next(said.text for said in answers_of(view) if said.question.startswith(question))


@pytest.mark.parametrize(
    ("crowd", "joint", "said"),
    [
        (None, None, "never withdraw more than half"),
        (0.2, 0.1, "20.0% in the crowd, 10.0% with the joint plan; the joint plan can stand less."),
        (0.0, 0.3, "none, it is so already in the crowd, 30.0% with the joint plan; the crowd can"),
        (0.2, None, "20.0% in the crowd, all of it with the joint plan; the crowd can stand less."),
        (0.2, 0.2, "20.0% in the crowd, 20.0% with the joint plan."),
    ],
)
def test_the_cushion_is_told_of_crowd_and_plan_and_who_stands_less(view, crowd, joint, said):
    assert said in cushions_of(view, crowd, joint)


def test_page_one_tells_the_floor_as_asked_for_and_no_run_that_never_comes(view):
    assert "below 4.5% of its loans" in answer(view, "What do banks do")
    never = with_table(view, "spiral", cushion=pl.lit(None, dtype=pl.Float64))
    said = answer(never, "What do banks do")
    assert "never withdraw more than half" in said
    assert "100" not in said


def test_who_sells_later_within_the_same_quarter_is_not_told_by_an_empty_list(view):
    moved = {"half_by_announced": pl.col("half_by_nash"), "later_by": pl.lit(0.7)}
    said = answer(with_table(view, "counties", **moved), "Who should wait")
    assert "none of them half of its lots in a later quarter" in said
    assert ": ;" not in said


def test_a_second_end_is_told_only_of_rounds_that_came_to_rest(view):
    def said(unique, converged):
        shown = with_table(view, "spiral", unique=pl.lit(unique), converged=pl.lit(converged))
        return spiral_blocks(shown)[0].items[-1]

    assert "there is a second end" in said(unique=False, converged=True)
    assert "second end" not in said(unique=True, converged=True)
    restless = said(unique=False, converged=False)
    assert "second end" not in restless
    assert "did not come to rest" in restless


def test_the_line_is_told_from_the_joint_plan_on(view):
    crowd = view.crowd
    worst = float(burdens(crowd.markets, crowd.regime("coordinated").costs).max())
    stake = crowd.plan.stake
    costs = [crowd.plan.cost + part * stake for part in (2.0, 0.0)]
    traced = view.tables["frontier"].head(2)
    traced = traced.with_columns(pl.Series("cost", costs), worst=pl.lit(0.5 * worst))
    said = frontier_chart(replace(view, tables=view.tables | {"frontier": traced})).takeaway
    assert f"costs all together {view.yuan(2.0 * stake)}" in said


def test_no_point_of_the_line_is_cheaper_than_the_joint_plan(view):
    assert view.tables["frontier"]["cost"].min() >= view.crowd.plan.cost - 1.0


def test_prices_say_more_where_each_for_itself_sells_more(view):
    crowd = view.crowd
    much = Regime("alone", crowd.plan.sold * 2.0, crowd.plan.costs)
    regimes = tuple(much if r.name == "alone" else r for r in crowd.regimes)
    said = price_chart(replace(view, crowd=replace(crowd, regimes=regimes))).takeaway
    assert f"Alone, {view.yuan(float(crowd.plan.sold.sum()))} more are sold" in said
    assert "-" not in said.split("Alone")[1]


def test_readers_see_no_id_of_a_drawn_bank(view):
    zh = replace(view, reader=Reader("zh", "hundred_million"), names={"430100": "长沙"})
    assert bank_called(zh, "joint_stock_bank_01", "joint_stock_bank") == "股份制银行01"
    assert bank_called(zh, "regional_430100", "regional_bank") == "长沙"
    assert bank_called(zh, "own_bank", "large_bank") == "own_bank"
    assert zh.bank_class("other") == "其他"


def test_the_first_sentence_says_what_the_crowd_costs_above_the_joint_plan(view):
    crowd = view.crowd
    more = view.yuan(crowd.regime("nash").cost - crowd.plan.cost)
    zh = replace(view, reader=Reader("zh", "hundred_million"))
    assert answer(view, "What does").startswith(
        f"Selling all at once without agreeing costs {more}"
    )
    assert "比统筹出售多付" in answers_of(zh)[0].text
    assert "together" not in build_system_report(view).leader.blocks[1].items[1].label


def test_a_sentence_of_many_amounts_names_their_unit_once(view):
    said = answer(view, "What do banks do")
    assert said.count("hundred million yuan") == 1
    assert view.figure(view.tables["spiral"]["missed"][0]) in said
    assert view.figure(None) == "unknown"


def excel_tables(view):
    report = build_system_report(view)
    blocks = [block for section in (report.leader, *report.sections) for block in section.blocks]
    charts = [block.numbers for block in blocks if isinstance(block, Chart)]
    return [*charts, *(block for block in blocks if isinstance(block, Table))]


def test_a_chinese_workbook_names_sheets_heads_regimes_and_markets_in_chinese(view):
    chinese = replace(view, reader=Reader("zh", "hundred_million"))
    tables = excel_tables(chinese)
    assert len(tables) >= 10
    units = set(view.tables["counties"]["unit_id"]) | set(view.tables["counties"]["parent_id"])
    for table in tables:
        heads = (table.sheet, table.title, *(field.label for field in table.fields))
        assert not [head for head in heads if re.search("[a-z]{3}", head)]
        for name in table.frame.select(pl.selectors.string()).columns:
            words = set(table.frame[name].drop_nulls()) - units
            assert not words & set(REGIME)
            assert not [word for word in words if word.startswith(("land_", "equity_"))]


def test_what_is_printed_names_no_option_of_the_command(view):
    for lang in ("en", "zh"):
        spoken = replace(view, reader=Reader(lang, "hundred_million"))
        report = build_system_report(spoken)
        for section in (report.leader, *report.sections):
            for block in section.blocks:
                assert "--" not in getattr(block, "text", "")
