"""What does the report of a system see? Regimes, tables, names, and the two answers in words."""

from dataclasses import dataclass

import polars as pl

from ironpot.report.figures import Reader, listing, money, percent
from ironpot.system.crowd import Crowd

SHOWN = 5


@dataclass(frozen=True)
class SystemView:
    """Everything shown: `tables` by file name in yuan, `names` of units, `synthetic` in words.

    `tables` holds regimes, prices, counties and banks, and mandates where they were run. `tiles`
    gives (row, column) of prefectures on the map; those without one are put in order.
    """

    reader: Reader
    name: str
    date: str
    seed: int
    crowd: Crowd
    tables: dict[str, pl.DataFrame]
    allotments: pl.DataFrame
    quarters: tuple[str, ...]
    names: dict[str, str]
    tiles: dict[str, tuple[int, int]]
    synthetic: str

    def say(self, en: str, zh: str) -> str:
        """Return the sentence in the reader's language."""
        return self.reader.say(en, zh)

    def called(self, unit: str | None) -> str:
        """Return a unit's name, its id where it has none."""
        return self.names.get(unit or "", unit or "")

    def yuan(self, amount: float | None) -> str:
        """Write yuan with the reader's unit."""
        return money(None if amount is None else round(amount * 100), self.reader)

    @property
    def waiting(self) -> pl.DataFrame:
        """Counties that the joint plan makes wait, the longest first; volume breaks ties.

        To wait is to sell an average yuan half a quarter later or more than in the learned crowd,
        or no longer at all.
        """
        counties = self.tables["counties"]
        never = pl.col("quarter_coordinated").is_null() & pl.col("quarter_nash").is_not_null()
        found = counties.filter(never | (pl.col("later_by") >= 0.5))
        by = pl.col("later_by").fill_null(float(len(self.quarters)))
        return found.sort(by * pl.col("sold_nash"), descending=True)

    @property
    def answer(self) -> tuple[str, str, str]:
        """What selling together costs, who should wait, who pays whom."""
        return self._cost(), self._wait(), self._transfer()

    def _cost(self) -> str:
        crowd = self.crowd
        saved, plan = crowd.saved, crowd.plan
        alone = crowd.regime("alone").cost - plan.cost
        share = percent(saved / plan.stake if plan.stake > 0.0 else None)
        gap = percent(plan.gap_of_stake, 2)
        regret = self.yuan(float(self.tables["regimes"]["regret"].drop_nulls().sum()))
        return self.say(
            f"Selling as a crowd costs {self.yuan(saved)} more than a joint plan ({share} of all "
            f"that selling can save); planning alone costs {self.yuan(alone)} more. No plan at all "
            f"costs less than {self.yuan(plan.bound)}; the joint plan is within {gap} of that. The "
            f"crowd is learned, not settled: each by itself could still save, in all, {regret}.",
            f"各县扎堆出售比统筹多损失{self.yuan(saved)}(占出售可节省总额的{share});"
            f"各自计划多损失{self.yuan(alone)}。任何方案成本不低于{self.yuan(plan.bound)},"
            f"统筹方案与其差距{gap}。博弈结果未完全收敛:各县单独改变尚可合计节省{regret}。",
        )

    def _wait(self) -> str:
        waiting = self.waiting
        if waiting.is_empty():
            return self.say("Nobody needs to wait.", "没有县区需要推迟出售。")
        head = waiting.head(SHOWN)
        words = [self._how_long(row) for row in head.iter_rows(named=True)]
        count, all_ = waiting.height, len(self.crowd.markets.counties)
        return self.say(
            f"{count} of {all_} should wait: {listing(words, self.reader)}"
            + (", and others." if count > SHOWN else "."),
            f"{all_}个县区中{count}个应推迟:{listing(words, self.reader)}"
            + ("等。" if count > SHOWN else "。"),
        )

    def _how_long(self, row: dict[str, object]) -> str:
        later, name = row["later_by"], self.called(str(row["unit_id"]))
        if not isinstance(later, float):
            return self.say(f"{name} (not sell at all)", f"{name}(不出售)")
        return self.say(f"{name} ({later:.1f} quarters)", f"{name}({later:.1f}季)")

    def _transfer(self) -> str:
        gains = self.tables["counties"]["gain_over_nash"]
        won, lost = float(gains.clip(0.0).sum()), float((-gains).clip(0.0).sum())
        winners, losers = int((gains > 0.0).sum()), int((gains < 0.0).sum())
        return self.say(
            f"{winners} gain {self.yuan(won)}, {losers} lose {self.yuan(lost)}: the gains "
            + ("cover the losses." if won >= lost else "cover only a part of the losses."),
            f"{winners}个县区得益{self.yuan(won)},{losers}个受损{self.yuan(lost)};"
            + ("得益足以补偿受损。" if won >= lost else "得益不足以全额补偿。"),
        )
