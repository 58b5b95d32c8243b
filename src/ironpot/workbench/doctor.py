"""`ironpot doctor`: does every part work here? One line a part, each problem with its mend."""

from collections.abc import Callable

import numpy as np

from ironpot.core.lang import Lang, Text

Check = Callable[[], str]


def examine(lang: Lang) -> tuple[list[str], bool]:
    """Return one line for each part and whether all of them work."""
    lines: list[str] = []
    fine = True
    for name, check, mend in _PARTS:
        try:
            lines.append(f"ok    {name.say(lang)}: {check()}")
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a part is its line
            fine = False
            lines.append(f"FAIL  {name.say(lang)}: {error}. {mend.say(lang)}")
    return lines, fine


def _solver() -> str:
    from ironpot.plan.program import Builder
    from ironpot.plan.solver import solve

    build = Builder()
    column = build.add_columns("x", 1, upper=1.0, cost=-1.0)
    rows = build.add_rows("r", 1, upper=1.0)
    build.add(rows, column, 1.0)
    answer = solve(build.build(), time_limit_s=10.0)
    if answer.outcome != "optimal" or not np.isclose(answer.objective, -1.0):
        raise RuntimeError(answer.outcome)
    return f"HiGHS {answer.version}"


def _charts() -> str:
    from ironpot.report.charts.draw import draw

    draw([])
    return "ECharts"


def _pdf() -> str:
    import typst

    pdf = typst.compile(b"= ok")
    return f"typst, {len(pdf)} bytes"


def _fonts() -> str:
    from ironpot.report.fonts import embedded_faces

    faces = embedded_faces("债务 debt")
    return f"Noto Sans CJK SC, {len(faces)} bytes"


_REINSTALL = Text("Install again: make setup", "请重新安装:make setup")
_PARTS: tuple[tuple[Text, Check, Text], ...] = (
    (Text("solver", "求解器"), _solver, _REINSTALL),
    (Text("charts", "图表"), _charts, _REINSTALL),
    (Text("PDF", "PDF"), _pdf, _REINSTALL),
    (Text("Chinese fonts", "中文字体"), _fonts, _REINSTALL),
)
