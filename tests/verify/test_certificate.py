"""A certificate is believed only as far as NumPy alone adds it up again."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.plan.busy import busy
from tests.plan.town import budget

import ironpot.verify.certificate as checker
from ironpot.plan.certificate import certificate
from ironpot.plan.options import PlanOptions
from ironpot.plan.plan import plan_resolution
from ironpot.plan.program import dual_bound
from ironpot.verify.certificate import check_certificate, main, proven_bound
from ironpot.workbench.planning import write_certificate

POOR = [budget("own_revenue", 6.0), budget("essential_spending", 8.0)]


@pytest.fixture(scope="module")
def plan():
    options = PlanOptions(time_limit_s=6, gap_stake=1e-3, scenarios=4)
    return plan_resolution(busy(0, budget=POOR), options=options)


@pytest.fixture(scope="module")
def proof(plan):
    return certificate(plan)


@pytest.fixture
def written(proof):
    return dict(proof)


def test_an_honest_certificate_holds_and_its_gaps_are_those_of_its_bound(plan, written):
    found = check_certificate(written)
    assert found.ok, found.wrong
    assert found.bound <= plan.bound + 1.0
    assert found.gap_stake <= float(written["gap_stake"]) + 1e-7
    assert found.gap_objective <= float(written["gap_objective"]) + 1e-7
    proven = dual_bound(plan.question.program, plan.question.relaxed.row_dual)
    assert proven_bound(written) == pytest.approx(proven, rel=1e-9)


def test_what_the_solver_s_tree_proved_is_proven_again_by_cases(plan, written):
    found = check_certificate(written)
    assert float(written["claimed_bound"]) < float(written["tree_bound"])
    assert found.bound == pytest.approx(float(written["tree_bound"]), abs=1.0)
    assert found.bound >= plan.bound - 20.0
    assert not found.notes
    told = check_certificate({k: v for k, v in written.items() if not k.startswith("branch")})
    assert any("tree_bound" in claim for claim in told.wrong)


def test_cases_that_leave_something_out_or_split_what_need_not_be_whole_are_found(written):
    column, at = written["branch_column"], written["branch_at"]
    with pytest.raises(ValueError, match="need not be whole"):
        check_certificate(written | {"branch_at": at + np.where(column >= 0, 0.5, 0.0)})
    free = np.flatnonzero(~written["integer"])[0]
    with pytest.raises(ValueError, match="need not be whole"):
        check_certificate(written | {"branch_column": np.where(column >= 0, free, column)})
    circle = np.where(column[:, None] >= 0, 0, written["branch_cases"])
    away = np.where(column[:, None] >= 0, column.size, written["branch_cases"])
    with pytest.raises(ValueError, match="not there"):
        check_certificate(written | {"branch_cases": away})
    with pytest.raises(ValueError, match="circle"):
        check_certificate(written | {"branch_cases": circle})


@pytest.mark.parametrize("spoil", [lambda y: y * 0.5, lambda y: -y, lambda y: y[::-1]])
def test_duals_of_cases_that_were_changed_by_hand_are_found(written, spoil):
    found = check_certificate(written | {"branch_dual": spoil(written["branch_dual"])})
    assert any("tree_bound" in claim for claim in found.wrong)


@pytest.mark.parametrize(
    ("name", "spoil", "word"),
    [
        ("claimed_bound", lambda c: c + 2.0, "bound"),
        ("cost", lambda c: c - 2.0, "cost"),
        ("do_nothing", lambda c: c + 2.0, "do_nothing"),
        ("terminal_cash", lambda c: c + 2.0, "terminal_cash"),
        ("gap_stake", lambda c: c * 0.9 - 1e-6, "gap_stake"),
        ("gap_objective", lambda c: c * 0.9 - 1e-6, "gap_objective"),
        ("row_dual", lambda y: y * 0.5, "bound"),
        ("row_dual", lambda y: -y, "bound"),
        ("plan_point", lambda x: x + 1e-3, "limit is broken"),
        ("plan_row_upper", lambda b: b - 1.0, "limit is broken"),
        ("value", lambda a: a * 1.01, ""),
    ],
)
def test_what_was_changed_by_hand_is_found(written, name, spoil, word):
    found = check_certificate(written | {name: spoil(written[name])})
    assert not found.ok
    assert any(word in claim for claim in found.wrong), found.wrong


def test_a_decision_that_is_not_whole_or_not_open_is_found(written):
    at = np.flatnonzero(written["integer"])[0]
    half, more = written["plan_point"].copy(), written["plan_point"].copy()
    half[at], more[at] = 0.5, 2.0
    whole = check_certificate(written | {"plan_point": half}).wrong
    opened = check_certificate(written | {"plan_point": more}).wrong
    assert any("whole" in claim for claim in whole)
    assert any("does not open" in claim for claim in opened)


def test_wider_limits_of_the_plan_are_found(written):
    none = np.full_like(written["plan_row_lower"], -np.inf)
    free = {"plan_row_lower": none, "plan_row_upper": -none}
    marked = {"priced_row": np.arange(none.size)}
    assert any("rows are wider" in claim for claim in check_certificate(written | free).wrong)
    assert any("none of the market" in c for c in check_certificate(written | free | marked).wrong)
    open_columns = {"plan_upper": written["plan_upper"] + 5.0}
    assert any("columns are wider" in c for c in check_certificate(written | open_columns).wrong)


@pytest.mark.parametrize("name", ["gap_objective", "gap_stake"])
def test_a_gap_that_is_no_number_is_no_claim(written, name):
    assert not check_certificate(written | {name: np.array(np.nan)}).ok


def test_a_script_says_what_is_wrong_with_a_file(written, tmp_path, capsys):
    text, short, none = tmp_path / "text.npz", tmp_path / "short.npz", tmp_path / "none.npz"
    text.write_text("not an archive", encoding="utf-8")
    np.savez(short, **{name: one for name, one in written.items() if name != "row_dual"})
    assert [main([str(file)]) for file in (text, short, none)] == [2, 2, 2]
    assert main([]) == 2
    said = capsys.readouterr().err
    assert "lacks row_dual" in said
    assert "name one file" in said


def test_wild_duals_prove_less_never_more(written):
    best = check_certificate(written).bound
    rng = np.random.default_rng(3)
    for scale in (1e-3, 1.0, 100.0):
        wild = written["row_dual"] + scale * rng.normal(size=written["row_dual"].size)
        assert check_certificate(written | {"row_dual": wild}).bound <= float(written["cost"]) + 1.0
        assert check_certificate(written | {"row_dual": wild}).bound <= best + 1.0


def test_arrays_that_do_not_fit_are_refused(written):
    with pytest.raises(ValueError, match="fit together"):
        check_certificate(written | {"row_dual": written["row_dual"][1:]})
    with pytest.raises(ValueError, match="no certificate"):
        check_certificate(written | {"form": np.array("else")})
    for name in ("value", "branch_dual", "row_lower", "plan_row_upper"):
        with pytest.raises(ValueError, match="no number"):
            check_certificate(written | {name: np.full_like(written[name], np.nan)})
    for name in ("claimed_bound", "tree_bound", "cost", "offset"):
        with pytest.raises(ValueError, match="no number"):
            check_certificate(written | {name: np.array(np.inf)})
    with pytest.raises(ValueError, match="box"):
        check_certificate(written | {"box": np.array(1e-9)})


def test_the_checker_runs_by_itself_and_says_so(written, tmp_path):
    good, bad = tmp_path / "good.npz", tmp_path / "bad.npz"
    np.savez_compressed(good, **written)
    np.savez_compressed(bad, **written | {"cost": written["cost"] - 5.0})
    script = Path(checker.__file__)
    done = subprocess.run(  # noqa: S603 - our own script, which imports nothing of ours
        [sys.executable, "-I", script, good], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "every claim holds")
    assert main([str(bad)]) == 1


def test_what_the_command_writes_is_what_the_checker_reads(plan, tmp_path):
    file = tmp_path / "proof.npz"
    write_certificate(plan, file)
    assert [one.name for one in tmp_path.iterdir()] == ["proof.npz"]
    assert main([str(file)]) == 0


def test_the_checker_imports_nothing_of_ours():
    source = Path(checker.__file__).read_text("utf-8")
    imports = [line for line in source.splitlines() if line.startswith(("import ", "from "))]
    assert imports
    assert not any("ironpot" in line for line in imports)
