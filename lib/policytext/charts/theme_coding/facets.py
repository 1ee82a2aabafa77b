"""What is done and what is planned, and by which instruments."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from policytext import style
from policytext.style import Captions, Labels

_FILLS = (style.COLORS[0], style.COLORS[1], style.FAINT, style.COLORS[6], style.COLORS[4], style.COLORS[7])
"""For values from left to right: neighbours lie far apart in grey."""
_ORDER = ("A", "P", "G", "Q")
_LEVELS = {"S": ("供给型", "Supply"), "E": ("环境型", "Environment"), "D": ("需求型", "Demand")}
_WORDS = {
    "share": ("占句数的比例", "Share of sentences"),
    "n": ("句数", "n"),
    "theme": ("有该主题的句数", "Sentences with the theme"),
    "tool": ("有该工具的句数", "Sentences with the tool"),
}


def _word(name: str, language: str) -> str:
    return _WORDS[name][language != "zh"]


@style.styled
def status(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Stacked bars, one row per unit: the shares of its sentences that have each value, the counts beside them.

    shown: rows of `themes.shares` with group (a unit), value, n, n_sentences, share. labels: words for units and for
    `status:A`.
    """
    words = labels[language]
    units, known = list(dict.fromkeys(shown["group"])), list(dict.fromkeys(shown["value"]))
    values = [value for value in _ORDER if value in known] + [value for value in known if value not in _ORDER]
    fills = {value: _FILLS[number % len(_FILLS)] for number, value in enumerate(values)}
    names = [style.wrapped(words.get(unit, unit), 44, size=6.5) for unit in units]
    row = max(4.6, 1.4 + 2.7 * max(name.count("\n") + 1 for name in names))
    figure = style.figure(22 + row * len(units))
    bars, numbers = figure.subplots(1, 2, sharey=True, width_ratios=[8, len(values) + 1.2])
    left = np.zeros(len(units))
    for column, value in enumerate(values):
        own = shown[shown["value"] == value].set_index("group").loc[units]
        bars.barh(range(len(units)), own["share"], left=left, height=0.66, color=fills[value], edgecolor="white")
        left += own["share"].to_numpy()
        numbers.plot(column, -0.85, "s", color=fills[value], markersize=5, clip_on=False)
        _column(numbers, column, own["n"])
    totals = shown.drop_duplicates("group")["n_sentences"]
    _column(numbers, len(values) + 0.2, totals)
    numbers.text(
        len(values) + 0.2, -0.85, _word("n", language), ha="center", va="center", color=style.MUTED, fontsize=6.5
    )
    numbers.set_xlim(-0.6, len(values) + 0.8)
    numbers.set_axis_off()
    style.rows(bars, range(len(units)), names)
    bars.set_ylim(len(units) - 0.4, -1.2)
    bars.set_xlim(-0.004, 1.004)
    bars.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    bars.set_xlabel(_word("share", language))
    bars.grid(visible=False)
    handles = [Patch(color=fills[value], label=words.get(f"status:{value}", value)) for value in values]
    figure.legend(handles=handles, loc="outside upper left", ncols=style.columns(len(values), least=34), frameon=False)
    return figure


def _column(axes: Axes, x: float, counts: pd.Series) -> None:
    for y, n in enumerate(counts):
        axes.text(x, y, f"{n:,}", ha="center", va="center", fontsize=6.5, color=style.INK if n else style.MUTED)


def status_words(shown: pd.DataFrame, *, labels: Labels) -> Captions:
    """Title, caption and alt text of `status`. labels: as for the figure."""
    units = shown["group"].nunique()
    sums = shown.groupby("value", sort=False)["n"].sum().sort_values(ascending=False, kind="stable")
    total = int(sums.sum())
    told = {
        language: join.join(f"{labels[language].get(f'status:{value}', value)} {n:,}" for value, n in sums.items())
        for language, join in (("zh", "、"), ("en", ", "))
    }
    return {
        "title": {"zh": "各单元的实施状态：已实现、计划与一般表述", "en": "Status by unit: achieved, planned, general"},
        "caption": {
            "zh": f"{units}个单元共{total:,}句（小标题除外）按实施状态的构成：{told['zh']}。每句一种状态；右侧为句数。"
            "状态与文体有关：工作总结写已完成的，讲话和规划写将要做的，因此不能读作各地的成效。",
            "en": f"Status of {style.many(total, 'sentence')} (headings aside) in {style.many(units, 'unit')}: {told['en']}. Each sentence has one status; "
            "counts stand on the right. Status goes with the kind of text: summaries tell what was done and speeches what "
            "is to come: it must not be read as what places have achieved.",
        },
        "alt": {
            "zh": f"堆叠条形图，每行一个单元，共{units}行，各段为实施状态所占比例，右侧为句数；合计{told['zh']}。",
            "en": f"Stacked bars, one row per unit, {style.many(units, 'row')}, with the share of each status and the counts on the right; "
            f"in all {told['en']}.",
        },
        "empty": {
            "zh": "编码手册没有实施状态这一项，或没有可以编码的句子。",
            "en": "The codebook has no status, or there is no sentence to be coded.",
        },
    }


@style.styled
def instruments(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Grid of numbers: one row per theme, one column per tool, grouped by their first level; the darker the more.

    shown: what `themes.cells` returns. labels: words for `theme:T1` and `instrument_tool:S1`. To the right and below
    stand the sentences with the theme and with the tool; a sentence may have several of both.
    """
    words = labels[language]
    themes, tools = list(dict.fromkeys(shown["theme"])), list(dict.fromkeys(shown["value"]))
    names = [style.wrapped(words.get(f"theme:{theme}", theme), 44, size=6.5) for theme in themes]
    heads = [*(words.get(f"instrument_tool:{tool}", tool) for tool in tools), _word("theme", language)]
    row = max(5.2, 1.6 + 2.7 * max(name.count("\n") + 1 for name in names))
    figure = style.figure(6 + style.head(heads) + row * (len(themes) + 2.2))
    axes = figure.subplots()
    levels = [(level, list(own)) for level, own in groupby(tools, key=_level)]
    look = style.marks(level for level, _ in levels)
    most = max(shown["n"].max(), 1)
    for cell in shown[shown["n"] > 0].itertuples():
        x, y = tools.index(cell.value), themes.index(cell.theme)
        color, alpha = look[_level(cell.value)][0], 0.12 + 0.78 * cell.n / most
        axes.add_patch(Rectangle((x - 0.46, y - 0.44), 0.92, 0.88, color=color, alpha=alpha, linewidth=0))
        axes.text(
            x, y, f"{cell.n:,}", ha="center", va="center", fontsize=6.5, color="white" if alpha > 0.6 else style.INK
        )
    _column(axes, len(tools) + 0.2, shown.drop_duplicates("theme")["n_theme"])
    for x, n in enumerate(shown.drop_duplicates("value")["n_value"]):
        axes.text(x, len(themes) + 0.1, f"{n:,}", ha="center", va="center", fontsize=6.5, color=style.INK)
    for level, own in levels:
        start, end = tools.index(own[0]), tools.index(own[-1])
        axes.hlines(len(themes) + 0.75, start - 0.44, end + 0.44, color=look[level][0], linewidth=2)
        name = _LEVELS[level][language != "zh"] if level in _LEVELS else level
        axes.text((start + end) / 2, len(themes) + 1.25, name, ha="center", va="center", fontsize=7)
    style.heads(axes, [*range(len(tools)), len(tools) + 0.2], heads)
    style.named(axes, [*range(len(themes)), len(themes) + 0.1], [*names, _word("tool", language)])
    axes.set_xlim(-0.6, len(tools) + 0.8)
    axes.set_ylim(len(themes) + 1.7, -0.6)
    axes.hlines([y + 0.5 for y in range(len(themes) - 1)], -0.5, len(tools) - 0.5, color=style.FAINT, linewidth=0.4)
    return figure


def _level(tool: str) -> str:
    """The first level of a tool: its letters, S of S1."""
    return tool.rstrip("0123456789") or tool


def instruments_words(shown: pd.DataFrame, *, labels: Labels) -> Captions:
    """Title, caption and alt text of `instruments`. labels: as for the figure."""
    tools = shown.drop_duplicates("value")
    sums = tools.groupby(tools["value"].map(_level), sort=False)["n_value"].sum()
    told = {
        language: join.join(
            f"{_LEVELS[level][language != 'zh'] if level in _LEVELS else level} {n:,}" for level, n in sums.items()
        )
        for language, join in (("zh", "、"), ("en", ", "))
    }
    silent = tools.loc[tools["n_value"] == 0, "value"]
    absent = {
        language: begin + join.join(labels[language].get(f"instrument_tool:{tool}", tool) for tool in silent) + end
        for language, begin, join, end in (
            ("zh", "从未出现的工具：", "、", "。"),
            ("en", "Tools that never occur: ", ", ", ". "),
        )
        if len(silent)
    }
    most = shown.sort_values("n", ascending=False, kind="stable").head(1)
    peak = {
        language: " × ".join(
            labels[language].get(key, key)
            for row in most.itertuples()
            for key in (f"theme:{row.theme}", f"instrument_tool:{row.value}")
        )
        for language in ("zh", "en")
    }
    n = int(most["n"].sum())
    return {
        "title": {"zh": "主题与政策工具", "en": "Themes and policy instruments"},
        "caption": {
            "zh": f"每格为同时有该主题与该工具的句数（小标题除外），颜色越深越多；一句可有几个主题和几种工具；"
            "工具由词语识别，也由主题推得（如平台载体记作平台与基础设施建设），因此有的格与该主题的句数相同。"
            "按供给型、环境型、需求型分组"
            f"（Rothwell与Zegveld的分类），工具的次数合计：{told['zh']}。{absent.get('zh', '')}共现最多的是{peak['zh']}（{n:,}句）。",
            "en": "Each cell counts the sentences (headings aside) that have both the theme and the tool, the darker the more; a "
            "sentence may have several of both. Rules find tools by terms, and partly infer them from themes (platforms from "
            "the theme of that name, for one), so that some cells hold all of a theme. Tools are grouped as supply, environment and demand (after Rothwell and "
            f"Zegveld); how often they are given: {told['en']}. {absent.get('en', '')}"
            f"Most often together: {peak['en']} ({n:,}).",
        },
        "alt": {
            "zh": f"数字矩阵，每行一个主题，每列一种政策工具；共现最多的是{peak['zh']}，{n:,}句。",
            "en": f"Matrix of numbers, one row per theme and one column per policy tool; most often together: {peak['en']}, {n:,} times.",
        },
        "empty": {
            "zh": "编码手册没有政策工具这一项，或没有可以编码的句子。",
            "en": "The codebook has no policy instruments, or there is no sentence to be coded.",
        },
    }
