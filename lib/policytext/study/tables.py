"""The tables of `build/tables/`: their columns and grains, and the check that a table is what its name says."""

from __future__ import annotations

import pandas as pd

from policytext.errors import PolicytextError
from policytext.study.rows import Report, Unit

_SIZE = ["n_chars", "n_paragraphs", "n_sentences", "n_terms"]
_PATHS = {"file", "original"}


def _columns(names: str) -> list[str]:
    return names.split()


_KEYNESS = _columns(
    "group term n total n_reference total_reference g2 p q log_ratio low high lrc dp_norm range n_speakers "
    "p_permutation q_permutation is_name"
)

_ASSOCIATIONS = _columns(
    "family group theme n n_sentences n_paragraphs expected residual difference low high p_naive q_naive "
    "p_permutation q detectable"
)

_VALIDATION = _columns(
    "coder against scope theme n_gold precision precision_low precision_high recall recall_low "
    "recall_high f1 f1_low f1_high"
)

COLUMNS: dict[str, list[str]] = {
    "reports": [name for name in Report.model_fields if name not in _PATHS] + _SIZE,
    "units": [*Unit.model_fields, *_SIZE],
    "sentences": _columns("sentence_id unit_id report_id paragraph_id kind spans text"),
    "counts": _columns("unit_id paragraph_id term n"),
    "frequency": _columns("group term n n_string total rate low high n_clusters design_effect rank"),
    "keyness": _KEYNESS,
    "keyness_within": ["report_id", *_KEYNESS, "smallest_p"],
    "calibration": _columns("group test share low high splits n n_clusters"),
    "dispersion": _columns("term n range dp dp_norm juilland_d carroll_d2 rosengren_s"),
    "cowords": _columns("term_a term_b n_a n_b n_ab npmi log_dice g2 q stability"),
    "sensitivity": _columns("finding specification value agrees"),
    "theme_hits": _columns("sentence_id unit_id report_id theme term rule spans"),
    "theme_codes": _columns("sentence_id unit_id report_id theme n_hits"),
    "facet_hits": _columns("sentence_id unit_id report_id facet value term rule spans"),
    "facet_codes": _columns("sentence_id unit_id report_id facet value"),
    "theme_profile": _columns("group theme n_coded n_sentences share low high per_10k_chars range n_clusters"),
    "theme_influence": _columns("theme term n_codes n_lost share_lost moves"),
    "theme_validation": _VALIDATION,
    "facet_validation": ["facet", *_VALIDATION],
    "coder_agreement": _columns(
        "facet value coder_a coder_b n p_observed p_expected kappa kappa_low kappa_high alpha alpha_low "
        "alpha_high ac1 ac1_low ac1_high"
    ),
    "quantities": _columns(
        "report_id unit_id sentence_id spans surface value value_high unit value_base unit_base comparator "
        "indicator year year_basis status kind place"
    ),
    "indicators": _columns("indicator unit group year status comparator value sentence_id"),
    "outline": _columns("unit_id level marker heading spans"),
    "number_formulas": _columns("unit_id sentence_id surface spans meaning"),
    "distances": _columns("group_a group_b basis metric distance low high halves baseline"),
    "associations": _ASSOCIATIONS,
    "associations_within": ["report_id", *_ASSOCIATIONS, "smallest_p"],
    "structure": _columns(
        "grouping basis n_groups n_items n n_clusters inertia by_chance p_naive p v v_corrected v_clustered low high"
    ),
    "only_here": _columns("kind item group n range rate silence per sentence_id text"),
    "reuse": _columns("text kind n_chars n_groups groups occurrences"),
}
"""The columns that each table has, in their order; a study's own columns of reports and units follow them."""

GRAIN: dict[str, list[str]] = {
    "reports": ["report_id"],
    "units": ["unit_id"],
    "sentences": ["sentence_id"],
    "counts": ["unit_id", "paragraph_id", "term"],
    "frequency": ["group", "term"],
    "keyness": ["group", "term"],
    "keyness_within": ["report_id", "group", "term"],
    "calibration": ["group", "test"],
    "dispersion": ["term"],
    "cowords": ["term_a", "term_b"],
    "sensitivity": ["finding", "specification"],
    "theme_hits": ["sentence_id", "theme", "spans", "term"],
    "theme_codes": ["sentence_id", "theme"],
    "facet_hits": ["sentence_id", "facet", "value", "spans", "term"],
    "facet_codes": ["sentence_id", "facet", "value"],
    "theme_profile": ["group", "theme"],
    "theme_influence": ["theme", "term"],
    "theme_validation": ["coder", "against", "scope", "theme"],
    "facet_validation": ["facet", "coder", "against", "scope", "theme"],
    "coder_agreement": ["facet", "value", "coder_a", "coder_b"],
    "quantities": ["report_id", "spans", "value"],
    "indicators": ["indicator", "group", "sentence_id", "value"],
    "outline": ["unit_id", "spans"],
    "number_formulas": ["sentence_id", "spans"],
    "distances": ["group_a", "group_b", "basis"],
    "associations": ["family", "group", "theme"],
    "associations_within": ["report_id", "family", "group", "theme"],
    "structure": ["grouping", "basis"],
    "only_here": ["kind", "item"],
    "reuse": ["kind", "text"],
}
"""The columns that together name one row."""


def empty(name: str) -> pd.DataFrame:
    """The table without rows, its grain as text."""
    return pd.DataFrame(
        {column: pd.Series(dtype="str" if column in GRAIN[name] else "float") for column in COLUMNS[name]}
    )


def check(table: pd.DataFrame, name: str) -> pd.DataFrame:
    """The table itself, once it is sure that it has the columns and the grain that its name promises.

    Raises PolicytextError that names the missing columns, or the first rows that are empty or stand there twice.
    """
    if name not in COLUMNS:
        raise PolicytextError(f"there is no table of the name {name!r}", fix=f"Known: {', '.join(COLUMNS)}.")
    missing = [column for column in COLUMNS[name] if column not in table.columns]
    if missing:
        raise PolicytextError(f"the table {name} lacks {', '.join(missing)}", fix=f"It has {', '.join(table.columns)}.")
    grain = GRAIN[name]
    if table[grain].isna().any(axis=None):
        raise PolicytextError(f"the table {name} has rows without {' or '.join(grain)}")
    twice = table.loc[table.duplicated(grain), grain].head(3)
    if len(twice):
        rows = "; ".join(" · ".join(map(str, row)) for row in twice.itertuples(index=False))
        raise PolicytextError(f"the table {name} has rows twice: {rows}", fix=f"One row per {', '.join(grain)}.")
    return table
