"""What a user may rely on in the forest of reliability and validity: it shows what the table says, and can be read."""

import looking
import pandas as pd
import pytest

from policytext import charts, codebook, validation

LANGUAGES = ("zh", "en")
pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def labels(study):
    return validation.names_of(codebook.load(study.home))


@pytest.fixture(scope="module")
def shown(study, sentences):
    coded = validation.coded(study, sentences)
    scored = [
        validation.accuracy(validation.codes_of(coded, "b"), coded, coder="rules"),
        validation.accuracy(
            validation.codes_of(coded, "b"), coded, coder="learned", scope="leave-one-city-out", against=["agreed"]
        ),
    ]
    return validation.quality(validation.agreement(coded), {"theme": pd.concat(scored)})


def wrong_with(figure):
    return {
        "over each other": looking.overlaps(figure),
        "cut": looking.cut(figure),
        "without a glyph": looking.tofu(figure),
        "empty panels": looking.empty_panels(figure),
    }


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("themes", [True, False])
def test_it_can_be_read(shown, labels, language, themes):
    rows = shown[(shown["facet"] == "theme") == themes]
    figure = charts.theme_coding.quality(rows, labels=labels, language=language)
    assert {what: these for what, these in wrong_with(figure).items() if these} == {}


def test_marks_stand_at_the_estimates_and_rare_values_are_hollow(shown, labels):
    rows = shown[(shown["facet"] == "theme") & (shown["measure"] == "alpha")]
    axes = charts.theme_coding.quality(rows, labels=labels, language="en").axes[0]
    solid, hollow = (line for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata()))
    assert list(solid.get_xdata()) == list(rows.loc[~rows["few"], "estimate"])
    assert list(hollow.get_xdata()) == list(rows.loc[rows["few"], "estimate"]) == [1]
    assert hollow.get_markerfacecolor() == "white"
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[0].startswith("T1 ")
    assert names[-1] == "all together"
    heights = dict(zip(solid.get_xdata(), solid.get_ydata(), strict=True))
    assert heights[rows.loc[rows["value"] == "all", "estimate"].item()] == 12


def test_an_interval_over_few_paragraphs_is_dashed_and_one_that_is_missing_is_not_drawn(shown, labels):
    rows = shown[(shown["facet"] == "theme") & (shown["scope"] == "in-sample") & (shown["against"] == "agreed")]
    axes = charts.theme_coding.quality(rows, labels=labels, language="en").axes[0]
    drawn = {bool(lines.get_linestyle()[0][1]): len(lines.get_paths()) for lines in axes.collections}
    estimable = rows[rows["low"].notna()]
    assert drawn == {True: estimable["tentative"].sum(), False: (~estimable["tentative"]).sum()}
    tentative = set(rows.loc[rows["tentative"], "value"])
    assert "T4" in tentative  # 19 sentences
    assert not {"T1", "T2", "T12", "all"} & tentative


def test_each_column_has_its_axis_named_below_the_last_of_its_panels(shown, labels):
    figure = charts.theme_coding.quality(shown, labels=labels, language="en")
    told = looking.texts(figure)
    assert told.count("Between coders: Krippendorff's α") == told.count("Codes against coders: F1") == 1
    below = [axes for axes in figure.axes if axes.axison and axes.get_xlabel()]
    assert {axes.get_title(loc="left") for axes in below} == {"Symbolic", "Themes"}
    assert all(label.get_visible() for axes in below for label in axes.get_xticklabels())


def test_values_stand_in_the_order_of_the_codebook(shown, labels):
    rows = shown[shown["facet"] == "instrument_tool"]
    axes = charts.theme_coding.quality(rows, labels=labels, language="zh").axes[0]
    names = [label.get_text().split()[0] for label in axes.get_yticklabels()]
    assert names.index("S1") < names.index("E1") < names.index("D2")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_legend_says_who_is_compared_and_on_what_sample(shown, labels, language):
    figure = charts.theme_coding.quality(shown[shown["facet"] == "theme"], labels=labels, language=language)
    told = [text.get_text() for text in figure.legends[0].get_texts()]
    expected = {
        "zh": ["编码者a与b", "规则对一致编码（样本内）", "自动习得词表对一致编码（留一城市）"],
        "en": [
            "coders a and b",
            "rules against agreed codes (in-sample)",
            "learned terms against agreed codes (city left out)",
        ],
    }
    assert set(expected[language]) <= set(told)
    assert len(told) == len(set(told))


def test_its_words_count_what_is_shown(shown):
    coders = {"zh": "编码者为大语言模型。", "en": "The coders are a language model."}
    words = charts.theme_coding.quality_words(shown, coders=coders)
    known = shown[~shown["few"] & ~shown["value"].isin(["all", "macro"]) & (shown["measure"] == "alpha")]
    reliable = int((known["estimate"] >= 0.8).sum())
    assert f"of the {len(known)} values with ten sentences or more {reliable} reach .8" in words["caption"]["en"]
    assert f"{len(known)}项中{reliable}项" in words["caption"]["zh"]
    for part in ("title", "caption", "alt", "empty"):
        assert all(words[part].values())
    assert coders["en"] in words["caption"]["en"]
    alone = charts.theme_coding.quality_words(shown[shown["measure"] == "alpha"], coders=coders)
    assert "F1" not in alone["caption"]["en"]
    assert "右" not in alone["caption"]["zh"]


def test_the_table_stays_as_it_was(shown, labels):
    before = shown.copy()
    charts.theme_coding.quality(shown, labels=labels)
    assert shown.equals(before)
