"""Indicators that several places give: every number with its year, status and comparator, and which of them compare."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from policytext import style
from policytext.charts.indicators import marking
from policytext.quantities import SIGNS
from policytext.style import Captions, Labels

_LINE, _PAD, _HEAD = 2.7, 1.1, 7.0
_FAR = 20
"""Numbers whose greatest is so many times the least stand on a log axis."""


@style.styled
def levels(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Dot plots, one panel per indicator, one row per number: filled where reached, hollow where a target.

    shown: what `indicators.levels` returns. A mark that points right is a lower bound, one that points left an upper
    one; blue marks may be held against each other, grey ones may not. Number and year stand beside each row.
    """
    words = labels[language]
    panels = [rows for _, rows in shown.groupby(["indicator", "measure"], sort=False)]
    room = min(44.0, 0.28 * style.width())
    names = {unit: style.wrapped(words.get(unit, unit), room, size=6.5) for unit in shown["unit_id"]}
    titles = [_title(rows, words, language) for rows in panels]
    heights = [
        _HEAD + 3.2 * title.count("\n") + sum(_PAD + _LINE * (names[unit].count("\n") + 1) for unit in rows["unit_id"])
        for rows, title in zip(panels, titles, strict=True)
    ]
    columns = style.columns(3, least=45)
    figure = style.figure(sum(heights) + 6 + 4 * -(-6 // columns))
    drawn = style.panels(figure, len(panels), 1, height_ratios=heights)
    for axes, rows, title in zip(drawn, panels, titles, strict=True):
        _panel(axes, rows, names, language)
        axes.set_title(title, loc="left", linespacing=1.2)
    figure.legend(
        handles=_handles(set(shown["comparator"]), language), loc="outside lower left", ncols=columns, frameon=False
    )
    return figure


def _title(rows: pd.DataFrame, words: Mapping[str, str], language: str) -> str:
    first = rows.iloc[0]
    name = words.get(first["indicator"], first["indicator"])
    title = f"{name[:1].upper()}{name[1:]}{marking.measure(first['measure'], language)}"
    if _is_far(rows):
        title += f"，{marking.word('log', language)}" if language == "zh" else f", {marking.word('log', language)}"
    return style.wrapped(title, style.width() - 10)


def _is_far(rows: pd.DataFrame) -> bool:
    return bool(rows["value"].min() > 0 and rows["value"].max() / rows["value"].min() >= _FAR)


def _panel(axes: Axes, rows: pd.DataFrame, names: Mapping[str, str], language: str) -> None:
    places, top = style.middles(_PAD + _LINE * (names[unit].count("\n") + 1) for unit in rows["unit_id"])
    for row, y in zip(rows.itertuples(), places, strict=True):
        color = style.COLORS[0] if row.like else style.MUTED
        fill = "white" if row.status == "target" else color
        mark = marking.MARKS.get(row.comparator, "o")
        axes.plot(row.value, y, mark, color=color, markerfacecolor=fill, markersize=4.4, clip_on=False, zorder=3)
        told = (
            f"{SIGNS.get(row.comparator, '')}{marking.number(row.value, language)} · {marking.year(row.year, language)}"
        )
        told += f" {marking.word('target', language)}" if row.status == "target" else ""
        axes.text(1.02, y, told, transform=axes.get_yaxis_transform(), va="center", fontsize=6.2, color=color)
    if _is_far(rows):
        axes.set_xscale("log")
        axes.set_xlim(rows["value"].min() / 1.5, rows["value"].max() * 1.5)
    else:
        axes.set_xlim(min(0, rows["value"].min()), max(rows["value"].max(), 0) * 1.05 or 1)
    axes.set_ylim(top, 0)
    style.rows(axes, places, [names[unit] for unit in rows["unit_id"]])
    axes.set_xticks([], [])
    axes.set_xticks([], [], minor=True)
    axes.spines["left"].set_visible(not _is_far(rows))  # stands for zero
    axes.spines["bottom"].set_visible(False)


def _handles(present: set[str], language: str) -> list[Artist]:
    """What colour means, what filling means, and the comparators that occur."""
    bounds = [name for name in ("lower", "upper", "approx") if name in present]
    return [
        style.mark("o", style.COLORS[0], marking.word("like", language)),
        style.mark("o", style.MUTED, marking.word("alone", language)),
        style.mark("o", style.INK, marking.word("reached", language)),
        style.mark("o", style.INK, marking.word("target", language), hollow=True),
        *(style.mark(marking.MARKS[name], style.INK, marking.word(name, language)) for name in bounds),
    ]


def levels_words(shown: pd.DataFrame, *, n_numbers: int) -> Captions:
    """Title, caption and alt text of `levels`, in Chinese and English. n_numbers: those of the table `indicators`."""
    by = ["indicator", "measure"]
    n, like, units = shown.groupby(by).ngroups, int(shown["like"].sum()), shown["unit_id"].nunique()
    n_like = shown[shown["like"].eq(True)].groupby(by).ngroups
    bounds, targets = int((shown["comparator"] != "exact").sum()), int((shown["status"] == "target").sum())
    return {
        "title": {"zh": "各地共有的指标", "en": "Indicators that several places give"},
        "caption": {
            "zh": f"至少两个单元给出数字的{n}项指标，共{len(shown)}个数字（{units}个单元），其中{targets}个是目标值（空心），{bounds}个是界限或约数。"
            f"蓝色为不同地区同年、同为已实现或同为目标、可以相比的数字（{n_like}项指标，{like}个）；"
            "灰色的年份或性质不同，或同属一地，或一地包含另一地，只宜并列，不宜比较。任何数字都不相加。"
            "各小图各有横轴，自零（左端竖线）起；注明“对数轴”的以对数排列，不自零起。数值与年份写在右侧。"
            f"指标表共有{n_numbers}个数字。",
            "en": f"{style.many(n, 'indicator')} that two units or more give: {style.many(len(shown), 'number')} of {style.many(units, 'unit')}, "
            f"of which {targets} are targets (hollow) and {bounds} bounds or rough. Blue numbers are of different places, the same year, and all "
            f"reached or all aimed at, so they may be compared ({like}, in {style.many(n_like, 'indicator')}); grey ones differ in year or "
            "in kind, are of one place, or of places of which one contains the other: they stand side by side and no more. No number is added to another. "
            "Each panel has its own axis from zero (the line on the left), but for those marked as log axes; values and years are written on the right. "
            f"The table of indicators has {style.many(n_numbers, 'number')}.",
        },
        "alt": {
            "zh": f"点图，{n}个小图，每图一项指标，每行一个数字，标有地区、数值和年份；可比的{like}个为蓝色。",
            "en": f"Dot plots, {style.many(n, 'panel')}, one per indicator, a row per number with place, value and year; the {like} that "
            "compare are blue.",
        },
        "empty": {"zh": "没有两个单元给出同一项指标。", "en": "No two units give a number for the same indicator."},
    }
