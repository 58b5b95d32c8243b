"""Is resolved what was really paid? Principal by debt, and the kind of money behind every yuan.

Selling is not resolving: what a body inside the perimeter pays is circular, what a new contract
pays is new debt, what is put off is rescheduled. Only outside cash counts in the headline.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import accumulate

from ironpot.core.lang import Text
from ironpot.core.outputs import CONSOLIDATED, EXPECTED
from ironpot.verify.contracts import (
    REPLACE,
    borrowed,
    by_debt,
    opening_debts,
    owners,
    reduced,
)
from ironpot.verify.files import PLAN, Out, Row, Spot, grouped, total
from ironpot.verify.finding import (
    FEN,
    NOTHING,
    Broken,
    Outcome,
    Rule,
    Unknown,
    at_most,
    holds,
    not_negative,
    tie,
)
from ironpot.verify.relief import given

Amounts = dict[tuple[str, str], Decimal | None]


def _every_debt(out: Out) -> Iterator[Outcome]:
    known = owners(out)
    found = {row.text("debt_id") for row in out.rows("resolution")}
    for debt in sorted(known.keys() | found):
        spot = Spot("resolution", None, debt)
        yield holds(
            spot, met=debt in known and debt in found, stated=debt if debt in found else None
        )


def _untouched(out: Out) -> Iterator[Outcome]:
    for rows in grouped(out.rows("resolution"), "debt_id").values():
        for row in rows:
            if not row.text("kind"):
                amount, alone = row.number("amount"), len(rows) == 1
                empty = not (row.text("quarter") or row.text("payer_id") or row.text("decision_id"))
                yield holds(row, met=alone and empty and amount == 0, amount=amount, rows=len(rows))
            else:
                yield holds(row, met=bool(row.text("quarter")), quarter=None)


def _describes(out: Out) -> Iterator[Outcome]:
    known = owners(out)
    for row in out.rows("resolution"):
        owner = known.get(row.text("debt_id"))
        if owner is None:
            yield Unknown(row.spot, Text("no such debt", "没有这笔债务"))
        else:
            stated = (row.text("entity_id"), row.text("primary_class"))
            recorded = (owner.entity_id, owner.primary_class)
            yield holds(row, met=stated == recorded, recomputed=" ".join(recorded))


def _opening(out: Out) -> Iterator[Outcome]:
    debts = opening_debts(out)
    for row in out.rows("resolution"):
        debt = debts.get(row.text("debt_id"))
        opening = NOTHING if debt is None else debt.number("opening_principal")
        yield tie(row, row.number("opening_principal"), opening)


def _closing(out: Out) -> Iterator[Outcome]:
    falls = by_debt(reduced(out.rows("debt_actions")))
    rises = by_debt(borrowed(out.rows("debt_actions")))
    for row in out.rows("resolution"):
        debt = row.text("debt_id")
        fall = falls.get(debt, NOTHING)
        moved = None if fall is None else total((rises.get(debt, NOTHING), -fall))
        closing = total((row.number("opening_principal"), moved))
        yield tie(row, row.number("closing_principal"), closing)


def _amounts(out: Out) -> Iterator[Outcome]:
    for row in out.rows("resolution"):
        yield from not_negative(row, ("opening_principal", "amount", "closing_principal"))


def _actions(out: Out, *names: str) -> tuple[Row, ...]:
    return tuple(row for row in out.rows("debt_actions") if row.text("action") in names)


PAID_UP = "rescheduled against a lot"
REDUCING_KINDS = (
    *("own_cash", "outside_cash", "relief", "new_debt", "forgiven", "circular"),
    PAID_UP,
)


def _kind_sums(out: Out, *kinds: str) -> Amounts:
    """Resolved amounts of `kinds` by debt and quarter.

    Money for a lot transferred upward is rescheduled, yet it pays principal: kind PAID_UP.
    """
    sales = _sales(out)
    sums: Amounts = {}
    for row in out.rows("resolution"):
        kind, key = row.text("kind"), (row.text("debt_id"), row.text("quarter"))
        if kind == "rescheduled" and row.text("decision_id") in sales:
            kind = PAID_UP
        if kind in kinds:
            sums[key] = total((sums.get(key, NOTHING), row.number("amount")))
    return sums


def _sales(out: Out) -> dict[str, Row]:
    """Decisions by the lot and by the bundle that they release."""
    released = [row for row in out.rows("decisions") if row.text("kind")]
    bundles = {row.text("bundle_id"): row for row in released if row.text("bundle_id")}
    return bundles | {row.text("lot_id"): row for row in released}


def _sums(out: Out) -> Iterator[Outcome]:
    """By debt and quarter; transfers are checked apart, extensions reduce nothing."""
    rows = [row for row in out.rows("debt_actions") if row.text("action") != "transfer"]
    yield from _compare(_kind_sums(out, *REDUCING_KINDS), reduced(rows))


def _forgiven(out: Out) -> Iterator[Outcome]:
    yield from _compare(_kind_sums(out, "forgiven"), reduced(_actions(out, "haircut")))


def _compare(stated: Amounts, recomputed: Amounts) -> Iterator[Outcome]:
    for key in sorted(stated.keys() | recomputed.keys()):
        spot = Spot("resolution", None, " ".join(key))
        yield tie(spot, stated.get(key, NOTHING), recomputed.get(key, NOTHING))


def _rescheduled(out: Out) -> Iterator[Outcome]:
    """A transfer moves its principal; an extension puts off at most what is owed or added."""
    moved, put_off = (
        reduced(_actions(out, "transfer")),
        reduced(_actions(out, "extend", "rate_cut")),
    )
    known = owners(out)
    opening, grown = opening_debts(out), by_debt(borrowed(out.rows("debt_actions")))
    for (debt, quarter), amount in sorted(_kind_sums(out, "rescheduled").items()):
        spot = Spot("resolution", None, f"{debt} {quarter}")
        if (debt, quarter) in moved:
            least = moved.pop((debt, quarter))
            yield tie(spot, amount, least)
        elif (debt, quarter) not in put_off or debt not in known:
            yield Broken(spot, {"amount": amount}, Text("no such action", "没有对应的措施"))
        elif debt in opening:
            owed = total((opening[debt].number("opening_principal"), grown.get(debt, NOTHING)))
            yield at_most(spot, amount, owed, amount=amount, owed=owed)
    for (debt, quarter), amount in sorted(moved.items()):
        spot = Spot("resolution", None, f"{debt} {quarter}")
        yield holds(
            spot, met=None if amount is None else amount == 0, stated=None, recomputed=amount
        )


def _replaced(out: Out) -> Iterator[Outcome]:
    """Principal that a new contract replaces is new debt, or circular if its lender is inside."""
    paper = _kind_sums(out, "new_debt", "circular")
    for key, amount in sorted(reduced(_actions(out, *REPLACE)).items()):
        counted = paper.get(key, NOTHING)
        spot = Spot("resolution", None, " ".join(key))
        yield at_most(spot, amount, counted, replaced=amount, counted_as_paper=counted)


def _payers(out: Out) -> Iterator[Outcome]:
    """Money of a body inside the perimeter is own cash or circular, never outside cash or help."""
    for row in out.rows("resolution"):
        if row.text("kind") in ("outside_cash", "relief", "new_debt"):
            payer = row.text("payer_id")
            yield holds(row, met=payer not in out.perimeter, kind=row.text("kind"), payer_id=payer)


def _decisions(out: Out) -> Iterator[Outcome]:
    """What a payment names exists; money of a lot has the kind of its sale."""
    sales, actions = _sales(out), _named_actions(out)
    helpers = {f"{row.text('giver_id')}:{row.text('kind')}" for row in out.rows("relief")}
    unpaid = any(row.text("kind") == "arrears" for row in out.rows("limits"))
    lent = (BRIDGE, DEFAULT) if unpaid else (BRIDGE,)
    for row in out.rows("resolution"):
        named, debt = row.text("decision_id"), row.text("debt_id")
        sale = sales.get(named)
        if sale is not None:
            kind = sale.text("kind")
            yield holds(row, met=row.text("kind") == kind, stated=row.text("kind"), recomputed=kind)
        elif named:
            known = (debt, named) in actions or named in helpers or named in lent
            yield holds(row, met=known, decision_id=named)


BRIDGE = "bridge"
DEFAULT = "default"


def _named_actions(out: Out) -> set[tuple[str, str]]:
    """Actions on each debt, by id and by word."""
    return {
        (row.text("debt_id"), row.text(name))
        for row in out.rows("debt_actions")
        for name in ("action_id", "action")
    }


def _outside_received(out: Out) -> Iterator[Outcome]:
    """Up to each quarter, no more is resolved with outside cash than came in from outside."""
    columns = ("asset_proceeds_outside", "asset_income")
    yield from _within_receipts(out, "outside_cash", _received(out, *columns))


def _relief_received(out: Out) -> Iterator[Outcome]:
    """The same for help: what is to be repaid is not help but new debt."""
    granted: dict[str, Decimal | None] = {}
    for row in out.rows("relief"):
        if given(row) and row.text("scenario") == EXPECTED:
            quarter = row.text("quarter")
            granted[quarter] = total((granted.get(quarter, NOTHING), row.number("amount")))
    yield from _within_receipts(out, "relief", granted)


def _received(out: Out, *columns: str) -> dict[str, Decimal | None]:
    """Expected consolidated receipts in `columns` by quarter."""
    return {
        quarter: total(row.number(name) for row in rows for name in columns)
        for (entity, scenario, quarter), rows in out.cash_by_quarter.items()
        if entity == CONSOLIDATED and scenario == EXPECTED
    }


def _within_receipts(out: Out, kind: str, received: dict[str, Decimal | None]) -> Iterator[Outcome]:
    paid: dict[str, Decimal | None] = {}
    for (_, quarter), amount in _kind_sums(out, kind).items():
        paid[quarter] = total((paid.get(quarter, NOTHING), amount))
    quarters = sorted(paid.keys() | received.keys())
    ins = list(accumulate((received.get(q, NOTHING) for q in quarters), _add))
    outs = list(accumulate((paid.get(q, NOTHING) for q in quarters), _add))
    for quarter, inflow, outflow in zip(quarters, ins, outs, strict=True):
        spot = Spot("resolution", None, f"{kind} {quarter}")
        limit = None if inflow is None else inflow + FEN
        yield at_most(spot, outflow, limit, resolved=outflow, received=inflow)


def _add(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    return total((first, second))


def _rule(
    code: str, english: str, chinese: str, check: Callable[[Out], Iterator[Outcome]], *needs: str
) -> Rule:
    return Rule(f"resolution.{code}", ("resolution", *needs), Text(english, chinese), check)


RULES = (
    _rule(
        "every_debt",
        "every debt, old or new, stands in the resolution table, and no other",
        "每笔原有和新增债务均列入化债构成表,没有其他债务",
        _every_debt,
        "debts",
        "debt_actions",
    ),
    _rule(
        "untouched",
        "a debt without resolution has one row, kind empty and 0.00; a kind has its quarter",
        "未化解的债务只有一行,资金性质留空、金额0.00;有资金性质的注明季度",
        _untouched,
    ),
    _rule(
        "describes",
        "debtor and class are those of the contract, in every row",
        "债务人和类别与合同一致",
        _describes,
        "debts",
        "debt_actions",
    ),
    _rule(
        "opening",
        "opening principal is that of the debts table, 0.00 for a new contract",
        "期初本金与债务表一致,新合同为0.00",
        _opening,
        "debts",
    ),
    _rule(
        "closing",
        "closing = opening + new principal booked on the debt - principal reduced",
        "期末本金=期初本金+登记在该债务上的新增本金-减少的本金",
        _closing,
        "debt_actions",
    ),
    _rule(
        "amounts",
        "principal and amounts are not negative",
        "本金和金额不为负",
        _amounts,
    ),
    _rule(
        "sums",
        "per debt and quarter, the kinds other than rescheduled add up to the principal reduced "
        "by other actions than transfers",
        "按债务和季度,除展期划转外各类资金之和等于除划转外各项措施减少的本金",
        _sums,
        "debt_actions",
        "decisions",
    ),
    _rule(
        "forgiven",
        "forgiven is what haircuts reduce",
        "减免金额等于减免措施减少的本金",
        _forgiven,
        "debt_actions",
        "decisions",
    ),
    _rule(
        "rescheduled",
        "rescheduled is what transfers reduce, or what an extension puts off",
        "延期重组金额等于划转减少的本金,或展期推迟的金额",
        _rescheduled,
        "debts",
        "debt_actions",
        "decisions",
    ),
    _rule(
        "replaced",
        "what is refinanced or swapped counts as new debt or circular, never as cash",
        "再融资和置换的本金计为新增债务或内部循环,不计为现金化解",
        _replaced,
        "debt_actions",
        "decisions",
    ),
    _rule(
        "payers",
        "a payer inside the perimeter brings neither outside cash nor relief nor new debt",
        "并表范围内的付款方不带来外部现金、上级支持或新增债务",
        _payers,
        PLAN,
    ),
    _rule(
        "decisions",
        "a payment names a lot, a bundle, an action on that debt, help (giver:kind), bridge, or "
        "default where limits show arrears; money of a lot has the kind of its sale",
        "每笔化债资金对应标的、资产包、该债务的措施、上级支持(支持方:方式)、过桥,"
        "或在限额表列有欠款时的违约;处置资金的性质与处置决定一致",
        _decisions,
        "decisions",
        "debt_actions",
        "relief",
        "limits",
    ),
    _rule(
        "outside_received",
        "no more is resolved with outside cash than the consolidated cash table received from "
        "assets by then",
        "截至各季,外部现金化债不超过合并现金表的资产处置收入与资产收入",
        _outside_received,
        "cash",
        "decisions",
    ),
    _rule(
        "relief_received",
        "no more is resolved with relief than was granted by then; an advance is new debt",
        "截至各季,上级支持化债不超过已到账且无需归还的支持;上级借款属新增债务",
        _relief_received,
        "relief",
        "decisions",
    ),
)
