"""What a user may rely on in shared wording: what is found, what is not, and that it does not depend on the order."""

import random

import pandas as pd
import pytest

from policytext import comparison, prepare
from policytext.comparison.wording import _repeats, places
from policytext.study import check


def text(units: dict[str, list[str]]) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Sentences, terms and groups of units that are lists of sentences, whose terms are divided by `|`."""
    sentences, terms = [], []
    for unit, lines in units.items():
        for number, line in enumerate(lines):
            name = f"{unit}:{number}"
            sentences.append((name, unit, name, line.replace("|", "")))
            words = [word.strip("，。+—·") for word in line.split("|")]
            terms += [(name, unit, name, word) for word in words if len(word) > 1]
    names = list(units)
    return (
        pd.DataFrame(sentences, columns=["sentence_id", "unit_id", "paragraph_id", "text"]),
        pd.DataFrame(terms, columns=["sentence_id", "unit_id", "paragraph_id", "term"]),
        pd.Series(names, index=names),
    )


def reuse(units, **options):
    sentences, terms, groups = text(units)
    return check(comparison.reuse(sentences, terms, groups=groups, **options), "reuse").set_index("text")


def test_a_string_of_six_characters_in_two_units_is_found_and_one_of_five_is_not():
    found = reuse({"a": ["加快|培育|人才|队伍。"], "b": ["要|培育|人才|队伍，壮大|产业|链。"], "c": ["壮大|产业|链"]})
    assert found.to_dict("index") == {
        "培育人才队伍": {"kind": "string", "n_chars": 6, "n_groups": 2, "groups": "a; b", "occurrences": 2}
    }


def test_strings_are_maximal_but_a_part_that_more_units_share_stands_beside_the_whole():
    found = reuse({"a": ["强化|企业|创新|主体|地位"], "b": ["强化|企业|创新|主体|地位"], "c": ["企业|创新|主体"]})
    assert found["groups"].to_dict() == {"企业创新主体": "a; b; c", "强化企业创新主体地位": "a; b"}


def test_a_string_goes_from_word_to_word_and_not_over_a_comma():
    found = reuse({"a": ["推|进|科技|成果|转化|，|人才|优先"], "b": ["促|进|科技|成果|转化|，|人才|优先"]})
    assert list(found.index) == ["科技成果转化"]


def test_what_one_unit_says_twice_is_not_shared():
    assert reuse({"a": ["培育|人才|队伍", "培育|人才|队伍"], "b": ["别的"]}).empty


def test_a_string_of_mostly_national_phrases_is_kept_apart():
    units = {"a": ["认定|高新技术企业", "建设|人才|科创|飞地"], "b": ["认定|高新技术企业", "建设|人才|科创|飞地"]}
    found = reuse(units, slogans=["高新技术企业"])
    assert found["kind"].to_dict() == {"认定高新技术企业": "slogan", "建设人才科创飞地": "string"}


def test_a_template_has_the_same_words_in_the_same_order_with_something_else_between():
    units = {
        "a": ["打造|众创空间|+|企业|孵化器|+|企业|加速器|+|科技|产业园"],
        "b": ["完善|众创空间|—|孵化器|—|加速器|—|产业园|链条"],
        "c": ["产业园|与|加速器|孵化器|众创空间"],
    }
    found = reuse(units)
    (row,) = found[found["kind"] == "template"].itertuples()
    assert row.Index == "众创空间…孵化器…加速器…产业园"
    assert row.groups == "a; b"


def test_sentences_that_differ_in_one_word_have_one_template_however_long_they_are():
    words = [f"词{a}{b}" for a in "甲乙丙丁戊己" for b in "子丑寅卯辰巳"]
    one, other = ("|".join([*words[:18], differs, *words[18:]]) for differs in ("创新", "改革"))
    found = reuse({"a": [one], "b": [other]})
    assert found["kind"].value_counts().to_dict() == {"string": 2, "template": 1}
    assert "…".join(words) in found.index


def test_numbers_put_together_are_templates_whose_numbers_are_slots():
    formulas = pd.DataFrame({"unit_id": ["a", "b", "b", "a", "b"], "surface": ["3+3+N", "1+2+n", "1+4", "985", "211"]})
    found = reuse({"a": ["甲乙"], "b": ["丙丁"]}, formulas=formulas)
    assert found["groups"].to_dict() == {"N+N+N": "a; b"}


def test_the_order_of_units_changes_only_the_order_of_their_names():
    units = {"a": ["培育|人才|队伍"], "b": ["培育|人才|队伍|建设"], "c": ["人才|队伍|建设|工作"]}
    one, other = reuse(units), reuse(dict(reversed(units.items())))
    assert set(one.index) == set(other.index)
    assert (one["n_groups"].sort_index() == other["n_groups"].sort_index()).all()


@pytest.mark.parametrize("seed", range(20))
def test_the_index_finds_what_comparing_all_substrings_finds(seed):
    """On random texts of few characters: every string of 3 and more that two owners have and no longer one of as many."""
    choose = random.Random(seed)
    runs = ["".join(choose.choices("abc", k=choose.randint(0, 12))) for _ in range(8)]
    owners = [choose.choice("xyz") for _ in runs]
    held: dict[str, set[str]] = {}
    for run, owner in zip(runs, owners, strict=True):
        for start in range(len(run)):
            for end in range(start + 1, len(run) + 1):
                held.setdefault(run[start:end], set()).add(owner)
    shared = {part: who for part, who in held.items() if len(part) >= 3 and len(who) > 1}
    closed = {
        part
        for part, who in shared.items()
        if not any(len(other) == len(part) + 1 and part in other and len(held[other]) == len(who) for other in shared)
    }
    assert {runs[number][start:end] for number, start, end in _repeats(runs, owners, 3)} == closed


def test_words_find_their_places_in_their_order():
    assert places("人才和人才", ["人才", "人才"]) == [(0, 2), (3, 5)]
    assert places("人才", ["企业", "人才"]) == [(0, 2)]


def test_without_shared_wording_its_terms_and_the_sentences_it_makes_up_are_gone():
    units = {"a": ["培育|人才|队伍", "这里|说|别的|事情|很多|很多"], "b": ["培育|人才|队伍|企业"]}
    sentences, terms, groups = text(units)
    found = comparison.reuse(sentences, terms, groups=groups)
    fewer_terms, fewer_sentences = comparison.without(terms, sentences, found)
    assert "人才" not in set(fewer_terms["term"])
    assert set(fewer_terms["term"]) == {"这里", "别的", "事情", "很多", "企业"}
    assert list(fewer_sentences["sentence_id"]) == ["a:1"]


def test_the_default_study_shares_the_incubation_chain_and_the_sums(study):
    sentences, terms = prepare.table(study, "sentences"), prepare.table(study, "terms")
    formulas = pd.DataFrame({"unit_id": ["yixing", "gaoyou-bureau"], "surface": ["3+3+N", "3+3+N"]})
    found = comparison.reuse(
        sentences, terms, groups=study.groups("unit_id"), formulas=formulas, slogans=comparison.slogans(study)
    ).set_index("text")
    assert found.loc["众创空间…孵化器…加速器…产业园", "groups"] == "nantong; liangxi"
    assert found.loc["N+N+N", "groups"] == "yixing; gaoyou-bureau"
    assert found.loc["高新技术企业", ["kind", "n_groups"]].tolist() == ["slogan", 10]
    strings = found[found["kind"] != "template"]
    held = sentences.groupby("unit_id")["text"].agg("\n".join)
    for row in strings.itertuples():
        assert row.n_chars >= 6
        assert {unit for unit, whole in held.items() if row.Index in whole} == set(row.groups.split("; "))
