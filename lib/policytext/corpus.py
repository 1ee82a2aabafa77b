"""What the corpus is: its design, what of each report is counted, and its defects."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from policytext.study import Study

_OPEN, _CLOSE = "“‘《（(", "”’》）)"
_DEFECTS = {
    "half-width punctuation · 半角标点": re.compile(r"(?<=[\u4e00-\u9fff”》])[,;:!?](?=[\u4e00-\u9fff“《\d]|$)"),
    "space within a sentence · 句内空格": re.compile(r"(?<=[\u4e00-\u9fff,，、])\s+(?=[\u4e00-\u9fff])"),
    "Latin word among Chinese · 夹杂外文词": re.compile(r"(?<=[\u4e00-\u9fff])\s+[A-Za-z]+\s+(?=[\u4e00-\u9fff])"),
    "word lost before a comma · 疑似缺字": re.compile(r"以[\u4e00-\u9fff、]{2,16}为(?=[,，])"),
    "sentence without its end mark · 句末缺标点": re.compile(r"[^。！？!?；;…”’》）)](?=$)"),
}


def design(study: Study, units: pd.DataFrame) -> pd.DataFrame:
    """One row per unit: its metadata, those of its report (title, year, doc_type …), and its sizes.

    units: the table `units`.
    """
    own = [column for column in study.reports if column not in units or column == "report_id"]
    return units.merge(study.reports[own], on="report_id", how="left", validate="many_to_one")


def variation(design: pd.DataFrame, *, columns: Sequence[str]) -> pd.DataFrame:
    """One row per column: how many values it has, and in how many reports it varies.

    A column that varies in no report cannot be told apart from the report: a difference between its values may as well
    be one of author, occasion or genre.
    """
    known = design.replace("", pd.NA)
    per_report = known.groupby("report_id")[list(columns)].nunique()
    rows = [(column, known[column].nunique(), int((per_report[column] > 1).sum())) for column in columns]
    return pd.DataFrame(rows, columns=["column", "values", "reports_in_which_it_varies"])


def accounting(spans: pd.DataFrame) -> pd.DataFrame:
    """One row per (report_id, kind): n_chars, and `counted`, true for what belongs to a unit.

    spans: the prepared table `spans`. Every character but white space is in some row.
    """
    marked = spans.assign(counted=spans["unit_id"] != "")
    return marked.groupby(["report_id", "kind", "counted"], sort=False, as_index=False)["n_chars"].sum()


def defects(sentences: pd.DataFrame, spans: pd.DataFrame) -> pd.DataFrame:
    """One row per (report_id, defect) found in the text counted: n, and an example with its sentence.

    Nothing is mended: the raw text stays, and what a defect may do to a count is for the reader to judge.
    """
    rows: list[tuple[str, str, str, str]] = []
    for sentence in sentences[sentences["kind"] == "sentence"].itertuples():
        text, where = sentence.text, (sentence.report_id, sentence.sentence_id)
        for defect, pattern in _DEFECTS.items():
            rows += [(*where, defect, text[max(0, m.start() - 8) : m.end() + 8]) for m in pattern.finditer(text)]
        if ";" in sentence.spans:
            rows.append((*where, "put together across a break · 跨栏拼接", text[:24]))
    for (report_id, paragraph_id), texts in sentences.groupby(["report_id", "paragraph_id"], sort=False)["text"]:
        rows += [
            (report_id, paragraph_id, "unpaired quotation mark · 引号不成对", x) for x in _unpaired("".join(texts))
        ]
    again = spans[(spans["left_out"].str.len() > 8) & spans.duplicated(["report_id", "left_out"])]
    rows += [
        (s.report_id, f"{s.report_id}:{s.start}", "repeated passage, left out · 重复段落", s.left_out[:24])
        for s in again.itertuples()
    ]
    found = pd.DataFrame(rows, columns=["report_id", "sentence_id", "defect", "example"])
    grouped = found.groupby(["report_id", "defect"], sort=False)
    counted = grouped.agg(n=("example", "size"), example=("example", "first"), sentence_id=("sentence_id", "first"))
    return counted.reset_index()


def _unpaired(text: str) -> list[str]:
    """A few characters round each bracket or quotation mark of a paragraph that has no partner."""
    waiting: list[int] = []
    lonely: list[int] = []
    for place, character in enumerate(text):
        if character in _OPEN:
            waiting.append(place)
        elif character in _CLOSE:
            partner = _OPEN[_CLOSE.index(character)]
            at = next((i for i in reversed(range(len(waiting))) if text[waiting[i]] == partner), None)
            lonely += [place] if at is None else waiting[at + 1 :]
            del waiting[len(waiting) if at is None else at :]
    return [text[max(0, place - 8) : place + 8] for place in sorted(lonely + waiting)]
