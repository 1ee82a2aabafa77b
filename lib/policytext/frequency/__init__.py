"""Counts to rates, keyness, dispersion, co-words, and what the choices of an analysis change."""

from policytext.frequency.cowords import communities, cowords, edges
from policytext.frequency.keyness import (
    ALPHA,
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
from policytext.frequency.rates import PER, count_strings, rates, shared, stopwords, tabulate, top
from policytext.frequency.sensitivity import curve, sensitivity, specifications

__all__ = [
    "ALPHA",
    "MIN_N",
    "PER",
    "calibrate",
    "candidates",
    "communities",
    "conclusions",
    "count_strings",
    "cowords",
    "curve",
    "dispersion",
    "edges",
    "keyness",
    "keywords",
    "positions",
    "rates",
    "sensitivity",
    "shared",
    "specifications",
    "stopwords",
    "tabulate",
    "top",
    "verdicts",
    "within_reports",
    "within_top",
]
