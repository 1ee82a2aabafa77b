"""What groups of units say, as counts of items (terms, themes, values of a facet) in their paragraphs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy import sparse

from policytext import stats
from policytext.errors import PolicytextError
from policytext.study import COLUMNS, empty


def grouped(rows: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """The rows whose unit_id has a group, with that group. groups: a group per unit_id."""
    return rows.assign(group=rows["unit_id"].map(groups)).dropna(subset="group")


def in_order(rows: pd.DataFrame, values: Iterable[str], *, by: str = "group") -> pd.DataFrame:
    """The rows sorted by a column in the order in which `values` has what stands in it, else in the order they had."""
    place = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return rows.sort_values(by, key=lambda column: column.map(place), kind="stable", ignore_index=True)


@dataclass(frozen=True)
class Profiles:
    """Counts of items in paragraphs, and the group of each paragraph.

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

    @property
    def n(self) -> np.ndarray:
        """Occurrences of each item."""
        return np.asarray(self.counts.sum(axis=0))

    @property
    def totals(self) -> np.ndarray:
        """The size of each group."""
        return np.bincount(self.group, self.sizes, minlength=len(self.groups))

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
        """The same paragraphs with their full sizes and some of the items, given as true or false per item."""
        items = [item for item, kept in zip(self.items, wanted, strict=True) if kept]
        return replace(self, counts=self.counts[:, np.flatnonzero(wanted)], items=items)


def profiles(
    rows: pd.DataFrame, sizes: pd.DataFrame, *, groups: pd.Series, items: Iterable[str] | None = None
) -> Profiles:
    """The profiles of the groups. Groups without paragraphs are left out.

    rows: one row per (paragraph_id, item) with n. sizes: one row per paragraph with unit_id, paragraph_id, size. groups:
    a group per unit_id. items: those that are wanted, in their order; by default all that the groups have, sorted.
    """
    own = grouped(sizes[sizes["size"] > 0], groups).sort_values(["group", "paragraph_id"], ignore_index=True)
    number, names = pd.factorize(own["group"])  # in the order of their characters, since they are sorted
    place = pd.Series(own.index, index=own["paragraph_id"])
    kept = rows[rows["paragraph_id"].isin(place.index)]
    items = sorted(kept["item"].unique()) if items is None else list(items)
    kept = kept[kept["item"].isin(items)]
    columns = pd.Index(items, dtype=object).get_indexer(kept["item"])
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


def of_codes(
    codes: pd.DataFrame, sentences: pd.DataFrame, *, groups: pd.Series, items: Iterable[str] | None = None
) -> Profiles:
    """Profiles over codes: one row of `codes` per (sentence_id, item); the size of a paragraph is its sentences.

    sentences: the table `sentences`, with or without headings, as they are to be counted; codes on others are left out.
    items: as in `profiles`.
    """
    sizes = sentences.groupby(["unit_id", "paragraph_id"]).size().rename("size").reset_index()
    placed = codes[["sentence_id", "item"]].merge(sentences[["sentence_id", "paragraph_id"]], on="sentence_id")
    rows = placed.groupby(["paragraph_id", "item"]).size().rename("n").reset_index()
    return profiles(rows, sizes, groups=groups, items=items)


def shares(own: Profiles, *, always: np.ndarray) -> pd.DataFrame:
    """One row per (group, item): n of total, its share, low, high, range (paragraphs), n_clusters, design_effect.

    Items that a group does not have have a row where `always` (true or false per item) is true.
    low, high: 95 % interval with paragraphs as clusters (`stats.clustered_interval`, nan below 10 of them); of an item
    that a group does not have, 0 and the one-sided bound of a rate of which nothing was seen.
    """
    columns = ["group", "item", "n", "total", "share", "low", "high", "range", "n_clusters", "design_effect"]
    tables = [pd.DataFrame(columns=columns)] if not own.groups else []
    for number, group in enumerate(own.groups):
        rows = np.flatnonzero(own.group == number)
        some = np.flatnonzero((own.counts[rows].sum(axis=0) > 0) | always)
        table, sizes = own.counts[rows][:, some], own.sizes[rows]
        interval, n, total = stats.clustered_interval(table, sizes), table.sum(axis=0), sizes.sum()
        items, bound = np.array(own.items, dtype=object)[some], stats.upper_bound_of_zero(total)
        low, high = np.where(n > 0, interval.low, 0), np.where(n > 0, interval.high, bound)
        spread = (table > 0).sum(axis=0), len(rows), interval.design_effect
        values = (group, items, n.astype(int), int(total), n / total, low, high, *spread)
        tables.append(pd.DataFrame(dict(zip(columns, values, strict=True))))
    return pd.concat(tables, ignore_index=True)


def within_reports(
    units: pd.DataFrame, compare: Callable[[pd.Series], tuple[Profiles, pd.DataFrame]], *, name: str, draws: int
) -> pd.DataFrame:
    """The table of that name: one for each report of several units, whose units are its groups, put together.

    compare: from the groups to their profiles and a table with the column group. smallest_p: the least p that relabelling
    the paragraphs of so short a unit could give.
    """
    tables = []
    for report_id, members in units.groupby("report_id", sort=False)["unit_id"]:
        own, found = compare(pd.Series(members.to_numpy(), index=members))
        least = [stats.smallest_p(len(own.group), int(n), draws=draws) for n in own.n_paragraphs]
        if len(found):
            smallest = found["group"].map(dict(zip(own.groups, least, strict=True)))
            tables.append(found.assign(report_id=report_id, smallest_p=smallest))
    return pd.concat(tables, ignore_index=True)[COLUMNS[name]] if tables else empty(name)


def false_positives(
    own: Profiles,
    naive: Callable[..., np.ndarray],
    *,
    test: str,
    min_n: int = 1,
    splits: int = 200,
    draws: int = 1_000,
    seed: int = 0,
) -> pd.DataFrame:
    """One row per (group, test): the share of items that a test calls different between random halves of one group.

    Both halves are of the same text, so each such item is a false positive; a test that keeps its level has a share of
    0.05 or less. Groups of 20 paragraphs and more are split `splits` times by paragraphs; items are those that a
    group has `min_n` times. test: permutation, and that of `naive`, which gives the p of counts a and b of n_a and n_b.
    low, high: 95 % interval of the mean over splits. n: items tested. Raises PolicytextError below two splits.
    """
    if splits < 2:
        raise PolicytextError("the calibration needs two splits at least", exit_code=2)
    generator = np.random.default_rng(seed)
    rows = []
    for number, group in enumerate(own.groups):
        inner = np.flatnonzero(own.group == number)
        counts, sizes = own.counts[inner].toarray(), own.sizes[inner]
        counts = counts[:, counts.sum(axis=0) >= min_n]
        if len(inner) < stats.TENTATIVE_CLUSTERS or not counts.shape[1]:
            continue
        shares = []
        for _ in range(splits):
            half = generator.permutation(len(sizes)) < len(sizes) // 2
            p = stats.permutation_p(counts, sizes, half, draws=draws, seed=generator)[1]
            a, b = counts[half].sum(axis=0), counts[~half].sum(axis=0)
            usual = np.asarray(naive(a, b, sizes[half].sum(), sizes[~half].sum()))
            shares.append([(p < stats.ALPHA).mean(), (usual < stats.ALPHA).mean()])
        for name, values in zip(("permutation", test), np.transpose(shares), strict=True):
            mean, margin = values.mean(), 1.96 * values.std(ddof=1) / np.sqrt(splits)
            row = {"group": group, "test": name, "share": mean, "low": max(0.0, mean - margin), "high": mean + margin}
            rows.append(row | {"splits": splits, "n": counts.shape[1], "n_clusters": len(inner)})
    return pd.DataFrame(rows, columns=COLUMNS["calibration"])
