"""What a user may rely on in co-words: counts of sentences, stable edges, and a network that is the same each time."""

import numpy as np
import pandas as pd
import pytest

from policytext import frequency, prepare
from policytext.frequency.cowords import STABLE
from policytext.study import check


def occurrences(sentences: list[str]) -> pd.DataFrame:
    """The prepared table `terms` of sentences that are terms divided by spaces, a paragraph each."""
    rows = [(f"s{i}", "u", f"p{i}", term) for i, sentence in enumerate(sentences) for term in sentence.split()]
    return pd.DataFrame(rows, columns=["sentence_id", "unit_id", "paragraph_id", "term"])


TOGETHER = occurrences(["甲 乙", "甲 乙 丙", "甲 乙", "甲 丙 甲", *["丁 戊"] * 6])


def test_pairs_are_counted_by_sentences_and_not_by_occurrences():
    found = check(frequency.cowords(TOGETHER, min_n=2, resamples=20), "cowords").set_index(["term_a", "term_b"])
    row = found.loc[("乙", "甲")]
    assert row[["n_a", "n_b", "n_ab"]].tolist() == [3, 4, 3]
    assert row["log_dice"] == pytest.approx(14 + np.log2(2 * 3 / 7))
    assert ("丙", "甲") not in found.index, "two common sentences make no edge"


def test_stop_words_and_rare_terms_make_no_edge():
    assert frequency.cowords(TOGETHER, min_n=2, stopwords={"乙"}, resamples=5)["term_a"].tolist() == ["丁"]
    assert frequency.cowords(TOGETHER, min_n=7, resamples=5).empty


def test_an_edge_that_hangs_on_one_paragraph_is_not_stable():
    one = occurrences(["己 庚"] * 4 + ["辛 壬"] * 4 + ["癸"] * 40)
    one.loc[one["term"].isin(["己", "庚"]), "paragraph_id"] = "the same"
    found = frequency.cowords(one, min_n=2, resamples=200).set_index("term_a")
    spread, lumped = found.loc["壬", "stability"], found.loc["己", "stability"]
    assert lumped < STABLE
    assert 0 < spread <= 1


def test_the_network_is_the_same_each_time_and_no_two_labels_overlap(study):
    terms = prepare.table(study, "terms")
    cowords = frequency.cowords(terms, stopwords=frequency.stopwords(study), resamples=50)
    nodes = frequency.communities(cowords)
    pd.testing.assert_frame_equal(nodes, frequency.communities(cowords.sample(frac=1, random_state=1)))
    width, line = nodes["term"].str.len() * 2.5, 4.2
    for i in range(len(nodes)):
        for j in range(i):
            apart = abs(nodes["x"][i] - nodes["x"][j]) >= (width[i] + width[j]) / 2
            assert apart or abs(nodes["y"][i] - nodes["y"][j]) >= line, (nodes["term"][i], nodes["term"][j])
    edges = frequency.edges(cowords, nodes)
    assert edges[["x_a", "y_a", "x_b", "y_b"]].notna().all(axis=None)
    assert (edges["stability"] >= STABLE).all()


def test_without_pairs_there_is_no_network_but_no_error():
    none = frequency.cowords(occurrences(["甲", "乙"]), min_n=1, resamples=5)
    nodes = frequency.communities(none)
    assert nodes.empty
    assert frequency.edges(none, nodes).empty
