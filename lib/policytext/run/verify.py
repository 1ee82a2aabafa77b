"""Running everything again somewhere else, and comparing every byte."""

from __future__ import annotations

import difflib
import io
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from itertools import islice
from pathlib import Path
from typing import Any

from policytext.errors import DIFFERENT
from policytext.run import pipeline, run
from policytext.study.home import Home

DIFF_LINES = 12
TEXT = (".md", ".csv", ".json", ".html")


def verify(home: Home) -> int:
    """Run a copy of the home's inputs in a temporary home and compare what it makes with `figures/`, the reports and,
    where they are there, `build/tables` and `build/report`. Prints each difference, and draws those of figures into
    `build/verify/`; returns 0, 4, or what the run ended with.
    """
    sheets = home.build / "verify"
    shutil.rmtree(sheets, ignore_errors=True)
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
        differences = list(_differences(home, again, sheets))
        changed = sorted({file for path in home.figures.glob("*/figure.json") for file in _changed(path, again)})
    if changed:
        print(f"Changed since the figures were made: {', '.join(changed)}")
    for difference in differences:
        print(difference)
    if sheets.is_dir():
        print(f"Pictures of the differences (before, after, difference): {home.relative(sheets)}/")
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


def _differences(home: Home, again: Home, sheets: Path) -> Iterator[str]:
    ours, theirs = _results(home), _results(again)
    for folder in (folder for folder in _generated(again) if not (home.root / again.relative(folder)).is_dir()):
        theirs = {name: path for name, path in theirs.items() if not path.is_relative_to(folder)}
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in theirs:
            yield f"{name}: is not made any more"
        elif name not in ours:
            yield f"{name}: is missing here"
        elif ours[name].read_bytes() != theirs[name].read_bytes():
            yield f"{name}: differs{_diff(ours[name], theirs[name], sheets)}"


def _generated(home: Home) -> tuple[Path, ...]:
    """Folders that are compared only where they are there."""
    return home.tables, home.build / "report"


def _results(home: Home) -> dict[str, Path]:
    found = [path for folder in (home.figures, *_generated(home)) for path in folder.rglob("*") if path.is_file()]
    found += [home.root / name for name in pipeline.REPORTS if (home.root / name).is_file()]
    return {home.relative(path): path for path in found if not path.name.startswith(".")}


def _diff(ours: Path, theirs: Path, sheets: Path) -> str:
    """How two files differ: a picture of pictures, the facts of a figure.json, the first lines of other text."""
    if ours.suffix == ".png":
        return f", see {_sheet(ours, theirs, sheets / f'{ours.parent.name}-{ours.name}').name}"
    if ours.name == "figure.json":
        return f" in {', '.join(_unlike(_told(ours), _told(theirs))) or 'form'}"
    if ours.suffix not in TEXT or ours.name == "README.md":  # the gallery repeats what the figures say
        return ""
    texts = [path.read_text(encoding="utf-8", errors="replace").splitlines() for path in (ours, theirs)]
    lines = difflib.unified_diff(*texts, "here", "made again", lineterm="", n=0)
    return "".join(f"\n    {line[:200]}" for line in islice(lines, DIFF_LINES))


def _told(path: Path) -> dict[str, Any]:
    """What a figure.json says; nothing where it is not there or is no JSON."""
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def _unlike(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [key for key in sorted(before | after) if before.get(key) != after.get(key)]


def _changed(path: Path, again: Home) -> list[str]:
    """The inputs of a figure that are others now."""
    now = _told(again.figures / path.parent.name / path.name)
    return _unlike(_told(path).get("inputs", {}), now["inputs"]) if "inputs" in now else []


def _sheet(before: Path, after: Path, place: Path) -> Path:
    """One picture of three: before, after, and after in pale with what has changed in red."""
    from PIL import Image, ImageChops

    pictures = [Image.open(path).convert("RGB") for path in (before, after)]
    width, height = (max(sides) for sides in zip(*(picture.size for picture in pictures), strict=True))
    panels = [Image.new("RGB", (width, height), "white") for _ in pictures]
    for panel, picture in zip(panels, pictures, strict=True):
        panel.paste(picture)
    changed = ImageChops.difference(*panels).convert("L").point(lambda value: 255 * (value > 0))
    pale = Image.blend(panels[1], Image.new("RGB", (width, height), "white"), 0.75)
    panels.append(Image.composite(Image.new("RGB", (width, height), "red"), pale, changed))
    sheet = Image.new("RGB", (3 * width + 40, height), "grey")
    for number, panel in enumerate(panels):
        sheet.paste(panel, (number * (width + 20), 0))
    place.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(place)
    return place
