"""Whether a figure can be read in the column of a journal: else it takes a wider column, or several pages."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure

from policytext import presets, style
from policytext.errors import PolicytextError

Draw = Callable[[pd.DataFrame, str], Figure]
Pages = dict[str, list[Figure]]
"""For each language the pages of a figure; most have one."""

SPLITS = ("report_id", "finding", "group", "term", "theme", "indicator", "facet", "unit_id", "unit", "pair")
"""Columns whose values may go on the next page, the first that a table has and that helps."""

_SLACK = 0.1  # millimetres that two texts may share, and a text may stand beyond an edge: no eye sees it
_MISSING = {"nan", "NaN", "<NA>", "NaT", "inf", "-inf"}


def fit(
    draw: Draw, data: pd.DataFrame, *, name: str, preset: str, languages: tuple[str, ...], text: str
) -> tuple[presets.Preset, Pages]:
    """The column in which a figure can be read, and its pages, laid out.

    That is the preset, else the next wider column of the same journal. What is too high for the widest goes on over
    pages, by the values of a column of `SPLITS`. What cannot be read even then is drawn all the same, with a warning.
    Raises PolicytextError where a missing value would be printed as a word.
    """
    wider = presets.columns(preset)
    for column in wider:
        with style.drawing(text, preset=column):
            pages = {language: [draw(data, language)] for language in languages}
            if too_high(pages, column) and column != wider[-1]:
                continue
            pages = _over_pages(draw, data, pages, column) if too_high(pages, column) else pages
            for page in (page for drawn in pages.values() for page in drawn):
                _lay_out(page)
            faults = list(_faults(pages, column))
        if not faults:
            break
    if faults:
        warnings.warn(f"the figure {name} in {column.name}: {'; '.join(faults[:3])}", stacklevel=3)
    return column, pages


def too_high(pages: Pages, column: presets.Preset) -> bool:
    """Whether a page is higher than the journal allows."""
    return any(style.size_of(page)[1] > column.height + _SLACK for drawn in pages.values() for page in drawn)


def _over_pages(draw: Draw, data: pd.DataFrame, single: Pages, column: presets.Preset) -> Pages:
    """The same figure over as few pages as there have to be; as it was where no split makes it low enough."""
    height = max(style.size_of(page)[1] for drawn in single.values() for page in drawn)
    for by in (by for by in SPLITS if by in data):
        values = list(dict.fromkeys(data[by]))
        for number in range(min(math.ceil(height / column.height), len(values)), len(values) + 1):
            parts = [data[data[by].isin(list(some))] for some in np.array_split(np.array(values, dtype=object), number)]
            if any(style.size_of(draw(parts[0], language))[1] > column.height + _SLACK for language in single):
                continue  # told by one page, before all are drawn
            pages = {language: [draw(part, language) for part in parts] for language in single}
            if not too_high(pages, column):
                return pages
    return single


def _lay_out(figure: Figure) -> None:
    """Lay a figure out once, for all formats: what saves it does not do so again."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="constrained_layout not applied")  # the texts will tell
        figure.draw_without_rendering()
    figure.set_layout_engine(None)


def _faults(pages: Pages, column: presets.Preset) -> Iterator[str]:
    if too_high(pages, column):
        yield f"it is higher than {column.height:g} mm"
    for page in (page for drawn in pages.values() for page in drawn):
        yield from unreadable(page)


@dataclass(frozen=True, eq=False)
class _Line:
    """A line of text as it was drawn, with the corners of its box in pixels from the upper left."""

    text: str
    points: float
    box: np.ndarray
    frame: tuple[float, float, float, float]


class _Reader(RendererAgg):
    """Draws nothing, and remembers each line of text that it was asked to draw."""

    def __init__(self, figure: Figure) -> None:
        super().__init__(*map(int, figure.bbox.size), figure.dpi)
        self.lines: list[_Line] = []
        for name in ("draw_path", "draw_markers", "draw_path_collection", "draw_quad_mesh", "draw_image"):
            setattr(self, name, lambda *_, **__: None)

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):  # type: ignore[no-untyped-def]
        """Remember a line. A text that takes no part in the layout is a mark, like a word of a cloud."""
        if not s.strip() or (mtext is not None and not mtext.get_in_layout()):
            return
        width, height, descent = self.get_text_width_height_descent(s, prop, ismath)
        corners = np.array([(0, descent), (width, descent), (width, descent - height), (0, descent - height)])
        turn = np.radians(-angle)
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        left, low, right, high = (
            gc.get_clip_rectangle().extents if gc.get_clip_rectangle() else (0, 0, self.width, self.height)
        )
        frame = (left, self.height - high, right, self.height - low)  # a clip counts from below
        self.lines.append(_Line(s, prop.get_size_in_points(), corners @ matrix.T + (x, y), frame))


def unreadable(figure: Figure) -> Iterator[str]:
    """What keeps the texts of a figure from being read: each fault in words.

    Raises PolicytextError where a text stands for a value that is missing.
    """
    reader = _Reader(figure)
    figure.draw(reader)
    lines, slack = reader.lines, _SLACK * style.MM * figure.dpi
    if missing := next((line.text for line in lines if line.text in _MISSING), ""):
        raise PolicytextError(f"a missing value would be printed as {missing!r}", fix="Leave out the row, or say why.")
    for line in lines:
        (left, top), (right, bottom) = line.box.min(axis=0), line.box.max(axis=0)
        room = line.frame
        if max(room[0] - left, room[1] - top, right - room[2], bottom - room[3]) > slack:
            yield f"{line.text!r} is cut off"
        if not presets.SMALLEST - 0.01 <= line.points <= presets.LARGEST + 0.01:
            yield f"{line.text!r} has {line.points:g} points"
    boxes = np.array([line.box for line in lines]).reshape(-1, 4, 2)
    low, high = boxes.min(axis=1), boxes.max(axis=1)
    near = np.triu(((low[:, None] < high[None]) & (high[:, None] > low[None])).all(axis=-1), 1)
    for one, other in ((lines[i], lines[j]) for i, j in np.argwhere(near)):
        if _meet(one.box, other.box, slack):
            yield f"{one.text!r} lies over {other.text!r}"


def _meet(one: np.ndarray, other: np.ndarray, slack: float) -> bool:
    """Whether two turned boxes share more than the slack: no direction of their sides separates them."""
    for box in (one, other):
        for side in (box[1] - box[0], box[2] - box[1]):
            if not (length := float(np.hypot(*side))):
                return False
            first, second = one @ side / length, other @ side / length
            if min(first.max(), second.max()) - max(first.min(), second.min()) <= slack:
                return False
    return True
