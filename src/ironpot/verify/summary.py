"""Does plan.json say all it must, and does it agree with itself and with the tables?"""

from collections.abc import Iterator
from decimal import Decimal

from ironpot.core.lang import Text
from ironpot.core.outputs import EXPECTED
from ironpot.verify.files import PLAN, Out, Spot, decimal_of
from ironpot.verify.finding import (
    NOTHING,
    Broken,
    Outcome,
    Rule,
    Unknown,
    at_most,
    holds,
    tie,
)
from ironpot.verify.periods import MONTHS_PER_QUARTER, month_after, quarter_name, quarter_number
from ironpot.verify.plan_keys import KEYS, NULLABLE, OPTIONAL, is_day, is_shares
from ironpot.verify.words import ORIGINS

SHARE_TOLERANCE = Decimal("0.000001")
MAX_VIOLATION = Decimal("0.000001")


def _at(key: str) -> Spot:
    return Spot(PLAN, key=key)


def _keys(out: Out) -> Iterator[Outcome]:
    summary = out.summary or {}
    for key, allowed in KEYS.items():
        if key not in summary:
            yield Broken(_at(key), why=Text("the entry is missing", "缺少该项"))
        elif summary[key] is None and key in NULLABLE:
            yield holds(_at(key), met=_may_be_null(out, key), stated="null")
        else:
            yield holds(_at(key), met=allowed(summary[key]), stated=str(summary[key])[:60])
    for key in OPTIONAL.keys() & summary.keys():
        yield holds(_at(key), met=OPTIONAL[key](summary[key]), stated=str(summary[key])[:60])
    for key in summary.keys() - KEYS.keys() - OPTIONAL.keys():
        yield Broken(_at(key), why=Text("the entry is not part of the format", "格式之外的项"))
    for key in out.repeated_keys:
        yield Broken(_at(key), why=Text("the entry stands twice", "该项重复"))


def _may_be_null(out: Out, key: str) -> bool:
    """A figure may be null if the status is unknown, a gap also if it would divide by zero.

    Nothing is at stake where doing nothing costs no more than the bound; what doing nothing costs
    is null where a limit forbids it, and the stake is then unknown.
    """
    if out.value("status") == "unknown":
        return True
    cost, stake = _decided_cost(out), _at_stake(out)
    if key == "gap_objective":
        return cost == 0
    if key == "do_nothing":
        return True
    return key == "gap_stake" and (stake is None or stake <= 0)


def _minus(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    return None if first is None or second is None else first - second


def _decided_cost(out: Out) -> Decimal | None:
    return _minus(out.figure("objective"), out.figure("constant_terms"))


def _at_stake(out: Out) -> Decimal | None:
    return _minus(out.figure("do_nothing"), out.figure("bound"))


def _gaps(out: Out) -> Iterator[Outcome]:
    distance = _minus(out.figure("objective"), out.figure("bound"))
    for key, base in (("gap_objective", _decided_cost(out)), ("gap_stake", _at_stake(out))):
        if distance is None or not base or (out.figure(key) is None and _may_be_null(out, key)):
            yield Unknown(
                _at(key), Text("a term is null or the divisor is zero", "有空值或除数为零")
            )
        else:
            recomputed = distance / abs(base)
            yield tie(_at(key), out.figure(key), recomputed, within=SHARE_TOLERANCE)


def _bound(out: Out) -> Iterator[Outcome]:
    objective, bound = out.figure("objective"), out.figure("bound")
    slack = abs(objective or NOTHING) * SHARE_TOLERANCE
    above = None if objective is None else objective + slack
    yield at_most(_at("bound"), bound, above, bound=bound, objective=objective)


def _dates(out: Out) -> Iterator[Outcome]:
    case_date, horizon = out.value("case_date"), out.horizon
    yield holds(_at("created"), met=out.value("created") == case_date)
    if horizon is None or not is_day(case_date):
        yield Unknown(_at("horizon"))
        return
    first, last, quarters = horizon
    expected = quarter_name(month_after(str(case_date)) // MONTHS_PER_QUARTER)
    yield holds(_at("horizon.first"), met=first == expected, stated=first, recomputed=expected)
    count = Decimal(quarter_number(last) - quarter_number(first) + 1)
    yield tie(_at("horizon.quarters"), Decimal(quarters), count)


def _origin(out: Out) -> Iterator[Outcome]:
    stated = out.value("origin")
    if not is_shares(stated) or not isinstance(stated, dict):
        yield Unknown(_at("origin"))
        return
    amounts: dict[str, Decimal] = dict.fromkeys(ORIGINS, NOTHING)
    for row in out.rows("lots"):
        if row.text("origin") in amounts:
            amounts[row.text("origin")] += row.number("opening_amount") or NOTHING
    whole = sum(amounts.values())
    for word, amount in amounts.items():
        share = amount / whole if whole else NOTHING
        yield tie(_at(f"origin.{word}"), decimal_of(stated[word]), share, within=SHARE_TOLERANCE)


def _scenarios(out: Out) -> Iterator[Outcome]:
    found = {row.text("scenario") for row in out.rows("cash")} - {EXPECTED}
    yield tie(_at("scenarios"), out.figure("scenarios"), Decimal(len(found)))
    weights = out.value("weights")
    if isinstance(weights, dict):
        numbers = [decimal_of(weight) or NOTHING for weight in weights.values()]
        one = abs(sum(numbers, NOTHING) - 1) <= SHARE_TOLERANCE
        proper = one and set(weights) == found and all(number >= 0 for number in numbers)
        yield holds(_at("weights"), met=proper)


def _violation(out: Out) -> Iterator[Outcome]:
    largest = out.figure("max_violation")
    yield at_most(_at("max_violation"), largest, MAX_VIOLATION, max_violation=largest)


RULES = (
    Rule(
        "plan.keys",
        (PLAN,),
        Text(
            "plan.json has every agreed entry in its type and no other; figures are null only "
            "where the status is unknown, a gap would divide by zero or nothing is at stake",
            "plan.json各项齐全、类型正确、无多余项;仅在状态未知、除数为零或无可改善额时数值可为空",
        ),
        _keys,
    ),
    Rule(
        "plan.dates",
        (PLAN,),
        Text(
            "created is the case date, the first quarter holds the day after it, the quarters "
            "count from first to last",
            "创建日为基准日,首季包含基准日次日,季度数与首末季一致",
        ),
        _dates,
    ),
    Rule(
        "plan.gaps",
        (PLAN,),
        Text(
            "gap_objective = (objective - bound) / |objective - constant_terms| and "
            "gap_stake = (objective - bound) / |do_nothing - bound|",
            "gap_objective与gap_stake按目标值、下界、不处置成本和常数项重算一致",
        ),
        _gaps,
    ),
    Rule(
        "plan.bound",
        (PLAN,),
        Text("the bound is not above the objective", "下界不高于目标值"),
        _bound,
    ),
    Rule(
        "plan.origin",
        (PLAN, "lots"),
        Text(
            "the shares of reported, estimated, imputed and synthetic are those of the lots' "
            "opening amounts",
            "填报、估计、推算、合成的占比与各标的期初金额一致",
        ),
        _origin,
    ),
    Rule(
        "plan.scenarios",
        (PLAN, "cash"),
        Text(
            "the number of scenarios is that of the cash table; weights, where given, are one "
            "per scenario and add up to 1",
            "情景个数与现金表一致;如列出概率,则每个情景一个且合计为1",
        ),
        _scenarios,
    ),
    Rule(
        "plan.violation",
        (PLAN,),
        Text(
            "the largest violation of a constraint is at most 0.000001",
            "约束最大偏差不超过0.000001",
        ),
        _violation,
        severity="warning",
    ),
)
