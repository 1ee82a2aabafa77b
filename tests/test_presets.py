"""What a user may rely on in presets: the widths of the journals, and mm of one's own."""

import pytest

from policytext import presets


@pytest.mark.parametrize(
    ("name", "width"),
    [
        ("nature-1", 89),
        ("nature-2", 183),
        ("elsevier-1", 90),
        ("elsevier-1.5", 140),
        ("elsevier-2", 190),
        ("chinese-1", 80),
        ("chinese-2", 170),
    ],
)
def test_presets_are_the_columns_that_journals_ask_for(name, width):
    assert presets.preset(name).width == width
    assert presets.preset(name).height == (170 if name.startswith("nature") else 240)


def test_the_default_is_two_columns_of_a_chinese_journal():
    assert presets.preset(presets.DEFAULT).width == 170


def test_a_journal_of_ones_own_is_given_in_mm():
    assert presets.preset("82.5x225") == presets.Preset("82.5x225", 82.5, 225)


@pytest.mark.parametrize(
    "name", ["", "nature", "nature-3", "Nature-1", "85", "85x", "x230", "20x100", "500x100", "../x"]
)
def test_what_is_no_preset_is_refused_with_all_there_are(name):
    with pytest.raises(ValueError, match=r"is no preset: nature-1, .*chinese-2, or mm like 85x230"):
        presets.preset(name)


@pytest.mark.parametrize(
    ("name", "after"),
    [
        ("nature-1", ["nature-2"]),
        ("elsevier-1", ["elsevier-1.5", "elsevier-2"]),
        ("elsevier-1.5", ["elsevier-2"]),
        ("chinese-2", []),
        ("85x230", []),
    ],
)
def test_the_next_columns_are_wider_ones_of_the_same_journal(name, after):
    assert [one.name for one in presets.columns(name)] == [name, *after]
