"""What does a report show beside the twelve tables? Approvals, wishes and their cost, help."""

from collections.abc import Mapping

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.case.schema.words import SCENARIOS
from ironpot.cashflow.case_debts import project_debts
from ironpot.core.dates import quarter_end, quarter_start
from ironpot.core.money import to_fen
from ironpot.plan.inputs import MILLION
from ironpot.plan.least import seconds_afterwards
from ironpot.plan.many import is_large
from ironpot.plan.model import Model
from ironpot.plan.names import quarter_text
from ironpot.plan.plan import Plan
from ironpot.plan.planned import planned_releases
from ironpot.plan.program import Floats
from ironpot.plan.wish_costs import WishCost, wish_costs_around
from ironpot.plan.wishes import wish_costs
from ironpot.risk.drivers import rate_paths
from ironpot.risk.maturity import maturity_wall
from ironpot.risk.ratios import debt_facts, rule_table
from ironpot.risk.rule_files import rule_book
from ironpot.valuation.worth import worth

LABELS = ("plan", "least_help", "do_nothing")


def plan_extras(plan: Plan, *, seconds: float | None = None) -> dict[str, pl.DataFrame]:
    """Return the report's extras by name; money in fen.

    Where futures are many, wishes are priced within `seconds` (`seconds_afterwards` where it is not
    given); a wish that is not reached has no cost. Ctrl-C leaves the rest of them unpriced.
    """
    limit = seconds_afterwards(plan) if seconds is None else seconds
    return case_extras(plan.case) | {
        "rule_rows": rule_rows(plan),
        "approvals": approvals(plan.case, _starts(plan)),
        "wishes": _wishes(plan, limit),
        "frontier": _frontier(plan),
        "baseline": _baseline(plan),
    }


def case_extras(case: Case) -> dict[str, pl.DataFrame]:
    """Return the extras that follow from the case alone; money in fen."""
    return {"maturity_wall": _maturity_wall(case), "acts": case.acts}


def rule_rows(plan: Plan) -> pl.DataFrame:
    """Return every applicable rule before and after the plan, by year and variant."""
    return rules_before_and_after(plan.case, debts_after(plan))


def rules_before_and_after(case: Case, left: dict[str, float]) -> pl.DataFrame:
    """Return every applicable rule at the case date and with the debt `left` by a plan, yuan."""
    book = rule_book().rule_sets
    before = rule_table(case, book).with_columns(phase=pl.lit("before"))
    after = rule_table(case, book, debts=left).with_columns(phase=pl.lit("after"))
    return pl.concat([before, after])


def debts_after(plan: Plan) -> dict[str, float]:
    """Return debt by class as the plan leaves it, and its last year's interest, yuan."""
    inputs, settled = plan.model.inputs, plan.settled
    facts = dict.fromkeys(debt_facts(plan.case), 0.0)
    debts, loans = inputs.debts, settled.loans
    year = slice(inputs.quarters - 4, inputs.quarters)
    for number, kind in enumerate(debts.debts["primary_class"]):
        facts[f"debt_{kind}"] += int(settled.debts.closing[number, -1, -1]) / 100
        facts[f"interest_{kind}"] += int(settled.debts.interest[number, -1, year].sum()) / 100
    left = loans.drawn[:, -1] - loans.repaid[:, -1].sum(axis=1)
    for number, kind in enumerate(loans.primary_class):
        facts[f"debt_{kind}"] += int(left[number]) / 100
        facts[f"interest_{kind}"] += int(loans.interest[number, -1, year].sum()) / 100
    return facts


def _maturity_wall(case: Case) -> pl.DataFrame:
    """Principal that falls due by creditor class and year, in the base scenario."""
    flows = project_debts(case, until=quarter_end(case.horizon.last), rates=rate_paths(case))
    base = flows.events.filter(pl.col("scenario").is_null() | (pl.col("scenario") == SCENARIOS[0]))
    wall = maturity_wall(
        base, case.debts, case.creditors, date=case.date, by="creditor_class", period="year"
    )
    return wall.select("creditor_class", "period", amount="principal")


def approvals(case: Case, starts: Mapping[str, str]) -> pl.DataFrame:
    """Return the approvals that each lot needs, by whom and by when: before it is offered.

    `starts` holds the first quarter of each lot that leaves, by lot id.
    """
    lots = {row["asset_id"]: row for row in case.assets.iter_rows(named=True)}
    rows = [
        {
            "lot_id": name,
            "step": step,
            "by_whom": lots[name]["approver"],
            "by_when": quarter_start(quarter).isoformat(),
        }
        for name, quarter in starts.items()
        for step in (lots[name]["approvals"] or "").split(";")
        if step
    ]
    schema = {name: pl.String() for name in ("lot_id", "step", "by_whom", "by_when")}
    return pl.DataFrame(rows, schema=schema)


def _starts(plan: Plan) -> dict[str, str]:
    """Return the first quarter of each lot that leaves."""
    inputs = plan.model.inputs
    return {
        name: quarter_text(inputs, int(inputs.releases.start[release.candidate]))
        for name, release in planned_releases(inputs, plan.settled).items()
    }


def _wishes(plan: Plan, seconds: float) -> pl.DataFrame:
    """What each wish costs, and at most where futures are many; unknown where none fulfils it."""
    costs = _wish_costs(plan, seconds)
    rows = [
        {
            "wish_id": wish.wish_id,
            "subject": wish.subject_id,
            "cost": _fen(costs[wish.wish_id].cost),
            "at_most": _fen(costs[wish.wish_id].at_most),
        }
        for wish in plan.model.wishes
    ]
    words = {"wish_id": pl.String(), "subject": pl.String()}
    return pl.DataFrame(rows, schema=words | {"cost": pl.Int64(), "at_most": pl.Int64()})


def _wish_costs(plan: Plan, seconds: float) -> dict[str, WishCost]:
    wishes = plan.model.wishes
    try:
        if is_large(plan.model):
            return wish_costs_around(plan, seconds=seconds)
        costs = wish_costs(plan.question.program, wishes, plan.model.unwished)
    except KeyboardInterrupt:
        return {wish.wish_id: WishCost(np.nan, np.inf) for wish in wishes}
    return {name: WishCost(cost, np.inf) for name, cost in costs.items()}


def _fen(yuan: float) -> int | None:
    return int(to_fen(yuan)) if np.isfinite(yuan) else None


def _frontier(plan: Plan) -> pl.DataFrame:
    """Help against value destroyed: as planned, at the very least of help, and doing nothing.

    The least of help is that of the relaxation: no whole plan gets by with less. Where futures are
    many it is what is proven by parts, and the value destroyed is that of the parts' average.
    """
    points = [
        (LABELS[0], plan.relief_pv, _destroyed(plan.model, plan.point)),
        (LABELS[2], *_relief_and_loss(plan.model, plan.question.hold.point)),
    ]
    least = plan.question.least
    if least is not None:
        needed, lost = _relief_and_loss(plan.model, least.point)
        proven = needed if least.outcome == "optimal" else plan.least_help
        points.insert(1, (LABELS[1], proven, lost))
    rows = [
        {
            "label": label,
            "relief_pv": int(to_fen(relief)),
            "value_destroyed": int(to_fen(destroyed)),
        }
        for label, relief, destroyed in points
    ]
    schema = {"label": pl.String(), "relief_pv": pl.Int64(), "value_destroyed": pl.Int64()}
    return pl.DataFrame(rows, schema=schema)


def _relief_and_loss(model: Model, point: Floats | None) -> tuple[float, float]:
    """Present value of expected help and of value destroyed at a point, yuan."""
    if point is None:
        return 0.0, 0.0
    inputs = model.inputs
    weight = inputs.weights[:, None] * inputs.discount[None, :]
    relief = float((model.take("relief", point).sum(axis=(0, 1)) * weight).sum()) * MILLION
    return relief, _destroyed(model, point)


def _destroyed(model: Model, point: Floats) -> float:
    """Value destroyed by releases at a point, at first-tranche prices, yuan."""
    inputs = model.inputs
    share = point[model.release_of]
    chosen = np.flatnonzero(share > 1e-6)
    value = worth(inputs.offers, inputs.releases.row[chosen], inputs.releases.start[chosen], "base")
    loss = np.clip(value.given_up - value.net, 0.0, None)
    return float(loss @ share[chosen])


def _baseline(plan: Plan) -> pl.DataFrame:
    """What doing nothing would need from above or leave unpaid, by quarter and scenario."""
    point, inputs = plan.question.hold.point, plan.model.inputs
    if point is None:
        return pl.DataFrame(
            schema={"quarter": pl.String(), "scenario": pl.String(), "shortfall": pl.Int64()}
        )
    need = plan.model.take("relief", point).sum(axis=(0, 1))
    arrears = plan.model.take("arrears", point).sum(axis=0)
    need = need + np.clip(np.diff(arrears, prepend=0.0, axis=1), 0.0, None)
    return pl.DataFrame(
        [
            {
                "quarter": quarter_text(inputs, quarter),
                "scenario": name,
                "shortfall": int(to_fen(float(need[number, quarter]) * MILLION)),
            }
            for number, name in enumerate(inputs.futures.names)
            for quarter in range(inputs.quarters)
        ]
    )
