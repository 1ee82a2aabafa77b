"""The year of each number: stated, resolved from the report's date, or inferred."""

from __future__ import annotations

import re
from dataclasses import dataclass

_YEAR = r"(?:19|20)\d\d"
_PART = (
    r"(?P<part>上半年|下半年|[前第]?[一二三四1-4]季度|(?P<m1>\d{1,2})(?:(?:[-—–~至到]|[、和])(?P<m2>\d{1,2}))?月份?)?"
)
_MARKER = re.compile(
    rf"(?P<not>(?:较|比|于|自|从|相比|对比|同|为|是)\s?)?(?:(?P<year>{_YEAR})(?:[-—–~～至到]+(?P<to>{_YEAR}|\d\d(?=年)))?\s?年?度?"
    rf"|(?P<word>去年|上年|今年|本年|当年|明年|来年|前年|(?:过去|刚刚过去的?|过去的?)一年|新(?:的)?一年|今后一年)"
    rf"|(?P<plan>“?十[二三四五六]五”?)(?P<point>末)?"
    rf"|(?:近|过去|最近)(?P<span>[两三四五\d])年(?!行动|计划)|(?P<since>[两三四五\d])年来"
    rf"|(?P<half>上半年|下半年|[前第][一二三1-3]季度)"
    rf"|(?P<now>目前|截至目前|当前|近日|日前|现有|如今|迄今|至今))\s?(?:以来)?的?{_PART}"
)
_TITLE = re.compile(rf"《[^《》]{{0,80}}?({_YEAR})[^《》]{{0,80}}》")
_RATED = re.compile(r"报告|榜|评价|名单|指数|排名")
_BASIS = re.compile(r"[^，,。；;]{0,30}基础上")
_AGO = {"去年": -1, "上年": -1, "今年": 0, "本年": 0, "明年": 1, "来年": 1, "前年": -2}
_NUMBER = {"两": 2, "三": 3, "四": 4, "五": 5}
_PLANS = {
    "十二五": (2011, 2015),
    "十三五": (2016, 2020),
    "十四五": (2021, 2025),
    "十五五": (2026, 2030),
    "十六五": (2031, 2035),
}


@dataclass(frozen=True)
class Year:
    """A year or span as the tables write it (2023, 2023H1, 2022-2023), and how it is known.

    own: it holds for the number right after it only (较2020年的672家净增614家).
    """

    label: str = ""
    basis: str = "inferred"
    position: int = 0
    own: bool = False

    @property
    def first(self) -> int:
        return int(self.label[:4]) if self.label else 0


class Calendar:
    """What a report's date makes of 去年, 今年 and 上半年. published: ISO date, may be partial or empty."""

    def __init__(self, published: str, year: int | None) -> None:
        self.now = int(published[:4]) if re.match(r"\d{4}", published) else year
        self.month = int(published[5:7]) if re.match(r"\d{4}-\d\d", published) else None
        self.early = self.month is None or self.month <= 6
        self.last = self.now - 1 if self.now and self.early else self.now
        """The last year that can be told as a whole: in spring the one before."""

    def expected(self, *, future: bool, present: bool = False) -> Year:
        """The year of a number of which the text says nothing."""
        year = self.now if future or present else self.last
        return Year(str(year) if year else "")

    def markers(self, text: str) -> list[Year]:
        """The years that a sentence names, in order; those compared with (较2020年) and those in titles left out."""
        named = [match for match in _TITLE.finditer(text) if _RATED.search(match[0])]
        text = re.sub("《[^《》]{0,120}》", lambda match: "　" * len(match[0]), text)
        found = [Year(match[1], "explicit", match.start(1)) for match in named]
        for match in _MARKER.finditer(text):
            if _BASIS.match(text, match.end()):
                continue
            if match["year"] and not re.search("年|[）)]$", match[0]) and not match["to"]:
                continue
            own = bool(match["not"]) and match["not"].strip() not in ("于", "为")
            if own and not re.match(r"\s?\d", text[match.end() :]):
                continue
            if label := self._label(match, found):
                basis = "explicit" if match["year"] else "inferred" if match["now"] else "resolved"
                found.append(Year(label, basis, match.start(), own))
        return sorted(found, key=lambda marker: marker.position)

    def _label(self, match: re.Match[str], before: list[Year]) -> str:
        if match["year"]:
            to = match["to"] or ""
            to = match["year"][: 4 - len(to)] + to if to else ""
            return f"{match['year']}-{to}" if to else match["year"] + _part(match)
        if match["plan"]:
            first, last = _PLANS[match["plan"].strip("“”")]
            return str(last) if match["point"] else f"{first}-{last}"
        if not self.now:
            return ""
        if match["half"]:
            year = str(before[-1].first) if before else str(self.now)
            return year + _quarter(match["half"])
        if match["now"]:
            return str(self.now)
        if span := match["span"] or match["since"]:
            years = _NUMBER.get(span) or int(span)
            last = self.now - 1 if self.month is not None and self.month <= 3 else self.now
            return f"{last - years + 1}-{last}"
        word = match["word"]
        if word == "当年":
            return str(before[-1].first) if before else str(self.now)
        if word in _AGO:
            return str(self.now + _AGO[word]) + _part(match)
        if word.startswith(("过去", "刚刚")):
            return str(self.last)
        return str(self.now if self.early else self.now + 1)


def _part(match: re.Match[str]) -> str:
    part = match["part"] or ""
    if match["m1"]:
        if match["m2"] and match["m1"] == "1":
            return {"6": "H1", "3": "Q1", "9": "Q1-Q3", "12": ""}.get(match["m2"], f"M1-M{match['m2']}")
        return ""
    return _quarter(part)


def _quarter(part: str) -> str:
    if part.endswith("半年"):
        return "H1" if part.startswith("上") else "H2"
    if part.endswith("季度"):
        number = {"一": 1, "二": 2, "三": 3, "四": 4}.get(part[-3]) or int(part[-3])
        return f"Q1-Q{number}" if part.startswith("前") and number > 1 else f"Q{number}"
    return ""
