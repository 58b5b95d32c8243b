"""How is it shown on a terminal? Tables, amounts, progress; plain text without one."""

import sys
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from ironpot.case.case import Case
from ironpot.core.lang import Lang, Text
from ironpot.core.money import UNIT_TEXT, Unit, in_unit

LINE_EVERY_S = 4.0
BAR_WIDTH = 24

_NO_RULE = Text(
    "No rule applies: name rule sets in the rules table (ironpot rules lists them).",
    "未适用任何规则:请在“适用规则”表中填写规则集(ironpot rules 可查看)。",
)
_NOT_APPLIED = Text(
    "Every rule is unknown: no rule set that the case names is in force at its date and has "
    "published figures to be applied to (table fiscal_history).",
    "所有规则均为“未知”:案例所列规则集在基准日未生效,或没有可供测算的公布数据(“历年财政数据”表)。",
)


def no_rule(case: Case) -> Text:
    """Say why no rule gives a band: none is named, or none can be applied."""
    return _NO_RULE if case.rules.is_empty() else _NOT_APPLIED


def console() -> Console:
    """Return a console on standard output, wide enough for tables where there is no terminal."""
    return Console(width=None if sys.stdout.isatty() else 120, highlight=False, soft_wrap=False)


def show_table(
    screen: Console,
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[int] = (),
    whole: Sequence[int] = (),
) -> None:
    """Print a table; columns in `right` are aligned to the right, those in `whole` never broken."""
    # As a title of the table it would be broken to the table's width.
    screen.print(f"\n[bold]{escape(title)}[/bold]")
    table = Table(header_style="bold", show_lines=False)
    for number, head in enumerate(heads):
        align = "right" if number in right else "left"
        table.add_column(escape(head), justify=align, overflow="fold", no_wrap=number in whole)
    for row in rows:
        table.add_row(*map(escape, row))
    screen.print(table)


def amount(fen: int | None, unit: Unit, places: int = 2) -> str:
    """Write integer fen in the user's unit; unknown is a dash."""
    return "-" if fen is None else in_unit(fen / 100, unit, places)


def unit_words(unit: Unit, lang: Lang) -> str:
    """Name a unit."""
    return UNIT_TEXT[unit].say(lang)


class Bar:
    """A progress bar over seconds that moves by itself; lines where there is no terminal.

    `first` is asked at every move for what is said before the note, nothing most of the time.
    """

    def __init__(self, seconds: float, first: Callable[[], str] = str) -> None:
        self.seconds, self.note, self.first = seconds, "", first
        self.began = time.monotonic()
        self.live = sys.stdout.isatty()
        self.bar = Progress(
            BarColumn(BAR_WIDTH),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", markup=False),
        )
        self.task = self.bar.add_task("", total=seconds, note="")
        self.over = threading.Event()
        self.ticker = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        if self.live:
            self.bar.start()
        self.ticker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.over.set()
        self.ticker.join()
        if self.live:
            self.bar.update(self.task, completed=self.seconds, note=self.note)
            self.bar.stop()
        elif error is None:
            self._line()

    def show(self, note: str) -> None:
        """Show a note beside the bar."""
        self.note = note

    def _tick(self) -> None:
        while not self.over.wait(0.2 if self.live else LINE_EVERY_S):
            if self.live:
                spent = min(time.monotonic() - self.began, self.seconds)
                self.bar.update(self.task, completed=spent, note=self.first() + self.note)
            else:
                self._line()

    def _line(self) -> None:
        spent = time.monotonic() - self.began
        filled = round(min(spent / self.seconds, 1.0) * BAR_WIDTH)
        drawn = "#" * filled + "." * (BAR_WIDTH - filled)
        sys.stdout.write(f"[{drawn}] {spent:4.0f} s  {self.first()}{self.note}\n")
        sys.stdout.flush()
