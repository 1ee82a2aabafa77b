"""The entries of a pipeline, executed side by side: each when those before it are done, and only if it has to be."""

from __future__ import annotations

import os
import queue
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from policytext.errors import PolicytextError
from policytext.run import freshness, outcome, record
from policytext.run.parameters import effective
from policytext.run.pipeline import Entry, Limits
from policytext.run.processes import MARKER, Worker, sweep
from policytext.run.progress import Display
from policytext.study.home import Home

GRACE = 2.5
"""Seconds a worker has to save its notebook once its kernel has been killed."""
SETTLED = ("done", "fresh")


@dataclass
class Job:
    """One entry while it runs. `end` is what its worker told last."""

    entry: Entry
    worker: Worker
    out: Path
    inputs: dict[str, str]
    key: str
    started: float
    tryouts: frozenset[str]
    deadline: float
    end: dict[str, Any] = field(default_factory=dict)


class Execution:
    """The state of a run: what waits, what runs, and what is known of each entry (`known`, the record's entries)."""

    def __init__(
        self,
        home: Home,
        limits: Limits,
        entries: tuple[Entry, ...],
        display: Display,
        *,
        tryout: bool,
        jobs: int | None,
    ) -> None:
        self.home, self.limits, self.display, self.tryout = home, limits, display, tryout
        self.jobs = jobs or os.cpu_count() or 1
        self.seeds = freshness.hashes(["seeds"], home)
        self.waiting = {entry.name: entry for entry in entries}
        self.running: dict[str, Job] = {}
        self.states: dict[str, str] = {}
        self.faults: dict[str, PolicytextError] = {}
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.staging = home.build / "staging"
        self.notebooks = home.tryout / "notebooks" if tryout else home.executed
        self.written = frozenset(name for entry in entries for name in entry.writes)

    def clear(self) -> None:
        """Remove what a run that was killed left, and in a try the tables of the one before."""
        sweep(str(self.staging))
        shutil.rmtree(self.staging, ignore_errors=True)
        if self.tryout:
            shutil.rmtree(self.home.tryout / "tables", ignore_errors=True)
        self.notebooks.mkdir(parents=True, exist_ok=True)

    def run(self, log: dict[str, Any], path: Path, stopped: Callable[[], bool]) -> None:
        """Execute all entries; `log`, the record, is saved whenever one has ended."""
        self.log, self.path = log, path
        try:
            while (self.waiting or self.running) and not stopped():
                for entry in list(self.waiting.values()):
                    self._settle_or_start(entry)
                if self.running:
                    self._listen(0.1)
                for job in self.running.values():
                    if job.deadline < time.monotonic():
                        self._stop(job, "time")
            if stopped():
                self._interrupt()
        finally:
            sweep(str(self.staging))

    def _settle_or_start(self, entry: Entry) -> None:
        needed = [name for name in entry.after if name in self.waiting or name in self.running or name in self.states]
        lost = [name for name in needed if self.states.get(name, "done") not in SETTLED]
        if lost:
            del self.waiting[entry.name]
            self._note(entry, {**self._known(entry), "state": "skipped"}, f"skipped, for {', '.join(lost)} failed")
        elif len(self.running) < self.jobs and all(name in self.states for name in needed):
            del self.waiting[entry.name]
            if not self.tryout and freshness.is_fresh(entry, self.home, self._known(entry)):
                (self.notebooks / f"{entry.name}.failed.ipynb").unlink(missing_ok=True)
                self._note(entry, {**self._known(entry), "state": "fresh", "error": None}, "up to date")
                return
            try:
                self.running[entry.name] = self._start(entry)
                self.display.started(entry.name)
            except OSError as error:
                self._failed(entry, outcome.of_system(error, self.home), {})

    def _known(self, entry: Entry) -> dict[str, Any]:
        return self.log["entries"].get(entry.name, {})

    def _start(self, entry: Entry) -> Job:
        home, folder, out = self.home, self.staging / f".{entry.name}", self.staging / entry.name
        for made in (folder, out):
            made.mkdir(parents=True)
        tryouts = frozenset(entry.reads) & self.written if self.tryout else frozenset()
        inputs = freshness.hashes(entry.reads, home, tryouts=tryouts)
        tables = [str(home.tryout / "tables")] * self.tryout + [str(home.tables)]
        run = {"name": entry.name, "notebook": entry.notebook, "parameters": effective(entry), "inputs": inputs}
        record.save(folder / "run.json", run | {"out": str(out), "tables": tables})
        env = {
            MARKER: str(folder / "run.json"),
            "POLICYTEXT_HOME": str(home.root),
            "PYTHONHASHSEED": "0",
            "PYTHONUTF8": "1",
            "IPYTHONDIR": str(folder / "ipython"),  # so that nothing outside the home is read or written
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        }
        spec = {"notebook": str(entry.path), "file": f"notebooks/{entry.path.name}", "parameters": entry.given}
        spec |= {"save": str(folder / "executed.ipynb"), "home": str(home.root), "memory_gb": self.limits.memory_gb}
        worker = Worker(folder, spec, env, lambda message: self.heard.put((entry.name, message)))
        begun = time.monotonic()
        deadline = begun + (self.limits.seconds or float("inf"))
        return Job(entry, worker, out, inputs, freshness.key(entry, home, inputs), begun, tryouts, deadline)

    def _listen(self, seconds: float) -> None:
        """Take in what the workers have told, waiting for the first word that long."""
        try:
            name, message = self.heard.get(timeout=seconds)
            while True:
                job = self.running[name]
                if message is None:
                    del self.running[name]
                    self._ended(job)
                elif "ok" in message:
                    job.end |= message
                else:
                    job.end["cell"] = message["cell"]
                    self.display.moved(name, message["cell"], message["of"])
                name, message = self.heard.get_nowait()
        except queue.Empty:
            return

    def _stop(self, job: Job, why: str) -> None:
        """Stop the kernel, and where that has been done and the worker still has not ended, the worker."""
        if job.worker.stopping:
            job.worker.kill()
        else:
            job.worker.stop(why)
        job.deadline = time.monotonic() + GRACE

    def _interrupt(self) -> None:
        for job in self.running.values():
            self._stop(job, "interrupt")
        until = time.monotonic() + GRACE
        while self.running and time.monotonic() < until:
            self._listen(0.1)
        for job in list(self.running.values()):
            self._ended(job)
        self.running.clear()
        for entry in self.waiting.values():
            self.log["entries"][entry.name] = {**self._known(entry), "state": "interrupted"}

    def _ended(self, job: Job) -> None:
        entry, worker = job.entry, job.worker
        worker.kill()
        facts = {"notebook": entry.notebook, "parameters": effective(entry), "inputs": job.inputs}
        facts |= {"seconds": round(time.monotonic() - job.started, 1), "peak_mb": job.end.get("peak_mb")}
        try:
            status, limits = worker.process.poll(), self.limits
            fault = outcome.fault(entry, job.end, stopped=worker.stopping, status=status, limits=limits)
            if not fault:
                self.check_seeds([entry])
                outcome.publish(entry, self.home, job.out, job.inputs, job.tryouts, self.tryout)
                self._keep(job, ".ipynb")
        except PolicytextError as error:
            fault = error
        except OSError as error:
            fault = outcome.of_system(error, self.home)
        if fault and worker.stopping == "interrupt":
            self._keep(job, ".failed.ipynb")
            self._note(entry, {**facts, "state": "interrupted"}, "interrupted")
        elif fault:
            self._keep(job, ".failed.ipynb")
            self._failed(entry, fault, facts | {"last": job.end.get("last") or _tail(worker.log)})
        else:
            written = frozenset(entry.writes) if self.tryout else frozenset()
            outputs = freshness.hashes(entry.writes, self.home, tryouts=written)
            facts |= {"key": job.key, "code": freshness.code(entry), "outputs": outputs}
            self._note(entry, {**facts, "state": "done"}, f"done in {facts['seconds']} s")

    def check_seeds(self, entries: Iterable[Entry]) -> None:
        if any(map(freshness.reads_seeds, entries)):
            outcome.check_unchanged(self.seeds, freshness.hashes(["seeds"], self.home))

    def _failed(self, entry: Entry, fault: PolicytextError, facts: dict[str, Any]) -> None:
        self.faults[entry.name] = fault
        error = {**fault.as_dict(), "last": facts.pop("last", [])}
        self._note(entry, {**facts, "state": "failed", "error": error}, f"failed: {fault.what}")

    def _keep(self, job: Job, ending: str) -> None:
        """Keep the executed notebook, after a success in place of a failed one; and let go of the staging folders."""
        executed = job.out.with_name(f".{job.entry.name}") / "executed.ipynb"
        if executed.is_file():
            executed.replace(self.notebooks / f"{job.entry.name}{ending}")
        if ending == ".ipynb":
            (self.notebooks / f"{job.entry.name}.failed.ipynb").unlink(missing_ok=True)

    def _note(self, entry: Entry, facts: dict[str, Any], line: str) -> None:
        for folder in (self.staging / entry.name, self.staging / f".{entry.name}"):
            shutil.rmtree(folder, ignore_errors=True)
        self.states[entry.name] = facts["state"]
        self.log["entries"][entry.name] = facts | {"finished": record.now()}
        self.display.ended(entry.name, line)
        try:
            record.save(self.path, self.log)
        except OSError as error:
            self.faults.setdefault(entry.name, outcome.of_system(error, self.home))


def _tail(log: Path) -> list[str]:
    try:
        return log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
    except OSError:
        return []
