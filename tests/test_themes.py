"""Codes on sentences: the longest term counts once, context decides, and every number is a sum of the ledger."""

import pandas as pd
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from policytext import codebook, prepare, themes
from policytext.codebook import Codebook
from policytext.study import PROJECT, Home
from policytext.themes.needles import Sieve, needles

PATTERNS = [p for _, e in codebook.load(Home(PROJECT)).entries for rule in e.all_rules for p in rule.patterns]
SIEVE = Sieve(PATTERNS)


def coded(book, *texts, kind="sentence", unit="u"):
    """The ledgers of themes and facets for sentences of one unit."""
    rows, start = [], 0
    for text in texts:
        end = start + len(text)
        rows.append({"sentence_id": f"r:{start}", "unit_id": unit, "report_id": "r", "kind": kind})
        rows[-1] |= {"paragraph_id": "r:0", "spans": f"{start}-{end}", "text": text}
        start = end
    return themes.Coder(book).code(rows)


def book(**rules):
    """A codebook of one theme per keyword: its terms, or a rule as a mapping."""
    entries = []
    for name, rule in rules.items():
        body = {"terms": rule} if isinstance(rule, list) else {"rules": [rule]}
        entries.append({"id": name, "name": {"zh": name, "en": name}} | body)
    return Codebook.model_validate({"themes": entries, "exceptions": ["提高企业"]})


def found(book, text, **options):
    return [(hit["theme"], hit["term"], hit["spans"]) for hit in coded(book, text, **options)[0]]


def test_a_term_inside_a_longer_one_counts_once_and_one_across_a_word_border_not_at_all():
    tiny = book(A=["高企", "新技术", "院士"], B=["高新技术", "院士工作站"])
    assert found(tiny, "提高企业能力") == []
    assert found(tiny, "发展高新技术") == [("B", "高新技术", "2-6")]
    assert found(tiny, "院士工作站3家,院士5人") == [("B", "院士工作站", "0-5"), ("A", "院士", "8-10")]


@pytest.mark.parametrize(
    ("rule", "yes", "no"),
    [
        ({"terms": ["平台"], "near": ["建设"]}, "建设平台", "平台好"),
        ({"terms": ["平台"], "near": ["建设"], "within": "clause"}, "建设平台,好", "建设路,平台好"),
        ({"terms": ["平台"], "not_near": ["融资"]}, "平台", "平台融资"),
        ({"terms": ["平台"], "before": "创新"}, "创新平台", "融资平台"),
        ({"terms": ["平台"], "not_before": "融资"}, "创新平台", "融资平台"),
        ({"terms": ["平台"], "after": "建设"}, "平台建设", "平台运营"),
        ({"terms": ["平台"], "not_after": "公司"}, "平台建设", "平台公司"),
        ({"patterns": ["平台.{0,2}建设"]}, "平台加快建设", "建设平台"),
        ({"terms": ["平台"], "heading": False}, "平台", None),
    ],
)
def test_context_decides_whether_a_hit_counts(rule, yes, no):
    assert [theme for theme, *_ in found(book(A=rule), yes)] == ["A"]
    if no is not None:
        assert found(book(A=rule), no) == []
    if rule.get("heading") is False:
        assert found(book(A=rule), yes, kind="heading") == []


def test_a_comma_within_a_number_ends_no_clause():
    rule = {"terms": ["高企"], "near": ["新增"], "within": "clause"}
    assert found(book(A=rule), "新增1,200家高企")
    assert not found(book(A=rule), "新增一批,其中高企12家")


def test_a_rule_is_silent_where_a_theme_that_it_names_is_coded():
    tiny = book(A={"terms": ["创新主体"], "unless": ["B"]}, B=["攻关"])
    assert [theme for theme, *_ in found(tiny, "创新主体开展攻关")] == ["B"]
    assert [theme for theme, *_ in found(tiny, "培育创新主体")] == ["A"]


def test_no_term_is_looked_for_in_a_masked_passage():
    data = {"themes": [{"id": "A", "name": {}, "terms": ["平台"]}], "masks": ["将[^,]{0,20}纳入考核"]}
    masked = Codebook.model_validate(data)
    assert found(masked, "将平台数纳入考核,建设平台") == [("A", "平台", "11-13")]


def test_one_status_a_sentence_and_a_plan_carries_on_until_something_is_done():
    values = [
        {"id": "P", "name": {}, "terms": ["将"], "carries": True},
        {"id": "A", "name": {}, "terms": ["已"], "rules": [{"terms": ["5家"], "weak": True}]},
        {"id": "G", "name": {}},
    ]
    data = {"themes": [{"id": "T", "name": {}, "terms": ["甲"]}]}
    data["facets"] = [{"id": "status", "name": {}, "single": True, "default": "G", "values": values}]
    texts = ("甲。", "共5家。", "将办。", "共5家。", "甲。", "已办。", "甲。")
    rows = coded(Codebook.model_validate(data), *texts)[1]
    assert [row["value"] for row in rows] == ["G", "A", "P", "P", "P", "A", "G"]
    assert [row["rule"] for row in rows] == ["default", "rule", "term", "carried on", "carried on", "term", "default"]


def test_spans_of_hits_lead_back_to_the_raw_characters(study, raw):
    for name in ("theme_hits", "facet_hits"):
        hits = prepare.table(study, name)
        for hit in hits[hits["term"] != ""].itertuples():
            pieces = [tuple(map(int, piece.split("-"))) for piece in hit.spans.split(";")]
            assert "".join(raw[hit.report_id][a:b] for a, b in pieces) == hit.term


def test_the_ledger_is_the_sum_of_every_table_made_of_it(study, sentences):
    hits = prepare.table(study, "theme_hits")
    codes = themes.codes(hits)
    assert codes["n_hits"].sum() == len(hits)
    ids = [theme.id for theme in codebook.load(study.home).themes]
    profile = themes.profile(codes, sentences, groups=study.groups(), themes=ids)
    own = sentences[sentences["kind"] == "sentence"].set_index("sentence_id")
    counted = hits[hits["sentence_id"].isin(own.index)]
    assert profile["n_coded"].sum() == len(counted.drop_duplicates(["sentence_id", "theme"]))
    group = counted["unit_id"].map(study.groups())
    chars = own["text"].str.len().groupby(own["unit_id"].map(study.groups())).sum()
    for row in profile.itertuples():
        n = ((group == row.group) & (counted["theme"] == row.theme)).sum()
        assert row.per_10k_chars == pytest.approx(10_000 * n / chars[row.group])


def test_an_unrelated_theme_changes_no_count_of_another(home, study, sentences):
    plain = codebook.load(home)
    more = plain.model_dump()
    more["themes"].append({"id": "T13", "name": {"zh": "乡村", "en": "Country"}, "terms": ["乡村", "农文旅", "冬奥会"]})
    reports = [rows.to_dict("records") for _, rows in sentences.groupby("report_id", sort=False)]
    ledgers = [
        [hit for rows in reports for hit in themes.Coder(one).code(rows)[0]]
        for one in (plain, Codebook.model_validate(more))
    ]
    assert [hit for hit in ledgers[1] if hit["theme"] != "T13"] == ledgers[0]
    assert any(hit["theme"] == "T13" for hit in ledgers[1])


def test_every_sentence_has_one_status_and_those_without_a_theme_are_told(study, sentences):
    facets = themes.facet_codes(prepare.table(study, "facet_hits"))
    status = facets[facets["facet"] == "status"]
    assert sorted(status["sentence_id"]) == sorted(sentences["sentence_id"])
    codes = themes.codes(prepare.table(study, "theme_hits"))
    silent = themes.uncoded(sentences, codes, facets)
    own = sentences[sentences["kind"] == "sentence"]
    assert len(silent) + own["sentence_id"].isin(codes["sentence_id"]).sum() == len(own)
    assert 0 < silent["symbolic"].sum() < len(silent)


def small():
    """Four sentences of two groups, and their hits, to be checked by hand."""
    sentences = pd.DataFrame(
        {
            "sentence_id": ["a", "b", "c", "d"],
            "unit_id": ["u", "u", "v", "v"],
            "report_id": "r",
            "paragraph_id": ["p", "q", "r", "r"],
            "kind": "sentence",
            "spans": "0-5",
            "text": ["一二三四五"] * 4,
        }
    )
    hits = pd.DataFrame(
        [
            ("a", "u", "A", "甲"),
            ("a", "u", "A", "乙"),
            ("b", "u", "A", "甲"),
            ("c", "v", "B", "丙"),
            ("c", "v", "A", "甲"),
        ],
        columns=["sentence_id", "unit_id", "theme", "term"],
    ).assign(report_id="r", rule="term", spans="0-1")
    groups = pd.Series({"u": "g", "v": "h"}, name="group")
    return sentences, hits, groups


def test_a_profile_counts_sentences_hits_and_paragraphs():
    sentences, hits, groups = small()
    table = themes.profile(themes.codes(hits), sentences, groups=groups, themes=["A", "B"])
    row = table.set_index(["group", "theme"])
    assert row.loc[("g", "A"), ["n_coded", "n_sentences", "share", "range", "n_clusters"]].tolist() == [2, 2, 1.0, 2, 2]
    assert row.loc[("g", "A"), "per_10k_chars"] == pytest.approx(10_000 * 3 / 10)
    assert row.loc[("g", "B"), ["n_coded", "low"]].tolist() == [0, 0.0]
    assert row.loc[("g", "B"), "high"] == pytest.approx(1 - 0.05 ** (1 / 2), abs=0.3), "silence has an upper bound"
    assert pd.isna(row.loc[("g", "A"), "low"]), "too few paragraphs for an interval"


def test_influence_tells_what_hangs_on_one_term():
    sentences, hits, groups = small()
    table = themes.influence(hits, sentences, groups=groups).set_index(["theme", "term"])
    assert table.loc[("A", "甲"), ["n_codes", "n_lost", "share_lost"]].tolist() == [3, 2, pytest.approx(2 / 3)]
    assert ("A", "乙") not in table.index, "no sentence hangs on it alone"
    assert table.loc[("B", "丙"), "n_lost"] == 1


def test_crossed_shares_along_and_sides_count_what_they_say():
    sentences, hits, groups = small()
    codes = themes.codes(hits)
    facets = pd.DataFrame(
        [("a", "instrument", "S1"), ("a", "instrument", "S2"), ("c", "instrument", "S1"), ("a", "status", "P")],
        columns=["sentence_id", "facet", "value"],
    ).assign(unit_id="u", report_id="r")
    table = themes.crossed(codes, facets).set_index(["theme", "value"])["n"].to_dict()
    assert table == {("A", "S1"): 2, ("A", "S2"): 1, ("B", "S1"): 1}
    status = themes.shares(facets, sentences, facet="status", groups=groups, values=["A", "P"])
    assert status["n"].tolist() == [0, 1, 0, 0]
    assert status["share"].tolist() == [0, 0.5, 0, 0]
    assert themes.along(codes, sentences)["position"].tolist() == [0.25, 0.75, 0.25, 0.25]
    sided = hits.assign(rule=["x: one", "y: two", "x: one", "term", "x: one"])
    assert themes.sides(sided, theme="A").to_dict("list") == {
        "unit_id": ["u", "u", "v"],
        "side": ["x", "y", "x"],
        "n": [2, 1, 1],
    }


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("平台", {"平台"}),
        ("(?:建设|打造)[^,]{0,9}(?:研究院|园)", {"建设", "打造"}),
        (r"\d+家", {"家"}),
        ("甲?乙{2,3}", {"乙"}),
        ("甲*", set()),
        ("(?<=前)后.", {"前"}),
        ("[?？]$", set()),
    ],
)
def test_needles_are_strings_that_a_match_cannot_do_without(pattern, wanted):
    assert needles(pattern) == wanted


@settings(deadline=None, max_examples=60)
@given(st.text(alphabet="建设打造研究院园平台,甲将到20年", max_size=30))
def test_the_sieve_lets_every_pattern_through_that_matches(text):
    kept = SIEVE.numbers(text)
    assert [n for n, pattern in enumerate(PATTERNS) if regex.search(pattern, text) and n not in kept] == []
