"""Whose account holds which cash, and where may it go? Nodes are accounts inside the perimeter.

An entity without an account banks with its nearest parent that has one.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl

from ironpot.case.case import Case
from ironpot.core.errors import IronpotError
from ironpot.core.lang import Text
from ironpot.plan.program import Floats, Ints

ALL = "all"


@dataclass(frozen=True, slots=True)
class Nodes:
    """Cash nodes: `keys` are (entity_id, account); arrays (node,) or (node, quarter) in yuan.

    `arcs` (arc, 2) are permitted transfers from node to node inside the perimeter. `holder` maps
    each inside entity to the entity whose accounts it uses.
    """

    keys: tuple[tuple[str, str], ...]
    opening: Floats
    pays: tuple[frozenset[str], ...]
    arcs: Ints
    buffer: Floats
    bridge: Floats
    bridge_rate: Floats
    transfer: Floats
    holder: dict[str, str]

    def find(self, entity_id: str, account: str) -> int:
        """Return the node of an account of the entity's holder; -1 if it has no such account."""
        key = (self.holder.get(entity_id, ""), account)
        return self.keys.index(key) if key in self.keys else -1

    def income_node(self, entity_id: str, account: str | None = None) -> int:
        """Return the node of an entity's income: the named account, else its main one."""
        for name in (account, "company", "general"):
            node = self.find(entity_id, name) if name is not None else -1
            if node >= 0:
                return node
        return next(k for k, key in enumerate(self.keys) if key[0] == self.holder[entity_id])

    def paying_node(self, entity_id: str, primary_class: str) -> int:
        """Return the node that serves a class of an entity's debt; -1 if no account may pay it."""
        holder = self.holder.get(entity_id)
        for node, key in enumerate(self.keys):
            if key[0] == holder and primary_class in self.pays[node]:
                return node
        return -1


def cash_nodes(case: Case) -> Nodes:
    """Arrange accounts, masks and limits of the case. Raises IronpotError if cash has no home."""
    inside = set(case.perimeter)
    rows = [row for row in case.accounts.iter_rows(named=True) if row["entity_id"] in inside]
    if not rows:
        raise IronpotError(
            Text("No account inside the perimeter.", "并表范围内没有账户。"),
        )
    keys = tuple((row["entity_id"], row["account"]) for row in rows)
    bridge = _limit(case, keys, "bridge")
    return Nodes(
        keys=keys,
        opening=np.array([row["opening_cash"] for row in rows], dtype=np.float64),
        pays=tuple(frozenset(_words(row["pays"])) for row in rows),
        arcs=_arcs(rows),
        buffer=_limit(case, keys, "buffer"),
        bridge=bridge,
        bridge_rate=_bridge_rate(case, keys),
        transfer=_limit(case, keys, "transfer"),
        holder=_holders(case, {key[0] for key in keys}),
    )


def _words(text: str | None) -> list[str]:
    return [word for word in (text or "").split(";") if word]


def _arcs(rows: list[dict[str, str]]) -> Ints:
    """Permitted transfers: to another inside account of a kind that the giving account may fund."""
    pairs = [
        (i, j)
        for i, giver in enumerate(rows)
        for j, taker in enumerate(rows)
        if i != j and taker["account"] in _words(giver["transfers_to"])
    ]
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _limit(case: Case, keys: tuple[tuple[str, str], ...], kind: str) -> Floats:
    """Limits of one kind by node and quarter; a row for a quarter overrides `all`; none is nil."""
    table = np.zeros((len(keys), case.horizon.count))
    rows = case.limits.filter(pl.col("kind") == kind).sort(pl.col("quarter") != ALL)
    for row in rows.iter_rows(named=True):
        for node, (entity, account) in enumerate(keys):
            if row["entity_id"] in (None, entity) and row["account"] in (None, account):
                table[node, _span(row["quarter"], case)] = row["amount"]
    return table


def _bridge_rate(case: Case, keys: tuple[tuple[str, str], ...]) -> Floats:
    rates = np.zeros(len(keys))
    for row in case.limits.filter(pl.col("kind") == "bridge").iter_rows(named=True):
        for node, (entity, account) in enumerate(keys):
            if row["entity_id"] in (None, entity) and row["account"] in (None, account):
                rates[node] = row["rate"] or 0.0
    return rates


def _span(quarter: str, case: Case) -> slice:
    if quarter == ALL:
        return slice(0, case.horizon.count)
    at = case.horizon.index(quarter)
    return slice(at, at + 1) if 0 <= at < case.horizon.count else slice(0, 0)


def _holders(case: Case, holders: set[str]) -> dict[str, str]:
    """Nearest entity with an account, going up the tree, for each inside entity."""
    parent = dict(case.entities.select("entity_id", "parent_id").iter_rows())
    found: dict[str, str] = {}
    for entity in case.perimeter:
        at: str | None = entity
        steps = 0
        while at is not None and at not in holders and steps <= len(parent):
            at, steps = parent.get(at), steps + 1
        if at is None or at not in holders:
            raise IronpotError(
                Text(
                    f"{entity} has no account and no parent with one; add a row to accounts.",
                    f"{entity} 没有账户,上级也没有;请在“账户”表中补充。",
                )
            )
        found[entity] = at
    return found
