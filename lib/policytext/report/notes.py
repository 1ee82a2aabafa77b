"""Numbered evidence notes, for paper: after each paragraph that states values, one note with their rows and sentences."""

from __future__ import annotations

from typing import Any

from policytext.report import pandoc, words
from policytext.report.document import Document
from policytext.report.form import Form, spot
from policytext.report.ledger import Place, Statement
from policytext.report.pandoc import Node

MOST = 3
"""Sentences that a note prints for one row; the HTML report lists them all."""

_BEARERS = ("Para", "Plain")


class Noted(Form):
    """A form in which a paragraph that states something ends with the number of its evidence note."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.notes: list[list[str]] = []

    def numbered(self) -> list[Node]:
        """The blocks of the report with the numbers of the notes, and the notes as its last section."""
        return [*self.woven(), *self._section()]

    def stated(self, inlines: list[Node], key: str, kind: str) -> list[Node]:
        return [pandoc.span(inlines, "stated", key=key)]

    def woven(self) -> list[Node]:
        return pandoc.change(super().woven(), self._note)

    def _note(self, node: Node) -> list[Node] | None:
        """A paragraph with its note; a table with one note for all its cells, after the caption."""
        if node["t"] not in _BEARERS:
            return None
        keys = list(dict.fromkeys(found["key"] for found in self._keys(node)))
        plain = pandoc.change(node["c"], lambda one: one["c"][1] if "stated" in pandoc.attributes(one)[0] else None)
        return [{"t": node["t"], "c": [*plain, *self.mark(keys)]}]

    def _keys(self, tree: Any) -> list[dict[str, str]]:
        found = (pandoc.attributes(node) for node in pandoc.walk(tree))
        return [given for classes, given in found if "stated" in classes]

    def mark(self, keys: list[str]) -> list[Node]:
        """The number of the note for some statements; the same statements have the same note."""
        if not keys:
            return []
        if keys not in self.notes:
            self.notes.append(keys)
        number = self.notes.index(keys) + 1
        inside = pandoc.link(pandoc.text(f"[{number}]"), f"#note-{number}")
        return [{"t": "Superscript", "c": [inside]}]

    def gathered(self, tables: list[Node]) -> tuple[list[Node], list[str]]:
        """Tables without the marks of their values, and the keys of these."""
        keys = list(dict.fromkeys(given["key"] for given in self._keys(tables)))
        return pandoc.change(tables, lambda one: one["c"][1] if "stated" in pandoc.attributes(one)[0] else None), keys

    # ------------------------------------------------------------ the notes

    def _section(self) -> list[Node]:
        if not self.notes:
            return []
        level = min(
            (node["c"][0] for node in self.document.blocks if node["t"] == "Header" and node["c"][0] > 1), default=2
        )
        heading = {"t": "Header", "c": [level, ["evidence-notes", [], []], pandoc.text(self.word("evidence"))]}
        return [heading, *(self._entry(i, keys) for i, keys in enumerate(self.notes, 1))]

    def _entry(self, number: int, keys: list[str]) -> Node:
        """One note: for each row of a table its values and columns, and the first sentences that they count."""
        statements = [self.document.ledger.statements[key] for key in keys]
        rows: dict[str, list[Statement]] = {}
        for statement in statements:
            rows.setdefault(spot(statement), []).append(statement)
        lines: list[Node] = []
        for where, stated in rows.items():
            told = "; ".join(self._told(one) for one in stated)
            lines.append(pandoc.para([*self._number(number if not lines else 0), *pandoc.text(f"{told} ← {where}")]))
            lines += self._places(list(dict.fromkeys(place for one in stated for place in one.places)))
        return pandoc.div(lines, "note", name=f"note-{number}", **{"custom-style": "Evidence"})

    def _number(self, number: int) -> list[Node]:
        return [pandoc.strong(pandoc.text(f"[{number}]")), {"t": "Space"}] if number else []

    def _told(self, statement: Statement) -> str:
        if len(statement.text) > 40:  # a quotation: its sentence follows
            return statement.source.column
        kind = words.unit(statement.source.unit, self.language)
        named = ", ".join(filter(None, (statement.source.column, kind if kind != statement.source.column else "")))
        return f"{statement.text} ({named})" if named else statement.text

    def _places(self, places: list[Place]) -> list[Node]:
        found = []
        for place in places[:MOST]:
            text = [piece for words_, counts in self.pieces(place) for piece in self._piece(words_, counts)]
            if text:
                found.append(pandoc.para([*pandoc.text(f"{self.where(place)}："), *text]))
        whole = [self.where(place) for place in places[:MOST] if not self.pieces(place)]
        if whole:
            found.append(
                pandoc.para(
                    pandoc.text(f"{self.word('whole')}{'：' if self.language == 'zh' else ': '}{'; '.join(whole)}")
                )
            )
        if len(places) > MOST:
            found.append(pandoc.para(pandoc.text(self.word("more").format(len(places) - MOST))))
        return found

    @staticmethod
    def _piece(text: str, counts: bool) -> list[Node]:
        inlines = pandoc.text(text)
        return [{"t": "Underline", "c": inlines}] if counts else inlines
