"""Does the balance sheet add up: rows, codes, entities, net worth, and the stocks behind it?

GFSM 2014 codes: 61 nonfinancial assets, 62 financial assets, 63 liabilities, 6 net worth. A code is
a parent where a longer code of the same entity, phase and side begins with it; then it must hold
the sum of the leaves below it, and sums run over leaves only, so nothing is counted twice.
"""

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import pairwise

from ironpot.core.lang import Text
from ironpot.core.outputs import CONSOLIDATED, ELIMINATION, EXPECTED
from ironpot.verify.files import PLAN, RESERVED, Out, Row, Spot, grouped, total
from ironpot.verify.finding import (
    HELD,
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
from ironpot.verify.periods import MONTHS_PER_QUARTER, first_month, month_number, quarter_number
from ironpot.verify.words import PHASES

NET_WORTH = "6"
# Balancing items may be negative: net worth, and net financial worth under both printed codes.
MAY_BE_NEGATIVE = (NET_WORTH, "6M1", "6M2")
DEPOSITS = "6202"
SIDE_OF_DIVISION = {"61": "asset", "62": "asset", "63": "liability"}


def _amount(out: Out) -> Iterator[Outcome]:
    for row in out.rows("balance_sheet"):
        parts = (row.number("gross"), row.number("eliminated"))
        rest = None if parts[0] is None or parts[1] is None else parts[0] - parts[1]
        yield tie(row, row.number("amount"), rest)


def _entities_eliminate_nothing(out: Out) -> Iterator[Outcome]:
    for row in out.rows("balance_sheet"):
        if row.text("entity_id") not in RESERVED:
            yield tie(row, row.number("eliminated"), NOTHING)


def _consolidation(out: Out) -> Iterator[Outcome]:
    for (phase, code, side), rows in grouped(
        out.rows("balance_sheet"), "phase", "gfsm_code", "side"
    ).items():
        by_entity = grouped(rows, "entity_id")
        eliminated = total(row.number("gross") for row in by_entity.pop((ELIMINATION,), []))
        stated = by_entity.pop((CONSOLIDATED,), [])
        gross = total(row.number("gross") for group in by_entity.values() for row in group)
        rest = None if gross is None or eliminated is None else gross - eliminated
        spot = Spot("balance_sheet", None, f"{CONSOLIDATED} {phase} {code} {side}")
        if stated or rest is None:
            yield tie(spot, total(row.number("amount") for row in stated), rest)
        else:
            yield holds(spot, met=rest == 0, stated=None, recomputed=rest)


def _stocks(out: Out) -> Iterator[Outcome]:
    for row in out.rows("balance_sheet"):
        if row.text("gfsm_code") not in MAY_BE_NEGATIVE:
            yield from not_negative(row, ("gross", "eliminated", "amount"))


def _sides(out: Out) -> Iterator[Outcome]:
    for row in out.rows("balance_sheet"):
        code, side = row.text("gfsm_code"), row.text("side")
        usual = SIDE_OF_DIVISION.get(code[:2]) if code.isascii() and code.isdigit() else None
        yield holds(row, met=side in ("memo", usual) if side else None, gfsm_code=code, side=side)


def _on_sheet(out: Out) -> dict[tuple[str, ...], list[Row]]:
    """Asset and liability rows by entity and phase; memo items and net worth apart."""
    rows = (row for row in out.rows("balance_sheet") if row.text("side") in ("asset", "liability"))
    return grouped(
        (row for row in rows if row.text("gfsm_code") != NET_WORTH), "entity_id", "phase"
    )


def _leaves(rows: Iterable[Row]) -> list[Row]:
    """Rows whose code no longer code on the same side extends."""
    listed = list(rows)
    codes = sorted((row.text("side"), row.text("gfsm_code")) for row in listed)
    parents = {first for first, after in pairwise(codes) if _extends(after, first)}
    return [row for row in listed if (row.text("side"), row.text("gfsm_code")) not in parents]


def _extends(longer: tuple[str, str], shorter: tuple[str, str]) -> bool:
    return longer[0] == shorter[0] and longer[1] != shorter[1] and longer[1].startswith(shorter[1])


def _parents(out: Out) -> Iterator[Outcome]:
    for rows in _on_sheet(out).values():
        leaves = _leaves(rows)
        ends = {id(row) for row in leaves}
        for parent in (row for row in rows if id(row) not in ends):
            key = (parent.text("side"), parent.text("gfsm_code"))
            below = [r for r in leaves if _extends((r.text("side"), r.text("gfsm_code")), key)]
            for column in ("gross", "amount"):
                yield tie(parent, parent.number(column), total(r.number(column) for r in below))


def _net_worth(out: Out) -> Iterator[Outcome]:
    stated: dict[tuple[str, ...], Row] = {
        (row.text("entity_id"), row.text("phase")): row
        for row in out.rows("balance_sheet")
        if row.text("gfsm_code") == NET_WORTH
    }
    sheets = _on_sheet(out)
    for key in {**sheets, **stated}:
        assets = _side_total(sheets.get(key, []), "asset", "amount")
        liabilities = _side_total(sheets.get(key, []), "liability", "amount")
        worth = None if assets is None or liabilities is None else assets - liabilities
        if key in stated:
            yield tie(stated[key], stated[key].number("amount"), worth)
        elif key[0] != ELIMINATION:
            yield Broken(Spot("balance_sheet", None, " ".join((*key, NET_WORTH))))


def _side_total(rows: Iterable[Row], side: str, column: str) -> Decimal | None:
    return total(row.number(column) for row in _leaves(r for r in rows if r.text("side") == side))


def _dates(out: Out) -> Iterator[Outcome]:
    found = grouped(out.rows("balance_sheet"), "phase", "date")
    for phase in PHASES:
        dates = sorted(date for name, date in found if name == phase)
        spot = Spot("balance_sheet", None, phase)
        yield holds(spot, met=len(dates) == 1, dates=", ".join(dates))
    case_date = str(out.value("case_date"))
    for (phase, date), rows in found.items():
        if phase == "before":
            yield holds(rows[0], met=date == case_date, stated=date, recomputed=case_date)


def _perimeter(out: Out) -> Iterator[Outcome]:
    known = out.perimeter.union(RESERVED)
    for row in out.rows("balance_sheet"):
        yield HELD if row.text("entity_id") in known else Broken(row.spot)


def _lots(out: Out) -> Iterator[Outcome]:
    """By entity and leaf code, before: nonfinancial assets are the lots, financial hold theirs."""
    lots = grouped(
        (row for row in out.rows("lots") if row.text("entity_id") in out.perimeter), "entity_id"
    )
    for (entity, phase), rows in _on_sheet(out).items():
        if phase == "before" and entity not in RESERVED:
            assets = _leaves(row for row in rows if row.text("side") == "asset")
            yield from _lots_of_entity(lots.pop((entity,), []), assets)
    yield from (Broken(row.spot) for rows in lots.values() for row in rows)


def _lots_of_entity(lots: list[Row], assets: list[Row]) -> Iterator[Outcome]:
    codes = tuple(row.text("gfsm_code") for row in assets)
    for lot in lots:
        met = lot.text("gfsm_code").startswith(codes)
        yield holds(lot, met=met, gfsm_code=lot.text("gfsm_code"))
    for row in assets:
        below = [lot for lot in lots if lot.text("gfsm_code").startswith(row.text("gfsm_code"))]
        held = total(lot.number("opening_amount") for lot in below)
        if row.text("gfsm_code").startswith("62"):
            gross = row.number("gross")
            yield at_most(row, held, gross, lots=held, gross=gross)
        elif row.text("basis") in ("book", ""):
            yield tie(row, row.number("gross"), held)
        else:
            yield Unknown(row.spot, Text("not at book value", "不是账面价值口径"))


def _deposits(out: Out) -> Iterator[Outcome]:
    """Deposits are the accounts' cash and the lots that are deposits themselves."""
    quarters = sorted({quarter for _, _, quarter in out.cash_by_quarter if quarter})
    stated = {
        (row.text("entity_id"), row.text("phase")): row
        for row in out.rows("balance_sheet")
        if row.text("gfsm_code") == DEPOSITS and row.text("entity_id") != ELIMINATION
    }
    if not quarters:
        return
    holders = {(entity, phase) for entity, _, _ in out.cash_by_quarter for phase in PHASES}
    for entity, phase in sorted(holders | stated.keys()):
        when = (quarters[0], "opening") if phase == "before" else (quarters[-1], "closing")
        accounts = out.cash_by_quarter.get((entity, EXPECTED, when[0]), [])
        cash = total(account.number(when[1]) for account in accounts)
        idle = total(row.number("opening_amount") for row in _idle_cash(out, entity))
        row = stated.get((entity, phase))
        if row is None:
            spot = Spot("balance_sheet", None, f"{entity} {phase} {DEPOSITS}")
            yield holds(spot, met=not cash, stated=None, recomputed=cash)
        elif phase == "before" or (idle == 0 and _ends(row.text("date"), when[0])):
            yield tie(row, row.number("amount"), total((cash, idle)))
        else:
            yield Unknown(row.spot, NOT_AT_END)


NOT_AT_END = Text(
    "lots that are deposits may have been used, or the date is not the horizon's end",
    "作为标的的存款可能已动用,或日期不是规划期末",
)


def _idle_cash(out: Out, entity: str) -> list[Row]:
    """Lots that are deposits: the entity's own, all of the perimeter's for the consolidated row."""
    owners = out.perimeter if entity == CONSOLIDATED else {entity}
    lots = (row for row in out.rows("lots") if row.text("entity_id") in owners)
    return [row for row in lots if row.text("gfsm_code").startswith(DEPOSITS)]


def _ends(date: str, quarter: str) -> bool:
    """Say whether a date lies in the last month of a quarter."""
    return (
        bool(date)
        and month_number(date) == first_month(quarter_number(quarter)) + MONTHS_PER_QUARTER - 1
    )


def _debts(out: Out) -> Iterator[Outcome]:
    contracts = grouped(out.rows("resolution"), "entity_id", "debt_id")
    for (entity, phase), rows in _on_sheet(out).items():
        if entity in RESERVED:
            continue
        column = "opening_principal" if phase == "before" else "closing_principal"
        own = (group[0] for (name, _), group in contracts.items() if name == entity)
        owed = total(contract.number(column) for contract in own)
        booked = _side_total(rows, "liability", "gross")
        spot = Spot("balance_sheet", None, f"{entity} {phase}")
        yield at_most(spot, owed, booked, debts=owed, liabilities=booked)


def _rule(
    code: str, english: str, chinese: str, check: Callable[[Out], Iterator[Outcome]], *needs: str
) -> Rule:
    return Rule(f"balance_sheet.{code}", ("balance_sheet", *needs), Text(english, chinese), check)


RULES = (
    _rule("amount", "amount = gross - eliminated", "净额=总额-抵销额", _amount),
    _rule(
        "eliminated",
        "an entity's own rows eliminate nothing",
        "单个主体的行抵销额为零",
        _entities_eliminate_nothing,
    ),
    _rule(
        "consolidation",
        "per code and phase, the entities' gross less the elimination is the consolidated amount",
        "同一科目、同一时点,各主体总额减抵销等于合并净额",
        _consolidation,
    ),
    _rule(
        "stocks",
        "stocks are not negative; net worth alone may be",
        "存量不为负,仅净值可为负",
        _stocks,
    ),
    _rule(
        "sides",
        "codes 61 and 62 are assets, 63 liabilities; everything else, guarantees and net worth "
        "included, is a memo item",
        "61、62为资产,63为负债;担保、净值等其他科目一律为备查",
        _sides,
    ),
    _rule(
        "parents",
        "a code with finer codes below it holds their sum",
        "上级科目等于其下明细科目之和",
        _parents,
    ),
    _rule("net_worth", "net worth (6) = 61 + 62 - 63", "净值(6)=61+62-63", _net_worth),
    _rule(
        "dates",
        "each phase has one date, and before is the case date",
        "处置前、后各只有一个日期,处置前为基准日",
        _dates,
        PLAN,
    ),
    _rule(
        "perimeter",
        "every entity is inside the perimeter",
        "各主体均在并表范围内",
        _perimeter,
        PLAN,
    ),
    _rule(
        "lots",
        "before the plan and code by code, an entity's nonfinancial assets are its lots, its "
        "financial assets at least its lots",
        "处置前按科目,各主体非金融资产等于其标的期初金额之和,金融资产不小于其标的",
        _lots,
        "lots",
        PLAN,
    ),
    _rule(
        "deposits",
        "deposits (6202) are the cash table's opening before, with the lots that are deposits, "
        "and its expected closing after",
        "存款(6202)处置前等于现金表期初加存款类标的、处置后等于现金表预期期末",
        _deposits,
        "cash",
        "lots",
        PLAN,
    ),
    _rule(
        "debts",
        "an entity's liabilities are at least the principal of its debts",
        "各主体负债不小于其债务本金",
        _debts,
        "resolution",
    ),
)
