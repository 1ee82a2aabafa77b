"""What the choices of an analysis change."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from policytext import style
from policytext.style import Captions, Labels

_SEGMENTERS = {
    "dictionary": ("本研究词典", "with dictionary"),
    "no dictionary": ("不用词典", "without dictionary"),
    "no HMM": ("关闭HMM", "HMM off"),
}


@style.styled
def specification_curve(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Specification curve: one row per finding with a line per segmenter, its specifications by their values.

    shown: finding, group, term, specification, segmenter, value, agrees, order (0 to 1 within the finding).
    Colour and mark tell the segmenter, filled marks agree with the main analysis.
    """
    findings = list(dict.fromkeys(shown["finding"]))
    figure = style.figure(18 + 10 * len(findings))
    axes = figure.subplots()
    look = dict(zip(_SEGMENTERS, style.marks(_SEGMENTERS).values(), strict=True))
    axes.axvline(0, color=style.MUTED, linewidth=0.6)
    for row in shown.sort_values("agrees", ascending=False, kind="stable").itertuples():  # hollow ones above
        color, mark = look[row.segmenter]
        height = findings.index(row.finding) + 0.3 * (list(look).index(row.segmenter) - 1)
        fill = color if row.agrees else "white"
        axes.plot(row.value, height, mark, color=color, markerfacecolor=fill, markersize=3, markeredgewidth=0.7)
    first = shown.drop_duplicates("finding")
    names = [f"{row.term}\n{labels[language].get(row.group, row.group).splitlines()[0]}" for row in first.itertuples()]
    style.named(axes, range(len(findings)), names)
    axes.set_ylim(len(findings) - 0.4, -0.6)
    for row in range(len(findings) - 1):
        axes.axhline(row + 0.5, color=style.FAINT, linewidth=0.5)
    shares = shown.groupby("finding")["agrees"].mean()
    right = axes.secondary_yaxis("right")
    right.set_yticks(range(len(findings)), [f"{shares[finding]:.0%}" for finding in findings])
    right.set_ylabel(style.word("share_agreeing", language), fontsize=7)
    for side in (axes, right):
        side.tick_params(axis="y", length=0)
        side.spines[["left", "right"]].set_visible(False)
    axes.set_xlabel(style.word("log_ratio", language))
    handles = [style.mark(mark, color, _SEGMENTERS[name][language != "zh"]) for name, (color, mark) in look.items()]
    handles.append(style.mark("o", style.MUTED, style.word("disagrees", language), hollow=True))
    style.legend(figure, handles, least=40)
    return figure


def specification_curve_words(shown: pd.DataFrame, *, specifications: int) -> Captions:
    """Title, caption and alt text of `specification_curve`. specifications: combinations of choices."""
    shares = shown.groupby("finding")["agrees"].mean()
    firm = int((shares == 1).sum())
    return {
        "title": {"zh": "主题词的设定曲线", "en": "Specification curve of the keywords"},
        "caption": {
            "zh": f"{len(shares)}个主题词在{specifications}种分析设定下的对数比：分词（有词典、无词典、关闭HMM）×停用词（无、基础表、基础表加政策词）×置换单位（段落、句）"
            f"×标准化（词数、字数）。每词三行，一行一种分词，每点一种设定，值相同的点重合。实心为该设定下结论相同，右侧为相同的比例（分词后没有这个词的，不画点，计为不同；停用词表本身含有该词的设定不计）；{firm}个词在全部设定下成立。",
            "en": f"Log ratio of {len(shares)} keywords under {specifications} specifications: segmenter (with dictionary, without, HMM "
            "off) × stop words (none, base list, base and policy list) × unit of permutation (paragraph, sentence) × normaliser "
            f"(terms, characters). Each keyword has a line per segmenter and a mark per specification; equal values coincide. "
            "Filled marks agree with the main analysis, their share stands on the right (a specification "
            f"whose segmenter does not cut the term has no mark and does not agree; one whose stop list holds it is left out); keywords that hold in all of them: {firm}.",
        },
        "alt": {
            "zh": f"设定曲线，每行一个主题词，点为各设定下的对数比，颜色区分分词方式；{len(shares)}个词中{firm}个始终成立。",
            "en": f"Specification curve, one row per keyword with a mark per specification, coloured by segmenter; {firm} of "
            f"{len(shares)} keywords always hold.",
        },
        "empty": {
            "zh": "没有主题词，因此没有可供检验的设定。",
            "en": "There is no keyword whose specifications could be compared.",
        },
    }
