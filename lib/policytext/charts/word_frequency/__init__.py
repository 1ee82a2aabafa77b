"""Figures of `02-word-frequency`: what each text says most, what it says more than others, and how far that holds."""

# ruff: noqa: F401

from policytext.charts.word_frequency.cowords import network, network_words
from policytext.charts.word_frequency.keyness import forest, forest_words, verdicts, verdicts_words
from policytext.charts.word_frequency.robustness import specification_curve, specification_curve_words
from policytext.charts.word_frequency.spread import positions, positions_words, within, within_words
from policytext.charts.word_frequency.terms import top_terms, top_terms_words, word_clouds, word_clouds_words
