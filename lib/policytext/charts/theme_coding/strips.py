"""Where in a text its themes stand."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from policytext import style
from policytext.style import Captions, Labels

_BARE = {"none": ("无主题", "no theme"), "symbolic": ("无主题，政治象征", "no theme, symbolic")}


@style.styled
def strips(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """One panel per unit, from its beginning to its end: one row per theme, a stroke for each sentence that has it.

    shown: what `themes.strips` returns. labels: words for units and for `theme:T1`, which make the rows in their order;
    the last rows hold the sentences without a theme.
    """
    words = labels[language]
    units = list(dict.fromkeys(shown["group"]))
    themes = [*(name.partition(":")[2] for name in words if name.startswith("theme:")), *_BARE]
    room = 62 if style.width() > 120 else 34
    names = [
        style.wrapped(words.get(f"theme:{theme}") or _BARE[theme][language != "zh"], room, size=6) for theme in themes
    ]
    columns = style.columns(min(3, len(units)), least=52)
    width = (style.width() - room) / columns - 3
    titles = [style.wrapped(words.get(unit, unit), width) for unit in units]
    row = 0.5 + 2.4 * max(name.count("\n") + 1 for name in names)
    head = 7 + 3.6 * max(title.count("\n") + 1 for title in titles)
    figure = style.figure(8 - (-len(units) // columns) * (head + row * len(themes)))
    panels = style.panels(figure, len(units), columns, sharex=True, sharey=True)
    for unit, title, axes in zip(units, titles, panels, strict=True):
        rows = shown[(shown["group"] == unit) & shown["theme"].isin(themes)]
        heights = rows["theme"].map(themes.index)
        bare = rows["theme"].isin(_BARE)
        for some, color in ((~bare, style.COLORS[0]), (bare, style.COLORS[1])):
            axes.plot(rows.loc[some, "position"], heights[some], "|", color=color, markersize=5, markeredgewidth=0.9)
        axes.set_title(title, loc="left")
        style.courses(axes, names, size=6)
    figure.supxlabel(style.word("position", language), fontsize=7)
    return figure


def strips_words(shown: pd.DataFrame) -> Captions:
    """Title, caption and alt text of `strips`."""
    units = shown["group"].nunique()
    none, symbolic = (int((shown["theme"] == bare).sum()) for bare in _BARE)
    codes = len(shown) - none - symbolic
    return {
        "title": {"zh": "主题在各单元中的位置", "en": "Themes along each unit"},
        "caption": {
            "zh": f"{units}个单元中{codes:,}个主题编码的位置：每格一个单元，自左至右由开头到结尾，每行一个主题，每一短竖为一句。最下两行为没有主题的句子（{none + symbolic}句，"
            f"其中{symbolic}句为政治象征性表述）。成片出现的短竖说明一个主题只在一处集中论述。",
            "en": f"Where {codes:,} codes stand in {style.many(units, 'unit')}: each panel is a unit from its beginning (left) to its end, "
            f"each row a theme, each stroke a sentence. The two rows below hold the sentences without a theme ({none + symbolic}, "
            f"{symbolic} of them politically symbolic). Strokes that crowd tell a theme that is dealt with in one place.",
        },
        "alt": {
            "zh": f"条带图，{units}个小图，每图一个单元，每行一个主题，短竖标出句子的位置。",
            "en": f"Strips, {style.many(units, 'panel')}, one per unit with one row per theme and strokes where a sentence has it.",
        },
        "empty": {
            "zh": "没有一个单元有两句以上，谈不上主题的先后。",
            "en": "No unit has two sentences, so none has a course along which themes could stand.",
        },
    }
