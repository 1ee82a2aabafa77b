"""Codes on sentences, each traceable to the term and rule that gave it."""

from policytext.themes.coder import Coder

__all__ = ["Coder"]
