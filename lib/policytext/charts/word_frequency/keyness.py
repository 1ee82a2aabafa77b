"""Keyness: how much more often a group uses a term, and what two tests make of it."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from policytext import style
from policytext.charts.some import some
from policytext.style import Captions, Labels

_ROW, _HEAD = 3.9, 9  # millimetres


def _panels(shown: pd.DataFrame, labels: Mapping[str, str]) -> tuple[Figure, list[tuple[str, pd.DataFrame, Axes]]]:
    """One panel per group, one below the other, as high as it has rows."""
    groups = {str(group): rows.reset_index(drop=True) for group, rows in shown.groupby("group", sort=False)}
    heights = [len(rows) + 1 for rows in groups.values()]
    figure = style.figure(16 + sum(_HEAD + _ROW * len(rows) for rows in groups.values()))
    panels = style.panels(figure, len(groups), 1, sharex=True, height_ratios=heights)
    for (group, rows), axes in zip(groups.items(), panels, strict=True):
        style.rows(axes, range(len(rows)), rows["term"])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        axes.set_title(style.wrapped(labels.get(group, group).replace("\n", "  "), style.width() - 24), loc="left")
        axes.tick_params(axis="x", length=0 if axes is not panels[-1] else 2.5)
    return figure, [(group, rows, axes) for (group, rows), axes in zip(groups.items(), panels, strict=True)]


@style.styled
def forest(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Forest plot, one panel per group: log ratio of each term with its interval; solid where the permutation holds.

    shown: rows of `frequency.candidates` with group, term, log_ratio, low, high, is_keyword.
    """
    figure, panels = _panels(shown, labels[language])
    look = style.marks(group for group, _, _ in panels)
    for group, rows, axes in panels:
        color, mark = look[group]
        axes.axvline(0, color=style.MUTED, linewidth=0.6)
        axes.hlines(rows.index, rows["low"], rows["high"], color=color, linewidth=0.9, alpha=0.6)
        for holds, fill in ((True, color), (False, "white")):
            some = rows[rows["is_keyword"] == holds]
            axes.plot(some["log_ratio"], some.index, mark, color=color, markerfacecolor=fill, markersize=4.6)
    panels[-1][2].set_xlabel(style.word("log_ratio", language))
    handles = [
        style.mark("o", style.MUTED, style.word("keyword", language)),
        style.mark("o", style.MUTED, style.word("no_keyword", language), hollow=True),
        style.stroke(style.MUTED, style.word("token_interval", language)),
    ]
    style.legend(figure, handles, least=54)
    return figure


def forest_words(shown: pd.DataFrame, *, family: int, min_n: int, draws: int, of: int | None = None) -> Captions:
    """Title, caption and alt text of `forest`. family: pairs of group and term tested; draws: relabellings; of: groups
    there are, if some are not shown."""
    n, groups = int(shown["is_keyword"].sum()) if len(shown) else 0, shown["group"].nunique()
    note = some(groups, of)
    return {
        "title": {"zh": "各文本的主题词（对数比）", "en": "Keywords of each text (log ratio)"},
        "caption": {
            "zh": f"{groups}个文本中最可能成为主题词的词，与其余文本合计相比，按置换检验的p值由小到大排列；横轴为频次之比以2为底的对数，1表示两倍。"
            f"实心为主题词：以段落为单位置换{draws:,}次，"
            f"q<0.05，且不只出自一位发言人，共{n}个；空心为未能区分。检验族为{family:,}个“文本—词”组合（总频次不少于{min_n}次，地名、机构名另计）。"
            f"横线为以单词为独立观测的95%置信区间，因词语成簇出现而偏窄。{note['zh']}",
            "en": f"Terms most likely to be keywords of {style.many(groups, 'text')}, each text against all the others, the smallest p of the permutation first; "
            "the axis is the log to "
            f"base 2 of the ratio of rates, 1 being twice as often. Solid: keywords, with q below 0.05 in {draws:,} permutations "
            f"of paragraphs and from more than one speaker ({n}); hollow: not distinguished. Family: {family:,} pairs of text and "
            f"term ({min_n} occurrences or more; names of places and institutions apart). Lines are 95% intervals that take "
            f"occurrences as independent, hence too narrow.{note['en']}",
        },
        "alt": {
            "zh": f"森林图，{groups}个文本上下排列，每行一个词，点为对数比，横线为区间；实心的有{n}个。",
            "en": f"Forest plot, {style.many(groups, 'text')} one below the other, one row per term, a point for the log ratio and a line for "
            f"its interval; solid points: {n}.",
        },
        "empty": {
            "zh": f"没有可供比较的词：须有两个以上文本，且词的总频次不少于{min_n}次。",
            "en": f"Nothing to compare: this needs two texts and terms with {min_n} occurrences.",
        },
    }


@style.styled
def verdicts(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Two verdicts on each term, one panel per group: q of the token-level test (hollow) and of the permutation (solid).

    shown: group, term, q, q_permutation; the line at 0.05 parts what holds (right) from what does not.
    """
    figure, panels = _panels(shown, labels[language])
    for _, rows, axes in panels:
        axes.set_xscale("log")
        axes.axvline(0.05, color=style.COLORS[1], linewidth=0.8, linestyle=(0, (3, 2)))
        axes.hlines(rows.index, rows["q_permutation"], rows["q"], color=style.MUTED, linewidth=0.8, alpha=0.7)
        hollow = {"color": style.COLORS[0], "markerfacecolor": "white", "markersize": 4.4}
        axes.plot(rows["q"], rows.index, "o", **hollow)
        axes.plot(rows["q_permutation"], rows.index, "o", color=style.COLORS[0], markersize=4.4, linewidth=0)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.10f}".rstrip("0").rstrip("."))
        axes.minorticks_off()
    panels[0][2].invert_xaxis()
    panels[-1][2].set_xlabel(style.word("q", language))
    handles = [
        style.mark("o", style.COLORS[0], style.word("naive", language), hollow=True),
        style.mark("o", style.COLORS[0], style.word("clustered", language)),
        style.stroke(style.COLORS[1], "q = 0.05", linewidth=0.8, linestyle=(0, (3, 2))),
    ]
    style.legend(figure, handles, least=54)
    return figure


def verdicts_words(shown: pd.DataFrame, *, draws: int) -> Captions:
    """Title, caption and alt text of `verdicts`."""
    naive = int((shown["q"] < 0.05).sum())
    both = int(((shown["q"] < 0.05) & (shown["q_permutation"] < 0.05)).sum())
    only = len(shown) - naive
    return {
        "title": {
            "zh": "两种检验的结论：以词为单位与以段落为单位",
            "en": "Two verdicts: tests over words and over paragraphs",
        },
        "caption": {
            "zh": f"以词为独立观测的对数似然检验（空心）判定{naive}个词在所在文本中偏多（q<0.05）；以段落为单位置换{draws:,}次后（实心），其中{both}个仍成立，"
            f"其余{naive - both}个未能区分；另有{only}个仅为置换检验所判定。各文本内按置换检验的q值排列，越靠右证据越强；不含地名与机构名。",
            "en": f"The log-likelihood test that takes words as independent (hollow) calls {style.many(naive, 'term')} more frequent in their text "
            f"(q below 0.05); in {draws:,} permutations of paragraphs (solid) {both} of them hold, and {naive - both} are not "
            f"distinguished; by the permutation alone: {only}. Rows go by the q of the permutation; evidence grows to the right; names of places and institutions are left out.",
        },
        "alt": {
            "zh": f"哑铃图，每行一个词，空心点为词级检验的q值，实心点为段落置换的q值；{naive}个词中有{both}个两者都小于0.05。",
            "en": f"Dumbbell plot, one row per term, hollow points for the q of the word-level test and solid ones for that of the "
            f"permutation; of {naive} terms {both} have both below 0.05.",
        },
        "empty": {
            "zh": "没有一个词被任何一种检验判定为偏多。",
            "en": "Neither test calls any term more frequent in a text.",
        },
    }
