"""What only several tables, or a table and a text, can show to be wrong: ids, spans, quotes, coverage."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import pandas as pd

from policytext.errors import INVALID_STUDY, PolicytextError
from policytext.study.home import Home
from policytext.study.study import Study, load

IN_UNITS = ("body", "heading")


def problems_of(home: Home) -> list[PolicytextError]:
    """All that is wrong with a study, in the order of its files; empty where nothing is."""
    study, problems = load(home)
    if study is None:
        return problems
    problems = check_ids(study)
    for line, report in zip(study.reports.index, study.reports.to_dict("records"), strict=True):
        problems += check_report(study, line, report)
    return problems


def check_ids(study: Study) -> list[PolicytextError]:
    """Ids that stand there twice, rows that name a report or unit that is not there, reports without a unit."""
    problems: list[PolicytextError] = []
    tables = {"reports": study.reports, "units": study.units, "spans": study.spans}
    for name, column in {"reports": "report_id", "units": "unit_id"}.items():
        table = tables[name]
        for line, value in table.loc[table.duplicated(column), column].items():
            problems.append(
                _wrong(f"{value!r} stands there twice", "Give each row an id of its own.", name, line, column)
            )
    for name, column, known in [
        ("units", "report_id", set(study.reports["report_id"])),
        ("spans", "report_id", set(study.reports["report_id"])),
        ("spans", "unit_id", {*study.units["unit_id"], ""}),
    ]:
        table = tables[name]
        for line, value in table.loc[~table[column].isin(known), column].items():
            near = get_close_matches(str(value), [item for item in known if item], 1)
            fix = f"Is it {near[0]!r}?" if near else "Mend the id, or add its row."
            problems.append(_wrong(f"there is no {column} {value!r}", fix, name, line, column))
    silent = study.reports.loc[~study.reports["report_id"].isin(study.units["report_id"]), "report_id"]
    for line, value in silent.items():
        problems.append(
            _wrong(f"{value!r} has no unit", "Give it a row in seeds/units.csv.", "reports", line, "report_id")
        )
    try:
        study.groups()
    except PolicytextError as error:
        problems.append(PolicytextError(error.what, error.fix, file="seeds/study.yml", column="group_by", exit_code=3))
    return problems


def check_report(study: Study, line: int, report: dict[str, Any]) -> list[PolicytextError]:
    """All that is wrong with one report: its file, its checksum, and its spans against its text."""
    try:
        path = study.path(report["file"])
        text, _ = study.read(report["report_id"])
    except PolicytextError as error:
        fix = f"{error.fix} It is named in seeds/reports.csv, line {line}."
        return [PolicytextError(error.what, fix, error.file, error.line, exit_code=INVALID_STUDY)]
    problems = []
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if report["sha256"] and report["sha256"].lower() != found:
        what = f"{report['file']} is not the file that was recorded: its sha256 is {found}"
        fix = "Put the file as received back; if it was changed on purpose, look at its spans and record the new sum."
        problems.append(_wrong(what, fix, "reports", line, "sha256"))
    spans = study.spans[study.spans["report_id"] == report["report_id"]]
    if len(spans):
        units = set(study.units.loc[study.units["report_id"] == report["report_id"], "unit_id"])
        problems += check_spans(spans.sort_values("part", kind="stable"), text, units)
        problems += check_coverage(spans, text, report["file"])
    elif (study.units["report_id"] == report["report_id"]).sum() > 1:
        what = f"{report['report_id']!r} has several units but no spans that tell them apart"
        problems.append(_wrong(what, "Give it rows in seeds/spans.csv.", "reports", line, "report_id"))
    return problems


def check_spans(spans: pd.DataFrame, text: str, units: set[str]) -> list[PolicytextError]:
    """Spans of one report in reading order: within the text, quoted rightly, joined within a unit, none twice."""
    problems: list[PolicytextError] = []
    before: dict[str, Any] = {"unit_id": "", "part": 0}
    for line, span in zip(spans.index, spans.to_dict("records"), strict=True):
        wrong = _wrong_with(span, before, text, units)
        problems += [_wrong(what, fix, "spans", line, column) for what, fix, column in wrong]
        before = span
    for unit_id in sorted(units - set(spans["unit_id"])):
        what = f"the unit {unit_id!r} has no span in its report"
        problems.append(
            _wrong(what, "Give it a body span, or take out the unit.", "spans", int(spans.index[0]), "unit_id")
        )
    placed = spans.sort_values(["start", "end"], kind="stable")
    crossing = placed["start"].to_numpy()[1:] < placed["end"].cummax().to_numpy()[:-1]
    for line in placed.index[1:][crossing]:
        problems.append(
            _wrong("it overlaps the span before it in the text", "Move start or end.", "spans", line, "start")
        )
    return problems


def _wrong_with(span: dict[str, Any], before: dict[str, Any], text: str, units: set[str]) -> list[tuple[str, str, str]]:
    """What is wrong with one span, what to do, and in which column."""
    start, end = span["start"], span["end"]
    if not start < end <= len(text):
        return [(f"{start}–{end} does not lie within the text of {len(text)} characters", "Mend start and end.", "end")]
    wrong = []
    for column, found in {"begins": text[start:end].startswith, "ends": text[start:end].endswith}.items():
        if span[column] and not found(span[column]):
            here = text[start:end][:8] if column == "begins" else text[start:end][-8:]
            fix = "Mend the offsets (they decide), or the quote."
            wrong.append((f"the text {column} with {here!r}, not {span[column]!r}", fix, column))
    if span["part"] == before["part"]:
        wrong.append((f"the part {span['part']} stands there twice", "Number the parts in reading order.", "part"))
    if (span["kind"] in IN_UNITS) != bool(span["unit_id"]):
        fix = "body and heading belong to a unit, every other kind to none."
        wrong.append((f"kind {span['kind']} with unit_id {span['unit_id']!r}", fix, "kind"))
    if span["unit_id"] and span["unit_id"] not in units:
        wrong.append((f"{span['unit_id']!r} is a unit of another report", "Mend unit_id or report_id.", "unit_id"))
    if span["join"] == "inline" and (not span["unit_id"] or span["unit_id"] != before["unit_id"]):
        wrong.append(
            ("inline joins a span to the one before it, which is not of its unit", "Mend part or join.", "join")
        )
    elif span["join"] == "inline" and span["kind"] != before["kind"]:
        wrong.append((f"inline joins {span['kind']} to {before['kind']}", "Only body joins body.", "join"))
    return wrong


def check_coverage(spans: pd.DataFrame, text: str, file: str) -> list[PolicytextError]:
    """Stretches of a text that no span accounts for, white space aside."""
    problems = []
    position = 0
    ends: Sequence[tuple[int, int]] = sorted(zip(spans["start"], spans["end"], strict=True))
    for start, end in [*ends, (len(text), len(text))]:
        gap = text[position:start]
        if gap.strip():
            line = text.count("\n", 0, position + len(gap) - len(gap.lstrip())) + 1
            what = f"no span accounts for {gap.strip()[:30]!r} (from {position} to {start})"
            fix = "Give it a row in seeds/spans.csv: to a unit as body, or with the kind of thing it is."
            problems.append(PolicytextError(what, fix, file=f"seeds/{file}", line=line, exit_code=INVALID_STUDY))
        position = max(position, end)
    return problems


def _wrong(what: str, fix: str, table: str, line: Any, column: str) -> PolicytextError:
    file = f"seeds/{table}.csv"
    return PolicytextError(what, fix, file=file, line=int(line), column=column, exit_code=INVALID_STUDY)
