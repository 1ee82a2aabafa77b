"""Reading what coders decided: `seeds/coding/themes-<coder>.csv` and `facets-<coder>.csv` against sentences and codebook.

A row stands for the sentence that has the same characters, white space aside. A column in which a coder left every cell
empty was not coded; in one that was coded, an empty cell of `themes` or `actors` says that there is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from policytext import codebook as codebooks
from policytext.errors import INVALID_STUDY, PolicytextError, exit_with
from policytext.segment import offsets
from policytext.study import Study
from policytext.study.files import read_rows

Scheme = Mapping[str, Sequence[str]]
"""For each facet (`theme` too) the values that may be coded."""

FACETS = {
    "themes": "theme",
    "instruments": "instrument_tool",
    "status": "status",
    "actors": "actor",
    "symbolic": "symbolic",
}
"""The columns of a coding, and the facet each codes. `instrument` is the first level of `instrument_tool`: S of S1."""
SINGLE = ("status", "symbolic")
NONE = {"instruments": "N", "symbolic": "0"}
"""What a coder writes where a facet has no value; `themes` and `actors` stay empty."""

COLUMNS = ["coder", "sentence_id", "unit_id", "report_id", "paragraph_id", "facet", "value", "defensible"]

_FILE = re.compile(r"(themes|facets)-(?!agreed\.)(\w[\w.-]*)\.csv")  # `agreed` is what several coders say
_LIKE = re.compile(r"(themes|facets).*\.csv")


class Codes(BaseModel):
    """What one coder gave a sentence, several values joined by `;`."""

    model_config = ConfigDict(extra="allow")
    themes: str = ""
    instruments: str = ""
    status: str = ""
    actors: str = ""
    symbolic: str = ""


class Coding(Codes):
    """One row of a coding: a sentence and its codes."""

    report_id: str
    spans: Annotated[str, Field(pattern=r"^\d{1,9}-\d{1,9}(;\d{1,9}-\d{1,9})*$")]
    also_defensible: str = ""


def scheme_of(codebook: codebooks.Codebook) -> dict[str, list[str]]:
    """The values that the codebook has for themes and for each facet."""
    facets = {facet.id: [value.id for value in facet.values] for facet in codebook.facets}
    facets["instrument_tool"] = facets.pop("instrument", [])
    return {"theme": [theme.id for theme in codebook.themes]} | facets


def names_of(codebook: codebooks.Codebook) -> dict[str, dict[str, str]]:
    """For each language the words to print for `facet:value`, since facets share values: S is a level and an actor."""
    return {
        language: {
            f"{'instrument_tool' if of == 'instrument' else of}:{entry.id}":
            f"{entry.id if not entry.id.isdigit() else ''} {getattr(entry.name, language)}".strip()
            for of, entry in codebook.entries
        }
        for language in ("zh", "en")
    }  # fmt: skip


def coded(study: Study, sentences: pd.DataFrame, *, scheme: Scheme | None = None) -> pd.DataFrame:
    """One row per (coder, sentence_id, facet, value): what coders gave; `value` is empty where they gave none.

    sentences: the table `sentences`. scheme: the values that may be coded, by default those of the codebook.
    Facets: theme, status, instrument (first level), instrument_tool, actor, symbolic. defensible: the coder calls the
    theme neither right nor wrong. No rows where nobody coded. Raises PolicytextError (exit 3) that lists every fault.
    """
    table, problems = read(study, sentences, scheme=scheme)
    exit_with(problems)
    return table


def read(
    study: Study, sentences: pd.DataFrame, *, scheme: Scheme | None = None
) -> tuple[pd.DataFrame, list[PolicytextError]]:
    """The same table, and all that is wrong with the files of codings; without rows where anything is."""
    paths = sorted((study.home.seeds / "coding").glob("*.csv"), key=lambda path: (path.name[0] == "f", path.name))
    named = [(path, match[2]) for path in paths if (match := _FILE.fullmatch(path.name))]
    problems = [
        _wrong(path, "a coding is named themes-NAME.csv or facets-NAME.csv", "Rename it.")
        for path in paths
        if _LIKE.fullmatch(path.name) and not _FILE.fullmatch(path.name)
    ]
    rows: list[dict[str, Any]] = []
    if named:
        scheme = scheme or scheme_of(codebooks.load(study.home))
        places = Places.of(study, sentences)
        for path, coder in named:
            found, wrong = _read_file(path, coder, places, scheme)
            twice = {row["facet"] for row in found} & {row["facet"] for row in rows if row["coder"] == coder}
            if twice:
                what = f"{coder} has coded {', '.join(sorted(twice))} in another file too"
                wrong.append(_wrong(path, what, "Keep one."))
            rows += found
            problems += wrong
    table = pd.DataFrame([] if problems else rows, columns=COLUMNS).astype({"defensible": bool})
    return table, problems


@dataclass(frozen=True)
class Places:
    """Where the sentences of a study stand, so that a coding finds its own."""

    texts: Mapping[str, str]
    owners: Mapping[tuple[str, int], dict[str, Any]]

    @classmethod
    def of(cls, study: Study, sentences: pd.DataFrame) -> Places:
        """The places of the table `sentences`."""
        texts = {name: study.read(name)[0] for name in study.reports["report_id"]}
        owners = {}
        for sentence in sentences.to_dict("records"):
            name = sentence["report_id"]
            owners |= {(name, position): sentence for position in _characters(texts[name], sentence["spans"])}
        return cls(texts, owners)

    def find(self, report_id: str, spans: str) -> tuple[dict[str, Any] | None, tuple[str, str, str] | None]:
        """The sentence of these characters, or what is wrong, what to do and in which column."""
        if report_id not in self.texts:
            near = get_close_matches(report_id, self.texts, 1)
            fix = f"Is it {near[0]!r}?" if near else "Mend the id."
            return None, (f"there is no report {report_id!r}", fix, "report_id")
        text = self.texts[report_id]
        if any(not low < high <= len(text) for low, high in offsets(spans)):
            what = f"{spans} does not lie within the text of {len(text)} characters"
            return None, (what, "Mend the offsets, or take the row out.", "spans")
        characters = _characters(text, spans)
        found = {id(s): s for i in sorted(characters) if (s := self.owners.get((report_id, i)))}.values()
        here = "".join(text[low:high] for low, high in offsets(spans))[:20]
        if not found:
            what = f"{spans} ({here!r}) is in no unit, so no sentence of the study"
            return None, (what, "Take the row out, or give the text to a unit in seeds/spans.csv.", "spans")
        near = max(found, key=lambda s: len(characters & _characters(text, s["spans"])))
        if characters == _characters(text, near["spans"]):
            return near, None
        what = f"{spans} ({here!r}) is not one whole sentence"
        return None, (what, f"Is it {near['spans']} ({near['text'][:20]!r})?", "spans")


def _characters(text: str, spans: str) -> frozenset[int]:
    """The raw offsets of a stretch's characters, white space aside."""
    return frozenset(i for low, high in offsets(spans) for i in range(low, high) if not text[i].isspace())


def _read_file(
    path: Path, coder: str, places: Places, scheme: Scheme
) -> tuple[list[dict[str, Any]], list[PolicytextError]]:
    """The rows of one file in the columns of `coded`, and what is wrong with it."""
    rows, problems = read_rows(path, Coding, file=f"seeds/coding/{path.name}")
    columns = [name for name in FACETS if any(getattr(row, name) for _, row in rows)]
    if not problems and not columns:
        problems.append(_wrong(path, "nothing is coded in it", "Fill it, or take it away."))
    for name in [name for name in columns if not scheme.get(FACETS[name])]:
        columns.remove(name)
        what, fix = f"the codebook has no values for {name}", "Add them to seeds/codebook.yml, or empty the column."
        problems.append(_wrong(path, what, fix, column=name))
    lines: dict[str, int] = {}
    found: list[dict[str, Any]] = []
    for line, row in rows:
        sentence, fault = places.find(row.report_id, row.spans)
        faults = [fault] if fault else []
        if sentence is not None:
            first = lines.setdefault(sentence["sentence_id"], line)
            if first != line:
                faults.append((f"{row.spans} is coded in line {first} too", "Keep one of the two.", "spans"))
        faults += [told for name in columns for told in faults_of(name, getattr(row, name), scheme)]
        faults += faults_of("themes", row.also_defensible, scheme, told="also_defensible")
        problems += [_wrong(path, what, fix, line=line, column=column) for what, fix, column in faults]
        if sentence is not None and not faults:
            found += _rows_of(row, sentence, coder, columns)
    return found, problems


def faults_of(column: str, cell: str, scheme: Scheme, *, told: str = "") -> list[tuple[str, str, str]]:
    """What is wrong with one cell of a coding, what to do, and in which column. told: the column as it is named there."""
    told = told or column
    known = [*scheme.get(FACETS[column], ()), *([NONE[column]] if column in NONE else [])]
    values = values_of(cell)
    faults = []
    for value in values:
        if value not in known:
            faults.append((f"{value!r} is not in the codebook", f"Known: {', '.join(known)}.", told))
    if len(set(values)) < len(values):
        faults.append((f"{cell!r} names a value twice", "Name it once.", told))
    if column in SINGLE and len(values) > 1:
        faults.append((f"{cell!r} are several values", "A sentence has one.", told))
    if column in NONE and NONE[column] in values and len(values) > 1:
        faults.append((f"{cell!r} says none and some", f"{NONE[column]} stands alone.", told))
    if not values and column not in ("themes", "actors"):
        none = f"; {NONE[column]} where there is none" if column in NONE else ""
        faults.append(
            (f"{told} is not coded here, but elsewhere in the file", f"One of {', '.join(known)}{none}.", told)
        )
    return faults


def values_of(cell: str) -> list[str]:
    """The values of a cell, in its order."""
    return [value for part in re.split("[;；]", cell) if (value := part.strip())]


def _rows_of(row: Coding, sentence: dict[str, Any], coder: str, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    where = {name: sentence[name] for name in ("sentence_id", "unit_id", "report_id", "paragraph_id")}
    for column in columns:
        values = [value for value in values_of(getattr(row, column)) if value != NONE.get(column)]
        facets = {FACETS[column]: values}
        if column == "instruments":
            facets = {"instrument": list(dict.fromkeys(map(first_level, values)))} | facets
        for facet, given in facets.items():
            for value in given or [""]:
                yield {"coder": coder, **where, "facet": facet, "value": value, "defensible": False}
    if "themes" in columns:
        for value in values_of(row.also_defensible):
            yield {"coder": coder, **where, "facet": "theme", "value": value, "defensible": True}


def first_level(value: str) -> str:
    """The first level of a tool: its letters, S of S1."""
    return value.rstrip("0123456789") or value


def _wrong(path: Path, what: str, fix: str, **where: Any) -> PolicytextError:
    return PolicytextError(what, fix, file=f"seeds/coding/{path.name}", exit_code=INVALID_STUDY, **where)
