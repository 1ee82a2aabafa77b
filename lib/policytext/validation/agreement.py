"""How far two coders of the same sentences agree, value by value, and where they do not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from policytext import profiles, stats
from policytext.study import COLUMNS
from policytext.validation.codings import SINGLE

FEWEST_POSITIVES = 10
"""Under so many sentences with a value, nothing is said about how well it is coded."""
ALL = "all"
"""The row of a facet as a whole: all decisions pooled, or the one choice where a sentence has one value."""

_INDICES = {"kappa": stats.cohen_kappa, "alpha": stats.krippendorff_alpha, "ac1": stats.gwet_ac1}


def agreement(coded: pd.DataFrame) -> pd.DataFrame:
    """One row per (facet, value, coder_a, coder_b): how far two coders agree on which sentences have a value.

    coded: the table of that name. Over the sentences that both coders coded for the facet; `all` pools the decisions on
    all values (the choice itself for status). n: decisions; n_a, n_b: how often each gave the value. Intervals take
    paragraphs as clusters (`stats.agreement_interval`).
    verdict: `few` under ten sentences with the value (on average of the two), where intervals stay empty, else by α
    `reliable` (.8 or more), `tentative` (.667 or more), `unreliable`. paradox: κ under .6 although the coders agree on
    more than 85 %, because nearly all sentences are of one kind; AC1 then says more (Feinstein & Cicchetti 1990).
    """
    rows = []
    for facet, own in coded[~coded["defensible"]].groupby("facet", sort=False):
        for coder_a, coder_b in combinations(sorted(own["coder"].unique()), 2):
            names = {"facet": facet, "coder_a": coder_a, "coder_b": coder_b}
            rows += [names | row for row in _compare(own, coder_a, coder_b, single=facet in SINGLE)]
    table = pd.DataFrame(rows, columns=[*COLUMNS["coder_agreement"], "n_a", "n_b", "n_clusters", "verdict", "paradox"])
    return table.astype({"paradox": bool})


def disagreements(coded: pd.DataFrame, sentences: pd.DataFrame) -> pd.DataFrame:
    """One row per (facet, sentence_id, coder_a, coder_b) that two coders coded differently, in reading order.

    only_a, only_b: the values that one gave and the other did not, joined by `;`; defensible: those among them that a
    coder called neither right nor wrong. text, spans: of the sentence.
    """
    where = sentences[["sentence_id", "unit_id", "spans", "text"]]
    rows = []
    for facet, own in coded.groupby("facet", sort=False):
        sure = own[~own["defensible"]]
        open_to_both = own[own["defensible"]].groupby("sentence_id")["value"].agg(set)
        for coder_a, coder_b in combinations(sorted(sure["coder"].unique()), 2):
            given = sure.groupby(["coder", "sentence_id"])["value"].agg(set)
            both = pd.concat([given[coder_a], given[coder_b]], axis=1, keys=["a", "b"], join="inner")
            for sentence_id, one, other in both[both["a"] != both["b"]].itertuples():
                either = (one ^ other) & open_to_both.get(sentence_id, set())
                sides = {"only_a": one - other, "only_b": other - one, "defensible": either}
                told = {name: ";".join(in_order(filter(None, values))) for name, values in sides.items()}
                rows.append({"facet": facet, "sentence_id": sentence_id, "coder_a": coder_a, "coder_b": coder_b} | told)
    columns = ["facet", "sentence_id", "coder_a", "coder_b", "only_a", "only_b", "defensible"]
    table = pd.DataFrame(rows, columns=columns).merge(where, on="sentence_id", validate="many_to_one")
    table = profiles.in_order(table.sort_values(["coder_a", "coder_b"]), sentences["sentence_id"], by="sentence_id")
    return profiles.in_order(table, coded["facet"], by="facet")


def _compare(own: pd.DataFrame, coder_a: str, coder_b: str, *, single: bool) -> Iterator[dict[str, Any]]:
    """The rows of one facet and two coders."""
    given = [own[own["coder"] == coder] for coder in (coder_a, coder_b)]
    shared = np.intersect1d(given[0]["sentence_id"], given[1]["sentence_id"])
    if not len(shared):
        return
    paragraphs = own.drop_duplicates("sentence_id").set_index("sentence_id")["paragraph_id"][shared].to_numpy()
    values = in_order(set(own["value"]) - {""})
    tables = [pd.crosstab(rows["sentence_id"], rows["value"]) for rows in given]
    decisions = [table.reindex(index=shared, columns=values, fill_value=0) > 0 for table in tables]
    decisions = np.stack(decisions, axis=-1).astype(int)  # sentences × values × coders
    for number, value in enumerate(values):
        yield {"value": value} | _row(decisions[:, number], paragraphs)
    if single and len(values) > 1:
        choices = np.where(decisions.any(axis=1), decisions.argmax(axis=1) + 1, 0)  # 0 where none was chosen
        positives = decisions.sum(axis=(0, 1))
        yield {"value": ALL} | _row(choices, paragraphs, categories=len(values) + 1, positives=positives)
    elif len(values) > 1:
        pooled = decisions.reshape(-1, 2)
        yield {"value": ALL} | _row(pooled, np.repeat(paragraphs, len(values)))


def _row(
    ratings: np.ndarray, paragraphs: np.ndarray, *, categories: int = 2, positives: np.ndarray | None = None
) -> dict[str, Any]:
    """The three indices of one value, or of a choice among several categories."""
    n_a, n_b = map(int, ratings.sum(axis=0) if positives is None else positives)
    used = np.unique(ratings)
    if categories > 2:  # a category that nobody chose would raise AC1
        ratings, categories = np.searchsorted(used, ratings), len(used)
    found = {
        name: stats.agreement_interval(index, ratings, paragraphs, categories=categories)
        for name, index in _INDICES.items()
    }
    few = (n_a + n_b) / 2 < FEWEST_POSITIVES
    row: dict[str, Any] = {"n": len(ratings), "n_a": n_a, "n_b": n_b, "n_clusters": len(np.unique(paragraphs))}
    row |= {"p_observed": found["kappa"].index.observed, "p_expected": found["kappa"].index.expected}
    for name, interval in found.items():
        bounds = (np.nan, np.nan) if few else (interval.low, interval.high)
        row |= dict(zip((name, f"{name}_low", f"{name}_high"), (interval.index.value, *bounds), strict=True))
    alpha, kappa = row["alpha"], row["kappa"]
    verdict = stats.reliability(alpha)
    return row | {"verdict": "few" if few else verdict, "paradox": row["p_observed"] > 0.85 and kappa < 0.6}


def in_order(values: Iterable[str]) -> list[str]:
    """Values as people count them: T2 before T10."""
    return sorted(values, key=lambda value: [(int(p) if p.isdigit() else 0, p) for p in re.split(r"(\d+)", value)])
