"""What is a report made of? Plain frozen blocks that three renderers show the same way.

Sentences are already in the reader's language; amounts in tables are integer fen and become the
reader's unit only when a renderer writes them.
"""

from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from ironpot.report.figures import Reader

FieldKind = Literal["text", "money", "percent", "number", "count", "period", "date", "flag"]
Tone = Literal["body", "lead", "notice", "quiet"]
ChartForm = Literal["line", "column", "column_stacked", "bar", "bar_stacked", "bar_floating"]

LAST_NARROW = 0x2E7F  # letters above it are as wide as they are high
NUMERIC: frozenset[FieldKind] = frozenset({"money", "percent", "number", "count"})


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a printed table: frame column, heading, kind and relative width.

    `fine` money shows two more decimals (single lots and debts), `total` columns are added up,
    `excel_only` columns would crowd a page.
    """

    name: str
    label: str
    kind: FieldKind = "text"
    width: float = 1.0
    fine: bool = False
    total: bool = False
    excel_only: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A printed table; money columns of `frame` are Int64 fen, percents decimals, null unknown.

    `sheet` names its Excel sheet, empty where it stands within its section's; `group_by` is a
    column whose runs of equal values get a subtotal (rows must already be sorted by it).
    """

    table_id: str
    sheet: str
    title: str
    fields: tuple[Field, ...]
    frame: pl.DataFrame
    note: str = ""
    group_by: str | None = None
    excel_only: bool = False

    @property
    def adds_up(self) -> bool:
        """Whether the table closes with a total row."""
        return self.frame.height > 0 and any(field.total for field in self.fields)

    @property
    def has_money(self) -> bool:
        """Whether the reader's unit belongs in its heading."""
        return any(field.kind == "money" for field in self.fields)


@dataclass(frozen=True, slots=True)
class Native:
    """How Excel draws the chart from its table: form, category column and value columns.

    `hidden` names columns drawn without fill (the offset of a floating bar).
    """

    form: ChartForm
    category: str
    values: tuple[str, ...]
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: an ECharts option, the sentence it shows, and its numbers as a table.

    `option` is JSON data only; `width` and `height` are pixels at 96 a inch. `unit` is what the
    axis counts where that is not the reader's money.
    """

    chart_id: str
    title: str
    takeaway: str
    option: dict[str, Any]
    numbers: Table
    source: str
    width: int = 700
    height: int = 320
    native: Native | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; `head` is its run-in heading."""

    text: str
    head: str = ""
    tone: Tone = "body"


@dataclass(frozen=True, slots=True)
class Bullets:
    """Short points, numbered where order matters."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline figure with what it is and what qualifies it."""

    label: str
    value: str
    note: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Tiles:
    """Headline figures side by side."""

    items: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two stacks of blocks side by side; `share` is the left one's part of the width."""

    left: "tuple[Block, ...]"
    right: "tuple[Block, ...]"
    share: float = 0.5


Block = Paragraph | Bullets | Tiles | Heading | Table | Chart | Pair


@dataclass(frozen=True, slots=True)
class Section:
    """One numbered part of the report; a `wide` one is printed on landscape pages."""

    section_id: str
    number: str
    title: str
    blocks: tuple[Block, ...]
    wide: bool = False

    @property
    def heading(self) -> str:
        """Number and title as printed."""
        return self.number + self.title


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report in one language and unit: the leader's page, then the sections.

    `footer` stands on every page; `details` are (label, value) pairs for the document's properties.
    """

    title: str
    subtitle: str
    reader: Reader
    date: str
    footer: str
    leader: Section
    sections: tuple[Section, ...]
    details: tuple[tuple[str, str], ...]

    @property
    def charts(self) -> tuple[Chart, ...]:
        """All charts in order of appearance."""
        return tuple(block for block in self.blocks if isinstance(block, Chart))

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables in order of appearance, charts' numbers at the chart's place, each once."""
        found: dict[str, Table] = {}
        for block in self.blocks:
            table = block.numbers if isinstance(block, Chart) else block
            if isinstance(table, Table):
                found.setdefault(table.table_id, table)
        return tuple(found.values())

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All blocks in reading order, pairs opened."""
        parts = (self.leader, *self.sections)
        return tuple(block for part in parts for block in flat(part.blocks))


def flat(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Return blocks in reading order with pairs opened, left before right."""
    opened: list[Block] = []
    for block in blocks:
        if isinstance(block, Pair):
            opened.extend(flat(block.left + block.right))
        else:
            opened.append(block)
    return tuple(opened)


def letters(text: str) -> int:
    """Return the width of a text in Latin letters, a Chinese one counting two.

    >>> letters("ab"), letters("铁桥")
    (2, 4)
    """
    return sum(2 if ord(letter) > LAST_NARROW else 1 for letter in text)


def clip(text: str, most: int) -> str:
    """Shorten a text to a number of letters, a Chinese one counting two.

    >>> clip("abcdef", 4), clip("铁桥区城投", 6), clip("铁桥", 4)
    ('abc…', '铁桥…', '铁桥')
    """
    kept = text
    while letters(kept) > most - (kept != text):
        kept = kept[:-1]
    return kept if kept == text else kept + "…"
