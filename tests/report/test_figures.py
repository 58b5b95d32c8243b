"""How figures read: exact, rounded half up, in the reader's language and unit."""

from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ironpot.core.lang import LANGS
from ironpot.core.money import UNITS, YUAN_PER_UNIT
from ironpot.report.figures import DASH, Reader, amount, full_width, listing, money, places

FEN = st.integers(-(10**16), 10**16)
READERS = st.builds(Reader, st.sampled_from(LANGS), st.sampled_from(UNITS))
STEADY = settings(derandomize=True, deadline=None, max_examples=200)


@STEADY
@given(FEN, READERS, st.booleans())
def test_a_shown_amount_is_the_amount_rounded_half_up(fen, reader, fine):
    shown = Decimal(amount(fen, reader, fine=fine).replace(",", ""))
    exact = Decimal(fen) / (100 * YUAN_PER_UNIT[reader.unit])
    step = Decimal(1).scaleb(-places(reader, fine=fine))
    assert shown == exact.quantize(step, ROUND_HALF_UP)


@STEADY
@given(FEN.filter(bool), READERS)
def test_a_sentence_never_says_zero_for_an_amount_that_is_not(fen, reader):
    number = money(fen, reader).split(" ")[0].rstrip("亿万元").replace(",", "")
    too_small_for_any = abs(fen) * 10**6 < 100 * YUAN_PER_UNIT[reader.unit]
    assert too_small_for_any or Decimal(number) != 0


def test_an_unknown_amount_is_not_zero():
    for lang in LANGS:
        reader = Reader(lang, "yuan")
        assert amount(None, reader) == DASH
        assert money(None, reader) in ("unknown", "未知")


def test_zero_has_no_sign():
    assert amount(-1, Reader("en", "hundred_million")) == "0.00"


def test_another_currency_is_named():
    assert money(10_000_000_000, Reader("en", "hundred_million", "USD")).endswith("US dollars")
    assert money(10_000_000_000, Reader("zh", "hundred_million", "USD")) == "1.00亿美元"


@STEADY
@given(st.text(alphabet="缺口0123456789.,%()元 ab", max_size=30))
def test_full_width_marks_leave_letters_and_numbers_alone(text):
    back = dict(zip("，；：？！（）", ",;:?!()", strict=True))  # noqa: RUF001
    assert "".join(back.get(letter, letter) for letter in full_width(text)) == text


def test_thousands_keep_their_comma():
    assert full_width("缺口1,234万元,其中(5%)") == "缺口1,234万元，其中（5%）"  # noqa: RUF001


def test_a_list_of_one_is_that_one():
    assert listing(["a"], Reader("en", "yuan")) == "a"
    assert listing([], Reader("en", "yuan")) == ""
