"""Unit → paragraphs → sentences → terms, each with the spans of its characters in the raw file.

Sentences end at `。！？!?；;` and where a paragraph ends, never at `……`; closing quotes and brackets stay with the
sentence they close. Terms are jieba 0.42.1's, cut by a tokenizer of its own with the study's dictionary.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from policytext.errors import INVALID_STUDY, PolicytextError

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)
    import jieba

jieba.setLogLevel("WARNING")

_END = re.compile(r"[。！？!?；;]+")
_CLOSERS = "”’」』》）)]】〉"
_WORD = re.compile(r"[^\W\d_]")
_ENTRY = re.compile(r"^(\S+)(?: +([1-9][0-9]*))?(?: +([a-z]+))?$")  # jieba keeps a 0 for all tokenizers at once
_CUTTABLE = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9#&._%]+")
"""What jieba's pattern takes as one run, without `+` and `-`, which it splits off again."""

MIN_CHARS = 2
"""A term has two characters or more: single characters are mostly grammar, or pieces of what was not a word."""


@dataclass(frozen=True)
class Stretch:
    """Text put together from spans, which knows where in the raw file each of its characters stands."""

    text: str
    pieces: tuple[tuple[int, int], ...]

    def spans(self, start: int, end: int) -> str:
        """`start-end`, several joined by `;`: the raw offsets of `text[start:end]`."""
        found = []
        position = 0
        for raw_start, raw_end in self.pieces:
            low, high = max(start, position), min(end, position + raw_end - raw_start)
            if low < high:
                found.append(f"{raw_start + low - position}-{raw_start + high - position}")
            position += raw_end - raw_start
        return ";".join(found)


def offsets(spans: str) -> tuple[tuple[int, int], ...]:
    """`3-7;9-12` as pairs of raw offsets; none where it is empty."""
    pairs = (piece.split("-") for piece in spans.split(";") if piece)
    return tuple((int(low), int(high)) for low, high in pairs)


def paragraphs(text: str, spans: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str, str, Stretch]]:
    """One (unit_id, paragraph, kind, stretch) per paragraph and heading of a report, in reading order.

    spans: the rows of `spans.csv` in reading order; only those of a unit are read. `inline` joins a span to the one
    before it without a separator. paragraph: the raw offset at which the paragraph begins; a heading belongs to the
    paragraph after it in its unit, the last heading of a unit to the paragraph before it.
    """
    stretches: list[tuple[str, str, list[tuple[int, int]]]] = []
    for span in spans:
        piece = (span["start"], span["end"])
        if not span["unit_id"]:
            continue
        if span["join"] == "inline":
            stretches[-1][2].append(piece)
        else:
            stretches.append((span["unit_id"], span["kind"], [piece]))
    owner: dict[str, str] = {}
    owners = []
    for unit_id, kind, pieces in reversed(stretches):
        if kind == "body" or unit_id not in owner:
            last_body = (p[0][0] for u, k, p in reversed(stretches) if u == unit_id and k == "body")
            owner[unit_id] = str(pieces[0][0] if kind == "body" else next(last_body, pieces[0][0]))
        owners.append(owner[unit_id])
    for (unit_id, kind, pieces), paragraph in zip(stretches, reversed(owners), strict=True):
        yield unit_id, paragraph, kind, Stretch("".join(text[a:b] for a, b in pieces), tuple(pieces))


def split_sentences(text: str) -> Iterator[tuple[int, int]]:
    """One (start, end) per sentence of a paragraph, without the white space around it."""
    start = 0
    for end in [*(_closed(text, match) for match in _END.finditer(text)), len(text)]:
        sentence = text[start:end]
        if sentence.strip():
            yield start + len(sentence) - len(sentence.lstrip()), start + len(sentence.rstrip())
        start = max(start, end)


def _closed(text: str, match: re.Match[str]) -> int:
    """The end of a sentence: an ASCII quotation mark stays with it where it closes one that is open, and what follows."""
    end = match.end()
    while (text[end : end + 1] in _CLOSERS and end < len(text)) or (
        text[end : end + 1] == '"' and text[:end].count('"') % 2
    ):
        end += 1
    return end


def sentences(report_id: str, text: str, spans: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One row per sentence or heading of a report, in reading order, with the columns of the table `sentences`."""
    for unit_id, paragraph, kind, stretch in paragraphs(text, spans):
        whole = stretch.text.rstrip()
        inner = [(0, len(whole))] if kind == "heading" else split_sentences(stretch.text)
        for start, end in inner:
            found = stretch.spans(start, end)
            yield {
                "sentence_id": f"{report_id}:{found.partition('-')[0]}",
                "unit_id": unit_id,
                "report_id": report_id,
                "paragraph_id": f"{report_id}:{paragraph}",
                "kind": "heading" if kind == "heading" else "sentence",
                "spans": found,
                "text": stretch.text[start:end],
            }


def stretch_of(sentence: dict[str, Any]) -> Stretch:
    """The text of a sentence and where its characters stand, from its columns `text` and `spans`."""
    return Stretch(sentence["text"], offsets(sentence["spans"]))


def terms(sentence: dict[str, Any], tokenizer: jieba.Tokenizer, *, hmm: bool = True) -> Iterator[dict[str, Any]]:
    """One row per term of a sentence: sentence_id, unit_id, paragraph_id, term, spans.

    A term is a word of two characters or more that holds a Chinese character or a letter.
    """
    stretch = stretch_of(sentence)
    for word, start, end in tokenizer.tokenize(stretch.text, HMM=hmm):
        if end - start >= MIN_CHARS and _WORD.search(word):
            ids = {key: sentence[key] for key in ("sentence_id", "unit_id", "paragraph_id")}
            yield ids | {"term": word, "spans": stretch.spans(start, end)}


def make_tokenizer(
    dictionary: Sequence[tuple[str, int | None, str | None]], *, cache: Path | None = None
) -> jieba.Tokenizer:
    """A tokenizer that shares nothing with `jieba`'s global one.

    dictionary: entries of `read_dictionary`. cache: folder for jieba's compiled main dictionary.
    """
    tokenizer = jieba.Tokenizer()
    if cache is not None:
        cache.mkdir(parents=True, exist_ok=True)
        tokenizer.tmp_dir, tokenizer.cache_file = str(cache), "jieba.cache"
    tokenizer.initialize()
    for term, frequency, tag in dictionary:
        tokenizer.add_word(term, frequency, tag)
    return tokenizer


def read_dictionary(text: str, *, file: str) -> list[tuple[str, int | None, str | None]]:
    """The entries (term, frequency, tag) of a dictionary in jieba's format; what follows `#` is a comment.

    Raises PolicytextError (exit 3) at a line that is no entry, a term that stands there twice, and a term with a
    character that jieba never takes into a word.
    """
    entries: dict[str, tuple[str, int | None, str | None]] = {}
    for number, content in _lines(text):
        match = _ENTRY.match(content)
        if not match:
            raise _wrong(f"{content!r} is no entry", "Write a term, or a term, a frequency and a tag.", file, number)
        term, frequency, tag = match.groups()
        if not _CUTTABLE.fullmatch(term):
            bad = _CUTTABLE.sub("", term)[:1]
            fix = "Take the term out, or enter its parts without this character."
            raise _wrong(f"{term!r} can never be cut whole: jieba takes {bad!r} into no word", fix, file, number)
        if term in entries:
            raise _wrong(f"{term!r} stands there twice", "Take one out.", file, number)
        entries[term] = (term, int(frequency) if frequency else None, tag)
    return list(entries.values())


def read_words(text: str, *, file: str) -> list[str]:
    """The words of a list, one a line; what follows `#` is a comment. Raises PolicytextError where one is twice."""
    words: dict[str, None] = {}
    for number, word in _lines(text):
        if word in words:
            raise _wrong(f"{word!r} stands there twice", "Take one out.", file, number)
        words[word] = None
    return list(words)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if content := re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip():
            yield number, content


def _wrong(what: str, fix: str, file: str, line: int) -> PolicytextError:
    return PolicytextError(what, fix, file=file, line=line, exit_code=INVALID_STUDY)


def find_uncut(sentence: dict[str, Any], words: Sequence[str], tokenizer: jieba.Tokenizer) -> Iterator[dict[str, Any]]:
    """One row per occurrence of a dictionary term that is not cut whole: term, tokens, sentence_id, spans.

    An occurrence inside one longer token is whole.
    """
    text = sentence["text"]
    present = [word for word in words if word in text]
    if not present:
        return
    tokens = list(tokenizer.tokenize(text))
    for word in present:
        for match in re.finditer(re.escape(word), text):
            over = [(w, a, b) for w, a, b in tokens if a < match.end() and b > match.start()]
            if len(over) > 1:
                spans = stretch_of(sentence).spans(*match.span())
                row = {"term": word, "tokens": "/".join(w for w, _, _ in over)}
                yield row | {"sentence_id": sentence["sentence_id"], "spans": spans}


def concordance(
    sentences: pd.DataFrame, string: str, *, names: Mapping[str, str], sort: str = "", context: int | None = None
) -> pd.DataFrame:
    """One row per occurrence of a string in its sentence: place (name of its unit), report_id, left, string, right, spans.

    sentences: the table `sentences`. names: what to print for a unit_id. sort: `left` sorts by the context before the
    string, read backwards from it, `right` by the context after it; else in reading order. context: characters kept on
    each side, by default the whole sentence.
    """
    found = sentences[sentences["text"].str.contains(string, regex=False)] if string else sentences[:0]
    columns = ["place", "report_id", "left", "string", "right", "spans"]
    rows = pd.DataFrame(
        occurrences(found.to_dict("records"), string), columns=["unit_id", "report_id", "left", "right", "spans"]
    )
    rows = rows.assign(place=rows["unit_id"].map(names), string=string)
    if sort:
        rows = rows.sort_values(sort, key=lambda side: side.str[::-1] if sort == "left" else side, kind="stable")
    if context is not None:
        rows = rows.assign(left=rows["left"].str[-context:] if context else "", right=rows["right"].str[:context])
    return rows[columns].reset_index(drop=True)


def occurrences(sentences: Iterable[dict[str, Any]], string: str) -> list[dict[str, Any]]:
    """One row per occurrence of a string: the sentence's columns, with `left` and `right` of it, and its own `spans`."""
    found = []
    for sentence in sentences:
        for match in re.finditer(re.escape(string), sentence["text"]):
            left, right = sentence["text"][: match.start()], sentence["text"][match.end() :]
            spans = stretch_of(sentence).spans(*match.span())
            found.append(sentence | {"left": left, "right": right, "spans": spans})
    return found
