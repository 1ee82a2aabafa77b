"""What can be compared: the groupings that the metadata allow, what coincides with what, and which part lies in which whole."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import pandas as pd

from policytext.study import Study

SAME_TIER = "same_tier"
"""The grouping of the units that stand on one tier of the administration, each for itself."""

GROUPINGS = ("city", "place", "unit_id", "region", "level", "doc_type", "year", SAME_TIER)

_TIERS = {
    1: ("直辖市", "省", "自治区"),
    2: ("副省级市", "计划单列市", "地级市", "自治州", "地区", "盟"),
    3: ("县级市", "市辖区", "县", "区", "自治县", "旗", "自治旗"),
    4: ("镇", "乡", "街道", "苏木"),
}
_TIER = {level: tier for tier, levels in _TIERS.items() for level in levels}


def groups(study: Study, by: str | None = None) -> pd.Series:
    """One group per unit, indexed by unit_id: `Study.groups`, or for `same_tier` the units of one tier, each its own.

    That tier is the one of most units; parks, which have none, are left out.
    """
    if by != SAME_TIER:
        return study.groups(by)
    tiers = study.units.set_index("unit_id")["level"].map(_TIER).dropna()
    own = tiers.index[tiers == tiers.mode().min()]
    return pd.Series(own, index=own, name="group", dtype="str")


def labels(study: Study, by: str | None = None) -> dict[str, dict[str, str]]:
    """For each language what to print for the groups of `groups`."""
    return study.unit_labels() if by in (SAME_TIER, "unit_id") else study.group_labels(by)


def largest(sentences: pd.DataFrame, *, groups: pd.Series, most: int) -> pd.Series:
    """The same groups without all but the `most` that have the most sentences: what a figure has room for."""
    sizes = sentences["unit_id"].map(groups).value_counts().reindex(dict.fromkeys(groups)).dropna()
    return groups[groups.isin(sizes.sort_values(ascending=False, kind="stable").index[:most])]


def groupings(study: Study, units: pd.DataFrame) -> pd.DataFrame:
    """One row per way to group: how many groups and units it has, and how large the smallest group is in paragraphs.

    units: the table `units`. reports_within: reports whose units fall into several groups. Only there does a difference
    between groups not coincide with one between texts. Columns of which nothing is known are left out.
    """
    sizes, reports = units.set_index("unit_id")["n_paragraphs"], units.set_index("unit_id")["report_id"]
    rows = []
    for by in GROUPINGS:
        found = groups(study, by)
        if found.empty:
            continue
        within = found.groupby(reports.reindex(found.index)).nunique()
        row = {"group_by": by, "n_groups": found.nunique(), "n_units": len(found)}
        row |= {"smallest": int(sizes.reindex(found.index).groupby(found).sum().min())}
        rows.append(row | {"reports_within": int((within > 1).sum())})
    return pd.DataFrame(rows)


def confounding(design: pd.DataFrame, *, columns: Sequence[str]) -> pd.DataFrame:
    """One row per pair of columns: how far one value tells the other, so that their effects cannot be told apart.

    design: one row per unit with the metadata. relation: `the same` (each value of one goes with one of the other),
    `a tells b`, `b tells a`, or `crossed`; n_pairs of the n_possible pairs of values occur.
    """
    known = design[list(columns)].astype("str").replace({"": pd.NA, "<NA>": pd.NA, "nan": pd.NA})
    rows = []
    for a, b in combinations([column for column in columns if known[column].notna().any()], 2):
        pairs = known[[a, b]].dropna().drop_duplicates()
        if pairs.empty:
            continue
        forth, back = not pairs[a].duplicated().any(), not pairs[b].duplicated().any()
        relation = {(True, True): "the same", (True, False): "a tells b", (False, True): "b tells a"}
        possible = pairs[a].nunique() * pairs[b].nunique()
        row = {"a": a, "b": b, "relation": relation.get((forth, back), "crossed")}
        rows.append(row | {"n_pairs": len(pairs), "n_possible": possible})
    return pd.DataFrame(rows, columns=["a", "b", "relation", "n_pairs", "n_possible"])


def nesting(units: pd.DataFrame, *, groups: pd.Series) -> pd.DataFrame:
    """One row per pair of groups of which one lies in the other: group, within, why (`prefecture` or `tier`).

    A unit lies in another one where its prefecture is that one's place, or where both speak for one place, the other as
    a county or above, and it stands on a lower tier or, as a park, on none. So a part is never set against the whole that contains it unsaid.
    """
    own = units[units["unit_id"].isin(groups.index)]
    own = own.assign(group=own["unit_id"].map(groups), tier=own["level"].map(_TIER).fillna(9))[
        ["group", "place", "prefecture", "tier"]
    ].drop_duplicates()
    pairs = own.merge(own, how="cross", suffixes=("", "_within"))
    pairs = pairs[(pairs["group"] != pairs["group_within"]) & (pairs["place_within"] != "")]
    prefecture = (pairs["prefecture"] == pairs["place_within"]) & (pairs["place"] != pairs["place_within"])
    higher = (pairs["tier_within"] <= 3) & (pairs["tier"] > pairs["tier_within"])
    tier = (pairs["place"] == pairs["place_within"]) & higher
    found = pairs.assign(why=prefecture.map({True: "prefecture", False: "tier"}))[prefecture | tier]
    found = found.rename(columns={"group_within": "within"})[["group", "within", "why"]]
    return found.drop_duplicates(["group", "within"]).reset_index(drop=True)
