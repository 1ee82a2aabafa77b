"""Ranks, and the reference group that each is measured in."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from policytext import style
from policytext.charts.indicators import marking
from policytext.style import Captions, Labels

_LINE, _PAD = 2.7, 1.4
_LOOK = {
    "nation": (style.COLORS[0], "o"),
    "province": (style.COLORS[1], "s"),
    "region": (style.COLORS[2], "^"),
    "place": (style.COLORS[3], "D"),
    "kind": (style.COLORS[5], "v"),
    "untold": (style.MUTED, "X"),
}
_TAIL = re.compile(r"(?:排名|跻身|位居|位列|跃居|居|列|中)+$")
"""What leads from the content of a ranking to its group: 净增数[位居全省], 综合评价[中]."""

_TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


@style.styled
def ranks(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Dot plot, one row per rank: colour and mark tell how wide the group is in which it was measured; aims are hollow.

    shown: what `indicators.placed` returns. What is ranked, in which group, and in which year stands beside each row.
    """
    words = labels[language]
    left, right = min(40.0, 0.24 * style.width()), 0.42 * style.width()
    again = shown["unit_id"].eq(shown["unit_id"].shift())
    names = [
        "" if repeated else style.wrapped(words.get(unit, unit), left, size=6.5)
        for unit, repeated in zip(shown["unit_id"], again, strict=True)
    ]
    told = [style.wrapped(_told(row, words, language), right, size=6) for row in shown.to_dict("records")]
    heights = [
        _PAD + _LINE * (1 + max(name.count("\n"), text.count("\n"))) for name, text in zip(names, told, strict=True)
    ]
    present = [name for name in _LOOK if name in set(shown["breadth"])]
    columns = style.columns(6, least=28)
    figure = style.figure(sum(heights) + 16 + 4 * -(-len(present) // columns))
    axes = figure.subplots()
    places, top = style.middles(heights)
    for row, text, y in zip(shown.itertuples(), told, places, strict=True):
        color, mark = _LOOK[row.breadth]
        fill = "white" if row.status == "target" else color
        axes.plot(row.value, y, mark, color=color, markerfacecolor=fill, markersize=5, clip_on=False, zorder=3)
        axes.text(1.03, y, text, transform=axes.get_yaxis_transform(), va="center", fontsize=6, linespacing=1.15)
    axes.set_xscale("log")
    last = next((tick for tick in _TICKS if tick >= max(10, shown["value"].max())), shown["value"].max())
    axes.set_xlim(0.8, last * 1.25)
    axes.xaxis.set_major_locator(FixedLocator([tick for tick in _TICKS if tick <= last]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter("{x:,.0f}")
    style.rows(axes, places, names)
    axes.grid(axis="x", color=style.FAINT, linewidth=0.4)
    axes.set_ylim(top, 0)
    axes.set_xlabel(marking.word("rank", language))
    handles = [style.mark(_LOOK[name][1], _LOOK[name][0], marking.word(name, language)) for name in present]
    style.legend(figure, handles, least=28)
    return figure


def _told(row: Mapping[str, str], words: Mapping[str, str], language: str) -> str:
    """The rank, its group and year, and on a second line what is ranked, where that says more."""
    rank = f"第{row['value']:g}位" if language == "zh" else f"{row['value']:g}"
    group = row["reference"] or marking.word("untold", language)
    first = f"{rank} · {group} · {marking.year(row['year'], language)}"
    content = words.get(row["indicator"]) or _TAIL.sub("", row["indicator"].removesuffix(row["reference"])).strip()
    return first if not content or content in group else f"{first}\n{content}"


def ranks_words(shown: pd.DataFrame) -> Captions:
    """Title, caption and alt text of `ranks`, in Chinese and English."""
    units = shown["unit_id"].nunique()
    groups = shown.loc[shown["reference"] != "", "reference"].nunique()
    first, untold = int((shown["value"] == 1).sum()), int((shown["breadth"] == "untold").sum())
    several = int((shown.groupby("unit_id")["breadth"].nunique() > 1).sum()) if len(shown) else 0
    return {
        "title": {"zh": "位次与参照范围", "en": "Ranks and the groups they are measured in"},
        "caption": {
            "zh": f"{units}个单元给出{len(shown)}个位次，用了{groups}种参照范围，{first}个是第一{f'，{untold}个没有说明范围' if untold else ''}；"
            f"{several}个单元用了不止一类范围。颜色与符号区分范围的大小；"
            "右侧为文中所说的范围、年份和评比内容。范围、年份和内容各不相同，位次之间不能比较：同一地区换一个范围，名次就不同。",
            "en": f"{style.many(len(shown), 'rank')} of {style.many(units, 'unit')} in {style.many(groups, 'reference group')}: {first} "
            f"of them first places{f', {untold} without a group' if untold else ''}; {several} of the units use groups of more than one width. Colour and "
            "mark tell how wide the group is; beside each row stand the group, the year and what is ranked, in the words of the text. Groups, years and contents differ, so "
            "ranks cannot be compared: the same place ranks otherwise in another group.",
        },
        "alt": {
            "zh": f"点图，{len(shown)}行，每行一个位次，横轴为位次，颜色为参照范围的大小，右侧为范围的名称。",
            "en": f"Dot plot, {style.many(len(shown), 'row')}, one per rank; position is the rank, colour how wide the reference group is, whose name "
            "stands on the right.",
        },
        "empty": {"zh": "文中没有位次。", "en": "No text gives a rank."},
    }
