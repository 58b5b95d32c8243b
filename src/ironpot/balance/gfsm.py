"""What do the codes of a balance sheet mean? GFSM 2014 stock codes with labels in both languages.

The prefix 6 says stock: 61 nonfinancial assets, 62 financial assets, 63 liabilities. Codes that
start with 6M are memorandum lines and never enter net worth.
Source: IMF, Government Finance Statistics Manual 2014, chapter 7.
"""

import io
from functools import cache
from importlib import resources

import polars as pl

from ironpot.core.lang import Text

NONFINANCIAL, FINANCIAL, LIABILITIES, NET_WORTH = "61", "62", "63", "6"
TOTALS = (NONFINANCIAL, FINANCIAL, LIABILITIES, NET_WORTH)

CASH = "6202"
EQUITY = "62051"
FUND_UNITS = "62052"
EQUITY_ISSUED = "6305"
ADVANCES_RECEIVED = "63082"

ARREARS = "6M5"
GUARANTEES = "6M6"
HIDDEN_DEBT = "6MH"

LIABILITY_OF_INSTRUMENT: dict[str, str] = {
    "bond": "6303",
    "loan": "6304",
    "on_lent": "6304",
    "lease": "6304",
    "trust": "6304",
    "payable": "63081",
    "other": "63082",
}
# The same claim seen from its holder: 63xx owed is 62xx held, equity issued is equity held.
HELD_AS: dict[str, str] = {
    "6302": CASH,
    "6303": "6203",
    "6304": "6204",
    EQUITY_ISSUED: EQUITY,
    "63081": "62081",
    "63082": "62082",
}
OWED_AS: dict[str, str] = {held: owed for owed, held in HELD_AS.items()} | {
    FUND_UNITS: EQUITY_ISSUED
}


@cache
def codes() -> pl.DataFrame:
    """Return the table of codes: code, parent, label_en, label_zh, side.

    >>> codes().filter(pl.col("code") == "6303").row(0)
    ('6303', '63', 'Debt securities (bonds)', '债务证券(债券)', 'liability')
    """
    text = resources.files("ironpot.balance").joinpath("gfsm2014.csv").read_text("utf-8")
    return pl.read_csv(io.StringIO(text), infer_schema=False)


@cache
def leaves() -> pl.DataFrame:
    """Return (gfsm_code, side) of the detailed codes, those that are no heading of others.

    >>> leaves().filter(pl.col("gfsm_code").is_in(["6141", "614", "6304"]))["gfsm_code"].to_list()
    ['6141', '6304']
    """
    table = codes()
    headings = table["parent"].drop_nulls().implode()
    return table.filter(~pl.col("code").is_in(headings)).select(gfsm_code="code", side="side")


@cache
def labels() -> dict[str, Text]:
    """Return the label of every code.

    >>> labels()["6MH"].en
    "Hidden debt (ironpot's own line; part of 63 of its debtor)"
    """
    table = codes()
    words = zip(table["code"], table["label_en"], table["label_zh"], strict=True)
    return {code: Text(english, chinese) for code, english, chinese in words}
