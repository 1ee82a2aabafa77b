"""The processes of a run: a worker for each notebook, and the certainty that nothing it started is left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

MARKER = "POLICYTEXT_RUN"
"""Environment variable of every process of a run. It finds also those that left their parent and process group."""


def sweep(folder: str, *, spare: int | None = None) -> None:
    """Kill every process whose marker lies below `folder`, but for the process `spare` and this one."""
    for _ in range(20):  # more than once, for a process may start another while it is being killed
        found = [process for process in psutil.process_iter(["environ"]) if _below(process, folder)]
        found = [process for process in found if process.pid not in (spare, os.getpid())]
        if not found:
            return
        for process in found:
            try:
                process.kill()
            except psutil.Error:
                continue
        psutil.wait_procs(found, timeout=0.2)


def _below(process: psutil.Process, folder: str) -> bool:
    value = (process.info["environ"] or {}).get(MARKER, "")
    return value.startswith(f"{folder.rstrip('/')}/")


class Worker:
    """The process that executes one notebook. Its lines, and None at its end, are handed to `heard`."""

    def __init__(self, folder: Path, spec: dict[str, Any], env: dict[str, str], heard: Callable[[Any], None]) -> None:
        self.folder = str(folder)
        self.log = folder / "worker.log"
        self.stopping = ""
        file = folder / "worker.json"
        file.write_text(json.dumps(spec | {"marker": self.folder}), encoding="utf-8")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "policytext.run.worker", str(file)],
                env=os.environ | env,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        threading.Thread(target=self._listen, args=(heard,), daemon=True).start()

    def _listen(self, heard: Callable[[Any], None]) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            heard(json.loads(line))
        self.process.wait()
        heard(None)

    def stop(self, why: str) -> None:
        """Kill the kernel and all it started. The worker sees it, saves what there is, and ends."""
        self.stopping = why
        sweep(self.folder, spare=self.process.pid)

    def kill(self) -> None:
        """Kill what is left, the worker with it, and close its pipes."""
        children = _children(self.process.pid)
        sweep(self.folder)
        for child in children:
            if child.is_running():
                child.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe and self.process.poll() is not None:
                pipe.close()


def _children(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
