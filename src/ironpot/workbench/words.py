"""Words of the command line in the user's language; how units and horizons are written."""

import os
import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.workbench.door import asked_language

if TYPE_CHECKING:
    from ironpot.case.case import Case
    from ironpot.core.money import Unit

_TEXTS: dict[str, Text] = {
    "app": Text(
        "Which pot is worth more than its steel: plan the resolution of a local government's debt.",
        "砸锅卖铁先算账:为地方政府债务化解制定处置方案。",
    ),
    "demo": Text(
        "Put the shipped example into ./demo and name commands to try.",
        "把自带案例写入 ./demo,并列出可试用的命令。",
    ),
    "workbook": Text("workbook to write, ending .xlsx", "要生成的工作簿(.xlsx)"),
    "template": Text("Write an empty workbook to fill in.", "生成空白填报工作簿。"),
    "check": Text("Report every problem of a case at once.", "一次性检查案例的全部问题。"),
    "status": Text(
        "Balance sheet, dues, cash and rules on one screen.", "一屏查看资产负债、到期、现金和规则。"
    ),
    "pots": Text(
        "The pot test: lots by value given up less what the best route brings, worst first.",
        "保留与处置比较:按放弃价值减最优净得排序,最不宜处置者在前。",
    ),
    "plan": Text(
        "Plan a case: tables, report, and what is proven.", "制定方案:表格、报告及最优性证明。"
    ),
    "relief": Text(
        "The smallest help from above that lets any plan work, and what each limit costs in help.",
        "使方案可行的最小上级支持,以及各项约束折合多少支持。",
    ),
    "realise": Text(
        "Record in a case what really happened to a lot or a debt: signed, failed, haircut ...",
        "在案例中录入资产或债务的实际进展:签约、流拍、减免等。",
    ),
    "subject": Text("lot or debt, as in the tables assets and debts", "资产或债务编号"),
    "what": Text(
        "a lot: signed, listed, failed; a debt: haircut, prepay, extend, rate ... (table "
        "debt_changes)",
        "资产:签约 signed、挂牌 listed、流拍 failed;债务:减免 haircut、提前还款 prepay、"
        "展期 extend、调整利率 rate 等(“已约定变更”表)",
    ),
    "day": Text("the day on which it happened, as 2025-05-20", "发生日期,如 2025-05-20"),
    "amount": Text("what was agreed, with its unit: 3400万元", "约定金额,须写单位,如 3400万元"),
    "route": Text("how a lot went: exchange_sale, lease ...", "资产处置方式,如 exchange_sale"),
    "buyer": Text("a buyer inside the perimeter, as in entities", "范围内的关联买方编号"),
    "share": Text("share of the principal, as 0.2", "涉及本金比例,如 0.2"),
    "rate": Text("the new rate a year, as 0.035", "新的年利率,如 0.035"),
    "until": Text("the new maturity, or until when, as 2027-06-30", "新到期日或截止日"),
    "race": Text(
        "Does the plan beat simple rules in futures that nobody planned for?",
        "在未参与制定的新情景中,方案是否优于简单规则?",
    ),
    "stages": Text(
        "What now, and what then, in each turn that things may take? For small cases.",
        "现在做什么,其后各种情形下再做什么?适用于小型案例。",
    ),
    "stages_count": Text("how many stages the horizon is parted into", "规划期分为几个阶段"),
    "branches": Text("turns that each stage may take", "每阶段的情景分支数"),
    "stages_csv": Text("write every release and the turn that decides it", "将全部决策写入此文件"),
    "fresh": Text("how many fresh futures to judge in", "用于评价的新情景数"),
    "fresh_seed": Text("seed of the fresh futures", "新情景的随机种子"),
    "workers": Text("processes at a time; changes no figure", "并行进程数;不影响结果"),
    "foresight": Text(
        "futures to plan for as if they were known (slow; 0 = none)",
        "按已知未来另行测算的情景数(较慢;0为不测算)",
    ),
    "race_plan": Text(
        "race the plan of this folder; --scenarios and --seed are then the plan's own",
        "评价该文件夹中的方案;--scenarios 和 --seed 以该方案为准",
    ),
    "race_csv": Text("write every figure here, in yuan", "将全部数字(元)写入此文件"),
    "prices_csv": Text("write every price here, in yuan", "将全部价格(元)写入此文件"),
    "check_reasons": Text(
        "solve again with each of the N most valuable decisions turned round",
        "对金额最大的N项决策逐一反向重新求解",
    ),
    "why": Text(
        "Why is a lot kept or released? What is done with a debt?",
        "某项资产为何保留或处置?某笔债务如何处置?",
    ),
    "compare": Text("What differs between two plans?", "比较两个方案的差异。"),
    "verify": Text("Re-add a plan's files.", "复核方案文件能否加总一致。"),
    "report": Text("Write a plan's report again.", "重新生成方案报告。"),
    "risk": Text(
        "When does it run out, how sure is that, what helps most? Tables, charts, report.",
        "何时断流、把握多大、什么最有效:表格、图和报告。",
    ),
    "system": Text(
        "What does selling together cost, and who should wait? Four regimes, allotments, report.",
        "扎堆出售代价多大、谁应等待:四种情形、配额和报告。",
    ),
    "governments": Text(
        "table of governments *_YYYY.csv, or a folder with one", "政府债务表 *_年份.csv 或其文件夹"
    ),
    "system_out": Text(
        "folder for tables, allotments, charts and report", "表格、配额、图和报告的文件夹"
    ),
    "counties": Text("draw so many counties like those of the table", "按该表特征生成的县区数"),
    "system_quarters": Text(
        "quarters that a folder of cases is planned over at most", "案例文件夹统筹的最多季度数"
    ),
    "mandates": Text(
        "try orders too: cut debt by 5 %, no land sold for a year, a swap quota, a roll-over stop",
        "另测算各项要求:压降债务5%、一年内不售土地、置换额度、停止续贷",
    ),
    "fair": Text(
        "no county worse off than in the crowd; shows its price",
        "任何县区不劣于扎堆出售,并显示代价",
    ),
    "bank_weight": Text(
        "what a yuan of arrears at the end costs lenders (0.2, say); shows its price",
        "期末每元欠款给债权人造成的损失(如0.2),并显示代价",
    ),
    "uniform": Text(
        "one price for all that sell, with tolls given back, instead of allotments",
        "不设配额,统一成交价并收取占用费(返还)",
    ),
    "whole_lots": Text(
        "sell whole: each county's heap in a market is so many lots (12, say), or, for a folder of "
        "cases, the cases' own lots, whatever the number; shows its price",
        "整宗出售:各县在每个市场的存量分为若干宗(如12);案例文件夹按各案例自有标的整宗出售,"
        "数值不起作用(任意正整数);并显示代价",
    ),
    "capital_floor": Text(
        "banks with less capital over their loans here roll over less (0.04 is 4 per cent)",
        "资本与此处贷款之比低于此值的银行减少续贷(0.04即4%)",
    ),
    "spillover": Text(
        "fall in prices next door when a market has sold all it can (0.01 is 1 per cent a quarter)",
        "某市场售满时相邻市场下一季度的跌幅(0.01即1%)",
    ),
    "cut_debt": Text(
        "order: everybody cuts debt by this much in two years, as in 5%",
        "要求:两年内各县压降债务的比例,如 5%",
    ),
    "no_sales": Text(
        "order: nobody sells this kind in the first year (land), or quarters (land:6); repeatable",
        "要求:第一年不得出售某类资产(land)或若干季度(land:6);可重复",
    ),
    "swap_quota": Text(
        "order: a swap quota, as a share of needs (30%) or an amount in --unit (120)",
        "要求:置换额度,占资金需求比例(30%)或金额(按 --unit,如 120)",
    ),
    "roll_over_stop": Text(
        "order: lenders of this class roll nothing over for a year (non_standard), or quarters",
        "要求:某类债权人一年内停止续贷(non_standard),可加季度数",
    ),
    "system_seed": Text("seed of what is synthetic", "合成数据的随机种子"),
    "plans": Text(
        "Plan every case of a folder, on all cores or a cluster, within allotments.",
        "为文件夹中的每个案例制定方案:多核或集群运行,可按配额。",
    ),
    "cases": Text("folder of case folders or workbooks", "含案例文件夹或工作簿的文件夹"),
    "plans_out": Text(
        "folder for one plan a county and plans.csv", "各县方案和 plans.csv 的文件夹"
    ),
    "allotment_files": Text(
        "folder of allotment files, one a county, as ironpot system wrote it",
        "ironpot system 写出的配额文件夹",
    ),
    "steps": Text(
        "steps of each search; the same plan on any worker", "每县搜索步数;与由谁计算无关"
    ),
    "limit_of_steps": Text("seconds for one county at most", "单县时限(秒)"),
    "seeds": Text("run so many seeds, from --seed on", "从 --seed 起测算的种子数"),
    "price": Text(
        "level of prices to try, 1 as they are; repeat for several", "价格水平,1为不变;可重复指定"
    ),
    "fleet_workers": Text(
        "worker processes for plans, seeds, orders, wishes and the crowd's replies; one a core for "
        "plans and seeds if not given",
        "工作进程数:用于方案、种子、各项要求和扎堆应答;未指定时方案和种子每核一个",
    ),
    "cluster": Text(
        "address of a Dask scheduler, or local for one started here",
        "Dask 调度器地址;local 表示在本机启动",
    ),
    "fresh_run": Text(
        "discard an unfinished run in OUT instead of going on with it",
        "放弃 OUT 中未完成的运行,重新开始",
    ),
    "rules": Text(
        "Rule sets: list them, show one, classify figures, check a bureau's own file.",
        "规则集:列出、查看、按数值测算、检查本单位规则文件。",
    ),
    "actus": Text("Run the public ACTUS test suite.", "运行ACTUS公共测试集。"),
    "doctor": Text("Does every part work here?", "检查各组件是否可用。"),
    "case": Text("case folder or workbook", "案例文件夹或工作簿"),
    "out": Text("folder of a plan", "方案文件夹"),
    "lang": Text("zh or en", "zh 或 en"),
    "unit": Text("yuan, ten_thousand or hundred_million (or 元, 万元, 亿元)", "元、万元或亿元"),
    "map": Text("column map of a bureau's own export (TOML)", "本单位导出表的列映射(TOML)"),
    "propose": Text("propose a column map and save it here", "推荐列映射并保存到此"),
    "all_tables": Text(
        "a sheet for every table, not only the four to begin with",
        "包含全部表格,而非仅四张基本表",
    ),
    "all": Text("all lots, not the first thirty", "列出全部,而非前三十项"),
    "csv": Text("write every lot and route here", "将全部资产和方式写入此文件"),
    "limit": Text("seconds for the search", "计算时限(秒)"),
    "seed": Text("seed of the search and of drawn scenarios", "随机种子(搜索与抽样情景)"),
    "scenarios": Text(
        "how many futures to draw around the case's three; 0 plans for the three",
        "围绕三种情景抽样的情景数;0表示只用三种情景",
    ),
    "lot_luck": Text(
        "whether lots that matter sell whole or not at all in each drawn future; otherwise the "
        "market's share of each is sold",
        "重要资产在各抽样情景中是否整体成交或流拍;否则按市场成交比例计",
    ),
    "horizon": Text("how long to plan: 5y or 20q", "规划期:5y 或 20q"),
    "relief_open": Text("whether help from above may be asked for", "是否可申请上级支持"),
    "least": Text("the least help at any price of the lots", "不计资产损失,只求上级支持最少"),
    "certificate": Text(
        "file (.npz) for what proves the bound: arrays that src/ironpot/verify/certificate.py "
        "re-adds",
        "存放界值证明的文件(.npz),可用 src/ironpot/verify/certificate.py 独立复核",
    ),
    "allotment": Text(
        "the allotment file of this county, as ironpot system wrote it",
        "ironpot system 为本县写出的配额文件",
    ),
    "within": Text(
        "take the allotment as all that there is of the file's markets, nothing in quarters that "
        "it does not name; no fee",
        "以配额为限:不得超出,文件未列季度视为无配额;不收费",
    ),
    "from": Text(
        "folder of an earlier plan: begin from its choices and say what changed and why",
        "原方案文件夹:以其决策为起点,并说明变化及原因",
    ),
    "as_of": Text(
        "the day on which you plan again, as 2025-06-30; nothing starts before its quarter unless "
        "the table realised has it (default: the day of the last event there)",
        "重新制定方案的日期,如 2025-06-30;此前未记入“已实施”表的不再启动(默认取最后一项记录的日期)",
    ),
    "lot": Text("lot or debt, as in the tables of assets and debts", "资产或债务编号"),
    "again": Text("solve again with that decision turned round", "反向决策重新求解"),
    "target": Text(
        "folder for the report, or one file ending .html, .xlsx or .pdf",
        "报告文件夹,或单个 .html、.xlsx、.pdf 文件",
    ),
    "risk_out": Text("folder for tables, charts and report", "表格、图和报告的文件夹"),
    "risk_plan": Text(
        "folder of a plan: show every figure before and after", "方案文件夹:逐项比较前后"
    ),
    "risk_years": Text("how many years paths go", "测算年数"),
    "draws": Text("how many scenarios are drawn", "随机情景数"),
    "draw_seed": Text("seed of the draws", "随机种子"),
    "denominator": Text(
        "what debt is measured by: resources, resources_and_capital, resources_net_of_land_cost, "
        "own_revenue or gdp",
        "债务率分母:resources、resources_and_capital、resources_net_of_land_cost、"
        "own_revenue 或 gdp",
    ),
    "rule_set": Text("rule set, as the list names it", "规则集编号"),
    "figures": Text("figures to classify, as NAME=VALUE", "待测算的数值,写作 名称=数值"),
    "rule_files": Text("further rule files or folders of them", "追加的规则文件或文件夹"),
    "rule_date": Text("only rule sets in force on this day", "只看该日施行的规则"),
    "rule_check": Text("check this rule file and stop", "只检查该规则文件"),
    "suite": Text("folder with actus-tests-*.json", "含 actus-tests-*.json 的文件夹"),
    "json": Text("print JSON", "输出JSON"),
}
_LANG = asked_language(sys.argv[1:], os.environ)
HELP: dict[str, str] = {name: text.say(_LANG) for name, text in _TEXTS.items()}

_HORIZON = re.compile(r"(\d{1,3})([yq])")
QUARTERS_PER_YEAR = 4
MOST_QUARTERS = 40


def unit_of(word: str) -> "Unit":
    """Return the unit that a word names; IronpotError with the known ones otherwise.

    >>> unit_of("万元")
    'ten_thousand'
    """
    # Imported here: money needs NumPy, and help must not wait for it.
    from ironpot.core.money import UNIT_TEXT, UNITS

    for unit in UNITS:
        if word in (unit, UNIT_TEXT[unit].zh, UNIT_TEXT[unit].en):
            return unit
    known = ", ".join(UNITS)
    raise IronpotError(
        Text(
            f"{word!r} is no unit. Write one of {known} (or 元, 万元, 亿元).",
            f"“{word}”不是金额单位,请写 元、万元 或 亿元。",
        )
    )


def with_horizon(case: "Case", horizon: str | None) -> "Case":
    """Return the case with another planning horizon, as in 5y or 20q."""
    if horizon is None:
        return case
    match = _HORIZON.fullmatch(horizon.strip().lower())
    count = 0
    if match is not None:
        count = int(match[1]) * (QUARTERS_PER_YEAR if match[2] == "y" else 1)
    if not 1 <= count <= MOST_QUARTERS:
        raise IronpotError(
            Text(
                f"{horizon!r} is no horizon. Write years as 5y or quarters as 20q, at most 40q.",
                f"“{horizon}”不是规划期,请写 5y(年)或 20q(季),不超过40季。",
            )
        )
    return replace(case, settings=replace(case.settings, horizon_quarters=count))
