"""What a user may rely on in `stats`: published values, tables small enough for the back of an envelope, properties."""

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from policytext import stats

PUBLISHED = json.loads((Path(__file__).parent / "data" / "reference_values.json").read_text(encoding="utf-8"))
KEYNESS, DISPERSION, ASSOCIATION = PUBLISHED["keyness"], PUBLISHED["dispersion"], PUBLISHED["association"]
few = settings(max_examples=60, deadline=None, derandomize=True)
pytestmark = pytest.mark.filterwarnings("error")  # "not estimable" comes without a warning of numpy's


def agree(computed, published, *, decimals):
    """Equal but for one in the last printed digit."""
    assert_allclose(np.stack(np.broadcast_arrays(*computed)), published, rtol=0, atol=10.0**-decimals)


@st.composite
def paragraphs(draw, *, most=14):
    """counts (paragraphs × 2 terms), sizes: no more occurrences than terms, the first term not absent."""
    sizes = draw(st.lists(st.integers(1, 60), min_size=3, max_size=most))
    counts = [[draw(st.integers(0, size)), draw(st.integers(0, size))] for size in sizes]
    counts[0][0] = max(counts[0][0], 1)
    return np.array(counts), np.array(sizes)


# ---------------------------------------------------------------- proportions


def test_wilson_gives_the_published_intervals():
    k, n, *bounds = np.transpose(PUBLISHED["wilson"]["k_n_low_high"])
    agree(stats.wilson(k, n), bounds, decimals=4)


def test_wilson_ends_at_exactly_none_and_all():
    sizes = np.arange(1, 500) / 7
    assert_array_equal(stats.wilson(0, sizes)[0], 0)
    assert_array_equal(stats.wilson(sizes, sizes)[1], 1)


def test_newcombe_gives_the_published_intervals():
    k_1, n_1, k_2, n_2, *bounds = np.transpose(PUBLISHED["newcombe"]["k1_n1_k2_n2_low_high"])
    agree(stats.newcombe(k_1, n_1, k_2, n_2), bounds, decimals=4)


def test_without_observations_an_interval_is_not_estimable():
    low, high = stats.wilson([0, 1, 2.5], [0, 2, 2.5])
    assert_array_equal(np.isnan(low), [True, False, False])
    assert high[2] == 1
    assert np.isnan(stats.newcombe(0, 0, 1, 2)).all()
    assert np.isnan(stats.upper_bound_of_zero(0))


def test_the_upper_bound_of_an_absence_leaves_a_chance_of_one_in_twenty_to_see_nothing():
    sizes = np.array([1, 50, 1528])
    assert_allclose((1 - stats.upper_bound_of_zero(sizes)) ** sizes, 0.05)
    assert stats.upper_bound_of_zero(1528) * 10_000 == pytest.approx(19.6, abs=0.05)  # 3/n: 19.6


def test_design_effect_by_hand():
    sizes = np.full(10, 10)
    even, one_place = np.ones(10), 10 * np.eye(10)[0]
    raw = stats.design_effect(np.column_stack([even, one_place]), sizes)
    # all ten in one paragraph: 10/9 · (9² + 9·1²) / 100² over .1·.9/100
    assert_allclose(raw, [0, 100 / 9], atol=1e-12)
    kept = stats.clustered_interval(np.column_stack([even, one_place]), sizes).design_effect
    assert_allclose(kept, [1, 100 / 9])


def test_design_effect_heeds_that_paragraphs_differ_in_length():
    assert_allclose(stats.design_effect([1, 2, 5], [10, 20, 50]), 0, atol=1e-12)
    # rate 1/4: 2/1 · ((2 - 1)² + (0 - 1)²) / 8² over (3/16)/8
    assert_allclose(stats.design_effect([2, 0], [4, 4]), 8 / 3)


def test_design_effect_of_no_or_nothing_but_occurrences_is_one():
    assert_array_equal(stats.design_effect([[0, 5], [0, 7]], [5, 7]), [1, 1])
    assert np.isnan(stats.design_effect([3], [5])).all()


def test_clustered_interval_by_hand():
    found = stats.clustered_interval(np.ones(10), np.full(10, 10))
    effective = 100 * (1.98422 / 2.26216) ** 2  # t quantiles with 99 and 9 degrees of freedom
    low, high = stats.wilson(0.1 * effective, effective)
    assert_allclose([found.low[0], found.high[0]], [low, high], rtol=1e-4)
    assert (found.n_clusters, found.design_effect[0]) == (10, 1)


def test_under_ten_paragraphs_there_is_no_interval():
    counts, sizes = np.ones((9, 2)), np.full(9, 10)
    found = stats.clustered_interval(counts, sizes)
    assert np.isnan([found.low, found.high]).all()
    assert_array_equal(found.design_effect, [1, 1])
    with_empty = stats.clustered_interval(np.vstack([counts, [0, 0]]), np.append(sizes, 0))
    assert with_empty.n_clusters == 9  # a paragraph without terms tells nothing
    assert np.isnan(with_empty.low).all()
    assert np.isfinite(stats.clustered_interval(counts, sizes, fewest=9).low).all()


def test_a_count_of_zero_has_an_interval_above_zero():
    found = stats.clustered_interval(np.zeros(12), np.full(12, 100))
    assert found.low[0] == 0
    assert found.high[0] > stats.wilson(0, 1200)[1]


@few
@given(paragraphs())
def test_a_clustered_interval_holds_the_rate_and_is_never_narrower_than_wilson(table):
    counts, sizes = table
    found = stats.clustered_interval(counts, sizes, fewest=2)
    low, high = stats.wilson(counts.sum(axis=0), sizes.sum())
    rate = counts.sum(axis=0) / sizes.sum()
    assert ((found.low <= rate + 1e-12) & (rate <= found.high + 1e-12)).all()
    assert (found.high - found.low >= high - low - 1e-12).all()


@few
@given(paragraphs(), st.randoms(use_true_random=False))
def test_order_of_paragraphs_and_kind_of_matrix_change_nothing(table, random):
    counts, sizes = table
    order = random.sample(range(len(sizes)), len(sizes))
    shuffled = sparse.csc_matrix(counts[order])
    for function in (stats.design_effect, stats.dispersion):
        assert_allclose(function(shuffled, sizes[order]), function(counts, sizes), atol=1e-9)
    interval = stats.clustered_interval(counts, sizes, fewest=2)
    assert_allclose(stats.clustered_interval(shuffled, sizes[order], fewest=2).low, interval.low, atol=1e-9)
    target = np.arange(len(sizes)) < 2
    p = stats.permutation_p(counts, sizes, target, draws=100)
    assert_allclose(stats.permutation_p(shuffled, sizes[order], target[order], draws=100), p)


@pytest.mark.parametrize(("rate", "clustered", "naive"), [(0.3, 0.94, 0.58), (0.005, 0.83, 0.65)])
def test_clustered_intervals_cover_where_wilson_does_not(rate, clustered, naive):
    """20 paragraphs with a correlation of .05 within. 2,000 samples: three standard errors are at most .035."""
    random = np.random.default_rng(1)
    sizes = random.integers(30, 150, 20)
    spread = 1 / 0.05 - 1
    counts = random.binomial(sizes[:, None], random.beta(rate * spread, (1 - rate) * spread, (20, 2000)))

    def coverage(low, high):
        return ((low <= rate) & (rate <= high)).mean()

    assert coverage(*stats.clustered_interval(counts, sizes)[:2]) == pytest.approx(clustered, abs=0.035)
    assert coverage(*stats.wilson(counts.sum(axis=0), sizes.sum())) == pytest.approx(naive, abs=0.035)


@pytest.mark.parametrize(
    ("counts", "sizes"),
    [([1, 2], [10]), ([-1, 2], [10, 10]), ([1, 2], [0, 10]), ([1, 2], [10, -10]), ([9, 9], [8, 8])],
    ids=["length", "negative count", "count without size", "negative size", "more than there is"],
)
def test_counts_that_cannot_be_are_refused(counts, sizes):
    with pytest.raises(ValueError, match="size"):
        stats.clustered_interval(counts, sizes)


# ---------------------------------------------------------------- tests


def test_benjamini_hochberg_gives_the_published_values():
    published = PUBLISHED["benjamini_hochberg"]
    q = stats.benjamini_hochberg(published["p"])
    agree([q], [published["q"]], decimals=8)
    assert (q <= 0.05).sum() == 4


def test_benjamini_hochberg_leaves_out_what_was_not_tested_and_keeps_the_shape():
    q = stats.benjamini_hochberg([[0.01, np.nan], [0.04, 0.03]])
    assert_allclose(q, [[0.03, np.nan], [0.04, 0.04]])
    assert np.isnan(stats.benjamini_hochberg([np.nan])).all()


def test_permutation_by_hand():
    sizes, target = np.full(4, 10), [True, True, False, False]
    counts = np.array([[2, 1, 0, 3], [2, 0, 0, 1], [0, 0, 0, 2], [0, 0, 0, 0]])
    # six arrangements; both of the first term's paragraphs together: two of them; one or no occurrence: all alike;
    # the last term: 4 against 2 in the target, matched or passed by {1,2}, {3,4}, {1,3}, {2,4}
    assert_allclose(stats.permutation_p(counts, sizes, target), [[2 / 6, 1, 1, 4 / 6]] * 2)


def test_permutation_is_the_difference_in_rates_not_in_counts():
    sizes = np.array([7, 14, 21, 28, 35, 49])
    assert_array_equal(stats.permutation_p(sizes // 7, sizes, np.arange(6) < 3), [[1], [1]])
    # (k - K f) / √(f (1 - f)) for each paragraph as target: -.4/.30, .8/.46, -.4/.49
    assert_allclose(stats.permutation_p([0, 2, 2], [10, 30, 60], [True, False, False]), [[2 / 3]] * 2)


def test_drawn_permutations_come_near_the_exact_ones_and_never_to_zero():
    random = np.random.default_rng(2)
    sizes, target = random.integers(20, 200, 12), np.arange(12) < 6
    counts = random.poisson(sizes[:, None] * 0.02, (12, 40)) * 1.0
    counts[:, 0] = 5 * target
    exact = stats.permutation_p(counts, sizes, target, draws=924)[1]
    drawn = stats.permutation_p(counts, sizes, target, draws=923, seed=3)[1]
    assert_allclose(exact * 924, np.round(exact * 924))
    assert (np.abs(drawn - exact) < 4.5 * np.sqrt(exact * (1 - exact) / 923) + 1 / 923).all()
    assert (drawn >= 1 / 924).all()
    assert drawn[0] < 0.01
    assert_allclose(stats.permutation_p(np.repeat([9, 0], 20), np.full(40, 10), np.arange(40) < 20, draws=99), 0.01)


def test_a_p_is_the_same_again_for_the_rest_and_whatever_other_terms_are_tested():
    random = np.random.default_rng(4)
    sizes, target = random.integers(20, 200, 40), np.arange(40) < 15
    counts = random.poisson(sizes[:, None] * 0.02, (40, 300))
    p = stats.permutation_p(counts, sizes, target, draws=2000, seed=5)
    assert_array_equal(stats.permutation_p(counts, sizes, target, draws=2000, seed=np.random.default_rng(5)), p)
    assert_array_equal(p[0], p[1])  # of two groups each is the other's rest
    assert_array_equal(stats.permutation_p(counts[:, 7], sizes, target, draws=2000, seed=5), p[:, [7]])
    assert not np.array_equal(stats.permutation_p(counts, sizes, target, draws=2000, seed=6), p)


def test_without_a_reference_there_is_no_test():
    assert np.isnan(stats.permutation_p([[1, 2], [0, 1]], [5, 5], [True, True])).all()
    assert np.isnan(stats.permutation_p([1, 0], [5, 0], [True, False])).all()  # the rest is empty


def test_between_halves_of_one_text_permutation_finds_nothing_and_g2_finds_differences():
    """Terms come in bursts. 20 texts of 50 terms: 1,000 tests, three standard errors of .05 are .02."""
    random, by_permutation, by_g2 = np.random.default_rng(8), [], []
    half = np.arange(40) < 20
    for text in range(20):
        sizes = random.integers(20, 200, 40)
        counts = random.poisson(sizes[:, None] * 0.02 * random.gamma(0.5, 2, (40, 50)))
        by_permutation.append(stats.permutation_p(counts, sizes, half, draws=999, seed=text)[1])
        totals = counts[half].sum(axis=0), counts[~half].sum(axis=0), sizes[half].sum(), sizes[~half].sum()
        by_g2.append(stats.g2(*totals)[1])
    assert np.mean(np.array(by_permutation) < 0.05) == pytest.approx(0.05, abs=0.02)
    assert np.mean(np.array(by_g2) < 0.05) > 0.15


def test_a_hundred_thousand_draws_need_little_memory_and_find_the_term_that_differs():
    random = np.random.default_rng(9)
    sizes, target = random.integers(20, 200, 60), np.arange(60) < 20
    rates = np.full((60, 300), 0.02)
    rates[target, 0] = 0.08
    counts = random.poisson(sizes[:, None] * rates)
    tracemalloc.start()
    p = stats.permutation_p(counts, sizes, target)[1]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32e6
    assert stats.benjamini_hochberg(p)[0] < 0.01


# ---------------------------------------------------------------- keyness


def test_g2_gives_the_published_values():
    k11, k12, k21, k22, published = np.transpose(PUBLISHED["g2"]["k11_k12_k21_k22_g2"])
    agree(stats.g2(k11, k21, k11 + k12, k21 + k22)[:1], [published], decimals=2)
    *cells, published = np.transpose(KEYNESS["a_b_na_nb_g2"])
    agree(stats.g2(*cells)[:1], [published], decimals=4)


def test_g2_is_the_mutual_information_of_the_table():
    k11, k12, k21, k22, bits = np.transpose(PUBLISHED["mutual_information"]["k11_k12_k21_k22_bits"])
    in_bits = stats.g2(k11, k21, k11 + k12, k21 + k22)[0] / (2 * np.log(2) * (k11 + k12 + k21 + k22))
    agree([in_bits], [bits], decimals=3)


def test_g2_with_the_sign_of_the_log_ratio_is_that_of_quanteda():
    *cells, published = np.transpose(PUBLISHED["quanteda"]["a_b_na_nb_signed_g2"])
    agree([stats.g2(*cells)[0] * np.sign(stats.log_ratio(*cells)[0])], [published], decimals=6)


def test_p_of_g2_is_that_of_chi_squared():
    statistic, p = stats.g2([30, 1], [10, 1], 10_000, 10_000)
    assert_allclose(p, [0.001204, 1], atol=1e-6)
    assert 3.841 < stats.g2(25, 13, 10_000, 10_000)[0] < 3.9  # the .05 point
    assert stats.g2(25, 13, 10_000, 10_000)[1] == pytest.approx(0.05, abs=0.002)
    assert statistic[1] == 0


def test_g2_of_equal_rates_is_never_below_zero():
    a, times, size = np.random.default_rng(10).integers(1, [[2000], [50], [5000]], (3, 1000))
    statistic = stats.g2(a, a * times, a * size, a * size * times)[0]
    assert_allclose(statistic, 0, atol=1e-6)
    assert (statistic >= 0).all()


def test_log_ratio_gives_the_published_values():
    *cells, ratio, low, high = np.transpose(KEYNESS["a_b_na_nb_logratio_low_high"])
    agree(stats.log_ratio(*cells), [ratio, low, high], decimals=4)


@pytest.mark.parametrize("family", [1, 3])
def test_lrc_gives_the_published_values(family):
    *cells, published = np.transpose(KEYNESS[f"lrc_family_of_{family}"])
    agree([stats.lrc(*cells, family=family)], [published], decimals=8)


def test_lrc_counts_what_it_is_given_as_the_family():
    assert_array_equal(stats.lrc([30, 3], [10, 1], 1e4, 1e4), stats.lrc([30, 3], [10, 1], 1e4, 1e4, family=2))


@few
@given(st.integers(0, 80), st.integers(0, 80), st.integers(80, 5000), st.integers(80, 5000))
def test_swapping_target_and_reference_flips_the_sign_and_a_doubled_corpus_keeps_the_ratio(a, b, n_a, n_b):
    ratio, low, high = stats.log_ratio(a, b, n_a, n_b)
    assert_allclose(stats.log_ratio(b, a, n_b, n_a), [-ratio, -high, -low], atol=1e-9)
    assert_allclose(stats.lrc(b, a, n_b, n_a), -stats.lrc(a, b, n_a, n_b), atol=1e-9)
    assert_allclose(stats.g2(b, a, n_b, n_a)[0], stats.g2(a, b, n_a, n_b)[0], atol=1e-9)
    assert_allclose(stats.g2(2 * a, 2 * b, 2 * n_a, 2 * n_b)[0], 2 * stats.g2(a, b, n_a, n_b)[0], atol=1e-9)
    if a and b:
        assert_allclose(stats.log_ratio(2 * a, 2 * b, 2 * n_a, 2 * n_b)[0], ratio, atol=1e-9)


def test_a_term_in_neither_text_has_no_ratio_and_impossible_cells_are_refused():
    assert np.isnan([*stats.log_ratio(0, 0, 10, 10), stats.lrc(0, 0, 10, 10), stats.lrc(1, 0, 10, 0)]).all()
    assert stats.g2(0, 0, 10, 10) == (0, 1)
    assert np.isnan(stats.g2(0, 0, 0, 0)).all()
    with pytest.raises(ValueError, match="above its total"):
        stats.g2(11, 0, 10, 10)


# ---------------------------------------------------------------- dispersion, association


def test_dispersion_gives_the_published_values_on_parts_of_unequal_size():
    parts = [part.split() for part in DISPERSION["parts"]]
    found = stats.dispersion([part.count(DISPERSION["term"]) for part in parts], [len(part) for part in parts])
    for measure, published in DISPERSION["values"].items():
        agree(getattr(found, measure), [published], decimals=4)


@pytest.mark.parametrize(("measure", "counts", "published", "source"), DISPERSION["equal_parts"])
def test_dispersion_gives_the_published_values_on_equal_parts(measure, counts, published, source):
    computed = getattr(stats.dispersion(counts, np.full(len(counts), 100)), measure)
    agree(computed, [published], decimals=len(str(published)) - 2)


def test_dispersion_of_the_even_the_concentrated_and_the_absent():
    even, concentrated, absent = np.array([1, 2, 5]), np.array([4, 0, 0]), np.zeros(3)
    found = stats.dispersion(np.column_stack([even, concentrated, absent]), [10, 20, 50])
    assert_array_equal(found.range, [3, 1, 0])
    assert_allclose(found.dp, [0, 7 / 8, np.nan], atol=1e-12)  # its part is 1/8 of all
    assert_allclose(found.dp_norm, [0, 1, np.nan], atol=1e-12)
    assert_allclose(found.juilland_d, [1, 0, np.nan], atol=1e-12)
    assert_allclose(found.carroll_d2, [1, 0, np.nan], atol=1e-12)
    assert_allclose(found.rosengren_s, [1, 1 / 8, np.nan])


def test_one_part_tells_nothing_of_evenness_and_empty_parts_do_not_count():
    alone = stats.dispersion([3], [10])
    assert_allclose([alone.range, alone.dp, alone.rosengren_s], [[1], [0], [1]], atol=1e-12)
    assert np.isnan([alone.dp_norm, alone.juilland_d, alone.carroll_d2]).all()
    assert_array_equal(stats.dispersion([3, 1, 0], [10, 20, 0]), stats.dispersion([3, 1], [10, 20]))


def test_a_stored_zero_is_no_occurrence_and_the_table_given_stays_as_it_was():
    stored = sparse.csr_array((np.array([3, 0, 1]), np.array([0, 1, 0]), np.array([0, 2, 3])), shape=(2, 2))
    assert_array_equal(stats.dispersion(stored, [10, 20]).range, [2, 0])
    assert stored.nnz == 3


@few
@given(paragraphs())
def test_a_corpus_twice_as_long_is_as_dispersed(table):
    counts, sizes = table
    assert_allclose(stats.dispersion(2 * counts, 2 * sizes), stats.dispersion(counts, sizes), atol=1e-9)


def test_association_gives_the_published_values():
    n_ab, n_a, n_b, n, published = np.transpose(ASSOCIATION["pmi_nab_na_nb_n_bits"])
    agree([stats.association(n_ab, n_a, n_b, n).npmi * np.log2(n / n_ab)], [published], decimals=2)
    n_ab, n_a, n_b, dice = np.transpose(ASSOCIATION["dice_nab_na_nb"])
    agree([2 ** (stats.association(n_ab, n_a, n_b, 1e6).log_dice - 14)], [dice], decimals=2)
    both, only_a, only_b, neither, npmi = np.transpose(ASSOCIATION["npmi_cells"])
    found = stats.association(both, both + only_a, both + only_b, both + only_a + only_b + neither)
    agree([found.npmi], [npmi], decimals=12)
    assert_allclose(found.g2[1], 0, atol=1e-9)
    k11, k12, k21, k22, g2 = np.transpose(PUBLISHED["g2"]["k11_k12_k21_k22_g2"])
    agree([stats.association(k11, k11 + k12, k11 + k21, k11 + k12 + k21 + k22).g2], [g2], decimals=2)


def test_association_of_the_inseparable_the_strangers_and_the_omnipresent():
    found = stats.association([5, 0, 9, 0], [5, 4, 9, 0], [5, 5, 9, 5], 9)
    assert_allclose(found.npmi, [1, -1, np.nan, np.nan], atol=1e-12)
    assert_allclose(found.log_dice, [14, np.nan, 14, np.nan])
    assert_allclose(found.g2[2:], 0, atol=1e-9)
    assert_allclose(found.g2[0], found.g2[1])  # 4 and 5 of 9: as strongly apart as the others together
    with pytest.raises(ValueError, match="above its total"):
        stats.association(6, 5, 7, 10)
