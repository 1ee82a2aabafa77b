"""Numbers that know where they come from, and the ledger of all that a report has stated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple
from unicodedata import category

from markupsafe import Markup

from policytext.errors import PolicytextError

_SHAPELESS = ("Cc", "Cf", "Co", "Cs", "Cn")
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


class Place(NamedTuple):
    """Where a number can be read: a sentence of a report and the characters in it that count (raw offsets).

    Without a sentence it is the report as a whole; without spans the whole sentence.
    """

    report_id: str
    sentence_id: str = ""
    spans: str = ""


def _nowhere() -> list[Place]:
    return []


@dataclass(frozen=True)
class Source:
    """Where a value comes from: table, row (`column=value`, joined by commas), column, unit; and its places in the texts.

    unit: what is counted, or `year`, `share`, `q`, which also decide how the value is written.
    places: called only when the evidence is written out.
    """

    table: str
    row: str = ""
    column: str = ""
    unit: str = ""
    places: Callable[[], list[Place]] = field(default=_nowhere, compare=False)

    def with_(self, other: Source | None, sign: str) -> Source:
        """The source of what is computed from values of two sources."""
        if other is None or other == self:
            return self
        table, row = (" / ".join(dict.fromkeys([a, b])) for a, b in ((self.table, other.table), (self.row, other.row)))
        column = f"{self.column} {sign} {other.column}"
        return Source(table, row, column, self.unit, lambda: list(dict.fromkeys([*self.places(), *other.places()])))


class Value(float):
    """A number with its source. What is computed from it is a Value again; what is stated of it leads to its places."""

    source: Source

    def __new__(cls, number: Any, source: Source) -> Value:
        made = super().__new__(cls, number)
        made.source = source
        return made

    def _of(self, number: float, other: Any, sign: str) -> Value:
        return Value(number, self.source.with_(getattr(other, "source", None), sign))

    def __add__(self, other: Any) -> Value:
        return self._of(float(self) + float(other), other, "+")

    def __sub__(self, other: Any) -> Value:
        return self._of(float(self) - float(other), other, "−")

    def __mul__(self, other: Any) -> Value:
        return self._of(float(self) * float(other), other, "×")

    def __truediv__(self, other: Any) -> Value:
        return self._of(float(self) / float(other), other, "/")

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: Any) -> Value:
        return Value(float(other) - float(self), self.source)

    def __rtruediv__(self, other: Any) -> Value:
        return Value(float(other) / float(self), self.source)

    def __abs__(self) -> Value:
        return Value(abs(float(self)), self.source)


@dataclass(frozen=True)
class Statement:
    """What a report states once: the words printed for a value or a claim, and how they were rounded."""

    text: str
    source: Source
    value: float | str
    rounding: str

    def as_dict(self) -> dict[str, Any]:
        """As `values.json` holds it."""
        spot = {name: getattr(self.source, name) for name in ("unit", "table", "row", "column")}
        places = [" ".join(filter(None, (place.sentence_id or place.report_id, place.spans))) for place in self.places]
        return {"text": self.text, "value": self.value, **spot, "rounding": self.rounding, "places": places}

    @cached_property
    def places(self) -> list[Place]:
        """Where it can be read in the texts."""
        return self.source.places()


@dataclass
class Ledger:
    """All that one report states, by key, in the order in which it is stated."""

    statements: dict[str, Statement] = field(default_factory=dict)
    _keys: dict[Statement, str] = field(default_factory=dict)

    def state(self, text: str, source: Source, value: Any, rounding: str, kind: str = "value") -> Markup:
        """Enter a statement; returns it as a span of Markdown that carries its key."""
        statement = Statement(text, source, float(value) if isinstance(value, float) else str(value), rounding)
        key = self._keys.setdefault(statement, f"v{len(self.statements) + 1}")
        self.statements[key] = statement
        return Markup(f'[{plain(text)}]{{.{kind} key="{key}"}}')

    def number(self, value: Any, write: Callable[[float], str], rounding: str) -> Markup:
        """Enter a value. Raises PolicytextError for a number without a source, and for one that is not there."""
        if not isinstance(value, Value):
            what = f"{value!r} has no source" if isinstance(value, int | float) else f"{value!r} is no value"
            raise PolicytextError(what, fix="State values of tables; see CONTRIBUTING.md, `The report`.")
        if value != value:
            raise PolicytextError("a value is stated that is not there", fix="Ask `is not none` before.")
        return self.state(write(float(value)), value.source, float(value), rounding)


def plain(text: Any) -> str:
    """Text of anybody on one line, so that Markdown shows each of its characters as it is."""
    return _PUNCTUATION.sub(r"\\\1", " ".join(visible(str(text)).split()))


def visible(text: str) -> str:
    """Text with each character that has no shape of its own, such as a mark that turns the direction, named: [U+202E]."""
    if text.isprintable():
        return text
    return "".join(f"[U+{ord(c):04X}]" if category(c) in _SHAPELESS and c not in "\n\r\t" else c for c in text)


def union(values: Iterable[Any]) -> Callable[[], list[Place]]:
    """The places of several values, each once."""
    kept = [value.source for value in values if isinstance(value, Value)]
    return lambda: list(dict.fromkeys(place for source in kept for place in source.places()))
