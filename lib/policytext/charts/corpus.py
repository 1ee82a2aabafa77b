"""Figures of `01-corpus`: how the study is designed, and what of each report is counted."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from policytext import style
from policytext.study import KINDS
from policytext.style import Captions, Labels

_SIZES = ("n_chars", "n_paragraphs", "n_sentences")


@style.styled
def design(units: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Dot matrix: one row per unit, grouped by report; year, kind of text and level as marks, sizes as bars.

    units: one row per unit in order, with columns report_id, unit, year, doc_type, level, n_chars, n_paragraphs,
    n_sentences. What stands in one column for a whole report cannot be told apart from the report.
    """
    words = labels[language]
    values = {fact: _values(units[fact]) for fact in ("year", "doc_type", "level")}
    facts = [fact for fact, found in values.items() if found]
    names = [style.wrapped(words.get(unit, unit), 44, size=6.5) for unit in units["unit"]]
    heads = {fact: [words.get(str(value), str(value)) for value in values[fact]] for fact in facts}
    height = max(5.2, 2.6 * max(name.count("\n") + 1 for name in names) + 1.5)
    top = style.head(head for own in heads.values() for head in own)
    figure = style.figure(8 + top + height * (len(units) + 0.3 * units["report_id"].nunique()))
    bars = max(3.0, 0.25 * sum(len(values[fact]) for fact in facts))
    widths = [len(values[fact]) for fact in facts] + [bars, 0.8 * bars, 0.8 * bars]
    panels = figure.subplots(1, len(widths), sharey=True, width_ratios=widths)
    reports = list(dict.fromkeys(units["report_id"]))
    rows = [i + 0.6 * reports.index(report) for i, report in enumerate(units["report_id"])]
    look = style.marks(reports)
    for fact, axes in zip(facts, panels, strict=False):
        for row, value, report in zip(rows, units[fact], units["report_id"], strict=True):
            if pd.notna(value) and value in values[fact]:
                color, mark = look[report]
                axes.plot(values[fact].index(value), row, mark, color=color, markersize=4.5, clip_on=False)
        ticks = heads[fact]
        style.heads(axes, range(len(ticks)), ticks)
        axes.set_xlim(-0.6, len(ticks) - 0.4)
        axes.grid(axis="both", color=style.FAINT, linewidth=0.4)
    for size, axes in zip(_SIZES, panels[len(facts) :], strict=True):
        colors = [look[report][0] for report in units["report_id"]]
        drawn = axes.barh(rows, units[size], height=0.55, color=colors)
        axes.bar_label(drawn, fmt="{:,.0f}", padding=2, fontsize=6)
        axes.set_xticks([])
        axes.margins(x=0.35)
        axes.set_title(style.word(size, language), loc="left", fontsize=7)
    for axes in panels:
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0, labeltop=True, labelbottom=False)
        axes.set_axisbelow(True)
    style.named(panels[0], rows, names)
    panels[0].invert_yaxis()
    return figure


def _values(column: pd.Series) -> list[Any]:
    """The known values of a column: years in their order, words as they come."""
    known = [value for value in column.dropna().unique() if value != ""]
    return sorted(known) if column.name == "year" else known


def design_words(units: pd.DataFrame) -> Captions:
    """Title, caption and alt text of `design`, in Chinese and English."""
    n, reports, paragraphs = len(units), units["report_id"].nunique(), int(units["n_paragraphs"].sum())
    known = _values(units["year"])
    span = f"{known[0]}–{known[-1]}" if known else ""
    one = units.groupby("report_id")[["year", "doc_type"]].nunique().eq(1).all(axis=None)
    return {
        "title": {"zh": "语料设计", "en": "Design of the corpus"},
        "caption": {
            "zh": f"{reports}份报告、{n}个单元、{paragraphs}个正文段落{f'（{span}）' if span else ''}。颜色与符号区分报告；条形为正文规模。"
            + ("每份报告只有一个年份、一种文本类型，因此地区差异与年份、文体差异无法分开。" if one else ""),
            "en": f"{style.many(reports, 'report')} with {style.many(n, 'unit')} and {style.many(paragraphs, 'paragraph')} of text"
            f"{f' ({span})' if span else ''}. Colour and mark tell the reports apart; bars give the size of the text counted."
            + (
                " Each report has one year and one kind of text, so place cannot be told apart from year or genre."
                if one
                else ""
            ),
        },
        "alt": {
            "zh": f"矩阵图，每行一个单元，共{n}行，按报告分组；左侧各列以点标出年份、文本类型和层级，右侧条形为正文字数、段落数和句数。",
            "en": f"Matrix with one row per unit, {style.many(n, 'row')} grouped by report; dots mark year, kind of text and level, "
            "bars on the right give characters, paragraphs and sentences.",
        },
    }


@style.styled
def accounting(kinds: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Matrix of numbers: one row per report, one column per kind of text; what is left out is the darker the longer.

    kinds: one row per (report_id, kind) with n_chars and counted (true for what belongs to a unit).
    """
    words = labels[language]
    reports = list(dict.fromkeys(kinds["report_id"]))
    columns = [kind for kind in KINDS if kind in set(kinds["kind"])]
    names = [KINDS[kind][language != "zh"] for kind in columns]
    figure = style.figure(4 + style.head(names) + 8 * len(reports))
    axes = figure.subplots()
    longest = max(kinds.loc[~kinds["counted"], "n_chars"], default=1)
    for row in kinds.itertuples():
        x, y = columns.index(row.kind), reports.index(row.report_id)
        color, alpha = (style.COLORS[0], 0.3) if row.counted else (style.COLORS[1], 0.1 + 0.6 * row.n_chars / longest)
        axes.add_patch(Rectangle((x - 0.46, y - 0.42), 0.92, 0.84, color=color, alpha=alpha, linewidth=0))
        axes.annotate(f"{row.n_chars:,}", (x, y), ha="center", va="center", fontsize=6.5)
    style.heads(axes, range(len(columns)), names)
    style.named(axes, range(len(reports)), [words.get(report, report) for report in reports])
    axes.set_xlim(-0.6, len(columns) - 0.4)
    axes.set_ylim(len(reports) - 0.5, -0.5)
    return figure


def accounting_words(kinds: pd.DataFrame) -> Captions:
    """Title, caption and alt text of `accounting`, in Chinese and English."""
    total, counted = int(kinds["n_chars"].sum()), int(kinds.loc[kinds["counted"], "n_chars"].sum())
    share = f"{counted / total:.1%}"
    n = kinds["report_id"].nunique()
    return {
        "title": {"zh": "计入与不计入的文字", "en": "What is counted and what is left out"},
        "caption": {
            "zh": f"{n}份报告共{total:,}字，其中正文和小标题{counted:,}字（{share}，蓝色）计入各项统计，其余（橙色）按类别登记而不计入。"
            "颜色越深，不计入的字数越多；每个非空白字符都归入一类。",
            "en": f"Of {total:,} characters in {style.many(n, 'report')}, {counted:,} ({share}, blue) are body text and headings and are "
            "counted; the rest (orange, the darker the longer) is accounted for by kind and left out. Every character but "
            "white space has its kind.",
        },
        "alt": {
            "zh": f"数字矩阵，每行一份报告，每列一类文字，格中为字数；计入统计的文字占{share}。",
            "en": f"Matrix of numbers, one row per report and one column per kind of text, in characters; what is counted makes "
            f"up {share}.",
        },
    }
