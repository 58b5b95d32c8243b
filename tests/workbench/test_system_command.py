"""`ironpot system` answers on one screen, writes files that add up, refuses what is no table."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from openpyxl import load_workbook
from rich.console import Console
from typer.testing import CliRunner

from ironpot.core.errors import FileRefusedError, IronpotError, SolverError
from ironpot.core.lang import Text
from ironpot.report.charts.system import frontier_chart, price_chart
from ironpot.report.system_out import COLUMNS
from ironpot.system.actors import Actors
from ironpot.system.choices import Wishes
from ironpot.system.shared_markets import SharedMarkets
from ironpot.workbench import system
from ironpot.workbench.allotment_file import read_allotments
from ironpot.workbench.cli import app
from ironpot.workbench.governments import read_governments
from ironpot.workbench.orders import orders
from ironpot.workbench.system import Draw, run_system
from ironpot.workbench.system_screen import show_mandates, show_system

HUNAN = Path("examples/hunan")
REGIMES = ["alone", "rolling", "nash", "coordinated"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    out = tmp_path_factory.mktemp("system")
    screen = Console(record=True, width=120, force_terminal=False)
    view = run_system(
        HUNAN, out, Draw(counties=40, seed=3), lang="en", unit="hundred_million", screen=screen
    )
    return view, out, screen.export_text()


def test_the_screen_answers_cost_and_waiting_and_says_that_data_are_synthetic(ran):
    _, _, text = ran
    assert "What does selling together cost?" in text
    assert "Who should wait?" in text
    assert "Synthetic" in text
    assert "Who is hurt by whom?" in text
    assert "What do banks do?" in text
    assert len(text.splitlines()) <= 66


def test_small_amounts_are_shown_to_three_figures_and_large_ones_to_one_place(ran):
    view = ran[0]
    money = ("cost", "proceeds", "over_coordinated", "value_destroyed", "arrears_end", "regret")
    for scale, places in ((1.0, 1), (1e-4, 4)):
        small = view.tables["regimes"].with_columns(pl.col(money) * scale)
        screen = Console(record=True, width=120, force_terminal=False)
        show_system(
            replace(view, tables=view.tables | {"regimes": small}), screen, "en", "hundred_million"
        )
        text = screen.export_text()
        assert all(f" {cost / 1e8:,.{places}f} " in text for cost in small["cost"])


def test_regimes_are_made_of_value_destroyed_and_arrears_and_none_beats_the_bound(ran):
    view, out, _ = ran
    regimes = pl.read_csv(out / "tables/regimes.csv")
    assert regimes["regime"].to_list() == REGIMES
    assert (regimes["cost"] >= view.crowd.plan.bound - 0.01).all()
    counties = pl.read_csv(out / "tables/counties.csv")
    for name, cost in regimes.select("regime", "cost").iter_rows():
        assert counties[f"cost_{name}"].sum() == pytest.approx(cost, abs=1.0)


def test_prices_times_volumes_are_proceeds_and_no_market_takes_more_than_its_room(ran):
    _, out, _ = ran
    prices = pl.read_csv(out / "tables/prices.csv")
    assert (prices["volume"] <= prices["room"] + 0.02).all()
    regimes = pl.read_csv(out / "tables/regimes.csv")
    summed = prices.group_by("regime").agg(pl.col("volume", "proceeds").sum())
    joined = regimes.join(summed, on="regime", suffix="_summed")
    for name in ("volume", "proceeds"):
        assert joined[name].to_list() == pytest.approx(joined[f"{name}_summed"].to_list(), rel=1e-9)


def test_compensation_moves_money_and_makes_none(ran):
    _, out, _ = ran
    counties = pl.read_csv(out / "tables/counties.csv")
    assert counties["compensation"].sum() == pytest.approx(0.0, abs=1.0)
    losers = counties.filter(pl.col("gain_over_nash") < 0.0)
    assert (losers["compensation"] + losers["gain_over_nash"] <= 0.02).all()


def test_unpaid_dues_at_banks_are_what_companies_are_behind_at_the_end(ran):
    """Dues less cash and proceeds are owed to banks alone, so that nothing is lost on the way."""
    _, out, _ = ran
    banks = pl.read_csv(out / "tables/banks.csv")
    regimes = pl.read_csv(out / "tables/regimes.csv")
    unpaid = dict(banks.group_by("regime").agg(pl.col("unpaid").sum()).iter_rows())
    for name, behind in regimes.select("regime", "arrears_end").iter_rows():
        assert unpaid[name] == pytest.approx(behind, rel=1e-9, abs=1.0)


def test_every_column_is_documented_and_every_county_gets_its_file(ran):
    view, out, _ = ran
    for file in (out / "tables").glob("*.csv"):
        if file.stem != "columns":
            assert set(pl.read_csv(file).columns) <= set(COLUMNS)
    guide = pl.read_csv(out / "tables/columns.csv")
    assert guide.select("meaning_en", "meaning_zh").null_count().sum_horizontal().item() == 0
    gap = guide.filter(pl.col("column") == "gap")["meaning_en"].to_list()
    assert all("over all that selling can save" in said for said in gap)
    files = sorted(file.stem for file in (out / "allotments").glob("*.csv"))
    assert files == sorted(view.crowd.markets.counties)
    assert read_allotments(out / f"allotments/{files[0]}.csv").height > 0
    assert json.loads((out / "system.json").read_text())["counties"] == len(files)


def test_the_same_seed_gives_the_same_answer(ran):
    view, _, _ = ran
    again = run_system(
        HUNAN,
        None,
        Draw(counties=40, seed=3),
        lang="zh",
        unit="hundred_million",
        screen=Console(record=True, width=120, force_terminal=False),
    )
    assert again.crowd.plan.sold.tobytes() == view.crowd.plan.sold.tobytes()


def test_a_stop_while_writing_leaves_nothing_half_written(tmp_path, monkeypatch):
    def stopped(_view, folder):
        folder.mkdir()
        (folder / "system.json").write_text("{")
        raise KeyboardInterrupt

    monkeypatch.setattr("ironpot.workbench.system.write_system", stopped)
    screen = Console(record=True, width=120, force_terminal=False)
    with pytest.raises(KeyboardInterrupt):
        run_system(
            *(HUNAN, tmp_path / "out", Draw(counties=12)), lang="en", unit="yuan", screen=screen
        )
    left = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path.parts[:2] == ("out", "unfinished") for path in left)


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), SolverError(Text("why not", "原因"))])
def test_a_frontier_that_cannot_be_traced_costs_no_run(tmp_path, monkeypatch, failure):
    def stopped(*_):
        raise failure

    monkeypatch.setattr("ironpot.workbench.system.trace_frontier", stopped)
    screen = Console(record=True, width=120, force_terminal=False)
    run_system(*(HUNAN, tmp_path / "out", Draw(counties=12)), lang="en", unit="yuan", screen=screen)
    assert "was not traced" in screen.export_text(clear=False)
    assert "was not traced" in (tmp_path / "out" / "report.html").read_text()
    assert not (tmp_path / "out" / "tables" / "frontier.csv").exists()
    goes_on = isinstance(failure, KeyboardInterrupt)
    assert (tmp_path / "out" / "unfinished").exists() == goes_on
    assert ("goes on from here" in screen.export_text(clear=False)) == goes_on


def test_a_folder_without_a_dated_table_is_refused(tmp_path):
    with pytest.raises(FileRefusedError, match="_YYYY"):
        read_governments(tmp_path)
    (tmp_path / "debt_2024.csv").write_text("a,b\n1,2\n")
    with pytest.raises(FileRefusedError, match="columns"):
        read_governments(tmp_path)


def test_the_report_has_every_picture_and_reads_in_three_faces(ran):
    _, out, _ = ran
    page = (out / "report.html").read_text()
    assert pl.read_csv(out / "tables/frontier.csv").height == 5
    for chart in ("prices", "frontier", "map", "winners", "harm"):
        assert f'id="{chart}"' in page
        assert (out / f"charts/{chart}.svg").is_file()
    first = page[page.index("<main>") : page.index("<nav>")]
    assert "What does selling together cost?" in first
    assert "Who should wait?" in first
    assert (out / "report.pdf").read_bytes().startswith(b"%PDF")
    sheets = load_workbook(out / "report.xlsx").sheetnames
    assert any("Every county" in name for name in sheets)


def test_figures_of_the_price_chart_stand_in_the_order_of_the_regimes(ran):
    view, _, _ = ran
    for _ in range(20):  # groups without an order came out otherwise from run to run
        assert price_chart(view).numbers.frame.columns[1:] == REGIMES


@pytest.fixture(scope="module")
def wished(tmp_path_factory):
    out = tmp_path_factory.mktemp("wished")
    screen = Console(record=True, width=120, force_terminal=False)
    asked = Draw(
        counties=20,
        seed=3,
        mandates=orders(
            standard=False,
            cut="7.5%",
            swap="12",
            unit="hundred_million",
            unsold=["land:2"],
            stopped=[],
        ),
        wishes=Wishes(fair=True),
    )
    view = run_system(HUNAN, out, asked, lang="zh", unit="hundred_million", screen=screen)
    return view, out, screen.export_text()


def test_a_wish_shows_its_price_on_the_screen_and_changes_what_is_allotted(wished):
    view, out, text = wished
    assert "所选要求代价多大" in text
    assert "与其差距为可节省额的" in view.wished
    assert view.wished in (out / "report.html").read_text()
    assert view.wished in text.replace("\n", "")
    rows = pl.read_csv(out / "tables/choices.csv").to_dicts()
    assert [row["choice"] for row in rows] == ["coordinated", "fair"]
    assert rows[1]["worse_off"] == 0
    fair = view.crowd.choices[-1].plan
    assert rows[1]["bound"] == pytest.approx(fair.bound, abs=0.01)
    assert rows[1]["gap"] == pytest.approx(fair.gap_of_stake, abs=1e-6)
    assert rows[1]["price"] == pytest.approx(rows[1]["cost"] - rows[0]["cost"], abs=0.02)
    assert view.crowd.announced.name == "fair"
    allotted = sum(
        read_allotments(file)["allotment"].sum() for file in (out / "allotments").glob("*.csv")
    )
    assert allotted == pytest.approx(view.crowd.announced.sold.sum(), rel=1e-9)


def test_points_of_wishes_are_named_in_a_legend_and_not_over_one_another(wished, ran):
    """Names beside points that lie close would hide one another."""
    for view, in_legend in ((wished[0], True), (ran[0], False)):
        option = frontier_chart(view).option
        points = [line for line in option["series"] if line["type"] == "scatter"]
        assert len(points) == len(view.crowd.regimes)
        assert all(point["label"]["show"] != in_legend for point in points)
        assert ("legend" in option) == in_legend
    names = {point["name"] for point in frontier_chart(wished[0]).option["series"][1:]}
    assert names == set(frontier_chart(wished[0]).option["legend"]["data"])


def test_orders_carry_the_users_own_figures_to_screen_and_report(wished):
    _, out, text = wished
    page = (out / "report.html").read_text()
    for said in ("压降债务7.5%", "置换额度12亿元", "前2个季度不得出售土地", "以上各项同时"):
        assert said in page
    assert "压降债务7.5%" in text.replace("\n", "")


def test_a_dash_stands_where_the_run_without_orders_was_not_finished(wished):
    """On workers a stop may leave out NONE and have other orders in."""
    view, _, _ = wished
    rows = view.tables["mandates"].filter(pl.col("mandate") != "none")
    rows = rows.with_columns(over_none=pl.lit(None, pl.Float64))
    stopped = replace(view, tables=view.tables | {"mandates": rows})
    screen = Console(record=True, width=200, force_terminal=False)
    show_mandates(stopped, screen, "en", "yuan")
    lines = [line for line in screen.export_text().splitlines() if "7.5%" in line]
    assert lines
    assert all(line.rstrip(" │").endswith(" -") for line in lines)


SPANS = {"standard": False, "cut": None, "swap": None, "unit": "yuan"}


def test_an_order_over_two_spans_is_two_orders():
    found = orders(unsold=["land:2", "land:6", "land:2"], stopped=["bank", "bank:8"], **SPANS)
    assert [order.mandate_id for order in found] == [
        *("none", "no_land_2q", "no_land_6q"),
        *("no_roll_over_bank", "no_roll_over_bank_8q", "all_together"),
    ]


def test_at_once_a_roll_over_is_called_once_over_the_longest_span():
    """Two spans of one class overlap: nothing can be called twice."""
    ones = np.ones((1, 1))
    lot = np.ones(1), np.ones(1), np.zeros((1, 8)), np.ones((1, 8))
    owner = np.array([0, 1]), np.array([0])
    markets = SharedMarkets(("a",), np.ones((1, 8, 1)), np.ones((1, 8, 1)), *owner, *lot)
    banks = pl.DataFrame({"bank_id": ["b"], "bank_class": ["bank"]})
    actors = Actors(np.ones(1), ("land",), banks, ones, ones, ones, np.ones(1), ones)
    found = orders(unsold=["land"], stopped=["bank:2", "bank:6"], **SPANS)[-1]
    assert found.mandate_id == "all_together"
    assert found.apply(markets, actors).need.tolist() == [[1.0] * 6 + [0.0] * 2]
    assert found.lenders(actors, 8).rolled.tolist() == [[0.25]]


def test_an_order_about_what_nobody_has_is_refused_before_anything_is_searched(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(system, "compare_regimes", lambda *_, **__: pytest.fail("searched"))
    asked = Draw(counties=8, mandates=orders(unsold=["lnad"], stopped=[], **SPANS))
    screen = Console(record=True, width=120, force_terminal=False)
    with pytest.raises(IronpotError, match="speaks of lnad, but there is only commercial"):
        run_system(HUNAN, tmp_path / "out", asked, lang="en", unit="yuan", screen=screen)
    assert not (tmp_path / "out").exists()


def test_all_orders_about_what_nobody_has_are_told_at_once_and_each_once(tmp_path):
    asked = Draw(counties=8, mandates=orders(unsold=["lnad", "land"], stopped=["bnak"], **SPANS))
    screen = Console(record=True, width=120, force_terminal=False)
    with pytest.raises(IronpotError) as refused:
        run_system(HUNAN, tmp_path / "out", asked, lang="en", unit="yuan", screen=screen)
    for said in (refused.value.text.en, refused.value.text.zh):
        lines = said.splitlines()
        assert ["lnad" in lines[0], "bnak" in lines[1]] == [True, True]
        assert len(lines) == 2


def test_all_orders_that_cannot_be_read_are_told_at_once():
    given = {"standard": False, "unit": "yuan", "cut": "0.05", "swap": "-3"}
    with pytest.raises(IronpotError) as refused:
        orders(**given, unsold=["land:0", "land"], stopped=["bank:x"])
    for said in (refused.value.text.en, refused.value.text.zh):
        words = ("--cut-debt 0.05", "--swap-quota -3", "land:0", "bank:x")
        assert [word in line for word, line in zip(words, said.splitlines(), strict=True)] == [
            True
        ] * 4


def test_a_run_that_fails_leaves_its_folder_to_the_next(tmp_path, monkeypatch):
    def failing(*_, **__):
        raise OSError("no room")

    monkeypatch.setattr(system, "compare_regimes", failing)
    screen = Console(record=True, width=120, force_terminal=False)
    with pytest.raises(OSError, match="no room"):
        run_system(HUNAN, tmp_path, Draw(counties=8), lang="en", unit="yuan", screen=screen)
    assert not list(tmp_path.iterdir())  # it had found nothing yet


@pytest.mark.parametrize("verb", ["system", "plans", "plan"])
def test_a_seed_below_nought_is_refused_as_an_option(tmp_path, verb):
    words = [verb, str(HUNAN), "--seed=-1", "--out", str(tmp_path / "out")]
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 2
    assert "--seed" in told.output
    assert not (tmp_path / "out").exists()


def test_one_price_for_all_allots_nothing_and_writes_tolls(tmp_path):
    screen = Console(record=True, width=120, force_terminal=False)
    asked = Draw(counties=12, seed=3, wishes=Wishes(uniform=True))
    run_system(HUNAN, tmp_path / "out", asked, lang="en", unit="yuan", screen=screen)
    assert not (tmp_path / "out/allotments").exists()
    tolls = pl.read_csv(tmp_path / "out/tables/tolls.csv")
    assert (tolls["toll"] >= 0.0).all()
    assert tolls["toll"].max() > 0.0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cut": "0.05"}, "share or a percentage"),
        ({"cut": "150%"}, "more than all"),
        ({"swap": "-3"}, "no amount"),
        ({"unsold": ["land:0"]}, "number of quarters"),
    ],
)
def test_an_order_that_cannot_be_read_says_how_to_write_it(given, said):
    nothing = {"standard": False, "cut": None, "unsold": [], "swap": None, "stopped": []}
    with pytest.raises(IronpotError, match=said):
        orders(**{**nothing, **given}, unit="yuan")
