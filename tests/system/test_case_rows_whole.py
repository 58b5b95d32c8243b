"""A case's own lots as rows of the joint problem, each by its name, as many as it can hold."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from ironpot.case.read import read_case
from ironpot.plan.prepare import appraise_case
from ironpot.system import case_lots
from ironpot.system.case_decided import begun_in
from ironpot.system.case_lots import lots_of_case
from ironpot.system.from_cases import cases_together

QUARTERS = 4


@pytest.fixture(scope="module")
def case():
    return read_case("examples/bishan-scale").case


@pytest.fixture(scope="module")
def together(case):
    twin = replace(case, settings=replace(case.settings, case_id="twin"))
    return cases_together((case, twin), most_quarters=QUARTERS, whole=True)


def test_every_row_is_a_lot_of_its_case_with_its_appraisal_or_a_right(case, together):
    markets, value = together.markets, dict(case.assets["asset_id", "appraisal"].iter_rows())
    named = np.array([name is not None for name in together.lot_ids])
    np.testing.assert_array_equal(named, markets.on_sale)
    assert not named.all()
    for county in range(2):
        mine = range(markets.first_lot[county], markets.first_lot[county + 1])
        own = [together.lot_ids[row] for row in mine if named[row]]
        assert len(own) == len(set(own)) > 40
        assert [markets.lots[row] for row in mine if named[row]] == [value[name] for name in own]
    places = dict(zip(together.lot_ids, markets.market.tolist(), strict=True))
    kinds = case.asset_kinds.select("asset_kind", kind_market="market_id")
    homes = case.assets.join(kinds, on="asset_kind").select(
        "asset_id", pl.coalesce("market_id", "kind_market")
    )
    for name, home in homes.iter_rows():
        if name in places:
            assert together.market_ids[places[name]] == home


def test_parts_name_no_lot(case):
    twin = replace(case, settings=replace(case.settings, case_id="twin"))
    parts = cases_together((case, twin), most_quarters=QUARTERS)
    assert set(parts.lot_ids) == {None}
    assert len(parts.lot_ids) == len(parts.markets.lots)


def test_what_a_program_cannot_hold_is_the_smallest_lots_and_is_said(case, monkeypatch):
    appraisals, options = appraise_case(case)
    begun = begun_in(case, appraisals, options)
    monkeypatch.setattr(case_lots, "_MOST_WHOLE", 10_000)
    every, _, told = lots_of_case(case, appraisals, begun, "yuan", QUARTERS, whole=True)
    assert not any("not planned whole" in said.en for said in told)
    monkeypatch.setattr(case_lots, "_MOST_WHOLE", 20 * QUARTERS)
    rows, _, told = lots_of_case(case, appraisals, begun, "yuan", QUARTERS, whole=True)
    assert rows.height == 20
    out = every.filter(~pl.col("lot_id").is_in(rows["lot_id"].to_list()))
    assert out["appraisal"].max() <= rows["appraisal"].min()
    said = next(one.en for one in told if "not planned whole" in one.en)
    assert f"the {out.height} smallest lots ({out['appraisal'].sum():,.0f} yuan" in said
    assert f"of {every.height} on sale" in said
