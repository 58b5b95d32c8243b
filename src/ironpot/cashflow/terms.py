"""Which terms may a contract state, and in which words?

ACTUS terms in snake case, the dictionary's short name in the note; the last group is ours. A frame
of contracts has any of these columns; an absent column or cell is a term the contract lacks.

Source: ACTUS dictionary 1.4, terms.
"""

from ironpot.core.columns import Column, Kind, Table
from ironpot.core.lang import Text

ROLES = (
    *("RPA", "RPL", "LG", "ST", "BUY", "SEL", "RFL", "PFL", "RF", "PF"),
    *("COL", "CNO", "GUA", "OBL", "UDL", "UDLP", "UDLM"),
)
DAY_COUNTS = ("AA", "A360", "A365", "30E360", "30E360ISDA", "28E336", "AAICMA")
BUSINESS_DAYS = ("NOS", "SCF", "SCMF", "CSF", "CSMF", "SCP", "SCMP", "CSP", "CSMP")
CALENDARS = ("NC", "NOCALENDAR", "MF", "CN")
CYCLED = {
    "interest_payment": ("IP", "interest", "付息"),
    "principal_redemption": ("PR", "redemption", "还本"),
    "rate_reset": ("RR", "rate reset", "重定价"),
    "fee": ("FE", "fee", "收费"),
    "scaling_index": ("SC", "index revision", "指数调整"),
    "interest_calculation_base": ("IPCB", "interest base revision", "计息基数调整"),
    "dividend_payment": ("DV", "dividend", "分红"),
}


def _term(
    name: str, kind: Kind, en: str, zh: str, short: str, allowed: tuple[str, ...] = ()
) -> Column:
    return Column(name, kind, Text(en, zh), Text(short, short), allowed=allowed)


def _cycled(purpose: str) -> tuple[Column, Column]:
    """Return anchor and cycle of a purpose."""
    short, en, zh = CYCLED[purpose]
    return (
        _term(
            f"cycle_anchor_date_of_{purpose}", "date", f"first {en}", f"首次{zh}日", f"{short}ANX"
        ),
        _term(f"cycle_of_{purpose}", "cycle", f"{en} cycle", f"{zh}周期", f"{short}CL"),
    )


IDENTITY = (
    _term("contract_id", "id", "contract", "合同编号", "CID"),
    _term("contract_type", "choice", "type", "合同类型", "CT"),
    _term("contract_role", "choice", "role", "合同角色", "CNTRL", ROLES),
    _term("contract_structure", "many", "parts", "合同构成", "CTST"),
    _term("nested", "bool", "part of another contract only", "仅为其他合同的组成部分", "-"),
    _term("currency", "text", "currency", "币种", "CUR"),
    _term("currency_2", "text", "second currency", "第二币种", "CUR2"),
    _term("settlement_currency", "text", "settlement currency", "结算币种", "CURS"),
)
DATES = (
    _term("initial_exchange_date", "date", "start", "起始日", "IED"),
    _term("maturity_date", "date", "maturity", "到期日", "MD"),
    _term("amortization_date", "date", "amortisation end", "摊还截止日", "AMD"),
    _term("capitalization_end_date", "date", "capitalisation end", "利息资本化截止日", "IPCED"),
    _term("purchase_date", "date", "purchase", "购入日", "PRD"),
    _term("termination_date", "date", "sale", "转让日", "TD"),
    _term("exercise_date", "date", "exercise", "行权日", "XD"),
)
AMOUNTS = (
    _term("notional_principal", "money", "principal", "本金", "NT"),
    _term("notional_principal_2", "money", "second principal", "第二本金", "NT2"),
    _term("premium_discount_at_ied", "money", "premium at start", "起始溢折价", "PDIED"),
    _term("accrued_interest", "money", "accrued interest", "应计利息", "IPAC"),
    _term("next_principal_redemption_payment", "money", "instalment", "每期还款额", "PRNXT"),
    _term("interest_calculation_base_amount", "money", "interest base", "计息基数", "IPCBA"),
    _term("price_at_purchase_date", "money", "purchase price", "购入价", "PPRD"),
    _term("price_at_termination_date", "money", "sale price", "转让价", "PTD"),
    _term("fee_accrued", "money", "accrued fee", "应计费用", "FEAC"),
    _term("exercise_amount", "money", "exercise amount", "行权金额", "XA"),
    _term("futures_price", "money", "futures price", "期货价格", "PFUT"),
    _term("option_strike_1", "money", "strike", "行权价", "OPS1"),
    _term("option_strike_2", "money", "second strike", "第二行权价", "OPS2"),
    _term("next_dividend_payment_amount", "money", "next dividend", "下次分红", "DVNP"),
    _term("quantity", "number", "quantity", "数量", "QT"),
)
RATES = (
    _term("nominal_interest_rate", "rate", "interest rate", "利率", "IPNR"),
    _term("nominal_interest_rate_2", "rate", "floating rate", "浮动利率", "IPNR2"),
    _term("next_reset_rate", "rate", "next rate", "下次利率", "RRNXT"),
    _term("rate_spread", "rate", "spread", "加点", "RRSP"),
    _term("rate_multiplier", "number", "rate multiplier", "利率乘数", "RRMLT"),
    _term("life_cap", "rate", "rate cap", "利率上限", "RRLC"),
    _term("life_floor", "rate", "rate floor", "利率下限", "RRLF"),
    _term("period_cap", "rate", "largest rise", "单次最大上调", "RRPC"),
    _term("period_floor", "rate", "largest fall", "单次最大下调", "RRPF"),
    _term("fee_rate", "number", "fee", "费率", "FER"),
    _term("scaling_index_at_contract_deal_date", "number", "index at deal", "签约时指数", "SCCDD"),
    _term("notional_scaling_multiplier", "number", "principal index", "本金指数", "SCNT"),
    _term("interest_scaling_multiplier", "number", "interest index", "利息指数", "SCIP"),
    _term("prepayment_penalty_rate", "share", "prepayment fee", "提前还款费率", "-"),
    _term("coverage_of_credit_enhancement", "number", "coverage", "覆盖比例", "CECV"),
)
MARKETS = (
    _term("market_object_code", "text", "market object", "市场对象", "MOC"),
    _term("market_object_code_of_rate_reset", "text", "reference rate", "参考利率", "RRMO"),
    _term("market_object_code_of_scaling_index", "text", "index", "挂钩指数", "SCMO"),
    _term("market_object_code_of_dividends", "text", "dividends", "分红数据", "DVMO"),
)
CHOICES = (
    _term("day_count_convention", "choice", "day count", "计息基准", "IPDC", DAY_COUNTS),
    _term(
        "business_day_convention", "choice", "business day rule", "营业日规则", "BDC", BUSINESS_DAYS
    ),
    _term(
        "end_of_month_convention", "choice", "end-of-month rule", "月末规则", "EOMC", ("SD", "EOM")
    ),
    _term("calendar", "choice", "calendar", "日历", "CLDR", CALENDARS),
    _term(
        "interest_calculation_base",
        "choice",
        "interest base rule",
        "计息基数规则",
        "IPCB",
        ("NT", "NTIED", "NTL"),
    ),
    _term("scaling_effect", "text", "what the index moves", "指数作用", "SCEF"),
    _term("fee_basis", "choice", "fee basis", "收费基准", "FEB", ("A", "N")),
    _term("delivery_settlement", "choice", "settlement", "交割方式", "DS", ("D", "S")),
    _term("option_type", "choice", "option", "期权类型", "OPTP", ("C", "P", "CP")),
    _term("option_exercise_type", "choice", "exercise style", "行权方式", "OPXT", ("E", "B", "A")),
    _term("credit_event_type_covered", "many", "credit event", "信用事件", "CETC"),
    _term("guaranteed_exposure", "choice", "exposure", "担保敞口", "CEGE", ("NO", "NI", "MV")),
    _term("settlement_period", "cycle", "settlement period", "结算期", "STP"),
    _term("x_day_notice", "cycle", "notice", "通知期", "XDN"),
)
ARRAYS = tuple(
    _term(f"array_{name}", "many", en, zh, short)
    for name, en, zh, short in (
        ("cycle_anchor_date_of_interest_payment", "interest anchors", "付息起点列", "ARIPANX"),
        ("cycle_of_interest_payment", "interest cycles", "付息周期列", "ARIPCL"),
        (
            "cycle_anchor_date_of_principal_redemption",
            "redemption anchors",
            "还本起点列",
            "ARPRANX",
        ),
        ("cycle_of_principal_redemption", "redemption cycles", "还本周期列", "ARPRCL"),
        ("next_principal_redemption_payment", "instalments", "还款额列", "ARPRNXT"),
        ("increase_decrease", "drawn or repaid", "提款或还款列", "ARINCDEC"),
        ("cycle_anchor_date_of_rate_reset", "reset anchors", "重定价起点列", "ARRRANX"),
        ("cycle_of_rate_reset", "reset cycles", "重定价周期列", "ARRRCL"),
        ("rate", "rates or spreads", "利率或加点列", "ARRATE"),
        ("fixed_variable", "fixed or variable", "固定或浮动列", "ARFIXVAR"),
    )
)

CONTRACTS = Table(
    "contracts",
    Text("contracts", "合同"),
    Text("ACTUS terms as of the status date.", "基准日的ACTUS合同要素。"),
    key=("contract_id",),
    columns=(
        *IDENTITY,
        *DATES,
        *AMOUNTS,
        *RATES,
        *MARKETS,
        *CHOICES,
        *(column for purpose in CYCLED for column in _cycled(purpose)),
        *ARRAYS,
    ),
)
