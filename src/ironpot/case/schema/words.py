"""Words that more than one table allows, each list in one place."""

from ironpot.core.columns import Column
from ironpot.core.lang import Text
from ironpot.core.sources import ORIGINS

ENTITY_KINDS = ("government", "bureau", "vehicle", "enterprise", "fund", "bank", "other")
ACCOUNTS = ("general", "fund", "capital", "company", "earmarked")
PRIMARY_CLASSES = ("general", "special", "hidden", "vehicle_other", "arrears", "other")
STATUTORY = ("general", "special")
INSTRUMENTS = ("bond", "loan", "lease", "trust", "on_lent", "payable", "other")
CREDITOR_CLASSES = (
    "province",
    "policy_bank",
    "large_bank",
    "joint_stock_bank",
    "regional_bank",
    "bondholders",
    "non_standard",
    "supplier",
    "inside",
    "other",
)
ACTIONS = (
    "scheduled",
    "prepay",
    "refinance",
    "swap",
    "extend",
    "rate_cut",
    "haircut",
    "transfer",
)
ROUTES = (
    "exchange_sale",
    "auction",
    "concession",
    "lease",
    "pool",
    "pledge",
    "transfer_up",
    "share_reuse",
    "hold",
)
SCENARIOS = ("base", "adverse", "favourable")

SOURCE = Column(
    "source_id",
    "id",
    Text("source", "来源编号"),
    Text("document behind the row, from the sources table", "该行依据的文件,见“来源”表"),
    refers="sources",
)
ORIGIN = Column(
    "origin",
    "choice",
    Text("origin", "数据性质"),
    Text(
        "reported, estimated, imputed or synthetic",
        "reported 填报 / estimated 估计 / imputed 推算 / synthetic 合成",
    ),
    allowed=ORIGINS,
    default="reported",
)
PROVENANCE = (SOURCE, ORIGIN)
