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
    """Add names to rule rows: those of `NAMES`, `status_text` and `consequence`."""
    book = rule_book().rule_sets
    words = {rule_id: _words(rule_set) for rule_id, rule_set in book.items()}
    named = [_named(view, words, row) for row in rows.iter_rows(named=True)]
    statuses = {str(word): said for word, said in STATUS_TEXT.items()}
    consequence = "consequence_zh" if view.reader.lang == "zh" else "consequence_en"
    return rows.with_columns(
        labelled(view, "phase", PHASE),
        labelled(view, "unit", RULE_UNIT),
        labelled(view, "status", statuses).alias("status_text"),
        pl.col(consequence).alias("consequence"),
    ).hstack(pl.DataFrame(named, schema=dict.fromkeys(NAMES, pl.String), orient="row"))


def _words(rule_set: RuleSet) -> dict[str, Text]:
    """Return the labels of what a rule set names: itself, indicators, levels, choices."""
    named = {rule_set.id: rule_set.name}
    named |= {indicator.id: indicator.label for indicator in rule_set.indicators}
    named |= {level.id: level.label for level in rule_set.levels}
    return named | {choice.choice: choice.label for choice in rule_set.definitions}


def _named(
    view: View, words: Mapping[str, Mapping[str, Text]], row: dict[str, Any]
) -> tuple[str, ...]:
    """Return a row's rule, indicator, variant, band and basis as people read them."""
    known = BAND | dict(words.get(row["rule_set_id"], {}))
    variants = _said(view, known, row["variant"])
    proxy = [view.say("proxy", "替代口径")] if row["proxy"] else []
    return (
        view.reader.read(label(known, row["rule_set_id"])),
        view.reader.read(label(known, row["indicator"])),
        listing([*variants, *proxy], view.reader),
        view.reader.read(label(known, row["band"] or "unknown")),
        listing(_said(view, HISTORY_STATUSES, row["basis"]), view.reader),
    )


def _said(view: View, words: Mapping[str, Text], joined: str | None) -> list[str]:
    """Return the labels of words joined by ';'."""
    return [view.reader.read(label(words, word)) for word in (joined or "").split(";") if word]
