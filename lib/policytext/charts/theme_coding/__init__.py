"""Figures of `03-theme-coding`: what each text speaks of, and how far the coding can be trusted."""

from policytext.charts.theme_coding.quality import quality, quality_words

__all__ = ["quality", "quality_words"]
