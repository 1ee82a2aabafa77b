"""What a user may rely on in the figures of comparison: they can be read for 2, 5 and 30 groups, and say what was found."""

import looking
import numpy as np
import pandas as pd
import pytest

from policytext import charts, comparison, style

LANGUAGES = ("zh", "en")
CHARTS = charts.comparison
LONG = "内蒙古自治区鄂尔多斯市高新技术产业开发区"
LONG_EN = "Hi-tech Industrial Development Zone of Ordos, Inner Mongolia"
THEMES = [f"T{number}" for number in range(1, 13)]
NAMES = ("cells", "voices", "distances", "chance", "picture", "wording", "only_here", "portraits")

pytestmark = pytest.mark.filterwarnings("error")  # a layout that does not fit comes as a warning


class Drawings:
    """The figures of a study of n groups with long names, whose themes differ from group to group."""

    def __init__(self, n):
        generator = np.random.default_rng(n)
        self.groups = pd.Series([f"g{i}" for i in range(n)], index=[f"g{i}" for i in range(n)])
        sentences, codes, terms = [], [], []
        for number, group in enumerate(self.groups):
            favoured = generator.dirichlet(np.full(len(THEMES), 0.3))
            for paragraph in range(12):
                for place in range(4):
                    name = f"{group}:{paragraph:02}:{place}"
                    text = f"深入实施创新驱动发展战略第{number}" if number < 3 else "别的"
                    where = (name, group, f"r{number % 2}", f"{group}:{paragraph:02}")
                    sentences.append((*where, "sentence", text))
                    codes.append((name, generator.choice(THEMES, p=favoured)))
                    terms += [
                        (*where, term, 1) for term in (f"只此一家{number}", "创新", "企业", "发展" * (number % 2 + 1))
                    ]
        columns = ["sentence_id", "unit_id", "report_id", "paragraph_id"]
        self.sentences = pd.DataFrame(sentences, columns=[*columns, "kind", "text"])
        self.codes = {"theme": pd.DataFrame(codes, columns=["sentence_id", "item"])}
        self.codes["status"] = self.codes["theme"].assign(item=generator.choice(["A", "P"], len(codes)))
        self.terms = pd.DataFrame(terms, columns=[*columns, "term", "n"])
        self.counts = self.terms.groupby(["unit_id", "paragraph_id", "term"], as_index=False)["n"].sum()
        themes = {f"theme:{theme}": f"知识产权与技术市场{theme}" for theme in THEMES}
        english = {f"theme:{theme}": f"Intellectual property and technology {theme}" for theme in THEMES}
        reports = {f"r{i}": LONG for i in (0, 1)}
        self.labels = {
            "zh": {group: f"{LONG}{group}\n2023 政府工作报告" for group in self.groups} | themes | reports,
            "en": {group: f"{LONG_EN} {group}\n2023 government report" for group in self.groups}
            | english
            | dict.fromkeys(reports, LONG_EN),
        }
        self.inputs = self._inputs()

    def _inputs(self):
        groups, sentences = self.groups, self.sentences
        units = sentences[["unit_id", "report_id"]].drop_duplicates()
        options = {"draws": 500, "seed": 1}
        found = comparison.associations(self.codes, sentences, groups=groups, **options)
        within = comparison.within_reports(self.codes, sentences, units, **options)
        own = {
            "themes": comparison.of_codes(self.codes["theme"], sentences, groups=groups),
            "terms": comparison.of_terms(self.counts, groups=groups),
        }
        nested = pd.DataFrame({"group": ["g0"], "within": ["g1"]})
        apart = comparison.distances(own, groups=groups, draws=10)
        structure, bins = comparison.structure({("texts", basis): one for basis, one in own.items()}, draws=200)
        reuse = comparison.reuse(sentences, self.terms, groups=groups, slogans=["创新驱动发展战略"])
        empty = pd.DataFrame(columns=["unit_id", "sentence_id", "indicator", "surface", "comparator"], dtype="str")
        alone = comparison.only_here(self.counts, self.codes, empty, sentences, groups=groups)
        frequency = pd.DataFrame(
            [(group, f"词语{i}", 90.0 - i, i) for group in groups for i in range(1, 10)],
            columns=["group", "term", "rate", "rank"],
        )
        outline = pd.DataFrame({"unit_id": groups, "level": 1, "heading": f"一、{LONG}建设现状与下一步打算"})
        portraits = comparison.portraits(
            frequency, self.codes, sentences, quantities=empty.assign(), outline=outline,
            formulas=pd.DataFrame({"unit_id": groups, "surface": "3+3+N"}), groups=groups,
        )  # fmt: skip
        shown = comparison.nearest(apart, nested)
        picture = comparison.picture(own["themes"], p=0.001, draws=20)
        spread = comparison.spread(reuse, groups=groups)
        first = alone[alone["kind"] == "term"].groupby("group", sort=False).head(5)
        labels = {"labels": self.labels}
        cells, voices = comparison.cells(found), comparison.cells(within)
        return {
            "cells": (CHARTS.cells, cells, labels, CHARTS.cells_words(cells, draws=500)),
            "voices": (CHARTS.cells, voices, labels, CHARTS.voices_words(voices, draws=500)),
            "distances": (CHARTS.distances, shown, labels, CHARTS.distances_words(shown, pairs=len(apart) // 2)),
            "chance": (CHARTS.chance, bins, {}, CHARTS.chance_words(structure, draws=200)),
            "picture": (
                CHARTS.picture,
                picture,
                labels,
                CHARTS.picture_words(picture, structure, grouping="texts", basis="themes", draws=20),
            ),
            "wording": (CHARTS.wording, spread, labels, CHARTS.wording_words(spread, reuse)),
            "only_here": (CHARTS.only_here, first, labels, CHARTS.only_here_words(first, alone)),
            "portraits": (CHARTS.portraits, portraits, labels, CHARTS.portraits_words(portraits)),
        }

    def __call__(self, name, language):
        chart, data, options, _ = self.inputs[name]
        return chart(data, language=language, **options)


@pytest.fixture(scope="module", params=[2, 5, pytest.param(30, marks=pytest.mark.slow)])
def drawings(request):
    return Drawings(request.param)


def problems(figure):
    """What of a figure cannot be read."""
    found = {
        "over each other": looking.overlaps(figure),
        "cut": looking.cut(figure),
        "without a glyph": looking.tofu(figure),
        "slanted": looking.slanted(figure),
        "panels too small to read": [size for size in looking.panel_sizes(figure) if min(size) < 5],
        "texts below 5 points": [one.text for one in looking.drawn(figure) if one.font.get_size_in_points() < 4.99],
        "texts above 8 points": [one.text for one in looking.drawn(figure) if one.font.get_size_in_points() > 8.01],
        "no text at all": [] if looking.texts(figure) else ["nothing"],
    }
    return {what: these[:5] for what, these in found.items() if these}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_figure_with_long_names_can_be_read(drawings, name, language):
    if drawings.inputs[name][1].empty:  # of two groups there is no map
        assert set(drawings.inputs[name][3]["empty"]) == {"zh", "en"}
        return
    figure = drawings(name, language)
    assert problems(figure) == {}
    assert style.size_of(figure)[0] == pytest.approx(170)


@pytest.mark.parametrize("name", NAMES)
def test_words_say_all_in_both_languages_and_no_value_is_missing(drawings, name):
    words = drawings.inputs[name][3]
    assert set(words) == {"title", "caption", "alt", "empty"}
    for part, both in words.items():
        assert set(both) == {"zh", "en"}
        assert any("\u4e00" <= letter <= "\u9fff" for letter in both["zh"]), part
        assert not {"nan", "None", "<NA>"} & set(both["en"].replace(",", " ").split())
    assert words["title"]["en"].isascii() or "–" in words["title"]["en"]


def test_words_of_empty_tables_do_not_fail():
    few = Drawings(2)
    for name, (_, data, _, _) in few.inputs.items():
        nothing = data.iloc[:0]
        words = {
            "cells": lambda rows: CHARTS.cells_words(rows, draws=1),
            "voices": lambda rows: CHARTS.voices_words(rows, draws=1),
            "distances": lambda rows: CHARTS.distances_words(rows, pairs=0),
            "chance": lambda rows: CHARTS.chance_words(comparison.structure({})[0], draws=1),
            "picture": lambda rows: CHARTS.picture_words(
                rows, comparison.structure({})[0], grouping="texts", basis="themes", draws=1
            ),
            "wording": lambda rows: CHARTS.wording_words(rows, rows.assign(n_chars=0)),
            "only_here": lambda rows: CHARTS.only_here_words(rows, rows),
            "portraits": CHARTS.portraits_words,
        }[name](nothing)
        assert words["empty"]["en"]


def test_a_solid_frame_marks_what_holds_and_a_dashed_one_what_only_sentences_say():
    rows = [("", group, "theme", "T1", 9, 3.0, 0.4, None, None, 0.01, q, verdict)
            for group, q, verdict in (("a", 0.01, "both"), ("b", 0.3, "sentences"), ("c", 0.3, "neither"))]  # fmt: skip
    columns = [
        "report_id",
        "group",
        "family",
        "theme",
        "n",
        "expected",
        "difference",
        "low",
        "high",
        "q_naive",
        "q",
        "verdict",
    ]
    shown = pd.DataFrame(rows, columns=columns)
    (axes,) = CHARTS.cells(shown, labels={"en": {}}).axes
    frames = [patch for patch in axes.patches if not patch.get_fill()]
    assert [patch.get_linestyle() == "solid" for patch in frames] == [True, False]
    assert [text.get_text() for text in axes.texts if text.get_text()] == ["+40"] * 3
    words = CHARTS.cells_words(shown, draws=1_000)
    assert "calls 2 of them different" in words["caption"]["en"]
    assert "1 of these hold and 1 are not distinguished" in words["caption"]["en"]


def test_above_forty_units_shared_wording_is_told_by_bars():
    groups = pd.Series([f"u{i}" for i in range(60)])
    reuse = pd.DataFrame({"text": ["培育人才队伍"], "kind": ["string"], "n_chars": [6], "n_groups": [60],
                          "groups": ["; ".join(groups)], "occurrences": [60]})  # fmt: skip
    figure = CHARTS.wording(comparison.spread(reuse, groups=groups), labels={"en": {}})
    (axes,) = figure.axes
    assert [patch.get_width() for patch in axes.patches] == [60]
    assert problems(figure) == {}


def test_the_map_of_many_groups_has_no_tree_and_names_them_where_there_is_room():
    names = [f"县{number}" for number in range(45)]
    places = np.random.default_rng(0).normal(size=(45, 2))
    rows = [("axis", "1", 0.6, None, None), ("axis", "2", 0.3, None, None)]
    rows += [("group", name, x, y, 0.1) for name, (x, y) in zip(names, places, strict=True)]
    rows += [("item", f"词{number}", x, y, 0.1) for number, (x, y) in enumerate(places[:20] + 0.3)]
    shown = pd.DataFrame(rows, columns=["kind", "name", "x", "y", "contribution"])
    shown = shown.assign(width=np.nan, height=np.nan, angle=np.nan)
    figure = CHARTS.picture(shown, labels={"zh": {}, "en": {}})
    assert problems(figure) == {}
    assert len(set(names) & set(looking.texts(figure))) > 20
    words = CHARTS.picture_words(shown, comparison.structure({})[0], grouping="texts", basis="themes", draws=9)
    assert "no tree" in words["caption"]["en"]


def test_why_there_is_no_map_is_said_as_it_is():
    structure = pd.DataFrame(
        {"grouping": ["texts"], "basis": ["themes"], "inertia": [0.2], "by_chance": [0.15], "p": [0.3]}
    )
    told = {"grouping": "texts", "basis": "themes", "draws": 9}
    assert "not ruled out" in CHARTS.picture_words(pd.DataFrame(), structure, **told)["empty"]["en"]
    assert "Fewer than three" in CHARTS.picture_words(pd.DataFrame(), structure.assign(p=0.01), **told)["empty"]["en"]
    assert "Fewer than three" in CHARTS.picture_words(pd.DataFrame(), structure.iloc[:0], **told)["empty"]["en"]


def test_the_nearest_and_the_farthest_pairs_stand_for_many(drawings):
    shown, words = drawings.inputs["distances"][1], drawings.inputs["distances"][3]
    n = len(drawings.groups)
    pairs = shown.drop_duplicates(["group_a", "group_b"])
    assert len(pairs) == min(40, n * (n - 1) // 2)
    assert ("the nearest and the farthest" in words["caption"]["en"]) == (n == 30)
    assert pairs["nested"].sum() <= 1


def test_charts_leave_their_tables_as_they_were():
    few = Drawings(2)
    for name, (_, data, _, _) in few.inputs.items():
        before = data.copy()
        if len(data):
            few(name, "en")
        assert data.equals(before), name
