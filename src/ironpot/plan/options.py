"""What a user may choose about a plan: one frozen record, the same for command line and API."""

from dataclasses import dataclass

# Least help first, in practice: a yuan of it then weighs as much as a thousand of value destroyed.
LEAST_HELP_WEIGHT = 1e3


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """Options of `plan_resolution`; money weights are shares, rates decimals a year.

    `scenarios` 0 plans for the case's three named futures with their weights; more are drawn around
    them from `seed`, equally likely (`risk.futures`). `time_limit_s` bounds the search, not the
    reading or the report. `arrears_rate` is paid in cash on what is overdue; `arrears_weight` is
    what a yuan overdue for a year costs beyond it. `risk_weight` prices the mean of the worst `1 -
    cvar_level` of scenarios. `help_weight` is what a yuan of help from above counts beside a yuan
    of public value destroyed: 1 asks for help rather than burn more than it saves, a very large
    weight burns anything to save a yuan. Help is only open where no plan works without it; `relief`
    False shuts it and shows what stays unpaid.
    """

    time_limit_s: float = 50.0
    gap_stake: float = 0.005
    arrears_rate: float = 0.12
    arrears_weight: float = 0.5
    risk_weight: float = 0.5
    cvar_level: float = 0.9
    rule_slack_price: float = 0.02
    rate_shift: float = 0.02
    help_weight: float = 1.0
    relief: bool = True
    seed: int = 1
    scenarios: int = 0
    threads: int = 2
