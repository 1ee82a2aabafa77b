"""Tiny homes whose notebooks do what a test tells them. As a script: run one, as the command line does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from policytext import run
from policytext.errors import PolicytextError
from policytext.run.verify import verify
from policytext.study.home import Home

START = "import json, os, pathlib, sys, time\nout = pathlib.Path(json.load(open(os.environ['POLICYTEXT_RUN']))['out'])"
TABLE = "(out / 'tables').mkdir(exist_ok=True)\n(out / 'tables' / '{}.csv').write_text({!r})"
FIGURE = """folder = out / 'figures' / {0!r}
folder.mkdir(parents=True)
words = {{'zh': {0!r}, 'en': {0!r}}}
facts = {{'name': {0!r}, 'notebook': 'x', 'parameters': {{}}, 'title': words, 'alt': words, 'caption': words}}
(folder / 'figure.json').write_text(json.dumps(facts | {{'citation': {{'gbt7714': ''}}}}))
(folder / 'data.csv').write_text({1!r})"""


def table(name: str, text: str = "a,b\n1,2\n") -> str:
    """A cell that writes a table."""
    return TABLE.format(name, text)


def figure(name: str, text: str = "a\n1\n") -> str:
    """A cell that writes a figure, as small as one can be."""
    return FIGURE.format(name, text)


def write_notebook(path: Path, *cells: str, parameters: str = "") -> None:
    """A notebook of code cells: the parameters, where there are any, the set-up, then these."""
    import nbformat  # not above: it takes a second, and this file is also a script

    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": "someones-own", "display_name": "x"}})
    if parameters:
        notebook.cells.append(nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in (START, *cells)]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def make(root: Path, pipeline: str, **notebooks: list[str]) -> Home:
    """A home with data/words.txt to read, a pipeline.yml, and notebooks given by their cells; `_` in a name is `-`."""
    for folder in ("seeds", "data"):
        (root / folder).mkdir(parents=True)
    (root / "data" / "words.txt").write_text("创新\n")
    (root / "pipeline.yml").write_text(pipeline, encoding="utf-8")
    for name, cells in notebooks.items():
        write_notebook(root / "notebooks" / f"{name.replace('_', '-')}.ipynb", *cells)
    return Home(root)


def start(home: Home, *arguments: str, **env: str) -> subprocess.Popen[str]:
    """A run in a process of its own."""
    command = [sys.executable, __file__, str(home.root), *arguments]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    return subprocess.Popen(command, env=os.environ | env, **pipes)


def finish(process: subprocess.Popen[str], seconds: float = 60) -> tuple[int, str, str]:
    """Exit code and what was printed."""
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err


def execute(home: Home, *arguments: str, **env: str) -> tuple[int, str, str]:
    """A run in a process of its own, from start to end."""
    return finish(start(home, *arguments, **env))


def entry(home: Home, name: str) -> dict:
    """What the record says of an entry."""
    return json.loads(home.record.read_text())["entries"][name]


def wait_for(condition, seconds: float = 30) -> None:
    """Wait until something is so, and fail where it does not come about."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


def main() -> int:
    home, *rest = sys.argv[1:]
    try:
        if rest == ["verify"]:
            return verify(Home(Path(home)))
        options = {"--only": [], "-p": [], "--jobs": ["2"]}
        for name, value in zip(rest[::2], rest[1::2], strict=True):
            options[name].append(value)
        jobs = int(options["--jobs"][-1])
        return run.run(Home(Path(home)), only=options["--only"], parameters=options["-p"], jobs=jobs)
    except PolicytextError as error:
        print(error, file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
