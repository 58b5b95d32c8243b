"""How long do modelling layers take to hand the same linear program to the same solver?

Each gets the finished arrays of a program, so that nothing but stating and handing over is timed:
variables with bounds, one expression a row, the objective, then HiGHS's own model in memory.
"""

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from ironpot.plan.highs_model import highs_model
from ironpot.plan.program import Program

LIMIT_S = 600.0
MODULES = {
    "arrays": (),
    "pyomo": ("pyomo.environ", "pyomo.contrib.solver.solvers.highs"),
    "pulp": ("pulp",),
}


@dataclass(frozen=True, slots=True)
class Built:
    """A program in HiGHS: seconds to get there, its size, the optimum of its relaxation."""

    seconds: float
    columns: int
    entries: int
    optimum: float


def built_by(name: str, program: Program) -> Built | None:
    """Build by `arrays`, `pyomo` or `pulp` and solve the relaxation; None if it is not installed.

    Importing a layer is not timed.
    """
    ways: dict[str, Callable[[Program], tuple[Any, Any, float]]] = {
        "arrays": _by_arrays,
        "pyomo": _by_pyomo,
        "pulp": _by_pulp,
    }
    try:
        for module in MODULES[name]:
            importlib.import_module(module)
    except ImportError:
        return None
    began = time.perf_counter()
    solver, owner, apart = ways[name](program)
    seconds = time.perf_counter() - began
    found = solver.getLp()
    size = int(found.num_col_), len(found.a_matrix_.index_)
    optimum = _optimum(solver) + apart
    del owner  # what a layer holds must live until its solver has run
    return Built(seconds, *size, optimum)


def _optimum(solver: Any) -> float:
    """Relaxed optimum by interior point, one thread, the same options for all."""
    for option, value in (
        ("output_flag", False),
        ("solver", "ipm"),
        ("run_crossover", "off"),
        ("threads", 1),
        ("time_limit", LIMIT_S),
    ):
        solver.setOptionValue(option, value)
    solver.run()
    optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(solver.getInfo().objective_function_value) if optimal else float("nan")


def _by_arrays(program: Program) -> tuple[Any, Any, float]:
    lp = highs_model(
        program.cost,
        (program.lower, program.upper),
        (program.row_lower, program.row_upper),
        (program.start, program.index, program.value),
    )
    lp.offset_ = program.offset
    solver = highspy.Highs()
    solver.silent()
    solver.passModel(lp)
    return solver, lp, 0.0


def _limits(lower: float, upper: float) -> tuple[float | None, float | None]:
    return (lower if np.isfinite(lower) else None, upper if np.isfinite(upper) else None)


def _by_pyomo(program: Program) -> tuple[Any, Any, float]:
    """Linear expressions by coefficient lists: the fastest way that Pyomo documents."""
    pe = importlib.import_module("pyomo.environ")
    linear = importlib.import_module("pyomo.core.expr.numeric_expr").LinearExpression
    highs = importlib.import_module("pyomo.contrib.solver.solvers.highs").Highs
    rows, columns = program.shape
    lower, upper = program.lower.tolist(), program.upper.tolist()
    model = pe.ConcreteModel()
    model.x = pe.Var(range(columns), bounds=lambda _, j: _limits(lower[j], upper[j]))
    x = [model.x[j] for j in range(columns)]
    start, index, value = program.start, program.index.tolist(), program.value.tolist()

    def row(_: Any, i: int) -> Any:
        low, high = _limits(float(program.row_lower[i]), float(program.row_upper[i]))
        part = slice(int(start[i]), int(start[i + 1]))
        if (low is None and high is None) or part.start == part.stop:
            return pe.Constraint.Skip
        body = linear(linear_coefs=value[part], linear_vars=[x[j] for j in index[part]])
        return (low, body, high)

    model.rows = pe.Constraint(range(rows), rule=row)
    cost = linear(constant=program.offset, linear_coefs=program.cost.tolist(), linear_vars=x)
    model.cost = pe.Objective(expr=cost)
    solver = highs()
    solver.set_instance(model)
    handed = solver._solver_model  # noqa: SLF001 - to read what was handed over
    return handed, (model, solver), 0.0


def _by_pulp(program: Program) -> tuple[Any, Any, float]:
    pulp = importlib.import_module("pulp")
    problem = pulp.LpProblem("plan", pulp.LpMinimize)
    x = [
        pulp.LpVariable(f"x{j:07d}", *_limits(low, high))
        for j, (low, high) in enumerate(
            zip(program.lower.tolist(), program.upper.tolist(), strict=True)
        )
    ]
    problem += pulp.LpAffineExpression(
        list(zip(x, program.cost.tolist(), strict=True)), constant=program.offset
    )
    start, index, value = program.start.tolist(), program.index.tolist(), program.value.tolist()
    for i in range(program.shape[0]):
        part = slice(start[i], start[i + 1])
        body = pulp.LpAffineExpression(
            list(zip([x[j] for j in index[part]], value[part], strict=True))
        )
        low, high = _limits(float(program.row_lower[i]), float(program.row_upper[i]))
        if part.start == part.stop:
            continue
        if low is not None and low == high:
            problem += body == low
            continue
        if low is not None:
            problem += body >= low
        if high is not None:
            problem += body <= high
    solver = pulp.HiGHS(msg=False, mip=False)
    solver.createAndConfigureSolver(problem)
    solver.buildSolverModel(problem)
    # PuLP keeps the constant of the objective to itself.
    return problem.solverModel, (problem, solver), program.offset
