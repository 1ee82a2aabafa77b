"""Codes on sentences, each traceable to the term and rule that gave it, and what they say of groups."""

from policytext.themes.coder import Coder
from policytext.themes.codes import (
    along,
    codes,
    crossed,
    facet_codes,
    influence,
    names,
    profile,
    shares,
    sides,
    uncoded,
)
from policytext.themes.lint import examples, facet_of, lint

__all__ = [
    "Coder",
    "along",
    "codes",
    "crossed",
    "examples",
    "facet_codes",
    "facet_of",
    "influence",
    "lint",
    "names",
    "profile",
    "shares",
    "sides",
    "uncoded",
]
