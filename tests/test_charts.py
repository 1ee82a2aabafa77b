"""What a user may rely on in figures: every text can be read, in both languages, for one group and for thirty."""

import csv
import io
import warnings

import looking
import pandas as pd
import pytest
import telling
from matplotlib.figure import Figure

from policytext import charts, corpus, frequency, prepare, style
from policytext.errors import PolicytextError
from policytext.study import open_study

LANGUAGES = ("zh", "en")
NAMES = ("design", "accounting", "top_terms", "word_clouds")
CLOUDS = ("word_clouds",)

pytestmark = pytest.mark.filterwarnings("error")  # a layout that does not fit comes as a warning


class Drawings:
    """The four figures of a study, as the notebooks draw them, each drawn when it is first asked for."""

    def __init__(self, study, *, top_n=20, cloud_n=50):
        groups, labels = study.groups(), study.group_labels()
        counts, sentences = prepare.table(study, "counts"), prepare.table(study, "sentences")
        words = frequency.stopwords(study)
        rates = frequency.rates(counts, groups=groups, sentences=sentences, stopwords=words)
        units = frequency.rates(counts, groups=study.groups("unit_id"), sentences=sentences)
        design = corpus.design(study, prepare.table(study, "units"))
        self.inputs = {
            "design": (charts.corpus.design, design, study.words_for(design, ["unit", "doc_type", "level"])),
            "accounting": (
                charts.corpus.accounting,
                corpus.accounting(prepare.table(study, "spans")),
                study.report_labels(),
            ),
            "top_terms": (
                charts.word_frequency.top_terms,
                frequency.top(rates, units, groups=groups, top_n=top_n),
                labels,
            ),
            "word_clouds": (
                charts.word_frequency.word_clouds,
                rates.loc[rates["rank"] <= cloud_n, ["group", "term", "rank", "n"]],
                labels,
            ),
        }
        self.drawn = {}

    def __call__(self, name, language):
        if (name, language) not in self.drawn:
            chart, data, labels = self.inputs[name]
            self.drawn[name, language] = chart(data, labels=labels, language=language)
        return self.drawn[name, language]


@pytest.fixture(scope="module")
def default(study):
    return Drawings(study)


def table(rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


KINDS = ("政府工作报告", "署名文章", "新闻报道", "建议提案答复", "谈话汇编", "访谈")
LEVELS = ("地级市", "县级市", "园区", "市辖区")
LONG = "内蒙古自治区鄂尔多斯市高新技术产业开发区"
LONG_EN = "Hi-tech Industrial Development Zone of Ordos, Inner Mongolia"


def many(make_study, raw, n, *, name, name_en):
    """A study of n reports of n cities, cut from the five texts."""
    lines = [line for text in raw.values() for line in text.splitlines() if len(line) > 60]
    texts = {f"r{i}.txt": "\n".join(lines[7 * i % 90 :][:12]) + "\n" for i in range(n)}
    reports, units = [], []
    for i in range(n):
        facts = {"doc_type": KINDS[i % len(KINDS)], "year": 2024 - i % 15}
        reports.append({"report_id": f"r-{i}", "file": f"reports/r{i}.txt"} | facts)
        names = {
            f"{column}{end}": f"{word}{i}"
            for column in ("unit", "city")
            for end, word in (("", name), ("_en", name_en))
        }
        units.append({"unit_id": f"u-{i}", "report_id": f"r-{i}", "level": LEVELS[i % len(LEVELS)]} | names)
    return open_study(make_study(texts, reports=table(reports), units=table(units)))


def problems(figure, *, nested=False):
    """What of a figure cannot be read, by what is wrong with it; nothing where all is well."""
    found = {
        "over each other": looking.overlaps(figure, nested=nested),
        "cut": looking.cut(figure),
        "without a glyph": looking.tofu(figure),
        "slanted": looking.slanted(figure),
        "empty panels": looking.empty_panels(figure),
        "panels too small to read": [size for size in looking.panel_sizes(figure) if min(size) < 5],
        "texts below 5 points": [one.text for one in looking.drawn(figure) if one.font.get_size_in_points() < 4.99],
        "no text at all": [] if looking.texts(figure) else ["nothing"],
    }
    return {what: these[:5] for what, these in found.items() if these}


def problems_of_all(drawings, language):
    """The same for the four figures of a study, by their names."""
    found = {name: problems(drawings(name, language), nested=name in CLOUDS) for name in NAMES}
    return {name: wrong for name, wrong in found.items() if wrong}


# ---------------------------------------------------------------- the look itself: it finds what it looks for


def canvas():
    figure = Figure(figsize=(4, 3), dpi=looking.DPI)
    return figure, figure.add_axes((0.2, 0.2, 0.6, 0.6))


def test_texts_over_each_other_are_found_and_neighbours_are_not():
    with style.drawing("高质量发展"):
        figure, _ = canvas()
        figure.text(0.5, 0.5, "高质量发展")
        figure.text(0.52, 0.5, "科技创新")
        figure.text(0.5, 0.9, "人才")
    assert ("高质量发展", "科技创新") in looking.overlaps(figure)
    assert not [pair for pair in looking.overlaps(figure) if "人才" in pair]


def test_turned_texts_side_by_side_are_not_over_each_other():
    figure, axes = canvas()
    axes.set_axis_off()
    for i in range(5):
        figure.text(0.2 + 0.1 * i, 0.3, "a rather long name", rotation=60, rotation_mode="anchor")
    assert looking.overlaps(figure) == []
    figure, axes = canvas()
    axes.set_axis_off()
    for i in range(5):
        figure.text(0.2 + 0.01 * i, 0.3, "a rather long name", rotation=60, rotation_mode="anchor")
    assert len(looking.overlaps(figure)) >= 4


def test_a_word_within_the_white_of_another_is_allowed_in_a_cloud_only_where_no_ink_meets():
    def big_and(x, word):
        figure, axes = canvas()
        axes.set_axis_off()
        figure.text(0.1, 0.3, "口", fontsize=150)
        figure.text(x, 0.5, word, fontsize=6)
        return figure

    with style.drawing("口中"):
        within, over = big_and(0.3, "中"), big_and(0.145, "中中中中中")
        assert looking.overlaps(within) == [("口", "中")]
        assert looking.overlaps(within, nested=True) == []
        assert looking.overlaps(over, nested=True) == [("口", "中中中中中")]


def test_texts_beyond_an_edge_are_found_and_those_within_are_not():
    figure, axes = canvas()
    axes.set_axis_off()
    figure.text(0.9, 0.5, "beyond the right edge")
    figure.text(0.4, 0.99, "above")
    figure.text(0.4, 0.02, "within")
    axes.text(0.95, 0.5, "beyond its panel", clip_on=True)
    assert looking.cut(figure) == ["beyond its panel", "beyond the right edge", "above"]


@pytest.mark.parametrize(("angle", "found"), [(0, True), (90, True), (60, False)])
def test_a_search_in_the_pdf_finds_what_runs_across_or_upright_and_not_what_is_slanted(angle, found):
    names = ["知识产权与技术市场", "新闻报道"]
    with style.drawing():
        figure = style.figure(40)
        for i, name in enumerate(names):
            figure.text(0.3 + 0.04 * i, 0.2 + 0.2 * i, name, rotation=angle)
        assert looking.not_found(figure) == ([] if found else names)
        assert looking.slanted(figure) == ([] if found else names)


def test_a_character_without_a_glyph_is_found():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        figure, _ = canvas()
        figure.text(0.5, 0.5, "皋 𬱖", fontfamily="DejaVu Sans")
        assert looking.tofu(figure) == [("皋", "皋 𬱖"), ("𬱖", "皋 𬱖")]


def test_an_empty_panel_is_found_also_where_all_its_marks_lie_outside():
    figure, axes = canvas()
    assert looking.empty_panels(figure) == [axes]
    figure, axes = canvas()
    axes.plot([5], [5], "o")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    assert looking.empty_panels(figure) == [axes]
    figure, axes = canvas()
    axes.barh([0], [1])
    assert looking.empty_panels(figure) == []


# ---------------------------------------------------------------- the figures of the default study


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_figure_of_the_default_study_can_be_read(default, name, language):
    assert problems(default(name, language), nested=name in CLOUDS) == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_search_in_its_pdf_finds_every_line_of_a_figure(default, name, language):
    assert looking.not_found(default(name, language)) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_figure_fits_a_page(default, name):
    width, height = style.size_of(default(name, "zh"))
    assert width == pytest.approx(170)
    assert height <= 240


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_figure_shown_in_a_notebook_has_the_font_of_the_published_one(default, name, language):
    fonts = {file for line in looking.drawn(default(name, language)) for file in looking.font_files(line)[:1]}
    assert fonts == {str(style.font())}


@pytest.mark.parametrize("name", NAMES)
def test_the_english_figure_has_no_chinese_but_terms_of_the_texts(default, study, name):
    terms = set(prepare.table(study, "counts")["term"])
    chinese = {text for text in looking.texts(default(name, "en")) if not text.isascii()}
    assert {text for text in chinese if any("\u4e00" <= c <= "\u9fff" for c in text)} <= terms


def test_every_unit_stands_on_the_design_with_its_sizes(default):
    design, shown = default.inputs["design"][1], looking.texts(default("design", "zh"))
    assert set(design["unit"]) <= set(shown)
    for size in ("n_chars", "n_paragraphs", "n_sentences"):
        assert {f"{n:,}" for n in design[size]} <= set(shown)


def test_every_number_of_characters_stands_on_the_accounting(default):
    numbers = [text for text in looking.texts(default("accounting", "zh")) if text[0].isdigit() and " " not in text]
    assert sorted(numbers) == sorted(f"{n:,}" for n in default.inputs["accounting"][1]["n_chars"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_group_stands_over_its_terms_in_the_order_of_their_rank(default, study, language):
    figure, shown = default("top_terms", language), default.inputs["top_terms"][1]
    for axes, group in zip(figure.axes, study.groups().unique(), strict=False):
        assert axes.get_title(loc="left").split() == study.group_labels()[language][group].split()
        whole = shown[(shown["group"] == group) & (shown["unit_id"] == "")].sort_values("rank")
        labels = [label.get_text() for label in axes.get_yticklabels()]
        assert labels == list(whole["term"])
        assert axes.yaxis_inverted()


def test_dots_stand_at_the_rates(default):
    shown, axes = default.inputs["top_terms"][1], default("top_terms", "zh").axes[0]
    whole = shown[(shown["group"] == "如皋") & (shown["unit_id"] == "")]
    ((x, y),) = [line.get_data() for line in axes.lines if len(line.get_xdata()) > 1]
    assert list(x) == list(whole["rate"])
    assert list(y) == list(whole["rank"])


def test_an_interval_that_is_not_estimable_is_not_drawn_and_a_tentative_one_is_dashed(default):
    shown, figure = default.inputs["top_terms"][1], default("top_terms", "zh")
    lines = dict(zip(shown["group"].unique(), figure.axes, strict=False))
    drawn = {group: sum(len(c.get_paths()) for c in axes.collections) for group, axes in lines.items()}
    assert drawn == {"如皋": 0, "连云港": 20, "南通": 20, "无锡": 20, "高邮": 20}
    dashed = {
        group
        for group, axes in lines.items()
        for c in axes.collections
        if len(c.get_paths()) and c.get_linestyle()[0][1]
    }
    few = shown[(shown["unit_id"] == "") & shown["low"].notna() & (shown["n_clusters"] < 20)]
    assert dashed == set(few["group"]) == {"连云港", "高邮"}


def test_a_group_of_one_unit_repeats_no_dot_and_a_group_of_several_shows_each(default):
    shown, figure = default.inputs["top_terms"][1], default("top_terms", "zh")
    for axes, (group, rows) in zip(figure.axes, shown.groupby("group", sort=False), strict=False):
        inner = rows[rows["unit_id"] != ""]
        dots = sum(len(line.get_xdata()) for line in axes.lines)
        assert dots == 20 + (len(inner) if inner["unit_id"].nunique() > 1 else 0), group


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cloud_places_every_word(default, language):
    cloud, figure = default.inputs["word_clouds"][1], default("word_clouds", language)
    for axes, (_, rows) in zip(figure.axes, cloud.groupby("group", sort=False), strict=True):
        assert sorted(text.get_text() for text in axes.texts) == sorted(rows["term"])
        assert len(rows) == 50


def test_more_frequent_words_are_not_smaller_in_a_cloud(default):
    cloud, figure = default.inputs["word_clouds"][1], default("word_clouds", "zh")
    for axes, (_, rows) in zip(figure.axes, cloud.groupby("group", sort=False), strict=True):
        sizes = {text.get_text(): text.get_fontsize() for text in axes.texts}
        ordered = [sizes[term] for term in rows.sort_values("n", ascending=False, kind="stable")["term"]]
        assert ordered == sorted(ordered, reverse=True)


def test_a_cloud_without_room_names_the_group_and_the_words():
    rows = [("如皋", f"高质量发展先行示范区建设领导小组第{i}次会议纪要" * 3, 9) for i in range(300)]
    shown = pd.DataFrame(rows, columns=["group", "term", "n"])
    with pytest.raises(PolicytextError, match=r"no room for all its terms \(如皋: .*Ask for fewer"):
        charts.word_frequency.word_clouds(shown, labels={"en": {}})


def test_charts_leave_their_tables_as_they_were(study):
    fresh = Drawings(study, cloud_n=5)
    for name in NAMES:
        _, data, _ = fresh.inputs[name]
        before = data.copy()
        fresh(name, "en")
        assert data.equals(before)


# ---------------------------------------------------------------- whatever the notebooks publish


@pytest.fixture(scope="module")
def published(home, tmp_path_factory):
    """Every figure of the default study, as its notebook hands it to `publish.figure`."""
    return telling.tell_copy(home, tmp_path_factory.mktemp("told")).figures


@pytest.mark.slow
def test_every_figure_has_a_title_a_caption_and_an_alternative_text_in_both_languages(published):
    for name, figure in published.items():
        for part in ("title", "caption", "alt"):
            assert set(figure.words[part]) == {"zh", "en"}, name
            assert all(figure.words[part].values()), name
            assert any("\u4e00" <= c <= "\u9fff" for c in figure.words[part]["zh"]), name
        assert figure.words["title"]["en"].isascii(), name


# ---------------------------------------------------------------- other studies


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n", [1, 2])
def test_the_figures_of_a_study_of_few_groups_can_be_read(make_study, raw, n, language):
    drawings = Drawings(many(make_study, raw, n, name="如皋", name_en="Rugao "))
    assert problems_of_all(drawings, language) == {}


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figures_of_thirty_groups_with_long_names_can_be_read(make_study, raw, language):
    drawings = Drawings(many(make_study, raw, 30, name=LONG, name_en=LONG_EN), cloud_n=20)
    assert problems_of_all(drawings, language) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_groups_with_long_names_can_be_read(make_study, raw, language):
    drawings = Drawings(many(make_study, raw, 2, name=LONG, name_en=LONG_EN), cloud_n=20)
    assert problems_of_all(drawings, language) == {}


def bare(make_study, raw, **texts):
    """A study of text files alone: no kind of text and no level is known, and no year but what the text begins with."""
    lines = [line for line in raw["nantong-2020"].splitlines() if len(line) > 60 and "20" not in line]
    files = {f"{name}.txt": first + "\n".join(lines[i::2]) + "\n" for i, (name, first) in enumerate(texts.items())}
    return Drawings(open_study(make_study(files)), cloud_n=20)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_figures_of_bare_texts_can_be_read(make_study, raw, language):
    drawings = bare(make_study, raw, 甲="", 乙="")
    assert problems_of_all(drawings, language) == {}


def test_what_is_not_known_is_no_word_on_a_figure(make_study, raw):
    drawings = bare(make_study, raw, 甲="", 乙="")
    shown = {text for name in NAMES for text in looking.texts(drawings(name, "en"))}
    assert not {text for text in shown if text.lower() in ("<na>", "nan", "none", "nat")}


def test_a_report_without_a_year_stands_beside_one_with_a_year(make_study, raw):
    figure = bare(make_study, raw, 甲="2023年9月26日\n", 乙="")("design", "en")
    assert problems(figure) == {}
    assert "2023" in looking.texts(figure)


def test_no_panel_of_the_design_is_without_a_word_that_says_what_it_shows(make_study, raw):
    figure = bare(make_study, raw, 甲="", 乙="")("design", "en")
    looking.drawn(figure)
    silent = [
        axes
        for axes in figure.axes
        if not axes.get_title(loc="left") and not any(label.get_text() for label in axes.get_xticklabels())
    ]
    assert silent == []
