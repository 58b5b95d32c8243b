"""Lots that stay: the page counts them as the tables do, and says of each what really holds it."""

import dataclasses

import polars as pl
import pytest

from ironpot.report.build import build_report
from ironpot.report.figures import Reader, amount
from ironpot.report.model import Table
from ironpot.report.reasons import better_kept, short_reason
from ironpot.report.view import view_of


@pytest.fixture(scope="module")
def view(case, plan):
    return view_of(case, plan, Reader("en", "hundred_million"))


def lot_of(view, **changed):
    kept = {"protected": False, "released": False, "route": "hold", "reason_code": "RETENTION"}
    return view.lots.row(0, named=True) | kept | {"surplus": 1_000_000_00} | changed


def table_of(report, table_id):
    return next(
        block
        for section in (report.leader, *report.sections)
        for block in section.blocks
        if isinstance(block, Table) and block.table_id == table_id
    )


def test_no_lot_is_said_to_be_worth_more_kept_where_its_test_says_otherwise(view):
    said = short_reason(view, lot_of(view))
    assert "worth more kept" not in said
    assert said.startswith("no quarter with room is worth it; by itself sale would gain 0.01")
    assert short_reason(view, lot_of(view, surplus=-1_000_000_00)) == "keeping beats sale by 0.01"


def test_shared_use_is_told_by_what_it_brings_and_not_by_what_a_sale_would(view):
    lot = lot_of(view, route="share_reuse", net_proceeds=3_000_000_00, retention_value=0)
    assert short_reason(view, lot) == "put to shared use; brings 0.03"


def test_the_sentence_counts_as_many_lots_worth_more_kept_as_the_table(case, plan, view):
    report = build_report(case, plan, lang="en", unit="hundred_million")
    rows = table_of(report, "kept").frame
    better = rows.filter(pl.col("reason") == "worth more kept than sold")
    assert better["lots"].to_list() == [better_kept(view).height]
    gain = int((better["pot_retention"] - better["pot_net"]).sum())
    said = " ".join(getattr(block, "text", "") for block in report.sections[3].blocks)
    assert f"{better_kept(view).height} worth {amount(gain, view.reader)}" in said
    assert rows["lots"].sum() == view.lots.filter(~pl.col("released")).height


def test_what_stays_and_what_leaves_on_the_first_page_are_all_lots(case, plan, view):
    shared = view.lots.filter(pl.col("route") == "share_reuse").height
    held = view.lots.filter(~pl.col("released")).height - shared
    leader = build_report(case, plan, lang="en", unit="hundred_million").leader
    said = next(b.text for b in leader.blocks if getattr(b, "head", "").startswith("Sell"))
    assert f"{held} kept, {shared} in shared use" in said


def test_what_is_not_known_stands_on_the_first_page_in_the_readers_language(case, plan):
    both = {"en": "58 lots have no appraisal.", "zh": "58项资产无评估价。"}
    summary = plan.summary | {"unknown": [both["en"]], "texts": [both]}
    made = dataclasses.replace(plan, summary=summary)
    for lang in ("en", "zh"):
        leader = build_report(case, made, lang=lang, unit="hundred_million").leader
        assert leader.blocks[-1].items[-1].endswith(both[lang])


def test_drawn_futures_carry_the_weights_that_the_plan_was_made_with(case, plan):
    names = {"base": "s01", "adverse": "s02", "favourable": "s03"}
    tables = {
        name: frame.with_columns(pl.col("scenario").replace(names))
        if "scenario" in frame.columns
        else frame
        for name, frame in plan.tables.items()
    }
    weights = {"s01": 0.5, "s02": 0.3, "s03": 0.2}
    made = dataclasses.replace(plan, tables=tables, summary=plan.summary | {"weights": weights})
    rows = table_of(build_report(case, made, lang="en", unit="yuan"), "gap-scenarios").frame
    told = dict(rows.filter(pl.col("weight").is_not_null()).select("name", "weight").iter_rows())
    assert told == {f"drawn future {name}": weight for name, weight in weights.items()}
