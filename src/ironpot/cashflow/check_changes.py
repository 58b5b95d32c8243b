"""Which agreed changes can not be carried out as they stand, and how is each mended?"""

import datetime as dt

import polars as pl

from ironpot.case.schema.agreed import DEBT_CHANGES
from ironpot.cashflow.agreed import (
    CHANGEABLE,
    DEFAULT,
    ONE_INSTALMENT,
    PART_OF_PRINCIPAL,
    WITH_MATURITY,
    with_terms,
)
from ironpot.cashflow.check import Finding, found
from ironpot.core.issues import Issue
from ironpot.core.lang import Text


def check_changes(
    changes: pl.DataFrame, contracts: pl.DataFrame, *, status_date: dt.date
) -> list[Issue]:
    """Return every finding about changes; rows count from 1, the value starts with the contract."""
    frame = with_terms(changes, contracts).with_columns(
        status=pl.lit(status_date),
        extended=pl.col("change").is_in(["extend", "swap"]).any().over("contract_id"),
    )
    return found(frame.with_columns(in_default=_in_default(frame)), CHECKS, "debt_changes")


def _in_default(frame: pl.DataFrame) -> pl.Series:
    """Say which changes happen after another one, a default, has begun and before it is cured."""
    defaults = frame.filter(pl.col("change") == DEFAULT).select(
        "contract_id", other="row", since="date", cured="until"
    )
    inside = (
        frame.join(defaults, on="contract_id")
        .filter(
            pl.col("row") != pl.col("other"),
            pl.col("date") >= pl.col("since"),
            pl.col("date") <= pl.col("cured"),
        )["row"]
        .implode()
    )
    return frame["row"].is_in(inside)


def _is(*words: str) -> pl.Expr:
    return pl.col("change").is_in(words)


def _lacks(*names: str) -> pl.Expr:
    return pl.all_horizontal(pl.col(name).is_null() for name in names)


def _has_word(name: str) -> pl.Expr:
    """Say whether a choice holds one of the words that it allows."""
    return pl.col(name).is_in(DEBT_CHANGES.column(name).allowed)


def _unfixed() -> pl.Expr:
    """Say whose instalment is not known on the day: it is solved for before the first one."""
    parts = pl.col("cycle_of_principal_redemption").str.extract_groups(r"P(\d+)([DWMQHY])").struct
    unit = parts.field("2").replace_strict(
        {"D": "d", "W": "w", "M": "mo", "Q": "q", "H": "mo", "Y": "y"}, default=None
    )
    number = parts.field("1").cast(pl.Int64) * pl.when(parts.field("2") == "H").then(6).otherwise(1)
    later = pl.col("initial_exchange_date").dt.offset_by(pl.format("{}{}", number, unit))
    first = pl.coalesce("cycle_anchor_date_of_principal_redemption", later)
    solved = (pl.col("contract_type") == "ANN") & _lacks("next_principal_redemption_payment")
    comes = (first <= pl.col("maturity_date")).fill_null(value=True)
    return solved & comes & (pl.col("date") < first.dt.offset_by("-1d"))


_OF_INTEREST = _is("moratorium") & pl.col("relieves").is_in(["interest", "both"])
_LASTS = pl.col("maturity_date").is_null() | pl.col("extended")
_UNKNOWN = Text("the engine would have to guess", "无从推算")
CHECKS: tuple[Finding, ...] = (
    Finding(
        "change.unknown_contract",
        "contract_id",
        pl.col("known").is_null(),
        Text("is no contract that is still to be paid", "不是尚待履行的合同"),
        Text("the change would have no effect", "变更将无从生效"),
        Text("correct the debt's number, or delete the row", "请更正债务编号或删除该行"),
    ),
    Finding(
        "change.unknown_kind",
        "change",
        _lacks("change") | ~_has_word("change"),
        Text("is no kind of change", "不是有效的变更类型"),
        _UNKNOWN,
        Text(
            "write prepay, call, put, haircut, rate, extend, moratorium, swap or default",
            "请填prepay、call、put、haircut、rate、extend、moratorium、swap或default",
        ),
    ),
    Finding(
        "change.no_date",
        "date",
        _lacks("date"),
        Text("no date", "缺少生效日"),
        _UNKNOWN,
        Text("fill in the day on which the change takes effect", "请填写变更生效日"),
    ),
    Finding(
        "change.in_the_past",
        "date",
        pl.col("date") < pl.col("status"),
        Text("lies before the status date", "早于基准日"),
        Text("the terms should already say what was changed then", "合同要素应已反映该变更"),
        Text("put it into the terms and delete the row", "请改写合同要素并删除该行"),
    ),
    Finding(
        "change.before_start",
        "date",
        pl.col("date") < pl.col("initial_exchange_date"),
        Text("lies before the contract starts", "早于合同起始日"),
        Text("nothing is owed that could change", "尚无债务可变更"),
        Text("correct the date, or the contract's terms", "请更正日期或合同要素"),
    ),
    Finding(
        "change.after_end",
        "date",
        ~_LASTS & (pl.col("date") >= pl.col("maturity_date")),
        Text("is not before the contract's maturity", "不早于合同到期日"),
        Text("nothing is owed that could change", "届时已无债务可变更"),
        Text("correct the date, or extend the contract first", "请更正日期或先办理展期"),
    ),
    Finding(
        "change.wrong_type",
        "contract_type",
        ~pl.col("contract_type").is_in(CHANGEABLE)
        | (_is("extend", "moratorium", "swap") & ~pl.col("contract_type").is_in(WITH_MATURITY))
        | pl.col("nested")
        | ~_lacks("purchase_date")
        | ~_lacks("termination_date"),
        Text("cannot be changed in this way", "不能作此变更"),
        Text(
            "the change is meant for loans and bonds held to the end",
            "该变更仅适用于持有到期的债务",
        ),
        Text("state the new terms as a contract of its own", "请按新条款另立合同"),
    ),
    Finding(
        "change.no_principal",
        "amount",
        _is(*PART_OF_PRINCIPAL)
        & (_lacks("amount", "share") | (~_lacks("amount") & ~_lacks("share"))),
        Text("needs an amount or a share, one of the two", "须填金额或比例之一"),
        _UNKNOWN,
        Text("fill in one; a share of 1 is all principal", "请填写其一;比例1为全部本金"),
    ),
    Finding(
        "change.no_such_share",
        "share",
        (pl.col("share") <= 0.0) | (pl.col("share") > 1.0) | (pl.col("amount") <= 0.0),
        Text("is not a part of the principal", "不是本金的一部分"),
        _UNKNOWN,
        Text("write a share above 0 and up to 1, or an amount", "请填大于0至1的比例,或填金额"),
    ),
    Finding(
        "change.not_prepayable",
        "fee_share",
        _is("prepay") & _lacks("fee_share", "prepayment_penalty_rate"),
        Text(
            "may not be prepaid: the contract states no prepayment fee",
            "合同未约定提前还款费率,不可提前还款",
        ),
        Text("unknown is not free of charge", "未填不等于免费"),
        Text("fill in the fee; 0 if there is none", "请填写费率;免费填0"),
    ),
    Finding(
        "change.no_rate",
        "rate_change",
        _is("rate") & _lacks("rate_change", "new_rate"),
        Text("states no rate", "未填写利率"),
        _UNKNOWN,
        Text("fill in the change of the rate, or the new rate", "请填写利率变动或新利率"),
    ),
    Finding(
        "change.new_rate_floats",
        "new_rate",
        _is("rate") & ~_lacks("new_rate") & ~_lacks("market_object_code_of_rate_reset"),
        Text("replaces a rate that follows a reference rate", "合同利率随参考利率浮动"),
        Text("the next reset would undo it", "下次重定价将使其失效"),
        Text("state the change of the spread instead", "请改填加点的变动"),
    ),
    Finding(
        "change.no_new_maturity",
        "until",
        _is("extend", "swap") & _lacks("until", "term_months"),
        Text("states no new maturity", "未填写新到期日"),
        _UNKNOWN,
        Text("fill in the new maturity, or the months added", "请填写新到期日或展期月数"),
    ),
    Finding(
        "change.not_later",
        "until",
        (_is("extend") & (pl.col("until") <= pl.col("maturity_date")))
        | (_is("moratorium", "swap", DEFAULT) & (pl.col("until") <= pl.col("date"))),
        Text("is not later", "未晚于原日期"),
        Text("nothing would be put off", "没有任何款项被推迟"),
        Text("correct the date", "请更正日期"),
    ),
    Finding(
        "change.no_new_bond",
        "new_rate",
        _is("swap") & _lacks("new_rate"),
        Text("does not say what the new bond pays", "未填写新债利率"),
        _UNKNOWN,
        Text("fill in the new rate", "请填写新利率"),
    ),
    Finding(
        "change.part_swapped",
        "share",
        _is("swap") & ~_lacks("amount", "share") & (pl.col("share") != 1.0).fill_null(value=True),
        Text("swaps a part of the debt", "仅置换部分债务"),
        Text("one contract cannot be two", "一份合同不能拆成两份"),
        Text(
            "prepay the part, and enter the new bond as a debt of its own",
            "请将该部分填为prepay,并将新债另列为一笔债务",
        ),
    ),
    Finding(
        "change.never_cured",
        "until",
        _is(DEFAULT) & _lacks("until"),
        Text("does not say when arrears are paid", "未填写欠款补清日"),
        Text("what never is paid would be lost from sight", "否则欠款将从推算中消失"),
        Text("fill in the day on which they are cured", "请填写补清日"),
    ),
    Finding(
        "change.no_penalty_rate",
        "penalty_rate",
        _is(DEFAULT) & _lacks("penalty_rate"),
        Text("has no penalty rate", "未填写罚息率"),
        Text("unknown is not free of charge", "未填不等于免费"),
        Text("fill in the debt's penalty rate; 0 if there is none", "请填写罚息率;没有则填0"),
    ),
    Finding(
        "change.in_default",
        "date",
        pl.col("in_default"),
        Text("falls into a default of the same contract", "落在该合同的欠付期间内"),
        Text("it would change what is not paid", "变更对象尚未支付"),
        Text("let the default end first", "请先结束欠付"),
    ),
    Finding(
        "change.endless_moratorium",
        "until",
        _is("moratorium") & (_lacks("until") | _lacks("relieves") | ~_has_word("relieves")),
        Text("does not say what is not paid, and until when", "未说明宽限的内容和截止日"),
        _UNKNOWN,
        Text("fill in both", "请补充两项"),
    ),
    Finding(
        "change.no_interest_rule",
        "interest",
        _OF_INTEREST & (_lacks("interest") | ~_has_word("interest")),
        Text("does not say what becomes of the interest", "未说明宽限期利息如何处理"),
        _UNKNOWN,
        Text("write capitalise, defer or waive", "请填capitalise、defer或waive"),
    ),
    Finding(
        "change.half_an_instalment",
        "relieves",
        _is("moratorium")
        & (pl.col("relieves") == "interest")
        & pl.col("contract_type").is_in(ONE_INSTALMENT),
        Text("relieves interest alone of an instalment that holds both", "该合同每期本息合并偿还"),
        Text("the principal in it depends on the interest", "其中本金取决于利息"),
        Text("write both", "请填both"),
    ),
    Finding(
        "change.instalment_stated",
        "instalment",
        (_is("moratorium", "extend") & (pl.col("instalment") == "solve"))
        & pl.col("contract_type").is_in(["NAM", "LAX"]),
        Text("cannot be worked out anew for this type", "该类合同的还款额不能重新计算"),
        Text("the contract states its instalments itself", "还款额由合同自行约定"),
        Text("write keep, or extend", "请填keep或extend"),
    ),
    Finding(
        "change.instalment_unknown",
        "instalment",
        (pl.col("instalment") == "keep") & _unfixed(),
        Text("is not fixed yet: it follows from what is owed then", "届时尚未确定"),
        Text("there is nothing to keep", "没有可保持的还款额"),
        Text("write solve, or state the instalment of the debt", "请填solve或在债务中填写还款额"),
    ),
    Finding(
        "change.nothing_to_extend",
        "instalment",
        ~_is("moratorium") & (pl.col("instalment") == "extend"),
        Text("is a word for a moratorium only", "仅适用于宽限"),
        Text("the change says itself what becomes of the maturity", "到期日由变更本身确定"),
        Text("write solve or keep", "请填solve或keep"),
    ),
    Finding(
        "change.falls_due_meanwhile",
        "until",
        _is("moratorium")
        & ~_LASTS
        & pl.col("relieves").is_in(["principal", "both"])
        & (pl.col("until") >= pl.col("maturity_date"))
        & (pl.col("instalment") != "extend").fill_null(value=True),
        Text("runs past the maturity", "宽限期跨过到期日"),
        Text("all principal falls due inside the moratorium", "全部本金在宽限期内到期"),
        Text(
            "write extend under instalments, or extend the contract",
            "请在其后还款额填extend或办理展期",
        ),
    ),
)
