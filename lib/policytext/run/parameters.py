"""Parameters: the notebook's own, over them pipeline.yml, over them `-p`; checked before anything runs."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import JsonValue, TypeAdapter, ValidationError

from policytext.errors import USAGE, PolicytextError
from policytext.run.freshness import cells
from policytext.run.pipeline import Entry, Pipeline
from policytext.study.files import parse_yaml
from policytext.study.rows import Pictures

TYPES = {"int": int, "float": float, "str": str, "bool": bool, "list": list, "dict": dict, "tuple": tuple}
TYPES |= {"Literal": Literal, "Any": Any}  # type: ignore[dict-item]


@dataclass(frozen=True)
class Parameter:
    """A parameter as the notebook declares it. `kind` is how its type is written; `default` is None where computed."""

    name: str
    kind: str
    type: Any
    default: JsonValue

    def refuses(self, value: JsonValue) -> bool:
        try:
            TypeAdapter(self.type).validate_json(json.dumps(value), strict=True)
        except ValidationError:
            return True
        return False


def declared(path: Path) -> dict[str, Parameter]:
    """The parameters of a notebook: the assignments in its cell tagged `parameters`.

    They are read from the syntax tree and not by papermill's inspection, which takes seconds to import and passes over
    `str | None` and any default that holds an equals sign. Raises PolicytextError where the cell is no Python.
    """
    found: dict[str, Parameter] = {}
    for number, (kind, tags, source) in enumerate(cells(path), start=1):
        if kind != "code" or "parameters" not in tags:
            continue
        try:
            tree = ast.parse(source)
        except SyntaxError as error:
            what = f"the parameters cell is no Python: {error.msg}"
            raise PolicytextError(what, file=path.name, cell=number, exit_code=USAGE) from None
        for node in tree.body:
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                found[node.target.id] = _parameter(node.target.id, node.annotation, node.value)
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found[node.targets[0].id] = _parameter(node.targets[0].id, None, node.value)
    return found


def _parameter(name: str, annotation: ast.expr | None, value: ast.expr) -> Parameter:
    try:
        default = json.loads(json.dumps(ast.literal_eval(value)))
    except (ValueError, TypeError):
        default = None
    if annotation is None:
        kind = type(default).__name__ if default is not None else "Any"
        return Parameter(name, kind, TYPES[kind], default)
    return Parameter(name, ast.unparse(annotation), _type(annotation), default)


def _type(annotation: ast.expr) -> Any:
    """The type an annotation names; Any for one made of more than the plain types."""
    plain = (ast.Name, ast.Subscript, ast.BinOp, ast.BitOr, ast.Constant, ast.Tuple, ast.Load)
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    if not all(isinstance(node, plain) for node in ast.walk(annotation)):
        return Any
    try:
        return eval(compile(ast.Expression(annotation), "annotation", "eval"), {"__builtins__": {}}, TYPES)
    except (NameError, TypeError):
        return Any


def _known(entry: Entry) -> dict[str, Parameter]:
    """The parameters of an entry: those its notebook declares, and how figures are printed where it publishes any.

    The latter belong to no notebook: their defaults are those of study.yml, and `publish.figure` heeds them.
    """
    printed = {
        name: Parameter(name, str(field.description), Annotated[field.annotation, *field.metadata], field.default)
        for name, field in Pictures.model_fields.items()
        if any(written.startswith("figures/") for written in entry.writes)
    }
    return printed | declared(entry.path)


def effective(entry: Entry) -> dict[str, JsonValue]:
    """All parameters of an entry with the values they will have."""
    return {name: parameter.default for name, parameter in declared(entry.path).items()} | entry.given


def apply(pipeline: Pipeline, selected: tuple[Entry, ...], options: tuple[str, ...]) -> tuple[Entry, ...]:
    """The selected entries with the options `NAME=VALUE` set over what pipeline.yml gives.

    An option goes to every selected entry whose notebook has the parameter. Raises PolicytextError (exit 2) for a
    parameter that no notebook has, in pipeline.yml or an option, and for a value of the wrong type.
    """
    known = {entry.name: _known(entry) for entry in pipeline.entries}
    for entry in pipeline.entries:
        for name, value in entry.given.items():
            if name not in known[entry.name]:
                raise _unknown(name, known[entry.name], pipeline.file, entry.line)
            _check(known[entry.name][name], value, pipeline.file, entry.line)
    given: dict[str, JsonValue] = dict(_option(option) for option in options)
    everywhere = {name: parameter for entry in selected for name, parameter in known[entry.name].items()}
    for name in given:
        if name not in everywhere:
            raise _unknown(name, everywhere, "-p", None)
    entries = []
    for entry in selected:
        mine = {name: value for name, value in given.items() if name in known[entry.name]}
        for name, value in mine.items():
            _check(known[entry.name][name], value, "-p", None)
        entries.append(replace(entry, given=entry.given | mine))
    return tuple(entries)


def _option(option: str) -> tuple[str, JsonValue]:
    name, equals, text = option.partition("=")
    if not equals or not name.isidentifier():
        raise PolicytextError(f"-p {option!r} is not NAME=VALUE", fix="As in -p top_n=30.", exit_code=USAGE)
    value = parse_yaml(text, file=f"-p {name}", exit_code=USAGE)
    try:
        return name, TypeAdapter(JsonValue).validate_python(value)
    except ValidationError:
        fix = f"Put text in quotation marks: -p '{name}=\"{text}\"'."
        raise PolicytextError(
            f"-p {name}: {text!r} is read as a {type(value).__name__}", fix, exit_code=USAGE
        ) from None


def _unknown(name: str, known: dict[str, Parameter], file: str, line: int | None) -> PolicytextError:
    near = get_close_matches(name, list(known), 1)
    listed = ", ".join(f"{other} ({parameter.kind}, {parameter.default!r})" for other, parameter in known.items())
    fix = (f"Did you mean {near[0]}? " if near else "") + (f"Known: {listed}." if listed else "There are none.")
    return PolicytextError(f"no parameter is called {name!r}", fix=fix, file=file, line=line, exit_code=USAGE)


def _check(parameter: Parameter, value: JsonValue, file: str, line: int | None) -> None:
    if parameter.refuses(value):
        what = f"{parameter.name} is {parameter.kind}, and {value!r} is not"
        fix = f"The notebook's own value is {parameter.default!r}."
        raise PolicytextError(what, fix=fix, file=file, line=line, exit_code=USAGE)
