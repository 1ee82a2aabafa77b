"""Ledgers of hits to codes on sentences, and codes to profiles of groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from policytext import profiles
from policytext.profiles import grouped, in_order, of_codes
from policytext.study import COLUMNS

PER = 10_000
"""Hits are told for this many characters."""


def codes(hits: pd.DataFrame) -> pd.DataFrame:
    """One row per (sentence, theme): the table `theme_codes`, with the number of hits that gave the code.

    hits: the ledger `theme_hits`. The sums of `n_hits` are the numbers of its rows.
    """
    keys = ["sentence_id", "unit_id", "report_id", "theme"]
    return hits.groupby(keys, sort=False).size().rename("n_hits").reset_index()[COLUMNS["theme_codes"]]


def facet_codes(hits: pd.DataFrame) -> pd.DataFrame:
    """One row per (sentence, facet, value): the table `facet_codes`.

    hits: the ledger `facet_hits`. Every sentence has a status; the other facets may be silent about it.
    """
    return hits[COLUMNS["facet_codes"]].drop_duplicates(ignore_index=True)


def uncoded(sentences: pd.DataFrame, coded: pd.DataFrame, facets: pd.DataFrame) -> pd.DataFrame:
    """One row per sentence (headings aside) without a theme, with `symbolic`: whether it is politically symbolic."""
    own = sentences[(sentences["kind"] == "sentence") & ~sentences["sentence_id"].isin(coded["sentence_id"])]
    symbolic = facets.loc[facets["facet"] == "symbolic", "sentence_id"]
    return own.assign(symbolic=own["sentence_id"].isin(symbolic)).reset_index(drop=True)


def profile(coded: pd.DataFrame, sentences: pd.DataFrame, *, groups: pd.Series, themes: Sequence[str]) -> pd.DataFrame:
    """One row per (group, theme): the table `theme_profile`, how much of a group's text a theme takes.

    coded: `theme_codes`. sentences: the table `sentences`; headings are neither counted nor among the whole. groups: a
    group per unit_id. themes: ids in the order of the codebook, those without a code too.
    share: of the group's sentences that have the theme, with the 95 % interval over paragraphs as clusters
    (`stats.clustered_interval`, empty below 10 paragraphs); of a theme without a code, the one-sided upper bound.
    per_10k_chars: hits per 10,000 characters. range: paragraphs that have the theme.
    """
    own = sentences[sentences["kind"] == "sentence"]
    table = _shares(coded.rename(columns={"theme": "item"}), own, groups, themes)
    table = table.rename(columns={"item": "theme", "n": "n_coded", "total": "n_sentences"})
    chars = own["text"].str.len().groupby(own["unit_id"].map(groups)).sum()
    hits = grouped(coded[coded["sentence_id"].isin(own["sentence_id"])], groups)
    n_hits = hits.groupby(["group", "theme"])["n_hits"].sum().rename("n_hits")
    table = table.join(n_hits, on=["group", "theme"]).fillna({"n_hits": 0})
    return table.assign(per_10k_chars=PER * table["n_hits"] / table["group"].map(chars))[COLUMNS["theme_profile"]]


def _shares(codes: pd.DataFrame, sentences: pd.DataFrame, groups: pd.Series, items: Sequence[str]) -> pd.DataFrame:
    """`profiles.shares` of all items, groups in the order of the study."""
    own = of_codes(codes, sentences, groups=groups, items=items)
    return in_order(profiles.shares(own, always=np.ones(len(items), dtype=bool)), groups)


def influence(hits: pd.DataFrame, sentences: pd.DataFrame, *, groups: pd.Series) -> pd.DataFrame:
    """One row per (theme, term) that carries codes alone: what would be lost without the term.

    hits: the ledger `theme_hits`. n_codes: sentences (headings aside) with the theme; n_lost: those that no other term
    gives it. share_lost: of the codes. moves: groups in which the place of the theme among the themes would change.
    The heaviest terms first.
    """
    own = hits[hits["sentence_id"].isin(sentences.loc[sentences["kind"] == "sentence", "sentence_id"])]
    pairs = grouped(own, groups).drop_duplicates(["sentence_id", "theme", "term"])
    alone = pairs[~pairs.duplicated(["sentence_id", "theme"], keep=False)]
    counts = pairs.drop_duplicates(["sentence_id", "theme"]).groupby(["group", "theme"]).size().unstack(fill_value=0)
    ranks = counts.rank(axis=1, ascending=False, method="min")
    rows = []
    for (theme, term), lost in alone.groupby(["theme", "term"]):
        per_group = lost.groupby("group").size()
        without = counts.assign(**{theme: counts[theme].sub(per_group, fill_value=0)})
        moved = without.rank(axis=1, ascending=False, method="min")[theme] != ranks[theme]
        n, n_lost = int(counts[theme].sum()), int(per_group.sum())
        rows.append((theme, term, n, n_lost, n_lost / n, int(moved.sum())))
    table = pd.DataFrame(rows, columns=["theme", "term", "n_codes", "n_lost", "share_lost", "moves"])
    return table.sort_values(["share_lost", "theme", "term"], ascending=[False, True, True], ignore_index=True)


def crossed(coded: pd.DataFrame, facets: pd.DataFrame, *, facet: str = "instrument") -> pd.DataFrame:
    """One row per (theme, value of a facet) that stand on the same sentence: n, and its share of the theme's codes."""
    values = facets.loc[facets["facet"] == facet, ["sentence_id", "value"]].drop_duplicates()
    both = coded[["sentence_id", "theme"]].merge(values, on="sentence_id")
    table = both.groupby(["theme", "value"]).size().rename("n").reset_index()
    return table.assign(share=table["n"] / table["theme"].map(coded.groupby("theme").size()).astype(float))


def shares(
    facets: pd.DataFrame, sentences: pd.DataFrame, *, facet: str, groups: pd.Series, values: Sequence[str]
) -> pd.DataFrame:
    """One row per (group, value of a facet): n sentences (headings aside), n_sentences of the group, their share."""
    chosen = (
        facets[facets["facet"] == facet].drop_duplicates(["sentence_id", "value"]).rename(columns={"value": "item"})
    )
    table = _shares(chosen, sentences[sentences["kind"] == "sentence"], groups, values)
    table = table.rename(columns={"item": "value", "total": "n_sentences"})
    return table[["group", "value", "n", "n_sentences", "share"]]


def along(coded: pd.DataFrame, sentences: pd.DataFrame) -> pd.DataFrame:
    """One row per code: unit_id, theme and position, the middle of its sentence within the unit (0 to 1)."""
    length = sentences["text"].str.len()
    whole = length.groupby(sentences["unit_id"]).transform("sum")
    before = length.groupby(sentences["unit_id"]).cumsum() - length / 2
    placed = sentences[["sentence_id", "unit_id"]].assign(position=before / whole)
    return placed.merge(coded[["sentence_id", "theme"]], on="sentence_id")[["unit_id", "theme", "position"]]


def sides(hits: pd.DataFrame, *, theme: str) -> pd.DataFrame:
    """One row per (unit_id, side) of a theme whose rules are named `side: …`: n sentences with a hit of that side."""
    own = hits[(hits["theme"] == theme) & hits["rule"].str.contains(":", regex=False)]
    own = own.assign(side=own["rule"].str.split(":").str[0]).drop_duplicates(["sentence_id", "side"])
    return own.groupby(["unit_id", "side"], sort=False).size().rename("n").reset_index()
