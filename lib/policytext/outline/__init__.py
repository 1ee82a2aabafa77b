"""What a report says its own system consists of: the headings it enumerates, and the formulas it counts them in."""

# ruff: noqa: F401

from policytext.outline.comparing import side_by_side, vocabulary
from policytext.outline.formulas import formulas
from policytext.outline.headings import read
