"""The numbers of a report: one row per number that counts or ranks something, and what they amount to side by side.

`read` makes the table `quantities` of one report, `load` the study's indicators. `comparable` sets indicators of several
groups side by side, `conflicts` lists what one report says twice and differently, `ranks` what each rank is measured in.
`score` holds what was read against what was coded by hand.
"""

# ruff: noqa: F401

from policytext.quantities.comparable import SIGNS, comparable, conflicts, like_for_like, own_numbers, ranks
from policytext.quantities.indicators import Indicator, Indicators, load
from policytext.quantities.reading import read
from policytext.quantities.score import Score, score, unlike
