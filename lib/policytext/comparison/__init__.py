"""How alike and how different groups are, and how surely: between texts, and within one report."""

# ruff: noqa: F401

from policytext.comparison.associations import THEMES, associations, calibrate, cells, coded, within_reports
from policytext.comparison.associations import labels as code_labels
from policytext.comparison.conclusions import answer, beside, caveat, conclusions, findings
from policytext.comparison.distances import bases, distances, nearest
from policytext.comparison.groups import SAME_TIER, confounding, groupings, groups, labels, largest, nesting
from policytext.comparison.portraits import only_here, portraits
from policytext.comparison.structure import picture, structure
from policytext.comparison.wording import reuse, slogans, spread, without
from policytext.profiles import Profiles, of_codes, of_terms
