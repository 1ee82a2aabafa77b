"""How a number stands on these figures: its mark, its digits in either language, its unit."""

from __future__ import annotations

import re

MARKS = {"exact": "o", "lower": ">", "upper": "<", "approx": "d"}

_WORDS = {
    "reached": ("已实现", "reached"),
    "target": ("目标值", "target"),
    "lower": ("不低于（≥）", "at least (≥)"),
    "upper": ("不足（<）", "below (<)"),
    "approx": ("约（≈）", "about (≈)"),
    "like": ("同年同类，可比", "same year and kind, comparable"),
    "alone": ("不可比", "not comparable"),
    "log": ("对数轴", "log axis"),
    "undated": ("年份不明", "no year"),
    "nation": ("全国", "the nation"),
    "region": ("区域", "a region"),
    "province": ("全省", "the province"),
    "place": ("全市（县、区）", "the city or county"),
    "kind": ("同类地区或园区", "places of a kind"),
    "untold": ("范围不明", "group not told"),
    "numbers": ("数字个数", "Numbers in the text"),
    "rank": ("位次（对数轴，越靠左越前）", "Rank (log axis, first to the left)"),
}
_MEASURES = {
    "元": "yuan",
    "美元": "US dollars",
    "欧元": "euros",
    "平方米": "m²",
    "平方公里": "km²",
    "亩": "mu",
    "公里": "km",
    "吨": "tonnes",
    "人": "people",
    "名": "people",
    "位": "people",
    "%": "%",
}
"""Units of measure in English; one that is not here counts pieces."""


def word(name: str, language: str) -> str:
    """A word that stands on these figures."""
    return _WORDS[name][language != "zh"]


def number(value: float, language: str) -> str:
    """A number with six digits at most, in 万 and 亿 or in millions and billions: 2700亿, 270 billion."""
    scales = ((1e8, "亿"), (1e4, "万")) if language == "zh" else ((1e9, " billion"), (1e6, " million"))
    for scale, name in scales:
        if abs(value) >= scale and (language == "en" or float(f"{value / scale:.6g}") * scale == value):
            return f"{value / scale:,.6g}{name}"
    return f"{value:,.0f}" if value == int(value) else f"{value:,.6g}"


def year(told: str, language: str) -> str:
    """A year as the table has it, half-years in words: 2023上半年, first half of 2023."""
    return re.sub(r"^(\d{4})H1$", r"\1上半年" if language == "zh" else r"first half of \1", told) or word(
        "undated", language
    )


def measure(unit: str, language: str) -> str:
    """The unit of measure in brackets behind a name: （家）, (yuan); pieces are a number in English."""
    if language == "zh":
        return f"（{unit}）" if unit else ""
    return f" ({_MEASURES.get(unit, 'number')})" if unit else ""
