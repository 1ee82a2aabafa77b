"""What a user may rely on in the figures of `04-indicators`: every number stands there as the table has it."""

import looking
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from test_charts import LANGUAGES, LONG, LONG_EN, many, problems

from policytext import indicators, outline, prepare, presets, quantities, style
from policytext.charts import indicators as charts
from policytext.charts.indicators import marking
from policytext.study import open_study

NAMES = ("levels", "statuses", "ranks", "outlines")

pytestmark = pytest.mark.filterwarnings("error")


class Drawings:
    """The four figures of a study, as the notebook draws them."""

    def __init__(self, study):
        numbers, known = prepare.table(study, "quantities"), quantities.load(study.home)
        table = quantities.comparable(numbers, groups=indicators.groups(study), indicators=known)
        units, sentences = list(study.units["unit_id"]), prepare.table(study, "sentences")
        trees = [prepare.table(study, name) for name in ("outline", "number_formulas")]
        self.labels = study.merge_labels(study.unit_labels(), indicators.labels(known))
        self.tables = {
            "levels": indicators.levels(quantities.like_for_like(table), numbers),
            "statuses": indicators.statuses(numbers, units=units),
            "ranks": indicators.placed(quantities.ranks(numbers, sentences=sentences)),
            "outlines": outline.side_by_side(*trees, units=units),
        }
        self.drawn = {}

    def __call__(self, name, language):
        if (name, language) not in self.drawn:
            self.drawn[name, language] = getattr(charts, name)(self.tables[name], labels=self.labels, language=language)
        return self.drawn[name, language]

    def words(self, name):
        given = {"n_numbers": 46} if name == "levels" else {}
        return getattr(charts, f"{name}_words")(self.tables[name], **given)


@pytest.fixture(scope="module")
def default(study):
    return Drawings(study)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_figure_of_the_default_study_can_be_read_and_fits_a_page(default, name, language):
    assert problems(default(name, language)) == {}
    width, height = style.size_of(default(name, language))
    assert width == pytest.approx(170)
    assert height <= 240


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_figure_can_be_read_in_a_single_column(default, name, language):
    table, labels = default.tables[name], default.labels
    with style.drawing(preset=presets.preset("elsevier-1")):
        figure = getattr(charts, name)(table, labels=labels, language=language)
        assert problems(figure) == {}


@pytest.mark.parametrize("name", NAMES)
def test_words_are_whole_in_both_languages_also_for_empty_tables(default, name):
    given = {"n_numbers": 0} if name == "levels" else {}
    for words in (default.words(name), getattr(charts, f"{name}_words")(default.tables[name][:0], **given)):
        for part in ("title", "caption", "alt", "empty"):
            assert words[part]["zh"]
            assert words[part]["en"]
            assert any("\u4e00" <= c <= "\u9fff" for c in words[part]["zh"])
        assert words["title"]["en"].isascii()


def test_captions_count_what_is_drawn(default):
    shown = default.tables["levels"]
    n, units = shown.groupby(["indicator", "measure"]).ngroups, shown["unit_id"].nunique()
    assert default.words("levels")["caption"]["en"].startswith(
        f"{n} indicators that two units or more give: {len(shown)} numbers of {units} units"
    )
    reached, targets = default.tables["statuses"][["n_reached", "n_target"]].sum()
    assert (
        f"{reached} were reached (left, filled) and {targets} are targets" in default.words("statuses")["caption"]["en"]
    )
    assert default.words("ranks")["caption"]["en"].startswith(
        "13 ranks of 4 units in 9 reference groups: 3 of them first"
    )
    assert default.words("outlines")["caption"]["en"].startswith(
        "10 of 12 units enumerate what they do, in 97 headings, 56 of"
    )


def test_each_number_stands_at_its_value_hollow_for_a_target_and_blue_where_it_compares(default):
    shown, figure = default.tables["levels"], default("levels", "zh")
    marks = [line for axes in figure.axes for line in axes.lines]
    assert [line.get_xdata()[0] for line in marks] == list(shown["value"])
    hollow = [to_hex(line.get_markerfacecolor()) == "#ffffff" for line in marks]
    assert hollow == list(shown["status"] == "target")
    blue = [line.get_color() == style.COLORS[0] for line in marks]
    assert blue == list(shown["like"])
    assert [line.get_marker() for line in marks] == list(shown["comparator"].map(marking.MARKS))


def test_a_bound_is_written_with_its_sign_and_year(default):
    assert "≥1,000 · 2023" in looking.texts(default("levels", "en"))
    assert "≥2,700亿 · 2023" in looking.texts(default("levels", "zh"))
    assert "≥270 billion · 2023" in looking.texts(default("levels", "en"))
    assert "≥1,000 · 2024 目标值" in looking.texts(default("levels", "zh"))


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (459, "459", "459"),
        (1597, "1,597", "1,597"),
        (12345, "1.2345万", "12,345"),
        (2.5e6, "250万", "2.5 million"),
        (1.36e11, "1,360亿", "136 billion"),
        (4.35, "4.35", "4.35"),
        (0, "0", "0"),
        (-3, "-3", "-3"),
        (123456789, "123,456,789", "123.457 million"),
    ],
)
def test_numbers_are_written_as_each_language_writes_them(value, zh, en):
    assert (marking.number(value, "zh"), marking.number(value, "en")) == (zh, en)


def test_bars_are_as_long_as_the_counts(default):
    shown, (axes,) = default.tables["statuses"], default("statuses", "zh").axes
    widths = [bar.get_width() for bar in axes.patches]
    assert widths == [*(-shown["n_reached"]), *shown["n_target"]]


def test_every_rank_stands_at_its_place_with_its_group(default):
    shown, figure = default.tables["ranks"], default("ranks", "en")
    assert [line.get_xdata()[0] for line in figure.axes[0].lines] == list(shown["value"])
    texts = looking.texts(figure)
    assert all(any(group in text for text in texts) for group in shown["reference"])


def test_every_heading_stands_on_the_outlines(default):
    shown = "".join(looking.texts(default("outlines", "zh")))
    rows = default.tables["outlines"]
    for row in rows[rows["level"] > 0].itertuples():
        assert f"{row.marker}{row.heading}".replace(" ", "") in shown.replace(" ", "")


def test_charts_leave_their_tables_as_they_were(default):
    for name in NAMES:
        before = default.tables[name].copy()
        getattr(charts, name)(default.tables[name], labels=default.labels)
        pd.testing.assert_frame_equal(default.tables[name], before)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", [2, pytest.param(30, marks=pytest.mark.slow)])
def test_figures_of_groups_with_long_names_can_be_read(make_study, raw, n, language):
    drawings = Drawings(many(make_study, raw, n, name=LONG, name_en=LONG_EN))
    wrong = {name: problems(drawings(name, language)) for name in NAMES if len(drawings.tables[name])}
    assert len(wrong) >= 3
    assert {name: these for name, these in wrong.items() if these} == {}


def test_a_study_without_numbers_and_headings_has_nothing_to_draw(make_study):
    texts = {f"r{i}.txt": f"我们坚持把创新摆在核心位置，努力做好各项工作。{'好' * i}\n" for i in range(3)}
    drawings = Drawings(open_study(make_study(texts)))
    assert [name for name in NAMES if len(drawings.tables[name])] == []
