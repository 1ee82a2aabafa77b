"""How figures look: the font by coverage, sizes in mm, a palette that survives grey, and the words on them."""

from __future__ import annotations

import re
import textwrap
import unicodedata
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, wraps
from importlib.util import find_spec
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D

from policytext.errors import PolicytextError
from policytext.presets import DEFAULT, PRESETS, Preset

Labels = Mapping[str, Mapping[str, str]]
"""Words for the names in a table, by language."""

Captions = dict[str, dict[str, str]]
"""Title, caption and alt text of a figure, and what is said where there is nothing to draw, in `zh` and `en`."""

MM = 1 / 25.4
"""Inches in a millimetre."""

POINT = 25.4 / 72
"""Millimetres in a point."""

_preset: ContextVar[Preset] = ContextVar("preset", default=PRESETS[DEFAULT])

COLORS = ("#004b84", "#c76c22", "#22683c", "#9354a5", "#e2b236", "#36b3da", "#6f1821", "#8995a1")
"""Neighbours in lightness are 6 or more apart in L*, and lie on different sides of the axis from yellow to blue, so that
all eight differ in grey and to eyes that do not tell red from green."""
MARKS = ("o", "s", "^", "D", "v", "P", "X", "h")
DASHES = (0, (2, 1.5))
"""Of intervals that are tentative."""

HEAD = 36.0
"""The most that names above columns take, in mm."""

INK, MUTED, FAINT = "#1b1f24", "#667079", "#d5dade"

_SALT = "policytext"

_INSTALLED = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "PingFang SC",
    "Microsoft YaHei",
)

_WORDS = {
    "rate": ("每万词频次", "Occurrences per 10,000 terms"),
    "n_chars": ("正文字数", "Characters"),
    "n_paragraphs": ("段数", "Paragraphs"),
    "n_sentences": ("句数", "Sentences"),
    "interval": ("95%置信区间", "95% interval"),
    "tentative": ("仅供参考", "tentative"),
    "log_ratio": ("对数比（以2为底）", "Log ratio (base 2)"),
    "keyword": ("主题词", "keyword"),
    "no_keyword": ("未能区分", "not distinguished"),
    "token_interval": ("95%置信区间（以词为独立观测）", "95% interval (words taken as independent)"),
    "q": ("q值（错误发现率），越靠右证据越强", "q (false discovery rate), stronger to the right"),
    "naive": ("以词为单位", "over words"),
    "clustered": ("以段落为单位", "over paragraphs"),
    "position": ("在单元中的位置", "Position within the unit"),
    "share_agreeing": ("结论相同的设定", "Specifications that agree"),
    "disagrees": ("结论不同", "does not agree"),
    "of_group": ("文本整体", "the whole text"),
    "of_unit": ("其中各单元", "its units"),
}


_SHAPELESS = ("Cc", "Cf", "Zs", "Zl", "Zp")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$@~])")


def literal(text: str) -> str:
    """Text of a report or a table so that Markdown, and HTML made of it, show it as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", str(text).replace("&", "&amp;").replace("<", "&lt;")).replace("\n", " ")


def many(value: int, noun: str) -> str:
    """A number with its English noun: 1 report, 2 reports."""
    return f"{value:,} {noun}{'' if value == 1 else 's'}"


def wrapped(words: str, width: float, *, size: float = 8) -> str:
    """Words broken into lines that fit into `width` mm at a size in points; a Chinese character counts as two letters."""
    letters = max(int(width / (size * POINT * 0.53)), 4)
    return "\n".join(part for line in words.split("\n") for part in _broken(line, letters))


def _broken(line: str, letters: int) -> list[str]:
    if len(line) == _letters(line):
        return textwrap.wrap(line, letters) or [""]
    lines = [""]
    for character in line:
        if lines[-1] and _letters(lines[-1] + character) > letters:
            lines.append("")
        lines[-1] += character
    return lines


def _letters(words: str) -> int:
    return sum(2 if ord(character) > 0x2E7F else 1 for character in words)


def span(words: str, *, size: float = 6.5) -> float:
    """About how wide a line of words is, in mm."""
    return _letters(words) * size * POINT * 0.53


def cut(words: str, width: float, *, size: float = 6.5) -> str:
    """The beginning of words that fits into `width` mm, with … where that is not all."""
    if span(words, size=size) <= width:
        return words
    return next(
        words[:end] + "…" for end in range(len(words), 0, -1) if end == 1 or span(words[: end + 1], size=size) <= width
    )


def word(name: str, language: str) -> str:
    """A word that stands on figures, in `zh` or `en`."""
    return _WORDS[name][language != "zh"]


@cache
def _coverage(font: Path) -> frozenset[int]:
    return frozenset(FT2Font(str(font)).get_charmap())


def missing(font: Path, text: str) -> str:
    """The characters of a text that a font has no glyph for, each once."""
    return "".join(
        sorted({c for c in text if unicodedata.category(c) not in _SHAPELESS and ord(c) not in _coverage(font)})
    )


@cache
def fonts() -> tuple[Path, ...]:
    """Font files with Chinese, best first: the one that comes with zhplot, then those installed."""
    package = find_spec("zhplot")  # importing it would change matplotlib's settings
    folders = package.submodule_search_locations if package else []
    shipped = [path for folder in folders or [] for path in sorted(Path(folder).rglob("NotoSansSC-Regular.ttf"))]
    known = {entry.name: Path(entry.fname) for entry in font_manager.fontManager.ttflist}
    return (*shipped, *(known[name] for name in _INSTALLED if name in known))


def font(text: str = "") -> Path:
    """The first font that has every character of a text. Raises PolicytextError that names what is lacking."""
    for path in fonts():
        if not missing(path, text):
            return path
    if not fonts():
        fix = "Install the packages of requirements.lock (zhplot brings one), or Noto Sans CJK SC."
        raise PolicytextError("no font with Chinese characters was found", fix=fix)
    lacking = missing(fonts()[0], text)
    where = next((line for line in text.splitlines() if lacking[0] in line), "")
    raise PolicytextError(
        f"the font {fonts()[0].name} has no glyph for {lacking!r} in {where[:60]!r}",
        fix="Install a font that has it (Noto Sans CJK SC), or choose another label.",
    )


@contextmanager
def drawing(text: str = "", *, preset: Preset | None = None) -> Iterator[Path]:
    """Matplotlib's settings for one figure, with a font that has every character of `text`, in the column of a preset.

    A glyph that is lacking all the same is an error that names it, never a box.
    """
    path = font(text)
    font_manager.fontManager.addfont(path)
    name = font_manager.FontProperties(fname=path).get_name()
    settings = {
        "font.family": [name],
        "font.size": 7,
        "axes.titlesize": 8,
        "axes.labelsize": 7,
        "xtick.labelsize": 6.5,
        "ytick.labelsize": 6.5,
        "legend.fontsize": 6.5,
        "axes.unicode_minus": False,
        "axes.edgecolor": MUTED,
        "axes.labelcolor": INK,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "text.color": INK,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "text.parse_math": False,
        "text.hinting": "none",  # hinted, a text is up to 10 % wider or narrower, as dots per inch have it
        "pdf.fonttype": 42,
        "svg.fonttype": "path",
        "svg.hashsalt": _SALT,
        "figure.dpi": 150,
        "savefig.dpi": 300,
    }
    token = _preset.set(preset or _preset.get())
    with matplotlib.style.context(["default", settings]), warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing")
        try:
            yield path
        except UserWarning as warning:
            raise PolicytextError(str(warning), fix="Choose another label, or install a font that has it.") from None
        finally:
            _preset.reset(token)


def styled(chart: Callable[..., Figure]) -> Callable[..., Figure]:
    """A chart function that draws in this style wherever it is called; `publish` draws in it already."""

    @wraps(chart)
    def draw(*arguments: Any, **options: Any) -> Figure:
        if matplotlib.rcParams["svg.hashsalt"] == _SALT:
            return chart(*arguments, **options)
        with drawing():
            return chart(*arguments, **options)

    return draw


def width() -> float:
    """How wide the figure that is being drawn will be, in mm: the column of its preset."""
    return _preset.get().width


def height() -> float:
    """How high a figure may be that cannot go on over pages, in mm."""
    return _preset.get().height


def columns(most: int, *, least: float = 54) -> int:
    """How many panels stand side by side where each takes `least` mm: one or more, and no more than `most`."""
    return max(1, min(most, int(width() / least)))


def figure(height: float, *, layout: str | None = "constrained") -> Figure:
    """An empty figure of a height in mm that fills its column; not pyplot's, so that a notebook shows it once."""
    return Figure(figsize=(width() * MM, height * MM), layout=layout)


def panels(figure: Figure, number: int, columns: int, **shared: Any) -> list[Axes]:
    """So many panels in so many columns; what is left of the last row stays empty."""
    grid = list(figure.subplots(-(-number // columns), columns, squeeze=False, **shared).flat)
    for axes in grid[number:]:
        axes.set_axis_off()
    return grid[:number]


def rows(axes: Axes, places: Iterable[float], names: Iterable[str]) -> None:
    """Names to the left, a faint line through each row, and no axis there."""
    named(axes, places, names)
    axes.grid(axis="y", color=FAINT, linewidth=0.4)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)


def named(axes: Axes, places: Iterable[float], names: Iterable[str], *, size: float | None = None) -> None:
    """Names to the left of rows; the lines of one name stand far enough apart for Chinese."""
    size = size or matplotlib.rcParams["ytick.labelsize"]
    axes.set_yticks(list(places), list(names), fontsize=size, linespacing=1.1)
    axes.tick_params(axis="y", length=0)


def courses(axes: Axes, names: Sequence[str], *, size: float | None = None) -> None:
    """Rows along which something stands from a text's beginning (0 %) to its end (100 %), with their names."""
    axes.hlines(range(len(names)), 0, 1, color=FAINT, linewidth=0.5, zorder=1)
    named(axes, range(len(names)), names, size=size)
    axes.set(xlim=(-0.02, 1.02), ylim=(len(names) - 0.4, -0.6))
    axes.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    axes.tick_params(length=0, labelbottom=True)
    axes.spines[:].set_visible(False)


def middles(heights: Iterable[float]) -> tuple[list[float], float]:
    """Where the middles of rows of such heights lie, one below the other, and how high they are together."""
    ends = list(accumulate(heights, initial=0.0))
    return [(start + end) / 2 for start, end in pairwise(ends)], ends[-1]


def heads(axes: Axes, places: Iterable[float], names: Iterable[str]) -> None:
    """Names above columns, upright: slanted Chinese is not found by a search in the PDF."""
    axes.set_xticks(list(places), [wrapped(name, HEAD, size=6.5) for name in names], rotation=90, multialignment="left")
    axes.tick_params(length=0, labeltop=True, labelbottom=False)
    axes.spines[:].set_visible(False)


def head(names: Iterable[str]) -> float:
    """How high the names above columns are, in mm."""
    return 3 + min(HEAD, max(map(span, names), default=0))


def heads_wide(names: Iterable[str]) -> float:
    """How much width names above columns take at least, in mm: the lines of the longest for each column."""
    lines = [wrapped(name, HEAD, size=6.5).count("\n") + 1 for name in names]
    return 2.75 * max(lines, default=0) * len(lines)


def mark(shape: str, color: str, label: str, *, hollow: bool = False, size: float = 4.4, **look: Any) -> Line2D:
    """An entry of a legend: a mark without a line."""
    fill = "white" if hollow else color
    return Line2D(
        [], [], marker=shape, color=color, markerfacecolor=fill, markersize=size, linewidth=0, label=label, **look
    )


def stroke(color: str, label: str, **look: Any) -> Line2D:
    """An entry of a legend: a line."""
    return Line2D([], [], color=color, label=label, **{"linewidth": 0.9, **look})


def legend(figure: Figure, handles: list[Line2D], *, least: float, below: bool = False) -> None:
    """What marks mean, above or below the panels, each entry at least so many mm wide."""
    where = f"outside {'lower' if below else 'upper'} left"
    figure.legend(handles=handles, loc=where, ncols=columns(len(handles), least=least), frameon=False)


def statement(words: str) -> Figure:
    """A figure that says, in the place of a picture, why there is none."""
    drawn = figure(24)
    drawn.text(0.5, 0.5, words, ha="center", va="center", color=MUTED, wrap=True)
    return drawn


def dark(color: str) -> tuple[float, ...]:
    """The same colour, dark enough for text on white."""
    return tuple(0.62 * channel for channel in to_rgb(color))


def size_of(figure: Figure) -> tuple[float, float]:
    """Width and height of a figure in mm."""
    width, height = figure.get_size_inches()
    return width / MM, height / MM


def marks(groups: Iterable[str]) -> Mapping[str, tuple[str, str]]:
    """A colour and a mark for each group, always the same for the same list."""
    return {
        group: (COLORS[i % len(COLORS)], MARKS[(i + i // len(COLORS)) % len(MARKS)]) for i, group in enumerate(groups)
    }
