"""`ironpot realise`: record what really happened to a lot or a debt, a row a time, checked at once.

A row that the check refuses is taken back, so that a case is never left broken.
"""

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from ironpot.case.case import Case
from ironpot.case.enter import Entered, Value, enter_row
from ironpot.case.events import in_order
from ironpot.case.headers import unit_named
from ironpot.case.nearest import nearest
from ironpot.case.read import read_case
from ironpot.case.schema import BY_NAME
from ironpot.case.schema.labels import EVENTS, word_labels
from ironpot.core.columns import Table
from ironpot.core.dates import written_day
from ironpot.core.errors import IronpotError
from ironpot.core.issues import Issue
from ironpot.core.lang import Lang, Text
from ironpot.core.money import YUAN_PER_UNIT, amount_text
from ironpot.plan.options import PlanOptions
from ironpot.plan.prepare import appraise_case, gather
from ironpot.workbench.plan_words import ROUTES

REALISED, CHANGES = BY_NAME["realised"], BY_NAME["debt_changes"]
# Digits in groups of three, or in none.
_AMOUNT = re.compile(r"((?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*([^\s\d,.]\S*)")
_OF_LOTS, _OF_DEBTS = ("route", "buyer"), ("share", "rate", "until")
_SHORT = {"万": "万元", "亿": "亿元"}


@dataclass(frozen=True, slots=True)
class Happened:
    """What a clerk says happened, as typed: to which lot or debt, what, when, and what was agreed.

    `amount` names its unit (3400万元); `share`, `rate` are decimals; `until` is a day.
    """

    subject: str
    what: str
    date: str
    amount: str = ""
    route: str = ""
    buyer: str = ""
    share: float | None = None
    rate: float | None = None
    until: str = ""


def record(path: Path, case: Case, said: Happened, lang: Lang) -> Text:
    """Write what happened into the case at `path` and return what to tell.

    Raises IronpotError with what is wrong and how to mend it; the case is then as it was.
    """
    table, row = _row(case, said)
    known = {issue.what for issue in read_case(path).issues}
    kept = _keep(path)
    entered = enter_row(path, table, row, lang)
    try:
        now = read_case(path)
        wrong = _errors(now.issues, known)
        if wrong:
            raise IronpotError(_refused(wrong))
    except BaseException:
        entered.undo()
        raise
    told = [*_told(case, said, row, entered), *_not_yet(now.case)]
    return _joined([*told, *kept, _next(path)])


def _row(case: Case, said: Happened) -> tuple[Table, dict[str, Value]]:
    if said.subject in case.assets["asset_id"]:
        _refuse_others(said, _OF_DEBTS, Text("a lot", "资产"))
        return REALISED, _lot_row(case, said)
    if said.subject in case.debts["debt_id"]:
        _refuse_others(said, _OF_LOTS, Text("a debt", "债务"))
        return CHANGES, _debt_row(case, said)
    names = [*case.assets["asset_id"], *case.debts["debt_id"]]
    near = nearest(said.subject, names)
    meant = Text(f" Did you mean {near}?", f"是否为 {near}?") if near else Text("", "")
    raise IronpotError(
        Text(
            f"{said.subject!r} is no lot and no debt of this case.{meant.en}",
            f"“{said.subject}”不是本案例的资产或债务。{meant.zh}",
        )
    )


def _refuse_others(said: Happened, names: Sequence[str], kind: Text) -> None:
    """Refuse options of `names` that were given: nothing that was typed is dropped in silence."""
    given = [f"--{name}" for name in names if getattr(said, name) not in ("", None)]
    if given:
        raise IronpotError(
            Text(
                f"{said.subject} is {kind.en}: {', '.join(given)} cannot be recorded of it. Leave "
                "it out, or name what it is about; nothing was written.",
                f"{said.subject}是{kind.zh},不能录入 {'、'.join(given)}。"
                "请去掉该选项或更正编号;未写入任何内容。",
            )
        )


def _lot_row(case: Case, said: Happened) -> dict[str, Value]:
    event = _word(said.what, EVENTS, Text("what can happen to a lot", "资产可能的进展"))
    return {
        "event_id": _next_id(case.realised["event_id"], "V"),
        "asset_id": said.subject,
        "event": event,
        "route": _route(case, said),
        "date": written_day(said.date, "--date"),
        "amount": _yuan(said.amount),
        "buyer_id": said.buyer or None,
    }


def _route(case: Case, said: Happened) -> str:
    """Return the route as said, else the one by which the lot was on its way last."""
    ways = word_labels(REALISED.column("route"))
    # As plans call them on the screen.
    spoken = {code: text for code, text in ROUTES.items() if said.route in text}
    if said.route:
        return _word(said.route, ways | spoken, Text("the routes", "处置方式"))
    before = in_order(case.realised).filter(pl.col("asset_id") == said.subject)
    if before.height:
        return str(before["route"][-1])
    english, chinese = _listed(ways)
    raise IronpotError(
        Text(
            f"By which route did {said.subject} go? Add --route, one of: {english}.",
            f"{said.subject}采用何种方式?请加 --route,可选:{chinese}。",
        )
    )


def _debt_row(case: Case, said: Happened) -> dict[str, Value]:
    changes = word_labels(CHANGES.column("change"))
    return {
        "change_id": _next_id(case.debt_changes["change_id"], "C"),
        "debt_id": said.subject,
        "date": written_day(said.date, "--date"),
        "change": _word(said.what, changes, Text("what can be agreed on a debt", "债务可能的变更")),
        "amount": _yuan(said.amount),
        "share": said.share,
        "new_rate": said.rate,
        "until": written_day(said.until, "--until") if said.until else None,
    }


def _word(said: str, known: Mapping[str, Text], what: Text) -> str:
    """Return the code of a word that is said in either language."""
    exact = [code for code, text in known.items() if said in (code, text.en, text.zh)]
    # Part of a label will do where it is part of one only: 签约 for 已签约.
    near = [code for code, text in known.items() if len(said) > 1 and said in text.zh]
    for found in (exact, near):
        if len(found) == 1:
            return found[0]
    english, chinese = _listed(known)
    raise IronpotError(
        Text(
            f"{said!r} is none of {what.en}: {english}.",
            f"“{said}”不属于{what.zh}:{chinese}。",
        )
    )


def _listed(known: Mapping[str, Text]) -> tuple[str, str]:
    return ", ".join(known), "、".join(f"{code} {text.zh}" for code, text in known.items())


def _yuan(said: str) -> float | None:
    """Return an amount in yuan; its unit must be said, nothing is guessed.

    >>> _yuan("3400万元"), _yuan("34,000,000 yuan"), _yuan("")
    (34000000.0, 34000000.0, None)
    """
    if not said:
        return None
    match = _AMOUNT.fullmatch(said.strip())
    unit = unit_named(_SHORT.get(match[2], match[2])) if match else None
    if match is None or unit is None:
        raise IronpotError(
            Text(
                f"--amount {said}: write a number and its unit, as 3400万元 or 34,000,000元; "
                "commas part groups of three digits.",
                f"--amount {said}:请写数字和单位,如 3400万元 或 34,000,000元;逗号仅用作千分位。",
            )
        )
    return float(match[1].replace(",", "")) * YUAN_PER_UNIT[unit]


def _next_id(used: pl.Series, letter: str) -> str:
    """Return the next free number of an event or a change."""
    numbers = used.str.extract(rf"^{letter}(\d+)$").cast(pl.Int64).drop_nulls()
    most: Any = numbers.max()
    return f"{letter}{(most or 0) + 1}"


def _errors(issues: Sequence[Issue], known: set[Text]) -> list[Issue]:
    """Return the errors that the new row brought."""
    return [one for one in issues if one.severity == "error" and one.what not in known]


def _refused(issues: Sequence[Issue]) -> Text:
    english, chinese = ("\n".join(f"  {one.say(lang)}" for one in issues) for lang in ("en", "zh"))
    return Text(
        f"Not recorded; the case is as it was:\n{english}",
        f"未录入,案例保持原样:\n{chinese}",
    )


def _keep(path: Path) -> list[Text]:
    """Keep a workbook as it is beside itself before it is written to; a folder needs none."""
    if path.is_dir():
        return []
    kept = path.with_name(f"{path.stem}.before{path.suffix}")
    shutil.copyfile(path, kept)
    return [Text(f"The workbook as it was before: {kept}", f"录入前的工作簿:{kept}")]


def _told(
    case: Case,
    said: Happened,
    row: Mapping[str, Value],
    entered: Entered,
) -> list[Text]:
    """Say where the row stands, how to take it back, and how a price stands to the appraisal."""
    number = row.get("event_id") or row["change_id"]
    return [
        Text(
            f"Recorded as {number} ({entered.place.en}). To take it back, delete that row.",
            f"已录入{number}({entered.place.zh})。如需撤回,删除该行即可。",
        ),
        *_beside_appraisal(case, said, row),
        *_not_reckoned(entered),
    ]


def _not_reckoned(entered: Entered) -> list[Text]:
    """Warn of formulas that still show what they showed without the row; nothing without any."""
    if not entered.not_reckoned:
        return []
    name = entered.path.name
    return [
        Text(
            f"Formulas in {name} are not reckoned anew here, and what they show is what is read. "
            "If one counts this row, open the workbook in a spreadsheet program and save it.",
            f"{name} 中的公式未在此重新计算,程序读取的是其原显示值。"
            "如有公式引用本行,请用Excel或WPS打开并保存一次。",
        )
    ]


def _next(path: Path) -> Text:
    return Text(
        f"Next: ironpot plan {path} --from PLAN --out NEW",
        f"下一步:ironpot plan {path} --from 原方案 --out 新方案",
    )


def _not_yet(case: Case) -> list[Text]:
    """Say why no plan can go by what is recorded; nothing where one can. What is true stays."""
    try:
        gather(case, *appraise_case(case), PlanOptions())
    except IronpotError as error:
        text = error.text
        return [
            Text(
                f"No plan can go by it as it stands: {text.en}",
                f"现有记录暂无法据以制定方案:{text.zh}",
            )
        ]
    return []


def _joined(lines: Sequence[Text]) -> Text:
    return Text("\n".join(line.en for line in lines), "\n".join(line.zh for line in lines))


def _beside_appraisal(case: Case, said: Happened, row: Mapping[str, Value]) -> list[Text]:
    """Say how a price stands to the appraisal; nothing where either is not a price."""
    price = row.get("amount")
    if row.get("event") != "signed" or row["route"] not in ("exchange_sale", "auction"):
        return []
    lots = case.assets.filter(pl.col("asset_id") == said.subject)
    appraisal = lots["appraisal"][0]
    if not isinstance(price, float) or not appraisal:
        return []
    change, worth = round(price / appraisal - 1.0, 2), amount_text(appraisal, "ten_thousand")
    shown = f"{change:+.0%}" if change else "0%"
    return [
        Text(
            f"Its price is {shown} beside the appraisal of {worth.en}.",
            f"成交价较评估价{worth.zh}{shown}。",
        )
    ]
