"""What a coordinated run of many counties gives to one: its part of the shared markets."""

from ironpot.case.schema.words import PROVENANCE
from ironpot.core.columns import Column, Table
from ironpot.core.lang import Text

ALLOTMENTS = Table(
    "allotments",
    Text("allotments", "市场配额"),
    Text(
        "What a coordinated run allots to this county, with its prices and market-use fees; the "
        "files that `ironpot system` writes have these columns, in yuan.",
        "统筹测算分配给本县的市场用量及其价格和占用费;ironpot system 写出的文件即此格式,单位元。",
    ),
    key=("entity_id", "market_id", "quarter", "tranche"),
    columns=(
        Column(
            "entity_id",
            "id",
            Text("county", "县区"),
            Text("as the run calls it", "按测算中的名称"),
            required=True,
        ),
        Column("market_id", "id", Text("market", "市场"), required=True),
        Column("quarter", "quarter", Text("quarter", "季度"), required=True),
        Column("tranche", "count", Text("tranche", "档"), required=True, low=1),
        Column(
            "price_fraction",
            "share",
            Text("price over appraisal", "价格/评估价"),
            required=True,
            low=0.0,
            high=2.0,
        ),
        Column(
            "fee",
            "number",
            Text("market-use fee", "市场占用费"),
            Text("yuan per appraised yuan beyond the allotment", "超出配额部分每元评估值的费用"),
            required=True,
            low=0.0,
        ),
        Column(
            "allotment",
            "money",
            Text("allotment", "配额"),
            Text("appraised value listed", "按评估价计的挂牌量"),
            required=True,
            low=0.0,
        ),
        Column("announced_use", "money", Text("announced use", "申报用量"), low=0.0),
        Column(
            "announced_lots",
            "many",
            Text("lots announced", "申报资产"),
            Text(
                "the lots whose whole sale in the quarter is the announced use of its tranches",
                "该季度整宗出售、构成各档申报用量的资产",
            ),
        ),
        Column(
            "planned_cost",
            "money",
            Text("cost of the county's part", "该县份额成本"),
            Text(
                "as the run counts it: value given up less proceeds, arrears, rights; a plan's "
                "own cost counts more: plan.json holds both (announced)",
                "按统筹测算口径:放弃价值减收入,加欠款与支持;方案自身成本口径更全,"
                "两者均见 plan.json 的 announced",
            ),
        ),
        Column("cash_dual", "number", Text("what a yuan more is worth", "资金影子价格"), low=0.0),
        Column("bound", "money", Text("no joint plan costs less", "统筹成本下界")),
        Column("gap", "share", Text("gap of the stake", "与下界的差距")),
        Column("run_id", "id", Text("run", "测算编号")),
        Column(
            "rows",
            "count",
            Text("rows of this county", "本县行数"),
            Text(
                "alike in every row: fewer rows mean that some were lost", "各行相同;不足即有缺行"
            ),
            low=1,
        ),
        *PROVENANCE,
    ),
)

TABLES = (ALLOTMENTS,)
