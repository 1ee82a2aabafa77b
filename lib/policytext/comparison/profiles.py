"""Profiles: what each paragraph of each group says, as a table of counts that everything else is computed from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse


@dataclass(frozen=True)
class Profiles:
    """Counts of items (terms, themes, values of a facet) in paragraphs, and the group of each paragraph.

    counts: paragraphs × items. sizes: what the counts are shares of, sentences or terms of the paragraph. group: number
    of the group of each paragraph, in order. groups, items, paragraphs: their names. Groups are numbered by the order of
    their characters and paragraphs by their name, so that the order of reports changes no draw.
    """

    counts: sparse.csr_array
    sizes: np.ndarray
    group: np.ndarray
    groups: list[str]
    items: list[str]
    paragraphs: list[str]

    @property
    def n_paragraphs(self) -> np.ndarray:
        """Paragraphs of each group."""
        return np.bincount(self.group, minlength=len(self.groups))

    def sums(self, weights: np.ndarray | None = None) -> sparse.csr_array:
        """Groups × items: the counts of the paragraphs of each group, each paragraph as often as its weight says."""
        weights = np.ones(len(self.group)) if weights is None else weights
        chosen = np.flatnonzero(weights)
        shape = (len(self.groups), len(self.group))
        return sparse.csr_array((weights[chosen], (self.group[chosen], chosen)), shape=shape) @ self.counts

    def table(self) -> np.ndarray:
        """Groups × items, as a dense table."""
        return self.sums().toarray()

    def only(self, wanted: np.ndarray) -> Profiles:
        """The same paragraphs with some of the items, given as true or false per item."""
        items = [item for item, kept in zip(self.items, wanted, strict=True) if kept]
        return replace(self, counts=self.counts[:, np.flatnonzero(wanted)], items=items)


def profiles(rows: pd.DataFrame, sizes: pd.DataFrame, *, groups: pd.Series) -> Profiles:
    """The profiles of the groups. Groups without paragraphs, and items that none of them has, are left out.

    rows: one row per (paragraph_id, item) with n. sizes: one row per paragraph with unit_id, paragraph_id, size. groups:
    a group per unit_id.
    """
    own = sizes.assign(group=sizes["unit_id"].map(groups)).dropna(subset="group")
    own = own[own["size"] > 0].sort_values(["group", "paragraph_id"], ignore_index=True)
    number, names = pd.factorize(own["group"])  # in the order of their characters, since they are sorted
    place = pd.Series(own.index, index=own["paragraph_id"])
    kept = rows[rows["paragraph_id"].isin(place.index)]
    columns, items = pd.factorize(kept["item"], sort=True)
    values, at = kept["n"].to_numpy(dtype=float), place.reindex(kept["paragraph_id"]).to_numpy()
    counts = sparse.csr_array((values, (at, columns)), shape=(len(own), len(items)))
    counts.sum_duplicates()
    listed = (list(map(str, names)), list(map(str, items)), list(own["paragraph_id"].astype(str)))
    return Profiles(counts, own["size"].to_numpy(dtype=float), number, *listed)


def of_terms(counts: pd.DataFrame, *, groups: pd.Series, without: frozenset[str] = frozenset()) -> Profiles:
    """Profiles over terms: counts is the table `counts`; the size of a paragraph is the number of its terms.

    without: terms that are no items (names, since that a text names its city is no finding), but count in the sizes.
    """
    sizes = counts.groupby(["unit_id", "paragraph_id"], as_index=False)["n"].sum().rename(columns={"n": "size"})
    rows = counts[~counts["term"].isin(without)].rename(columns={"term": "item"})
    return profiles(rows, sizes, groups=groups)


def of_codes(codes: pd.DataFrame, sentences: pd.DataFrame, *, groups: pd.Series) -> Profiles:
    """Profiles over codes: one row of `codes` per (sentence_id, item); the size of a paragraph is its sentences.

    sentences: the table `sentences`, with or without headings, as they are to be counted; codes on others are left out.
    """
    sizes = sentences.groupby(["unit_id", "paragraph_id"]).size().rename("size").reset_index()
    placed = codes[["sentence_id", "item"]].merge(sentences[["sentence_id", "paragraph_id"]], on="sentence_id")
    rows = placed.groupby(["paragraph_id", "item"]).size().rename("n").reset_index()
    return profiles(rows, sizes, groups=groups)


def bases(
    counts: pd.DataFrame,
    themes: pd.DataFrame,
    sentences: pd.DataFrame,
    *,
    groups: pd.Series,
    without: frozenset[str] = frozenset(),
    min_n: int = 1,
) -> dict[str, Profiles]:
    """Profiles of the groups over `themes` and over `terms` (those with `min_n` occurrences), names left out."""
    terms = of_terms(counts, groups=groups, without=without)
    often = terms.only(np.asarray(terms.counts.sum(axis=0)) >= min_n)
    return {"themes": of_codes(themes, sentences, groups=groups), "terms": often}
