"""`ironpot report`: the report of a plan once more, in another language or unit, or one file."""

from pathlib import Path
from tempfile import TemporaryDirectory

from ironpot.case.case import Case
from ironpot.core.lang import Lang, Text
from ironpot.core.money import Unit
from ironpot.report.plan_files import read_plan
from ironpot.report.rebuilt import rebuilt
from ironpot.report.write import FORMATS, write_report
from ironpot.workbench.made_with import case_of_plan
from ironpot.workbench.whole import whole_file

# The search leaves these, and the plan's files do not hold them.
NOT_AGAIN = Text(
    "What wishes cost and the least help stand only in the report that `ironpot plan` wrote.",
    "意愿成本和最低支持仅见于 ironpot plan 生成的报告。",
)


def write_again(
    out: Path, case: Case, target: Path | None, *, lang: Lang, unit: Unit
) -> list[Path]:
    """Write the report of the plan in `out` and return the files written.

    `target` is a folder for all three faces, `out` by default, or one file by its ending: .html,
    .xlsx or .pdf. Raises FileRefusedError without a plan, IronpotError for another case.
    """
    planned = read_plan(out)
    same = case_of_plan(case, planned)
    full = rebuilt(same, planned)
    folder = target or out
    for name in FORMATS:
        if folder.suffix.lower() == f".{name}" and not folder.is_dir():
            with TemporaryDirectory() as drafts, whole_file(folder) as draft:
                (face,) = write_report(
                    same, full, Path(drafts), lang=lang, unit=unit, formats=(name,)
                )
                draft.write_bytes(face.read_bytes())
            return [folder]
    return write_report(same, full, folder, lang=lang, unit=unit)
