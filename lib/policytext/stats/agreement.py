"""How far coders agree beyond chance, and what a measured share is worth where the measurement errs.

Ratings have one row per unit coded (a sentence) and one column per coder; a category is a number from 0, missing is
below 0. Every index is (observed - expected) / (1 - expected) agreement; what differs is the expectation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtri
from scipy.stats import t

from policytext.stats.arrays import Array, floats, positive
from policytext.stats.intervals import FEWEST_CLUSTERS, LEVEL, wilson

RELIABLE, TENTATIVE = 0.8, 0.667
"""Krippendorff's (2019) thresholds for α: to rely on, and for tentative conclusions only."""


def reliability(alpha: float) -> str:
    """What agreement between coders allows: `reliable` from .8 on, `tentative` from .667, else `unreliable`."""
    return "reliable" if alpha >= RELIABLE else "tentative" if alpha >= TENTATIVE else "unreliable"


class Index(NamedTuple):
    """A chance-corrected index of agreement: 1 perfect, 0 as by chance; nan where chance alone agrees always."""

    value: float
    observed: float
    expected: float


def cohen_kappa(ratings: ArrayLike, *, categories: int = 2, weights: ArrayLike | None = None) -> Index:
    """Cohen's κ (1960) of two coders, over the units that both rated: chance has each coder's own shares.

    weights: how many units each row of ratings stands for, 1 by default. Raises ValueError unless there are two coders.
    """
    votes, weights = _votes(ratings, categories, weights)
    if votes.shape[1] != 2:
        raise ValueError(f"κ compares two coders, not {votes.shape[1]}")
    weights = weights * (votes.sum(axis=(1, 2)) == 2)
    n = positive(weights.sum())
    shares = np.einsum("u,uck->ck", weights, votes) / n
    return _index(weights @ votes.prod(axis=1).sum(axis=1) / n, shares.prod(axis=0).sum())


def krippendorff_alpha(ratings: ArrayLike, *, categories: int = 2, weights: ArrayLike | None = None) -> Index:
    """Krippendorff's α for nominal data, any number of coders, ratings missing or not (Krippendorff 2011).

    Chance draws two ratings without putting back from all those of units that two or more coders rated. weights: as for κ.
    """
    votes, weights = _votes(ratings, categories, weights)
    votes = votes.sum(axis=1)
    coders = votes.sum(axis=1)
    weights = weights * (coders > 1)
    per_category = weights @ votes
    n = per_category.sum()
    agreeing = (votes * (votes - 1)).sum(axis=1) / np.maximum(coders - 1, 1)
    chance = (per_category * (per_category - 1)).sum() / positive(n * (n - 1))
    return _index(weights @ agreeing / positive(n), chance)


def gwet_ac1(ratings: ArrayLike, *, categories: int = 2, weights: ArrayLike | None = None) -> Index:
    """Gwet's AC1 (2008), any number of coders, ratings missing or not: it keeps its footing where a category is rare.

    weights: as for κ.
    """
    votes, weights = _votes(ratings, categories, weights)
    votes = votes.sum(axis=1)
    coders = votes.sum(axis=1)
    agreeing = (votes * (votes - 1)).sum(axis=1) / np.maximum(coders * (coders - 1), 1)
    rated, several = weights * (coders > 0), weights * (coders > 1)
    shares = rated @ (votes / np.maximum(coders, 1)[:, None]) / positive(rated.sum())
    chance = (shares * (1 - shares)).sum() / positive(categories - 1)
    return _index(several @ agreeing / positive(several.sum()), chance)


def _votes(ratings: ArrayLike, categories: int, weights: ArrayLike | None) -> tuple[Array, Array]:
    """Units × coders × categories, 1 where the coder gave the unit that category; and the weights of the units."""
    codes = np.asarray(ratings)
    if codes.ndim != 2 or (codes >= categories).any():
        raise ValueError("ratings are units × coders, of categories counted from 0")
    votes = (codes[:, :, None] == np.arange(categories)).astype(float)
    return votes, np.ones(len(codes)) if weights is None else np.asarray(weights, dtype=float)


def _index(observed: float, expected: float) -> Index:
    spare = 1 - expected
    return Index(float((observed - expected) / spare) if spare > 1e-12 else np.nan, float(observed), float(expected))


def jackknife_variance(left: ArrayLike) -> Array:
    """Variance of a statistic from its values with one cluster left out at a time (Efron & Tibshirani 1993, ch. 11).

    left: one row per cluster; a statistic may be an array of numbers. nan with one cluster.
    """
    left = np.asarray(left, dtype=float)
    n = len(left)
    return (n - 1) / n * ((left - left.mean(axis=0)) ** 2).sum(axis=0) if n > 1 else np.full(left.shape[1:], np.nan)


class AgreementInterval(NamedTuple):
    """An index with its interval; low and high are nan where they are not estimable."""

    index: Index
    low: float
    high: float


def agreement_interval(
    index: Callable[..., Index], ratings: ArrayLike, clusters: ArrayLike, *, categories: int = 2
) -> AgreementInterval:
    """Index and interval, units of one cluster (the sentences of a paragraph) not being independent.

    Wilson's interval of the observed agreement, put through (p - expected) / (1 - expected). Its effective size is the
    one that gives the observed agreement the variance that the index has over clusters by the jackknife, expectation
    included, times (t_{n-1} / t_{C-1})², as in `clustered_interval`. So perfect agreement has a lower bound under 1,
    which neither the delta method nor the bootstrap gives. Simulated with 94 paragraphs of one to seven sentences, one in
    ten or twenty coded and κ between .6 and .98, it covers κ in 94 to 98 % of samples (the jackknife with t: 67 to 95 %).
    nan with fewer than ten clusters.
    """
    codes, names = np.asarray(ratings), np.asarray(clusters)
    rated = (codes >= 0).sum(axis=1) > 1
    codes, names = codes[rated], names[rated]
    _, cluster = np.unique(names, return_inverse=True)
    kinds, kind = np.unique(codes, axis=0, return_inverse=True)
    counts = np.zeros((cluster.max(initial=-1) + 1, len(kinds)))  # few kinds of rating, however many units
    np.add.at(counts, (cluster, kind.ravel()), 1)
    total = counts.sum(axis=0)
    whole, n, many = index(kinds, categories=categories, weights=total), len(codes), len(counts)
    if many < FEWEST_CLUSTERS or np.isnan(whole.value):
        return AgreementInterval(whole, np.nan, np.nan)
    variance = jackknife_variance([index(kinds, categories=categories, weights=total - own).value for own in counts])
    independent = whole.observed * (1 - whole.observed) / n / (1 - whole.expected) ** 2
    effect = max(float(variance) / independent, 1.0) if independent > 0 else 1.0
    effective = n / effect * (t.ppf((1 + LEVEL) / 2, n - 1) / t.ppf((1 + LEVEL) / 2, many - 1)) ** 2
    bounds = np.stack(wilson(whole.observed * effective, effective))
    low, high = (bounds - whole.expected) / (1 - whole.expected)
    return AgreementInterval(whole, float(low), float(high))


def rogan_gladen(share: ArrayLike, sensitivity: ArrayLike, specificity: ArrayLike) -> Array:
    """The true share behind a measured one, within [0, 1] (Rogan & Gladen 1978, Am J Epidemiol 107:71).

    For a corpus that was coded by rules of known sensitivity (recall) and specificity, never for the sentences that
    these were measured on. nan where the two add up to 1 or less: such a measurement says nothing.
    """
    share, sensitivity, specificity = floats(share, sensitivity, specificity)
    return np.clip((share + specificity - 1) / positive(sensitivity + specificity - 1), 0, 1)


def rogan_gladen_interval(
    share: ArrayLike,
    n: ArrayLike,
    sensitivity: ArrayLike,
    n_positive: ArrayLike,
    specificity: ArrayLike,
    n_negative: ArrayLike,
) -> tuple[Array, Array]:
    """low, high of `rogan_gladen` (Lang & Reiczigel 2014, Prev Vet Med 113:13), all three shares being estimates.

    n: sentences that the share was measured on; n_positive, n_negative: those of the key with and without the theme, on
    which sensitivity and specificity were measured. Sentences are taken as independent: give effective sizes. nan as there.
    """
    share, n, sensitivity, n_positive, specificity, n_negative = floats(
        share, n, sensitivity, n_positive, specificity, n_negative
    )
    z = ndtri((1 + LEVEL) / 2)
    p, size = (n * share + z**2 / 2) / (n + z**2), n + z**2
    se, size_se = (n_positive * sensitivity + 1) / (n_positive + 2), n_positive + 2
    sp, size_sp = (n_negative * specificity + 1) / (n_negative + 2), n_negative + 2
    spare = positive(se + sp - 1)
    true = (p + sp - 1) / spare
    of_se, of_sp = se * (1 - se) / size_se, sp * (1 - sp) / size_sp
    shift = 2 * z**2 * (true * of_se - (1 - true) * of_sp)
    error = np.sqrt(p * (1 - p) / size + true**2 * of_se + (1 - true) ** 2 * of_sp) / spare
    told = np.where(sensitivity + specificity > 1, true + shift, np.nan)
    return np.clip(told - z * error, 0, 1), np.clip(told + z * error, 0, 1)
