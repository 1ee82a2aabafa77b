"""What a user may rely on where groups are said to be alike or different: counts, tests, distances, and their limits."""

import numpy as np
import pandas as pd
import pytest

from policytext import comparison, prepare, stats, themes
from policytext.comparison.distances import apart
from policytext.errors import PolicytextError
from policytext.study import check, open_study

ALL = {"draws": 2_000, "seed": 1}


def text(units: dict[str, list[str]], *, report: str = "r") -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Sentences and codes of units that are lists of paragraphs; a paragraph is sentences, and a sentence its codes.

    `"A AB -"` is a paragraph of three sentences, of which the first is coded A, the second A and B, the third nothing.
    """
    sentences, codes = [], []
    for unit, paragraphs in units.items():
        for number, paragraph in enumerate(paragraphs):
            for place, coded in enumerate(paragraph.split()):
                name = f"{unit}:{number:02}:{place:02}"
                sentences.append((name, unit, report, f"{unit}:{number:02}", "sentence", f"Sentence {name}"))
                codes += [(name, code) for code in coded if code != "-"]
    columns = ["sentence_id", "unit_id", "report_id", "paragraph_id", "kind", "text"]
    return pd.DataFrame(sentences, columns=columns), {"theme": pd.DataFrame(codes, columns=["sentence_id", "item"])}


def each(sentences: pd.DataFrame) -> pd.Series:
    """Every unit a group of its own."""
    units = sentences["unit_id"].unique()
    return pd.Series(units, index=units)


def random_text(seed: int, *, groups: int = 3, paragraphs: int = 12) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Groups that do not differ, each with a habit of its own in each paragraph."""
    generator = np.random.default_rng(seed)

    def paragraph():
        habit = generator.dirichlet([0.5, 0.5, 0.5])
        return " ".join(generator.choice(["A", "B", "-"], generator.integers(2, 7), p=habit))

    return text({f"g{i}": [paragraph() for _ in range(paragraphs)] for i in range(groups)})


TWO = text({"a": ["A A B", "A A", "AB A", "A -"], "b": ["B B -", "B", "- B B", "B A", "- -"]})


# ---------------------------------------------------------------- themes × groups


def test_counts_expectations_and_residuals_are_those_of_sentences():
    sentences, families = TWO
    found = comparison.associations(families, sentences, groups=each(sentences), min_n=1, **ALL)
    row = check(found, "associations").set_index(["group", "theme"]).loc[("a", "A")]
    assert row[["n", "n_sentences", "n_paragraphs"]].tolist() == [7, 9, 4]
    assert row["expected"] == pytest.approx(9 * 8 / 20)
    assert row["difference"] == pytest.approx(7 / 9 - 1 / 11)
    assert row["residual"] == pytest.approx(float(stats.adjusted_residuals(7, 9, 8, 20)))


def test_with_two_groups_p_is_that_of_the_permutation_over_paragraphs():
    sentences, families = TWO
    found = comparison.associations(families, sentences, groups=each(sentences), min_n=1, draws=20_000)
    own = comparison.of_codes(families["theme"], sentences, groups=each(sentences))
    p = stats.permutation_p(own.counts, own.sizes, own.group)  # 126 arrangements: every one of them
    assert found["p_permutation"].to_numpy() == pytest.approx(p.ravel())


def test_a_burst_in_one_paragraph_is_a_difference_for_fisher_and_not_for_the_permutation():
    burst = text({"a": ["A A A A A A A A A", "-", "- -", "-"], "b": ["- -", "- - -", "-", "- - A", "- -"]})
    found = comparison.associations(burst[1], burst[0], groups=each(burst[0]), min_n=1, **ALL)
    row = found.set_index("group").loc["a"]
    assert row["q_naive"] < 0.01
    assert row["q"] > 0.05


def test_the_order_of_reports_changes_nothing_but_the_order_of_rows():
    sentences, families = random_text(4)
    groups, shuffled = each(sentences), sentences.sample(frac=1, random_state=3)
    one = comparison.associations(families, sentences, groups=groups, min_n=1, **ALL)
    other = comparison.associations(families, shuffled, groups=groups[::-1], min_n=1, **ALL)
    key = ["group", "theme"]
    pd.testing.assert_frame_equal(one.sort_values(key, ignore_index=True), other.sort_values(key, ignore_index=True))
    assert list(one["group"].unique()) == list(other["group"].unique())[::-1]


def test_a_code_of_few_sentences_has_counts_but_no_verdict():
    sentences, families = text({"a": ["A A", "B A A"], "b": ["B B B B", "B"]})
    found = comparison.associations(families, sentences, groups=each(sentences), min_n=5, **ALL)
    assert found.loc[found["theme"] == "A", ["p_naive", "p_permutation", "q"]].isna().all(axis=None)
    assert found.loc[found["theme"] == "B", "q"].notna().all()


def test_another_code_changes_neither_counts_nor_p_of_the_first():
    sentences, families = random_text(6)
    more = {
        "theme": pd.concat([families["theme"], pd.DataFrame({"sentence_id": sentences["sentence_id"], "item": "Z"})])
    }
    one, other = (
        comparison.associations(these, sentences, groups=each(sentences), min_n=1, **ALL) for these in (families, more)
    )
    other = other[other["theme"] != "Z"].reset_index(drop=True)
    pd.testing.assert_frame_equal(one[["group", "theme", "n", "p_naive"]], other[["group", "theme", "n", "p_naive"]])
    assert one["p_permutation"].to_numpy() == pytest.approx(other["p_permutation"].to_numpy(), abs=0.02)  # some exact


def test_with_one_group_or_groups_without_sentences_the_tables_are_empty_but_whole():
    sentences, families = TWO
    alone = pd.Series("all", index=["a", "b"])
    silent = pd.Series(["x", "y"], index=["a", "nobody"])
    for groups in (alone, silent):
        own = {"themes": comparison.of_codes(families["theme"], sentences, groups=groups)}
        assert check(comparison.associations(families, sentences, groups=groups, **ALL), "associations").empty
        assert check(comparison.distances(own, groups=groups, draws=5), "distances").empty
        table, bins = comparison.structure({("city", "themes"): own["themes"]}, draws=50)
        assert check(table, "structure").empty
        assert bins.empty


def test_a_group_of_too_few_paragraphs_has_no_interval_and_no_detectable_difference():
    sentences, families = random_text(1, groups=2, paragraphs=3)
    found = comparison.associations(families, sentences, groups=each(sentences), min_n=1, **ALL)
    assert found[["low", "high", "detectable"]].isna().all(axis=None)
    sentences, families = random_text(1, groups=2, paragraphs=14)
    found = comparison.associations(families, sentences, groups=each(sentences), min_n=1, **ALL)
    assert ((found["low"] < found["difference"]) & (found["difference"] < found["high"])).all()
    assert found["detectable"].between(0, 1).all()


def test_halves_of_one_text_come_out_different_in_no_more_than_5_percent():
    """Texts whose paragraphs have habits, split at random; Fisher's test over sentences calls far more different."""
    sentences, families = random_text(8, groups=2, paragraphs=40)
    own = comparison.of_codes(families["theme"], sentences, groups=each(sentences))
    found = comparison.calibrate(own, splits=200, draws=400).set_index(["group", "test"])
    for group in ("g0", "g1"):
        assert found.loc[(group, "permutation"), "low"] <= 0.05
        assert found.loc[(group, "permutation"), "share"] < 0.09
        assert found.loc[(group, "fisher"), "low"] > 0.05


def test_within_a_report_units_are_compared_with_each_other_only():
    one, two = text({"a": ["A A", "A"], "b": ["B", "B B"]}, report="r"), text({"c": ["A B"]}, report="s")
    sentences = pd.concat([one[0], two[0]], ignore_index=True)
    families = {"theme": pd.concat([one[1]["theme"], two[1]["theme"]])}
    units = sentences[["unit_id", "report_id"]].drop_duplicates()
    found = check(comparison.within_reports(families, sentences, units, min_n=1, **ALL), "associations_within")
    assert set(found["report_id"]) == {"r"}
    assert set(found["group"]) == {"a", "b"}
    assert set(found["smallest_p"]) == {stats.smallest_p(4, 2)}
    assert comparison.within_reports(families, two[0], units[units["report_id"] == "s"], **ALL).empty


# ---------------------------------------------------------------- distances


def profiles_of(units):
    sentences, families = text(units)
    return comparison.of_codes(families["theme"], sentences, groups=each(sentences)), each(sentences)


def test_identical_groups_have_distance_0_and_groups_without_a_common_theme_1():
    own, groups = profiles_of({"a": ["A B", "A"], "b": ["A", "A B"], "c": ["C", "C C"]})
    found = comparison.distances({"themes": own}, groups=groups, draws=20).set_index(["group_a", "group_b"])
    assert found.loc[("a", "b"), "distance"] == 0
    assert found.loc[("a", "c"), "distance"] == 1
    assert found["low"].isna().all()


def test_identical_texts_do_not_crash_anything():
    own, groups = profiles_of({"a": ["A", "A"], "b": ["A", "A"]})
    found = comparison.distances({"themes": own}, groups=groups, draws=20)
    assert found[["distance", "halves", "baseline"]].to_numpy().tolist() == [[0, 0, 0]]
    assert comparison.structure({("unit_id", "themes"): own}, draws=50)[0].empty  # one theme: no structure


def test_doubling_the_corpus_changes_no_distance_and_the_order_of_reports_neither():
    sentences, families = random_text(9)
    groups = each(sentences)
    again = sentences.assign(sentence_id=sentences["sentence_id"] + "x", paragraph_id=sentences["paragraph_id"] + "x")
    twice = pd.concat([sentences, again], ignore_index=True)
    codes = families["theme"]
    doubled = pd.concat([codes, codes.assign(sentence_id=codes["sentence_id"] + "x")], ignore_index=True)
    one, two, three = (
        comparison.distances({"themes": comparison.of_codes(c, s, groups=g)}, groups=groups, draws=30)
        for c, s, g in (
            (codes, sentences, groups),
            (doubled, twice, groups),
            (codes, sentences.sample(frac=1, random_state=1), groups[::-1]),
        )
    )
    assert two["distance"].to_numpy() == pytest.approx(one["distance"].to_numpy())
    pd.testing.assert_frame_equal(one, three)


def test_halves_of_texts_that_do_not_differ_lie_as_far_apart_as_those_of_one_text():
    own, groups = [], None
    for seed in range(20):
        sentences, families = random_text(100 + seed, groups=2, paragraphs=30)
        groups = each(sentences)
        own.append(comparison.of_codes(families["theme"], sentences, groups=groups))
    found = pd.concat([comparison.distances({"themes": one}, groups=groups, draws=40) for one in own])
    assert (found["halves"] ** 2 - found["baseline"] ** 2).mean() == pytest.approx(0, abs=0.01)
    different, groups = profiles_of({"a": ["A A B"] * 12, "b": ["C C B"] * 12})
    (row,) = comparison.distances({"themes": different}, groups=groups, draws=40).itertuples()
    assert row.halves > row.baseline + 0.3


def test_the_interval_holds_the_distance_and_is_narrower_for_longer_texts():
    widths = []
    for paragraphs in (12, 120):
        sentences, families = random_text(3, groups=2, paragraphs=paragraphs)
        own = comparison.of_codes(families["theme"], sentences, groups=each(sentences))
        (row,) = comparison.distances({"themes": own}, groups=each(sentences), draws=100).itertuples()
        assert row.low <= row.distance <= row.high
        widths.append(row.high - row.low)
    assert widths[1] < widths[0]


def test_above_thirty_groups_the_distance_is_hellingers():
    units = {f"u{i:02}": ["A B", "A" if i % 2 else "B"] for i in range(31)}
    own, groups = profiles_of(units)
    found = comparison.distances({"themes": own}, groups=groups, draws=3)
    assert set(found["metric"]) == {"hellinger"}
    assert len(found) == 31 * 30 / 2
    assert found["distance"].to_numpy() == pytest.approx(stats.hellinger(own.table())[np.triu_indices(31, 1)], abs=1e-6)
    assert (apart(own.sums()[:5]) == stats.jensen_shannon(own.table()[:5])).all()


# ---------------------------------------------------------------- structure


def test_structure_that_is_there_is_found_and_such_that_is_not_is_not():
    sentences, families = text({"a": ["A A", "A -", "A A"] * 4, "b": ["B", "B B", "B -"] * 4, "c": ["C", "C C"] * 6})
    clear = comparison.of_codes(families["theme"], sentences, groups=each(sentences))
    table, bins = comparison.structure({("unit_id", "themes"): clear}, draws=500)
    (row,) = check(table, "structure").itertuples()
    assert row.p == pytest.approx(1 / 501)
    assert row.v == pytest.approx(1)
    assert row.low > 0.5
    assert bins["share"].sum() == pytest.approx(1)
    p = []
    for seed in range(60):
        sentences, families = random_text(200 + seed)
        own = comparison.of_codes(families["theme"], sentences, groups=each(sentences))
        (row,) = comparison.structure({("unit_id", "themes"): own}, draws=200)[0].itertuples()
        assert (row.low == 0) or row.p < 0.1
        p.append(row.p)
    assert np.mean(np.array(p) <= 0.05) < 0.15


def test_v_over_paragraphs_is_smaller_than_over_sentences_where_paragraphs_have_habits():
    found = []
    for seed in range(10):
        sentences, families = random_text(300 + seed)
        own = comparison.of_codes(families["theme"], sentences, groups=each(sentences))
        found.append(comparison.structure({("unit_id", "themes"): own}, draws=300)[0])
    table = pd.concat(found)
    assert table["v_clustered"].mean() < table["v_corrected"].mean()
    assert (table["low"] <= table["v_clustered"] + 1e-9).all()
    assert (table["v_clustered"] <= table["high"] + 1e-9).all()


def test_there_is_no_map_and_no_tree_where_chance_is_not_ruled_out():
    own, _ = profiles_of({"a": ["A B C"] * 3, "b": ["A B C"] * 3, "c": ["A B C"] * 3})
    assert comparison.picture(own, p=0.051).empty
    assert comparison.picture(own, p=float("nan")).empty


def test_the_map_has_a_region_for_each_group_and_the_tree_joins_those_that_are_alike():
    alike = ["A A B", "A B", "A A", "C"]
    own, _ = profiles_of({"a": alike * 3, "b": alike * 3, "c": ["C C B", "C D", "D"] * 4, "d": ["E E", "E A"] * 6})
    found = comparison.picture(own, p=0.001, draws=60)
    kinds = found["kind"].value_counts()
    assert kinds[["group", "item", "region", "leaf", "axis"]].tolist() == [4, 5, 4, 4, 2]
    across = found[(found["kind"] == "branch") & (found["width"].fillna(0) != 0)]
    assert len(across) == 3
    assert across["y"].min() == 0  # a and b say the same
    assert found.loc[found["kind"] == "region", "width"].gt(0).all()
    again = comparison.picture(own, p=0.001, draws=60)
    pd.testing.assert_frame_equal(found, again)


# ---------------------------------------------------------------- groupings


UNITS = pd.DataFrame(
    {
        "unit_id": ["whole", "part", "bureau", "town", "park"],
        "place": ["大市", "小县", "他县", "他县", "他县"],
        "prefecture": ["大市", "大市", "远市", "远市", "远市"],
        "level": ["地级市", "县级市", "县级市", "镇", "园区"],
    }
)


def test_a_part_and_the_whole_that_contains_it_are_told():
    groups = pd.Series(UNITS["unit_id"].to_numpy(), index=UNITS["unit_id"])
    found = comparison.nesting(UNITS, groups=groups)
    assert set(zip(found["group"], found["within"], found["why"], strict=True)) == {
        ("part", "whole", "prefecture"),
        ("town", "bureau", "tier"),
        ("park", "bureau", "tier"),
    }
    assert comparison.nesting(UNITS, groups=groups.map(lambda _: "all")).empty


def test_only_rugao_lies_within_another_place_of_the_default_study(study):
    found = comparison.nesting(study.units, groups=study.groups("place"))
    assert found.to_numpy().tolist() == [["如皋", "南通", "prefecture"]]


def test_what_coincides_is_told_pair_by_pair():
    design = pd.DataFrame(
        {"city": ["a", "a", "b", "c"], "year": [1, 1, 2, 2], "kind": ["x", "y", "x", "y"], "no": [""] * 4}
    )
    found = comparison.confounding(design, columns=["city", "year", "kind", "no"]).set_index(["a", "b"])["relation"]
    assert found.to_dict() == {("city", "year"): "a tells b", ("city", "kind"): "crossed", ("year", "kind"): "crossed"}
    same = comparison.confounding(design.assign(twin=design["city"] + "!"), columns=["city", "twin"])
    assert same["relation"].tolist() == ["the same"]


def test_the_default_study_can_be_grouped_in_eight_ways_and_only_within_two_reports(study):
    found = comparison.groupings(study, prepare.table(study, "units")).set_index("group_by")
    assert found["n_groups"].to_dict() == {
        "city": 5, "place": 8, "unit_id": 12, "region": 3, "level": 5, "doc_type": 5, "year": 4, "same_tier": 6,
    }  # fmt: skip
    assert found.loc["city", "reports_within"] == 0
    assert found.loc["unit_id", "reports_within"] == 2


def test_the_same_tier_is_that_of_most_units(study):
    found = comparison.groups(study, comparison.SAME_TIER)
    assert list(found) == ["rugao", "jiangyin", "yixing", "liangxi", "xishan", "gaoyou-bureau"]
    assert comparison.labels(study, comparison.SAME_TIER)["zh"]["jiangyin"] == "江阴"


def test_an_unknown_column_ends_with_2_and_the_nearest_match(study):
    with pytest.raises(PolicytextError, match="Did you mean 'prefecture'") as told:
        comparison.groups(study, "prefectur")
    assert told.value.exit_code == 2


# ---------------------------------------------------------------- only here, portraits, conclusions


def counts_of(units):
    rows = [(u, f"{u}:{i:02}", t, 1) for u, ps in units.items() for i, p in enumerate(ps) for t in p.split()]
    table = pd.DataFrame(rows, columns=["unit_id", "paragraph_id", "term", "n"])
    return table.groupby(["unit_id", "paragraph_id", "term"], as_index=False)["n"].sum()


NO_QUANTITIES = pd.DataFrame(columns=["unit_id", "sentence_id", "indicator", "surface", "comparator"], dtype="str")


def test_a_term_is_only_here_where_not_even_its_characters_stand_elsewhere():
    sentences, families = text({"a": ["A", "A", "A"], "b": ["B", "B"]})
    sentences["text"] = ["飞地 高企", "飞地", "高企 飞地", "大高企业", "人才"]
    counts = counts_of({"a": ["飞地 高企", "飞地", "高企 飞地 高企"], "b": ["大 人才", "人才 人才"]})
    found = comparison.only_here(counts, families, NO_QUANTITIES, sentences, groups=each(sentences), min_n=3)
    rows = check(found, "only_here").set_index(["kind", "item"])
    assert set(rows.index) == {
        ("term", "飞地"),
        ("theme", "A"),
        ("term", "人才"),
        ("theme", "B"),
    }  # 高企 stands in 大高企业
    row = rows.loc[("term", "飞地")]
    assert row[["group", "n", "range", "sentence_id"]].tolist() == ["a", 3, 3, "a:00:00"]
    assert row["rate"] == pytest.approx(10_000 * 3 / 6)
    assert row["silence"] == pytest.approx(10_000 * float(stats.upper_bound_of_zero(4)))
    named = comparison.only_here(
        counts, families, NO_QUANTITIES, sentences, groups=each(sentences), min_n=3, names={"飞地"}
    )
    assert set(named.loc[named["item"] == "飞地", "kind"]) == {"name"}


def test_an_indicator_of_one_group_stands_with_its_sentence():
    sentences, families = text({"a": ["- -"], "b": ["-"]})
    quantities = pd.DataFrame({"unit_id": ["a", "a", "b"], "sentence_id": ["a:00:00", "a:00:01", "b:00:00"],
                               "indicator": ["高企数", "专利数", "专利数"], "surface": ["5家", "6件", "7件"]})  # fmt: skip
    counts = counts_of({"a": ["甲乙"], "b": ["丙丁"]})
    found = comparison.only_here(counts, families, quantities, sentences, groups=each(sentences))
    assert found[["kind", "item", "group", "sentence_id"]].to_numpy().tolist() == [
        ["indicator", "高企数", "a", "a:00:00"]
    ]
    assert found["rate"].tolist() == [50]


def test_only_here_is_empty_with_one_group():
    sentences, families = TWO
    alone = pd.Series("all", index=["a", "b"])
    counts = counts_of({"a": ["甲乙"] * 3, "b": ["丙丁"]})
    assert comparison.only_here(counts, families, NO_QUANTITIES, sentences, groups=alone).empty


def test_a_portrait_has_the_shares_of_the_sentences_of_its_group_and_no_group_without_text():
    sentences, families = TWO
    frequency = pd.DataFrame(
        {"group": ["a", "a", "b"], "term": ["甲", "乙", "丙"], "rate": [9.0, 5.0, 7.0], "rank": [1, 2, 1]}
    )
    outline = pd.DataFrame({"unit_id": ["a", "a"], "level": [1, 3], "heading": ["一、甲", "小"]})
    formulas = pd.DataFrame({"unit_id": ["b", "b"], "surface": ["3+3+N", "3+3+N"]})
    groups = pd.Series(["a", "b", "c"], index=["a", "b", "nobody"])
    found = comparison.portraits(frequency, families, sentences, quantities=NO_QUANTITIES, outline=outline,
                                 formulas=formulas, groups=groups, top_n=1)  # fmt: skip
    shown = found.set_index(["group", "section", "item"])["value"]
    assert shown["a", "theme", "A"] == pytest.approx(7 / 9)
    assert shown["b", "theme", "A"] == pytest.approx(1 / 11)
    assert set(found["group"]) == {"a", "b"}
    assert found[found["section"] != "theme"][["group", "item"]].to_numpy().tolist() == [
        ["a", "甲"], ["a", "一、甲"], ["b", "丙"], ["b", "3+3+N"],
    ]  # fmt: skip


def test_each_finding_carries_interval_q_the_verdict_without_shared_wording_and_a_caveat():
    sentences, families = text({"a": ["A A", "A", "A -"] * 4, "b": ["B", "- B", "B B"] * 4})
    groups = each(sentences)
    found = comparison.associations(families, sentences, groups=groups, min_n=1, **ALL)
    nothing = comparison.within_reports(families, sentences.iloc[:0], sentences.iloc[:0], **ALL)
    both = comparison.beside(found, found.assign(q=0.2))
    rows = comparison.findings(both, within=comparison.beside(nothing, nothing))
    assert rows["holds"].all()
    assert not rows["holds_without"].any()
    nested = pd.DataFrame({"group": ["a"], "within": ["b"]})
    design = pd.DataFrame({"unit_id": ["a", "b"], "report_id": ["r", "s"]})
    told = comparison.conclusions(rows, labels={"a": "Alpha\n2020"}, names={"theme:A": "Talent"},
                                  caveats=comparison.caveat(groups, design), nested=[nested])  # fmt: skip
    assert told[0].startswith(("**Alpha: Talent**", "**b:"))
    for sentence in told:
        assert "95% interval" in sentence
        assert "q = 0.0" in sentence or "q < 0.001" in sentence
        assert "q = 0.200 without shared wording, so the verdict hangs on shared wording" in sentence
        assert "difference between texts" in sentence
    assert any("The others include b, which contains it." in sentence for sentence in told)
    untested = comparison.conclusions(rows.assign(q_without=np.nan), labels={}, names={},
                                      caveats=comparison.caveat(groups, design), nested=[nested])  # fmt: skip
    assert all("not tested without shared wording. *" in sentence for sentence in untested), "which is no verdict"


def test_a_study_of_one_report_compares_nothing_and_crashes_nowhere(make_study):
    lone = open_study(make_study({"a.txt": "甲县重视人才。\n乙县重视企业。\n"}))
    groups = comparison.groups(lone)
    assert len(comparison.groupings(lone, lone.units.assign(n_paragraphs=2)))
    assert comparison.nesting(lone.units, groups=groups).empty


def test_a_run_by_an_unknown_column_ends_with_2_before_anything_runs(make_study, command):
    home = make_study({"a.txt": "甲县重视人才。\n"})
    code, _, told = command("run", "--home", home.root, "--only", "05-city-comparison", "-p", "group_by=citi")
    assert code == 2
    assert "Did you mean 'city'" in told
    assert not home.tryout.joinpath("notebooks").exists()


def test_on_the_long_texts_of_the_default_study_the_permutation_keeps_its_level(study):
    """Random halves of Nantong's and of Wuxi's paragraphs: Fisher's test over sentences calls more than 5 % different."""
    sentences = prepare.table(study, "sentences")
    sentences = sentences[sentences["kind"] == "sentence"]
    codes = comparison.coded(themes.codes(prepare.table(study, "theme_hits")), prepare.table(study, "facet_hits"))
    own = comparison.of_codes(codes["theme"], sentences, groups=study.groups())
    found = comparison.calibrate(own, splits=100, draws=400, seed=20231).set_index(["group", "test"])
    assert set(found.index.get_level_values("group")) == {"南通", "无锡"}
    for group in ("南通", "无锡"):
        assert found.loc[(group, "permutation"), "low"] <= 0.05
    assert (found.xs("fisher", level="test")["share"] > found.xs("permutation", level="test")["share"]).all()


def test_no_theme_of_a_city_is_distinguished_and_genre_sets_the_status(study):
    """Where the test over sentences sees a theme of one city, that over paragraphs does not."""
    sentences = prepare.table(study, "sentences")
    sentences = sentences[sentences["kind"] == "sentence"]
    codes = comparison.coded(themes.codes(prepare.table(study, "theme_hits")), prepare.table(study, "facet_hits"))
    found = comparison.associations(codes, sentences, groups=study.groups(), draws=20_000, seed=20231)
    held = found[found["q"] < 0.05]
    assert "theme" not in set(held["family"])
    assert "status" in set(held["family"])
    assert ((found["family"] == "theme") & (found["q_naive"] < 0.05)).any()
