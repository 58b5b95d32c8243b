"""Was an amount entered in the wrong unit? Ten thousand times off stands out and is a warning."""

import polars as pl

from ironpot.case.draft import Draft, Message, Part
from ironpot.core.issues import Issue
from ironpot.core.lang import Text

# A slip of the unit is a factor of 1e4 or 1e8; honest amounts of one kind seldom spread that far.
FAR = 1_000.0
LEAST_ROWS = 8
# Whole tables are compared only where no district could be so indebted or so debt-free.
WILD_RATIO = 3_000.0

_CHECKED: tuple[tuple[str, str, str | None], ...] = (
    ("assets", "book_value", None),
    ("assets", "appraisal", None),
    ("debts", "notional_principal", None),
    ("accounts", "opening_cash", None),
    ("assets", "book_value", "asset_kind"),
    ("debts", "notional_principal", "instrument"),
)


def amounts_fit_their_neighbours(draft: Draft) -> list[Issue]:
    """Find amounts far above the bulk of their column, or far below the bulk of their own kind."""
    issues: list[Issue] = []
    for table, column, kind in _CHECKED:
        part = draft[table]
        if part.given:
            issues += _outliers(part, column, kind)
    return _once(issues)


def _outliers(part: Part, column: str, kind: str | None) -> list[Issue]:
    positive = part.frame.filter(pl.col(column) > 0.0)
    if kind is None:
        bulk = pl.col(column).quantile(0.75)
        hits = positive.filter((pl.len() >= LEAST_ROWS) & (pl.col(column) > FAR * bulk))
    else:
        bulk = pl.col(column).quantile(0.25).over(kind)
        enough = pl.len().over(kind) >= LEAST_ROWS
        hits = positive.filter(enough & (pl.col(column) * FAR < bulk))
    return part.flag(hits, column, _ALONE)


def _once(issues: list[Issue]) -> list[Issue]:
    return list({issue.place: issue for issue in issues}.values())


_ALONE = Message(
    "unit.suspicious",
    Text("is a thousand times off the other amounts", "与同列其他金额相差千倍以上"),
    Text("it may be in another unit", "可能单位不同"),
    Text("check the unit of this amount", "请核对该金额的单位"),
    "warning",
)


def amounts_of_a_lot_fit_each_other(draft: Draft) -> list[Issue]:
    """Find lots whose appraisal or income is out of all proportion to their book value."""
    part = draft["assets"]
    book, appraisal = pl.col("book_value"), pl.col("appraisal")
    valued = (book > 0.0) & (appraisal > 0.0)
    worth = pl.max_horizontal("book_value", "appraisal")
    far = valued & ((appraisal > FAR * book) | (book > FAR * appraisal))
    flows = [
        issue
        for column in ("income_y", "cost_to_keep_y")
        for issue in part.find((worth > 0.0) & (pl.col(column) > 10.0 * worth), column, _FLOW)
    ]
    return [*part.find(far, "appraisal", _OUT_OF_PROPORTION), *flows]


_OUT_OF_PROPORTION = Message(
    "unit.appraisal",
    Text(
        "is a thousand times off the book value {book_value}", "与账面价值{book_value}相差千倍以上"
    ),
    Text("one of the two may be in another unit", "其中一项可能单位不同"),
    Text("check the units of both", "请核对两项的单位"),
    "warning",
)
_FLOW = Message(
    "unit.flow",
    Text("is a year's amount above ten times the lot's value", "年金额超过资产价值十倍"),
    Text("it may be in another unit", "可能单位不同"),
    Text("check the unit of this amount", "请核对该金额的单位"),
    "warning",
)


def tables_are_in_one_unit(draft: Draft) -> list[Issue]:
    """Find a case whose debts and yearly revenue cannot be in the same unit."""
    debts, budget = draft["debts"], draft["budget"]
    owed = float(debts.frame["notional_principal"].sum())
    inflows = budget.frame.filter(
        pl.col("line").is_in(["own_revenue", "transfers_in", "land_revenue"])
    )
    years = max(inflows["year"].n_unique(), 1)
    earned = float(inflows["amount_y"].sum()) / years
    if not (debts.given and budget.given and owed > 0.0 and earned > 0.0):
        return []
    if 1.0 / WILD_RATIO < owed / earned < WILD_RATIO:
        return []
    return [
        debts.issue(
            None, "notional_principal", _WILD, {"ratio": Text(*[f"{owed / earned:,.4g}"] * 2)}
        )
    ]


_WILD = Message(
    "unit.table",
    Text("all debts are {ratio} times a year's revenue", "债务总额为年收入的{ratio}倍"),
    Text("one of the tables may be in another unit", "其中一张表可能单位不同"),
    Text("check the unit of both tables", "请核对两张表的单位"),
    "warning",
)
