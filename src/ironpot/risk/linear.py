"""Is a formula a ratio of two sums? Its coefficients, and the divisors that must be positive.

A planner can hold `numerator / denominator <= bound` as `numerator - bound x denominator <= 0`
only if both are sums of inputs with fixed coefficients and the denominator is positive.
"""

import ast
from dataclasses import dataclass

CONSTANT = "1"

Sum = dict[str, float]


@dataclass(frozen=True, slots=True)
class LinearRatio:
    """Coefficients by input; the key `1` is a constant."""

    numerator: Sum
    denominator: Sum


def linear_ratio(formula: str) -> LinearRatio | None:
    """Return a formula as a ratio of sums, or None if it is not one.

    >>> linear_ratio("100*(debt+hidden)/resources")
    LinearRatio(numerator={'debt': 100.0, 'hidden': 100.0}, denominator={'resources': 1.0})
    >>> linear_ratio("debt/resources + interest/revenue") is None
    True
    """
    node = ast.parse(formula.strip(), mode="eval").body
    match node:
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            above, below = _sum(left), _sum(right)
        case _:
            above, below = _sum(node), {CONSTANT: 1.0}
    return None if above is None or below is None else LinearRatio(above, below)


def linear_sum(formula: str) -> Sum | None:
    """Return a formula's coefficients by input, or None if it is no sum.

    >>> linear_sum("2*(a-b)+1")
    {'a': 2.0, 'b': -2.0, '1': 1.0}
    """
    return _sum(ast.parse(formula.strip(), mode="eval").body)


def divisors(formula: str) -> tuple[str, ...]:
    """List the expressions that a formula divides by.

    A ratio over nothing, or over less than nothing, says nothing about the debt above it.

    >>> divisors("100*interest/(revenue-spending)")
    ('revenue - spending',)
    """
    tree = ast.parse(formula.strip(), mode="eval")
    found = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp)]
    return tuple(ast.unparse(node.right) for node in found if isinstance(node.op, ast.Div))


def _sum(node: ast.expr) -> Sum | None:
    """Return an expression as a sum of inputs, or None if it is not one."""
    match node:
        case ast.Constant(value=int() | float() as number):
            return {CONSTANT: float(number)}
        case ast.Name(id=name):
            return {name: 1.0}
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _scaled(_sum(operand), -1.0)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _added(_sum(left), _sum(right))
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _added(_sum(left), _scaled(_sum(right), -1.0))
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _product(_sum(left), _sum(right))
        case ast.BinOp(left=left, op=ast.Div(), right=ast.Constant(value=int() | float() as by)):
            return _scaled(_sum(left), 1.0 / by)
        case _:
            return None


def _scaled(terms: Sum | None, factor: float) -> Sum | None:
    return None if terms is None else {name: factor * value for name, value in terms.items()}


def _added(first: Sum | None, second: Sum | None) -> Sum | None:
    if first is None or second is None:
        return None
    return first | {name: first.get(name, 0.0) + value for name, value in second.items()}


def _product(first: Sum | None, second: Sum | None) -> Sum | None:
    for constant, other in ((first, second), (second, first)):
        if constant is not None and set(constant) == {CONSTANT}:
            return _scaled(other, constant[CONSTANT])
    return None
