"""What a bare learner makes of the coded sentences, scored on the city it has not seen: the mark that rules must beat."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.special import ndtri

Predictor = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame], pd.DataFrame]


def leave_one_out(
    codes: pd.DataFrame,
    terms: pd.DataFrame,
    sentences: pd.DataFrame,
    groups: pd.Series,
    *,
    predict: Predictor | None = None,
) -> pd.DataFrame:
    """One row per (sentence_id, theme): codes of each group by what was learned from the sentences of all others.

    codes: what is learned, as `codes_of` gives it: sentence_id, theme. terms: the prepared table (sentence_id, term).
    sentences: those that were coded. groups: group per unit_id, such as the city.
    predict: from the codes and terms of the other groups, and the terms of the one left out, to its rows of sentence_id
    and theme (more rows, more hits); by default `predict_by_terms`. It never sees the codes of the group left out.
    """
    predict = predict or predict_by_terms
    terms = terms[["sentence_id", "term"]].drop_duplicates()
    group = sentences.set_index("sentence_id")["unit_id"].map(groups)
    found = [pd.DataFrame({"sentence_id": [], "theme": []}, dtype=str)]
    for left_out in group.dropna().unique():
        own, others = group.index[group == left_out], group.index[group.notna() & (group != left_out)]
        unseen = terms[terms["sentence_id"].isin(own)]
        told = predict(codes[codes["sentence_id"].isin(others)], terms[terms["sentence_id"].isin(others)], unseen)
        found.append(told.loc[told["sentence_id"].isin(own), ["sentence_id", "theme"]])
    hits = pd.concat(found).groupby(["sentence_id", "theme"]).size().rename("n_hits").reset_index()
    table = sentences[["sentence_id", "unit_id", "report_id"]].merge(hits, on="sentence_id")  # in reading order
    return table[["sentence_id", "unit_id", "report_id", "theme", "n_hits"]]


def predict_by_terms(codes: pd.DataFrame, terms: pd.DataFrame, unseen: pd.DataFrame) -> pd.DataFrame:
    """One row per (sentence_id, theme, term): every sentence that holds a term of `learn_terms` gets its theme."""
    lists = [(theme, term) for theme, words in learn_terms(codes, terms).items() for term in sorted(words)]
    return unseen.merge(pd.DataFrame(lists, columns=["theme", "term"], dtype=str), on="term")


def learn_terms(codes: pd.DataFrame, terms: pd.DataFrame, *, min_n: int = 3) -> dict[str, frozenset[str]]:
    """For each theme the terms that mark it: most sentences with the term carry it, and more than chance explains.

    A term of `min_n` or more sentences is taken where the log odds of the theme given the term are above 0 and the lower
    bound of the log odds ratio against sentences without the term is too (Haldane's ½ added to each cell; of a 95 %
    interval). These numbers were set beforehand and not tuned.
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
        low = ratio - ndtri(0.975) * np.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        lists[str(theme)] = frozenset(n.index[(a > b) & (low > 0)])
    return lists
