"""Were Chicago's parking meters worth more kept? Rebuilt from published flows, not from verdicts.

In December 2008 the city let 36,000 meters for 75 years for 1,156.5 million dollars. Here the rate
schedule, the revenue before the lease and the operator's own documents give a path of net income:
its present value is the pot, the price is the steel. What others said it was worth is printed
beside and read by nothing else. Every figure stands in `chicago-meters-2008/published/` with its
address. Amounts in million dollars.

    python examples/chicago_meters_2008.py
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]

PUBLISHED = Path(__file__).parent / "chicago-meters-2008" / "published"
ZONES = ("neighbourhoods", "central", "loop")
FIRST_YEAR, LAST_RISE, LEASE_Y, CAP_Y = 2009, 2013, 75, 50
RATES = (0.05, 0.06, 0.07, 0.08, 0.10, 0.11)
HEADLINE_RATE = 0.07  # the higher of the two rates, 5 and 7 %, that the critics used
QUARTERS = 4


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What the published figures leave open.

    `revenue_2008` is the last year's revenue under the city; `response` the elasticity of paid
    hours to the hourly rate, longer paying hours included; `growth` the yearly rise of rates after
    2013, None for the one that makes revenue add up to the operator's forecast; `operating_share`
    of revenue; pay boxes are renewed every `renewal_y` years.
    """

    revenue_2008: float
    response: float
    growth: float | None
    operating_share: float
    renewal_y: int


def main() -> None:
    """Print the flows, the pot against the steel, where the verdict turns, and others' values."""
    price = figure("price")
    flows = {name: net_income(case) for name, case in cases().items()}
    for title, lines in (
        ("Revenue and net income", flow_lines(flows)),
        ("Pot at discount rates, price beside", value_lines(flows, price)),
        ("Where the verdict turns", turning_lines(flows, price)),
        ("Valuations of others, for comparison only", opinion_lines()),
    ):
        print(f"{title}\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n")


def cases() -> dict[str, Assumptions]:
    """Return low, base and high, and two paths beside them.

    low: revenue adds up to the least that the operator forecast to its lenders in 2010. base: rates
    as agreed, paid hours as before (the first years bore it out), then inflation. high: the larger
    figure for 2008, the operator's margin, more inflation. textbook: what a study of meters
    elsewhere would have said in 2008 about drivers' response, nothing for longer hours.
    """
    base_share = figure("operating_share_forecast")
    margin = figure("forecast_ebitda_75y") / figure("forecast_revenue_75y")
    before = revenue_2008()
    soon, late = int(figure("pay_box_life_low")), int(figure("pay_box_life_high"))
    return {
        "low": Assumptions(min(before), 0.0, None, base_share, soon),
        "base": Assumptions(min(before), 0.0, 0.025, base_share, late),
        "high": Assumptions(max(before), 0.0, 0.03, 1.0 - margin, late),
        "textbook": Assumptions(min(before), figure("elasticity_meters"), 0.02, base_share, soon),
    }


def net_income(case: Assumptions) -> Floats:
    """Return revenue less operating cost less pay boxes by year of the lease, (year,)."""
    growth = forecast_growth(case) if case.growth is None else case.growth
    revenue = revenue_path(case, growth)
    year = np.arange(LEASE_Y)
    renewed = year % case.renewal_y == 0
    boxes = np.where(renewed, figure("modernisation") * np.power(1.0 + growth, year), 0.0)
    return revenue * (1.0 - case.operating_share) - boxes


def revenue_path(case: Assumptions, growth: float) -> Floats:
    """Return revenue by year of the lease, (year,): that of 2008 x rise of rates x response."""
    risen = rate_index()
    years_after = np.clip(np.arange(LEASE_Y) - (LAST_RISE - FIRST_YEAR), 0, None)
    agreed = risen[np.minimum(np.arange(LEASE_Y), risen.size - 1)]
    paid_hours = np.power(agreed, case.response)
    return case.revenue_2008 * agreed * paid_hours * np.power(1.0 + growth, years_after)


def rate_index() -> Floats:
    """Return the mean hourly rate of 2009 to 2013 over that of 2008, (year,).

    The rise to 2010 of all meters is published; other years follow the schedule by zone, weighted
    by spaces.
    """
    schedule = read("rates").pivot(on="zone", index="year", values="dollars_per_hour").sort("year")
    share = read("zones")
    weight = np.array([share.filter(pl.col("zone") == z)["space_share"].item() for z in ZONES])
    mean = schedule.filter(pl.col("year") >= FIRST_YEAR).select(ZONES).to_numpy() @ weight
    return (1.0 + figure("rate_increase_2008_2010")) * mean / mean[1]


def forecast_growth(case: Assumptions) -> float:
    """Return the growth after 2013 that makes revenue add up to the operator's forecast."""
    total = figure("forecast_revenue_75y")
    return bisect(lambda growth: revenue_path(case, growth).sum() - total, 0.0, 0.10)


def present_value(flows: Floats, rate: float) -> float:
    """Return the value at the end of 2008 of yearly flows paid in equal quarters, (year,)."""
    quarterly = np.repeat(flows / QUARTERS, QUARTERS)
    time = np.arange(1, quarterly.size + 1) / QUARTERS
    return float(quarterly @ np.power(1.0 + rate, -time))


def break_even(flows: Floats, price: float) -> float:
    """Return the discount rate at which pot and price are equal."""
    return bisect(lambda rate: price - present_value(flows, rate), 0.001, 0.5)


def level_income(flows: Floats, growth: float, rate: float) -> float:
    """Return the income a year, rising each quarter by `growth` a year, of the same present value.

    A lot of a case has one income and one growth rate; this is how a path becomes one.
    """
    quarter = np.arange(flows.size * QUARTERS)
    unit = np.power(1.0 + growth, quarter / QUARTERS) / QUARTERS
    worth = unit @ np.power(1.0 + rate, -(quarter + 1) / QUARTERS)
    return present_value(flows, rate) / float(worth)


def bisect(rising: Callable[[float], float], low: float, high: float) -> float:
    """Return the root of a rising function between two points."""
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0.0 else (low, middle)
    return (low + high) / 2


def flow_lines(flows: dict[str, Floats]) -> list[list[str]]:
    """Table: revenue of the base case, what was reported, net income of every case, by year."""
    base = cases()["base"]
    revenue = revenue_path(base, base.growth or 0.0)
    years = [0, 1, 2, 3, 4, 9, 24, 49, 74]
    return [
        ["year", "revenue, base", "reported", *(f"net, {name}" for name in flows)],
        ["---", *["---:"] * (2 + len(flows))],
        *(
            [
                str(FIRST_YEAR + n),
                f"{revenue[n]:.0f}",
                reported(FIRST_YEAR + n),
                *(f"{flow[n]:.0f}" for flow in flows.values()),
            ]
            for n in years
        ),
    ]


def reported(year: int) -> str:
    """Write the reported revenue of a year; * where it holds payments by the city itself."""
    rows = read("revenue").filter(pl.col("year") == year)
    return " / ".join(
        f"{row['million_dollars']:.0f}" + ("*" if row["holds_payments_by_city"] == "true" else "")
        for row in rows.iter_rows(named=True)
    )


def value_lines(flows: dict[str, Floats], price: float) -> list[list[str]]:
    """Table: pot over 75 and 50 years, verdict, by discount rate and case."""
    lines = [["rate", "years", *flows, "price", "verdict, low to high"], ["---", *["---:"] * 7]]
    for rate in RATES:
        for years in (LEASE_Y, CAP_Y):
            pots = [present_value(flow[:years], rate) for flow in flows.values()]
            lines.append(
                [
                    f"{rate:.0%}",
                    str(years),
                    *(f"{pot:,.0f}" for pot in pots),
                    f"{price:,.0f}",
                    verdict(pots[:3], price),
                ]
            )
    return lines


def verdict(pots: list[float], price: float) -> str:
    """Say keep or release if low, base and high agree, else unclear.

    >>> verdict([1.2, 1.5, 2.0], price=1.1), verdict([0.9, 1.5, 2.0], price=1.1)
    ('keep', 'unclear')
    """
    beats = [price > pot for pot in pots]
    return "release" if all(beats) else "unclear" if any(beats) else "keep"


def turning_lines(flows: dict[str, Floats], price: float) -> list[list[str]]:
    """Table: the rate at which pot and price are equal, and what the price would need to be fair.

    At 7 %: by how much keeping is worth more, and the revenue of 2013 that the price stands for.
    """
    lines = [
        ["case", "turns at", "50 years", "pot less price", "revenue 2013", "needed for the price"],
        ["---", *["---:"] * 5],
    ]
    for name, flow in flows.items():
        case = cases()[name]
        pot = present_value(flow, HEADLINE_RATE)
        revenue = revenue_path(case, case.growth or 0.0)[LAST_RISE - FIRST_YEAR]
        lines.append(
            [
                name,
                f"{break_even(flow, price):.1%}",
                f"{break_even(flow[:CAP_Y], price):.1%}",
                f"{pot - price:,.0f}",
                f"{revenue:.0f}",
                f"{revenue * needed_scale(case, price):.0f}",
            ]
        )
    return lines


def needed_scale(case: Assumptions, worth: float) -> float:
    """Return the factor on revenue that makes the pot worth `worth` at the headline rate."""
    growth = forecast_growth(case) if case.growth is None else case.growth
    earned = present_value(revenue_path(case, growth) * (1.0 - case.operating_share), HEADLINE_RATE)
    boxes = earned - present_value(net_income(case), HEADLINE_RATE)
    return (worth + boxes) / earned


def opinion_lines() -> list[list[str]]:
    """Table: what others put the meters at; nothing above reads it."""
    return [
        ["who", "million dollars", "discount rate"],
        ["---", "---:", "---:"],
        *(
            [
                row["who"],
                f"{row['million_dollars']:,.0f}",
                "" if row["discount_rate"] is None else f"{row['discount_rate']:.0%}",
            ]
            for row in read("valuations").iter_rows(named=True)
        ),
    ]


def revenue_2008() -> list[float]:
    """Return the two published figures for the last year under the city."""
    return read("revenue").filter(pl.col("year") == FIRST_YEAR - 1)["million_dollars"].to_list()


def figure(name: str) -> float:
    """Return a single published figure."""
    row = read("figures").filter(pl.col("figure") == name)
    return float(row["value"].item())


def read(name: str) -> pl.DataFrame:
    """Read a table of published figures."""
    words = {"holds_payments_by_city": pl.String()}
    return pl.read_csv(PUBLISHED / f"{name}.csv", schema_overrides=words)


if __name__ == "__main__":
    main()
