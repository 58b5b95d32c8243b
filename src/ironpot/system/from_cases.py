"""What do several cases come to as one joint problem? Their own lots, debts, needs, and losses.

Expected cash of each case's three futures; quarters from the first that all plans cover. What the
joint problem cannot hold is listed case by case with its figure. Yuan.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.case.packaged import DEFAULTS, packaged_tables
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.core.money import Unit
from ironpot.plan.nodes import cash_nodes
from ironpot.plan.now import team_by_quarter
from ironpot.plan.obligations import Obligations, obligations
from ironpot.plan.prepare import appraise_case, budget_by_node, held_income
from ironpot.risk.futures import driver_paths, named_futures
from ironpot.system.actors import Actors
from ironpot.system.case_decided import begun_in
from ironpot.system.case_lots import HEAPS, lots_of_case, price_of_arrears
from ironpot.system.case_rights import help_of, rights_of_debts
from ironpot.system.links import Floats
from ironpot.system.rights import RIGHT, Right, add_rights, with_even_work
from ironpot.system.rights_said import rights_said
from ironpot.system.shared_markets import SharedMarkets
from ironpot.system.ties import Team
from ironpot.valuation.depth import fill
from ironpot.valuation.offers import Offers

# Beyond two years hardly anybody knows the crowd; a user may ask for more.
MOST_QUARTERS = 8


@dataclass(frozen=True)
class CasesTogether:
    """One county a case: the joint problem, its lenders, and what it leaves out.

    Prices of `markets` are after taxes and fees: the ladder's times `after_tax` (market,). `kept`
    has case_id, appraisal of lots in the problem and of all lots, and expected need; `losses` say
    in words what is left out, with figures. `rights` are each county's, in markets of `markets`
    that stand behind those of `market_ids`.
    """

    markets: SharedMarkets
    actors: Actors
    market_ids: tuple[str, ...]
    quarters: tuple[str, ...]
    after_tax: Floats
    kept: pl.DataFrame
    losses: tuple[Text, ...]
    rights: tuple[tuple[Right, ...], ...]
    lot_ids: tuple[str | None, ...]


@dataclass(frozen=True)
class _County:
    """What one case brings: lots by market, needs by quarter, lenders, what is left out.

    `taken` is what its standing listings use of each market, (quarter,) by id.
    """

    case: Case
    offers: Offers
    lots: pl.DataFrame
    need: Floats
    owed: pl.DataFrame
    rights: tuple[Right, ...]
    taken: dict[str, Floats]
    left_out: tuple[Text, ...]


def cases_together(
    cases: Sequence[Case],
    *,
    unit: Unit = "hundred_million",
    most_quarters: int = MOST_QUARTERS,
    whole: bool = False,
) -> CasesTogether:
    """Return the joint problem of several cases of one date; ladders of one id are one market.

    Lots: each lot that may legally be sold through a market now, by the route that leaves most,
    from the quarter on in which that brings cash, over at most `most_quarters`; no more of them
    than services' floors let go, and within the team's quarters. Where they are to be sold `whole`
    each is a row, as many as a county's program holds; else they are merged into heaps
    (`case_lots`). Its kept value is what the pot test says it gives up; taxes and fees are taken
    off the ladder's price at the market's average and put right for each lot in its kept value.
    Rights: help, swaps, extensions and pools (`case_rights`, `case_pools`). Needs: contracts'
    service less what is rolled over, less budget and income of lots, expected over the three
    futures, cash beyond the buffers first. A yuan overdue costs what the planner says it does; at
    the end as much as in two years. Creditors of one id are one lender. Losses are said in
    `unit`.

    Raises IronpotError on other dates, one case twice, or markets of one id with other ladders.
    """
    _refuse_unlike(cases)
    shortest = min((case.horizon.quarters for case in cases), key=len)
    quarters = list(shortest)[:most_quarters]
    counties = [_county(case, unit, len(quarters), whole=whole) for case in cases]
    market_ids, fraction, room = _ladders(counties, len(quarters))
    factor = _after_tax(counties, market_ids)
    lots = _lots_together(counties, market_ids, factor, fraction)
    need = np.array([county.need[: len(quarters)] for county in counties])
    sold = SharedMarkets(
        tuple(case.settings.case_id for case in cases),
        fraction * factor[:, None, None],
        room,
        np.cumsum([0, *(county.lots.height for county in counties)]).astype(np.int64),
        lots["at"].to_numpy(),
        lots["appraisal"].to_numpy(),
        lots["keep"].to_numpy(),
        need,
        np.tile(price_of_arrears(len(quarters)), (len(need), 1)),
        lots["opens"].to_numpy().astype(np.int64),
        team=_team(counties, len(quarters)),
    )
    rights = tuple(county.rights for county in counties)
    markets = with_even_work(add_rights(sold, rights))
    kept = pl.DataFrame([_kept(county, len(quarters)) for county in counties])
    losses = tuple(loss for county in counties for loss in county.left_out)
    kinds = _kinds(cases, market_ids) + (RIGHT,) * (len(markets.price) - len(market_ids))
    return CasesTogether(
        markets,
        _actors(counties, markets, kinds),
        market_ids,
        tuple(quarters),
        factor,
        kept,
        _common(len(quarters), whole=whole) + losses,
        rights,
        _lot_ids(lots, markets),
    )


def _lot_ids(lots: pl.DataFrame, markets: SharedMarkets) -> tuple[str | None, ...]:
    """Name every lot row; rights stand among the lots, whose order stays."""
    names = np.full(len(markets.lots), None, dtype=np.object_)
    names[markets.on_sale] = lots["lot_id"].to_list()
    return tuple(names.tolist())


def _lots_together(
    counties: list[_County], market_ids: tuple[str, ...], factor: Floats, fraction: Floats
) -> pl.DataFrame:
    """Return all heaps with their market, `at`, and what is kept at its average tax, `keep`."""
    lots = pl.concat([county.lots for county in counties])
    place = {name: number for number, name in enumerate(market_ids)}
    at = np.array([place[name] for name in lots["market_id"]], dtype=np.int64)
    best = fraction[at, :, 0].mean(axis=1)
    keep = lots["kept"].to_numpy() + (factor[at] - lots["net_share"].to_numpy()) * best
    return lots.with_columns(pl.Series("at", at), pl.Series("keep", keep))


def _team(counties: list[_County], quarters: int) -> Team | None:
    """Return what lots take of teams, None where no team has a limit."""
    capacity = np.array(
        [team_by_quarter(one.case, "capacity_pw", np.inf)[:quarters] for one in counties]
    )
    if not np.isfinite(capacity).any():
        return None
    lots = pl.concat([county.lots for county in counties])
    span, ready = (lots[name].to_numpy().astype(np.int64) for name in ("span", "ready"))
    return Team(lots["work"].to_numpy(), span, ready, capacity)


def _county(case: Case, unit: Unit, quarters: int, *, whole: bool) -> _County:
    appraisals, options = appraise_case(case)
    offers, nodes, futures = appraisals.offers, cash_nodes(case), named_futures(case)
    debts = obligations(case, options, nodes, futures, rate=offers.rate)
    budget = budget_by_node(case, nodes, driver_paths(case, futures))
    due, rolled = _service(debts)
    income = np.sum([flow.sum(axis=0) for flow in budget.values()], axis=0)
    need = futures.weights @ (due - rolled - income)
    need -= held_income(offers, nodes, case.horizon.count).sum(axis=0)
    begun = begun_in(case, appraisals, options)
    need -= begun.cash
    need[0] -= float(np.maximum(nodes.opening - nodes.buffer[:, 0], 0.0).sum())
    lots, pools, left_out = lots_of_case(case, appraisals, begun, unit, quarters, whole=whole)
    helped = help_of(case, nodes, need[:quarters], offers.rate)
    known = futures.weights, offers.rate, price_of_arrears(quarters)
    agreed, outside = rights_of_debts(case, debts, *known, today=begun.today)
    rights = (*helped, *agreed, *pools)
    owed = _owed(debts, futures.weights, quarters)
    said = rights_said(case, rights, outside, unit)
    taken = begun.volume
    return _County(case, offers, lots, need, owed, rights, taken, (*said, *left_out))


def _service(debts: Obligations) -> tuple[Floats, Floats]:
    """Return principal and interest due, and what of principal is lent again, (scenario, quarter).

    New loans' own interest and repayment are left out: they fall due later.
    """
    principal = debts.principal[debts.contract][:, :, : debts.roll.share.shape[2]]
    interest = debts.interest[debts.contract][:, :, : debts.roll.share.shape[2]]
    rolled = principal * debts.roll.share[debts.group]
    return (principal + interest).sum(axis=0), rolled.sum(axis=0)


def _owed(debts: Obligations, weights: Floats, quarters: int) -> pl.DataFrame:
    """Return what each creditor is owed in the first `quarters` and not lent again, expected.

    `rolled` is what is lent again, a quarter.
    """
    principal = debts.principal[debts.contract][:, :, :quarters]
    rolled = principal * debts.roll.share[debts.group][:, :, :quarters]
    mean = np.einsum("s,dsq->d", weights, principal - rolled)
    again = np.einsum("s,dsq->d", weights, rolled) / quarters
    return debts.debts.select(
        "creditor_id",
        "creditor_class",
        pl.Series("owed", mean),
        pl.Series("rolled", again),
        pl.col("notional_principal").alias("principal"),
        pl.col("debt_id"),
    )


def _ladders(counties: list[_County], quarters: int) -> tuple[tuple[str, ...], Floats, Floats]:
    """Return ids, price fractions and rooms left of all markets in use, each once."""
    used = dict.fromkeys(name for county in counties for name in county.lots["market_id"])
    widest = max(county.offers.depth.fraction.shape[2] for county in counties)
    fraction = np.zeros((len(used), quarters, widest))
    room = np.zeros_like(fraction)
    for number, name in enumerate(used):
        found: tuple[Floats, Floats] | None = None
        for county in counties:
            depth = county.offers.depth
            if name not in depth.markets:
                continue
            at, tranches = depth.index(name), depth.fraction.shape[2]
            mine = depth.fraction[at, :quarters], depth.capacity[at, :quarters]
            if found is not None and not all(map(np.array_equal, found, mine)):
                raise IronpotError(_other_ladder(name, county.case.settings.case_id))
            found = mine
            fraction[number, :, :tranches], room[number, :, :tranches] = mine
    none = np.zeros(quarters)
    taken = np.zeros((len(used), quarters))
    for number, name in enumerate(used):
        taken[number] = sum(county.taken.get(name, none)[:quarters] for county in counties)
    left = room - fill(taken, room)
    # What is listed later has rounds left when a plan of one of the cases ends.
    last = min(county.offers.quarters - county.offers.listing.rounds for county in counties)
    left[:, last + 1 :] = 0.0
    return tuple(used), fraction, left


def _after_tax(counties: list[_County], market_ids: tuple[str, ...]) -> Floats:
    """Return what is left of a yuan of price after taxes and fees, by market, by appraisal."""
    lots = pl.concat([county.lots for county in counties])
    mean = (pl.col("net_share") * pl.col("appraisal")).sum() / pl.col("appraisal").sum()
    found = dict(lots.group_by("market_id").agg(mean).iter_rows())
    return np.array([found[name] for name in market_ids])


def _kinds(cases: Sequence[Case], market_ids: tuple[str, ...]) -> tuple[str, ...]:
    """Return what is sold in each market: the kind of most of its lots, by appraisal.

    Kinds that come with ironpot are called as their usual market, `land` for reserve land; a case's
    own by their own word.
    """
    usual = packaged_tables(DEFAULTS)["asset_kinds"].select("asset_kind", usual="market_id")
    named = pl.concat(
        case.assets.select("asset_kind", "market_id", "appraisal").join(
            case.asset_kinds.select("asset_kind", kind_market="market_id"), on="asset_kind"
        )
        for case in cases
    )
    lots = named.join(usual, on="asset_kind", how="left").select(
        pl.coalesce("market_id", "kind_market").alias("market_id"),
        pl.coalesce("usual", "asset_kind").alias("kind"),
        pl.col("appraisal").fill_null(0.0),
    )
    sums = lots.group_by("market_id", "kind").agg(pl.col("appraisal").sum())
    most = sums.sort("appraisal", "kind", descending=[True, False])
    kind_of = dict(most.unique("market_id", keep="first").select("market_id", "kind").iter_rows())
    return tuple(name if name in set(usual["usual"]) else str(kind_of[name]) for name in market_ids)


def _actors(counties: list[_County], markets: SharedMarkets, kinds: tuple[str, ...]) -> Actors:
    """Arrange lenders of all cases; creditors of one id are one. Equity is not in a case."""
    rows = pl.concat(
        county.owed.with_columns(county=pl.lit(number, pl.Int64))
        for number, county in enumerate(counties)
    )
    banks = rows.unique("creditor_id", keep="first", maintain_order=True)
    place = {name: number for number, name in enumerate(banks["creditor_id"])}
    shape = (len(counties), len(place))
    owed, rolled, lent = (np.zeros(shape) for _ in range(3))
    for county, creditor, due, again, stock in rows.select(
        "county", "creditor_id", "owed", "rolled", "principal"
    ).iter_rows():
        owed[county, place[creditor]] += due
        rolled[county, place[creditor]] += again
        lent[county, place[creditor]] += stock
    debt = np.array([float(county.owed["principal"].sum()) for county in counties])
    return Actors(
        debt,
        kinds,
        banks.select(bank_id="creditor_id", bank_class="creditor_class"),
        owed,
        rolled,
        lent,
        np.full(len(place), np.nan),
        np.zeros((len(place), len(markets.price))),
    )


def _kept(county: _County, quarters: int) -> dict[str, object]:
    known = county.case.assets["appraisal"].fill_null(0.0)
    return {
        "case_id": county.case.settings.case_id,
        "lots": float(county.lots["appraisal"].sum()),
        "all_lots": float(known.sum()),
        "need": float(np.cumsum(county.need[:quarters])[-1]),
    }


def _refuse_unlike(cases: Sequence[Case]) -> None:
    ids = [case.settings.case_id for case in cases]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    dates = sorted({str(case.date) for case in cases})
    if len(cases) < 2 or twice or len(dates) > 1:
        raise IronpotError(
            Text(
                f"A system needs two or more cases of one date, each with its own id: here are "
                f"{len(cases)}, ids used twice {twice}, dates {dates}. Mend case.toml of each.",
                f"系统测算需要两个以上基准日相同、编号各异的案例:现有{len(cases)}个,"
                f"重复编号{twice},日期{dates}。请修改各案例的 case.toml。",
            )
        )


def _other_ladder(market: str, case_id: str) -> Text:
    return Text(
        f"Market {market} of {case_id} has another ladder than in a case before: it cannot be the "
        "same market. Give it one ladder in all cases, or ids of their own.",
        f"{case_id} 的市场 {market} 与前面案例的阶梯不同,不可能是同一市场。"
        "请在各案例中统一该市场的阶梯,或使用不同编号。",
    )


def _common(quarters: int, *, whole: bool) -> tuple[Text, ...]:
    """Say what every joint problem of cases leaves out."""
    return (
        Text(
            f"Joint problem of cases: the first {quarters} quarters; "
            + (_DIVISIBLE if not whole else _WHOLE).en
            + "; accounts of a case are one purse (which account may pay which debt "
            "is not asked); help counts what its giver expects to lose of it, and may come before "
            "sales that burn more, where a county's own plan asks for it last; lenders agree or "
            "not as expected; rule bands are not asked about what swaps, extensions and repayable "
            "help leave owed; service floors are kept whatever is sold, by what each lot gains for "
            "the service that it takes: a county's own plan may choose better; "
            + (_IN_PARTS if not whole else _AS_PLANNED).en
            + "; listings do not fail; dues are expected over three "
            "futures, and loans rolled over do not fall due again",
            f"案例统筹的简化:仅前{quarters}个季度;"
            + (_DIVISIBLE if not whole else _WHOLE).zh
            + ";各账户合并为一;"
            "上级支持按支持方预期损失计价,可先于其他办法使用,而各县自身方案最后才申请;"
            "债权人是否同意取期望;置换、展期和需归还的支持所留债务不检验规则约束;"
            "无论如何出售均守住公共服务底线,先后依单位服务的收益,各县自身方案可能选得更好;"
            + (_IN_PARTS if not whole else _AS_PLANNED).zh
            + ";挂牌不流拍;到期额取三种情景期望,续贷部分不再到期",
        ),
        Text(
            "Lenders' equity and the security of single loans are not in the cases: losses of "
            "lenders are arrears only, their share of equity is unknown, and what they withdraw "
            "in a second round is not told",
            "案例不含债权人权益和单笔抵押信息:债权人损失仅含欠款,占权益之比未知,第二轮抽贷不作测算",
        ),
    )


_DIVISIBLE = Text(
    f"lots are divisible and those of a market that open in the same quarter merged into at most "
    f"{HEAPS} heaps by kept value",
    f"标的可分割,同一市场同季开放的按保留价值并为至多{HEAPS}组",
)
_WHOLE = Text(
    "each lot is sold whole in one quarter, or kept",
    "每宗标的在一个季度内整宗出售或保留",
)
_IN_PARTS = Text(
    "a part of a lot takes its part of the team, in the quarters before it is listed",
    "标的的一部分占用相应部分的人力,占用期为挂牌前的准备季度",
)
_AS_PLANNED = Text(
    "a lot takes its part of the team in the quarters before it is listed",
    "每宗标的占用相应人力,占用期为挂牌前的准备季度",
)
