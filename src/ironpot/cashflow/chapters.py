"""How is a contract projected whose terms change on given days?

In chapters: up to the end of the day of a change under the terms of before, then under the new ones
with the states that the day has left. Contracts without changes have one chapter.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow.block import NEVER, Block, series_of
from ironpot.cashflow.changes import EFFECTS, Happening, Now
from ironpot.cashflow.compute import BASIC, World, block_of, groups, play
from ironpot.cashflow.flows import Part
from ironpot.cashflow.kinds import Kind
from ironpot.cashflow.merge import in_one, taken
from ironpot.cashflow.new_terms import NEW_TERMS
from ironpot.cashflow.refuse import refuse_ending_in_pause
from ironpot.cashflow.schedules import FIXED_RESET, first_reset

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

PRINCIPAL_EVENTS, INTEREST_EVENTS = (Kind.PR,), (Kind.IP,)
NO_MEMBERS, NO_OPENING = np.zeros(0, np.intp), np.zeros((1, 0))
OPEN_ENDED = ("CLM", "UMP")
ALWAYS_SHOWN = (Kind.WO, Kind.RS, Kind.RRF, Kind.AD)


@dataclass(frozen=True, slots=True)
class Standing:
    """Contracts of one type at the end of a day: terms, a row each, and states.

    States are (scenario, contract), an array each, or None where they follow from the terms.
    """

    frame: pl.DataFrame
    states: dict[str, Floats] | None

    def taken(self, at: Rows) -> "Standing":
        """Return some of the contracts."""
        if self.states is None:
            return Standing(self.frame[at], None)
        return Standing(self.frame[at], {name: array[:, at] for name, array in self.states.items()})


def compute_parts(world: World, frame: pl.DataFrame) -> list[Part]:
    """Compute contracts of basic types; `position` says where each stands in the whole frame."""
    if world.changes is None:
        return [play(block_of(world, group), world.rates)[0] for _, group in groups(frame)]
    changes = pl.col("contract_id").is_in(world.changes["contract_id"].unique().implode())
    changes &= pl.col("contract_type").is_in(list(BASIC)) & (pl.col("contract_type") != "OVERDUE")
    parts = compute_parts(replace(world, changes=None), frame.filter(~changes))
    pieces = [
        piece
        for _, group in groups(frame.filter(changes))
        for piece in _story(world, Standing(_opened(world, group), None))
    ]
    return [*parts, _told(pieces)] if pieces else parts


def _opened(world: World, group: pl.DataFrame) -> pl.DataFrame:
    """Return contracts of one type with the columns that changes write to, maturities filled in."""
    absent = [name for name in WRITTEN.names() if name not in group.columns]
    frame = group.with_columns(pl.lit(None, WRITTEN[name]).alias(name) for name in absent)
    kind, block = BASIC[str(frame["contract_type"][0])], block_of(world, group)
    end = kind.maturity(block)
    resets = series_of(FIXED_RESET, first_reset(block, end))
    if frame["contract_type"][0] in OPEN_ENDED:
        return frame.with_columns(resets)
    dtype = frame.schema["maturity_date"]
    return frame.with_columns(
        resets,
        maturity_date=pl.coalesce("maturity_date", series_of("end", end.end).cast(dtype)),
    )


WRITTEN = pl.Schema(
    {
        "maturity_date": pl.Datetime("us"),
        "amortization_date": pl.Datetime("us"),
        "capitalization_end_date": pl.Datetime("us"),
        "cycle_of_interest_payment": pl.String(),
        "cycle_anchor_date_of_interest_payment": pl.Datetime("us"),
        "nominal_interest_rate": pl.Float64(),
        "rate_spread": pl.Float64(),
        "next_reset_rate": pl.Float64(),
        "solves": pl.Boolean(),
        "quiet_principal": pl.Boolean(),
        "quiet_interest": pl.Boolean(),
        "paused_until": pl.Date(),
    }
)


def _story(world: World, start: Standing) -> Iterator[Part]:
    """Yield the events of all chapters, those of each contract in the order of time."""
    ahead = [(start, world.status)]
    while ahead:
        standing, since = ahead.pop()
        for closes, at in _chapters(world, standing, since, first=standing.states is None):
            chapter = standing.taken(at)
            block = _block(world, chapter.frame, since, closes)
            part, left = play(block, world.rates, chapter.states)
            first = standing.states is None
            yield part if first else replace(part, members=NO_MEMBERS, opening=NO_OPENING)
            if not np.isnat(closes):
                after, happened = _changed(world, Standing(chapter.frame, left), closes)
                yield from happened
                ahead += [(group, closes) for group in _by_type(after)]


def _block(world: World, frame: pl.DataFrame, since: np.datetime64, closes: np.datetime64) -> Block:
    """Return one chapter of contracts; who looks on its last day sees what the change has left."""
    seen = world.observed
    if not np.isnat(closes):
        looked = (pl.col("event_type") == "AD") & (pl.col("time") == pl.lit(closes))
        seen = seen.filter(~looked)
    block = block_of(replace(world, status=since, observed=seen), frame)
    return replace(block, closes=closes, silent=_silent(frame))


def _chapters(
    world: World, standing: Standing, since: np.datetime64, *, first: bool
) -> Iterator[tuple[np.datetime64, Rows]]:
    """Yield contracts that close on one day (NaT: never) and are silent alike.

    A change on the day on which the projection starts closes its first chapter at once.
    """
    steps = _steps(world)
    later = pl.col("time") >= pl.lit(since) if first else pl.col("time") > pl.lit(since)
    ends = steps.filter(later).group_by("contract_id").agg(pl.col("time").min().alias("closes"))
    marked = (
        standing.frame.select("contract_id", "quiet_principal", "quiet_interest")
        .with_row_index("at")
        .join(ends, on="contract_id", how="left", maintain_order="left")
    )
    for key, group in marked.group_by(
        "closes", "quiet_principal", "quiet_interest", maintain_order=True
    ):
        closes = NEVER if key[0] is None else np.datetime64(key[0], "s")
        yield closes, group["at"].to_numpy().astype(np.intp)


def _steps(world: World) -> pl.DataFrame:
    """Return the steps that lie in the projection."""
    assert world.changes is not None
    if np.isnat(world.until):
        return world.changes
    return world.changes.filter(pl.col("time") <= pl.lit(world.until))


def _silent(frame: pl.DataFrame) -> tuple[Kind, ...]:
    """Return the kinds of events that do not happen for now, alike for all contracts."""
    principal, interest = frame.select("quiet_principal", "quiet_interest").row(0)
    return (*(PRINCIPAL_EVENTS if principal else ()), *(INTEREST_EVENTS if interest else ()))


def _changed(world: World, standing: Standing, day: np.datetime64) -> tuple[Standing, list[Part]]:
    """Carry out the steps of a day, in their order; return what then stands and what happened."""
    steps = _steps(world).filter(pl.col("time") == pl.lit(day))
    ranked = steps.with_columns(pl.int_range(pl.len()).over("contract_id").alias("rank"))
    now = replace(standing, frame=standing.frame.with_columns(solves=pl.lit(value=False)))
    pieces: list[Part] = []
    for rank in range(int(ranked["rank"].max()) + 1):  # pyright: ignore[reportArgumentType]
        at_rank = ranked.filter(pl.col("rank") == rank).drop("rank", "time")
        now, happened = _carried_out(now, at_rank, day)
        pieces += happened
    refuse_ending_in_pause(now.frame)
    return now, [*pieces, *_looks(world, now, day)]


def _looks(world: World, standing: Standing, day: np.datetime64) -> Iterator[Part]:
    """Yield what contracts that are looked at (AD) on a day owe after its changes."""
    looked = world.observed.filter(pl.col("event_type") == "AD", pl.col("time") == pl.lit(day))
    rows = standing.frame.with_row_index("at").join(looked, on="contract_id", how="semi")
    if rows.height and standing.states is not None:
        at = rows["at"].to_numpy().astype(np.intp)
        nothing = np.zeros((standing.states["notional"].shape[0], at.size))
        yield _piece(rows, at, standing.states, Happening(Kind.AD, nothing, {}), day)


def _carried_out(
    standing: Standing, steps: pl.DataFrame, day: np.datetime64
) -> tuple[Standing, list[Part]]:
    """Carry out at most one step a contract."""
    assert standing.states is not None
    frame = standing.frame
    numbered = frame.with_row_index("at").join(steps, on="contract_id", maintain_order="left")
    states = {name: array.copy() for name, array in standing.states.items()}
    pieces: list[Part] = []
    touched: list[pl.DataFrame] = []
    for (act, _), rows in numbered.group_by("act", "interest", maintain_order=True):
        at = rows["at"].to_numpy().astype(np.intp)
        now = Now(rows, {name: array[:, at] for name, array in states.items()})
        for happening in EFFECTS[str(act)](now):
            _write(states, at, happening)
            pieces.append(_piece(rows, at, states, happening, day))
        touched.append(NEW_TERMS[str(act)](rows))
    untouched = frame.with_row_index("at").filter(~pl.col("at").is_in(numbered["at"].implode()))
    whole = pl.concat([untouched, *touched], how="diagonal_relaxed").sort("at")
    return Standing(whole.select(frame.columns), states), pieces


def _write(states: dict[str, Floats], at: Rows, happening: Happening) -> None:
    for name, changed in happening.changes.items():
        if name not in states:
            states[name] = np.zeros_like(states["notional"])
        states[name][:, at] = changed


def _piece(
    rows: pl.DataFrame,
    at: Rows,
    states: dict[str, Floats],
    happening: Happening,
    day: np.datetime64,
) -> Part:
    """Return one event a contract, without those that pay and change nothing."""
    shown = np.flatnonzero((happening.payoff != 0.0).any(axis=0) | (happening.kind in ALWAYS_SHOWN))
    days = np.full(shown.size, day)
    currency = rows["currency_code"].to_numpy().astype(np.int8)
    after = {
        name: states[name][:, at[shown]] if name in states else np.zeros((1, shown.size))
        for name in ("notional", "rate", "accrued", "exercise")
    }
    return Part(
        contract=rows["position"].to_numpy().astype(np.intp)[shown],
        kind=np.full(shown.size, happening.kind, np.int8),
        time=days,
        accrual=days,
        currency=currency[shown],
        payoff=happening.payoff[:, shown],
        **after,
        members=NO_MEMBERS,
        opening=NO_OPENING,
    )


def _by_type(standing: Standing) -> Iterator[Standing]:
    """Yield contracts type by type, as one may have become another."""
    types = standing.frame["contract_type"]
    for name in types.unique(maintain_order=True):
        yield standing.taken(np.flatnonzero((types == name).to_numpy()))


def _told(pieces: Sequence[Part]) -> Part:
    """Return all chapters as one part, without what a contract repaid in full still schedules."""
    whole = in_one(pieces)
    ordered = taken(whole, np.argsort(whole.contract, kind="stable"))
    members = np.argsort(whole.members, kind="stable")
    ordered = replace(ordered, members=whole.members[members], opening=whole.opening[:, members])
    owing = (ordered.notional != 0.0) | (ordered.accrued != 0.0) | (ordered.exercise != 0.0)
    owed = owing.any(axis=0)
    follows = np.diff(ordered.contract, prepend=-1) == 0
    over = follows & ~np.roll(owed, 1) & ~owed & ~(ordered.payoff != 0.0).any(axis=0)
    return taken(ordered, np.flatnonzero(~over))
