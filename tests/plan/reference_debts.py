"""The debts of the reference model: options, prepayment, swaps, roll-over. See `reference`."""

import numpy as np
import xarray as xr
from tests.plan.reference_terms import M, array, bullet, team_of


class DebtRules:
    """Rules 5 and 11, and what debts demand; a part of `reference.Reference`."""

    # rules 5, 11 and what debts demand
    def _debts(self) -> None:
        d = self.i.debts
        owner = array(np.eye(len(d.node))[d.option_debt], "o", "d")
        self.model.add_constraints((owner * self.z).sum("o") == 1, name="one_option")
        agreed = [o for o in range(len(d.option_ids)) if d.actions[o] != "contract"]
        talks = np.nansum(team_of(self.i, "negotiations"))
        self.model.add_constraints(self.z.sel(o=agreed).sum() <= talks, name="talks")
        contract = array(np.eye(len(d.option_ids))[d.contract], "d", "o")
        shares = self.prepay.sum("u") + self.swap.sum(["u", "w"])
        self.model.add_constraints(shares - (contract * self.z).sum("o") <= 0, name="shares")
        self._prepayments()
        self._swaps()
        self._service()

    def _prepayments(self) -> None:
        d, r = self.i.debts, self.i.releases
        freed = np.zeros((len(self.columns), len(d.node), self.T))
        for k, column in enumerate(self.columns):
            for c in column.members:
                if r.debt[c] >= 0:
                    name = self.i.offers.pledges.debt_ids[r.debt[c]]
                    freed[k, d.debt_ids.index(name), r.start[c]] += r.freed_share[c]
        twice_a_year = (np.arange(self.T) % 2 == 0)[None, :] & d.prepayable[:, None]
        alive = d.outstanding[d.contract].max(axis=1) > 0.0
        open_to = (twice_a_year & alive) | (freed.sum(axis=0) > 0.0)
        self.model.add_constraints(self.prepay <= array(open_to, "d", "u"), name="prepay_dates")
        wanted = (array(freed, "k", "d", "u") * self.x).sum("k")
        self.model.add_constraints(self.prepay - wanted >= 0, name="freed")

    def _swaps(self) -> None:
        d = self.i.debts
        years = np.arange(self.T) // 4
        alive = d.outstanding[d.contract].max(axis=1) > 0.0
        mean = np.einsum("dst,s->dt", d.outstanding[d.contract], self.i.weights) / M
        for w, programme in enumerate(d.swaps):
            dates = (np.arange(self.T) % 2 == 0) & (programme.quota[years] > 0.0)
            open_to = programme.open_to[:, None] & alive & dates[None, :]
            mine = self.swap.sel(w=w)
            self.model.add_constraints(mine <= array(open_to, "d", "u"), name=f"swap_dates_{w}")
            for year, quota in enumerate(programme.quota):
                within = array(mean * (years == year), "d", "u")
                self.model.add_constraints(
                    (within * mine).sum() <= quota / M, name=f"quota_{w}_{year}"
                )

    def _service(self) -> None:
        """Interest, principal, prepayment, swaps; principal due by group can be rolled over."""
        d = self.i.debts
        at, of = self._at(d.node), self._of(d.group)
        option_at, option_of = self._at(d.node[d.option_debt]), self._of(d.group[d.option_debt])
        interest, principal = (array(v / M, "o", "s", "t") for v in (d.interest, d.principal))
        own_i, own_p = (array(v[d.contract] / M, "d", "s", "t") for v in (d.interest, d.principal))
        first = array(np.eye(self.T)[0], "t")
        out = array(d.outstanding[d.contract] / M, "d", "s", "t")
        accrued = array(d.accrued / M, "d", "s", "t")
        ended = self.prepay + self.swap.sum("w")  # shares that end, (d, u)
        served_no_more = self.later * ended  # (d, u, t)
        now = array(np.eye(self.T), "u", "t")
        fee = array(d.fee / M, "o")
        paid_early = out * (1.0 + array(d.penalty, "d")) + accrued
        self.cash_in += [
            -(option_at * interest * self.z).sum("o"),
            -(option_at * fee * first * self.z).sum("o"),
            (at * own_i * served_no_more.sum("u")).sum("d"),
            -(at * paid_early * (now * self.prepay).sum("u")).sum("d"),
            -(at * accrued * (now * self.swap.sum("w")).sum("u")).sum("d"),
        ]
        due = (option_of * principal * self.z).sum("o") - (
            of * own_p * served_no_more.sum("u")
        ).sum("d")
        self._bonds(out)
        self._roll_over(due)
        after = array(d.value_after @ self.i.weights / M, "o")
        kept = array(d.value_after[d.contract] @ self.i.weights / M, "d")
        self.cost += [(after * self.z).sum(), -(kept * ended.sum("u")).sum()]

    def _at(self, nodes: np.ndarray) -> xr.DataArray:
        return array(
            np.eye(self.N)[nodes], "o" if nodes.size != len(self.i.debts.node) else "d", "n"
        )

    def _of(self, groups: np.ndarray) -> xr.DataArray:
        dim = "o" if groups.size != len(self.i.debts.group) else "d"
        return array(np.eye(len(self.i.debts.groups))[groups], dim, "g")

    def _bonds(self, out: xr.DataArray) -> None:
        """The bond of a swap: one yuan pays by age; what is left after the horizon is a cost."""
        d = self.i.debts
        for w, terms in enumerate(d.swaps):
            pays = np.zeros((self.T, self.T))
            for u in range(self.T):
                pays[u, u] += terms.fee_share
                for age in range(min(terms.interest.size, self.T - u - 1)):
                    pays[u, u + 1 + age] += terms.interest[age] + terms.principal[age]
            size = out.rename(t="u")  # (d, s, u) principal swapped
            node = array(np.eye(self.N)[terms.node], "n")
            bond = (size * self.swap.sel(w=w)).sum("d")  # (s, u)
            self.cash_in.append(-node * (array(pays, "u", "t") * bond).sum("u"))
            self.cost.append((self.p * array(terms.value_after, "u") * bond).sum())

    def _roll_over(self, due: object) -> None:
        d = self.i.debts
        groups, term = len(d.groups), d.roll.term
        age = np.arange(self.T)[None, :] - np.arange(self.T)[:, None]  # t - u
        matures = array([age == term[g] for g in range(groups)], "g", "u", "t")
        runs = array([(age > 0) & (age <= term[g]) for g in range(groups)], "g", "u", "t")
        rolled = self.roll.rename(t="u")
        again = (matures * rolled).sum("u")
        self.model.add_constraints(self.due - due - again == 0, name="due")
        share = array(d.roll.share, "g", "s", "t")
        self.model.add_constraints(self.roll - share * self.due <= 0, name="roll_share")
        interest = (runs * array(d.roll.rate / 4.0, "g", "s", "u") * rolled).sum("u")
        node = array(np.eye(self.N)[[key[0] for key in d.groups]], "g", "n")
        self.cash_in.append((node * (self.roll - self.due - interest)).sum("g"))
        self.running = (array(self._outlasts(runs, matures), "g", "u", "t"), rolled)
        left = np.array(
            [[u + term[g] - (self.T - 1) for u in range(self.T)] for g in range(groups)]
        )
        owed = np.array(
            [
                [
                    [bullet(d.roll.rate[g, s, u], left[g, u], self.i.rate) for u in range(self.T)]
                    for s in range(self.S)
                ]
                for g in range(groups)
            ]
        )
        end = float(self.discount[-1])
        self.cost.append((self.p * array(owed * end, "g", "s", "u") * rolled).sum())

    def _outlasts(self, runs: xr.DataArray, matures: xr.DataArray) -> np.ndarray:
        """A loan of quarter u still stands at the end of quarter t."""
        return np.eye(self.T)[None] + runs.values - matures.values
