"""What may be done about each debt, and what would be paid then, quarter by quarter?

Amounts are positive yuan. An option changes terms at the case date; prepayment and swaps are
amounts at a date that the plan chooses, so they come as what settles a debt at each quarter's end
and as the service of one yuan of the new bond.
"""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.cashflow.debts import contracts_of_debts
from ironpot.cashflow.engine import maturity_dates, project_cash_flows
from ironpot.cashflow.flows import CashFlows
from ironpot.cashflow.rates import RatePaths
from ironpot.cashflow.restructure import extended, forgiven, with_rate_change
from ironpot.cashflow.totals import quarterly_service
from ironpot.core.dates import QUARTERS_PER_YEAR, Horizon, quarter_end
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text

Floats = npt.NDArray[np.float64]

CONTRACT = "contract"
STATUTORY = ("general", "special")
CHANGES_TERMS = {"extend": "term_months", "rate_cut": "rate_change", "haircut": "principal_share"}
OPEN_ENDED = ("CLM", "UMP")
HALF_YEARLY_FROM_MONTHS = 120


@dataclass(frozen=True, slots=True)
class DebtOptions:
    """One profile a debt and option; the first option of each debt is its contract.

    `table`: debt_id, option_id, action (contract, extend, rate_cut, haircut), success_probability
    (1 for the contract, else as stated, null unknown), fee (yuan when agreed; nil if not stated).
    `principal`, `interest` (with fees and penalties), `drawn` (cash that comes in), `added`
    (interest that is owed from then on), `outstanding`: (option, scenario, quarter), the last at
    the quarter's end. `value_after`: (option, scenario),
    present value at the case date of all service after the horizon. `forgiven`: (option,).

    `settlement`: (debt, scenario, quarter), what settles a debt in full at a quarter's end after
    that quarter's service: principal, accrued interest and the prepayment fee; `debt_ids` names its
    rows. `swaps`: the bond that a swap brings.
    """

    table: pl.DataFrame
    scenarios: tuple[str, ...]
    quarters: tuple[str, ...]
    principal: Floats
    interest: Floats
    drawn: Floats
    added: Floats
    outstanding: Floats
    value_after: Floats
    forgiven: Floats
    debt_ids: tuple[str, ...]
    settlement: Floats
    swaps: "SwapBonds"


@dataclass(frozen=True, slots=True)
class SwapBonds:
    """New on-lent bullet bonds, one yuan each: `interest` and `principal` (swap, quarter of age).

    Age 0 is the first quarter after issue. `table`: option_id, primary_class, new_rate,
    term_months, fee_share. Interest is paid yearly, half-yearly from ten years' term on.
    """

    table: pl.DataFrame
    interest: Floats
    principal: Floats

    def value_after(self, horizon: Horizon, discount_rate: float) -> Floats:
        """Return what one yuan still costs after the horizon, valued at the case date.

        (swap, quarter): by the quarter of the horizon at whose end it is issued.
        """
        service = self.interest + self.principal
        ages = np.arange(service.shape[1], dtype=np.int64)
        value = np.zeros((service.shape[0], horizon.count))
        for quarter in range(horizon.count):
            late = quarter + 1 + ages >= horizon.count
            factor = (1.0 + discount_rate) ** (-(quarter + 2 + ages) / QUARTERS_PER_YEAR)
            value[:, quarter] = (service * factor * late).sum(axis=1)
        return value


def debt_options(
    debts: pl.DataFrame,
    class_actions: pl.DataFrame,
    *,
    case_date: dt.date,
    horizon: Horizon,
    rates: RatePaths | None,
    discount_rate: float,
    debt_changes: pl.DataFrame | None = None,
) -> DebtOptions:
    """Return every option that `class_actions` opens for each debt that is not repaid.

    Statutory debt keeps its terms. `debt_changes` are agreed already, in the columns of the case's
    table; they hold under every option, but an extension agreed anew replaces an agreed one. Raises
    IronpotError if an action lacks its figure.

    >>> from ironpot.case.read import read_case
    >>> case = read_case("examples/two-pots").case
    >>> found = debt_options(case.debts, case.class_actions, case_date=case.date,
    ...                      horizon=case.horizon, rates=None, discount_rate=0.04)
    >>> found.table.select("debt_id", "option_id").rows(), float(found.principal[0, 0, 3])
    ([('loan', 'contract')], 10000000.0)
    """
    owed = _owed(debts, case_date)
    options = _options(owed, class_actions)
    contracts = _contracts(options, case_date, horizon)
    changes = _agreed(debt_changes, options)
    flows = project_cash_flows(contracts, status_date=case_date, rates=rates, changes=changes)
    service = quarterly_service(flows, horizon, options["contract_id"].to_list())
    return DebtOptions(
        table=_table(options),
        scenarios=service.scenarios,
        quarters=horizon.quarters,
        principal=_by_option(service.principal),
        interest=_by_option(service.interest + service.fees + service.penalties),
        drawn=_by_option(service.drawn),
        added=_by_option(service.added),
        outstanding=_by_option(service.outstanding),
        value_after=_value_after(flows, options, horizon, discount_rate),
        forgiven=options["forgiven"].to_numpy(),
        debt_ids=tuple(owed["debt_id"]),
        settlement=_settlement(owed, contracts, changes, case_date, horizon, rates),
        swaps=swap_bonds(class_actions),
    )


def option_flows(
    debts: pl.DataFrame,
    class_actions: pl.DataFrame,
    *,
    case_date: dt.date,
    horizon: Horizon,
    rates: RatePaths | None,
    debt_changes: pl.DataFrame | None = None,
) -> tuple[pl.DataFrame, CashFlows]:
    """Return the contracts of all options that `debt_options` offers, and their events to the end.

    Contracts are named `debt_id/option_id`; open-ended ones fall due right after the horizon, as
    `debt_options` values them. What is forgiven altogether has no contract. Raises as
    `debt_options`.
    """
    options = _options(_owed(debts, case_date), class_actions)
    contracts = _contracts(options, case_date, horizon)
    changes = _agreed(debt_changes, options)
    return contracts, project_cash_flows(
        contracts, status_date=case_date, rates=rates, changes=changes
    )


def _owed(debts: pl.DataFrame, case_date: dt.date) -> pl.DataFrame:
    """Return debts not repaid, their accrued interest and maturity dates filled in."""
    owed = debts.filter(pl.col("status").is_null() | (pl.col("status") != "repaid"))
    contracts = contracts_of_debts(owed, case_date=case_date)
    known = contracts.select(
        pl.col("contract_id").alias("debt_id"),
        pl.col("accrued_interest").alias("accrued"),
        maturity_dates(contracts, status_date=case_date).alias("matures"),
    ).filter(pl.col("accrued").is_not_null())
    return (
        owed.join(known, on="debt_id", how="left", maintain_order="left")
        .with_columns(
            accrued_interest=pl.col("accrued").fill_null(0.0),
            maturity_date=pl.coalesce("maturity_date", "matures"),
        )
        .drop("accrued", "matures")
    )


def _options(owed: pl.DataFrame, class_actions: pl.DataFrame) -> pl.DataFrame:
    """Return one row a debt and option with the terms and the figures of the action."""
    actions = class_actions.filter(pl.col("action").is_in(list(CHANGES_TERMS)))
    _require_figures(actions)
    terms = ("option_id", "action", "primary_class", "instruments", *FIGURES)
    open_to = (
        owed.with_row_index("place")
        .join(actions.select(terms).with_row_index("rank"), on="primary_class")
        .filter(
            ~pl.col("primary_class").is_in(STATUTORY),
            _includes(pl.col("instruments"), pl.col("instrument")),
            (pl.col("action") != "extend") | pl.col("maturity_date").is_not_null(),
        )
    )
    contract = owed.with_row_index("place").with_columns(
        option_id=pl.lit(CONTRACT), action=pl.lit(CONTRACT), success_probability=pl.lit(1.0)
    )
    whole = pl.concat([contract, open_to], how="diagonal").sort(
        "place", pl.col("rank").fill_null(0), pl.col("action") != CONTRACT, maintain_order=True
    )
    principal, share = pl.col("notional_principal"), pl.col("principal_share").fill_null(0.0)
    cut = pl.when(pl.col("action") == "haircut").then(share).otherwise(0.0)
    return whole.with_columns(
        contract_id=pl.concat_str("debt_id", pl.lit("/"), "option_id"),
        fee=pl.col("fee_share").fill_null(0.0) * principal,
        forgiven=cut * principal,
    ).drop("place", "rank")


FIGURES = (
    "term_months",
    "rate_change",
    "new_rate",
    "principal_share",
    "fee_share",
    "success_probability",
)


def _includes(listed: pl.Expr, word: pl.Expr) -> pl.Expr:
    """Say whether a list joined by ';' names a word; an empty list names every word."""
    return listed.is_null() | (listed == "") | listed.str.split(";").list.contains(word)


def _require_figures(actions: pl.DataFrame) -> None:
    """Raise IronpotError if an action lacks the figure that it is about."""
    for action, figure in CHANGES_TERMS.items():
        lacking = actions.filter(pl.col("action") == action, pl.col(figure).is_null())
        if lacking.height:
            name = lacking["option_id"][0]
            raise IronpotError(
                Text(
                    f"Option {name} ({action}) states no {figure}. Fill it in or delete the row.",
                    f"选项{name}({action})未填写{figure}。请补充或删除该行。",
                )
            )


def _contracts(options: pl.DataFrame, case_date: dt.date, horizon: Horizon) -> pl.DataFrame:
    """Return the contracts of all options, none of them open-ended."""
    return _closed(_terms(options, case_date), horizon)


def _terms(options: pl.DataFrame, case_date: dt.date) -> pl.DataFrame:
    """Return the contracts of all options, each under its own contract_id."""
    by_action = {
        CONTRACT: options.filter(pl.col("action") == CONTRACT),
        "extend": extended(options.filter(pl.col("action") == "extend"), case_date=case_date),
        "rate_cut": with_rate_change(options.filter(pl.col("action") == "rate_cut")),
        "haircut": forgiven(options.filter(pl.col("action") == "haircut")),
    }
    terms = pl.concat(by_action.values(), how="diagonal_relaxed")
    return contracts_of_debts(
        terms.with_columns(debt_id=pl.col("contract_id")), case_date=case_date
    )


def _closed(contracts: pl.DataFrame, horizon: Horizon) -> pl.DataFrame:
    """Return contracts of which none is open-ended: those fall due right after the horizon."""
    open_ended = pl.col("contract_type").is_in(OPEN_ENDED) & pl.col("maturity_date").is_null()
    after = quarter_end(horizon.last) + dt.timedelta(days=1)
    return contracts.with_columns(
        contract_type=pl.when(open_ended).then(pl.lit("CLM")).otherwise(pl.col("contract_type")),
        maturity_date=pl.when(open_ended).then(pl.lit(after)).otherwise(pl.col("maturity_date")),
    )


def _agreed(debt_changes: pl.DataFrame | None, options: pl.DataFrame) -> pl.DataFrame | None:
    """Return the changes agreed of each option's contract."""
    if debt_changes is None or debt_changes.is_empty():
        return None
    both = debt_changes.join(options.select("debt_id", "contract_id", "action"), on="debt_id")
    replaced = (pl.col("action") == "extend") & (pl.col("change") == "extend")
    return both.filter(~replaced).drop("action", "debt_id")


def _table(options: pl.DataFrame) -> pl.DataFrame:
    return options.select("debt_id", "option_id", "action", "success_probability", "fee")


def _by_option(amounts: Floats) -> Floats:
    """Turn (scenario, option, quarter) into (option, scenario, quarter)."""
    return np.ascontiguousarray(amounts.transpose(1, 0, 2))


def _value_after(
    flows: CashFlows, options: pl.DataFrame, horizon: Horizon, discount_rate: float
) -> Floats:
    """Return (option, scenario): service after the horizon, each quarter from its end."""
    last = max((int(index) for index in horizon.index_of(_days(flows))), default=0)
    longer = Horizon(horizon.first, max(last + 1, horizon.count))
    service = quarterly_service(flows, longer, options["contract_id"].to_list())
    paid = service.principal + service.interest + service.fees + service.penalties
    factor = longer.discount(discount_rate)[horizon.count :]
    return (paid[:, :, horizon.count :] @ factor).T


def _days(flows: CashFlows) -> npt.NDArray[np.datetime64]:
    none = np.zeros(0, dtype="datetime64[D]")
    return np.concatenate([none, *(part.time.astype("datetime64[D]") for part in flows.parts)])


def _settlement(
    owed: pl.DataFrame,
    contracts: pl.DataFrame,
    changes: pl.DataFrame | None,
    case_date: dt.date,
    horizon: Horizon,
    rates: RatePaths | None,
) -> Floats:
    """Return (debt, scenario, quarter): principal, accrued interest and fee at quarters' ends."""
    ids = owed.select(pl.concat_str("debt_id", pl.lit(f"/{CONTRACT}")))["debt_id"]
    own = _of(contracts, ids)
    ends = [quarter_end(quarter) for quarter in horizon.quarters]
    looks = (
        own.select("contract_id")
        .unique(maintain_order=True)
        .join(pl.DataFrame({"time": ends}), how="cross")
    )
    flows = project_cash_flows(
        own,
        status_date=case_date,
        until=ends[-1],
        rates=rates,
        observed=looks.with_columns(event_type=pl.lit("AD"), value=pl.lit(0.0)),
        changes=changes if changes is None else _of(changes, ids),
    )
    place = {name: row for row, name in enumerate(ids)}
    owing = np.zeros((owed.height, len(flows.scenarios), horizon.count))
    fee = owed["prepayment_penalty_rate"].fill_null(0.0).to_numpy()
    looked = flows.events.filter(pl.col("event_type") == "AD")
    cell = (
        np.array([place[name] for name in looked["contract_id"]], dtype=np.int64),
        looked["scenario"]
        .replace_strict(flows.scenarios, range(len(flows.scenarios)), return_dtype=pl.Int64)
        .to_numpy(),
        horizon.index_of(looked["date"].to_numpy()),
    )
    notional, accrued = -looked["notional"].to_numpy(), -looked["accrued"].to_numpy()
    np.add.at(owing, cell, notional * (1.0 + fee[cell[0]]) + accrued)
    return owing


def _of(frame: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    return frame.filter(pl.col("contract_id").is_in(ids.implode()))


def swap_bonds(class_actions: pl.DataFrame) -> SwapBonds:
    """Return the service of one yuan of each swap's new bond; raises IronpotError if terms lack."""
    swaps = class_actions.filter(pl.col("action") == "swap")
    table = swaps.select("option_id", "primary_class", "new_rate", "term_months", "fee_share")
    if table.select(pl.any_horizontal(pl.col("new_rate", "term_months").is_null()).any()).item():
        raise IronpotError(
            Text(
                "A swap states no new rate or term. Fill in new_rate and term_months.",
                "置换选项未填写新利率或新期限,请补充“新利率”和“新期限(月)”。",
            )
        )
    quarters = -(-table["term_months"].to_numpy() // 3)
    ages = np.arange(1, int(quarters.max(initial=0)) + 1)
    every = np.where(table["term_months"].to_numpy() >= HALF_YEARLY_FROM_MONTHS, 2, 4)
    paid = ((ages % every[:, None] == 0) & (ages <= quarters[:, None])) * every[:, None]
    stub = np.where(ages == quarters[:, None], ages % every[:, None], 0)
    rate = table["new_rate"].to_numpy()[:, None] / QUARTERS_PER_YEAR
    return SwapBonds(table, rate * (paid + stub), (ages == quarters[:, None]).astype(float))
