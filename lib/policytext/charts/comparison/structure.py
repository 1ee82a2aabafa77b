"""Is there structure beyond chance, and, only where there is, a map and a tree of it."""

from __future__ import annotations

from collections.abc import Mapping, Sized

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Ellipse
from matplotlib.ticker import PercentFormatter

from policytext import style
from policytext.comparison.distances import MANY
from policytext.style import Captions, Labels

_WORDS = {
    "texts": ("各文本", "texts"),
    "units": ("各单元", "units"),
    "themes": ("主题", "themes"),
    "terms": ("用词", "terms"),
    "inertia": ("惯量（χ²/n）", "Inertia (χ²/n)"),
    "share": ("随机重排的比例", "Share of relabellings"),
    "axis": ("第{}轴（占惯量{:.0%}）", "Axis {} ({:.0%} of the inertia)"),
    "distance": ("{}距离（类平均法）", "{} distance (average linkage)"),
}


def _word(name: str, language: str) -> str:
    return _WORDS.get(name, (name, name))[language != "zh"]


@style.styled
def chance(shown: pd.DataFrame, *, language: str = "en") -> Figure:
    """Histograms, one panel per grouping and basis: inertia of relabelled paragraphs, and as a line that of the texts.

    shown: the bins that `comparison.structure` returns.
    """
    panels = list(shown.groupby(["grouping", "basis"], sort=False))
    columns = style.columns(min(2, len(panels)), least=60)
    figure = style.figure(6 - 42 * (-len(panels) // columns))
    drawn = style.panels(figure, len(panels), columns)
    for axes, ((grouping, basis), bins) in zip(drawn, panels, strict=True):
        observed, p = bins["inertia"].iloc[0], bins["p"].iloc[0]
        color = style.COLORS[0] if p < 0.05 else style.MUTED
        axes.bar(bins["left"], bins["share"], bins["right"] - bins["left"], align="edge", color=style.FAINT)
        axes.axvline(observed, color=color, linewidth=1.4)
        told = f"p = {p:.3f}" if p >= 0.001 else "p < 0.001"
        axes.set_title(f"{_word(grouping, language)} × {_word(basis, language)}  {told}", loc="left")
        low, high = min(bins["left"].min(), observed), max(bins["right"].max(), observed)
        axes.set_xlim(low - 0.04 * (high - low), high + 0.04 * (high - low))
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=None))
        axes.locator_params(axis="both", nbins=5)
    figure.supxlabel(_word("inertia", language), fontsize=7)
    figure.supylabel(_word("share", language), fontsize=7)
    return figure


def chance_words(structure: pd.DataFrame, *, draws: int) -> Captions:
    """Title, caption and alt text of `chance`, from the table `structure`."""
    told: dict[str, list[str]] = {"zh": [], "en": []}
    for row in structure.itertuples():
        p = f"p = {row.p:.3f}" if row.p >= 0.001 else "p < 0.001"
        v = f"V = {row.v_clustered:.2f}" + (f" [{row.low:.2f}, {row.high:.2f}]" if pd.notna(row.low) else "")
        for language in told:
            name = f"{_word(row.grouping, language)} × {_word(row.basis, language)}"
            told[language].append(f"{name} {row.inertia:.3f} ({row.by_chance:.3f}; {p}; {v})")
    none = int((structure["p"] >= 0.05).sum())
    return {
        "title": {"zh": "有无结构：惯量与随机重排", "en": "Structure or chance: inertia against relabelled paragraphs"},
        "caption": {
            "zh": f"竖线为实际惯量，灰柱为段落在各组间随机重排{draws:,}次的惯量。实际惯量（随机均值；p；校正后的Cramér V及95%区间）：{'；'.join(told['zh'])}。"
            f"p不小于0.05的（{none}幅）不能排除没有结构，因而不画对应分析图和聚类树。",
            "en": f"Lines are the inertia of the texts, bars that of {draws:,} relabellings of paragraphs. Inertia (mean by chance; p; "
            f"corrected Cramér's V with 95% interval): {'; '.join(told['en'])}. Where p is 0.05 or more ({none}) the "
            "absence of structure is not ruled out, and no map and no tree is drawn.",
        },
        "alt": {
            "zh": f"{len(structure)}幅直方图，各有一条竖线标出实际惯量；{none}幅的p不小于0.05。",
            "en": f"{style.many(len(structure), 'histogram')}, each with a line for the inertia found; p of 0.05 or more: {none}.",
        },
        "empty": {
            "zh": "少于两组或两类，谈不上结构。",
            "en": "Fewer than two groups or items: there is no structure to speak of.",
        },
    }


@style.styled
def picture(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """A map of correspondence analysis above a tree of the distances; groups with regions, items by name where they fit.

    shown: what `comparison.picture` returns, of one basis.
    """
    words = labels[language]
    groups = list(shown.loc[shown["kind"] == "leaf", "name"])
    every = list(shown.loc[shown["kind"] == "group", "name"])
    look = style.marks([*words, *(group for group in every if group not in words)])
    room = min(48.0, 0.3 * style.width())
    names = {group: style.wrapped(words.get(group, group).splitlines()[0], room, size=6.5) for group in groups}
    rows = [max(4.2, 1.4 + 2.7 * (names[group].count("\n") + 1)) for group in groups]
    width, height, tree = style.width(), min(0.62 * style.width(), 96.0), sum(rows) + (12 if rows else 0)
    whole = height + tree + 14
    figure = style.figure(whole, layout=None)
    plane = figure.add_axes((12 / width, (tree + 12) / whole, (width - 14) / width, (height - 2) / whole))
    _map(plane, shown, look, words, (width - 14, height - 2), language)
    if groups:
        below = figure.add_axes(((room + 8) / width, 10 / whole, (width - room - 14) / width, sum(rows) / whole))
        _branches(below, shown, groups, rows, names, look)
        below.set_xlabel(_word("distance", language).format(_metric(groups)))
    return figure


def _metric(groups: Sized) -> str:
    """The distance that a tree of so many groups is made of."""
    return "Hellinger" if len(groups) > MANY else "Jensen–Shannon"


def _map(
    axes: Axes,
    shown: pd.DataFrame,
    look: Mapping[str, tuple[str, str]],
    words: Mapping[str, str],
    size: tuple[float, float],
    language: str,
) -> None:
    points = shown[shown["kind"].isin(["group", "item"])]
    x = (points["x"].min(), points["x"].max())
    y = (points["y"].min(), points["y"].max())
    scale = max((x[1] - x[0]) * 1.16 / size[0], (y[1] - y[0]) * 1.16 / size[1])  # the same on both axes
    middle = sum(x) / 2, sum(y) / 2
    axes.set_xlim(middle[0] - scale * size[0] / 2, middle[0] + scale * size[0] / 2)
    axes.set_ylim(middle[1] - scale * size[1] / 2, middle[1] + scale * size[1] / 2)
    axes.axhline(0, color=style.FAINT, linewidth=0.5)
    axes.axvline(0, color=style.FAINT, linewidth=0.5)
    for region in shown[shown["kind"] == "region"].itertuples():
        shape = Ellipse((region.x, region.y), region.width, region.height, angle=region.angle)
        shape.set(facecolor=look[region.name][0], alpha=0.13, linewidth=0)
        axes.add_patch(shape)
    taken = []
    for group in points[points["kind"] == "group"].itertuples():
        color, mark = look[group.name]
        axes.plot(group.x, group.y, mark, color=color, markersize=5.5, zorder=3)
        taken.append((group.x / scale - 1.5, group.y / scale - 1.5, group.x / scale + 1.5, group.y / scale + 1.5))
    if not (shown["kind"] == "leaf").any():  # no tree that would tell which mark is which group
        for group in points[points["kind"] == "group"].itertuples():
            _name(axes, words.get(group.name, group.name).splitlines()[0], group.x, group.y, scale, taken, gap=1.7)
    for item in points[points["kind"] == "item"].sort_values("contribution", ascending=False).itertuples():
        axes.plot(item.x, item.y, ".", color=style.MUTED, markersize=2.5)
        _name(axes, words.get(f"theme:{item.name}", item.name), item.x, item.y, scale, taken)
    shares = shown.loc[shown["kind"] == "axis", "x"].tolist()
    axes.set_xlabel(_word("axis", language).format(1, shares[0]))
    axes.set_ylabel(_word("axis", language).format(2, shares[1]))
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


def _name(
    axes: Axes,
    text: str,
    x: float,
    y: float,
    scale: float,
    taken: list[tuple[float, float, float, float]],
    *,
    gap: float = 0.8,
) -> None:
    """Write a name beside its point where nothing else stands and the edge is not met; else leave it to the data."""
    size = 6 * style.POINT
    wide, high = sum(1.06 if ord(letter) > 0x2E7F else 0.58 for letter in text) * size, 1.2 * size
    (left, right), (low, up) = axes.get_xlim(), axes.get_ylim()
    for shift_x, shift_y in ((gap, -high / 2), (-gap - wide, -high / 2), (-wide / 2, gap), (-wide / 2, -gap - high)):
        a, b = x / scale + shift_x, y / scale + shift_y
        box = (a, b, a + wide, b + high)
        inside = box[0] > left / scale and box[2] < right / scale and box[1] > low / scale and box[3] < up / scale
        if inside and not any(box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3] for t in taken):
            taken.append(box)
            axes.text((a + wide / 2) * scale, (b + high / 2) * scale, text, ha="center", va="center", fontsize=6)
            return


def _branches(
    axes: Axes,
    shown: pd.DataFrame,
    groups: list[str],
    rows: list[float],
    names: Mapping[str, str],
    look: Mapping[str, tuple[str, str]],
) -> None:
    """The tree, its leaves as rows: what the table has as x runs downwards here, its heights to the right."""
    middles, _ = style.middles(rows)

    def down(x: float) -> float:
        lower = min(int(x), len(middles) - 1)
        upper = min(lower + 1, len(middles) - 1)
        return middles[lower] + (x - lower) * (middles[upper] - middles[lower])

    for branch in shown[shown["kind"] == "branch"].itertuples():
        ends_x = (branch.y, branch.y + branch.height)
        ends_y = (down(branch.x), down(branch.x + branch.width))
        axes.plot(ends_x, ends_y, color=style.MUTED, linewidth=0.9)
        if pd.notna(branch.contribution):
            fill = style.INK if branch.contribution >= 0.7 else "white"
            axes.plot(branch.y, sum(ends_y) / 2, "o", color=style.INK, markerfacecolor=fill, markersize=3.4)
    for group, y in zip(groups, middles, strict=True):
        axes.plot(0, y, look[group][1], color=look[group][0], markersize=5, clip_on=False, zorder=3)
    axes.set_yticks(middles, [names[group] for group in groups])
    axes.tick_params(axis="y", length=0, pad=6)
    axes.set_ylim(sum(rows), 0)
    axes.set_xlim(left=0)
    axes.spines["left"].set_visible(False)


def picture_words(shown: pd.DataFrame, structure: pd.DataFrame, *, grouping: str, basis: str, draws: int) -> Captions:
    """Title, caption and alt text of `picture`. structure: the table; basis: the one that is shown, or would be."""
    rows = structure[(structure["grouping"] == grouping) & (structure["basis"] == basis)]
    p = float(rows["p"].iloc[0]) if len(rows) else 1.0
    inertia, by = (float(rows[name].iloc[0]) if len(rows) else 0.0 for name in ("inertia", "by_chance"))
    shares = shown.loc[shown["kind"] == "axis", "x"].sum() if len(shown) else 0.0
    metric = _metric(shown[shown["kind"] == "leaf"]) if len(shown) else ""
    joined = shown[(shown["kind"] == "branch") & shown["contribution"].notna()] if len(shown) else shown
    firm = int((joined["contribution"] >= 0.7).sum()) if len(joined) else 0
    items = int((shown["kind"] == "item").sum()) if len(shown) else 0
    zh, en = (_word(basis, language) for language in ("zh", "en"))
    rare = {"zh": "", "en": ""}
    if basis == "terms":
        rare = {
            "zh": "两图只取多次出现的词，故距离小于取全部词的距离图。",
            "en": "Both take frequent terms only, so distances are smaller than those over all terms. ",
        }
    tree = {
        "zh": f"下：按{metric}距离聚类（类平均法），实心结点在70%以上的段落重抽样中重现，共{firm}个，空心结点不足70%，并不稳定；颜色与符号上下一致。{rare['zh']}",
        "en": f"Below: tree of {metric} distances by average linkage; solid junctions come back in 70% of the resamples or more ({firm}), "
        "hollow ones in fewer and are not stable; colours and "
        f"marks are the same in both. {rare['en']}",
    }
    tree = (
        tree if len(joined) else {"zh": "组数多于40，不画聚类树。", "en": "With more than 40 groups there is no tree. "}
    )
    return {
        "title": {"zh": f"文本与{zh}：对应分析图与聚类树", "en": f"Texts and {en}: correspondence map and tree"},
        "caption": {
            "zh": f"惯量{inertia:.3f}，随机重排均值{by:.3f}（p = {p:.4f}），没有结构的假设被拒绝，故作此图。"
            f"对应分析的两轴合计占惯量{shares:.0%}；色块为各文本段落重抽样{draws}次的95%区域（不足10段的不画），"
            f"圆点为贡献最大的{items}项（放得下的标出名称）。{tree['zh']}位置只表示文本间的相对差异。",
            "en": f"Inertia {inertia:.3f} against {by:.3f} by chance (p = {p:.4f}): the absence of structure is ruled out, so there is a map. "
            f"Correspondence analysis, both axes with {shares:.0%} of the inertia; shaded, the 95% regions of {draws} resamples of "
            f"each text's paragraphs (none below 10 paragraphs); dots, the {items} items that contribute most, named where there is room. "
            f"{tree['en']}Places show how texts differ from each other, no more.",
        },
        "alt": {
            "zh": f"上为散点图，标出各文本及其区域和{items}项{zh}；下为聚类树，稳定的结点{firm}个。",
            "en": f"Scatter plot of texts with their regions and {items} {en}, and below it a tree with {style.many(firm, 'stable junction')}.",
        },
        "empty": _why(len(rows) > 0, inertia, by, p),
    }


def _why(computed: bool, inertia: float, by: float, p: float) -> dict[str, str]:
    """Why there is no map."""
    if not computed or p < 0.05:
        return {"zh": "少于三组或三类，无从作图。", "en": "Fewer than three groups or items: there is nothing to map."}
    return {
        "zh": f"惯量{inertia:.3f}，随机重排均值{by:.3f}（p = {p:.2f}）：没有结构的假设未被拒绝，不作图、不聚类。",
        "en": f"Inertia {inertia:.3f}, {by:.3f} by chance (p = {p:.2f}):\nthe absence of structure is not ruled out, so there is no map and no tree.",
    }
