"""What is seen of a run while it goes on: moving lines on a terminal, plain ones elsewhere."""

from __future__ import annotations

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn


class Display:
    """Notebook, cell i of n, time. It writes to standard error, so that standard output is the summary alone."""

    def __init__(self) -> None:
        columns = TextColumn("{task.description}", markup=False), BarColumn(bar_width=20), TextColumn("cell")
        console = Console(file=sys.stderr)
        self.live = console.is_terminal
        self.bars = Progress(
            *columns, MofNCompleteColumn(), TimeElapsedColumn(), console=console, disable=not self.live
        )
        self.tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Display:
        self.bars.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.bars.stop()

    def say(self, line: str) -> None:
        if self.live:
            self.bars.console.print(line, markup=False, highlight=False, soft_wrap=True)
        else:
            print(line, file=sys.stderr, flush=True)

    def started(self, name: str) -> None:
        self.tasks[name] = self.bars.add_task(name, total=None)
        if not self.live:
            self.say(f"{name}: started")

    def moved(self, name: str, cell: int, of: int) -> None:
        self.bars.update(self.tasks[name], completed=cell, total=of)

    def ended(self, name: str, line: str) -> None:
        if name in self.tasks:
            self.bars.remove_task(self.tasks.pop(name))
        self.say(f"{name}: {line}")
