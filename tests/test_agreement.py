"""What a user may rely on in `stats.agreement`: published values, tables for the back of an envelope, properties."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa

from policytext import stats

PUBLISHED = json.loads((Path(__file__).parent / "data" / "reference_values.json").read_text(encoding="utf-8"))
INDICES = (stats.cohen_kappa, stats.krippendorff_alpha, stats.gwet_ac1)
few = settings(max_examples=40, deadline=None, derandomize=True)
pytestmark = pytest.mark.filterwarnings("error")


def unrolled(table):
    """The ratings behind a table of two coders."""
    return np.array([(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)])


def read(coders):
    """Ratings and the number of categories of coders who each wrote one character per unit."""
    categories = sorted({character for coder in coders for character in coder} - {"."})
    codes = {character: number for number, character in enumerate(categories)} | {".": -1}
    return np.array([[codes[character] for character in coder] for coder in coders]).T, len(categories)


@st.composite
def binary(draw, *, coders=2, fewest=8):
    units = draw(st.integers(fewest, 40))
    return np.array([[draw(st.integers(0, 1)) for _ in range(coders)] for _ in range(units)])


@pytest.mark.parametrize(("table", "kappa"), PUBLISHED["kappa"]["table_kappa"])
def test_kappa_is_the_published_one(table, kappa):
    assert round(stats.cohen_kappa(unrolled(table), categories=len(table)).value, 4) == kappa


@pytest.mark.parametrize(("coders", "alpha"), PUBLISHED["alpha"]["coders_alpha"])
def test_alpha_of_two_coders_is_the_published_one(coders, alpha):
    ratings, categories = read(coders)
    assert round(stats.krippendorff_alpha(ratings, categories=categories).value, 3) == alpha


def test_alpha_and_ac1_of_four_coders_who_left_units_out_are_the_published_ones():
    values = PUBLISHED["four_coders"]
    ratings, categories = read(values["ratings"])
    ac1 = stats.gwet_ac1(ratings, categories=categories)
    assert round(stats.krippendorff_alpha(ratings, categories=categories).value, 5) == values["alpha"]
    assert (round(ac1.value, 5), round(ac1.observed, 5)) == (values["ac1"], values["p_observed_ac1"])


@given(binary())
@few
def test_kappa_is_that_of_statsmodels(ratings):
    table = np.zeros((2, 2))
    np.add.at(table, tuple(ratings.T), 1)
    if min(*table.sum(axis=0), *table.sum(axis=1)) > 0:
        assert_allclose(stats.cohen_kappa(ratings).value, cohens_kappa(table, return_results=False), atol=1e-12)


@given(binary(coders=3))
@few
def test_alpha_is_the_kappa_of_fleiss_but_for_its_correction_of_small_samples(ratings):
    n = ratings.size
    if 0 < ratings.sum() < n:
        fleiss = fleiss_kappa(aggregate_raters(ratings, n_cat=2)[0])
        assert_allclose(1 - stats.krippendorff_alpha(ratings).value, (1 - fleiss) * (n - 1) / n, atol=1e-12)


def test_ac1_by_hand():
    # 8 of 10 agree; category 1 has shares .2 and .4, on average .3: chance .3 * .7 + .7 * .3
    ratings = np.array([(0, 0)] * 6 + [(1, 1)] * 2 + [(0, 1)] * 2)
    assert_allclose(stats.gwet_ac1(ratings), ((0.8 - 0.42) / 0.58, 0.8, 0.42))


@given(binary())
@few
def test_who_is_called_first_and_what_is_called_one_changes_nothing(ratings):
    for index in INDICES:
        assert_allclose(index(ratings[:, ::-1]), index(ratings), atol=1e-12)
        assert_allclose(index(1 - ratings), index(ratings), atol=1e-12)


def test_where_chance_agrees_always_kappa_and_alpha_are_not_estimable():
    nothing = np.zeros((20, 2), dtype=int)
    assert np.isnan(stats.cohen_kappa(nothing).value)
    assert np.isnan(stats.krippendorff_alpha(nothing).value)
    assert stats.gwet_ac1(nothing).value == 1


def test_units_that_one_coder_left_out_do_not_count_for_alpha_and_kappa():
    ratings = np.array([(0, 0), (1, 1), (0, 1), (1, 1)] * 5)
    more = np.vstack([ratings, [(1, -1), (-1, 0), (-1, -1)]])
    for index in (stats.cohen_kappa, stats.krippendorff_alpha):
        assert index(more) == index(ratings)


def test_kappa_compares_two_coders_and_no_more():
    with pytest.raises(ValueError, match="two coders"):
        stats.cohen_kappa(np.zeros((5, 3), dtype=int))
    with pytest.raises(ValueError, match="counted from 0"):
        stats.gwet_ac1(np.array([[0, 2]]))


# ---------------------------------------------------------------- intervals


def paragraphs(n, size):
    return np.repeat(np.arange(n), size)


def test_perfect_agreement_has_a_lower_bound_under_one_that_rises_with_the_number_of_units():
    ratings = np.array([(1, 1), (0, 0), (0, 0), (0, 0)] * 30)
    few_, many = (stats.agreement_interval(stats.cohen_kappa, ratings[:n], paragraphs(n // 4, 4)) for n in (48, 120))
    assert (many.index.value, many.high) == (1, 1)
    assert 0 < few_.low < many.low < 1


def test_an_interval_of_one_sentence_paragraphs_is_close_to_that_of_independent_units():
    # two thirds agree, half and half: kappa 1/3, whose asymptotic standard error statsmodels gives
    ratings = unrolled([[100, 50], [50, 100]])
    rng = np.random.default_rng(1)
    found = stats.agreement_interval(stats.cohen_kappa, rng.permutation(ratings), np.arange(300))
    published = cohens_kappa([[100, 50], [50, 100]])
    assert_allclose((found.low, found.high), (published.kappa_low, published.kappa_upp), atol=0.01)


def test_disagreements_that_stand_together_widen_the_interval():
    ratings = np.array([(1, 1)] * 40 + [(0, 0)] * 40 + [(0, 1)] * 20)
    together, apart = np.arange(100) // 5, np.arange(100) % 20
    wide, narrow = (stats.agreement_interval(stats.krippendorff_alpha, ratings, names) for names in (together, apart))
    assert wide.index == narrow.index
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_under_ten_paragraphs_there_is_no_interval():
    ratings = np.array([(1, 1), (0, 0), (0, 1)] * 9)
    found = stats.agreement_interval(stats.gwet_ac1, ratings, paragraphs(9, 3))
    assert np.isnan(found.low)
    assert not np.isnan(found.index.value)


def test_the_jackknife_variance_of_a_mean_is_the_textbook_one():
    values = np.array([1.0, 4.0, 2.0, 9.0])
    left = [np.delete(values, i).mean() for i in range(4)]
    assert_allclose(stats.jackknife_variance(left), values.var(ddof=1) / 4)
    assert np.isnan(stats.jackknife_variance(left[:1]))


@given(binary(), st.randoms())
@few
def test_a_weight_is_so_many_units_of_the_same_ratings(ratings, random):
    weights = [random.randint(0, 3) for _ in ratings]
    if sum(weights) > 1:
        for index in INDICES:
            assert_allclose(index(ratings, weights=weights), index(np.repeat(ratings, weights, axis=0)), atol=1e-12)


@pytest.mark.slow
def test_the_interval_of_kappa_keeps_its_level_where_agreement_is_high():
    """94 paragraphs, one sentence in ten coded: the setting of the five reports. 300 samples tell 95 % from 91 %."""
    rng = np.random.default_rng(7)

    def sample(n):
        names = np.repeat(np.arange(n), rng.integers(1, 8, n))
        truth = rng.random(len(names)) < rng.beta(0.9, 8.1, n)[names]
        coders = [np.where(truth, rng.random(len(names)) > 0.05, rng.random(len(names)) < 0.006) for _ in range(2)]
        return np.array(coders).T.astype(int), names

    true = stats.cohen_kappa(sample(60_000)[0]).value
    found = [stats.agreement_interval(stats.cohen_kappa, *sample(94)) for _ in range(300)]
    assert np.mean([interval.low <= true <= interval.high for interval in found]) > 0.91


# ---------------------------------------------------------------- misclassification


@pytest.mark.parametrize(
    ("share", "sensitivity", "specificity", "true"), PUBLISHED["rogan_gladen"]["share_sensitivity_specificity_true"]
)
def test_rogan_gladen_is_the_published_one(share, sensitivity, specificity, true):
    assert round(float(stats.rogan_gladen(share, sensitivity, specificity)), 6) == true


def test_rogan_gladen_undoes_a_known_misclassification_and_stays_a_share():
    true = np.array([0, 0.2, 1])
    measured = true * 0.8 + (1 - true) * 0.1
    assert_allclose(stats.rogan_gladen(measured, 0.8, 0.9), true, atol=1e-12)
    assert stats.rogan_gladen(0.01, 0.9, 0.9) == 0
    assert np.isnan(stats.rogan_gladen(0.3, 0.5, 0.5))
    assert np.isnan(stats.rogan_gladen_interval(0.3, 100, 0.4, 50, 0.5, 50)).all()


def test_the_interval_of_rogan_gladen_keeps_its_level():
    rng = np.random.default_rng(3)
    n, positives, negatives, true, sensitivity, specificity = 400, 60, 290, 0.15, 0.85, 0.97
    measured = rng.binomial(n, true * sensitivity + (1 - true) * (1 - specificity), 2000) / n
    found = (
        rng.binomial(positives, sensitivity, 2000) / positives,
        rng.binomial(negatives, specificity, 2000) / negatives,
    )
    low, high = stats.rogan_gladen_interval(measured, n, found[0], positives, found[1], negatives)
    assert 0.93 < np.mean((low <= true) & (true <= high)) < 0.98
