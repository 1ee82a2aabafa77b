"""What each unit says that its own system consists of, side by side."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from policytext import style
from policytext.style import Captions, Labels

_SIZES = {-1: 7.2, 0: 5.8, 1: 6.5, 2: 6.2}
_INDENT, _GAP, _SPACING = 3.0, 4.0, 1.3
_NONE = ("没有列举的层次", "no headings enumerated")


@style.styled
def outlines(shown: pd.DataFrame, *, labels: Labels, language: str = "en") -> Figure:
    """Headings as text, one block per unit, indented by level; below them, in grey, the unit's number formulas.

    shown: what `outline.side_by_side` returns. Blocks stand in columns, in their order, as evenly as they go.
    """
    units = list(dict.fromkeys(shown["unit_id"]))
    columns = style.columns(min(2, len(units)), least=75)
    width = (style.width() - _GAP * (columns - 1)) / columns
    blocks = [
        _block(shown[shown["unit_id"] == unit], labels[language].get(unit, unit), width, language) for unit in units
    ]
    heights = [sum(height for *_, height in block) + _GAP for block in blocks]
    places = _columns(heights, columns)
    total = max(sum(h for h, at in zip(heights, places, strict=True) if at == column) for column in range(columns))
    figure = style.figure(total, layout=None)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, style.width()), ylim=(total, 0))
    axes.set_axis_off()
    tops = [0.0] * columns
    for block, height, column in zip(blocks, heights, places, strict=True):
        left = column * (width + _GAP)
        _write(axes, block, left, tops[column])
        tops[column] += height
    return figure


def _block(rows: pd.DataFrame, title: str, width: float, language: str) -> list[tuple[str, int, float, float]]:
    """(text, level, size, height in mm) of each line or wrapped heading of a unit; its name is of level −1."""
    written = [(-1, title.replace("\n", "  "))]
    if not (rows["level"] > 0).any():
        written.append((0, _NONE[language != "zh"]))
    written += [
        (level, f"{mark}{words}") for level, mark, words in rows[["level", "marker", "heading"]].to_numpy() if words
    ]
    block = []
    for level, text in written:
        size = _SIZES.get(level, 5.8)
        room = width - 2 - _INDENT * max(0, level - 1)
        text = _packed(text, room, size) if level == 0 else style.wrapped(text, room, size=size)
        height = (text.count("\n") + 1) * size * style.POINT * _SPACING + 0.3
        block.append((text, level, size, height))
    return block


def _packed(text: str, width: float, size: float) -> str:
    """Formulas over as many lines as they need, none broken unless it fills a line alone."""
    lines = [""]
    for formula in text.split(" · "):
        longer = f"{lines[-1]} · {formula}" if lines[-1] else formula
        lines[-1:] = [longer] if "\n" not in style.wrapped(longer, width, size=size) else [lines[-1], formula]
    return style.wrapped("\n".join(filter(None, lines)), width, size=size)


def _columns(heights: list[float], columns: int) -> list[int]:
    """The column of each block: the lowest limit that lets them follow each other in so many columns."""
    for limit in sorted({sum(heights[i:j]) for i in range(len(heights)) for j in range(i + 1, len(heights) + 1)}):
        places, column, used = [], 0, 0.0
        for height in heights:
            if used + height > limit + 1e-6:
                column, used = column + 1, 0.0
            used += height
            places.append(column)
        if column < columns and max(heights) <= limit + 1e-6:
            return places
    return [0] * len(heights)


def _write(axes: Axes, block: list[tuple[str, int, float, float]], left: float, top: float) -> None:
    whole = sum(height for *_, height in block)
    axes.plot([left + 0.4] * 2, [top + 0.8, top + whole], color=style.COLORS[0], linewidth=1.2, solid_capstyle="butt")
    for text, level, size, height in block:
        ink = style.COLORS[0] if level < 0 else style.MUTED if level == 0 else style.INK
        x = left + 2 + _INDENT * max(0, level - 1)
        axes.text(x, top + 0.4, text, fontsize=size, color=ink, va="top", linespacing=1.12)
        top += height


def outlines_words(shown: pd.DataFrame) -> Captions:
    """Title, caption and alt text of `outlines`, in Chinese and English."""
    units = shown["unit_id"].nunique()
    headings = shown[shown["level"] > 0]
    having, slogans = headings["unit_id"].nunique(), int(((shown["level"] == 0) & (shown["heading"] != "")).sum())
    marked = int((headings["marker"] != "").sum())
    return {
        "title": {"zh": "各单元自述的框架", "en": "The framework that each unit sets up for itself"},
        "caption": {
            "zh": f"{units}个单元中有{having}个列举出层次，共{len(headings)}个标题，其中{marked}个带序号（一、（一）、一是等），其余由独立成行、位置或对仗的句式识别；"
            f"缩进表示在该单元内的层级。灰色为文中的数字概括（{slogans}个单元有）。同一层级在不同文本中分量不同，没有列举不等于没有体系。",
            "en": f"{having} of {style.many(units, 'unit')} enumerate what they do, in {style.many(len(headings), 'heading')}, {marked} of them numbered "
            "(一、, （一）, 一是 and the like), the others known by a line of their own, their place or their parallel wording; indents give the "
            f"level within the unit. In grey the number formulas of the text ({style.many(slogans, 'unit')}). A level weighs differently from text to "
            "text, and a unit that enumerates nothing may have a system all the same.",
        },
        "alt": {
            "zh": f"文字图，{units}个单元并排，各列出其标题并按层级缩进，共{len(headings)}个标题。",
            "en": f"Text figure, {style.many(units, 'unit')} side by side, each with its headings indented by level, {len(headings)} in all.",
        },
        "empty": {
            "zh": "没有一个单元列举层次或使用数字概括。",
            "en": "No unit enumerates headings or uses a number formula.",
        },
    }
