"""What would selling as a coordinated run announced cost this county? One paragraph of plan.json.

The run's own figure counts less than a plan does; only figures of one reckoning are compared.
"""

from typing import Any

from ironpot.core.lang import Text
from ironpot.core.money import Unit, amount_text
from ironpot.core.outputs import IMPOSSIBLE, NEEDS_HELP, NOT_JUDGED
from ironpot.report.keeping_on import NO_LESS


def as_announced(summary: dict[str, Any], unit: Unit) -> Text:
    """Say what the announced sales cost by the plan's reckoning, beside what the plan costs."""
    known: dict[str, Any] = summary["announced"]
    said, run = _said(known, float(summary["objective"]), unit), known["planned_cost"]
    if run is None:
        return said
    figure = amount_text(run, unit)
    return Text(
        f"{said.en} The run's own figure for this county, {figure.en}, counts sales in shared "
        "markets, arrears and rights alone: it is not to be compared with either.",
        f"{said.zh}统筹测算中本县的成本{figure.zh}仅计共同市场出售、欠款和支持,口径不同,不可与上述数字相比。",
    )


def _said(known: dict[str, Any], cost: float, unit: Unit) -> Text:
    if known["status"] == NOT_JUDGED:
        return Text(
            "What selling as announced would cost was not known in time; give it more "
            "--time-limit.",
            "按申报出售的成本未能在时限内确定,请用 --time-limit 延长时间。",
        )
    if known["status"] == IMPOSSIBLE:
        return Text(
            "The announced sales cannot all be carried out by this county: a sale is not open any "
            "more, or its team, floors or rules do not allow it. The plan uses what fits.",
            "申报的出售无法全部实施:有的已不能挂牌,或人力、服务底线、规则不允许;本方案只采用可行部分。",
        )
    if known["status"] == NEEDS_HELP:
        needed = amount_text(known["relief"], unit)
        return Text(
            f"Selling as announced needs help from above, {needed.en} in present value; this plan "
            "needs none.",
            f"按申报出售须有上级支持{needed.zh}(现值);本方案无需支持。",
        )
    price, less = amount_text(known["cost"], unit), amount_text(known["cost"] - cost, unit)
    if known["cost"] - cost < NO_LESS:
        return Text(
            f"Selling as announced costs {price.en} by this plan's reckoning; nothing cheaper was "
            "found within the allotment.",
            f"按申报出售的成本为{price.zh}(本方案口径),配额内未找到成本更低的方案。",
        )
    return Text(
        f"Selling as announced would cost {price.en} by this plan's reckoning; the plan costs "
        f"{less.en} less.",
        f"按申报出售的成本为{price.zh}(本方案口径),本方案低{less.zh}。",
    )
