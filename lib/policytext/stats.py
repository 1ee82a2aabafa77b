"""Formulas, numbers in, numbers out: each names its source, and says when `nan` ("not estimable") is the answer.

Clusters are paragraphs, whose sentences are not independent; terms are whatever is counted: words, themes, codes.
A table of counts has one row per cluster and one column per term, dense or sparse; one-dimensional counts are one
term. Sizes, one per cluster, are what the counts are shares of: its terms, its sentences.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations, islice
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse
from scipy.special import entr, ndtri, rel_entr
from scipy.stats import chi2, t
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

FEWEST_CLUSTERS = 10
"""Below this no interval over clusters is given: it would be too narrow."""
TENTATIVE_CLUSTERS = 20
"""Up to this an interval over clusters is marked as for reference only (仅供参考)."""
_BATCH = 2**18  # numbers held at once while permuting: 2 MB, which the processor's cache holds too

Array = NDArray[np.float64]


def _floats(*values: ArrayLike) -> list[Array]:
    """The values as arrays of one shape."""
    return [array.copy() for array in np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in values))]


def _positive(n: ArrayLike) -> Array:
    """`n` with nan where it is not above zero, so that nothing is divided by it."""
    return np.where(np.asarray(n) > 0, n, np.nan)


def _table(counts: ArrayLike, sizes: ArrayLike) -> tuple[sparse.csr_array, Array]:
    """The table (clusters × terms) and the sizes, both without clusters of size zero.

    Raises ValueError where they differ in length, something is negative, or a cluster of size zero has a count.
    """
    if not sparse.issparse(counts):
        counts = np.asarray(counts)
        counts = counts[:, None] if counts.ndim == 1 else counts
    table, sizes = sparse.csr_array(counts, dtype=float, copy=True), np.asarray(sizes, dtype=float)
    table.eliminate_zeros()
    if sizes.shape != table.shape[:1]:
        raise ValueError(f"{table.shape[0]} rows of counts, but sizes of shape {sizes.shape}")
    if (table.data < 0).any() or (sizes < 0).any() or table[sizes == 0].nnz:
        raise ValueError("a count or a size is negative, or a cluster of size zero has a count")
    return table[sizes > 0], sizes[sizes > 0]


# ---------------------------------------------------------------- proportions


def wilson(k: ArrayLike, n: ArrayLike, *, level: float = 0.95) -> tuple[Array, Array]:
    """low, high of the share k/n, in the shape of `k` and `n` (Wilson 1927; Newcombe 1998, Stat Med 17:857).

    n: may be an effective size, hence no integer; k is then the share times `n`. nan where n is not above 0.
    """
    k, n = _floats(k, n)
    low, high = proportion_confint(k, _positive(n), alpha=1 - level, method="wilson")
    return np.round(low, 12), np.round(high, 12)  # a bound of 0 is 0, not 1e-19


def newcombe(
    k_1: ArrayLike, n_1: ArrayLike, k_2: ArrayLike, n_2: ArrayLike, *, level: float = 0.95
) -> tuple[Array, Array]:
    """low, high of the difference k_1/n_1 - k_2/n_2 (Newcombe 1998, Stat Med 17:873, method 10); n as in `wilson`."""
    k_1, n_1, k_2, n_2 = _floats(k_1, n_1, k_2, n_2)
    return confint_proportions_2indep(k_1, _positive(n_1), k_2, _positive(n_2), method="newcomb", alpha=1 - level)


def upper_bound_of_zero(n: ArrayLike, *, level: float = 0.95) -> Array:
    """The highest rate, as a share of 1, at which finding nothing in `n` still has a chance of 1 - level; shape of `n`.

    Exact and one-sided, 1 - (1 - level)^(1/n) (Clopper & Pearson 1934); at 95 % the rule of three, 3/n (Hanley &
    Lippman-Hand 1983). It needs no clusters, and heeds them where `n` is an effective size. nan where n is not above 0.
    """
    return -np.expm1(np.log1p(-level) / _positive(n))


def design_effect(counts: ArrayLike, sizes: ArrayLike, *, at_least: float = 1.0) -> Array:
    """One per term: the variance of its rate over clusters, in multiples of what independent occurrences would have.

    The linearised variance of the ratio r of counts to sizes, C/(C-1) Σ(k_c - r n_c)² / n², over r(1-r)/n (Korn &
    Graubard 1998, Survey Methodology 24:193). Mostly luck brings it under 1, hence `at_least`; 0 leaves it as it is.
    1 where the rate is 0 or 1, which has no variance to compare; nan with fewer than two clusters.
    Raises ValueError where a term occurs more often than `sizes` allow.
    """
    table, sizes = _table(counts, sizes)
    clusters, n = len(sizes), sizes.sum()
    if clusters < 2:
        return np.full(table.shape[1], np.nan)
    rate = table.sum(axis=0) / n
    if (rate > 1).any():
        raise ValueError("more occurrences than the sizes add up to, which is no share")
    squares = (table**2).sum(axis=0) - 2 * rate * (table.T @ sizes) + rate**2 * (sizes**2).sum()
    independent = (clusters - 1) / clusters * n * rate * (1 - rate)
    effect = np.divide(squares, independent, out=np.ones_like(rate), where=independent > 0)
    return np.maximum(effect, at_least)


class ClusteredInterval(NamedTuple):
    """One entry per term, but one `n_clusters`: those of a size above 0. `low` and `high` are shares of 1."""

    low: Array
    high: Array
    n_clusters: int
    design_effect: Array


def clustered_interval(
    counts: ArrayLike, sizes: ArrayLike, *, level: float = 0.95, fewest: int = FEWEST_CLUSTERS
) -> ClusteredInterval:
    """Interval of the rate Σcounts / Σsizes of each term: Wilson's, with the effective size in place of the size.

    The effective size is n / design effect times (t_{n-1} / t_{C-1})²: the squared ratio of t quantiles pays for a
    variance that only C clusters tell (Korn & Graubard 1998; with Wilson: Franco et al. 2019, J Surv Stat Methodol
    7:334). So no interval is narrower than Wilson's. Simulated with 20 clusters, correlation .05 within, it covers a
    share of .3 in 94 % of samples (Wilson's 58 %), a rate of .005 in 83 % (65 %): rare terms in bursts stay doubtful.
    low and high are nan with fewer than `fewest` clusters, where no interval keeps its level; an absence then still
    has its `upper_bound_of_zero`. Raises as `design_effect` does.
    """
    table, sizes = _table(counts, sizes)
    clusters, n = len(sizes), sizes.sum()
    effect = design_effect(table, sizes)
    if clusters < max(fewest, 2) or n <= 1:
        missing = np.full(table.shape[1], np.nan)
        return ClusteredInterval(missing, missing.copy(), clusters, effect)
    of_sizes, of_clusters = t.ppf((1 + level) / 2, [n - 1, clusters - 1])
    effective = n / effect * (of_sizes / of_clusters) ** 2
    low, high = wilson(table.sum(axis=0) / n * effective, effective, level=level)
    return ClusteredInterval(low, high, clusters, effect)


# ---------------------------------------------------------------- tests


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
    table, sizes = _table(counts, sizes)
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


def smallest_p(clusters: int, target: int, *, draws: int = 100_000) -> float:
    """The least p that `permutation_p` can give for a target of so many of all clusters."""
    arrangements = math.comb(clusters, target)
    return 1 / arrangements if arrangements <= draws else 1 / (draws + 1)


# ---------------------------------------------------------------- keyness


def g2(a: ArrayLike, b: ArrayLike, n_a: ArrayLike, n_b: ArrayLike) -> tuple[Array, Array]:
    """G2, p: log-likelihood ratio of the four cells a, b, n_a - a, n_b - b (Dunning 1993, Comput Ling 19:61).

    a, b: occurrences in target and reference, of n_a and n_b terms. Unsigned. p is that of χ² with 1 degree of freedom
    and takes occurrences as independent, which they are not within paragraphs: report `permutation_p` beside it.
    nan where n_a + n_b is 0. Raises ValueError where a cell would be negative.
    """
    a, b, n_a, n_b = _floats(a, b, n_a, n_b)
    cells = np.stack([a, b, n_a - a, n_b - b])
    if (cells < 0).any():
        raise ValueError("a count is negative or above its total")
    found, other = a + b, n_a + n_b - a - b
    expected = np.stack([found * n_a, found * n_b, other * n_a, other * n_b]) / _positive(n_a + n_b)
    statistic = np.maximum(2 * rel_entr(cells, expected).sum(axis=0), 0)
    return statistic, chi2.sf(statistic, 1)


def log_ratio(
    a: ArrayLike, b: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, *, level: float = 0.95
) -> tuple[Array, Array, Array]:
    """log ratio, low, high: log2 of rate a/n_a over rate b/n_b; 1 is twice as often (Hardie 2014; Katz et al. 1978).

    A zero counts as 0.5. The interval takes occurrences as independent. nan where a = b = 0 or a total is not above 0.
    """
    a, b, n_a, n_b = _floats(a, b, n_a, n_b)
    found = a + b > 0
    a, b = (_positive(np.where(found & (count == 0), 0.5, count)) for count in (a, b))
    n_a, n_b = _positive(n_a), _positive(n_b)
    ratio = np.log2(a / n_a) - np.log2(b / n_b)
    half = ndtri((1 + level) / 2) * np.sqrt(1 / a - 1 / n_a + 1 / b - 1 / n_b) / math.log(2)
    return ratio, ratio - half, ratio + half


def lrc(
    a: ArrayLike, b: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, *, level: float = 0.95, family: int | None = None
) -> Array:
    """Conservative log ratio: the end nearer 0 of its exact interval, 0 where that holds 0 (Evert 2022, DH2022).

    Clopper and Pearson's interval of a/(a+b), after Bonferroni for `family` comparisons (default: as many as given).
    nan where a = b = 0 or a total is not above 0.
    """
    a, b, n_a, n_b = _floats(a, b, n_a, n_b)
    n_a, n_b, found = _positive(n_a), _positive(n_b), _positive(a + b)
    alpha = (1 - level) / (family or max(a.size, 1))
    bounds = np.stack(proportion_confint(a, found, alpha=alpha, method="beta"))
    with np.errstate(divide="ignore"):  # a share of 0 or 1 is an infinite log ratio
        low, high = np.log2(n_b / n_a) + np.log2(bounds) - np.log2(1 - bounds)
    score = np.where(a / n_a > b / n_b, np.maximum(low, 0), np.minimum(high, 0))
    return np.where(np.isnan(n_a + n_b + found), np.nan, score)


# ---------------------------------------------------------------- dispersion, association


class Dispersion(NamedTuple):
    """One entry per term. `range`: parts it occurs in. dp, dp_norm: 0 even, 1 in one place; the other three reverse."""

    range: NDArray[np.int64]
    dp: Array
    dp_norm: Array
    juilland_d: Array
    carroll_d2: Array
    rosengren_s: Array


def dispersion(counts: ArrayLike, sizes: ArrayLike) -> Dispersion:
    """How evenly each term is spread over parts of unequal size, one row of `counts` and one of `sizes` per part.

    DP (Gries 2008, IJCL 13:403), DPnorm = DP / (1 - smallest share) (Lijffijt & Gries 2012, IJCL 17:147), Juilland's D
    and Carroll's D2 on rates within parts, Rosengren's S on the parts' shares (Gries 2020). Parts of size 0 are left
    out. nan, but for `range`, where a term does not occur; with a single part only dp and rosengren_s are estimable.
    """
    table, sizes = _table(counts, sizes)
    parts, (row, column) = _positive(len(sizes)), table.tocoo().coords

    def total(values: Array) -> Array:
        return np.bincount(column, values, minlength=table.shape[1])

    n, shares, rate = table.data, sizes / sizes.sum(), table.data / sizes[row]
    share, found = shares[row], total(np.ones_like(n))
    occurrences, rates = _positive(total(n)), _positive(total(rate))
    dp = np.where(found, 1 + total(np.abs(n / occurrences[column] - share) - share), np.nan) / 2
    mean = rates / parts
    deviations = total((rate - mean[column]) ** 2) + (parts - found) * mean**2
    return Dispersion(
        range=found.astype(np.int64),
        dp=dp,
        dp_norm=dp / _positive(1 - shares.min(initial=1)),
        juilland_d=1 - np.sqrt(deviations / parts / _positive(parts - 1)) / mean,
        carroll_d2=np.where(found, total(entr(rate / rates[column])), np.nan) / _positive(np.log(parts)),
        rosengren_s=total(np.sqrt(n * share)) ** 2 / occurrences,
    )


class Association(NamedTuple):
    """One entry per pair of terms."""

    npmi: Array
    log_dice: Array
    g2: Array
    p: Array


def association(n_ab: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, n: ArrayLike) -> Association:
    """How strongly two terms go together: of n contexts (sentences) n_a hold the one, n_b the other, n_ab both.

    npmi: 1 always together, 0 as by chance, -1 never (Bouma 2009); nan where a term has no context or both have all.
    log_dice: 14 always together, 1 less for half as much, whatever n is (Rychlý 2008); nan where never together.
    g2, p: as `g2`, unsigned: npmi tells attraction from avoidance. Raises ValueError where a cell would be negative.
    """
    n_ab, n_a, n_b, n = _floats(n_ab, n_a, n_b, n)
    together, expected = _positive(n_ab), _positive(n_a * n_b) / _positive(n)
    npmi = np.log(together / expected) / _positive(np.log(_positive(n) / together))
    return Association(
        np.where((n_ab == 0) & (expected > 0), -1.0, npmi),
        14 + np.log2(2 * together / _positive(n_a + n_b)),
        *g2(n_ab, n_b - n_ab, n_a, n - n_a),
    )
