"""What the comparison comes to: each finding with its interval, its q, the verdict without shared wording, its caveat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from policytext.comparison.associations import THEMES
from policytext.stats import ALPHA

FINDINGS = [
    *("scope", "group", "family", "item", "value", "low", "high", "q", "q_naive", "holds"),
    *("q_without", "holds_without", "detectable", "n_paragraphs"),
]


def beside(found: pd.DataFrame, without: pd.DataFrame) -> pd.DataFrame:
    """The rows of `associations` or `associations_within`, with n and q of the same computed without shared wording:
    n_without, q_without.
    """
    keys = [name for name in ("report_id", "family", "group", "theme") if name in found]
    return found.merge(without[[*keys, "n", "q"]], "left", on=keys, suffixes=("", "_without"))


def findings(associations: pd.DataFrame, *, within: pd.DataFrame) -> pd.DataFrame:
    """One row per difference that one of the two tests calls one, between texts or within a report, surest first.

    associations, within: those tables with q_without (`beside`). scope: `between`, or the report_id within which units
    were compared. value: difference of shares, low and high its interval. holds: q of the permutation below 0.05;
    holds_without: also without shared wording.
    """
    every = _scoped(associations, within)
    called = every[(every["q"] < ALPHA) | (every["q_naive"] < ALPHA)]
    called = called.assign(
        holds=called["q"] < ALPHA, holds_without=(called["q"] < ALPHA) & (called["q_without"] < ALPHA)
    )
    renamed = called.rename(columns={"theme": "item", "difference": "value"})
    order = renamed.assign(between=renamed["scope"] != "between").sort_values(
        ["holds", "between", "q", "q_naive"], ascending=[False, True, True, True], kind="stable"
    )
    return order[FINDINGS].reset_index(drop=True)


def _scoped(between: pd.DataFrame, within: pd.DataFrame) -> pd.DataFrame:
    parts = [between.assign(scope="between"), within.assign(scope=within["report_id"])]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def conclusions(
    findings: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    names: Mapping[str, str],
    caveats: Mapping[str, str],
    nested: Sequence[pd.DataFrame],
) -> list[str]:
    """One English sentence per finding, with interval, q, the verdict without shared wording, and a caveat.

    labels: of groups and units; names: of codes (`theme:T1`). caveats: what `caveat` returns. nested: tables of
    `nesting`, so that a part set against others among which its whole is says so.
    """
    pairs = pd.concat(nested)
    inside = pairs.groupby("group")["within"].agg(list).to_dict()
    parts = pairs.groupby("within")["group"].agg(list).to_dict()
    sentences = []
    for row in findings.itertuples():
        span = f"95% interval {100 * row.low:+.0f} to {100 * row.high:+.0f}" if pd.notna(row.low) else "no interval"
        why = "" if pd.notna(row.low) else f" (estimable from 10 paragraphs on; here {row.n_paragraphs})"
        verdict = "distinguished" if row.holds else "not distinguished (Fisher's test over sentences says otherwise)"
        again = _q(row.q_without) if pd.notna(row.q_without) else "not tested"
        kept = ", so the verdict hangs on shared wording" if row.holds and row.q_without >= ALPHA else ""
        who, what = _first(labels, row.group), names.get(f"{row.family}:{row.item}", row.item)
        notes = [caveats["between" if row.scope == "between" else "within"]]
        notes += [
            f"The others include {_first(labels, whole)}, which contains it." for whole in inside.get(row.group, [])
        ]
        notes += [f"The others include {_first(labels, part)}, a part of it." for part in parts.get(row.group, [])]
        sentences.append(
            f"**{who}: {what}** ({row.family}): {100 * row.value:+.0f} percentage points, {span}{why}; {_q(row.q)}, {verdict}; "
            f"{again} without shared wording{kept}. *{' '.join(notes)}*"
        )
    return sentences


def answer(findings: pd.DataFrame, associations: pd.DataFrame, structure: pd.DataFrame, distances: pd.DataFrame) -> str:
    """What the comparison comes to, in three English sentences."""
    held = findings[findings["holds"]]
    between, tested = int((held["scope"] == "between").sum()), int(associations["q"].notna().sum())
    themes = int(((held["scope"] == "between") & (held["family"] == THEMES)).sum())
    lost = int((~findings["holds"]).sum())
    told = [
        f"Of {tested} differences tested between texts {between} are distinguished ({themes} of them themes), and "
        f"{len(held) - between} between voices within a report; {lost} more are such to a test over sentences only."
    ]
    for row in structure[structure["grouping"] == "texts"].itertuples():
        verdict = "differ more than by chance" if row.p < ALPHA else "are not distinguished from chance"
        told.append(f"By {row.basis} the texts {verdict} (V = {row.v_clustered:.2f}, 95% interval {row.low:.2f} to "
                    f"{row.high:.2f}; p = {row.p:.4f}).")  # fmt: skip
    for basis, rows in distances.dropna(subset=["halves", "baseline"]).groupby("basis", sort=False):
        beyond = int((rows["halves"] > rows["baseline"]).sum())
        told.append(
            f"By {basis} {beyond} of {len(rows)} pairs lie farther apart than halves of one text do (means of random halves, no test)."
        )
    return " ".join(told) if tested else "There is one text only, or none is coded: nothing to compare."


def _q(value: float) -> str:
    """q in three places, or that it is smaller."""
    return f"q = {value:.3f}" if value >= 0.001 else "q < 0.001"


def _first(labels: Mapping[str, str], group: str) -> str:
    """The first line of what is printed for a group."""
    return labels.get(group, group).splitlines()[0]


def caveat(groups: pd.Series, design: pd.DataFrame) -> dict[str, str]:
    """What stands against reading a difference as more: `between` texts, and `within` a report.

    design: one row per unit with report_id, year, doc_type.
    """
    own = design.set_index("unit_id").reindex(groups.index)
    per_group = own.groupby(groups)["report_id"].nunique()
    several = own.groupby("report_id").apply(lambda rows: groups.reindex(rows.index).nunique() > 1)
    if (per_group == 1).all() and not several.any():
        between = "One text each: place, year, kind of text and author coincide, so this is a difference between texts."
    else:
        between = "A difference between texts; see which of their metadata coincide."
    within = "One page, one year, one kind of text; but one speaker each."
    return {"between": between, "within": within}
