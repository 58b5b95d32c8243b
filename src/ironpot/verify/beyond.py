"""What can nobody re-make from a plan's files? Said in every verification, column by column.

The files hold results, not the case: values, prices, volumes and the optimum itself need the case
and the model. The columns named here are, in some rows or all, at most bounded by a rule; every
other amount is tied to another to the cent.
"""

from dataclasses import dataclass

from ironpot.core.lang import Text


@dataclass(frozen=True, slots=True)
class Beyond:
    """Something that the files cannot prove; `columns` are written `table.column`."""

    code: str
    columns: tuple[str, ...]
    why: Text


BEYOND: tuple[Beyond, ...] = (
    Beyond(
        "beyond.case",
        (),
        Text(
            "input_hash and options_hash: the case is not among the files, "
            "the options are stated only",
            "input_hash与options_hash:案例不在文件中,选项仅作陈述",
        ),
    ),
    Beyond(
        "beyond.optimum",
        (),
        Text(
            "objective, bound and the cost of doing nothing: only their relations are checked",
            "目标值、下界和不处置成本:只核对相互关系",
        ),
    ),
    Beyond(
        "beyond.values",
        (
            "pots.retention_value",
            "pots.retention_low",
            "pots.retention_high",
            "pots.net_low",
            "pots.net_high",
            "decisions.retention_value",
            "decisions.net_proceeds",
        ),
        Text(
            "values given up, net proceeds at low and high, and a lot's value at its quarter: "
            "income, rates and prices are not in the files; only order, verdict and the value "
            "destroyed are checked",
            "所放弃的价值、净得款高低值及按决定季度计的价值:收入、利率和价格不在文件中,"
            "只核对大小顺序、结论和价值损失",
        ),
    ),
    Beyond(
        "beyond.law",
        (),
        Text(
            "legality and title: taken from the pot test as stated",
            "合法性与权属:以测算表所列为准",
        ),
    ),
    Beyond(
        "beyond.bundles",
        (),
        Text(
            "which lots a bundle must hold: the files list no bundles",
            "资产包应含哪些标的:文件中没有资产包清单",
        ),
    ),
    Beyond(
        "beyond.proceeds",
        (),
        Text(
            "sale money by lot and quarter: decisions hold present values, cash holds what sells "
            "in each scenario",
            "各标的各季处置收入:决定表为现值,现金表为各情景实际成交",
        ),
    ),
    Beyond(
        "beyond.debt_terms",
        (
            "debt_actions.interest_paid",
            "debt_actions.fee_paid",
            "debt_actions.npv_effect",
        ),
        Text(
            "interest, fees and gains by contract: terms are not in the files; interest is only "
            "bounded by the cash table",
            "逐笔利息、费用和得失:合同条款不在文件中,利息只以现金表为上限核对",
        ),
    ),
    Beyond(
        "beyond.extension",
        ("resolution.amount",),
        Text(
            "how much an extension puts off: only bounded by the debt's principal",
            "展期推迟的金额:只以该债务本金为上限核对",
        ),
    ),
    Beyond(
        "beyond.scenario_principal",
        (),
        Text(
            "principal by contract in one scenario: debt actions are expected amounts",
            "单一情景下的逐笔还本:债务措施表为预期金额",
        ),
    ),
    Beyond(
        "beyond.ladder_flows",
        ("ladder.buffer",),
        Text(
            "what stands behind a rung's sources, uses and buffer: contracts and budget are not in "
            "the files",
            "缺口表各期来源、用途和缓冲的构成:合同与预算不在文件中",
        ),
    ),
    Beyond(
        "beyond.relief_range",
        ("relief.amount_p05", "relief.amount_p95"),
        Text(
            "the range of relief: it needs the scenarios' paths",
            "支持金额的区间:需要情景路径",
        ),
    ),
    Beyond(
        "beyond.penalties",
        ("limits.penalty",),
        Text(
            "the price of a broken limit: it needs the model",
            "未守住限额的代价:需要模型",
        ),
    ),
    Beyond(
        "beyond.after",
        (),
        Text(
            "assets after the plan: gross and consolidation tie, the change by lot does not",
            "处置后资产:总额与合并已核对,按标的的变动未核对",
        ),
    ),
    Beyond(
        "beyond.headline",
        (),
        Text(
            "the headline: it stands in the report; here its parts are checked (circular counts "
            "zero, outside cash was received)",
            "报告首页数字:见报告,此处核对其构成(内部循环计零、外部现金已到账)",
        ),
    ),
)
