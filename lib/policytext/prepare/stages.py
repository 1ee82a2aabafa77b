"""What is made of each batch of reports, and what its outcome depends on: the texts first, then what is read in them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pyarrow as pa

from policytext import codebook, ingest, outline, quantities, segment, themes
from policytext.errors import PolicytextError
from policytext.study import COLUMNS, Home, Study, checks, guess

Rows = dict[str, list[dict[str, Any]]]

_TEXT = pa.string()


def _text(*names: str) -> pa.Schema:
    return pa.schema([(name, _TEXT) for name in names])


def _quantities() -> pa.Schema:
    numbers = dict.fromkeys(("value", "value_high", "value_base"), pa.float64())
    return pa.schema([(name, numbers.get(name, _TEXT)) for name in COLUMNS["quantities"]])


@dataclass(frozen=True)
class Stage:
    """One step: its tables, what it reads of `seeds/`, the code that makes it, and how.

    make: the tables of a batch, and what is wrong with it; it is given the tables of the first stage where it is a later
    one.
    """

    tables: dict[str, pa.Schema]
    make: Callable[[Study, Rows], tuple[Rows, list[PolicytextError]]]
    modules: Sequence[ModuleType]
    seeds: Sequence[str] = ()
    columns: Sequence[str] = ("report_id", "file", "sha256")

    def key(self, study: Study, batch: Study) -> str:
        """A hash of all that the outcome for a batch depends on, but for the stage before."""
        digest = hashlib.sha256(_code(*self.modules))
        for name in self.seeds:
            digest.update(study.home.seed(name).read_bytes())
        digest.update(batch.reports[list(self.columns)].to_csv(index=False).encode())
        return digest.hexdigest()


def _code(*modules: ModuleType) -> bytes:
    """The source of modules and packages, one after the other."""
    paths = [Path(str(module.__file__)) for module in modules]
    files = [
        file for path in paths for file in (sorted(path.parent.glob("*.py")) if path.stem == "__init__" else [path])
    ]
    return b"".join(file.read_bytes() for file in [Path(__file__), *files])


def text_key(study: Study, batch: Study) -> str:
    """What the first stage depends on besides code and dictionary: the reports themselves and how they are cut up."""
    digest = hashlib.sha256(STAGES["texts"].key(study, batch).encode())
    for frame in (batch.units[["unit_id", "report_id", "unit"]], batch.spans):
        digest.update(frame.to_csv(index=False).encode())
    digest.update(json.dumps([pattern.pattern for pattern in batch.boilerplate]).encode())
    for file in batch.reports["file"]:
        try:
            with study.path(file).open("rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
        except OSError:
            digest.update(b"not readable")  # the check of the report tells
    return digest.hexdigest()


def dictionary(home: Home) -> list[tuple[str, int | None, str | None]]:
    """The entries of the study's dictionary: term, frequency, tag."""
    text, _ = ingest.read_text(home.seed("dictionary.txt"), file="seeds/dictionary.txt")
    return segment.read_dictionary(text, file="seeds/dictionary.txt")


def tokenizer(home: Home) -> Any:
    """jieba's tokenizer with the study's dictionary; its own is compiled once, into the home's cache."""
    return segment.make_tokenizer(dictionary(home), cache=home.cache)


def _make_texts(batch: Study, _: Rows) -> tuple[Rows, list[PolicytextError]]:
    """Spans, sentences and terms of each report."""
    cutter = tokenizer(batch.home)
    problems: list[PolicytextError] = []
    rows: Rows = {name: [] for name in STAGES["texts"].tables}
    for line, report in zip(batch.reports.index, batch.reports.to_dict("records"), strict=True):
        wrong = checks.check_report(batch, line, report)
        problems += wrong
        if wrong:
            continue
        report_id = report["report_id"]
        text, encoding = batch.read(report_id)
        spans = batch.spans_of(report_id, text)
        rows["spans"] += [_account(span, report_id, text, encoding) for span in spans]
        found = list(segment.sentences(report_id, text, spans))
        rows["sentences"] += found
        rows["terms"] += [term for sentence in found for term in segment.terms(sentence, cutter)]
    return rows, problems


def _account(span: dict[str, Any], report_id: str, text: str, encoding: str) -> dict[str, Any]:
    start, end = span["start"], span["end"]
    left_out = "" if span["unit_id"] else text[start:end]
    return span | {"report_id": report_id, "encoding": encoding, "n_chars": end - start, "left_out": left_out}


def _make_codes(batch: Study, texts: Rows) -> tuple[Rows, list[PolicytextError]]:
    """The ledgers of themes and facets."""
    coder = themes.Coder(codebook.load(batch.home))
    rows: Rows = {"theme_hits": [], "facet_hits": []}
    for _, sentences in _by_report(texts):
        hits, facets = coder.code(sentences)
        rows["theme_hits"] += hits
        rows["facet_hits"] += facets
    return rows, []


def _make_quantities(batch: Study, texts: Rows) -> tuple[Rows, list[PolicytextError]]:
    """The numbers that count something."""
    indicators = quantities.load(batch.home)
    reports = batch.reports.set_index("report_id")
    names = dict(zip(batch.units["unit_id"], batch.units["unit"], strict=True))
    rows: Rows = {"quantities": []}
    for report_id, sentences in _by_report(texts):
        published, year = reports.loc[report_id, ["published", "year"]]
        known = None if pd.isna(year) else int(year)
        rows["quantities"] += quantities.read(
            sentences, published=published, year=known, indicators=indicators, names=names
        )
    return rows, []


def _make_outline(batch: Study, texts: Rows) -> tuple[Rows, list[PolicytextError]]:
    """What each report says that it consists of."""
    rows: Rows = {"outline": [], "number_formulas": []}
    for _, sentences in _by_report(texts):
        rows["outline"] += outline.read(sentences)
        rows["number_formulas"] += outline.formulas(sentences)
    return rows, []


def _by_report(texts: Rows) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for report_id, sentences in groupby(texts["sentences"], key=lambda sentence: sentence["report_id"]):
        yield report_id, list(sentences)


STAGES = {
    "texts": Stage(
        tables={
            "spans": pa.schema(
                [(name, _TEXT) for name in ("report_id", "unit_id", "kind", "encoding", "left_out")]
                + [(name, pa.int64()) for name in ("start", "n_chars")]
            ),
            "sentences": _text(*COLUMNS["sentences"]),
            "terms": _text("sentence_id", "unit_id", "paragraph_id", "term", "spans"),
        },
        make=_make_texts,
        modules=(segment, ingest, guess),
        seeds=("dictionary.txt",),
    ),
    "codes": Stage(
        tables={"theme_hits": _text(*COLUMNS["theme_hits"]), "facet_hits": _text(*COLUMNS["facet_hits"])},
        make=_make_codes,
        modules=(codebook, themes),
        seeds=("codebook.yml",),
    ),
    "quantities": Stage(
        tables={"quantities": _quantities()},
        make=_make_quantities,
        modules=(quantities,),
        seeds=("indicators.yml",),
        columns=("report_id", "published", "year"),
    ),
    "outline": Stage(
        tables={
            "outline": pa.schema([(name, pa.int64() if name == "level" else _TEXT) for name in COLUMNS["outline"]]),
            "number_formulas": _text(*COLUMNS["number_formulas"]),
        },
        make=_make_outline,
        modules=(outline,),
    ),
}
"""The stages in their order; all but the first read the sentences that the first has made."""
