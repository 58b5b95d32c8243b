"""Which contracts can not be projected as they stand, and how is each mended?

Every finding at once, a row and a column each; `project_cash_flows` refuses contracts with errors.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from ironpot.cashflow.cycles import CYCLE
from ironpot.cashflow.terms import CONTRACTS
from ironpot.core.issues import Issue, Place
from ironpot.core.lang import Text

AMORTISING = ("LAM", "NAM", "ANN")
LIVING = ("PAM", "LAM", "NAM", "ANN", "LAX", "CLM", "UMP", "SWPPV")
PERIODIC = "AAICMA"
PRINCIPAL_CYCLE = "cycle_of_principal_redemption"
INSTALMENT = "next_principal_redemption_payment"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check looks for: contracts where `wrong` holds, said of one column."""

    code: str
    column: str
    wrong: pl.Expr
    what: Text
    why: Text
    mend: Text


def check_terms(contracts: pl.DataFrame) -> list[Issue]:
    """Return every finding about the terms of contracts, in the order of the checks.

    The place of an issue is the row of the frame, counted from 1, and the column; its value starts
    with the contract's id.

    >>> loan = pl.DataFrame({"contract_id": ["L1"], "contract_type": ["LAM"],
    ...                      "notional_principal": [100.0]})
    >>> [(issue.code, issue.place.header) for issue in check_terms(loan)]
    [('contract.no_start', 'initial_exchange_date'),
    ('contract.no_redemption_cycle', 'cycle_of_principal_redemption'),
    ('contract.no_end', 'maturity_date')]
    """
    stated = [check for check in OF_WORDS if check.column in contracts.columns]
    frame = _complete(contracts).with_row_index("row", offset=1)
    return found(frame, (*CHECKS, *stated), "contracts")


def found(frame: pl.DataFrame, checks: Sequence[Finding], table: str) -> list[Issue]:
    """Return what the checks find in a frame that has a `row` number and a contract_id."""
    wrong = frame.select(
        check.wrong.fill_null(value=False).any().alias(str(number))
        for number, check in enumerate(checks)
    ).row(0)
    failed = [check for check, fails in zip(checks, wrong, strict=True) if fails]
    return [issue for check in failed for issue in _told(frame, check, table)]


def _complete(contracts: pl.DataFrame) -> pl.DataFrame:
    """Return the contracts with every known column, absent ones null."""
    absent = [column for column in CONTRACTS.columns if column.name not in contracts.columns]
    return contracts.with_columns(
        pl.lit(None, column.dtype).alias(column.name) for column in absent
    )


def _told(frame: pl.DataFrame, check: Finding, table: str) -> Iterator[Issue]:
    wrong = frame.filter(check.wrong.fill_null(value=False))
    cells = wrong.select("row", "contract_id", pl.col(check.column).alias("cell"))
    for row, contract_id, value in cells.iter_rows():
        shown = str(contract_id) if value is None else f"{contract_id}: {value}"
        place = Place(table, row=row, header=check.column)
        yield Issue("error", check.code, place, shown, check.what, check.why, check.mend)


def _is(*types: str) -> pl.Expr:
    return pl.col("contract_type").is_in(types)


def _missing(name: str) -> pl.Expr:
    return pl.col(name).is_null()


def _cycle_findings() -> Iterator[Finding]:
    """Yield one check a column that holds a cycle or a period."""
    for column in CONTRACTS.columns:
        if column.kind == "cycle":
            yield Finding(
                "contract.unreadable_cycle",
                column.name,
                ~pl.col(column.name).str.contains(f"^{CYCLE.pattern}$"),
                Text("is no cycle", "不是有效周期"),
                Text("no date follows from it", "无法推算日期"),
                Text("write P3ML1, P6ML1 or P1YL1", "请填P3ML1、P6ML1或P1YL1等"),
            )


def _choice_findings() -> Iterator[Finding]:
    """Yield one check a column that holds one of a few words."""
    for column in CONTRACTS.columns:
        if column.kind == "choice" and column.allowed:
            words = ", ".join(column.allowed)
            yield Finding(
                "contract.unknown_word",
                column.name,
                ~pl.col(column.name).is_in(column.allowed),
                Text("is none of the words for this term", "不是该条款的有效填法"),
                Text("the engine would read it as no term at all", "否则将被视为未填"),
                Text(f"write one of {words}", f"请填{words}之一"),
            )


def _step_findings() -> Iterator[Finding]:
    """Yield checks of terms that are lists of steps: each readable, as long as its anchors."""
    for purpose, names in STEPS.items():
        anchors = f"array_cycle_anchor_date_of_{purpose}"
        for name in (anchors, *names):
            item = ITEMS[name.removeprefix("array_").split("_of_")[0]]
            count = pl.col(name).str.count_matches(";")
            yield Finding(
                "contract.unreadable_steps",
                name,
                ~pl.col(name).str.contains(rf"^\s*{item}\s*(;\s*{item}\s*)*$"),
                Text("is no list of steps", "不是有效的分段列表"),
                Text("the schedule follows from it", "据此推算各段日程"),
                Text("join the steps by ; as in 2026-01-01;2028-01-01", "各段用;分隔"),
            )
            yield Finding(
                "contract.uneven_steps",
                name,
                (count > 0) & (count != pl.col(anchors).str.count_matches(";").fill_null(-1)),
                Text("has not as many steps as there are anchors", "段数与起点数不符"),
                Text("some step would have no figure", "部分分段将缺少数值"),
                Text("state one figure a step, or one for all", "请逐段填写,或只填一个通用值"),
            )


STEPS = {
    "interest_payment": ("array_cycle_of_interest_payment",),
    "principal_redemption": (
        "array_cycle_of_principal_redemption",
        "array_next_principal_redemption_payment",
        "array_increase_decrease",
    ),
    "rate_reset": ("array_cycle_of_rate_reset", "array_rate", "array_fixed_variable"),
}
NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"
ITEMS = {
    "cycle_anchor_date": r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?",
    "cycle": CYCLE.pattern,
    "next_principal_redemption_payment": NUMBER,
    "rate": NUMBER,
    "increase_decrease": "(INC|DEC)",
    "fixed_variable": "(FIX|VAR|F|V)",
}


def _order_findings() -> Iterator[Finding]:
    """Yield one check a date that may not lie before the start."""
    for name in ("maturity_date", "amortization_date"):
        yield Finding(
            "contract.ends_before_start",
            name,
            pl.col(name) <= pl.col("initial_exchange_date"),
            Text("is not after the start", "不晚于起始日"),
            Text("nothing would ever be owed", "债务将从未存续"),
            Text("correct one of the two dates", "请更正其中一个日期"),
        )


CHECKS: tuple[Finding, ...] = (
    Finding(
        "contract.no_start",
        "initial_exchange_date",
        _is(*LIVING) & _missing("initial_exchange_date"),
        Text("no start date", "缺少起始日"),
        Text("interest and dates run from it", "计息和日期推算以此为起点"),
        Text("fill in the start date", "请填写起始日"),
    ),
    Finding(
        "contract.no_principal",
        "notional_principal",
        _is(*LIVING) & _missing("notional_principal"),
        Text("no principal", "缺少本金"),
        Text("unknown is not zero", "未知不等于零"),
        Text("fill in what is outstanding", "请填写本金余额"),
    ),
    *_order_findings(),
    Finding(
        "contract.no_redemption_cycle",
        PRINCIPAL_CYCLE,
        _is(*AMORTISING) & _missing(PRINCIPAL_CYCLE),
        Text("no redemption cycle", "缺少还本周期"),
        Text("the contract pays principal in parts", "该合同分期还本"),
        Text("fill in the cycle, or make it PAM", "请填写还本周期,或改为PAM"),
    ),
    Finding(
        "contract.no_instalment",
        INSTALMENT,
        _is("NAM") & _missing(INSTALMENT),
        Text("no instalment", "缺少每期还款额"),
        Text("a NAM contract pays a fixed one", "NAM合同按固定额还款"),
        Text("fill in the instalment, or make it ANN", "请填写每期还款额,或改为ANN"),
    ),
    Finding(
        "contract.no_end",
        "maturity_date",
        _missing("maturity_date")
        & (_is("PAM", "SWPPV") | (_is("LAM", "NAM") & _missing(INSTALMENT)))
        | (
            _is("ANN")
            & _missing("maturity_date")
            & _missing("amortization_date")
            & _missing(INSTALMENT)
        ),
        Text("no maturity", "缺少到期日"),
        Text("principal would never fall due", "本金将永不到期"),
        Text("fill in the maturity, or an instalment", "请填写到期日或每期还款额"),
    ),
    Finding(
        "contract.no_reset_dates",
        "cycle_of_rate_reset",
        pl.col("market_object_code_of_rate_reset").is_not_null()
        & _missing("cycle_of_rate_reset")
        & _missing("cycle_anchor_date_of_rate_reset")
        & _missing("array_cycle_anchor_date_of_rate_reset"),
        Text("a reference rate but no reset dates", "有参考利率但无重定价周期"),
        Text("the rate would never move", "利率将永不调整"),
        Text("fill in the reset cycle", "请填写重定价周期"),
    ),
    Finding(
        "contract.no_reference_rate",
        "market_object_code_of_rate_reset",
        ~(_missing("cycle_of_rate_reset") & _missing("cycle_anchor_date_of_rate_reset"))
        & _missing("market_object_code_of_rate_reset")
        & _missing("next_reset_rate"),
        Text("reset dates but no reference rate", "有重定价周期但无参考利率"),
        Text("the new rate is unknown", "无法得知新利率"),
        Text("name the reference rate, or delete the dates", "请填写参考利率,或删除重定价日期"),
    ),
    Finding(
        "contract.cap_below_floor",
        "life_cap",
        pl.col("life_cap") < pl.col("life_floor"),
        Text("the cap is below the floor", "利率上限低于下限"),
        Text("no rate fits both", "没有利率能同时满足"),
        Text("correct one of the two", "请更正其中之一"),
    ),
    Finding(
        "contract.icma_without_months",
        "cycle_of_interest_payment",
        (pl.col("day_count_convention") == PERIODIC)
        & ~pl.col("cycle_of_interest_payment").str.contains("[MQHY]").fill_null(value=False),
        Text("AAICMA needs coupon periods of whole months", "AAICMA须有按月计的付息周期"),
        Text("it measures interest in coupon periods", "该基准按付息期计息"),
        Text("fill in the interest cycle, or use AA", "请填写付息周期,或改用AA"),
    ),
)
OF_WORDS: tuple[Finding, ...] = (*_cycle_findings(), *_choice_findings(), *_step_findings())
