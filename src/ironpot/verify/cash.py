"""Does cash add up: along each row, from quarter to quarter, over entities, over scenarios?"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise

from ironpot.core.lang import Text
from ironpot.core.outputs import (
    CASH_FLOWS,
    CASH_INFLOWS,
    CASH_OUTFLOWS,
    CONSOLIDATED,
    EXPECTED,
)
from ironpot.verify.files import PLAN, Out, Row, Spot, decimal_of, grouped, total
from ironpot.verify.finding import (
    FEN,
    HELD,
    NOTHING,
    Broken,
    Outcome,
    Rule,
    Unknown,
    holds,
    tie,
)
from ironpot.verify.periods import quarter_name, quarter_number

INSIDE = ("asset_proceeds_inside", "intra_group_in", "intra_group_out")


def _closing(out: Out) -> Iterator[Outcome]:
    for row in out.rows("cash"):
        flows = total(row.number(name) for name in CASH_FLOWS)
        yield tie(row, row.number("closing"), total((row.number("opening"), flows)))


def _signs(out: Out) -> Iterator[Outcome]:
    for row in out.rows("cash"):
        wrong = {name: row.number(name) for name in CASH_INFLOWS if _above(NOTHING, row, name)}
        wrong |= {name: row.number(name) for name in CASH_OUTFLOWS if _above(row, NOTHING, name)}
        yield Broken(row.spot, wrong) if wrong else HELD


def _above(first: Row | Decimal, second: Row | Decimal, column: str) -> bool:
    low = second.number(column) if isinstance(second, Row) else second
    high = first.number(column) if isinstance(first, Row) else first
    return low is not None and high is not None and high > low


def _paths(out: Out) -> dict[tuple[str, ...], list[Row]]:
    """Rows of each entity, account and scenario in the order of quarters."""
    paths = grouped(out.rows("cash"), "entity_id", "account", "scenario")
    return {key: sorted(rows, key=lambda row: row.text("quarter")) for key, rows in paths.items()}


def _chain(out: Out) -> Iterator[Outcome]:
    for rows in _paths(out).values():
        for before, after in pairwise(rows):
            yield tie(after, after.number("opening"), before.number("closing"))


def _calendar(out: Out) -> Iterator[Outcome]:
    if out.horizon is None:
        yield Unknown(Spot("cash"))
        return
    first, last = quarter_number(out.horizon.first), quarter_number(out.horizon.last)
    quarters = [quarter_name(number) for number in range(first, last + 1)]
    for key, rows in _paths(out).items():
        found = [row.text("quarter") for row in rows]
        odd = ", ".join(sorted(set(quarters).symmetric_difference(found)))
        yield holds(Spot("cash", None, " ".join(key)), met=not odd, quarters=odd)


def _scenarios(out: Out) -> Iterator[Outcome]:
    """Every account has the same scenarios, the expected one among them."""
    every = {row.text("scenario") for row in out.rows("cash")} | {EXPECTED}
    accounts: dict[tuple[str, str], set[str]] = {}
    for entity, account, scenario in _paths(out):
        accounts.setdefault((entity, account), set()).add(scenario)
    for key, found in accounts.items():
        missing = ", ".join(sorted(every - found))
        yield holds(Spot("cash", None, " ".join(key)), met=not missing, missing=missing)


def _same_start(out: Out) -> Iterator[Outcome]:
    """What is in the till at the case date does not depend on the scenario."""
    first: dict[tuple[str, str], Decimal | None] = {}
    for (entity, account, _), rows in _paths(out).items():
        opening = rows[0].number("opening")
        yield tie(rows[0], opening, first.setdefault((entity, account), opening))


def _sorted(out: Out) -> Iterator[Outcome]:
    names = ("entity_id", "account", "scenario", "quarter")
    rows = out.rows("cash")
    for before, after in pairwise(rows):
        keys = [tuple(row.text(name) for name in names) for row in (before, after)]
        yield HELD if keys[0] <= keys[1] else Broken(after.spot)


def _perimeter(out: Out) -> Iterator[Outcome]:
    known = out.perimeter | {CONSOLIDATED}
    for row in out.rows("cash"):
        yield HELD if row.text("entity_id") in known else Broken(row.spot)


def _consolidated(out: Out) -> Iterator[Outcome]:
    """Flows add up by account; the first opening too, later ones follow from the chain."""
    first = min((row.text("quarter") for row in out.rows("cash")), default="")
    for key, rows in grouped(out.rows("cash"), "account", "scenario", "quarter").items():
        whole = [row for row in rows if row.text("entity_id") == CONSOLIDATED]
        parts = [row for row in rows if row.text("entity_id") != CONSOLIDATED]
        if len(whole) != 1 or not parts:
            yield Broken(Spot("cash", None, " ".join((CONSOLIDATED, *key))), {"rows": len(rows)})
            continue
        columns = [name for name in CASH_FLOWS if name not in INSIDE]
        for name in (*columns, "opening") if key[2] == first else columns:
            at = Spot("cash", whole[0].line, f"{whole[0].spot.key} {name}")
            yield tie(at, whole[0].number(name), total(part.number(name) for part in parts))


def _nothing_inside(out: Out) -> Iterator[Outcome]:
    for row in out.rows("cash"):
        if row.text("entity_id") == CONSOLIDATED:
            yield from (tie(row, row.number(name), NOTHING) for name in INSIDE)


def _inside_cancels(out: Out) -> Iterator[Outcome]:
    entities = (row for row in out.rows("cash") if row.text("entity_id") != CONSOLIDATED)
    for key, rows in grouped(entities, "scenario", "quarter").items():
        amount = total(row.number(name) for row in rows for name in INSIDE)
        yield tie(Spot("cash", None, " ".join(key)), amount, NOTHING)


def _by_scenario(out: Out) -> Iterator[tuple[Row, dict[str, Row]]]:
    """Each entity's expected row with the rows of the scenarios beside it."""
    entities = (row for row in out.rows("cash") if row.text("entity_id") != CONSOLIDATED)
    for rows in grouped(entities, "entity_id", "account", "quarter").values():
        beside = {row.text("scenario"): row for row in rows}
        expected = beside.pop(EXPECTED, None)
        if expected is not None and beside:
            yield expected, beside


def _between(out: Out) -> Iterator[Outcome]:
    slack = _slack(out)
    for expected, beside in _by_scenario(out):
        within = slack(expected.text("quarter"))
        for name in CASH_FLOWS:
            flows = [row.number(name) for row in beside.values()]
            known = [flow for flow in flows if flow is not None]
            amount = expected.number(name)
            if amount is None or len(known) < len(flows):
                yield Unknown(expected.spot)
                continue
            met = min(known) - within <= amount <= max(known) + within
            figures = {name: amount, "low": min(known), "high": max(known)}
            yield HELD if met else Broken(expected.spot, figures)


def _weighted(out: Out) -> Iterator[Outcome]:
    listed = out.value("weights")
    weights = (
        {name: decimal_of(w) for name, w in listed.items()} if isinstance(listed, dict) else {}
    )
    if not weights:
        why = Text(
            "plan.json gives no probabilities (weights): expected flows are only bounded by the "
            "scenarios",
            "plan.json未列情景概率(weights),预期现金流只核对是否介于各情景之间",
        )
        yield Unknown(Spot("cash"), why)
        return
    slack = _slack(out)
    for expected, beside in _by_scenario(out):
        within = slack(expected.text("quarter"))
        for name in CASH_FLOWS:
            mean = total(_times(weights.get(key), row.number(name)) for key, row in beside.items())
            yield tie(expected, expected.number(name), mean, within=within)


def _times(weight: Decimal | None, amount: Decimal | None) -> Decimal | None:
    return None if weight is None or amount is None else weight * amount


def _slack(out: Out) -> Callable[[str], Decimal]:
    """Rounding allowed in an expected flow of a quarter: a fen, and one per row it may add up."""
    rows: dict[str, int] = {}
    for table in ("debt_actions", "relief"):
        for row in out.rows(table) if out.has(table) else ():
            rows[row.text("quarter")] = rows.get(row.text("quarter"), 0) + 1
    decided = out.rows("decisions") if out.has("decisions") else ()
    debts = len(out.rows("debts")) if out.has("debts") else 0
    always = 1 + debts + sum(bool(row.text("start_quarter")) for row in decided)
    return lambda quarter: FEN * (always + rows.get(quarter, 0))


def _rule(
    code: str, english: str, chinese: str, check: Callable[[Out], Iterator[Outcome]], *needs: str
) -> Rule:
    return Rule(f"cash.{code}", ("cash", *needs), Text(english, chinese), check)


RULES = (
    _rule(
        "closing",
        "closing = opening + all columns between",
        "期末=期初+中间各栏",
        _closing,
    ),
    _rule(
        "signs", "inflows are not negative, outflows not positive", "流入不为负,流出不为正", _signs
    ),
    _rule("chain", "opening is the previous quarter's closing", "期初等于上季期末", _chain),
    _rule(
        "calendar",
        "every account has every quarter of the horizon once",
        "每个账户规划期内各季齐全且不重复",
        _calendar,
        PLAN,
    ),
    _rule(
        "scenarios",
        "every account has the same scenarios, and the expected row",
        "各账户情景一致,并有预期行",
        _scenarios,
    ),
    _rule(
        "same_start",
        "the first opening is the same in every scenario",
        "首季期初在各情景下相同",
        _same_start,
    ),
    _rule(
        "sorted",
        "rows are sorted by entity, account, scenario, quarter",
        "按主体、账户、情景、季度排序",
        _sorted,
    ),
    _rule(
        "perimeter",
        "every entity is inside the perimeter",
        "各主体均在并表范围内",
        _perimeter,
        PLAN,
    ),
    _rule(
        "consolidated",
        "per account, scenario and quarter, the consolidated flows and the first opening are the "
        "sum of the entities'",
        "按账户、情景、季度,合并的各项流量和首季期初等于各主体之和",
        _consolidated,
    ),
    _rule(
        "nothing_inside",
        "consolidated sales inside the perimeter and intra-group flows are 0.00",
        "合并行的内部资产转让收入和内部往来为0.00",
        _nothing_inside,
    ),
    _rule(
        "inside_cancels",
        "sales inside the perimeter and intra-group flows of all entities cancel to the cent",
        "各主体内部资产转让收入与内部往来合计为0.00",
        _inside_cancels,
    ),
    _rule(
        "between",
        "an expected flow lies between the scenarios' lowest and highest",
        "预期流量介于各情景最低与最高之间",
        _between,
    ),
    _rule(
        "weighted",
        "an expected flow is the scenarios' probability-weighted mean, to rounding",
        "预期流量为各情景的概率加权平均(允许舍入误差)",
        _weighted,
        PLAN,
    ),
)
