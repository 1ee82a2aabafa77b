"""How far apart the profiles of groups lie, each distance beside that of equal-sized halves of one text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import t

from policytext import stats
from policytext.profiles import Profiles, in_order, of_codes, of_terms
from policytext.study import COLUMNS, empty

MANY = 30
"""More groups than these are compared by Hellinger's distance, which is one product of matrices."""


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
    return {"themes": of_codes(themes, sentences, groups=groups), "terms": terms.only(terms.n >= min_n)}


def distances(profiles: Mapping[str, Profiles], *, groups: pd.Series, draws: int = 200, seed: int = 0) -> pd.DataFrame:
    """One row per (group_a, group_b, basis), in the order of the study: how far apart two groups are, from 0 to 1.

    profiles: by basis (themes, terms). distance: Jensen–Shannon's to base 2, above 30 groups Hellinger's (`metric`).
    low, high: 95 % interval, distance ± t times the standard deviation over `draws` resamples of the paragraphs of each
    group; resampling drives distances up, so their quantiles are no interval of the distance. nan where a group has
    fewer than 10 paragraphs. halves: the distance of half of the one group to half of the other, and baseline: that of
    the two halves of one group, mean of both groups and of `draws` random splits by paragraphs (means of squares, for
    these grow alike with 1/size). What halves has more than baseline is what the groups differ by, beyond what any
    text differs from itself. nan where a group has a single paragraph.
    """
    tables = []
    for basis, own in profiles.items():
        if len(own.groups) < 2 or not own.items:
            continue
        metric = "jensen-shannon" if len(own.groups) <= MANY else "hellinger"
        found = apart(own.sums())
        spread, halves, baseline = _draw(own, draws, seed)
        few = np.minimum.outer(own.n_paragraphs, own.n_paragraphs)
        margin = np.where(few < stats.FEWEST_CLUSTERS, np.nan, t.ppf(0.975, np.maximum(few - 1, 1)) * spread)
        known = [group for group in dict.fromkeys(groups) if group in own.groups]
        order = [own.groups.index(group) for group in known]
        a, b = (np.array(order)[axis] for axis in np.triu_indices(len(order), 1))
        rows = pd.DataFrame({"group_a": np.array(own.groups)[a], "group_b": np.array(own.groups)[b]})
        low, high = np.clip(found - margin, 0, 1), np.clip(found + margin, 0, 1)
        rows = rows.assign(basis=basis, metric=metric, distance=found[a, b], low=low[a, b], high=high[a, b])
        tables.append(rows.assign(halves=halves[a, b], baseline=baseline[a, b]))
    return pd.concat(tables, ignore_index=True)[COLUMNS["distances"]] if tables else empty("distances")


def nearest(found: pd.DataFrame, nested: pd.DataFrame, *, top_n: int = 20) -> pd.DataFrame:
    """The rows of `distances` of the `top_n` nearest and farthest pairs by the first basis, all where there are no more.

    nested: pairs of `nesting`. Two more columns, pair: which pair it is, from 1; nested: whether one contains the other.
    """
    first = found[found["basis"] == found["basis"].iloc[0]] if len(found) else found
    pairs = first.dropna(subset="distance").sort_values("distance", kind="stable")[["group_a", "group_b"]]
    ends = pd.concat([pairs.head(top_n), pairs.tail(top_n)])
    pairs = ends if len(pairs) > 2 * top_n else first[["group_a", "group_b"]]
    inside = set(zip(nested["group"], nested["within"], strict=True))
    both = [(a, b) in inside or (b, a) in inside for a, b in pairs.itertuples(index=False)]
    shown = pairs.assign(pair=range(1, len(pairs) + 1), nested=both).merge(found, on=["group_a", "group_b"], how="left")
    return in_order(shown, found["basis"], by="basis")


def apart(tables: sparse.csr_array, others: sparse.csr_array | None = None) -> np.ndarray:
    """The matrix of distances between the rows (to those of `others`), by the measure for so many groups."""
    if tables.shape[0] > MANY:
        return stats.hellinger(tables, others)
    return stats.jensen_shannon(tables.toarray(), None if others is None else others.toarray())


def resampled(own: Profiles, *, draws: int, seed: int | np.random.Generator = 0) -> Iterator[sparse.csr_array]:
    """Tables of groups × items with the paragraphs of each group drawn again, with replacement."""
    generator = np.random.default_rng(seed)
    sizes = own.n_paragraphs
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    for _ in range(draws):
        chosen = first[own.group] + (generator.random(len(own.group)) * sizes[own.group]).astype(int)
        yield own.sums(np.bincount(chosen, minlength=len(own.group)))


def _draw(own: Profiles, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For all pairs the standard deviation over resamples, the distance of halves, and that of halves of one group."""
    generator = np.random.default_rng(seed)
    shape = (len(own.groups), len(own.groups))
    total, squares, halves, within = np.zeros(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape[0])
    for table in resampled(own, draws=draws, seed=generator):
        found = apart(table)
        total, squares = total + found, squares + found**2
        first, second = _halves(own, generator)
        across = apart(first, second) ** 2
        halves, within = halves + (across + across.T) / 2, within + np.diag(across)
    spread = np.sqrt(np.maximum(squares / draws - (total / draws) ** 2, 0) * draws / max(draws - 1, 1))
    baseline = np.sqrt(np.add.outer(within, within) / 2 / draws)
    return spread, np.sqrt(halves / draws), baseline


def _halves(own: Profiles, generator: np.random.Generator) -> tuple[sparse.csr_array, sparse.csr_array]:
    """Two tables of groups × items: one random half of the paragraphs of each group, and the other."""
    order = np.argsort(own.group + generator.random(len(own.group)))
    sizes = own.n_paragraphs
    rank = np.arange(len(order)) - np.concatenate([[0], np.cumsum(sizes)[:-1]])[own.group]
    odd = sizes % 2 * (generator.random(len(sizes)) < 0.5)
    in_first = np.zeros(len(order), dtype=bool)
    in_first[order] = rank < (sizes // 2 + odd)[own.group]
    return own.sums(in_first.astype(float)), own.sums((~in_first).astype(float))
