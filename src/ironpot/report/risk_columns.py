"""What is every column of an assessment's tables? Unit and meaning, in both languages."""

from ironpot.core.lang import Text

Meaning = tuple[str, Text]


def _doc(unit: str, en: str, zh: str) -> Meaning:
    return unit, Text(en, zh)


COLUMNS: dict[str, Meaning] = {
    "phase": _doc(
        "word",
        "before or after a plan; unplanned: on the plan's last day without it",
        "before 方案前,after 方案后,unplanned 计划期末但无方案",
    ),
    "entity_id": _doc(
        "id", "account holder; _consolidated is the perimeter", "主体;_consolidated 为合并"
    ),
    "scenario": _doc(
        "word", "named scenario; expected is their weighted mean", "情景;expected 为加权均值"
    ),
    "period": _doc("period", "month 2025-01, quarter 2025Q1 or year", "月、季度或年"),
    "period_type": _doc("word", "month or quarter", "月或季度"),
    "quarter": _doc("quarter", "quarter", "季度"),
    "year": _doc("year", "year; of a path, the year of its last quarter", "年份;路径为末季所在年"),
    "opening_cash": _doc("yuan", "cash at the beginning", "期初现金"),
    "sources": _doc("yuan", "what comes in", "流入"),
    "uses": _doc("yuan", "what goes out, negative", "流出(负数)"),
    "gap": _doc("yuan", "sources plus uses", "当期余缺"),
    "cumulative_gap": _doc("yuan", "cash left at the end", "期末余额"),
    "buffer": _doc("yuan", "cash to keep; empty if none is set", "应留缓冲,未设则为空"),
    "below_buffer": _doc("flag", "whether cash is under the buffer", "是否低于缓冲"),
    "first_below_zero": _doc("period", "first period with cash below zero", "首次为负的时期"),
    "first_under_buffer": _doc(
        "period", "first period with cash under its buffer", "首次低于缓冲的时期"
    ),
    "lowest_cash": _doc("yuan", "lowest cash", "最低余额"),
    "lowest_period": _doc("period", "when it is lowest", "最低余额所在时期"),
    "primary_class": _doc("word", "class of debt; all is their sum", "债务类别;all 为合计"),
    "principal": _doc("yuan", "principal", "本金"),
    "weighted_rate": _doc("decimal a year", "rate weighted by principal", "按本金加权的利率"),
    "fixed_share": _doc("share", "principal at a fixed rate", "固定利率本金占比"),
    "average_time_to_maturity_y": _doc(
        "years", "mean time of principal payments", "本金平均偿还年限"
    ),
    "average_time_to_refixing_y": _doc(
        "years", "mean time to payment or first reset", "平均重定价年限"
    ),
    "due_in_year_share": _doc("share", "principal paid within a year", "一年内到期占比"),
    "refixing_in_year_share": _doc(
        "share", "principal paid or reset in a year", "一年内重定价占比"
    ),
    "unscheduled_share": _doc("share", "principal without a day of payment", "无偿还日期本金占比"),
    "interest_y": _doc("yuan", "interest of the first year after the day", "该日后首年利息"),
    "service_y": _doc("yuan", "debt service of the first year after the day", "该日后首年偿债支出"),
    "interest_to_revenue": _doc("share", "interest over revenue", "利息占收入比重"),
    "service_to_revenue": _doc("share", "service over revenue", "偿债支出占收入比重"),
    "present_value": _doc("yuan", "payments after the day, discounted to it", "偿债支出现值"),
    "present_value_share": _doc("share", "present value over principal", "现值与本金之比"),
    "assets": _doc("yuan", "assets owned, on the row all", "资产合计(仅 all 行)"),
    "net_worth": _doc("yuan", "net worth, on the row all", "净值(仅 all 行)"),
    "debt_to_assets": _doc(
        "share", "debt over assets, on the row all", "债务占资产比重(仅 all 行)"
    ),
    "indicator": _doc("id", "indicator", "指标"),
    "label_en": _doc("text", "name in English", "英文名称"),
    "label_zh": _doc("text", "name in Chinese", "中文名称"),
    "value": _doc("as unit", "value in the unit of its row", "数值,单位见本行"),
    "unit": _doc("word", "unit of the row's figures", "本行数值单位"),
    "formula": _doc("text", "formula over named figures", "公式"),
    "numbers": _doc("text", "the formula's figures as name=value", "公式数据"),
    "missing": _doc("text", "figures without a value", "缺少的数据"),
    "source": _doc("text", "document and place", "来源"),
    "rule_set_id": _doc("id", "rule set", "规则集"),
    "basis": _doc("text", "status of published figures; of a shock, where it is from", "依据"),
    "variant": _doc("text", "definitions chosen, joined by ;", "口径,以;连接"),
    "proxy": _doc("flag", "whether a definition is not the rule's own", "是否替代口径"),
    "band": _doc("word", "level of the band that holds the value, or unknown", "等级,或 unknown"),
    "band_from": _doc("as unit", "lower end of the band", "分档下限"),
    "band_to": _doc("as unit", "upper end of the band", "分档上限"),
    "consequence_code": _doc("word", "what follows, as a code", "后果代码"),
    "consequence_en": _doc("text", "what follows", "后果(英文)"),
    "consequence_zh": _doc("text", "what follows, in Chinese", "后果"),
    "status": _doc("word", "how far the rule's text was checked", "规则文本核对程度"),
    "level": _doc("word", "level; of a probability, the worst still allowed", "等级"),
    "at_best": _doc("word", "best level over the definitions", "各口径最好等级"),
    "at_worst": _doc("word", "worst level over the definitions", "各口径最差等级"),
    "by_proxy": _doc("text", "levels that only a proxy gives", "仅替代口径得出的等级"),
    "severity": _doc(
        "0 to 1", "place of the worst level on its scale", "最差等级在等级序列中的位置"
    ),
    "debt_count": _doc("id", "named count of debt", "债务口径"),
    "denominator": _doc("id", "named formula that debt is measured by", "分母口径"),
    "debt": _doc("yuan", "debt at the end of the year", "年末债务"),
    "resources": _doc("yuan", "the denominator of the year", "当年分母"),
    "ratio_pct": _doc("percent", "debt over the denominator", "债务率"),
    "effective_rate": _doc("decimal a year", "interest over opening debt", "实际利率"),
    "growth_rate": _doc("decimal a year", "growth of the denominator", "分母增速"),
    "primary_balance": _doc(
        "yuan or points", "primary balance; points in the decomposition", "基本收支;分解表为百分点"
    ),
    "interest": _doc(
        "yuan or points", "interest; points in the decomposition", "利息;分解表为百分点"
    ),
    "stock_flow": _doc("yuan", "what else changes debt", "其他存量流量调整"),
    "stabilising_balance": _doc(
        "yuan", "primary balance that keeps the ratio", "稳定债务率所需收支"
    ),
    "target_balance": _doc("yuan", "primary balance that reaches the target", "达到目标所需收支"),
    "opening_pct": _doc("percent", "ratio at the beginning", "期初债务率"),
    "closing_pct": _doc("percent", "ratio at the end", "期末债务率"),
    "growth": _doc("points", "part of growth", "增长因素"),
    "asset_proceeds": _doc("points", "part of asset sales", "资产处置因素"),
    "guarantees": _doc("points", "part of guarantees called", "担保代偿因素"),
    "relief": _doc("points", "part of help from above", "上级支持因素"),
    "cash": _doc("points", "part of the change of cash", "现金增减因素"),
    "other": _doc("yuan or points", "other parts", "其他"),
    "primary_deficit": _doc("yuan", "primary deficit", "基本赤字"),
    "need": _doc("yuan", "gross financing need", "总融资需求"),
    "rolled_over": _doc("yuan", "principal renewed", "续贷"),
    "from_cash": _doc("yuan", "met from cash", "动用现金"),
    "uncovered": _doc("yuan", "need that nothing meets", "未落实"),
    "measure": _doc("id", "cash, debt, or rule|indicator|definitions", "指标"),
    "centre": _doc("as unit", "value in the centre scenario", "中心情景值"),
    "mean": _doc("as unit", "mean of drawn scenarios", "随机情景均值"),
    "p05": _doc("as unit", "5 % of scenarios lie below", "5%分位"),
    "p10": _doc("as unit", "10 % of scenarios lie below", "10%分位"),
    "p25": _doc("as unit", "25 % of scenarios lie below", "25%分位"),
    "p50": _doc("as unit", "median of scenarios", "中位数"),
    "p75": _doc("as unit", "75 % of scenarios lie below", "75%分位"),
    "p90": _doc("as unit", "90 % of scenarios lie below", "90%分位"),
    "p95": _doc("as unit", "95 % of scenarios lie below", "95%分位"),
    "event": _doc("word", "what the probability is of", "事件"),
    "probability": _doc("share", "share of drawn scenarios", "随机情景占比"),
    "by_then": _doc("share", "share that has come to it by then", "截至该期累计占比"),
    "standard_error": _doc("share", "standard error of that share", "标准误"),
    "tail": _doc("as unit", "mean or rank beyond the tail probability", "尾部值"),
    "at_risk": _doc("as unit", "tail less centre", "在险额"),
    "stress": _doc("word", "standard stress", "压力"),
    "stressed": _doc("as unit", "value under the stress", "压力下数值"),
    "change": _doc("as unit", "stressed less centre", "变动"),
    "multiple": _doc(
        "multiple or yuan",
        "smallest multiple that breaks the level; below zero, or in yuan, the least that mends it "
        "where it is broken already; empty if none does",
        "触线最小倍数;已触线的,为恢复所需的最小反向倍数(负)或金额(元);均不能则为空",
    ),
    "largest": _doc(
        "multiple or yuan",
        "farthest tried; zero or below: the level is broken already",
        "所试最远倍数;零或负数表示已触线",
    ),
    "lever": _doc("word", "what is done", "措施"),
    "brings": _doc("yuan", "cash that it brings within two years", "两年内带来现金"),
    "months_gained": _doc("rungs", "rungs of the ladder gained", "推迟的阶梯期数"),
    "shortfall": _doc("yuan", "most that is missing within two years", "两年内最多缺口"),
    "taken_away": _doc("yuan", "by how much the shortfall falls", "缺口减少额"),
    "driver": _doc("word", "driver", "驱动因素"),
    "figure": _doc("word", "fitted figure", "参数"),
    "with_driver": _doc("word", "the other driver of a pair", "相关驱动因素"),
    "observations": _doc("count", "observations", "观测数"),
    "units": _doc("count", "units pooled", "汇总单位数"),
}

UNKNOWN_COLUMN = _doc("", "not described", "未说明")

# Columns that frames hold in integer fen, by table.
FEN_COLUMNS: dict[str, tuple[str, ...]] = {
    "ladder": ("opening_cash", "sources", "uses", "gap", "cumulative_gap", "buffer"),
    "breaches": ("lowest_cash",),
    "levers": ("brings", "shortfall", "taken_away"),
}
