"""The marks that number an enumeration in Chinese official prose, and which of them stands above which."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CN = "[一二三四五六七八九十百]{1,4}"


@dataclass(frozen=True)
class Style:
    """One way to mark headings. As a new style it ends those on the stack whose `rank` is above its `place`.

    Both follow GB/T 9704 (一、 above （一） above 1. above （1）) where it says something. Marks in words (一是, 第一) and
    headings without a mark it does not know: they go into what they stand in, and end one another as listed here.
    """

    name: str
    rank: float
    place: float


@dataclass(frozen=True)
class Mark:
    """A mark found in a sentence: its style, the mark, and where in the sentence it begins and what follows it begins."""

    style: Style
    text: str
    start: int
    end: int


LINE = Style("line", -1, 4.4)
OPENING = Style("opening", 4.5, 4.5)
INNER = Style("inner", 4.7, 9)
LOST = Style("lost", 4.7, 9)
FRAME = Style("frame", 8, 9)

FIRST = "首先"
_PATTERNS = {
    Style("chapter", 0, 0): rf"第(?:{_CN}|\d{{1,2}})(?:[编篇章]|部分)[\s　:：、,，]*",
    Style("section", 1, 1): rf"第(?:{_CN}|\d{{1,2}})节[\s　:：、,，]*",
    Style("一、", 2, 2): rf"{_CN}[、．.](?![一二三四五六七八九十])\s*",
    Style("（一）", 3, 3): rf"(?:[（(]\s*{_CN}\s*[)）]|[㈠-㈩])[、.．]?\s*",
    Style("1.1.1", 4.2, 4.2): r"\d{1,2}(?:[.．]\d{1,2}){2}(?![\d.])[、.．]?\s*",
    Style("1.1", 4.1, 4.1): r"\d{1,2}[.．]\d{1,2}(?:(?![\d.])\s+|、)",
    Style("1.", 4, 4): r"\d{1,2}(?:[.．](?!\d)|、)\s*",
    Style("（1）", 5, 5): r"(?:[（(]\s*\d{1,2}\s*[)）]|\d{1,2}[)）]|[⑴-⒇])[、.．]?\s*",
    Style("①", 6, 6): r"[①-⑳❶-❿]\s*",
    Style("第一", 4.6, 9): rf"第{_CN}(?:[,，、:：]|是(?=\w))\s*",
    Style("一是", 4.6, 9): rf"{_CN}(?:是要|是|要)[,，:：]?\s*",
    Style("其一", 4.6, 9): rf"其{_CN}[,，、:：]\s*",
    Style(FIRST, 4.6, 9): r"(?:首先|其次|再次|最后)(?:[,，:：是]|要)?\s*",
}
_WITHIN = {"（一）", "（1）", "①", "第一", "一是", "其一"}
_AT_START = [(style, re.compile(rf"[“‘「『\"]*(?P<mark>{pattern})")) for style, pattern in _PATTERNS.items()]
_INSIDE = [
    (style, re.compile(rf"(?:(?<=[:：;；,，、。“‘「『]){'|' if style.name == '①' else ''})(?P<mark>{pattern})"))
    for style, pattern in _PATTERNS.items()
    if style.name in _WITHIN
]


def marks(text: str) -> Iterator[Mark]:
    """The marks of a sentence in their order: the one it begins with, and those that follow a stop inside it."""
    found: dict[int, Mark] = {}
    for style, pattern in _AT_START:
        match = pattern.match(text)
        if match and not found:
            found[match.start("mark")] = _mark(style, match)
    for style, pattern in _INSIDE:
        for match in pattern.finditer(text):
            if match.start("mark") not in found:
                found[match.start("mark")] = _mark(style, match)
    for start in sorted(found):
        yield found[start]


def _mark(style: Style, match: re.Match[str]) -> Mark:
    return Mark(style, match["mark"].rstrip(" 　\t,，:："), match.start("mark"), match.end("mark"))
