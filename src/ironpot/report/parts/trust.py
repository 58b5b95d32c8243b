"""How far can the figures be trusted? Origins, assumptions, unknowns, filled gaps, sources."""

import re

import polars as pl

from ironpot.case.schema import BY_NAME
from ironpot.core.lang import two_halves
from ironpot.core.sources import BASES, ORIGIN_TEXT, ORIGINS
from ironpot.report.figures import listing, percent, plural
from ironpot.report.model import Block, Bullets, Heading, Paragraph, Section, Table, clip
from ironpot.report.tables import Head, field, labelled, moneys, ranked, text
from ironpot.report.view import View, total
from ironpot.report.words import BASIS

EXAMPLE_LETTERS = 24
ALL_ROWS = "*"


def trust_section(view: View) -> Section:
    """Return the annex on quality: origin of figures, assumptions, unknowns, acts, sources."""
    return Section(
        "trust",
        view.say("Annex C: ", "附件三:"),
        view.say("What the figures rest on", "数据依据和可信程度"),
        (
            Paragraph(origin_sentence(view), tone="lead"),
            *_notice(view),
            _origins(view),
            *_listed(view, "assumptions", view.say("Assumed", "假设")),
            *_listed(view, "unknown", view.say("Not known or not checked", "未知或未核对")),
            *_acts(view),
            Heading(view.say("Sources", "数据来源")),
            Paragraph(_bases(view)),
            _sources(view),
        ),
    )


def origin_sentence(view: View) -> str:
    """Return in one sentence how much of the register is reported, estimated, made up."""
    shares = _shares(view)
    gap = view.say(" ", "")
    parts = [
        f"{view.reader.read(ORIGIN_TEXT[name])}{gap}{percent(shares.get(name, 0.0))}"
        for name in ORIGINS
        if shares.get(name, 0.0) > 0.0
    ]
    if not parts:
        return view.say("The origin of book values is unknown.", "账面价值的数据性质未知。")
    said = listing(parts, view.reader)
    return view.say(f"Of the lots' book value: {said}.", f"按资产账面价值计,数据性质为:{said}。")


def _shares(view: View) -> dict[str, float]:
    """Return shares of the lots' book value by origin, as plan.json gives them or added here."""
    given: dict[str, float] = view.summary.get("origin") or {}
    whole = total(view.lots, "book")
    if given or whole == 0:
        return given
    rows = view.lots.group_by("origin").agg(pl.col("book").sum())
    return {name: book / whole for name, book in rows.iter_rows()}


def _notice(view: View) -> tuple[Block, ...]:
    notice = view.case.settings.notice
    return (Paragraph(view.reader.read(notice), tone="notice"),) if notice else ()


def _origins(view: View) -> Table:
    """Return lots and debts by origin: number and amount."""
    lots = _by_origin(view.tables["lots"], "lots", ("opening_amount", "book"))
    held = view.tables["debts"].filter(pl.col("opening_principal") > 0)
    debts = _by_origin(held, "debts", ("opening_principal", "principal"))
    rows = (
        lots.join(debts, on="origin", how="full", coalesce=True)
        .with_columns(pl.col("lots", "book", "debts", "principal").fill_null(0))
        .sort(ranked("origin", ORIGINS))
        .with_columns(labelled(view, "origin", ORIGIN_TEXT))
    )
    title = view.say("Figures by origin", "数据性质")
    fields = (
        text(view, ("origin", "origin", "数据性质"), 1.4),
        field(view, ("lots", "lots", "资产处数"), "count", total=True),
        *moneys(view, ("book", "book value", "账面价值")),
        field(view, ("debts", "debts", "债务笔数"), "count", total=True),
        *moneys(view, ("principal", "principal", "债务本金")),
    )
    return Table("origins", title, title, fields, rows)


def _by_origin(rows: pl.DataFrame, count: str, amount: tuple[str, str]) -> pl.DataFrame:
    column, name = amount
    return rows.group_by("origin").agg(
        pl.len().cast(pl.Int64).alias(count), pl.col(column).sum().alias(name)
    )


def _listed(view: View, key: str, title: str) -> tuple[Block, ...]:
    items = tuple(own_sentences(view, key))
    return (Heading(title), Bullets(items)) if items else ()


def own_sentences(view: View, key: str) -> list[str]:
    """Return what the plan assumes or does not know, the acts that filled gaps left out."""
    acts = set(acts_of(view)["text_en"]) | set(acts_of(view)["text_zh"])
    return [view.say(said, said) for said in view.sentences(key) if said not in acts]


def acts_of(view: View) -> pl.DataFrame:
    """Return the acts that filled gaps: the plan's own list where given, else the case's."""
    return view.extras.get("acts", view.case.acts)


def _acts(view: View) -> tuple[Block, ...]:
    acts = acts_of(view)
    head = Heading(view.say("Gaps that were filled", "缺项补齐"))
    if acts.height == 0:
        return (head, Paragraph(view.say("No gap was filled.", "没有补齐任何缺项。")))
    words = "text_zh" if view.reader.lang == "zh" else "text_en"
    applied = plural(acts.height, "default or imputation", "defaults or imputations")
    sentence = view.say(
        f"{applied} filled gaps, each named below with its source; fill the cells in the case to "
        "override it.",
        f"共有{acts.height}项以默认值或推算补齐,来源列于下表;在案例中填写相应单元格即可覆盖。",
    )
    return (head, Paragraph(sentence), _act_kinds(view, acts, words), _act_list(view, acts, words))


def _act_kinds(view: View, acts: pl.DataFrame, words: str) -> Table:
    """Return acts of one kind in one line, with their number and an example."""
    kinds = acts.group_by("table", "column", "source_id", pl.col(words).alias("text")).agg(
        pl.len().cast(pl.Int64).alias("acts"), pl.col("key").sort().first().alias("example")
    )
    every = view.say("all rows", "全部行")
    shown = [
        every if word == ALL_ROWS else clip(word or "", EXAMPLE_LETTERS)
        for word in kinds["example"]
    ]
    named = [_labels(view, *pair) for pair in kinds.select("table", "column").iter_rows()]
    title = view.say("Defaults and imputations", "默认值和推算")
    fields = (
        text(view, ("table_text", "table", "表")),
        text(view, ("column_text", "column", "列"), 1.1),
        field(view, ("acts", "times", "次数"), "count", 0.6, total=True),
        text(view, ("example", "for example", "例如"), 1.2),
        text(view, ("text", "what was done", "处理"), 3.8),
        text(view, ("source_id", "source", "来源"), 1.4),
    )
    rows = kinds.with_columns(
        pl.Series("example", shown, pl.String),
        pl.Series("text", [one_language(view, said) for said in kinds["text"]], pl.String),
        pl.Series("table_text", [table for table, _ in named], pl.String),
        pl.Series("column_text", [column for _, column in named], pl.String),
    )
    return Table("acts", title, title, fields, rows.sort("table", "column", "text"))


# A sentence that names a packaged document in brackets, which has its name in both languages.
NAMED_DOCUMENT = re.compile(r"(.*?\()(.* / .*)(\)[.。])", re.DOTALL)


def one_language(view: View, sentence: str) -> str:
    """Return an act's sentence with the document it names in the reader's language alone.

    The act itself stays as it is: the hash of a case counts its words.
    """
    found = NAMED_DOCUMENT.fullmatch(re.sub(r"^1 rows ", "1 row ", sentence))
    if found is None:
        return sentence
    return found[1] + view.reader.read(two_halves(found[2])) + found[3]


def _labels(view: View, table: str, column: str) -> tuple[str, str]:
    """Return a table's and a column's labels; `*` is the whole table."""
    known = BY_NAME.get(table)
    if known is None:
        return table, column
    title = view.reader.read(known.label)
    if column not in known.names:
        return title, view.say("all", "全部") if column == "*" else column
    return title, view.reader.read(known.column(column).label)


def _act_list(view: View, acts: pl.DataFrame, words: str) -> Table:
    """Return every act with its value, for Excel."""
    heads: tuple[Head, ...] = (
        ("table", "table", "表"),
        ("key", "row", "行"),
        ("column", "column", "列"),
        ("value", "value", "取值"),
        (words, "what was done", "处理"),
        ("source_id", "source", "来源"),
    )
    title = view.say("Every filled gap", "补齐清单")
    fields = tuple(text(view, head) for head in heads)
    return Table("acts-full", title, title, fields, acts, excel_only=True)


def _bases(view: View) -> str:
    sources = view.tables["sources"]
    counts = dict(sources.group_by("basis").len().iter_rows())
    gap = view.say(" ", "")
    said = listing(
        [f"{view.reader.read(BASIS[word])}{gap}{counts[word]}" for word in BASES if word in counts],
        view.reader,
    )
    count = plural(sources.height, "source", "sources")
    return view.say(
        f"{count} by how far they were checked: {said}.",
        f"共{sources.height}项来源,按核对程度:{said}。",
    )


def _sources(view: View) -> Table:
    """Return every source, the best checked first."""
    rows = view.tables["sources"].sort(ranked("basis", BASES), "source_id")
    title = view.say("Sources", "数据来源")
    fields = (
        text(view, ("source_id", "source", "编号"), 1.1),
        text(view, ("document", "document", "文件"), 3.4),
        text(view, ("locator", "place", "位置"), 1.8),
        field(view, ("date", "date", "日期"), "date"),
        text(view, ("basis_text", "how checked", "核对程度")),
    )
    said = rows.with_columns(
        labelled(view, "basis", BASIS).alias("basis_text"),
        *(
            pl.Series(name, [word and view.reader.read(two_halves(word)) for word in rows[name]])
            for name in ("document", "locator")
        ),
    )
    return Table("sources", title, title, fields, said)
