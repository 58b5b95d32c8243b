"""Which events are there, and in what order do they happen on one day?

Source: ACTUS dictionary 1.4, event types and their sequence; where the public suite prints another
order (PRF follows RR), the suite's.
"""

from enum import IntEnum


class Kind(IntEnum):
    """Event kinds; the number is the order on one day, `label` the ACTUS event type.

    Some kinds share a label: interest settled after a call, what was overdue at the status date.
    Two are ours: WO, principal or interest forgiven, and RS, terms changed; neither moves cash.

    >>> Kind.PR < Kind.IP < Kind.MD, Kind.OVERDUE_PRINCIPAL.label
    (True, 'PR')
    """

    IED = 1
    FP = 2
    OVERDUE_PRINCIPAL = 3
    PR = 4
    PI = 5
    OVERDUE_PENALTY = 6
    PY = 7
    PP = 8
    OVERDUE_INTEREST = 9
    IP = 10
    IPFX = 11
    IPFL = 12
    IPCI = 13
    CE = 14
    RRF = 15
    RR = 16
    PRF = 17
    DV = 18
    PRD = 19
    MR = 20
    TD = 21
    SC = 22
    IPCB = 23
    MD = 24
    XD = 25
    SETTLED_INTEREST = 26
    STD = 27
    AD = 28
    WO = 29
    RS = 30

    @property
    def label(self) -> str:
        """ACTUS event type of this kind."""
        return _SHARED.get(self, self.name)


_SHARED: dict[Kind, str] = {
    Kind.OVERDUE_PRINCIPAL: "PR",
    Kind.OVERDUE_PENALTY: "PY",
    Kind.OVERDUE_INTEREST: "IP",
    Kind.SETTLED_INTEREST: "IP",
}
