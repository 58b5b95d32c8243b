"""The Case: one government's checked tables at a case date; frames in yuan, nothing half read."""

import datetime as dt
import hashlib
from dataclasses import dataclass, field, fields
from functools import cached_property

import polars as pl

from ironpot.core.dates import Horizon
from ironpot.core.lang import Text

DEFAULT_WEIGHTS = {"base": 0.5, "adverse": 0.3, "favourable": 0.2}
DEFAULT_QUARTERS = 20


@dataclass(frozen=True, slots=True)
class Settings:
    """What `case.toml` or the workbook's first sheet says about the case as a whole.

    `discount_rate` is a decimal a year, None for the weighted rate of the debts; `weights` are the
    probabilities of the three scenarios; `top_entity` is the government whose plan it is;
    `notice` is printed on the first page, for example that rows are synthetic.
    """

    case_id: str
    name: Text
    date: dt.date
    top_entity: str
    currency: str = "CNY"
    horizon_quarters: int = DEFAULT_QUARTERS
    discount_rate: float | None = None
    weights: dict[str, float] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    notice: Text | None = None

    @property
    def horizon(self) -> Horizon:
        """The quarters that a plan covers."""
        return Horizon.after(self.date, self.horizon_quarters)


@dataclass(frozen=True)
class Case:
    """Checked tables of one case, a Polars frame each in the schema of `case.schema`.

    Money is float64 yuan, rates are decimals a year, dates are dates; null is unknown. `acts` lists
    every default and imputation that filled a gap: table, key, column, value, source_id and both
    sentences, so that a report can show them and a user override them.
    """

    settings: Settings
    entities: pl.DataFrame
    accounts: pl.DataFrame
    creditors: pl.DataFrame
    claims: pl.DataFrame
    debts: pl.DataFrame
    debt_terms: pl.DataFrame
    debt_changes: pl.DataFrame
    guarantees: pl.DataFrame
    class_actions: pl.DataFrame
    refinancing: pl.DataFrame
    assets: pl.DataFrame
    asset_kinds: pl.DataFrame
    bundles: pl.DataFrame
    routes: pl.DataFrame
    procedure: pl.DataFrame
    taxes_fees: pl.DataFrame
    markets: pl.DataFrame
    listing: pl.DataFrame
    service_classes: pl.DataFrame
    team: pl.DataFrame
    budget: pl.DataFrame
    fiscal_history: pl.DataFrame
    drivers: pl.DataFrame
    limits: pl.DataFrame
    relief_sources: pl.DataFrame
    wishes: pl.DataFrame
    rules: pl.DataFrame
    allotments: pl.DataFrame
    sources: pl.DataFrame
    realised: pl.DataFrame
    acts: pl.DataFrame

    @property
    def date(self) -> dt.date:
        """The case date: stocks stand at its end, flows start the day after."""
        return self.settings.date

    @property
    def horizon(self) -> Horizon:
        """The quarters that a plan covers."""
        return self.settings.horizon

    @cached_property
    def perimeter(self) -> tuple[str, ...]:
        """Entities that the consolidated plan counts, in table order."""
        return tuple(self.entities.filter(pl.col("inside"))["entity_id"])

    @cached_property
    def input_hash(self) -> str:
        """Hash of settings and canonical tables: rows sorted by all columns, text as written.

        A table of `_LATER` counts only where it has rows: cases of before keep their hash.
        """
        digest = hashlib.sha256(repr(self.settings).encode())
        for entry in fields(self):
            if entry.name != "settings":
                frame: pl.DataFrame = getattr(self, entry.name)
                if entry.name in _LATER and frame.is_empty():
                    continue
                digest.update(entry.name.encode())
                digest.update(frame.sort(frame.columns).write_csv().encode())
        return digest.hexdigest()


_LATER = ("allotments", "realised")

ACT_SCHEMA = pl.Schema(
    {
        "table": pl.String(),
        "key": pl.String(),
        "column": pl.String(),
        "value": pl.String(),
        "source_id": pl.String(),
        "text_en": pl.String(),
        "text_zh": pl.String(),
    }
)
