"""Who owes whom? Nodes and claims as a sparse matrix. Stocks at the case date, yuan.

Nodes are governments, their companies, banks and outside holders. What a node owes outside the
network stands in `external_debts`, what it owns there in `external_assets`.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from ironpot.core.columns import Column, Table
from ironpot.core.errors import CaseError, IronpotError
from ironpot.core.issues import Issue, Place
from ironpot.core.lang import Text
from ironpot.system.links import Floats, Links, links_of

NODES = Table(
    "nodes",
    Text("Nodes", "节点"),
    Text("Governments, companies, banks, holders outside.", "政府、企业、银行和外部持有人。"),
    ("node_id",),
    (
        Column("node_id", "id", Text("node", "节点"), required=True),
        Column("kind", "text", Text("kind", "类别")),
        Column("external_assets", "money", Text("external assets", "外部资产"), required=True),
        Column("external_debts", "money", Text("external debts", "外部负债"), required=True),
        Column("asset_volatility", "share", Text("volatility of assets", "资产波动率")),
        Column("origin", "text", Text("origin", "来源性质")),
    ),
)
CLAIMS = Table(
    "claims",
    Text("Claims", "债权"),
    Text("Who owes whom; several rows between two nodes add up.", "债务关系;同一对节点可有多行。"),
    (),
    (
        Column("debtor_id", "id", Text("debtor", "债务人"), required=True, refers="nodes"),
        Column("creditor_id", "id", Text("creditor", "债权人"), required=True, refers="nodes"),
        Column("amount", "money", Text("amount", "金额"), required=True),
        Column("origin", "text", Text("origin", "来源性质")),
    ),
)


@dataclass(frozen=True)
class Network:
    """Nodes in a fixed order and what they owe one another.

    `claims` is (creditor, debtor) in yuan, `external_assets` and `external_debts` (node,),
    `volatility` (node,) a year or None where unknown. All amounts are >= 0.
    """

    nodes: tuple[str, ...]
    claims: Links
    external_assets: Floats
    external_debts: Floats
    volatility: Floats | None = None

    @cached_property
    def owed_inside(self) -> Floats:
        """What each node owes to other nodes, (node,)."""
        return self.claims.sum(axis=0)

    @cached_property
    def claimed(self) -> Floats:
        """What other nodes owe to each node, (node,)."""
        return self.claims.sum(axis=1)

    @cached_property
    def owed(self) -> Floats:
        """What each node owes altogether, (node,)."""
        return self.owed_inside + self.external_debts

    @cached_property
    def equity(self) -> Floats:
        """Assets less debts of each node while every claim is worth its face, (node,)."""
        return self.external_assets + self.claimed - self.owed

    def index(self, node_id: str) -> int:
        """Return the position of a node; ValueError if there is none of that name."""
        return self.nodes.index(node_id)


def build_network(nodes: pl.DataFrame, claims: pl.DataFrame) -> Network:
    """Arrange checked tables as a network; rows keep the order of `nodes`.

    Raises CaseError with all findings: unknown or negative amounts, unknown or repeated nodes, a
    node that owes itself.

    >>> nodes = pl.DataFrame({"node_id": ["a", "b"], "external_assets": [3.0, 1.0],
    ...                       "external_debts": [0.0, 2.0]})
    >>> claims = pl.DataFrame({"debtor_id": ["a"], "creditor_id": ["b"], "amount": [4.0]})
    >>> build_network(nodes, claims).equity.tolist()
    [-1.0, 3.0]
    """
    nodes, claims = NODES.conform(nodes), CLAIMS.conform(claims)
    issues = [*_amount_issues(nodes, claims), *_name_issues(nodes, claims)]
    if issues:
        raise CaseError(issues)
    volatility = nodes["asset_volatility"]
    return Network(
        tuple(nodes["node_id"]),
        _matrix(nodes, claims),
        nodes["external_assets"].to_numpy(),
        nodes["external_debts"].to_numpy(),
        None if volatility.null_count() else volatility.to_numpy(),
    )


def network_of(
    owes: npt.ArrayLike,
    assets: npt.ArrayLike,
    debts: npt.ArrayLike,
    *,
    volatility: npt.ArrayLike | None = None,
) -> Network:
    """Build a network from a (debtor, creditor) matrix as papers print it; nodes are n0, n1, ...

    `volatility` is that of external assets a year, for ex-ante valuations, one or one a node.
    Raises IronpotError where the matrix is not square, assets or debts are not one a node, or
    something is no number.

    >>> network_of([[0, 4], [0, 0]], [3, 1], [0, 2]).owed.tolist()
    [4.0, 2.0]
    """
    assets, debts = amounts_of(assets), amounts_of(debts)
    matrix = _square(amounts_of(owes), (assets, debts))
    debtor, creditor = np.nonzero(matrix)
    names = [f"n{i}" for i in range(len(matrix))]
    nodes = pl.DataFrame({"node_id": names, "external_assets": assets, "external_debts": debts})
    if volatility is not None:
        spread = np.broadcast_to(amounts_of(volatility), assets.shape)
        nodes = nodes.with_columns(asset_volatility=spread)
    claims = pl.DataFrame(
        {
            "debtor_id": [names[i] for i in debtor],
            "creditor_id": [names[i] for i in creditor],
            "amount": matrix[debtor, creditor],
        },
        schema_overrides={"debtor_id": pl.String, "creditor_id": pl.String},
    )
    return build_network(nodes, claims)


def amounts_of(figures: npt.ArrayLike) -> Floats:
    """Return figures as an array of float64; raises IronpotError where there is none of them.

    >>> amounts_of([1, 2]).tolist()
    [1.0, 2.0]
    """
    try:
        return np.asarray(figures, dtype=np.float64)
    except (ValueError, TypeError) as error:
        why = f"{error}".rstrip(".")
        raise IronpotError(
            Text(
                f"These are no amounts: {why}. Give numbers in rows of one length, NaN where one "
                "is unknown.",
                f"金额无法识别:{why}。请给出等长各行的数字,未知处填 NaN。",
            )
        ) from error


def _square(matrix: Floats, by_node: tuple[Floats, ...]) -> Floats:
    count = len(matrix) if matrix.ndim else -1
    lengths = [np.shape(values) for values in by_node]
    fits = matrix.ndim == 2 or count == 0
    if not fits or matrix.size != count * count or lengths != [(count,)] * len(lengths):
        raise IronpotError(
            Text(
                f"Claims have shape {matrix.shape}, assets and debts {lengths}: give a square "
                "matrix (debtor, creditor) and one amount a node.",
                f"债权矩阵形状为{matrix.shape},资产和负债为{lengths}:"
                "请给出(债务人,债权人)方阵,且每个节点各一个金额。",
            )
        )
    return matrix.reshape(count, count)


def _matrix(nodes: pl.DataFrame, claims: pl.DataFrame) -> Links:
    """Return (creditor, debtor); repeated pairs add up, nil claims leave no link."""
    position = nodes.select("node_id").with_row_index("at")
    placed = (
        claims.filter(pl.col("amount") > 0.0)
        .join(position.rename({"node_id": "debtor_id", "at": "debtor"}), on="debtor_id")
        .join(position.rename({"node_id": "creditor_id", "at": "creditor"}), on="creditor_id")
    )
    pairs = placed["creditor"].to_numpy(), placed["debtor"].to_numpy()
    return links_of(placed["amount"].to_numpy(), *pairs, (nodes.height, nodes.height))


def _amount_issues(nodes: pl.DataFrame, claims: pl.DataFrame) -> list[Issue]:
    found: list[Issue] = []
    for table, frame in ((NODES, nodes), (CLAIMS, claims)):
        for column in table.columns:
            if column.kind != "money":
                continue
            amount = frame[column.name]
            bad = (amount.is_null() | ~amount.is_finite() | (amount < 0.0)).fill_null(value=True)
            found += [_bad_amount(table, column, i, amount[i]) for i in bad.arg_true()]
    return found


def _bad_amount(table: Table, column: Column, row: int, value: float | None) -> Issue:
    return Issue(
        "error",
        "system.amount",
        Place(table.name, row=row + 1, header=column.name),
        "" if value is None else str(value),
        Text("unknown, infinite or below zero", "未知、无穷或为负"),
        Text("clearing adds it up, and missing is not zero", "清算要加总,缺失不等于零"),
        Text("give the amount in yuan, 0 or more", "请填不小于0的金额(元)"),
    )


def _name_issues(nodes: pl.DataFrame, claims: pl.DataFrame) -> list[Issue]:
    repeated = nodes.with_row_index("row").filter(~pl.col("node_id").is_first_distinct())
    found = [
        _bad_name("nodes", row, "node_id", name, _TWICE)
        for row, name in repeated.select("row", "node_id").iter_rows()
    ]
    numbered = claims.with_row_index("row")
    for column in ("debtor_id", "creditor_id"):
        known = pl.col(column).is_in(nodes["node_id"].to_list()).fill_null(value=False)
        strangers = numbered.filter(~known).select("row", column)
        found += [_bad_name("claims", r, column, n, _UNKNOWN) for r, n in strangers.iter_rows()]
    own = numbered.filter(pl.col("debtor_id") == pl.col("creditor_id")).select("row", "debtor_id")
    return found + [_bad_name("claims", r, "creditor_id", n, _ITSELF) for r, n in own.iter_rows()]


_TWICE = (
    Text("stands twice", "重复"),
    Text("its debts would count twice", "其债务会重复计算"),
    Text("merge the rows", "请合并各行"),
)
_UNKNOWN = (
    Text("is not in the nodes table", "不在“节点”表中"),
    Text("its money would vanish", "其资金会消失"),
    Text("add the node or correct the name", "请补充节点或更正名称"),
)
_ITSELF = (
    Text("owes itself", "欠自身"),
    Text("such a claim clears nothing", "此类债权无清算意义"),
    Text("remove the row", "请删除该行"),
)


def _bad_name(
    table: str, row: int, column: str, value: str | None, why: tuple[Text, Text, Text]
) -> Issue:
    place = Place(table, row=row + 1, header=column)
    return Issue("error", "system.name", place, value or "", *why)
