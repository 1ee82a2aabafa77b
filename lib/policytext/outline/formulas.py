"""Number formulas: slogans that count what they stand for (1+4, 三个集聚, 双招双引), and what the text says they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from policytext import segment
from policytext.outline.headings import Item, items

_MANY = "二两双三四五六七八九十百千万多"
_ANY = f"一{_MANY}Nn"
_HAN = "[\u4e00-\u9fff]"
_COUNTED = {"双": 2, "两": 2} | {digit: number for number, digit in enumerate("一二三四五六七八九十", 1)}

_QUOTED = re.compile(r"(?<=[“‘「『\"])[^“”‘’「」『』\"]{1,16}(?=[”’」』\"])")
_INSIDE = re.compile(
    rf"\d{{2,6}}|[十百千万]{{2,}}|双[百千万]|[{_MANY}](?![次等级期届线号手元年月日岁]){_HAN}{{1,6}}"
    rf"|(?:[{_ANY}](?![站次]){_HAN}{{1,3}}、?){{2,}}"
)
_PLAN = re.compile(r"[一二三四五六七八九十]?十?[一二三四五六七八九]五(?:规划|时期|期间|末|以来)?|(?:19|20)\d\d|985|211")
_FREE = re.compile(
    r"(?<![\d.A-Za-z+＋])(?:(?:\d{1,3}|[NnXx])(?:[+＋](?:\d{1,3}|[NnXx]))+(?![\d.A-Za-z%％])|[+＋][NnXx](?![A-Za-z]))"
    rf"|[{_MANY}]个一[批百千万]?|双(?!方){_HAN}双(?!方){_HAN}|[千万百]{_HAN}[千万百]{_HAN}(?=行动|工程|计划|活动|产学研|大走访)"
    rf"|[{_ANY}](?P<a>{_HAN}{{1,3}})(?:、[{_ANY}](?P<b>{_HAN}{{1,3}}))+"
    rf"|一[核主区轴心带体廊环圈园港城县镇][{_MANY}](?![{_ANY}年月日]){_HAN}(?:[{_MANY}](?![{_ANY}年月日]){_HAN})?"
)
_COUNT = re.compile(
    rf"(?P<number>(?<![第{_ANY}\d])[二两三四五六七八九十])(?P<measure>[大项个类种])(?P<noun>{_HAN}{{2,6}})"
)
_TAIL = re.compile(r"(?<=..)(?:建设|发展|推进|实施|布局|落实|改革|发力|协同|联动|推动|培育|同步)+$")
_TOLD = re.compile(
    rf"[”’」』\"]?{_HAN}{{0,10}}(?:[（(](?P<round>[^（）()]{{1,99}}[、,，；;+][^（）()]{{1,99}})[)）]"
    r"|[:：,，]?(?:(?<=[:：,，])即|指的?是|也就是|分别[是为])[:：,，]?(?P<told>[^。；;]{4,199}))"
)
_LEAD = re.compile(
    r"^.*?(?:设立|形成|建立|构建|打造|包括|成为|围绕|聚焦|紧扣|推进|实施|开展|抓好|启动|抓住|坚持)(?=\w)"
)


def formulas(sentences: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per number formula of a sentence, with the columns of the table `number_formulas`.

    sentences: rows of the table `sentences` in reading order. Sums (1+4, 3+3+N), numbers in quotation marks (“465”),
    quoted phrases that begin with a number above one or hold two (“三个集聚”, “四敢”), chains (双招双引; 一廊、两核、三区),
    六个一, and 三大体系. With 项, 个, 类 a count outside quotation marks is a formula only where the text lists as many
    members. Plans, years and programmes in quotation marks (“十四五”, “985”) are none, nor is 一 alone (“一站式”).
    meaning: the members, joined by `；`, where the text lists as many as the formula counts, before it or as headings
    below it; or what it puts in brackets or behind 即 after it; else empty.
    """
    found = []
    for unit_id, rows in groupby(sentences, key=lambda row: row["unit_id"]):
        unit = list(rows)
        outline = items(unit)
        for row, sentence in enumerate(unit):
            stretch = segment.stretch_of(sentence)
            for start, end in _places(sentence["text"]):
                surface = sentence["text"][start:end]
                meaning = _meaning(unit, outline, row, start, end)
                if meaning or not _needs_members(sentence["text"], start, end):
                    found.append(
                        {
                            "unit_id": unit_id,
                            "sentence_id": sentence["sentence_id"],
                            "surface": surface,
                            "spans": stretch.spans(start, end),
                            "meaning": meaning,
                        }
                    )
    return found


def _places(text: str) -> list[tuple[int, int]]:
    """Where formulas stand in a sentence, none inside another; those in quotation marks first."""
    quoted = [match.span() for match in _QUOTED.finditer(text) if _is_formula(match.group())]
    free = [(match.start(), match.start() + _even(match)) for match in _FREE.finditer(text)]
    counts = [(match.start(), match.start("noun") + _noun(match["noun"])) for match in _COUNT.finditer(text)]
    found, taken = [], set[int]()
    for start, end in [*quoted, *free, *counts]:
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            found.append((start, end))
    return sorted(found)


def _is_formula(quoted: str) -> bool:
    return bool(_INSIDE.fullmatch(quoted) or _FREE.fullmatch(quoted)) and not _PLAN.fullmatch(quoted)


def _even(match: re.Match[str]) -> int:
    """The length of a chain without what follows it: its last member is as long as the others."""
    if not match["a"]:
        return len(match.group())
    members = match.group().split("、")
    return len(match.group()) - max(0, len(members[-1]) - len(members[-2]))


def _noun(noun: str) -> int:
    """How much of the characters after 三大 names what is counted: all up to a stop, without a verb at the end."""
    short = _TAIL.sub("", noun)
    return len(short) if len(short) < 6 else 2


def _needs_members(text: str, start: int, end: int) -> bool:
    """Whether a count is one only if its members are told: with 项, 个, 类, 种, and not in quotation marks."""
    count = _COUNT.match(text, start)
    slogan = count and (count["measure"] == "大" or count["noun"].startswith("一"))
    return bool(count and not slogan and text[start - 1 : start] not in tuple('“‘「『"'))


def _meaning(unit: Sequence[dict[str, Any]], outline: list[Item], row: int, start: int, end: int) -> str:
    text = unit[row]["text"]
    surface = text[start:end]
    if told := _TOLD.match(text, end):
        return str(told["round"] or told["told"]).strip("，,。")
    number = _COUNTED.get(surface[0], 0)
    if number < 2:
        return ""
    members = list(_members_before(text[:start].rstrip('“‘「『"'), number, surface))
    if not members and _COUNT.match(surface):
        members = _members_below(unit, outline, row, end, number)
    return "；".join(members)


def _members_before(before: str, number: int, surface: str) -> Iterator[str]:
    """As many members as the formula counts, joined by 、 directly before it; 双招双引 has to share its words with each."""
    listed = re.split(r"[,，:：。；;]", before)[-1].split("、")
    if len(listed) == number - 1:
        listed[-1:] = re.split(r"(?<=\w\w)[和与及](?=\w\w)", listed[-1], maxsplit=1)
    if len(listed) != number or not all(listed):
        return
    letters = set(surface) - set(_ANY)
    first = _LEAD.sub("", listed[0]) or listed[0]
    if _COUNT.match(surface):
        yield from [first, *listed[1:]]
        return
    tail = listed[0][-len(listed[1]) :]
    if all(letter in member for letter in letters for member in (tail, *listed[1:])):
        yield from [tail, *listed[1:]]


def _members_below(unit: Sequence[dict[str, Any]], outline: list[Item], row: int, end: int, number: int) -> list[str]:
    """The headings below the one that holds the formula, or those that begin right after it, if they are as many."""
    holder = max((place for place, item in enumerate(outline) if item.row == row and item.start < end), default=None)
    after = [place for place, item in enumerate(outline) if (item.row, item.start) >= (row, end)]
    level = outline[holder].level + 1 if holder is not None else 0
    if not after or (holder is None and outline[after[0]].row > row + 1):
        return []
    level = level or outline[after[0]].level
    below = []
    for item in outline[after[0] :]:
        if item.level < level:
            break
        below += [unit[item.row]["text"][item.words : item.end]] if item.level == level else []
    return below if len(below) == number else []
