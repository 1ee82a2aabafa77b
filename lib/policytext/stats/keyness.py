"""How much more often one corpus uses a term than another: G², log ratio, LRC."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri, rel_entr
from scipy.stats import chi2
from statsmodels.stats.proportion import proportion_confint

from policytext.stats.arrays import Array, floats, positive
from policytext.stats.intervals import LEVEL


def g2(a: ArrayLike, b: ArrayLike, n_a: ArrayLike, n_b: ArrayLike) -> tuple[Array, Array]:
    """G2, p: log-likelihood ratio of the four cells a, b, n_a - a, n_b - b (Dunning 1993, Comput Ling 19:61).

    a, b: occurrences in target and reference, of n_a and n_b terms. Unsigned. p is that of χ² with 1 degree of freedom
    and takes occurrences as independent, which they are not within paragraphs: report `permutation_p` beside it.
    nan where n_a + n_b is 0. Raises ValueError where a cell would be negative.
    """
    a, b, n_a, n_b = floats(a, b, n_a, n_b)
    cells = np.stack([a, b, n_a - a, n_b - b])
    if (cells < 0).any():
        raise ValueError("a count is negative or above its total")
    found, other = a + b, n_a + n_b - a - b
    expected = np.stack([found * n_a, found * n_b, other * n_a, other * n_b]) / positive(n_a + n_b)
    statistic = np.maximum(2 * rel_entr(cells, expected).sum(axis=0), 0)
    return statistic, chi2.sf(statistic, 1)


def log_ratio(a: ArrayLike, b: ArrayLike, n_a: ArrayLike, n_b: ArrayLike) -> tuple[Array, Array, Array]:
    """log ratio, low, high: log2 of rate a/n_a over rate b/n_b; 1 is twice as often (Hardie 2014; Katz et al. 1978).

    A zero counts as 0.5. The interval takes occurrences as independent. nan where a = b = 0 or a total is not above 0.
    """
    a, b, n_a, n_b = floats(a, b, n_a, n_b)
    found = a + b > 0
    a, b = (positive(np.where(found & (count == 0), 0.5, count)) for count in (a, b))
    n_a, n_b = positive(n_a), positive(n_b)
    ratio = np.log2(a / n_a) - np.log2(b / n_b)
    half = ndtri((1 + LEVEL) / 2) * np.sqrt(1 / a - 1 / n_a + 1 / b - 1 / n_b) / math.log(2)
    return ratio, ratio - half, ratio + half


def lrc(a: ArrayLike, b: ArrayLike, n_a: ArrayLike, n_b: ArrayLike, *, family: int | None = None) -> Array:
    """Conservative log ratio: the end nearer 0 of its exact interval, 0 where that holds 0 (Evert 2022, DH2022).

    Clopper and Pearson's interval of a/(a+b), after Bonferroni for `family` comparisons (default: as many as given).
    nan where a = b = 0 or a total is not above 0.
    """
    a, b, n_a, n_b = floats(a, b, n_a, n_b)
    n_a, n_b, found = positive(n_a), positive(n_b), positive(a + b)
    alpha = (1 - LEVEL) / (family or max(a.size, 1))
    bounds = np.stack(proportion_confint(a, found, alpha=alpha, method="beta"))
    with np.errstate(divide="ignore"):  # a share of 0 or 1 is an infinite log ratio
        low, high = np.log2(n_b / n_a) + np.log2(bounds) - np.log2(1 - bounds)
    score = np.where(a / n_a > b / n_b, np.maximum(low, 0), np.minimum(high, 0))
    return np.where(np.isnan(n_a + n_b + found), np.nan, score)
