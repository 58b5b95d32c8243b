"""What has happened since the case date, and what day is it? Events become starts that stay.

A listing goes on at open prices; a signed contract brings what was agreed, for sure. What is not
recorded has not happened: before today nothing else can start any more.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.case.closed import closed_because
from ironpot.case.events import standing
from ironpot.core.dates import quarter_of, written_day
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.plan.nodes import Nodes
from ironpot.plan.options import PlanOptions
from ironpot.plan.releases import Begun, usable_rows
from ironpot.plan.starts import Starts
from ironpot.valuation.offers import Offers, agreed_offers

SIGNED, LISTED = "signed", "listed"


def what_has_begun(
    case: Case,
    offers: Offers,
    nodes: Nodes,
    options: PlanOptions,
    under_way: Starts = frozenset(),
) -> tuple[Offers, Begun]:
    """Return the offers with signed contracts among them, and what has begun.

    `under_way` are starts of an earlier plan, (lot, route, quarter). Raises IronpotError that names
    every event that cannot have happened by the case, and every limit that the events break.
    """
    today = today_of(case, options)
    events = standing_events(case)
    if events.is_empty():
        return offers, Begun(_none(), _none(), today, under_way)
    rows = _rows_of(offers, events)
    _refuse_impossible(case, offers, nodes, events, rows)
    signed = (events["event"] == SIGNED).to_numpy()
    contracts = events.filter(pl.Series(signed)).select(
        "buyer_id", agreed="amount", inside=pl.col("buyer_id").is_in(case.perimeter)
    )
    contracts = contracts.with_columns(
        buyer_id=pl.when("inside").then("buyer_id").otherwise(pl.lit(None, pl.String))
    )
    agreed = agreed_offers(offers, rows[signed], contracts)
    place = rows.copy()
    place[signed] = offers.lot.size + np.arange(int(signed.sum()))
    start = np.array(
        [case.horizon.index(quarter_of(date)) for date in events["date"]], dtype=np.int64
    )
    return agreed, Begun(place, start, today, under_way)


def standing_events(case: Case) -> pl.DataFrame:
    """Return one event a lot: its contract where it is signed, else the listing that stands."""
    return standing(case.realised)


def today_of(case: Case, options: PlanOptions) -> int:
    """Return the quarter in which a plan made today begins: as asked, else of the last event.

    Raises IronpotError for a day that is none, or outside the plan.
    """
    if not options.as_of:
        dates = case.realised["date"].drop_nulls()
        return case.horizon.index(quarter_of(max(dates))) if len(dates) else 0
    asked = written_day(options.as_of, "--as-of")
    last = max(case.realised["date"].drop_nulls(), default=case.date)
    quarter = case.horizon.index(quarter_of(asked))
    if asked < max(case.date, last) or quarter >= case.horizon.count:
        raise _no_day(options.as_of, case)
    return max(quarter, 0)


def _none() -> Any:
    return np.zeros(0, dtype=np.int64)


def _rows_of(offers: Offers, events: pl.DataFrame) -> Any:
    """Row of each event's lot and route, -1 if the case has none; (event,)."""
    keys = offers.frame.select("lot_id", "route").iter_rows()
    place = {key: number for number, key in enumerate(keys)}
    wanted = events.select("asset_id", "route").iter_rows()
    return np.array([place.get(key, -1) for key in wanted], dtype=np.int64)


def _refuse_impossible(
    case: Case, offers: Offers, nodes: Nodes, events: pl.DataFrame, rows: Any
) -> None:
    """Raise one error for all events that the case does not allow."""
    usable = usable_rows(offers, nodes)
    last = offers.quarters - offers.listing.rounds
    said = [
        text
        for event, row in zip(events.iter_rows(named=True), rows.tolist(), strict=True)
        if (text := _why_not(case, offers, usable, event, row, last)) is not None
    ]
    said += _broken_floors(case, offers, rows)
    if said:
        raise IronpotError(
            Text("\n".join(text.en for text in said), "\n".join(text.zh for text in said))
        )


def _why_not(
    case: Case, offers: Offers, usable: Any, event: Mapping[str, Any], row: int, last: int
) -> Text | None:
    """Say why an event cannot have happened; None if it can."""
    head = Text(
        f"realised {event['event_id']}: {event['asset_id']} by {event['route']}",
        f"“已实施”{event['event_id']}:{event['asset_id']}({event['route']})",
    )
    if row < 0 or not offers.frame["legal"][row]:
        code = "LAW" if row < 0 else str(offers.frame["blocked_code"][row] or "LAW")
        why = closed_because(code)
        return Text(
            f"{head.en} is closed in this case ({why.en}). Correct the route, or the columns of "
            "the lot that close it.",
            f"{head.zh}在本案例中不可行({why.zh})。请更正方式,或更正使其不可行的资产信息。",
        )
    if event["event"] == SIGNED:
        return None
    if not usable[row]:
        return Text(
            f"{head.en} would bring nothing. Give the lot an appraisal, its market a chance of a "
            "sale in the listing table, or the event as signed.",
            f"{head.zh}没有收入。请补评估价,或在listing表中给出成交可能,或将进展改为“已签约”。",
        )
    if offers.listed[row] and case.horizon.index(quarter_of(event["date"])) > last:
        return Text(
            f"{head.en} was listed too late for its rounds to end within the plan. Plan more "
            "quarters with --horizon.",
            f"{head.zh}挂牌过晚,规划期内无法完成各轮挂牌。请用 --horizon 延长规划期。",
        )
    return None


def _broken_floors(case: Case, offers: Offers, rows: Any) -> list[Text]:
    """Say which service floors the lots that have left already break."""
    gone = offers.frame[[row for row in rows.tolist() if row >= 0]]
    weight = pl.coalesce("service_value_y", "book_value").fill_null(0.0)
    ends = gone.filter(pl.col("route").is_in(["exchange_sale", "auction", "transfer_up", "lease"]))
    given = dict(ends.group_by("service_class").agg(weight.sum()).iter_rows())
    lots = offers.frame.unique("lot_id", keep="first", maintain_order=True)
    total = dict(lots.group_by("service_class").agg(weight.sum()).iter_rows())
    said: list[Text] = []
    for name, floor in case.service_classes.select("service_class", "floor_share").iter_rows():
        most = (1.0 - floor) * total.get(name, 0.0)
        if given.get(name, 0.0) > most * (1.0 + 1e-9) + 1.0:
            said.append(
                Text(
                    f"realised: what has left gives up {given[name] / 1e6:,.2f} million of the "
                    f"service of {name}, and its floor allows {most / 1e6:,.2f}. Lower the floor "
                    "in service_classes to what stands, or correct the events.",
                    f"“已实施”:已处置资产使“{name}”服务减少{given[name] / 1e4:,.2f}万元,"
                    f"底线只允许{most / 1e4:,.2f}万元。请按现状调低服务底线,或更正记录。",
                )
            )
    return said


def _no_day(written: str, case: Case) -> IronpotError:
    first, last = case.date.isoformat(), case.horizon.last
    return IronpotError(
        Text(
            f"--as-of {written}: write a day as 2025-06-30, not before {first} or the last event "
            f"in the table realised, and not after {last}.",
            f"--as-of {written}:请写成 2025-06-30,不早于{first}及“已实施”表的最后日期,"
            f"不晚于{last}。",
        )
    )
