"""Evaluate the arithmetic of a rule set's formulas without `eval`.

Allowed: numbers, names, + - * /, parentheses, unary minus, `min`, `max`, `abs`, and single
comparisons, which give 1 or 0. A name without a value makes the whole result unknown (None):
missing is not zero.
"""

import ast
import operator
from collections.abc import Callable, Mapping

from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text

_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_COMPARE: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_CALLS: dict[str, Callable[[list[float]], float]] = {
    "min": min,
    "max": max,
    "abs": lambda parts: abs(parts[0]),
}
MAX_LENGTH = 500


class FormulaError(IronpotError):
    """A formula that is not plain arithmetic."""


def evaluate(formula: str, values: Mapping[str, float | None]) -> float | None:
    """Return the value of `formula`, or None if an input is unknown or a divisor is zero.

    Raises FormulaError on anything but arithmetic over names in `values`.

    >>> evaluate("100*(a+b)/c", {"a": 1.0, "b": 2.0, "c": 4.0})
    75.0
    >>> evaluate("a/c", {"a": 1.0, "c": None}) is None
    True
    >>> evaluate("0.5*(debt >= 60)", {"debt": 60.0})
    0.5
    """
    try:
        return _value(_parse(formula).body, values, formula)
    except ZeroDivisionError:
        return None


def names(formula: str) -> tuple[str, ...]:
    """List the inputs that a formula names, in order of first use.

    >>> names("100*(debt+hidden)/max(resources, debt)")
    ('debt', 'hidden', 'resources')
    """
    found = [node.id for node in ast.walk(_parse(formula)) if isinstance(node, ast.Name)]
    ordered = sorted(found, key=formula.index)
    return tuple(dict.fromkeys(name for name in ordered if name not in _CALLS))


def _parse(formula: str) -> ast.Expression:
    if len(formula) > MAX_LENGTH:
        raise _refusal(formula[:40], "longer than 500 characters", "超过500个字符")
    try:
        return ast.parse(formula.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise _refusal(formula, "not an expression", "不是算式") from error


def _value(node: ast.expr, values: Mapping[str, float | None], formula: str) -> float | None:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            inner = _value(operand, values, formula)
            return None if inner is None else -inner
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            first, second = _value(left, values, formula), _value(right, values, formula)
            return None if first is None or second is None else _BINARY[type(op)](first, second)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
            first, second = _value(left, values, formula), _value(right, values, formula)
            if first is None or second is None:
                return None
            return float(_COMPARE[type(op)](first, second))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _CALLS:
            parts = [_value(arg, values, formula) for arg in args]
            known = [part for part in parts if part is not None]
            return _CALLS[name](known) if known and len(known) == len(parts) else None
        case _:
            part = ast.unparse(node)
            raise _refusal(formula, f"cannot use {part!r}", f"不能使用 {part!r}")


def _refusal(formula: str, english: str, chinese: str) -> FormulaError:
    return FormulaError(
        Text(
            f"Formula {formula!r}: {english}. Write arithmetic over known inputs.",
            f"公式 {formula!r}:{chinese}。请只写已知输入的四则运算。",
        )
    )
