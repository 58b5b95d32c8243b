"""Does a folder hold several cases, and what are they as one? For `ironpot system FOLDER`."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from ironpot.balance.consolidate import consolidate
from ironpot.case.case import Case
from ironpot.case.read import read_case
from ironpot.core.errors import CaseError, IronpotError
from ironpot.core.lang import Text
from ironpot.core.money import FEN_PER_YUAN, Unit, amount_text
from ironpot.core.sources import ORIGIN_TEXT
from ironpot.system.from_cases import CasesTogether, cases_together
from ironpot.system.joined import join_cases
from ironpot.workbench.ground import Ground

LIABILITIES = "63"


def cases_in(folder: Path) -> list[Path]:
    """Return the cases right below a folder: folders with a case.toml, and workbooks."""
    if not folder.is_dir() or (folder / "case.toml").is_file():
        return []
    below = sorted(folder.iterdir())
    books = [path for path in below if path.suffix == ".xlsx" and not path.name.startswith("~")]
    return [path.parent for path in sorted(folder.glob("*/case.toml"))] + books


def ground_of_cases(
    folder: Path, paths: Sequence[Path], unit: Unit, quarters: int, *, whole: bool = False
) -> Ground:
    """Read the cases and return their joint problem, what it leaves out, and what is netted.

    The joint problem has at most so many `quarters`; `whole` says that lots are to be sold whole.
    Sentences say amounts in `unit`.

    Raises IronpotError naming all cases that cannot be read, and where nothing can be sold.
    """
    cases = _read(paths)
    together = cases_together(cases, unit=unit, most_quarters=quarters, whole=whole)
    if not together.markets.lots[together.markets.on_sale].sum() > 0.0:
        raise IronpotError(_nothing_to_sell(folder, len(together.quarters)))
    hashes = "".join(case.input_hash for case in cases)
    name = folder.resolve().name
    return Ground(
        name=Text(name, name),
        date=cases[0].date.isoformat(),
        markets=together.markets,
        actors=together.actors,
        market_ids=together.market_ids,
        quarters=together.quarters,
        parents=tuple(case.settings.case_id for case in cases),
        names={case.settings.case_id: case.settings.name for case in cases},
        tiles={},
        origin=_origin(cases, together, unit),
        source=_source(cases),
        nation=None,
        mark=hashlib.sha256(hashes.encode()).hexdigest()[:16],
        losses=(netted(cases, unit), *together.losses),
        after_tax=together.after_tax,
        rights=together.rights,
        lot_ids=together.lot_ids if whole else None,
    )


def _nothing_to_sell(folder: Path, quarters: int) -> Text:
    return Text(
        f"The cases of {folder} have no lot that a shared market could take within {quarters} "
        "quarters, so that selling together costs nothing. Enter assets with a market_id and a "
        "route that is done by then, ask for more --quarters, or plan each case: ironpot plans.",
        f"{folder} 中的案例没有可在{quarters}个季度内通过共同市场出售的标的,无从测算共同出售。"
        "请填写有 market_id 且处置路径能按期完成的资产,或增大 --quarters,"
        "或分别规划:ironpot plans。",
    )


def netted(cases: Sequence[Case], unit: Unit) -> Text:
    """Say in `unit` what the cases owe as one, claims between them eliminated.

    A creditor called `case.entity`, or `case`, is that body (the case's top one) of another case.
    """
    tops = {case.settings.case_id: case.settings.top_entity for case in cases}
    bodies = {f"{case.settings.case_id}.{name}" for case in cases for name in _entities(case)}
    bodies_of = {name: f"{name}.{top}" for name, top in tops.items()}
    same = {
        f"{case.settings.case_id}.{name}": bodies_of.get(name, name)
        for case in cases
        for name in map(str, case.creditors["creditor_id"])
        if bodies_of.get(name, name) in bodies and name not in _entities(case)
    }
    first = cases[0].settings
    top = f"{first.case_id}.{first.top_entity}"
    settings = replace(first, case_id="together", top_entity=top)
    sheet = consolidate(join_cases(cases, same=same, settings=settings, parents={}))
    row = sheet.frame.filter(
        pl.col("entity_id") == "_consolidated", pl.col("gfsm_code") == LIABILITIES
    )
    gross, inside, owed = (
        amount_text(float(row[name].sum()) / FEN_PER_YUAN, unit)
        for name in ("gross", "eliminated", "amount")
    )
    return Text(
        f"Balance sheet of all {len(cases)} cases: liabilities {gross.en}, of which {inside.en} "
        f"are owed among them and eliminated; {owed.en} to outside",
        f"{len(cases)}个案例合并:负债{gross.zh},其中相互之间{inside.zh}已抵销,对外{owed.zh}",
    )


def _entities(case: Case) -> set[str]:
    return set(case.entities["entity_id"])


def _read(paths: Sequence[Path]) -> list[Case]:
    """Read all cases; what is wrong is said of all of them at once."""
    cases: list[Case] = []
    bad: list[Text] = []
    for path in paths:
        try:
            cases.append(read_case(path).case)
        except CaseError as error:
            bad.append(_bad_case(path, error.text))
    if bad:
        raise IronpotError(Text("\n".join(one.en for one in bad), "\n".join(one.zh for one in bad)))
    return cases


def _bad_case(path: Path, why: Text) -> Text:
    return Text(
        f"{path}: {why.en}\nTo see all: ironpot check {path}",
        f"{path}:{why.zh}\n查看全部:ironpot check {path}",
    )


def _origin(cases: Sequence[Case], together: CasesTogether, unit: Unit) -> Text:
    """Say what the cases' rows are: reported, estimated, imputed or synthetic."""
    origins = pl.concat([case.assets["origin"] for case in cases]).fill_null("reported")
    words = [ORIGIN_TEXT[word] for word in sorted(set(origins))]
    en, zh = ", ".join(word.en for word in words), "、".join(word.zh for word in words)
    lots, all_lots = (
        amount_text(float(together.kept[name].sum()), unit) for name in ("lots", "all_lots")
    )
    return Text(
        f"From {len(cases)} cases (lots: {en}): {lots.en} of {all_lots.en} of appraised lots "
        "can be sold through shared markets. What the joint problem leaves out is listed below.",
        f"依据{len(cases)}个案例(资产数据:{zh}):评估值{all_lots.zh}的资产中{lots.zh}"
        "可经共同市场出售。统筹问题未纳入的内容列于下方。",
    )


def _source(cases: Sequence[Case]) -> Text:
    names = [case.settings.name for case in cases]
    en, zh = ", ".join(name.en for name in names), "、".join(name.zh for name in names)
    return Text(f"cases {en}", f"案例:{zh}")
