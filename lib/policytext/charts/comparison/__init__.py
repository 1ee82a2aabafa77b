"""Figures of `05-city-comparison`: what differs between texts and within reports, how far, and how surely."""

# ruff: noqa: F401

from policytext.charts.comparison.cells import cells, cells_words, voices_words
from policytext.charts.comparison.distances import distances, distances_words
from policytext.charts.comparison.portraits import only_here, only_here_words, portraits, portraits_words
from policytext.charts.comparison.structure import chance, chance_words, picture, picture_words
from policytext.charts.comparison.wording import wording, wording_words
