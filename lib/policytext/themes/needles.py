"""Which strings a pattern cannot do without, so that most sentences need not be searched for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from re import _parser as parser  # the parse tree of Python's own regular expressions
from re import error
from typing import Any

import ahocorasick

_MOST = 400
"""More alternatives than this are no help."""


def needles(pattern: str) -> frozenset[str]:
    """Strings one of which stands in every match of a pattern; empty where none is sure to.

    Patterns that only the library `regex` understands give none.
    """
    try:
        return _of(parser.parse(pattern))
    except error:
        return frozenset()


def _of(items: Sequence[Any]) -> frozenset[str]:
    """The best set for a sequence: one that has the longest shortest string, then the fewest."""
    found = [own for item in items if (own := _of_item(*item))]
    literals, run = [], ""
    for operation, argument in [*items, (None, None)]:
        if operation is parser.LITERAL:
            run += chr(argument)
        else:
            literals += [frozenset([run])] if run else []
            run = ""
    return max([*found, *literals], key=lambda own: (min(map(len, own)), -len(own)), default=frozenset())


def _of_item(operation: Any, argument: Any) -> frozenset[str]:
    """The set for one item of a sequence that is no plain character."""
    if operation is parser.SUBPATTERN:
        return _of(argument[-1])
    if operation is parser.BRANCH:
        branches = [_of(branch) for branch in argument[1]]
        every = frozenset().union(*branches)
        return every if all(branches) and len(every) <= _MOST else frozenset()
    if operation in (parser.MAX_REPEAT, parser.MIN_REPEAT) and argument[0] > 0:
        return _of(argument[2])
    if operation is parser.ASSERT:
        return _of(argument[1])
    return frozenset()


class Sieve:
    """For a text, which of many patterns are worth trying."""

    def __init__(self, patterns: Iterable[str]) -> None:
        wanted: Mapping[str, set[int]] = {}
        self._always: set[int] = set()
        for number, pattern in enumerate(patterns):
            own = needles(pattern)
            self._always |= set() if own else {number}
            for needle in own:
                wanted.setdefault(needle, set()).add(number)
        self._automaton = ahocorasick.Automaton()
        for needle, numbers in wanted.items():
            self._automaton.add_word(needle, numbers)
        self._automaton.make_automaton()
        self._empty = not wanted

    def numbers(self, text: str) -> list[int]:
        """The numbers of the patterns that may match, in order."""
        if self._empty:
            return sorted(self._always)
        return sorted(self._always.union(*(numbers for _, numbers in self._automaton.iter(text))))
