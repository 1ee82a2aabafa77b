"""What a user may rely on where texts are said to differ: the counts, the tests, and that the seed does not matter."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from policytext import frequency, prepare, stats
from policytext.errors import PolicytextError
from policytext.study import check


def table(units: dict[str, list[str]]) -> pd.DataFrame:
    """The table `counts` of units that are lists of paragraphs, terms divided by spaces."""
    rows = [
        (unit, f"{unit}:{number}", term, 1)
        for unit, paragraphs in units.items()
        for number, paragraph in enumerate(paragraphs)
        for term in paragraph.split()
    ]
    counts = pd.DataFrame(rows, columns=["unit_id", "paragraph_id", "term", "n"])
    return counts.groupby(["unit_id", "paragraph_id", "term"], as_index=False)["n"].sum()


def each_for_itself(counts: pd.DataFrame) -> pd.Series:
    units = counts["unit_id"].unique()
    return pd.Series(units, index=units)


TWO = table({"a": ["x x y", "x y", "x y z"], "b": ["y y z", "z y", "z z y", "z"]})


def test_counts_and_totals_are_those_of_the_group_and_of_all_the_others():
    found = frequency.keyness(TWO, groups=each_for_itself(TWO), min_n=1).set_index(["group", "term"])
    row = found.loc[("a", "x")]
    assert row[["n", "total", "n_reference", "total_reference"]].tolist() == [4, 8, 0, 9]
    assert row["log_ratio"] == pytest.approx(math.log2((4 / 8) / (0.5 / 9)))
    assert row["range"] == 3
    assert row["g2"] == pytest.approx(float(stats.g2(4, 0, 8, 9)[0]))


def test_swapping_target_and_reference_turns_the_sign_and_keeps_every_p():
    found = frequency.keyness(TWO, groups=each_for_itself(TWO), min_n=1)
    a, b = (found[found["group"] == group].set_index("term") for group in "ab")
    assert a["log_ratio"].to_numpy() == pytest.approx(-b["log_ratio"].to_numpy())
    assert a["g2"].to_numpy() == pytest.approx(b["g2"].to_numpy())
    assert a["p_permutation"].to_numpy() == pytest.approx(b["p_permutation"].to_numpy())


def test_the_order_of_reports_and_paragraphs_changes_nothing():
    shuffled = TWO.sample(frac=1, random_state=3)
    groups = each_for_itself(TWO)
    again = frequency.keyness(shuffled, groups=groups, min_n=1)
    pd.testing.assert_frame_equal(frequency.keyness(TWO, groups=groups, min_n=1), again)


def test_the_order_of_reports_changes_no_draw():
    """28 paragraphs have more arrangements than are drawn."""
    generator = np.random.default_rng(1)
    long = table({unit: [" ".join(generator.choice(list("xyz"), 6)) for _ in range(7)] for unit in "abcd"})
    groups, shuffled = each_for_itself(long), long.sample(frac=1, random_state=3)
    again = frequency.keyness(shuffled, groups=groups, min_n=1, draws=500)
    pd.testing.assert_frame_equal(frequency.keyness(long, groups=groups, min_n=1, draws=500), again)


def test_a_term_below_the_least_count_is_not_tested_but_counts_in_the_totals():
    found = frequency.keyness(TWO, groups=each_for_itself(TWO), min_n=5)
    assert set(found["term"]) == {"y", "z"}
    assert set(found["total"]) == {8, 9}


def test_names_are_a_family_of_their_own():
    groups = each_for_itself(TWO)
    apart = frequency.keyness(TWO, groups=groups, min_n=1, names={"x"}).set_index(["group", "term"])
    assert apart.loc[("a", "x"), "q"] == pytest.approx(apart.loc[("a", "x"), "p"])
    assert apart["is_name"].groupby("term").first().to_dict() == {"x": True, "y": False, "z": False}
    assert "x" not in set(frequency.keywords(apart.reset_index(), groups=groups)["term"])


def test_with_one_group_there_is_no_reference_and_the_table_is_empty_but_whole():
    groups = pd.Series("all", index=["a", "b"])
    found = frequency.keyness(TWO, groups=groups, min_n=1)
    assert len(check(found, "keyness")) == 0
    assert frequency.candidates(found, groups=groups).empty
    assert frequency.verdicts(found, groups=groups).empty
    assert frequency.keywords(found, groups=groups).empty


@pytest.mark.parametrize("seed", range(5))
def test_the_exact_p_is_that_of_listing_all_arrangements(seed):
    generator = np.random.default_rng(seed)
    sizes, counts = generator.integers(3, 12, 9), generator.poisson(0.8, 9)
    target = np.arange(9) < generator.integers(2, 6)

    def distance(members):
        share, k = sizes[list(members)].sum() / sizes.sum(), counts[list(members)].sum()
        return abs(k - counts.sum() * share) / math.sqrt(share * (1 - share))

    observed = distance(np.flatnonzero(target))
    every = [distance(members) for members in itertools.combinations(range(9), int(target.sum()))]
    listed = np.mean([one >= observed - 1e-9 * (1 + observed) for one in every])
    assert stats.exact_permutation_p(counts, sizes, target) == pytest.approx(listed)
    assert stats.permutation_p(counts, sizes, target)[1, 0] == pytest.approx(listed)


def test_the_exact_p_says_where_its_table_would_be_too_large():
    assert math.isnan(stats.exact_permutation_p([1, 2, 0], [5, 5, 5], [True, False, False], steps=10))


def test_the_smallest_p_is_that_of_the_number_of_arrangements_or_of_draws():
    assert stats.smallest_p(16, 2) == 1 / 120
    assert stats.smallest_p(94, 20) == 1 / 100_001
    # Two against two, all of a term in the one half: {1,2} and {3,4} of six arrangements lie as far out.
    assert stats.smallest_p(4, 2) == 2 / 6 == stats.permutation_p([5, 5, 0, 0], [9, 9, 9, 9], [1, 1, 0, 0])[0, 0]


def test_the_same_keywords_come_out_with_three_seeds(study):
    counts, groups, names = prepare.table(study, "counts"), study.groups(), prepare.names(study)
    found = [
        frequency.keywords(frequency.keyness(counts, groups=groups, names=names, seed=seed), groups=groups)
        for seed in (1, 2, 3)
    ]
    pairs = [list(zip(one["group"], one["term"], strict=True)) for one in found]
    assert pairs[0] == pairs[1] == pairs[2]
    assert ("无锡", "科创") in pairs[0]


def test_a_keyword_of_several_speakers_comes_from_two_of_them(study):
    counts, groups = prepare.table(study, "counts"), study.groups()
    found = frequency.keyness(counts, groups=groups, names=prepare.names(study))
    several = frequency.keywords(found, groups=groups)
    several = several[several["group"].isin(["无锡", "高邮"])]
    assert len(several) > 0
    assert several["n_speakers"].min() > 1


def test_a_text_is_compared_with_itself_and_the_test_over_paragraphs_keeps_its_level(study):
    counts = prepare.table(study, "counts")
    found = check(frequency.calibrate(counts, groups=study.groups(), seed=20231), "calibration").set_index(
        ["group", "test"]
    )
    assert set(found.index.get_level_values("group")) == {"南通", "无锡"}
    for group in ("南通", "无锡"):
        assert found.loc[(group, "permutation"), "low"] <= 0.05
        assert found.loc[(group, "g2"), "low"] > 0.05


def test_the_calibration_needs_two_splits():
    with pytest.raises(PolicytextError, match="two splits"):
        frequency.calibrate(TWO, groups=each_for_itself(TWO), splits=1)


def test_within_a_report_each_unit_is_compared_with_the_others_of_that_report(study):
    counts, units = prepare.table(study, "counts"), prepare.table(study, "units")
    found = check(frequency.within_reports(counts, units, draws=500), "keyness_within")
    assert set(found["report_id"]) == {"wuxi-2024", "gaoyou-2023"}
    wuxi = units.loc[units["report_id"] == "wuxi-2024", "n_terms"].sum()
    rows = found[found["report_id"] == "wuxi-2024"]
    assert set(rows["total"] + rows["total_reference"]) == {wuxi}
    least = found.groupby("group")["smallest_p"].first()
    assert least["gaoyou-hightech-zone"] == 1 / math.comb(16, 2)


def test_without_reports_of_several_units_the_comparison_within_is_empty_but_whole():
    units = pd.DataFrame({"unit_id": ["a", "b"], "report_id": ["r", "s"]})
    assert len(check(frequency.within_reports(TWO, units), "keyness_within")) == 0


def test_dispersion_tells_an_even_term_from_one_in_a_single_place(study):
    found = check(frequency.dispersion(prepare.table(study, "counts"), groups=study.groups()), "dispersion")
    found = found.set_index("term")
    assert found["n"].is_monotonic_decreasing
    assert found.loc["创新", "dp"] < 0.4 < found.loc["全会", "dp"]
    one = table({"a": ["x y", "y", "y"]})
    assert (
        frequency.dispersion(one, groups=each_for_itself(one), min_n=1).set_index("term").loc["x", "dp_norm"] == 2 / 3
    )


def test_a_stop_list_that_removes_everything_is_told(study):
    counts, sentences = prepare.table(study, "counts"), prepare.table(study, "sentences")
    everything = set(counts["term"])
    rates = frequency.rates(counts, groups=study.groups(), sentences=sentences, stopwords=everything)
    assert rates["rank"].isna().all()
    with pytest.raises(PolicytextError, match="no term is left to rank"):
        frequency.top(rates, rates, groups=study.groups(), top_n=5)


def test_positions_go_from_the_beginning_of_a_unit_to_its_end():
    terms = pd.DataFrame({"term": list("xyxz"), "unit_id": ["a"] * 4})
    units = pd.DataFrame({"unit_id": ["a", "b"]})
    found = frequency.positions(terms, units, wanted=["x"])
    assert found[found["unit_id"] == "a"]["position"].tolist() == [0.125, 0.625]
    assert found[found["unit_id"] == "b"]["position"].isna().all()


def test_each_conclusion_carries_n_interval_and_whether_it_is_sensitive():
    keywords = frequency.keyness(TWO, groups=each_for_itself(TWO), min_n=1)
    keywords = keywords[(keywords["group"] == "a") & (keywords["term"] == "x")]
    told = pd.DataFrame({"finding": ["a: x"] * 2, "agrees": [True, False]})
    (sentence,) = frequency.conclusions(keywords, told)
    assert "n = 4 against 0" in sentence
    assert "95% interval" in sentence
    assert "sensitive: holds in 50%" in sentence


NINE = [(3, 0, 2130.81344), (1, 0, 255.28992), (1, 1, 127.14790), (1, 2, 84.43453), (2, 32, 64.90490)]
NINE += [(1, 3, 63.07833), (1, 4, 50.26500), (1, 5, 41.72309), (1, 7, 31.04644)]


@pytest.mark.parametrize(("target", "reference", "published"), NINE)
def test_a_hapax_would_score_high_without_a_least_count_as_published_by_quanteda(target, reference, published):
    """scipy's χ² with Yates's correction gives quanteda's nine printed values; our G² ranks such terms high as well."""
    from scipy.stats import chi2_contingency

    cells = [[target, reference], [63 - target, 64_458 - reference]]
    assert chi2_contingency(cells, correction=True).statistic == pytest.approx(published, abs=5e-6)
