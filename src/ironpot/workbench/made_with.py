"""What was a plan made with, and what did it decide? Read from its files, for whoever goes on."""

import itertools
from dataclasses import dataclass, replace

import polars as pl

from ironpot.case.case import Case
from ironpot.case.schema.share import ALLOTMENTS
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.plan.again import SCHEMA, chosen_point, read_under_way
from ironpot.plan.inputs import Inputs
from ironpot.plan.model import Model, build_model
from ironpot.plan.options import LEAST_HELP_WEIGHT, PlanOptions, options_hash, read_options
from ironpot.plan.prepare import appraise_case, gather
from ironpot.plan.program import Floats
from ironpot.plan.starts import Starts
from ironpot.report.plan_files import PlanFiles


@dataclass(frozen=True)
class ReadBack:
    """A plan as its files decided it: a model, and the point of it with what is decided now."""

    model: Model
    point: Floats


def read_back(case: Case, plan: PlanFiles, allotments: pl.DataFrame | None = None) -> ReadBack:
    """Return what a plan decided, in the model that it was made in.

    `allotments` stand in for those that the plan's files hold.
    Raises IronpotError if the plan was made from other data or did not write its choices by name.
    """
    same, choices = case_of_plan(case, plan), choices_of(plan)
    shares = allotments_of(plan) if allotments is None else allotments
    if choices is None:
        raise IronpotError(_NO_CHOICES)
    model = build_model(inputs_of(plan, same, shares))
    return ReadBack(model, chosen_point(model, choices))


def inputs_of(plan: PlanFiles, case: Case, shares: pl.DataFrame | None) -> Inputs:
    """Return what a plan was made from; `case` is the plan's own, `shares` its allotments."""
    options, under_way = options_of(plan, shares), under_way_of(plan, case)
    return gather(case, *appraise_case(case), options, allotments=shares, under_way=under_way)


def case_of_plan(case: Case, plan: PlanFiles) -> Case:
    """Return the case over the plan's own horizon, which `--horizon` may have set.

    Raises IronpotError if the plan was not made from these data.
    """
    quarters = plan.summary["horizon"]["quarters"]
    same = replace(case, settings=replace(case.settings, horizon_quarters=quarters))
    if same.input_hash != plan.summary["input_hash"]:
        raise IronpotError(
            Text(
                "This case is not the one that the plan was made from; give the same files, or "
                "plan it again.",
                "所给案例与方案所用案例不一致,请提供相同文件或重新制定方案。",
            )
        )
    return same


def choices_of(plan: PlanFiles) -> pl.DataFrame | None:
    """Return the choices that a plan wrote by name; None if it is of before they were written."""
    written = plan.summary.get("choices")
    return None if written is None else pl.DataFrame(written, schema=SCHEMA)


def under_way_of(plan: PlanFiles, case: Case) -> Starts:
    """Return the starts that were prepared when a plan was made; none if it did not say."""
    return read_under_way(case.horizon, plan.summary.get("under_way", ()))


def allotments_of(plan: PlanFiles) -> pl.DataFrame | None:
    """Return the rows of a coordinated run that a plan was made with; None if it was without.

    A plan of before they were written has none either, though it says that there were some.
    """
    written = plan.summary.get("allotments")
    return None if written is None else ALLOTMENTS.frame(written)


def options_of(plan: PlanFiles, allotments: pl.DataFrame | None = None) -> PlanOptions:
    """Return the options that a plan was made with, as plan.json holds them.

    Raises IronpotError for a plan with the prices of a coordinated run, unless they are given; and
    where an older plan.json, which does not hold options, was made with options of Python's.
    """
    if plan.summary.get("allotted") and allotments is None:
        raise IronpotError(_ALLOTTED)
    written = plan.summary.get("options")
    return _guessed_options(plan) if written is None else read_options(written)


_ALLOTTED = Text(
    "This plan was made with prices and fees of an allotment file that its older plan.json does "
    "not hold, so it cannot be solved again here. Plan it again with --allotment FILE.",
    "该方案采用配额文件的价格和费用,而旧版 plan.json 未保存其内容,无法在此重新求解。"
    "请用 --allotment 文件重新制定方案。",
)


def _guessed_options(plan: PlanFiles) -> PlanOptions:
    """Return the options of the command line whose hash the plan bears: it was made with them.

    Raises IronpotError if it was made with others, in Python: the two costs would not compare.
    """
    weights, drawn = (PlanOptions().help_weight, LEAST_HELP_WEIGHT), plan.summary["scenarios"]
    for relief, weight, scenarios in itertools.product((True, False), weights, (0, drawn)):
        options = PlanOptions(
            time_limit_s=plan.summary["time_limit_s"],
            seed=plan.summary["seed"],
            scenarios=scenarios,
            relief=relief,
            help_weight=weight,
            # A plan that does not name its options is older than luck of single lots.
            lot_luck=False,
        )
        if options_hash(options) == plan.summary["options_hash"]:
            return options
    raise IronpotError(
        Text(
            "This plan was made with options that the command line does not have, so it cannot be "
            "solved again here. Plan it again with: ironpot plan CASE --out OUT",
            "该方案使用了命令行没有的选项,无法在此重新求解。请用 ironpot plan CASE --out OUT "
            "重新制定方案。",
        )
    )


_NO_CHOICES = Text(
    "This plan did not write its choices by name: it was made by an older version. Plan it again "
    "with: ironpot plan CASE --out OUT",
    "该方案由旧版本生成,未按名称写出决策。请用 ironpot plan CASE --out OUT 重新制定方案。",
)
