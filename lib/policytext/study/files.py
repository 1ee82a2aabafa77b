"""Reading what people edit, tables in CSV and settings in YAML, so that every fault has a file, a line and a column."""

from __future__ import annotations

import csv
import io
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from policytext import ingest
from policytext.errors import INVALID_STUDY, PolicytextError

Row = TypeVar("Row", bound=BaseModel)


def read_rows(path: Path, model: type[Row], *, file: str) -> tuple[list[tuple[int, Row]], list[PolicytextError]]:
    """The rows of a CSV file with the lines they begin on, and all that is wrong with it.

    UTF-8 with or without BOM and GB18030 are read. A row with too few or too many cells, or with a cell that the
    model refuses, is left out of the rows and stands among the problems.
    """
    try:
        text, _ = ingest.read_text(path, file=file)
    except PolicytextError as error:
        return [], [error]
    return parse_rows(text, model, file=file)


def parse_rows(text: str, model: type[Row], *, file: str) -> tuple[list[tuple[int, Row]], list[PolicytextError]]:
    """The same of a CSV text that was read already."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, Row]] = []
    problems: list[PolicytextError] = []
    line = 1
    try:
        header = [name.strip() for name in next(reader)]
        problems += _check_header(header, model, file)
        if problems:
            return [], problems
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                row, wrong = _read_row(cells, header, model, file, line)
                rows += [(line, row)] if row is not None else []
                problems += wrong
            line = reader.line_num + 1
    except csv.Error as error:
        problems.append(_problem(f"not a CSV file here ({error})", "Close the quotation mark.", file, line))
    return rows, problems


def _check_header(header: list[str], model: type[BaseModel], file: str) -> list[PolicytextError]:
    problems = [
        _problem(f"the column {name!r} stands there twice", "Rename or remove one.", file, 1, name)
        for name in sorted({name for name in header if header.count(name) > 1})
    ]
    needed = [name for name, field in model.model_fields.items() if field.is_required()]
    for name in needed:
        if name not in header:
            near = get_close_matches(name, header, 1)
            fix = f"Is it {near[0]!r}?" if near else f"It needs {', '.join(needed)}."
            problems.append(_problem(f"the column {name!r} is missing", fix, file, 1, name))
    return problems


def _read_row(
    cells: list[str], header: list[str], model: type[Row], file: str, line: int
) -> tuple[Row | None, list[PolicytextError]]:
    if len(cells) != len(header):
        what = f"the row has {len(cells)} cells, the header {len(header)}"
        return None, [_problem(what, "Quote cells that hold a comma.", file, line)]
    required = {name for name, field in model.model_fields.items() if field.is_required()}
    cellwise = zip(header, (cell.strip() for cell in cells), strict=True)
    given = {name: cell for name, cell in cellwise if cell or name in required}
    try:
        return model.model_validate(given), []
    except ValidationError as error:
        return None, [
            _problem(f"{fault['msg']}: {str(fault['input'])[:60]!r}", "", file, line, str(fault["loc"][0]))
            for fault in error.errors()
        ]


class _PlainLoader(yaml.SafeLoader):
    """YAML without anchors and aliases (which can grow without bound), without tags and without repeated keys."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(problem="anchors and aliases are not read", problem_mark=event.start_mark)
        if getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(problem="tags are not read", problem_mark=event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or "\n" in key.value or key.value in seen:
                problem = f"the key {str(key.value)[:40]!r} is repeated, or not a plain word"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def parse_yaml(text: str, *, file: str, exit_code: int = INVALID_STUDY) -> Any:
    """The plain data that a YAML text holds. Raises PolicytextError with the line where it is no plain YAML."""
    try:
        return yaml.load(text, _PlainLoader)  # a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise PolicytextError(str(error.problem), file=file, line=line, exit_code=exit_code) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise PolicytextError(f"not readable as YAML ({error})", file=file, exit_code=exit_code) from None


def read_settings(path: Path, model: type[Row], *, file: str, exit_code: int = INVALID_STUDY) -> Row:
    """A YAML file as an object of the model, to be read and not changed: the same text gives the same object.

    Raises PolicytextError with file and line of the first fault.
    """
    text, _ = ingest.read_text(path, file=file)
    return _settings(text, model, file, exit_code)


@lru_cache(maxsize=16)
def _settings(text: str, model: type[Row], file: str, exit_code: int) -> Row:
    """A codebook takes a second to read, and every table of a study asks for it."""
    data = parse_yaml(text, file=file, exit_code=exit_code)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        fault = error.errors()[0]
        what = f"{'.'.join(map(str, fault['loc'])) or 'the file'}: {fault['msg']}"
        fix = f"Known here: {', '.join(model.model_fields)}." if fault["type"] == "extra_forbidden" else ""
        line = line_of(text, fault["loc"])
        raise PolicytextError(what, fix=fix, file=file, line=line, exit_code=exit_code) from None


def line_of(text: str, location: tuple[int | str, ...]) -> int:
    """The line of a YAML text on which a value stands, as deep as `location` can be followed."""
    node = yaml.compose(text, yaml.SafeLoader)
    for step in location:
        children: list[Any] = []
        if isinstance(node, yaml.MappingNode):
            children = [(key, value) for key, value in node.value if key.value == str(step)]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            children = [(item, item) for item in node.value[step : step + 1]]
        if not children:
            break
        node = children[0][1]
    return node.start_mark.line + 1 if node else 1


def _problem(what: str, fix: str, file: str, line: int, column: str = "") -> PolicytextError:
    return PolicytextError(what, fix=fix, file=file, line=line, column=column, exit_code=INVALID_STUDY)
