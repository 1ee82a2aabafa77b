"""The narrative filled in: a Jinja template in which every value that is printed is entered in the ledger.

Text of reports and tables is escaped wherever it is printed; a number without a source stops the report.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Undefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from policytext import frequency, stats
from policytext.errors import PolicytextError
from policytext.report import words
from policytext.report.ledger import Ledger, Place, Source, Value, plain, union
from policytext.report.rows import Row, Rows
from policytext.report.values import Values
from policytext.study import Home, current_run

_HERE = Path(__file__).parent
_CALLED = "text figure drawn others table ref quote claim cite given version parameter compare reliability"
_WIDEST, _NARROWEST = 40, 6
"""Characters that count for the width of a column."""


def fill(values: Values, ledger: Ledger) -> tuple[str, str]:
    """The Markdown of a narrative, and the name of its template: the study's `narrative.<language>.md`, else the generic one.

    Raises PolicytextError that names template and line where it asks for a value that is not there.
    """
    template = values.study.home.seeds / f"narrative.{values.language}.md"
    path = template if template.is_file() else _HERE / f"generic.{values.language}.md"
    environment = SandboxedEnvironment(
        undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    words_of = Wording(values, ledger)
    environment.finalize = words_of.printed
    environment.filters |= words_of.filters()
    environment.globals |= words_of.globals()
    try:
        return environment.from_string(path.read_text("utf-8-sig")).render(), path.name
    except Exception as error:  # whatever a template can do wrong is told with its line
        own = isinstance(error, PolicytextError)
        line = getattr(error, "lineno", None) or _line(error)
        what = f"the narrative cannot be filled in: {error.what if own else error}"
        raise PolicytextError(what, fix=error.fix if own else "", file=path.name, line=line) from None


def _line(error: BaseException) -> int | None:
    """The line of the template in which an error arose."""
    trace, line = error.__traceback__, None
    while trace is not None:
        line = trace.tb_lineno if trace.tb_frame.f_code.co_filename == "<template>" else line
        trace = trace.tb_next
    return line


class Wording:
    """What a template may call: each method gives Markdown, and enters what it states in the ledger."""

    def __init__(self, values: Values, ledger: Ledger) -> None:
        self.values, self.ledger, self.language = values, ledger, values.language
        self._shown: set[str] = set()

    def globals(self) -> dict[str, Any]:
        """The names that a narrative knows."""
        values = self.values
        return {name: getattr(self, name) for name in _CALLED.split()} | {
            "v": values,
            "has": values.has,
            "rows": values.rows,
            "row": values.row,
            "study": values.study.settings,
            "method": self.method(),
        }

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The ways of writing a value: `| n`, `| rate`, `| pct(1)`, `| dec(2)`, `| amount`, `| q`, `| spell`, `| many("report")`."""
        state = self.ledger.number
        return {
            "n": lambda value: state(value, words.number, "whole"),
            "rate": lambda value: state(value, words.rate, "two or three digits"),
            "pct": lambda value, digits=0: state(
                value, lambda x: words.percent(x, digits), f"percent, {digits} decimals"
            ),
            "dec": lambda value, digits=2: state(value, lambda x: words.decimal(x, digits), f"{digits} decimals"),
            "amount": lambda value: state(value, words.amount, "as it stands"),
            "q": lambda value: state(value, words.probability, "3 decimals"),
            "spell": lambda value: state(value, lambda x: words.spell(x, self.language), "spelled out"),
            "Spell": lambda value: state(value, lambda x: words.spell(x, self.language).capitalize(), "spelled out"),
            "many": lambda value, noun: state(value, words.number, "whole") + f" {words.plural(value, noun)}",
            "noun": lambda value, noun, many="": Markup(words.plural(value, noun, many)),
            "words": self.words,
            "values": lambda items: Markup(words.listed([self.printed(item) for item in items], self.language)),
            "join": lambda items, between="": Markup(between).join(self.printed(item) for item in items),
        }

    def method(self) -> dict[str, Value]:
        """The numbers that the methods fix, so that prose need not type them."""
        of = self.values.of_method
        numbers = {
            "per": (frequency.PER, ""), "level": (0.95, "share"), "alpha": (frequency.ALPHA, "share"), "base": (2, ""),
            "fewest": (stats.FEWEST_CLUSTERS, "paragraphs"), "tentative": (stats.TENTATIVE_CLUSTERS, "paragraphs"),
            "min_n": (frequency.MIN_N, "occurrences"), "min_chars": (2, "characters"), "top_n": (self.values.top_n, "terms"),
        }  # fmt: skip
        return {name: of(number, name, unit) for name, (number, unit) in numbers.items()}

    def printed(self, value: Any) -> Any:
        """What `{{ … }}` prints: a value as its unit wants it, text escaped, Markdown of this library as it is."""
        if isinstance(value, Markup | Undefined):
            return value
        if isinstance(value, Value):
            text, rounding = words.default(value)
            return self.ledger.number(value, lambda _: text, rounding)
        if isinstance(value, str):
            return self.text(value)
        return self.ledger.number(value, words.number, "")

    # ------------------------------------------------------------ text of the study

    def text(self, text: str) -> Markup:
        """Text of a report, a table or the settings, shown as it is."""
        if isinstance(text, Markup):
            return text
        core, text = plain(text), str(text)
        before, after = (" " if side.isspace() else "" for side in (text[:1], text[-1:]))
        return Markup(f"{before}[{core}]{{.text}}{after}" if core else before)

    def words(self, items: Iterable[str]) -> Markup:
        """A list of words of the texts in one line."""
        return Markup(words.listed([self.text(item) for item in items], self.language))

    def quote(self, sentence: Any, part: str = "") -> Markup:
        """A sentence of a report (its id, or a row that has one) between quotation marks, or only a part of it.

        Raises PolicytextError where there is no such sentence, and where it does not hold the part.
        """
        name = sentence["sentence_id"] if isinstance(sentence, Mapping) else str(sentence)
        found = self.values.evidence.sentence(str(name))
        if found is None:
            raise PolicytextError(
                f"there is no sentence {name!r} to quote", fix="`policytext find` prints where words stand."
            )
        at = found["text"].find(part)
        if at < 0:
            raise PolicytextError(f"the sentence {name} does not hold {part!r}")
        place = (
            self.values.evidence.marked(str(name), at, at + len(part)) if part else Place(found["report_id"], str(name))
        )
        source = Source("sentences", f"sentence_id={name}", "text", places=lambda: [place])
        text = part or found["text"]
        return self.ledger.state(f"“{text}”", source, text, "as it stands", "quote")

    # ------------------------------------------------------------ claims

    def claim(self, text: str, *where: Any) -> Markup:
        """Words that state something, with what they rest on: values, rows, groups of rows, or ids of sentences."""
        flat = [item for some in where for item in (some if isinstance(some, list | tuple) else [some])]
        ids = [item for item in flat if isinstance(item, str)]
        for name in ids:
            self.quote(name) if self.values.evidence.sentence(name) is None else None
        rows = [Value(0, item.source) if isinstance(item, Row) else item for item in flat if not isinstance(item, str)]
        sources = list(dict.fromkeys(item.source for item in rows)) or [Source("sentences", ", ".join(ids), "text")]
        own = [Place(name.partition(":")[0], name) for name in ids]
        of_rows = union(rows)
        tables, spots, columns = (
            ", ".join(dict.fromkeys(getattr(source, name) for source in sources)) for name in ("table", "row", "column")
        )
        source = Source(tables, spots, columns, places=lambda: [*own, *of_rows()])
        return self.ledger.state(text, source, text, "a claim", "claim")

    def compare(
        self, row: Row, column: str, null: float = 0.0, low: str = "low", high: str = "high", **own: str
    ) -> Markup:
        """The word for a value against `null`, by its interval and, where the row has one, its q: `words.direction`.

        own: other words for the verdicts (more, fewer, same, unknown).
        """
        q = next((row[name] for name in ("q_permutation", "q") if row.get(name) is not None), None)
        verdict = words.direction(row.get(low), row.get(high), null=null, q=q, value=row[column])
        return self._word(verdict, [row[column], row.get(low), row.get(high), q], own)

    def reliability(self, row: Row, column: str = "alpha", **own: str) -> Markup:
        """The word for an agreement between coders, by its lower bound: `words.reliability`."""
        return self._word(words.reliability(row.get(f"{column}_low")), [row[column]], own)

    def _word(self, verdict: str, values: Sequence[Any], own: Mapping[str, str]) -> Markup:
        return self.claim(words.word(verdict, self.language, own), *(v for v in values if isinstance(v, Value)))

    # ------------------------------------------------------------ numbers of others

    def cite(self, text: str) -> Markup:
        """Author and year of a work in the list of references; the one place where a year may be typed."""
        return Markup(f"[{plain(text)}]{{.citation}}")

    def version(self, package: str) -> Markup:
        """The version of a package that the results were made with."""
        return self.ledger.state(
            installed(package), Source("requirements.lock", package), installed(package), "as it stands"
        )

    def parameter(self, figure: str, name: str) -> Value | None:
        """A parameter of the run that drew a figure; none where its notebook was run by hand, which nobody records."""
        folder = published_figures(self.values.study.home).get(figure)
        told = json.loads((folder / "figure.json").read_text("utf-8")) if folder else {}
        parameters = told.get("parameters", {})
        if parameters and name not in parameters:
            raise PolicytextError(f"the figure {figure} was not drawn with a parameter {name!r}")
        source = Source(f"figures/{figure}/figure.json", "parameters", name)
        return Value(parameters[name], source) if parameters else None

    def given(self, text: str, file: str, shown: str = "") -> Markup:
        """A number or date that a file of the study states and no table holds; shown: as the report writes it.

        Raises PolicytextError where the file does not say it.
        """
        path = self.values.study.home.root / file
        if ".." in Path(file).parts or not path.is_file() or text not in path.read_text("utf-8-sig"):
            raise PolicytextError(f"{file} does not say {text!r}", fix="Name a file of the study that says it.")
        return self.ledger.state(shown or text, Source(file), text, "as it stands")

    # ------------------------------------------------------------ figures and tables

    def figure(self, name: str) -> Markup:
        """A published figure with its number, title and caption; where it is not there, the report says so."""
        self._shown.add(name)
        return Markup(f'\n::: {{.figure name="{self._name(name)}"}}\n:::\n')

    def drawn(self, name: str) -> bool:
        """Whether a figure is published and has something to show: rows in its data."""
        found = published_figures(self.values.study.home)
        return name in found and _rows_in(found[name] / "data.csv")

    def others(self) -> list[str]:
        """The published figures with something to show that the narrative has not shown so far, by notebook and name."""
        found = published_figures(self.values.study.home)
        notebook = {
            name: json.loads((found[name] / "figure.json").read_text("utf-8")).get("notebook", "") for name in found
        }
        return [n for n in sorted(found, key=lambda n: (notebook[n], n)) if n not in self._shown and self.drawn(n)]

    def ref(self, name: str) -> Markup:
        """`图 1`, `Figure 1`, `Table 2`: a reference to a figure or table by its name."""
        return Markup(f'[]{{.ref name="{self._name(name)}"}}')

    @staticmethod
    def _name(name: str) -> str:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
            raise PolicytextError(
                f"{name!r} is no name for a figure or table", fix="Use small letters, digits and '-'."
            )
        return name

    def table(self, name: str, rows: Rows, columns: Mapping[str, str], caption: str, **how: str) -> Markup:
        """A table of rows: `columns` maps a column to its heading, `how` a column to the filter that writes it.

        caption: Markdown. A cell that is empty gets a dash; where there are no rows, the report says so.
        """
        filters = self.filters()
        body = []
        for row in rows:
            cells = [row.get(column) for column in columns]
            write = [filters[how[column]] if column in how else self.printed for column in columns]
            body.append(["–" if cell is None else str(one(cell)) for one, cell in zip(write, cells, strict=True)])
        numeric = [
            all(isinstance(row.get(column), Value) or row.get(column) is None for row in rows) for column in columns
        ]
        wide = [
            max([len(str(heading)), *(_shown(line[i]) for line in body)]) for i, heading in enumerate(columns.values())
        ]
        rule = ["-" * min(max(n, _NARROWEST), _WIDEST) + ":" * right for n, right in zip(wide, numeric, strict=True)]
        lines = [f"| {' | '.join(line)} |" for line in ([plain(heading) for heading in columns.values()], rule, *body)]
        return Markup('\n::: {{.table name="{}"}}\n{}\n\n{}\n:::\n').format(
            self._name(name), Markup(caption), Markup("\n".join(lines) if body else "")
        )


def _shown(cell: str) -> int:
    """About how wide a cell is, without the marks of its span; a Chinese character counts twice."""
    text = cell.partition("]{")[0].strip("[").replace("\\", "")
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def published_figures(home: Home) -> dict[str, Path]:
    """The folder of each figure, by name: those published, or in a try those tried, then those published."""
    run = current_run(home)
    official = bool(run.name) and run.tables[0] == home.tables
    folders = [home.figures] if official else [home.figures, home.tryout / "figures"]
    return {path.parent.name: path.parent for folder in folders for path in sorted(folder.glob("[!.]*/figure.json"))}


def _rows_in(data: Path) -> bool:
    """Whether a table as CSV has rows; a figure without its data is taken at its word."""
    return not data.is_file() or len(data.read_text("utf-8-sig").splitlines()) > 1
