"""What journals print: the widths of their columns and the greatest height of a figure, in mm."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Preset:
    """A column that a figure fills from side to side. Both measures are in mm at final size."""

    name: str
    width: float
    height: float


PRESETS = {
    name: Preset(name, width, height)
    for name, width, height in (
        ("nature-1", 89, 170),
        ("nature-2", 183, 170),
        ("elsevier-1", 90, 240),
        ("elsevier-1.5", 140, 240),
        ("elsevier-2", 190, 240),
        ("chinese-1", 80, 240),
        ("chinese-2", 170, 240),
    )
}
"""Nature asks for no more than 170 mm, so that the caption has room below; the others leave a page of A4."""

DEFAULT = "chinese-2"

SMALLEST, LARGEST = 5.0, 8.0
"""Points: the text of a figure at final size."""


def preset(name: str) -> Preset:
    """A preset by its name, or one made to measure: `85x230` is 85 mm wide and at most 230 mm high.

    Raises ValueError that lists the names there are.
    """
    if name in PRESETS:
        return PRESETS[name]
    measure = re.fullmatch(r"(\d{2,3}(?:\.\d+)?)x(\d{2,3}(?:\.\d+)?)", name)
    if measure and 40 <= float(measure[1]) <= 420 and float(measure[2]) >= 40:
        return Preset(name, float(measure[1]), float(measure[2]))
    known = ", ".join(PRESETS)
    raise ValueError(f"{name!r} is no preset: {known}, or mm like 85x230, from 40 to 420 wide")


def columns(name: str) -> list[Preset]:
    """A preset and the wider columns of the same journal, for a figure that cannot be read in the narrow one."""
    first = preset(name)
    journal = name.rpartition("-")[0]
    return [
        first,
        *(one for one in PRESETS.values() if journal == one.name.rpartition("-")[0] and one.width > first.width),
    ]
