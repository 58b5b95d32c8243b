"""What a case says about itself: the keys of `case.toml` and of a workbook's first sheet."""

from ironpot.case.case import DEFAULT_QUARTERS, DEFAULT_WEIGHTS
from ironpot.core.columns import Column, Table
from ironpot.core.lang import Text
from ironpot.core.money import UNIT_TEXT, UNITS

SETTINGS = Table(
    "about",
    Text("about", "说明"),
    Text("The case as a whole.", "案例总体设置。"),
    key=("id",),
    columns=(
        Column(
            "id",
            "id",
            Text("case", "案例编号"),
            Text("letters and digits without blanks", "字母和数字,不含空格"),
            required=True,
        ),
        Column(
            "name_en",
            "text",
            Text("name in English", "英文名称"),
            Text("one of the two names is enough", "中英文名称填一个即可"),
        ),
        Column(
            "name_zh",
            "text",
            Text("name in Chinese", "中文名称"),
            Text("one of the two names is enough", "中英文名称填一个即可"),
        ),
        Column(
            "date",
            "date",
            Text("case date", "基准日"),
            Text("stocks stand at the end of this day", "存量为该日终了数"),
            required=True,
        ),
        Column(
            "top_entity",
            "id",
            Text("top entity", "顶层主体"),
            Text("the government whose plan it is, from the entities", "编制方案的政府,见“主体”表"),
            required=True,
            refers="entities",
        ),
        Column(
            "currency",
            "text",
            Text("currency", "币种"),
            Text("three letters", "三位字母代码"),
            default="CNY",
        ),
        Column(
            "unit",
            "choice",
            Text("unit of amounts", "金额单位"),
            Text("of every amount whose header names none", "表头未注明单位的金额均按此单位"),
            allowed=UNITS,
        ),
        Column(
            "horizon_quarters",
            "count",
            Text("quarters planned", "计划季度数"),
            Text("4 to 60", "4至60"),
            low=4,
            high=60,
            default=DEFAULT_QUARTERS,
        ),
        Column(
            "discount_rate",
            "rate",
            Text("discount rate", "折现率"),
            Text("a year; empty = weighted rate of the debts", "年利率;留空取债务加权利率"),
            low=0.0,
            high=0.3,
        ),
        Column(
            "notice_en",
            "text",
            Text("notice in English", "首页提示(英文)"),
            Text("printed on the first page", "印在报告首页"),
        ),
        Column(
            "notice_zh",
            "text",
            Text("notice in Chinese", "首页提示(中文)"),
            Text("printed on the first page", "印在报告首页"),
        ),
        *(
            Column(
                name,
                "share",
                Text(f"weight, {name}", f"情景权重:{chinese}"),
                Text("the three weights add up to 1", "三项权重合计为1"),
                low=0.0,
                high=1.0,
                default=DEFAULT_WEIGHTS[name],
            )
            for name, chinese in (("base", "基准"), ("adverse", "不利"), ("favourable", "有利"))
        ),
        Column(
            "appraisal",
            "choice",
            Text("fill missing appraisals", "缺失评估价推算方式"),
            Text(
                "empty = lots without an appraisal are not priced",
                "留空:无评估价的资产不计价",
            ),
            allowed=("book_value",),
        ),
    ),
)

# Which section of case.toml holds a key; every other key stands under [case].
SECTIONS: dict[str, str] = {
    "base": "scenarios",
    "adverse": "scenarios",
    "favourable": "scenarios",
    "appraisal": "impute",
}
SETTING_WORDS: dict[str, dict[str, Text]] = {
    "unit": {name: UNIT_TEXT[name] for name in UNITS},
    "appraisal": {"book_value": Text("book value", "账面价值")},
}


def section_of(key: str) -> str:
    """Return the section of `case.toml` that holds `key`.

    >>> section_of("date"), section_of("adverse")
    ('case', 'scenarios')
    """
    return SECTIONS.get(key, "case")
