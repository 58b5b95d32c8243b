"""Numbers that no plan can be asked with are refused by name, all at once, before any work."""

import math

import pytest

from ironpot.core.errors import IronpotError
from ironpot.plan.options import PlanOptions, read_options


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time_limit_s", -5.0),
        ("time_limit_s", math.nan),
        ("time_limit_s", math.inf),
        ("scenarios", -3),
        ("scenarios", 2.5),
        ("seed", -1),
        ("cvar_level", 1.0),
        ("risk_weight", math.nan),
        ("risk_weight", -1.0),
        ("help_weight", -1.0),
        ("arrears_rate", math.nan),
        ("steps", True),
    ],
)
def test_a_number_that_cannot_be_is_refused_by_name(name, value):
    with pytest.raises(IronpotError, match=f"{name} is {value!r} → write a"):
        PlanOptions(**{name: value})


def test_all_of_them_are_named_at_once_in_both_languages():
    with pytest.raises(IronpotError) as caught:
        PlanOptions(time_limit_s=math.nan, seed=-1, cvar_level=1.5)
    for lang in ("en", "zh"):
        said = caught.value.say(lang)
        assert [name for name in ("time_limit_s", "cvar_level", "seed") if name in said] == [
            "time_limit_s",
            "cvar_level",
            "seed",
        ]


def test_options_of_a_damaged_plan_are_refused_too():
    with pytest.raises(IronpotError, match="scenarios is -1"):
        read_options({"scenarios": -1})
