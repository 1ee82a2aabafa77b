"""What a user may rely on in the figures of themes: they say what the tables say, and can be read for one group or thirty."""

import itertools

import looking
import pandas as pd
import pytest
from test_charts import LONG, LONG_EN, many, problems

from policytext import charts, codebook, prepare, style, themes, validation
from policytext.study import open_study

LANGUAGES = ("zh", "en")
NAMES = ("profiles", "status", "instruments", "strips")

pytestmark = pytest.mark.filterwarnings("error")  # a layout that does not fit comes as a warning


class Drawings:
    """The figures of a study, as the notebook draws them, each drawn when it is first asked for."""

    def __init__(self, study):
        book, sentences = codebook.load(study.home), prepare.table(study, "sentences")
        ids, names = [theme.id for theme in book.themes], validation.names_of(book)
        values = {facet.id: [value.id for value in facet.values] for facet in book.facets}
        self.codes = themes.codes(prepare.table(study, "theme_hits"))
        self.facets = themes.facet_codes(prepare.table(study, "facet_hits"))
        groups, units = study.groups(), study.groups("unit_id")
        profile, of_units = (themes.profile(self.codes, sentences, groups=by, themes=ids) for by in (groups, units))
        of_groups = study.merge_labels(names, study.group_labels())
        unit_labels = study.merge_labels(names, study.unit_labels())
        self.inputs = {
            "profiles": (themes.with_units(profile, of_units, groups=groups), of_groups),
            "status": (
                themes.shares(self.facets, sentences, facet="status", groups=units, values=values["status"]),
                unit_labels,
            ),
            "instruments": (
                themes.cells(self.codes, self.facets, sentences, themes=ids, values=values["instrument"]),
                names,
            ),
            "strips": (themes.strips(self.codes, self.facets, sentences), unit_labels),
        }
        self.drawn = {}

    def __call__(self, name, language):
        if (name, language) not in self.drawn:
            data, labels = self.inputs[name]
            chart = getattr(charts.theme_coding, name)
            self.drawn[name, language] = chart(data, labels=labels, language=language)
        return self.drawn[name, language]

    def words(self, name):
        """Title, caption and alt text."""
        data, labels = self.inputs[name]
        told = getattr(charts.theme_coding, f"{name}_words")
        return told(data) if name == "strips" else told(data, labels=labels)


@pytest.fixture(scope="module")
def default(study):
    return Drawings(study)


def problems_of_all(drawings, language):
    found = {name: problems(drawings(name, language)) for name in NAMES}
    return {name: wrong for name, wrong in found.items() if wrong}


# ---------------------------------------------------------------- the figures of the default study


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_figure_of_the_default_study_can_be_read_and_fits_a_page(default, name, language):
    figure = default(name, language)
    assert problems(figure) == {}
    assert style.size_of(figure)[0] == pytest.approx(170)
    assert style.size_of(figure)[1] <= 240


@pytest.mark.parametrize("name", NAMES)
def test_the_english_figure_has_no_chinese(default, name):
    texts = looking.texts(default(name, "en"))
    assert [text for text in texts if any("\u4e00" <= character <= "\u9fff" for character in text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_a_chart_leaves_its_table_as_it_was(default, name):
    data, labels = default.inputs[name]
    before = data.copy()
    getattr(charts.theme_coding, name)(data, labels=labels, language="en")
    pd.testing.assert_frame_equal(data, before)


@pytest.mark.parametrize("name", NAMES)
def test_words_are_there_in_both_languages_and_speak_of_no_missing_value(default, name):
    words = default.words(name)
    for part in ("title", "caption", "alt", "empty"):
        assert set(words[part]) == {"zh", "en"}
        assert not any(bad in text for text in words[part].values() for bad in ("nan", "None", "<NA>"))
    assert words["title"]["en"].isascii()


# ---------------------------------------------------------------- they say what the tables say


def marks_of(axes):
    """(x, y, size, hollow) of every mark."""
    return [
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]), line.get_markersize(), line.get_markerfacecolor())
        for line in axes.lines
    ]


def test_dots_stand_at_the_shares_and_a_group_without_the_theme_is_hollow(default):
    shown, figure = default.inputs["profiles"][0], default("profiles", "zh")
    groups = list(dict.fromkeys(shown["group"]))
    for axes, (theme, rows) in zip(figure.axes, shown.groupby("theme", sort=False), strict=False):
        assert theme in axes.get_title(loc="left")
        whole = rows[rows["unit_id"] == ""]
        large = [mark for mark in marks_of(axes) if mark[2] > 4]
        assert [mark[0] for mark in large] == list(whole["share"])
        assert [mark[1] for mark in large] == [groups.index(group) for group in whole["group"]]
        assert [mark[3] == "white" for mark in large] == list(whole["n_coded"] == 0)
        small = [mark[0] for mark in marks_of(axes) if mark[2] < 4]
        assert small == list(rows.loc[rows["unit_id"] != "", "share"])


def test_every_mark_and_interval_lies_within_its_panel(default):
    for axes in default("profiles", "en").axes:
        low, high = axes.get_xlim()
        ends = [x for shape in axes.collections for path in shape.get_paths() for x in path.vertices[:, 0]]
        assert all(low <= x <= high for x in [*ends, *(mark[0] for mark in marks_of(axes))])


def test_fewer_than_ten_paragraphs_have_no_interval_and_fewer_than_twenty_a_dashed_one(default):
    shown = default.inputs["profiles"][0]
    whole = shown[shown["unit_id"] == ""].drop_duplicates("group").reset_index()
    for axes in default("profiles", "zh").axes[:12]:
        dashed = {
            float(shape.get_paths()[0].vertices[0, 1]): bool(shape.get_linestyle()[0][1]) for shape in axes.collections
        }
        assert dashed == {i: n < 20 for i, n in enumerate(whole["n_clusters"]) if n >= 10}


def test_bars_of_status_fill_the_row_and_carry_the_counts(default):
    shown, figure = default.inputs["status"][0], default("status", "en")
    bars, numbers = figure.axes
    for row in range(shown["group"].nunique()):
        widths = [patch.get_width() for patch in bars.patches if round(patch.get_y() + patch.get_height() / 2) == row]
        assert sum(widths) == pytest.approx(1)
    told = [int(text.get_text()) for text in numbers.texts if text.get_text().isdigit()]
    assert sum(told) == 2 * shown["n"].sum()
    assert shown["n"].sum() == shown.drop_duplicates("group")["n_sentences"].sum() == 337


def test_neighbouring_statuses_differ_in_grey(default):
    bars = default("status", "zh").axes[0]
    row = [patch for patch in bars.patches if round(patch.get_y() + patch.get_height() / 2) == 0]
    grey = [0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b, _ in (patch.get_facecolor() for patch in row)]
    assert all(abs(one - next_) > 0.08 for one, next_ in itertools.pairwise(grey))


def test_every_count_of_theme_and_tool_stands_in_its_cell(default):
    shown, axes = default.inputs["instruments"][0], default("instruments", "zh").axes[0]
    rows, columns = list(dict.fromkeys(shown["theme"])), list(dict.fromkeys(shown["value"]))
    told = {text.get_position(): text.get_text() for text in axes.texts}
    met = shown[shown["n"] > 0]
    assert len(met) > 50
    for cell in met.itertuples():
        assert told[columns.index(cell.value), rows.index(cell.theme)] == str(cell.n)
    assert len(axes.patches) == len(met)
    assert {"供给型", "环境型", "需求型"} <= set(told.values())


def test_cells_count_sentences_that_have_both(default, sentences):
    own = set(sentences.loc[sentences["kind"] == "sentence", "sentence_id"])
    talent = set(default.codes.loc[default.codes["theme"] == "T3", "sentence_id"]) & own
    tool = default.facets[(default.facets["facet"] == "instrument") & (default.facets["value"] == "S2")]
    cell = default.inputs["instruments"][0].set_index(["theme", "value"]).loc[("T3", "S2")]
    assert cell["n"] == len(talent & set(tool["sentence_id"])) > 0
    assert (cell["n_theme"], cell["n_value"]) == (len(talent), len(own & set(tool["sentence_id"])))


def test_strips_have_a_stroke_for_every_code_and_every_sentence_without_one(default, sentences):
    figure, bare = default("strips", "zh"), themes.uncoded(sentences, default.codes, default.facets)
    strokes = sum(len(line.get_xdata()) for axes in figure.axes for line in axes.lines)
    assert strokes == len(default.codes) + len(bare)
    low = [line for axes in figure.axes for line in axes.lines if line.get_color() == style.COLORS[1]]
    assert sum(len(line.get_xdata()) for line in low) == len(bare)


def test_tables_for_figures_are_right_on_a_table_checked_by_hand():
    sentences = pd.DataFrame(
        {
            "sentence_id": ["r:0", "r:1", "r:2"],
            "unit_id": "u",
            "kind": ["sentence", "sentence", "heading"],
            "text": "十个字",
        }
    )
    coded = pd.DataFrame({"sentence_id": ["r:0", "r:2"], "theme": ["T1", "T1"]})
    facets = pd.DataFrame(
        [("r:0", "instrument", "S1"), ("r:1", "symbolic", "1"), ("r:2", "instrument", "S1")],
        columns=["sentence_id", "facet", "value"],
    )
    cells = themes.cells(coded, facets, sentences, themes=["T1", "T2"], values=["S1"])
    assert cells.to_numpy().tolist() == [["T1", "S1", 1, 1, 1], ["T2", "S1", 0, 0, 1]]
    placed = themes.strips(coded, facets, sentences)
    assert sorted(zip(placed["theme"], placed["position"].round(2), strict=True)) == [
        ("T1", 0.17),
        ("T1", 0.83),
        (themes.SYMBOLIC, 0.5),
    ]


# ---------------------------------------------------------------- other studies


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", [1, 2])
def test_the_figures_of_few_groups_with_long_names_can_be_read(make_study, raw, n, language):
    drawings = Drawings(many(make_study, raw, n, name=LONG, name_en=LONG_EN))
    assert problems_of_all(drawings, language) == {}


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figures_of_thirty_groups_with_long_names_can_be_read(make_study, raw, language):
    drawings = Drawings(many(make_study, raw, 30, name=LONG, name_en=LONG_EN))
    assert problems_of_all(drawings, language) == {}


def test_texts_without_any_theme_have_figures_too(make_study):
    study = open_study(make_study({"甲.txt": "今天天气很好。\n", "乙.txt": "他们喜欢吃苹果。\n水果很甜。\n"}))
    drawings = Drawings(study)
    assert len(drawings.codes) == 0
    assert problems_of_all(drawings, "zh") == {}
    assert [drawings.words(name)["caption"]["en"] for name in NAMES]
