"""Where things are: the one module that knows the folders of a home and of the project."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from policytext.errors import USAGE, PolicytextError

PROJECT = Path(__file__).resolve().parents[3]
"""The checkout this library is installed from: its notebooks, pipeline and lock serve every home."""


@dataclass(frozen=True)
class Home:
    """A folder with `seeds/` in, and `figures/`, `build/` and `REPORT*.md` out."""

    root: Path

    @property
    def seeds(self) -> Path:
        return self.root / "seeds"

    @property
    def figures(self) -> Path:
        return self.root / "figures"

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def tables(self) -> Path:
        return self.build / "tables"

    @property
    def cache(self) -> Path:
        return self.build / "cache"

    @property
    def tryout(self) -> Path:
        return self.build / "tryout"

    @property
    def executed(self) -> Path:
        """Where executed notebooks are kept."""
        return self.build / "notebooks"

    @property
    def record(self) -> Path:
        """What the last run did."""
        return self.build / "run.json"

    @property
    def notebooks(self) -> Path:
        own = self.root / "notebooks"
        return own if own.is_dir() else PROJECT / "notebooks"

    @property
    def pipeline(self) -> Path:
        own = self.root / "pipeline.yml"
        return own if own.is_file() else PROJECT / "pipeline.yml"

    def seed(self, name: str) -> Path:
        """A file of the study that every study needs, like `dictionary.txt`: its own, else the project's."""
        own = self.seeds / name
        return own if own.is_file() else PROJECT / "seeds" / name

    @property
    def lock(self) -> Path:
        return PROJECT / "requirements.lock"

    def relative(self, path: Path) -> str:
        """The path as messages and records name it: within the home, with forward slashes."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.name


def find_home(start: Path | str | None = None) -> Home:
    """The home to work in: `start`, else POLICYTEXT_HOME, else the nearest folder upwards that has `seeds/`.

    Raises PolicytextError (exit 2) where there is none.
    """
    named = start or os.environ.get("POLICYTEXT_HOME")
    here = Path(named or Path.cwd()).expanduser().resolve()
    for folder in [here] if named else [here, *here.parents]:
        if (folder / "seeds").is_dir():
            return Home(folder)
    raise PolicytextError(
        f"no study here: {here} has no folder seeds",
        fix="Change into a home, name one with --home, or make one with `policytext new HOME FILE…`.",
        exit_code=USAGE,
    )


@dataclass(frozen=True)
class Run:
    """What `policytext run` tells the notebook that it executes.

    out: where the notebook publishes. tables: where it finds tables of earlier notebooks, in this order.
    In Lab and under bare papermill there is no run: the notebook has no name and publishes into the place for tries.
    """

    out: Path
    tables: tuple[Path, ...]
    name: str = ""
    notebook: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)


def current_run(home: Home) -> Run:
    """The run that this process belongs to."""
    named = os.environ.get("POLICYTEXT_RUN")
    if not named:
        return Run(home.tryout, (home.tables, home.tryout / "tables"))
    told = json.loads(Path(named).read_text("utf-8"))
    return Run(**told | {"out": Path(told["out"]), "tables": tuple(map(Path, told["tables"]))})
