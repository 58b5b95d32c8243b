"""How does `ironpot system` work through many draws, and how is their spread shown?"""

from dataclasses import dataclass, field

import polars as pl
from rich.console import Console

from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit, in_unit
from ironpot.report.figures import percent
from ironpot.report.system_view import REGIME
from ironpot.system.checkpoint import Book
from ironpot.system.crowd import Crowd
from ironpot.system.fleet import Fleet, Processes
from ironpot.system.pieces import work_through
from ironpot.system.seeds import (
    Draw,
    Nation,
    Row,
    draw_rows,
    draw_table,
    draws_of,
    run_draw,
    spread_of,
)
from ironpot.workbench.hands import Hands, cores, waiting_for_workers
from ironpot.workbench.screen import Bar, show_table, unit_words

SECONDS_A_DRAW = 5.0


@dataclass(frozen=True, slots=True)
class Many:
    """How many seeds, from the first on, at which levels of prices, and who works on them."""

    seeds: int = 1
    price_levels: tuple[float, ...] = (1.0,)
    hands: Hands = field(default_factory=Hands)

    def others(self, first: int) -> dict[str, Draw]:
        """Return all draws but the one that is shown in full, by key."""
        draws = draws_of(first, self.seeds, self.price_levels)
        shown = Draw(first)
        return {key: draw for key, draw in draws.items() if draw != shown}


def run_draws(
    nation: Nation,
    crowd: Crowd,
    first: int,
    many: Many,
    *,
    book: Book | None,
    lang: Lang,
    fleet: Fleet | None = None,
) -> pl.DataFrame:
    """Run all draws but the first, which `crowd` is; return one row a draw and regime.

    `fleet` works on them, processes of this machine if not given, one a core. Ctrl-C ends with the
    draws that are there. Empty where no other draw is asked for.
    """
    others = many.others(first)
    if not others:
        return pl.DataFrame()
    rows = draw_rows(crowd, Draw(first)) if 1.0 in many.price_levels else []
    fleet = fleet or Processes(cores())
    expected = SECONDS_A_DRAW * len(others) / fleet.workers
    with Bar(expected, lambda: waiting_for_workers(fleet, lang)) as bar:
        bar.show(_note(0, len(others), 0.0, lang))
        worst = [0.0]

        def hear(_key: str, rows: list[Row], count: int) -> None:
            worst[0] = max(worst[0], *(float(row["gap"] or 0.0) for row in rows))
            bar.show(_note(count, len(others), worst[0], lang))

        done = work_through(fleet, run_draw, nation, others, book=book, watch=hear)
    return draw_table([*rows, *(row for found in done.results.values() for row in found)])


def _note(count: int, whole: int, gap: float, lang: Lang) -> str:
    return Text(
        f"{count} of {whole} draws, none further than {percent(gap, 2)} from its best "
        "(Ctrl-C keeps them)",
        f"已完成{count}/{whole}次抽样,与各自最优的差距不超过{percent(gap, 2)}(Ctrl-C 保留)",
    ).say(lang)


def show_draws(table: pl.DataFrame, screen: Console, lang: Lang, unit: Unit) -> None:
    """Print the spread of each regime's cost above the joint plan."""
    if table.is_empty():
        return
    rows = [
        (
            f"{row['price_level']:g}",
            REGIME[row["regime"]].say(lang),
            str(row["draws"]),
            *(in_unit(row[name], unit, 1) for name in ("cost", "low", "mean", "high")),
            percent(row["over_stake"]),
            percent(row["gap"], 2),
        )
        for row in spread_of(table).iter_rows(named=True)
    ]
    title = Text("How much is chance", "随机性影响").say(lang) + f" ({unit_words(unit, lang)})"
    show_table(screen, title, [head.say(lang) for head in _HEADS], rows, right=range(2, 9))


_HEADS = (
    Text("prices", "价格水平"),
    Text("regime", "情形"),
    Text("draws", "抽样数"),
    Text("mean cost", "平均成本"),
    Text("above joint plan: least", "高于统筹:最低"),
    Text("mean", "平均"),
    Text("most", "最高"),
    Text("of the stake", "占可节省额"),
    Text("largest gap", "最大差距"),
)
