"""What has happened since the case date: lots that are listed or signed away."""

from ironpot.case.schema.words import PROVENANCE, ROUTES
from ironpot.core.columns import Column, Table
from ironpot.core.lang import Text

EVENTS = ("listed", "signed", "failed")
WAYS_OUT = tuple(route for route in ROUTES if route != "hold")

REALISED = Table(
    "realised",
    Text("done since", "已实施"),
    Text(
        "Lots listed, signed away or not sold since the case date; a plan made again goes by them.",
        "基准日后已挂牌、已签约或流拍的资产;重新制定方案时以此为准。",
    ),
    key=("event_id",),
    columns=(
        Column("event_id", "id", Text("number of the event", "事项编号"), required=True),
        Column("asset_id", "id", Text("asset", "资产编号"), required=True, refers="assets"),
        Column(
            "event",
            "choice",
            Text("what happened", "进展"),
            Text(
                "listed = on offer, price open; signed = contract; failed = not sold, free again",
                "listed 挂牌中 / signed 已签约 / failed 流拍,资产可重新安排",
            ),
            required=True,
            allowed=EVENTS,
        ),
        Column("route", "choice", Text("by route", "方式"), required=True, allowed=WAYS_OUT),
        Column("date", "date", Text("date", "日期"), required=True),
        Column(
            "amount",
            "money",
            Text("amount agreed", "合同金额"),
            Text(
                "price or sum lent; of a lease or shared use the rent a year",
                "价款或融资额;出租、共享为年租金",
            ),
            low=0.0,
        ),
        Column(
            "buyer_id",
            "id",
            Text("related buyer", "关联买方"),
            Text("empty = somebody outside", "留空为外部买方"),
            refers="entities",
        ),
        *PROVENANCE,
    ),
)

TABLES = (REALISED,)
