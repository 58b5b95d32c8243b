"""Is the case usable? Every check, in the order in which it runs; each finds all its problems.

A check is a plain function. To add one, write it in `case.checks` and name it here.
"""

from collections.abc import Callable, Mapping

from ironpot.case.checks import (
    assets,
    budget,
    debts,
    done,
    entities,
    references,
    rules,
    shape,
    shares,
    units,
)
from ironpot.case.draft import Draft, Part
from ironpot.core.issues import Issue

PART_CHECKS: tuple[Callable[[Part], list[Issue]], ...] = (
    shape.required_cells_are_filled,
    shape.values_are_within_limits,
    shape.keys_can_be_used,
    shape.keys_name_one_row,
)

DRAFT_CHECKS: tuple[Callable[[Draft], list[Issue]], ...] = (
    references.references_exist,
    entities.weights_add_up,
    entities.top_entity_governs,
    entities.one_government_at_the_top,
    entities.parents_have_no_cycle,
    entities.inside_bodies_hang_together,
    entities.owned_bodies_have_an_owner,
    entities.claims_are_between_two,
    debts.maturity_is_given,
    debts.maturity_follows_start,
    debts.debt_stands_at_case_date,
    debts.cycles_are_given,
    debts.floating_rates_are_complete,
    debts.arrears_fit_the_debt,
    debts.statutory_debt_is_owed_to_the_province,
    debts.debtor_and_creditor_are_two,
    debts.debts_are_in_the_case_currency,
    debts.somebody_pays_every_debt,
    debts.guarantees_cover_others,
    assets.ranges_hold_their_base,
    assets.pledges_can_be_freed,
    assets.related_buyers_are_named,
    assets.appraisals_are_of_the_past,
    assets.unpriced_lots_are_counted,
    assets.bundles_have_members,
    budget.years_are_years,
    budget.budget_lines_have_an_account,
    budget.land_revenue_is_fund_revenue,
    budget.recurrent_lines_have_no_gap,
    budget.top_entity_has_a_budget,
    budget.published_accounts_add_up,
    rules.market_ladders_fall,
    rules.listing_rounds_sell_no_more_than_all,
    rules.routes_say_their_terms,
    rules.actions_say_their_terms,
    rules.drivers_cover_the_plan,
    rules.creditors_in_use_roll_over,
    rules.limits_say_whose,
    rules.repayable_help_is_repaid,
    rules.help_is_what_it_is_called,
    rules.wishes_can_be_followed,
    shares.allotments_are_of_one_county,
    shares.allotments_are_all_there,
    shares.allotments_fit_the_ladder,
    done.events_lie_within_the_plan,
    done.lots_leave_once,
    done.contracts_name_their_amount,
    done.wishes_leave_done_lots_alone,
    units.amounts_fit_their_neighbours,
    units.amounts_of_a_lot_fit_each_other,
    units.tables_are_in_one_unit,
)


def check_parts(parts: Mapping[str, Part]) -> list[Issue]:
    """Return what is wrong with each table in itself."""
    given = [part for part in parts.values() if part.given]
    return [issue for part in given for check in PART_CHECKS for issue in check(part)]


def check_draft(draft: Draft) -> list[Issue]:
    """Return what is wrong between rows and between tables, defaults filled in."""
    return [issue for check in DRAFT_CHECKS for issue in check(draft)]
