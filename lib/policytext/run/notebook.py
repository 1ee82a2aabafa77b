"""How papermill executes a notebook here: its engine, with the changes that make faults visible.

papermill by itself calls a cell completed that a dead kernel never ran, ends well after `sys.exit(0)`, writes in place,
formats braces in paths, and keeps any amount of output.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from pathlib import Path
from typing import Any, TextIO

import nbformat
import papermill
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from nbclient.exceptions import DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, NotebookExecutionManager, papermill_engines
from papermill.exceptions import PapermillExecutionError

STARTS = 3
"""How often a kernel is started before that counts as a failure. A cell is never run twice."""
KEPT_CHARACTERS, KEPT_LINES, LAST_LINES = 500_000, 5_000, 20
"""What is kept of the printed output of one cell, and how much of its end beyond that."""
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")


def tell(progress: TextIO, **what: Any) -> None:
    """One line of progress: what is told, as JSON."""
    print(json.dumps(what), file=progress, flush=True)


class Manager(NotebookExecutionManager):
    """papermill's, but it tells the progress, and saves so that a full disk leaves no half notebook."""

    def __init__(self, nb: nbformat.NotebookNode, path: Path, progress: TextIO) -> None:
        super().__init__(nb, output_path=str(path), progress_bar=False, autosave_cell_every=5)
        self.progress = progress
        self.numbers = _numbers(nb)
        self.at = -1

    def save(self, **_: Any) -> None:
        part = Path(f"{self.output_path}.part")
        part.write_text(nbformat.writes(self.nb), encoding="utf-8")
        part.replace(self.output_path)

    def notebook_complete(self, **kwargs: Any) -> None:
        """papermill calls every cell completed, also those that a dead kernel never saw."""
        super().notebook_complete(**kwargs)
        for index, cell in enumerate(self.nb.cells):
            if runs(cell) and not has_run(cell):
                cell.metadata.papermill["status"] = self.FAILED if index == self.at else self.PENDING
        self.save()

    def cell_start(self, cell: nbformat.NotebookNode, cell_index: int = 0, **kwargs: Any) -> None:
        self.at = cell_index
        tell(self.progress, cell=self.numbers[cell_index], of=self.numbers[-1])
        super().cell_start(cell, cell_index, **kwargs)


class Client(PapermillNotebookClient):
    """papermill's, but with this Python's kernel whatever the notebook names, a start that is tried again, and an end
    to the output that is kept."""

    process: Any = None
    """The kernel, whose exit status is asked for after nbclient has let go of it."""

    def create_kernel_manager(self) -> AsyncKernelManager:
        specs = KernelSpecManager(kernel_dirs=[])  # no kernel of the user's own called python3 comes before ours
        self.km = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs, transport="tcp")
        return self.km

    def start_new_kernel(self, **kwargs: Any) -> None:
        for attempt in range(1, STARTS + 1):
            try:
                if self.km is None:
                    self.create_kernel_manager()
                super().start_new_kernel(**kwargs)
                self.process = self.km.provisioner.process
                self.start_new_kernel_client()
                return
            except (RuntimeError, OSError) as error:
                print(f"start {attempt} of the kernel failed: {error}", file=sys.stderr)
                self.km = None
                if attempt == STARTS:
                    raise

    def execute_cell(self, cell: nbformat.NotebookNode, cell_index: int, **kwargs: Any) -> nbformat.NotebookNode:
        self.characters = self.lines = self.cut = 0
        self.end = ""
        try:
            return super().execute_cell(cell, cell_index, **kwargs)
        finally:
            if self.cut:
                note = f"\n[… {self.cut:,} lines of output are left out here …]\n{self.end}"
                cell.outputs.append(nbformat.v4.new_output("stream", name="stdout", text=note))

    def process_message(self, msg: dict[str, Any], cell: nbformat.NotebookNode, cell_index: int) -> Any:
        if msg["msg_type"] == "stream":
            text = msg["content"]["text"]
            room = KEPT_LINES - self.lines
            kept = "".join(text.splitlines(keepends=True)[:room])[: KEPT_CHARACTERS - self.characters] if room else ""
            self.characters, self.lines = self.characters + len(kept), self.lines + kept.count("\n")
            if kept != text:
                left = text[len(kept) :]
                self.cut += left.count("\n")
                self.end = "".join((self.end + left)[-4_000:].splitlines(keepends=True)[-LAST_LINES:])
                msg["content"]["text"] = kept
                if not kept:
                    return None
        return super().process_message(msg, cell, cell_index)


class Engine(NBClientEngine):
    """papermill's engine with the manager and client above; keeps both, so that the end can be told from them."""

    def __init__(self, spec: dict[str, Any], progress: TextIO) -> None:
        self.spec, self.progress = spec, progress
        self.manager: Manager | None = None
        self.client: Client | None = None
        self.cells: list[nbformat.NotebookNode] = []

    def execute_notebook(self, nb: nbformat.NotebookNode, kernel_name: str, **_: Any) -> nbformat.NotebookNode:
        for cell in nb.cells:
            cell.metadata.pop("execution", None)  # what JupyterLab left there would pass for a cell that has run
        nb.metadata.papermill["input_path"] = self.spec["file"]  # the same on every machine
        self.manager = Manager(nb, Path(self.spec["save"]), self.progress)
        place = {"metadata": {"path": self.spec["home"]}}
        self.client = Client(self.manager, resources=place, startup_timeout=60, iopub_timeout=60)
        self.cells = list(nb.cells)  # papermill adds cells of its own where one fails
        self.manager.notebook_start()
        try:
            self.client.execute()
        finally:
            self.manager.notebook_complete()
        return nb


def _numbers(nb: nbformat.NotebookNode) -> list[int]:
    """For each cell its number in the notebook as people edit it: the cell that papermill adds has the one before."""
    numbers: list[int] = []
    for cell in nb.cells:
        added = "injected-parameters" in cell.metadata.get("tags", [])
        numbers.append((numbers[-1] if numbers else 0) + (not added))
    return numbers


def execute(spec: dict[str, Any], progress: TextIO) -> dict[str, Any]:
    """Run the notebook that a spec names, save it, and tell the end: `ok`, and where it is not, cause and cell."""
    engine = Engine(spec, progress)
    papermill_engines.register("policytext", engine)
    source = spec["notebook"].replace("{", "{{").replace("}", "}}")  # papermill formats paths
    cause = ""
    try:
        papermill.execute_notebook(
            source, None, spec["parameters"], "policytext", kernel_name="python3", language="python", progress_bar=False
        )
    except PapermillExecutionError as error:
        cause = f"{error.ename}: {error.evalue}" if error.evalue else error.ename
    except DeadKernelError:
        cause = "the kernel died"
    except Exception as error:
        cause = f"{type(error).__name__}: {error}"
    return _end(engine, cause)


def _end(engine: Engine, cause: str) -> dict[str, Any]:
    manager, client = engine.manager, engine.client
    if manager is None or client is None or manager.at < 0:
        return {"ok": False, "cause": cause}
    failing = engine.cells[manager.at]
    not_run = [
        number for number, cell in zip(manager.numbers, engine.cells, strict=True) if runs(cell) and not has_run(cell)
    ]
    if not cause and any(output.get("ename") == "SystemExit" for output in failing.get("outputs", [])):
        cause = "the cell ends the notebook by exit"
    elif not cause and not_run:
        cause = "the notebook ended early"
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024) // 2**20
    end = {"ok": not cause, "peak_mb": peak, "returncode": client.process.poll() if client.process else None}
    if cause:
        number = manager.numbers[manager.at]
        later = _ranges([other for other in not_run if other > number])
        end |= {"cause": cause, "cell": number, "not_run": later, "last": _last_lines(failing)}
    return end


def runs(cell: nbformat.NotebookNode) -> bool:
    """Whether a cell is one to execute: code that is not empty and not tagged to be skipped."""
    skipped = "skip-execution" in cell.metadata.get("tags", [])
    return cell.cell_type == "code" and bool(cell.source.strip()) and not skipped


def has_run(cell: nbformat.NotebookNode) -> bool:
    """Whether the kernel has answered for a cell, well or with an error. papermill's status does not tell."""
    return "shell.execute_reply" in cell.metadata.get("execution", {})


def _last_lines(cell: nbformat.NotebookNode) -> list[str]:
    texts = ["\n".join(output.get("traceback", [])) or output.get("text", "") for output in cell.get("outputs", [])]
    return ESCAPES.sub("", "\n".join(texts)).splitlines()[-LAST_LINES:]


def _ranges(numbers: list[int]) -> str:
    """5, 6, 7 and 9 as `5–7, 9`."""
    groups: list[list[int]] = []
    for number in numbers:
        if groups and groups[-1][-1] == number - 1:
            groups[-1].append(number)
        else:
            groups.append([number])
    return ", ".join(f"{group[0]}–{group[-1]}" if len(group) > 1 else str(group[0]) for group in groups)
