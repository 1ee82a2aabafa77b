"""What a user may rely on in `frequency`: counts that can be redone by hand, and rates that nothing but the text moves."""

import numpy as np
import pandas as pd
import pytest

from policytext import frequency, prepare
from policytext.errors import PolicytextError
from policytext.study import COLUMNS, check, open_study

# Two groups. 甲 says 创新 three times and 企业 once, 乙 says 创新 once among five terms.
COUNTS = pd.DataFrame(
    [
        ("a1", "p1", "创新", 2),
        ("a1", "p2", "企业", 1),
        ("a2", "p3", "创新", 1),
        ("b1", "p4", "创新", 1),
        ("b1", "p4", "企业", 2),
        ("b1", "p5", "人才", 2),
    ],
    columns=["unit_id", "paragraph_id", "term", "n"],
)
GROUPS = pd.Series({"a1": "甲", "a2": "甲", "b1": "乙"}, name="group")
SENTENCES = pd.DataFrame(
    [
        ("a1", "创新创新型企业。"),
        ("a2", "创新！"),
        ("b1", "企业创新，企业家；人才、人才"),
    ],
    columns=["unit_id", "text"],
)


def rates(counts=COUNTS, groups=GROUPS, sentences=SENTENCES, **options):
    return frequency.rates(counts, groups=groups, sentences=sentences, **options)


def many_paragraphs(n, *, unit="a1"):
    """Terms of n paragraphs: 创新 stands in every other one, between two other terms in each."""
    rows = [(unit, f"p{i}", term, k) for i in range(n) for term, k in (("创新", i % 2), ("企业", 2)) if k]
    return pd.DataFrame(rows, columns=COUNTS.columns)


def row(table, group, term):
    (found,) = table[(table["group"] == group) & (table["term"] == term)].to_dict("records")
    return found


# ---------------------------------------------------------------- rates


def test_a_rate_is_occurrences_per_ten_thousand_terms_of_the_group():
    table = rates()
    found = [tuple(one) for one in table[["group", "term", "n", "total", "rate", "rank"]].to_numpy()]
    assert found == [
        ("甲", "创新", 3, 4, 7500.0, 1),
        ("甲", "企业", 1, 4, 2500.0, 2),
        ("乙", "人才", 2, 5, 4000.0, 1),  # as often as 企业, whose first character comes later
        ("乙", "企业", 2, 5, 4000.0, 2),
        ("乙", "创新", 1, 5, 2000.0, 3),
    ]


def test_the_table_is_the_one_that_its_name_promises():
    table = check(rates(), "frequency")
    assert list(table.columns) == COLUMNS["frequency"]
    assert list(table.index) == list(range(5))


def test_a_string_is_counted_whether_it_was_cut_as_a_term_or_not():
    table = rates()
    assert row(table, "甲", "创新")["n_string"] == 3  # 创新, 创新型, 创新
    assert row(table, "甲", "企业")["n_string"] == 1
    assert row(table, "乙", "企业")["n_string"] == 2  # and of 企业家


def test_a_group_of_fewer_than_ten_paragraphs_has_no_interval():
    table = rates(many_paragraphs(9), GROUPS[["a1"]])
    assert table[["low", "high"]].isna().all(axis=None)
    assert set(table["n_clusters"]) == {9}
    assert row(table, "甲", "创新")["rate"] == pytest.approx(10_000 * 4 / 22)


def test_a_group_of_ten_paragraphs_has_an_interval_round_its_rate():
    table = rates(many_paragraphs(10), GROUPS[["a1"]])
    assert set(table["n_clusters"]) == {10}
    assert (table["low"] < table["rate"]).all()
    assert (table["rate"] < table["high"]).all()
    assert table["low"].min() >= 0
    assert table["high"].max() <= 10_000


def test_terms_that_come_in_bursts_have_wider_intervals_than_terms_evenly_spread():
    rows = [
        ("a1", f"p{i}", term, n)
        for i in range(20)
        for term, n in (("贷款", 20 * (i == 0)), ("企业", 1), ("其他", 8))
        if n
    ]
    table = rates(pd.DataFrame(rows, columns=COUNTS.columns), GROUPS[["a1"]])
    burst, even = row(table, "甲", "贷款"), row(table, "甲", "企业")
    assert burst["n"] == even["n"] == 20
    assert burst["high"] - burst["low"] > even["high"] - even["low"]
    assert burst["design_effect"] > 1 >= even["design_effect"]


def test_stop_words_are_counted_and_only_lose_their_rank():
    with_them, without = rates(), rates(stopwords={"创新"})
    pd.testing.assert_frame_equal(with_them.drop(columns="rank"), without.drop(columns="rank"))
    assert without.loc[without["term"] == "创新", "rank"].isna().all()
    assert list(without.loc[without["term"] != "创新", "rank"]) == [1, 1, 2]


def test_the_order_of_rows_changes_nothing():
    shuffled = rates(COUNTS.sample(frac=1, random_state=3), sentences=SENTENCES[::-1])
    pd.testing.assert_frame_equal(shuffled, rates())


def test_groups_stand_in_the_order_of_the_study():
    assert list(rates(groups=GROUPS[::-1])["group"].unique()) == ["乙", "甲"]


def test_twice_the_text_has_the_same_rates_and_ranks():
    again = COUNTS.assign(paragraph_id=COUNTS["paragraph_id"] + "x")
    twice = rates(pd.concat([COUNTS, again]), sentences=pd.concat([SENTENCES, SENTENCES]))
    pd.testing.assert_frame_equal(twice[["group", "term", "rate", "rank"]], rates()[["group", "term", "rate", "rank"]])
    assert (twice["n"] == 2 * rates()["n"]).all()
    assert (twice["n_string"] == 2 * rates()["n_string"]).all()
    assert (twice["total"] == 2 * rates()["total"]).all()


def test_another_group_changes_no_rate_of_the_first():
    alone = rates(groups=GROUPS[GROUPS == "甲"])
    both = rates()
    pd.testing.assert_frame_equal(alone, both[both["group"] == "甲"])


def test_units_without_a_group_are_left_out():
    assert set(rates(groups=GROUPS[["b1"]])["group"]) == {"乙"}


def test_the_tables_given_stay_as_they_were():
    counts, sentences = COUNTS.copy(), SENTENCES.copy()
    rates(counts, sentences=sentences)
    pd.testing.assert_frame_equal(counts, COUNTS)
    pd.testing.assert_frame_equal(sentences, SENTENCES)


def test_a_group_without_terms_is_named_with_its_units():
    groups = pd.concat([GROUPS, pd.Series({"c1": "丙", "c2": "丙"})])
    with pytest.raises(PolicytextError, match=r"'丙' has no terms.*c1, c2"):
        rates(groups=groups)


def test_rates_of_the_default_study_add_up(study, sentences):
    counts = prepare.table(study, "counts")
    table = check(frequency.rates(counts, groups=study.groups(), sentences=sentences), "frequency")
    per_group = table.groupby("group")
    assert (per_group["n"].sum() == per_group["total"].first()).all()
    assert np.allclose(per_group["rate"].sum(), frequency.PER)
    assert table["n"].sum() == counts["n"].sum()
    assert (table["n_string"] >= table["n"]).all()  # a term is a string as well
    assert set(table.loc[table["low"].isna(), "group"]) == {"如皋"}  # the one text of fewer than ten paragraphs


# ---------------------------------------------------------------- strings


def test_strings_are_counted_within_and_over_each_other():
    found = frequency.count_strings(["科技创新科创", "创新"], ["创新", "科技创新", "科创", "人才"])
    assert found == {"创新": 2, "科技创新": 1, "科创": 1}
    assert found["人才"] == 0


def test_strings_do_not_run_from_one_text_into_the_next():
    assert frequency.count_strings(["科", "创"], ["科创"])["科创"] == 0


# ---------------------------------------------------------------- the most frequent terms


def of_units():
    return rates(groups=pd.Series({unit: unit for unit in GROUPS.index}, name="group"))


def test_top_has_the_group_and_each_of_its_units_also_those_without_the_term():
    shown = frequency.top(rates(), of_units(), groups=GROUPS, top_n=2)
    found = [tuple(one) for one in shown[["group", "rank", "term", "unit_id", "n", "total", "rate"]].to_numpy()]
    assert found == [
        ("甲", 1, "创新", "", 3, 4, 7500.0),
        ("甲", 1, "创新", "a1", 2, 3, pytest.approx(20_000 / 3)),
        ("甲", 1, "创新", "a2", 1, 1, 10_000.0),
        ("甲", 2, "企业", "", 1, 4, 2500.0),
        ("甲", 2, "企业", "a1", 1, 3, pytest.approx(10_000 / 3)),
        ("甲", 2, "企业", "a2", 0, 1, 0.0),
        ("乙", 1, "人才", "", 2, 5, 4000.0),
        ("乙", 1, "人才", "b1", 2, 5, 4000.0),
        ("乙", 2, "企业", "", 2, 5, 4000.0),
        ("乙", 2, "企业", "b1", 2, 5, 4000.0),
    ]


def test_top_gives_intervals_to_groups_only():
    counts = many_paragraphs(12)
    groups = GROUPS[["a1"]]
    units = rates(counts, pd.Series({"a1": "a1"}))
    shown = frequency.top(rates(counts, groups), units, groups=groups, top_n=5)
    assert shown.loc[shown["unit_id"] == "", ["low", "high", "n_clusters"]].notna().all(axis=None)
    assert shown.loc[shown["unit_id"] != "", ["low", "high", "n_clusters"]].isna().all(axis=None)


def test_top_leaves_out_stop_words_and_goes_on_with_the_next_term():
    shown = frequency.top(rates(stopwords={"创新"}), of_units(), groups=GROUPS, top_n=1)
    assert dict(zip(shown["group"], shown["term"], strict=True)) == {"甲": "企业", "乙": "人才"}


def test_shared_terms_are_those_at_the_top_of_every_group_by_their_mean_rate():
    assert frequency.shared(rates(), top_n=3) == ["创新", "企业"]  # means 4750 and 3250; 人才 is of one group
    assert frequency.shared(rates(), top_n=1) == []
    assert frequency.shared(rates(stopwords={"创新"}), top_n=3) == ["企业"]


# ---------------------------------------------------------------- stop words


def test_a_word_of_the_study_is_added_and_one_with_a_plus_is_taken_out(make_study):
    text = "# reasons stand behind\n推进  # light verb\n+全部  # content here\n"
    study = open_study(make_study({"a.txt": "创新。\n"}, stopwords=text))
    published = frequency.stopwords(study, policy=False)
    assert "全部" in published
    assert "推进" not in published
    assert frequency.stopwords(study) == (published | {"推进"}) - {"全部"}


def test_a_study_without_a_list_of_its_own_uses_the_projects(make_study, study):
    assert frequency.stopwords(open_study(make_study({"a.txt": "创新。\n"}))) == frequency.stopwords(study)


def test_a_stop_word_given_twice_is_told_with_its_line(make_study):
    study = open_study(make_study({"a.txt": "创新。\n"}, stopwords="推进\n开展\n推进\n"))
    with pytest.raises(PolicytextError, match=r"seeds/stopwords\.txt:3: '推进' stands there twice"):
        frequency.stopwords(study)


def test_words_with_content_are_no_stop_words_of_the_default_study(study):
    content = {"创新", "改革", "企业", "人才", "科技", "加强", "实现", "重大", "突破", "落实", "支持"}
    assert not content & frequency.stopwords(study)
