"""What is wrong with a codebook, or looks wrong: examples that are coded otherwise, and terms that do little or too much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import permutations
from typing import NamedTuple

import pandas as pd

from policytext import ingest
from policytext.codebook import FILE, Codebook, load
from policytext.errors import INVALID_STUDY, PolicytextError
from policytext.study import Home
from policytext.study.files import line_of
from policytext.themes.coder import Coder

CARRIES = 0.4
"""A term that has more than this share of a theme's hits carries it."""


class Note(NamedTuple):
    """Something about a codebook that a researcher should look at: what kind, for which theme and term, and what to do."""

    kind: str
    entry: str
    term: str
    what: str


def examples(home: Home) -> list[PolicytextError]:
    """The example sentences of a home's codebook that are not coded as they say, each with file and line."""
    book = load(home)
    coder, problems = Coder(book), []
    text, _ = ingest.read_text(home.seed("codebook.yml"), file=FILE)
    for place, entry, facet, wanted, number, sentence in _examples(book):
        given = _coded(coder, sentence, facet)
        if (entry in given) is not wanted:
            which = "coded" if wanted else "not_coded"
            line = line_of(text, (*place, "examples", which, number))
            what = f"the example {sentence[:30]!r}… is {'not ' if wanted else ''}coded with {entry}"
            fix = "Mend the terms and rules, or move the example to where it belongs."
            problems.append(PolicytextError(what, fix, file=FILE, line=line, exit_code=INVALID_STUDY))
    return problems


def _examples(book: Codebook) -> Iterator[tuple[tuple[str | int, ...], str, str, bool, int, str]]:
    """(place in the file, entry, its facet or "", wanted, number, sentence) of every example."""
    places = [(("themes", i), theme, "") for i, theme in enumerate(book.themes)]
    for i, facet in enumerate(book.facets):
        places += [(("facets", i, "values", j), value, facet.id) for j, value in enumerate(facet.values)]
    for place, entry, facet_id in places:
        for wanted, sentences in ((True, entry.examples.coded), (False, entry.examples.not_coded)):
            yield from ((place, entry.id, facet_id, wanted, i, sentence) for i, sentence in enumerate(sentences))


def _coded(coder: Coder, sentence: str, facet: str) -> set[str]:
    """The themes, or the values of a facet, of a sentence that stands alone."""
    row = dict.fromkeys(("sentence_id", "unit_id", "report_id"), "example")
    row |= {"kind": "sentence", "spans": f"0-{len(sentence)}", "text": sentence}
    hits, facets = coder.code([row])
    return {hit["value"] for hit in facets if hit["facet"] == facet} if facet else {hit["theme"] for hit in hits}


def lint(book: Codebook, hits: pd.DataFrame) -> list[Note]:
    """Notes on themes, by kind: in two themes, nested, dead, carries; `hits` is the ledger of the study's own texts.

    nested: a term within a longer one of another theme, where the codebook does not list it under `nested`. dead: no hit
    in these texts, which is no fault where the codebook is meant for others. carries: over 40 % of the theme's hits.
    """
    owners: dict[str, set[str]] = defaultdict(set)
    for theme in book.themes:
        for rule in theme.all_rules:
            for term in rule.terms:
                owners[term].add(theme.id)
    notes = [
        Note("in two themes", " ".join(sorted(themes)), term, "It codes both: make sure that it is meant to.")
        for term, themes in owners.items()
        if len(themes) > 1
    ]
    for inner, longer in permutations(owners, 2):
        if inner in longer and not owners[inner] & owners[longer] and inner not in book.nested:
            what = f"It lies within {longer} ({' '.join(sorted(owners[longer]))}): only the longer counts there."
            notes.append(Note("nested", " ".join(sorted(owners[inner])), inner, f"{what} List it under `nested`."))
    seen = set(zip(hits["theme"], hits["term"], strict=True))
    for term, themes in owners.items():
        for theme in sorted(themes):
            if (theme, term) not in seen:
                notes.append(Note("dead", theme, term, "It has no hit in these texts."))
    counts = hits.groupby(["theme", "term"]).size()
    share = counts / counts.groupby(level=0).transform("sum")
    for (theme, term), part in share[(share > CARRIES) & (counts > 1)].items():
        what = f"It carries {part:.0%} of the theme: if it misleads, so does the theme."
        notes.append(Note("carries", theme, term, what))
    return sorted(notes, key=lambda note: (note.kind, note.entry, note.term))
