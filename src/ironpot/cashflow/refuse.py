"""Which contracts does the engine not compute, rather than compute them wrongly?

A contract that it cannot do stops the projection; it is never left out or counted as zero.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow.block import Block
from ironpot.cashflow.check import check_terms
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.rates import RatePaths
from ironpot.cashflow.tape import Tape
from ironpot.core.errors import CaseError, UnsupportedTermError
from ironpot.core.lang import Text

Floats = npt.NDArray[np.float64]
Times = npt.NDArray[np.datetime64]

# ACTUS terms that would change what is paid and that the engine does not read.
NOT_DONE = (
    "cycle_of_margining",
    "cycle_of_optionality",
    "delinquency_period",
    "delinquency_rate",
    "grace_period",
    "prepayment_effect",
    "prepayment_period",
    "seniority_of_claim",
)
END_OF_PROJECTION = ("CLM", "UMP")
WITHOUT_END = ("CSH", "STK", "COM")


def refuse_unusable(contracts: pl.DataFrame, *, types: tuple[str, ...]) -> None:
    """Raise on a contract of an unknown type or with a term not done, then on all bad terms.

    The first two raise UnsupportedTermError, bad terms CaseError with every finding.
    """
    _refuse_rows(contracts, "contract_type", ~pl.col("contract_type").is_in(types))
    for term in NOT_DONE:
        if term in contracts.columns:
            _refuse_rows(contracts, term, pl.col(term).is_not_null())
    _refuse_conversion(contracts)
    issues = check_terms(contracts)
    if issues:
        raise CaseError(issues)


def _refuse_conversion(contracts: pl.DataFrame) -> None:
    """Raise if a contract is settled in a currency other than its own: no rate converts it."""
    if not {"settlement_currency", "currency"} <= set(contracts.columns):
        return
    converted = pl.col("settlement_currency") != pl.col("currency")
    _refuse_rows(contracts.filter(converted), "settlement_currency", pl.lit(value=True))


def refuse_endless(block: Block, end: Times) -> None:
    """Raise if a contract never ends: its principal would silently never fall due."""
    kind = str(block.frame["contract_type"][0])
    goes_on = np.isnat(end)
    if kind in WITHOUT_END:
        goes_on = np.isnat(block.until) & block.cycles("cycle_of_dividend_payment").given
    endless = np.flatnonzero(goes_on)
    if not endless.size:
        return
    name = block.frame["contract_id"][int(endless[0])]
    if kind in (*END_OF_PROJECTION, *WITHOUT_END):
        raise _refusal(
            f"Contract {name} ({kind}) has no maturity: give the projection an end (until).",
            f"合同{name}({kind})没有到期日:请为推算指定截止日期。",
        )
    raise _refusal(
        f"Contract {name} never repays its principal: the instalment does not exceed the interest. "
        "Raise next_principal_redemption_payment or state a maturity.",
        f"合同{name}永远还不清本金:每期还款额不超过利息。请提高每期还款额或填写到期日。",
    )


def refuse_ending_in_pause(contracts: pl.DataFrame) -> None:
    """Raise if a contract matures while it pays no principal: it would be paid after all."""
    caught = contracts.filter(
        pl.col("quiet_principal"),
        pl.col("maturity_date").cast(pl.Date) <= pl.col("paused_until"),
    )
    if caught.height:
        name, end = caught.select("contract_id", pl.col("maturity_date").cast(pl.Date)).row(0)
        raise _refusal(
            f"Contract {name} matures on {end}, inside its moratorium. Extend it on the same day, "
            "or let its maturity move with the moratorium (instalment: extend).",
            f"合同{name}于{end}到期,在宽限期内。请同日办理展期,或让到期日随宽限期顺延(instalment填extend)。",
        )


def refuse_unobserved(
    block: Block, tape: Tape, markets: Mapping[Kind, str], rates: RatePaths | None
) -> None:
    """Raise if an event observes a market that the contract does not name, or no rates are given.

    `markets` says which term names the market of which kind of event.
    """
    for kind, term in markets.items():
        rows = tape.row[tape.of(kind)]
        nameless = rows[block.words(term).code[rows] < 0]
        if nameless.size:
            name = block.frame["contract_id"][int(nameless[0])]
            raise _refusal(
                f"Contract {name} has {kind.label} events but no {term}. Name what it follows, or "
                "delete the dates of these events.",
                f"合同{name}有{kind.label}事件但未填写{term}。请填写所挂钩的指标,或删除相应日期。",
            )
        if rows.size and rates is None:
            name = block.frame["contract_id"][int(rows[0])]
            raise _refusal(
                f"Contract {name} follows a reference rate or index ({kind.label} events): "
                "give its path (rates).",
                f"合同{name}挂钩参考利率或指数({kind.label}事件):请提供其路径。",
            )


def refuse_unpriced(contracts: pl.DataFrame) -> None:
    """Raise if there is a contract in the frame: what it is worth is unknown."""
    if contracts.height:
        name = contracts["contract_id"][0]
        raise _refusal(
            f"Contract {name} is to be valued at its market price, which is not given. "
            "State its market_object_code and give the price's path (rates).",
            f"合同{name}须按市价计量,但未给出价格。请填写市场对象代码并提供其价格路径。",
        )


def refuse_unknown(block: Block, tape: Tape, payoff: Floats) -> None:
    """Raise if a payoff is not a number: something the contract needs is unknown."""
    unknown = np.isnan(payoff).any(axis=0)
    if not unknown.any():
        return
    event = int(np.flatnonzero(unknown)[0])
    name = block.frame["contract_id"][int(tape.row[event])]
    kind, day = Kind(int(tape.kind[event])).label, str(tape.paid[event])[:10]
    raise _refusal(
        f"Contract {name}: the {kind} event of {day} has no amount, because a term or an observed "
        "value it needs is missing. Fill it in.",
        f"合同{name}:{day}的{kind}事件缺少所需要素或观察值,无法得出金额。请补充。",
    )


def _refuse_rows(contracts: pl.DataFrame, term: str, wrong: pl.Expr) -> None:
    found = contracts.filter(wrong.fill_null(value=True)).select("contract_id", term)
    if found.height:
        name, value = found.row(0)
        raise _refusal(
            f"Contract {name}: {term} {value!r} cannot be projected. Change or clear the term.",
            f"合同{name}:无法推算{term}为{value!r}的合同。请修改或清除该要素。",
        )


def _refusal(english: str, chinese: str) -> UnsupportedTermError:
    return UnsupportedTermError(Text(english, chinese))
