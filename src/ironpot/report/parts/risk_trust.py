"""On what does the assessment rest? Shocks as fitted, seed and draws, unknowns, defaults."""

import polars as pl

from ironpot.report.model import Block, Field, Paragraph, Section, Table
from ironpot.report.risk_view import RiskView


def basis_section(view: RiskView) -> Section:
    """Return the fit of the shocks, the fingerprint and the defaults that fill gaps."""
    prints = "; ".join(f"{key} {value}" for key, value in view.assessment.fingerprint.items())
    acts = view.case.acts.height
    blocks: list[Block] = [
        Paragraph(
            view.say(
                f"This assessment can be repeated: {prints}. {acts} gaps of the case were filled "
                "by a named default; the plan's report lists them.",
                f"本测算可复现:{prints}。案例有{acts}处空缺以注明来源的默认值补齐,详见方案报告。",
            )
        ),
        _fit(view),
    ]
    return Section(
        "basis",
        view.say("6. ", "六、"),
        view.say("What this rests on", "测算依据"),
        tuple(blocks),
    )


def _fit(view: RiskView) -> Table:
    rows = view.assessment.fit
    heads = (
        ("driver", "driver", "驱动因素", 1.6),
        ("figure", "figure", "参数", 1.2),
        ("with_driver", "with", "相关对象", 1.4),
    )
    return Table(
        "fit",
        view.say("Fit", "冲击参数"),
        view.say("Shocks as fitted", "冲击参数估计"),
        (
            *(Field(name, view.say(en, zh), width=width) for name, en, zh, width in heads),
            Field("value", view.say("value", "数值"), "number"),
            Field("observations", view.say("observations", "观测数"), "count"),
            Field("units", view.say("units pooled", "汇总单位数"), "count"),
            Field("basis", view.say("basis", "依据")),
            Field("source", view.say("source", "来源"), width=2.4),
        ),
        rows.with_columns(pl.col("with_driver").fill_null("")),
    )
