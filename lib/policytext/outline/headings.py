"""Sentences → the tree of headings that a report itself sets up, numbered or not, with levels relative to the unit."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Any

from policytext import segment
from policytext.outline import wording
from policytext.outline.markers import FIRST, FRAME, INNER, LINE, LOST, OPENING, Style, marks

_WORDS = re.compile(r"[^\W\d_]\W*[^\W\d_]")


@dataclass(frozen=True)
class Item:
    """A heading: the sentence (`row`, counted within its unit) it stands in, and where its mark, its words and they end."""

    row: int
    style: Style
    mark: str
    start: int
    words: int
    end: int
    level: int = 0


def read(sentences: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row per heading of each unit, in reading order, with the columns of the table `outline`.

    sentences: rows of the table `sentences` in reading order. Headings are found by their mark (一、 （一） 1. （1） ① 第一
    一是 其一 首先), by standing on a line of their own, and, without a mark, by being short and parallel to a neighbour:
    sentences that open paragraphs, sentences inside a paragraph, phrases that lost the stop behind them, and three or
    more sentences in a row whose first clauses begin alike.
    level: 1 is the highest of the unit. marker: empty where there is none. heading: a whole sentence where it is short
    and others elaborate it, else its first clause, as many clauses as its siblings. spans: mark and heading.
    """
    found = []
    for unit_id, rows in groupby(sentences, key=lambda row: row["unit_id"]):
        unit = list(rows)
        for item in items(unit):
            sentence = unit[item.row]
            found.append(
                {
                    "unit_id": unit_id,
                    "level": item.level,
                    "marker": item.mark,
                    "heading": sentence["text"][item.words : item.end],
                    "spans": segment.stretch_of(sentence).spans(item.start, item.end),
                }
            )
    return found


def items(unit: Sequence[dict[str, Any]]) -> list[Item]:
    """The headings of one unit, from its rows of the table `sentences`, each with its level."""
    marked = _enough(list(_marked(unit)), unit)
    taken = {item.row for item in marked}
    plain = _lines(unit, marked) + [item for item in _unmarked(unit, taken) if item.row not in taken]
    ordered = sorted(marked + plain, key=lambda item: (item.row, item.start))
    return _alike(_levelled(ordered), unit)


def _marked(unit: Sequence[dict[str, Any]]) -> Iterator[Item]:
    """What carries a mark; the words of a mark end where the next one in the same sentence begins."""
    for row, sentence in enumerate(unit):
        text = sentence["text"]
        found = list(marks(text))
        for mark, following in zip(found, [*found[1:], None], strict=False):
            end = len(text) if following is None else following.start
            end = mark.end + len(text[mark.end : end].rstrip("。；;：:，,、“‘「『 　\t"))
            if _WORDS.search(text[mark.end : end]):
                whole = sentence["kind"] == "heading" or (
                    end - mark.end <= wording.SHORT and len(found) == 1 and _elaborated(unit, row)
                )
                if not whole:
                    end = mark.end + _first_clause(text[mark.end : end])
                yield Item(row, mark.style, mark.text, mark.start, mark.end, end)


def _elaborated(unit: Sequence[dict[str, Any]], row: int) -> bool:
    """Whether a sentence stands for a paragraph, or further sentences follow it in its paragraph that carry no mark."""
    paragraph = unit[row]["paragraph_id"]
    after = unit[row + 1] if row + 1 < len(unit) and unit[row + 1]["paragraph_id"] == paragraph else None
    alone = row == 0 or unit[row - 1]["paragraph_id"] != paragraph or unit[row - 1]["kind"] == "heading"
    return alone if after is None else next(marks(after["text"]), None) is None


def _first_clause(text: str) -> int:
    """Where the first clause ends that says something by itself: three characters or more, if there is one."""
    ends = [end for _, end in wording.clauses(text)]
    return next((end for end in ends if end >= 3), len(text))


def _enough(found: list[Item], unit: Sequence[dict[str, Any]]) -> list[Item]:
    """Without styles that occur once in a unit, unless on a line of their own, and without 最后 before any 首先."""
    often = Counter(item.style for item in found)
    first = next((place for place, item in enumerate(found) if item.mark == FIRST), len(found))
    kept = []
    for place, item in enumerate(found):
        begun = item.style.name != FIRST or place >= first
        if begun and (often[item.style] > 1 or unit[item.row]["kind"] == "heading"):
            kept.append(item)
    return kept


def _lines(unit: Sequence[dict[str, Any]], marked: list[Item]) -> list[Item]:
    """Headings on a line of their own without a mark; one alone is a title, and one before another a title or byline."""
    numbered = {item.row for item in marked}
    plain = [row for row, sentence in enumerate(unit) if sentence["kind"] == "heading" and row not in numbered]
    plain = [row for row in plain if row + 1 not in plain and row + 1 < len(unit)]
    lines = [Item(row, LINE, "", 0, 0, len(unit[row]["text"])) for row in plain]
    return lines if len(lines) > 1 else []


def _unmarked(unit: Sequence[dict[str, Any]], numbered: set[int]) -> list[Item]:
    """Headings inside paragraphs that carry no mark; a sentence is at most one of the four kinds."""
    found: dict[int, Item] = {}
    openings: list[Item] = []
    for _, group in groupby(enumerate(unit), key=lambda pair: pair[1]["paragraph_id"]):
        rows = [row for row, sentence in group if sentence["kind"] != "heading"]
        free = [row for row in rows if row not in numbered]
        if len(rows) > 1 and rows[0] in free and (place := wording.topic(unit[rows[0]]["text"], longest=32)):
            openings.append(_item(rows[0], OPENING, place))
        for item in [*_inner(unit, free), *_lost(unit, free), *_frames(unit, free)]:
            found.setdefault(item.row, item)
    for item in _neighbours(openings, unit):
        found[item.row] = item
    return list(found.values())


def _item(row: int, style: Style, place: tuple[int, int]) -> Item:
    return Item(row, style, "", place[0], *place)


def _neighbours(found: list[Item], unit: Sequence[dict[str, Any]]) -> list[Item]:
    """Those that are parallel to the one before or after them, in other words."""
    texts = [unit[item.row]["text"][item.words : item.end] for item in found]
    pairs = [a != b and wording.parallel(wording.shape(a), wording.shape(b)) for a, b in pairwise(texts)]
    return [
        item for item, before, after in zip(found, [False, *pairs], [*pairs, False], strict=False) if before or after
    ]


def _inner(unit: Sequence[dict[str, Any]], free: list[int]) -> list[Item]:
    """Three or more short parallel sentences of a paragraph, each followed by longer ones."""
    found = []
    for row in free:
        place = wording.topic(unit[row]["text"], longest=16)
        if place and row + 1 in free and not wording.topic(unit[row + 1]["text"], longest=16):
            found.append(_item(row, INNER, place))
    found = _neighbours(found, unit)
    return found if len(found) > 2 else []


def _lost(unit: Sequence[dict[str, Any]], free: list[int]) -> list[Item]:
    """Two or more phrases of a paragraph that begin a sentence and ran into it when they lost their stop."""
    places = {row: wording.lost(unit[row]["text"]) for row in free}
    found = [_item(row, LOST, place) for row, place in places.items() if place]
    return found if len(found) > 1 else []


def _frames(unit: Sequence[dict[str, Any]], free: list[int]) -> list[Item]:
    """Three or more sentences in a row whose first clauses begin with the same two characters and are as long."""
    runs: list[list[Item]] = [[]]
    for row in free:
        text = unit[row]["text"]
        place = wording.frame(text)
        last = runs[-1][-1] if runs[-1] else None
        if place and last and last.row == row - 1:
            before = unit[last.row]["text"][last.words : last.end]
            lengths = (wording.shape(before), wording.shape(text[slice(*place)]))
            if before[:2] == text[place[0] : place[0] + 2] and wording.parallel(*lengths):
                runs[-1].append(_item(row, FRAME, place))
                continue
        runs.append([_item(row, FRAME, place)] if place else [])
    return [item for run in runs if len(run) > 2 for item in run]


def _levelled(found: Iterable[Item]) -> list[Item]:
    """A style that is open goes on at its level; a new one ends those that stand below it and opens a level."""
    stack: list[Style] = []
    levelled = []
    for item in found:
        if item.style in stack:
            del stack[stack.index(item.style) + 1 :]
        else:
            while stack and stack[-1].rank > item.style.place:
                stack.pop()
            stack.append(item.style)
        levelled.append(replace(item, level=len(stack)))
    return levelled


def children(found: Sequence[Item], parent: int) -> list[Item]:
    """The headings directly below one, by its position among the items of a unit; of all, for −1, the highest."""
    level = found[parent].level if parent >= 0 else 0
    below = []
    for item in found[parent + 1 :]:
        if item.level <= level:
            break
        below += [item] if item.level == level + 1 else []
    return below


def _alike(found: list[Item], unit: Sequence[dict[str, Any]]) -> list[Item]:
    """Headings cut after their first clause get as many clauses as their siblings have that are whole sentences."""
    longer: dict[Item, Item] = {}
    for parent in range(-1, len(found)):
        siblings = [item for item in children(found, parent) if item.mark]
        cuts = {item: wording.clauses(unit[item.row]["text"][item.words :].rstrip("。；;")) for item in siblings}
        sizes = {item: len(wording.clauses(unit[item.row]["text"][item.words : item.end])) for item in siblings}
        whole = {sizes[item] for item in siblings if sizes[item] == len(cuts[item])}
        for item in siblings:
            if len(whole) == 1 and sizes[item] < min(whole) <= len(cuts[item]):
                end = item.words + cuts[item][min(whole) - 1][1]
                if end - item.words <= wording.SHORT:
                    longer[item] = replace(item, end=end)
    return [longer.get(item, item) for item in found]
