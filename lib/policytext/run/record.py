"""build/run.json: what the last run of each entry did. And build/run.lock: that only one run works on a home."""

from __future__ import annotations

import fcntl
import json
import os
import platform
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from policytext.errors import HELD, PolicytextError
from policytext.run.freshness import sha256
from policytext.study.home import PROJECT, Home


def now() -> str:
    """The time as records give it: UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def load(path: Path) -> tuple[dict[str, Any], str]:
    """The record, and a warning where there is one that cannot be read: it counts as absent."""
    if not path.exists():
        return {"entries": {}}, ""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        if all(isinstance(entry, dict) for entry in record["entries"].values()):
            return record, ""
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return {"entries": {}}, f"{path.name} is damaged and counts as absent: everything runs again."


def save(path: Path, record: dict[str, Any]) -> None:
    """Write JSON so that the file is whole at every moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    part.replace(path)


def begin(record: dict[str, Any], lock: Path) -> None:
    """Note when the run began and with what: the facts that must not stand in a tracked output."""
    command = ["git", "-C", str(PROJECT), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        commit = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        commit = ""
    record |= {"started": now(), "finished": "", "exit_code": None, "commit": commit}
    record["lock"] = sha256(lock) if lock.is_file() else ""
    record |= {"policytext": version("policytext"), "python": platform.python_version(), "system": platform.platform()}


def text(record: dict[str, Any]) -> str:
    """The record as lines to read: one for the run, one for each entry, and the cause of each failure."""
    if not record["entries"]:
        return "Nothing has run here yet. `policytext run` does it."
    ended = f"ended {record['finished']}" if record.get("finished") else "did not end"
    lines = [f"The run of {record.get('started', '?')} {ended}, exit code {record.get('exit_code', '?')}."]
    width = max(len(name) for name in record["entries"])
    for name, entry in record["entries"].items():
        took = f"  {entry['seconds']} s" if "seconds" in entry else ""
        peak = f"  {entry['peak_mb']} MB" if entry.get("peak_mb") else ""
        lines.append(f"  {name:{width}}  {entry.get('state', '?'):11}  {entry.get('finished', '')}{took}{peak}")
        if entry.get("error"):
            lines.append(f"  {'':{width}}  {entry['error'].get('what', '')}")
    return "\n".join(lines)


@contextmanager
def hold(home: Home) -> Iterator[None]:
    """Hold the home for one run. Raises PolicytextError (exit 75) where another does; one that died holds nothing."""
    path = home.build / "run.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        os.register_at_fork(after_in_child=file.close)  # else a process that outlives this one would go on holding it
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _held(file.seek(0) or file.read()) from None
        file.truncate(0)
        json.dump({"pid": os.getpid(), "started": now()}, file)
        file.flush()
        yield
        file.truncate(0)


def _held(content: str) -> PolicytextError:
    try:
        holder = json.loads(content)
        who = f" (process {holder['pid']}, since {holder['started']})"
    except (ValueError, KeyError, TypeError):
        who = ""
    what = f"another run is at work in this home{who}"
    return PolicytextError(what, fix="Wait for it, or stop it, and run again.", exit_code=HELD)
