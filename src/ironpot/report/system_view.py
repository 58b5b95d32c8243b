"""What does the report of a system see? Regimes, tables, names, and how sure all is."""

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from ironpot.case.schema.labels import CREDITOR_CLASSES
from ironpot.core.lang import Text
from ironpot.report.cells import short_period
from ironpot.report.figures import DASH, Reader, money, percent, unit_words
from ironpot.system.crowd import Crowd
from ironpot.system.second_round import SpiralRules

REGIME: dict[str, Text] = {
    "alone": Text("alone", "各自"),
    "rolling": Text("rolling", "滚动"),
    "nash": Text("crowd", "扎堆"),
    "coordinated": Text("joint plan", "统筹"),
    "fair": Text("nobody worse off", "无一受损"),
    "banks": Text("bank losses count", "计入银行损失"),
    "fair_banks": Text("nobody worse off, bank losses count", "无一受损并计入银行损失"),
    "uniform": Text("one price and tolls", "统一价格加占用费"),
    "whole": Text("lots sold whole", "整宗出售"),
    "fair_whole": Text("nobody worse off, lots sold whole", "整宗出售且无一受损"),
}

RIGHT: dict[str, Text] = {
    "help": Text("help from above", "上级支持"),
    "swap": Text("swaps", "置换"),
    "extension": Text("extensions, rate cuts, haircuts", "展期、降息、削减"),
    "pool": Text("pools", "资产包"),
}
_JOINT = ("joint plan", "统筹")
_CLASSES = {
    "large_bank": Text("large banks", "大型银行"),
    "joint_stock_bank": Text("joint-stock banks", "股份制银行"),
    "regional_bank": Text("regional banks", "地方银行"),
    "non_standard": Text("trusts and the like", "信托等非标机构"),
    "policy_bank": Text("policy banks", "政策性银行"),
    "bondholders": Text("bondholders", "债券持有人"),
    "province": Text("province (on-lent)", "省级(转贷)"),
}


@dataclass(frozen=True)
class SystemView:
    """Everything shown: `tables` by file name in yuan, `names` of units, `synthetic` in words.

    `tables` holds regimes, prices, counties, banks, choices and harm, and spiral, spiral_banks,
    spiral_markets, mandates, draws and tolls where there are any; `rules` are the spiral's. `tiles`
    gives (row, column) of prefectures on the map; those without one are put in order. `orders` says
    mandates in words, `losses` what the cases hold and the joint problem does not.
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
    source: str = ""
    orders: dict[str, str] = field(default_factory=dict[str, str])
    losses: tuple[str, ...] = ()
    rules: SpiralRules = field(default_factory=SpiralRules)

    def say(self, en: str, zh: str) -> str:
        """Return the sentence in the reader's language."""
        return self.reader.say(en, zh)

    def regimes_said(self, column: str = "regime") -> pl.Expr:
        """Return a column with regimes in the reader's words; what is none stays as it is."""
        said = {name: self.reader.read(text) for name, text in REGIME.items()}
        return pl.col(column).replace(said)

    def called(self, unit: str | None) -> str:
        """Return a unit's name, its id where it has none."""
        return self.names.get(unit or "", unit or "")

    def quarter(self, number: object) -> str:
        """Return the name of a quarter counted from 1, from the end below; a dash if none."""
        if not isinstance(number, int):
            return DASH
        return short_period(self.quarters[number - 1 if number > 0 else number], self.reader)

    @property
    def span(self) -> str:
        """The first and the last quarter."""
        first, last = self.quarter(1), self.quarter(-1)
        return self.say(f"{first} to {last}", f"{first}至{last}")

    def bank_class(self, word: str) -> str:
        """Return the name of a class of banks."""
        return self.reader.read(_CLASSES.get(word) or CREDITOR_CLASSES.get(word, Text(word, word)))

    def yuan(self, amount: float | None) -> str:
        """Write yuan with the reader's unit."""
        return money(None if amount is None else round(amount * 100), self.reader)

    def figure(self, amount: float | None) -> str:
        """Write yuan as `yuan` does, without the unit that the sentence names once."""
        return self.yuan(amount).removesuffix(unit_words(self.reader)).rstrip()

    @property
    def is_wished(self) -> bool:
        """Whether what counties are told to do is another plan than the cheapest joint one."""
        return self.crowd.announced.name != "coordinated"

    @property
    def told(self) -> str:
        """What counties are told to do, as a heading says it."""
        return self.say("announced plan", "公布方案") if self.is_wished else self.say(*_JOINT)

    @property
    def announced(self) -> str:
        """The same in a sentence, with the wish that it keeps."""
        if not self.is_wished:
            return self.say("the joint plan", "统筹")
        wish = self.reader.read(REGIME[self.crowd.announced.name])
        return self.say(f"the announced plan ({wish})", f"所公布的方案({wish})")

    @property
    def waiting(self) -> pl.DataFrame:
        """Counties that the announced plan makes wait, the longest first; volume breaks ties.

        To wait is to sell an average yuan half a quarter later or more than in the learned crowd,
        or no longer at all.
        """
        counties = self.tables["counties"]
        never = pl.col("quarter_announced").is_null() & pl.col("quarter_nash").is_not_null()
        found = counties.filter(never | (pl.col("later_by") >= 0.5))
        by = pl.col("later_by").fill_null(float(len(self.quarters)))
        return found.sort(by * pl.col("sold_nash"), descending=True)

    @property
    def ahead(self) -> pl.DataFrame:
        """Counties that the announced plan lets sell half a quarter earlier, the largest first."""
        halved = pl.col("half_by_announced") < pl.col("half_by_nash")
        earlier = self.tables["counties"].filter((pl.col("later_by") <= -0.5) & halved)
        return earlier.sort("sold_announced", descending=True)

    @property
    def settled(self) -> str:
        """How far the learned crowd is from settled, and the joint plan from its bound."""
        crowd, plan = self.crowd, self.crowd.plan
        regret = crowd.regime("nash").regret
        left = 0.0 if regret is None else float(regret.sum())
        share = percent(left / plan.stake if plan.stake > 0.0 else None, 2)
        gap = percent(plan.gap_of_stake, 2)
        return self.say(
            f"No joint plan at all costs less than {self.yuan(plan.bound)}; the one found is "
            f"within {gap} of the stake. In the crowd, what counties could still save each by "
            f"itself comes to {self.yuan(left)}, {share} of the stake.",
            f"任何统筹方案成本不低于{self.yuan(plan.bound)},所得方案与其差距为可节省额的{gap}。"
            f"扎堆时,各县单独改变尚可合计节省{self.yuan(left)},占可节省额{share}。",
        )

    @property
    def rights_used(self) -> pl.DataFrame:
        """What the regimes use of rights: kind in words, limit, each regime, cost together."""
        rights = self.tables.get("rights", pl.DataFrame())
        if rights.is_empty():
            return rights
        kind, regime = pl.col("kind"), pl.col("regime")
        sums = rights.group_by("kind", "regime", maintain_order=True).agg(
            pl.col("limit", "used", "cost").sum()
        )
        together = sums.filter(regime == "coordinated").select("kind", "limit", "cost")
        wide = sums.pivot("regime", index="kind", values="used").join(together, on="kind")
        words = {name: self.reader.read(text) for name, text in RIGHT.items()}
        regimes = [name for name in wide.columns if name not in ("kind", "limit", "cost")]
        return wide.select(kind.replace(words), "limit", *regimes, "cost")

    @property
    def crowded(self) -> str:
        """In how many markets and quarters more on offer brings less; empty where in none."""
        turned = self.tables.get("crowding", pl.DataFrame())
        if turned.is_empty():
            return ""
        all_ = turned.filter(pl.col("seller_id") == "_all")
        alone = turned.filter(pl.col("seller_id") != "_all").select("market_id", "quarter")
        places = self.tables["prices"].select("market_id", "quarter").unique().height
        return self.say(
            f"Warning: selling more brings less, lower prices next door counted. In the crowd, all "
            f"together lose by putting up more in {all_.height} of {places} markets and quarters, "
            f"some county by itself in {alone.unique().height} (table crowding).",
            f"警示:卖得越多得到越少(计入相邻市场跌价)。扎堆时,{places}个市场季度中有{all_.height}个"
            f"继续加挂使全体受损,{alone.unique().height}个使某县自身受损(见 crowding 表)。",
        )

    @property
    def wished(self) -> str:
        """What the wish for the joint plan costs, empty where nothing was wished."""
        rows = self.tables["choices"].to_dicts()
        if len(rows) < 2:
            return ""
        plain, last = rows[0], rows[-1]
        proven = self._proven(last["bound"], last["gap"])
        kept, name = percent(last["gain_kept"]), self.reader.read(REGIME[last["choice"]])
        return self.say(
            f"{name[:1].upper()}{name[1:]}: {self.yuan(last['price'])} more than plain "
            f"coordination, {kept} of what that saves is kept; {last['worse_off']} counties are "
            f"worse off than in the crowd ({plain['worse_off']} under plain coordination)."
            + self._promised(rows)
            + proven,
            f"{name}:较单纯统筹多付{self.yuan(last['price'])},保留其节省的{kept}。"
            f"较扎堆受损的县区{last['worse_off']}个(单纯统筹为{plain['worse_off']}个)。{self._promised(rows)}{proven}",
        )

    def _promised(self, rows: list[dict[str, Any]]) -> str:
        """What the promise to every county costs where lots sell whole; empty elsewhere."""
        costs = {row["choice"]: row["cost"] for row in rows}
        if rows[-1]["choice"] != "fair_whole":
            return ""
        more = self.yuan(costs["fair_whole"] - costs["whole"])
        return self.say(
            f" That is {more} more than lots sold whole without the promise.",
            f"较无此保证的整宗出售多付{more}。",
        )

    def _proven(self, bound: float | None, gap: float | None) -> str:
        """How far the wished plan is from the best of its kind; empty where nothing is proven."""
        if bound is None:
            return ""
        weighed = any(choice.regime.name == "banks" for choice in self.crowd.choices)
        return self.say(
            f" No plan that keeps the wish costs less than {self.yuan(bound)}"
            + (", bank losses counted at their weight" if weighed else "")
            + f"; the one found is within {percent(gap, 2)} of its stake.",
            f"满足该选择的任何方案成本{'(按权重计入银行损失)' if weighed else ''}不低于"
            f"{self.yuan(bound)},所得方案与其差距为可节省额的{percent(gap, 2)}。",
        )
