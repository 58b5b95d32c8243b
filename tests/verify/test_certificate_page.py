"""A reader of docs/reference/certificate.md alone re-adds a certificate, to the yuan."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from tests.plan.busy import busy
from tests.plan.test_out_of_sample import POOR

from ironpot.plan.certificate import certificate
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "certificate.md"


@pytest.fixture(scope="module")
def written():
    case = busy(1, budget=POOR)
    return certificate(plan_resolution(case, options=PlanOptions(time_limit_s=10, relief=False)))


def bound(file, dual, lower, upper):
    matrix = np.zeros((dual.size, lower.size))
    rows = np.repeat(np.arange(dual.size), np.diff(file["start"]))
    np.add.at(matrix, (rows, file["index"]), file["value"])
    terms = [float(file["offset"])]
    reduced = file["column_cost"].copy()
    for y, low, high, row in zip(dual, file["row_lower"], file["row_upper"], matrix, strict=True):
        limit = low if y > 0 else high
        if y != 0.0 and math.isfinite(limit):
            terms.append(y * limit)
            reduced -= y * row
    box = float(file["box"])
    corners = reduced * np.clip(lower, -box, box), reduced * np.clip(upper, -box, box)
    return 1e6 * math.fsum([*terms, *np.minimum(*corners)])


def ends(file, node, lower, upper):
    column = file["branch_column"][node]
    if column < 0:
        yield bound(file, file["branch_dual"][file["branch_leaf"][node]], lower, upper)
        return
    assert file["integer"][column]
    below, above = (upper.copy(), lower.copy())
    below[column] = min(upper[column], file["branch_at"][node])
    above[column] = max(lower[column], file["branch_at"][node] + 1)
    first, second = file["branch_cases"][node]
    yield from ends(file, first, lower, below)
    yield from ends(file, second, above, upper)


def test_bounds_add_up_as_the_page_says(written):
    own = written["lower"], written["upper"]
    assert bound(written, written["row_dual"], *own) == pytest.approx(
        float(written["claimed_bound"]), abs=1.0
    )
    least = min(ends(written, 0, *own))
    assert least >= float(written["tree_bound"]) - 1.0
    assert float(written["tree_bound"]) > float(written["claimed_bound"]) + 1e4


def test_the_page_names_every_array(written):
    text = PAGE.read_text("utf-8")
    named = set(re.findall(r"`([a-z_]+)[`\[]", text))
    points = {name for name in written if name.startswith(("plan_", "hold_"))}
    assert set(written) - points <= named
    assert {"plan_point", "plan_lower", "plan_upper", "plan_row_lower", "plan_row_upper"} <= named


def test_the_plans_limits_differ_from_the_programs_only_as_the_page_says(written):
    low, high = written["plan_row_lower"], written["plan_row_upper"]
    free = np.isneginf(low) & np.isposinf(high)
    moved = (low == high) & (written["row_lower"] == written["row_upper"])
    looser = (low < written["row_lower"]) | (high > written["row_upper"])
    assert looser.any()
    assert set(np.flatnonzero(looser)) <= set(written["priced_row"])
    assert not (looser & ~free & ~moved).any()
    assert (written["plan_lower"] >= written["lower"]).all()
    assert (written["plan_upper"] <= written["upper"]).all()
