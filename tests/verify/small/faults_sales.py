"""Which faults may stand in what buyers pay for each lot?"""

from tests.verify.small.faults import Fault, add, both, change, drop

ADVERSE, BASE = "lot_id=L1 scenario=adverse", "lot_id=L1 scenario=base"
FAILED = {"round": "0", "quarter": "", "sold_share": "0.000000"}

FAULTS = (
    Fault(
        "a lot brings more than its account receives",
        "lot_sales.cash",
        add("lot_sales", "0.01", ADVERSE, "proceeds"),
    ),
    Fault(
        "a sale that nobody names",
        "lot_sales.cash lot_sales.whole",
        drop("lot_sales", BASE),
    ),
    Fault(
        "a sale pays more levies than its account",
        "lot_sales.levies",
        add("lot_sales", "-0.01", BASE, "tax_and_fee"),
    ),
    Fault(
        "a lot sells in another round than it is paid in",
        "lot_sales.rounds",
        change("lot_sales", BASE, round="1"),
    ),
    Fault(
        "a failed listing that brings money all the same",
        "lot_sales.cash lot_sales.rounds",
        change("lot_sales", BASE, **FAILED),
    ),
    Fault(
        "a lot sold more than once",
        "lot_sales.shares",
        change("lot_sales", "lot_id=L1", drawn="false", sold_share="1.500000"),
    ),
    Fault(
        "a drawn lot of which part is sold",
        "lot_sales.whole",
        change("lot_sales", BASE, sold_share="0.700000"),
    ),
    Fault(
        "a bundle that is none",
        "lot_sales.released",
        change("lot_sales", "lot_id=L1", bundle_id="B9"),
    ),
    Fault(
        "lots of one bundle that sell apart",
        "lot_sales.cash lot_sales.levies lot_sales.rounds lot_sales.together",
        both(
            change("lot_sales", ADVERSE, lot_id="L4", entity_id="gov", bundle_id="B1"),
            change("lot_sales", BASE, lot_id="L5", entity_id="gov", bundle_id="B1"),
            change("lot_sales", "lot_id=L5", scenario="adverse", round="1"),
            change("lot_sales", "bundle_id=B1", drawn="false"),
        ),
    ),
)
