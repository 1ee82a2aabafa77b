"""How alike and how different groups are, and how surely: between texts, and within one report."""

from policytext.comparison.associations import associations, calibrate, cells, coded, within_reports
from policytext.comparison.associations import labels as code_labels
from policytext.comparison.conclusions import answer, caveat, conclusions, findings
from policytext.comparison.distances import distances, nearest
from policytext.comparison.groups import SAME_TIER, confounding, groupings, groups, labels, largest, nesting
from policytext.comparison.portraits import only_here, portraits
from policytext.comparison.profiles import Profiles, bases, of_codes, of_terms, profiles
from policytext.comparison.structure import picture, structure
from policytext.comparison.wording import reuse, slogans, spread, without

__all__ = [
    "SAME_TIER",
    "Profiles",
    "answer",
    "associations",
    "bases",
    "calibrate",
    "caveat",
    "cells",
    "code_labels",
    "coded",
    "conclusions",
    "confounding",
    "distances",
    "findings",
    "groupings",
    "groups",
    "labels",
    "largest",
    "nearest",
    "nesting",
    "of_codes",
    "of_terms",
    "only_here",
    "picture",
    "portraits",
    "profiles",
    "reuse",
    "slogans",
    "spread",
    "structure",
    "within_reports",
    "without",
]
