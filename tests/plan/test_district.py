"""Districts that benchmarks are timed on: one seed, one set of files, of the stated size."""

import polars as pl
import pytest
from benchmarks.instances.district import Size, write_district

from ironpot.case.read import read_case
from ironpot.plan.model import build_model
from ironpot.plan.options import PlanOptions
from ironpot.plan.prepare import appraise_case, gather

SMALL = Size(lots=30, bundles=3, debts=12, markets=2, quarters=8)


def drawn(folder, seed: int, size: Size):
    write_district(folder, seed, size)
    read = read_case(folder)
    assert not list(read.issues), [str(issue) for issue in read.issues][:5]
    return read.case


def test_a_seed_gives_the_same_files_and_another_seed_others(tmp_path):
    first, again, other = (
        drawn(tmp_path / name, seed, SMALL) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first.input_hash == again.input_hash != other.input_hash
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes()


@pytest.mark.parametrize("size", [SMALL, Size()], ids=["small", "trials"])
def test_a_district_has_its_size_and_every_route_is_used(tmp_path, size):
    case = drawn(tmp_path, 3, size)
    counts = case.assets.height, case.bundles.height, case.debts.height
    assert counts == (size.lots, size.bundles, size.debts)
    assert case.horizon.count == size.quarters
    mine = case.markets.filter(pl.col("market_id").str.starts_with("market"))
    assert mine["market_id"].n_unique() == size.markets


def test_a_district_becomes_a_program_with_all_kinds_of_decisions(tmp_path):
    case = drawn(tmp_path, 3, SMALL)
    appraisals, debts = appraise_case(case)
    model = build_model(gather(case, appraisals, debts, PlanOptions(scenarios=2)))
    routes = model.inputs.offers.frame["route"].gather(model.inputs.releases.row).unique()
    assert set(routes) == {"exchange_sale", "lease", "pool", "pledge"}
    assert (model.inputs.releases.bundle >= 0).any()
    for name in ("pool", "option", "prepay", "swap", "roll", "bridge"):
        assert model.program.upper[model.column(name)].max() > 0.0, name
