"""What a reader can re-add of how sure a plan is, and what it leaves to those who come after."""

import dataclasses

import polars as pl
import pytest

from ironpot.core.outputs import CONSOLIDATED, EXPECTED
from ironpot.report.build import build_report
from ironpot.report.figures import Reader, money
from ironpot.report.parts.check import sure_sentence
from ironpot.report.parts.gap import later_sentence
from ironpot.report.view import view_of

EN = Reader("en", "hundred_million")


def made_view(case, plan, **summary):
    return view_of(case, dataclasses.replace(plan, summary=plan.summary | summary), EN)


def after_the_plan(case, plan, *cash):
    """A view whose ladder goes on for some quarters after the horizon with this cash."""
    view = made_view(case, plan)
    here = (pl.col("entity_id") == CONSOLIDATED) & (pl.col("scenario") == EXPECTED)
    rung = view.ladder.filter(here, pl.col("phase") == "after", pl.col("quarter") <= view.last)
    year = int(view.last[:4]) + 1
    rows = [
        rung.tail(1).with_columns(
            pl.lit(f"{year}Q{number}").alias("quarter"),
            pl.lit(f"{year}Q{number}").alias("period"),
            pl.lit(fen, pl.Int64).alias("cumulative_gap"),
        )
        for number, fen in enumerate(cash, start=1)
    ]
    kept = view.ladder.filter(pl.col("quarter") <= view.last)
    return dataclasses.replace(view, ladder=pl.concat([kept, *rows])), year


def test_the_amount_and_both_shares_of_the_gap_re_add(case, plan):
    run = {"objective": 110e8, "bound": 100e8, "constant_terms": -90e8, "do_nothing": 150e8}
    shares = {"gap_objective": 10 / 200, "gap_stake": 10 / 50}
    said = sure_sentence(made_view(case, plan, **run, **shares))
    assert f"more than {money(10_00000000_00, EN)}: 20.00%" in said
    assert "5.00% of the cost without cash at the end" in said


def test_an_unknown_bound_gives_no_amount(case, plan):
    view = made_view(case, plan, bound=None, gap_objective=0.05, gap_stake=0.2)
    assert "more than unknown" in sure_sentence(view)


@pytest.mark.parametrize(("cash", "word"), [((5, -1, -9, 3), "Q2"), ((-7, 2, 3, 4), "Q1")])
def test_what_the_plan_leaves_to_later_years_is_said(case, plan, cash, word):
    view, year = after_the_plan(case, plan, *cash)
    assert f"cash runs out in {word} {year}" in later_sentence(view)


def test_cash_that_lasts_and_a_ladder_that_ends_are_told_apart(case, plan):
    lasting, _ = after_the_plan(case, plan, 5, 4, 3)
    assert "does not run out" in later_sentence(lasting)
    ended, _ = after_the_plan(case, plan)
    assert later_sentence(ended) == ""


def test_the_first_page_says_when_cash_ends_after_the_plan(case, plan):
    leader = build_report(case, plan, lang="en", unit="hundred_million").leader
    view = made_view(case, plan)
    said = next(b.text for b in leader.blocks if getattr(b, "head", "").startswith("Ask"))
    assert later_sentence(view) in said


def test_lots_that_are_signed_need_no_preparation(case, plan):
    gone = view_of(case, plan, EN).lots.filter(pl.col("released"))["lot_id"].to_list()

    def deciding(done):
        made = dataclasses.replace(plan, summary=plan.summary | {"done": done})
        leader = build_report(case, made, lang="en", unit="yuan").leader
        heads = {getattr(b, "head", ""): b for b in leader.blocks}
        return heads["To decide now: "].text, heads["Sell, lease, keep: "].text

    assert "prepare now" in deciding({})[0]
    assert "already" not in deciding({})[1]
    now, selling = deciding(dict.fromkeys(gone, "signed"))
    assert "prepare now" not in now
    assert f"; {len(gone)} signed or listed already" in selling
