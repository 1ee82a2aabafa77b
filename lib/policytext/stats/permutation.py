"""Tests that relabel clusters, and the correction for many of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations, islice

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.stats import rankdata
from statsmodels.stats.multitest import multipletests

from policytext.stats.arrays import Array, table_of

ALPHA = 0.05
"""A q below this is a verdict."""
_CELLS = 10**8
_MOST = 60
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


def relabelled(
    counts: ArrayLike, sizes: ArrayLike, group: ArrayLike, *, draws: int, seed: int | np.random.Generator = 0
) -> Iterator[tuple[Array, Array]]:
    """Batches of draws in which clusters change groups at random and each group keeps its number of clusters.

    group: 0, 1, … per cluster, none of them without clusters. Yields counts (draws × groups × terms) and sizes
    (draws × groups). One pass serves all groups and all that is computed from the table of groups × terms.
    """
    both, members = _with_sizes(counts, sizes), np.bincount(group)
    generator, rows = np.random.default_rng(seed), _BATCH // (len(members) * both.shape[1] + len(both)) + 1
    for start in range(0, draws, rows):
        order = generator.random((min(rows, draws - start), len(both)), dtype=np.float32).argsort(axis=1)
        yield _sums(both, order, members)


def _with_sizes(counts: ArrayLike, sizes: ArrayLike) -> Array:
    """The dense table with the sizes as its last column."""
    dense = counts.toarray() if sparse.issparse(counts) else np.asarray(counts)
    return np.column_stack([dense, np.asarray(sizes)]).astype(float)


def _sums(both: Array, order: NDArray[np.integer], members: NDArray[np.integer]) -> tuple[Array, Array]:
    """Counts and sizes of groups: each row of `order` lists the clusters of the first group, then of the next."""
    ends = np.append(0, np.tile(members, len(order)).cumsum())
    chosen = sparse.csr_array((np.ones(order.size), order.ravel(), ends), shape=(len(ends) - 1, len(both)))
    sums = (chosen @ both).reshape(len(order), len(members), -1)
    return sums[..., :-1], sums[..., -1]


def permutation_p(
    counts: ArrayLike, sizes: ArrayLike, group: ArrayLike, *, draws: int = 100_000, seed: int | np.random.Generator = 0
) -> Array:
    """Two-sided p, groups × terms: is a term's rate in a group farther from that of the rest than relabelling brings it?

    group: that of each cluster, as numbers or as true and false; p has a row for each, in order. The statistic is the
    difference of the two rates over its standard error under one rate, (k - K f) / √(f (1 - f)): k of a term's K
    occurrences are in the group, f is the group's share of all sizes (the root of Pearson's χ²). Without the division
    draws of few short clusters, whose rates are noisy, would hide every shortage of a term in a small group.
    p = (1 + b) / (draws + 1) with b draws as far from 0 or farther (Phipson & Smyth 2010); where no more than `draws`
    arrangements of a group exist, each is taken once and p = b / arrangements.

    No p depends on what other terms are tested. Memory: the dense table and some MB. nan with one group. Raises
    ValueError for tables as `design_effect` does.
    """
    _, group = np.unique(np.asarray(group)[np.asarray(sizes) > 0], return_inverse=True)
    table, sizes = table_of(counts, sizes)
    both, members, every, total = _with_sizes(table, sizes), np.bincount(group), table.sum(axis=0), sizes.sum()
    if len(members) < 2:
        return np.full((len(members), len(every)), np.nan)

    def distance(n: Array, size: Array) -> Array:
        share = (size / total)[..., None]
        return np.abs(n - share * every) / np.sqrt(share * (1 - share))

    observed = distance(*_sums(both, np.argsort(group, kind="stable")[None], members))[0]
    threshold = observed - 1e-9 * (1 + observed)  # equal arrangements differ in their last bits, by processor
    p, few = np.empty(observed.shape), [math.comb(len(group), int(n)) <= draws for n in members]
    if not all(few):
        drawn = relabelled(table, sizes, group, draws=draws, seed=seed)
        p = (1 + sum(np.count_nonzero(distance(*one) >= threshold, axis=0) for one in drawn)) / (1 + draws)
    for number in np.flatnonzero(few):
        found = [distance(*sums) >= threshold[number] for sums in _arrangements(both, members[number])]
        p[number] = np.concatenate(found).mean(axis=(0, 1))
    return p


def _arrangements(both: Array, chosen: int) -> Iterator[tuple[Array, Array]]:
    """Counts and sizes of all sets of so many clusters, in batches of sets × 1."""
    every = combinations(range(len(both)), chosen)
    while batch := list(islice(every, _BATCH // both.size + 1)):
        yield _sums(both, np.array(batch), np.array([chosen]))


def exact_permutation_p(counts: ArrayLike, sizes: ArrayLike, is_target: ArrayLike, *, steps: int = 10**9) -> float:
    """The p of `permutation_p` for one term over all arrangements, counted and not drawn; sizes are whole numbers.

    How many sets of as many clusters as the target has hold k occurrences and s of the sizes is counted cluster by
    cluster for all k and s at once. nan where that would take more than `steps` additions, a few seconds, or a table of
    more than a gigabyte; the draws have to do then.
    """
    is_target = np.asarray(is_target, dtype=bool)
    counts, sizes = np.asarray(counts).astype(int), np.asarray(sizes).astype(int)
    chosen, all_k, all_s = int(is_target.sum()), int(counts.sum()), int(sizes.sum())
    plane, holding = (chosen + 1) * (all_s + 1), np.count_nonzero(counts)
    if plane * ((all_k + 1) * holding + len(counts) - holding) > steps or plane * (all_k + 1) > _CELLS:
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


def settled_p(
    counts: ArrayLike,
    sizes: ArrayLike,
    group: ArrayLike,
    *,
    family: ArrayLike | None = None,
    draws: int = 100_000,
    seed: int = 0,
) -> tuple[Array, Array]:
    """p as `permutation_p`, and q over all groups and terms of a family; p that leave a verdict open are counted exactly.

    family: of each term, by default one for all. A verdict is whether q is below 0.05. Open is a p whose Monte Carlo
    error (four standard errors) reaches over 0.05 · rank / m, where Benjamini and Hochberg cut (of those that pass, the
    rank of the last): without this, what lies near it would change sides with the seed. More than 60 verdicts are not
    counted: so many are open only where draws are too few.
    """
    table, group = sparse.csc_array(counts), np.unique(group, return_inverse=True)[1]
    p = permutation_p(table, sizes, group, draws=draws, seed=seed)
    families = np.broadcast_to(0 if family is None else np.asarray(family), p.shape)
    counted = np.zeros(p.shape, dtype=bool)
    while True:
        q, unsure = np.empty(p.shape), np.zeros(p.shape, dtype=bool)
        for name in np.unique(families):
            own = families == name
            q[own] = benjamini_hochberg(p[own])
            rank = np.maximum(rankdata(p[own], "max"), np.count_nonzero(q[own] < ALPHA))
            unsure[own] = np.abs(p[own] - ALPHA * rank / own.sum()) < 4 * np.sqrt(p[own] / draws)
        unsure &= ~counted
        counted |= unsure
        if not unsure.any() or counted.sum() > _MOST:
            return p, q
        for number, term in np.argwhere(unsure):
            found = exact_permutation_p(table[:, [term]].toarray()[:, 0], sizes, group == number)
            p[number, term] = found if np.isfinite(found) else p[number, term]


def smallest_p(clusters: int, target: int, *, draws: int = 100_000) -> float:
    """The least p that `permutation_p` can give for a target of so many of all clusters.

    Where target and rest have as many clusters, the arrangement that swaps them lies as far out as the one that is there.
    """
    arrangements = math.comb(clusters, target)
    return (1 + (2 * target == clusters)) / arrangements if arrangements <= draws else 1 / (draws + 1)
