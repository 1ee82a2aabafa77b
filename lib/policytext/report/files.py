"""All files of a report, from its documents: two for GitHub, six for readers, one for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from policytext.report import docx, github, html, pandoc, pdf
from policytext.report.document import Document

FOLDER = "report"
_GITHUB = {"en": "REPORT.md", "zh": "REPORT.zh-CN.md"}


@pandoc.uncollected()
def files(documents: Mapping[str, Document]) -> dict[str, bytes]:
    """The content of each file by its name: `REPORT.md`, `report/report.en.html`, `report/values.json` …

    The same results give the same bytes. Raises PolicytextError where pandoc or typst cannot make one.
    """
    with ThreadPoolExecutor() as pool:  # pandoc and typst work outside of Python
        found = {name: content for made in pool.map(_of_language, documents.values()) for name, content in made.items()}
    told = {
        language: {key: statement.as_dict() for key, statement in document.ledger.statements.items()}
        for language, document in documents.items()
    }
    found[f"{FOLDER}/values.json"] = (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
    return found


def _of_language(document: Document) -> dict[str, bytes]:
    report = f"{FOLDER}/report.{document.language}"
    return {
        _GITHUB[document.language]: github.markdown(document).encode(),
        f"{report}.html": html.page(document).encode(),
        f"{report}.pdf": pdf.pdf(document),
        f"{report}.docx": docx.docx_of(document),
    }
