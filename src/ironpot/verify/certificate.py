"""Do a certificate's arrays prove what it claims? Re-adds the bound, the cost and both gaps.

Imports nothing but NumPy, so that it can be read in one sitting and run on its own:

    python src/ironpot/verify/certificate.py FILE.npz

Where the certificate has cases (`branch_...`), the whole is split on columns that must be whole,
into at most so much and at least one more: every case proves its own bound by its own duals, and
the least of them holds for all.

The bound is the Lagrangian bound: for any duals y, no point of the program costs less than
y'(row limits) + the cheapest corner of the reduced costs c - A'y. Duals that point to an absent
limit are clipped, so wrong duals prove less, never too much. A column without a limit of its own
has its corner at +-`box`, ten trillion yuan, more than any account of a case holds or moves: where
its reduced cost is nil, as at good duals, this counts nothing; where not, the bound lies far below
and proves next to nothing. What it takes as written: the rows of
the program (cuts included), and the exact prices in the plan's limits of the market's rows
(`priced_row`), which `ironpot verify` re-adds from the plan's tables; all other limits of the plan
are the program's or tighter. Amounts inside are million; claims are yuan.
"""

import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]

FORM = "ironpot-certificate-2"
MILLION = 1e6
VIOLATION = 1e-6
# Claims are rounded to the fen and sums of a million products lose some digits.
ROUNDING_YUAN = 1.0
RELATIVE = 1e-9
GAP_TOLERANCE = 1e-7
# What a column without a limit of its own may be, at least (million).
BOX = 1e7
# Sums of products are off by no more than this share of what was added up.
DIGITS = 1e-15
FINITE = (
    *("value", "column_cost", "offset", "row_dual", "plan_point", "hold_point", "branch_dual"),
    *("branch_at", "cost", "claimed_bound", "tree_bound", "terminal_cash", "printed_bound"),
)
LIMITS = (
    *("lower", "upper", "row_lower", "row_upper", "plan_lower", "plan_upper", "plan_row_lower"),
    *("plan_row_upper", "hold_lower", "hold_upper", "hold_row_lower", "hold_row_upper"),
)


CLAIMS = ("cost", "claimed_bound", "do_nothing", "terminal_cash", "gap_objective", "gap_stake")
NEEDED = (
    *("column_cost", "lower", "upper", "integer", "row_lower", "row_upper", "start", "index"),
    *("value", "offset", "box", "row_dual", "plan_point", "plan_lower", "plan_upper"),
    *("plan_row_lower", "plan_row_upper", "cash_column", "priced_row", "printed_bound", *CLAIMS),
)
TOGETHER = (
    ("branch_column", "branch_at", "branch_cases", "branch_leaf", "branch_dual", "tree_bound"),
    ("hold_point", "hold_lower", "hold_upper", "hold_row_lower", "hold_row_upper"),
)


@dataclass(frozen=True, slots=True)
class Certified:
    """What the arrays prove: `cost`, `bound`, `do_nothing` in yuan, gaps as shares.

    `wrong` lists claims that do not hold, `notes` what else was claimed and is not proven here.
    """

    cost: float
    bound: float
    do_nothing: float
    gap_objective: float
    gap_stake: float
    violation: float
    wrong: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether every claim of the certificate holds."""
        return not self.wrong


def check_certificate(arrays: Mapping[str, Any]) -> Certified:
    """Re-add a certificate. Raises ValueError if the arrays are no certificate or do not fit."""
    _check_form(arrays)
    plain = proven_bound(arrays) * MILLION
    cases = proven_by_cases(arrays) * MILLION
    bound = max(plain, cases)
    cost = _cost(arrays, arrays["plan_point"])
    holds = "hold_point" in arrays
    nothing = _cost(arrays, arrays["hold_point"]) if holds else float(arrays["do_nothing"])
    cash, violation = _cost_of_cash(arrays), _violation(arrays, "plan")
    found = {
        "cost": cost,
        "do_nothing": nothing,
        "terminal_cash": cash,
        **_gaps(cost, plain, nothing, cash),
    }
    proven = _gaps(cost, bound, nothing, cash)
    wrong = [*_wrong_claims(arrays, found, plain, cases), *_wrong_points(arrays, violation)]
    return Certified(
        cost=cost,
        bound=bound,
        do_nothing=nothing,
        gap_objective=proven["gap_objective"],
        gap_stake=proven["gap_stake"],
        violation=violation,
        wrong=tuple(wrong),
        notes=tuple(_notes(arrays, bound)),
    )


def _cost_of_cash(arrays: Mapping[str, Any]) -> float:
    """Return what the change of cash from today to the end costs in the plan, yuan."""
    closing = (arrays["column_cost"] * arrays["plan_point"])[arrays["cash_column"]]
    return float((closing.sum() + arrays["offset"]) * MILLION)


def _gaps(cost: float, bound: float, nothing: float, cash: float) -> dict[str, float]:
    """Return both gaps at a bound, as shares."""
    missing = max(cost - bound, 0.0)
    return {
        "gap_objective": _share(missing, abs(cost - cash)),
        "gap_stake": _share(missing, abs(nothing - bound)),
    }


def proven_bound(arrays: Mapping[str, Any]) -> float:
    """Return the bound that the duals prove, million; -inf is possible, too much is not."""
    return _bound(arrays, arrays["row_dual"], arrays["lower"], arrays["upper"])


def proven_by_cases(arrays: Mapping[str, Any]) -> float:
    """Return the least bound of all cases, million; -inf if there are none.

    Raises ValueError if the cases do not cover every whole choice.
    """
    if "branch_column" not in arrays:
        return -np.inf
    todo = [(0, arrays["lower"], arrays["upper"])]
    least, seen = np.inf, 0
    while todo:
        node, lower, upper = todo.pop()
        seen += 1
        if not 0 <= node < arrays["branch_column"].size:
            raise ValueError("The certificate's cases name one that is not there.")
        column, leaf = int(arrays["branch_column"][node]), int(arrays["branch_leaf"][node])
        if not (column < arrays["lower"].size and leaf < arrays["branch_dual"].shape[0]):
            raise ValueError("The certificate's cases name one that is not there.")
        if column < 0:
            least = min(least, _bound(arrays, arrays["branch_dual"][leaf], lower, upper))
        else:
            todo += _cases(arrays, node, column, lower, upper)
        if seen > arrays["branch_column"].size:
            raise ValueError("The certificate's cases go round in a circle.")
    return float(least)


def _cases(
    arrays: Mapping[str, Any], node: int, column: int, lower: Floats, upper: Floats
) -> list[tuple[int, Floats, Floats]]:
    """Return both cases of a split with their limits."""
    at = float(arrays["branch_at"][node])
    if not arrays["integer"][column] or at != np.floor(at):
        raise ValueError("The certificate splits where a decision need not be whole.")
    low, high = (int(case) for case in arrays["branch_cases"][node])
    below, above = upper.copy(), lower.copy()
    below[column], above[column] = min(upper[column], at), max(lower[column], at + 1.0)
    return [(low, lower, below), (high, above, upper)]


def _bound(arrays: Mapping[str, Any], dual: Floats, lower: Floats, upper: Floats) -> float:
    """Return the Lagrangian bound of duals within limits of the columns."""
    y: Floats = np.array(dual, dtype=np.float64)
    low: Floats = arrays["row_lower"]
    high: Floats = arrays["row_upper"]
    y[np.isneginf(low) & (y > 0.0)] = 0.0
    y[np.isposinf(high) & (y < 0.0)] = 0.0
    used_rows = y != 0.0
    rows = y[used_rows] * np.where(y > 0.0, low, high)[used_rows]
    each = np.repeat(y, np.diff(arrays["start"]))
    used = np.bincount(
        arrays["index"], weights=arrays["value"] * each, minlength=arrays["column_cost"].size
    )
    reduced: Floats = arrays["column_cost"] - used
    box = float(arrays["box"])
    corner = np.clip(np.where(reduced > 0.0, lower, upper), -box, box)
    bound = float(rows.sum() + (corner * reduced).sum() + arrays["offset"])
    return bound - _lost_digits(arrays, each, rows, corner)


def _lost_digits(arrays: Mapping[str, Any], each: Floats, rows: Floats, corner: Floats) -> float:
    """Return by how much sums may be off: huge duals must not prove anything by their noise."""
    moved = np.bincount(
        arrays["index"], weights=np.abs(arrays["value"] * each), minlength=corner.size
    )
    columns = np.abs(corner) * (np.abs(arrays["column_cost"]) + moved)
    # Corners of +-box have a reduced cost of nil but for noise, which the bound counts already.
    own = np.where(np.abs(corner) < float(arrays["box"]), columns, 0.0)
    return DIGITS * float(np.abs(rows).sum() + own.sum())


def _check_form(arrays: Mapping[str, Any]) -> None:
    if str(arrays.get("form", "")) != FORM:
        raise ValueError(f"This is no certificate of the form {FORM}.")
    asked = [*NEEDED, *(n for group in TOGETHER if group[0] in arrays for n in group)]
    missing = [name for name in asked if name not in arrays]
    if missing:
        raise ValueError(f"The certificate lacks {', '.join(missing)}.")
    rows, columns = arrays["row_lower"].size, arrays["column_cost"].size
    start, index = arrays["start"], arrays["index"]
    fits = (
        start.size == rows + 1
        and start[0] == 0
        and start[-1] == index.size == arrays["value"].size
        and bool((np.diff(start) >= 0).all())
        and bool(((index >= 0) & (index < columns)).all())
        and arrays["row_dual"].size == rows
        and arrays["plan_point"].size == columns
        and all(arrays[f"plan_{name}"].size == arrays[name].size for name in LIMITS[:4])
        and _are_places(arrays["cash_column"], columns)
        and _are_places(arrays["priced_row"], rows)
    )
    if not fits:
        raise ValueError("The certificate's arrays do not fit together.")
    for name in FINITE:
        if name in arrays and not np.isfinite(arrays[name]).all():
            raise ValueError(f"The certificate's {name} holds something that is no number.")
    for name in LIMITS:
        if name in arrays and np.isnan(arrays[name]).any():
            raise ValueError(f"The certificate's {name} holds something that is no number.")
    if float(arrays["box"]) < BOX:
        raise ValueError(f"The certificate's box is smaller than {BOX:,.0f} million yuan.")


def _are_places(places: npt.NDArray[Any], count: int) -> bool:
    return places.dtype.kind in "iu" and bool(((places >= 0) & (places < count)).all())


def _cost(arrays: Mapping[str, Any], point: Floats) -> float:
    return float(((arrays["column_cost"] * point).sum() + arrays["offset"]) * MILLION)


def _lengths(arrays: Mapping[str, Any]) -> npt.NDArray[np.int64]:
    return np.diff(arrays["start"])


def _violation(arrays: Mapping[str, Any], name: str) -> float:
    """Largest violation of a row (scaled to a largest entry of 1) or bound at a point."""
    point: Floats = arrays[f"{name}_point"]
    counts = _lengths(arrays)
    owner = np.repeat(np.arange(counts.size), counts)
    products: Floats = arrays["value"] * point[arrays["index"]]
    activity = np.bincount(owner, weights=products, minlength=counts.size)
    scale = np.ones(counts.size)
    np.maximum.at(scale, owner, np.abs(arrays["value"]))
    parts = (
        (activity - arrays[f"{name}_row_upper"]) / scale,
        (arrays[f"{name}_row_lower"] - activity) / scale,
        point - arrays[f"{name}_upper"],
        arrays[f"{name}_lower"] - point,
    )
    return float(max(part.max(initial=0.0) for part in parts))


def _share(part: float, whole: float) -> float:
    return part / whole if 0.0 < whole < np.inf else float("nan")


def _wrong_claims(
    arrays: Mapping[str, Any], found: Mapping[str, float], plain: float, cases: float
) -> list[str]:
    """List claims that the arrays do not bear out."""
    wrong: list[str] = []
    for name, bound in (("claimed_bound", plain), ("tree_bound", cases)):
        if name not in arrays:
            continue
        claimed = float(arrays[name])
        if not claimed <= bound + _slack(claimed):
            wrong.append(f"{name}: claimed {claimed:,.2f}, the duals prove {bound:,.2f} yuan")
    for name in ("cost", "do_nothing", "terminal_cash"):
        claimed = float(arrays[name])
        if not (claimed == found[name] or abs(claimed - found[name]) <= _slack(claimed)):
            wrong.append(f"{name}: claimed {claimed:,.2f}, adds up to {found[name]:,.2f} yuan")
    for name in ("gap_objective", "gap_stake"):
        claimed, least = float(arrays[name]), found[name]
        least -= max(GAP_TOLERANCE, 1e-6 * abs(least))
        if not (claimed >= least or np.isnan([claimed, least]).all()):
            wrong.append(f"{name}: claimed {claimed:.6%}, is {found[name]:.6%}")
    return wrong


def _slack(amount: float) -> float:
    return ROUNDING_YUAN + RELATIVE * abs(amount)


def _wrong_points(arrays: Mapping[str, Any], violation: float) -> list[str]:
    """List what is wrong with the points themselves."""
    wrong: list[str] = []
    whole = arrays["plan_point"][arrays["integer"]]
    if (np.abs(whole - np.rint(whole)) > VIOLATION).any():
        wrong.append("plan: a decision that must be whole is not")
    inside = (whole >= arrays["lower"][arrays["integer"]] - VIOLATION) & (
        whole <= arrays["upper"][arrays["integer"]] + VIOLATION
    )
    if not inside.all():
        wrong.append("plan: a decision is taken that the program does not open")
    if not violation <= VIOLATION:
        wrong.append(f"plan: a limit is broken by {violation:.2e}")
    wrong += _loose_limits(arrays)
    if "hold_point" in arrays and _violation(arrays, "hold") > VIOLATION:
        wrong.append("doing nothing: a limit is broken")
    return wrong


def _loose_limits(arrays: Mapping[str, Any]) -> list[str]:
    """List where the plan's limits are wider than the program's without being the market's."""
    wider = {
        what: (arrays[f"plan_{what}lower"] < arrays[f"{what}lower"] - _near(arrays[f"{what}lower"]))
        | (arrays[f"plan_{what}upper"] > arrays[f"{what}upper"] + _near(arrays[f"{what}upper"]))
        for what in ("", "row_")
    }
    wider["row_"][arrays["priced_row"]] = False
    wrong = [
        f"plan: {int(loose.sum()):,} limits of {'rows' if what else 'columns'} are wider than the "
        "program's"
        for what, loose in wider.items()
        if loose.any()
    ]
    strange = int((~_of_the_market(arrays)[arrays["priced_row"]]).sum())
    if strange:
        wrong.append(f"plan: {strange:,} rows are priced that are none of the market's")
    return wrong


def _near(limit: Floats) -> Floats:
    return np.where(np.isfinite(limit), VIOLATION * np.maximum(np.abs(limit), 1.0), 0.0)


def _of_the_market(arrays: Mapping[str, Any]) -> Marks:
    """Mark rows that exact prices may replace, (row,).

    They hold no closing cash, but something of the market that the plan puts to rest, or nothing.
    """
    index, lengths = arrays["index"], _lengths(arrays)
    owner = np.repeat(np.arange(lengths.size), lengths)
    rests: Marks = (arrays["plan_lower"] == arrays["plan_upper"]) & ~arrays["integer"]
    cash: Marks = np.isin(np.arange(rests.size), arrays["cash_column"])
    at_rest = np.bincount(owner, weights=rests[index], minlength=lengths.size) > 0
    of_cash = np.bincount(owner, weights=cash[index], minlength=lengths.size) > 0
    return (at_rest | (lengths == 0)) & ~of_cash


def _notes(arrays: Mapping[str, Any], bound: float) -> list[str]:
    """Say what is claimed elsewhere and not proven by these duals."""
    printed = float(arrays["printed_bound"])
    if printed > bound + _slack(bound):
        return [
            f"the plan prints a bound of {printed:,.2f}; {printed - bound:,.2f} yuan of it come "
            "from the solver's tree and are not proven here"
        ]
    return []


def main(arguments: list[str]) -> int:
    """Check a file and say what it proves; 0 if every claim holds, 1 if not, 2 if it is none."""
    try:
        (name,) = arguments
        with np.load(Path(name), allow_pickle=False) as file:
            arrays = dict(file)
        found = check_certificate(arrays)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        reason = error if len(arguments) == 1 else "name one file: certificate.py FILE.npz"
        sys.stderr.write(f"Not a certificate that can be checked: {reason}\n")
        return 2
    lines = [
        f"cost           {found.cost:>22,.2f} yuan",
        f"proven bound   {found.bound:>22,.2f} yuan",
        f"gap_objective  {found.gap_objective:>22.6%}",
        f"gap_stake      {found.gap_stake:>22.6%}",
        f"max violation  {found.violation:>22.2e}",
        f"as written     {arrays['priced_row'].size:>22,} rows of exact prices",
        *(f"note: {note}" for note in found.notes),
        *(f"WRONG: {claim}" for claim in found.wrong),
        "every claim holds" if found.ok else "not every claim holds",
    ]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if found.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
