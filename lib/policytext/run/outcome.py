"""How the execution of a notebook ended: what went wrong, said plainly, or what it wrote, published."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path
from typing import Any

from policytext.errors import INVALID_STUDY, KILLED, TIMED_OUT, PolicytextError
from policytext.run.freshness import hashes
from policytext.run.pipeline import PRINTED, Entry, Limits
from policytext.study.home import Home

DISK_FULL = "the disk is full (disk full)"
NO_SPACE = os.strerror(errno.ENOSPC)
FREE_SPACE = "Free some space and run again; what was there before is untouched."


def of_system(error: OSError, home: Home) -> PolicytextError:
    """An error of the operating system, with its file, as one of ours."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or NO_SPACE in str(error):  # shutil.Error has no errno
        return PolicytextError(DISK_FULL, fix=FREE_SPACE)
    file = home.relative(Path(error.filename)) if isinstance(error.filename, (str, Path)) else ""
    return PolicytextError(f"the system refuses: {error.strerror or error}", file=file)


def fault(
    entry: Entry, end: dict[str, Any], *, stopped: str, status: int | None, limits: Limits
) -> PolicytextError | None:
    """What went wrong in an execution; None where nothing did.

    end: what the worker told last. stopped: why the run stopped it, empty where it did not. status: of the worker.
    """
    if end.get("ok"):
        return None
    cause, cell, fix, code = end.get("cause", ""), end.get("cell"), "", 1
    died = end.get("returncode") if cause == "the kernel died" else None if end.get("cause") else status
    if stopped == "time":
        cause, code = f"over the time limit of {limits.seconds:g} s", TIMED_OUT
        fix = "Make the cell faster, or raise `limits: seconds` in pipeline.yml."
    elif died in (-signal.SIGKILL, -signal.SIGTERM):
        peak = f"; its peak memory was {end['peak_mb']} MB" if end.get("peak_mb") else ""
        cause, code = f"the kernel was killed from outside{peak}", KILLED
        fix = "If memory ran out, run fewer notebooks at once (--jobs 1)."
    elif died is not None:
        name = f"by {signal.Signals(-died).name}" if died < 0 else f"with exit code {died}"
        cause = f"its process ended {name}"
    elif NO_SPACE in cause:
        cause, fix = f"{DISK_FULL}: {cause}", FREE_SPACE
    elif "MemoryError" in cause or "OutOfMemory" in cause:
        fix = "Use less memory, or raise `limits: memory_gb` in pipeline.yml."
    if end.get("not_run"):
        cause += f"; cell{'s' if len(end['not_run']) > 2 else ''} {end['not_run']} did not run"
    return PolicytextError(cause or "ended without a word", fix=fix, file=entry.path.name, cell=cell, exit_code=code)


def publish(entry: Entry, home: Home, out: Path, inputs: dict[str, str], tryouts: frozenset[str], tryout: bool) -> None:
    """Move what an entry wrote to where it belongs.

    Raises PolicytextError and publishes nothing where it did not write exactly what it declares (exit 1), or where what
    it read has changed meanwhile (exit 3).
    """
    from policytext.publish import promote

    _check_written(entry, out)
    now = hashes(entry.reads, home, tryouts=tryouts)
    check_unchanged(inputs, now)
    promote(out, home, tryout=tryout)


def check_unchanged(before: dict[str, str], after: dict[str, str]) -> None:
    """Raise PolicytextError (exit 3) that names a file whose hash is another than before."""
    changed = sorted(file for file in before.keys() | after.keys() if before.get(file) != after.get(file))
    if changed:
        what = "changed while the run was reading it"
        raise PolicytextError(what, fix="Run again.", file=changed[0], exit_code=INVALID_STUDY)


def _check_written(entry: Entry, out: Path) -> None:
    written: set[str] = set()
    for path in out.rglob("*"):
        parts = path.relative_to(out).parts
        if parts[0] == "tables" and len(parts) == 2 and path.suffix in (".csv", ".parquet"):
            written.add(f"tables/{path.stem}")
        elif parts[0] == "figures" and len(parts) == 3:
            written.add(f"figures/{parts[1]}")
        elif parts[0] == "report" and len(parts) == 2:
            written.add(PRINTED)
        elif path.is_file():
            written.add("/".join(parts))
    missing, more = sorted(set(entry.writes) - written), sorted(written - set(entry.writes))
    if missing or more:
        told = [f"did not write {', '.join(missing)}"] if missing else []
        told += [f"wrote {', '.join(more)} undeclared"] if more else []
        fix = "Mend the notebook, or its `writes` in pipeline.yml."
        raise PolicytextError(f"the notebook {' and '.join(told)}", fix=fix, file=entry.path.name)


def obsolete(home: Home, entries: tuple[Entry, ...]) -> list[Path]:
    """Figures, tables and executed notebooks that none of the entries makes, sorted.

    A folder of figures/ without figure.json is not ours.
    """
    written = {name for entry in entries for name in entry.writes}
    names = {entry.name for entry in entries}
    figures = [marker.parent for marker in home.figures.glob("*/figure.json")]
    tables = [*home.tables.glob("*.csv"), *home.tables.glob("*.parquet")]
    return sorted(
        [path for path in figures if f"figures/{path.name}" not in written]
        + [path for path in tables if f"tables/{path.stem}" not in written]
        + [path for path in home.executed.glob("*.ipynb") if path.stem not in names]
    )
