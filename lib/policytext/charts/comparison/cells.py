"""Groups × codes: which group says more of what, and what two tests make of each difference."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from policytext import style
from policytext.charts.some import some
from policytext.style import Captions, Labels

_LINE, _NAMES, _TITLE = 2.7, 40.0, 5.0  # millimetres: a line of text, room for names of groups, a title
_MOST = 0.6
"""The difference of shares from which on the colour grows no darker."""

_COLORS = LinearSegmentedColormap.from_list("difference", [style.COLORS[1], "#ffffff", style.COLORS[0]])
_FRAMES = {
    "both": (style.INK, "solid", 1.3),
    "paragraphs": (style.INK, "solid", 1.3),
    "sentences": (style.INK, (0, (2, 1.5)), 0.8),
}
_WORDS = {
    "holds": ("以段落为单位成立（q<0.05）", "distinguished over paragraphs (q < 0.05)"),
    "naive": ("仅以句为单位成立：未能区分", "over sentences only: not distinguished"),
}


@style.styled
def cells(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Matrices, one panel per report (or one for all texts): rows are groups, columns codes, numbers differences in points.

    shown: what `comparison.cells` returns. A solid frame marks what holds in the permutation of paragraphs, a dashed one
    what only a test over sentences calls a difference. labels: words for groups, reports and for `theme:T1`.
    """
    words, second = labels[language], language != "zh"
    columns = shown[["family", "theme"]].drop_duplicates()
    heads = [words.get(f"{family}:{theme}", theme) for family, theme in columns.itertuples(index=False)]
    panels = [(str(report), rows) for report, rows in shown.groupby("report_id", sort=False)]
    room = min(_NAMES, 0.3 * style.width())
    names = {group: _name(words.get(group, group), room) for group in shown["group"]}
    rows = {group: max(4.6, 1.2 + _LINE * (name.count("\n") + 1)) for group, name in names.items()}
    heights = [
        sum(rows[group] for group in own["group"].unique()) + (_TITLE if report else 0) for report, own in panels
    ]
    figure = style.figure(style.head(heads) + sum(heights) + 12 + 2 * len(panels))
    drawn = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
    for number, (axes, (report, own)) in enumerate(zip(drawn, panels, strict=True)):
        title = style.cut(words.get(report, report).replace("\n", "  "), style.width() - room, size=7) if report else ""
        _matrix(axes, own, list(columns.itertuples(index=False, name=None)), names, rows, title)
        if number == 0:
            style.heads(axes, _places(columns["family"]), heads)
    handles = []
    for kind, word in (("both", "holds"), ("sentences", "naive")):
        color, line, width = _FRAMES[kind]
        handles.append(style.stroke(color, _WORDS[word][second], linestyle=line, linewidth=width))
    style.legend(figure, handles, least=60, below=True)
    return figure


def _name(name: str, room: float) -> str:
    """A name on one line where it has room, else on its own lines."""
    together = name.replace("\n", "  ")
    return style.wrapped(name if style.span(together) > room else together, room, size=6.5)


def _places(families: pd.Series) -> list[float]:
    """The columns from left to right, with a gap between families."""
    gaps = (families != families.shift()).cumsum() - 1
    return [at + 0.5 * gap for at, gap in enumerate(gaps)]


def _matrix(
    axes: Axes,
    own: pd.DataFrame,
    columns: list[tuple[str, str]],
    names: Mapping[str, str],
    rows: Mapping[str, float],
    title: str,
) -> None:
    places = dict(zip(columns, _places(pd.Series([family for family, _ in columns])), strict=True))
    norm, top, middle = Normalize(-_MOST, _MOST), _TITLE if title else 0.0, {}
    axes.text(-0.45, 0.7 * _TITLE, title, fontsize=7, color=style.MUTED)
    for group in own["group"].unique():
        middle[group] = top + rows[group] / 2
        top += rows[group]
    for cell in own.itertuples():
        x, y, height = places[(cell.family, cell.theme)], middle[cell.group], rows[cell.group] - 0.7
        color = _COLORS(norm(cell.difference)) if cell.verdict != "untested" else style.FAINT
        axes.add_patch(Rectangle((x - 0.45, y - height / 2), 0.9, height, facecolor=color, linewidth=0))
        if cell.verdict in _FRAMES:
            edge, line, width = _FRAMES[cell.verdict]
            axes.add_patch(Rectangle((x - 0.45, y - height / 2), 0.9, height, fill=False, edgecolor=edge, linestyle=line,
                                     linewidth=width, zorder=3))  # fmt: skip
        dark = abs(cell.difference) > 0.6 * _MOST and cell.verdict != "untested"
        axes.text(x, y, f"{points:+d}" if (points := round(100 * cell.difference)) else "0", ha="center", va="center",
                  fontsize=5.5, color="white" if dark else style.INK)  # fmt: skip
    axes.set_xlim(-0.6, max(places.values()) + 0.6)
    axes.set_ylim(top, 0)
    axes.set_xticks([])
    style.named(axes, middle.values(), [names[group] for group in middle])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _counts(shown: pd.DataFrame) -> tuple[int, int, int, int]:
    """Cells tested, called by the test over sentences, of these held, and held in all."""
    verdicts = shown["verdict"]
    held = verdicts.isin(["both", "paragraphs"])
    return (
        int((verdicts != "untested").sum()),
        int(verdicts.isin(["both", "sentences"]).sum()),
        int((verdicts == "both").sum()),
        int(held.sum()),
    )


def cells_words(shown: pd.DataFrame, *, draws: int, of: int | None = None) -> Captions:
    """Title, caption and alt text of `cells` for texts against each other. draws: relabellings; of: groups there are."""
    tested, naive, both, held = _counts(shown)
    groups = shown["group"].nunique()
    note = some(groups, of)
    return {
        "title": {
            "zh": "文本间差异：以句为单位与以段落为单位的结论",
            "en": "Differences between texts: verdicts over sentences and over paragraphs",
        },
        "caption": {
            "zh": f"格中数字为该文本的句占比与其余文本之差（百分点），共{groups}个文本、{tested}个受检格。以句为独立观测的Fisher检验判定{naive}格有别（各族内q<0.05），"
            f"以段落为单位置换{draws:,}次后其中{both}格成立，{naive - both}格未能区分；置换检验共判定{held}格（实线框）。"
            "蓝色为多于其余文本，橙色为少于，越深相差越大；灰色格因句数太少未检验。未能区分不等于无差异；差异是文本之间的，年份与文体并未分开。"
            + note["zh"],
            "en": f"Numbers are the share of a text's sentences less that of the other texts, in percentage points: {style.many(groups, 'text')}, "
            f"{style.many(tested, 'cell')} tested. Fisher's test, which takes sentences as independent, calls {naive} of them different "
            f"(q below 0.05 within a family); in {draws:,} permutations of paragraphs {both} of these hold and {naive - both} are not "
            f"distinguished. The permutation distinguishes {held} in all (solid frames). Blue is more than elsewhere, orange "
            "less; grey cells have too few sentences to be tested. Not distinguished is not the same as no difference; year and kind of text are not held apart from place."
            + note["en"],
        },
        "alt": {
            "zh": f"矩阵图，{groups}行为文本，各列为主题与状态，颜色与数字为占比之差；{tested}格中实线框{held}格，虚线框{naive - both}格。",
            "en": f"Matrix of {style.many(groups, 'text')} and codes, colour and number giving differences of shares; of {tested} cells {held} "
            f"have a solid frame and {naive - both} a dashed one.",
        },
        "empty": {
            "zh": "没有可供比较的主题：须有两个以上文本，且主题已编码。",
            "en": "Nothing to compare: this needs two texts with coded sentences.",
        },
    }


def voices_words(shown: pd.DataFrame, *, draws: int) -> Captions:
    """Title, caption and alt text of `cells` for units of one report against each other."""
    tested, naive, both, held = _counts(shown)
    reports, units = shown["report_id"].nunique(), shown["group"].nunique()
    return {
        "title": {"zh": "报告内部的比较：主题与状态", "en": "Within reports: themes and status of each voice"},
        "caption": {
            "zh": f"{reports}份报告内部{units}个单元的比较：文体、年份、版面相同，是本语料中设计最可靠的比较。数字为该单元的句占比与同一报告其余单元之差（百分点）。"
            f"{tested}个受检格中，Fisher检验（句为单位）判定{naive}格，段落置换（至多{draws:,}次）后其中{both}格成立，共判定{held}格（实线框）；其余未能区分。蓝色为多于同报告其余单元，橙色为少于；灰色格因句数太少未检验。"
            "段落很少的单元无论说什么都难以区分。",
            "en": f"{style.many(units, 'unit')} compared within {style.many(reports, 'report')}, where kind of text, year and page are the same: the "
            "soundest design here. Numbers are the share of a unit's sentences less that of the other units of its report, in "
            f"percentage points. Of {style.many(tested, 'cell')} tested, Fisher's test over sentences calls {naive} different; up to "
            f"{draws:,} permutations of paragraphs confirm {both} of them and distinguish {held} in all (solid frames); the "
            "others are not distinguished. Blue is more than the other units, orange less; grey cells have too few sentences to be "
            "tested. Units of very few paragraphs cannot be distinguished, whatever they say.",
        },
        "alt": {
            "zh": f"{reports}个矩阵，每个一份报告，{units}行为单元，各列为主题与状态；实线框{held}格。",
            "en": f"{style.many(reports, 'panel')}, one per report, with {style.many(units, 'row')} for units and columns for codes; solid frames: {held}.",
        },
        "empty": {
            "zh": "没有一份报告含有多个单元，无法在报告内部比较。",
            "en": "No report has several units, so nothing can be compared within one.",
        },
    }
