"""Which number did the writer mean by `一百万` or `3.2亿元`? Asked only to suggest it.

A spoken number is never read as data: the suggestion goes into the sentence that says how to mend
the cell.
"""

import re
import unicodedata

_DIGITS = {
    digit: value
    for digits in ("零一二三四五六七八九", "\u3007壹贰叁肆伍陆柒捌玖", "零壹两")
    for value, digit in enumerate(digits)
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
_AROUND = re.compile(r"^[约¥\s]+")
_MIXED = re.compile(
    r"([+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)\s*([万亿千百]{0,2})(?:元|圆|块|人民币)?整?"
)


def spoken_number(text: str) -> float | None:
    """Return the amount in yuan (or the bare number) that a text speaks of, None if none.

    >>> spoken_number("一百万"), spoken_number("3.2亿元"), spoken_number("约5000元")
    (1000000.0, 320000000.0, 5000.0)
    >>> spoken_number("待定") is None
    True
    """
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("左右")
    plain = _AROUND.sub("", plain)
    mixed = _MIXED.fullmatch(plain)
    if mixed:
        scale = 1.0
        for letter in mixed[2]:
            scale *= _LARGE.get(letter) or _TENS[letter]
        return float(mixed[1].replace(",", "")) * scale
    return _characters(re.sub(r"[元圆整]+$", "", plain))


def _characters(text: str) -> float | None:
    """Return a number written in Chinese characters alone."""
    if not text or set(text) - set(_DIGITS) - set(_TENS) - set(_LARGE):
        return None
    total, section, digit = 0, 0, 0
    for letter in text:
        if letter in _DIGITS:
            digit = _DIGITS[letter]
        elif letter in _TENS:
            section += (digit or 1) * _TENS[letter]
            digit = 0
        else:
            total = (total + section + digit) * _LARGE[letter]
            section = digit = 0
    return float(total + section + digit)
