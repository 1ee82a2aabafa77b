"""How values are written, and which word a value and its interval allow: more, fewer, or not distinguished."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from policytext import stats
from policytext.errors import PolicytextError
from policytext.frequency import ALPHA

_SPELLED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_DIGITS = "零一二三四五六七八九十"

WORDS = {
    "more": ("更多", "more"),
    "fewer": ("更少", "fewer"),
    "same": ("未能区分", "not distinguished"),
    "unknown": ("无法比较", "not comparable"),
    "reliable": ("可靠", "reliable"),
    "tentative": ("仅供初步参考", "tentative"),
    "unreliable": ("不足以作为依据", "not reliable"),
}

UNITS = {
    "occurrences": ("次", "occurrences"),
    "characters": ("字", "characters"),
    "paragraphs": ("段", "paragraphs"),
    "sentences": ("句", "sentences"),
    "terms": ("词", "terms"),
    "rate": ("每万词次数", "per 10,000 terms"),
    "year": ("年份", "year"),
    "share": ("比例", "share"),
    "q": ("概率", "probability"),
    "rows": ("行", "rows"),
}

STATUSES = {
    "achieved": ("已实现", "reached"),
    "cumulative": ("已实现（累计）", "reached, in all"),
    "target": ("目标", "target"),
    "growth": ("增减", "change"),
    "rank": ("位次", "rank"),
    "threshold": ("标准", "threshold"),
    "other": ("其他", "other"),
}


_ROUNDINGS = (
    (r"whole", "取整数"),
    (r"two or three digits", "取两三位有效数字"),
    (r"(\d+) digits", r"取\1位有效数字"),
    (r"(\d+) decimals", r"保留\1位小数"),
    (r"percent, (\d+) decimals", r"百分比，保留\1位小数"),
    (r"percent", "百分比"),
    (r"spelled out", "写作文字"),
    (r"year", "年份"),
    (r"as it stands", "照录"),
    (r"a claim", "论断"),
)


def rounding(how: str, language: str) -> str:
    """The words for how a value was written, in the language of the report."""
    if language != "zh":
        return how
    return next((re.sub(pattern, said, how) for pattern, said in _ROUNDINGS if re.fullmatch(pattern, how)), how)


def unit(name: str, language: str) -> str:
    """The words for a unit; a unit of the texts (家, 亿元) stays as it is."""
    return UNITS[name][language != "zh"] if name in UNITS else name


# ---------------------------------------------------------------- numbers


def _minus(written: str) -> str:
    return written.replace("-", "−")


def number(value: float) -> str:
    """A whole number with commas between thousands, another one to three digits."""
    return _minus(f"{int(value):,}" if value == int(value) else f"{value:.3g}")


def default(value: Any) -> tuple[str, str]:
    """A value as its unit wants it written, and how it was rounded: what a narrative gets that asks for nothing else."""
    kind = value.source.unit
    if kind == "year":
        return f"{value:.0f}", "year"
    if kind == "share":
        return percent(value), "percent"
    if kind == "rate":
        return rate(value), "two or three digits"
    if kind == "q":
        return probability(value), "3 decimals"
    return number(float(value)), "whole" if value == int(value) else "3 digits"


def rate(value: float) -> str:
    """A rate per 10,000, to two or three digits."""
    return _minus(f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}")


def percent(share: float, digits: int = 0) -> str:
    """A share as a percentage."""
    return _minus(f"{share:.{digits}%}")


def decimal(value: float, digits: int = 2) -> str:
    """A number to so many decimals."""
    return _minus(f"{value:,.{digits}f}")


def amount(value: float) -> str:
    """A number with the decimals that it has, at most three."""
    return _minus(f"{value:,.3f}".rstrip("0").rstrip("."))


def probability(value: float, digits: int = 3) -> str:
    """A p or q to three decimals; never 0, which no test can give."""
    least = 10**-digits
    return f"<{least:.{digits}f}" if value < least else f"{value:.{digits}f}"


def spell(value: float, language: str) -> str:
    """A small number as a word (two, 两), a larger one in digits."""
    n = int(value)
    if language == "zh":
        return "两" if n == 2 else _DIGITS[n] if 0 <= n <= 10 else f"{n:,}"
    return _SPELLED[n] if 0 <= n < len(_SPELLED) else f"{n:,}"


def plural(value: float, noun: str, many: str = "") -> str:
    """An English noun in the number of a value: report, reports; `many` where the plural does not end in s."""
    return noun if value == 1 else many or f"{noun}s"


# ---------------------------------------------------------------- words that follow from values


def direction(
    low: float | None,
    high: float | None,
    *,
    null: float = 0.0,
    q: float | None = None,
    value: float | None = None,
) -> str:
    """`more` where the whole interval lies above `null`, `fewer` where it lies below, else `same`: not distinguished.

    q: of the test, where there is one: from ALPHA on nothing is distinguished, whatever the interval says.
    Without an interval the test decides, and `value` says which way. Without either, `unknown`: such numbers are stated,
    never compared.
    """
    if low is None or high is None:
        if q is None or value is None:
            return "unknown"
        low = high = value
    if q is not None and q >= ALPHA:
        return "same"
    return "more" if low > null else "fewer" if high < null else "same"


def reliability(low: float | None) -> str:
    """Agreement between coders by the lower bound of its interval."""
    return "unknown" if low is None else stats.reliability(low)


def word(verdict: str, language: str, own: Mapping[str, str]) -> str:
    """The word for a verdict: the narrative's own, else the usual one. Raises PolicytextError for an unknown verdict."""
    if unknown := set(own) - set(WORDS):
        raise PolicytextError(f"there is no verdict {sorted(unknown)[0]!r}", fix=f"Known: {', '.join(WORDS)}.")
    return own.get(verdict) or WORDS[verdict][language != "zh"]


def listed(items: Iterable[str], language: str) -> str:
    """Pieces of Markdown in one line: 、 in Chinese; commas and `and` in English."""
    pieces = list(items)
    if language == "zh":
        return "、".join(pieces)
    return " and ".join(filter(None, [", ".join(pieces[:-1]), *pieces[-1:]]))
