"""What a user may rely on in sensitivity: every combination of choices, and a main analysis that agrees with itself."""

import pandas as pd
import pytest

from policytext import frequency, prepare
from policytext.study import check


@pytest.fixture(scope="module")
def told(study):
    counts, groups, names = prepare.table(study, "counts"), study.groups(), prepare.names(study)
    keywords = frequency.keywords(frequency.keyness(counts, groups=groups, names=names), groups=groups)
    return keywords, frequency.sensitivity(study, keywords, groups=groups, draws=2_000)


def test_every_finding_stands_under_every_combination_of_choices(study, told):
    keywords, found = told
    assert len(frequency.specifications()) == 3 * 3 * 2 * 2
    check(found, "sensitivity")
    sizes = found.groupby("finding").size()
    assert sizes[sizes.index.str.endswith(": ranks")].eq(36).all()
    stopped = {"base + policy": frequency.stopwords(study), "base": frequency.stopwords(study, policy=False)}
    for row in keywords.itertuples():
        lists = 3 - sum(row.term in words for words in stopped.values())
        assert sizes[f"{row.group}: {row.term}"] == 12 * lists, "a list that holds the word is no test of it"
    assert found["finding"].nunique() == len(keywords) + 5


def test_the_main_analysis_agrees_with_itself(told):
    _, found = told
    main = found[found["specification"] == "dictionary / none / paragraph / terms"]
    assert main["agrees"].all()
    assert main.loc[main["finding"].str.endswith(": ranks"), "value"].tolist() == pytest.approx([1] * 5)


def test_a_keyword_that_the_dictionary_makes_falls_without_it(told):
    _, found = told
    rows = found[found["finding"] == "无锡: 未来产业"]
    without = rows["specification"].str.startswith("no dictionary")
    assert not rows[without]["agrees"].any()
    assert rows[~without]["agrees"].all()


def test_the_curve_shows_what_the_table_holds(told):
    keywords, found = told
    curve = frequency.curve(found, keywords)
    assert set(curve["finding"]) == set(keywords["group"] + ": " + keywords["term"])
    assert set(curve["segmenter"]) == {"dictionary", "no dictionary", "no HMM"}
    for _, rows in curve.groupby("finding"):
        assert rows.dropna(subset="value")["value"].is_monotonic_increasing


def test_without_keywords_the_ranks_are_still_compared(study):
    nothing = pd.DataFrame({"group": [], "term": [], "p_permutation": []})
    found = frequency.sensitivity(study, nothing, groups=study.groups(), draws=50)
    assert found["finding"].str.endswith(": ranks").all()
    assert frequency.curve(found, nothing).empty
