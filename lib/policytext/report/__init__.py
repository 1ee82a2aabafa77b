"""Results to narrative: values with their sources, put into Chinese and English prose, as Markdown, HTML, PDF and DOCX.

`compose` fills in the narrative of a study (`template`, `rows`, `values`, `words`), enters what it states in a `ledger`,
and reads it with `pandoc` into a `document`. `files` writes that in every form: `github`, `html`, `pdf`, `docx`, the last
two with evidence `notes`.
"""

# ruff: noqa: F401

from policytext.report.document import Document, compose, numerals
from policytext.report.files import files
from policytext.report.github import markdown
from policytext.report.values import Values, published
