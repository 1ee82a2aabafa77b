"""What is only in one place, and a portrait of each: its words, themes, status, indicators, outline and formulas."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from policytext import stats
from policytext.profiles import Profiles, grouped, in_order, of_codes, of_terms
from policytext.quantities import SIGNS
from policytext.study import COLUMNS, empty

PER_TERMS, PER_SENTENCES = 10_000, 100
MOST_CODES = 12
"""A portrait shows the most frequent codes where a codebook has more."""
SECTIONS = ("term", "theme", "status", "indicator", "outline", "formula")


def only_here(
    counts: pd.DataFrame,
    families: Mapping[str, pd.DataFrame],
    quantities: pd.DataFrame,
    sentences: pd.DataFrame,
    *,
    groups: pd.Series,
    names: Collection[str] = (),
    min_n: int = 3,
) -> pd.DataFrame:
    """One row per (kind, item) that one group alone mentions: kind term, name (of a place, person or institution), a
    family of codes (theme, instrument …), or indicator.

    n: occurrences (of terms and names `min_n` at the least, and no string of these characters anywhere else), range: in
    so many paragraphs. rate: per 10,000 terms, or per 100 sentences (`per` says which). silence: the highest rate of
    the others, taken together, at which finding nothing would still have a chance of 5 % (one-sided, as if occurrences
    were independent; in bursts more would be possible). sentence_id, text: its first sentence. Groups in the order of
    the study, the most frequent first. Empty with one group.
    """
    every = grouped(sentences, groups)
    own = every[every["kind"] == "sentence"]
    named = quantities.loc[quantities["indicator"].fillna("") != "", ["sentence_id", "indicator"]].drop_duplicates()
    families = {**families, "indicator": named.rename(columns={"indicator": "item"})}
    terms = of_terms(counts, groups=groups)
    of = {family: of_codes(codes, own, groups=groups) for family, codes in families.items()}
    tables = [_alone(terms, PER_TERMS, "term", min_n)] if len(terms.groups) > 1 else []
    tables += [_alone(one, PER_SENTENCES, kind, 1) for kind, one in of.items() if len(one.groups) > 1]
    found = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    if found.empty:
        return empty("only_here")
    texts = dict(iter(every.groupby("group", sort=False)))
    everything = {group: "\n".join(rows["text"]) for group, rows in texts.items()}
    words = found["kind"] == "term"
    elsewhere = [
        is_word and any(item in text for other, text in everything.items() if other != group)
        for is_word, item, group in zip(words, found["item"], found["group"], strict=True)
    ]
    found.loc[words & found["item"].isin(names), "kind"] = "name"
    found = found[~np.array(elsewhere, dtype=bool)].reset_index(drop=True)
    first = [_first(row.kind, row.item, texts[row.group], families) for row in found.itertuples()]
    found = found.join(pd.DataFrame(first, columns=["sentence_id", "text"], index=found.index))
    ranked = found.sort_values(["n", "kind", "item"], ascending=[False, True, True])
    return in_order(ranked, groups)[COLUMNS["only_here"]]


def _alone(own: Profiles, per: int, kind: str, min_n: int) -> pd.DataFrame:
    """The items of one kind that a single group has."""
    table, sizes = own.table(), own.totals
    alone = np.flatnonzero(((table > 0).sum(axis=0) == 1) & (table.sum(axis=0) >= min_n))
    group, n = table[:, alone].argmax(axis=0), table[:, alone].sum(axis=0)
    silence = per * stats.upper_bound_of_zero(sizes.sum() - sizes[group])
    columns = {
        "kind": kind,
        "item": np.array(own.items, dtype=object)[alone],
        "group": np.array(own.groups, dtype=object)[group],
        "n": n.astype(int),
        "range": np.asarray((own.counts[:, alone] > 0).sum(axis=0)).astype(int),
        "rate": per * n / sizes[group],
        "silence": silence,
        "per": "terms" if per == PER_TERMS else "sentences",
    }
    return pd.DataFrame(columns)


def _first(kind: str, item: str, rows: pd.DataFrame, families: Mapping[str, pd.DataFrame]) -> tuple[str, str]:
    """The first sentence of a group with an item: its id and text."""
    if kind in ("term", "name"):
        having = rows[rows["text"].str.contains(item, regex=False)]
    else:
        codes = families[kind]
        having = rows[rows["sentence_id"].isin(codes.loc[codes["item"] == item, "sentence_id"])]
    return next(zip(having["sentence_id"], having["text"], strict=True), ("", ""))


def portraits(
    frequency: pd.DataFrame,
    families: Mapping[str, pd.DataFrame],
    sentences: pd.DataFrame,
    *,
    quantities: pd.DataFrame,
    outline: pd.DataFrame,
    formulas: pd.DataFrame,
    groups: pd.Series,
    top_n: int = 8,
) -> pd.DataFrame:
    """One row per (group, section, item) with its value and order, of groups with text: what each says, without a test.

    frequency: the table of that name. section term: the `top_n` most frequent, per 10,000 terms. theme, status: share of
    the group's sentences with that code, in the order of the codes. indicator: quantities with an indicator, in the
    order of the text, written as there, behind ≥, ≤ or ≈. outline: headings of the first two levels, the first of each unit
    before the second of any. formula: numbers put together (3+3+N).
    """
    own = grouped(sentences, groups)
    sizes, group_of = own.groupby("group").size(), own.set_index("sentence_id")["group"]
    top = frequency[frequency["rank"] <= top_n].rename(columns={"term": "item", "rate": "value"})
    top = top[top["group"].isin(sizes.index)]
    parts = [top.assign(section="term")[["group", "section", "item", "value"]]]
    for section in ("theme", "status"):
        codes = families.get(section, pd.DataFrame(columns=["sentence_id", "item"]))
        codes = codes.assign(group=codes["sentence_id"].map(group_of)).dropna(subset="group")
        n = codes.groupby(["group", "item"]).size().unstack(fill_value=0).reindex(sizes.index, fill_value=0)
        n = n[n.sum().nlargest(MOST_CODES).index]
        n = n[sorted(n, key=lambda code: (code.rstrip("0123456789"), len(code), code))]
        share = n.div(sizes, axis=0).rename_axis(columns="item").stack().rename("value").reset_index()
        parts.append(share.assign(section=section))
    told = quantities[(quantities["indicator"].fillna("") != "") & (quantities["surface"].fillna("") != "")]
    bound = told["comparator"].map(SIGNS).fillna("")
    parts += [
        _listed(told.assign(item=told["indicator"] + " " + bound + told["surface"]), "indicator", groups),
        _listed(_in_turn(outline[outline["level"] <= 2]).rename(columns={"heading": "item"}), "outline", groups),
        _listed(formulas.rename(columns={"surface": "item"}), "formula", groups),
    ]
    found = pd.concat([part for part in parts if len(part)], ignore_index=True)
    found = found[found["group"].isin(sizes.index)].drop_duplicates(["group", "section", "item"])
    found = in_order(in_order(found, SECTIONS, by="section"), groups)
    found["order"] = found.groupby(["group", "section"], sort=False).cumcount() + 1
    return found[["group", "section", "item", "value", "order"]]


def _in_turn(rows: pd.DataFrame) -> pd.DataFrame:
    """The first row of each unit, then the second of each."""
    return rows.iloc[rows.groupby("unit_id").cumcount().argsort(kind="stable")]


def _listed(rows: pd.DataFrame, section: str, groups: pd.Series) -> pd.DataFrame:
    """Texts of each group in their order."""
    return grouped(rows, groups).assign(section=section, value=np.nan)[["group", "section", "item", "value"]]
