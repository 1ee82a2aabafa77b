"""Where outputs go, and how they get there whole: written beside their place, then moved."""

from __future__ import annotations

import filecmp
import shutil
from collections.abc import Mapping
from pathlib import Path

from policytext.study import Home, current_run


def promote(out: Path, home: Home, *, tryout: bool = False) -> None:
    """Move figures, tables and reports from a staging folder to their places; what is there already stays whole.

    tryout: the places are those below `build/tryout/`, so that a cited figure is never overwritten by a try.
    """
    root = home.tryout if tryout else home.root
    tables = home.tryout / "tables" if tryout else home.tables
    for folder in sorted((out / "figures").glob("[!.]*/")):
        replace_folder(folder, root / "figures" / folder.name)
    for path in sorted((out / "tables").glob("[!.]*")):
        replace_file(path, tables / path.name)
        if not path.with_suffix(".csv").is_file():  # it has become too long for one
            (tables / path.name).with_suffix(".csv").unlink(missing_ok=True)
    for path in sorted(out.glob("REPORT*.md")):
        replace_file(path, root / path.name)
    if (out / "report").is_dir():
        replace_folder(out / "report", (home.tryout if tryout else home.build) / "report")


def replace_file(new: Path, place: Path) -> None:
    """Put a file in its place, at once; nothing happens where the same bytes stand there."""
    if place.is_file() and filecmp.cmp(new, place, shallow=False):
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.with_name(f".{place.name}.new")
    shutil.copyfile(new, beside)
    beside.replace(place)


def replace_folder(new: Path, place: Path) -> None:
    """Put a folder in its place, whole; nothing happens where the same bytes stand there.

    Where that fails the old folder is put back. A process killed between the two renames leaves the old folder, whole,
    beside its place; the next run puts the new one there.
    """
    beside, before = place.with_name(f".{place.name}.new"), place.with_name(f".{place.name}.old")
    for leftover in (beside, before):
        shutil.rmtree(leftover, ignore_errors=True)
    if _same(new, place):
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copytree(new, beside)
        if place.is_dir():
            place.rename(before)
        beside.rename(place)
    except OSError:
        if before.is_dir() and not place.is_dir():
            before.rename(place)
        shutil.rmtree(beside, ignore_errors=True)
        raise
    shutil.rmtree(before, ignore_errors=True)


def _same(new: Path, place: Path) -> bool:
    """Whether two folders hold the same files with the same bytes."""
    compared = filecmp.dircmp(new, place) if place.is_dir() else None
    if compared is None or compared.left_only or compared.right_only:
        return False
    _, different, unsure = filecmp.cmpfiles(new, place, compared.left_list, shallow=False)
    return not different and not unsure


def report(home: Home, files: Mapping[str, bytes]) -> list[Path]:
    """Write the files of a report (`REPORT.md`, `report/report.en.html`) where this process may publish; their paths."""
    out = current_run(home).out
    for name, content in files.items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(content)
    return [out / name for name in files]
