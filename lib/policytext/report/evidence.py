"""From the row of a table to the sentences that it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from policytext import prepare, segment
from policytext.comparison import THEMES
from policytext.report.ledger import Place
from policytext.study import Study

_REST = ("n_reference", "total_reference")
"""Columns that count what is not of the group."""

_SIZES = frozenset({"total", "total_reference", "n_terms", "n_sentences", "n_paragraphs", "n_clusters"})
"""Columns that say how much text there is, whatever the row counts in it."""

_COMPUTED = frozenset({"kappa", "alpha", "ac1", "p_observed", "p_expected", "distance", "baseline", "value", "agrees"})


@dataclass(frozen=True)
class Evidence:
    """The sentences, terms and codes of a study, asked for the places that stand behind a row.

    table: gives a published table by its name, or none where it is not there.
    """

    study: Study
    sentences: pd.DataFrame
    table: Callable[[str], pd.DataFrame | None]

    @cached_property
    def _by_id(self) -> dict[str, dict[str, Any]]:
        return {row["sentence_id"]: row for row in self.sentences.to_dict("records")}

    @cached_property
    def _order(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self._by_id)}

    @cached_property
    def _terms(self) -> dict[str, list[tuple[str, str, str]]]:
        """(unit_id, sentence_id, spans) of each occurrence of a term."""
        found: dict[str, list[tuple[str, str, str]]] = {}
        terms = self.table("terms")
        terms = prepare.table(self.study, "terms") if terms is None else terms
        for term, *place in zip(*(terms[name] for name in ("term", "unit_id", "sentence_id", "spans")), strict=True):
            found.setdefault(term, []).append((place[0], place[1], place[2]))
        return found

    @cached_property
    def _codes(self) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
        """(unit_id, sentence_id, spans) of each sentence, headings aside, with a code, by family and code."""
        found: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
        for kind, names in {"theme": ["theme"], "facet": ["facet", "value"]}.items():
            codes, hits = self.table(f"{kind}_codes"), self.table(f"{kind}_hits")
            if codes is None:
                continue
            spans = {} if hits is None else hits.groupby([*names, "sentence_id"])["spans"].agg(";".join).to_dict()
            for *code, unit, name in codes[[*names, "unit_id", "sentence_id"]].itertuples(index=False, name=None):
                if self._is_sentence(name):
                    family = (THEMES, *code) if kind == "theme" else tuple(code)
                    found.setdefault(family, []).append((unit, name, spans.get((*code, name), "")))
        return found

    @cached_property
    def _members(self) -> dict[str, list[str]]:
        """The units of each group."""
        found: dict[str, list[str]] = {}
        for unit, group in self.study.groups().items():
            found.setdefault(str(group), []).append(str(unit))
        return found

    @cached_property
    def _report_of(self) -> dict[str, str]:
        return dict(zip(self.study.units["unit_id"], self.study.units["report_id"], strict=True))

    def sentence(self, sentence_id: str) -> dict[str, Any] | None:
        """The row of a sentence; none where there is no such sentence."""
        return self._by_id.get(sentence_id)

    def marked(self, sentence_id: str, start: int, end: int) -> Place:
        """The place of a part of a sentence's text."""
        row = self._by_id[sentence_id]
        return Place(row["report_id"], sentence_id, segment.stretch_of(row).spans(start, end))

    def of(self, row: Mapping[str, Any], column: str) -> list[Place]:
        """The places behind one cell: the row's own sentence, else the sentences of its group with its term or code,
        else the reports it speaks of, as for all sizes of texts. A row about coders, distances or methods has none.
        """
        if row.get("sentence_id"):
            return self._sentences([(str(row["sentence_id"]), str(row.get("spans") or ""))])
        units = self.units(row, rest=column in _REST)
        if column in _SIZES:
            return self._reports(units)
        if isinstance(row.get("term"), str):
            return self.strings(row["term"], units) if column == "n_string" else self.terms(row["term"], units)
        if isinstance(row.get("theme"), str) and "group" in row:
            return self.coded(str(row.get("family") or THEMES), row["theme"], units)
        if isinstance(row.get("facet"), str) and "group" in row:
            return self.coded(row["facet"], str(row["value"]), units)
        if isinstance(row.get("spans"), str) and row.get("report_id"):
            return [Place(str(row["report_id"]), "", row["spans"])]
        if column in _COMPUTED or not {"group", "unit_id", "report_id"} & set(row):
            return []
        return self._reports(units)

    def units(self, row: Mapping[str, Any], *, rest: bool = False) -> list[str]:
        """The units that a row speaks of, by its unit, group or report; all where it names none. rest: all the others."""
        known = self._report_of
        report, group = str(row.get("report_id") or ""), str(row.get("group") or "")
        of_group = self._members.get(group) or [unit for unit in known if unit == group]
        within = [unit for unit in known if not report or known[unit] == report]
        named = [str(row["unit_id"])] if row.get("unit_id") else of_group if group else within
        return [unit for unit in within if (unit not in named if rest else unit in named)]

    def terms(self, term: str, units: Iterable[str]) -> list[Place]:
        """Where units have a word that was cut as this term."""
        kept = set(units)
        return self._sentences((name, spans) for unit, name, spans in self._terms.get(term, []) if unit in kept)

    def strings(self, string: str, units: Iterable[str]) -> list[Place]:
        """Where units have this string, whether it was cut as a term or not."""
        kept = set(units)
        holding = (row for row in self._by_id.values() if row["unit_id"] in kept and string in row["text"])
        return self._sentences((row["sentence_id"], row["spans"]) for row in segment.occurrences(holding, string))

    def coded(self, family: str, code: str, units: Iterable[str]) -> list[Place]:
        """The sentences of units, headings aside, that have a theme or a value of a facet, marked where it was found."""
        kept = set(units)
        return self._sentences(
            (name, spans) for unit, name, spans in self._codes.get((family, code), []) if unit in kept
        )

    def _is_sentence(self, sentence_id: str) -> bool:
        return sentence_id in self._by_id and self._by_id[sentence_id]["kind"] == "sentence"

    def _reports(self, units: Iterable[str]) -> list[Place]:
        return [Place(report) for report in dict.fromkeys(self._report_of[unit] for unit in units)]

    def _sentences(self, found: Iterable[tuple[str, str]]) -> list[Place]:
        """One place a sentence, with all its spans, in the order of the reports."""
        spans: dict[str, list[str]] = {}
        for sentence_id, some in found:
            if sentence_id in self._by_id:
                spans.setdefault(sentence_id, []).extend(filter(None, [some]))
        ordered = sorted(spans, key=self._order.__getitem__)
        return [Place(self._by_id[name]["report_id"], name, ";".join(spans[name])) for name in ordered]
