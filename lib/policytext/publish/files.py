"""The files of a figure: PDF, SVG and PNG, each with title, caption, licence and identifier inside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pikepdf
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from PIL.PngImagePlugin import PngInfo

LICENCE = "CC BY 4.0"
LICENCE_PAGE = "https://creativecommons.org/licenses/by/4.0/"


def save(pages: Sequence[Figure], folder: Path, language: str, described: Mapping[str, Any], *, dpi: int) -> None:
    """One language of a figure: `zh.pdf` with all pages, and `zh.svg`, `zh.png`, `zh-2.svg` … with one each."""
    title, caption, identifier = described["title"][language], described["caption"][language], described["identifier"]
    _save_pdf(pages, folder / f"{language}.pdf", title, caption, identifier, language)
    svg = {"Title": title, "Description": caption, "Identifier": identifier, "Rights": LICENCE, "Date": None}
    png = PngInfo()
    for key, value in {"Title": title, "Description": caption, "Identifier": identifier, "Copyright": LICENCE}.items():
        png.add_itxt(key, value, lang=language)
    for number, page in enumerate(pages, start=1):
        place = folder / (f"{language}-{number}" if number > 1 else language)
        page.savefig(place.with_suffix(".svg"), metadata=svg | {"Language": language})
        _name_clips(place.with_suffix(".svg"))
        page.savefig(place.with_suffix(".png"), dpi=dpi, pil_kwargs={"pnginfo": png})


def _name_clips(path: Path) -> None:
    """Number the clip paths of an SVG: matplotlib names them by floats whose last digit may differ from run to run."""
    text = path.read_text("utf-8")
    names = dict.fromkeys(re.findall(r'clipPath id="(p[0-9a-f]{10})"', text))
    for number, name in enumerate(sorted(names, key=text.index), start=1):
        text = text.replace(name, f"clip{number}")
    path.write_text(text, "utf-8", newline="\n")


def _save_pdf(pages: Sequence[Figure], path: Path, title: str, caption: str, identifier: str, language: str) -> None:
    info = {"Title": title, "Subject": caption, "Keywords": f"{identifier}; {LICENCE}", "CreationDate": None}
    with PdfPages(path, metadata=info) as file:
        for page in pages:
            page.savefig(file, format="pdf")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as inside:
            inside["dc:title"], inside["dc:description"], inside["dc:rights"] = title, caption, LICENCE
            inside["dc:identifier"], inside["dc:language"] = identifier, {language}
            inside["xmpRights:WebStatement"] = LICENCE_PAGE
        pdf.Root.Lang = pikepdf.String(language)
        pdf.save(path, deterministic_id=True)
