"""Does a finding hang on a choice? Each headline finding under every combination of reasonable choices."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import numpy as np
import pandas as pd

from policytext import prepare, stats
from policytext.frequency.rates import stopwords
from policytext.profiles import Profiles, in_order, of_terms, profiles
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
    lengths = prepare.table(study, "sentences").assign(size=lambda rows: rows["text"].str.len())
    cut = {"dictionary": prepare.table(study, "terms")}
    cut |= {"no dictionary": prepare.recut(study, dictionary=False, hmm=True)}
    cut |= {"no HMM": prepare.recut(study, dictionary=True, hmm=False)}
    stopped = {"none": frozenset(), "base": stopwords(study, policy=False), "base + policy": stopwords(study)}
    main, tables = _rates(cut["dictionary"], groups), []
    for choice in specifications():
        words = stopped[choice["stop words"]]
        terms, some = (rows[~rows["term"].isin(words)] for rows in (cut[choice["segmenter"]], findings))
        sizes = lengths if choice["normaliser"] == "characters" else None
        own = _profiles(terms, f"{choice['cluster']}_id", sizes, groups)
        tested = _keywords(own, some, draws, seed).assign(most=findings["p_permutation"].max())
        tested["agrees"] = (tested["value"] > 0) & (tested["p"] - 3 * np.sqrt(tested["p"] / draws) <= tested["most"])
        both = pd.concat([tested, _ranks(_rates(terms, groups), main)])
        tables.append(both.assign(specification=" / ".join(choice.values())))
    every = pd.concat(tables)[COLUMNS["sensitivity"]].astype({"agrees": bool})
    return every.sort_values(["finding", "specification"], ignore_index=True)


def _profiles(terms: pd.DataFrame, cluster: str, lengths: pd.DataFrame | None, groups: pd.Series) -> Profiles:
    """The profiles over terms with sentences or paragraphs as clusters, their size in terms, or else in characters."""
    counts = terms.groupby(["unit_id", cluster, "term"], sort=False).size().rename("n").reset_index()
    counts = counts.rename(columns={cluster: "paragraph_id"})
    if lengths is None:
        return of_terms(counts, groups=groups)
    sizes = lengths.groupby(["unit_id", cluster])["size"].sum().rename_axis(["unit_id", "paragraph_id"]).reset_index()
    return profiles(counts.rename(columns={"term": "item"}), sizes, groups=groups)


def _keywords(own: Profiles, findings: pd.DataFrame, draws: int, seed: int) -> pd.DataFrame:
    """finding, value (the log ratio) and p of each keyword."""
    some = own.only(np.isin(own.items, findings["term"]))
    pairs, sizes = pd.MultiIndex.from_frame(findings[["group", "term"]]), pd.Series(own.totals, own.groups)
    p = stats.permutation_p(some.counts, some.sizes, some.group, draws=draws, seed=seed)
    n, p = (pd.DataFrame(values, some.groups, some.items).stack().reindex(pairs) for values in (some.table(), p))
    a, n_a = n.fillna(0).to_numpy(), sizes.reindex(findings["group"]).to_numpy()
    b = pd.Series(some.n, some.items).reindex(findings["term"]).fillna(0).to_numpy() - a
    value = stats.log_ratio(a, b, n_a, own.sizes.sum() - n_a)[0]
    return pd.DataFrame({"finding": pairs.map(": ".join), "value": value, "p": p.to_numpy()})


def _rates(terms: pd.DataFrame, groups: pd.Series) -> pd.DataFrame:
    """Rates of terms in groups: one row per term, one column per group."""
    counts = terms.groupby([terms["term"], terms["unit_id"].map(groups).rename("group")]).size().unstack(fill_value=0)
    return counts / counts.sum()


def _ranks(rates: pd.DataFrame, main: pd.DataFrame) -> pd.DataFrame:
    """finding, value (Spearman's correlation) and agrees of each group."""
    rows: list[tuple[str, float, bool]] = []
    for group in main:
        leading = main[group].nlargest(RANKED, keep="first").index
        both = pd.DataFrame({"main": main.loc[leading, group], "here": rates[group].reindex(leading)}).dropna()
        value = float(both["main"].corr(both["here"], method="spearman")) if len(both) > 2 else np.nan
        rows.append((f"{group}: ranks", value, value >= 0.8))
    return pd.DataFrame(rows, columns=["finding", "value", "agrees"])


def curve(sensitivity: pd.DataFrame, findings: pd.DataFrame) -> pd.DataFrame:
    """One row per (keyword, specification), ordered by value within the keyword: what the specification curve shows.

    Columns: finding, group, term, specification, segmenter, value, agrees, order (0 smallest value, 1 largest).
    """
    named = findings[["group", "term"]].astype(str)
    named = named.assign(finding=named["group"] + ": " + named["term"])
    rows = named.merge(sensitivity, on="finding").sort_values(["value", "specification"])
    values = rows.groupby("finding")["value"]
    rows["order"] = values.cumcount() / (values.transform("size") - 1).clip(lower=1)
    rows["segmenter"] = rows["specification"].str.split(" / ").str[0]
    columns = ["finding", "group", "term", "specification", "segmenter", "value", "agrees", "order"]
    return in_order(rows, named["finding"], by="finding")[columns]
