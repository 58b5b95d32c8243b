"""What do people call the words that a choice column allows? Labels in both languages.

Readers accept the code word and either label; templates and reports show the reader's language.
"""

from ironpot.core.columns import Column
from ironpot.core.lang import Text
from ironpot.core.sources import ORIGIN_TEXT, ORIGINS

ENTITY_KINDS = {
    "government": Text("government", "政府"),
    "bureau": Text("bureau", "部门单位"),
    "vehicle": Text("financing vehicle", "融资平台"),
    "enterprise": Text("enterprise", "企业"),
    "fund": Text("investment fund", "投资基金"),
    "bank": Text("bank", "银行"),
    "other": Text("other", "其他"),
}
ACCOUNTS = {
    "general": Text("general budget", "一般公共预算"),
    "fund": Text("government fund", "政府性基金"),
    "capital": Text("state capital", "国有资本经营"),
    "company": Text("company", "企业资金"),
    "earmarked": Text("earmarked", "专户"),
}
PRIMARY_CLASSES = {
    "general": Text("general debt", "一般债务"),
    "special": Text("special debt", "专项债务"),
    "hidden": Text("hidden debt", "隐性债务"),
    "vehicle_other": Text("other vehicle debt", "平台其他债务"),
    "arrears": Text("arrears", "拖欠款项"),
    "other": Text("other", "其他"),
}
INSTRUMENTS = {
    "bond": Text("bond", "债券"),
    "loan": Text("loan", "贷款"),
    "lease": Text("finance lease", "融资租赁"),
    "trust": Text("trust", "信托"),
    "on_lent": Text("on-lent", "转贷"),
    "payable": Text("payable", "应付款"),
    "other": Text("other", "其他"),
}
CONTRACT_TYPES = {
    "PAM": Text("bullet", "到期还本"),
    "LAM": Text("equal principal", "等额本金"),
    "NAM": Text("own instalment", "约定还款"),
    "ANN": Text("equal instalment", "等额本息"),
    "LAX": Text("own schedule", "自定还款计划"),
    "CLM": Text("on call", "随时偿还"),
    "UMP": Text("undefined maturity", "无固定期限"),
    "CSH": Text("cash", "现金"),
}
DAY_COUNTS = {
    "AA": Text("actual/actual", "实际/实际"),
    "A360": Text("actual/360", "实际/360"),
    "A365": Text("actual/365", "实际/365"),
    "30E360": Text("30E/360", "30E/360"),
    "30E360ISDA": Text("30E/360 ISDA", "30E/360 ISDA"),
    "28E336": Text("28E/336", "28E/336"),
    "AAICMA": Text("actual/actual ICMA", "实际/实际 ICMA"),
}
REFERENCE_RATES = {
    "LPR1Y": Text("LPR, 1 year", "1年期LPR"),
    "LPR5Y": Text("LPR, over 5 years", "5年期以上LPR"),
}
BUSINESS_DAYS = {
    "NOS": Text("no shift", "不调整"),
    "SCF": Text("shift then calculate, following", "先调整后计算,顺延"),
    "SCMF": Text("shift then calculate, modified following", "先调整后计算,经调整顺延"),
    "CSF": Text("calculate then shift, following", "先计算后调整,顺延"),
    "CSMF": Text("calculate then shift, modified following", "先计算后调整,经调整顺延"),
    "SCP": Text("shift then calculate, preceding", "先调整后计算,提前"),
    "SCMP": Text("shift then calculate, modified preceding", "先调整后计算,经调整提前"),
    "CSP": Text("calculate then shift, preceding", "先计算后调整,提前"),
    "CSMP": Text("calculate then shift, modified preceding", "先计算后调整,经调整提前"),
}
MONTH_ENDS = {"SD": Text("same day", "同日"), "EOM": Text("end of month", "月末")}
CALENDARS = {
    "NC": Text("no calendar", "不设日历"),
    "MF": Text("Monday to Friday", "周一至周五"),
    "CN": Text("China", "中国"),
}
SENIORITIES = {"senior": Text("senior", "优先"), "subordinated": Text("subordinated", "劣后")}
SECURITIES = {
    "none": Text("unsecured", "信用"),
    "pledge": Text("pledge", "抵质押"),
    "guarantee": Text("guarantee", "保证"),
}
DEBT_STATUSES = {
    "performing": Text("performing", "正常"),
    "overdue": Text("overdue", "逾期"),
    "repaid": Text("repaid", "已结清"),
}
CREDITOR_CLASSES = {
    "province": Text("province", "省级政府"),
    "policy_bank": Text("policy bank", "政策性银行"),
    "large_bank": Text("large state bank", "国有大行"),
    "joint_stock_bank": Text("joint-stock bank", "股份制银行"),
    "regional_bank": Text("regional bank", "地方银行"),
    "bondholders": Text("bondholders", "债券持有人"),
    "non_standard": Text("trust or leasing company", "信托租赁等非标机构"),
    "supplier": Text("supplier", "供应商"),
    "inside": Text("related body", "内部单位"),
    "other": Text("other", "其他"),
}
ACTIONS = {
    "scheduled": Text("as scheduled", "按期偿还"),
    "prepay": Text("prepay", "提前偿还"),
    "refinance": Text("refinance", "再融资"),
    "swap": Text("swap", "置换"),
    "extend": Text("extend", "展期"),
    "rate_cut": Text("rate cut", "降息"),
    "haircut": Text("haircut", "减免本金"),
    "transfer": Text("transfer", "划转"),
}
CHANGES = {
    "prepay": Text("prepayment", "提前还款"),
    "call": Text("call by the debtor", "赎回"),
    "put": Text("put by the creditor", "回售"),
    "haircut": Text("haircut", "减免本金"),
    "rate": Text("new rate", "调整利率"),
    "extend": Text("extension", "展期"),
    "moratorium": Text("moratorium", "宽限"),
    "swap": Text("swap for a new bond", "置换"),
    "default": Text("default and cure", "欠付及补清"),
}
RELIEVED = {
    "principal": Text("principal", "本金"),
    "interest": Text("interest", "利息"),
    "both": Text("both", "本息"),
}
INTEREST_RELIEF = {
    "capitalise": Text("added to principal", "转入本金"),
    "defer": Text("paid at the end", "到期补付"),
    "waive": Text("forgiven", "免除"),
}
INSTALMENTS = {
    "solve": Text("worked out anew", "重新计算"),
    "keep": Text("kept", "保持不变"),
    "extend": Text("kept, later maturity", "顺延期限"),
}
ROUTES = {
    "exchange_sale": Text("sale through the exchange", "产权交易所转让"),
    "auction": Text("auction", "拍卖出让"),
    "concession": Text("concession", "特许经营权"),
    "lease": Text("lease", "出租"),
    "pool": Text("REIT or ABS pool", "资产证券化"),
    "pledge": Text("pledge", "抵押融资"),
    "transfer_up": Text("transfer upward", "上划"),
    "share_reuse": Text("shared use", "共享调剂"),
    "hold": Text("keep", "保留"),
}
SCENARIOS = {
    "base": Text("base", "基准"),
    "adverse": Text("adverse", "不利"),
    "favourable": Text("favourable", "有利"),
}
BASIS_TEXT = {
    "published": Text("published", "公开发布"),
    "press": Text("press", "媒体报道"),
    "secondary": Text("secondary", "转引"),
    "unchecked": Text("unchecked", "未核对"),
    "assumed": Text("assumed", "假设"),
    "user": Text("user", "用户填报"),
    "synthetic": Text("synthetic", "合成"),
}
TITLES = {
    "clear": Text("clear", "清晰"),
    "defect": Text("defect", "有瑕疵"),
    "missing": Text("missing", "无证"),
}
BUYER_SCOPES = {
    "outside": Text("outside buyer", "外部"),
    "inside": Text("related buyer", "关联单位"),
    "unknown": Text("unknown", "未知"),
}
DAY_KINDS = {"working": Text("working days", "工作日"), "calendar": Text("calendar days", "自然日")}
TAX_BASES = {
    "price": Text("price", "成交价"),
    "appraisal": Text("appraisal", "评估价"),
    "gain": Text("gain", "增值额"),
}
LEVIES = {"tax": Text("tax", "税"), "fee": Text("fee", "费")}
BUDGET_LINES = {
    "own_revenue": Text("own revenue", "本级收入"),
    "transfers_in": Text("transfers in", "转移收入"),
    "land_revenue": Text("land revenue", "土地出让收入"),
    "essential_spending": Text("essential spending", "刚性支出"),
    "other_spending": Text("other spending", "其他支出"),
    "transfers_out": Text("transfers out", "转移支出"),
}
BUDGET_DRIVERS = {
    "own_revenue": Text("own revenue", "本级收入"),
    "land_revenue": Text("land revenue", "土地出让收入"),
    "transfers": Text("transfers", "转移支付"),
    "none": Text("none", "无"),
}
LIMIT_KINDS = {
    "buffer": Text("cash buffer", "现金缓冲"),
    "bridge": Text("bridge loan", "过桥资金"),
    "transfer": Text("transfer", "资金调度"),
    "debt_ceiling": Text("debt ceiling", "债务上限"),
    "new_debt": Text("new debt", "新增债务"),
}
RELIEF_KINDS = {
    "grant": Text("grant", "补助"),
    "advance": Text("advance", "借款调度"),
    "quota": Text("quota", "债券额度"),
    "waiver": Text("waiver", "减免"),
    "guarantee": Text("guarantee", "担保增信"),
}
HISTORY_SIDES = {
    "source": Text("source", "收入方"),
    "use": Text("use", "支出方"),
    "total": Text("total", "合计"),
    "of_which": Text("of which", "其中"),
    "memo": Text("memo", "备查"),
}
HISTORY_STATUSES = {
    "budget": Text("budget", "预算"),
    "outturn": Text("outturn", "决算"),
    "derived": Text("derived", "推算"),
}
EVENTS = {
    "listed": Text("listed", "挂牌中"),
    "signed": Text("signed", "已签约"),
    "failed": Text("failed", "流拍"),
}
WAYS_OUT = {name: text for name, text in ROUTES.items() if name != "hold"}
WISH_ACTIONS = {"force": Text("must", "必须"), "forbid": Text("must not", "不得")}
WISH_ROUTES = ROUTES | {
    name: ACTIONS[name] for name in ("prepay", "extend", "rate_cut", "haircut", "swap")
}
CYCLES = {
    "P1ML1": Text("monthly", "每月"),
    "P3ML1": Text("quarterly", "每季"),
    "P6ML1": Text("half-yearly", "每半年"),
    "P1YL1": Text("yearly", "每年"),
}

_GROUPS = (
    ENTITY_KINDS,
    ACCOUNTS,
    PRIMARY_CLASSES,
    INSTRUMENTS,
    CONTRACT_TYPES,
    DAY_COUNTS,
    REFERENCE_RATES,
    BUSINESS_DAYS,
    MONTH_ENDS,
    CALENDARS,
    SENIORITIES,
    SECURITIES,
    DEBT_STATUSES,
    CREDITOR_CLASSES,
    ACTIONS,
    CHANGES,
    RELIEVED,
    INTEREST_RELIEF,
    INSTALMENTS,
    ROUTES,
    SCENARIOS,
    {name: ORIGIN_TEXT[name] for name in ORIGINS},
    BASIS_TEXT,
    TITLES,
    BUYER_SCOPES,
    DAY_KINDS,
    TAX_BASES,
    LEVIES,
    BUDGET_LINES,
    BUDGET_DRIVERS,
    LIMIT_KINDS,
    RELIEF_KINDS,
    HISTORY_SIDES,
    HISTORY_STATUSES,
    WISH_ACTIONS,
    WISH_ROUTES,
    EVENTS,
    WAYS_OUT,
)
_BY_WORDS: dict[frozenset[str], dict[str, Text]] = {frozenset(group): group for group in _GROUPS}


def word_labels(column: Column) -> dict[str, Text]:
    """Return the label of each word that `column` allows, in the column's order.

    Cycles have labels for the common ones only; a column of free words has none.

    >>> from ironpot.case.schema import BY_NAME
    >>> word_labels(BY_NAME["debts"].column("primary_class"))["hidden"].zh
    '隐性债务'
    """
    if column.kind == "cycle":
        return CYCLES
    group = _BY_WORDS.get(frozenset(column.allowed), {})
    return {word: group[word] for word in column.allowed if word in group}
