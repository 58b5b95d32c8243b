"""Which spellings of ACTUS words does the suite runner read, and as which word?

Acronyms and long names of the dictionary, in any case, with or without blanks and marks.
Source: ACTUS dictionary 1.4, allowed values of the terms.
"""

import re
from collections.abc import Mapping

from ironpot.cashflow.terms import CONTRACTS

MARKS = re.compile(r"[^a-z0-9]")

TYPES = {
    "principalatmaturity": "PAM",
    "linearamortizer": "LAM",
    "exoticlinearamortizer": "LAX",
    "negativeamortizer": "NAM",
    "annuity": "ANN",
    "callmoney": "CLM",
    "undefinedmaturityprofile": "UMP",
    "cash": "CSH",
    "stock": "STK",
    "commodity": "COM",
    "foreignexchangeoutright": "FXOUT",
    "swap": "SWAPS",
    "plainvanillaswap": "SWPPV",
    "plainvanillainterestrateswap": "SWPPV",
    "capfloor": "CAPFL",
    "option": "OPTNS",
    "future": "FUTUR",
    "guarantee": "CEG",
    "creditenhancementguarantee": "CEG",
    "collateral": "CEC",
    "creditenhancementcollateral": "CEC",
}
ROLES = {
    "realpositionasset": "RPA",
    "realpositionliability": "RPL",
    "longposition": "LG",
    "shortposition": "ST",
    "buyer": "BUY",
    "protectionbuyer": "BUY",
    "seller": "SEL",
    "protectionseller": "SEL",
    "receivefirstleg": "RFL",
    "receiverfirstleg": "RFL",
    "payfirstleg": "PFL",
    "payerfirstleg": "PFL",
    "receivefix": "RF",
    "receivefixedleg": "RF",
    "payfix": "PF",
    "payfixedleg": "PF",
    "collateralinstrument": "COL",
    "closeoutnetting": "CNO",
    "guarantor": "GUA",
    "obligee": "OBL",
    "underlying": "UDL",
    "underlyingplus": "UDLP",
    "underlyingminus": "UDLM",
}
DAY_COUNTS = {
    "aaisda": "AA",
    "actualactual": "AA",
    "actualactualisda": "AA",
    "actactisda": "AA",
    "actact": "AA",
    "actual360": "A360",
    "act360": "A360",
    "actualthreesixty": "A360",
    "actual365": "A365",
    "act365": "A365",
    "actual365fixed": "A365",
    "actualthreesixtyfive": "A365",
    "thirtyethreesixty": "30E360",
    "thirtyethreesixtyisda": "30E360ISDA",
    "28336": "28E336",
    "twentyeighte336": "28E336",
    "twentyeightethreethirtysix": "28E336",
    "actactisma": "AAICMA",
    "actacticma": "AAICMA",
}
BUSINESS_DAYS = {
    "noshift": "NOS",
    "null": "NOS",
    "none": "NOS",
    **{
        f"{order}{way}": f"{short}{end}"
        for order, short in (("shiftcalculate", "SC"), ("calculateshift", "CS"))
        for way, end in (
            ("following", "F"),
            ("modifiedfollowing", "MF"),
            ("preceding", "P"),
            ("modifiedpreceding", "MP"),
        )
    },
}
SPELLINGS: Mapping[str, Mapping[str, str]] = {
    "contract_type": TYPES,
    "contract_role": ROLES,
    "day_count_convention": DAY_COUNTS,
    "business_day_convention": BUSINESS_DAYS,
    "end_of_month_convention": {"sameday": "SD", "endofmonth": "EOM"},
    "calendar": {
        "nocalendar": "NOCALENDAR",
        "none": "NC",
        "null": "NC",
        "mondaytofriday": "MF",
        "nonholidayweekdays": "MF",
    },
    "interest_calculation_base": {
        "notional": "NT",
        "notionaloutstanding": "NT",
        "calculationbaseisequaltonotional": "NT",
        "notionalatinitialexchange": "NTIED",
        "notionallagged": "NTL",
        "calculationbaseislaggednotional": "NTL",
    },
    "fee_basis": {
        "absolute": "A",
        "absolutevalue": "A",
        "nominal": "N",
        "nominalvalueoftheunderlying": "N",
    },
    "delivery_settlement": {
        "cash": "S",
        "cashsettlement": "S",
        "settlement": "S",
        "physical": "D",
        "physicalsettlement": "D",
        "delivery": "D",
    },
    "option_type": {"call": "C", "put": "P", "callput": "CP"},
    "option_exercise_type": {"european": "E", "bermudan": "B", "american": "A"},
    "guaranteed_exposure": {
        "nominal": "NO",
        "nominalvalue": "NO",
        "nominalplusinterest": "NI",
        "nominalvalueplusinterest": "NI",
        "marketvalue": "MV",
    },
    "credit_event_type_covered": {
        "performant": "PF",
        "delayed": "DL",
        "delinquent": "DQ",
        "default": "DF",
    },
    "array_increase_decrease": {"increase": "INC", "decrease": "DEC"},
    "array_fixed_variable": {"fixed": "FIX", "variable": "VAR"},
}


def plain(text: str) -> str:
    """Return a word without case, blanks and marks.

    >>> plain("Shift/Calculate following"), plain("30E/360")
    ('shiftcalculatefollowing', '30e360')
    """
    return MARKS.sub("", text.lower())


def word(name: str, text: str) -> str:
    """Return a written word as the word of its term; one that is not known stays as it is written.

    >>> word("day_count_convention", "A/AISDA"), word("contract_role", " rpl ")
    ('AA', 'RPL')
    >>> word("day_count_convention", "BUS252")
    'BUS252'
    """
    written = plain(text)
    known = {plain(allowed): allowed for allowed in CONTRACTS.column(name).allowed}
    return known.get(written) or SPELLINGS.get(name, {}).get(written) or text.strip().upper()
