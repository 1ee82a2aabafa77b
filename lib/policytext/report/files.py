"""All files of a report, from its documents: two for GitHub, six for readers, one for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping

from policytext.report import docx, github, html, pdf
from policytext.report.document import Document

FOLDER = "report"
_GITHUB = {"en": "REPORT.md", "zh": "REPORT.zh-CN.md"}


def files(documents: Mapping[str, Document]) -> dict[str, bytes]:
    """The content of each file by its name: `REPORT.md`, `report/report.en.html`, `report/values.json` …

    The same results give the same bytes. Raises PolicytextError where pandoc or typst cannot make one.
    """
    found: dict[str, bytes] = {}
    for language, document in documents.items():
        found[_GITHUB[language]] = github.markdown(document).encode()
        found[f"{FOLDER}/report.{language}.html"] = html.page(document).encode()
        found[f"{FOLDER}/report.{language}.pdf"] = pdf.pdf(document)
        found[f"{FOLDER}/report.{language}.docx"] = docx.docx_of(document)
    told = {
        language: {key: statement.as_dict() for key, statement in document.ledger.statements.items()}
        for language, document in documents.items()
    }
    found[f"{FOLDER}/values.json"] = (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
    return found
