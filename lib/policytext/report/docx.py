"""report.<language>.docx: real styles, caption numbers and cross-references that Word updates, tables as wide as the page."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

from policytext.report import pandoc
from policytext.report.document import Document, Shown
from policytext.report.form import without_title
from policytext.report.notes import Noted
from policytext.report.pandoc import Node

_PAGE = (160.0, 200.0)
"""Width and height in mm that a figure may take on a page."""

_WIDEST, _ROOM = 30, 100
"""Letters of its longest cell that count for the width of a column, and those of a line; a Chinese character counts twice."""

_ACCENT = RGBColor(0x00, 0x4B, 0x84)
_SERIF, _SONG, _HEI = "Times New Roman", "宋体", "黑体"

_STYLES: dict[str, tuple[str, float, float]] = {
    "Normal": (_SONG, 10.5, 6),
    "Body Text": (_SONG, 10.5, 6),
    "First Paragraph": (_SONG, 10.5, 6),
    "Compact": (_SONG, 10, 2),
    "Title": (_HEI, 20, 12),
    "Heading 1": (_HEI, 15, 8),
    "Heading 2": (_HEI, 12.5, 6),
    "Heading 3": (_HEI, 11, 6),
    "TOC Heading": (_HEI, 12.5, 6),
    "Caption": (_SONG, 9, 10),
    "Image Caption": (_SONG, 9, 10),
    "Table Caption": (_SONG, 9, 4),
    "Captioned Figure": (_SONG, 10.5, 3),
    "Evidence": (_SONG, 8, 2),
    "Table Text": (_SONG, 8, 0),
    "toc 1": (_SONG, 10.5, 2),
    "toc 2": (_SONG, 10, 2),
}
"""Style: its Chinese font, its size and the space after it in points. Latin letters are Times New Roman."""


class Manuscript(Noted):
    """A report for Word: caption numbers are SEQ fields, references REF fields, values have their evidence notes."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._marks = 10_000

    def refer(self, name: str, number: str) -> list[Node]:
        return [_field(f"REF {_bookmark(name)} \\h", number)] if number else super().refer(name, number)

    def figure(self, shown: Shown, number: str, title: list[Node], caption: list[Node]) -> list[Node]:
        files, sizes = shown.files(self.language, "png"), shown.sizes(self.language, within=_PAGE)
        told = [*self._caption(shown.name, number), *self.told("", title, caption)]
        if not files:
            return [pandoc.para([*told, {"t": "Space"}, *pandoc.text(self.document.missing(shown.name))])]
        alt = shown.say("alt", self.language)
        pictures = [
            pandoc.image(str(file), alt, width=f"{width:.1f}mm") for file, (width, _) in zip(files, sizes, strict=True)
        ]
        above = [pandoc.para([one]) for one in pictures[:-1]]  # side by side in one figure they would be small
        return [*above, pandoc.figure("", told, [{"t": "Plain", "c": pictures[-1:]}])]

    def table(self, name: str, number: str, caption: list[Node], tables: list[Node]) -> list[Node]:
        found, keys = self.gathered(tables)
        told, own = self.gathered([pandoc.para(caption)])
        inlines = [*self._caption(name, number), {"t": "Space"}, *told[0]["c"], *self.mark([*own, *keys])]
        if not tables:
            return [pandoc.para(inlines)]
        found[0]["c"][1] = [None, [{"t": "Plain", "c": inlines}]]
        return [_fitted(table) for table in found]

    def _caption(self, name: str, number: str) -> list[Node]:
        """The label of a caption with its number as a field, in a bookmark that references name."""
        self._marks += 1
        label = number.rstrip("0123456789")
        start = f'<w:bookmarkStart w:id="{self._marks}" w:name="{_bookmark(name)}"/>'
        end = f'<w:bookmarkEnd w:id="{self._marks}"/>'
        field = _field(f"SEQ {label.strip()} \\* ARABIC", number.removeprefix(label))
        return [pandoc.raw("openxml", f"{start}{_run(label)}"), field, pandoc.raw("openxml", f"{end}{_run('　')}")]


def docx_of(document: Document) -> bytes:
    """The report as DOCX."""
    form = Manuscript(document)
    blocks = without_title(form.numbered())
    headers = [node for node in blocks if node["t"] == "Header"]
    for i, header in enumerate(headers):
        header["c"][1][0] = f"section{i}"
    with tempfile.TemporaryDirectory(prefix="policytext-docx-") as made:
        folder = Path(made)
        _reference(folder / "reference.docx")
        options = [f"--reference-doc={folder / 'reference.docx'}", f"--metadata=title={document.title}"]
        options += [f"--metadata=lang={'zh-CN' if document.language == 'zh' else 'en-GB'}", "-s", "-o", "report.docx"]
        pandoc.write([*_contents(form.word("contents"), headers), *blocks], "docx", *options, folder=folder)
        return _dated((folder / "report.docx").read_bytes())


def _dated(packed: bytes) -> bytes:
    """The same archive with the same date for each of its files, so that bytes repeat."""
    again = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            kind = zipfile.ZIP_STORED if entry.filename.endswith(".png") else zipfile.ZIP_DEFLATED
            content = old.read(entry)
            if entry.filename == "word/document.xml":  # pandoc tells each picture where its file lay
                content = re.sub(rb'<pic:cNvPr descr="[^"]*"', b"<pic:cNvPr", content)
            new.writestr(zipfile.ZipInfo(entry.filename, (2000, 1, 1, 0, 0, 0)), content, kind)
    return again.getvalue()


# ---------------------------------------------------------------- fields


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _field(instruction: str, shown: str) -> Node:
    """A field of Word with what it shows until it is updated."""
    return pandoc.raw(
        "openxml",
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{_run(shown)}<w:r><w:fldChar w:fldCharType="end"/></w:r>',
    )


def _bookmark(name: str) -> str:
    return f"show_{name.replace('-', '_')}"[:40]


def _contents(title: str, headers: list[Node]) -> list[Node]:
    """A table of contents that is there before Word has made its own, which it does when the file is opened."""
    entries = [(node["c"][0], node["c"][1][0], pandoc.said(node["c"][2])) for node in headers if node["c"][0] <= 2]
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
        '<w:r><w:instrText xml:space="preserve"> TOC \\o "1-2" \\h \\z \\u </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    lines = [
        f'<w:p><w:pPr><w:pStyle w:val="TOC{level}"/></w:pPr>{begin if i == 0 else ""}'
        f'<w:hyperlink w:anchor="{name}">{_run(heading)}</w:hyperlink>{end if i == len(entries) - 1 else ""}</w:p>'
        for i, (level, name, heading) in enumerate(entries)
    ]
    head = f'<w:p><w:pPr><w:pStyle w:val="TOCHeading"/></w:pPr>{_run(title)}</w:p>'
    return [pandoc.raw("openxml", head + "".join(lines), block=True)] if entries else []


def _fitted(table: Node) -> Node:
    """A table whose columns share the width of the page: each as wide as its longest word, longer cells by what is left."""
    rows = [row[1] for row in (*table["c"][3][1], *(row for body in table["c"][4] for row in body[3]))]
    said = [[pandoc.said(row[i]) for row in rows] for i in range(len(table["c"][2]))]
    words = [max(_letters(word, 8) for cell in column for word in (cell.split() or [""])) + 2.5 for column in said]
    whole = [
        max(word, *(_letters(cell, _WIDEST) + 2.5 for cell in column)) for word, column in zip(words, said, strict=True)
    ]
    left = min(1, max(0, _ROOM - sum(words)) / max(1, sum(whole) - sum(words)))
    shares = [word + left * (all_ - word) for word, all_ in zip(words, whole, strict=True)]
    for spec, share in zip(table["c"][2], shares, strict=True):
        spec[1] = {"t": "ColWidth", "c": share / sum(shares)}
    for cell in (cell for row in rows for cell in row):
        paragraphs = [pandoc.para(block["c"]) if block["t"] == "Plain" else block for block in cell[4]]
        cell[4] = [pandoc.div(paragraphs, **{"custom-style": "Table Text"})]
    return table


def _letters(text: str, most: int) -> int:
    """About how wide words are; of Chinese, which breaks anywhere, as much as `most`."""
    wide = sum(ord(character) > 0x2E7F for character in text)
    return min(len(text) + wide, most) if wide or most == _WIDEST else len(text)


# ---------------------------------------------------------------- styles


def _reference(path: Path) -> None:
    """Pandoc's own model for DOCX, on A4, with our fonts, sizes and lines."""
    path.write_bytes(pandoc.run("--print-default-data-file", "reference.docx", given=""))
    made = docx.Document(str(path))
    styles = {style.name: style for style in made.styles}
    for name, (chinese, size, after) in _STYLES.items():
        if name not in styles:
            styles[name] = made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            styles[name].base_style = styles["Normal"]
        _dress(styles[name], chinese, size, after)
    for name in ("toc 1", "toc 2"):
        styles[name].element.set(qn("w:styleId"), name.replace("toc ", "TOC"))
    styles["toc 2"].paragraph_format.left_indent = Mm(6)
    _rule_tables(styles["Table"])
    for section in made.sections:
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(25)
        section.top_margin = section.bottom_margin = Mm(25)
        _number_pages(section.footer)
    made.save(str(path))


def _dress(style: Any, chinese: str, size: float, after: float) -> None:
    """One style: fonts for both scripts, size, colour and space."""
    style.font.name, style.font.size = _SERIF, Pt(size)
    fonts = style.element.rPr.rFonts
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    for script, font in (("ascii", _SERIF), ("hAnsi", _SERIF), ("cs", _SERIF), ("eastAsia", chinese)):
        fonts.set(qn(f"w:{script}"), font)
    headed = chinese == _HEI
    style.font.bold, style.font.italic = (False if headed else None), False
    style.font.color.rgb = _ACCENT if headed else RGBColor(0x1B, 0x1F, 0x24)
    form = style.paragraph_format
    form.space_after, form.space_before = Pt(after), Pt(size if style.name.startswith("Heading") else 0)
    form.line_spacing = 1.15 if size <= 10 or headed else 1.4
    if headed or style.name in ("Table Caption", "Captioned Figure"):
        form.keep_with_next = True


def _rule_tables(style: Any) -> None:
    """Three lines, as journals have them: above, below, and under the heading."""
    borders = "".join(f'<w:{side} w:val="single" w:sz="8" w:space="0" w:color="1B1F24"/>' for side in ("top", "bottom"))
    made = parse_xml(f"<w:tblBorders {nsdecls('w')}>{borders}</w:tblBorders>")
    margins = style.element.find(qn("w:tblPr")).find(qn("w:tblCellMar"))
    margins.addprevious(made)  # Word wants them in this order
    for side in margins:
        side.set(qn("w:w"), "45" if side.tag in (qn("w:left"), qn("w:right")) else "0")


def _number_pages(footer: Any) -> None:
    paragraph = footer.paragraphs[0]
    paragraph.alignment = 1
    for part in ("begin", "PAGE", "end"):
        inner = f"<w:instrText> {part} </w:instrText>" if part == "PAGE" else f'<w:fldChar w:fldCharType="{part}"/>'
        paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}>{inner}</w:r>"))
