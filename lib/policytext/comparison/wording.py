"""Shared wording: strings and templates that several units use, and the counts without them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import ahocorasick
import numpy as np
import pandas as pd

from policytext import ingest, segment
from policytext.profiles import grouped
from policytext.study import COLUMNS, Study

LEAST = 6
"""Characters that a shared string has at the least."""

_GAP = 4
"""Words of a template stand at most so many terms apart."""
_TAKEN = 0.2
"""A sentence of which shared wording makes up so much is left out of comparisons without it."""

Run = tuple[str, str, set[int], set[int]]
Ends = dict[int, set[int]]
"""Where a pattern ends: places in each sentence, by the number of the sentence."""

_RUN = re.compile(r"[^\W_]+(?:[、“”‘’《》()（）%.·—+-]+[^\W_]+)*")
_EDGE = re.compile(r"^[\W_]+|[\W_]+$")


def slogans(study: Study) -> list[str]:
    """The set phrases and categories of national policy that `slogans.txt` lists, each with its reason."""
    path = study.home.seed("slogans.txt")
    text, _ = ingest.read_text(path, file="seeds/slogans.txt")
    return segment.read_words(text, file="seeds/slogans.txt")


def reuse(
    sentences: pd.DataFrame,
    terms: pd.DataFrame,
    *,
    groups: pd.Series,
    formulas: pd.DataFrame | None = None,
    slogans: Collection[str] = (),
    stopwords: Collection[str] = (),
) -> pd.DataFrame:
    """One row per wording that several groups share: text, kind, n_chars, n_groups, groups (by `; `), occurrences.

    sentences, terms: the prepared tables; formulas: the table `number_formulas`. kind string: 6 characters and more, from
    word to word, within a sentence and not over its commas; a string stands here only where no longer one is shared by the
    same groups. slogan: a string of which national set phrases make up half or more. template: words in one order with
    something else between them (`templates`), or numbers put together (3+3+N). Most groups first, then the longest.
    """
    own = grouped(sentences, groups)
    strings = _strings(_runs(own, terms))
    rows = [
        {"text": text, "kind": "slogan" if _share(text, slogans) >= 0.5 else "string", "groups": held, "occurrences": n}
        for text, (held, n) in strings.items()
    ]
    patterns = templates(terms[terms["sentence_id"].isin(own["sentence_id"])], own, groups=groups, stopwords=stopwords)
    known = [_EDGE.sub("", text) for text in strings]
    rows += [
        {"text": "…".join(words), "kind": "template", "groups": held, "occurrences": n}
        for words, (held, n) in patterns.items()
        if not any("".join(words) in text for text in known)
    ]
    rows += _sums(formulas, groups)
    found = pd.DataFrame(rows, columns=["text", "kind", "groups", "occurrences"])
    found["n_groups"] = found["groups"].map(len).astype(int)
    found["groups"] = found["groups"].map(lambda held: "; ".join(g for g in dict.fromkeys(groups) if g in held))
    found["n_chars"] = found["text"].str.replace("…", "").str.len().astype(int)
    order = ["n_groups", "n_chars", "text"]
    return found.sort_values(order, ascending=[False, False, True], ignore_index=True)[COLUMNS["reuse"]]


def spread(reuse: pd.DataFrame, *, groups: pd.Series, top_n: int = 12) -> pd.DataFrame:
    """One row per (text, group) that has it, of the `top_n` most widely shared of each kind: what the figure shows."""
    kinds = [kind for kind in ("template", "string", "slogan") if (reuse["kind"] == kind).any()]
    some = pd.concat([reuse[reuse["kind"] == kind].head(top_n) for kind in kinds] or [reuse])
    rows = some.assign(group=some["groups"].str.split("; ")).explode("group")
    order = pd.Categorical(rows["group"], categories=list(dict.fromkeys(groups)))
    return rows.assign(group=order)[["kind", "text", "group", "n_groups", "occurrences"]].reset_index(drop=True)


def _runs(sentences: pd.DataFrame, terms: pd.DataFrame) -> list[Run]:
    """Each stretch between commas with its group, and the places in it where a term begins and where one ends."""
    words = {name: list(rows) for name, rows in terms.groupby("sentence_id", sort=False)["term"]}
    found = []
    for sentence_id, text, group in zip(sentences["sentence_id"], sentences["text"], sentences["group"], strict=True):
        placed = places(text, words.get(sentence_id, []))
        for m in _RUN.finditer(text):
            edges = [{place[side] - m.start() for place in placed} for side in (0, 1)]
            found.append((m.group(), group, *edges))
    return found


def places(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Where the words of a sentence, given in their order, stand in its text."""
    found, cursor = [], 0
    for word in words:
        start = text.find(word, cursor)
        if start >= 0:
            found.append((start, start + len(word)))
            cursor = start + len(word)
    return found


def _strings(runs: list[Run]) -> dict[str, tuple[frozenset[str], int]]:
    """Strings of several groups, from term to term, with groups and occurrences; none within another of the same groups."""
    candidates = set()
    for number, start, end in _repeats([run[0] for run in runs], [run[1] for run in runs], LEAST):
        run, _, starts, ends = runs[number]
        start = min((at for at in starts if at >= start), default=end)
        end = max((at for at in ends if at <= end), default=0)
        if end - start >= LEAST:
            candidates.add(run[start:end])
    held: dict[str, set[str]] = defaultdict(set)
    n: dict[str, int] = defaultdict(int)
    for text, group in _found(candidates, runs):
        held[text].add(group)
        n[text] += 1
    shared = {text: (frozenset(held[text]), n[text]) for text in sorted(candidates) if len(held[text]) > 1}
    inside = {
        part
        for part, text in _found(shared, [(text, text) for text in shared])
        if part != text and shared[part][0] == shared[text][0]
    }
    return {text: facts for text, facts in shared.items() if text not in inside}


def _found(texts: Collection[str], runs: Iterable[Sequence[Any]]) -> Iterable[tuple[str, str]]:
    """Every occurrence of the texts: the text, and the group of the stretch."""
    automaton = _automaton(texts)
    return [(text, run[1]) for run in runs for _, text in automaton.iter(run[0])] if texts else []


def _automaton(texts: Iterable[str]) -> ahocorasick.Automaton:
    """What finds all of the texts in one pass."""
    automaton = ahocorasick.Automaton()
    for text in texts:
        automaton.add_word(text, text)
    automaton.make_automaton()
    return automaton


def _repeats(runs: list[str], owners: list[str], least: int) -> Iterable[tuple[int, int, int]]:
    """(run, start, end) of the first occurrence of each string of `least` characters and more that several owners have.

    An index of n-grams that grows by one character at a time: of n + 1 characters are only those whose two parts of n
    are shared, so nothing is ever compared in pairs. Strings that a longer one of as many owners contains are left out.
    """
    at = [(number, start) for number, run in enumerate(runs) for start in range(len(run) - least + 1)]
    shorter: dict[str, tuple[int, int, int]] = {}
    length = least
    while at or shorter:
        first: dict[str, str] = {}
        held: dict[str, set[str]] = defaultdict(set)
        for number, start in at:
            text, owner = runs[number][start : start + length], owners[number]
            if first.setdefault(text, owner) != owner:
                held[text] |= {first[text], owner}
        parts = ((part, len(who)) for text, who in held.items() for part in (text[:-1], text[1:]))
        closed = shorter.keys() - {part for part, n in parts if shorter and shorter[part][0] == n}
        yield from ((number, start, start + length - 1) for _, number, start in map(shorter.get, closed))
        at = [place for place in at if runs[place[0]][place[1] : place[1] + length] in held]
        shorter = {}
        for number, start in at:
            text = runs[number][start : start + length]
            shorter.setdefault(text, (len(held[text]), number, start))
        here = set(at)
        at = [(number, start) for number, start in at if (number, start + 1) in here]
        length += 1


def _share(text: str, phrases: Collection[str]) -> float:
    """The share of a text's characters that lie in one of the phrases, or 1 where a phrase holds the text."""
    if any(text in phrase for phrase in phrases):
        return 1.0
    covered = {
        at for phrase in phrases for m in re.finditer(re.escape(phrase), text) for at in range(m.start(), m.end())
    }
    return len(covered) / len(text)


def templates(
    terms: pd.DataFrame, sentences: pd.DataFrame, *, groups: pd.Series, stopwords: Collection[str] = ()
) -> dict[tuple[str, ...], tuple[frozenset[str], int]]:
    """Words in one order, at most 4 terms apart in a sentence, that several groups have: their groups and sentences.

    Four words that two groups have, or three that three have (of more than 100 groups 2 %); only the longest with the
    same groups, and only where what stands between the words differs. Words of more than one sentence in twenty are
    passed over, for they go with anything. Patterns grow word by word, and only such as are shared, so nothing is
    compared in pairs.
    """
    own = grouped(terms[~terms["term"].isin(stopwords)], groups)
    spread, n_groups = own.groupby("term")["sentence_id"].nunique(), own["group"].nunique()
    common = spread.index[spread > max(n_groups, 0.05 * own["sentence_id"].nunique())]
    own, fewest = own[~own["term"].isin(common)], max(2, round(0.02 * n_groups))
    texts = [list(words) for _, words in own.groupby("sentence_id", sort=False)["term"]]
    first = own.drop_duplicates("sentence_id")
    group, raw = list(first["group"]), list(first["sentence_id"].map(sentences.set_index("sentence_id")["text"]))
    starts: dict[str, Ends] = defaultdict(lambda: defaultdict(set))
    for number, words in enumerate(texts):
        for at, word in enumerate(words):
            starts[word][number].add(at)
    found: dict[tuple[str, ...], tuple[frozenset[str], int]] = {}
    by_groups: dict[frozenset[str], list[tuple[str, ...]]] = defaultdict(list)
    pending = [((word,), ends) for word, ends in starts.items()]
    while pending:
        pattern, ends = pending.pop()
        held = frozenset(group[number] for number in ends)
        if len(held) < fewest:
            continue
        if len(pattern) >= (3 if len(held) > fewest else 4) and _differs(pattern, (raw[number] for number in ends)):
            found[pattern] = (held, len(ends))
            by_groups[held].append(pattern)
        pending += _longer(pattern, ends, texts)
    return {
        pattern: facts
        for pattern, facts in found.items()
        if not any(len(other) > len(pattern) and _in_order(pattern, other) for other in by_groups[facts[0]])
    }


def _longer(pattern: tuple[str, ...], ends: Ends, texts: list[list[str]]) -> list[tuple[tuple[str, ...], Ends]]:
    """The patterns that have one word more, but for those that another word, there before it wherever they occur, makes
    longer still: else sentences that are nearly the same would have more patterns in common than could be counted.
    """
    grown: dict[str, Ends] = defaultdict(lambda: defaultdict(set))
    passed: dict[str, set[str]] = {}
    for number, places in ends.items():
        words = texts[number]
        for end in places:
            for at in range(end + 1, min(end + 1 + _GAP, len(words))):
                if (word := words[at]) not in pattern:
                    grown[word][number].add(at)
                    before = set(words[end + 1 : at]) - {word, *pattern}
                    passed[word] = passed.get(word, before) & before
    return [((*pattern, word), places) for word, places in grown.items() if not passed[word]]


def _differs(pattern: tuple[str, ...], sentences: Iterable[str]) -> bool:
    """Whether something different stands between the words of a pattern."""
    placed = [(text, places(text, pattern)) for text in sentences]
    return len({text[found[0][0] : found[-1][1]] for text, found in placed if found}) > 1


def _in_order(part: tuple[str, ...], whole: tuple[str, ...]) -> bool:
    rest = iter(whole)
    return all(word in rest for word in part)


def _sums(formulas: pd.DataFrame | None, groups: pd.Series) -> list[dict[str, object]]:
    """Numbers put together (3+3+N) that several groups have, each number or letter being a slot: N+N+N."""
    if formulas is None or formulas.empty:
        return []
    own = grouped(formulas[formulas["surface"].str.contains(r"[+＋]")], groups)
    slots = own["surface"].str.replace(r"[^\s+＋]+", "N", regex=True).str.replace("＋", "+")
    held = own.groupby(slots)["group"].agg(["size", frozenset])
    rows = zip(held.index, held["size"], held["frozenset"], strict=True)
    return [{"text": t, "kind": "template", "groups": who, "occurrences": n} for t, n, who in rows if len(who) > 1]


def without(terms: pd.DataFrame, sentences: pd.DataFrame, reuse: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables `counts` and `sentences` without shared wording, given the tables `terms`, `sentences` and `reuse`.

    A term goes where it lies within a shared string, or is a word of a template in a sentence that follows it; a
    sentence goes where shared wording makes up a fifth of its characters or more.
    """
    strings = _automaton(reuse.loc[reuse["kind"] != "template", "text"])
    patterns = [text.split("…") for text in reuse.loc[reuse["kind"] == "template", "text"] if "…" in text]
    words = {name: list(rows) for name, rows in terms.groupby("sentence_id", sort=False)["term"]}
    kept: dict[str, list[bool]] = {}
    own = set()
    for sentence_id, text in zip(sentences["sentence_id"], sentences["text"], strict=True):
        taken = _within(text, strings) | _placed(text, patterns)
        placed = iter(places(text, words.get(sentence_id, [])))
        kept[sentence_id] = [not taken.issuperset(range(*place)) for place in placed]
        if len(taken) < _TAKEN * len(text):
            own.add(sentence_id)
    flags = [
        flag for name in terms["sentence_id"].drop_duplicates() for flag in kept.get(name, [True] * len(words[name]))
    ]
    left = terms[np.array(flags, dtype=bool)].groupby(["unit_id", "paragraph_id", "term"]).size().rename("n")
    return left.reset_index(), sentences[sentences["sentence_id"].isin(own)]


def _within(text: str, strings: ahocorasick.Automaton) -> set[int]:
    """The places of a sentence that lie in a shared string."""
    found = strings.iter(text) if len(strings) else []
    return {at for last, string in found for at in range(last + 1 - len(string), last + 1)}


def _placed(text: str, patterns: Iterable[list[str]]) -> set[int]:
    """The places of a sentence that lie in a word of a template."""
    taken: set[int] = set()
    for pattern in patterns:
        if all(word in text for word in pattern):
            placed = places(text, pattern)
            taken |= {at for place in placed if len(placed) == len(pattern) for at in range(*place)}
    return taken
