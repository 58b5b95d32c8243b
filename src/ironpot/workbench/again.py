"""What is different from an earlier plan, and why? For the screen and for plan.json.

What plan.json says it says in both languages, so that a report can be written again in the other.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from rich.console import Console

from ironpot.case.case import Case
from ironpot.case.events import FAILED, in_order
from ironpot.core.dates import quarter_number
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit
from ironpot.plan.plan import Plan
from ironpot.plan.tables.debt_actions import NEGOTIATED
from ironpot.report.keeping_on import NOT_WRITTEN, keeping_on
from ironpot.report.plan_files import PlanFiles, read_plan
from ironpot.workbench.made_with import choices_of
from ironpot.workbench.plan_words import ROUTES
from ironpot.workbench.screen import amount, show_table

SHOWN = 20
# A lot's own figures have moved if either side of its pot test has by more than this share.
MOVED = 0.01
DEBT_CHOICES = ("prepay", "swap", "extend", "rate_cut", "haircut")
DEBT_WORDS: dict[str, Text] = {
    "prepay": Text("prepay", "提前偿还"),
    "swap": Text("swap", "置换"),
    "extend": Text("extend", "展期"),
    "rate_cut": Text("cut the rate", "降息"),
    "haircut": Text("haircut", "减免"),
}
CONTRACT = Text("as contracted", "按合同")
WHY: dict[str, Text] = {
    "SIGNED": Text("signed on {date} for {amount} yuan", "{date}已签约,金额{amount}元"),
    "LISTED": Text("listed on {date}", "{date}已挂牌"),
    "AGREED": Text("its terms were changed on {date}, as recorded", "{date}已约定变更条款"),
    "FAILED": Text("its listing failed on {date}", "{date}流拍"),
    "NOT_DONE": Text(
        "was to start in {quarter} and is not recorded as done", "原定{quarter}启动,未见实施记录"
    ),
    "NOT_AGREED": Text(
        "was to be agreed in {quarter} and is not recorded as agreed; record it with ironpot "
        "realise, or begin a case at a new date to ask again",
        "原定{quarter}达成,未见约定记录:如已达成请用ironpot realise登记,如需重新协商请另立新基准日"
        "的案例",
    ),
    "CLOSED": Text("its route is closed now ({blocked})", "该方式现已不可行({blocked})"),
    "NEW": Text("was not in the earlier plan", "原方案中没有"),
    "OWN_FIGURES": Text(
        "its own figures moved: net {net} after {old_net}, given up {kept} after {old_kept} "
        "(10,000 yuan)",
        "自身数据变动:净得由{old_net}变为{net},放弃价值由{old_kept}变为{kept}(万元)",
    ),
    "GONE": Text("the case no longer has it", "案例中已无该资产"),
    "ELSEWHERE": Text("follows from what changed elsewhere", "由其他变动引起"),
}


@dataclass(frozen=True)
class Earlier:
    """An earlier plan: its files, and its choices by name if it wrote them (`plan.again`)."""

    files: PlanFiles
    choices: pl.DataFrame | None


def read_earlier(out: Path) -> Earlier:
    """Read an earlier plan; one that did not write its choices can be compared, not begun from."""
    files = read_plan(out)
    return Earlier(files, choices_of(files))


_NEVER_SAID = {"status": NOT_WRITTEN, "cost": None, "relief": None}


def what_changed(plan: Plan, tables: dict[str, pl.DataFrame], earlier: Earlier) -> dict[str, Any]:
    """Return what plan.json holds of an earlier plan: `keeping_on` and `changes`.

    `tables` are the new plan's, money in fen. A change has its `subject_id`, `why_code`, and in
    both languages what was decided `before`, `after`, and `why`.
    """
    old = earlier.files.tables
    rows = [*_lots(plan, tables, old), *_debts(plan, tables, old)]
    return {
        "keeping_on": _NEVER_SAID if plan.earlier is None else plan.earlier.figures(),
        "changes": [
            {
                "subject_id": row.subject_id,
                "before": row.before._asdict(),
                "after": row.after._asdict(),
                "why_code": row.code,
                "why": row.why._asdict(),
            }
            for row in rows
        ],
    }


@dataclass(frozen=True, slots=True)
class _Change:
    subject_id: str
    before: Text
    after: Text
    code: str
    why: Text


def _lots(
    plan: Plan, tables: dict[str, pl.DataFrame], old: dict[str, pl.DataFrame]
) -> Iterator[_Change]:
    """Yield lots whose route or start differs; a lot that is done since is told in any case."""
    before = _by_lot(old["decisions"])
    events = _last_events(plan.case)
    today = plan.case.horizon.quarters[plan.model.inputs.today]
    now = _by_lot(tables["decisions"])
    yield from _gone(before, now)
    for lot, row in now.items():
        was = before.get(lot)
        same = was is not None and _choice(was) == _choice(row)
        event = events.get(lot)
        if same and (event is None or event["event"] == FAILED):
            continue
        code, why = _why(lot, row, was, event, today, tables["pots"], old["pots"])
        yield _Change(lot, _said(was), _said(row), code, why)


def _gone(before: dict[str, dict[str, Any]], now: dict[str, dict[str, Any]]) -> Iterator[_Change]:
    """Yield lots that the earlier plan released and the case no longer has."""
    for lot, was in before.items():
        if lot not in now and was["route"] != "hold":
            yield _Change(lot, _said(was), _said(None), "GONE", WHY["GONE"])


def _last_events(case: Case) -> dict[str, dict[str, Any]]:
    """Return what happened last to each lot."""
    last = in_order(case.realised).unique("asset_id", keep="last", maintain_order=True)
    return {row["asset_id"]: row for row in last.iter_rows(named=True)}


def _by_lot(decisions: pl.DataFrame) -> dict[str, dict[str, Any]]:
    return {row["lot_id"]: row for row in decisions.iter_rows(named=True)}


def _choice(row: dict[str, Any]) -> tuple[str, str | None]:
    return row["route"], row["start_quarter"]


def _said(row: dict[str, Any] | None) -> Text:
    if row is None:
        return Text("not in the plan", "方案中没有")
    route, when = ROUTES[row["route"]], row["start_quarter"]
    return Text(f"{route.en} {when}", f"{when}{route.zh}") if when else route


def _why(
    lot: str,
    row: dict[str, Any],
    was: dict[str, Any] | None,
    event: dict[str, Any] | None,
    today: str,
    pots: pl.DataFrame,
    old_pots: pl.DataFrame,
) -> tuple[str, Text]:
    if event is not None:
        code = event["event"].upper()
        price = "-" if event["amount"] is None else f"{event['amount']:,.2f}"
        return code, _filled(code, date=event["date"].isoformat(), amount=price)
    if was is None:
        return "NEW", WHY["NEW"]
    start = was["start_quarter"]
    if start is not None and quarter_number(start) < quarter_number(today):
        return "NOT_DONE", _filled("NOT_DONE", quarter=start)
    return _from_pots(lot, row, was, pots, old_pots)


def _from_pots(
    lot: str,
    row: dict[str, Any],
    was: dict[str, Any],
    pots: pl.DataFrame,
    old_pots: pl.DataFrame,
) -> tuple[str, Text]:
    """Look at the pot test of the route that is left or taken: closed now, or moved?"""
    route = was["route"] if was["route"] != "hold" else row["route"]
    now, then = (_pot(frame, lot, route) for frame in (pots, old_pots))
    if now is None or then is None:
        return "ELSEWHERE", WHY["ELSEWHERE"]
    if then["legal"] and not now["legal"]:
        return "CLOSED", _filled("CLOSED", blocked=str(now["blocked_code"]))
    names = ("net_proceeds", "retention_value")
    if any(_moved(now[name], then[name]) for name in names):
        figures = [amount(pot[name], "ten_thousand") for name in names for pot in (now, then)]
        keys = ("net", "old_net", "kept", "old_kept")
        return "OWN_FIGURES", _filled("OWN_FIGURES", **dict(zip(keys, figures, strict=True)))
    return "ELSEWHERE", WHY["ELSEWHERE"]


def _pot(pots: pl.DataFrame, lot: str, route: str) -> dict[str, Any] | None:
    rows = pots.filter(pl.col("lot_id") == lot, pl.col("route") == route)
    return rows.row(0, named=True) if rows.height else None


def _moved(now: int | None, then: int | None) -> bool:
    if now is None or then is None:
        return now != then
    return abs(now - then) > MOVED * max(abs(now), abs(then))


def _filled(code: str, **values: str) -> Text:
    return Text(WHY[code].en.format(**values), WHY[code].zh.format(**values))


def _debts(
    plan: Plan, tables: dict[str, pl.DataFrame], old: dict[str, pl.DataFrame]
) -> Iterator[_Change]:
    """Yield debts on which another choice was made: prepaid, swapped, put off, cut."""
    case, today = plan.case, plan.case.horizon.quarters[plan.model.inputs.today]
    agreed = dict(case.debt_changes.sort("date").select("debt_id", "date").iter_rows())
    now, then = _chosen(tables["debt_actions"]), _chosen(old["debt_actions"])
    for debt in dict.fromkeys([*now, *then]):
        after, before = now.get(debt, frozenset()), then.get(debt, frozenset())
        if after != before:
            code, why = "ELSEWHERE", WHY["ELSEWHERE"]
            if debt in agreed:
                code, why = "AGREED", _filled("AGREED", date=agreed[debt].isoformat())
            elif late := [when for when, action in before - after if _is_late(when, action, today)]:
                code, why = "NOT_AGREED", _filled("NOT_AGREED", quarter=min(late))
            yield _Change(debt, _actions(before), _actions(after), code, why)


def _is_late(when: str, action: str, today: str) -> bool:
    return action in NEGOTIATED and quarter_number(when) < quarter_number(today)


def _chosen(actions: pl.DataFrame) -> dict[str, frozenset[tuple[str, str]]]:
    """Choices of each debt as (quarter, action)."""
    chosen = actions.filter(pl.col("action").is_in(DEBT_CHOICES))
    found: dict[str, set[tuple[str, str]]] = {}
    for debt, quarter, action in chosen.select("debt_id", "quarter", "action").iter_rows():
        found.setdefault(debt, set()).add((quarter, action))
    return {debt: frozenset(pairs) for debt, pairs in found.items()}


def _actions(pairs: frozenset[tuple[str, str]]) -> Text:
    if not pairs:
        return CONTRACT
    listed = sorted(pairs)
    return Text(
        "; ".join(f"{DEBT_WORDS[action].en} {when}" for when, action in listed),
        "、".join(f"{when}{DEBT_WORDS[action].zh}" for when, action in listed),
    )


def show_changes(summary: dict[str, Any], screen: Console, lang: Lang, unit: Unit) -> None:
    """Print what the earlier choices would cost now, and each decision that differs with why."""
    changes: list[dict[str, Any]] = summary["changes"]
    said = _headline(len(changes)), keeping_on(summary, unit)
    screen.print("".join(_spaced(said, lang)), markup=False, soft_wrap=True)
    if not changes:
        return
    heads = [
        text.say(lang)
        for text in (
            Text("lot or debt", "资产或债务"),
            Text("earlier", "原方案"),
            Text("now", "新方案"),
            Text("why", "原因"),
        )
    ]
    title = Text("Decided otherwise", "决策变化").say(lang)
    rows = [
        (row["subject_id"], *(row[name][lang] for name in ("before", "after", "why")))
        for row in changes[:SHOWN]
    ]
    show_table(screen, title, heads, rows)
    if len(changes) > SHOWN:
        more = len(changes) - SHOWN
        text = Text(
            f"{more} more stand in plan.json under changes.",
            f"其余{more}项见 plan.json 的 changes。",
        )
        screen.print(text.say(lang), soft_wrap=True)


def _spaced(said: tuple[Text, ...], lang: Lang) -> list[str]:
    return [(" " if lang == "en" and k else "") + text.say(lang) for k, text in enumerate(said)]


def _headline(changed: int) -> Text:
    if not changed:
        return Text("Nothing is decided otherwise than in the earlier plan.", "决策与原方案一致。")
    many = "1 decision differs" if changed == 1 else f"{changed} decisions differ"
    return Text(f"Against the earlier plan {many}.", f"与原方案相比,{changed}项决策不同。")
