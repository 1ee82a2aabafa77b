"""report.<language>.pdf: pandoc writes typst, typst sets it; vector figures, one embedded font, the same bytes each time."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path

import typst
from matplotlib.font_manager import FontProperties

from policytext import style
from policytext.report import pandoc
from policytext.report.document import Document, Shown
from policytext.report.form import column_widths, without_title
from policytext.report.notes import Noted
from policytext.report.pandoc import Node

_HERE = Path(__file__).parent
_PAGE = (166.0, 205.0)
"""Width and height in mm that a figure may take on a page, so that its caption fits below."""

_LONG = re.compile(r"[!-~]{40,}")
_DIRECTORY = "figures"


class Sheets(Noted):
    """A report as typst: figures and tables numbered by typst, values with their evidence notes."""

    def __init__(self, document: Document, folder: Path) -> None:
        super().__init__(document)
        self.folder = folder

    def refer(self, name: str, number: str) -> list[Node]:
        return [pandoc.raw("typst", f"#ref(<show-{name}>)")] if number else super().refer(name, number)

    def figure(self, shown: Shown, number: str, title: list[Node], caption: list[Node]) -> list[Node]:
        sizes = shown.sizes(self.language, within=_PAGE)
        told = [pandoc.strong(title), *([] if self.language == "zh" else [{"t": "Space"}]), *caption]
        if (shown.folder / f"{self.language}.pdf").is_file() and sizes:
            shutil.copyfile(shown.folder / f"{self.language}.pdf", self.folder / _DIRECTORY / f"{shown.name}.pdf")
            alt = json.dumps(shown.say("alt", self.language), ensure_ascii=False)
            pages = [
                f'image("{_DIRECTORY}/{shown.name}.pdf", page: {i}, width: {w:.2f}mm, alt: {alt})'
                for i, (w, _) in enumerate(sizes, 1)
            ]
            joined = " ".join(
                f"#block({page})" for page in pages
            )  # several pages may break between them, and do not float
            inside = [pandoc.raw("typst", f"[{joined}], kind: image{', placement: none' if len(pages) > 1 else ''}")]
        else:
            inside = [
                pandoc.raw("typst", "["),
                *pandoc.text(self.document.missing(shown.name)),
                pandoc.raw("typst", "], kind: image"),
            ]
        broken = "#show figure: set block(breakable: true)\n" if len(sizes) > 1 else ""
        opened, closed = pandoc.raw("typst", f"#[{broken}#figure("), pandoc.raw("typst", f"]) <show-{shown.name}>]")
        return [pandoc.para([opened, *inside, pandoc.raw("typst", ", caption: ["), *told, closed])]

    def table(self, name: str, number: str, caption: list[Node], tables: list[Node]) -> list[Node]:
        found, keys = self.gathered(tables)
        told, own = self.gathered([pandoc.para(caption)])
        inlines = [*told[0]["c"], *self.mark([*own, *keys])]
        if not tables:
            opened, closed = (
                pandoc.raw("typst", "#figure([], kind: table, caption: ["),
                pandoc.raw("typst", f"]) <show-{name}>"),
            )
            return [pandoc.para([opened, *inlines, closed])]
        found[0]["c"][0][0] = f"show-{name}"
        found[0]["c"][1] = [None, [{"t": "Plain", "c": inlines}]]
        return found


def pdf(document: Document) -> bytes:
    """The report as PDF."""
    path = style.fonts()[0]
    with tempfile.TemporaryDirectory(prefix="policytext-pdf-") as made:
        folder = Path(made)
        (folder / _DIRECTORY).mkdir()
        blocks = Sheets(document, folder).numbered()
        lacking = {ord(letter): f"[U+{ord(letter):04X}]" for letter in style.missing(path, pandoc.said(blocks))}
        blocks = without_title(pandoc.change(blocks, lambda node: _set(node, lacking)))
        body = pandoc.write(blocks, "typst").decode()
        (folder / "report.typ").write_text(f"{_preamble(document, path)}\n{body}", "utf-8")
        return typst.compile(
            folder / "report.typ", root=folder, font_paths=[path.parent], ignore_system_fonts=True, timestamp=946684800
        )


def _preamble(document: Document, font: Path) -> str:
    """The names that the style asks for, then the style."""
    chinese = document.language == "zh"
    given = {"title": document.title, "lang": "zh" if chinese else "en", "contents": "目录" if chinese else "Contents"}
    lines = [f"#let {name} = {json.dumps(words, ensure_ascii=False)}" for name, words in given.items()]
    family = json.dumps(FontProperties(fname=font).get_name())
    lines += [f"#let fonts = ({family},)", f"#let region = {json.dumps('cn') if chinese else 'none'}"]
    return "\n".join([*lines, (_HERE / "report.typ").read_text("utf-8")])


def _set(node: Node, lacking: dict[int, str]) -> list[Node] | None:
    """Letters that the font lacks as their numbers, endless words with places to break; notes in their own style."""
    if node["t"] in ("Str", "Code"):
        text = (node["c"] if node["t"] == "Str" else node["c"][1]).translate(lacking)
        text = _LONG.sub(lambda run: "\u200b".join(re.findall(".{1,20}", run[0])), text)
        return [{"t": "Str", "c": text} if node["t"] == "Str" else {"t": "Code", "c": [node["c"][0], text]}]
    if node["t"] == "Header" and (node["c"][1][0] == "evidence-notes" or "references" in node["c"][1][1]):
        return [pandoc.raw("typst", "#place.flush()", block=True), node]  # no figure drifts in among what follows
    if node["t"] == "Header" and "appendix" in node["c"][1][1]:  # its figures come behind its heading
        set_still = "#place.flush()\n#show figure.where(kind: image): set figure(placement: none)"
        return [pandoc.raw("typst", set_still, block=True), node]
    if node["t"] == "Table":
        column_widths(node)
    if node["t"] == "Div" and "note" in node["c"][0][1]:
        name = node["c"][0][0]
        return [
            pandoc.raw("typst", "#[#note[", block=True),
            *node["c"][1],
            pandoc.raw("typst", f"] <{name}>]", block=True),
        ]
    return None
