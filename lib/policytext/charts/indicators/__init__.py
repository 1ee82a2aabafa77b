"""Figures of `04-indicators`: what reports count, what they want to reach, where they rank, what they set up."""

# ruff: noqa: F401

from policytext.charts.indicators.levels import levels, levels_words
from policytext.charts.indicators.outlines import outlines, outlines_words
from policytext.charts.indicators.ranks import ranks, ranks_words
from policytext.charts.indicators.statuses import statuses, statuses_words
