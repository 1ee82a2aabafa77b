"""One value per numeral, Arabic or Chinese: exact, or none where the characters do not name one number."""

from __future__ import annotations

import re
from decimal import Decimal

ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?![\d,])|\d{1,3}(?: \d{3})+(?!\d)|\d+)(?:\.\d+)?"
CHINESE = r"[零〇一二两三四五六七八九十百千万亿]{1,24}"
LONGEST = 16
"""A number of more digits is a code or a fault of the text, and nothing that a report counts."""

_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
_WIDE = str.maketrans("０１２３４５６７８９％﹪．＋－−﹣＜＞／：∶", "0123456789%%.+---<>/::")
_LETTER_O = re.compile(r"(?<=\d)[OoＯ]+(?=[\d%,.万亿千百余多家个项件名人所条次元户台 ]|$)")
_WIDE_COMMA = re.compile(r"(?<![\d，])(\d{1,3})((?:，\d{3})+)(?![\d，])")


def plain(text: str) -> str:
    """The text with the same number of characters, its digits written 0–9, `O` within a number as 0, and commas ASCII."""
    text = text.translate(_WIDE).replace("\u00a0", " ").replace("\u3000", " ").replace("\u2009", " ")
    text = _LETTER_O.sub(lambda match: "0" * len(match[0]), text)
    return _WIDE_COMMA.sub(lambda match: match[0].replace("，", ","), text)


def arabic(surface: str) -> Decimal | None:
    """The value of digits with or without thousands separators; none for one of more than `LONGEST` digits."""
    digits = surface.replace(",", "").replace(" ", "")
    return Decimal(digits) if sum(map(str.isdigit, digits)) <= LONGEST else None


def chinese(surface: str) -> Decimal | None:
    """The value of a Chinese numeral like 一千二百万; none for neighbours like 三五 and for what is out of order."""
    total = section = 0
    digit: int | None = None
    last = 10**4
    for character in surface:
        if character in _DIGITS:
            if digit:  # 三五, 二〇二三: no number of one value
                return None
            digit = _DIGITS[character]
        elif character in _POWERS:
            power = _POWERS[character]
            if power >= last or (digit is None and section):  # 千百: a word for many
                return None
            section += (1 if digit is None else digit) * power
            digit, last = None, power
        else:
            section = section + (digit or 0) or (1 if not total else 0)
            total = (total + section) * _MYRIADS[character] if character == "亿" else total + section * _MYRIADS["万"]
            section, digit, last = 0, None, 10**4
    if digit and last > 10 and last < 10**4 and surface[-2] in _POWERS:  # 三百五 is 350
        digit *= last // 10
    return Decimal(total + section + (digit or 0))


def neighbours(surface: str) -> tuple[Decimal, Decimal] | None:
    """两三 as 2 and 3, 七八 as 7 and 8: two digits that follow each other name a range."""
    if len(surface) == 2 and all(character in _DIGITS for character in surface):
        low, high = (_DIGITS[character] for character in surface)
        if high == low + 1 and low:
            return Decimal(low), Decimal(high)
    return None
