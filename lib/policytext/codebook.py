"""`codebook.yml`: what a theme or facet is, the terms and context rules that find it, and examples that test it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Literal

import regex
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from policytext.study.files import read_settings
from policytext.study.home import Home
from policytext.study.rows import Words

FILE = "seeds/codebook.yml"


def _term(value: str) -> str:
    if not value.strip() or value != value.strip():
        raise ValueError("a term is empty, or begins or ends with a space")
    hidden = [character for character in value if unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn", "Zs")]
    if hidden:
        raise ValueError(f"the term {value!r} holds the invisible character U+{ord(hidden[0]):04X}: take it out")
    return value


def _pattern(value: str) -> str:
    try:
        if regex.compile(value).search(""):
            raise ValueError(f"the pattern {value!r} is found even where there is no text: name what must stand there")
    except regex.error as error:
        raise ValueError(f"the pattern {value!r} is no regular expression ({error})") from None
    return value


Term = Annotated[str, AfterValidator(_term)]
Pattern = Annotated[str, AfterValidator(_pattern)]


class Rule(BaseModel):
    """Terms or patterns that count where their context allows it; all conditions that are given must hold.

    themes: in a facet, a theme on the sentence that counts like a term. near, not_near: patterns one of which must, or
    none of which may, stand in the same sentence (`within: clause`: between the same commas). before, after,
    not_before, not_after: a pattern right beside the hit. heading: only in headings (true) or only outside (false).
    unless: themes that silence the rule where another rule has coded them. weak: in a facet with one value a sentence, it
    decides only where nothing else is found and nothing is carried on.
    """

    model_config = ConfigDict(extra="forbid")
    name: str = ""
    terms: list[Term] = []
    patterns: list[Pattern] = []
    themes: list[str] = []
    near: list[Pattern] = []
    not_near: list[Pattern] = []
    before: Pattern | None = None
    after: Pattern | None = None
    not_before: Pattern | None = None
    not_after: Pattern | None = None
    within: Literal["sentence", "clause"] = "sentence"
    heading: bool | None = None
    unless: list[str] = []
    weak: bool = False

    @model_validator(mode="after")
    def _finds_something(self) -> Rule:
        if not (self.terms or self.patterns or self.themes):
            raise ValueError("a rule without terms, patterns and themes finds nothing: give it some, or take it out")
        return self


class Examples(BaseModel):
    """Sentences that must be coded, and sentences that must not; each is a test of the codebook."""

    model_config = ConfigDict(extra="forbid")
    coded: list[str] = []
    not_coded: list[str] = []


class Entry(BaseModel):
    """A theme, or a value of a facet."""

    model_config = ConfigDict(extra="forbid")
    id: Annotated[str, Field(pattern=r"^\w{1,30}$")]
    name: Words
    definition: Words = Words()
    terms: list[Term] = []
    patterns: list[Pattern] = []
    rules: list[Rule] = []
    examples: Examples = Examples()

    @model_validator(mode="after")
    def _can_be_found(self) -> Entry:
        if not (self.terms or self.patterns or self.rules or isinstance(self, Value)):
            raise ValueError(f"{self.id} has no terms, patterns or rules: nothing could ever be coded with it")
        return self

    @cached_property
    def all_rules(self) -> list[Rule]:
        """The rules, after the terms and patterns that count wherever they stand."""
        plain = [Rule(name="term", terms=self.terms)] if self.terms else []
        plain += [Rule(name="pattern", patterns=self.patterns)] if self.patterns else []
        return plain + self.rules


class Value(Entry):
    """A value of a facet. carries: it holds for the sentences after it in the unit, until another value is found."""

    carries: bool = False


class Facet(BaseModel):
    """Something else that is coded of each sentence. single: one value a sentence, the first that is found.

    default: the value of a sentence in which none is found.
    """

    model_config = ConfigDict(extra="forbid")
    id: Literal["instrument", "status", "actor", "symbolic"]
    name: Words
    definition: Words = Words()
    single: bool = False
    default: str = ""
    values: list[Value]


class Codebook(BaseModel):
    """Themes and facets.

    exceptions: longer strings in which no term is looked for. masks: patterns of passages in which no theme is looked for
    by its terms: places, offices, models and purposes that a sentence names but is not about. nested: terms that are meant to give way
    to longer ones of other themes; `lint` tells of all others.
    """

    model_config = ConfigDict(extra="forbid")
    themes: list[Entry]
    facets: list[Facet] = []
    exceptions: list[Term] = []
    masks: list[Pattern] = []
    nested: list[Term] = []

    @model_validator(mode="after")
    def _names_are_known(self) -> Codebook:
        themes = [theme.id for theme in self.themes]
        for ids in [themes, *([value.id for value in facet.values] for facet in self.facets)]:
            twice = sorted({name for name in ids if ids.count(name) > 1})
            if twice:
                raise ValueError(f"the id {twice[0]!r} stands there twice: give each theme and value its own")
        for _, entry in self.entries:
            for rule in entry.rules:
                unknown = sorted({*rule.unless, *rule.themes} - set(themes))
                if unknown:
                    raise ValueError(f"{entry.id} names the theme {unknown[0]!r}, which is not there")
        return self

    @property
    def entries(self) -> Iterator[tuple[str, Entry]]:
        """All themes, then all values of facets, each with what it is of: `theme`, or the id of the facet."""
        yield from (("theme", theme) for theme in self.themes)
        yield from ((facet.id, value) for facet in self.facets for value in facet.values)

    def names(self, language: str) -> dict[str, str]:
        """What to print for a theme or value, by id."""
        return {entry.id: getattr(entry.name, language) or entry.id for _, entry in self.entries}


def load(home: Home) -> Codebook:
    """The codebook of a home, else the project's own. Raises PolicytextError with file and line of the first fault."""
    return read_settings(home.seed("codebook.yml"), Codebook, file=FILE)
