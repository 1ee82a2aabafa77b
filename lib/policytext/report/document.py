"""A report as a syntax tree: its figures and tables numbered, and every numeral that no value stands behind found."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from PIL import Image

from policytext.errors import PolicytextError
from policytext.report import pandoc
from policytext.report.ledger import Ledger
from policytext.report.pandoc import Node
from policytext.report.template import fill, published_figures
from policytext.report.values import Values

STATED = ("value", "claim", "quote", "text", "citation", "ref")
"""The spans that a narrative's numerals may stand in."""

_NUMERAL = re.compile(
    r"[0-9０-９]+(?:[.,][0-9]+)*%?|[两二三四五六七八九十百千]+(?=[个份位篇次家项处种句倍段年名座册条])"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|hundred|thousand)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Shown:
    """A figure as the report shows it: where its files are, and what is told of it."""

    name: str
    folder: Path
    told: dict[str, Any]

    def say(self, key: str, language: str) -> str:
        """Title, caption or alt text."""
        return str(self.told[key][language])

    def files(self, language: str, suffix: str) -> list[Path]:
        """Its pictures, one a page: `zh.svg`, `zh-2.svg` …; none where one of them is not there."""
        pages = range(2, int(self.told.get("pages", 1)) + 1)
        found = [self.folder / f"{name}.{suffix}" for name in (language, *(f"{language}-{page}" for page in pages))]
        return found if all(path.is_file() for path in found) else []

    def sizes(self, language: str, *, within: tuple[float, float]) -> list[tuple[float, float]]:
        """Width and height in mm of each page of it, as printed, made smaller where it is larger than `within`."""
        found = []
        for path in self.files(language, "png"):
            with Image.open(path) as picture:
                width, height = (side / float(self.told.get("dpi", 300)) * 25.4 for side in picture.size)
            scale = min(1.0, within[0] / width, within[1] / height)
            found.append((width * scale, height * scale))
        return found


@dataclass(frozen=True)
class Document:
    """One report in one language: its blocks, with figures, tables, references and values still as marked places."""

    values: Values
    ledger: Ledger
    blocks: list[Node]
    template: str

    @property
    def language(self) -> str:
        return self.values.language

    @property
    def title(self) -> str:
        """The first heading, else the study's title."""
        first = next((node for node in self.blocks if node["t"] == "Header"), None)
        return pandoc.said(first["c"][2]) if first else str(getattr(self.values.study.settings.title, self.language))

    @cached_property
    def figures(self) -> dict[str, Shown]:
        """The published figures that the report shows, in its order."""
        there = published_figures(self.values.study.home)
        wanted = [name for name in dict.fromkeys(self._marked("Div", "figure")) if name in there]
        told = {name: json.loads((there[name] / "figure.json").read_text("utf-8")) for name in wanted}
        return {name: Shown(name, there[name], told[name]) for name in wanted}

    @cached_property
    def numbers(self) -> dict[str, str]:
        """The number of each figure and table, each kind counted in the order of the report: `图1`, `Figure 1`, `Table 2`."""
        shown = [*self._marked("Div", "figure"), *self._marked("Div", "table")]
        if twice := [name for name in dict.fromkeys(shown) if shown.count(name) > 1]:
            what = f"the narrative shows {twice[0]!r} twice, so that a reference to it could mean either"
            raise PolicytextError(
                what, fix=f"Show it once, and refer to it with ref({twice[0]!r}).", file=self.template
            )
        kinds = [("图" if self.language == "zh" else "Figure ", list(self.figures))]
        kinds += [("表" if self.language == "zh" else "Table ", self._marked("Div", "table"))]
        found = {name: f"{kind}{i}" for kind, names in kinds for i, name in enumerate(dict.fromkeys(names), 1)}
        lost = [
            name
            for name in self._marked("Span", "ref")
            if name not in found and name not in self._marked("Div", "figure")
        ]
        if lost:
            what = f"the narrative refers to {lost[0]!r}, which it does not show"
            raise PolicytextError(what, fix=f"Show it with figure({lost[0]!r}) or table(…).", file=self.template)
        return found

    def _marked(self, kind: str, wanted: str) -> list[str]:
        found = [pandoc.attributes(node) for node in pandoc.walk(self.blocks) if node["t"] == kind]
        return [attributes["name"] for classes, attributes in found if wanted in classes]

    def missing(self, name: str) -> str:
        """What stands in the place of a figure that is not there."""
        if self.language == "zh":
            return f"（此处应有图“{name}”，尚未生成；运行 policytext run 即可得到。）"
        return f"(The figure “{name}” belongs here and is not there yet; policytext run makes it.)"

    def empty(self) -> str:
        """What stands in the place of a table without rows."""
        return (
            "（没有符合条件的行，故无表可列。）"
            if self.language == "zh"
            else "(No row meets the conditions, so there is no table.)"
        )


@pandoc.uncollected()
def compose(values: Values) -> Document:
    """The narrative of a study in the language of its values, filled in and read."""
    ledger = Ledger()
    markdown, template = fill(values, ledger)
    document = Document(values, ledger, pandoc.parse(markdown), template)
    document.numbers  # noqa: B018  a reference to nothing is told here, before any output is written
    return document


def numerals(document: Document) -> list[tuple[str, str]]:
    """Each numeral of the prose that is no value, with the words round it: digits, and words of number.

    Not looked at: values, claims and quotations, text of the study, citations and what stands below a heading of the
    class `references`, headings, and the captions that figures bring along.
    """

    def skip(node: Node) -> bool:
        return node["t"] == "Header" or bool(set(STATED) & set(pandoc.attributes(node)[0]))

    found = []
    for block in _without_references(document.blocks):
        kept = pandoc.change([block], lambda node: [{"t": "Space"}] if skip(node) else None)
        line = pandoc.said(kept)
        found += [(match[0], line[max(0, match.start() - 30) : match.end() + 30]) for match in _NUMERAL.finditer(line)]
    return found


def _without_references(blocks: list[Node]) -> Iterator[Node]:
    inside = 0
    for block in blocks:
        if block["t"] == "Header" and (not inside or block["c"][0] <= inside):
            inside = block["c"][0] if "references" in pandoc.attributes(block)[0] else 0
        if not inside:
            yield block
