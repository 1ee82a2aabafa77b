"""The one error type: where something is wrong, what is wrong, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

USAGE, INVALID_STUDY, DIFFERENT, HELD = 2, 3, 4, 75
TIMED_OUT, INTERRUPTED, KILLED = 124, 130, 137


@dataclass
class PolicytextError(Exception):
    """One fault, told so that the reader can mend it.

    what: what is wrong, in plain words. fix: what to do.
    file, line, column, cell: where, as far as it is known; `line` counts from 1, `cell` from 1 over all cells.
    exit_code: what the command ends with where this error ends it.
    """

    what: str
    fix: str = ""
    file: str = ""
    line: int | None = None
    column: str = ""
    cell: int | None = None
    exit_code: int = 1

    def __str__(self) -> str:
        line = f":{self.line}" if self.line else ""
        details = [f"column {self.column}"] if self.column else []
        details += [f"cell {self.cell}"] if self.cell else []
        where = f"{self.file}{line}" + (f" ({', '.join(details)})" if details else "")
        message = f"{where}: {self.what}" if where else self.what
        return f"{message.rstrip('.')}. {self.fix}".rstrip() if self.fix else message

    def as_dict(self) -> dict[str, object]:
        """The fields without the empty ones, for `--format json`."""
        return {name: value for name, value in asdict(self).items() if value not in ("", None)}


def exit_with(problems: list[PolicytextError]) -> None:
    """Raise the only problem, or one error that lists them all; nothing where there is none."""
    if len(problems) == 1:
        raise problems[0]
    if problems:
        text = "\n".join(f"  {problem}" for problem in problems)
        raise PolicytextError(f"{len(problems)} problems:\n{text}", exit_code=problems[0].exit_code)
