"""Figures of `03-theme-coding`: what each text speaks of, and how far the coding can be trusted."""

# ruff: noqa: F401

from policytext.charts.theme_coding.facets import instruments, instruments_words, status, status_words
from policytext.charts.theme_coding.profiles import profiles, profiles_words
from policytext.charts.theme_coding.quality import quality, quality_words
from policytext.charts.theme_coding.strips import strips, strips_words
