"""Counts to rates: how often a group uses a term, how surely, and which terms it uses most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

import ahocorasick
import numpy as np
import pandas as pd
from stopwordsiso import stopwords as published_stopwords

from policytext import ingest, segment
from policytext.errors import PolicytextError
from policytext.profiles import grouped, in_order, of_terms, shares
from policytext.study import COLUMNS, Study

PER = 10_000
"""Rates are occurrences in this many terms."""


def stopwords(study: Study, *, policy: bool = True) -> frozenset[str]:
    """Words left out when terms are ranked, never when they are counted.

    Stopwords ISO's Chinese list (MIT licence), and with `policy` the study's own list of words that any policy report
    uses. A word that the study's list begins with `+` is content here and taken out of the published list.
    """
    words = set(published_stopwords("zh"))
    if policy:
        path = study.home.seed("stopwords.txt")
        text, _ = ingest.read_text(path, file="seeds/stopwords.txt")
        own = segment.read_words(text, file="seeds/stopwords.txt")
        words |= {word for word in own if not word.startswith("+")}
        words -= {word[1:] for word in own if word.startswith("+")}
    return frozenset(words)


def rates(
    counts: pd.DataFrame,
    *,
    groups: pd.Series,
    sentences: pd.DataFrame,
    stopwords: Collection[str] = (),
    min_n: int | None = None,
) -> pd.DataFrame:
    """One row per (group, term): how often a group uses a term, so that long and short texts compare.

    counts: one row per (unit, paragraph, term), as the table `counts`. groups: a group per unit_id; units without one
    are left out. sentences: the table `sentences`, in which the string of each term is counted as well (`n_string`),
    since a dictionary decides what is a term. stopwords: terms that are counted, but get no rank.
    Returns the table `frequency`: `total` terms of the group, `rate` per 10,000 terms, `low` and `high` of its 95 %
    interval with paragraphs as clusters (`stats.clustered_interval`; empty with fewer than 10 of them), `rank` by rate
    among the group's terms, ties in the order of their characters. min_n: terms that all groups together have so often
    stand there also for a group without them: n and rate 0, low 0, no rank, and as `high` the one-sided 95 % upper bound
    of a rate of which nothing was seen (`stats.upper_bound_of_zero`). Groups in the order in which `groups` has them.
    Raises PolicytextError where no unit of a group has a term.
    """
    own, strings = of_terms(counts, groups=groups), grouped(sentences, groups)
    if silent := [group for group in dict.fromkeys(groups) if group not in own.groups]:
        units = ", ".join(groups.index[groups == silent[0]])
        raise PolicytextError(
            f"the group {silent[0]!r} has no terms", f"Look at its units in seeds/spans.csv: {units}."
        )
    every = shares(own, always=own.n >= (np.inf if min_n is None else min_n))
    every = every.rename(columns={"item": "term", "share": "rate"})
    every[["rate", "low", "high"]] *= PER
    for group, rows in every.groupby("group"):
        found = count_strings(strings.loc[strings["group"] == group, "text"], rows["term"])
        every.loc[rows.index, "n_string"] = rows["term"].map(found)
    every = in_order(every.sort_values(["n", "term"], ascending=[False, True]), groups).astype({"n_string": int})
    ranked = every[~every["term"].isin(stopwords) & (every["n"] > 0)].groupby("group", sort=False).cumcount() + 1
    return every.assign(rank=ranked.astype("Int64"))[COLUMNS["frequency"]]


def count_strings(texts: Iterable[str], terms: Iterable[str]) -> Counter[str]:
    """How often each term stands in the texts as a string, whether the segmenter cut it there or not."""
    automaton = ahocorasick.Automaton()
    for term in terms:
        automaton.add_word(term, term)
    automaton.make_automaton()
    return Counter(term for text in texts for _, term in automaton.iter(text))


def top(frequency: pd.DataFrame, units: pd.DataFrame, *, groups: pd.Series, top_n: int) -> pd.DataFrame:
    """The most frequent terms of each group, with the units behind them: what the figure of top terms plots.

    frequency: the table of the groups; units: the same table with each unit as a group of its own.
    One row per (group, term, unit_id), with an empty unit_id for the group itself: group, term, unit_id, rank, n, total,
    rate, low, high, n_clusters. A unit without the term has n 0. Raises PolicytextError where no term is ranked.
    """
    shown = frequency[frequency["rank"] <= top_n]
    if shown.empty:
        fix = "Look at seeds/stopwords.txt, or ask for a top_n of 1 or more."
        raise PolicytextError("no term is left to rank: stop words are all there is", fix=fix)
    members = groups.rename("group").rename_axis("unit_id").reset_index()
    inner = shown[["group", "term", "rank"]].merge(members, on="group")
    of_units = units[["group", "term", "n"]].rename(columns={"group": "unit_id"})
    inner = inner.merge(of_units, "left", on=["unit_id", "term"]).fillna({"n": 0}).astype({"n": int})
    inner["total"] = inner["unit_id"].map(units.drop_duplicates("group").set_index("group")["total"])
    inner["rate"] = PER * inner["n"] / inner["total"]
    columns = ["group", "term", "unit_id", "rank", "n", "total", "rate", "low", "high", "n_clusters"]
    both = pd.concat([shown.assign(unit_id=""), inner])[columns].astype({"n_clusters": "Int64"})
    return in_order(both.sort_values(["rank", "unit_id"]), groups)


def shared(frequency: pd.DataFrame, *, top_n: int) -> list[str]:
    """Terms among the `top_n` most frequent ones of every group, those with the highest mean rate first."""
    ranked = frequency[frequency["rank"] <= top_n]
    found = ranked.groupby("term")["group"].nunique()
    every = ranked[ranked["term"].isin(found.index[found == frequency["group"].nunique()])]
    return list(every.groupby("term")["rate"].mean().sort_values(ascending=False, kind="stable").index)
