"""Find the terms and patterns of a codebook in sentences: the longest counts, and its context decides."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import ahocorasick
import regex

from policytext.codebook import FILE, Codebook, Entry, Facet, Rule
from policytext.errors import INVALID_STUDY, PolicytextError
from policytext.segment import Stretch, stretch_of
from policytext.themes.needles import Sieve

PATIENCE = 1.0
"""Seconds that one pattern may take for one sentence."""
_BREAK = regex.compile(r"(?<!\d),|,(?!\d)|[，；;。：!?！？\n]")


_CARRIED, _DEFAULT = (Rule.model_construct(name=name) for name in ("carried on", "default"))
"""What gives a sentence a value where no term does."""


class Hit(NamedTuple):
    """What was found where in a sentence, for which theme or value, by which rule."""

    start: int
    end: int
    entry: str
    text: str
    rule: Rule


def _too_slow(pattern: str, text: str) -> PolicytextError:
    return PolicytextError(
        f"the pattern {pattern[:80]!r} takes longer than {PATIENCE:g} s for {text[:20]!r}…",
        fix="Write it without repeated groups that can match the same text in many ways.",
        file=FILE,
        exit_code=INVALID_STUDY,
    )


def _every(pattern: regex.Pattern[str], text: str) -> list[regex.Match[str]]:
    """All matches. Raises PolicytextError that names a pattern which takes too long."""
    try:
        return list(pattern.finditer(text, timeout=PATIENCE))
    except TimeoutError:
        raise _too_slow(pattern.pattern, text) from None


class _Conditions:
    """The compiled patterns of a rule: those that find, and for each condition whether it must hold, its place and pattern."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.patterns = [regex.compile(pattern) for pattern in rule.patterns]
        written = [
            (True, "after", rule.after),
            (False, "after", rule.not_after),
            (True, "before", rule.before and f"(?:{rule.before})$"),
            (False, "before", rule.not_before and f"(?:{rule.not_before})$"),
            (True, rule.within, "|".join(rule.near)),
            (False, rule.within, "|".join(rule.not_near)),
        ]
        self._tests = [(wanted, place, regex.compile(pattern)) for wanted, place, pattern in written if pattern]

    def hold(self, text: str, start: int, end: int, *, heading: bool) -> bool:
        """Whether the context of a hit is what the rule asks for."""
        if self.rule.heading is not None and self.rule.heading != heading:
            return False
        try:
            return all(
                self._found(place, pattern, text, start, end) is wanted for wanted, place, pattern in self._tests
            )
        except TimeoutError:
            raise _too_slow(f"{self.rule.name}: near, before or after", text) from None

    @staticmethod
    def _found(place: str, pattern: regex.Pattern[str], text: str, start: int, end: int) -> bool:
        if place == "after":
            return pattern.match(text, end, timeout=PATIENCE) is not None
        if place == "before":
            text = text[max(0, start - 20) : start]
        elif place == "clause":
            text = _clause(text, start, end)
        return pattern.search(text, timeout=PATIENCE) is not None


class Finder:
    """The rules of some entries of a codebook, ready to be looked for.

    entries: themes, or the values of one facet. exceptions: strings that hide the terms within them. masks: patterns of
    passages in which no term is looked for.
    """

    def __init__(self, entries: Iterable[Entry], exceptions: Iterable[str] = (), masks: Iterable[str] = ()) -> None:
        masks = list(masks)
        self._masks, self._mask_sieve = [regex.compile(mask) for mask in masks], Sieve(masks)
        self._by_term: dict[str, list[tuple[str, _Conditions]]] = {term: [] for term in exceptions}
        self._by_pattern: list[tuple[str, _Conditions, regex.Pattern[str]]] = []
        self._by_theme: dict[str, list[tuple[str, _Conditions]]] = {}
        for entry in entries:
            for conditions in map(_Conditions, entry.all_rules):
                for term in conditions.rule.terms:
                    self._by_term.setdefault(term, []).append((entry.id, conditions))
                self._by_pattern += [(entry.id, conditions, pattern) for pattern in conditions.patterns]
                for theme in conditions.rule.themes:
                    self._by_theme.setdefault(theme, []).append((entry.id, conditions))
        self._automaton = ahocorasick.Automaton()
        for term in self._by_term:
            self._automaton.add_word(term, term)
        self._automaton.make_automaton()
        self._sieve = Sieve(pattern.pattern for _, _, pattern in self._by_pattern)

    def hits(self, text: str, *, heading: bool, themes: Mapping[str, list[Hit]] | None = None) -> list[Hit]:
        """What is found in one sentence, in order; each term once, in the longest string that holds it.

        themes: what was found for themes, where the entries are values of a facet.
        Raises PolicytextError that names the pattern which takes too long.
        """
        found = [*self._terms(text, heading), *self._patterns(text, heading), *self._themed(text, heading, themes)]
        coded = {hit.entry for hit in found if not hit.rule.unless} | set(themes or ())
        kept = [hit for hit in found if not coded.intersection(hit.rule.unless)]
        return _without_overlaps(kept)

    def _terms(self, text: str, heading: bool) -> Iterator[Hit]:
        found = _longest(self._automaton, text) if self._by_term else []
        masked = self._masked(text) if found else []
        for start, end in found:
            term = text[start:end]
            if masked and any(low <= start and end <= high for low, high in masked):
                continue
            for entry, conditions in self._by_term[term]:
                if conditions.hold(text, start, end, heading=heading):
                    yield Hit(start, end, entry, term, conditions.rule)

    def _masked(self, text: str) -> list[tuple[int, int]]:
        masks = [self._masks[number] for number in self._mask_sieve.numbers(text)] if self._masks else []
        return [match.span() for mask in masks for match in _every(mask, text)]

    def _patterns(self, text: str, heading: bool) -> Iterator[Hit]:
        for number in self._sieve.numbers(text):
            entry, conditions, pattern = self._by_pattern[number]
            for match in _every(pattern, text):
                start, end = match.span()
                if conditions.hold(text, start, end, heading=heading):
                    yield Hit(start, end, entry, match.group(), conditions.rule)

    def _themed(self, text: str, heading: bool, themes: Mapping[str, list[Hit]] | None) -> Iterator[Hit]:
        for theme, hits in (themes or {}).items():
            for entry, conditions in self._by_theme.get(theme, ()):
                for hit in hits:
                    if conditions.hold(text, hit.start, hit.end, heading=heading):
                        yield Hit(hit.start, hit.end, entry, hit.text, conditions.rule)


class Coder:
    """A codebook at work on the sentences of one report."""

    def __init__(self, book: Codebook) -> None:
        self.book = book
        self._themes = Finder(book.themes, book.exceptions, book.masks)

    @cached_property
    def _facets(self) -> dict[str, Finder]:
        return {facet.id: Finder(facet.values, self.book.exceptions) for facet in self.book.facets}

    def code(self, sentences: Iterable[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The ledgers of themes and of facets: one row per hit, with theme (or facet and value), term, rule and spans.

        sentences: rows of the table `sentences` of one report, in reading order.
        """
        ledger: list[dict[str, Any]] = []
        facets: list[dict[str, Any]] = []
        last: dict[tuple[str, str], str] = {}
        for sentence in sentences:
            text, heading, stretch = sentence["text"], sentence["kind"] == "heading", stretch_of(sentence)
            found = self._themes.hits(text, heading=heading)
            ledger += [_row(sentence, stretch, hit) | {"theme": hit.entry} for hit in found]
            themes: dict[str, list[Hit]] = {}
            for hit in found:
                themes.setdefault(hit.entry, []).append(hit)
            for facet in self.book.facets:
                hits = self._facets[facet.id].hits(text, heading=heading, themes=themes)
                if facet.single:
                    key = (sentence["unit_id"], facet.id)
                    hits, value, after = _single(hits, facet, last=last.get(key, ""), heading=heading)
                    hits = hits or [Hit(0, len(text), value, "", _CARRIED if value == last.get(key) else _DEFAULT)]
                    last[key] = after
                facets += [_row(sentence, stretch, hit) | {"facet": facet.id, "value": hit.entry} for hit in hits]
        return ledger, facets


def _single(found: list[Hit], facet: Facet, *, last: str, heading: bool) -> tuple[list[Hit], str, str]:
    """The hits of the one value of a sentence, that value, and the last one that was firmly found.

    The first value with a hit decides; without any, the last one where it carries on; then the first value with a weak
    hit; then the default. Where the text has turned to a value that does not carry on (to what was achieved, say), a weak
    hit is not enough for one that does. A heading sets a value that carries on, but ends none.
    """
    carrying = {value.id for value in facet.values if value.carries}
    firm = [hit for hit in found if not hit.rule.weak]
    if not firm and last in carrying and not heading:
        return [], last, last
    for hits in (firm, [hit for hit in found if hit.entry not in carrying or not last]):
        for value in facet.values:
            own = [hit for hit in hits if hit.entry == value.id]
            if own:
                turns = hits is firm and value.id != facet.default and (value.id in carrying or not heading)
                return own, value.id, value.id if turns else last
    return [], facet.default, last


def _row(sentence: dict[str, Any], stretch: Stretch, hit: Hit) -> dict[str, Any]:
    ids = {name: sentence[name] for name in ("sentence_id", "unit_id", "report_id")}
    return ids | {"term": hit.text, "rule": hit.rule.name or "rule", "spans": stretch.spans(hit.start, hit.end)}


def _longest(automaton: Any, text: str) -> list[tuple[int, int]]:
    """The spans of terms, leftmost first and of these the longest, none overlapping another.

    pyahocorasick's own `iter_long` loses matches where a longer term begins but does not end.
    """
    found = [(end + 1 - len(term), -end - 1) for end, term in automaton.iter(text)]
    found.sort()
    kept: list[tuple[int, int]] = []
    last = 0
    for start, negative in found:
        if start >= last:
            last = -negative
            kept.append((start, last))
    return kept


def _without_overlaps(hits: list[Hit]) -> list[Hit]:
    """The hits in order; of those for one theme that overlap, the first and longest."""
    kept: list[Hit] = []
    last: dict[str, int] = {}
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, hit.entry)):
        if hit.start >= last.get(hit.entry, 0):
            kept.append(hit)
            last[hit.entry] = hit.end
    return kept


def _clause(text: str, start: int, end: int) -> str:
    """The text between the commas around a hit."""
    breaks = [match.end() for match in _BREAK.finditer(text)]
    first = bisect_right(breaks, start)
    after = next((position for position in breaks[first:] if position > end), len(text))
    return text[breaks[first - 1] if first else 0 : after]
