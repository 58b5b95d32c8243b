"""What do code words of an assessment mean? Labels of stresses, scenarios, parts of a path."""

import re
from collections.abc import Mapping

from ironpot.core.lang import Text
from ironpot.risk.ruleset import RuleSet

STRESS: dict[str, Text] = {
    "land_revenue": Text("land revenue 30 % lower", "土地收入下降30%"),
    "rate_rise": Text("rates 100 basis points higher", "利率上升100个基点"),
    "transfer_delay": Text("transfers two quarters late", "上级转移支付延迟两个季度"),
    "guarantee_call": Text("guarantees are called", "担保被要求代偿"),
    "non_standard": Text("non-standard debt is not refinanced", "非标债务无法接续"),
    "combined": Text("all of these together", "以上同时发生"),
    "drivers": Text("all drivers along their joint direction", "各驱动因素沿共同方向变动"),
    "relief_once": Text("help once, in the first quarter", "首季一次性支持"),
    "balance_y": Text("more primary balance every year", "每年增加基本收支"),
    "debt_gone": Text("less debt from the start", "自始减少债务"),
}
COMPONENT: dict[str, Text] = {
    "interest": Text("interest", "利息"),
    "growth": Text("growth of resources", "财力增长"),
    "primary_balance": Text("primary balance", "基本收支"),
    "asset_proceeds": Text("asset sales", "资产处置"),
    "guarantees": Text("guarantees called", "担保代偿"),
    "relief": Text("help from above", "上级支持"),
    "cash": Text("change of cash", "现金增减"),
    "other": Text("other", "其他"),
}
PHASE: dict[str, Text] = {
    "before": Text("without a plan", "无方案"),
    "after": Text("with the plan", "实施方案"),
    "unplanned": Text("without it, plan's last day", "无方案,计划期末"),
}
MEASURE: dict[str, Text] = {
    "cash": Text("cash of the perimeter", "合并现金"),
    "debt": Text("debt of the perimeter", "合并债务"),
    "net_cash_flow": Text("net cash flow of a year", "年度净现金流"),
}
JOIN = "|"
SHEET_LETTERS = 20


def measure_text(measure: str, rule_sets: Mapping[str, RuleSet]) -> Text:
    """Return what a measure is called: an amount, or a rule's indicator under its definitions.

    A measure of a rule is `rule set|indicator|definitions`, definitions joined by ';'.

    >>> measure_text("cash", {}).zh
    '合并现金'
    """
    rule_set_id, _, rest = measure.partition(JOIN)
    rule_set = rule_sets.get(rule_set_id)
    if rule_set is None:
        return MEASURE.get(measure, Text(measure, measure))
    indicator, _, variant = rest.partition(JOIN)
    labels = {item.id: item.label for item in rule_set.indicators}
    choices = {item.choice: item.label for item in rule_set.definitions}
    parts = [choices.get(word, Text(word, word)) for word in variant.split(";") if word]
    name = labels.get(indicator, Text(indicator, indicator))
    if not parts:
        return name
    english, chinese = (", ".join(part.en for part in parts), "、".join(part.zh for part in parts))
    return Text(f"{name.en} ({english})", f"{name.zh}({chinese})")


def slug(measure: str) -> str:
    """Return a measure as an id for charts.

    >>> slug("cn-debt-ratio-2019|debt_ratio_pct|with_hidden;general_and_fund")
    'cn-debt-ratio-2019-debt_ratio_pct-with_hidden-general_and_fund'
    """
    return re.sub(r"[^\w-]+", "-", measure)


def sheet_word(measure: str) -> str:
    """Return a measure as a word that fits into a sheet's name.

    >>> sheet_word("cn-debt-ratio-2019|debt_ratio_pct|with_hidden;general_and_fund")
    'with_hidden-general_'
    """
    return slug(measure.rpartition(JOIN)[2])[:SHEET_LETTERS]
