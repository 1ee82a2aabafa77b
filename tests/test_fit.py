"""What a user may rely on when a figure is fitted into a column: its texts can be read, and no page is too high."""

import shutil
import warnings

import looking
import pandas as pd
import pytest
import telling
from test_charts import LONG, LONG_EN, many, problems

from policytext import presets, style
from policytext.errors import PolicytextError
from policytext.publish import figures
from policytext.publish.fit import fit, unreadable
from policytext.study import Home


def fitted(chart, data, preset="chinese-2", **options):
    """The column, the pages and what was warned of."""
    text = "\n".join(figures._strings([data, options]))
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        column, pages = fit(
            lambda rows, language: chart(rows, language=language, **options),
            data,
            name="dots",
            preset=preset,
            languages=("zh", "en"),
            text=text,
        )
    return column.name, pages, [str(one.message) for one in warned]


def words(data, *, language):
    """A line of words side by side, 30 mm each."""
    figure = style.figure(20, layout=None)
    for i, term in enumerate(data["term"]):
        figure.text(30 * i / style.width(), 0.5, term)
    return figure


def rows(data, *, language):
    """A row of 20 mm for each group."""
    figure = style.figure(20 * data["group"].nunique(), layout=None)
    figure.text(0.1, 0.5, "、".join(dict.fromkeys(data["group"])))
    return figure


def terms(n, term="创新"):
    return pd.DataFrame({"term": [term] * n})


# ---------------------------------------------------------------- columns


def test_a_figure_that_can_be_read_stays_in_the_column_asked_for():
    column, pages, warned = fitted(words, terms(2), "elsevier-1")
    assert (column, warned) == ("elsevier-1", [])
    assert style.size_of(pages["zh"][0]) == pytest.approx((90, 20))


def test_texts_that_are_cut_or_lie_over_each_other_move_a_figure_to_the_next_wider_column():
    assert fitted(words, terms(4), "elsevier-1")[0] == "elsevier-1.5"  # the fourth would stand at 90 mm
    assert fitted(words, terms(6), "elsevier-1")[0] == "elsevier-2"
    assert (
        fitted(words, terms(2, "科技创新" * 4), "elsevier-1")[0] == "elsevier-2"
    )  # 40 mm, so over each other anywhere


def test_what_cannot_be_read_even_in_the_widest_column_is_drawn_and_warned_of():
    column, pages, (warning,) = fitted(words, terms(2, "科技创新" * 4), "nature-1")
    assert (column, len(pages["zh"])) == ("nature-2", 1)
    assert "the figure dots in nature-2: '科技创新科技创新科技创新科技创新' lies over" in warning


def test_a_column_of_ones_own_has_no_wider_one():
    column, _, warned = fitted(words, terms(4), "85x200")
    assert column == "85x200"
    assert "is cut off" in warned[0]


@pytest.mark.parametrize("points", [4.5, 8.5])
def test_texts_of_another_size_than_5_to_8_points_are_told(points):
    with style.drawing():
        figure = style.figure(20)
        figure.text(0.1, 0.5, "创新", fontsize=points)
        assert list(unreadable(figure)) == [f"'创新' has {points} points"]


def test_a_mark_made_of_text_may_have_any_size():
    with style.drawing():
        figure = style.figure(20)
        figure.text(0.1, 0.5, "创新", fontsize=20, in_layout=False)
        assert list(unreadable(figure)) == []


def test_a_missing_value_is_never_printed():
    data = pd.DataFrame({"term": ["创新", float("nan")]})
    with pytest.raises(PolicytextError, match="a missing value would be printed as 'nan'"):
        fitted(lambda data, *, language: words(data.assign(term=data["term"].astype(str)), language=language), data)


def test_both_looks_find_the_same_faults():
    """The look of the library and that of the tests were written apart."""
    with style.drawing():
        for angle in (0, 30, 60):
            for distance in (0.005, 0.02, 0.1):
                figure = style.figure(60, layout=None)
                for i in range(3):
                    figure.text(0.3 + distance * i, 0.4, "高质量发展", rotation=angle, rotation_mode="anchor")
                found = sum("lies over" in fault for fault in unreadable(figure))
                assert found == len(looking.overlaps(figure)), (angle, distance)


# ---------------------------------------------------------------- pages


def test_what_is_too_high_goes_on_over_pages_with_every_group_once():
    groups = [f"第{i}组" for i in range(30)]
    column, pages, warned = fitted(rows, pd.DataFrame({"group": groups, "n": 1}))
    assert (column, warned) == ("chinese-2", [])
    for drawn in pages.values():
        assert [round(style.size_of(page)[1]) for page in drawn] == [200, 200, 200]
        assert "、".join(text for page in drawn for text in looking.texts(page)).split("、") == groups


def test_a_wider_column_comes_before_a_second_page():
    def chart(data, *, language):
        return style.figure(30_000 / style.width(), layout=None)

    column, pages, _ = fitted(chart, pd.DataFrame({"group": ["甲", "乙"]}), "elsevier-1")
    assert (column, len(pages["zh"])) == ("elsevier-1.5", 1)


def test_what_no_split_makes_low_enough_is_drawn_as_it_is_and_warned_of():
    def chart(data, *, language):
        return style.figure(300, layout=None)

    _, pages, (warning,) = fitted(chart, pd.DataFrame({"group": ["甲", "乙"]}))
    assert len(pages["zh"]) == 1
    assert "it is higher than 240 mm" in warning


# ---------------------------------------------------------------- whatever the notebooks publish


def told_by(home):
    """What its notebooks publish; the report draws nothing."""
    return telling.tell(home, given=telling.FEW | {"cloud_n": 20, "draws": 2_000}, upto="05~").figures


@pytest.fixture(scope="module")
def told(home, tmp_path_factory):
    """The figures of a study, as its notebooks hand them to `publish.figure`, by the number of its groups."""
    made = {}

    def make(texts, **tables):
        root = tmp_path_factory.mktemp("study")
        (root / "seeds" / "reports").mkdir(parents=True)
        files = {f"reports/{name}": text for name, text in texts.items()}
        for name, content in (files | {f"{name}.csv": text for name, text in tables.items()}).items():
            (root / "seeds" / name).write_text(content, "utf-8")
        return Home(root)

    def tell(study, raw):
        if study not in made:
            if study == "default":
                made[study] = told_by(Home(shutil.copytree(home.root, tmp_path_factory.mktemp("told") / "home")))
            else:
                made[study] = told_by(many(make, raw, int(study), name=LONG, name_en=LONG_EN).home)
        return made[study]

    return tell


@pytest.mark.slow
@pytest.mark.parametrize(
    ("groups", "preset"),
    [*(("default", preset) for preset in presets.PRESETS), ("2", "chinese-1"), ("2", "chinese-2"), ("30", "chinese-2")],
)
def test_every_figure_can_be_read_in_every_preset_for_two_groups_and_for_thirty_with_long_names(
    told, raw, groups, preset
):
    published = told(groups, raw)
    wrong, narrow = {}, 0
    for name, figure in published.items():
        if figure.data.empty:
            continue
        column, pages, warned = fitted(figure.chart, figure.data, preset, **figure.options)
        found = {"warned": warned} if warned else {}
        for language, drawn in pages.items():
            for number, page in enumerate(drawn, start=1):
                found |= {
                    f"{language}-{number} {what}": these
                    for what, these in problems(page, nested="cloud" in name).items()
                }
                lost = looking.not_found(page)
                found |= {f"{language}-{number} not found": lost} if lost else {}
                width, height = style.size_of(page)
                assert width == pytest.approx(presets.preset(column).width, abs=0.01), name
                assert height <= presets.preset(column).height + 0.1, name
        wrong |= {name: found} if found else {}
        narrow += column == preset
    assert wrong == {}
    assert narrow >= 3, "hardly a figure stays in the column asked for"
