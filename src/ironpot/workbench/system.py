"""`ironpot system`: what does selling together cost, and who should wait?"""

import hashlib
import os
import re
import shutil
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import numpy as np
import polars as pl
from rich.console import Console

import ironpot
from ironpot.core.dates import quarter_name, quarter_number
from ironpot.core.errors import FileRefusedError, IronpotError
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, in_unit
from ironpot.report.charts.system import REGIME
from ironpot.report.figures import Reader, percent
from ironpot.report.system_out import write_system
from ironpot.report.system_view import SystemView
from ironpot.system.actors import Actors, actors_of
from ironpot.system.allotments import allotment_table, ways_table
from ironpot.system.coordinate import Coordination
from ironpot.system.crowd import NASH_ROUNDS, Crowd, compare_regimes
from ironpot.system.mandates import Mandate, try_mandates
from ironpot.system.outcomes import bank_table, county_table, price_table, regime_table
from ironpot.system.populate import Population, populate
from ironpot.system.seeds import Draw as OneDraw
from ironpot.system.seeds import Nation, markets_of, units_of
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.units import AMOUNTS
from ironpot.workbench.draws import Many, run_draws, show_draws
from ironpot.workbench.run_store import open_run
from ironpot.workbench.screen import Bar, show_table, unit_words

YUAN_PRINTED = 1e8  # published tables of governments print 100 million yuan
EXPECTED_S = 30.0

SYNTHETIC = Text(
    "Synthetic: only debts and limits are published. Companies, banks, loans, lots, markets, needs "
    "and kept values are made by the stated rules; no figure is a forecast for a place.",
    "合成数据:仅债务余额和限额为公开数据;公司、银行、贷款、标的、市场、资金需求和保留价值均按所述规则生成,"
    "不构成对任何地区的预测。",
)


@dataclass(frozen=True, slots=True)
class Governments:
    """Units in yuan as read, the year they stand for, tiles of the map if the folder has any."""

    name: str
    units: pl.DataFrame
    year: int
    tiles: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Draw:
    """What is made up, and which orders are tried: `counties` None takes the published ones.

    `mandates` are shown beside the first of them, no order. `many` are further draws; `fresh`
    discards an unfinished run in the same folder instead of going on with it.
    """

    counties: int | None = None
    seed: int = 1
    mandates: tuple[Mandate, ...] = ()
    many: Many = field(default_factory=Many)
    fresh: bool = False


def read_governments(path: Path) -> Governments:
    """Read a table of governments: a CSV `*_YYYY.csv`, or the latest such file below a folder.

    Columns are those of `system.units.UNITS`, amounts in 100 million yuan as tables print them;
    `tiles.csv` beside it (unit_id, row, column) places prefectures on the map. Raises
    FileRefusedError where there is no such file or its columns are others.
    """
    dated = [path] if path.is_file() else sorted(path.rglob("*_[0-9][0-9][0-9][0-9].csv"))
    years = [re.search(r"_(\d{4})\.csv$", file.name) for file in dated]
    found = [(int(year[1]), file) for year, file in zip(years, dated, strict=True) if year]
    if not found:
        raise FileRefusedError(_no_table(path))
    year, file = max(found)
    try:
        units = pl.read_csv(file).with_columns(pl.col(AMOUNTS) * YUAN_PRINTED)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise FileRefusedError(_bad_table(file, f"{error}".splitlines()[0])) from error
    name = path.stem if path.is_file() else path.resolve().name
    return Governments(name, units.with_columns(origin=pl.lit("reported")), year, _tiles(file))


def _tiles(beside: Path) -> dict[str, tuple[int, int]]:
    file = beside.with_name("tiles.csv")
    if not file.is_file():
        return {}
    rows = pl.read_csv(file).select("unit_id", "row", "column").iter_rows()
    return {unit: (row, column) for unit, row, column in rows}


def run_system(
    path: Path, out: Path | None, asked: Draw, *, lang: Lang, unit: Unit, screen: Console
) -> SystemView:
    """Run the four regimes on a table of governments, print one screen, write files to `out`.

    Ctrl-C keeps the best joint plan and the crowd as learned so far.
    """
    given = read_governments(path)
    nation = Nation(given.units, given.name, asked.counties, 0)
    units = units_of(nation, asked.seed)
    population = populate(units, np.random.default_rng(asked.seed))
    if population.vehicles.is_empty():
        raise IronpotError(_no_debt(path))
    markets = markets_of(population, OneDraw(asked.seed))
    actors, rounds = actors_of(population, markets), _rounds(markets)
    store = None if out is None else open_run(out, _mark(given, asked, rounds), fresh=asked.fresh)
    with Bar(EXPECTED_S) as bar:
        crowd = compare_regimes(
            markets,
            nash_rounds=rounds,
            watch=lambda plan: bar.show(_note(plan, lang, unit)),
            book=store,
        )
        tried = try_mandates(
            markets, actors, asked.mandates, nash_rounds=rounds // 4, watch=bar.show
        )
    nation = replace(nation, nash_rounds=rounds)
    draws = run_draws(nation, crowd, asked.seed, asked.many, book=store, lang=lang)
    view = _view(given, units, population, (crowd, actors), Reader(lang, unit), asked)
    view.tables.update({} if tried.is_empty() else {"mandates": tried})
    view.tables.update({} if draws.is_empty() else {"draws": draws})
    show_system(view, screen, lang, unit)
    show_mandates(tried, asked.mandates, screen, lang, unit)
    show_draws(draws, screen, lang, unit)
    if out is not None:
        _write_whole(view, out)
        screen.print(_wrote(out).say(lang))
    if store is not None:
        store.end(screen, lang)
    return view


def _mark(given: Governments, asked: Draw, rounds: int) -> dict[str, str]:
    """Say which run a checkpoint must be of; further draws are parts of their own."""
    table = hashlib.sha256(given.units.write_csv().encode()).hexdigest()[:16]
    free = ("mandates", "many", "fresh")
    options = {entry.name: str(getattr(asked, entry.name)) for entry in fields(asked)}
    return {
        "ironpot": ironpot.__version__,
        "numpy": np.__version__,
        "governments": f"{given.name} {given.year} {table}",
        **{name: value for name, value in options.items() if name not in free},
        "rounds": str(rounds),
    }


def _write_whole(view: SystemView, out: Path) -> None:
    """Write beside `out` first, then move: a stop in between leaves what stood there before.

    Allotments of an earlier run go, so that no county is given one of another run.
    """
    draft = out.resolve().with_name(f".{out.resolve().name}.{os.getpid()}.part")
    try:
        written = write_system(view, draft)
        if (out / "system.json").is_file():
            shutil.rmtree(out / "allotments", ignore_errors=True)
        for path in written:
            target = out / path.relative_to(draft)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _wrote(out: Path) -> Text:
    return Text(
        f"Wrote {out}: report.html, tables/, allotments/, charts/",
        f"已写出 {out}:report.html,tables/、allotments/、charts/",
    )


def _rounds(markets: SharedMarkets) -> int:
    """Rounds of learning that a minute is enough for."""
    return max(min(NASH_ROUNDS, 1_500_000 // len(markets.counties)), 300)


def _note(plan: Coordination, lang: Lang, unit: Unit) -> str:
    cost, bound = (in_unit(amount, unit) for amount in (plan.cost, plan.bound))
    gap, words = percent(plan.gap_of_stake, 2), unit_words(unit, lang)
    return Text(
        f"together {cost}, not below {bound} {words}, gap {gap} (Ctrl-C keeps it)",
        f"统筹成本{cost},不低于{bound}{words},差距{gap}(Ctrl-C 保留)",
    ).say(lang)


def _view(
    given: Governments,
    units: pl.DataFrame,
    population: Population,
    found: tuple[Crowd, Actors],
    reader: Reader,
    asked: Draw,
) -> SystemView:
    crowd, actors = found
    drawn = asked.counties is not None
    parents = dict(population.vehicles.select("unit_id", "prefecture_id").iter_rows())
    above = tuple(parents[name] for name in crowd.markets.counties)
    market_ids = tuple(population.markets["market_id"].unique(maintain_order=True))
    first = quarter_number(f"{given.year + 1}Q1")
    count = crowd.markets.need.shape[1]
    quarters = tuple(quarter_name(first + step) for step in range(count))
    named = "name" in units.columns and not drawn
    names = dict(units.select("unit_id", "name").iter_rows()) if named else {}
    dated = pl.col("quarter").replace_strict(dict(enumerate(quarters, start=1)))
    return SystemView(
        reader=reader,
        name=reader.say(f"drawn like {given.name}", f"仿{given.name}") if drawn else given.name,
        date=f"{given.year}-12-31",
        seed=asked.seed,
        crowd=crowd,
        tables={
            "regimes": regime_table(crowd),
            "prices": price_table(crowd, market_ids).with_columns(dated),
            "counties": county_table(crowd, above),
            "banks": bank_table(crowd, actors),
            "ways": ways_table(crowd.markets, crowd.plan),
        },
        allotments=allotment_table(crowd.markets, crowd.plan, names=market_ids, quarters=quarters),
        quarters=quarters,
        names={unit: name for unit, name in names.items() if name},
        tiles={} if drawn else given.tiles,
        synthetic=reader.read(SYNTHETIC),
    )


def show_system(view: SystemView, screen: Console, lang: Lang, unit: Unit) -> None:
    """Print the answer and the four regimes on one screen."""
    count, span = len(view.crowd.markets.counties), f"{view.quarters[0]}-{view.quarters[-1]}"
    screen.print(f"[bold]{view.name}[/bold]  n = {count}  {span}")
    for head, text in zip(_HEADS, view.answer, strict=True):
        screen.print(f"[bold]{head.say(lang)}[/bold]  {text}")
    rows = [_row(row, lang, unit) for row in view.tables["regimes"].iter_rows(named=True)]
    title = Text("The four regimes", "四种情形").say(lang) + f" ({unit_words(unit, lang)})"
    show_table(screen, title, [head.say(lang) for head in _COLUMNS], rows, right=range(1, 8))
    if not view.crowd.plan.reached:
        screen.print(_STOPPED.say(lang))
    screen.print(view.synthetic)


def show_mandates(
    tried: pl.DataFrame, mandates: tuple[Mandate, ...], screen: Console, lang: Lang, unit: Unit
) -> None:
    """Print what each order does to prices, arrears, banks and cost, in a crowd and together."""
    if tried.is_empty():
        return
    said = {mandate.mandate_id: mandate.text.say(lang) for mandate in mandates}
    rows = [
        (
            said[row["mandate"]],
            REGIME[row["regime"]].say(lang),
            percent(row["price_average"]),
            *(in_unit(row[name], unit, 1) for name in ("arrears_end", "bank_loss", "cost")),
            in_unit(row["over_none"], unit, 1),
        )
        for row in tried.iter_rows(named=True)
    ]
    title = Text("What an order does", "各项要求的后果").say(lang) + f" ({unit_words(unit, lang)})"
    heads = [head.say(lang) for head in _ORDERS]
    show_table(screen, title, heads, rows, right=range(2, 7))


def _row(row: dict[str, object], lang: Lang, unit: Unit) -> tuple[str, ...]:
    money = ("cost", "over_coordinated", "value_destroyed", "proceeds", "arrears_end", "regret")
    shown = dict.fromkeys(money, "-")
    for name in money:
        amount = row[name]
        if isinstance(amount, float):
            shown[name] = in_unit(amount, unit, 1)
    share = row["over_stake"]
    of_stake = percent(share if isinstance(share, float) else None)
    figures = [shown[name] for name in money]
    return (REGIME[str(row["regime"])].say(lang), *figures[:2], of_stake, *figures[2:])


_HEADS = (
    Text("What does selling together cost?", "扎堆出售代价多大?"),
    Text("Who should wait?", "谁应等待?"),
    Text("Who gains, who loses?", "谁得益,谁受损?"),
)
_COLUMNS = (
    Text("regime", "情形"),
    Text("cost", "成本"),
    Text("above together", "高于统筹"),
    Text("of the stake", "占可节省额"),
    Text("value destroyed", "价值损失"),
    Text("proceeds", "成交收入"),
    Text("arrears", "期末欠款"),
    Text("regret", "后悔值"),
)
_ORDERS = (
    Text("order", "要求"),
    Text("regime", "情形"),
    Text("price", "价格"),
    Text("arrears", "期末欠款"),
    Text("banks lose", "银行损失"),
    Text("cost", "成本"),
    Text("above no order", "较无要求"),
)
_STOPPED = Text(
    "The joint plan has not reached the gap asked for; its bound and gap above still hold.",
    "统筹方案未达到要求的差距;上列下界和差距仍然成立。",
)


def _no_table(path: Path) -> Text:
    return Text(
        f"{path} holds no table of governments: a file ending _YYYY.csv, the year of its balances, "
        "with unit_id, parent_id, level and debts in 100 million yuan. See examples/hunan.",
        f"{path} 中没有政府债务表:文件名应以 _年份.csv 结尾,含 unit_id、parent_id、level "
        "及以亿元计的债务。参见 examples/hunan。",
    )


def _bad_table(file: Path, why: str) -> Text:
    return Text(
        f"{file} cannot be read as a table of governments: {why}. Give the columns that "
        "examples/hunan has; leave a cell empty where a figure is not published.",
        f"{file} 不能作为政府债务表读取:{why}。请按 examples/hunan 的列填写,未公布的数据留空。",
    )


def _no_debt(path: Path) -> Text:
    return Text(
        f"No government in {path} has a known debt; nothing can be sold for it. Fill debt_balance.",
        f"{path} 中没有债务已知的政府,无从测算。请填写 debt_balance。",
    )
