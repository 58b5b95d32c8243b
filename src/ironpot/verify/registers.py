"""Are the registers sound: lots, debts and sources, to which every other table refers?"""

import re
from collections.abc import Iterator

from ironpot.core.lang import Text
from ironpot.core.outputs import CONSOLIDATED, ELIMINATION, EXPECTED
from ironpot.verify.files import Out
from ironpot.verify.finding import HELD, Broken, Outcome, Rule, holds, not_negative

RESERVED_WORDS = (CONSOLIDATED, ELIMINATION, EXPECTED)
ASSET_CODE = re.compile(r"6[12][0-9]*")
HASH = re.compile(r"[0-9a-f]{64}")


def _amounts(out: Out) -> Iterator[Outcome]:
    for row in out.rows("lots"):
        yield from not_negative(row, ("opening_amount",))
    for row in out.rows("debts"):
        yield from not_negative(row, ("opening_principal",))


def _reserved(out: Out) -> Iterator[Outcome]:
    for table, column in (("lots", "lot_id"), ("debts", "debt_id"), ("sources", "source_id")):
        for row in out.rows(table):
            yield Broken(row.spot) if row.text(column) in RESERVED_WORDS else HELD


def _codes(out: Out) -> Iterator[Outcome]:
    for row in out.rows("lots"):
        code = row.text("gfsm_code")
        met = ASSET_CODE.fullmatch(code) is not None if code else None
        yield holds(row, met=met, gfsm_code=code)


def _hashes(out: Out) -> Iterator[Outcome]:
    for row in out.rows("sources"):
        digest = row.text("sha256")
        yield holds(row, met=not digest or HASH.fullmatch(digest) is not None, sha256=digest)


RULES = (
    Rule(
        "registers.amounts",
        ("lots", "debts"),
        Text("opening amounts are not negative", "期初金额不为负"),
        _amounts,
    ),
    Rule(
        "registers.reserved",
        ("lots", "debts", "sources"),
        Text("no id is a reserved word", "编号不使用保留字"),
        _reserved,
    ),
    Rule(
        "registers.codes",
        ("lots",),
        Text("a lot's GFSM code is an asset's", "标的的GFSM科目为资产科目"),
        _codes,
    ),
    Rule(
        "registers.hashes",
        ("sources",),
        Text("a document's SHA-256 has 64 hexadecimal digits", "文件SHA-256为64位十六进制"),
        _hashes,
    ),
)
