"""What is made sure of before the first notebook starts, so that no hour of work ends in a fault known all along."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from policytext.errors import USAGE, PolicytextError
from policytext.run.freshness import files_of
from policytext.run.pipeline import MADE, REPORTS, Entry, Pipeline
from policytext.study.home import Home


def check(home: Home, pipeline: Pipeline, selected: Iterable[Entry], *, tryout: bool) -> None:
    """Raise PolicytextError where what a selected entry reads is not there, units cannot be grouped as it asks, a folder
    cannot be written, or a package is not the one of requirements.lock."""
    selected = list(selected)
    _check_groupings(home, selected)
    _check_inputs(home, pipeline, selected)
    written = [name for entry in selected for name in entry.writes]
    base = home.tryout if tryout else home.root
    figures = [base / name for name in written if name.startswith("figures/") and (base / name).exists()]
    folders = [home.build, home.tryout if tryout else home.tables, base / "figures", *figures]
    folders += [base] if set(written) & set(REPORTS) else []
    for folder in folders:
        _check_writable(home, folder)
    check_packages(home.lock)


def _check_inputs(home: Home, pipeline: Pipeline, selected: list[Entry]) -> None:
    made_now = {name for entry in selected for name in entry.writes}
    writers = {name: entry.name for entry in pipeline.entries for name in entry.writes}
    for entry in selected:
        for read in entry.reads:
            if read.startswith(MADE) and read not in made_now and not files_of(read, home):
                fix = f"Run {writers[read]} first, or everything."
                raise PolicytextError(f"{entry.name} reads {read}, which is not there yet", fix, exit_code=USAGE)


def _check_groupings(home: Home, selected: list[Entry]) -> None:
    """A column that no study has is a wrong parameter (exit 2), not a notebook that failed."""
    asked = {str(entry.given["group_by"]) for entry in selected if entry.given.get("group_by")}
    if asked:
        from policytext.comparison import groups
        from policytext.study import open_study

        study = open_study(home)
        for by in sorted(asked):
            groups(study, by)


def _check_writable(home: Home, folder: Path) -> None:
    """Try it: what permissions say is not the whole truth on a full, read-only or network disk."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        what = f"{home.relative(folder)} cannot be written ({os.strerror(error.errno or 0)})"
        raise PolicytextError(what, fix="Nothing has run. Make it writable, and run again.") from None


def check_packages(lock: Path, *, project: str = "policytext") -> None:
    """Raise PolicytextError where a package that the project asks for is missing, or of another version than locked."""
    locked = _locked(lock)
    needed = [Requirement(line) for line in requires(project) or []]
    for requirement in needed:
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        wanted = locked.get(canonicalize_name(requirement.name))
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            found = ""
        if not found or (wanted and found != wanted):
            what = f"the package {requirement.name} is " + (f"of version {found}" if found else "missing")
            what += f", requirements.lock has {wanted}" if wanted else ""
            raise PolicytextError(what, fix="Set the environment up again: pip install -r requirements.lock.")


def _locked(lock: Path) -> dict[str, str]:
    """The version of each package that the lock names for this Python and platform; none where there is no lock."""
    versions: dict[str, str] = {}
    for line in lock.read_text(encoding="utf-8").splitlines() if lock.is_file() else []:
        try:
            requirement = Requirement(line.rstrip("\\").strip())
        except InvalidRequirement:  # a hash or a comment
            continue
        pins = [pin.version for pin in requirement.specifier if pin.operator == "=="]
        if pins and (requirement.marker is None or requirement.marker.evaluate()):
            versions[canonicalize_name(requirement.name)] = pins[0]
    return versions
