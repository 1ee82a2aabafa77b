"""The shape of the library: modules stand on floors, are small, and keep to their one job."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from policytext.study import PROJECT

LIBRARY = PROJECT / "lib" / "policytext"
FLOORS = [
    {"errors", "presets"},
    {"stats", "ingest", "style"},
    {"study"},
    {"segment", "codebook", "profiles"},
    {"themes", "validation", "quantities", "outline"},
    {"prepare"},
    {"frequency", "corpus", "comparison", "indicators"},
    {"charts"},
    {"publish", "report", "explore"},
    {"run"},
    {"cli"},
    {"__main__"},
]
"""From the ground up: a module imports only from floors below its own, and from its own package."""

MODULES = sorted(LIBRARY.rglob("*.py"))
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}


def part(path: Path) -> str:
    """The top-level module or package that a file belongs to."""
    return path.relative_to(LIBRARY).parts[0].removesuffix(".py")


def imported(tree: ast.Module) -> Iterator[str]:
    """The top-level parts of policytext that a module imports, wherever in it the import stands."""
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name.split(".")[1] for name in names if name.startswith("policytext."))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_a_module_imports_only_from_floors_below(path: Path) -> None:
    own = part(path)
    if own == "__init__":
        return
    for other in imported(ast.parse(path.read_text("utf-8"))):
        assert other == own or FLOOR[other] < FLOOR[own], f"{own} imports {other}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_modules_and_functions_are_small_and_documented(path: Path) -> None:
    text = path.read_text("utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) < 400
    assert ast.get_docstring(tree), "a module says what it knows"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 60, f"{node.name} is longer than a screen"


def test_every_public_function_says_what_it_returns() -> None:
    silent = []
    for path in MODULES:
        for node in ast.parse(path.read_text("utf-8")).body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):
                silent.append(f"{path.relative_to(LIBRARY)}: {node.name}")
    assert silent == []


def test_only_one_module_imports_jieba_and_none_imports_pyplot() -> None:
    sources = {path.relative_to(LIBRARY).as_posix(): path.read_text("utf-8") for path in MODULES}
    assert [name for name, text in sources.items() if "import jieba" in text] == ["segment.py"]
    assert [name for name, text in sources.items() if "pyplot" in text.replace("not pyplot's", "")] == []


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    assert [path for path in MODULES if path.stem in {"utils", "helpers", "common", "misc", "tools"}] == []
