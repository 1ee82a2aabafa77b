"""Where a term stands: along each unit, and among the voices of one report."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure, SubFigure
from matplotlib.lines import Line2D

from policytext import style

Labels = Mapping[str, Mapping[str, str]]
Captions = dict[str, dict[str, str]]


@style.styled
def positions(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Dispersion plot, one panel per term: one line per unit from its beginning to its end, a stroke per occurrence.

    shown: one row per occurrence with term, unit_id, position (0 to 1), and a row without position for a unit that does
    not use the term.
    """
    terms = list(dict.fromkeys(shown["term"]))
    units = list(dict.fromkeys(shown["unit_id"]))
    columns = style.columns(min(3, len(terms)))
    lines = -(-len(terms) // columns)
    figure = style.figure(lines * (9 + 3.3 * len(units)) + 8)
    panels = list(figure.subplots(lines, columns, squeeze=False, sharex=True, sharey=True).flat)
    for term, axes in zip(terms, panels, strict=False):
        rows = shown[shown["term"] == term].dropna(subset="position")
        heights = [units.index(unit) for unit in rows["unit_id"]]
        axes.hlines(range(len(units)), 0, 1, color=style.FAINT, linewidth=0.5)
        axes.plot(rows["position"], heights, "|", color=style.COLORS[0], markersize=6, markeredgewidth=1.1, linewidth=0)
        axes.set_title(f"{term}  n = {len(rows)}", loc="left")
        axes.set_yticks(range(len(units)), [labels[language].get(unit, unit) for unit in units])
        axes.set_ylim(len(units) - 0.4, -0.6)
        axes.set_xlim(-0.02, 1.02)
        axes.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
        axes.tick_params(length=0)
        axes.spines[:].set_visible(False)
    for axes in panels[len(terms) :]:
        axes.set_axis_off()
    figure.supxlabel(style.word("position", language), fontsize=7)
    return figure


def positions_words(shown: pd.DataFrame) -> Captions:
    """Title, caption and alt text of `positions`."""
    terms, units = shown["term"].nunique(), shown["unit_id"].nunique()
    return {
        "title": {"zh": "主题词在各单元中的位置", "en": "Where keywords stand in each unit"},
        "caption": {
            "zh": f"{terms}个词在{units}个单元中的出现位置。每条横线为一个单元，自左至右由开头到结尾，每一短竖为一次出现。集中于一处的词，其频次往往取决于一两个段落。",
            "en": f"Occurrences of {style.many(terms, 'term')} along {style.many(units, 'unit')}. Each line is a unit from its beginning (left) to its end, "
            "each stroke an occurrence. The count of a term that stands in one place hangs on a paragraph or two.",
        },
        "alt": {
            "zh": f"分布图，{terms}个小图，每图一个词，{units}条横线为各单元，竖线标出该词的位置。",
            "en": f"Dispersion plots, {style.many(terms, 'panel')}, one per term, with {style.many(units, 'line')} for the units and strokes where the term "
            "stands.",
        },
        "empty": {"zh": "没有主题词可以标出位置。", "en": "There is no keyword whose place could be shown."},
    }


@style.styled
def within(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Dot plot, one panel per report: rows are terms, marks its units; filled where a unit differs from the others.

    shown: rows of `frequency.within_top` with report_id, term, group (a unit), rate, differs.
    """
    reports = list(dict.fromkeys(shown["report_id"]))
    rows = shown.groupby("report_id")["term"].nunique().max()
    columns = style.columns(min(2, len(reports)), least=80)
    lines = -(-len(reports) // columns)
    members = shown.groupby("report_id")["group"].nunique().max()
    figure = style.figure(lines * (18 + 5 * rows + 2 * members))
    parts = figure.subfigures(lines, columns, squeeze=False).flat
    for report, part in zip(reports, parts, strict=False):
        _voices(
            part, shown[shown["report_id"] == report], labels[language].get(report, report), labels[language], language
        )
    return figure


def _voices(part: SubFigure, rows: pd.DataFrame, title: str, words: Mapping[str, str], language: str) -> None:
    """One report: a row per term, the marks of its units a little apart, so that equal rates stay visible."""
    axes = part.subplots()
    terms, look = list(dict.fromkeys(rows["term"])), style.marks(dict.fromkeys(rows["group"]))
    for number, (unit, own) in enumerate(rows.groupby("group", sort=False)):
        color, mark = look[unit]
        shift = 0.5 * ((number + 0.5) / len(look) - 0.5)
        for rate, term, differs in zip(own["rate"], own["term"], own["differs"], strict=True):
            fill = color if differs else "white"
            axes.plot(rate, terms.index(term) + shift, mark, color=color, markerfacecolor=fill, markersize=4)
    axes.set_yticks(range(len(terms)), terms)
    axes.set_ylim(len(terms) - 0.4, -0.6)
    axes.set_title(title.replace("\n", "  "), loc="left")
    axes.set_xlabel(style.word("rate", language))
    axes.grid(axis="y", color=style.FAINT, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    handles = [
        Line2D(
            [],
            [],
            marker=mark,
            color=color,
            markerfacecolor="white",
            markersize=4,
            linewidth=0,
            label=words.get(unit, unit),
        )
        for unit, (color, mark) in look.items()
    ]
    part.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)


def within_words(shown: pd.DataFrame, *, draws: int) -> Captions:
    """Title, caption and alt text of `within`."""
    reports, n = shown["report_id"].nunique(), int(shown["differs"].sum()) if len(shown) else 0
    return {
        "title": {"zh": "报告内部的用词比较", "en": "Voices within one report"},
        "caption": {
            "zh": f"{reports}份报告内部各单元之间的比较，文体、年份、版面相同，是本语料中最可靠的一种。所列为各报告中差别最大的词（不含地名与机构名），每点为一个单元的每万词频次；"
            f"实心为与同一报告其余单元有别（段落置换至多{draws:,}次，q<0.05），共{n}处，其余未能区分。段落很少的单元无论如何都难以区分。",
            "en": f"Units compared within {style.many(reports, 'report')}, where kind of text, year and page are the same: the soundest comparison "
            "here. Listed are the terms that differ most (names apart), each mark giving a unit's rate per 10,000 terms; filled "
            f"where a unit differs from the others of its report (up to {draws:,} permutations of paragraphs, q below 0.05; {n}), "
            "otherwise not distinguished. Units of very few paragraphs cannot be distinguished whatever they say.",
        },
        "alt": {
            "zh": f"点图，{reports}个小图，每图一份报告，每行一个词，每种符号一个单元；实心的有{n}处。",
            "en": f"Dot plots, {style.many(reports, 'panel')}, one per report, one row per term and one mark per unit; filled marks: {n}.",
        },
        "empty": {
            "zh": "没有一份报告含有多个单元且词频足以比较。",
            "en": "No report has several units and terms frequent enough to compare them.",
        },
    }
