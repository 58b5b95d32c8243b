"""Random towns in which every part of the model has something to say; small enough to solve whole.

A government with two accounts and its vehicle; seven lots by seven routes into two markets; five
debts with options, roll-over, swaps; two givers; a task force, floors, a pool, a ceiling.
"""

import datetime as dt
from typing import Any

import numpy as np
from tests.plan.town import (
    MILLION,
    action,
    bank,
    budget,
    driver,
    giver,
    hall,
    kind,
    ladder,
    limit,
    loan,
    rounds,
    route,
    sale,
    service,
    town,
)
from tests.support import Rows, account, creditor, government, vehicle

from ironpot.case.case import Case
from ironpot.case.schema.words import SCENARIOS

T = 6


def busy(seed: int, **tables: Rows) -> Case:
    """Return a random busy town; tables that are given replace the drawn ones."""
    rng = np.random.default_rng(seed)
    drawn: dict[str, Rows] = {
        "entities": [government("gov"), vehicle("lgfv"), bank()],
        "accounts": _accounts(rng),
        "creditors": [creditor("bank", "regional_bank"), creditor("trust", "non_standard")],
        "asset_kinds": [kind("hall"), kind("shop", "shops"), kind("road", None)],
        "assets": _lots(rng),
        "bundles": [
            {
                "bundle_id": "pair",
                "asset_ids": "sold1;sold2",
                "route": "exchange_sale",
                "price_uplift_share": 0.1,
            }
        ],
        "routes": _routes(),
        "taxes_fees": [_levy("tax", "price", 0.03), _levy("fee", "appraisal", 0.01)],
        "markets": [
            *ladder((0.9, 8e6), (0.7, 8e6), (0.5, 60e6)),
            *ladder((0.8, 5e6), (0.6, 60e6), market="shops"),
        ],
        "listing": rounds(
            [(name, tuple(rng.dirichlet((4, 2, 1))[:2]), (1.0, 0.8)) for name in SCENARIOS]
        ),
        "drivers": driver("price", T, {"base": 1.0, "adverse": 0.8, "favourable": 1.1}),
        "service_classes": [service("offices", 0.4), service("culture", 0.9)],
        "team": [{"quarter": "all", "capacity_pw": 12.0, "negotiations": 2}],
        "budget": [
            budget("own_revenue", rng.uniform(10, 14)),
            budget("essential_spending", rng.uniform(8, 10)),
            budget("land_revenue", rng.uniform(1, 4), "fund"),
        ],
        "debts": _debts(rng),
        "class_actions": _actions(),
        "refinancing": _lent_again(),
        "limits": [
            limit("buffer", 0.5),
            limit("bridge", rng.uniform(0, 2), rate=0.06),
            limit("transfer", 3.0),
            limit("debt_ceiling", rng.uniform(8, 12)),
        ],
        "relief_sources": [
            giver(
                "city",
                1,
                kind="advance",
                quarterly_limit=2e6,
                repayable=True,
                repay_after_quarters=3,
                rate=0.01,
                accounts="general;fund",
            ),
            giver("province", 2, total_limit=60e6, accounts="general;company"),
        ],
    }
    return town(quarters=T, **(drawn | tables))


def _accounts(rng: np.random.Generator) -> Rows:
    company = {"pays": "hidden;vehicle_other;arrears;other", "transfers_to": "company"}
    return [
        account("gov", "general", rng.uniform(1, 3) * MILLION, transfers_to="company"),
        account(
            "gov", "fund", rng.uniform(0.5, 1) * MILLION, pays="special", transfers_to="general"
        ),
        account("lgfv", "company", rng.uniform(1, 2) * MILLION, **company),
    ]


def _lots(rng: np.random.Generator) -> Rows:
    def drawn(name: str, **cells: Any) -> dict[str, Any]:
        value = rng.uniform(3, 9)
        cost = rng.uniform(0.0, 0.05) * value * MILLION
        return hall(name, value, value * rng.uniform(0.02, 0.14)) | {"cost_to_keep_y": cost} | cells

    offices = {"service_class": "offices", "service_value_y": 0.1 * MILLION}
    return [
        drawn("sold1", **offices),
        drawn("sold2", **offices),
        drawn("shop", asset_kind="shop", service_class="culture", owner_id="lgfv"),
        drawn("pledged", encumbrance_debt_id="pledge_loan", owner_id="lgfv"),
        drawn("inside", buyer_scope="inside", buyer_id="lgfv"),
        drawn("road1", asset_kind="road", market_id=None),
        drawn("road2", asset_kind="road", market_id=None),
        drawn("protected", essential=True),
    ]


def _routes() -> Rows:
    return [
        sale(effort_pw=6.0, lead_days=90),
        sale("shop", effort_pw=4.0),
        route("lease", "shop", rent_share=0.06, term_y=1.0, effort_pw=1.0),
        route("pledge", "shop", ltv_share=0.5, loan_rate=0.06, loan_term_months=9),
        route(
            "pool", "road", price_share=0.95, retained_share=0.2, minimum_size=7e6, effort_pw=3.0
        ),
        route("transfer_up", "road", price_share=0.4),
        route("share_reuse", rent_share=0.01, term_y=1.0),
    ]


def _levy(name: str, base: str, rate: float) -> dict[str, Any]:
    rates = {"rate_low": rate, "rate": rate, "rate_high": rate}
    row = {"item": f"{name}_{base}", "asset_kind": "all", "route": "all", "levy": name}
    return row | {"base": base} | rates


def _debts(rng: np.random.Generator) -> Rows:
    def owed(name: str, year: int, month: int, **cells: Any) -> dict[str, Any]:
        size = rng.uniform(2, 7)
        return loan(name, size, dt.date(year, month, 28)) | cells

    free = {"prepayment_penalty_rate": 0.01, "debtor_id": "lgfv", "primary_class": "vehicle_other"}
    return [
        owed("bank_loan", 2025, 8, prepayment_penalty_rate=0.0, nominal_interest_rate=0.07),
        owed(
            "trust_loan",
            2026,
            2,
            creditor_id="trust",
            debtor_id="lgfv",
            primary_class="vehicle_other",
        ),
        owed("pledge_loan", 2027, 8, **free),
        owed("hidden_loan", 2026, 5, primary_class="hidden", nominal_interest_rate=0.06),
        owed("bond", 2025, 11, primary_class="special", instrument="bond"),
    ]


def _actions() -> Rows:
    return [
        action("other_prepay", "prepay"),
        action("other_again", "refinance"),
        action("vehicle_again", "refinance", "vehicle_other"),
        action(
            "vehicle_longer", "extend", "vehicle_other", term_months=12, success_probability=0.7
        ),
        action(
            "vehicle_cheaper",
            "rate_cut",
            "vehicle_other",
            rate_change=-0.02,
            success_probability=0.2,
        ),
        action(
            "other_cut", "haircut", principal_share=0.2, fee_share=0.02, success_probability=0.5
        ),
        action(
            "hidden_swap",
            "swap",
            "hidden",
            quota_y=3e6,
            new_rate=0.025,
            term_months=24,
            fee_share=0.001,
        ),
        action("special_again", "refinance", "special"),
    ]


def _lent_again() -> Rows:
    share = {"base": 0.6, "adverse": 0.3, "favourable": 0.8}
    return [
        {
            "creditor_class": who,
            "quarter": "all",
            "scenario": name,
            "rollover_share": share[name] * part,
            "rate": rate,
            "term_months": months,
        }
        for who, part, rate, months in (
            ("regional_bank", 1.0, 0.05, 6),
            ("non_standard", 0.5, 0.09, 12),
        )
        for name in SCENARIOS
    ]
