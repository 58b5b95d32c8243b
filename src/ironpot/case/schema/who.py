"""Who: entities, their accounts, creditors, and claims between entities."""

from ironpot.case.schema.words import (
    ACCOUNTS,
    CREDITOR_CLASSES,
    ENTITY_KINDS,
    PRIMARY_CLASSES,
    PROVENANCE,
)
from ironpot.core.columns import Column, Table
from ironpot.core.lang import Text

ENTITIES = Table(
    "entities",
    Text("entities", "主体"),
    Text(
        "Governments, bureaus, financing vehicles and other bodies; one row each.",
        "政府、部门、融资平台和其他单位,一行一个。",
    ),
    key=("entity_id",),
    basic=True,
    columns=(
        Column("entity_id", "id", Text("entity", "主体编号"), required=True, basic=True),
        Column("name", "text", Text("name", "名称"), required=True, basic=True),
        Column(
            "kind",
            "choice",
            Text("kind", "类型"),
            required=True,
            basic=True,
            allowed=ENTITY_KINDS,
        ),
        Column(
            "parent_id",
            "id",
            Text("parent", "上级主体"),
            Text("owner; empty at the top", "出资人或主管;最上级留空"),
            basic=True,
            refers="entities",
        ),
        Column(
            "ownership_share",
            "share",
            Text("ownership share", "持股比例"),
            low=0.0,
            high=1.0,
            default=1.0,
        ),
        Column(
            "inside",
            "bool",
            Text("inside the perimeter", "在并表范围内"),
            Text("counted in the consolidated plan", "计入合并计划"),
            required=True,
            basic=True,
        ),
        Column("legal_sector", "text", Text("legal sector", "法定部门")),
        Column(
            "analytic_sector",
            "text",
            Text("analytic sector", "分析部门"),
            Text(
                "S13 general government; S11001 public corporation; S1313 local government",
                "S13 广义政府;S11001 公共企业;S1313 地方政府",
            ),
        ),
        Column("region_code", "text", Text("region code", "行政区划代码")),
        *PROVENANCE,
    ),
)

ACCOUNTS_TABLE = Table(
    "accounts",
    Text("accounts", "账户"),
    Text(
        "Cash at the case date by account. An entity without a row banks with its nearest parent "
        "that has one.",
        "基准日各账户现金。没有账户的主体使用最近上级的账户。",
    ),
    key=("entity_id", "account"),
    columns=(
        Column("entity_id", "id", Text("entity", "主体编号"), required=True, refers="entities"),
        Column("account", "choice", Text("account", "账户"), required=True, allowed=ACCOUNTS),
        Column("opening_cash", "money", Text("opening cash", "期初现金"), required=True, low=0.0),
        Column(
            "pays",
            "many",
            Text("pays debt classes", "可偿还债务类别"),
            required=True,
            allowed=PRIMARY_CLASSES,
        ),
        Column(
            "transfers_to",
            "many",
            Text("may transfer to accounts", "可调出至账户"),
            Text("within the perimeter, up to the limits table", "并表范围内,以限额为限"),
            allowed=ACCOUNTS,
        ),
        *PROVENANCE,
    ),
)

CREDITORS = Table(
    "creditors",
    Text("creditors", "债权人"),
    Text("Who lends, by class; the class decides roll-over.", "债权人及类别;类别决定续贷比例。"),
    key=("creditor_id",),
    columns=(
        Column("creditor_id", "id", Text("creditor", "债权人编号"), required=True),
        Column("name", "text", Text("name", "名称"), required=True),
        Column(
            "creditor_class",
            "choice",
            Text("class", "类别"),
            required=True,
            allowed=CREDITOR_CLASSES,
        ),
        *PROVENANCE,
    ),
)

CLAIMS = Table(
    "claims",
    Text("claims between entities", "内部往来"),
    Text(
        "What entities owe one another outside the debts table; eliminated on consolidation.",
        "债务表之外的主体间往来款,合并时抵销。",
    ),
    key=("claim_id",),
    columns=(
        Column("claim_id", "id", Text("claim", "往来编号"), required=True),
        Column("debtor_id", "id", Text("debtor", "欠款方"), required=True, refers="entities"),
        Column("creditor_id", "id", Text("creditor", "收款方"), required=True, refers="entities"),
        Column("amount", "money", Text("amount", "金额"), required=True, low=0.0),
        Column(
            "asset_gfsm_code",
            "text",
            Text("GFSM asset code", "资产科目(GFSM)"),
            default="62082",
        ),
        Column(
            "liability_gfsm_code",
            "text",
            Text("GFSM liability code", "负债科目(GFSM)"),
            default="63082",
        ),
        *PROVENANCE,
    ),
)

TABLES = (ENTITIES, ACCOUNTS_TABLE, CREDITORS, CLAIMS)
