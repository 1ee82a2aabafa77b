"""A narrative, its values and its figures put together as Markdown. Text of reports is escaped on the way."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from policytext.errors import PolicytextError
from policytext.report.values import Values
from policytext.study import Home, current_run
from policytext.style import literal as escape
from policytext.style import many

_HERE = Path(__file__).parent
_SPELLED = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def render(values: Values) -> str:
    """The report of a study in the language of its values, as Markdown.

    The template is the study's `narrative.<language>.md`, else the generic one of the library. Raises PolicytextError
    that names template and line where it asks for a value that is not there.
    """
    home = values.study.home
    template = home.seeds / f"narrative.{values.language}.md"
    path = template if template.is_file() else _HERE / f"generic.{values.language}.md"
    figures = Figures(home, values.language)
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {"n": number, "spell": spell, "many": many, "rate": rate, "pct": percent}
    environment.filters["words"] = lambda items: words(items, values.language)
    environment.globals |= {"v": values, "study": values.study.settings, "figure": figures.show, "ref": figures.refer}
    environment.globals["text"] = escape
    try:
        return environment.from_string(path.read_text("utf-8-sig")).render()
    except Exception as error:  # whatever a template can do wrong is told with its line
        own = isinstance(error, PolicytextError)
        line = getattr(error, "lineno", None) or _line(error, path)
        what = f"the narrative cannot be filled in: {error.what if own else error}"
        raise PolicytextError(what, fix=error.fix if own else "", file=path.name, line=line) from None


def _line(error: BaseException, path: Path) -> int | None:
    """The line of the template in which an error arose."""
    trace, line = error.__traceback__, None
    while trace is not None:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == "<template>" else line
        trace = trace.tb_next
    return line


class Figures:
    """The published figures, numbered in the order in which the narrative first speaks of them."""

    def __init__(self, home: Home, language: str) -> None:
        run = current_run(home)
        official = bool(run.name) and run.tables[0] == home.tables
        self.place = home.root if official else home.tryout
        self.folders = [home.figures] if official else [home.tryout / "figures", home.figures]
        self.language = language
        self.numbers: dict[str, int] = {}

    def refer(self, name: str) -> str:
        """`图 1` or `Figure 1`."""
        number = self.numbers.setdefault(name, len(self.numbers) + 1)
        return f"图{number}" if self.language == "zh" else f"Figure {number}"

    def show(self, name: str) -> str:
        """The figure with its number, title and caption."""
        folder = next((f / name for f in self.folders if (f / name / "figure.json").is_file()), None)
        if folder is None:
            raise PolicytextError(
                f"there is no figure {name} yet", fix="Run `policytext run`, or the notebook that makes it."
            )
        told = json.loads((folder / "figure.json").read_text("utf-8"))
        title, caption, alt = (told[key][self.language] for key in ("title", "caption", "alt"))
        link = Path(os.path.relpath(folder, self.place)).as_posix()
        stop = "。" if self.language == "zh" else "."
        return (
            f"![{escape(alt)}]({link}/{self.language}.png)\n\n"
            f"**{self.refer(name)}　{escape(title)}{stop}** {escape(caption)} "
            f"[PDF]({link}/{self.language}.pdf) · [{'数据' if self.language == 'zh' else 'data'}]({link}/data.csv)"
        )


def number(value: Any) -> str:
    """A whole number with commas between thousands."""
    return f"{int(value):,}"


def spell(value: int) -> str:
    """A small number as an English word, a larger one in digits."""
    return _SPELLED[value] if 0 <= value < len(_SPELLED) else number(value)


def percent(share: float, digits: int = 0) -> str:
    """A share as a percentage."""
    return f"{share:.{digits}%}"


def rate(value: float) -> str:
    """A rate per 10,000, to two or three digits."""
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def words(items: Iterable[str], language: str) -> str:
    """A list of words of the texts in one line: 、 in Chinese, commas in English."""
    return ("、" if language == "zh" else ", ").join(escape(item) for item in items)
