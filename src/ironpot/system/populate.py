"""Which companies, banks, lots and markets stand behind published debts? Nobody publishes it.

Everything made here is synthetic, by the rules of `PopulationRules`, and every row says so.
Amounts in yuan at the case date; flows of one quarter.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.system.links import Floats, Ints
from ironpot.system.network import Network, build_network
from ironpot.system.reconstruct import maximum_entropy
from ironpot.system.sale import Ladders
from ironpot.system.spiral import System
from ironpot.system.units import governments


@dataclass(frozen=True, slots=True)
class PopulationRules:
    """How the unpublished layer is made; every figure is an assumption unless it says otherwise.

    `vehicle_debt` is debt of companies per yuan of government debt (460 to 267 in the example of
    Bishan, itself an estimate). `bank_classes` give number and share of lending, national banks
    lending everywhere in proportion; `regional_share` is lent by one bank a prefecture at home.
    `due_q` of loans falls due in a quarter, `rolled` of it is refinanced by a whole bank.
    `lots` are appraised lots per yuan of company debt, split over kinds with the first, second and
    third price fractions of `kinds`: ranges from RTC, 22 cities and share issues, as compiled.
    A tranche takes `depth_q` of the lots of its market in a quarter. Banks hold `bank_equity` of
    equity per yuan lent here; `secured` of loans is secured by lots, whose price they follow.
    """

    vehicle_debt: float = 1.72
    bank_classes: tuple[tuple[str, int, float], ...] = (
        ("large_bank", 6, 0.45),
        ("joint_stock_bank", 12, 0.20),
        ("non_standard", 4, 0.10),
    )
    regional_share: float = 0.25
    due_q: float = 0.075
    rolled: float = 0.80
    cash: float = 0.01
    lots: float = 0.35
    lot_sd: float = 0.6
    kinds: tuple[tuple[str, float, tuple[float, float, float]], ...] = (
        ("land", 0.50, (0.70, 0.62, 0.55)),
        ("commercial", 0.30, (0.75, 0.68, 0.60)),
        ("equity", 0.20, (0.90, 0.85, 0.80)),
    )
    depth_q: float = 0.02
    bank_equity: float = 0.10
    secured: float = 0.25


@dataclass(frozen=True, slots=True)
class Population:
    """Synthetic frames keyed by id: companies, banks, loans, lots and markets.

    `vehicles` (vehicle_id, unit_id, prefecture_id, debt); `banks` (bank_id, bank_class); `loans`
    (vehicle_id, bank_id, amount); `lots` (vehicle_id, market_id, kind, appraisal); `markets`
    (market_id, kind, tranche, price_fraction, capacity). `origin` is synthetic throughout.
    """

    vehicles: pl.DataFrame
    banks: pl.DataFrame
    loans: pl.DataFrame
    lots: pl.DataFrame
    markets: pl.DataFrame
    rules: PopulationRules


def populate(
    units: pl.DataFrame, generator: np.random.Generator, *, rules: PopulationRules | None = None
) -> Population:
    """Make one company a government, banks, loans, lots and markets for a table of units.

    Units are rows of `units.UNITS` in yuan; a government whose debt is unknown gets none.

    >>> units = pl.DataFrame({"unit_id": ["a", "b"], "level": ["county", "county"],
    ...                       "debt_balance": [1e9, None]})
    >>> made = populate(units, np.random.default_rng(1))
    >>> made.vehicles["vehicle_id"].to_list(), made.vehicles["origin"].unique().to_list()
    (['a_lgfv'], ['synthetic'])
    """
    rules = rules or PopulationRules()
    known = governments(units).drop_nulls("debt_balance")
    vehicles = known.select(
        vehicle_id=pl.col("unit_id") + "_lgfv",
        unit_id="unit_id",
        prefecture_id=pl.coalesce("parent_id", "unit_id"),
        debt=pl.col("debt_balance") * rules.vehicle_debt,
    )
    banks, loans = _loans(vehicles, rules)
    lots = _lots(vehicles, rules, generator)
    return Population(
        _marked(vehicles),
        _marked(banks),
        _marked(loans),
        _marked(lots),
        _marked(_markets(lots, rules)),
        rules,
    )


def _marked(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(origin=pl.lit("synthetic"))


def _loans(vehicles: pl.DataFrame, rules: PopulationRules) -> tuple[pl.DataFrame, pl.DataFrame]:
    """National banks lend by maximum entropy to their totals, a regional bank at home."""
    national = [
        (f"{kind}_{i + 1:02d}", kind, share / count)
        for kind, count, share in rules.bank_classes
        for i in range(count)
    ]
    debt = vehicles["debt"].to_numpy()
    share = np.array([row[2] for row in national])
    outside = maximum_entropy(debt * share.sum(), share * debt.sum(), same_nodes=False)
    wide = vehicles.select("vehicle_id").with_columns(
        pl.Series(row[0], outside[:, i]) for i, row in enumerate(national)
    )
    loans = wide.unpivot(index="vehicle_id", variable_name="bank_id", value_name="amount")
    at_home = vehicles.select(
        "vehicle_id",
        bank_id="regional_" + pl.col("prefecture_id"),
        amount=pl.col("debt") * rules.regional_share,
    )
    regional = at_home.select("bank_id").unique(maintain_order=True)
    listed = pl.DataFrame(
        [row[:2] for row in national], schema=["bank_id", "bank_class"], orient="row"
    )
    banks = pl.concat([listed, regional.with_columns(bank_class=pl.lit("regional_bank"))])
    return banks, pl.concat([loans, at_home])


def _lots(
    vehicles: pl.DataFrame, rules: PopulationRules, generator: np.random.Generator
) -> pl.DataFrame:
    """One heap of lots a company and kind, lognormal around its share of the company's debt."""
    size = generator.lognormal(-(rules.lot_sd**2) / 2, rules.lot_sd, (vehicles.height, 3))
    parts = [
        vehicles.select(
            "vehicle_id",
            market_id=pl.lit(f"{kind}_") + pl.col("prefecture_id"),
            kind=pl.lit(kind),
            appraisal=pl.col("debt") * rules.lots * share * pl.Series(size[:, i]),
        )
        for i, (kind, share, _) in enumerate(rules.kinds)
    ]
    return pl.concat(parts)


def _markets(lots: pl.DataFrame, rules: PopulationRules) -> pl.DataFrame:
    """Three tranches a market: kind x prefecture, each taking the same share of its lots."""
    prices = pl.DataFrame(
        [
            (kind, tranche + 1, price)
            for kind, _, fractions in rules.kinds
            for tranche, price in enumerate(fractions)
        ],
        schema=["kind", "tranche", "price_fraction"],
        orient="row",
    )
    size = lots.group_by("market_id", "kind", maintain_order=True).agg(
        capacity=pl.col("appraisal").sum() * rules.depth_q
    )
    return size.join(prices, on="kind").sort("market_id", "tranche")


def system_of(population: Population) -> System:
    """Arrange a population as one quarter's system: what falls due is claimed, the rest is stock.

    Banks' equity is as if what they lend here were their whole book: unpublished, so assumed.

    >>> units = pl.DataFrame({"unit_id": ["a"], "level": ["county"], "debt_balance": [1e9]})
    >>> system = system_of(populate(units, np.random.default_rng(1)))
    >>> len(system.sellers), len(system.banks), round(float(system.due.sum()) / 1e9, 3)
    (1, 23, 0.129)
    """
    rules = population.rules
    due = population.loans.with_columns(due=pl.col("amount") * rules.due_q)
    network = _network(population, due)
    position = {name: i for i, name in enumerate(network.nodes)}
    sellers = np.array([position[name] for name in population.vehicles["vehicle_id"]])
    banks = np.array([position[name] for name in population.banks["bank_id"]])
    markets = tuple(population.markets["market_id"].unique(maintain_order=True))
    names = (tuple(population.vehicles["vehicle_id"]), tuple(population.banks["bank_id"]))
    lots = _matrix(population.lots, ("vehicle_id", "market_id"), "appraisal", (names[0], markets))
    lent = _matrix(due, ("vehicle_id", "bank_id"), "amount", names)
    return System(
        network,
        _ladders(population.markets, markets),
        sellers.astype(np.int64),
        banks.astype(np.int64),
        lots,
        _collateral(lots, lent, rules),
        lent * rules.due_q,
        rules.rolled,
    )


def _network(population: Population, due: pl.DataFrame) -> Network:
    rules = population.rules
    lent = due.group_by("bank_id").agg(pl.col("amount").sum(), pl.col("due").sum())
    later = pl.col("amount") - pl.col("due")
    nodes = pl.concat(
        [
            population.vehicles.select(
                node_id="vehicle_id",
                kind=pl.lit("vehicle"),
                external_assets=pl.col("debt") * rules.cash,
                external_debts=pl.lit(0.0),
            ),
            population.banks.join(lent, on="bank_id", maintain_order="left").select(
                node_id="bank_id",
                kind=pl.lit("bank"),
                external_assets=later,
                external_debts=pl.col("amount") * (1.0 - rules.bank_equity),
            ),
        ]
    ).with_columns(origin=pl.lit("synthetic"))
    claims = due.select(debtor_id="vehicle_id", creditor_id="bank_id", amount="due")
    return build_network(nodes, claims)


def _matrix(
    frame: pl.DataFrame,
    keys: tuple[str, str],
    value: str,
    names: tuple[tuple[str, ...], tuple[str, ...]],
) -> Floats:
    """Spread a long frame into (first key, second key) in the order of `names`, joined on keys."""
    matrix = np.zeros((len(names[0]), len(names[1])))
    rows, columns = (_positions(frame[k], n) for k, n in zip(keys, names, strict=True))
    np.add.at(matrix, (rows, columns), frame[value].to_numpy())
    return matrix


def _positions(keys: pl.Series, names: tuple[str, ...]) -> Ints:
    place = {name: i for i, name in enumerate(names)}
    return np.array([place[key] for key in keys], dtype=np.int64)


def _ladders(markets: pl.DataFrame, names: tuple[str, ...]) -> Ladders:
    tranches = tuple(markets["tranche"].cast(pl.String).unique(maintain_order=True))
    frame = markets.with_columns(pl.col("tranche").cast(pl.String))
    price, capacity = (
        _matrix(frame, ("market_id", "tranche"), column, (names, tranches))
        for column in ("price_fraction", "capacity")
    )
    return Ladders(names, price, capacity)


def _collateral(lots: Floats, lent: Floats, rules: PopulationRules) -> Floats:
    """Spread secured loans over markets as the borrowers' lots are; (bank, market)."""
    total = lots.sum(axis=1, keepdims=True)
    share = np.divide(lots, total, out=np.zeros_like(lots), where=total > 0.0)
    return rules.secured * lent.T @ share
