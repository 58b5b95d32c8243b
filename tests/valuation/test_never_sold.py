"""Where every listing fails nothing is known of a sale: no amounts, no verdict, and no noise."""

import datetime as dt
import io
import warnings
from dataclasses import replace

import polars as pl
import pytest
from rich.console import Console
from tests.plan.check import written_and_verified
from tests.plan.town import hall, kind, ladder, rounds, route, sale, town

from ironpot.case.case import Case
from ironpot.case.schema import BY_NAME
from ironpot.core.errors import IronpotError
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution
from ironpot.plan.prepare import appraise_case
from ironpot.plan.tables.pots import pots_table
from ironpot.valuation.pot import rank_pots
from ironpot.workbench.pots import show_pots

OF_A_SALE = (
    *("retention_value", "retention_low", "retention_high", "price_cut", "tax", "fee"),
    *("procedure_cost", "delay_cost", "net_proceeds", "net_low", "net_high", "months_to_cash"),
)


@pytest.fixture(autouse=True)
def warnings_are_errors():
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        yield


def never(market: str = "all", **sold: float):
    """Listing rounds that sell the stated share by scenario, else nothing."""
    names = ("base", "adverse", "favourable")
    return rounds([(name, (sold.get(name, 0.0),), (1.0,)) for name in names], market)


def unsaleable(**tables: object) -> Case:
    rows = {"assets": [hall("x", 10.0, 0.4), hall("y", 20.0, 2.0)], "listing": never()}
    return town(**(rows | tables))


def rows_of(case: Case) -> dict[tuple[str, str], dict[str, object]]:
    table = pots_table(appraise_case(case)[0].table).filter(pl.col("legal"))
    return {(row["lot_id"], row["route"]): row for row in table.iter_rows(named=True)}


def said(case: Case) -> str:
    screen = Console(file=io.StringIO(), width=200, no_color=True)
    show_pots(case, screen, "en", "yuan", all_lots=True, csv=None)
    return screen.file.getvalue()


def test_a_listing_that_never_sells_has_no_amounts_and_no_verdict():
    row = rows_of(unsaleable())["x", "exchange_sale"]
    assert [row[name] for name in OF_A_SALE] == [None] * len(OF_A_SALE)
    assert (row["gross_price"], row["sale_probability"]) == (1e9, 0.0)
    assert row["verdict"] == "unclear"
    assert "for 2 lots: nobody would ever buy in that market; every listing fails" in said(
        unsaleable()
    )


def test_a_market_that_sells_is_told_apart_from_one_that_does_not():
    kinds = [kind(), kind("yard", "dead")]
    markets = [*ladder((1.0, 1e9)), *ladder((1.0, 1e9), market="dead")]
    lots = [hall("x", 10.0, 0.4), hall("z", 10.0, 0.4, asset_kind="yard")]
    case = unsaleable(
        asset_kinds=kinds,
        markets=markets,
        assets=lots,
        routes=[sale(), sale("yard")],
        listing=[*rounds(), *never("dead")],
    )
    alone = rows_of(unsaleable(listing=rounds()))["x", "exchange_sale"]
    assert rows_of(case)["x", "exchange_sale"] == alone
    assert rows_of(case)["z", "exchange_sale"]["verdict"] == "unclear"
    assert "for 1 lot: nobody" in said(case)


def test_the_route_that_brings_something_is_the_best_where_the_sale_never_does():
    ways = [sale(), route("lease", rent_share=0.001, term_y=5.0)]
    case = unsaleable(routes=ways)
    ranked = rank_pots(pots_table(appraise_case(case)[0].table))
    assert ranked["best_route"].to_list() == ["lease", "lease"]
    lease = rows_of(unsaleable(routes=ways, listing=rounds()))["x", "lease"]
    assert rows_of(case)["x", "lease"] == lease
    assert "nobody" not in said(case)


def test_a_sale_that_one_scenario_never_sees_keeps_its_base_and_loses_its_range():
    sure = rows_of(unsaleable(listing=rounds()))["x", "exchange_sale"]
    row = rows_of(unsaleable(listing=never(base=1.0, favourable=1.0)))["x", "exchange_sale"]
    assert row["net_proceeds"] == sure["net_proceeds"]
    assert row["sale_probability"] < 1.0
    ends = ("net_low", "net_high", "retention_low", "retention_high")
    assert [row[name] for name in ends] == [None] * 4
    assert row["verdict"] == "unclear"
    assert sure["verdict"] == "release"


def test_a_plan_says_why_what_nobody_buys_is_kept_and_its_files_add_up(tmp_path):
    plan = plan_resolution(unsaleable(), options=PlanOptions(time_limit_s=5))
    decisions = written_and_verified(plan, tmp_path / "out")["decisions"]
    assert decisions["route"].to_list() == ["hold", "hold"]
    assert decisions["reason_code"].to_list() == ["DEPTH", "DEPTH"]
    assert all("every listing fails" in text for text in decisions["reason_text"])


def test_what_is_listed_already_where_nobody_buys_is_refused_with_what_to_mend():
    event = {"event_id": "e", "asset_id": "x", "event": "listed", "date": dt.date(2025, 2, 1)}
    event |= {"route": "exchange_sale", "amount": None, "origin": "reported"}
    case = replace(unsaleable(), realised=BY_NAME["realised"].frame([event]))
    with pytest.raises(IronpotError, match="a chance of a sale in the listing table"):
        plan_resolution(case, options=PlanOptions(time_limit_s=5))
