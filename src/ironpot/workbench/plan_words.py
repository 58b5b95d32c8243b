"""What are routes, kinds of money and verdicts of a plan called on the screen?"""

from ironpot.core.lang import Text

ROUTES: dict[str, Text] = {
    "exchange_sale": Text("sell by listing", "挂牌出售"),
    "auction": Text("auction", "招拍挂"),
    "concession": Text("grant a concession", "出让经营权"),
    "lease": Text("lease", "出租"),
    "pool": Text("pool", "证券化"),
    "pledge": Text("borrow against", "抵押融资"),
    "transfer_up": Text("transfer upward", "上划"),
    "share_reuse": Text("share or reuse", "共享调剂"),
    "hold": Text("keep", "保留"),
}
KINDS: dict[str, Text] = {
    "outside_cash": Text("outside cash", "外部现金"),
    "own_cash": Text("own cash", "自有资金"),
    "relief": Text("help from above", "上级支持"),
    "new_debt": Text("new debt", "新债置换"),
    "rescheduled": Text("put off", "展期"),
    "forgiven": Text("forgiven", "减免"),
    "circular": Text("circular", "内部循环"),
}
STATUS: dict[str, Text] = {
    "optimal": Text("works without help, and none is better", "无需上级支持,已证明最优"),
    "feasible": Text("works without help", "无需上级支持即可实施"),
    "least_relief": Text("needs help from above", "需上级支持"),
    "unknown": Text("unknown", "未知"),
}
