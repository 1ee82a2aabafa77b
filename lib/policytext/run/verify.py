"""Running everything again somewhere else, and comparing every byte."""

from __future__ import annotations

import difflib
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from itertools import islice
from pathlib import Path

from policytext.errors import DIFFERENT
from policytext.run import pipeline, run
from policytext.study.home import Home

DIFF_LINES = 20
TEXT = (".md", ".csv", ".json", ".svg")


def verify(home: Home) -> int:
    """Run a copy of the home's inputs in a temporary home and compare what it makes with `figures/`, the reports and,
    where it is there, `build/tables`. Prints each difference; returns 0, 4, or what the run ended with.
    """
    inputs = {"seeds", "notebooks", "pipeline.yml", "CITATION.cff"}
    inputs |= {
        read for entry in pipeline.read(home).entries for read in entry.reads if not read.startswith(pipeline.MADE)
    }
    with tempfile.TemporaryDirectory(prefix="policytext-verify-") as folder:
        again = Home(Path(folder).resolve())
        for name in sorted(inputs - set(pipeline.REPORTS)):
            _copy(home.root / name, again.root / name)
        with redirect_stdout(io.StringIO()):  # where results are in a home that is about to go is of no use
            code = run(again)
        if code:
            print(f"Not verified: the run in a temporary home ended with {code}.")
            return code
        differences = list(_differences(home, again))
    for difference in differences:
        print(difference)
    print(
        f"{len(differences)} files differ." if differences else "Verified: every file comes out the same, byte by byte."
    )
    return DIFFERENT if differences else 0


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.is_file():
        shutil.copyfile(source, target)


def _differences(home: Home, again: Home) -> Iterator[str]:
    ours, theirs = _results(home), _results(again)
    if not home.tables.is_dir():
        theirs = {name: path for name, path in theirs.items() if not path.is_relative_to(again.tables)}
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in theirs:
            yield f"{name}: is not made any more"
        elif name not in ours:
            yield f"{name}: is missing here"
        elif ours[name].read_bytes() != theirs[name].read_bytes():
            yield f"{name}: differs{_diff(ours[name], theirs[name])}"


def _results(home: Home) -> dict[str, Path]:
    found = [path for folder in (home.figures, home.tables) for path in folder.rglob("*") if path.is_file()]
    found += [home.root / name for name in pipeline.REPORTS if (home.root / name).is_file()]
    return {home.relative(path): path for path in found if not path.name.startswith(".")}


def _diff(ours: Path, theirs: Path) -> str:
    """The first lines of a unified difference, for files of text."""
    if ours.suffix not in TEXT:
        return ""
    texts = [path.read_text(encoding="utf-8", errors="replace").splitlines() for path in (ours, theirs)]
    lines = difflib.unified_diff(*texts, "here", "made again", lineterm="", n=0)
    return "".join(f"\n    {line[:200]}" for line in islice(lines, DIFF_LINES))
