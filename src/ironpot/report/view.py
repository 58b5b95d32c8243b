"""What does the report look at? The case and the plan joined on ids, named, in integer fen.

Every section reads this one object, so a figure is computed once and cannot differ between pages.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from ironpot.case.case import Case
from ironpot.core.lang import Text
from ironpot.core.money import FEN_PER_YUAN
from ironpot.core.outputs import CASH_FLOWS, CONSOLIDATED, EXPECTED, KINDS
from ironpot.report.figures import Reader
from ironpot.report.plan_files import PlanFiles, settled
from ironpot.report.words import (
    ACCOUNT,
    CREDITOR_CLASS,
    GROUP,
    GROUP_OF,
    QUOTA,
    RELEASED,
    ROUTE,
    label,
)

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True, slots=True)
class View:
    """Case and plan as the report needs them; money is Int64 fen everywhere.

    `lots`: a row a lot with its decision, its pot test on the route chosen or, where kept, on the
    best legal route; `weighed_net` and `weighed_retention` are the two amounts that its decision
    compares. `debts`: a row a debt with opening, closing and one column a resolution kind.
    `cash`: consolidated flows by scenario and quarter. `ladder`: all rows, expected ones included.
    """

    reader: Reader
    case: Case
    summary: dict[str, Any]
    tables: dict[str, pl.DataFrame]
    extras: dict[str, pl.DataFrame]
    lots: pl.DataFrame
    debts: pl.DataFrame
    cash: pl.DataFrame
    ladder: pl.DataFrame
    names: dict[str, str]
    givers: dict[str, str]

    def say(self, en: str, zh: str) -> str:
        """Return the sentence in the reader's language."""
        return self.reader.say(en, zh)

    def sentences(self, key: str) -> list[str]:
        """Return plan.json's `assumptions` or `unknown` in the reader's language where it can."""
        known = [Text(row["en"], row["zh"]) for row in self.summary.get("texts") or ()]
        said = {word: self.reader.read(text) for text in known for word in text}
        return [said.get(str(item), str(item)) for item in self.summary.get(key) or ()]

    def name(self, key: str | None) -> str:
        """Return the name of an entity, creditor, bundle, kind or market; else the id itself."""
        return "" if key is None else self.names.get(key, key)

    def scope(self, scope_id: str | None) -> str:
        """Return the name of what a limit is about: an id, or an entity and its account."""
        body, _, account = (scope_id or "").partition("/")
        if not account:
            return self.name(scope_id)
        kind = label(ACCOUNT, account)
        return self.say(f"{self.name(body)}, {kind.en}", f"{self.name(body)}·{kind.zh}")

    @property
    def weights(self) -> dict[str, float]:
        """Probability of each scenario, drawn futures too, as the plan was made with."""
        return self.summary.get("weights") or self.case.settings.weights

    @property
    def first(self) -> str:
        """First quarter of the plan."""
        return str(self.summary["horizon"]["first"])

    @property
    def last(self) -> str:
        """Last quarter of the plan."""
        return str(self.summary["horizon"]["last"])

    @property
    def solved(self) -> bool:
        """Whether the planner returned a plan at all."""
        return self.summary["status"] != "unknown"


def view_of(case: Case, plan: PlanFiles, reader: Reader) -> View:
    """Join case and plan for a reader; tables come in any of the forms `PlanFiles` allows."""
    fen = settled(plan)
    names = names_of(case, reader)
    weights = case.settings.weights
    return View(
        reader,
        case,
        fen.summary,
        fen.tables,
        fen.extras,
        _lots(case, fen.tables, names, reader),
        _debts(case, fen.tables, names),
        _cash(fen.tables["cash"], weights),
        _with_expected(
            fen.tables["ladder"],
            ("entity_id", "phase", "period_type", "period"),
            ("opening_cash", "sources", "uses", "gap", "cumulative_gap", "buffer"),
            weights,
        ).with_columns(_quarter_of_period()),
        names,
        names | _pairs(case.relief_sources, "giver_id", "name"),
    )


def names_of(case: Case, reader: Reader) -> dict[str, str]:
    """Return the printed name of every id that tables hold, in the reader's language."""
    zh = reader.lang == "zh"
    named = {word: reader.read(text) for word, text in CREDITOR_CLASS.items()}
    named[CONSOLIDATED] = reader.say("Consolidated", "合并")
    named |= {word: reader.read(text) for word, text in QUOTA.items()}
    for frame, key in (
        (case.asset_kinds, "asset_kind"),
        (case.markets, "market_id"),
        (case.service_classes, "service_class"),
    ):
        named |= _pairs(frame, key, "name_zh" if zh else "name_en")
    for frame, key in (
        (case.creditors, "creditor_id"),
        (case.bundles, "bundle_id"),
        (case.entities, "entity_id"),
    ):
        named |= _pairs(frame, key, "name")
    return named | _ceilings(case, named)


def _ceilings(case: Case, named: dict[str, str]) -> dict[str, str]:
    """Return each debt ceiling by the body whose debt it bounds."""
    rows = case.limits.filter(pl.col("kind") == "debt_ceiling").select("limit_id", "entity_id")
    return {str(limit): named.get(str(body), str(limit)) for limit, body in rows.iter_rows()}


def _pairs(frame: pl.DataFrame, key: str, title: str) -> dict[str, str]:
    """Return ids with their names, the id itself where the name is empty."""
    return {row[0]: row[1] or row[0] for row in frame.select(key, title).iter_rows()}


def _lots(
    case: Case, tables: dict[str, pl.DataFrame], names: dict[str, str], reader: Reader
) -> pl.DataFrame:
    """Return decisions with names, book value, origin and the pot test that decides."""
    own = case.assets.select(pl.col("asset_id").alias("lot_id"), "name")
    book = tables["lots"].select("lot_id", pl.col("opening_amount").alias("book"), "origin")
    routes = {word: reader.read(text) for word, text in ROUTE.items()}
    return (
        tables["decisions"]
        .rename({"kind": "resolution_kind"})
        .join(book, on="lot_id", how="left")
        .join(own, on="lot_id", how="left")
        .join(_deciding_pots(tables), on="lot_id", how="left")
        .with_columns(
            pl.col("name").fill_null(pl.col("lot_id")),
            pl.col("entity_id").replace(names).alias("owner"),
            pl.col("asset_kind").replace(names).alias("kind"),
            pl.col("route").replace(routes).alias("route_text"),
            pl.col("route").is_in(RELEASED).alias("released"),
        )
        .with_columns(
            _where_released("net_proceeds", "pot_net").alias("weighed_net"),
            _where_released("retention_value", "pot_retention").alias("weighed_retention"),
        )
        .sort("lot_id")
    )


def _where_released(planned: str, tested: str) -> pl.Expr:
    """Return what the plan says of lots that leave, what the pot test says of those that stay."""
    return pl.when(pl.col("released")).then(pl.col(planned)).otherwise(pl.col(tested))


def _deciding_pots(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Return one pot test a lot: of the route chosen, or of the best legal route if kept."""
    chosen = tables["decisions"].select("lot_id", pl.col("route").alias("chosen"))
    legal = tables["pots"].filter(pl.col("legal") & (pl.col("route") != "hold"))
    kept = ("retention_low", "retention_high", "net_low", "net_high")
    run = ("surplus", "months_to_cash", "sale_probability", "verdict")
    return (
        legal.join(chosen, on="lot_id")
        .with_columns(
            (pl.col("route") == pl.col("chosen")).alias("is_chosen"),
            (pl.col("net_proceeds") - pl.col("retention_value")).alias("surplus"),
        )
        .sort("is_chosen", "surplus", "route", descending=[True, True, False], nulls_last=True)
        .unique("lot_id", keep="first", maintain_order=True)
        .select(
            "lot_id",
            pl.col("route").alias("pot_route"),
            pl.col("retention_value").alias("pot_retention"),
            pl.col("net_proceeds").alias("pot_net"),
            *kept,
            *run,
        )
    )


def _debts(case: Case, tables: dict[str, pl.DataFrame], names: dict[str, str]) -> pl.DataFrame:
    """Return a row a debt, new contracts included: opening, closing, resolved amount by kind."""
    rows = tables["resolution"]
    by_kind = [pl.col("amount").filter(pl.col("kind") == kind).sum().alias(kind) for kind in KINDS]
    contracts = case.debts.select("debt_id", "name", "creditor_id", "maturity_date")
    stocks = rows.group_by("debt_id", maintain_order=True).agg(
        pl.col("entity_id").first(),
        pl.col("primary_class").first(),
        pl.col("opening_principal").first().alias("opening"),
        pl.col("closing_principal").first().alias("closing"),
        *by_kind,
    )
    return (
        stocks.join(contracts, on="debt_id", how="left")
        .join(tables["debts"].select("debt_id", "origin"), on="debt_id", how="left")
        .with_columns(
            pl.col("name").fill_null(pl.col("debt_id")),
            pl.col("entity_id").replace(names).alias("debtor"),
            pl.col("creditor_id").replace(names).alias("creditor"),
        )
        .sort("debt_id")
    )


def _cash(cash: pl.DataFrame, weights: dict[str, float]) -> pl.DataFrame:
    """Return consolidated flows by scenario and quarter, accounts added, expected rows too."""
    columns = ("opening", *CASH_FLOWS, "closing")
    whole = (
        cash.filter(pl.col("entity_id") == CONSOLIDATED)
        .group_by("scenario", "quarter")
        .agg(pl.col(columns).sum())
    )
    return _with_expected(whole, ("quarter",), columns, weights).sort("scenario", "quarter")


def _quarter_of_period() -> pl.Expr:
    """Return the quarter that a ladder's month or quarter lies in, as `quarter`."""
    word = pl.col("period")
    month = word.str.slice(5, 2).cast(pl.Int64, strict=False)
    inside = pl.concat_str(word.str.slice(0, 4), pl.lit("Q"), (month + 2) // 3)
    return pl.when(word.str.contains("-")).then(inside).otherwise(word).alias("quarter")


def _with_expected(
    frame: pl.DataFrame, keys: tuple[str, ...], money: tuple[str, ...], weights: dict[str, float]
) -> pl.DataFrame:
    """Add probability-weighted rows where the frame has scenarios but no expected one."""
    held = set(frame["scenario"].drop_nulls().unique())
    if EXPECTED in held or not held <= set(weights):
        return frame
    weight = pl.col("scenario").replace_strict(weights, return_dtype=pl.Float64)
    expected = (
        frame.with_columns(pl.col(name) * weight for name in money)
        .group_by(*keys, maintain_order=True)
        .agg(_sum_if_known(name).round().cast(pl.Int64) for name in money)
        .with_columns(pl.lit(EXPECTED).alias("scenario"))
    )
    if "below_buffer" in frame.columns:
        below = pl.col("cumulative_gap") < pl.col("buffer")
        expected = expected.with_columns(below.alias("below_buffer"))
    return pl.concat([frame, expected.select(frame.columns)])


def _sum_if_known(name: str) -> pl.Expr:
    """Return the sum of a column, unknown where one part of it is."""
    parts = pl.col(name)
    return pl.when(parts.is_null().any()).then(None).otherwise(parts.sum()).alias(name)


def grouped(frame: pl.DataFrame) -> pl.DataFrame:
    """Add one column a reporting group (outside, own, help, paper, circular) to kinds' columns."""
    return frame.with_columns(
        pl.sum_horizontal([kind for kind in KINDS if GROUP_OF[kind] == group]).alias(group)
        for group in GROUP
    )


def total(frame: pl.DataFrame, column: str) -> int:
    """Return the sum of a money column in fen; an empty column adds up to zero."""
    return int(frame[column].sum() or 0)


def fen(yuan: float | None) -> int | None:
    """Return integer fen of a yuan float from the case or the summary."""
    return None if yuan is None else round(yuan * FEN_PER_YUAN)
