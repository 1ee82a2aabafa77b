"""How far texts lie apart, each distance beside that of two halves of one text."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from policytext import style
from policytext.style import Captions, Labels

_LINE = 2.7
_WORDS = {
    "themes": ("主题", "Themes"),
    "terms": ("用词", "Terms"),
    "jensen-shannon": ("Jensen–Shannon距离", "Jensen–Shannon distance"),
    "hellinger": ("Hellinger距离", "Hellinger distance"),
    "whole": ("两个文本整体", "two whole texts"),
    "interval": ("其95%区间（段落重抽样）", "its 95% interval (paragraphs resampled)"),
    "halves": ("两个文本各取一半", "half of one text and half of the other"),
    "baseline": ("同一文本的两半（基线）", "two halves of one text (baseline)"),
}


@style.styled
def distances(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Dot plots, one panel per basis, one row per pair of groups: the distance, that of halves, and the baseline.

    shown: what `comparison.nearest` returns. Only where the square (half against half) lies right of the hollow diamond
    (halves of one text) do two texts differ more than a text differs from itself.
    """
    second = language != "zh"
    words = {group: name.splitlines()[0] for group, name in labels[language].items() if name}
    pairs = list(dict.fromkeys(zip(shown["group_a"], shown["group_b"], shown["nested"], strict=True)))
    room = 0.34 * style.width()
    names = [_pair(words.get(a, a), words.get(b, b), room) + (" †" if nested else "") for a, b, nested in pairs]
    heights = [1.6 + _LINE * (name.count("\n") + 1) for name in names]
    places, top = style.middles(heights)
    bases = list(dict.fromkeys(shown["basis"]))
    columns = style.columns(len(bases), least=60)
    figure = style.figure(22 - (-len(bases) // columns) * (16 + top))
    panels = style.panels(figure, len(bases), columns, sharey=True)
    at = {(a, b): place for (a, b, _), place in zip(pairs, places, strict=True)}
    for basis, axes in zip(bases, panels, strict=True):
        own = shown[shown["basis"] == basis]
        y = [at[pair] for pair in zip(own["group_a"], own["group_b"], strict=True)]
        axes.hlines(y, own["low"], own["high"], color=style.COLORS[0], linewidth=0.9, alpha=0.6)
        axes.plot(own["distance"], y, "o", color=style.COLORS[0], markersize=4)
        axes.hlines(y, own["baseline"], own["halves"], color=style.FAINT, linewidth=2, zorder=1)
        axes.plot(own["baseline"], y, "D", color=style.COLORS[1], markerfacecolor="white", markersize=3.6)
        axes.plot(own["halves"], y, "s", color=style.COLORS[1], markersize=3.6)
        axes.set_title(_WORDS.get(basis, (basis, basis))[second], loc="left")
        axes.set_xlabel(_WORDS[own["metric"].iloc[0]][second])
        style.rows(axes, places, names)
        axes.set_ylim(top, 0)
        drawn = own[["distance", "low", "high", "halves", "baseline"]].to_numpy()
        axes.set_xlim(max(-0.02, np.nanmin(drawn) - 0.05), min(1.02, np.nanmax(drawn) + 0.05))
    blue, orange = style.COLORS[0], style.COLORS[1]
    handles = [
        style.mark("o", blue, _WORDS["whole"][second]),
        style.stroke(blue, _WORDS["interval"][second], alpha=0.6),
        style.mark("s", orange, _WORDS["halves"][second]),
        style.mark("D", orange, _WORDS["baseline"][second], hollow=True),
    ]
    style.legend(figure, handles, least=70, below=True)
    return figure


def _pair(one: str, other: str, room: float) -> str:
    """Two names on one line where they have room, else one below the other."""
    together = f"{one} – {other}"
    if "\n" not in style.wrapped(together, room, size=6.5):
        return together
    return f"{style.wrapped(one, room, size=6.5)} –\n{style.wrapped(other, room - 3, size=6.5)}"


def distances_words(shown: pd.DataFrame, *, pairs: int) -> Captions:
    """Title, caption and alt text of `distances`. pairs: how many there are, shown or not."""
    one = shown.drop_duplicates(["group_a", "group_b"])
    nested, n = int(one["nested"].sum()), len(one)
    beyond = {basis: int((own["halves"] > own["baseline"]).sum()) for basis, own in shown.groupby("basis", sort=False)}
    zh = "，".join(f"按{_WORDS.get(basis, (basis,))[0]}{k}对" for basis, k in beyond.items())
    en = ", ".join(f"{k} by {_WORDS.get(basis, ('', basis))[1].lower()}" for basis, k in beyond.items())
    few = f"（共{pairs}对，只列最近与最远的）" if pairs > n else ""
    some = f" of {pairs}, the nearest and the farthest" if pairs > n else ""
    return {
        "title": {
            "zh": "文本之间的距离与同一文本两半的距离",
            "en": "Distances between texts, and between halves of one text",
        },
        "caption": {
            "zh": f"{n}对文本的距离{few}，0为完全相同，1为毫无共同之处。距离随文本变短而增大，因此另以两个文本各取一半（方块）"
            "与同一文本的两半（空心菱形，随机分半的均值）相比（灰色粗线相连）："
            f"方块不在菱形右边，就不能说两个文本的差别大于文本自身的参差；在右边的有：{zh}。区间只在两个文本各有10段以上时给出。"
            + ("†表示其中一方辖于另一方。" if nested else ""),
            "en": f"{style.many(n, 'pair')}{some}; 0 is the same, 1 nothing in common. Distances grow as texts get shorter, so half of one "
            "text against half of the other (squares) stands beside the two halves of one text (hollow diamonds, mean of random "
            "splits; joined by a grey bar): unless the square is to the right, two texts do not differ more than a text does within itself. "
            f"To the right: {en}. Intervals only where both texts have 10 paragraphs."
            + (" † one of the two lies within the other." if nested else ""),
        },
        "alt": {
            "zh": f"点图，每行一对文本，共{n}行；方块在菱形右侧的：{zh}。",
            "en": f"Dot plots with {style.many(n, 'row')}, one per pair of texts; squares right of the diamonds: {en}.",
        },
        "empty": {"zh": "只有一个文本，没有距离可言。", "en": "There is one text only, and no distance."},
    }
