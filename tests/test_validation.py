"""What a user may rely on in `validation`: codings find their sentences or are refused, and what is said of their worth."""

import shutil

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from policytext import codebook, prepare, segment, stats, validation
from policytext.errors import PolicytextError
from policytext.study import COLUMNS, PROJECT, check, open_study

SCHEME = {
    "theme": ["T1", "T2", "T10"],
    "instrument_tool": ["S1", "S2", "E1"],
    "status": ["A", "P", "G"],
    "actor": ["G"],
}
TEXT = "建设平台。引进人才!\n支持企业;发展产业。\n"
# sentences: 0-5, 5-10, 11-16, 16-21


def opened(home):
    """The study of a home with one report, and its sentences, without cutting them into terms, which takes long."""
    study = open_study(home)
    text, _ = study.read("a")
    return study, pd.DataFrame(segment.sentences("a", text, study.spans_of("a", text)))


@pytest.fixture
def read(make_study):
    """What is read of codings given by file name, and what is wrong with them."""

    def call(**files):
        home = make_study({"a.txt": TEXT})
        (home.seeds / "coding").mkdir()
        for name, text in files.items():
            (home.seeds / "coding" / f"{name.replace('_', '-')}.csv").write_text(text, encoding="utf-8")
        return validation.read(*opened(home), scheme=SCHEME)

    return call


def coding(*rows, columns="themes"):
    return f"report_id,spans,{columns}\n" + "".join(f"a,{row}\n" for row in rows)


def tidy(decisions, *, facet="theme", defensible=()):
    """The table `coded` of coders (name → values of each sentence, joined by `;`), one paragraph per sentence."""
    rows = [
        (coder, f"r:{i}", "u", "r", f"r:{i}", facet, value, False)
        for coder, cells in decisions.items()
        for i, cell in enumerate(cells)
        for value in cell.split(";")
    ]
    rows += [(coder, f"r:{i}", "u", "r", f"r:{i}", facet, value, True) for coder, i, value in defensible]
    columns = ["coder", "sentence_id", "unit_id", "report_id", "paragraph_id", "facet", "value", "defensible"]
    return pd.DataFrame(rows, columns=columns)


def codes(*cells):
    rows = [(f"r:{i}", "u", "r", value, 1) for i, cell in enumerate(cells) for value in cell.split(";") if value]
    return pd.DataFrame(rows, columns=COLUMNS["theme_codes"])


# ---------------------------------------------------------------- the coded sentences of the default study


@pytest.fixture(scope="module")
def coded(study, sentences):
    return validation.coded(study, sentences)


@pytest.fixture(scope="module")
def measured(coded):
    return check(validation.agreement(coded), "coder_agreement")


def test_every_sentence_of_the_default_study_is_coded_by_each_coder(coded, sentences):
    sure = coded[~coded["defensible"]]
    for coder, facets in {"a": 1, "b": 1, "1": 5, "2": 5}.items():
        own = sure[sure["coder"] == coder]
        assert own["facet"].nunique() == facets
        for _, rows in own.groupby("facet"):
            assert set(rows["sentence_id"]) == set(sentences["sentence_id"])


def test_the_codings_are_those_that_were_made(coded):
    assert coded["coder"].nunique() == 4
    n = coded[(coded["facet"] == "theme") & ~coded["defensible"] & (coded["value"] != "")].groupby("coder").size()
    assert n.to_dict() == {"a": 464, "b": 476}
    first = coded[(coded["sentence_id"] == "wuxi-2024:3308") & (coded["facet"] == "theme") & ~coded["defensible"]]
    assert set(first["value"]) == {"T1"}


def test_coders_of_the_default_study_agree_as_far_as_was_measured_when_they_coded(measured):
    table = measured.set_index(["facet", "value"])
    assert round(table.loc[("theme", "all"), "kappa"], 2) == 0.91
    assert round(table.loc[("theme", "T4"), "kappa"], 2) == 1
    assert table.loc["theme"]["kappa"].idxmin() == "T7"
    assert round(table.loc[("status", "all"), "kappa"], 2) == 0.98


def test_what_is_too_rare_has_no_interval_and_no_verdict(measured):
    table = measured.set_index(["facet", "value"])
    rare = table.loc[("theme", "T12")]
    assert (rare["n_a"], rare["n_b"], rare["kappa"], rare["verdict"]) == (8, 8, 1, "few")
    assert table.loc[table["verdict"] == "few", ["kappa_low", "alpha_high", "ac1_low"]].isna().all(axis=None)
    assert table.loc[table["verdict"] != "few", ["kappa_low", "alpha_high", "ac1_low"]].notna().all(axis=None)


def test_a_coder_held_against_the_other_has_the_f1_that_was_measured(coded):
    table = check(
        validation.accuracy(validation.codes_of(coded, "a"), coded, coder="a", against=["b"]), "theme_validation"
    )
    micro = table.set_index("theme").loc["micro"]
    assert round(micro["f1"], 2) == 0.92
    assert micro["f1_low"] < micro["f1"] < micro["f1_high"]


def test_disagreements_are_those_sentences_on_which_the_sets_differ(coded, sentences):
    table = validation.disagreements(coded, sentences)
    own = table[table["facet"] == "theme"]
    sets = {coder: validation.codes_of(coded, coder).groupby("sentence_id")["theme"].agg(set) for coder in "ab"}
    differ = [name for name in sentences["sentence_id"] if sets["a"].get(name, set()) != sets["b"].get(name, set())]
    assert list(own["sentence_id"]) == differ
    assert not table.duplicated(["facet", "sentence_id", "coder_a", "coder_b"]).any()


def test_the_values_of_the_codings_are_those_of_the_codebook_in_use(study):
    scheme = validation.scheme_of(codebook.load(study.home))
    assert {"theme", "status", "instrument_tool"} <= set(scheme)
    assert scheme["theme"] == [f"T{i}" for i in range(1, 13)]


def test_check_tells_of_a_broken_coding(command, home, tmp_path):
    copy = tmp_path / "home"
    shutil.copytree(home.root, copy)
    path = copy / "seeds" / "coding" / "themes-a.csv"
    path.write_text(path.read_text("utf-8-sig").replace("70-100,", "71-100,", 1), encoding="utf-8")
    code, out, _ = command("check", "--home", copy)
    assert code == 3
    assert "seeds/coding/themes-a.csv:2 (column spans): 71-100" in out
    assert "Is it 70-100" in out


# ---------------------------------------------------------------- reading, and what is refused


def test_a_coding_becomes_one_row_per_value_and_one_where_there_is_none(read):
    table, problems = read(themes_x=coding("0-5,T1;T2,T10", "5-10,,", columns="themes,also_defensible"))
    assert problems == []
    assert table[["coder", "sentence_id", "facet", "value", "defensible"]].to_numpy().tolist() == [
        ["x", "a:0", "theme", "T1", False],
        ["x", "a:0", "theme", "T2", False],
        ["x", "a:0", "theme", "T10", True],
        ["x", "a:5", "theme", "", False],
    ]


def test_tools_give_their_first_level_too_and_n_is_no_value(read):
    table, problems = read(facets_x=coding("0-5,S1;S2;E1,A", "5-10,N,G", columns="instruments,status"))
    assert problems == []
    found = table.groupby("facet")["value"].agg(list).to_dict()
    assert found == {
        "instrument": ["S", "E", ""],
        "instrument_tool": ["S1", "S2", "E1", ""],
        "status": ["A", "G"],
    }


def test_white_space_in_spans_does_not_matter(read):
    table, problems = read(themes_x=coding("10-16,T1"))
    assert problems == []
    assert list(table["sentence_id"]) == ["a:11"]


@pytest.mark.parametrize(
    ("rows", "line", "column", "what", "fix"),
    [
        (["0-5,T1", "6-10,T1"], 3, "spans", "6-10 ('进人才!') is not one whole sentence", "Is it 5-10"),
        (["0-10,T1"], 2, "spans", "0-10 ('建设平台。引进人才!') is not one whole sentence", "Is it 0-5"),
        (["0-5,T1", "0-5,T2"], 3, "spans", "0-5 is coded in line 2 too", "Keep one"),
        (["16-99,T1"], 2, "spans", "16-99 does not lie within the text of 22 characters", "Mend the offsets"),
        (["21-22,T1"], 2, "spans", "21-22 ('\\n') is in no unit", "seeds/spans.csv"),
        (["5-0,T1"], 2, "spans", "5-0 does not lie within", "Mend"),
        (["0-5,T3"], 2, "themes", "'T3' is not in the codebook", "Known: T1, T2, T10"),
        (["0-5,T1;T1"], 2, "themes", "names a value twice", "once"),
    ],
)
def test_a_row_that_is_wrong_is_told_with_its_line_and_what_to_do(read, rows, line, column, what, fix):
    table, problems = read(themes_x=coding(*rows))
    assert len(table) == 0, "nothing is half loaded"
    assert len(problems) == 1
    problem = problems[0]
    assert (problem.file, problem.line, problem.column) == ("seeds/coding/themes-x.csv", line, column)
    assert what in problem.what
    assert fix in problem.fix
    assert problem.exit_code == 3


@pytest.mark.parametrize(
    ("columns", "row", "column", "what"),
    [
        ("status", "5-10,", "status", "not coded here"),
        ("status", "5-10,A;P", "status", "several values"),
        ("instruments", "5-10,N;S1", "instruments", "none and some"),
        ("instruments", "5-10,", "instruments", "not coded here"),
        ("symbolic", "5-10,1", "symbolic", "no values for symbolic"),
    ],
)
def test_a_facet_has_what_it_must_have(read, columns, row, column, what):
    first = {"status": "A", "instruments": "S1", "symbolic": "0"}[columns]
    _, problems = read(facets_x=coding(f"0-5,{first}", row, columns=columns))
    assert [problem.column for problem in problems] == [column]
    assert what in problems[0].what


def test_files_that_are_wrong_as_a_whole_are_told(read):
    good = coding("0-5,T1")
    for files, what in [
        ({"themes": good}, "a coding is named themes-NAME.csv"),
        ({"themes_agreed": good}, "a coding is named themes-NAME.csv"),
        ({"themes_x": good, "facets_x": good}, "x has coded theme in another file too"),
        ({"themes_x": coding("0-5,")}, "nothing is coded in it"),
        ({"themes_x": "report_id,themes\na,T1\n"}, "the column 'spans' is missing"),
        ({"themes_x": "report_id,spans,themes\nb,0-5,T1\n"}, "there is no report 'b'"),
        ({"themes_x": "report_id,spans,themes\na,0–5,T1\n"}, "String should match pattern"),
    ]:
        table, problems = read(**files)
        assert [what in str(problem) for problem in problems] == [True], (files, problems)
        assert len(table) == 0


def test_a_good_file_beside_a_bad_one_is_not_loaded_either(read):
    table, problems = read(themes_x=coding("0-5,T1"), themes_y=coding("0-5,T9"))
    assert len(problems) == 1
    assert len(table) == 0


def test_a_study_that_nobody_coded_has_an_empty_table(make_study):
    table = validation.coded(*opened(make_study({"a.txt": TEXT})))
    assert len(table) == 0
    assert len(validation.agreement(table)) == 0
    assert len(check(validation.accuracy(codes(), table), "theme_validation")) == 0


def test_coded_raises_all_that_is_wrong_at_once(make_study):
    home = make_study({"a.txt": TEXT})
    (home.seeds / "coding").mkdir()
    (home.seeds / "coding" / "themes-x.csv").write_text(coding("0-4,T1", "5-10,T9"), encoding="utf-8")
    with pytest.raises(PolicytextError, match="2 problems") as raised:
        validation.coded(*opened(home), scheme=SCHEME)
    assert raised.value.exit_code == 3


# ---------------------------------------------------------------- agreement


def test_agreement_of_a_table_by_hand():
    # T1: both 6, only x 2, only y 1, neither 11: p_o = 17/20; shares .4 and .35, p_e = .14 + .39
    x, y = ["T1"] * 8 + [""] * 12, ["T1"] * 6 + [""] * 2 + ["T1"] + [""] * 11
    row = validation.agreement(tidy({"x": x, "y": y})).iloc[0]
    assert (row["n"], row["n_a"], row["n_b"], row["p_observed"]) == (20, 8, 7, 0.85)
    assert_allclose([row["p_expected"], row["kappa"]], [0.53, 0.32 / 0.47])
    assert row["verdict"] == "few"


def test_only_sentences_that_both_coded_count():
    table = tidy({"x": ["T1", "", "T1", ""] * 6, "y": ["T1", "", "T1", ""] * 3})
    assert validation.agreement(table)["n"].tolist() == [12]


def test_all_of_a_facet_of_one_value_a_sentence_is_the_choice_itself():
    x, y = ["A"] * 15 + ["P"] * 15 + ["G"] * 10, ["A"] * 15 + ["P"] * 12 + ["G"] * 13
    rows = validation.agreement(tidy({"x": x, "y": y}, facet="status")).set_index("value")
    # p_o = 37/40, p_e = (15 * 15 + 15 * 12 + 10 * 13) / 40²
    expected = (225 + 180 + 130) / 1600
    assert_allclose(rows.loc["all", "kappa"], (37 / 40 - expected) / (1 - expected))
    assert list(rows.index) == ["A", "G", "P", "all"]


def test_a_pair_of_three_coders_is_a_row_each():
    table = validation.agreement(tidy({"x": ["T1", ""] * 9, "y": ["T1", ""] * 9, "z": ["", "T1"] * 9}))
    assert table[["coder_a", "coder_b"]].to_numpy().tolist() == [["x", "y"], ["x", "z"], ["y", "z"]]
    assert table["kappa"].tolist() == [1, -1, -1]


def test_the_paradox_of_kappa_is_marked():
    x = ["T1"] * 10 + [""] * 190
    y = [""] * 7 + ["T1"] * 10 + [""] * 183
    row = validation.agreement(tidy({"x": x, "y": y})).iloc[0]
    assert row["p_observed"] > 0.85
    assert row["kappa"] < 0.6
    assert row["paradox"]
    assert row["ac1"] > 0.9


def test_values_are_in_the_order_of_their_numbers():
    table = validation.agreement(tidy({"x": ["T10;T2"] * 9, "y": ["T1"] * 9}))
    assert list(table["value"]) == ["T1", "T2", "T10", "all"]


def test_disagreements_name_what_each_gave_and_what_is_defensible():
    table = tidy({"x": ["T1;T2", "T1"], "y": ["T2;T10", "T1"]}, defensible=[("x", 0, "T10")])
    told = pd.DataFrame({"sentence_id": ["r:0", "r:1"], "unit_id": "u", "spans": ["0-1", "1-2"], "text": ["甲", "乙"]})
    (row,) = validation.disagreements(table, told).to_dict("records")
    assert (row["only_a"], row["only_b"], row["defensible"], row["text"]) == ("T1", "T10", "T10", "甲")


# ---------------------------------------------------------------- accuracy


def test_on_agreed_sentences_what_only_one_coder_gave_is_left_out():
    table = tidy({"x": ["T1", "T1", "", ""], "y": ["T1", "", "", ""]})
    found = validation.accuracy(codes("T1", "T1", "T1", ""), table, against=["agreed", "x", "y"])
    rows = found[found["theme"] == "T1"].set_index("against")
    # agreed: one right, one wrong, the second sentence left out
    assert rows[["n_gold", "precision", "recall"]].to_numpy().tolist() == [[1, 0.5, 1], [2, 2 / 3, 1], [1, 1 / 3, 1]]
    assert_allclose(rows["f1"], [2 / 3, 0.8, 0.5])


def test_what_a_coder_called_defensible_without_giving_it_is_wrong():
    table = tidy({"x": ["T1", "", ""]}, defensible=[("x", 1, "T1")])
    assert validation.accuracy(codes("T1", "T1", "T1"), table).iloc[0]["precision"] == pytest.approx(1 / 3)


def test_a_theme_that_nobody_coded_has_precision_only_and_one_never_found_has_recall_only():
    found = validation.accuracy(codes("T1"), tidy({"x": ["T2", ""]})).set_index("theme")
    assert found.loc["T1", "precision"] == 0
    assert found.loc["T1", ["recall", "f1"]].isna().all()
    assert np.isnan(found.loc["T2", "precision"])
    assert found.loc["T2", ["recall", "f1"]].tolist() == [0, 0]


def test_micro_pools_and_macro_averages():
    table = tidy({"x": ["T1"] * 12 + ["T2"] * 4 + [""] * 4})
    found = validation.accuracy(codes(*["T1"] * 9, "", "", "", "T2", "T2", "T2", "T2", "T2", ""), table)
    rows = found.set_index("theme")
    # T1: 9 right, 3 missed; T2: 4 right, 1 wrong
    assert_allclose(rows.loc["micro", ["precision", "recall", "f1"]].tolist(), [13 / 14, 13 / 16, 26 / 30])
    assert_allclose(rows.loc["macro", "f1"], (18 / 21 + 8 / 9) / 2)
    assert rows.loc["T2", ["f1_low", "f1_high"]].isna().all(), "four sentences are too few"
    assert rows.loc["T1", "recall_low"] < 0.75 < rows.loc["T1", "recall_high"]


def test_recall_has_the_clustered_interval_over_paragraphs():
    table = tidy({"x": ["T1"] * 20})
    row = validation.accuracy(codes(*["T1"] * 15), table).iloc[0]
    expected = stats.clustered_interval([1] * 15 + [0] * 5, [1] * 20)
    assert_allclose([row["recall_low"], row["recall_high"]], [expected.low[0], expected.high[0]])
    assert row["scope"] == "in-sample"


def test_recall_and_specificity_correct_the_share_that_they_were_measured_on():
    table = tidy({"x": ["T1"] * 8 + [""] * 12})
    given = codes(*["T1"] * 6, "", "", *["T1"] * 3)
    row = validation.accuracy(given, table).iloc[0]
    assert (row["recall"], row["specificity"], row["n_gold"], row["n_other"]) == (0.75, 0.75, 8, 12)
    assert_allclose(stats.rogan_gladen(9 / 20, row["recall"], row["specificity"]), 8 / 20)


def test_sentences_that_were_not_coded_are_not_looked_at():
    found = validation.accuracy(codes("T1", "T1", "T1"), tidy({"x": ["T1"]}))
    assert found.iloc[0]["precision"] == 1


def test_tools_of_facet_codes_are_compared_by_tool_and_by_level():
    table = tidy({"x": ["S1", "S2", ""]}, facet="instrument_tool")
    table = pd.concat([table, tidy({"x": ["S", "S", ""]}, facet="instrument")])
    given = [(f"r:{i}", "u", "r", "instrument", value) for i, value in enumerate(["S2", "S2", "E1"])]
    told = pd.DataFrame(given, columns=COLUMNS["facet_codes"])
    tools = validation.accuracy(told, table, facet="instrument_tool").set_index("theme")
    levels = validation.accuracy(told, table, facet="instrument").set_index("theme")
    assert (tools.loc["S2", "precision"], tools.loc["S1", "recall"]) == (0.5, 0)
    assert levels.loc["S", ["precision", "recall"]].tolist() == [1, 1]
    assert levels.loc["E", "precision"] == 0


def test_codes_of_agreed_are_those_that_all_coders_gave():
    table = tidy({"x": ["T1;T2", "T1"], "y": ["T1", "T2"]}, defensible=[("y", 1, "T1")])
    agreed = validation.codes_of(table, "agreed")
    assert agreed[["sentence_id", "theme"]].to_numpy().tolist() == [["r:0", "T1"]]
    assert len(validation.codes_of(table, "x")) == 3


# ---------------------------------------------------------------- what is learned


def told_terms(texts):
    return pd.DataFrame(
        [(f"r:{i}", term) for i, text in enumerate(texts) for term in text.split()], columns=["sentence_id", "term"]
    )


def test_a_term_that_goes_with_a_theme_is_learned_and_one_that_goes_with_all_is_not():
    terms = told_terms(["平台 建设"] * 10 + ["人才 建设"] * 10)
    given = pd.DataFrame({"sentence_id": [f"r:{i}" for i in range(10)], "theme": "T2"})
    assert validation.learn_terms(given, terms) == {"T2": frozenset({"平台"})}


def test_what_stands_in_one_city_only_is_never_learned_for_it():
    """Each city has a word of its own for the theme, and both share one: only the shared one reaches across."""
    own, other = ["平台 东城"] * 10 + ["其他 东郊"] * 30, ["载体 西城"] * 10 + ["其他 西郊"] * 30
    texts = own + other + ["共同 东城"] * 10 + ["共同 西城"] * 10
    unit = ["e"] * 40 + ["w"] * 40 + ["e"] * 10 + ["w"] * 10
    table = pd.DataFrame({"sentence_id": [f"r:{i}" for i in range(100)], "unit_id": unit, "report_id": "r"})
    coded = [*range(10), *range(40, 50), *range(80, 100)]
    given = pd.DataFrame({"sentence_id": [f"r:{i}" for i in coded], "theme": "T2"})
    groups = pd.Series({"e": "东", "w": "西"})
    found = check(validation.leave_one_out(given, told_terms(texts), table, groups), "theme_codes")
    assert list(found["sentence_id"]) == [f"r:{i}" for i in range(80, 100)]
    seen = validation.learn_terms(given, told_terms(texts))["T2"]
    assert {"平台", "载体", "共同"} <= seen, "with all cities in view it would learn them"


def test_a_predictor_of_another_never_sees_the_codes_of_the_city_left_out():
    table = pd.DataFrame({"sentence_id": ["r:0", "r:1", "r:2"], "unit_id": ["e", "w", "w"], "report_id": "r"})
    given = pd.DataFrame({"sentence_id": ["r:0", "r:1"], "theme": ["T1", "T2"]})
    seen = []

    def predict(codes, terms, unseen):
        seen.append((list(codes["theme"]), list(terms["term"]), list(unseen["term"])))
        return pd.DataFrame({"sentence_id": ["r:0", "r:1", "r:1"], "theme": codes["theme"].iloc[0]})

    groups = pd.Series({"e": "东", "w": "西"})
    found = validation.leave_one_out(given, told_terms(["东", "西", "北"]), table, groups, predict=predict)
    assert seen == [(["T2"], ["西", "北"], ["东"]), (["T1"], ["东"], ["西", "北"])]
    # what it says of sentences that were not left out is not taken
    assert found[["sentence_id", "theme", "n_hits"]].to_numpy().tolist() == [["r:0", "T2", 1], ["r:1", "T1", 2]]


def test_where_nothing_is_learned_nothing_is_coded():
    table = pd.DataFrame({"sentence_id": ["r:0", "r:1"], "unit_id": ["e", "w"], "report_id": "r"})
    given = pd.DataFrame({"sentence_id": ["r:0"], "theme": ["T1"]})
    groups = pd.Series({"e": "东", "w": "西"})
    found = validation.leave_one_out(given, told_terms(["东", "西"]), table, groups)
    assert len(check(found, "theme_codes")) == 0


def test_what_was_learned_on_the_default_study_is_scored_out_of_sample(study, sentences, coded):
    terms = prepare.table(study, "terms")
    given = validation.codes_of(coded, "agreed")
    learned = check(validation.leave_one_out(given, terms, sentences, study.groups()), "theme_codes")
    found = validation.accuracy(learned, coded, coder="learned", scope="leave-one-city-out")
    out = found.set_index(["against", "theme"]).loc[("agreed", "micro"), "f1"]
    lists = validation.learn_terms(given, terms)
    hits = [
        terms[terms["term"].isin(words)].drop_duplicates("sentence_id").assign(theme=theme)
        for theme, words in lists.items()
    ]
    inside = validation.accuracy(pd.concat(hits), coded).set_index(["against", "theme"]).loc[("agreed", "micro"), "f1"]
    assert 0.3 < out < inside, "what was seen while learning is found again more easily"


def test_quality_puts_both_tables_into_one(coded, measured):
    accuracy = validation.accuracy(validation.codes_of(coded, "a"), coded, coder="a", against=["b"])
    table = validation.quality(measured, {"theme": accuracy})
    assert set(table["measure"]) == {"alpha", "f1"}
    assert not table.duplicated(["measure", "facet", "value", "coder", "against", "scope"]).any()
    assert table.loc[table["few"], ["low", "high"]].isna().all(axis=None)


def test_the_codings_in_the_repository_are_one_row_per_sentence():
    for path in (PROJECT / "seeds" / "coding").glob("*-?.csv"):
        rows = pd.read_csv(path, dtype=str)
        assert not rows.duplicated(["report_id", "spans"]).any()
        assert len(rows) == 350
