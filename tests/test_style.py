"""What a user may rely on in `style`: a font with all of Chinese, sizes a printer can trust, colours that can be told apart."""

import itertools
import re
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from policytext import style
from policytext.errors import PolicytextError
from policytext.presets import Preset

# ---------------------------------------------------------------- fonts


@pytest.mark.parametrize("character", "邮皋浉龑𬱖·—“”％≥²")
def test_the_font_has_rare_characters_of_names_and_the_signs_of_captions(character):
    assert style.missing(style.font(), character) == ""
    assert style.font(f"高{character}").is_file()


@pytest.mark.parametrize("character", ["😀", "\ue000", "𒀀"])
def test_a_character_that_no_font_has_is_an_error_that_names_it_and_its_label(character):
    label = f"高邮{character}经济开发区"
    with pytest.raises(PolicytextError, match="no glyph") as caught:
        style.font(f"如皋\n{label}\n南通")
    assert repr(character) in str(caught.value)
    assert repr(label) in str(caught.value)
    assert "如皋" not in str(caught.value)


def test_a_character_that_was_not_announced_is_still_no_box():
    def save():
        with style.drawing("高邮"):
            figure = style.figure(20)
            figure.text(0.1, 0.5, "高邮😀")
            figure.draw_without_rendering()

    with pytest.raises(PolicytextError, match=r"Glyph .* missing"):
        save()


def test_line_breaks_and_spaces_need_no_glyph():
    assert style.missing(style.font(), "高邮\n2023　访谈\t") == ""


def test_without_any_font_the_remedy_is_told(monkeypatch):
    monkeypatch.setattr(style, "fonts", lambda: ())
    with pytest.raises(PolicytextError, match=r"no font with Chinese.*requirements\.lock"):
        style.font("高邮")


def test_a_later_font_serves_where_the_first_lacks_a_character(monkeypatch):
    latin, chinese = Path(matplotlib.font_manager.findfont("DejaVu Sans")), style.font("邮")
    monkeypatch.setattr(style, "fonts", lambda: (latin, chinese))
    assert style.font("Gaoyou") == latin
    assert style.font("高邮 Gaoyou") == chinese


# ---------------------------------------------------------------- settings


def test_drawing_leaves_matplotlibs_settings_as_they_were():
    before = dict(matplotlib.rcParams)
    with style.drawing("高邮"):
        assert matplotlib.rcParams["pdf.fonttype"] == 42
        assert matplotlib.rcParams["font.family"] == ["Noto Sans SC"]
    assert dict(matplotlib.rcParams) == before


def test_an_error_while_drawing_leaves_the_settings_as_they_were():
    before = dict(matplotlib.rcParams)
    with pytest.raises(ZeroDivisionError), style.drawing("高邮"):
        raise ZeroDivisionError
    assert dict(matplotlib.rcParams) == before


def test_a_chart_called_by_itself_is_drawn_in_the_style_and_one_within_it_too():
    seen = []

    @style.styled
    def chart():
        """Its documentation."""
        seen.append(matplotlib.rcParams["svg.hashsalt"])
        return style.figure(20)

    chart()
    with style.drawing():
        chart()
    assert len(seen) == 2
    assert len(set(seen)) == 1
    assert chart.__doc__ == "Its documentation."


# ---------------------------------------------------------------- sizes


@pytest.mark.parametrize(("width", "height"), [(170, 100), (85, 60), (170, 237.5)])
def test_a_figure_saved_as_pdf_measures_what_was_asked_for(tmp_path, width, height):
    with style.drawing(preset=Preset("made to measure", width, 240)):
        figure = style.figure(height)
        figure.subplots().plot([0, 1], [0, 1])
        figure.savefig(tmp_path / "figure.pdf")
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", (tmp_path / "figure.pdf").read_bytes())
    assert [float(side) * 25.4 / 72 for side in box.groups()] == pytest.approx([width, height], abs=0.01)
    assert style.size_of(figure) == pytest.approx((width, height))


def test_a_text_is_as_wide_in_print_as_on_a_screen():
    with style.drawing():
        widths = []
        for dpi in (72, 150, 300, 600):
            renderer = RendererAgg(1, 1, dpi)
            font = FontProperties(family=matplotlib.rcParams["font.family"], size=6)
            width, _, _ = renderer.get_text_width_height_descent("T5 University–industry links, 校企合作", font, False)
            widths.append(width / dpi * 25.4)
    assert max(widths) - min(widths) < 0.1


def test_a_point_and_a_millimetre_are_those_of_print():
    assert round(72 * style.POINT, 9) == 25.4
    assert round(25.4 * style.MM, 9) == 1


def test_the_preset_that_is_drawn_decides_how_wide_a_figure_is_and_how_many_panels_stand_side_by_side():
    assert (style.width(), style.columns(3), style.columns(2)) == (170, 3, 2)
    with style.drawing(preset=Preset("one column", 80, 240)):
        assert style.size_of(style.figure(50)) == pytest.approx((80, 50))
        assert (style.columns(3), style.columns(3, least=25), style.columns(3, least=200), style.height()) == (
            1,
            3,
            1,
            240,
        )
    assert style.width() == 170


# ---------------------------------------------------------------- colours and marks

NORMAL = np.eye(3)
# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
DEUTERANOPIA = np.array(
    [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
)
PROTANOPIA = np.array(
    [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
)


def linear(color):
    channels = np.array(to_rgb(color))
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIE L*a*b* of linear sRGB, white D65."""
    to_xyz = np.array([[0.412456, 0.357576, 0.180438], [0.212673, 0.715152, 0.072175], [0.019334, 0.119192, 0.950304]])
    xyz = to_xyz @ np.clip(rgb, 0, 1) / (0.95047, 1, 1.08883)
    x, y, z = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def closest(colors, seen=NORMAL, parts=3):
    """The smallest distance of two colours as an eye sees them: all of L*a*b*, or its first `parts`."""
    return min(
        np.linalg.norm((lab(seen @ linear(one)) - lab(seen @ linear(other)))[:parts])
        for one, other in itertools.combinations(colors, 2)
    )


def test_the_measure_of_colours_is_right():
    assert closest(["white", "black"]) == pytest.approx(100, abs=0.01)
    assert closest(["red", "lime"]) == pytest.approx(170.6, abs=0.1)  # CIE76, as tabulated
    red_and_green = ["#c00000", "#707000"]
    assert closest(red_and_green, DEUTERANOPIA) < closest(red_and_green) / 3


@pytest.mark.parametrize("n", range(2, 9))
def test_colours_differ_in_grey(n):
    assert closest([color for color, _ in style.marks(map(str, range(n))).values()], parts=1) >= 5


@pytest.mark.parametrize("n", range(2, 9))
@pytest.mark.parametrize("seen", [NORMAL, DEUTERANOPIA, PROTANOPIA], ids=["all", "deuteranopia", "protanopia"])
def test_colours_differ_to_every_eye(n, seen):
    assert closest([color for color, _ in style.marks(map(str, range(n))).values()], seen) >= 10


def test_text_in_the_colour_of_a_group_can_be_read_on_white():
    """WCAG's ratio of luminances: 4.5 and more for text."""
    luminance = [float(np.dot((0.2126, 0.7152, 0.0722), linear(style.dark(color)))) for color in style.COLORS]
    assert min(1.05 / (one + 0.05) for one in luminance) >= 4.5


def test_up_to_eight_groups_have_marks_of_their_own():
    assert len({mark for _, mark in style.marks("ABCDEFGH").values()}) == 8


def test_thirty_groups_have_thirty_pairs_of_colour_and_mark():
    look = style.marks(f"g{i}" for i in range(30))
    assert len(set(look.values())) == 30


def test_a_group_looks_the_same_whoever_comes_after_it():
    assert style.marks(["如皋", "南通"]).items() <= style.marks(["如皋", "南通", "无锡"]).items()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_of_figures_is_there_in_both_languages(language):
    words = [style.word(name, language) for name in style._WORDS]
    assert all(words)
    assert all(bool(re.search(r"[\u4e00-\u9fff]", word)) == (language == "zh") for word in words)


def test_a_figure_is_not_pyplots_so_a_notebook_shows_it_once():
    from matplotlib import pyplot

    assert type(style.figure(20)) is Figure
    assert pyplot.get_fignums() == []
