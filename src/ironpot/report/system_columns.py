"""What is every column of the system's tables? Unit and meaning, for files and for headings."""

import polars as pl

from ironpot.case.schema.share import ALLOTMENTS
from ironpot.core.lang import Text
from ironpot.report.figures import Reader
from ironpot.report.model import Field, FieldKind

FEN = 100.0

COLUMNS: dict[str, tuple[str, Text]] = {
    column.name: ("", column.label) for column in ALLOTMENTS.columns
} | {
    "regime": ("", Text("regime", "情形")),
    "cost": ("yuan", Text("value destroyed and price of arrears", "价值损失与欠款成本")),
    "over_coordinated": ("yuan", Text("cost above the joint plan", "高于统筹方案的成本")),
    "over_stake": ("share", Text("that, over all that can be saved", "上项占可节省总额之比")),
    "ratio": ("ratio", Text("cost over the joint plan's", "与统筹成本之比")),
    "volume": ("appraised yuan", Text("volume sold", "成交量(评估值)")),
    "proceeds": ("yuan", Text("what sales bring", "成交收入")),
    "value_destroyed": ("yuan", Text("value kept less proceeds", "保留价值减成交收入")),
    "arrears_end": ("yuan", Text("arrears at the end", "期末欠款")),
    "arrears_of_need": ("share", Text("arrears over all needs", "欠款占资金需求之比")),
    "counties_behind": ("count", Text("counties in arrears at the end", "期末欠款县数")),
    "regret": ("yuan", Text("what all could still gain each alone", "各县单独改变可得之和")),
    "market_id": ("", Text("market", "市场")),
    "quarter": ("", Text("quarter", "季度")),
    "price_fraction": ("share", Text("price over appraisal", "成交价与评估值之比")),
    "room": ("appraised yuan", Text("what the ladder takes", "市场容量")),
    "unit_id": ("", Text("county", "县区")),
    "name": ("", Text("name", "名称")),
    "parent_id": ("", Text("prefecture", "市州")),
    "need": ("yuan", Text("cash to be found", "资金需求")),
    "cost_alone": ("yuan", Text("cost alone", "各自成本")),
    "cost_rolling": ("yuan", Text("cost rolling", "滚动成本")),
    "cost_nash": ("yuan", Text("cost in the crowd", "扎堆成本")),
    "cost_coordinated": ("yuan", Text("cost in the joint plan", "统筹成本")),
    "gain_over_nash": ("yuan", Text("saved by the announced plan", "公布方案节省")),
    "loss_to_nash": ("yuan", Text("lost by the announced plan", "因公布方案受损")),
    "compensation": ("yuan", Text("received (+) or paid (-)", "受偿(+)或支付(-)")),
    "sold_nash": ("appraised yuan", Text("sold in the crowd", "扎堆成交量")),
    "sold_announced": ("appraised yuan", Text("sold in the announced plan", "公布方案成交量")),
    "quarter_nash": ("quarters", Text("average quarter of sale, crowd", "扎堆平均出售季")),
    "quarter_announced": (
        "quarters",
        Text("average quarter of sale, announced", "公布方案平均出售季"),
    ),
    "arrears_nash": ("yuan", Text("arrears at the end, crowd", "扎堆期末欠款")),
    "arrears_announced": ("yuan", Text("arrears at the end, announced plan", "公布方案期末欠款")),
    "later_by": ("quarters", Text("sold later by", "推迟季数")),
    "sells_less": ("appraised yuan", Text("sold less by", "少售")),
    "bank_id": ("", Text("bank", "银行")),
    "bank_class": ("", Text("class of bank", "银行类别")),
    "equity": ("yuan", Text("equity for loans made here", "对应权益")),
    "unpaid": ("yuan", Text("dues not paid", "未受偿")),
    "marked_down": ("yuan", Text("collateral marked down", "抵押物减值")),
    "loss": ("yuan", Text("loss", "损失")),
    "loss_of_equity": ("share", Text("loss over equity", "损失占权益之比")),
    "right": ("", Text("right", "权利")),
    "kind": ("", Text("kind of right", "权利种类")),
    "limit": ("yuan", Text("what it allows at most", "上限")),
    "used": ("yuan", Text("used of it", "动用")),
    "mandate": ("", Text("order", "要求")),
    "price_average": ("share", Text("average price over appraisal", "平均成交价系数")),
    "way": ("", Text("how the joint plan is carried out", "统筹方案的落实方式")),
    "overshot_rows": ("count", Text("rows used beyond their room", "超容量的档数")),
    "overshoot": ("appraised yuan", Text("volume that finds no room", "超容量的挂牌量")),
    "over_none": ("yuan", Text("cost above no order", "较无要求增加成本")),
    "seed": ("", Text("seed of a draw", "抽样种子")),
    "price_level": ("ratio", Text("prices over those drawn", "价格水平")),
    "bank_loss": ("yuan", Text("loss of all banks", "银行损失合计")),
    "choice": ("", Text("wish", "选择")),
    "price": ("yuan", Text("cost above plain coordination", "较单纯统筹增加成本")),
    "price_of_stake": ("share", Text("that, over all that can be saved", "上项占可节省总额之比")),
    "bound": ("yuan", Text("no such plan costs less than", "此类方案成本下界")),
    "gap": (
        "share",
        Text(
            "cost above that bound, over all that selling can save",
            "成本高于下界部分占可节省总额之比",
        ),
    ),
    "gain_kept": ("share", Text("share of the gain over the crowd kept", "保留的统筹收益份额")),
    "worse_off": ("count", Text("counties worse off than in the crowd", "较扎堆受损的县数")),
    "worst_loss": ("yuan", Text("largest loss of a county", "单县最大受损")),
    "tolls": ("yuan", Text("tolls paid and given back", "收取并返还的占用费")),
    "toll": ("yuan a yuan", Text("toll on each appraised yuan sold", "每元评估值成交的占用费")),
    "seller_id": ("", Text("county, or _all together", "县区,_all 为合计")),
    "brings": ("yuan a yuan", Text("what a yuan more on offer changes", "多挂1元的得失")),
    "next_door": (
        "yuan a yuan",
        Text("of that, lost by lower prices next door", "其中相邻市场跌价所致"),
    ),
    "seller": ("", Text("who sells", "出售方")),
    "hurt": ("", Text("whom it costs", "受影响方")),
    "harm": ("yuan", Text("what the selling costs the other", "出售给对方造成的成本")),
    "cost_fair": ("yuan", Text("cost where nobody is worse off", "无一受损时成本")),
    "cost_banks": ("yuan", Text("cost where bank losses count", "计入银行损失时成本")),
    "cost_fair_banks": ("yuan", Text("cost where both hold", "两项并行时成本")),
    "cost_uniform": ("yuan", Text("cost at one price and tolls", "统一价格时成本")),
    "cost_fair_whole": (
        "yuan",
        Text("cost where lots sell whole, nobody worse off", "整宗出售且无一受损时成本"),
    ),
    "cost_whole": ("yuan", Text("cost where lots sell whole", "整宗出售时成本")),
    "half_by_nash": ("quarter", Text("half sold by, crowd", "扎堆售出一半的季度")),
    "half_by_announced": (
        "quarter",
        Text("half sold by, announced plan", "公布方案售出一半的季度"),
    ),
    "bank_loss_first": ("yuan", Text("banks lose in the first round", "银行首轮损失")),
    "bank_loss_end": ("yuan", Text("banks lose in the end", "银行最终损失")),
    "banks_under_first": ("count", Text("banks below the floor at first", "首轮破线银行数")),
    "banks_under": ("count", Text("banks below their capital floor", "跌破资本底线的银行数")),
    "withdrawn": ("yuan", Text("refinancing withdrawn", "抽回的续贷")),
    "withdrawn_share": ("share", Text("that, of all roll-over", "占续贷总额之比")),
    "pressed": ("yuan", Text("lost by falls of prices next door", "相邻市场下跌减收")),
    "sold_more": ("appraised yuan", Text("sold in addition", "追加成交量(评估值)")),
    "raised_more": ("yuan", Text("what that brings", "追加成交收入")),
    "missed": ("yuan", Text("missed in the second round", "第二轮新增欠款")),
    "cushion": (
        "share",
        Text(
            "capital banks can lose before all stop; empty where they never do",
            "失控前银行可再损失的资本(不会失控的为空)",
        ),
    ),
    "worst_loss_banks": ("yuan", Text("banks lose if all expect the worst", "挤兑时银行损失")),
    "unique": ("", Text("best and worst end are the same", "最好与最坏结果相同")),
    "rounds": ("count", Text("rounds until all stands still", "收敛轮数")),
    "residual": ("ratio", Text("what a further round moves", "残差")),
    "converged": ("", Text("stands still", "已收敛")),
    "loss_first": ("yuan", Text("loss, first round", "首轮损失")),
    "capital_ratio": ("share", Text("capital left over loans", "剩余资本与贷款之比")),
    "kept_share": ("share", Text("roll-over kept", "保留续贷比例")),
    "fall_own": ("share", Text("fall by sales in the market", "本市场出售致跌幅")),
    "fall_beside": ("share", Text("fall by sales next door", "相邻市场出售致跌幅")),
    "share": ("share", Text("saved, of need", "节省占需求")),
    "bound_on_worst": ("ratio", Text("no county's burden above", "各县负担上限")),
    "worst": ("ratio", Text("burden of the worst county: cost over need", "最差县负担:成本/需求")),
}

# Columns that mean something else in one table.
MEANT: dict[tuple[str, str], tuple[str, Text]] = {
    ("draws", "bound"): ("yuan", Text("no joint plan of the draw costs less", "该次统筹成本下界")),
    ("draws", "gap"): (
        "share",
        Text(
            "joint plan above its bound, over its cost or over all that selling can save, "
            "whichever is larger",
            "统筹成本高于下界部分,占其成本或占可节省总额之比,取较大者",
        ),
    ),
}

_KINDS: dict[str, FieldKind] = {
    "yuan": "money",
    "appraised yuan": "money",
    "share": "percent",
    "count": "count",
}


def fields_of(frame: pl.DataFrame, reader: Reader) -> tuple[Field, ...]:
    """Return a field a column with its meaning as heading; amounts are read as fen."""
    fields: list[Field] = []
    for name, kind in frame.schema.items():
        unit, meaning = COLUMNS.get(name, ("", Text(name, name)))
        plain: FieldKind = "number" if kind.is_numeric() else "text"
        fields.append(Field(name, reader.read(meaning), _KINDS.get(unit, plain)))
    return tuple(fields)


def in_fen(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the frame with its amounts of yuan in whole fen."""
    money = [name for name in frame.columns if _KINDS.get(COLUMNS.get(name, ("",))[0]) == "money"]
    return frame.with_columns((pl.col(name) * FEN).round().cast(pl.Int64) for name in money)
