"""Counts to rates, keyness, dispersion, co-words, and what the choices of an analysis change."""

# ruff: noqa: F401

from policytext.frequency.cowords import communities, cowords, edges
from policytext.frequency.keyness import (
    MIN_N,
    calibrate,
    candidates,
    conclusions,
    dispersion,
    keyness,
    keywords,
    positions,
    verdicts,
    within_reports,
    within_top,
)
from policytext.frequency.rates import PER, count_strings, rates, shared, stopwords, top
from policytext.frequency.sensitivity import curve, sensitivity, specifications
from policytext.stats import ALPHA
