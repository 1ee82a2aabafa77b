"""What every output does with the marked places of a report; each form of output overrides what it does otherwise."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import pairwise

from policytext.report import pandoc
from policytext.report.document import Document, Shown
from policytext.report.ledger import Place, Statement
from policytext.report.pandoc import Node
from policytext.segment import offsets, stretch_of

WORDS = {
    "contents": ("目录", "Contents"),
    "evidence": ("依据", "Evidence"),
    "texts": ("原文", "Texts"),
    "data": ("数据", "data"),
    "stop": ("。", "."),
    "more": ("另有{}处，见 report.zh.html。", "{} more: see report.en.html."),
    "more_here": ("另有{}句未列出。", "{} more sentences are not listed."),
    "whole": ("全文", "the whole text"),
    "in_text": ("在原文中查看", "in the text"),
    "table": ("表", "table"),
    "column": ("列", "column"),
    "row": ("行", "row"),
    "unit": ("单位", "unit"),
    "rounding": ("写法", "written as"),
    "skip": ("跳到正文", "Skip to the report"),
    "close": ("关闭", "Close"),
    "no_figure": ("（缺图）", "(figure missing)"),
    "no_sentences": (
        "此数由上表算得，不对应单个句子。",
        "Computed from the table named above; no single sentence stands behind it.",
    ),
    "back": ("回到此数", "back to the number"),
    "texts_intro": ("各份报告的全文；灰色部分不计入统计。", "The reports in full; what is grey is not counted."),
}


_TURN = re.compile(rb"(?<=\x00)\x01|(?<=\x01)\x00")
"""Where characters that count begin or end."""


class Form(ABC):
    """One report on its way into one format."""

    def __init__(self, document: Document) -> None:
        self.document, self.language = document, document.language

    def word(self, name: str) -> str:
        """A word that the outputs themselves need, in the language of the report."""
        return WORDS[name][self.language != "zh"]

    def woven(self) -> list[Node]:
        """The blocks of the report with every marked place put into this form."""
        return pandoc.change(self.document.blocks, self._one)

    def _one(self, node: Node) -> list[Node] | None:
        classes, given = pandoc.attributes(node)
        if node["t"] == "Span" and "ref" in classes:
            return self.refer(given["name"], self.document.numbers.get(given["name"], ""))
        if node["t"] == "Span" and {"value", "claim", "quote"} & set(classes):
            return self.stated(node["c"][1], given["key"], classes[0])
        if node["t"] == "Span" and {"text", "citation"} & set(classes):
            return self.worded(node["c"][1])
        if node["t"] == "Link" and not self.leads(node["c"][2][0]):
            return list(node["c"][1])
        if node["t"] == "Div" and "figure" in classes:
            return self._figure(given["name"])
        if node["t"] == "Div" and "table" in classes:
            return self._table(given["name"], node["c"][1])
        return None

    def _figure(self, name: str) -> list[Node]:
        shown = self.document.figures.get(name)
        if shown is None:
            return [pandoc.para([{"t": "Emph", "c": pandoc.text(self.document.missing(name))}])]
        title = pandoc.text(f"{shown.say('title', self.language)}{self.word('stop')}")
        return self.figure(shown, self.document.numbers[name], title, pandoc.text(shown.say("caption", self.language)))

    def told(self, number: str, title: list[Node], caption: list[Node]) -> list[Node]:
        """Number and title in strong letters, then the caption."""
        strong = pandoc.strong([*pandoc.text(number), *(pandoc.text("　") if title else []), *title])
        return [strong, *([] if self.language == "zh" and title else [{"t": "Space"}]), *caption]

    def _table(self, name: str, blocks: list[Node]) -> list[Node]:
        caption = [inline for block in blocks if block["t"] in ("Para", "Plain") for inline in block["c"]]
        tables = [block for block in blocks if block["t"] == "Table"]
        if not tables:
            said = [*caption, {"t": "Space"}, *pandoc.text(self.document.empty())]
            return self.table(name, self.document.numbers[name], said, [])
        return self.table(name, self.document.numbers[name], caption, tables)

    # ------------------------------------------------------------ what a form may do otherwise

    def refer(self, name: str, number: str) -> list[Node]:
        """A reference to a figure or table; number is empty where the figure is not there."""
        return pandoc.text(number or self.word("no_figure"))

    def leads(self, target: str) -> bool:
        """Whether a link is one; the others are their words only. A file that stands alone links to itself and the web."""
        return target.startswith(("#", "https://"))

    def stated(self, inlines: list[Node], key: str, kind: str) -> list[Node]:
        """A value, claim or quotation."""
        return inlines

    def worded(self, inlines: list[Node]) -> list[Node]:
        """Text of the study."""
        return inlines

    @abstractmethod
    def figure(self, shown: Shown, number: str, title: list[Node], caption: list[Node]) -> list[Node]:
        """A figure with its number, title and caption."""

    @abstractmethod
    def table(self, name: str, number: str, caption: list[Node], tables: list[Node]) -> list[Node]:
        """A table with its number and caption; no table where it has no rows."""

    # ------------------------------------------------------------ evidence

    def where(self, place: Place) -> str:
        """Place, report and raw offsets of a sentence, or name and report of a whole text."""
        row = self.document.values.evidence.sentence(place.sentence_id)
        if row is None:
            return " · ".join(filter(None, (place.report_id, place.spans)))
        return " · ".join((self.document.values.name(row["unit_id"]), row["report_id"], row["spans"]))

    def pieces(self, place: Place) -> list[tuple[str, bool]]:
        """The text of a sentence in pieces, each with whether it is what counts."""
        row = self.document.values.evidence.sentence(place.sentence_id)
        if row is None:
            return []
        stretch, wanted = stretch_of(row), offsets(place.spans)
        counts, position = bytearray(len(stretch.text)), 0
        for start, end in stretch.pieces:
            for low, high in wanted:
                first, last = position + max(start, low) - start, position + min(end, high) - start
                counts[first:last] = b"\1" * (last - first)
            position += end - start
        cuts = [0, *(match.start() for match in _TURN.finditer(counts)), len(counts)]
        return [(stretch.text[a:b], bool(counts[a])) for a, b in pairwise(cuts) if a < b]


def column_widths(table: Node) -> None:
    """Let the format find the widths of a table's columns by itself."""
    for spec in table["c"][2]:
        spec[1] = {"t": "ColWidthDefault"}


def spot(statement: Statement) -> str:
    """Table and row of a statement, on one line."""
    return " · ".join(filter(None, (statement.source.table, statement.source.row)))


def without_title(blocks: Sequence[Node]) -> list[Node]:
    """The blocks after the first heading, headings one level up: for forms that set the title themselves."""
    found = list(blocks)
    first = next((i for i, node in enumerate(found) if node["t"] == "Header" and node["c"][0] == 1), None)
    if first is not None:
        del found[first]
    return [
        {"t": "Header", "c": [max(node["c"][0] - 1, 1), *node["c"][1:]]} if node["t"] == "Header" else node
        for node in found
    ]
