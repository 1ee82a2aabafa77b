"""What only one place mentions, and a portrait of each place."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from policytext import style
from policytext.charts.some import some
from policytext.style import Captions, Labels

_ROW, _HEAD, _LINE = 3.9, 9.0, 2.9  # millimetres
_WORDS = {
    "rate": ("每万词频次", "Occurrences per 10,000 terms"),
    "here": ("该文本的频次", "rate in this text"),
    "silence": (
        "其余文本未提及时仍可容许的上限（单侧95%）",
        "highest rate that the others' silence allows (one-sided 95%)",
    ),
    "term": ("高频词（每万词）", "Terms (per 10,000)"),
    "theme": ("主题（占句数）", "Themes (share of sentences)"),
    "status": ("状态（占句数）", "Status (share of sentences)"),
    "outline": ("自述框架", "Its own outline"),
    "indicator": ("指标", "Indicators"),
    "formula": ("数字概括", "Number formulas"),
    "none": ("（无）", "(none)"),
}
_MOST = {"outline": 6, "indicator": 5}
"""Lines of each kind in a portrait; how many more there are is said."""


@style.styled
def only_here(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Dot plots, one panel per group: the rate of each term that it alone uses, and the bound that silence leaves.

    shown: rows of the table `only_here` of kind term, the first of each group.
    """
    second = language != "zh"
    panels = [(str(group), rows.reset_index(drop=True)) for group, rows in shown.groupby("group", sort=False)]
    figure = style.figure(16 + sum(_HEAD + _ROW * len(rows) for _, rows in panels))
    heights = [len(rows) + 1 for _, rows in panels]
    drawn = style.panels(figure, len(panels), 1, sharex=True, height_ratios=heights)
    look = _look([group for group, _ in panels], labels[language])
    for axes, (group, rows) in zip(drawn, panels, strict=True):
        color, mark = look[group]
        axes.hlines(rows.index, 0, rows["silence"], color=style.MUTED, linewidth=0.9)
        axes.plot(rows["silence"], rows.index, "|", color=style.MUTED, markersize=5)
        axes.plot(rows["rate"], rows.index, mark, color=color, markersize=4.6)
        style.rows(axes, rows.index, [f"{item}  n = {n}" for item, n in zip(rows["item"], rows["n"], strict=True)])
        axes.set_ylim(len(rows) - 0.4, -0.6)
        title = labels[language].get(group, group).replace("\n", "  ")
        axes.set_title(style.wrapped(title, style.width() - 30), loc="left")
    drawn[0].set_xlim(0, 1.05 * shown[["rate", "silence"]].max().max())  # shared by all
    drawn[-1].set_xlabel(_WORDS["rate"][second])
    handles = [
        style.mark("o", style.INK, _WORDS["here"][second]),
        style.stroke(style.MUTED, _WORDS["silence"][second], marker="|", markersize=5),
    ]
    style.legend(figure, handles, least=70, below=True)
    return figure


def only_here_words(shown: pd.DataFrame, table: pd.DataFrame, *, of: int | None = None) -> Captions:
    """Title, caption and alt text of `only_here`. table: the whole table, of which `shown` are the first; of: groups."""
    groups = shown["group"].nunique()
    n = {kind: int((table["kind"] == kind).sum()) for kind in ("term", "name", "indicator")}
    codes = int((~table["kind"].isin(n)).sum())
    note = some(groups, of)
    far = int((shown["rate"] > shown["silence"]).sum()) if len(shown) else 0
    return {
        "title": {"zh": "只见于一个文本的词", "en": "Terms that one text alone uses"},
        "caption": {
            "zh": f"{groups}个文本各自独有的词中最常见的{len(shown)}个（3次以上，"
            "其字串在其余文本中也未出现；地名、机构名与停用词不列）。点为该文本的频次，横线止于其余文本合计在未出现时仍可容许的上限"
            f"（单侧95%，以词为独立观测，成簇出现时应更高）；{far}个词的频次高于该上限。全表共有词{n['term']}个、"
            f"名称{n['name']}个、主题等编码{codes}个、指标{n['indicator']}个，各附首句。未提及不等于没有。"
            + note["zh"],
            "en": f"The {style.many(len(shown), 'term')} most frequent among those that one of {style.many(groups, 'text')} alone uses (3 times or more, and "
            "not as a string elsewhere; names of places and institutions, and stop words, apart). Dots are the rate in that text; lines end at the "
            "highest rate that the silence of all others together allows (one-sided 95%, occurrences taken as independent, so it "
            f"should be higher for terms in bursts); above it: {far}. The whole table has {style.many(n['term'], 'term')}, {style.many(n['name'], 'name')}, "
            f"{style.many(codes, 'code')} and {style.many(n['indicator'], 'indicator')}, each with its first sentence. Not mentioned does not mean not there."
            + note["en"],
        },
        "alt": {
            "zh": f"点图，{groups}个小图，每图一个文本，列出其独有的词及频次，横线为其余文本的上限。",
            "en": f"Dot plots, {style.many(groups, 'panel')}, one per text, with the terms that it alone uses and a line to the bound for the others.",
        },
        "empty": {
            "zh": "没有一个词只见于一个文本且出现3次以上。",
            "en": "No term occurs three times or more in one text alone.",
        },
    }


@style.styled
def portraits(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Small multiples, one row per group: its terms, themes and status as bars, its outline, indicators, formulas as text.

    shown: what `comparison.portraits` returns. Bars of one column share their scale over all groups shown. labels: words
    for groups and for `theme:T1`.
    """
    words = labels[language]
    groups = list(dict.fromkeys(shown["group"]))
    bars = [section for section in ("term", "theme", "status") if (shown["section"] == section).any()]
    titles = {group: style.wrapped(words.get(group, group).replace("\n", "  "), style.width() - 20) for group in groups}
    rows = int(shown[shown["section"].isin(bars)].groupby(["group", "section"]).size().max()) if bars else 0
    texts = {group: _texts(shown[shown["group"] == group], 0.30 * style.width(), language) for group in groups}
    blocks = [
        7 + 3.4 * (titles[group].count("\n") + 1) + max(3.1 * rows, _LINE * len(texts[group])) for group in groups
    ]
    figure = style.figure(sum(blocks) + 4)
    parts = figure.subfigures(len(groups), 1, squeeze=False, height_ratios=blocks)[:, 0]
    limits = {section: 1.08 * shown.loc[shown["section"] == section, "value"].max() for section in bars}
    widths = [{"term": 0.75, "theme": 0.9, "status": 0.55}[section] for section in bars] + [1.5]
    look = _look(groups, words)
    for group, part in zip(groups, parts, strict=True):
        part.suptitle(titles[group], x=0.01, ha="left", fontsize=8)
        panels = part.subplots(1, len(widths), width_ratios=widths, squeeze=False)[0]
        own = shown[shown["group"] == group]
        for section, axes in zip(bars, panels, strict=False):
            _bars(axes, own[own["section"] == section], section, words, look[group][0], limits[section], rows)
            axes.set_title(_WORDS[section][language != "zh"], loc="left", fontsize=6, color=style.MUTED)
        for line, (text, muted) in enumerate(texts[group]):
            panels[-1].annotate(text, (0, 1), (0, -(line + 0.8) * _LINE / style.POINT), xycoords="axes fraction",
                                textcoords="offset points", fontsize=6, va="baseline",
                                color=style.MUTED if muted else style.INK)  # fmt: skip
        panels[-1].set_axis_off()
    return figure


def _look(groups: list[str], words: Mapping[str, str]) -> Mapping[str, tuple[str, str]]:
    """Colour and mark of each group, on every page the same: by its place among all that have words."""
    return style.marks([*words, *(group for group in groups if group not in words)])


def _bars(
    axes: Axes, rows: pd.DataFrame, section: str, words: Mapping[str, str], color: str, limit: float, most: int
) -> None:
    places = range(len(rows))
    axes.barh(places, rows["value"], height=0.62, color=color, alpha=0.75)
    names = [style.cut(words.get(f"{section}:{item}", item), 34, size=6) for item in rows["item"]]
    axes.set_yticks(places, names, fontsize=6)
    axes.set_ylim(most - 0.4, -0.6)
    axes.set_xlim(0, limit)
    axes.tick_params(axis="y", length=0, pad=2)
    axes.tick_params(axis="x", labelsize=5.5)
    axes.locator_params(axis="x", nbins=3)
    if section != "term":
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    axes.spines["left"].set_visible(False)


def _texts(own: pd.DataFrame, width: float, language: str) -> list[tuple[str, bool]]:
    """The lines of the text beside the bars, and whether each is a heading."""
    second = language != "zh"
    lines: list[tuple[str, bool]] = []
    for section in ("outline", "indicator", "formula"):
        items = list(own.loc[own["section"] == section, "item"])
        number = (f" ({len(items)})" if second else f"（{len(items)}）") if items else ""
        lines.append((_WORDS[section][second] + number, True))
        if section == "formula":
            items = ["  ".join(items)] if items else []
        shown = items[: _MOST.get(section, 1)]
        lines += [(style.cut(_paired(item), width, size=6), False) for item in shown] or [
            (_WORDS["none"][second], False)
        ]
    return lines


def _paired(text: str) -> str:
    """The same text without quotation marks where only one of a pair stands in it."""
    return text if text.count("“") == text.count("”") else text.replace("“", "").replace("”", "")


def portraits_words(shown: pd.DataFrame, *, of: int | None = None) -> Captions:
    """Title, caption and alt text of `portraits`. of: groups there are."""
    groups, terms = shown["group"].nunique(), shown[shown["section"] == "term"]
    top_n = int(terms["order"].max()) if len(terms) else 0
    note = some(groups, of)
    return {
        "title": {"zh": "各地文本画像", "en": "A portrait of each text"},
        "caption": {
            "zh": f"{groups}个文本：最常用的{top_n}个词、各主题与状态占句数的比例，以及文本自述的框架、指标和数字概括（括号内为总数，只列前几项）。"
            "框架只计前两级标题，指标只计说明了所指的数字，相同的只计一次，因此与框架图、指标图中的数目不同。同一页同一列的横轴相同。仅作描述，未经检验：差异可能来自文体、年份或篇幅。"
            + note["zh"],
            "en": f"{style.many(groups, 'text')}: the {top_n} most frequent terms, the shares of sentences with each theme and status, and the "
            "outline, indicators and number formulas of its own (their number in brackets, the first few in words). Only headings of the first two levels "
            "and numbers that say what they count are taken, each once, so the counts differ from those of the figures of outlines and of indicators. Axes of a "
            "column are the same on a page. A description without tests: kind of text, year and length may be behind any difference."
            + note["en"],
        },
        "alt": {
            "zh": f"{groups}组条形图，每组一个文本，分列高频词、主题和状态，右侧以文字列出框架、指标与数字概括。",
            "en": f"{style.many(groups, 'row')} of bar charts, one per text, for terms, themes and status, with outline, indicators and formulas as text.",
        },
        "empty": {"zh": "没有一个文本有可供描绘的内容。", "en": "No text has anything to portray."},
    }
