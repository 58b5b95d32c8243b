"""What do published debts of governments say, and what is made up behind them? For `system`."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from ironpot.core.dates import quarter_name, quarter_number
from ironpot.core.errors import FileRefusedError, IronpotError
from ironpot.core.lang import Text
from ironpot.system.actors import actors_of
from ironpot.system.populate import populate
from ironpot.system.seeds import Draw as OneDraw
from ironpot.system.seeds import Nation, markets_of, units_of
from ironpot.system.units import governments
from ironpot.workbench.governments_check import checked_units, left_out, sums_that_fail
from ironpot.workbench.ground import Ground

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


def read_governments(path: Path) -> Governments:
    """Read a table of governments: a CSV `*_YYYY.csv`, or the latest such file below a folder.

    Columns are those of `system.units.UNITS`, amounts in 100 million yuan as tables print them;
    `tiles.csv` beside it (unit_id, row, column) places prefectures on the map. Raises
    FileRefusedError where there is no such file or its columns are others, CaseError with every
    wrong cell.
    """
    if not path.exists():
        raise FileRefusedError(_nowhere(path))
    dated = [path] if path.is_file() else sorted(path.rglob("*_[0-9][0-9][0-9][0-9].csv"))
    years = [re.search(r"_(\d{4})\.csv$", file.name) for file in dated]
    found = [(int(year[1]), file) for year, file in zip(years, dated, strict=True) if year]
    if not found:
        raise FileRefusedError(_no_table(path))
    year, file = max(found)
    try:
        cells = pl.read_csv(file, infer_schema=False)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise FileRefusedError(_bad_table(file, f"{error}".splitlines()[0])) from error
    units = checked_units(file, cells)
    name = path.stem if path.is_file() else path.resolve().name
    return Governments(name, units.with_columns(origin=pl.lit("reported")), year, _tiles(file))


def _tiles(beside: Path) -> dict[str, tuple[int, int]]:
    file = beside.with_name("tiles.csv")
    if not file.is_file():
        return {}
    types = {"unit_id": pl.String, "row": pl.Int64, "column": pl.Int64}
    try:
        tiles = pl.read_csv(file, schema_overrides=types).select(list(types)).drop_nulls()
    except (OSError, pl.exceptions.PolarsError) as error:
        raise FileRefusedError(_bad_tiles(file, f"{error}".splitlines()[0])) from error
    return {unit: (row, column) for unit, row, column in tiles.iter_rows()}


def ground_of(given: Governments, counties: int | None, seed: int) -> Ground:
    """Return the joint problem behind a table of governments, or behind counties drawn like it.

    Raises IronpotError where no debt is known.
    """
    if not governments(given.units)["debt_balance"].sum() > 0.0:
        raise IronpotError(_no_debt(given.name))
    nation = Nation(given.units, given.name, counties, 0)
    units = units_of(nation, seed)
    population = populate(units, np.random.default_rng(seed))
    markets = markets_of(population, OneDraw(seed))
    drawn = counties is not None
    parents = dict(population.vehicles.select("unit_id", "prefecture_id").iter_rows())
    named = "name" in units.columns and not drawn
    names = dict(units.select("unit_id", "name").iter_rows()) if named else {}
    title = _title(given)
    like = Text(f"drawn like {title.en}", f"仿{title.zh}")
    table = hashlib.sha256(given.units.write_csv().encode()).hexdigest()[:16]
    first = quarter_number(f"{given.year + 1}Q1")
    return Ground(
        name=like if drawn else title,
        date=f"{given.year}-12-31",
        markets=markets,
        actors=actors_of(population, markets),
        market_ids=tuple(population.markets["market_id"].unique(maintain_order=True)),
        quarters=tuple(quarter_name(first + step) for step in range(markets.need.shape[1])),
        parents=tuple(parents[name] for name in markets.counties),
        names={unit: Text(name, name) for unit, name in names.items() if name},
        tiles={} if drawn else given.tiles,
        origin=SYNTHETIC,
        source=_source(given, seed),
        nation=nation,
        mark=f"{given.name} {given.year} {table}",
        losses=(*left_out(units), *sums_that_fail(given.units)),
    )


def _title(given: Governments) -> Text:
    """Return what the reader calls it: the folder's name; in Chinese the place that holds all."""
    return Text(given.name[:1].upper() + given.name[1:], _root(given.units) or given.name)


def _root(units: pl.DataFrame) -> str | None:
    """Return the name of the unit that all others are part of, if it has one."""
    if not {"name", "parent_id"} <= set(units.columns):
        return None
    top = units.filter(pl.col("parent_id").is_null())["name"].to_list()
    return top[0] if len(top) == 1 else None


def _source(given: Governments, seed: int) -> Text:
    title = _title(given)
    return Text(
        f"debts of {title.en} at the end of {given.year} as published; all else synthetic by "
        f"stated rules, seed {seed}",
        f"{title.zh}{given.year}年末公布债务;其余为按规则生成的合成数据,种子{seed}",
    )


def _no_table(path: Path) -> Text:
    if path.name == "case.toml" or (path / "case.toml").is_file():
        return Text(
            f"{path} is one case; a system is of several. Give the folder that holds the folders "
            "of two or more cases of one date.",
            f"{path} 是单个案例,系统测算需要多个。请给出含两个以上同基准日案例文件夹的上级文件夹。",
        )
    return Text(
        f"{path} holds no table of governments: a file ending _YYYY.csv, the year of its balances, "
        "with unit_id, parent_id, level and debts in 100 million yuan. See examples/hunan.",
        f"{path} 中没有政府债务表:文件名应以 _年份.csv 结尾,含 unit_id、parent_id、level "
        "及以亿元计的债务。参见 examples/hunan。",
    )


def _nowhere(path: Path) -> Text:
    return Text(
        f"There is no {path}. Give a table of governments *_YYYY.csv, or a folder with one or with "
        "two or more cases; see examples/hunan.",
        f"找不到 {path}。请给出政府债务表 *_年份.csv,或含有该表或两个以上案例的文件夹,"
        "参见 examples/hunan。",
    )


def _bad_table(file: Path, why: str) -> Text:
    return Text(
        f"{file} cannot be read as a table of governments: {why}. Give the columns that "
        "examples/hunan has; leave a cell empty where a figure is not published.",
        f"{file} 不能作为政府债务表读取:{why}。请按 examples/hunan 的列填写,未公布的数据留空。",
    )


def _bad_tiles(file: Path, why: str) -> Text:
    return Text(
        f"{file} does not place prefectures on the map: {why}. Give unit_id, row and column, whole "
        "numbers, or remove the file: the map is then left out.",
        f"{file} 不能确定各地在地图上的位置:{why}。请给出 unit_id、row、column(整数),"
        "或删除该文件以略去地图。",
    )


def _no_debt(path: str) -> Text:
    return Text(
        f"No government in {path} has a known debt; nothing can be sold for it. Fill debt_balance.",
        f"{path} 中没有债务已知的政府,无从测算。请填写 debt_balance。",
    )
