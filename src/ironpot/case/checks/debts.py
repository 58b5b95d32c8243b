"""Are the contracts possible, each with its dates, cycle, rate, creditor and somebody to pay it?"""

import polars as pl

from ironpot.case.draft import Draft, Message
from ironpot.case.schema.words import STATUTORY
from ironpot.case.tree import PUBLIC_KINDS, account_holders
from ironpot.core.issues import Issue
from ironpot.core.lang import Text

_OPEN_ENDED = ("CLM", "UMP", "CSH")
_REDEEMED_IN_PARTS = ("LAM", "NAM", "ANN")
CHINESE = "CNY"
_LONGEST_YEARS = 100
_DATED = Text("payments are placed in time by it", "收付款按它排列时间")


def maturity_is_given(draft: Draft) -> list[Issue]:
    """Every contract but an open-ended one has a maturity."""
    part = draft["debts"]
    test = part.empty("maturity_date") & ~pl.col("contract_type").is_in(_OPEN_ENDED)
    return part.find(test, "maturity_date", _NO_MATURITY)


_NO_MATURITY = Message(
    "debt.no_maturity",
    Text("has no maturity, which only CLM and UMP may lack", "到期日未填,仅CLM、UMP可留空"),
    _DATED,
    Text("fill in the maturity, or correct the contract type", "请填到期日或更正合同类型"),
)


def maturity_follows_start(draft: Draft) -> list[Issue]:
    """No contract falls due before it starts."""
    test = pl.col("maturity_date") < pl.col("initial_exchange_date")
    return draft["debts"].find(test, "maturity_date", _BEFORE_START)


_BEFORE_START = Message(
    "debt.maturity_before_start",
    Text(
        "matures {maturity_date}, before it starts {initial_exchange_date}",
        "到期日{maturity_date}早于起始日{initial_exchange_date}",
    ),
    _DATED,
    Text("correct one of the two dates", "请更正其中一个日期"),
)


def debt_stands_at_case_date(draft: Draft) -> list[Issue]:
    """At the case date a contract has started, and what is past its maturity is overdue."""
    part, date = draft["debts"], pl.lit(draft.settings.date, pl.Date)
    owed = pl.col("notional_principal") > 0.0
    overdue = pl.col("arrears_principal").fill_null(0.0) >= pl.col("notional_principal")
    past = (pl.col("maturity_date") <= date) & owed & ~overdue & (pl.col("status") != "repaid")
    later = (pl.col("initial_exchange_date") > date) & owed
    far = pl.col("maturity_date").dt.year() > date.dt.year() + _LONGEST_YEARS
    in_order = pl.col("maturity_date") >= pl.col("initial_exchange_date")
    return [
        *part.find(later & in_order, "initial_exchange_date", _NOT_STARTED),
        *part.find(past & in_order, "maturity_date", _PAST),
        *part.find(far, "maturity_date", _FAR),
    ]


_NOT_STARTED = Message(
    "debt.starts_later",
    Text(
        "starts after the case date, yet principal is outstanding", "起始日晚于基准日,却有本金余额"
    ),
    Text("stocks stand at the case date", "余额以基准日为准"),
    Text("correct the start, or leave the debt out", "请更正起始日,或删除该笔"),
)
_PAST = Message(
    "debt.past_maturity",
    Text("is past at the case date, but not all principal is overdue", "已到期,但未全部列为逾期"),
    Text("the engine would find no date to pay it", "无法确定偿还时间"),
    Text(
        "enter the principal under principal overdue, or the extended maturity",
        "请填逾期本金,或填展期后的到期日",
    ),
)
_FAR = Message(
    "debt.far_maturity",
    Text("is more than a hundred years away", "到期日在百年之后"),
    _DATED,
    Text("check the year", "请核对年份"),
    "warning",
)


def cycles_are_given(draft: Draft) -> list[Issue]:
    """A loan redeemed in parts says how often, and an own instalment how much."""
    part = draft["debts"]
    in_parts = pl.col("contract_type").is_in(_REDEEMED_IN_PARTS)
    cycle, own = "cycle_of_principal_redemption", "next_principal_redemption_payment"
    no_amount = (pl.col("contract_type") == "NAM") & part.empty(own)
    return [
        *part.find(in_parts & part.empty(cycle), cycle, _NO_CYCLE),
        *part.find(no_amount, own, _NO_INSTALMENT),
    ]


_NO_CYCLE = Message(
    "debt.no_cycle",
    Text(
        "{contract_type} is repaid in parts, but not said how often", "{contract_type}未填还本周期"
    ),
    Text("the schedule of redemption follows it", "还本计划由它生成"),
    Text("write P3ML1 (quarterly), P6ML1 or P1YL1", "请填每季、每半年或每年"),
)
_NO_INSTALMENT = Message(
    "debt.no_instalment",
    Text("NAM needs its instalment", "约定还款(NAM)须填每期还款额"),
    Text("the schedule of redemption follows it", "还本计划由它生成"),
    Text("write the next instalment", "请填每期还款额"),
)


def floating_rates_are_complete(draft: Draft) -> list[Issue]:
    """A floating rate has a spread; a spread has a reference rate; a cap is above its floor."""
    part = draft["debts"]
    floating = pl.col("market_object_code_of_rate_reset").is_not_null()
    spread = pl.col("rate_spread")
    return [
        *part.find(floating & part.empty("rate_spread"), "rate_spread", _NO_SPREAD),
        *part.find(~floating & (spread != 0.0), "market_object_code_of_rate_reset", _NO_REFERENCE),
        *part.find(pl.col("life_cap") < pl.col("life_floor"), "life_cap", _CAP),
    ]


_NO_SPREAD = Message(
    "debt.no_spread",
    Text("floats with {market_object_code_of_rate_reset} but has no spread", "浮动利率未填加点"),
    Text("the rate is reference rate plus spread", "利率=参考利率+加点"),
    Text("write the spread, 0 if there is none", "请填加点,没有则填0"),
)
_NO_REFERENCE = Message(
    "debt.no_reference",
    Text(
        "has a spread of {rate_spread} but no reference rate", "填了加点{rate_spread}却无参考利率"
    ),
    Text("the rate would be taken as fixed", "将按固定利率处理"),
    Text("choose the reference rate, or clear the spread", "请选参考利率,或清除加点"),
    "warning",
)
_CAP = Message(
    "debt.cap_below_floor",
    Text(
        "the cap {life_cap} is below the floor {life_floor}", "上限{life_cap}低于下限{life_floor}"
    ),
    Text("no rate would satisfy both", "没有利率能同时满足"),
    Text("correct one of the two", "请更正其中一项"),
)


def arrears_fit_the_debt(draft: Draft) -> list[Issue]:
    """Overdue principal is part of the principal; the status says the same as the amounts."""
    part = draft["debts"]
    late = pl.col("arrears_principal").fill_null(0.0) + pl.col("arrears_interest").fill_null(0.0)
    overdue, repaid = pl.col("status") == "overdue", pl.col("status") == "repaid"
    above = pl.col("arrears_principal") > pl.col("notional_principal")
    return [
        *part.find(above, "arrears_principal", _ABOVE),
        *part.find(overdue & (late == 0.0), "status", _NOT_SAID),
        *part.find(~overdue & ~repaid & (late > 0.0), "status", _NOT_OVERDUE),
        *part.find(repaid & (pl.col("notional_principal") > 0.0), "notional_principal", _REPAID),
    ]


_ABOVE = Message(
    "debt.arrears_above_principal",
    Text(
        "overdue principal is more than the principal {notional_principal}",
        "逾期本金大于本金余额{notional_principal}",
    ),
    Text("it is part of the principal outstanding", "逾期本金包含在本金余额内"),
    Text("correct one of the two amounts", "请更正其中一个金额"),
)
_NOT_SAID = Message(
    "debt.overdue_unsaid",
    Text("is overdue, but by how much is not said", "状态为逾期,但未填逾期金额"),
    Text("what is overdue falls due at once", "逾期部分立即到期"),
    Text("fill in principal or interest overdue", "请填逾期本金或逾期利息"),
)
_NOT_OVERDUE = Message(
    "debt.overdue_status",
    Text("something is overdue, but the status is {status}", "有逾期金额,但状态为{status}"),
    Text("lists of overdue debt would leave it out", "逾期清单会漏掉它"),
    Text("set the status to overdue", "请将状态改为逾期"),
    "warning",
)
_REPAID = Message(
    "debt.repaid_principal",
    Text("is outstanding on a debt marked repaid", "已结清债务仍有本金余额"),
    Text("it would be counted as owed", "会被计为欠款"),
    Text("write 0, or correct the status", "请填0或更正状态"),
)


def statutory_debt_is_owed_to_the_province(draft: Draft) -> list[Issue]:
    """General and special debt of a Chinese case is on-lent by the province to a government."""
    part = draft["debts"]
    if draft.settings.currency != CHINESE:
        return []
    lenders = draft.frame("creditors").select("creditor_id", "creditor_class").unique("creditor_id")
    owners = draft.frame("entities").select("entity_id", kind_of_debtor="kind").unique("entity_id")
    frame = part.frame.join(lenders, on="creditor_id", how="left", maintain_order="left")
    frame = frame.join(
        owners, left_on="debtor_id", right_on="entity_id", how="left", maintain_order="left"
    )
    frame = frame.filter(pl.col("primary_class").is_in(STATUTORY))
    bank = pl.col("creditor_class") != "province"
    company = ~pl.col("kind_of_debtor").is_in(PUBLIC_KINDS)
    return [
        *part.flag(frame.filter(bank & company), "primary_class", _NOT_STATUTORY),
        *part.flag(frame.filter(bank & ~company), "creditor_id", _NOT_PROVINCE),
        *part.flag(frame.filter(~bank & company), "debtor_id", _NOT_GOVERNMENT),
    ]


_NOT_STATUTORY = Message(
    "debt.not_statutory",
    Text(
        "{debtor_id} is no government and {creditor_id} no province",
        "{debtor_id}不是政府,{creditor_id}也不是省级政府",
    ),
    Text(
        "statutory debt is on-lent by the province to a government", "法定债务由省级政府转贷给政府"
    ),
    Text("correct the class of the debt", "请更正债务类别"),
)
_NOT_PROVINCE = Message(
    "debt.statutory_creditor",
    Text("is no province, but the debt is statutory", "法定债务的债权人不是省级政府"),
    Text("statutory debt is on-lent by the province", "法定债务由省级政府转贷"),
    Text("correct the creditor's class or the debt's", "请更正债权人类别或债务类别"),
)
_NOT_GOVERNMENT = Message(
    "debt.statutory_debtor",
    Text("is no government, but the debt is statutory", "法定债务的债务人不是政府"),
    Text("only a government borrows on-lent bonds", "转贷债券只由政府承借"),
    Text("correct the debtor or the class", "请更正债务人或债务类别"),
    "warning",
)


def debtor_and_creditor_are_two(draft: Draft) -> list[Issue]:
    """Nobody lends to itself, and a related creditor is an entity of the case."""
    part, creditors = draft["debts"], draft["creditors"]
    stranger = (pl.col("creditor_class") == "inside") & ~pl.col("creditor_id").is_in(
        list(draft["entities"].keys)
    )
    return [
        *part.find(pl.col("debtor_id") == pl.col("creditor_id"), "creditor_id", _SELF),
        *creditors.find(stranger, "creditor_id", _STRANGER),
    ]


_SELF = Message(
    "debt.self",
    Text("is debtor and creditor at once", "债务人与债权人相同"),
    Text("a debt to oneself is nothing", "对自身的债务不成立"),
    Text("correct one of the two", "请更正其中一方"),
)
_STRANGER = Message(
    "creditor.inside_unknown",
    Text("is called a related body but is not in the entities", "标为内部单位,但“主体”表中没有"),
    Text("claims between related bodies are eliminated", "内部债权债务合并时抵销"),
    Text("use the entity's key as the creditor's, or change the class", "请用主体编号或更正类别"),
    "warning",
)


def debts_are_in_the_case_currency(draft: Draft) -> list[Issue]:
    """Every debt is in the currency of the case: no exchange rate is guessed."""
    test = pl.col("currency") != draft.settings.currency
    return draft["debts"].find(test, "currency", _CURRENCY)


_CURRENCY = Message(
    "debt.currency",
    Text("{currency} is not the currency of the case", "{currency}不是案例币种"),
    Text("amounts in two currencies cannot be added", "不同币种不能相加"),
    Text("convert the debt, and say at which rate in its source", "请折算并在来源中注明汇率"),
)


def somebody_pays_every_debt(draft: Draft) -> list[Issue]:
    """Each debtor inside has, itself or through its parents, an account that may pay the class."""
    part = draft["debts"]
    holders = account_holders(draft.frame("entities"), draft.frame("accounts"))
    masks = draft.frame("accounts").select("entity_id", pl.col("pays").str.split(";"))
    payable = set(masks.explode("pays").iter_rows())
    inside = draft.frame("entities").filter(pl.col("inside"))["entity_id"]
    public = draft.frame("entities").filter(pl.col("kind").is_in(PUBLIC_KINDS))["entity_id"]
    misplaced = pl.col("primary_class").is_in(STATUTORY) & ~pl.col("debtor_id").is_in(
        public.implode()
    )
    pairs = part.frame.filter(~misplaced).select("debtor_id", "primary_class").drop_nulls().unique()
    unpaid = [
        (debtor, group)
        for debtor, group in pairs.filter(pl.col("debtor_id").is_in(inside.implode())).iter_rows()
        if (holders.get(debtor), group) not in payable
    ]
    lost = pl.DataFrame(unpaid, schema=pairs.schema, orient="row")
    hits = part.frame.join(lost, on=["debtor_id", "primary_class"], how="semi")
    return part.flag(hits, "debtor_id", _NO_PAYER)


_NO_PAYER = Message(
    "debt.no_account",
    Text(
        "no account of {debtor_id} may pay {primary_class} debt",
        "{debtor_id}没有可偿还该类债务的账户",
    ),
    Text("the debt could never be paid", "该债务将无法偿还"),
    Text("add the class to an account's column pays", "请在账户的“可偿还债务类别”中加入该类"),
)


def guarantees_cover_others(draft: Draft) -> list[Issue]:
    """Nobody guarantees its own debt."""
    part = draft["guarantees"]
    covered = part.frame.with_columns(pl.col("debt_ids").str.split(";").alias("debt_id"))
    debtors = draft.frame("debts").select("debt_id", "debtor_id").unique("debt_id")
    joined = covered.explode("debt_id").join(debtors, on="debt_id", how="inner")
    own = joined.filter(pl.col("guarantor_id") == pl.col("debtor_id"))
    return part.flag(own, "guarantor_id", _OWN_GUARANTEE)


_OWN_GUARANTEE = Message(
    "guarantee.self",
    Text("guarantees its own debt {debt_id}", "为自身债务{debt_id}担保"),
    Text("that adds nothing to the creditor's security", "不增加债权人保障"),
    Text("correct the guarantor or the covered debts", "请更正担保人或被担保债务"),
    "warning",
)
