"""The notebooks' own cells, run in this process without drawing: from a study to its figures' data and its report."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

from policytext import publish
from policytext.run import pipeline
from policytext.study import Home

FEW = {"draws": 20_000, "splits": 2}
"""As few draws as leave few verdicts open: each that is open is counted exactly, which takes longer than drawing."""

_SILENT = SimpleNamespace(display=lambda *_, **__: None, update_display=lambda *_, **__: None)


@dataclass(frozen=True)
class Published:
    """A figure as a notebook hands it to `publish.figure`."""

    chart: Callable[..., Figure]
    data: pd.DataFrame
    words: Mapping[str, Mapping[str, str]]
    options: Mapping[str, Any]


@dataclass
class Told:
    """What the notebooks made: each report by its file, each figure by its name."""

    home: Home
    reports: dict[str, str] = field(default_factory=dict)
    figures: dict[str, Published] = field(default_factory=dict)


class _Undrawn:
    """The charts without drawing: their words are told, the functions stay to be called later."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        if name.endswith("_words"):
            return found
        return _Later(found) if callable(found) else _Undrawn(found)


@dataclass(frozen=True)
class _Later:
    chart: Callable[..., Figure]

    def __call__(self, *_: Any, **__: Any) -> None:
        return None


def tell(home: Home, *, given: Mapping[str, Any] = FEW, upto: str = "~") -> Told:
    """Run the notebooks of the pipeline in order, with these parameters, as far as the one named `upto`."""
    told = Told(home)

    def keep(study: Any, name: str, chart: _Later, data: pd.DataFrame, *, words: Any, **options: Any) -> Path:
        told.figures[name] = Published(chart.chart, data, words, options)
        folder = study.home.tryout / "figures" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "figure.json").write_text(
            json.dumps({"name": name, "parameters": dict(given)} | dict(words), ensure_ascii=False), "utf-8"
        )
        data.to_csv(folder / "data.csv", index=False)
        return folder

    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("POLICYTEXT_HOME", str(home.root))
        patched.setattr(publish, "figure", keep)
        for entry in pipeline.read(home).entries:
            if entry.notebook <= upto:
                _run(home.notebooks / f"{entry.notebook}.ipynb", dict(entry.given) | dict(given))
    told.reports = {path.name: path.read_text("utf-8") for path in sorted(home.tryout.glob("REPORT*.md"))}
    return told


_copies: dict[Path, Told] = {}


def tell_copy(home: Home, folder: Path) -> Told:
    """The same of a copy of a home, told once in a process however many modules of tests ask for it."""
    if home.root not in _copies:
        shutil.copytree(home.root, folder / "home")
        _copies[home.root] = tell(Home(folder / "home"))
    return _copies[home.root]


def _run(path: Path, given: Mapping[str, Any]) -> None:
    names: dict[str, Any] = {"__name__": path.stem}
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"]).replace("%matplotlib inline\n", "")
        exec(compile(source, path.name, "exec"), names)  # the project's own notebooks
        if "parameters" in cell["metadata"].get("tags", []):
            names |= {name: value for name, value in given.items() if name in names}
        names |= {name: silent for name, silent in vars(_SILENT).items() if name in names}
        if "charts" in names and not isinstance(names["charts"], _Undrawn):
            names["charts"] = _Undrawn(names["charts"])
