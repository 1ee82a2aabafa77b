"""Figures of `02-word-frequency`: what each text says most."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import ImageFont
from wordcloud import WordCloud

from policytext import style
from policytext.charts.some import some
from policytext.errors import PolicytextError
from policytext.stats import FEWEST_CLUSTERS, TENTATIVE_CLUSTERS
from policytext.style import Captions, Labels

_COLUMNS = 3
_GAP = 4  # millimetres between clouds
_SEED = 20231


@style.styled
def top_terms(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Dot plots, one panel per group: one row per term, a large dot for the group, a small one for each unit.

    shown: what `frequency.top` returns. An interval that is not estimable is not drawn; a group of one unit has no
    small dots, since they would only repeat the large one.
    """
    groups = list(dict.fromkeys(shown["group"]))
    rows = shown.groupby("group")["rank"].max().max()
    columns = style.columns(min(_COLUMNS, len(groups)))
    room = style.width() / columns - 18
    titles = {group: style.wrapped(labels[language].get(group, group), room) for group in groups}
    head = 3.6 * max(title.count("\n") + 1 for title in titles.values())
    figure = style.figure(math.ceil(len(groups) / columns) * (9 + head + 3.7 * rows) + 8)
    panels = style.panels(figure, len(groups), columns, sharex=True)
    look = style.marks(groups)
    for group, axes in zip(groups, panels, strict=True):
        _dots(axes, shown[shown["group"] == group], *look[group])
        axes.set_title(titles[group], loc="left", linespacing=1.3)
        axes.set_ylim(rows + 0.6, 0.4)
    figure.supxlabel(style.word("rate", language), fontsize=7)
    handles = [
        style.mark("o", style.MUTED, style.word("of_group", language)),
        style.mark("o", style.MUTED, style.word("of_unit", language), size=2.4, alpha=0.6),
        style.stroke(style.MUTED, style.word("interval", language)),
        style.stroke(style.MUTED, style.word("tentative", language), linestyle=style.DASHES),
    ]
    style.legend(figure, handles, least=40)
    return figure


def _dots(axes: Axes, rows: pd.DataFrame, color: str, mark: str) -> None:
    whole, inner = rows[rows["unit_id"] == ""], rows[rows["unit_id"] != ""]
    known = whole.dropna(subset="low")
    solid = known["n_clusters"] >= TENTATIVE_CLUSTERS
    for rows_, line in ((known[solid], "solid"), (known[~solid], style.DASHES)):
        axes.hlines(rows_["rank"], rows_["low"], rows_["high"], color=color, linewidth=0.9, alpha=0.7, linestyle=line)
    if inner["unit_id"].nunique() > 1:
        small = {"markersize": 2.4, "alpha": 0.5, "markeredgewidth": 0}
        axes.plot(inner["rate"], inner["rank"], mark, color=color, **small)
    axes.plot(whole["rate"], whole["rank"], mark, color=color, markersize=4.6, linewidth=0)
    style.rows(axes, whole["rank"], whole["term"])
    axes.tick_params(axis="x", labelbottom=True)


def top_terms_words(shown: pd.DataFrame, *, of: int | None = None) -> Captions:
    """Title, caption and alt text of `top_terms`, in Chinese and English. of: groups there are, if some are not shown."""
    whole = shown[shown["unit_id"] == ""]
    first = whole[whole["rank"] == 1]
    groups, top_n, total = len(first), int(whole["rank"].max()), int(first["total"].sum())
    few = first["low"].isna().sum()
    leads, note = list(dict.fromkeys(first["term"])), some(groups, of)
    return {
        "title": {"zh": "各文本的高频词", "en": "Most frequent terms of each text"},
        "caption": {
            "zh": f"{groups}个文本各自的前{top_n}个词（共{total:,}个词，停用词计入总数但不参加排序）。大点为文本整体，小点为其中各单元；"
            f"横线为以段落为群的95%置信区间：段落不足{FEWEST_CLUSTERS}个的文本（{few}个）只画点，不足{TENTATIVE_CLUSTERS}个的以虚线表示，仅供参考。横轴为每万词频次。{note['zh']}",
            "en": f"The {top_n} most frequent terms of {style.many(groups, 'text')} ({total:,} terms in all; stop words are counted but not "
            "ranked). Large dots are texts, small ones their units; lines are 95% intervals with paragraphs as clusters, "
            f"left out for texts of fewer than {style.many(FEWEST_CLUSTERS, 'paragraph')} ({few}) and dashed, as tentative, below "
            f"{TENTATIVE_CLUSTERS}. Horizontal axis: occurrences per 10,000 terms.{note['en']}",
        },
        "alt": {
            "zh": f"点图，{groups}个小图，每图一个文本，按每万词频次列出前{top_n}个词；居首的词是{'、'.join(leads)}。",
            "en": f"Dot plots, {style.many(groups, 'panel')}, one per text, listing its {top_n} most frequent terms by rate; the terms in first "
            f"place are {', '.join(leads)}.",
        },
    }


@style.styled
def word_clouds(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Small multiples, one word cloud per group; the size of a term grows with its number of occurrences.

    shown: one row per (group, term) with n. The clouds are made higher until every term finds a place at 5 points or
    more. Raises PolicytextError where that fails.
    """
    groups = {
        group: dict(zip(rows["term"], rows["n"], strict=True)) for group, rows in shown.groupby("group", sort=False)
    }
    columns = style.columns(min(_COLUMNS, len(groups)))
    width = style.width() / columns - _GAP
    height, layouts = _fit(groups, width)
    lines = math.ceil(len(groups) / columns)
    titles = {group: style.wrapped(labels[language].get(group, group), width) for group in groups}
    head = 3 + 3.6 * max(title.count("\n") + 1 for title in titles.values())
    figure = style.figure(lines * (height + head), layout=None)
    look = style.marks(groups)
    for number, (group, layout) in enumerate(layouts.items()):
        row, column = divmod(number, columns)
        box = (column * (width + _GAP), (lines - 1 - row) * (height + head), width, height)
        axes = figure.add_axes(tuple(side / whole for side, whole in zip(box, 2 * style.size_of(figure), strict=True)))
        axes.set(xlim=(0, width), ylim=(height, 0))
        axes.set_axis_off()
        axes.set_title(titles[group], loc="left", linespacing=1.3)
        for word, size, left, baseline in layout:
            alpha = 0.7 + 0.3 * groups[group][word] / max(groups[group].values())
            drawn = axes.text(
                left, baseline, word, fontsize=size / style.POINT, color=style.dark(look[group][0]), alpha=alpha
            )
            drawn.set_in_layout(False)  # a mark, whose size is its value
    return figure


def _fit(
    groups: Mapping[str, Mapping[str, int]], width: float
) -> tuple[float, dict[str, list[tuple[str, float, float, float]]]]:
    """A height, and for each group (word, size, left, baseline) of all its words, all in mm."""
    lost = ""
    for height in (40, 48, 60, 80):
        layouts = {}
        for group, frequencies in groups.items():
            layouts[group] = _layout(tuple(frequencies.items()), width, height)
            missing = set(frequencies) - {word for word, *_ in layouts[group]}
            lost = f"{group}: {', '.join(sorted(missing))}" if missing else ""
            if lost:
                break
        if not lost:
            return height, layouts
    raise PolicytextError(f"a word cloud has no room for all its terms ({lost})", fix="Ask for fewer terms.")


@lru_cache(maxsize=256)  # both languages show the same cloud
def _layout(
    frequencies: tuple[tuple[str, int], ...], width: float, height: float
) -> list[tuple[str, float, float, float]]:
    pixels = 8  # in a millimetre
    font = style.font("".join(word for word, _ in frequencies))
    maker = WordCloud(
        font_path=str(font),
        width=round(width * pixels),
        height=round(height * pixels),
        margin=4,
        prefer_horizontal=1,
        relative_scaling=0.5,
        min_font_size=math.ceil(5 * style.POINT * pixels),
        max_font_size=7 * pixels,
        random_state=_SEED,
    )
    try:
        maker.generate_from_frequencies(dict(frequencies))
    except ValueError:  # not even one word fits
        return []
    placed = []
    for (word, _), size, (top, left), _, _ in maker.layout_:
        ink_left, ink_top, *_ = ImageFont.truetype(str(font), size).getbbox(word, anchor="ls")
        placed.append((word, size / pixels, (left - ink_left) / pixels, (top - ink_top) / pixels))
    return placed


def word_clouds_words(shown: pd.DataFrame, *, of: int | None = None) -> Captions:
    """Title, caption and alt text of `word_clouds`, in Chinese and English. of: groups there are, if some are not shown."""
    groups, top_n = shown["group"].nunique(), int(shown.groupby("group").size().max())
    note = some(groups, of)
    return {
        "title": {"zh": "各文本词云", "en": "Word clouds of each text"},
        "caption": {
            "zh": f"{groups}个文本各自的前{top_n}个词（停用词除外），字号随出现次数增大，全部放入图中。词云只供浏览，比较请看每万词频次。{note['zh']}",
            "en": f"The {top_n} most frequent terms of {style.many(groups, 'text')} (without stop words), all of them placed; the size of a term "
            f"grows with its occurrences. Clouds are for browsing: compare by the rates.{note['en']}",
        },
        "alt": {
            "zh": f"{groups}幅词云，每个文本一幅，每幅{top_n}个词。",
            "en": f"{style.many(groups, 'word cloud')}, one per text, of {style.many(top_n, 'term')} each.",
        },
    }
