"""How does Excel draw a chart of the report? From the cells of its table, in Excel's own terms."""

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart as ExcelChart

from ironpot.core.issues import column_letters
from ironpot.report.charts.style import ALARM, FAINT, RAMP
from ironpot.report.figures import Reader, unit_label
from ironpot.report.model import Chart, ChartForm

FORMS: dict[ChartForm, dict[str, str]] = {
    "line": {"type": "line"},
    "column": {"type": "column"},
    "column_stacked": {"type": "column", "subtype": "stacked"},
    "bar": {"type": "bar"},
    "bar_stacked": {"type": "bar", "subtype": "stacked"},
    "bar_floating": {"type": "bar", "subtype": "stacked"},
}
LINES: tuple[dict[str, Any], ...] = (
    {"color": ALARM, "width": 2.0, "dash_type": "dash"},
    {"color": RAMP[0], "width": 2.25},
    {"color": FAINT, "width": 1.5, "dash_type": "round_dot"},
)


def letter(column: int) -> str:
    """Return the letters of a column counted from 0.

    >>> letter(0), letter(27)
    ('A', 'AB')
    """
    return column_letters(column + 1)


def native_chart(
    workbook: Workbook, chart: Chart, sheet: str, head_row: int, reader: Reader
) -> ExcelChart:
    """Return Excel's chart of the table that stands on `sheet` with its heads in `head_row`."""
    native = chart.native
    if native is None:
        raise ValueError(f"Chart {chart.chart_id} has no native form.")
    names = [field.name for field in chart.numbers.fields]
    drawn = workbook.add_chart(FORMS[native.form])
    if drawn is None:
        raise ValueError(f"Excel has no chart of the form {native.form}.")
    first, last = head_row + 1, head_row + chart.numbers.frame.height
    for order, name in enumerate(native.values):
        column = names.index(name)
        category = names.index(native.category)
        spot = order * (len(RAMP) - 2) // max(len(native.values) - 1, 1)
        look = _look(native.form, order, RAMP[spot], hidden=name in native.hidden)
        drawn.add_series(
            {
                "name": [sheet, head_row, column],
                "categories": [sheet, first, category, last, category],
                "values": [sheet, first, column, last, column],
            }
            | look
        )
    _dress(drawn, chart, reader)
    return drawn


def _look(form: ChartForm, order: int, color: str, *, hidden: bool) -> dict[str, Any]:
    if form == "line":
        return {"line": LINES[order % len(LINES)]}
    if hidden:
        return {"fill": {"none": True}, "border": {"none": True}}
    return {"fill": {"color": color}, "border": {"color": "#4A4F57"}, "gap": 60}


def _dress(drawn: ExcelChart, chart: Chart, reader: Reader) -> None:
    """Set title, unit, order of bars and size."""
    form = chart.native.form if chart.native else "column"
    lying = form.startswith("bar")
    drawn.set_title({"name": chart.title, "name_font": {"size": 12}})
    counted = reader.say("quarters", "季度数") if form == "bar_floating" else unit_label(reader)
    unit = {"name": counted if chart.unit is None else chart.unit}
    drawn.set_y_axis({"reverse": True, "label_position": "low"} if lying else unit)
    drawn.set_x_axis(unit if lying else {"label_position": "low"})
    drawn.set_legend({"position": "bottom"})
    rows = chart.numbers.frame.height
    drawn.set_size({"width": 760, "height": max(380, 90 + 24 * rows) if lying else 380})
