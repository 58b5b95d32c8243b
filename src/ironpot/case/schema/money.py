"""Money in time: budget, published history, drivers, limits, help from above, wishes, records."""

from ironpot.case.schema.words import (
    ACCOUNTS,
    PROVENANCE,
    ROUTES,
    SCENARIOS,
)
from ironpot.core.columns import Column, Table
from ironpot.core.lang import Text
from ironpot.core.sources import BASES

BUDGET_LINES = (
    "own_revenue",
    "transfers_in",
    "land_revenue",
    "essential_spending",
    "other_spending",
    "transfers_out",
)
BUDGET_DRIVERS = ("own_revenue", "land_revenue", "transfers", "none")
LIMIT_KINDS = ("buffer", "bridge", "transfer", "debt_ceiling", "new_debt")
RELIEF_KINDS = ("grant", "advance", "quota", "waiver", "guarantee")
RELIEF_IN_CASH = ("grant", "advance", "quota")

BUDGET = Table(
    "budget",
    Text("budget", "预算"),
    Text(
        "Yearly lines by account; a year is spread over its quarters, the last year is carried on.",
        "分账户的年度收支;按季均摊,之后年份沿用最后一年。",
    ),
    key=("entity_id", "account", "line", "item", "year"),
    basic=True,
    columns=(
        Column(
            "entity_id",
            "id",
            Text("entity", "主体编号"),
            required=True,
            basic=True,
            refers="entities",
        ),
        Column(
            "account",
            "choice",
            Text("account", "账户"),
            required=True,
            basic=True,
            allowed=ACCOUNTS,
        ),
        Column(
            "line",
            "choice",
            Text("line", "科目"),
            required=True,
            basic=True,
            allowed=BUDGET_LINES,
        ),
        Column("item", "text", Text("item", "项目"), basic=True, default=""),
        Column("year", "count", Text("year", "年份"), required=True, basic=True),
        Column(
            "amount_y",
            "money",
            Text("amount a year", "年金额"),
            Text("positive; the line says in or out", "填正数,收支由科目决定"),
            required=True,
            basic=True,
            low=0.0,
        ),
        Column(
            "recurrent",
            "bool",
            Text("recurrent", "经常性"),
            Text("one-off income is not carried on", "一次性收入不沿用"),
            required=True,
            basic=True,
        ),
        Column(
            "driver",
            "choice",
            Text("driver", "驱动因素"),
            allowed=BUDGET_DRIVERS,
            default="none",
        ),
        Column(
            "growth_rate",
            "rate",
            Text("growth after the last year", "其后年增长"),
            low=-0.5,
            high=0.5,
            default=0.0,
        ),
        *PROVENANCE,
    ),
)

FISCAL_HISTORY = Table(
    "fiscal_history",
    Text("published accounts", "历年决算预算"),
    Text(
        "Published budgets and outturns, both sides; each year's sides are added up and compared. "
        "GDP is the memo item gdp of account general, with status budget where it is a forecast.",
        "公布的历年预决算收支两侧,逐年核对平衡。地区生产总值填 general 账户 memo 项 gdp,"
        "预测数口径填 budget。",
    ),
    key=("entity_id", "account", "year", "item"),
    columns=(
        Column("entity_id", "id", Text("entity", "主体编号"), required=True, refers="entities"),
        Column("account", "choice", Text("account", "账户"), required=True, allowed=ACCOUNTS),
        Column("year", "count", Text("year", "年份"), required=True),
        Column("item", "id", Text("item", "项目"), required=True),
        Column(
            "side",
            "choice",
            Text("side", "方向"),
            Text(
                "total = printed total of both sides; of_which = part of another item",
                "total 合计;of_which 其中项",
            ),
            required=True,
            allowed=("source", "use", "total", "of_which", "memo"),
        ),
        Column(
            "amount", "money", Text("amount", "金额"), Text("empty = not published", "留空为未公布")
        ),
        Column(
            "status",
            "choice",
            Text("status", "口径"),
            required=True,
            allowed=("budget", "outturn", "derived"),
        ),
        *PROVENANCE,
    ),
)

DRIVERS = Table(
    "drivers",
    Text("drivers", "驱动因素"),
    Text(
        "Paths of what nobody controls: indices on 1 at the case date, rates as decimals. A driver "
        "gdp carries the last GDP of fiscal_history on.",
        "不可控因素的分情景路径:指数以基准日为1,利率用小数。驱动因素 gdp 用于推算以后年度"
        "地区生产总值。",
    ),
    key=("driver", "quarter"),
    columns=(
        Column("driver", "id", Text("driver", "因素"), required=True),
        Column("quarter", "quarter", Text("quarter", "季度"), required=True),
        *(
            Column(
                name,
                "number",
                Text(name, {"base": "基准", "adverse": "不利", "favourable": "有利"}[name]),
                required=True,
            )
            for name in SCENARIOS
        ),
        *PROVENANCE,
    ),
)

LIMITS = Table(
    "limits",
    Text("limits", "限额"),
    Text(
        "Buffers, bridge loans, transfers between entities, ceilings.", "缓冲、过桥、调度、上限。"
    ),
    key=("limit_id",),
    columns=(
        Column("limit_id", "id", Text("limit", "限额编号"), required=True),
        Column("kind", "choice", Text("kind", "类型"), required=True, allowed=LIMIT_KINDS),
        Column("entity_id", "id", Text("entity", "主体编号"), refers="entities"),
        Column("account", "choice", Text("account", "账户"), allowed=ACCOUNTS),
        Column("quarter", "period", Text("quarter", "季度"), required=True, default="all"),
        Column("amount", "money", Text("amount", "金额"), required=True, low=0.0),
        Column("rate", "rate", Text("rate", "利率"), low=0.0, high=0.5),
        *PROVENANCE,
    ),
)

RELIEF_SOURCES = Table(
    "relief_sources",
    Text("help from above", "上级支持"),
    Text("Who may help, how, up to what, from when.", "支持方、方式、额度、最早时间。"),
    key=("giver_id", "kind"),
    columns=(
        Column("giver_id", "id", Text("giver", "支持方"), required=True),
        Column("name", "text", Text("name", "名称"), required=True),
        Column("kind", "choice", Text("kind", "方式"), required=True, allowed=RELIEF_KINDS),
        Column("order", "count", Text("order", "顺序"), required=True),
        Column("quarterly_limit", "money", Text("limit a quarter", "季度额度"), low=0.0),
        Column("total_limit", "money", Text("limit in all", "总额度"), low=0.0),
        Column("earliest_quarter", "quarter", Text("earliest quarter", "最早季度")),
        Column("repayable", "bool", Text("repayable", "需归还"), required=True),
        Column("repay_after_quarters", "count", Text("repaid after, quarters", "几季后归还")),
        Column("rate", "rate", Text("rate", "利率"), low=0.0, high=0.3),
        Column(
            "accounts", "many", Text("into accounts", "可入账户"), required=True, allowed=ACCOUNTS
        ),
        *PROVENANCE,
    ),
)

WISHES = Table(
    "wishes",
    Text("wishes", "意愿"),
    Text(
        "Keep this, sell that in a quarter; the plan says what each costs.",
        "指定保留或处置;计划给出每项代价。",
    ),
    key=("wish_id",),
    columns=(
        Column("wish_id", "id", Text("wish", "意愿编号"), required=True),
        Column("subject_id", "id", Text("asset or debt", "资产或债务编号"), required=True),
        Column(
            "action", "choice", Text("action", "要求"), required=True, allowed=("force", "forbid")
        ),
        Column(
            "route",
            "choice",
            Text("route or action", "方式或措施"),
            Text(
                "hold: the lot stays, the debt keeps its contract, up to the end of a quarter if "
                "named; empty: any way; a forced prepay or swap is of the whole debt",
                "hold指资产保留、债务按原合同(填季度则至该季末);不填指任何方式;"
                "要求提前还款或置换时须为全部债务",
            ),
            allowed=(*ROUTES, "prepay", "extend", "rate_cut", "haircut", "swap"),
        ),
        Column("quarter", "quarter", Text("quarter", "季度")),
        Column("by", "text", Text("by whom", "提出人"), required=True),
        *PROVENANCE,
    ),
)

RULES = Table(
    "rules",
    Text("rule sets", "适用规则"),
    Text("Dated rule sets that apply to the case.", "案例适用的规则集。"),
    key=("rule_set_id",),
    columns=(
        Column("rule_set_id", "id", Text("rule set", "规则集"), required=True),
        Column("entity_id", "id", Text("entity", "主体编号"), required=True, refers="entities"),
        Column("binding", "bool", Text("binds the plan", "约束计划"), required=True),
        Column("target_level", "id", Text("band not to pass", "不得突破的等级")),
        *PROVENANCE,
    ),
)

SOURCES = Table(
    "sources",
    Text("sources", "来源"),
    Text("Documents behind the figures.", "数据依据的文件。"),
    key=("source_id",),
    columns=(
        Column("source_id", "id", Text("source", "来源编号"), required=True),
        Column("document", "text", Text("document", "文件"), required=True),
        Column("locator", "text", Text("place", "位置")),
        Column("date", "date", Text("date", "日期")),
        Column("basis", "choice", Text("basis", "可靠性"), allowed=BASES, default="user"),
        Column("sha256", "text", Text("hash", "哈希")),
    ),
)

TABLES = (
    BUDGET,
    FISCAL_HISTORY,
    DRIVERS,
    LIMITS,
    RELIEF_SOURCES,
    WISHES,
    RULES,
    SOURCES,
)
