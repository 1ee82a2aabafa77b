"""REPORT.md and REPORT.zh-CN.md: plain Markdown that GitHub shows, with the pictures from `figures/`."""

from __future__ import annotations

import os
from pathlib import Path
from unicodedata import category

from policytext.report import pandoc
from policytext.report.document import Document, Shown
from policytext.report.form import Form, column_widths
from policytext.report.pandoc import Node
from policytext.study import Home, current_run


class Markdown(Form):
    """A report as Markdown; `place` is the folder in which it will lie."""

    def __init__(self, document: Document, place: Path) -> None:
        super().__init__(document)
        self.place = place

    def figure(self, shown: Shown, number: str, title: list[Node], caption: list[Node]) -> list[Node]:
        folder = Path(os.path.relpath(shown.folder, self.place)).as_posix()
        told = [*self.told(number, title, caption), {"t": "Space"}]
        for i, (words, file) in enumerate([("PDF", f"{self.language}.pdf"), (self.word("data"), "data.csv")]):
            told += [*(pandoc.text(" · ") if i else []), pandoc.link(pandoc.text(words), f"{folder}/{file}")]
        picture = pandoc.image(f"{folder}/{self.language}.png", shown.say("alt", self.language))
        return [pandoc.para([picture]), pandoc.para(told)]

    def leads(self, target: str) -> bool:
        return super().leads(target) or ":" not in target.split("/")[0]

    def table(self, name: str, number: str, caption: list[Node], tables: list[Node]) -> list[Node]:
        for table in tables:
            column_widths(table)
        return [pandoc.para(self.told(number, [], caption)), *tables]


def markdown(document: Document) -> str:
    """The report as Markdown."""
    blocks = pandoc.change(Markdown(document, place_of(document.values.study.home)).woven(), _readable)
    return pandoc.write(blocks, "gfm-raw_html").decode()


def place_of(home: Home) -> Path:
    """The folder in which the reports will lie."""
    run = current_run(home)
    return home.root if run.name and run.tables[0] == home.tables else home.tryout


def _readable(node: Node) -> list[Node] | None:
    """Emphasis that CommonMark sees: it takes `**句。**` before a letter for asterisks, so the mark at the end stands outside."""
    if node["t"] not in ("Strong", "Emph") or not node["c"] or node["c"][-1]["t"] != "Str":
        return None
    last = node["c"][-1]["c"]
    if ord(last[-1]) < 0x2E7F or not category(last[-1]).startswith("P"):
        return None
    inner = [*node["c"][:-1], *([{"t": "Str", "c": last[:-1]}] if last[:-1] else [])]
    return [{"t": node["t"], "c": inner}, {"t": "Str", "c": last[-1]}]
