"""What a bare learner makes of the coded sentences, scored on the city it has not seen: the mark that rules must beat."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from scipy.special import ndtri

LEFT_OUT = "leave-one-city-out"
"""The scope of codes that a program learned from the other cities' sentences."""

Learner = Callable[[pd.DataFrame, pd.DataFrame], Mapping[str, frozenset[str]]]


def leave_one_out(
    codes: pd.DataFrame,
    terms: pd.DataFrame,
    sentences: pd.DataFrame,
    groups: pd.Series,
    *,
    learn: Learner | None = None,
) -> pd.DataFrame:
    """One row per (sentence_id, theme): codes of each group by what was learned from the sentences of all others.

    codes: what is learned, as `codes_of` gives it: sentence_id, theme. terms: the prepared table (sentence_id, term).
    sentences: those that were coded. groups: group per unit_id, such as the city. learn: from codes and terms of the
    other groups to a set of terms per theme, by default `learn_terms`; a sentence with one of them gets the theme.
    """
    learn = learn or learn_terms
    terms = terms[["sentence_id", "term"]].drop_duplicates()
    group = sentences.set_index("sentence_id")["unit_id"].map(groups)
    found = []
    for left_out in group.dropna().unique():
        away = group.index[group != left_out]
        lists = learn(codes[codes["sentence_id"].isin(away)], terms[terms["sentence_id"].isin(away)])
        own = terms[terms["sentence_id"].isin(group.index[group == left_out])]
        for theme, words in lists.items():
            hits = own.loc[own["term"].isin(words), "sentence_id"].value_counts(sort=False)
            found.append(pd.DataFrame({"sentence_id": hits.index, "theme": theme, "n_hits": hits.to_numpy()}))
    columns = ["sentence_id", "unit_id", "report_id", "theme", "n_hits"]
    if not found:
        return pd.DataFrame(columns=columns)
    table = pd.concat(found).merge(sentences[["sentence_id", "unit_id", "report_id"]], on="sentence_id")
    order = {name: number for number, name in enumerate(sentences["sentence_id"])}
    return table.sort_values(
        ["sentence_id", "theme"], key=lambda values: values.map(order) if values.name == "sentence_id" else values
    )[columns].reset_index(drop=True)


def learn_terms(
    codes: pd.DataFrame, terms: pd.DataFrame, *, min_n: int = 3, level: float = 0.95
) -> dict[str, frozenset[str]]:
    """For each theme the terms that mark it: most sentences with the term carry it, and more than chance explains.

    A term of `min_n` or more sentences is taken where the log odds of the theme given the term are above 0 and the lower
    bound of the log odds ratio against sentences without the term is too (Haldane's ½ added to each cell; `level` as for
    a two-sided interval). These numbers were set beforehand and not tuned.
    """
    pairs = terms[["sentence_id", "term"]].drop_duplicates()
    total = pairs["sentence_id"].nunique()
    n = pairs["term"].value_counts()
    n = n[n >= min_n]
    pairs = pairs[pairs["term"].isin(n.index)]
    lists = {}
    for theme, own in codes.groupby("theme"):
        coded = set(own["sentence_id"])
        both = pairs.loc[pairs["sentence_id"].isin(coded), "term"].value_counts().reindex(n.index, fill_value=0)
        cells = [both, n - both, len(coded) - both, total - n - len(coded) + both]
        a, b, c, d = (np.maximum(cell.to_numpy(dtype=float), 0) + 0.5 for cell in cells)
        ratio = np.log(a * d / (b * c))
        low = ratio - ndtri((1 + level) / 2) * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        lists[str(theme)] = frozenset(n.index[(a > b) & (low > 0)])
    return lists
