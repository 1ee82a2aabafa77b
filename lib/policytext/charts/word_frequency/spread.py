"""Where a term stands: along each unit, and among the voices of one report."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure, SubFigure

from policytext import style
from policytext.style import Captions, Labels


@style.styled
def positions(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Dispersion plot, one panel per term: one line per unit from its beginning to its end, a stroke per occurrence.

    shown: one row per occurrence with term, unit_id, position (0 to 1), and a row without position for a unit that does
    not use the term.
    """
    terms = list(dict.fromkeys(shown["term"]))
    units = list(dict.fromkeys(shown["unit_id"]))
    columns = style.columns(min(3, len(terms)))
    figure = style.figure(-(-len(terms) // columns) * (12 + 3.3 * len(units)) + 8)
    panels = style.panels(figure, len(terms), columns, sharex=True, sharey=True)
    for term, axes in zip(terms, panels, strict=True):
        rows = shown[shown["term"] == term].dropna(subset="position")
        heights = [units.index(unit) for unit in rows["unit_id"]]
        axes.plot(rows["position"], heights, "|", color=style.COLORS[0], markersize=6, markeredgewidth=1.1, linewidth=0)
        axes.set_title(f"{term}  n = {len(rows)}", loc="left")
        style.courses(axes, [labels[language].get(unit, unit) for unit in units])
    figure.supxlabel(style.word("position", language), fontsize=7)
    return figure


def positions_words(shown: pd.DataFrame) -> Captions:
    """Title, caption and alt text of `positions`."""
    terms, units = shown["term"].nunique(), shown["unit_id"].nunique()
    return {
        "title": {"zh": "主题词在各单元中的位置", "en": "Where keywords stand in each unit"},
        "caption": {
            "zh": f"{terms}个主题词在{units}个单元中的出现位置（n为总次数）。每条横线为一个单元，自左至右由开头到结尾，每一短竖为一次出现。"
            "集中于一处的词，其频次往往取决于一两个段落。",
            "en": f"Occurrences of {style.many(terms, 'keyword')} along {style.many(units, 'unit')} (n: in all of them). Each line is a unit from its beginning (left) to its end, "
            "each stroke an occurrence. The count of a term that stands in one place depends on a paragraph or two.",
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
    figure = style.figure(lines * (22 + (3 + 0.9 * members) * rows + 2 * members))
    parts = figure.subfigures(lines, columns, squeeze=False).flat
    for report, part in zip(reports, parts, strict=False):
        _voices(
            part, shown[shown["report_id"] == report], labels[language].get(report, report), labels[language], language
        )
    return figure


_DIFFERS = ("实心：与其余单元有别", "filled: differs from the others")


def _voices(part: SubFigure, rows: pd.DataFrame, title: str, words: Mapping[str, str], language: str) -> None:
    """One report: a row per term, the marks of its units a little apart, so that equal rates stay visible."""
    axes = part.subplots()
    terms, look = list(dict.fromkeys(rows["term"])), style.marks(dict.fromkeys(rows["group"]))
    for number, (unit, own) in enumerate(rows.groupby("group", sort=False)):
        color, mark = look[unit]
        shift = 0.9 * ((number + 0.5) / len(look) - 0.5)
        for rate, term, differs in zip(own["rate"], own["term"], own["differs"], strict=True):
            fill = color if differs else "white"
            axes.plot(
                rate,
                terms.index(term) + shift,
                mark,
                color=color,
                markerfacecolor=fill,
                markersize=2.7,
                markeredgewidth=0.7,
            )
    style.rows(axes, range(len(terms)), terms)
    axes.grid(visible=False)
    axes.hlines(
        [row + 0.5 for row in range(len(terms) - 1)],
        0,
        1,
        transform=axes.get_yaxis_transform(),
        color=style.FAINT,
        linewidth=0.5,
    )
    axes.set_ylim(len(terms) - 0.4, -0.6)
    axes.set_title(title.replace("\n", "  "), loc="left")
    axes.set_xlabel(style.word("rate", language))
    handles = [style.mark(mark, color, words.get(unit, unit), hollow=True) for unit, (color, mark) in look.items()]
    handles.append(style.mark("o", style.MUTED, _DIFFERS[language != "zh"]))
    part.legend(handles=handles, loc="outside lower left", ncols=2, frameon=False)


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
            f"where a unit differs from the others of its report (up to {draws:,} permutations of paragraphs, q below 0.05; {n} in all), "
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
