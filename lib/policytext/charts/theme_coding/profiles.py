"""How much of each text a theme takes."""

from __future__ import annotations

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from policytext import style
from policytext.stats import FEWEST_CLUSTERS, TENTATIVE_CLUSTERS
from policytext.style import Captions, Labels

_COLUMNS, _NAMES, _LINE = 4, 38, 2.7  # panels side by side; room for names and height of a line, in mm
_WORDS = {
    "share": ("占句数的比例", "Share of sentences"),
    "silent": ("一句也没有（线至单侧95%上限）", "no sentence (line: one-sided 95% bound)"),
}


@style.styled
def profiles(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Dot plots, one panel per theme: one row per group, a large dot for the group and a small one for each unit.

    shown: what `themes.with_units` returns. labels: words for groups and for `theme:T1`. Under ten paragraphs there is
    no interval, under twenty it is dashed; a group without the theme is hollow.
    """
    words = labels[language]
    groups, themes = list(dict.fromkeys(shown["group"])), list(dict.fromkeys(shown["theme"]))
    names = [style.wrapped(words.get(group, group), _NAMES, size=6.5) for group in groups]
    columns = style.columns(min(_COLUMNS, len(themes)), least=40)
    lines = math.ceil(len(themes) / columns)
    room = max((style.width() - _NAMES) / columns - 4, 24)
    titles = [style.wrapped(words.get(f"theme:{theme}", theme), room, size=7) for theme in themes]
    row = max(4.0, 1.8 + _LINE * max(name.count("\n") + 1 for name in names))
    head = 7 + 3.2 * max(title.count("\n") + 1 for title in titles)
    drawn = shown[(shown["unit_id"] == "") & (shown["n_clusters"] >= FEWEST_CLUSTERS)]
    most = max(shown["share"].max(), *drawn["high"], 0.05)
    figure = style.figure(10 + lines * (head + row * len(groups)))
    panels = style.panels(figure, len(themes), columns)
    look = style.marks(groups)
    for place, (theme, title, axes) in enumerate(zip(themes, titles, panels, strict=True)):
        own = shown[shown["theme"] == theme]
        for number, group in enumerate(groups):
            _row(axes, number, own[own["group"] == group], *look[group])
        axes.set_title(title, loc="left", fontsize=7)
        style.rows(axes, range(len(groups)), [""] * len(groups) if place % columns else names)
        axes.grid(axis="x", color=style.FAINT, linewidth=0.4)
        axes.set_ylim(len(groups) - 0.4, -0.6)
        axes.set_xlim(-0.03 * most, 1.03 * most)
        axes.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    figure.supxlabel(_WORDS["share"][language != "zh"], fontsize=7)
    handles = [
        style.mark("o", style.MUTED, style.word("of_group", language)),
        style.mark("o", style.MUTED, style.word("of_unit", language), size=2.4, alpha=0.6),
        style.stroke(style.MUTED, style.word("interval", language)),
        style.stroke(style.MUTED, style.word("tentative", language), linestyle=style.DASHES),
        style.mark("o", style.MUTED, _WORDS["silent"][language != "zh"], hollow=True),
    ]
    style.legend(figure, handles, least=34)
    return figure


def _row(axes: Axes, number: int, rows: pd.DataFrame, color: str, mark: str) -> None:
    """One group: its dot with the interval, and the dots of its units."""
    for inner in rows[rows["unit_id"] != ""].itertuples():
        axes.plot(inner.share, number, mark, color=color, markersize=2.4, alpha=0.5, markeredgewidth=0)
    for whole in rows[rows["unit_id"] == ""].itertuples():
        if whole.n_clusters >= FEWEST_CLUSTERS:
            line = "solid" if whole.n_clusters >= TENTATIVE_CLUSTERS else style.DASHES
            axes.hlines(number, whole.low, whole.high, color=color, linewidth=0.9, alpha=0.7, linestyle=line)
        fill = color if whole.n_coded else "white"
        axes.plot(whole.share, number, mark, color=color, markerfacecolor=fill, markersize=4.4, markeredgewidth=0.8)


def profiles_words(shown: pd.DataFrame, *, labels: Labels) -> Captions:
    """Title, caption and alt text of `profiles`. labels: as for the figure."""
    whole = shown[shown["unit_id"] == ""]
    first = whole.drop_duplicates("group")
    n, themes, sentences = len(first), whole["theme"].nunique(), int(first["n_sentences"].sum())
    few = int((first["n_clusters"] < FEWEST_CLUSTERS).sum())
    silent = int((whole["n_coded"] == 0).sum())
    total = whole.groupby("theme", sort=False)["n_coded"].sum().sort_values(ascending=False, kind="stable")
    leads = {
        language: labels[language].get(f"theme:{total.index[0]}", total.index[0]) if len(total) else ""
        for language in ("zh", "en")
    }
    share = f"{total.iloc[0] / sentences:.0%}" if len(total) and sentences else "0%"
    return {
        "title": {"zh": "各文本的主题构成", "en": "Themes of each text"},
        "caption": {
            "zh": f"{themes}个主题各占{n}个文本句数的比例（共{sentences:,}句，小标题除外；一句可有几个主题，也可一个都没有）。大点为文本整体，小点为其中各单元；"
            f"横线为以段落为群的95%置信区间：段落不足{FEWEST_CLUSTERS}个的文本（{few}个）只画点，不足{TENTATIVE_CLUSTERS}个的以虚线表示，仅供参考。"
            f"空心为该文本没有一句属于该主题（{silent}处），线止于单侧95%上限。差异是文本间差异，不是城市间差异；检验见文本比较。",
            "en": f"Share of the sentences of {style.many(n, 'text')} that each of {style.many(themes, 'theme')} takes ({style.many(sentences, 'sentence')}, "
            "headings aside; a sentence may have several themes, or none). Large dots are texts, small ones their units; lines "
            "are 95% intervals with paragraphs as clusters, left out for texts of fewer than "
            f"{style.many(FEWEST_CLUSTERS, 'paragraph')} ({few}) and dashed, as tentative, below {TENTATIVE_CLUSTERS}. Hollow: no sentence "
            f"of the text has the theme ({silent}), the line ending at the one-sided 95% bound. Texts differ here, not "
            "cities; the tests stand with the comparison of texts.",
        },
        "alt": {
            "zh": f"点图，{themes}个小图，每图一个主题，每行一个文本；合计最多的主题是{leads['zh']}（占{share}的句子）。",
            "en": f"Dot plots, {style.many(themes, 'panel')}, one per theme with one row per text; the most frequent theme over all texts "
            f"is {leads['en']} ({share} of the sentences).",
        },
        "empty": {"zh": "没有可以编码的句子。", "en": "There is no sentence to be coded."},
    }
