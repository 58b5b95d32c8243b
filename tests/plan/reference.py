"""The plan as on paper, in linopy: slow, readable, the oracle of the program built from arrays.

Reads the same `Inputs` and nothing else of the planner. Indices: k release columns, n accounts,
s scenarios, t u quarters, l stalls of markets m, b tranches, j rounds, d debts, o options, g
roll-over groups, h helpers (givers). Million. The impact cuts of the program are left out: they cut
off no plan.
"""

import linopy
import numpy as np
import polars as pl
import xarray as xr
from tests.plan.reference_debts import DebtRules
from tests.plan.reference_terms import (
    M,
    array,
    bullet,
    effort_of,
    least_kept,
    pays_in_rounds,
    release_columns,
    team_of,
)

from ironpot.plan.inputs import Giver, Inputs


class Reference(DebtRules):
    """The model of a case; `solve` returns its optimum."""

    def __init__(self, inputs: Inputs) -> None:
        self.i = inputs
        self.model = linopy.Model()
        self.T, self.N, self.S = inputs.quarters, len(inputs.nodes.keys), inputs.weights.size
        self.columns = release_columns(inputs)
        self.discount = array((1.0 + inputs.rate) ** (-np.arange(1, self.T + 1) / 4.0), "t")
        self.p = array(inputs.weights, "s")
        # later[u, t]: quarter t comes after quarter u
        self.later = array(np.triu(np.ones((self.T, self.T)), 1), "u", "t")
        self.cost: list[object] = []
        self.cash_in: list[object] = []
        self._variables()
        self._releases()
        self._debts()
        self._market()
        self._financing()
        self._cash()

    def solve(self, *, whole: bool = True) -> float:
        """Minimise and return the cost, in whole numbers or of the relaxation."""
        constant = self.i.nodes.opening.sum() / M * float(self.discount[0])
        self.model.add_objective(sum(self.cost[1:], self.cost[0]))
        options = {"mip_rel_gap": 0.0, "output_flag": False, "solve_relaxation": not whole}
        status, _ = self.model.solve("highs", io_api="direct", **options)
        assert status == "ok"
        return float(self.model.objective.value) + constant

    def _add(self, name: str, *dims: str, sizes: dict[str, int], **bounds) -> linopy.Variable:
        coords = [np.arange(sizes[dim]) for dim in dims]
        return self.model.add_variables(coords=coords, dims=list(dims), name=name, **bounds)

    def _variables(self) -> None:
        debts, depth = self.i.debts, self.i.offers.depth
        size = {"k": len(self.columns), "n": self.N, "s": self.S, "t": self.T, "u": self.T}
        size |= {"l": self.i.stalls.node.size, "b": depth.capacity.shape[2], "w": len(debts.swaps)}
        size |= {"d": len(debts.node), "o": len(debts.option_ids), "g": len(debts.groups)}
        size |= {"a": len(self.i.nodes.arcs), "h": len(self.i.givers), "r": len(self.i.bands)}
        self.x = self._add("x", "k", sizes=size, binary=True)
        self.z = self._add("z", "o", sizes=size, binary=True)
        self.issue = self._add("issue", "n", "t", sizes=size, binary=True)
        self.fill = self._add("fill", "l", "u", "b", sizes=size, lower=0)
        self.prepay = self._add("prepay", "d", "u", sizes=size, lower=0)
        self.swap = self._add("swap", "w", "d", "u", sizes=size, lower=0)
        self.roll = self._add("roll", "g", "s", "t", sizes=size, lower=0)
        self.due = self._add("due", "g", "s", "t", sizes=size, lower=0)
        for name in ("cash", "bridge", "arrears"):
            setattr(self, name, self._add(name, "n", "s", "t", sizes=size, lower=0))
        self.move = self._add("move", "a", "s", "t", sizes=size, lower=0)
        self.relief = self._add("relief", "h", "n", "s", "t", sizes=size, lower=0)
        self.slack = self._add("slack", "r", "s", sizes=size, lower=0)
        self.level = self.model.add_variables(lower=0, name="level")
        self.excess = self._add("excess", "s", sizes=size, lower=0)

    # rules 1 to 4
    def _releases(self) -> None:
        r, offers = self.i.releases, self.i.offers
        per = self._sum_members
        leaves = per(np.eye(int(offers.lot.max()) + 1)[r.lot], "l")
        self.model.add_constraints((leaves * self.x).sum("k") <= 1, name="leaves_once")
        team = team_of(self.i, "capacity_pw")
        effort = per(np.array([effort_of(self.i, c) for c in range(r.count)]), "t")
        self.model.add_constraints((effort * self.x).sum("k") <= array(team, "t"), name="team")
        self._floors()
        self._pools()
        self.cost.append(
            (per((r.terminal_cost + r.service_cost)[:, None] / M, "one") * self.x).sum()
        )

    def _sum_members(self, values: np.ndarray, *dims: str) -> xr.DataArray:
        """Add up what the candidates of each column carry."""
        return array(
            np.array([values[list(c.members)].sum(axis=0) for c in self.columns]), "k", *dims
        )

    def _floors(self) -> None:
        frame, classes = self.i.offers.frame, self.i.case.service_classes
        lots = frame.unique("lot_id", keep="first", maintain_order=True)
        for name, floor in classes.select("service_class", "floor_share").iter_rows():
            today = sum(
                (
                    row["service_value_y"]
                    if row["service_value_y"] is not None
                    else row["book_value"]
                )
                for row in lots.iter_rows(named=True)
                if row["service_class"] == name
            )
            mine = (frame["service_class"] == name).fill_null(value=False).to_numpy()
            # In yuan a year; the program counts a small class larger.
            yuan = frame.select(pl.coalesce("service_value_y", "book_value")).to_series().to_numpy()
            gone = mine[self.i.releases.row] & (self.i.releases.service > 0.0)
            given = np.where(gone, yuan[self.i.releases.row], 0.0)
            given = self._sum_members(given[:, None] / M, "one")
            limit = (1.0 - floor) * today / M
            self.model.add_constraints((given * self.x).sum() <= limit, name=f"floor_{name}")

    def _pools(self) -> None:
        r, offers = self.i.releases, self.i.offers
        self.model.add_constraints(self.issue.sum("t") <= 1, name="pool_once")
        size = np.zeros((len(self.columns), self.N, self.T))
        least = np.zeros(self.N)
        for k, column in enumerate(self.columns):
            for c in column.members:
                if offers.frame["route"][int(r.row[c])] == "pool":
                    size[k, r.node[c], r.start[c]] += offers.frame["appraisal"][int(r.row[c])] / M
                    minimum = (offers.frame["minimum_size"][int(r.row[c])] or 0.0) / M
                    least[r.node[c]] = max(least[r.node[c]], minimum)
        pooled = (array(size, "k", "n", "t") * self.x).sum("k")
        self.model.add_constraints(
            pooled - array(least, "n") * self.issue >= 0, name="pool_minimum"
        )
        joins = array(size > 0.0, "k", "n", "t")
        self.model.add_constraints(joins * (self.x - self.issue) <= 0, name="pool_joined")
        used = array(size.any(axis=0), "n", "t")
        self.model.add_constraints(self.issue <= used, name="pool_quarters")

    # rule 7
    def _market(self) -> None:
        """Listed volume fills tranches that all accounts share; rounds bring cash, end income."""
        r, depth, stalls = self.i.releases, self.i.offers.depth, self.i.stalls
        shape = (r.count, stalls.node.size, self.T)
        volume, kept = np.zeros(shape), np.zeros(shape)
        for c in np.flatnonzero(r.market >= 0):
            volume[c, r.stall[c], r.start[c]] = r.volume[c] / M
            kept[c, r.stall[c], r.start[c]] = r.volume[c] * r.kept_share[c] / M
        listed = (self._sum_members(volume, "l", "u") * self.x).sum("k")
        net = (self._sum_members(kept, "l", "u") * self.x).sum("k")
        self.model.add_constraints(self.fill.sum("b") - listed == 0, name="listed")
        capacity = array(depth.capacity / M, "m", "u", "b")
        stands = array(np.eye(len(depth.markets))[stalls.market], "l", "m")
        self.model.add_constraints((stands * self.fill).sum("l") <= capacity, name="depth")
        least = array([least_kept(self.i, stall) for stall in range(stalls.node.size)], "l")
        first = array(depth.fraction[stalls.market, :, 0], "l", "u")
        lost = np.where(depth.capacity > 0, depth.fraction[:, :, :1] - depth.fraction, 0)
        lost = array(lost[stalls.market], "l", "u", "b")
        price = first * net - least * (lost * self.fill).sum("b")
        paid = (array(pays_in_rounds(self.i), "l", "s", "u", "t") * price).sum("u")
        self.cash_in.append((array(np.eye(self.N)[stalls.node], "l", "n") * paid).sum("l"))
        self._contracts()

    def _contracts(self) -> None:
        """Cash that no market moves, the price that an inside buyer pays, income that ends."""
        r = self.i.releases
        moved = np.zeros((r.count, self.N, self.S, self.T))
        sold = np.cumsum(self.i.stalls.sold, axis=2)  # (l, s, j)
        for c in range(r.count):
            moved[c, r.node[c]] += sum(r.moves.values())[c] / M
            if r.buyer[c] >= 0:
                moved[c, r.buyer[c]] -= r.moves["asset_proceeds_inside"][c] / M
            for s in range(self.S):
                for t in range(r.start[c] + 1, self.T):
                    rounds = min(t - r.start[c], sold.shape[2]) - 1
                    gone = sold[r.stall[c], s, rounds] if r.stall[c] >= 0 else 1.0
                    moved[c, r.home[c], s, t] -= gone * r.ended[c, t] / M
        self.cash_in.append((self._sum_members(moved, "n", "s", "t") * self.x).sum("k"))

    # rules 8 to 10
    def _financing(self) -> None:
        o, nodes = self.i.options, self.i.nodes
        self.model.add_constraints(
            self.bridge <= array(nodes.bridge / M, "n", "t"), name="bridge_limit"
        )
        before = array(np.eye(self.T, k=1), "u", "t")  # u = t - 1
        for stock, rate in (
            (self.bridge, nodes.bridge_rate),
            (self.arrears, np.full(self.N, o.arrears_rate)),
        ):
            carried = (before * stock.rename(t="u")).sum("u")
            self.cash_in.append(stock - array(1.0 + rate / 4.0, "n") * carried)
        end = array(np.eye(self.T)[-1], "t") * self.discount
        penalty = self.discount * o.arrears_weight / 4.0 + end * (1.0 + o.arrears_weight)
        self.cost += [(self.p * end * self.bridge).sum(), (self.p * penalty * self.arrears).sum()]
        out_of, into = (array(np.eye(self.N)[nodes.arcs[:, e]], "a", "n") for e in (0, 1))
        self.cash_in.append(((into - out_of) * self.move).sum("a"))
        sent = (out_of * self.move).sum("a")
        self.model.add_constraints(sent <= array(nodes.transfer / M, "n", "t"), name="transfer")
        late = (self.discount / 4.0 * self.arrears).sum(["n", "t"])
        self.model.add_constraints(self.excess + self.level - late >= 0, name="tail")
        tail = self.level + (self.p / (1.0 - o.cvar_level) * self.excess).sum()
        self.cost.append(o.risk_weight * tail)
        for h, giver in enumerate(self.i.givers):
            self._help(h, giver)
        self._bands()

    def _help(self, h: int, giver: Giver) -> None:
        """Grants loosen cash and are no gain; advances are loans; both count at their weight."""
        mine = self.relief.sel(h=h)
        may = np.zeros((self.N, self.T))
        may[list(giver.nodes), giver.first :] = min(giver.limit / M, 1e6)
        self.model.add_constraints(mine <= array(may, "n", "t"), name=f"may_{h}")
        self.model.add_constraints(mine.sum("n") <= min(giver.limit / M, 1e6), name=f"quarter_{h}")
        self.model.add_constraints(
            mine.sum(["n", "t"]) <= min(giver.total / M, 1e6), name=f"total_{h}"
        )
        age = np.arange(self.T)[None, :] - np.arange(self.T)[:, None]
        runs, matures = (
            (age > 0) & (age <= giver.repay_after),
            (age == giver.repay_after) & (age > 0),
        )
        service = array(runs * giver.rate / 4.0 + matures, "u", "t")
        given = mine.rename(t="u")
        self.cash_in.append(mine - (service * given).sum("u"))
        lost = max(1.0 - bullet(giver.rate, giver.repay_after, self.i.rate), 0.0)
        lost += (0.01 if giver.repay_after else 0.0) + 1e-5 * giver.order
        weight = self.p * self.discount * mine
        self.cost.append(self.i.options.help_weight * lost * weight.sum())
        if giver.repay_after:
            left = [u + giver.repay_after - (self.T - 1) for u in range(self.T)]
            owed = array([bullet(giver.rate, n, self.i.rate) for n in left], "u")
            self.cost.append(float(self.discount[-1]) * (self.p * owed * given).sum())
        else:
            self.cost.append(weight.sum())

    # rule 9
    def _bands(self) -> None:
        d = self.i.debts
        for number, band in enumerate(self.i.bands):
            t = band.quarter
            kinds = np.array([d.groups[g][2] in band.classes for g in d.group])
            groups = array([key[2] in band.classes for key in d.groups], "g")
            owed = array(d.outstanding[:, :, t] * kinds[d.option_debt][:, None] / M, "o", "s")
            own = array(d.outstanding[d.contract][:, :, t] * kinds[:, None] / M, "d", "s")
            gone = (self.prepay + self.swap.sum("w")).sel(u=slice(0, t)).sum("u")
            outlasts, rolled = self.running
            stock = (owed * self.z).sum("o") - (own * gone).sum("d")
            stock += (groups * outlasts.sel(t=t) * rolled).sum(["g", "u"])
            if "special" in band.classes:
                stock += self._swapped_in(t)
            stock += sum(self._lent_help(t, band.classes))
            if "vehicle_other" in band.classes:
                stock += self._against_lots(t)
            slack = self.slack.sel(r=number)
            bound = array(band.bound / M, "s")
            self.model.add_constraints(stock - slack <= bound, name=f"band_{number}")
            if band.rigid:
                self.model.add_constraints(slack <= 0, name=f"rigid_{number}")
            price = self.i.options.rule_slack_price * float(self.discount[t])
            self.cost.append((price * self.p * slack).sum())

    def _swapped_in(self, t: int) -> object:
        """On-lent bonds that stand at the end of quarter t."""
        d, parts = self.i.debts, []
        size = array(d.outstanding[d.contract] / M, "d", "s", "u")
        for w, terms in enumerate(d.swaps):
            left = [1.0 - terms.principal[: t - u].sum() if u <= t else 0.0 for u in range(self.T)]
            parts.append((array(left, "u") * size * self.swap.sel(w=w)).sum(["d", "u"]))
        return sum(parts) if parts else 0.0

    def _lent_help(self, t: int, classes: tuple[str, ...]) -> list[object]:
        """Repayable help that stands at the end of quarter t, of the class its account serves."""
        parts = []
        for h, giver in enumerate(self.i.givers):
            for n in giver.nodes if giver.repay_after else ():
                kind = "special" if "special" in self.i.nodes.pays[n] else "other"
                if kind in classes:
                    first = max(t + 1 - giver.repay_after, 0)
                    parts.append(self.relief.sel(h=h, n=n, t=slice(first, t)).sum("t"))
        return parts

    def _against_lots(self, t: int) -> object:
        """Loans against lots that stand at the end of quarter t."""
        moves = self.i.releases.moves
        stands = (moves["borrowing"] + moves["principal"])[:, : t + 1].sum(axis=1)[:, None]
        return (self._sum_members(stands / M, "one") * self.x).sum()

    # rule 8
    def _cash(self) -> None:
        """Cash at a quarter's end = cash before + what comes in; each yuan counts at its date."""
        nodes = self.i.nodes
        self.model.add_constraints(self.cash >= array(nodes.buffer / M, "n", "t"), name="buffer")
        fixed = np.sum(list(self.i.budget.values()), axis=0) + self.i.held[:, None, :]
        fixed[:, :, 0] += nodes.opening[:, None]
        before = (array(np.eye(self.T, k=1), "u", "t") * self.cash.rename(t="u")).sum("u")
        change = sum(self.cash_in[1:], self.cash_in[0])
        self.model.add_constraints(
            self.cash - before - change == array(fixed / M, "n", "s", "t"), name="cash_balance"
        )
        self.cost.append(-(self.p * self.discount * (self.cash - before)).sum())
