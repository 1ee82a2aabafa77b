"""Formulas, numbers in, numbers out: each names its source, and says when `nan` ("not estimable") is the answer.

Clusters are paragraphs, whose sentences are not independent; terms are whatever is counted: words, themes, codes.
A table of counts has one row per cluster and one column per term, dense or sparse; one-dimensional counts are one
term. Sizes, one per cluster, are what the counts are shares of: its terms, its sentences.
"""

# ruff: noqa: F401

from policytext.stats.agreement import (
    RELIABLE,
    TENTATIVE,
    agreement_interval,
    cohen_kappa,
    gwet_ac1,
    jackknife_variance,
    krippendorff_alpha,
    reliability,
    rogan_gladen,
    rogan_gladen_interval,
)
from policytext.stats.comparison import (
    adjusted_residuals,
    correspondence,
    cramers_v,
    detectable_difference,
    hellinger,
    inertia,
    jensen_shannon,
    noncentral_interval,
)
from policytext.stats.dispersion import association, dispersion
from policytext.stats.intervals import (
    FEWEST_CLUSTERS,
    TENTATIVE_CLUSTERS,
    clustered_difference,
    clustered_interval,
    design_effect,
    newcombe,
    upper_bound_of_zero,
    wilson,
)
from policytext.stats.keyness import g2, log_ratio, lrc
from policytext.stats.permutation import (
    ALPHA,
    benjamini_hochberg,
    exact_permutation_p,
    permutation_p,
    relabelled,
    settled_p,
    smallest_p,
)
