"""What stands in for tables that a study does not have: one report a file, one unit a report, one span a line."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import chain, count
from pathlib import Path
from typing import Any

from policytext import ingest
from policytext.errors import INVALID_STUDY, PolicytextError

SUFFIXES = (".txt", ".md")
_DATE = r"((?:19|20)\d\d){}(?:[-./年](0?[1-9]|1[0-2])(?:[-./月](3[01]|[12]\d|0?[1-9]))?)?(?!\d)"
_IN_NAME = re.compile(r"(?<!\d)" + _DATE.format(""))
_IN_TEXT = re.compile(
    r"(?<![\d到近])(?<!(?<!截)至)"
    + _DATE.format(r"(?=年(?!前|远景)|[-./]\d\d?(?:[-./]\d\d?(?!\d)|(?!\d|\s*[\u4e00-\u9fff%％])))")
)
"""In a text 2037家 is no year, nor 1900.5万元; and a year that something is to be done by is not the year of the text."""
_ENUMERATED = re.compile(r"\s*(第?[一二三四五六七八九十百]+[、章节]|[(（][一二三四五六七八九十]+[)）])")
_FINISHED = re.compile(r"[。！？!?；;：:，,、…][”’」』》）)\]】〉\"']*$")


def report_id(path: Path, *, taken: Collection[str] = ()) -> str:
    """An id from the name of a file, never a bare number, never one that is taken."""
    name = re.sub(r"[^\w.-]+", "-", path.stem).strip("-._")[:90] or "report"
    name = f"report-{name}" if re.fullmatch(r"[\d.-]+", name) else name
    alike = chain([name], (f"{name}-{number}" for number in count(2)))
    return next(candidate for candidate in alike if candidate not in taken)


def report(path: Path, text: str, *, file: str, taken: Collection[str] = ()) -> dict[str, Any]:
    """One row of `reports.csv` for a file; `guessed` names the columns that were read off its name or text."""
    title = next(line.strip() for line in text.splitlines() if line.strip())[:60]
    row: dict[str, Any] = {"report_id": report_id(path, taken=taken), "file": file, "title": title}
    guessed = ["title"]
    for source, date in ((path.stem, _IN_NAME), (text[:500], _IN_TEXT), (text[-200:], _IN_TEXT)):
        if match := date.search(source):
            row |= {"published": "-".join(part.zfill(2) for part in match.groups() if part), "year": int(match[1])}
            guessed += ["published", "year"]
            break
    return row | {"guessed": "; ".join(guessed)}


def unit(report: dict[str, Any], path: Path) -> dict[str, Any]:
    """One row of `units.csv`: the whole report as one unit, named after its file."""
    name = path.stem
    return {"unit_id": report["report_id"], "report_id": report["report_id"], "unit": name, "place": name, "city": name}


def spans(text: str, *, unit_id: str, boilerplate: Sequence[re.Pattern[str]]) -> list[dict[str, Any]]:
    """One row of `spans.csv` for every line of a text that is not empty.

    A line that a pattern of `boilerplate.txt` matches is boilerplate; one that is numbered like a heading, or is
    short and does not end like a sentence, is a heading; the rest is body.
    """
    rows: list[dict[str, Any]] = []
    for match in re.finditer(r"[^\r\n]+", text):
        line = match.group()
        if not line.strip():
            continue
        start = match.start() + len(line) - len(line.lstrip())
        kind = _kind(line.strip(), boilerplate)
        rows.append(
            {
                "unit_id": "" if kind == "boilerplate" else unit_id,
                "part": len(rows) + 1,
                "kind": kind,
                "join": "paragraph",
                "start": start,
                "end": start + len(line.strip()),
            }
        )
    return rows


def _kind(line: str, boilerplate: Sequence[re.Pattern[str]]) -> str:
    if any(pattern.search(line) for pattern in boilerplate):
        return "boilerplate"
    short = len(line) <= 40 if _ENUMERATED.match(line) else len(line) <= 25
    return "heading" if short and not _FINISHED.search(line) else "body"


def read_boilerplate(path: Path, *, file: str) -> list[re.Pattern[str]]:
    """The line patterns of `boilerplate.txt`, one regular expression a line; none where there is no such file.

    Raises PolicytextError (exit 3) with the line of a pattern that is no regular expression.
    """
    patterns = []
    lines = ingest.read_text(path, file=file)[0].splitlines() if path.is_file() and path.stat().st_size else []
    for number, line in enumerate(lines, 1):
        try:
            patterns += [re.compile(line.strip())] if line.strip() and not line.startswith("#") else []
        except re.error as error:
            fix = "Write a regular expression, or put a \\ before the special character."
            what = f"not a pattern ({error})"
            raise PolicytextError(what, fix=fix, file=file, line=number, exit_code=INVALID_STUDY) from None
    return patterns
