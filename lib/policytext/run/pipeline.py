"""What pipeline.yml says: which notebooks run, with which parameters, and in which order for what they read."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from policytext import ingest
from policytext.errors import USAGE, PolicytextError
from policytext.study import files
from policytext.study.home import Home
from policytext.study.rows import Unit

REPORTS = ("REPORT.md", "REPORT.zh-CN.md")
PRINTED = "build/report"
"""The reports to read and to print."""

MADE = ("tables/", "figures/")
"""What notebooks write, besides the reports, begins with one of these."""


def _name(value: str) -> str:
    if not re.fullmatch(r"[^\W_][^/\\\x00-\x1f:*?\"<>|]*", value) or len(value.encode()) > 150:
        raise ValueError('a name begins with a letter or digit, holds none of / \\ : * ? " < > |, and is not too long')
    return value


def _read(value: str) -> str:
    value = value.rstrip("/")
    if not value or value.startswith(("/", "~")) or ".." in value.split("/") or "\\" in value:
        raise ValueError("a file or folder of the home, like seeds or tables/sentences")
    return value


def _written(value: str) -> str:
    folder, _, name = value.partition("/")
    if value not in (*REPORTS, PRINTED) and not (f"{folder}/" in MADE and _name(name)):
        raise ValueError(f"a notebook writes tables/<name>, figures/<name>, {', '.join(REPORTS)} or {PRINTED}")
    return value


class Limits(BaseModel):
    """What one notebook may use. RLIMIT_AS counts reserved memory too, and DuckDB alone reserves 1.4 GB."""

    model_config = ConfigDict(extra="forbid")
    seconds: float | None = Field(None, gt=0)
    memory_gb: float | None = Field(None, ge=2)


class _Item(BaseModel):
    model_config = ConfigDict(extra="forbid")
    notebook: Annotated[str, AfterValidator(_name)]
    name: str = ""
    for_each: str = ""
    reads: list[Annotated[str, AfterValidator(_read)]] = []
    writes: list[str] = []
    parameters: dict[str, JsonValue] = {}


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    limits: Limits = Limits()
    notebooks: list[_Item] = Field(min_length=1)


@dataclass(frozen=True)
class Entry:
    """One execution of one notebook. `given` are the parameters set over the notebook's own; `after` the entries whose
    outputs it reads."""

    name: str
    notebook: str
    path: Path
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    given: dict[str, JsonValue]
    line: int
    after: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Pipeline:
    """The entries, each after those it depends on, and the limits of each."""

    file: str
    entries: tuple[Entry, ...]
    limits: Limits

    def select(self, only: tuple[str, ...]) -> tuple[Entry, ...]:
        """The entries named, by their own name or their notebook's; all where none is named.

        Raises PolicytextError (exit 2) where a name is unknown.
        """
        known = {entry.name for entry in self.entries} | {entry.notebook for entry in self.entries}
        for name in only:
            if name not in known:
                near = get_close_matches(name, sorted(known), 1)
                fix = (f"Did you mean {near[0]}? " if near else "") + f"Known: {', '.join(sorted(known))}."
                raise PolicytextError(f"no notebook is called {name!r}", fix=fix, exit_code=USAGE)
        return tuple(entry for entry in self.entries if not only or {entry.name, entry.notebook} & set(only))


def read(home: Home) -> Pipeline:
    """The pipeline of a home.

    Raises PolicytextError (exit 2, with file and line) where it is not plain YAML, names what is not there, or cannot
    be put in an order.
    """
    file = home.relative(home.pipeline)
    if not home.pipeline.is_file():
        raise PolicytextError("there is no pipeline.yml", fix="It names the notebooks to run.", exit_code=USAGE)
    settings = files.read_settings(home.pipeline, _File, file=file, exit_code=USAGE)
    text, _ = ingest.read_text(home.pipeline, file=file)
    entries: list[Entry] = []
    for position, item in enumerate(settings.notebooks):
        line = files.line_of(text, ("notebooks", position))
        entries += [_entry(home, item, value, file, line) for value in _values(home, item, file, line)]
    return Pipeline(file, _ordered(home, entries, file), settings.limits)


def _values(home: Home, item: _Item, file: str, line: int) -> list[str]:
    """What `for_each` runs through: the distinct values of a column of seeds/units.csv, in file order."""
    if not item.for_each:
        return [""]
    path = home.seeds / "units.csv"
    if not path.is_file():
        raise _problem(f"for_each: {item.for_each} needs seeds/units.csv, which is not there", file, line)
    rows, problems = files.read_rows(path, Unit, file="seeds/units.csv")
    if problems:
        raise problems[0]
    values = dict.fromkeys(str(getattr(row, item.for_each, "") or "") for _, row in rows)
    values.pop("", None)
    if not values:
        raise _problem(f"for_each: seeds/units.csv has no column {item.for_each!r} with values", file, line)
    return list(values)


def _entry(home: Home, item: _Item, value: str, file: str, line: int) -> Entry:
    """An item for one value of `for_each`, filled in by plain replacement: a value may hold braces of its own."""

    def fill(text: JsonValue) -> JsonValue:
        if isinstance(text, list):
            return [fill(part) for part in text]
        return text.replace("{" + item.for_each + "}", value) if isinstance(text, str) and item.for_each else text

    path = home.notebooks / f"{item.notebook}.ipynb"
    if not path.is_file():
        near = get_close_matches(item.notebook, [other.stem for other in home.notebooks.glob("*.ipynb")], 1)
        fix = f"Did you mean {near[0]}?" if near else f"Notebooks are in {home.relative(home.notebooks)}/."
        raise _problem(f"there is no notebook {item.notebook}.ipynb", file, line, fix)
    try:
        name = _name(str(fill(item.name or item.notebook)))
        writes = tuple(_written(str(fill(written))) for written in item.writes)
    except ValueError as error:
        raise _problem(str(error), file, line) from None
    given = {key: fill(parameter) for key, parameter in item.parameters.items()}
    return Entry(name, item.notebook, path, tuple(str(fill(read)) for read in item.reads), writes, given, line)


def _ordered(home: Home, entries: list[Entry], file: str) -> tuple[Entry, ...]:
    """The entries with `after` filled in, each behind what it needs and else as the file has them."""
    names: dict[str, Entry] = {}
    writers: dict[str, str] = {}
    for entry in entries:
        if entry.name in names:
            fix = "Give each its own with `name:`, holding the column in braces under for_each."
            raise _problem(f"two entries are called {entry.name!r}", file, entry.line, fix)
        names[entry.name] = entry
        for written in entry.writes:
            if written in writers:
                raise _problem(f"{writers[written]} and {entry.name} both write {written}", file, entry.line)
            writers[written] = entry.name
    for entry in entries:
        for read in entry.reads:
            if read not in writers and (read.startswith(MADE) or not (home.root / read).exists()):
                near = get_close_matches(read, list(writers), 1)
                fix = f"Did you mean {near[0]}?" if near else ""
                raise _problem(f"{entry.name} reads {read}, which no notebook writes", file, entry.line, fix)
        after = frozenset(writers[read] for read in entry.reads if read in writers)
        names[entry.name] = replace(entry, after=after)
    try:
        order = TopologicalSorter({name: sorted(entry.after, key=list(names).index) for name, entry in names.items()})
        return tuple(names[name] for name in order.static_order())
    except CycleError as error:
        circle = " → ".join(reversed(error.args[1]))
        raise _problem(f"the notebooks wait for each other: {circle}", file, names[error.args[1][0]].line) from None


def _problem(what: str, file: str, line: int, fix: str = "") -> PolicytextError:
    return PolicytextError(what, fix=fix, file=file, line=line, exit_code=USAGE)
