"""Codes on sentences, each traceable to the term and rule that gave it, and what they say of groups."""

# ruff: noqa: F401

from policytext.themes.coder import Coder
from policytext.themes.codes import (
    along,
    codes,
    crossed,
    facet_codes,
    influence,
    profile,
    shares,
    sides,
    uncoded,
)
from policytext.themes.lint import Note, examples, lint
from policytext.themes.shown import NONE, SYMBOLIC, cells, strips, with_units
