"""The network of terms that stand together in sentences."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from policytext import style
from policytext.style import Captions

_PLACED = 170  # millimetres of width for which the terms have been given their places


@style.styled
def network(shown: pd.DataFrame, *, language: str = "en") -> Figure:
    """Co-word network: terms at their places, edges as lines; colour tells the larger communities, width the association.

    shown: one row per edge with term_a, term_b, log_dice, and of both ends x, y and community (`x_a`, `y_a`, …).
    """
    nodes, coloured = _nodes(shown), _coloured(shown)
    low, high = nodes["y"].min() - 4, nodes["y"].max() + 4
    scale = style.width() / _PLACED
    figure = style.figure(min((high - low) * scale, style.height()), layout=None)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(-2, _PLACED - 2), ylim=(low, high))
    for edge in shown.itertuples():
        line = 0.4 + 0.35 * max(edge.log_dice - 9, 0)
        axes.plot([edge.x_a, edge.x_b], [edge.y_a, edge.y_b], color=style.FAINT, linewidth=line, zorder=1)
    for node in nodes.itertuples():
        color = coloured.get(node.community, style.COLORS[-1])
        box = {"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": color, "linewidth": 0.6}
        axes.text(node.x, node.y, node.term, ha="center", va="center", fontsize=6, bbox=box, zorder=2)
    axes.set_axis_off()
    return figure


def _nodes(shown: pd.DataFrame) -> pd.DataFrame:
    """One row per term with its place and community."""
    names = ["term", "x", "y", "community"]
    ends = [shown[[f"{name}_{end}" for name in names]].set_axis(names, axis=1) for end in "ab"]
    return pd.concat(ends).drop_duplicates("term")


def _coloured(shown: pd.DataFrame) -> dict[int, str]:
    """The largest communities, of three terms or more, each with a colour of its own; the others are grey."""
    sizes = _nodes(shown)["community"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return dict(zip(sizes.index[sizes >= 3], style.COLORS[:-1], strict=False))


def network_words(shown: pd.DataFrame) -> Captions:
    """Title, caption and alt text of `network`."""
    terms, groups = (_nodes(shown)[name].nunique() if len(shown) else 0 for name in ("term", "community"))
    coloured = len(_coloured(shown)) if len(shown) else 0
    least = float(shown["log_dice"].min()) if len(shown) else 0.0
    return {
        "title": {"zh": "共词网络", "en": "Co-word network"},
        "caption": {
            "zh": f"同句共现最强的{len(shown)}对词（涉及{terms}个词），对数Dice不低于{least:.1f}，q<0.05，且在七成以上的段落重抽样中重现；线越粗联系越强，"
            f"按模块度分为{groups}个词群，最大的{coloured}个以颜色区分，其余为灰色。位置只便于阅读，没有数值意义。",
            "en": f"The {len(shown)} strongest pairs among {style.many(terms, 'term')} within sentences: log-Dice of {least:.1f} or more, q below 0.05, "
            f"and again an edge in 70% of the resamples of paragraphs or more. Thicker lines are stronger. Modularity gives "
            f"{groups} communities: the largest {coloured} have a colour each, the others are grey. Positions are for reading only.",
        },
        "alt": {
            "zh": f"网络图，{terms}个词，{len(shown)}条连线，分为{groups}个词群。",
            "en": f"Network of {style.many(terms, 'term')} and {len(shown)} lines in {groups} communities.",
        },
        "empty": {
            "zh": "没有一对词的共现达到入网条件。",
            "en": "No pair of terms goes together often enough to make an edge.",
        },
    }
