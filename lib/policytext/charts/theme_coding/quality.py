"""How far the coding can be trusted: agreement between coders, and of the codes with coders, value by value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from policytext import stats, style
from policytext.style import Captions, Labels

_LEAST = 7  # millimetres of a panel, however few rows it has
_ROW, _MARK, _HEAD = 2.8, 1.0, 7  # millimetres of a row, more for each pair compared in it, of a title
_WORDS = {
    "alpha": ("编码者间信度：Krippendorff α", "Between coders: Krippendorff's α"),
    "f1": ("编码效度：F1值", "Codes against coders: F1"),
    "theme": ("主题", "Themes"),
    "instrument": ("政策工具（大类）", "Instruments (first level)"),
    "instrument_tool": ("政策工具（细类）", "Instruments (tools)"),
    "status": ("实施状态", "Status"),
    "actor": ("行动者", "Actors"),
    "symbolic": ("政治象征性", "Symbolic"),
    "instrument:S": ("S 供给型", "S supply"),
    "instrument:E": ("E 环境型", "E environment"),
    "instrument:D": ("D 需求型", "D demand"),
    "symbolic:1": ("象征性语句", "symbolic sentence"),
    "all": ("合计", "all together"),
    "macro": ("各项平均", "average of values"),
    "rules": ("规则", "rules"),
    "learned": ("自动习得词表", "learned terms"),
    "agreed": ("一致编码", "agreed codes"),
    "in-sample": ("样本内", "in-sample"),
    "leave-one-city-out": ("留一城市", "city left out"),
    "few": ("不足10句，不作判断", "under 10 sentences: no verdict"),
    "tentative": ("不足20段，仅供参考", "under 20 paragraphs: tentative"),
}


def _word(name: str, labels: Mapping[str, str], language: str) -> str:
    return labels.get(name) or (_WORDS[name][language != "zh"] if name in _WORDS else name)


def _series(key: tuple[str, str, str], labels: Mapping[str, str], language: str) -> str:
    """What a mark stands for: two coders, or a coding against coders and on what kind of sample."""
    zh = language == "zh"
    coder, against, scope = (_word(part, labels, language) for part in key)
    if key[0] not in _WORDS:
        return f"编码者{coder}与{against}" if zh else f"coders {coder} and {against}"
    if key[1] != "agreed":
        against = f"编码者{against}" if zh else f"coder {against}"
    return f"{coder}对{against}（{scope}）" if zh else f"{coder} against {against} ({scope})"


@style.styled
def quality(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Forest plot, one row per value: α between coders to the left, F1 of codings against coders to the right.

    shown: rows of `validation.quality`. labels: words for `facet:value`, from `validation.names_of`. One block per
    facet; a mark and a colour per pair compared. Values of under ten sentences are hollow, grey and without interval,
    intervals over fewer than twenty paragraphs dashed; dotted lines stand at .667 and .8, Krippendorff's thresholds.
    """
    measures, facets = list(dict.fromkeys(shown["measure"])), list(dict.fromkeys(shown["facet"]))
    values = {
        facet: _in_order(shown.loc[shown["facet"] == facet, "value"], facet, labels[language]) for facet in facets
    }
    pairs = (
        shown.groupby(["facet", "measure"])[["coder", "against", "scope"]].value_counts().groupby(level=[0, 1]).size()
    )
    heights = [max(_LEAST, len(values[facet]) * (_ROW + _MARK * pairs[facet].max())) for facet in facets]
    pairs_compared = shown.drop_duplicates("pair").sort_values("pair")
    known = style.marks(range(int(shown["pair"].max()) + 1))
    looks = {
        _series((row.coder, row.against, row.scope), labels[language], language): known[row.pair]
        for row in pairs_compared.itertuples()
    }
    figure = style.figure(24 + _HEAD * len(facets) + sum(heights))
    grid = figure.subplots(len(facets), len(measures), squeeze=False, sharex="col", height_ratios=heights)
    for facet, line in zip(facets, grid, strict=True):
        for measure, axes in zip(measures, line, strict=True):
            own = shown[(shown["measure"] == measure) & (shown["facet"] == facet)]
            if own.empty:
                axes.set_axis_off()
                continue
            _panel(axes, own, values[facet], looks, labels[language], language)
            names = [_name(facet, value, own, labels[language], language) for value in values[facet]]
            first = measure == measures[0] or shown[(shown["measure"] == measures[0]) & (shown["facet"] == facet)].empty
            axes.set_yticks(range(len(names)), names if first else [""] * len(names))
            axes.set_title(_word(facet, labels[language], language), loc="left")
            for threshold in (stats.TENTATIVE, stats.RELIABLE) if measure == "alpha" else ():
                axes.axvline(threshold, color=style.MUTED, linewidth=0.5, linestyle=":")
    for measure, column in zip(measures, grid.T, strict=True):
        lowest = [axes for axes in column if axes.axison][-1]  # those below it may have nothing to show
        lowest.tick_params(labelbottom=True)
        lowest.set_xlabel(_word(measure, labels[language], language))
    notes = [name for name in ("few", "tentative") if shown[name].any()]
    _legend(figure, looks, notes, labels[language], language)
    return figure


def _in_order(values: pd.Series, facet: str, labels: Mapping[str, str]) -> list[str]:
    """The values of a facet in the order of the codebook, then the rows for all of them."""
    known = {name: number for number, name in enumerate([*labels, *_WORDS])}
    return sorted(dict.fromkeys(values), key=lambda value: known.get(f"{facet}:{value}", known.get(value, len(known))))


def _name(facet: str, value: str, rows: pd.DataFrame, labels: Mapping[str, str], language: str) -> str:
    """A row's label: the value's name, and how many sentences have it."""
    name = f"{facet}:{value}"
    words = _word(name if name in labels or name in _WORDS else value, labels, language)
    n = rows.loc[rows["value"] == value, "n"]
    return f"{words}  {n.iloc[0]:.0f}" if len(n) and value not in ("all", "macro") else words


def _panel(
    axes: Axes,
    rows: pd.DataFrame,
    values: list[str],
    looks: Mapping[str, tuple[str, str]],
    labels: Mapping[str, str],
    language: str,
) -> None:
    """The marks of one facet and measure: the pairs compared a little apart within a row."""
    pairs = list(rows.groupby(["coder", "against", "scope"], sort=False))
    for number, (key, own) in enumerate(pairs):
        color, mark = looks[_series(key, labels, language)]
        shift = 0.7 * ((number + 0.5) / len(pairs) - 0.5)
        heights = pd.Series([values.index(value) + shift for value in own["value"]], index=own.index)
        for tentative, dash in ((False, "-"), (True, style.DASHES)):
            some = own[own["low"].notna() & (own["tentative"] == tentative)]
            axes.hlines(heights[some.index], some["low"], some["high"], color=color, linewidth=0.9, linestyle=dash)
        for few, tint, fill in ((False, color, color), (True, style.MUTED, "white")):
            some = own[own["few"] == few]
            axes.plot(some["estimate"], heights[some.index], mark, color=tint, markerfacecolor=fill, markersize=3.6)
    for number, value in enumerate(values):
        if value == "all":
            axes.axhline(number - 0.5, color=style.FAINT, linewidth=0.6)
    axes.set_ylim(len(values) - 0.4, -0.6)
    axes.set_xlim(min(0.0, rows["low"].min(), rows["estimate"].min()) - 0.03, 1.03)
    axes.grid(axis="x", color=style.FAINT, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


def _legend(
    figure: Figure,
    looks: Mapping[str, tuple[str, str]],
    notes: Sequence[str],
    labels: Mapping[str, str],
    language: str,
) -> None:
    handles = [style.stroke(color, words, marker=mark, markersize=3.6) for words, (color, mark) in looks.items()]
    if "few" in notes:
        handles.append(style.mark("o", style.MUTED, _word("few", labels, language), hollow=True))
    if "tentative" in notes:
        handles.append(style.stroke(style.MUTED, _word("tentative", labels, language), linestyle=style.DASHES))
    widest = max(style.span(str(handle.get_label())) for handle in handles)
    figure.legend(handles=handles, loc="outside upper left", ncols=style.columns(3, least=10 + widest), frameon=False)


def quality_words(shown: pd.DataFrame, *, coders: Mapping[str, str]) -> Captions:
    """Title, caption and alt text of `quality`. coders: in `zh` and `en`, who they are (a language model; two people …)."""
    known = shown[~shown["few"] & ~shown["value"].isin(["all", "macro"])]
    alpha, n_few = known.loc[known["measure"] == "alpha", "estimate"], int(shown["few"].sum())
    reliable, n = int((alpha >= stats.RELIABLE).sum()), len(alpha)
    low, high = (f"{threshold}".removeprefix("0") for threshold in (stats.TENTATIVE, stats.RELIABLE))
    scored = bool((shown["measure"] == "f1").any())
    zh = (
        "右为编码与编码者相符的程度（F1值）：“一致编码”只看编码者意见一致之处；规则是对照这些句子写成的，属样本内检验，自动习得的词表则在未曾学过的城市上检验。"
        if scored
        else ""
    )
    en = (
        "Right: F1 of the codes against coders; agreed codes leave out what only one of them gave. The rules were "
        "written with these sentences in view, hence in-sample; learned terms are scored on a city they have not seen. "
        if scored
        else ""
    )
    left = (
        ("左为两位", "Left: reliability between two coders") if scored else ("两位", "Reliability between two coders")
    )
    return {
        "title": {"zh": "编码的信度与效度", "en": "Reliability and validity of the coding"}
        if scored
        else {"zh": "编码者间的信度", "en": "Reliability of the coders"},
        "caption": {
            "zh": f"{left[0]}编码者之间的信度（Krippendorff α），虚线为{stats.TENTATIVE}与{stats.RELIABLE}两个界限值；有10句以上的{n}项中{reliable}项达到{stats.RELIABLE}。{zh}"
            f"{coders['zh']}横线为95%置信区间，以段落为群（Wilson区间，按有效样本量）；名称后的数字为含该编码的句数，不足10句的空心显示，不作判断。",
            "en": f"{left[1]} (Krippendorff's α), dotted lines at {low} and {high}; of the {n} values with ten sentences or more {reliable} reach {high}. "
            f"{en}{coders['en']} Lines are 95% intervals over paragraphs (Wilson's, with the effective size). The number "
            "beside a name counts the sentences with the value; under 10 marks are hollow and nothing is concluded.",
        },
        "alt": {
            "zh": f"森林图，每行一个编码，点为估计值，横线为置信区间；有10句以上的{n}项中{reliable}项的α不低于{stats.RELIABLE}，空心点{n_few}个。",
            "en": f"Forest plot, one row per value with a mark for the estimate and a line for its interval; {reliable} of {n} "
            f"values with ten sentences or more have an α of {high} or more; hollow marks: {n_few}.",
        },
        "empty": {
            "zh": "没有两位编码者编码过同样的句子，因此无法说明编码的信度。",
            "en": "No two coders have coded the same sentences, so nothing can be said of the coding's reliability.",
        },
    }
