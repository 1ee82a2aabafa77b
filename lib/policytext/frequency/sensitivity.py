"""Does a finding hang on a choice? Each headline finding under every combination of reasonable choices."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
import pandas as pd

from policytext import prepare, stats
from policytext.frequency.rates import stopwords, tabulate
from policytext.study import COLUMNS, Study

CHOICES: Mapping[str, tuple[str, ...]] = {
    "segmenter": ("dictionary", "no dictionary", "no HMM"),
    "stop words": ("base + policy", "base", "none"),
    "cluster": ("paragraph", "sentence"),
    "normaliser": ("terms", "characters"),
}
"""Choices and their values, the main analysis first in each: but it takes no stop words out of totals."""

RANKED = 50


def specifications() -> list[dict[str, str]]:
    """One dictionary per combination of choices."""
    return [dict(zip(CHOICES, values, strict=True)) for values in product(*CHOICES.values())]


def sensitivity(
    study: Study, findings: pd.DataFrame, *, groups: pd.Series, draws: int = 20_000, seed: int = 0
) -> pd.DataFrame:
    """One row per (finding, specification): the log ratio of a keyword, or how like the ranks are, under other choices.

    findings: rows of `keywords` (group, term, p_permutation). A keyword's finding is `group: term`; it agrees where the
    log ratio is positive and p over clusters, less three Monte Carlo errors, is no larger than the largest p among the
    findings: as much evidence as the main analysis asked for. `group: ranks` has as
    value Spearman's correlation of the rates of the 50 terms that are most frequent in the main analysis, and agrees
    from 0.8 on. specification: the choices joined by ` / `. Stop words are taken out of totals as well; a specification
    whose list holds the keyword itself is none for that keyword, and has no row.
    """
    threshold = findings["p_permutation"].max() if len(findings) else 0.0
    lengths = prepare.table(study, "sentences").assign(n_chars=lambda rows: rows["text"].str.len())
    cut = {name: _terms(study, name) for name in CHOICES["segmenter"]}
    stopped = {"none": frozenset(), "base": stopwords(study, policy=False), "base + policy": stopwords(study)}
    main = _rates(cut["dictionary"], groups)
    rows = []
    for choice in specifications():
        terms = cut[choice["segmenter"]]
        some = findings[~findings["term"].isin(stopped[choice["stop words"]])]
        terms = terms[~terms["term"].isin(stopped[choice["stop words"]])]
        name = " / ".join(choice.values())
        rows += [
            row | {"specification": name}
            for row in _keywords(terms, lengths, some, groups, choice, threshold, draws, seed)
        ]
        rows += [row | {"specification": name} for row in _ranks(_rates(terms, groups), main)]
    return pd.DataFrame(rows, columns=COLUMNS["sensitivity"]).sort_values(
        ["finding", "specification"], ignore_index=True
    )


def _terms(study: Study, segmenter: str) -> pd.DataFrame:
    if segmenter == "dictionary":
        return prepare.table(study, "terms")
    return prepare.recut(study, dictionary=segmenter != "no dictionary", hmm=segmenter != "no HMM")


def _keywords(
    terms: pd.DataFrame,
    lengths: pd.DataFrame,
    findings: pd.DataFrame,
    groups: pd.Series,
    choice: dict[str, str],
    threshold: float,
    draws: int,
    seed: int,
) -> list[dict[str, object]]:
    """The keywords under one specification."""
    cluster = f"{choice['cluster']}_id"
    counts = terms.groupby([cluster, "unit_id", "term"], sort=False).size().rename("n").reset_index()
    counts = counts.assign(group=counts["unit_id"].map(groups)).dropna(subset="group")
    sizes = lengths.groupby(cluster)["n_chars"].sum() if choice["normaliser"] == "characters" else None
    counted = tabulate(counts, cluster=cluster, sizes=sizes)
    rows: list[dict[str, object]] = []
    for group, wanted in findings.groupby("group", sort=False):
        own = counted.group == group
        some = counted.only(counted.terms.isin(wanted["term"]))
        p = dict(zip(some.terms, stats.permutation_p(some.table, some.sizes, own, draws=draws, seed=seed), strict=True))
        n_a = dict(zip(some.terms, np.asarray(some.table[np.flatnonzero(own)].sum(axis=0)), strict=True))
        n_all = dict(zip(some.terms, some.n, strict=True))
        for term in wanted["term"]:
            a, b = n_a.get(term, 0), n_all.get(term, 0) - n_a.get(term, 0)
            value = float(stats.log_ratio(a, b, some.sizes[own].sum(), some.sizes[~own].sum())[0])
            agrees = value > 0 and p[term] - 3 * np.sqrt(p[term] / draws) <= threshold
            rows.append({"finding": f"{group}: {term}", "value": value, "agrees": bool(agrees)})
    return rows


def _rates(terms: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Rates of terms in groups: one row per term, one column per group."""
    counts = terms.groupby([terms["term"], terms["unit_id"].map(groups).rename("group")]).size().unstack(fill_value=0)
    return counts / counts.sum()


def _ranks(rates: pd.DataFrame, main: pd.DataFrame) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for group in main:
        leading = main[group].nlargest(RANKED, keep="first").index
        both = pd.DataFrame({"main": main.loc[leading, group], "here": rates[group].reindex(leading)}).dropna()
        value = float(both["main"].corr(both["here"], method="spearman")) if len(both) > 2 else np.nan
        rows.append({"finding": f"{group}: ranks", "value": value, "agrees": bool(value >= 0.8)})
    return rows


def curve(sensitivity: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """One row per (keyword, specification), ordered by value within the keyword: what the specification curve shows.

    Columns: finding, group, term, specification, segmenter, value, agrees, order (0 smallest value, 1 largest).
    """
    named = findings[["group", "term"]].astype(str)
    named = named.assign(finding=named["group"] + ": " + named["term"])
    rows = named.merge(sensitivity, on="finding").sort_values(["value", "specification"])
    rows["order"] = rows.groupby("finding").cumcount() / (rows.groupby("finding")["value"].transform("size") - 1).clip(
        lower=1
    )
    rows["segmenter"] = rows["specification"].str.split(" / ").str[0]
    place = {finding: i for i, finding in enumerate(named["finding"])}
    columns = ["finding", "group", "term", "specification", "segmenter", "value", "agrees", "order"]
    return rows.sort_values("finding", key=lambda column: column.map(place), kind="stable")[columns].reset_index(
        drop=True
    )
