"""What is owned, how it may leave, and into which market: lots, bundles, routes, taxes, depth."""

from ironpot.case.schema.words import ACCOUNTS, PROVENANCE, ROUTES, SCENARIOS
from ironpot.core.columns import Column, Table
from ironpot.core.lang import Text

TITLES = ("clear", "defect", "missing")
BUYER_SCOPES = ("outside", "inside", "unknown")

ASSETS = Table(
    "assets",
    Text("assets", "资产"),
    Text(
        "One row a lot that could be kept, used, let or sold as one thing.",
        "一行一个可单独保留、使用、出租或出售的标的。",
    ),
    key=("asset_id",),
    basic=True,
    columns=(
        Column("asset_id", "id", Text("asset", "资产编号"), required=True, basic=True),
        Column("name", "text", Text("name", "名称"), required=True, basic=True),
        Column(
            "owner_id",
            "id",
            Text("owner", "所属主体"),
            required=True,
            basic=True,
            refers="entities",
        ),
        Column(
            "asset_kind",
            "id",
            Text("kind", "资产种类"),
            required=True,
            basic=True,
            refers="asset_kinds",
        ),
        Column(
            "gfsm_code",
            "text",
            Text("GFSM code", "GFSM科目"),
            Text("empty = by kind", "留空按种类"),
        ),
        Column(
            "book_value",
            "money",
            Text("book value", "账面价值"),
            required=True,
            basic=True,
            low=0.0,
        ),
        Column("book_date", "date", Text("book date", "账面日期")),
        Column(
            "appraisal",
            "money",
            Text("appraisal", "评估价"),
            Text("filed or expected appraisal; empty = unknown", "备案或预计评估价;留空为未知"),
            basic=True,
            low=0.0,
        ),
        Column("appraisal_date", "date", Text("appraisal date", "评估日期"), basic=True),
        Column("appraisal_low", "money", Text("appraisal, low", "评估价下限"), low=0.0),
        Column("appraisal_high", "money", Text("appraisal, high", "评估价上限"), low=0.0),
        Column(
            "income_y",
            "money",
            Text("income a year", "年收入"),
            Text("rent, fees or rent saved", "租金、收费或节省的租金"),
            required=True,
            basic=True,
            low=0.0,
        ),
        Column("income_low_y", "money", Text("income a year, low", "年收入下限"), low=0.0),
        Column("income_high_y", "money", Text("income a year, high", "年收入上限"), low=0.0),
        Column(
            "income_growth_rate",
            "rate",
            Text("income growth", "收入增长率"),
            low=-0.5,
            high=0.5,
            default=0.0,
        ),
        Column(
            "cost_to_keep_y",
            "money",
            Text("cost to keep a year", "年维持成本"),
            required=True,
            basic=True,
            low=0.0,
        ),
        Column(
            "capex_needed",
            "money",
            Text("needed investment", "必要投资"),
            Text("present value of what keeping it will need", "保留所需投资的现值"),
            low=0.0,
            default=0.0,
        ),
        Column(
            "remaining_life_y",
            "number",
            Text("remaining life, years", "剩余年限"),
            Text("at most 50 are counted", "最多计50年"),
            required=True,
            basic=True,
            low=0.0,
            high=999.0,
        ),
        Column("occupancy_share", "share", Text("occupancy", "出租率"), low=0.0, high=1.0),
        Column("service_class", "id", Text("service", "服务类别"), refers="service_classes"),
        Column(
            "service_value_y",
            "money",
            Text("service value a year", "年服务价值"),
            Text("only where a source gives one", "仅在有来源时填写"),
            low=0.0,
        ),
        Column(
            "essential",
            "bool",
            Text("protected", "公益保护"),
            Text("may not leave by any route but shared use", "除共享使用外不得处置"),
            basic=True,
            default=False,
        ),
        Column(
            "title",
            "choice",
            Text("title", "权属"),
            basic=True,
            allowed=TITLES,
            default="clear",
        ),
        Column(
            "title_cure_months",
            "count",
            Text("months to cure title", "补证所需月数"),
            Text("empty = cannot be cured", "留空为无法补证"),
        ),
        Column(
            "encumbrance_debt_id",
            "id",
            Text("pledged to debt", "抵押的债务"),
            Text("empty = free", "留空为无抵押"),
            basic=True,
            refers="debts",
        ),
        Column("legal_flags", "many", Text("legal flags", "法律限制")),
        Column("approvals", "many", Text("approvals needed", "所需审批")),
        Column("approver", "text", Text("approver", "审批单位")),
        Column("market_id", "id", Text("market", "市场"), Text("empty = by kind", "留空按种类")),
        Column(
            "buyer_scope",
            "choice",
            Text("likely buyer", "可能买方"),
            Text("inside = a related body", "inside 为关联单位"),
            allowed=BUYER_SCOPES,
            default="unknown",
        ),
        Column(
            "buyer_id",
            "id",
            Text("related buyer", "关联买方"),
            refers="entities",
        ),
        Column(
            "counterparty_id",
            "id",
            Text("whose shares or debt", "发行方或债务人"),
            Text(
                "shares, receivables and loans only: an entity that issued or owes them; "
                "do not repeat them in the claims table",
                "仅股权、应收款、借款填写:发行或欠款的主体;不要在内部往来表重复登记",
            ),
            refers="entities",
        ),
        Column(
            "routes_barred",
            "many",
            Text("routes barred", "禁用方式"),
            allowed=ROUTES,
        ),
        *PROVENANCE,
    ),
)

ASSET_KINDS = Table(
    "asset_kinds",
    Text("asset kinds", "资产种类"),
    Text("Kinds with their GFSM code, market and route limits.", "资产种类及其科目、市场和限制。"),
    key=("asset_kind",),
    columns=(
        Column("asset_kind", "id", Text("kind", "资产种类"), required=True),
        Column("name_en", "text", Text("English name", "英文名称"), required=True),
        Column("name_zh", "text", Text("Chinese name", "中文名称"), required=True),
        Column("gfsm_code", "text", Text("GFSM code", "GFSM科目"), required=True),
        Column("market_id", "id", Text("market", "市场")),
        Column("service_class", "id", Text("service", "服务类别")),
        Column("limits_en", "text", Text("hard limits, English", "硬性限制(英文)")),
        Column("limits_zh", "text", Text("hard limits, Chinese", "硬性限制(中文)")),
        *PROVENANCE,
    ),
)

BUNDLES = Table(
    "bundles",
    Text("bundles", "资产包"),
    Text("Lots that may be offered together.", "可打包处置的标的。"),
    key=("bundle_id",),
    columns=(
        Column("bundle_id", "id", Text("bundle", "资产包编号"), required=True),
        Column("name", "text", Text("name", "名称")),
        Column("asset_ids", "many", Text("members", "成员"), required=True),
        Column("route", "choice", Text("route", "方式"), required=True, allowed=ROUTES),
        Column(
            "price_uplift_share",
            "share",
            Text("uplift over the members", "打包溢价"),
            low=-0.5,
            high=1.0,
            default=0.0,
        ),
        *PROVENANCE,
    ),
)

ROUTES_TABLE = Table(
    "routes",
    Text("routes", "处置方式"),
    Text(
        "How each kind of asset may leave, with time and effort.",
        "各类资产可用的处置方式、时间和工作量。",
    ),
    key=("asset_kind", "route"),
    columns=(
        Column("asset_kind", "id", Text("kind", "资产种类"), required=True, refers="asset_kinds"),
        Column("route", "choice", Text("route", "方式"), required=True, allowed=ROUTES),
        Column("legal", "bool", Text("legal", "合法"), required=True),
        Column("blocked_code", "id", Text("if not, why", "不合法原因")),
        Column("lead_days", "count", Text("preparation, days", "准备天数"), required=True),
        Column(
            "effort_pw",
            "number",
            Text("effort, person-weeks", "工作量(人周)"),
            Text("over the whole preparation", "整个准备期合计"),
            required=True,
            low=0.0,
        ),
        Column(
            "price_share",
            "share",
            Text("price over appraisal", "价格/评估价"),
            Text(
                "before market depth; concession: of the value of the years granted",
                "未计市场折价;经营权:占所授年限价值的比例",
            ),
            low=0.0,
            high=2.0,
        ),
        Column("term_y", "number", Text("years granted", "授予年限"), low=0.0, high=99.0),
        Column(
            "rent_share",
            "share",
            Text("rent over appraisal", "年租金/评估价"),
            Text("lease: yearly rent over appraisal", "出租:年租金占评估价比例"),
            low=0.0,
            high=1.0,
        ),
        Column("ltv_share", "share", Text("loan to value", "抵押率"), low=0.0, high=1.0),
        Column("loan_rate", "rate", Text("loan rate", "融资利率"), low=0.0, high=0.3),
        Column("loan_term_months", "count", Text("loan term, months", "融资期限(月)")),
        Column("minimum_size", "money", Text("minimum size", "最小规模"), low=0.0),
        Column("retained_share", "share", Text("units kept", "自持比例"), low=0.0, high=1.0),
        Column("account", "choice", Text("account", "入账账户"), allowed=ACCOUNTS),
        Column("recourse", "bool", Text("recourse", "有追索")),
        *PROVENANCE,
    ),
)

PROCEDURE = Table(
    "procedure",
    Text("procedure", "程序"),
    Text("Steps of a listing: days, price floors, approvals.", "挂牌程序:天数、底价、审批。"),
    key=("step_id",),
    columns=(
        Column("step_id", "id", Text("step", "步骤"), required=True),
        Column("applies_to", "text", Text("applies to", "适用范围"), required=True),
        Column("rule_en", "text", Text("rule, English", "规则(英文)"), required=True),
        Column("rule_zh", "text", Text("rule, Chinese", "规则(中文)"), required=True),
        Column("min_days", "count", Text("days at least", "最少天数")),
        Column(
            "day_kind", "choice", Text("kind of day", "日类型"), allowed=("working", "calendar")
        ),
        Column(
            "price_floor_share",
            "share",
            Text("price floor over appraisal", "底价/评估价"),
            low=0.0,
            high=1.0,
        ),
        Column("approval_en", "text", Text("approval, English", "审批(英文)")),
        Column("approval_zh", "text", Text("approval, Chinese", "审批(中文)")),
        *PROVENANCE,
    ),
)

TAXES_FEES = Table(
    "taxes_fees",
    Text("taxes and fees", "税费"),
    Text("Rates by kind and route; low and high give the range.", "按种类和方式的税费率及区间。"),
    key=("item", "asset_kind", "route"),
    columns=(
        Column("item", "id", Text("item", "项目"), required=True),
        Column("asset_kind", "id", Text("kind or 'all'", "资产种类或all"), required=True),
        Column("route", "id", Text("route or 'all'", "方式或all"), required=True),
        Column("rate_low", "share", Text("low", "低"), required=True, low=0.0, high=1.0),
        Column("rate", "share", Text("base rate", "基准"), required=True, low=0.0, high=1.0),
        Column("rate_high", "share", Text("high", "高"), required=True, low=0.0, high=1.0),
        Column(
            "base",
            "choice",
            Text("base", "计算基数"),
            required=True,
            allowed=("price", "appraisal", "gain"),
        ),
        Column(
            "levy", "choice", Text("tax or fee", "税或费"), required=True, allowed=("tax", "fee")
        ),
        Column(
            "owner_kinds",
            "many",
            Text("owners it falls on", "适用主体类型"),
            Text("empty = all", "留空为全部"),
        ),
        *PROVENANCE,
    ),
)

MARKETS = Table(
    "markets",
    Text("markets", "市场"),
    Text(
        "Depth as a ladder: each quarter a tranche takes `capacity` at `price_fraction`.",
        "市场深度阶梯:每季度每档按评估价的一定比例吸收一定金额。",
    ),
    key=("market_id", "quarter", "tranche"),
    columns=(
        Column("market_id", "id", Text("market", "市场"), required=True),
        Column("name_en", "text", Text("English name", "英文名称")),
        Column("name_zh", "text", Text("Chinese name", "中文名称")),
        Column("quarter", "period", Text("quarter", "季度"), required=True),
        Column("tranche", "count", Text("tranche", "档"), required=True),
        Column(
            "price_fraction",
            "share",
            Text("price over appraisal", "价格/评估价"),
            required=True,
            low=0.0,
            high=2.0,
        ),
        Column("fraction_low", "share", Text("low", "低"), low=0.0, high=2.0),
        Column("fraction_high", "share", Text("high", "高"), low=0.0, high=2.0),
        Column(
            "capacity",
            "money",
            Text("capacity a quarter", "每季容量"),
            Text("appraised value listed", "按评估价计的挂牌量"),
            required=True,
            low=0.0,
        ),
        Column("price_driver", "id", Text("price driver", "价格驱动"), required=True),
        *PROVENANCE,
    ),
)

LISTING = Table(
    "listing",
    Text("listing rounds", "挂牌轮次"),
    Text(
        "Share of what is listed that sells in each round, and the reserve price of the round.",
        "各轮成交占挂牌量的比例及该轮底价。",
    ),
    key=("market_id", "scenario", "round"),
    columns=(
        Column("market_id", "id", Text("market or 'all'", "市场或all"), required=True),
        Column("scenario", "choice", Text("scenario", "情景"), required=True, allowed=SCENARIOS),
        Column("round", "count", Text("round", "轮次"), required=True),
        Column(
            "sold_share",
            "share",
            Text("sold in the round", "本轮成交比例"),
            required=True,
            low=0.0,
            high=1.0,
        ),
        Column(
            "reserve_share",
            "share",
            Text("reserve price over the first", "底价/首次挂牌价"),
            required=True,
            low=0.0,
            high=1.0,
        ),
        *PROVENANCE,
    ),
)

SERVICE_CLASSES = Table(
    "service_classes",
    Text("service classes", "服务类别"),
    Text("Floors of public service that a plan must leave.", "计划必须保留的公共服务底线。"),
    key=("service_class",),
    columns=(
        Column("service_class", "id", Text("service", "服务类别"), required=True),
        Column("name_en", "text", Text("English name", "英文名称"), required=True),
        Column("name_zh", "text", Text("Chinese name", "中文名称"), required=True),
        Column(
            "floor_share",
            "share",
            Text("floor", "保留底线"),
            Text("share of today's service that must stay", "须保留的现有服务比例"),
            required=True,
            low=0.0,
            high=1.0,
        ),
        Column("unit", "text", Text("unit", "计量")),
        Column("decided_by_en", "text", Text("who decides, English", "决定单位(英文)")),
        Column("decided_by_zh", "text", Text("who decides, Chinese", "决定单位(中文)")),
        *PROVENANCE,
    ),
)

TEAM = Table(
    "team",
    Text("task force", "专班"),
    Text("Preparation capacity of the task force.", "工作专班的准备能力。"),
    key=("quarter",),
    columns=(
        Column("quarter", "period", Text("quarter", "季度"), required=True),
        Column(
            "capacity_pw",
            "number",
            Text("capacity, person-weeks", "能力(人周)"),
            required=True,
            low=0.0,
        ),
        Column("negotiations", "count", Text("debt negotiations", "债务谈判数")),
        *PROVENANCE,
    ),
)

TABLES = (
    ASSETS,
    ASSET_KINDS,
    BUNDLES,
    ROUTES_TABLE,
    PROCEDURE,
    TAXES_FEES,
    MARKETS,
    LISTING,
    SERVICE_CLASSES,
    TEAM,
)
