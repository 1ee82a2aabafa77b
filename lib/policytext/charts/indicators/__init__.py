"""Figures of `04-indicators`: what reports count, what they want to reach, where they rank, what they set up."""

from policytext.charts.indicators.outlines import outlines, outlines_words

__all__ = ["outlines", "outlines_words"]
