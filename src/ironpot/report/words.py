"""What do code words mean to a finance bureau? Labels of every word that output tables hold.

Words that a case uses too carry the labels of the case's own columns, so that what a bureau filled
in is what it reads.
"""

import re
from collections.abc import Mapping

from ironpot.case.schema import labels
from ironpot.core.lang import Text

ROUTE: dict[str, Text] = labels.ROUTES
PRIMARY_CLASS: dict[str, Text] = labels.PRIMARY_CLASSES
CREDITOR_CLASS: dict[str, Text] = labels.CREDITOR_CLASSES
RELIEF_KIND: dict[str, Text] = labels.RELIEF_KINDS
ACCOUNT: dict[str, Text] = labels.ACCOUNTS
BASIS: dict[str, Text] = labels.BASIS_TEXT
BUYER: dict[str, Text] = labels.BUYER_SCOPES

RELEASED = ("exchange_sale", "auction", "concession", "lease", "pool", "pledge", "transfer_up")

GROUP: dict[str, Text] = {
    "outside": Text("outside cash", "外部现金"),
    "own": Text("own cash", "自有资金"),
    "help": Text("help", "支持与减免"),
    "paper": Text("paper", "账面腾挪"),
    "circular": Text("circular", "内部循环"),
}
GROUP_MEANS: dict[str, Text] = {
    "outside": Text(
        "buyers and lessees outside the perimeter paid: debt is really gone",
        "范围外买方、承租方真金白银付款,债务真正减少",
    ),
    "own": Text("recurrent revenue and existing deposits", "经常性收入和存量资金偿还"),
    "help": Text("grants from above, forgiveness by creditors", "上级补助、债权人减免"),
    "paper": Text(
        "new debt for old, extensions, transfers: put off, not paid",
        "借新还旧、展期、划转:只是推后,并未还清",
    ),
    "circular": Text(
        "the payer stands inside the perimeter: counts nothing", "付款方在合并范围内,不算化解"
    ),
}
GROUP_SHORT: dict[str, Text] = {
    "outside": Text("outside buyers paid", "范围外买方付现"),
    "own": Text("revenue and deposits", "经常性收入和存量资金"),
    "help": Text("grants and forgiveness", "上级补助、债权人减免"),
    "paper": Text("put off, not paid", "借新还旧、展期,并未还清"),
    "circular": Text("inside payer: counts zero", "范围内付款,不算化解"),
}
GROUP_OF: dict[str, str] = {
    "outside_cash": "outside",
    "own_cash": "own",
    "relief": "help",
    "forgiven": "help",
    "new_debt": "paper",
    "rescheduled": "paper",
    "circular": "circular",
}

# Not a word of the file: rows `scheduled` that raise the principal of a standing contract.
ADDED = "added"
ACTION: dict[str, Text] = {
    "scheduled": Text("paid when due", "到期偿还"),
    ADDED: Text("interest added", "利息转入本金"),
    "prepay": Text("paid early", "提前偿还"),
    "refinance": Text("refinanced", "再融资"),
    "swap": Text("swapped", "置换"),
    "extend": Text("extended", "展期"),
    "rate_cut": Text("rate cut", "降息"),
    "haircut": Text("forgiven in part", "减免本金"),
    "transfer": Text("transferred", "划转"),
    "call": Text("guarantee called", "代偿"),
    "default": Text("not paid", "违约"),
}

# Why a lot that is on its way already is where it is, by the word of `realised.event`.
DONE: dict[str, Text] = {
    "signed": Text("signed already", "已签约"),
    "listed": Text("listed already", "已挂牌"),
}
REASON: dict[str, Text] = {
    "RETENTION": Text("worth more kept than sold", "留用更合算"),
    "CASH_NEED": Text("the cash is needed", "急需现金"),
    "CAPACITY": Text("task force is fully used", "专班力量已满"),
    "DEPTH": Text("market cannot take more", "市场容量不足"),
    "SERVICE_FLOOR": Text("service floor", "公共服务底线"),
    "POOL_MIN": Text("pool below its minimum", "未达入池规模"),
    "TITLE": Text("title not clear", "权属不清"),
    "PLEDGE": Text("pledged", "已抵押"),
    "LAW": Text("barred by law", "法规不允许"),
    "RULE_BAND": Text("keeps a debt band", "守住风险等级"),
    "USER": Text("asked for by the user", "按指定意愿"),
}
NEVER_SOLD = Text("nobody buys, every listing fails", "挂牌均流拍,无人受让")
REASON_BASIS: dict[str, Text] = {
    "rule": Text("rule", "规则判定"),
    "dual_estimate": Text("estimate from prices of limits", "按限额影子价格估计"),
    "resolve": Text("solved again without it", "重新求解验证"),
}
VERDICT: dict[str, Text] = {
    "keep": Text("keep", "宜留"),
    "release": Text("release", "宜放"),
    "unclear": Text("unclear", "存疑"),
}
DRAWN = re.compile(r"s\d+")  # ids that drawn futures and branches of a tree get
SCENARIO: dict[str, Text] = {"expected": Text("expected", "期望值")} | labels.SCENARIOS
QUOTA: dict[str, Text] = {"swap": Text("swaps of debt", "债务置换")}
LIMIT_KIND: dict[str, Text] = {
    "buffer": Text("cash buffer", "现金缓冲"),
    "bridge": Text("bridge loan", "过桥资金"),
    "capacity": Text("task force", "专班力量"),
    "service_floor": Text("service floor", "公共服务底线"),
    "quota": Text("quota", "额度"),
    "pool_min": Text("pool minimum", "入池规模"),
    "depth": Text("market depth", "市场容量"),
    "rule_band": Text("debt band", "风险等级"),
    "debt_ceiling": Text("debt ceiling", "债务限额"),
    "transfer": Text("transfer between bodies", "主体间调度"),
    "arrears": Text("arrears", "拖欠"),
}
LINE: dict[str, Text] = {
    "own_revenue": Text("own revenue", "自有收入"),
    "transfers_in": Text("transfers from above", "上级转移支付"),
    "land_revenue": Text("land income", "土地出让收入"),
    "asset_income": Text("income of assets", "资产经营收入"),
    "essential_spending": Text("essential spending", "三保及刚性支出"),
    "other_spending": Text("other spending", "其他支出"),
    "interest": Text("interest", "付息"),
    "principal": Text("principal", "还本"),
    "penalties": Text("penalties", "罚息及违约金"),
}

BAND: dict[str, Text] = {"unknown": Text("unknown", "无法判定")} | {
    "green": Text("green", "绿"),
    "yellow": Text("yellow", "黄"),
    "orange": Text("orange", "橙"),
    "red": Text("red", "红"),
}

STATUS: dict[str, Text] = {
    "optimal": Text("proved best within the gap shown", "在所示差距内已证明最优"),
    "feasible": Text("best plan found in the time given", "限时内最好方案"),
    "least_relief": Text("no plan works without help from above", "没有上级支持则无可行方案"),
    "unknown": Text("not solved", "未求得方案"),
}
POINT: dict[str, Text] = {
    "plan": Text("this plan", "本方案"),
    "least_help": Text("least help, lots in parts", "最少支持(资产可拆分)"),
    "do_nothing": Text("doing nothing", "什么都不做"),
}
PHASE: dict[str, Text] = {
    "before": Text("without the plan", "方案前"),
    "after": Text("with the plan", "方案后"),
}
SIDE: dict[str, Text] = {
    "asset": Text("assets", "资产"),
    "liability": Text("liabilities", "负债"),
    "memo": Text("memo", "备查"),
}
RULE_UNIT: dict[str, Text] = {
    "percent": Text("%", "%"),
    "ratio": Text("ratio", "比值"),
    "money": Text("yuan", "元"),
    "points": Text("points", "分"),
    "basis points": Text("basis points", "基点"),
}


def scenario_text(name: str | None) -> Text:
    """Return a scenario as people read it; a drawn one keeps its id, by which tables hold it.

    >>> scenario_text("adverse").zh, scenario_text("s09").en
    ('不利', 'drawn future s09')
    """
    if name and DRAWN.fullmatch(name):
        return Text(f"drawn future {name}", f"抽样情景{name}")
    return label(SCENARIO, name)


def label(words: Mapping[str, Text], word: str | None) -> Text:
    """Return the label of a word; an unlisted word stands for itself, an absent one for nothing.

    >>> label(ROUTE, "lease").zh, label(ROUTE, "barter").en, label(ROUTE, None).en
    ('出租', 'barter', '')
    """
    if word is None:
        return Text("", "")
    return words.get(word, Text(word, word))
