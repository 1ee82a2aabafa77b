"""report.<language>.html: one file that needs no network and no script; each number opens the sentences it counts."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import escape

from policytext.report import pandoc, words
from policytext.report.document import Document, Shown
from policytext.report.form import Form, column_widths
from policytext.report.ledger import Statement, visible
from policytext.report.pandoc import Node
from policytext.segment import offsets

_HERE = Path(__file__).parent
MOST = 40
"""Sentences that a panel lists; the texts themselves stand below."""

_SHORT = 16
"""A claim of so many characters is a button itself; a longer one has a small button after it."""


class Page(Form):
    """A report as one page: values are buttons that open a panel with their evidence."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.pictures: dict[str, Path] = {}
        self._seen: set[str] = set()

    def stated(self, inlines: list[Node], key: str, kind: str) -> list[Node]:
        said = escape(f"{self.word('evidence')}: {pandoc.said(inlines)}")
        name = "" if key in self._seen else f' id="n-{key}"'
        self._seen.add(key)
        opens = f'type="button"{name} popovertarget="e-{key}" aria-haspopup="dialog"'
        if kind != "quote" and len(pandoc.said(inlines)) <= _SHORT:
            return [
                pandoc.raw("html", f'<button {opens} class="value" title="{self.word("evidence")}">'),
                *inlines,
                _END,
            ]
        return [*self.worded(inlines), pandoc.raw("html", f'<button {opens} class="open" aria-label="{said}">◇'), _END]

    def worded(self, inlines: list[Node]) -> list[Node]:
        chinese = any(ord(character) > 0x2E7F for character in pandoc.said(inlines))
        return [pandoc.span(inlines, lang="zh-CN")] if chinese and self.language != "zh" else inlines

    def refer(self, name: str, number: str) -> list[Node]:
        inlines = super().refer(name, number)
        return [pandoc.link(inlines, f"#show-{name}")] if number else inlines

    def figure(self, shown: Shown, number: str, title: list[Node], caption: list[Node]) -> list[Node]:
        files = shown.files(self.language, "svg")
        if not files:
            return [pandoc.para(self.told(number, title, pandoc.text(self.document.missing(shown.name))))]
        named = {f"{shown.name}/{file.name}": file for file in files}
        self.pictures |= named
        pictures = [pandoc.image(name, shown.say("alt", self.language)) for name in named]
        told = self.told(number, title, caption)
        return [
            pandoc.figure(f"show-{shown.name}", told, [self._scroll(number, [pandoc.para([one])]) for one in pictures])
        ]

    def table(self, name: str, number: str, caption: list[Node], tables: list[Node]) -> list[Node]:
        for table in tables:
            column_widths(table)
        told = pandoc.div([pandoc.para(self.told(number, [], caption))], "caption")
        return [pandoc.div([told, *([self._scroll(number, tables)] if tables else [])], name=f"show-{name}")]

    def _scroll(self, number: str, inside: list[Node]) -> Node:
        """What may be wider than a phone: it scrolls by itself, with the keyboard too."""
        return {
            "t": "Div",
            "c": [["", ["scroll"], [["role", "region"], ["tabindex", "0"], ["aria-label", number]]], inside],
        }

    # ------------------------------------------------------------ evidence and texts

    @cached_property
    def anchors(self) -> dict[str, str]:
        """The anchor of each sentence and of each report among the texts."""
        values = self.document.values
        sentences = {name: f"s{i}" for i, name in enumerate(values.tables["sentences"]["sentence_id"])}
        return sentences | {name: f"t{i}" for i, name in enumerate(values.study.reports["report_id"])}

    def panels(self) -> list[dict[str, Any]]:
        """What each panel shows, by key."""
        return [self._panel(key, statement) for key, statement in self.document.ledger.statements.items()]

    def _panel(self, key: str, statement: Statement) -> dict[str, Any]:
        places, source = statement.places, statement.source
        facts = {"table": source.table, "row": source.row, "column": source.column}
        facts |= {
            "unit": words.unit(source.unit, self.language),
            "rounding": words.rounding(statement.rounding, self.language),
        }
        shown = [
            {
                "where": visible(self.where(place)),
                "anchor": self.anchors.get(place.sentence_id or place.report_id, ""),
                "pieces": [(visible(text), counts) for text, counts in self.pieces(place)],
            }
            for place in places[:MOST]
        ]
        more = self.word("more_here").format(len(places) - MOST) if len(places) > MOST else ""
        told = [(self.word(name), visible(fact)) for name, fact in facts.items() if fact]
        return {"key": key, "text": visible(statement.text), "facts": told, "places": shown, "more": more}

    def texts(self) -> list[dict[str, Any]]:
        """The reports in full, each in pieces: sentences with their anchors, and what is not counted."""
        values = self.document.values
        found = []
        for row in values.study.reports.to_dict("records"):
            report = str(row["report_id"])
            title = values.study.label("title", str(row.get("title") or report), self.language)
            found.append(
                {
                    "report": report,
                    "title": visible(title),
                    "anchor": self.anchors[report],
                    "pieces": self._text(report),
                }
            )
        return found

    def _text(self, report: str) -> list[tuple[str, str, str]]:
        sentences = self.document.values.tables["sentences"]
        kept = sentences[sentences["report_id"] == report]
        pairs = [
            (*pair, self.anchors[row.sentence_id] if i == 0 else "")
            for row in kept.itertuples()
            for i, pair in enumerate(offsets(row.spans))
        ]
        text, position, pieces = self.document.values.study.read(report)[0], 0, []
        for start, end, anchor in sorted(pairs):
            pieces.append(
                ("left-out" if text[position:start].strip() else "sentence", "", visible(text[position:start]))
            )
            pieces.append(("sentence", anchor, visible(text[start:end])))
            position = end
        return [piece for piece in [*pieces, ("left-out", "", visible(text[position:]))] if piece[2]]


_SIDES = re.compile(r'<(t[dh]) style="text-align: (left|right|center);">')
"""Pandoc gives columns their side by a style, which the content policy forbids. No text can hold this: it is escaped."""

_PICTURE = re.compile(r'(?<=<img src=")[^"]+')
"""A picture by its name: it is put in after pandoc, which need not carry it."""

_END = pandoc.raw("html", "</button>")


def page(document: Document) -> str:
    """The report as one HTML page."""
    form = Page(document)
    blocks = form.woven()
    body = pandoc.write(blocks, "html5", "--no-highlight", "--email-obfuscation=none").decode()
    body = _SIDES.sub(r'<\1 class="\2">', body)
    body = _PICTURE.sub(
        lambda found: _embedded(form.pictures[found[0]]) if found[0] in form.pictures else found[0], body
    )
    headings = [(node["c"][0], node["c"][1][0], pandoc.said(node["c"][2])) for node in blocks if node["t"] == "Header"]
    style = (_HERE / "page.css").read_text("utf-8")
    given = {"body": body, "style": style, "sum": checksum(style), "title": document.title, "word": form.word}
    given |= {"headings": headings[1:], "panels": form.panels(), "texts": form.texts()}
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((_HERE / "page.html").read_text("utf-8"))
    return template.render(lang="zh-CN" if document.language == "zh" else "en", **given) + "\n"


def _embedded(file: Path) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(file.read_bytes()).decode()}"


def checksum(style: str) -> str:
    """The hash by which a content policy knows the one style sheet of a page."""
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
