"""`ironpot pots`: which lots are worth more kept than sold, worst sale first."""

from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from ironpot.case.case import Case
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit
from ironpot.core.outputs import POTS
from ironpot.plan.prepare import appraise_case
from ironpot.plan.tables.pots import pots_table
from ironpot.report.figures import plural
from ironpot.report.plan_out import table_text
from ironpot.valuation.pot import rank_pots
from ironpot.workbench.plan_words import ROUTES
from ironpot.workbench.screen import amount, show_table, unit_words
from ironpot.workbench.whole import whole_file

SHOWN = 30
RATE_SHIFT = 0.02
VERDICTS = {
    "keep": Text("keep", "保留"),
    "release": Text("release", "处置"),
    "unclear": Text("unclear", "不确定"),
}


def show_pots(
    case: Case,
    screen: Console,
    lang: Lang,
    unit: Unit,
    *,
    all_lots: bool,
    csv: Path | None,
) -> None:
    """Print lots by value given up less net proceeds of their best legal route, worst first.

    The verdict at the case's rate stands beside those at two points less and two points more.
    """
    appraisals, _ = appraise_case(case)
    rate = appraisals.offers.rate
    table = pots_table(appraisals.table)
    ranked = rank_pots(table)
    beside = [_verdicts(case, rate + shift) for shift in (-RATE_SHIFT, RATE_SHIFT)]
    names = dict(case.assets.select("asset_id", "name").iter_rows())
    shown = ranked if all_lots else ranked.head(SHOWN)
    rows = [_row(row, names, beside, lang, unit) for row in shown.iter_rows(named=True)]
    title = Text(
        f"Pot test at {rate:.2%} ({unit_words(unit, 'en')}); {ranked.height} lots have a way out",
        f"保留与处置比较,折现率{rate:.2%}({unit_words(unit, 'zh')});可处置资产{ranked.height}项",
    )
    heads = [text.say(lang) for text in _HEADS]
    show_table(screen, title.say(lang), heads, rows, right=(3, 4, 5, 6))
    for note in _unsold(ranked):
        screen.print(note.say(lang), markup=False, soft_wrap=True)
    if csv is not None:
        with whole_file(csv) as draft:
            draft.write_text(table_text(table, POTS), encoding="utf-8", newline="\n")
        screen.print(Text(f"Wrote {csv}", f"已写出 {csv}").say(lang))


_HEADS = (
    Text("lot", "资产"),
    Text("name", "名称"),
    Text("best route", "最优方式"),
    Text("given up", "放弃价值"),
    Text("net proceeds", "净得"),
    Text("loss", "差额"),
    Text("months", "月数"),
    Text("verdict", "结论"),
    Text("at -2 / +2 points", "±2个百分点"),
)


def _unsold(ranked: pl.DataFrame) -> list[Text]:
    """Say of how many lots the verdict is unclear because a listing never sells, and why."""
    never = int((ranked["sale_probability"] == 0.0).sum())
    known = ranked.filter(pl.col("net_proceeds").is_not_null())
    at_times = int(known.select(pl.any_horizontal("net_low", "net_high").is_null().sum()).item())
    notes: list[Text] = []
    if never:
        lots = plural(never, "lot", "lots")
        notes.append(
            Text(
                f"Unclear, without amounts, for {lots}: nobody would ever buy in that market; "
                "every listing fails in every scenario. Mend the listing table if that is a slip.",
                f"{never}项资产无金额、结论不确定:其市场在各情景下挂牌均告流拍,无人受让。"
                "如非本意,请修改listing表。",
            )
        )
    if at_times:
        lots = plural(at_times, "lot", "lots")
        notes.append(
            Text(
                f"Unclear for {lots}: in one scenario every listing fails, so what a sale would "
                "bring then is unknown.",
                f"{at_times}项资产有金额而结论不确定:有一情景下挂牌均告流拍,该情景处置净得未知。",
            )
        )
    return notes


def _verdicts(case: Case, rate: float) -> dict[tuple[str, str], str]:
    """Verdict of every legal lot and route at another rate."""
    appraisals, _ = appraise_case(case, rate=max(rate, 0.0))
    legal = appraisals.table.filter(pl.col("legal"))
    return {
        (lot, route): verdict
        for lot, route, verdict in legal.select("lot_id", "route", "verdict").iter_rows()
    }


def _row(
    row: dict[str, Any],
    names: dict[str, str],
    beside: list[dict[tuple[str, str], str]],
    lang: Lang,
    unit: Unit,
) -> tuple[str, ...]:
    lot, route = str(row["lot_id"]), str(row["best_route"])
    others = " / ".join(VERDICTS[verdicts[(lot, route)]].say(lang) for verdicts in beside)
    money = [amount(row[name], unit) for name in _MONEY]
    months = row["months_to_cash"]
    return (
        lot,
        names[lot],
        ROUTES[route].say(lang),
        *money,
        "-" if months is None else str(months),
        VERDICTS[str(row["verdict"])].say(lang),
        others,
    )


_MONEY = ("retention_value", "net_proceeds", "loss")
