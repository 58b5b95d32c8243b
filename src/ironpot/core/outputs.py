"""The files a plan writes: tables, columns and words that writer and checker both name.

Amounts are yuan with two decimals in files and integer fen (`int64`) in `plan`; rates and shares
have six decimals. Flows are signed from the entity (in +, out -); stocks are >= 0 with a side.
"""

from dataclasses import dataclass
from typing import Literal

# A measure is written as money where the row's unit is yuan, else with six decimals.
OutKind = Literal["text", "money", "share", "measure", "integer", "bool", "quarter", "date"]

CONSOLIDATED = "_consolidated"
ELIMINATION = "_elimination"
EXPECTED = "expected"
SCHEMA_VERSION = "ironpot-plan/1"

STATUSES = ("optimal", "feasible", "least_relief", "unknown")
# What became of choices made before, an earlier plan's or a coordinated run's: they work; work with
# help alone, though the new plan does without; do not work; were not judged in time.
WORKS, NEEDS_HELP, IMPOSSIBLE, NOT_JUDGED = "works", "needs_help", "impossible", "unknown"
KINDS = (
    "own_cash",
    "outside_cash",
    "relief",
    "new_debt",
    "rescheduled",
    "forgiven",
    "circular",
)
REASONS = (
    "RETENTION",
    "CASH_NEED",
    "CAPACITY",
    "DEPTH",
    "SERVICE_FLOOR",
    "POOL_MIN",
    "TITLE",
    "PLEDGE",
    "LAW",
    "RULE_BAND",
    "USER",
)
CASH_INFLOWS = (
    "own_revenue",
    "transfers_in",
    "land_revenue",
    "asset_income",
    "asset_proceeds_outside",
    "asset_proceeds_inside",
    "borrowing",
    "bridge_draw",
    "relief",
    "intra_group_in",
)
CASH_OUTFLOWS = (
    "essential_spending",
    "other_spending",
    "procedure_cost",
    "tax_and_fee",
    "interest",
    "principal",
    "bridge_repayment",
    "penalties",
    "transfers_out",
    "intra_group_out",
)
CASH_FLOWS = (*CASH_INFLOWS, *CASH_OUTFLOWS)


@dataclass(frozen=True, slots=True)
class OutColumn:
    """One column of an output file."""

    name: str
    kind: OutKind


@dataclass(frozen=True, slots=True)
class OutTable:
    """One output file: columns in order and the key that no two rows share."""

    name: str
    key: tuple[str, ...]
    columns: tuple[OutColumn, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(column.name for column in self.columns)

    def kind(self, name: str) -> OutKind:
        """Return the kind of column `name`; StopIteration if there is none."""
        return next(column.kind for column in self.columns if column.name == name)


_OUT_KINDS: dict[str, OutKind] = {
    "": "text",
    "m": "money",
    "s": "share",
    "x": "measure",
    "i": "integer",
    "b": "bool",
    "q": "quarter",
    "d": "date",
}


def _table(name: str, key: str, columns: str) -> OutTable:
    """Build a table from words `name:kind`; a word without a kind is text."""
    split = (word.partition(":") for word in columns.split())
    listed = tuple(OutColumn(word, _OUT_KINDS[kind]) for word, _, kind in split)
    return OutTable(name, tuple(key.split()), listed)


BALANCE_SHEET = _table(
    "balance_sheet",
    "entity_id phase gfsm_code side",
    "entity_id phase date:d gfsm_code side gross:m eliminated:m amount:m basis origin",
)
POTS = _table(
    "pots",
    "lot_id route",
    "lot_id route entity_id legal:b blocked_code retention_value:m retention_low:m "
    "retention_high:m gross_price:m price_cut:m tax:m fee:m procedure_cost:m freed_debt:m "
    "delay_cost:m net_proceeds:m net_low:m net_high:m months_to_cash:i sale_probability:s verdict",
)
DECISIONS = _table(
    "decisions",
    "lot_id",
    "lot_id bundle_id entity_id market_id asset_kind protected:b route start_quarter:q "
    "cash_quarter:q buyer_scope kind retention_value:m net_proceeds:m value_destroyed:m signed:b "
    "reason_code reason_text reason_basis",
)
DEBT_ACTIONS = _table(
    "debt_actions",
    "action_id",
    "action_id debt_id entity_id creditor_id primary_class quarter:q action principal_reduced:m "
    "principal_new:m new_debt_id interest_paid:m fee_paid:m npv_effect:m success_probability:s "
    "reason_code reason_text",
)
CASH = _table(
    "cash",
    "entity_id account scenario quarter",
    "entity_id account scenario quarter:q opening:m "
    + " ".join(f"{name}:m" for name in CASH_FLOWS)
    + " closing:m",
)
LADDER = _table(
    "ladder",
    "entity_id phase scenario period",
    "entity_id phase scenario period_type period opening_cash:m sources:m uses:m gap:m "
    "cumulative_gap:m buffer:m below_buffer:b",
)
RESOLUTION = _table(
    "resolution",
    "debt_id kind quarter payer_id decision_id",
    "debt_id entity_id primary_class opening_principal:m kind quarter:q amount:m payer_id "
    "decision_id closing_principal:m",
)
RELIEF = _table(
    "relief",
    "entity_id giver_id kind quarter scenario",
    "entity_id giver_id kind quarter:q scenario amount:m amount_p05:m amount_p95:m repay_by:q "
    "limit_id price:s",
)
LIMITS = _table(
    "limits",
    "limit_id kind scope_id period scenario",
    "limit_id kind scope_id period scenario operator value:x bound:x slack:x unit binding:b "
    "penalty:m source_id",
)
SOURCES = _table("sources", "source_id", "source_id document locator date:d basis sha256")
LOTS = _table(
    "lots", "lot_id", "lot_id entity_id asset_kind gfsm_code opening_amount:m protected:b origin"
)
DEBTS = _table("debts", "debt_id", "debt_id entity_id primary_class opening_principal:m origin")

# Beside the twelve, in extras/: what is still to be paid after the plan's last quarter.
LEFT_TO_PAY = _table(
    "left_to_pay",
    "debt_id date",
    "debt_id entity_id creditor_id primary_class date:d principal:m interest:m fees:m cashless:m "
    "rate:s fixed:b refixed_on:d",
)
# What buyers outside pay for which lot in each scenario. `drawn` lots have luck of their own: there
# each sells whole in one round, or not at all (round 0, no quarter).
LOT_SALES = _table(
    "lot_sales",
    "lot_id scenario round",
    "lot_id bundle_id entity_id account market_id drawn:b scenario round:i quarter:q sold_share:s "
    "proceeds:m tax_and_fee:m",
)

TABLES: tuple[OutTable, ...] = (
    BALANCE_SHEET,
    POTS,
    DECISIONS,
    DEBT_ACTIONS,
    CASH,
    LADDER,
    RESOLUTION,
    RELIEF,
    LIMITS,
    SOURCES,
    LOTS,
    DEBTS,
)
EXTRA_TABLES: tuple[OutTable, ...] = (LEFT_TO_PAY, LOT_SALES)
BY_NAME: dict[str, OutTable] = {table.name: table for table in TABLES}
