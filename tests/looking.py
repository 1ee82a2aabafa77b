"""What a reader sees on a figure: every text that is drawn, where it stands, and what is wrong with it.

Usable for every chart: matplotlib's own renderer draws the figure, and what reaches it is looked at. A figure is drawn
once; whoever changes it afterwards has to look at a new one.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from weakref import WeakKeyDictionary

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font

DPI = 200
MM = DPI / 25.4
"""Pixels in a millimetre."""

SLACK = 0.1 * MM
"""What two boxes may share, and a text may stand beyond an edge: no eye sees it."""

_SETTINGS = {"text.hinting": "none"}
"""As figures are saved: hinted, a text is as wide as dots per inch have it."""

_METRICS = RendererAgg(1, 1, DPI)
_drawn: WeakKeyDictionary[Figure, list[Line]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Line:
    """One line of text as it was drawn: where its baseline begins, in pixels from the upper left, and its direction.

    frame: left, top, right and bottom of what it may be seen in: the figure, or the panel that clips it.
    """

    text: str
    font: FontProperties
    x: float
    y: float
    angle: float
    ismath: bool | str
    frame: tuple[float, float, float, float]

    @cached_property
    def box(self) -> np.ndarray:
        """The four corners of its ink."""
        width, height, descent = _METRICS.get_text_width_height_descent(self.text, self.font, self.ismath)
        corners = np.array([(0, descent), (width, descent), (width, descent - height), (0, descent - height)])
        turn = np.radians(-self.angle)
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        return corners @ matrix.T + (self.x, self.y)

    @cached_property
    def ink(self) -> frozenset[tuple[int, int]]:
        """The pixels (row, column) that it darkens by half or more."""
        left, top = np.floor(self.box.min(axis=0)).astype(int) - 2
        right, bottom = np.ceil(self.box.max(axis=0)).astype(int) + 2
        renderer = RendererAgg(right - left, bottom - top, DPI)
        x, y = self.x - left, self.y - top
        with matplotlib.rc_context(_SETTINGS):
            renderer.draw_text(renderer.new_gc(), x, y, self.text, self.font, self.angle, self.ismath)
        rows, columns = np.nonzero(np.asarray(renderer.buffer_rgba())[..., 3] > 127)
        return frozenset(zip((rows + top).tolist(), (columns + left).tolist(), strict=True))


class _Watching(RendererAgg):
    """Draws, and remembers each line of text that it was asked to draw."""

    def __init__(self, figure: Figure) -> None:
        width, height = figure.get_size_inches() * DPI
        super().__init__(int(width), int(height), DPI)
        self.lines: list[Line] = []

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None):
        left, low, right, high = 0.0, 0.0, self.width, self.height
        if clip := gc.get_clip_rectangle():
            left, low, right, high = clip.extents
        if s.strip():
            frame = (left, self.height - high, right, self.height - low)  # a clip counts from below
            self.lines.append(Line(s, prop.copy(), float(x), float(y), float(angle), ismath, frame))
        super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)


def drawn(figure: Figure) -> list[Line]:
    """Every line of text that reaches the renderer, once the layout has been settled as `publish` settles it."""
    if figure not in _drawn:
        figure.set_dpi(DPI)
        with matplotlib.rc_context(_SETTINGS):
            figure.draw_without_rendering()
            figure.set_layout_engine("none")
            watching = _Watching(figure)
            figure.draw(watching)
            for line in watching.lines:
                line.box  # noqa: B018
        _drawn[figure] = watching.lines
    return _drawn[figure]


def texts(figure: Figure) -> list[str]:
    """The texts drawn, line by line."""
    return [line.text for line in drawn(figure)]


def overlaps(figure: Figure, *, nested: bool = False) -> list[tuple[str, str]]:
    """Pairs of texts that lie over each other.

    nested: a word may lie within the white of another one, as in a cloud; then only their ink must not meet.
    """
    lines = drawn(figure)
    if not lines:
        return []
    boxes = np.array([line.box for line in lines])
    low, high = boxes.min(axis=1), boxes.max(axis=1)
    near = np.triu(((low[:, None] < high[None]) & (high[:, None] > low[None])).all(axis=-1), 1)
    pairs = [(lines[i], lines[j]) for i, j in np.argwhere(near)]
    return [
        (one.text, other.text)
        for one, other in pairs
        if _meet(one.box, other.box) and not (nested and one.ink.isdisjoint(other.ink))
    ]


def cut(figure: Figure) -> list[str]:
    """Texts that stand beyond the edge of the figure, or of the panel that clips them."""
    found = []
    for line in drawn(figure):
        (left, top), (right, bottom) = line.box.min(axis=0), line.box.max(axis=0)
        room = line.frame
        beyond = max(room[0] - left, room[1] - top, right - room[2], bottom - room[3])
        found += [line.text] if beyond > SLACK else []
    return found


def slanted(figure: Figure) -> list[str]:
    """Texts that run neither across nor upright: `pdftotext` takes slanted Chinese apart."""
    return [line.text for line in drawn(figure) if line.angle % 90]


def not_found(figure: Figure) -> list[str]:
    """Lines drawn that `pdftotext` does not give back as one line from the figure saved as a PDF, blanks aside."""
    lines = drawn(figure)
    with tempfile.TemporaryDirectory() as folder, matplotlib.rc_context({"pdf.fonttype": 42, **_SETTINGS}):
        figure.savefig(path := Path(folder) / "figure.pdf")
        text = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout
    said = "\n".join("".join(line.split()) for line in text.splitlines())
    return [line.text for line in lines if "".join(line.text.split()) not in said]


def tofu(figure: Figure) -> list[tuple[str, str]]:
    """(character, text) for every character that no font of its text has: what is printed as an empty box."""
    return [
        (character, line.text)
        for line in drawn(figure)
        for character in dict.fromkeys(line.text)
        if not character.isspace() and not any(ord(character) in _glyphs(path) for path in font_files(line))
    ]


def font_files(line: Line) -> list[str]:
    """The files that matplotlib takes the glyphs of a text from."""
    return [str(path) for path in font_manager.fontManager._find_fonts_by_props(line.font)]


@lru_cache(maxsize=8)
def _glyphs(path: str) -> frozenset[int]:
    return frozenset(FT2Font(path).get_charmap())


def empty_panels(figure: Figure) -> list[Axes]:
    """Panels with an axis and nothing to see on it."""
    drawn(figure)
    return [axes for axes in figure.axes if axes.axison and axes.get_visible() and not _shows_something(axes)]


def _shows_something(axes: Axes) -> bool:
    panel = axes.get_window_extent()
    parts = [line.get_transform().transform(line.get_xydata()) for line in axes.lines]
    parts += [patch.get_window_extent().get_points() for patch in axes.patches]
    parts += [axes.transData.transform(path.vertices) for shapes in axes.collections for path in shapes.get_paths()]
    parts += [image.get_window_extent().get_points() for image in axes.images]
    return any(panel.count_contains(part) for part in parts if len(part))


def panel_sizes(figure: Figure) -> list[tuple[float, float]]:
    """Width and height in mm of each panel that has an axis."""
    drawn(figure)
    boxes = [axes.get_window_extent() for axes in figure.axes if axes.axison]
    return [(float(box.width / MM), float(box.height / MM)) for box in boxes]


def _meet(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two turned boxes share more than the slack: no direction of their sides separates them."""
    for box in (one, other):
        for side in (box[1] - box[0], box[2] - box[1]):
            if not (length := np.hypot(*side)):
                return False
            first, second = one @ side / length, other @ side / length
            if min(first.max(), second.max()) - max(first.min(), second.min()) <= SLACK:
                return False
    return True
