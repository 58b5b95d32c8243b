"""Which figures did no user give? Each is a named act: what, where, with what, on whose word."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import polars as pl

from ironpot.case.case import ACT_SCHEMA
from ironpot.case.draft import Draft
from ironpot.case.schema import BY_NAME
from ironpot.core.lang import Text

ALL = "*"


class Act(NamedTuple):
    """One fill: table, key of the row (ALL for every row), column, value, source, a sentence."""

    table: str
    key: str
    column: str
    value: str
    source_id: str
    text: Text


@dataclass(frozen=True, slots=True)
class Filling:
    """A draft on its way to a whole case; `packaged` are the default tables by name."""

    draft: Draft
    packaged: Mapping[str, pl.DataFrame]
    acts: tuple[Act, ...] = ()

    def with_rows(self, table: str, rows: pl.DataFrame, acts: Iterable[Act]) -> "Filling":
        """Return the filling with rows added to a table and the acts that added them."""
        draft = self.draft.with_rows(table, rows)
        return replace(self, draft=draft, acts=(*self.acts, *acts))

    def with_frame(self, table: str, frame: pl.DataFrame, acts: Iterable[Act]) -> "Filling":
        """Return the filling with a table's rows replaced and the acts that changed them."""
        draft = self.draft.with_part(self.draft[table].with_frame(frame))
        return replace(self, draft=draft, acts=(*self.acts, *acts))


Step = Callable[[Filling], Filling]

# Rules that fill gaps, each a source of its own: what it assumes, in one sentence.
RULES: dict[str, Text] = {
    "rule-column-default": Text(
        "usual value of a column that the case leaves out", "未填栏目按通行值处理"
    ),
    "rule-none-given": Text(
        "a table that the case leaves out holds nothing", "未提供的表视为没有该类事项"
    ),
    "rule-creditor-class": Text(
        "class of a creditor by the instrument it holds most of", "债权人类别按其主要工具判断"
    ),
    "rule-accounts": Text(
        "accounts by kind of body, opened without cash", "账户按主体类型设立,期初现金按零计"
    ),
    "rule-buffer": Text(
        "buffer of one month's recurrent outflow of an account", "现金缓冲按账户一个月经常性支出计"
    ),
    "rule-advance": Text(
        "assumed advances from above come to a quarter's recurrent outflow at most",
        "假定的上级垫款合计不超过一个季度经常性支出",
    ),
    "rule-rate-reset": Text("floating rates are reset once a year", "浮动利率每年重定价一次"),
    "rule-driver": Text(
        "revenue, land income and transfers move with the driver of their name",
        "收入、土地出让和转移支付按同名驱动因素变动",
    ),
    "rule-budget": Text(
        "recurrent lines go on after their last year at their growth rate",
        "经常性科目在最后一年后按增长率沿用",
    ),
    "rule-market-depth": Text(
        "depth of a market as a share of the register's appraised value in it",
        "市场容量按该市场资产评估价的比例计",
    ),
    "rule-book-value": Text(
        "missing appraisals taken from book value, as the case asks", "缺失评估价按账面价值推算"
    ),
}


def rule_sources(acts: Sequence[Act], date: object) -> pl.DataFrame:
    """Return a source row for each rule that an act names, dated at the case date."""
    used = [rule for rule in RULES if any(act.source_id == rule for act in acts)]
    return BY_NAME["sources"].frame(
        {
            "source_id": rule,
            "document": f"{RULES[rule].en} / {RULES[rule].zh}",
            "locator": "ironpot",
            "date": date,
            "basis": "assumed",
        }
        for rule in used
    )


def acts_frame(acts: Sequence[Act]) -> pl.DataFrame:
    """Return the acts as the frame that a case holds."""
    rows = [(*act[:5], act.text.en, act.text.zh) for act in acts]
    return pl.DataFrame(rows, schema=ACT_SCHEMA, orient="row")
