"""Counts to rates: how often a group uses a term, how surely, and which terms it uses most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import ahocorasick
import numpy as np
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
    grouped = counts.assign(group=counts["unit_id"].map(groups)).dropna(subset="group")
    strings = sentences.assign(group=sentences["unit_id"].map(groups)).dropna(subset="group")
    total = grouped.groupby("term")["n"].sum()
    wanted = frozenset(total.index[total >= min_n]) if min_n is not None else frozenset()
    tables = []
    for group in dict.fromkeys(groups):
        rows = grouped[grouped["group"] == group]
        if rows.empty:
            units = ", ".join(groups.index[groups == group])
            raise PolicytextError(
                f"the group {group!r} has no terms", fix=f"Look at its units in seeds/spans.csv: {units}."
            )
        table = _rates_of(rows)
        table = pd.concat([table, _absent(table, wanted)], ignore_index=True)
        table["n_string"] = table["term"].map(
            count_strings(strings.loc[strings["group"] == group, "text"], table["term"])
        )
        tables.append(table.assign(group=group))
    every = pd.concat(tables, ignore_index=True)
    ranked = every[~every["term"].isin(stopwords) & (every["n"] > 0)].groupby("group", sort=False).cumcount() + 1
    return every.assign(rank=ranked.astype("Int64"))[COLUMNS["frequency"]]


def _rates_of(rows: pd.DataFrame) -> pd.DataFrame:
    """One row per term of one group, the most frequent first."""
    counted = tabulate(rows)
    interval = stats.clustered_interval(counted.table, counted.sizes)
    n, total = counted.n, int(counted.sizes.sum())
    found = pd.DataFrame(
        {
            "term": counted.terms,
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


def _absent(table: pd.DataFrame, wanted: Collection[str]) -> pd.DataFrame:
    """One row per wanted term that is not in the table of a group, with the bound that its absence leaves."""
    total, clusters = int(table["total"].iloc[0]), int(table["n_clusters"].iloc[0])
    bound = PER * float(stats.upper_bound_of_zero(total))
    rows = {"term": sorted(set(wanted) - set(table["term"])), "n": 0, "total": total, "rate": 0.0, "low": 0.0}
    return pd.DataFrame(rows | {"high": bound, "n_clusters": clusters, "design_effect": 1.0})


@dataclass(frozen=True)
class Counted:
    """Counts as a table of clusters × terms, with the size of each cluster in terms and its group."""

    table: sparse.csr_array
    sizes: np.ndarray
    clusters: pd.Index
    terms: pd.Index
    group: np.ndarray

    @property
    def n(self) -> np.ndarray:
        """Occurrences of each term."""
        return np.asarray(self.table.sum(axis=0)).astype(int)

    def only(self, wanted: np.ndarray) -> Counted:
        """The same clusters, with their full sizes, but only the wanted terms."""
        return replace(self, table=self.table[:, np.flatnonzero(wanted)], terms=self.terms[wanted])


def tabulate(counts: pd.DataFrame, *, cluster: str = "paragraph_id", sizes: pd.Series | None = None) -> Counted:
    """Counts (a row per cluster and term, with n and perhaps group) as a table; terms in the order of their characters.

    sizes: size of each cluster where it is not the number of its terms (characters, say), indexed by cluster.
    """
    rows, clusters = pd.factorize(counts[cluster])
    columns, terms = pd.factorize(counts["term"], sort=True)
    table = sparse.csr_array((counts["n"], (rows, columns)), shape=(len(clusters), len(terms)), dtype=float)
    of_cluster = counts.drop_duplicates(cluster).set_index(cluster).reindex(clusters)
    group = of_cluster["group"].to_numpy() if "group" in counts else np.full(len(clusters), "")
    size = np.asarray(table.sum(axis=1)) if sizes is None else sizes.reindex(clusters).to_numpy(dtype=float)
    return Counted(table, size, pd.Index(clusters), pd.Index(terms), group)


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
