"""A blind sheet for a new coder, and reading it back: sentences in no order, under keys that tell neither place nor code.

Blind as far as a text can be: a sentence that names its own place still does.
"""

from __future__ import annotations

import hashlib
import os
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from policytext import codebook as codebooks
from policytext import ingest
from policytext.errors import INVALID_STUDY, USAGE, PolicytextError, exit_with
from policytext.study import Study
from policytext.study.files import parse_rows
from policytext.validation.codings import FACETS, NONE, Codes, Scheme, faults_of, values_of

_EMPTY = "0"
"""What a coder writes for no theme and no actor, so that a cell that was forgotten is not taken for a decision."""
_NUMBER = re.compile(r"(\d{1,6}) of (\d{1,6})")
_CODER = re.compile(r"(?!agreed$)\w[\w.-]{0,40}")


class SheetRow(Codes):
    """One row of a sheet: a sentence under its key, and what the coder made of it."""

    key: str
    number: str
    sentence: str


def make_sheet(
    sentences: pd.DataFrame, groups: pd.Series, *, scheme: Scheme, n: int | None = None, seed: int = 1
) -> pd.DataFrame:
    """One row per sentence to be coded, shuffled: key, number, kind, before (the sentence before it), sentence, and
    an empty column for themes and for each facet of the codebook.

    sentences: the table `sentences`. groups: group per unit_id. n: sentences, by default all; each stratum (a group in a
    report) gives its share, and at least one. The same seed gives the same sheet whatever the order of the table.
    Raises PolicytextError (exit 2) where n is less than the strata or more than the sentences.
    """
    if not asked(scheme):
        raise PolicytextError("the codebook has nothing to code", "Give it themes.", codebooks.FILE, exit_code=USAGE)
    table = sentences.assign(
        before=sentences.groupby("unit_id", sort=False)["text"].shift().fillna(""),
        draw=[_hash(f"{seed}:{name}") for name in sentences["sentence_id"]],
        stratum=sentences["unit_id"].map(groups).fillna("") + "\n" + sentences["report_id"],
    ).sort_values("draw")
    sizes = table["stratum"].value_counts().sort_index()
    n = len(table) if n is None else n
    if not len(sizes) <= n <= len(table):
        what = f"a sheet of {n} sentences cannot be drawn from {len(table)} in {len(sizes)} strata"
        fix = f"Ask for {len(sizes)} to {len(table)}: every group of every report gives at least one."
        raise PolicytextError(what, fix, exit_code=USAGE)
    taken = table[table.groupby("stratum").cumcount() < table["stratum"].map(_allot(sizes, n))]
    sheet = pd.DataFrame(
        {
            "key": [key_of(name) for name in taken["sentence_id"]],
            "number": [f"{i} of {n}" for i in range(1, n + 1)],
            "kind": taken["kind"].to_numpy(),
            "before": [" ".join(text.split()) for text in taken["before"]],
            "sentence": [" ".join(text.split()) for text in taken["text"]],
        }
    )
    return sheet.assign(**dict.fromkeys(asked(scheme), ""))


def legend(codebook: codebooks.Codebook) -> pd.DataFrame:
    """One row per value that may be coded: column, value, name_zh, name_en, definition_zh, definition_en; no terms."""
    of = {facet: column for column, facet in FACETS.items()} | {"instrument": "instruments"}
    told = [
        (of[family], entry.id, entry.name.zh, entry.name.en, entry.definition.zh, entry.definition.en)
        for family, entry in codebook.entries
    ]
    nones = [column for column in dict.fromkeys(row[0] for row in told) if column != "status"]
    told += [(column, NONE.get(column, _EMPTY), "无", "none", "", "") for column in nones]
    zh = "每格必填；多个编码以分号连接，无则填上列的“无”"
    en = "Fill every cell; join several values with ;, and write the value of “none” where there is none"
    told.append(("*", ";", zh, en, "", ""))
    columns = ["column", "value", "name_zh", "name_en", "definition_zh", "definition_en"]
    return pd.DataFrame(told, columns=columns).fillna("")


def read_sheet(path: Path, sentences: pd.DataFrame, *, scheme: Scheme, file: str = "") -> pd.DataFrame:
    """One row per sentence of a sheet that came back, in reading order: report_id, spans and the columns of a coding.

    path: CSV or xlsx. Raises PolicytextError (exit 3) that lists every cell that is wrong: values that the codebook does
    not have, cells left empty, keys that are unknown or twice, rows that are missing, sentences beside another's key.
    """
    file = file or path.name
    rows, problems = parse_rows(_text_of(path, file), SheetRow, file=file)
    known = {key_of(sentence["sentence_id"]): sentence for sentence in sentences.to_dict("records")}
    lines: dict[str, int] = {}
    found: dict[str, dict[str, str]] = {}
    for line, row in rows:
        sentence = known.get(row.key)
        faults = _faults_of_row(row, sentence, scheme)
        first = lines.setdefault(row.key, line)
        if first != line:
            faults.append((f"the key {row.key} stands in line {first} too", "Keep one of the two.", "key"))
        problems += [
            PolicytextError(what, fix, file, line, column, exit_code=INVALID_STUDY) for what, fix, column in faults
        ]
        if sentence is not None:
            cells = {column: ";".join(_given(column, getattr(row, column))) for column in asked(scheme)}
            found[sentence["sentence_id"]] = {"report_id": sentence["report_id"], "spans": sentence["spans"]} | cells
    problems += _missing([(line, row.number) for line, row in rows], file)
    exit_with(sorted(problems, key=lambda problem: problem.line or 0))
    order = [found[name] for name in sentences["sentence_id"] if name in found]
    return pd.DataFrame(order, columns=["report_id", "spans", *asked(scheme)])


def keep(study: Study, rows: pd.DataFrame, *, coder: str) -> Path:
    """Write what `read_sheet` gives to `seeds/coding/themes-<coder>.csv`, whole or not at all; returns its path.

    Raises PolicytextError (exit 2) for a name that no file can have, or that has a coding already.
    """
    if not _CODER.fullmatch(coder):
        fix = "Use letters, digits, - and _: a letter or initials will do."
        raise PolicytextError(f"{coder!r} cannot be the name of a coder", fix, exit_code=USAGE)
    folder = study.home.seeds / "coding"
    for path in (folder / f"themes-{coder}.csv", folder / f"facets-{coder}.csv"):
        if path.exists():
            what, fix = f"there is a coding by {coder} already", "Give another name, or take that file away first."
            raise PolicytextError(what, fix, study.home.relative(path), exit_code=USAGE)
    folder.mkdir(parents=True, exist_ok=True)
    path, beside = folder / f"themes-{coder}.csv", folder / f".themes-{coder}.new"
    rows.to_csv(beside, index=False, encoding="utf-8-sig", lineterminator="\n")
    os.replace(beside, path)
    return path


def asked(scheme: Scheme) -> list[str]:
    """The columns of a coding for which the codebook has values."""
    return [column for column, facet in FACETS.items() if scheme.get(facet)]


def key_of(sentence_id: str) -> str:
    """The key of a sentence on every sheet: it tells nothing, and no spreadsheet takes it for a number."""
    return f"k{_hash(sentence_id)[:10]}"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _allot(sizes: pd.Series, n: int) -> pd.Series:
    """How many of n each stratum gives: its share, at least one, the rest to the largest remainders."""
    exact = 1 + (sizes - 1) / max(sizes.sum() - len(sizes), 1) * (n - len(sizes))
    whole = exact.astype(int)
    rest = (exact - whole).sort_values(ascending=False, kind="stable").index[: n - whole.sum()]
    whole[rest] += 1
    return whole


def _given(column: str, cell: str) -> list[str]:
    """The values of a cell as a coding keeps them: no theme and no actor are an empty cell there."""
    return [] if column not in NONE and values_of(cell) == [_EMPTY] else values_of(cell)


def _faults_of_row(row: SheetRow, sentence: dict[str, Any] | None, scheme: Scheme) -> list[tuple[str, str, str]]:
    """What is wrong with one row, what to do, and in which column."""
    faults = []
    if sentence is None:
        fix = "Take keys from the sheet as it was made; a sheet of another study, or of changed spans, cannot be read."
        faults.append((f"no sentence of this study has the key {row.key!r}", fix, "key"))
    elif _bare(row.sentence) != _bare(sentence["text"]):
        fix = "Rows were shifted, or a text was changed: sort whole rows only, and mend this from the sheet as it was made."
        faults.append((f"{row.sentence[:20]!r} is not the sentence of the key {row.key}", fix, "sentence"))
    empty = [column for column in asked(scheme) if not values_of(getattr(row, column))]
    if empty:
        nones = ", ".join(f"{NONE.get(column, _EMPTY)} in {column}" for column in empty if column != "status")
        fix = f"Give it values; {nones} says none." if nones else "Give it a value."
        faults.append((f"{row.key} is not coded for {', '.join(empty)}", fix, empty[0]))
    for column in [column for column in asked(scheme) if column not in empty]:
        faults += faults_of(column, ";".join(_given(column, getattr(row, column))), scheme)
    return faults


def _bare(text: str) -> str:
    """A text without white space and without the apostrophe that keeps a spreadsheet from running it."""
    return "".join(text.split()).removeprefix("'")


def _missing(numbers: Sequence[tuple[int, str]], file: str) -> list[PolicytextError]:
    """Rows that the sheet had when it was made and has no more."""
    read = [(line, _NUMBER.fullmatch(number)) for line, number in numbers]
    what, fix = "the number is not like “3 of 60”", "Take it from the sheet as it was made."
    problems = [
        PolicytextError(what, fix, file, line, "number", exit_code=INVALID_STUDY) for line, match in read if not match
    ]
    totals = {int(match[2]) for _, match in read if match}
    present = {int(match[1]) for _, match in read if match}
    if len(totals) > 1:
        what = f"rows of several sheets stand in it (of {', '.join(map(str, sorted(totals)))})"
        problems.append(PolicytextError(what, "Read each sheet by itself.", file, exit_code=INVALID_STUDY))
    elif lost := sorted(set(range(1, max(totals, default=0) + 1)) - present):
        what = f"{len(lost)} of {max(totals)} rows are missing: {', '.join(map(str, lost[:10]))}{' …' if lost[10:] else ''}"
        fix = "Put them back from the sheet as it was made."
        problems.append(PolicytextError(what, fix, file, exit_code=INVALID_STUDY))
    return problems


def _text_of(path: Path, file: str) -> str:
    """A sheet as CSV: the first sheet of a workbook, or the file itself."""
    if path.suffix.lower() != ".xlsx":
        return ingest.read_text(path, file=file)[0]
    try:
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > ingest.MAX_BYTES:
                raise ValueError(f"unpacked it has more than {ingest.MAX_BYTES >> 20} MiB")
        cells = pd.read_excel(path, header=None, dtype=str, keep_default_na=False, engine="openpyxl")
        if cells.empty:
            raise ValueError("its first sheet is empty")
    except (OSError, ValueError, KeyError, ImportError, zipfile.BadZipFile) as error:
        fix = "Save it as a workbook again, or as CSV UTF-8."
        raise PolicytextError(f"not readable as a workbook ({error})", fix, file, exit_code=INVALID_STUDY) from None
    return cells.to_csv(header=False, index=False)
