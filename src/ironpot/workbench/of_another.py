"""Was a file that comes with a case made for another one? Said, not refused.

Ids may differ for good reason: a run calls a county as its table of governments does, and the case
of the next year has an id of its own.
"""

import polars as pl

from ironpot.case.case import Case
from ironpot.core.lang import Text
from ironpot.workbench.again import Earlier


def of_another(case: Case, shares: pl.DataFrame | None, earlier: Earlier | None) -> list[Text]:
    """Return a note for each file of another county or case, in the words of the files.

    >>> from ironpot.case.read import read_case
    >>> case = read_case("examples/two-pots").case
    >>> [note.en[:29] for note in of_another(case, pl.DataFrame({"entity_id": ["west"]}), None)]
    ['The allotment is that of west']
    """
    settings, notes = case.settings, list[Text]()
    own = {settings.case_id, settings.name.en, settings.name.zh, *case.entities["entity_id"]}
    counties = set[str]() if shares is None else set(shares["entity_id"].to_list())
    if counties and not counties & own:
        whose, zh = ", ".join(sorted(counties)), "、".join(sorted(counties))
        notes.append(
            Text(
                f"The allotment is that of {whose}, the case is {settings.case_id}: if these are "
                "not the same county, stop and give the case its own file.",
                f"配额文件属于{zh},案例为{settings.case_id}:如非同一县区,请中止并使用本案例的文件。",
            )
        )
    before = None if earlier is None else earlier.files.summary.get("case_id")
    if before is not None and before != settings.case_id:
        notes.append(
            Text(
                f"The earlier plan is of the case {before}, this case is {settings.case_id}: if it "
                "is not the same district at another date, give the folder of its own plan.",
                f"原方案属于案例{before},本案例为{settings.case_id}:如非同一地区的另一基准日,"
                "请使用本案例的原方案文件夹。",
            )
        )
    return notes
