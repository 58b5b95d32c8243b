"""Everything a plan's files hold: the twelve tables, what is left to pay, and the summary."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

import ironpot
from ironpot.core.lang import Lang, Text
from ironpot.core.outputs import SCHEMA_VERSION
from ironpot.core.sources import origin_shares
from ironpot.plan.again import choices_table, under_way_rows
from ironpot.plan.attribute import attribute
from ironpot.plan.begun import standing_events
from ironpot.plan.exact import chosen_releases, price_sales
from ironpot.plan.inputs import Inputs
from ironpot.plan.names import quarter_text
from ironpot.plan.options import options_hash
from ironpot.plan.plan import Plan
from ironpot.plan.reasons import Reason, lot_reasons
from ironpot.plan.stalls import MATTERS
from ironpot.plan.tables.balance import balance_table
from ironpot.plan.tables.cash import cash_table
from ironpot.plan.tables.debt_actions import debt_actions_table
from ironpot.plan.tables.decisions import decisions_table
from ironpot.plan.tables.ladder import ladders
from ironpot.plan.tables.left_to_pay import left_to_pay_table
from ironpot.plan.tables.limits import limits_table
from ironpot.plan.tables.lot_sales import lot_sales_table
from ironpot.plan.tables.pots import pots_table
from ironpot.plan.tables.registers import debts_table, lots_table, sources_table
from ironpot.plan.tables.relief import relief_table
from ironpot.plan.tables.resolution import resolution_table
from ironpot.valuation.depth import market_depth


@dataclass(frozen=True)
class Written:
    """A plan as it goes to disk: tables by name (money in fen), plan.json without hashes.

    `extras` are tables of `core.outputs.EXTRA_TABLES`, which stand beside the twelve.
    """

    tables: dict[str, pl.DataFrame]
    summary: dict[str, Any]
    extras: dict[str, pl.DataFrame]


def plan_files(plan: Plan, lang: Lang, *, checked: Mapping[str, Reason] | None = None) -> Written:
    """Return tables and summary of a plan; text columns in `lang`.

    `checked` are reasons that were solved again, by lot id; they stand in for the estimates.
    """
    tables = plan_tables(plan, lang, checked=checked)
    inputs, settled = plan.model.inputs, plan.settled
    extras = {
        "left_to_pay": left_to_pay_table(inputs, settled),
        "lot_sales": lot_sales_table(inputs, settled),
    }
    return Written(tables, plan_summary(plan, tables, lang), extras)


def plan_tables(
    plan: Plan, lang: Lang, *, checked: Mapping[str, Reason] | None = None
) -> dict[str, pl.DataFrame]:
    """Return the twelve tables of `core.outputs`, money in integer fen."""
    inputs, settled = plan.model.inputs, plan.settled
    cash = cash_table(inputs, settled)
    before, after = ladders(inputs, settled, cash)
    reasons = lot_reasons(plan.model, settled, plan.appraisals.table, plan.question)
    reasons |= checked or {}
    inside = pl.col("entity_id").is_in(list(inputs.nodes.holder))
    return {
        "balance_sheet": balance_table(inputs, settled),
        "pots": pots_table(plan.appraisals.table).filter(inside),
        "decisions": decisions_table(inputs, settled, reasons, lang),
        "debt_actions": debt_actions_table(inputs, settled, lang),
        "cash": cash,
        "ladder": pl.concat([before.frame, after.frame]),
        "resolution": resolution_table(inputs, settled, attribute(inputs, settled)),
        "relief": relief_table(inputs, settled),
        "limits": limits_table(plan.model, settled),
        "sources": sources_table(plan.case),
        "lots": lots_table(plan.case),
        "debts": debts_table(inputs, settled.loans),
    }


def plan_summary(plan: Plan, tables: dict[str, pl.DataFrame], lang: Lang) -> dict[str, Any]:
    """Return plan.json; rows and hashes of the tables are added when they are written."""
    case, options = plan.case, plan.options
    futures = plan.model.inputs.futures
    return {
        "schema": SCHEMA_VERSION,
        "version": ironpot.__version__,
        "created": case.date.isoformat(),
        "case_id": case.settings.case_id,
        "case_date": case.date.isoformat(),
        "input_hash": case.input_hash,
        "options_hash": options_hash(options),
        "options": asdict(options),
        "allotted": _is_allotted(plan),
        **_allotments(plan),
        **_announced(plan),
        "listed": listed_volumes(plan).to_dicts(),
        "seed": options.seed,
        "currency": case.settings.currency,
        "unit": 1,
        "perimeter": list(case.perimeter),
        "origin": origin_shares(tables["lots"]["opening_amount"], tables["lots"]["origin"]),
        "horizon": {
            "first": case.horizon.first,
            "last": case.horizon.last,
            "quarters": case.horizon.count,
        },
        "scenarios": futures.count,
        "weights": dict(zip(futures.names, futures.weights.tolist(), strict=True)),
        "discount_rate": plan.model.inputs.rate,
        "status": plan.status,
        "objective": round(plan.cost, 2),
        "bound": round(plan.bound, 2),
        "gap_objective": _gap(plan.gap_objective),
        "gap_stake": _gap(plan.gap_stake),
        "do_nothing": round(plan.do_nothing, 2) if math.isfinite(plan.do_nothing) else None,
        "constant_terms": round(plan.terminal_cash, 2),
        "time_limit_s": options.time_limit_s,
        "solve_s": round(plan.seconds, 2),
        "solver": "HiGHS",
        "solver_version": plan.solver_version,
        "max_violation": plan.violation,
        "relief_pv": round(plan.relief_pv, 2),
        "rules": [],
        "choices": choices_table(plan.model, plan.point).to_dicts(),
        "under_way": under_way_rows(plan.model),
        "done": dict(standing_events(case).select("asset_id", "event").iter_rows()),
        "assumptions": [text.say(lang) for text in _assumptions(plan)],
        "unknown": [text.say(lang) for text in _unknown(plan)],
        "texts": [text._asdict() for text in (*_own_assumptions(plan), *_unknown(plan))],
    }


def _is_allotted(plan: Plan) -> bool:
    """Say whether prices and fees came from a file beside the case."""
    return plan.model.inputs.market_fees is not None and plan.case.allotments.is_empty()


def _allotments(plan: Plan) -> dict[str, Any]:
    """Return the rows of that file, so that whoever solves again asks the same; else nothing."""
    rows = plan.model.inputs.allotments
    return {"allotments": rows.to_dicts()} if _is_allotted(plan) and rows is not None else {}


def _announced(plan: Plan) -> dict[str, Any]:
    """Return what the announced sales cost, by this plan's reckoning and by the run's; or nothing.

    `planned_cost` is the run's: the two count different things and are not to be compared.
    """
    if plan.announced is None:
        return {}
    rows = plan.model.inputs.shares
    of_run = {name: rows[name].drop_nulls().first() for name in ("planned_cost", "run_id")}
    return {"announced": plan.announced.figures() | of_run}


def listed_volumes(plan: Plan) -> pl.DataFrame:
    """Return what the plan lists: market_id, quarter, volume, and room, all that the market takes.

    Appraised yuan; the room is the case's own ladder, whatever was allotted of it.
    """
    inputs = plan.model.inputs
    volume = price_sales(inputs, chosen_releases(plan.model, plan.point)).volume
    ladder = market_depth(plan.case.markets, plan.case.horizon)
    room = ladder.capacity.sum(axis=2)
    rows = [
        (name, quarter_text(inputs, at), float(volume[number, at]), float(room[number, at]))
        for number, name in enumerate(inputs.offers.depth.markets)
        for at in np.flatnonzero(volume[number] > 0.0).tolist()
    ]
    frame = pl.DataFrame(rows, schema=_LISTED, orient="row")
    return frame.with_columns(pl.col("volume", "room").round(2))


_LISTED = {
    "market_id": pl.String(),
    "quarter": pl.String(),
    "volume": pl.Float64(),
    "room": pl.Float64(),
}


def _gap(gap: float) -> float | None:
    return None if math.isnan(gap) else gap


def _assumptions(plan: Plan) -> list[Text]:
    acts = [Text(en, zh) for en, zh in plan.case.acts.select("text_en", "text_zh").iter_rows()]
    return [*dict.fromkeys(acts), *_own_assumptions(plan)]


def _own_assumptions(plan: Plan) -> list[Text]:
    """What the planner assumes beyond the acts that filled the case."""
    allotted = [] if plan.model.inputs.market_fees is None else [_ALLOTTED]
    return [*allotted, *_drawn(plan.model.inputs)]


def _drawn(inputs: Inputs) -> list[Text]:
    """Say how many lots have luck of their own; nothing where none has."""
    lots, bundles = (
        len([unit for unit in inputs.stalls.units if (unit.bundle >= 0) == bundled])
        for bundled in (False, True)
    )
    if not lots + bundles:
        return []
    share = f"{MATTERS:.0%}"
    return [
        Text(
            f"Lots that sell whole or not at all in each drawn scenario: {lots}, and {bundles} of "
            f"the bundles (asked at more than {share} of what the owner pays a quarter; "
            "extras/lot_sales.csv, drawn). Of the others the market's share is sold.",
            f"{lots}项资产和{bundles}个资产包的挂牌价超过所属主体季均支出的{share},"
            "在每个抽样情景中整体成交或流拍(见 extras/lot_sales.csv 的 drawn 栏);"
            "其余资产按市场成交比例计。",
        )
    ]


def _unknown(plan: Plan) -> list[Text]:
    """What the plan does not know, said in so many words."""
    count = plan.model.inputs.futures.count
    unpriced = plan.case.assets.filter(pl.col("appraisal").is_null()).height
    found = [
        Text(
            f"Debt actions and resolution are expected amounts over {count} scenarios; "
            "cash shows each scenario.",
            f"债务处置和化解为{count}种情景的期望值;现金表列示各情景。",
        )
    ]
    if unpriced:
        found.append(
            Text(
                f"{unpriced} lots have no appraisal and are not priced.",
                f"{unpriced}项资产无评估价,未定价。",
            )
        )
    if plan.by_clock:
        found.append(_BY_CLOCK)
    if plan.interrupted:
        found.append(
            Text("The search was stopped by the user.", "计算由用户中止,采用当时最优方案。")
        )
    return found


_BY_CLOCK = Text(
    "The time limit ended a search whose steps were counted: a faster or slower machine may find "
    "another plan.",
    "计步搜索被时限中止:换用更快或更慢的机器,方案可能不同。",
)
_ALLOTTED = Text(
    "Prices and market-use fees are those of an allotment file; the objective holds the fee on "
    "what the plan uses above its allotment, less the fee on what it leaves.",
    "价格和市场占用费取自配额文件;目标值含超配额用量的占用费,扣减未用配额的占用费。",
)
