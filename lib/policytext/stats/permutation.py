"""Tests that relabel clusters, and the correction for many of them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import combinations, islice

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from statsmodels.stats.multitest import multipletests

from policytext.stats.arrays import Array, table_of

_BATCH = 2**18  # numbers held at once while permuting: 2 MB, which the processor's cache holds too


def benjamini_hochberg(p: ArrayLike) -> Array:
    """q values in the shape of `p`, which is one family whatever its shape (Benjamini & Hochberg 1995, JRSS B 57:289).

    nan stays nan and does not count as a test.
    """
    p = np.asarray(p, dtype=float)
    q = np.full(p.shape, np.nan)
    tested = ~np.isnan(p)
    if tested.any():
        q[tested] = multipletests(p[tested], method="fdr_bh")[1]
    return q


def _every_arrangement(is_target: NDArray[np.bool_], *, rows: int) -> Iterator[NDArray[np.int8]]:
    """All ways to choose as many clusters as the target has, up to `rows` at a time: each row 0 or 1 per cluster."""
    every = combinations(range(len(is_target)), int(is_target.sum()))
    while batch := list(islice(every, rows)):
        members = np.zeros((len(batch), len(is_target)), dtype=np.int8)
        np.put_along_axis(members, np.array(batch), 1, axis=1)
        yield members


def _drawn_arrangements(
    is_target: NDArray[np.bool_], *, draws: int, seed: int | np.random.Generator, rows: int
) -> Iterator[NDArray[np.int8]]:
    """As above, `draws` at random; the same draws whatever `rows` is."""
    generator = np.random.default_rng(seed)
    chosen = min(int(is_target.sum()), int((~is_target).sum()))  # the distance of target and rest is the same
    for start in range(0, draws, rows):
        order = generator.random((min(rows, draws - start), len(is_target)), dtype=np.float32).argpartition(
            chosen, axis=1
        )
        members = np.zeros(order.shape, dtype=np.int8)
        np.put_along_axis(members, order[:, :chosen], 1, axis=1)
        yield members


def permutation_p(
    counts: ArrayLike,
    sizes: ArrayLike,
    is_target: ArrayLike,
    *,
    draws: int = 100_000,
    seed: int | np.random.Generator = 0,
) -> Array:
    """Two-sided p per term: does its rate differ between target and the rest by more than relabelled clusters do?

    is_target: true or false per cluster. The statistic is the difference of the two rates over its standard error
    under one rate, (k - K f) / √(f (1 - f)): k of a term's K occurrences are in the target, f is the target's share of
    all sizes (the root of Pearson's χ²). Without the division draws of few short clusters, whose rates are noisy, would
    hide every shortage of a term in a small target. p = (1 + b) / (draws + 1) with b draws as far from 0 or farther
    (Phipson & Smyth 2010); where no more than `draws` arrangements exist each is taken once and p = b / arrangements.

    Swapping target and rest changes no p, nor do other terms. Memory: the dense table and a few MB.
    nan where the target has none of the clusters or all. Raises ValueError for tables as `design_effect` does.
    """
    is_target = np.asarray(is_target, dtype=bool)[np.asarray(sizes) > 0]
    table, sizes = table_of(counts, sizes)
    if is_target.all() or not is_target.any():
        return np.full(table.shape[1], np.nan)
    share = sizes / sizes.sum()
    residuals = table.toarray() - np.outer(share, table.sum(axis=0))

    def distance(members: NDArray) -> Array:
        within = members @ share
        return np.abs((members / np.sqrt(within * (1 - within))[:, None]) @ residuals)

    observed = distance(is_target[None, :])[0]
    threshold = observed - 1e-9 * (1 + observed)  # equal arrangements differ in their last bits, by processor
    rows = _BATCH // max(residuals.shape) + 1
    exact = math.comb(len(is_target), int(is_target.sum())) <= draws
    beyond = total = 0 if exact else 1
    for members in (
        _every_arrangement(is_target, rows=rows)
        if exact
        else _drawn_arrangements(is_target, draws=draws, seed=seed, rows=rows)
    ):
        beyond = beyond + np.count_nonzero(distance(members) >= threshold, axis=0)
        total += len(members)
    return beyond / total


def exact_permutation_p(
    counts: ArrayLike, sizes: ArrayLike, is_target: ArrayLike, *, states: int = 40_000_000
) -> float:
    """The p of `permutation_p` for one term over all arrangements, counted and not drawn; sizes are whole numbers.

    How many sets of as many clusters as the target has hold k occurrences and s of the sizes is counted cluster by
    cluster for all k and s at once. Paragraphs without the term, mostly all but a few, cost next to nothing.
    nan where that table would have more than `states` entries; the draws have to do then.
    """
    is_target = np.asarray(is_target, dtype=bool)
    counts, sizes = np.asarray(counts).astype(int), np.asarray(sizes).astype(int)
    chosen, all_k, all_s = int(is_target.sum()), int(counts.sum()), int(sizes.sum())
    if (chosen + 1) * (all_k + 1) * (all_s + 1) > states:
        return float("nan")
    plain = np.zeros((chosen + 1, all_s + 1))
    plain[0, 0] = 1
    for size in sizes[counts == 0]:
        plain[1:, size:] += plain[:-1, : all_s + 1 - size]
    ways = np.zeros((chosen + 1, all_k + 1, all_s + 1))
    ways[:, 0] = plain
    for k, size in zip(counts[counts > 0], sizes[counts > 0], strict=True):
        ways[1:, k:, size:] += ways[:-1, : all_k + 1 - k, : all_s + 1 - size]
    share = np.arange(1, all_s) / all_s
    distance = np.abs(np.arange(all_k + 1)[:, None] - all_k * share) / np.sqrt(share * (1 - share))
    found = distance[counts[is_target].sum(), sizes[is_target].sum() - 1]
    last = ways[chosen][:, 1:all_s]
    return float(last[distance >= found - 1e-9 * (1 + found)].sum() / last.sum())


def relabelled(
    counts: ArrayLike, sizes: ArrayLike, group: ArrayLike, *, draws: int, seed: int | np.random.Generator = 0
) -> Iterator[tuple[Array, Array]]:
    """Batches of draws in which clusters change groups at random and each group keeps its number of clusters.

    group: 0, 1, … per cluster, none of them without clusters. Yields counts (draws × groups × terms) and sizes
    (draws × groups). One pass serves all groups and all that is computed from the table of groups × terms; where two
    groups are compared it draws from the same arrangements as `permutation_p`.
    """
    group = np.asarray(group)
    if sparse.issparse(counts):
        counts = counts.toarray()
    both = np.column_stack([np.asarray(counts, dtype=float), np.asarray(sizes, dtype=float)])
    starts = np.concatenate([[0], np.cumsum(np.bincount(group))[:-1]])
    generator = np.random.default_rng(seed)
    rows = 4 * _BATCH // both.size + 1
    for start in range(0, draws, rows):
        order = generator.random((min(rows, draws - start), len(both)), dtype=np.float32).argsort(axis=1)
        sums = np.add.reduceat(both[order], starts, axis=1)
        yield sums[..., :-1], sums[..., -1]


def settled(
    p: ArrayLike,
    family: ArrayLike,
    exact: Callable[[int], float],
    *,
    draws: int,
    alpha: float = 0.05,
    most: int = 60,
) -> Array:
    """The p that were drawn, those that leave a verdict open counted exactly: `exact` gives the p at a place, or nan.

    A verdict is whether Benjamini and Hochberg's q, within the family, is below alpha. Open is a p whose Monte Carlo
    error (four standard errors) reaches over the cut: without this, what lies near it would change sides with the seed.
    More than `most` verdicts are not counted: so many are open only where draws are too few.
    """
    p, family = np.array(p, dtype=float), np.asarray(family)
    counted: set[int] = set()
    while True:
        unsure: set[int] = set()
        for name in dict.fromkeys(family.tolist()):
            own = np.flatnonzero((family == name) & ~np.isnan(p))
            passes = benjamini_hochberg(p[own]) < alpha
            cut = p[own].max(initial=0) if passes.all() else p[own][~passes].min()
            unsure |= set(own[np.abs(p[own] - cut) < 4 * np.sqrt(p[own] / draws)].tolist()) - counted
        if not unsure or len(counted | unsure) > most:
            return p
        for place in sorted(unsure):
            found = exact(place)
            p[place] = found if np.isfinite(found) else p[place]
        counted |= unsure


def smallest_p(clusters: int, target: int, *, draws: int = 100_000) -> float:
    """The least p that `permutation_p` can give for a target of so many of all clusters."""
    arrangements = math.comb(clusters, target)
    return 1 / arrangements if arrangements <= draws else 1 / (draws + 1)
