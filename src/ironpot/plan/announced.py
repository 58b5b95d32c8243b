"""What did a coordinated run announce for this county, lot by lot, and what does that cost here?

The run counts what selling in shared markets costs; a plan counts everything. The announced lots
sold in their quarters are therefore priced as a plan of the county's own: the plan that is kept
costs no more than that, and stands by it where it costs the same.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.plan.again import (
    RELEASE,
    SCHEMA,
    Kept,
    choices_table,
    chosen_point,
    kept,
    no_dearer,
    start_releases,
)
from ironpot.plan.exact import chosen_releases
from ironpot.plan.model import Model
from ironpot.plan.names import quarter_text
from ironpot.plan.program import Floats, Ints
from ironpot.plan.question import Question
from ironpot.plan.search import Found

# Another plan is a reason to leave what was announced if it saves more than this (million).
SAME = 1e-7


@dataclass(frozen=True, slots=True)
class Part:
    """A county's part: the `sales` announced, candidates of release; `point` makes these alone.

    `markets` (index) are those of the run. `whole` is False where some announced sale cannot be
    made any more.
    """

    sales: Ints
    markets: Ints
    point: Floats
    whole: bool


def announced_part(model: Model) -> Part | None:
    """Return what rows of a coordinated run announce by lot; None where they name no lots.

    Each lot is sold whole in its quarter, through its market, by the route that leaves most of the
    price; what has begun since is no choice. Raises IronpotError where a lot is not in the case.
    """
    inputs = model.inputs
    told = _told(inputs.shares)
    if told.is_empty():
        return None
    unknown = set(told["lot_id"]) - set(inputs.case.assets["asset_id"])
    if unknown:
        raise IronpotError(_not_there(sorted(unknown)))
    listed = _listings(model).sort("leaves", descending=True, maintain_order=True)
    keys = list(told.columns)
    found = told.join(listed.unique(keys, keep="first"), on=keys, how="left", maintain_order="left")
    sales = found["candidate"].drop_nulls().to_numpy()
    point = chosen_point(model, pl.DataFrame(schema=SCHEMA))
    start_releases(model, point, sales)
    markets = [inputs.offers.depth.index(name) for name in inputs.shares["market_id"].unique()]
    return Part(sales, np.array(markets), point, whole=found["candidate"].null_count() == 0)


def stand_by(model: Model, question: Question, found: Found, part: Part) -> tuple[Found, Kept]:
    """Return the cheaper of a found plan and the announced part, and what the latter costs.

    The part is priced with debts as contracted, and beside all else that the found plan does.
    `Kept.cost` is inf where neither works, or a sale cannot be made any more.
    """
    if not part.whole:
        return found, Kept(np.inf)
    points = [part.point]
    if found.point is not None:
        points.append(_beside(model, found.point, part))
    costs: list[Kept] = []
    for point in points:
        found, priced = no_dearer(model, question, found, point, same=SAME)
        costs.append(kept(model, question, priced, point))
        found = replace(found, start=None)
    return found, min(costs, key=_rank)


def _rank(one: Kept) -> tuple[bool, float]:
    """Rank what works by itself before what needs help, then by cost; not known comes last."""
    return not one.alone, float(np.nan_to_num(one.cost, nan=np.inf))


def _told(rows: pl.DataFrame) -> pl.DataFrame:
    """Return what is announced (lot_id, market_id, quarter), each sale once."""
    named = rows.select(
        pl.col("announced_lots").str.split(";").alias("lot_id"), "market_id", "quarter"
    ).explode("lot_id")
    stripped = named.with_columns(pl.col("lot_id").str.strip_chars())
    return stripped.filter(pl.col("lot_id") != "").unique(maintain_order=True)


def _listings(model: Model) -> pl.DataFrame:
    """Return every open listing of a lot by itself; `leaves` is what it leaves of the price."""
    inputs, releases = model.inputs, model.inputs.releases
    is_open = model.program.upper[model.release_of] > 0.5
    alone = is_open & (releases.market >= 0) & (releases.bundle < 0)
    candidate = np.flatnonzero(alone)
    market, start = releases.market[candidate], releases.start[candidate]
    columns = [
        inputs.offers.frame["lot_id"].gather(releases.row[candidate]),
        pl.Series("market_id", [inputs.offers.depth.markets[at] for at in market], pl.String),
        pl.Series("quarter", [quarter_text(inputs, int(at)) for at in start], pl.String),
        pl.Series("candidate", candidate),
        pl.Series("leaves", (releases.volume * releases.kept_share)[candidate]),
    ]
    return pl.DataFrame(columns)


def _beside(model: Model, point: Floats, part: Part) -> Floats:
    """Return the part with all that a plan does beside selling in the run's markets."""
    releases, made = model.inputs.releases, choices_table(model, point)
    debts = chosen_point(model, made.filter(pl.col("block") != RELEASE))
    chosen = chosen_releases(model, point)
    left = np.isin(releases.lot[chosen], releases.lot[part.sales])
    left |= np.isin(releases.market[chosen], part.markets)
    broken = releases.bundle[chosen][left]
    left |= np.isin(releases.bundle[chosen], broken[broken >= 0])
    start_releases(model, debts, np.concatenate([chosen[~left], part.sales]))
    return debts


def _not_there(unknown: list[str]) -> Text:
    named, more = ", ".join(unknown[:5]), " ..." if len(unknown) > 5 else ""
    return Text(
        f"The allotment file announces sales of lots that this case does not have: {named}{more}. "
        "What is allotted for them is lost. Give the file of this county, or run ironpot system "
        "again with the case as it is now.",
        f"配额文件申报出售的资产不在本案例中:{named}{more}。为其分配的配额会落空。"
        "请使用本县的文件,或用现有案例重新运行 ironpot system。",
    )
