"""Where does the money of assets go? From kind of asset through cash to the debts that it meets.

Cash received is split over kinds by the present value of their net proceeds; what it pays is
principal by debt class as the resolution table books it, and the rest is interest and spending.
"""

import polars as pl

from ironpot.report.charts import style
from ironpot.report.figures import amount, money
from ironpot.report.findings import earmarked_end, receipts
from ironpot.report.model import Chart, Field, Native, Table, clip, letters
from ironpot.report.view import View, total
from ironpot.report.words import PRIMARY_CLASS, label

MOST_KINDS = 7
NAME_LETTERS = 40  # of a kind or a use, so that the flow between them keeps a third of the width
COMES, GOES = "in:", "out:"
LETTER_PIXELS = 6.3  # at 11 pixels, half the height of a Chinese letter and a little more
LOOK: style.Option = {
    "type": "sankey",
    "top": 28,
    "bottom": 12,
    "nodeWidth": 14,
    "nodeGap": 14,
    "draggable": False,
    "label": {"color": style.INK, "fontSize": 11},
    "lineStyle": {"color": "#9fb4c4", "opacity": 0.5, "curveness": 0.5},
}


def sankey_chart(view: View) -> Chart | None:
    """Return asset kinds -> net cash of assets -> debt classes, other uses; None without cash."""
    received = receipts(view)
    sold = _by_kind(view, received)
    if received <= 0 or sold.height == 0:
        return None
    flows = _balanced(view, pl.concat([sold, _uses(view, received)]))
    return Chart(
        "sankey",
        view.say("From asset to cash to debt", "资产—现金—债务流向"),
        _takeaway(view, flows, received),
        _option(view, flows),
        _table(view, flows),
        view.say(
            f"cash and resolution tables, {view.first} to {view.last}, expected, after taxes, fees "
            "and procedure; kinds by their share in net proceeds",
            f"现金表和化解表,{view.first}至{view.last}期望值,已扣税费和程序费用;各类资产按净得现值分摊",
        ),
        width=760,
        height=360,
        native=Native("bar", "flow", ("amount",)),
    )


def _middle(view: View) -> str:
    return view.say("net cash of assets", "资产净回款")


def _by_kind(view: View, received: int) -> pl.DataFrame:
    """Split the cash received over asset kinds, the smallest ones in one."""
    outside = view.lots.filter(
        (pl.col("resolution_kind") == "outside_cash")
        & (pl.col("route") != "lease")
        & (pl.col("net_proceeds") > 0)
    )
    kinds = outside.group_by("kind").agg(pl.col("net_proceeds").sum().alias("weight"))
    ordered = kinds.sort("weight", "kind", descending=[True, False]).with_row_index("rank")
    others = view.say("other kinds", "其他种类")
    merged = (
        ordered.with_columns(
            pl.when(pl.col("rank") < MOST_KINDS).then(pl.col("kind")).otherwise(pl.lit(others))
        )
        .group_by("kind", maintain_order=True)
        .agg(pl.col("weight").sum())
    )
    share = pl.col("weight") / pl.col("weight").sum()
    return merged.select(
        pl.col("kind").alias("source"),
        pl.lit(_middle(view)).alias("target"),
        (share * received).round().cast(pl.Int64).alias("amount"),
    ).filter(pl.col("amount") > 0)


def _uses(view: View, received: int) -> pl.DataFrame:
    """Return principal paid by outside cash by class, and what is left for other uses."""
    words = {word: view.reader.read(text) for word, text in PRIMARY_CLASS.items()}
    paid = (
        view.debts.group_by("primary_class")
        .agg(pl.col("outside_cash").sum().alias("amount"))
        .filter(pl.col("amount") > 0)
        .sort("amount", descending=True)
    )
    left = received - total(paid, "amount")
    tied = min(max(left, 0), earmarked_end(view))
    rows = [(_middle(view), words.get(word, word), value) for word, value in paid.iter_rows()]
    for name, value in (
        (view.say("earmarked, unspent", "专户结存"), tied),
        (view.say("interest, spending, reserve", "付息、支出和结余"), left - tied),
    ):
        rows += [(_middle(view), name, value)] if value > 0 else []
    schema = {"source": pl.String, "target": pl.String, "amount": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _balanced(view: View, flows: pl.DataFrame) -> pl.DataFrame:
    """Show as its own source what outside cash pays beyond the net cash of sales, such as rents."""
    middle = _middle(view)
    comes = total(flows.filter(pl.col("target") == middle), "amount")
    goes = total(flows.filter(pl.col("source") == middle), "amount")
    if goes <= comes:
        return flows
    rents = view.say("rents and other receipts", "租金及其他资产收入")
    row = pl.DataFrame([(rents, middle, goes - comes)], schema=flows.schema, orient="row")
    return pl.concat([row, flows])


def _takeaway(view: View, flows: pl.DataFrame, received: int) -> str:
    classes = [view.reader.read(label(PRIMARY_CLASS, word)) for word in PRIMARY_CLASS]
    paid = total(flows.filter(pl.col("target").is_in(classes)), "amount")
    brought, used = money(received, view.reader), money(paid, view.reader)
    return view.say(
        f"Assets bring {brought} of cash from outside, net; {used} of principal is met with it.",
        f"资产带来外部净现金{brought},其中{used}用于偿还本金。",
    )


def _option(view: View, flows: pl.DataFrame) -> style.Option:
    links = _links(view, flows)
    labels = _labels(view, links)
    nodes = [
        {
            "name": end,
            "label": {"formatter": text, "position": _side(view, end)},
            "itemStyle": {"color": _color(view, end, spot)} | style.EDGE,
        }
        for spot, (end, text) in enumerate(labels.items())
    ]
    amounts = style.scaled([fen for _, _, fen in links], view.reader)
    drawn = [
        {"source": source, "target": target, "value": value}
        for (source, target, _), value in zip(links, amounts, strict=True)
    ]
    room = {"left": _room(labels, COMES), "right": _room(labels, GOES)}
    return style.base() | {"series": [LOOK | room | {"data": nodes, "links": drawn}]}


def _side(view: View, end: str) -> str:
    """Return where a node's label stands: outside the flow, that of the middle above it."""
    if end == _middle(view):
        return "top"
    return "left" if end.startswith(COMES) else "right"


def _room(labels: dict[str, str], side: str) -> int:
    """Return the pixels that the longest label of a side needs."""
    widest = max((letters(text) for end, text in labels.items() if end.startswith(side)), default=0)
    return 24 + round(LETTER_PIXELS * widest)


def _links(view: View, flows: pl.DataFrame) -> list[tuple[str, str, int]]:
    """Return flows that read as more than zero; what comes in and what goes out stay apart."""
    middle = _middle(view)
    return [
        (
            source if source == middle else COMES + source,
            target if target == middle else GOES + target,
            fen,
        )
        for source, target, fen in flows.iter_rows()
        if amount(fen, view.reader) != amount(0, view.reader)
    ]


def _labels(view: View, links: list[tuple[str, str, int]]) -> dict[str, str]:
    """Return each node's name with the amount that passes through it."""
    middle = _middle(view)
    through = {middle: sum(fen for _, target, fen in links if target == middle)}
    through |= {source: fen for source, _, fen in links if source != middle}
    through |= {target: fen for _, target, fen in links if target != middle}
    return {
        end: f"{clip(_bare(end), NAME_LETTERS)} {amount(fen, view.reader)}"
        for end, fen in through.items()
    }


def _bare(end: str) -> str:
    return end.removeprefix(COMES).removeprefix(GOES)


def _color(view: View, end: str, spot: int) -> str:
    return style.DARK if end == _middle(view) else style.RAMP[1 + spot % 4]


def _table(view: View, flows: pl.DataFrame) -> Table:
    named = flows.with_columns(pl.format("{} → {}", "source", "target").alias("flow"))
    return Table(
        "sankey",
        view.say("Asset to debt", "资金流向"),
        view.say("From asset to cash to debt", "资产—现金—债务流向"),
        (
            Field("flow", view.say("flow", "流向"), width=3.0),
            Field("source", view.say("from", "来源"), width=2.0),
            Field("target", view.say("to", "去向"), width=2.0),
            Field("amount", view.say("amount", "金额"), "money"),
        ),
        named,
        excel_only=True,
    )
