"""Which lots of a case can be sold through shared markets, from when on, and what stays out?

Lots of one market that open together are merged into heaps, or stand by themselves where they are
sold whole; pools that gain more than their members are sold beside them. Yuan, quarters from 0.
"""

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.core.lang import Text
from ironpot.core.money import Unit, amount_text
from ironpot.plan.options import PlanOptions
from ironpot.plan.services import services_today
from ironpot.system.case_decided import Begun, decided_said, open_ways
from ironpot.system.case_limits import demands_of, lots_within_floors, shares_within_floors
from ironpot.system.case_pools import with_pools, with_pools_as_one
from ironpot.system.case_rights import pools_of
from ironpot.system.links import Floats
from ironpot.system.rights import Right
from ironpot.valuation.offers import Offers
from ironpot.valuation.pot import Appraisals
from ironpot.valuation.routes import LISTED

HEAPS = 3
# Heaps times quarters of one county: its program is dense, and ends after so many steps.
_MOST = 800
# Whole lots times quarters: each that is left out costs more than the longer search.
_MOST_WHOLE = 1200
QUARTERS_A_YEAR = 4
# Lots that open together and are prepared for as long.
_ALIKE = ("market_id", "opens", "span", "ready")


def price_of_arrears(quarters: int) -> Floats:
    """Price arrears as the planner does: a quarter's rate and weight, two years' at the end.

    >>> price_of_arrears(2).round(3).tolist()
    [0.155, 1.395]
    """
    options = PlanOptions()
    a_year = options.arrears_rate + options.arrears_weight
    late = np.full(quarters, a_year / QUARTERS_A_YEAR)
    late[-1] += 2.0 * a_year
    return late


def lots_of_case(
    case: Case,
    appraisals: Appraisals,
    begun: Begun,
    unit: Unit,
    quarters: int,
    *,
    whole: bool = False,
) -> tuple[pl.DataFrame, tuple[Right, ...], tuple[Text, ...]]:
    """Return heaps on sale, pools, and what is not on sale.

    Heaps have market_id, opens, span, ready, appraisal, kept, net_share and work, what a yuan of
    appraisal takes of the team in each of `span` quarters, from `ready` quarters before its sale
    on. A lot brings cash from the quarter on in which its route's months have passed; what needs
    longer than the joint problem lasts is left out, as is what service floors keep. Where lots are
    to be sold `whole`, each is a row of its own with its `lot_id`, null for heaps.
    """
    value = _values(case)
    worth = 1.0 + float(price_of_arrears(quarters).sum())
    ways = open_ways(case, appraisals.table, begun)
    single = _priced(value, ways)
    priced = with_pools(case, ways, single, worth=worth, quarters=quarters)
    limited = _limited(case, appraisals.offers, priced, begun.service, worth, whole=whole)
    in_time = limited.filter(pl.col("opens") < quarters, pl.col("appraisal") > 0.0)
    said = (
        *decided_said(case, begun),
        *_not_on_sale(case, value, priced, unit),
        *_kept_for_services(case, priced, limited, unit),
        *_too_late(case, limited.filter(pl.col("opens") >= quarters), unit),
    )
    alone = in_time.filter(pl.col("bundle").is_null())
    pools = pools_of(limited, quarters)
    if not whole:
        return _heaps(alone, quarters), pools, said
    rows = _largest(alone, quarters)
    return rows, pools, (*said, *_too_many(case, alone, rows, unit))


def _values(case: Case) -> pl.DataFrame:
    kinds = case.asset_kinds.select("asset_kind", kind_market="market_id")
    return case.assets.join(kinds, on="asset_kind", how="left", maintain_order="left").select(
        "appraisal", lot_id="asset_id", market_id=pl.coalesce("market_id", "kind_market")
    )


def _priced(value: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """Return the lots that a market can take now, each by the listed route that leaves most.

    `gain` is what selling saves at most: cash helps no more than arrears cost, were all quarters
    behind.
    """
    open_ = table.filter(pl.col("route").is_in(LISTED))
    best = open_.sort("net_proceeds", descending=True, nulls_last=True).unique(
        "lot_id", keep="first", maintain_order=True
    )
    taken = pl.col("tax") + pl.col("fee") + pl.col("procedure_cost") + pl.col("freed_debt")
    priced = pl.col("gross_price") - pl.col("price_cut")
    rows = value.join(best, on="lot_id", how="inner", maintain_order="left").filter(
        pl.col("appraisal") > 0.0, pl.col("market_id").is_not_null(), priced > 0.0
    )
    return rows.select(
        *("lot_id", "route", "market_id", "appraisal", "net_proceeds", "ready", "opens"),
        retention="retention_value",
        kept=pl.col("retention_value") / pl.col("appraisal"),
        net_share=((priced - taken) / priced).clip(0.0, 1.0),
    )


def _limited(
    case: Case,
    offers: Offers,
    priced: pl.DataFrame,
    given_up: Floats,
    worth: float,
    *,
    whole: bool,
) -> pl.DataFrame:
    """Cut lots to what services let go beside what was `given_up` (class,).

    Adds `work` a yuan and quarter, and `span`. A yuan of cash is `worth` so much at most. Lots to
    be sold `whole` are let go so or not at all.
    """
    gain = (priced["net_proceeds"] * worth - priced["retention"]).fill_null(0.0).to_numpy()
    demands = with_pools_as_one(demands_of(case, offers, priced, gain), priced["bundle"])
    classes = tuple(case.service_classes["service_class"])
    floors = case.service_classes["floor_share"].to_numpy()
    let_go = lots_within_floors if whole else shares_within_floors
    share = let_go(demands, (1.0 - floors) * services_today(offers, classes) - given_up)
    span = np.maximum(demands.lead, 1)
    return priced.with_columns(
        work=pl.Series(demands.effort / span) / pl.col("whole"),
        span=pl.Series(span),
        appraisal=pl.col("appraisal") * pl.Series(share.astype(np.float64)),
    )


def _heaps(lots: pl.DataFrame, quarters: int) -> pl.DataFrame:
    """Merge the lots of each market that open together by what is kept, cheapest to sell first.

    Means are weighted by appraisal, so that what all lots of a market are worth does not change.
    """
    parts = _parts(lots, quarters)
    ranked = lots.sort(*_ALIKE, "kept", "lot_id").with_columns(
        heap=(pl.int_range(pl.len()) * parts // pl.len()).over(_ALIKE)
    )
    weighted = [
        ((pl.col(name) * pl.col("appraisal")).sum() / pl.col("appraisal").sum()).alias(name)
        for name in ("kept", "net_share", "work")
    ]
    return ranked.group_by(*_ALIKE, "heap", maintain_order=True).agg(
        pl.col("appraisal").sum(), *weighted, lot_id=pl.lit(None, pl.String)
    )


def _largest(lots: pl.DataFrame, quarters: int) -> pl.DataFrame:
    """Return the lots as they are, the largest only where a county's program cannot hold all."""
    kept = lots.sort("appraisal", "lot_id", descending=[True, False]).head(_MOST_WHOLE // quarters)
    names = [*_ALIKE, "appraisal", "kept", "net_share", "work", "lot_id"]
    return kept.sort(*_ALIKE, "kept", "lot_id").select(names)


def _parts(lots: pl.DataFrame, quarters: int) -> int:
    """Return into how many heaps lots of one market and opening go: what a county's program holds.

    A lot worth keeping must not be averaged with one that is not: as many as there is room for.
    """
    size = lots.group_by(_ALIKE).len()["len"].to_numpy()
    fitting = [
        parts for parts in range(1, HEAPS + 1) if np.minimum(size, parts).sum() * quarters <= _MOST
    ]
    return max(fitting, default=1)


def _amount(lots: pl.DataFrame, unit: Unit) -> Text:
    return amount_text(float(lots["appraisal"].fill_null(0.0).sum()), unit)


def _not_on_sale(
    case: Case, value: pl.DataFrame, priced: pl.DataFrame, unit: Unit
) -> tuple[Text, ...]:
    other = value.filter(~pl.col("lot_id").is_in(priced["lot_id"].to_list()))
    if other.is_empty():
        return ()
    name, amount = case.settings.case_id, _amount(other, unit)
    said = Text(
        f"{name}: {other.height} of {value.height} lots ({amount.en} "
        "appraised) are not in the joint problem: no market, no price, or no listed route "
        "is open to them (by law, by a wish, or because they have begun to leave), and no pool "
        "that can be priced; leases, pledges and transfers stay with the county's plan",
        f"{name}:{value.height}项资产中{other.height}项(评估值{amount.zh})未纳入统筹:"
        "无市场、无价格或无挂牌方式(法规、意愿或已在处置),也无可定价的资产包;出租、抵押、划转由本县方案处理",
    )
    return (said,)


def _kept_for_services(
    case: Case, priced: pl.DataFrame, limited: pl.DataFrame, unit: Unit
) -> tuple[Text, ...]:
    """Say what of the lots floors keep out, in part or whole."""
    held = priced.with_columns(appraisal=pl.col("appraisal") - limited["appraisal"])
    held = held.filter(pl.col("appraisal") > 0.0)
    if held.is_empty():
        return ()
    name, amount = case.settings.case_id, _amount(held, unit)
    said = Text(
        f"{name}: {amount.en} (appraised) of {held.height} lots stay with their services: with "
        "them the floors of service would be passed if all were sold. What gains most for the "
        "service given up may be sold",
        f"{name}:{held.height}项资产中评估值{amount.zh}留作公共服务:全部出售将突破服务底线;"
        "可出售的是单位服务收益最高者",
    )
    return (said,)


def _too_many(case: Case, lots: pl.DataFrame, rows: pl.DataFrame, unit: Unit) -> tuple[Text, ...]:
    """Say which lots are left out because a county's program cannot hold so many whole."""
    small = lots.filter(~pl.col("lot_id").is_in(rows["lot_id"].to_list()))
    if small.is_empty():
        return ()
    name, amount = case.settings.case_id, _amount(small, unit)
    said = Text(
        f"{name}: the {small.height} smallest lots ({amount.en} appraised) of {lots.height} on "
        f"sale are not planned whole and stay with the county's plan: a joint problem of whole "
        f"lots holds {rows.height} of a county",
        f"{name}:{lots.height}项可售资产中最小的{small.height}项(评估值{amount.zh})未纳入整宗统筹,"
        f"由本县方案处理:统筹问题每县最多{rows.height}宗",
    )
    return (said,)


def _too_late(case: Case, late: pl.DataFrame, unit: Unit) -> tuple[Text, ...]:
    """Say which lots bring cash too late by their route."""
    late = late.filter(pl.col("appraisal") > 0.0)
    if late.is_empty():
        return ()
    name, amount = case.settings.case_id, _amount(late, unit)
    said = Text(
        f"{name}: {late.height} lots ({amount.en} appraised) bring cash only after the joint "
        f"problem ends, and stay with the county's plan",
        f"{name}:{late.height}项资产(评估值{amount.zh})在统筹期结束后才能变现,由本县方案处理",
    )
    return (said,)
