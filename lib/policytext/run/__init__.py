"""Running a home: its pipeline, what has to be run again, and what came of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policytext.study import Home

# Imports stand in the functions: every worker imports this package, and has no use for what they need.


def run(home: Home, *, only: Sequence[str] = (), parameters: Sequence[str] = (), jobs: int | None = None) -> int:
    """Bring figures, tables and reports of a home up to date, and print where they are; returns the exit code.

    only: names of entries or notebooks; without it all. parameters: `NAME=VALUE`, which makes the run a try: it always
    executes, and writes below build/tryout only. jobs: how many notebooks run side by side, by default one per core.
    Raises PolicytextError for what is wrong before the first notebook starts.
    """
    from policytext.run import freshness, outcome, pipeline, record
    from policytext.run.parameters import apply

    plan = pipeline.read(home)
    entries = apply(plan, plan.select(tuple(only)), tuple(parameters))
    try:
        with record.hold(home):
            known, warning = record.load(home.record)
            if warning:
                print(warning, file=sys.stderr)
            well = known.get("exit_code") == 0 and all(
                freshness.is_fresh(entry, home, known["entries"].get(entry.name, {})) for entry in entries
            )
            if parameters or not well or (not only and outcome.obsolete(home, plan.entries)):
                from policytext.run import conduct  # takes psutil and rich, which a run with nothing to do can spare

                return conduct.run(home, plan, entries, known, tryout=bool(parameters), whole=not only, jobs=jobs)
    except OSError as error:
        raise outcome.of_system(error, home) from None
    print("\n".join(["Everything is up to date.", *places(home)]))
    return 0


def status(home: Home) -> str:
    """What the last run of each entry did, as text."""
    from policytext.run import record

    known, warning = record.load(home.record)
    return "\n".join(filter(None, [warning, record.text(known)]))


def places(home: Home, *, tryout: bool = False) -> list[str]:
    """Where the results are, a line for each kind that is there."""
    from policytext.run import pipeline

    base = home.tryout if tryout else home.root
    reports = [home.relative(base / name) for name in pipeline.REPORTS if (base / name).is_file()]
    printed = (home.tryout if tryout else home.build) / "report"
    reports += [f"{home.relative(printed)}/"] if any(printed.glob("*.*")) else []
    figures = list((base / "figures").glob("*/figure.json"))
    tables = home.tryout / "tables" if tryout else home.tables
    lines = [f"  report   {', '.join(reports)}"] if reports else []
    lines += [f"  figures  {home.relative(base / 'figures')}/ ({len(figures)})"] if figures else []
    lines += [f"  tables   {home.relative(tables)}/"] if any(tables.glob("*.*")) else []
    return lines
