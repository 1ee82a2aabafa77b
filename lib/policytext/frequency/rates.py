"""Counts to rates: how often a group uses a term, how surely, and which terms it uses most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable

import ahocorasick
import pandas as pd
from scipy import sparse
from stopwordsiso import stopwords as published_stopwords

from policytext import ingest, segment, stats
from policytext.errors import PolicytextError
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
    counts: pd.DataFrame, *, groups: pd.Series, sentences: pd.DataFrame, stopwords: Collection[str] = ()
) -> pd.DataFrame:
    """One row per (group, term) that occurs: how often a group uses a term, so that long and short texts compare.

    counts: one row per (unit, paragraph, term), as the table `counts`. groups: a group per unit_id; units without one
    are left out. sentences: the table `sentences`, in which the string of each term is counted as well (`n_string`),
    since a dictionary decides what is a term. stopwords: terms that are counted, but get no rank.
    Returns the table `frequency`: `total` terms of the group, `rate` per 10,000 terms, `low` and `high` of its 95 %
    interval with paragraphs as clusters (`stats.clustered_interval`; empty with fewer than 10 of them), `rank` by rate
    among the group's terms, ties in the order of their characters. Groups in the order in which `groups` has them.
    Raises PolicytextError where no unit of a group has a term.
    """
    grouped = counts.assign(group=counts["unit_id"].map(groups)).dropna(subset="group")
    strings = sentences.assign(group=sentences["unit_id"].map(groups)).dropna(subset="group")
    tables = []
    for group in dict.fromkeys(groups):
        rows = grouped[grouped["group"] == group]
        if rows.empty:
            units = ", ".join(groups.index[groups == group])
            raise PolicytextError(
                f"the group {group!r} has no terms", fix=f"Look at its units in seeds/spans.csv: {units}."
            )
        table = _rates_of(rows)
        table["n_string"] = table["term"].map(
            count_strings(strings.loc[strings["group"] == group, "text"], table["term"])
        )
        tables.append(table.assign(group=group))
    every = pd.concat(tables, ignore_index=True)
    ranked = every[~every["term"].isin(stopwords)].groupby("group", sort=False).cumcount() + 1
    return every.assign(rank=ranked.astype("Int64"))[COLUMNS["frequency"]]


def _rates_of(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per term of one group, the most frequent first."""
    paragraphs, clusters = pd.factorize(rows["paragraph_id"])
    codes, terms = pd.factorize(rows["term"], sort=True)
    table = sparse.csr_array((rows["n"], (paragraphs, codes)), shape=(len(clusters), len(terms)), dtype=float)
    sizes = table.sum(axis=1)
    interval = stats.clustered_interval(table, sizes)
    n, total = table.sum(axis=0).astype(int), int(sizes.sum())
    found = pd.DataFrame(
        {
            "term": terms,
            "n": n,
            "total": total,
            "rate": PER * n / total,
            "low": PER * interval.low,
            "high": PER * interval.high,
            "n_clusters": interval.n_clusters,
            "design_effect": interval.design_effect,
        }
    )
    return found.sort_values(["n", "term"], ascending=[False, True], ignore_index=True)


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
    rate, low, high, n_clusters. A unit without the term has n 0.
    """
    shown = frequency[frequency["rank"] <= top_n]
    members = groups.rename("group").rename_axis("unit_id").reset_index()
    sizes = units.drop_duplicates("group").set_index("group")["total"]
    inner = shown[["group", "term", "rank"]].merge(members, on="group")
    inner = inner.merge(
        units[["group", "term", "n"]].rename(columns={"group": "unit_id"}), "left", on=["unit_id", "term"]
    )
    inner = inner.assign(n=inner["n"].fillna(0).astype(int), total=inner["unit_id"].map(sizes))
    inner["rate"] = PER * inner["n"] / inner["total"]
    columns = ["group", "term", "unit_id", "rank", "n", "total", "rate", "low", "high", "n_clusters"]
    both = pd.concat([shown.assign(unit_id=""), inner], ignore_index=True)[columns].astype({"n_clusters": "Int64"})
    order = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    return both.sort_values(
        ["group", "rank", "unit_id"], key=lambda c: c.map(order) if c.name == "group" else c, ignore_index=True
    )


def shared(frequency: pd.DataFrame, *, top_n: int) -> list[str]:
    """Terms among the `top_n` most frequent ones of every group, those with the highest mean rate first."""
    ranked = frequency[frequency["rank"] <= top_n]
    found = ranked.groupby("term")["group"].nunique()
    every = ranked[ranked["term"].isin(found.index[found == frequency["group"].nunique()])]
    return list(every.groupby("term")["rate"].mean().sort_values(ascending=False, kind="stable").index)
