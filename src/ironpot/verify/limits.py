"""Are the limits held, is each slack right, and is the value in the row the one in the tables?

`scope_id` names what the limit binds: an entity, or `entity/account`; for quotas the action
(`swap`, `refinance`); for debt ceilings an entity, a class or `_consolidated`; for depth a market.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal

from ironpot.core.lang import Text
from ironpot.core.outputs import CONSOLIDATED, EXPECTED
from ironpot.verify.contracts import booked_on, owners
from ironpot.verify.files import PLAN, Json, Out, Row, total
from ironpot.verify.finding import (
    NOTHING,
    Outcome,
    Rule,
    Unknown,
    holds,
    not_negative,
    tie,
)
from ironpot.verify.periods import is_quarter
from ironpot.verify.words import CLASSES

MONEY_UNIT = "yuan"
# A limit counts as binding within this distance: one yuan, or a millionth of its bound.
BINDING_YUAN = Decimal(1)
BINDING_SHARE = Decimal("0.000001")
PRICED = ("rule_band", "arrears")


def _slack(out: Out) -> Iterator[Outcome]:
    for row in out.rows("limits"):
        value, bound = row.number("value"), row.number("bound")
        if value is None or bound is None:
            yield holds(row, met=row.number("slack") is None, slack=row.number("slack"))
        else:
            slack = bound - value if row.text("operator") == "<=" else value - bound
            yield tie(row, row.number("slack"), slack)


def _decimals(out: Out) -> Iterator[Outcome]:
    for row in out.rows("limits"):
        places = 2 if row.text("unit") == MONEY_UNIT else 6
        for name in ("value", "bound", "slack"):
            figure = row.number(name)
            if figure is not None:
                yield holds(row, met=figure.as_tuple().exponent == -places, **{name: figure})


def _binding(out: Out) -> Iterator[Outcome]:
    for row in out.rows("limits"):
        slack, binding = row.number("slack"), row.flag("binding")
        if slack is None or binding is None:
            yield Unknown(row.spot)
            continue
        met = slack <= _near(row) if binding else slack > 0
        yield holds(row, met=met, slack=slack, binding=str(binding))


def _near(row: Row) -> Decimal:
    least = BINDING_YUAN if row.text("unit") == MONEY_UNIT else BINDING_SHARE
    return max(least, abs(row.number("bound") or NOTHING) * BINDING_SHARE)


def _penalty(out: Out) -> Iterator[Outcome]:
    for row in out.rows("limits"):
        yield from not_negative(row, ("penalty",))


def _broken(out: Out) -> Iterator[Outcome]:
    """What is not held is either met by relief that names the limit, or priced as a consequence."""
    relieved = {row.text("limit_id") for row in out.rows("relief")}
    passed = _rules_passed(out.value("rules"))
    for row in out.rows("limits"):
        slack = row.number("slack")
        if slack is not None and slack < 0:
            priced = (row.number("penalty") or NOTHING) > 0 or row.text("limit_id") in passed
            met = row.text("limit_id") in relieved or (row.text("kind") in PRICED and priced)
            yield holds(row, met=met, slack=slack, penalty=row.number("penalty"))


def _rules_passed(rules: Json) -> set[str]:
    """Ids of the rules that plan.json reports before and after."""
    entries = rules if isinstance(rules, list) else []
    return {str(entry.get("id")) for entry in entries if isinstance(entry, dict)}


def _references(out: Out) -> Iterator[Outcome]:
    limits = {row.text("limit_id") for row in out.rows("limits")}
    sources = {row.text("source_id") for row in out.rows("sources")}
    for row in out.rows("limits"):
        source = row.text("source_id")
        yield holds(row, met=not source or source in sources, source_id=source)
    for row in out.rows("relief"):
        limit = row.text("limit_id")
        yield holds(row, met=not limit or limit in limits, limit_id=limit)


def _values(out: Out) -> Iterator[Outcome]:
    for row in out.rows("limits"):
        remake = RECOMPUTED.get(row.text("kind"))
        if remake is None:
            yield Unknown(row.spot, NOT_IN_FILES.get(row.text("kind"), NO_SUCH_SCOPE))
            continue
        remade = remake(out, row)
        if isinstance(remade, Text):
            yield Unknown(row.spot, remade)
        else:
            yield tie(row, row.number("value"), remade)


Remade = Decimal | Text | None
NO_SUCH_SCOPE = Text(
    "the tables have nothing for this scope, period and scenario",
    "表中没有该范围、时期和情景的数据",
)
INSIDE_SALE = Text(
    "a sale inside the perimeter runs through the same column",
    "内部资产转让经由同一列,无法分开",
)
NOT_IN_FILES = {
    "capacity": Text("preparation effort is not in the files", "处置准备工作量不在文件中"),
    "service_floor": Text("service by lot is not in the files", "各标的的服务量不在文件中"),
    "pool_min": Text("prices within a pool are not in the files", "资产池内价格不在文件中"),
    "depth": Text("listed volume by lot is not in the files", "各标的挂牌量不在文件中"),
    "rule_band": Text("the ratio's resources are not in the files", "比率所用财力不在文件中"),
    "arrears": Text("what falls due is not in the files", "应付未付的到期额不在文件中"),
}


def _accounts(out: Out, row: Row, quarter: str) -> list[Row]:
    entity, _, account = row.text("scope_id").partition("/")
    rows = out.cash_by_quarter.get((entity, row.text("scenario"), quarter), [])
    return [cash for cash in rows if account in ("", cash.text("account"))]


def _buffer(out: Out, row: Row) -> Remade:
    rows = _accounts(out, row, row.text("period"))
    return total(cash.number("closing") for cash in rows) if rows else NO_SUCH_SCOPE


def _bridge(out: Out, row: Row) -> Remade:
    """Bridge loan outstanding: what was drawn less what was repaid, up to the period."""
    quarters = sorted({quarter for _, _, quarter in out.cash_by_quarter})
    upto = [quarter for quarter in quarters if quarter <= row.text("period")]
    rows = [cash for quarter in upto for cash in _accounts(out, row, quarter)]
    if not rows or row.text("period") not in quarters:
        return NO_SUCH_SCOPE
    return total(cash.number(name) for cash in rows for name in ("bridge_draw", "bridge_repayment"))


def _transfer(out: Out, row: Row) -> Remade:
    rows = _accounts(out, row, row.text("period"))
    if not rows:
        return NO_SUCH_SCOPE
    beside = [
        cash.number("asset_proceeds_inside")
        for (_, scenario, quarter), group in out.cash_by_quarter.items()
        if (scenario, quarter) == (row.text("scenario"), row.text("period"))
        for cash in group
    ]
    if any(beside):
        return INSIDE_SALE
    paid = total(cash.number("intra_group_out") for cash in rows)
    return None if paid is None else abs(paid)


def _quota(out: Out, row: Row) -> Remade:
    """New principal of an action in a quarter, in a year (`2025`), or in all."""
    action, period = row.text("scope_id"), row.text("period")
    if action not in ("swap", "refinance") or row.text("scenario") not in (EXPECTED, ""):
        return NO_SUCH_SCOPE
    return total(
        booked.number("principal_new")
        for booked in out.rows("debt_actions")
        if booked.text("action") == action and booked.text("quarter").startswith(_prefix(period))
    )


def _prefix(period: str) -> str:
    return "" if period in ("", "all") else period


def _ceiling(out: Out, row: Row) -> Remade:
    """Principal outstanding at a quarter's end, or at the end of the plan; expected."""
    scope, period = row.text("scope_id"), row.text("period")
    known = owners(out)
    entities = {owner.entity_id for owner in known.values()}
    if scope not in (CONSOLIDATED, *CLASSES, *entities) or row.text("scenario") not in (
        EXPECTED,
        "",
    ):
        return NO_SUCH_SCOPE
    scoped = {
        debt
        for debt, owner in known.items()
        if scope in (CONSOLIDATED, owner.entity_id, owner.primary_class)
    }
    last = period if is_quarter(period) else "9999Q4"
    parts = [
        d.number("opening_principal") for d in out.rows("debts") if d.text("debt_id") in scoped
    ]
    for action in out.rows("debt_actions"):
        if action.text("quarter") <= last:
            parts += _moves(action, scoped)
    return total(parts)


def _moves(action: Row, scoped: set[str]) -> list[Decimal | None]:
    fall, rise = action.number("principal_reduced"), action.number("principal_new")
    falls = [None if fall is None else -fall] if action.text("debt_id") in scoped else []
    return [*falls, rise] if booked_on(action) in scoped else falls


RECOMPUTED: dict[str, Callable[[Out, Row], Remade]] = {
    "buffer": _buffer,
    "bridge": _bridge,
    "transfer": _transfer,
    "quota": _quota,
    "debt_ceiling": _ceiling,
}


def _depth_used(out: Out) -> Iterator[Outcome]:
    """Depth can be used only where a lot of that market has been offered."""
    starts: dict[str, str] = {}
    for row in out.rows("decisions"):
        market, start = row.text("market_id"), row.text("start_quarter")
        if start:
            starts[market] = min(start, starts.get(market, start))
    for row in out.rows("limits"):
        if row.text("kind") == "depth" and (row.number("value") or NOTHING) > 0:
            start = starts.get(row.text("scope_id"), "")
            met = bool(start) and start <= row.text("period")
            yield holds(row, met=met, value=row.number("value"), start_quarter=start)


def _rule(
    code: str, english: str, chinese: str, check: Callable[[Out], Iterator[Outcome]], *needs: str
) -> Rule:
    return Rule(f"limits.{code}", ("limits", *needs), Text(english, chinese), check)


RULES = (
    _rule(
        "slack",
        "slack = bound - value for <=, value - bound for >=, and is unknown where one of them is",
        "余量:上限为界值-取值,下限为取值-界值;其一未知则余量未知",
        _slack,
    ),
    _rule(
        "decimals",
        "figures in yuan have two decimals, others six",
        "以元计的数值两位小数,其他六位小数",
        _decimals,
    ),
    _rule(
        "binding",
        "a limit without slack binds, one with more than a yuan or a millionth does not",
        "无余量的限额为紧约束,余量超过1元或百万分之一的不是",
        _binding,
    ),
    _rule("penalty", "a penalty is not negative", "惩罚成本不为负", _penalty),
    _rule(
        "held",
        "a limit that is not held is named by a relief row, or is a rule band or arrears with its "
        "consequence priced",
        "未守住的限额须有对应的上级支持,或属规则等级、欠款且已计入后果",
        _broken,
        "relief",
        PLAN,
    ),
    _rule(
        "references",
        "sources of limits and limits of relief exist",
        "限额的来源、支持对应的限额均存在",
        _references,
        "relief",
        "sources",
    ),
    _rule(
        "values",
        "the value is the one that the other tables give",
        "取值与其他表重算一致",
        _values,
        "cash",
        "debts",
        "debt_actions",
    ),
    _rule(
        "depth_used",
        "depth of a market is used only from the first lot offered there on",
        "首个标的挂牌之后才占用该市场的深度",
        _depth_used,
        "decisions",
    ),
)
