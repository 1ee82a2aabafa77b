"""What a user may rely on in the formulas of comparison: published values, limits, and what must not change them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse
from scipy.stats import chi2_contingency

from policytext import stats

SMOKE = np.array([[4, 2, 3, 2], [4, 3, 7, 4], [25, 10, 12, 4], [18, 24, 33, 13], [10, 6, 7, 2]])
"""Smoking by five kinds of staff: Greenacre 1984, and 2017, ch. 9."""

ROWS = [
    [-0.065768, -0.193737],
    [0.258958, -0.243305],
    [-0.380595, -0.010660],
    [0.232952, 0.057744],
    [-0.201089, 0.078911],
]

tables = arrays(float, st.tuples(st.integers(2, 6), st.integers(2, 7)), elements=st.integers(0, 40)).filter(
    lambda t: (t.sum(axis=0) > 0).all() and (t.sum(axis=1) > 0).all()
)
rates = arrays(float, st.tuples(st.integers(2, 5), st.integers(2, 8)), elements=st.integers(0, 30)).filter(
    lambda t: (t.sum(axis=1) > 0).all()
)


# ---------------------------------------------------------------- correspondence analysis


def test_the_smoking_data_give_greenacres_inertias_and_chi_square():
    found = stats.correspondence(SMOKE)
    assert found.inertias == pytest.approx([0.074759, 0.010017, 0.000414], abs=5e-7)
    assert found.inertias.sum() == pytest.approx(0.085190, abs=5e-7)
    assert stats.inertia(SMOKE) * SMOKE.sum() == pytest.approx(16.442, abs=5e-4)


def test_the_smoking_data_give_greenacres_coordinates_up_to_the_sign_of_an_axis():
    rows = stats.correspondence(SMOKE).rows[:, :2]
    for axis in (0, 1):
        published = np.array(ROWS)[:, axis]
        sign = np.sign(rows[0, axis] * published[0])
        assert sign * rows[:, axis] == pytest.approx(published, abs=1e-6)


def test_contributions_of_an_axis_add_up_to_one_and_its_inertia_is_the_weighted_sum_of_squares():
    found = stats.correspondence(SMOKE)
    assert found.row_contributions.sum(axis=0) == pytest.approx(1)
    assert found.column_contributions.sum(axis=0) == pytest.approx(1)
    mass = SMOKE.sum(axis=1) / SMOKE.sum()
    assert (mass[:, None] * found.rows**2).sum(axis=0) == pytest.approx(found.inertias)


def test_the_row_placed_again_lies_where_it_lay():
    found = stats.correspondence(SMOKE)
    assert found.place(SMOKE) == pytest.approx(found.rows)


def test_the_sign_of_an_axis_does_not_depend_on_the_order_of_rows():
    order = [3, 0, 4, 1, 2]
    assert stats.correspondence(SMOKE[order]).rows == pytest.approx(stats.correspondence(SMOKE).rows[order])
    found = stats.correspondence(SMOKE)
    for axis in range(3):
        assert found.columns[np.argmax(found.column_contributions[:, axis]), axis] > 0


def test_a_row_without_counts_is_refused():
    with pytest.raises(ValueError, match="all with counts"):
        stats.correspondence([[1, 2], [0, 0]])


@given(tables)
@settings(max_examples=50, deadline=None)
def test_the_inertias_add_up_to_chi_square_over_n(table):
    chi2 = chi2_contingency(table, correction=False).statistic
    assert stats.inertia(table) == pytest.approx(chi2 / table.sum(), abs=1e-9)
    assert stats.correspondence(table).inertias.sum() == pytest.approx(chi2 / table.sum(), abs=1e-9)


# ---------------------------------------------------------------- distances


def test_jensen_shannon_of_texts_without_a_common_term_is_one_and_of_alike_ones_zero():
    found = stats.jensen_shannon([[3, 0], [0, 5], [6, 0], [1, 1]])
    assert found[0, 1] == 1
    assert found[0, 2] == 0
    divergence = 0.5 * math.log2(1 / 0.75) + 0.5 * (0.5 * math.log2(0.5 / 0.75) + 0.5 * math.log2(0.5 / 0.25))
    assert found[0, 3] == pytest.approx(math.sqrt(divergence))


def test_hellinger_by_hand():
    found = stats.hellinger([[1, 0], [0, 1], [1, 1]])
    assert found[0, 1] == 1
    assert found[0, 2] == pytest.approx(math.sqrt(1 - math.sqrt(0.5)))


@pytest.mark.parametrize("distance", [stats.jensen_shannon, stats.hellinger])
def test_a_group_without_counts_has_no_distance(distance):
    found = distance([[1, 2], [0, 0], [2, 1]])
    assert np.isnan(found[1]).all()
    assert np.isnan(found[:, 1]).all()
    assert np.isfinite(found[0, 2])


@given(rates, st.integers(2, 50))
@settings(max_examples=50, deadline=None)
def test_distances_are_symmetric_between_0_and_1_and_doubling_a_text_changes_none(table, times):
    for distance in (stats.jensen_shannon, stats.hellinger):
        found = distance(table)
        assert found == pytest.approx(found.T)
        assert (np.diag(found) == 0).all()
        assert ((found >= 0) & (found <= 1)).all()
        assert distance(table * times) == pytest.approx(found, abs=1e-6)


def test_a_sparse_table_gives_the_same_distances():
    table = np.random.default_rng(3).poisson(0.3, (40, 2000))
    assert stats.hellinger(sparse.csr_array(table)) == pytest.approx(stats.hellinger(table))


# ---------------------------------------------------------------- association


def test_v_is_one_where_row_tells_column_and_its_corrected_form_is_zero_where_nothing_does():
    assert stats.cramers_v([[10, 0], [0, 10]])[0] == pytest.approx(1)
    assert stats.cramers_v([[10, 10], [5, 5]]) == (pytest.approx(0), 0)


def test_bergsmas_correction_by_hand():
    v, corrected = stats.cramers_v(SMOKE)
    n, phi2 = 193, 16.4416 / 193
    assert v == pytest.approx(math.sqrt(phi2 / 3), abs=1e-5)
    least = 4 - 9 / (n - 1) - 1
    assert corrected == pytest.approx(math.sqrt((phi2 - 12 / (n - 1)) / least), abs=1e-5)


def test_v_of_a_single_row_is_not_estimable():
    assert all(math.isnan(one) for one in stats.cramers_v([[3, 4, 0], [0, 0, 0]]))


def test_adjusted_residuals_of_a_table_of_two_by_two_square_to_chi_square():
    table = np.array([[12, 5], [7, 20]])
    rows, columns, total = table.sum(axis=1)[:, None], table.sum(axis=0), table.sum()
    found = stats.adjusted_residuals(table, rows, columns, total)
    assert found**2 == pytest.approx(chi2_contingency(table, correction=False).statistic)
    assert np.isnan(stats.adjusted_residuals(0, 4, 0, 9))


def test_the_interval_of_the_noncentrality_holds_zero_exactly_where_chi_square_is_not_significant():
    low, high = stats.noncentral_interval(21.0, 12)  # the 95 % point is 21.03, that of one side of 97.5 % 23.34
    assert low == 0
    assert high > 0
    assert stats.noncentral_interval(23.5, 12)[0] > 0
    low, high = stats.noncentral_interval(60, 12)
    assert low < 60 - 12 < high
    assert all(math.isnan(one) for one in stats.noncentral_interval(3, 0))


def test_the_detectable_difference_is_what_a_simulated_text_of_that_size_mostly_shows():
    """With the difference it names in the target, the test at that level rejects in about 80 % of simulated texts."""
    generator = np.random.default_rng(5)
    sizes, target = np.full(60, 20), np.arange(60) < 20
    counts = generator.binomial(sizes, 0.3)
    reach = stats.detectable_difference(counts, sizes, target)[0]
    assert 0.03 < reach < 0.15
    shares = np.where(target, 0.3 + reach, 0.3)
    p = [
        stats.permutation_p(generator.binomial(sizes, shares), sizes, target, draws=999, seed=generator)[1, 0]
        for _ in range(300)
    ]
    assert 0.7 < np.mean(np.array(p) < 0.05) < 0.9


def test_the_detectable_difference_is_not_estimable_with_two_clusters_or_no_rest():
    assert np.isnan(stats.detectable_difference([1, 2], [5, 5], [True, False])).all()
    assert np.isnan(stats.detectable_difference([1, 2, 3], [5, 5, 5], [True] * 3)).all()


def test_the_interval_of_a_difference_is_newcombes_where_clusters_are_sentences():
    counts, sizes, target = (
        np.r_[np.ones(30), np.zeros(70)],
        np.ones(100),
        np.r_[np.ones(15), np.zeros(15), np.ones(35), np.zeros(35)].astype(bool),
    )
    low, high = stats.clustered_difference(counts, sizes, target)
    plain = stats.newcombe(15, 50, 15, 50)
    assert (low[0], high[0]) == (pytest.approx(float(plain[0]), abs=0.005), pytest.approx(float(plain[1]), abs=0.005))
    few = stats.clustered_difference(counts[:12], sizes[:12], np.arange(12) < 5)
    assert np.isnan(few).all()


# ---------------------------------------------------------------- relabelling all groups at once


def test_relabelling_keeps_the_paragraphs_of_each_group_and_every_total():
    counts, sizes, group = np.arange(18.0).reshape(9, 2), np.arange(1.0, 10), np.repeat([0, 1, 2], [2, 3, 4])
    batches = list(stats.relabelled(counts, sizes, group, draws=1_000))
    n, size = (np.concatenate([batch[part] for batch in batches]) for part in (0, 1))
    assert n.shape == (1_000, 3, 2)
    assert (n.sum(axis=1) == counts.sum(axis=0)).all()
    assert (size.sum(axis=1) == sizes.sum()).all()
    assert size.mean(axis=0) == pytest.approx(sizes.mean() * np.array([2, 3, 4]), rel=0.05)


def test_a_group_among_several_has_the_p_of_that_group_against_the_rest():
    generator = np.random.default_rng(2)
    sizes, group = generator.integers(2, 9, 40), np.repeat([0, 1, 2], [8, 12, 20])
    counts = generator.binomial(sizes, np.where(group == 1, 0.4, 0.2))
    together = stats.permutation_p(counts, sizes, group, draws=20_000)[:, 0]
    alone = [stats.permutation_p(counts, sizes, group == number, draws=20_000, seed=1)[1, 0] for number in range(3)]
    assert together == pytest.approx(alone, abs=0.015)


def test_a_group_with_few_arrangements_is_listed_while_the_others_are_drawn():
    """Of 12 clusters 2 can be chosen in 66 ways, 5 in 792: with 500 draws only the first are listed."""
    counts, sizes, group = np.r_[3, 2, np.zeros(10)], np.full(12, 4), np.repeat([0, 1, 2], [2, 5, 5])
    p = stats.permutation_p(counts, sizes, group, draws=500)[:, 0]
    assert p[0] == pytest.approx(1 / 66)
    assert (p[1:] * 501 == np.round(p[1:] * 501)).all()


def test_what_leaves_a_verdict_open_is_counted_and_nothing_else():
    """Five terms: two that cannot differ, two that surely do, and a third of which 2,000 draws cannot tell q < 0.05.

    The third smallest of five p is cut at 0.05 · 3 / 5 = 0.03. Drawn it is 0.028, four standard errors of which are 0.015.
    """
    generator = np.random.default_rng(3)
    sizes, target = np.full(24, 10), np.arange(24) < 12
    counts = generator.binomial(10, np.where(target[:, None], [0.2, 0.2, 0.33, 0.9, 0.5], 0.2))
    counts[:, 0] = counts[:, 1] = np.tile([2, 3], 12)
    drawn = stats.permutation_p(counts, sizes, target, draws=2_000)
    p, q = stats.settled_p(counts, sizes, target, draws=2_000)
    exact = stats.exact_permutation_p(counts[:, 2], sizes, target)
    assert drawn[0] == pytest.approx([1, 1, 0.028, 0.0005, 0.0005], abs=1e-4)
    assert p[:, 2].tolist() == [exact, exact]
    assert np.delete(p, 2, axis=1).tolist() == np.delete(drawn, 2, axis=1).tolist()
    assert q == pytest.approx(stats.benjamini_hochberg(p))
