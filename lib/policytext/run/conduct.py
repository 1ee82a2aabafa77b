"""A run from its start to its end: what is made sure of, prepared, executed, tidied up and told."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any

import psutil

from policytext.errors import INTERRUPTED, PolicytextError
from policytext.run import freshness, outcome, places, preflight, record
from policytext.run.execute import Execution
from policytext.run.pipeline import Entry, Pipeline
from policytext.run.progress import Display
from policytext.study.home import Home


class Stop:
    """A wish to stop, noted and looked at between two steps, so that no half of a notebook's figures is published."""

    wanted = False
    at_once = False

    def __call__(self, *_: object) -> None:
        first, self.wanted = not self.wanted, True
        if self.at_once and first:
            for child in psutil.Process().children(recursive=True):
                child.kill()
            raise KeyboardInterrupt

    @contextmanager
    def breaking_off(self) -> Iterator[None]:
        """While inside, stopping does not wait: what is being done is left, and the processes that do it are killed."""
        self.at_once = True
        try:
            yield
        except (KeyboardInterrupt, BrokenExecutor):
            if not self.wanted:
                raise
        finally:
            self.at_once = False


@contextmanager
def signals(stop: Stop) -> Iterator[None]:
    """While inside, Ctrl-C and the signals that end a process call `stop`."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run(
    home: Home,
    plan: Pipeline,
    entries: tuple[Entry, ...],
    known: dict[str, Any],
    *,
    tryout: bool,
    whole: bool,
    jobs: int | None,
) -> int:
    """Execute entries of which some are stale, record and tell what came of it; returns the exit code.

    known: the record of the runs before. whole: the entries are all there are.
    Raises PolicytextError for what is wrong before the first notebook starts.
    """
    log = {"entries": {}} if tryout else known
    path = home.tryout / "run.json" if tryout else home.record
    stop = Stop()
    os.environ["MPLCONFIGDIR"] = str(home.cache / "matplotlib")  # the user's own settings must not change a figure
    with signals(stop), Display() as display:
        work = Execution(home, plan.limits, entries, display, tryout=tryout, jobs=jobs)
        with stop.breaking_off():
            preflight.check(home, plan, entries, tryout=tryout)
            work.clear()
            if any(map(freshness.reads_seeds, plan.entries)):
                from policytext import prepare

                prepare.refresh(home, jobs=jobs)
        record.begin(log, home.lock)
        work.run(log, path, lambda: stop.wanted)
        fault = _conclude(work, home, plan, stop, whole=whole and not tryout)
        log |= {"finished": record.now(), "exit_code": fault.exit_code if fault else 0}
        with suppress(OSError):  # on a full disk the record of what went well is there already
            record.save(path, log)
    if fault:
        print(fault, file=sys.stderr)
        return fault.exit_code
    done = f"Done, in {home.relative(home.tryout)} only:" if tryout else "Done:"
    print("\n".join([done, *places(home, tryout=tryout)]))
    return 0


def _conclude(work: Execution, home: Home, plan: Pipeline, stop: Stop, *, whole: bool) -> PolicytextError | None:
    """Tidy up, and what stands in the way of calling the run well done: the first fault where there are several."""
    if stop.wanted:
        return PolicytextError("stopped", fix="What was finished is kept; run again to go on.", exit_code=INTERRUPTED)
    faults = dict(work.faults)
    try:
        if not faults:
            work.check_seeds(plan.entries)
        if whole and not faults:
            current = {entry.name for entry in plan.entries}
            work.log["entries"] = {name: facts for name, facts in work.log["entries"].items() if name in current}
            for path in outcome.obsolete(home, plan.entries):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
                work.display.say(f"removed {home.relative(path)}, which nothing makes any more")
        if not work.tryout and (not faults or "done" in work.states.values()):
            from policytext import publish

            publish.finish(home)
    except PolicytextError as error:
        faults[""] = error
    except OSError as error:
        faults[""] = outcome.of_system(error, home)
    for name, fault in faults.items():
        kept = work.notebooks / f"{name}.failed.ipynb"
        see = f" See {home.relative(kept)}." if kept.is_file() else ""
        more = f" {len(faults) - 1} more failed: `policytext status` tells." if len(faults) > 1 else ""
        return replace(fault, fix=f"{fault.fix or 'Mend it and run again.'}{see}{more}")
    return None
