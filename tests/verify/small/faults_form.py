"""Which faults may stand in cells, in plan.json and in the registers?"""

from tests.verify.small.faults import Fault, add, both, change, say

L1 = "lot_id=L1"

FAULTS = (
    # cells
    Fault(
        "an amount with one decimal",
        "form.cells plan.origin",
        change("lots", L1, opening_amount="900.0"),
    ),
    Fault(
        "a comma in an amount", "form.cells", change("debts", "debt_id=D6", opening_principal="1,0")
    ),
    Fault("an exponent", "form.cells", change("relief", "kind=grant", amount_p05="1e3")),
    Fault("minus zero", "form.cells", change("relief", "kind=grant", amount_p05="-0.00")),
    Fault(
        "a share in percent",
        "form.cells",
        change("pots", "lot_id=L1 route=lease", sale_probability="90"),
    ),
    Fault(
        "a fifth quarter",
        "form.cells relief.repaid",
        change("relief", "kind=advance", repay_by="2027Q5"),
    ),
    Fault(
        "a day that does not exist",
        "form.cells",
        change("sources", "source_id=S1", date="2023-02-29"),
    ),
    Fault("a yes for true", "form.cells", change("decisions", L1, signed="yes")),
    Fault(
        "a blank in an id",
        "form.cells limits.depth_used",
        change("decisions", L1, market_id="M office"),
    ),
    Fault("full-width digits", "form.cells", change("relief", "kind=grant", price="1.05\uff10000")),
    Fault(
        "a word that is not allowed", "form.words", change("debts", "debt_id=D6", origin="guessed")
    ),
    Fault(
        "an empty cell that must be known", "form.filled", change("decisions", L1, reason_text="")
    ),
    Fault(
        "a row twice", "form.keys", lambda plan: plan.added("sources", source_id="S1", document="x")
    ),
    # plan.json
    Fault("no seed", "plan.keys", say(seed=None)),
    Fault("a text for a number", "plan.keys", say(time_limit_s="60")),
    Fault("an entry nobody knows", "plan.keys", say(remark="well done")),
    Fault("an unknown status", "plan.keys", say(status="perfect")),
    Fault("options without names", "plan.keys", say(options=[1, 2])),
    Fault("an option without a value", "plan.keys", say(options={"seed": None})),
    Fault("an allotment in words", "plan.keys", say(allotted="no")),
    Fault("a short hash", "plan.keys", say(input_hash="abc")),
    Fault("a null bound although solved", "plan.keys", say(bound=None)),
    Fault("created after the case date", "plan.dates", say(created="2025-01-01")),
    Fault(
        "a horizon that starts late",
        "plan.dates",
        both(say(horizon={"first": "2025Q1", "last": "2025Q4", "quarters": 5})),
    ),
    Fault("a gap that is too small", "plan.gaps", say(gap_objective=0.001)),
    Fault("a stake gap that is too small", "plan.gaps", say(gap_stake=0.002)),
    Fault("a bound above the objective", "plan.bound plan.gaps", say(bound=1011.0)),
    Fault(
        "a synthetic register called reported",
        "plan.origin",
        say(origin={"reported": 1, "estimated": 0, "imputed": 0, "synthetic": 0}),
    ),
    Fault("a scenario too many", "plan.scenarios", say(scenarios=3)),
    Fault(
        "weights that do not add up",
        "cash.weighted plan.scenarios",
        say(weights={"adverse": 0.4, "base": 0.5}),
    ),
    Fault("a plan that violates its model", "plan.violation", say(max_violation=0.1)),
    # registers
    Fault(
        "a negative lot",
        "balance_sheet.lots plan.origin registers.amounts",
        add("lots", "-900.01", L1, "opening_amount"),
    ),
    Fault(
        "a reserved id",
        "registers.reserved",
        change("sources", "source_id=S1", source_id="expected"),
    ),
    Fault(
        "a lot that is a liability",
        "balance_sheet.lots registers.codes",
        change("lots", L1, gfsm_code="6304"),
    ),
    Fault(
        "a hash that is none", "registers.hashes", change("sources", "source_id=S2", sha256="abc")
    ),
)
