"""Open a home: its reports, units and spans as tables, and the words that figures print for their values."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel

from policytext import ingest
from policytext.errors import INVALID_STUDY, PolicytextError, exit_with
from policytext.study import files, guess
from policytext.study.home import Home, current_run, find_home
from policytext.study.rows import Report, Settings, Span, Unit


@dataclass(frozen=True)
class Study:
    """A study as it was read. The index of each table is the line of its file.

    reports: one row per report. units: one row per unit. spans: one row per stretch of raw text, in reading order;
    a report without rows there gets one span a line (`spans_of`).
    """

    home: Home
    settings: Settings
    reports: pd.DataFrame
    units: pd.DataFrame
    spans: pd.DataFrame
    boilerplate: Sequence[re.Pattern[str]]

    def path(self, file: str) -> Path:
        """Where a file of `reports.csv` lies. Raises PolicytextError (exit 3) for one outside `seeds/`."""
        path = self.home.seeds / file
        if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self.home.seeds)):
            fix = "Put the report into seeds/reports and name it from there."
            raise PolicytextError("it lies outside the study", fix=fix, file=file, exit_code=INVALID_STUDY)
        return path

    def read(self, report_id: str) -> tuple[str, str]:
        """The text of a report, and its encoding."""
        file = str(self.reports.loc[self.reports["report_id"] == report_id, "file"].iloc[0])
        return ingest.read_text(self.path(file), file=f"seeds/{file}")

    @cached_property
    def _spans_by_report(self) -> dict[str, pd.DataFrame]:
        ordered = self.spans.sort_values(["report_id", "part"], kind="stable")
        return {str(name): rows for name, rows in ordered.groupby("report_id", sort=False)}

    @cached_property
    def _units_by_report(self) -> dict[str, list[str]]:
        return {str(name): list(rows["unit_id"]) for name, rows in self.units.groupby("report_id", sort=False)}

    def spans_of(self, report_id: str, text: str) -> list[dict[str, Any]]:
        """The spans of a report in reading order: its rows of `spans.csv`, else one a line."""
        if report_id in self._spans_by_report:
            return self._spans_by_report[report_id].to_dict("records")
        unit_id = self._units_by_report[report_id][0]
        return guess.spans(text, unit_id=unit_id, boilerplate=self.boilerplate)

    def table(self, name: str) -> pd.DataFrame:
        """A table that an earlier notebook published. Raises PolicytextError where it is not there yet."""
        for folder in current_run(self.home).tables:
            if (folder / f"{name}.parquet").is_file():
                return pd.read_parquet(folder / f"{name}.parquet")
        raise PolicytextError(
            f"there is no table {name} yet", fix="Run `policytext run`, or the notebook that makes it."
        )

    def groups(self, by: str | None = None) -> pd.Series:
        """One group per unit: the values of a column of `units.csv` or `reports.csv`, indexed by unit_id.

        by: `group_by` of study.yml where nothing is said. A unit without a value is left out.
        Raises PolicytextError (exit 2) where there is no such column.
        """
        by = by or self.settings.group_by
        own = self.units.set_index("unit_id", drop=False)
        if by in own:
            values = own[by]
        elif by in self.reports:
            values = own["report_id"].map(self.reports.drop_duplicates("report_id").set_index("report_id")[by])
        else:
            columns = [*self.units.columns, *self.reports.columns]
            near = "".join(f"Did you mean {name!r}? " for name in get_close_matches(by, columns, n=1))
            fix = f"{near}Columns: {', '.join(columns)}."
            raise PolicytextError(f"units cannot be grouped by {by!r}", fix=fix, exit_code=2)
        values = values.map(
            lambda value: "" if pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value)
        )
        return values[values != ""].rename("group")

    def label(self, column: str, value: str, language: str) -> str:
        """The words to print for a value: those of study.yml, the English column beside it, or the value itself."""
        words = self.settings.labels.get(column, {}).get(value)
        if words and getattr(words, language):
            return str(getattr(words, language))
        if language == "en" and f"{column}_en" in self.units and value:
            english = self.units.loc[self.units[column] == value, f"{column}_en"]
            return next((name for name in english if name), value)
        return value

    def labels(self, column: str, values: Iterable[str]) -> dict[str, dict[str, str]]:
        """For each language the words to print for values of a column."""
        return {language: {value: self.label(column, value, language) for value in values} for language in ("zh", "en")}

    def group_labels(self, by: str | None = None) -> dict[str, dict[str, str]]:
        """For each language what to print for a group: its name, and below it year and kind of its texts."""
        by = by or self.settings.group_by
        groups = self.groups(by)
        names = self.labels(by, groups.unique())
        reports = self.units.set_index("unit_id")["report_id"]
        for language, words in names.items():
            for group in words:
                texts = self._texts(reports[groups.index[groups == group]].unique(), by, language)
                words[group] = "\n".join(filter(None, [words[group], texts]))
        return names

    def unit_labels(self) -> dict[str, dict[str, str]]:
        """For each language the name of each unit, by unit_id."""
        names = self.labels("unit", self.units["unit"])
        pairs = list(zip(self.units["unit_id"], self.units["unit"], strict=True))
        return {language: {unit_id: words[unit] for unit_id, unit in pairs} for language, words in names.items()}

    def words_for(self, rows: pd.DataFrame, columns: Iterable[str]) -> dict[str, dict[str, str]]:
        """For each language the words to print for all values of several columns of a table."""
        words: dict[str, dict[str, str]] = {"zh": {}, "en": {}}
        for column in columns:
            for language, labels in self.labels(column, rows[column].dropna().astype(str).unique()).items():
                words[language] |= labels
        return words

    @staticmethod
    def merge_labels(*several: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        """Labels of several kinds of things as one."""
        return {
            language: {k: v for labels in several for k, v in labels[language].items()} for language in ("zh", "en")
        }

    def report_labels(self, by: str | None = None) -> dict[str, dict[str, str]]:
        """For each language what to print for a report: the label of its group where that is its own, else its id."""
        groups, reports = self.groups(by), self.units.set_index("unit_id")["report_id"]
        pairs = pd.DataFrame({"group": groups, "report_id": reports}).dropna().drop_duplicates()
        single = pairs[~pairs.duplicated("group", keep=False) & ~pairs.duplicated("report_id", keep=False)]
        group_of = dict(zip(single["report_id"], single["group"], strict=True))
        return {
            language: {name: labels[group_of[name]] if name in group_of else name for name in self.reports["report_id"]}
            for language, labels in self.group_labels(by).items()
        }

    def _texts(self, report_ids: Iterable[str], by: str, language: str) -> str:
        """Year and kind of the first two texts of a group, and that there are more."""
        facts = [column for column in ("year", "doc_type") if column != by]
        rows = self.reports.set_index("report_id").loc[list(report_ids), facts]
        texts = [
            " ".join(self._fact(row[column], column, language) for column in facts).strip()
            for _, row in rows.iterrows()
        ]
        different = list(dict.fromkeys(filter(None, texts)))
        return " · ".join(different[:2]) + (" …" if len(different) > 2 else "")

    def _fact(self, value: Any, column: str, language: str) -> str:
        return "" if pd.isna(value) else self.label(column, str(value), language)


def open_study(home: Home | Path | str | None = None) -> Study:
    """The study of a home. Raises PolicytextError (exit 3) that lists every broken row of its tables."""
    study, problems = load(home if isinstance(home, Home) else find_home(home))
    exit_with(problems)
    assert study is not None
    return study


def load(home: Home) -> tuple[Study | None, list[PolicytextError]]:
    """The study of a home and all that is wrong with its tables; no study where there is nothing to make one of."""
    problems: list[PolicytextError] = []
    settings = Settings()
    boilerplate: Sequence[re.Pattern[str]] = ()
    try:
        if (home.seeds / "study.yml").is_file():
            settings = files.read_settings(home.seeds / "study.yml", Settings, file="seeds/study.yml")
        boilerplate = guess.read_boilerplate(home.seeds / "boilerplate.txt", file="seeds/boilerplate.txt")
    except PolicytextError as error:
        problems.append(error)
    tables = {}
    for name, model in {"reports": Report, "units": Unit, "spans": Span}.items():
        tables[name], wrong = _read_table(home, name, model)
        problems += wrong
    if tables["reports"] is None and not problems:
        tables["reports"], units, problems = _guess_tables(home)
        tables["units"] = tables["units"] if tables["units"] is not None else units
    if tables["reports"] is None or problems:
        return None, problems
    if tables["units"] is None:
        reports = tables["reports"].drop_duplicates("report_id").to_dict("records")
        rows = [guess.unit(row, Path(row["file"])) for row in reports]
        tables["units"] = _frame(list(enumerate(rows, 2)), Unit)
    spans = tables["spans"] if tables["spans"] is not None else _frame([], Span)
    return Study(home, settings, tables["reports"], tables["units"], spans, boilerplate), []


def _read_table(home: Home, name: str, model: type[BaseModel]) -> tuple[pd.DataFrame | None, list[PolicytextError]]:
    path = home.seeds / f"{name}.csv"
    if not path.is_file():
        return None, []
    rows, problems = files.read_rows(path, model, file=f"seeds/{name}.csv")
    if not rows and not problems and name != "spans":
        what, fix = "the table has no rows", "Give each report a row, or take the file away."
        problems = [PolicytextError(what, fix, file=f"seeds/{name}.csv", exit_code=INVALID_STUDY)]
    return _frame([(line, row.model_dump()) for line, row in rows], model), problems


def _guess_tables(home: Home) -> tuple[pd.DataFrame | None, pd.DataFrame | None, list[PolicytextError]]:
    """Reports and units of a study that has nothing but files in `seeds/reports`."""
    folder = home.seeds / "reports"
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in guess.SUFFIXES)
    if not paths:
        fix = "Put text files into it, or make a home with `policytext new HOME FILE…`."
        return (
            None,
            None,
            [PolicytextError("there are no reports", fix=fix, file="seeds/reports", exit_code=INVALID_STUDY)],
        )
    reports: list[dict[str, Any]] = []
    taken: set[str] = set()
    problems = []
    for path in paths:
        file = path.relative_to(home.seeds).as_posix()
        try:
            text, _ = ingest.read_text(path, file=f"seeds/{file}")
            reports.append(guess.report(path, text, file=file, taken=taken))
            taken.add(reports[-1]["report_id"])
        except PolicytextError as error:
            problems.append(error)
    units = [guess.unit(row, Path(row["file"])) for row in reports]
    return _frame(list(enumerate(reports, 2)), Report), _frame(list(enumerate(units, 2)), Unit), problems


def _frame(rows: Sequence[tuple[int, dict[str, Any]]], model: type[BaseModel]) -> pd.DataFrame:
    """Rows as a table with every column of the model, indexed by line."""
    table = pd.DataFrame([row for _, row in rows], index=pd.Index([line for line, _ in rows], name="line", dtype=int))
    defaults = {name: field.default if not field.is_required() else "" for name, field in model.model_fields.items()}
    for name, default in defaults.items():
        if name not in table:
            table[name] = default
        elif default is not None:
            table[name] = table[name].fillna(default)
    table = table[[*defaults, *(name for name in table if name not in defaults)]]
    if "year" in defaults:
        table["year"] = table["year"].astype("Int64")
    return table
