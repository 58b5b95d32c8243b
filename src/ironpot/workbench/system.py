"""`ironpot system`: what does selling together cost, and who should wait?"""

import os
import shutil
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import polars as pl
from rich.console import Console

from ironpot.core.errors import IronpotError, SolverError
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit
from ironpot.report.figures import Reader
from ironpot.report.system_out import write_system
from ironpot.report.system_view import SystemView
from ironpot.system.allotments import allotment_table, sold_whole, ways_table
from ironpot.system.choices import Wishes, choice_table, stopped_early, unkept
from ironpot.system.crowd import NASH_ROUNDS, Crowd, compare_regimes, with_cheapest
from ironpot.system.crowding import crowding_table
from ironpot.system.fleet import Fleet
from ironpot.system.from_cases import MOST_QUARTERS
from ironpot.system.frontier import FRONTIER, trace_frontier
from ironpot.system.harm import harm_table
from ironpot.system.mandates import Mandate, applicable, try_mandates
from ironpot.system.neighbours import falls_beside
from ironpot.system.outcomes import (
    bank_table,
    county_table,
    price_table,
    regime_table,
    rights_table,
)
from ironpot.system.programme import Spillover
from ironpot.system.replies import blocks_a_batch
from ironpot.system.second_round import SpiralRules
from ironpot.system.second_tables import play_out, spiral_banks, spiral_markets, spiral_table
from ironpot.system.shared_markets import SharedMarkets
from ironpot.workbench.case_folder import cases_in, ground_of_cases
from ironpot.workbench.draws import Many, run_draws, show_draws
from ironpot.workbench.governments import ground_of, read_governments
from ironpot.workbench.ground import Ground
from ironpot.workbench.hands import fleet_if_asked, waiting_for_workers
from ironpot.workbench.run_store import RunStore, open_run
from ironpot.workbench.same_code import code_here
from ironpot.workbench.screen import Bar
from ironpot.workbench.system_progress import note_of
from ironpot.workbench.system_screen import (
    IN_PARTS,
    show_choices,
    show_mandates,
    show_rights,
    show_spiral,
    show_system,
)

EXPECTED_S = 30.0


@dataclass(frozen=True, slots=True)
class Draw:
    """What is made up, and which orders are tried: `counties` None takes the published ones.

    `quarters` are what a folder of cases is planned over at most.

    `mandates` are shown beside the first of them, no order; `wishes` are asked of the joint plan
    beyond least cost. `rules` say how banks and markets pass a fall on. `many` are further draws;
    `fresh` discards an unfinished run in the same folder instead of going on with it.
    """

    counties: int | None = None
    seed: int = 1
    quarters: int = MOST_QUARTERS
    mandates: tuple[Mandate, ...] = ()
    wishes: Wishes = field(default_factory=Wishes)
    rules: SpiralRules = field(default_factory=SpiralRules)
    many: Many = field(default_factory=Many)
    fresh: bool = False


def run_system(
    path: Path, out: Path | None, asked: Draw, *, lang: Lang, unit: Unit, screen: Console
) -> SystemView:
    """Run the regimes on a table of governments or a folder of cases; print, and write to `out`.

    Ctrl-C keeps the best joint plan and the crowd as learned so far. Orders are refused before
    anything is searched; standard ones that speak of what nobody has are left out and named.
    """
    ground = _ground(path, asked, unit)
    tried, skipped = applicable(ground.markets, ground.actors, asked.mandates)
    asked = replace(asked, mandates=tried, wishes=ground.wishes(asked.wishes))
    ground = replace(ground, losses=(*ground.losses, *skipped))
    rounds = _rounds(ground.markets)
    store = None if out is None else open_run(out, _mark(ground, asked, rounds), fresh=asked.fresh)
    try:
        crowd, more = _ran(ground, asked, rounds, store, lang=lang, unit=unit, screen=screen)
        view = _view(ground, crowd, Reader(lang, unit), asked, more)
        _show(view, more["draws"], screen, lang, unit)
        if (left_out := stopped_early(asked.wishes, crowd.choices)) is not None:
            screen.print(left_out.say(lang))
        if out is not None:
            _write_whole(view, out)
            screen.print(_wrote(out).say(lang))
            if ground.in_parts and view.allotments.height:
                screen.print(IN_PARTS.say(lang))
        if store is not None:
            store.end(screen, lang)
    finally:
        if store is not None:
            store.leave()
    return view


def _show(view: SystemView, draws: pl.DataFrame, screen: Console, lang: Lang, unit: Unit) -> None:
    show_system(view, screen, lang, unit)
    show_rights(view, screen, lang, unit)
    show_spiral(view, screen, lang, unit)
    show_choices(view, screen, lang, unit)
    show_mandates(view, screen, lang, unit)
    show_draws(draws, screen, lang, unit)


def _ran(
    ground: Ground,
    asked: Draw,
    rounds: int,
    store: RunStore | None,
    *,
    lang: Lang,
    unit: Unit,
    screen: Console,
) -> tuple[Crowd, dict[str, pl.DataFrame]]:
    """Run the regimes with wishes, the orders and further draws, on the workers asked for."""
    draws = pl.DataFrame()
    with fleet_if_asked(asked.many.hands) as fleet:
        if fleet is not None:
            screen.print(_hands(fleet, ground.markets).say(lang))
        with Bar(EXPECTED_S, lambda: waiting_for_workers(fleet, lang)) as bar:
            crowd = compare_regimes(
                ground.markets,
                wishes=asked.wishes,
                nash_rounds=rounds,
                watch=lambda heard: bar.show(note_of(heard, rounds, lang, unit)),
                book=store,
                fleet=fleet,
            )
            crowd, frontier, untraced = _traced(crowd, store)
            tried = try_mandates(
                *(ground.markets, ground.actors, asked.mandates),
                nash_rounds=rounds,
                known=crowd.plan.sold,
                rules=asked.rules,
                watch=lambda order, count: bar.show(f"{order}: {count}/{len(asked.mandates)}"),
                book=store,
                fleet=fleet,
            )
        if untraced is not None:
            screen.print(untraced.say(lang))
        if ground.nation is not None:
            given = replace(ground.nation, nash_rounds=rounds), crowd, asked.seed, asked.many
            draws = run_draws(*given, book=store, lang=lang, fleet=fleet)
    return crowd, {"frontier": frontier, "mandates": tried, "draws": draws}


def _traced(crowd: Crowd, store: RunStore | None) -> tuple[Crowd, pl.DataFrame, Text | None]:
    """Trace the frontier of total cost and the worst county; or say why not.

    A cheaper plan of it becomes the joint plan. No picture is worth losing a run, but one that was
    stopped is traced when the run goes on.
    """
    try:
        line = trace_frontier(crowd.markets, crowd.plan, crowd.regimes)
    except KeyboardInterrupt:
        why = Text("stopped", "已中止")
        if store is not None:
            store.stopped()
    except SolverError as error:
        why = error.text
    else:
        cheapest = () if line.sold is None else (line.sold,)
        return with_cheapest(crowd, cheapest), line.points, None
    said = Text(
        f"The frontier of total cost and the worst county was not traced: {why.en}",
        f"总成本与最差县的可达范围未求得:{why.zh}",
    )
    return crowd, pl.DataFrame(schema=FRONTIER), said


def _hands(fleet: Fleet, markets: SharedMarkets) -> Text:
    """Say whether workers answer the crowd: replies of few counties are not worth handing out."""
    blocks = blocks_a_batch(markets, fleet)
    if blocks > 1:
        return Text(
            f"{fleet.workers} workers: the crowd's replies in {blocks} blocks a batch, wishes, "
            "orders and seeds.",
            f"{fleet.workers}个工作进程:分担扎堆应答(每批{blocks}块)、各项要求和种子测算。",
        )
    return Text(
        f"{fleet.workers} workers: wishes, orders and seeds. The crowd's replies stay in this "
        "process: so few are not worth handing out.",
        f"{fleet.workers}个工作进程:分担各项要求和种子测算;扎堆应答数量较少,仍在本进程计算。",
    )


def _ground(path: Path, asked: Draw, unit: Unit) -> Ground:
    """Read what stands at `path`: several cases, or a table of governments."""
    cases = cases_in(path)
    if cases:
        _refuse_draws(asked)
        whole = asked.wishes.whole_lots > 0
        return ground_of_cases(path, cases, unit, asked.quarters, whole=whole)
    return ground_of(read_governments(path), asked.counties, asked.seed)


def _refuse_draws(asked: Draw) -> None:
    """Refuse what only a table of governments can be asked: cases are as they are."""
    drawn = {
        "--counties": asked.counties is not None,
        "--seeds": asked.many.seeds > 1,
        "--price": asked.many.price_levels != (1.0,),
    }
    given = ", ".join(name for name, said in drawn.items() if said)
    if given:
        raise IronpotError(
            Text(
                f"{given}: nothing is drawn for a folder of cases, whose figures are their own. "
                "Leave it out, or give a table of governments (examples/hunan).",
                f"{given}:案例文件夹使用案例自身数据,不作抽样。请去掉该选项,"
                "或改用政府债务表(examples/hunan)。",
            )
        )


def _mark(ground: Ground, asked: Draw, rounds: int) -> dict[str, str]:
    """Say which run a checkpoint must be of: what is asked, of which data, by which code.

    Further draws are parts of their own.
    """
    free = ("mandates", "wishes", "rules", "many", "fresh")
    options = {entry.name: str(getattr(asked, entry.name)) for entry in fields(asked)}
    return {
        **code_here(),
        "governments": ground.mark,
        **{name: value for name, value in options.items() if name not in free},
        "rounds": str(rounds),
    }


def _write_whole(view: SystemView, out: Path) -> None:
    """Write beside `out` first, then move: a stop in between leaves what stood there before.

    Allotments of an earlier run go, so that no county is given one of another run.
    """
    draft = out.resolve().with_name(f".{out.resolve().name}.{os.getpid()}.part")
    try:
        written = write_system(view, draft)
        if (out / "system.json").is_file():
            shutil.rmtree(out / "allotments", ignore_errors=True)
        for path in written:
            target = out / path.relative_to(draft)
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _wrote(out: Path) -> Text:
    return Text(
        f"Wrote {out}: report.html .xlsx .pdf, tables/, allotments/, charts/",
        f"已写出 {out}:report.html、.xlsx、.pdf,tables/、allotments/、charts/",
    )


def _rounds(markets: SharedMarkets) -> int:
    """Rounds of learning that a minute is enough for."""
    return max(min(NASH_ROUNDS, 1_500_000 // len(markets.counties)), 300)


def _view(
    ground: Ground, crowd: Crowd, reader: Reader, asked: Draw, more: dict[str, pl.DataFrame]
) -> SystemView:
    markets, quarters = crowd.markets, ground.quarters
    dated = pl.col("quarter").replace_strict(dict(enumerate(quarters, start=1)))
    tables = {
        "regimes": regime_table(crowd),
        "prices": price_table(crowd, ground.market_ids).with_columns(dated),
        "counties": county_table(crowd, ground.parents),
        "banks": bank_table(crowd, ground.actors),
        "ways": ways_table(markets, crowd.plan),
        "choices": choice_table(markets, crowd.plan, crowd.regime("nash"), crowd.choices),
        "harm": harm_table(markets, crowd.regime("nash")),
        "crowding": _crowding(crowd, ground, asked.rules).with_columns(dated),
    }
    more = more | _tolls(crowd, ground) | _spiral(crowd, ground, asked.rules)
    more |= {"rights": rights_table(crowd, ground.rights)} if ground.rights else {}
    return SystemView(
        reader=reader,
        name=reader.read(ground.name),
        date=ground.date,
        seed=asked.seed,
        crowd=crowd,
        tables=tables | {name: frame for name, frame in more.items() if frame.height},
        allotments=_allotments(crowd, ground),
        quarters=quarters,
        names={unit: reader.read(name) for unit, name in ground.names.items()},
        tiles=ground.tiles,
        synthetic=reader.read(ground.origin),
        source=reader.read(ground.source),
        orders={order.mandate_id: reader.read(order.text) for order in asked.mandates},
        losses=tuple(reader.read(loss) for loss in (*ground.losses, *_unkept(crowd, asked))),
        rules=asked.rules,
    )


def _unkept(crowd: Crowd, asked: Draw) -> tuple[Text, ...]:
    said = unkept(asked.wishes, crowd.regime("nash"), crowd.choices)
    return () if said is None else (said,)


def _crowding(crowd: Crowd, ground: Ground, rules: SpiralRules) -> pl.DataFrame:
    """Return where selling more brings less, the fall of prices next door counted."""
    beside = falls_beside(crowd.markets, ground.actors.kinds, rules.spillover)
    return crowding_table(
        crowd.markets,
        crowd.regime("nash"),
        ground.market_ids,
        spillover=Spillover(beside, rules.recovery),
    )


def _spiral(crowd: Crowd, ground: Ground, rules: SpiralRules) -> dict[str, pl.DataFrame]:
    """Return where each regime's second round ends; nothing where banks' capital is unknown."""
    after = play_out(crowd.markets, ground.actors, crowd.regimes, rules)
    if after is None:
        return {}
    return {
        "spiral": spiral_table(after),
        "spiral_banks": spiral_banks(after),
        "spiral_markets": spiral_markets(after, ground.market_ids),
    }


def _allotments(crowd: Crowd, ground: Ground) -> pl.DataFrame:
    """Return what the announced plan allots; nothing where it is one price for all."""
    plan, pi = crowd.plan, None
    if crowd.choices:
        last = crowd.choices[-1]
        if last.plan is None:
            return pl.DataFrame()
        plan, pi = replace(last.plan, costs=last.regime.costs), last.pi
    names, quarters = ground.market_ids, ground.quarters
    lots = ground.lot_ids if sold_whole(crowd.markets, plan.sold) else None
    table = allotment_table(
        crowd.markets, plan, names=names, quarters=quarters, pi=pi, lot_ids=lots
    )
    if ground.after_tax is None:
        return table
    # Counties take taxes off themselves: their file holds the ladder's own prices.
    kept = pl.col("market_id").replace_strict(dict(zip(names, ground.after_tax, strict=True)))
    return table.with_columns(pl.col("price_fraction") / kept)


def _tolls(crowd: Crowd, ground: Ground) -> dict[str, pl.DataFrame]:
    """Return tolls by market and quarter where one price was wished for."""
    tolled = [choice.tolls for choice in crowd.choices if choice.tolls is not None]
    if not tolled:
        return {}
    keys = pl.DataFrame({"market_id": ground.market_ids}).join(
        pl.DataFrame({"quarter": ground.quarters}), how="cross"
    )
    return {
        "tolls": keys.with_columns(pl.Series("toll", tolled[0][: len(ground.market_ids)].ravel()))
    }
