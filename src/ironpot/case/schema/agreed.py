"""What is agreed with creditors beyond the common terms: rare terms, and changes on given days."""

from ironpot.case.schema.words import PROVENANCE
from ironpot.core.columns import Column, Table
from ironpot.core.lang import Text

CHANGES = (
    *("prepay", "call", "put", "haircut", "rate", "extend", "moratorium", "swap", "default"),
)
RELIEVED = ("principal", "interest", "both")
INTEREST_RELIEF = ("capitalise", "defer", "waive")
INSTALMENTS = ("solve", "keep", "extend")

DEBT_TERMS = Table(
    "debt_terms",
    Text("further terms", "其他条款"),
    Text(
        "Terms that few contracts have: fees, steps of the rate, an index, capitalised interest.",
        "少数合同才有的条款:费用、分段利率、指数挂钩、利息资本化等。",
    ),
    key=("debt_id", "term"),
    columns=(
        Column("debt_id", "id", Text("debt", "债务编号"), required=True, refers="debts"),
        Column(
            "term",
            "id",
            Text("term", "条款"),
            Text("ACTUS name, such as fee_rate or array_rate", "ACTUS名称,如 fee_rate、array_rate"),
            required=True,
        ),
        Column(
            "value",
            "text",
            Text("value", "内容"),
            Text(
                "yuan, decimal, date or cycle; a list is joined by ;",
                "元、小数、日期或周期;多项用;分隔",
            ),
            required=True,
        ),
        *PROVENANCE,
    ),
)

DEBT_CHANGES = Table(
    "debt_changes",
    Text("agreed changes", "已约定变更"),
    Text(
        "What is agreed to happen to a contract on a day: it takes effect at the end of that day.",
        "已约定在某日对合同作出的变更,于当日终了生效。",
    ),
    key=("change_id",),
    columns=(
        Column("change_id", "id", Text("number of the change", "变更编号"), required=True),
        Column("debt_id", "id", Text("debt", "债务编号"), required=True, refers="debts"),
        Column("date", "date", Text("date", "生效日"), required=True),
        Column(
            "change",
            "choice",
            Text("kind of change", "变更类型"),
            required=True,
            allowed=CHANGES,
        ),
        Column(
            "amount",
            "money",
            Text("principal concerned", "涉及本金"),
            Text("prepaid, called, put or forgiven", "提前偿还、赎回、回售或减免的本金"),
            low=0.0,
        ),
        Column(
            "share",
            "share",
            Text("share of principal", "涉及本金比例"),
            Text("instead of an amount; 1 = all", "与金额二选一;1为全部"),
            low=0.0,
            high=1.0,
        ),
        Column(
            "fee_share",
            "share",
            Text("fee", "费率"),
            Text(
                "of what is prepaid; empty = as the contract says",
                "占提前还款额比例;留空按合同",
            ),
            low=0.0,
            high=0.5,
        ),
        Column(
            "price",
            "number",
            Text("price", "价格"),
            Text(
                "of call or put; of a swap: new debt for one of old; empty = 1",
                "赎回或回售价格;置换时为每元旧债换新债额;留空为1",
            ),
            low=0.0,
        ),
        Column(
            "rate_change",
            "rate",
            Text("rate change", "利率变动"),
            Text("added to the rate, or to the spread", "加在利率或加点上"),
            low=-0.5,
            high=0.5,
        ),
        Column(
            "new_rate",
            "rate",
            Text("new rate", "新利率"),
            Text("fixed rates only; of the new bond in a swap", "仅限固定利率;置换时为新债利率"),
            low=-0.05,
            high=0.5,
        ),
        Column(
            "until",
            "date",
            Text("until", "截止日"),
            Text(
                "new maturity, end of the moratorium, or day on which arrears are cured",
                "新到期日、宽限截止日或欠款补清日",
            ),
        ),
        Column(
            "term_months",
            "count",
            Text("months added", "展期(月)"),
            Text("extension; in a swap, term of the new bond", "展期月数;置换时为新债期限"),
        ),
        Column(
            "relieves",
            "choice",
            Text("what is not paid", "宽限内容"),
            Text("moratorium only", "仅限宽限"),
            allowed=RELIEVED,
        ),
        Column(
            "interest",
            "choice",
            Text("interest meanwhile", "宽限期利息"),
            Text("moratorium of interest only", "仅限利息宽限"),
            allowed=INTEREST_RELIEF,
        ),
        Column(
            "instalment",
            "choice",
            Text("instalments after", "其后还款额"),
            Text(
                "solve = anew up to maturity; keep = as before; extend = later maturity",
                "solve 按到期日重算 / keep 不变 / extend 顺延到期日",
            ),
            allowed=INSTALMENTS,
        ),
        *PROVENANCE,
    ),
)

TABLES = (DEBT_TERMS, DEBT_CHANGES)
