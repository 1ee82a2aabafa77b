"""Whether an entry has to run: a key over all it depends on, and the hashes of what it wrote."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from policytext.errors import USAGE, PolicytextError
from policytext.run.pipeline import PRINTED, REPORTS, Entry
from policytext.study.home import PROJECT, Home

LIBRARY = Path(__file__).resolve().parents[1]
PACKAGE = LIBRARY.name


def sha256(path: Path) -> str:
    """The hash of a file. Within one process it is computed again only where the file's time or size has changed."""
    state = path.stat()
    return _sha256(str(path), state.st_mtime_ns, state.st_size, state.st_ino)


@cache
def _sha256(path: str, *_state: int) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def cells(path: Path) -> list[tuple[str, list[str], str]]:
    """Kind, tags and source of each cell of a notebook: all that decides what it does when it runs.

    Raises PolicytextError (exit 2) where the file is no notebook.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [
            (cell["cell_type"], sorted(cell.get("metadata", {}).get("tags", [])), "".join(cell["source"]))
            for cell in found
        ]
    except (ValueError, KeyError, TypeError) as error:
        what = f"this is not a notebook of format 4 ({error})"
        raise PolicytextError(what, "Open and save it in JupyterLab.", path.name, exit_code=USAGE) from None


def files_of(name: str, home: Home, *, tryout: bool = False) -> list[Path]:
    """The files that something read or written consists of, sorted; none where it is not there.

    name: `tables/<name>`, `figures/<name>`, a report, or any file or folder of the home. Hidden files and the lock
    files of office programs are passed over.
    """
    kind, _, rest = name.partition("/")
    if kind == "tables":
        folder = (home.tryout if tryout else home.build) / "tables"
        return [path for path in (folder / f"{rest}.csv", folder / f"{rest}.parquet") if path.is_file()]
    if tryout and name == PRINTED:
        return sorted(path for path in (home.tryout / "report").glob("[!.]*") if path.is_file())
    base = home.tryout if tryout and (kind == "figures" or name in REPORTS) else home.root
    start = base / name
    if start.is_file():
        return [start]
    found = (path for path in start.rglob("*") if path.is_file())
    return sorted(
        path for path in found if not any(part.startswith((".", "~$")) for part in path.relative_to(base).parts)
    )


def hashes(names: Iterable[str], home: Home, *, tryouts: frozenset[str] = frozenset()) -> dict[str, str]:
    """The sha256 of each file of the named things, by its path within the home. `tryouts`: taken from the tryout."""
    found = (path for name in names for path in files_of(name, home, tryout=name in tryouts))
    return {home.relative(path): sha256(path) for path in found}


def reads_seeds(entry: Entry) -> bool:
    """Whether an entry reads the study itself, or a part of it."""
    return any(read.split("/")[0] == "seeds" for read in entry.reads)


def code(entry: Entry) -> str:
    """A hash of the notebook's cells and of every file of the library that they depend on."""
    found = cells(entry.path)
    sources = [source for kind, _, source in found if kind == "code"]
    library = {path.relative_to(LIBRARY).as_posix(): sha256(path) for path in modules(sources)}
    return _digest([found, library])


def key(entry: Entry, home: Home, inputs: dict[str, str]) -> str:
    """A hash of all that decides what an entry writes; the same on every machine."""
    shared = {path.name: sha256(path) for path in (home.lock, home.root / "CITATION.cff") if path.is_file()}
    if reads_seeds(entry):  # what the study does not say, the project's does
        lent = (path for path in (PROJECT / "seeds").glob("*.*") if home.seed(path.name) == path)
        shared |= {path.name: sha256(path) for path in lent if path.suffix in (".txt", ".yml")}
    return _digest([entry.name, entry.writes, entry.given, inputs, shared, code(entry)])


def is_fresh(entry: Entry, home: Home, known: dict[str, object]) -> bool:
    """Whether an earlier run still holds: nothing the entry depends on has changed, and all it wrote is there."""
    outputs = known.get("outputs")
    if not isinstance(outputs, dict) or known.get("key") != key(entry, home, hashes(entry.reads, home)):
        return False
    return hashes(entry.writes, home) == outputs


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def modules(sources: Iterable[str]) -> list[Path]:
    """The files of the library that code depends on, sorted: what it imports, and what that imports in turn.

    A package taken as a whole (`from policytext import charts`) counts with all its modules, since code reaches them
    as attributes; files beside the modules (templates, default settings) count with them.
    """
    pending = [wanted for source in sources for wanted in _imports(_plain(source), "")]
    names: set[tuple[str, bool]] = set()
    found: set[Path] = set()
    while pending:
        name, whole = wanted = pending.pop()
        base = LIBRARY.joinpath(*name.split(".")[1:])
        if wanted in names:
            continue
        names.add(wanted)
        if name != PACKAGE:
            pending.append((name.rpartition(".")[0], False))
        if base.is_dir():
            beside = [path for path in base.iterdir() if path.is_file() and path.suffix not in (".py", ".pyc")]
            inside = base.rglob("*.py") if whole and name != PACKAGE else base.glob("__init__.py")
        else:
            beside, inside = [], base.parent.glob(f"{base.name}.py")
        for path in {*beside, *inside} - found:
            found.add(path)
            if path.suffix == ".py":
                pending += _imports_of(str(path), path.stat().st_mtime_ns)
    return sorted(found)


@cache
def _imports_of(path: str, _changed: int) -> list[tuple[str, bool]]:
    package = ".".join([PACKAGE, *Path(path).relative_to(LIBRARY).parent.parts])
    return _imports(Path(path).read_text(encoding="utf-8"), package)


def _imports(source: str, package: str) -> list[tuple[str, bool]]:
    """The names of the library's modules that code imports, each with whether it is taken as a whole."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # it will fail when it runs
        return []
    found: list[tuple[str, bool]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, True) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            found.append((module, any(alias.name == "*" for alias in node.names)))
            found += [(f"{module}.{alias.name}", True) for alias in node.names if alias.name != "*"]
    return [(name, whole) for name, whole in found if name.split(".")[0] == PACKAGE]


def _plain(source: str) -> str:
    """The source of a cell without the lines that are IPython's and not Python's."""
    return "\n".join(line for line in source.splitlines() if not line.lstrip().startswith(("%", "!", "?")))
