"""What are rule sets, indicators and variants called? Their ids written out for people.

Names come from the rule files that ironpot ships; ids of a bureau's own rule files stand as they
are.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from ironpot.case.schema.labels import HISTORY_STATUSES
from ironpot.core.lang import Text
from ironpot.report.figures import listing
from ironpot.report.tables import labelled
from ironpot.report.view import View
from ironpot.report.words import BAND, PHASE, RULE_UNIT, label
from ironpot.risk.rule_files import rule_book
from ironpot.risk.ruleset import STATUS_TEXT, RuleSet

NAMES = ("rule", "indicator_text", "variant_text", "band_text", "basis_text")


def named_rules(view: View, rows: pl.DataFrame) -> pl.DataFrame:
    """Add names to rule rows: those of `NAMES`, `status_text` and `consequence`.

    A variant names what differs: the choices that all computed rows of an indicator share are left
    out, and `shared_variant` returns them.
    """
    book = rule_book().rule_sets
    words = {rule_id: _words(rule_set) for rule_id, rule_set in book.items()}
    common = _shared(rows)
    named = [_named(view, words, common, row) for row in rows.iter_rows(named=True)]
    statuses = {str(word): said for word, said in STATUS_TEXT.items()}
    consequence = "consequence_zh" if view.reader.lang == "zh" else "consequence_en"
    return rows.with_columns(
        labelled(view, "phase", PHASE),
        labelled(view, "unit", RULE_UNIT),
        labelled(view, "status", statuses).alias("status_text"),
        pl.col(consequence).alias("consequence"),
    ).hstack(pl.DataFrame(named, schema=dict.fromkeys(NAMES, pl.String), orient="row"))


def shared_variant(view: View, rows: pl.DataFrame) -> str:
    """Return what all computed rows of an indicator have in common, for a note below the table."""
    book = rule_book().rule_sets
    said: list[str] = []
    for (rule_id, indicator), choices in _shared(rows).items():
        words = _words(book[rule_id]) if rule_id in book else {}
        names = [view.reader.read(label(words, choice)) for choice in sorted(choices)]
        head = view.reader.read(label(words, indicator))
        said += [f"{head}: {listing(names, view.reader)}"] if names else []
    return view.say("; ".join(said), ";".join(said))


def _shared(rows: pl.DataFrame) -> dict[tuple[str, str], set[str]]:
    """Return by rule and indicator the choices that every row with a value makes."""
    shared: dict[tuple[str, str], set[str]] = {}
    for row in rows.filter(pl.col("value").is_not_null()).iter_rows(named=True):
        key, made = (row["rule_set_id"], row["indicator"]), set(_split(row["variant"]))
        shared[key] = shared.get(key, made) & made
    return shared


def _words(rule_set: RuleSet) -> dict[str, Text]:
    """Return the labels of what a rule set names: itself, indicators, levels, choices."""
    named = {rule_set.id: rule_set.name}
    named |= {indicator.id: indicator.label for indicator in rule_set.indicators}
    named |= {level.id: level.label for level in rule_set.levels}
    return named | {choice.choice: choice.label for choice in rule_set.definitions}


def _named(
    view: View,
    words: Mapping[str, Mapping[str, Text]],
    common: Mapping[tuple[str, str], set[str]],
    row: dict[str, Any],
) -> tuple[str, ...]:
    """Return a row's rule, indicator, variant, band and basis as people read them."""
    known = BAND | dict(words.get(row["rule_set_id"], {}))
    dropped = common.get((row["rule_set_id"], row["indicator"]), set())
    variants = _said(view, known, [word for word in _split(row["variant"]) if word not in dropped])
    proxy = [view.say("proxy", "替代口径")] if row["proxy"] else []
    return (
        view.reader.read(label(known, row["rule_set_id"])),
        view.reader.read(label(known, row["indicator"])),
        listing([*variants, *proxy], view.reader),
        view.reader.read(label(known, row["band"] or "unknown")),
        listing(_said(view, HISTORY_STATUSES, _split(row["basis"])), view.reader),
    )


def _said(view: View, words: Mapping[str, Text], said: list[str]) -> list[str]:
    return [view.reader.read(label(words, word)) for word in said]


def _split(joined: str | None) -> list[str]:
    """Return the words that ';' joins."""
    return [word for word in (joined or "").split(";") if word]
