"""Profiles, crossings and places of codes as figures show them: with units inside groups, with zeros, with the uncoded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from policytext.profiles import grouped, in_order
from policytext.themes.codes import along, crossed, uncoded

NONE, SYMBOLIC = "none", "symbolic"
"""What stands in the column `theme` for a sentence without a theme, and for one that is politically symbolic."""


def with_units(profile: pd.DataFrame, of_units: pd.DataFrame, *, groups: pd.Series) -> pd.DataFrame:
    """One row per (group, unit_id, theme): a group with unit_id empty, then its units where it has several.

    profile, of_units: `theme_profile` of the groups, and with each unit as a group of its own.
    """
    columns = ["group", "unit_id", "theme", "n_coded", "n_sentences", "share", "low", "high", "n_clusters"]
    inner = grouped(of_units.rename(columns={"group": "unit_id"}), groups)
    inner = inner[inner.groupby("group")["unit_id"].transform("nunique") > 1]
    both = pd.concat([profile.assign(unit_id="")[columns], inner[columns]])
    return in_order(both, profile["group"])


def cells(
    coded: pd.DataFrame,
    facets: pd.DataFrame,
    sentences: pd.DataFrame,
    *,
    themes: Sequence[str],
    values: Sequence[str],
    facet: str = "instrument",
) -> pd.DataFrame:
    """One row per (theme, value of a facet), those that never meet too: n sentences (headings aside) that have both.

    n_theme, n_value: sentences that have the one, and the other. themes, values: ids in the order of the codebook.
    """
    own = sentences.loc[sentences["kind"] == "sentence", "sentence_id"]
    coded, facets = coded[coded["sentence_id"].isin(own)], facets[facets["sentence_id"].isin(own)]
    index = pd.MultiIndex.from_product([list(themes), list(values)], names=["theme", "value"])
    counts = crossed(coded, facets, facet=facet).set_index(["theme", "value"])["n"]
    table = counts.reindex(index, fill_value=0).rename("n").reset_index()
    of_values = facets.loc[facets["facet"] == facet].groupby("value").size()
    for name, sums in (("theme", coded.groupby("theme").size()), ("value", of_values)):
        table[f"n_{name}"] = table[name].map(sums).fillna(0).astype(int)
    return table


def strips(coded: pd.DataFrame, facets: pd.DataFrame, sentences: pd.DataFrame) -> pd.DataFrame:
    """One row per code, and per sentence without one (theme `none`, or `symbolic`): group (a unit), theme, position.

    position: the middle of the sentence within the unit, 0 to 1 (`along`). Units of one sentence, which is all of them,
    are left out.
    """
    bare = uncoded(sentences, coded, facets)
    bare = bare.assign(theme=np.where(bare["symbolic"], SYMBOLIC, NONE))
    both = pd.concat([coded[["sentence_id", "theme"]], bare[["sentence_id", "theme"]]])
    sentences = sentences[sentences.groupby("unit_id")["sentence_id"].transform("size") > 1]
    return along(both, sentences).rename(columns={"unit_id": "group"})
