"""What does keeping on with an earlier plan cost now? One sentence from plan.json."""

from typing import Any

from ironpot.core.lang import Text
from ironpot.core.money import Unit, amount_text
from ironpot.core.outputs import IMPOSSIBLE, NEEDS_HELP, NOT_JUDGED

# Beside the words of `core.outputs`: the earlier plan never wrote its choices.
NOT_WRITTEN = "not_written"

# Less than this is no difference (yuan).
NO_LESS = 1.0
_SAID: dict[str, Text] = {
    IMPOSSIBLE: Text("The earlier choices do not work any more.", "原有决策已不可行。"),
    NOT_JUDGED: Text(
        "Whether the earlier choices still work was not known in time; give it more --time-limit.",
        "原有决策是否仍可行未能在时限内确定,请用 --time-limit 延长时间。",
    ),
    NOT_WRITTEN: Text(
        "The earlier plan did not write its choices by name, so what they would cost now is not "
        "known.",
        "原方案未按名称写出决策,无法测算其现行成本。",
    ),
}


def keeping_on(summary: dict[str, Any], unit: Unit) -> Text:
    """Say what the earlier choices would cost now, beside what the new plan costs."""
    known: dict[str, Any] = summary["keeping_on"]
    if known["status"] in _SAID:
        return _SAID[known["status"]]
    if known["status"] == NEEDS_HELP:
        needed = amount_text(known["relief"], unit)
        return Text(
            f"The earlier choices work with help alone: {needed.en} of it in present value, where "
            "the new plan needs none.",
            f"原有决策须有上级支持{needed.zh}(现值)方可行,新方案无需支持。",
        )
    price = amount_text(known["cost"], unit)
    if known["cost"] - summary["objective"] < NO_LESS:
        return Text(
            f"The earlier choices would cost {price.en} now; nothing cheaper was found.",
            f"沿用原有决策的现行成本为{price.zh},未找到成本更低的方案。",
        )
    less = amount_text(known["cost"] - summary["objective"], unit)
    return Text(
        f"The earlier choices would cost {price.en} now; the new plan costs {less.en} less.",
        f"沿用原有决策的现行成本为{price.zh},新方案低{less.zh}。",
    )
