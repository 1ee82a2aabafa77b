"""How much of what a unit counts was reached, and how much is aimed at."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from policytext import style
from policytext.charts.indicators import marking
from policytext.style import Captions, Labels


@style.styled
def statuses(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Bars to both sides, one row per unit: numbers that were reached to the left, filled, targets to the right, hollow.

    shown: what `indicators.statuses` returns.
    """
    words = labels[language]
    names = [style.wrapped(words.get(unit, unit), min(44, 0.28 * style.width()), size=6.5) for unit in shown["unit_id"]]
    most = max(name.count("\n") + 1 for name in names)
    figure = style.figure(18 + len(shown) * max(4.4, 2.7 * most + 1.2))
    axes = figure.subplots()
    rows = range(len(shown))
    color = style.COLORS[0]
    lines = [0.9 if n else 0 for n in shown["n_target"]]  # no bar, no outline
    reached = axes.barh(rows, -shown["n_reached"], height=0.6, color=color)
    targets = axes.barh(rows, shown["n_target"], height=0.6, facecolor="white", edgecolor=color, linewidth=lines)
    for bars, counts in ((reached, shown["n_reached"]), (targets, shown["n_target"])):
        written = axes.bar_label(bars, labels=[str(n) if n else "" for n in counts], padding=2, fontsize=6)
        for text in written:  # the row's line beside a number would read as a minus
            text.set_bbox({"facecolor": "white", "linewidth": 0, "pad": 1.5})
    axes.axvline(0, color=style.MUTED, linewidth=0.6)
    widest = max(int(shown[["n_reached", "n_target"]].to_numpy().max()), 1)
    axes.set_xlim(
        -1.15 * max(int(shown["n_reached"].max()), 0.1 * widest), 1.15 * max(int(shown["n_target"].max()), 0.1 * widest)
    )
    style.rows(axes, rows, names)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_xticks([])
    axes.set_xlabel(marking.word("numbers", language))
    axes.spines["bottom"].set_visible(False)
    handles = [
        style.mark("s", color, marking.word("reached", language)),
        style.mark("s", color, marking.word("target", language), hollow=True),
    ]
    style.legend(figure, handles, least=40)
    return figure


def statuses_words(shown: pd.DataFrame) -> Captions:
    """Title, caption and alt text of `statuses`, in Chinese and English."""
    n, reached, targets, other = (int(shown[name].sum()) for name in ("n", "n_reached", "n_target", "n_other"))
    only = int(((shown["n_target"] > 0) & (shown["n_reached"] == 0)).sum())
    without = int((shown["n_target"] == 0).sum())
    return {
        "title": {"zh": "已实现的与目标值", "en": "What was reached and what is aimed at"},
        "caption": {
            "zh": f"{len(shown)}个单元的{n:,}个数字中，{reached:,}个已实现（左，实心），{targets:,}个是目标值（右，空心），另有{other:,}个是增长率、位次、门槛等，未画出。"
            f"{only}个单元只有目标值，{without}个单元没有目标值。这与文体有关：总结写成绩，部署写目标；不能据此判断哪里做得多。",
            "en": f"Of {style.many(n, 'number')} in {style.many(len(shown), 'unit')}, {reached:,} were reached (left, filled) and {targets:,} are targets (right, "
            f"hollow); {other:,} are growth rates, ranks, thresholds and the like and are not drawn. Units with targets only: {only}; "
            f"without any: {without}. This goes with the kind of text (a review tells results, a plan tells aims): it does not say who did more.",
        },
        "alt": {
            "zh": f"双向条形图，{len(shown)}行，每行一个单元，向左为已实现的数字（共{reached:,}个），向右为目标值（共{targets:,}个）。",
            "en": f"Bars to both sides, {style.many(len(shown), 'row')}, one per unit: numbers reached to the left ({reached:,} in all), targets to the "
            f"right ({targets:,}).",
        },
        "empty": {"zh": "各单元都没有数字。", "en": "No unit gives any number."},
    }
